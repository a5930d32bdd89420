"""The system calls that a reader may make: an allow-list, compiled by libseccomp.

Three filters, each loaded over the one before, so that nothing allowed once too often comes back:

``worker``  over the warm worker, loaded by bubblewrap;
``reader``  over the child of a file, before it is given the file's first byte;
``parser``  over all threads of that child, before a library is given the bytes.

Invariants: what is not named here answers ENOSYS (so that the C library falls back where
it can); there is no call that makes a namespace, a mount, a trace, memory that no limit
counts (memfd, System V) or a ring; ``clone`` takes no namespace flags and ``ioctl`` only what
asks about a file; limits and priorities of other processes cannot be set; no signal can be
sent by way of a file (``F_SETOWN``). Where bytes are parsed there is no socket call at all.
Before, there are two: the worker's child is handed the pipes of its file over one (``recvmsg``),
and tokio, the runtime of kreuzberg, makes a connected pair for its signals, which ``warm_up`` of
that reader has it do ahead.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from habeas.reading.errors import SandboxBroken, SandboxMissing

LIBRARY = "libseccomp.so.2"

ALLOWED = """
access alarm arch_prctl brk capget chdir chmod clock_getres clock_gettime clock_nanosleep close
close_range copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_pwait
epoll_wait eventfd2 execve exit exit_group faccessat faccessat2 fadvise64 fallocate fchdir fchmod
fchmodat fdatasync flock fork fstat fstatfs fsync ftruncate futex get_mempolicy get_robust_list
getcpu getcwd getdents getdents64 getegid geteuid getgid getgroups getitimer getpgid getpgrp
getpid getppid getpriority getrandom getresgid getresuid getrlimit getrusage getsid gettid
gettimeofday getuid kill link linkat lseek lstat madvise membarrier mincore mkdir mkdirat mlock
mmap mprotect mremap msync munlock munmap nanosleep newfstatat open openat openat2 pause pipe
pipe2 poll ppoll prctl pread64 preadv pselect6 pwrite64 pwritev read readahead readlink readlinkat
readv rename renameat renameat2 restart_syscall rmdir rseq rt_sigaction rt_sigpending
rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait sched_get_priority_max
sched_get_priority_min sched_getaffinity sched_getparam sched_getscheduler sched_yield select
sendfile set_robust_list set_tid_address setitimer setpgid setrlimit setsid sigaltstack splice
stat statfs statx symlink symlinkat sync_file_range sysinfo tgkill time timer_create timer_delete
timer_gettime timer_settime times tkill truncate umask uname unlink unlinkat utime utimensat
utimes vfork wait4 waitid waitpid write writev
""".split()  # noqa: SIM905 - a page of names, one to read at a glance

#: What the worker needs and no reader: its identity, and to be handed the pipes of a file.
WORKERS_OWN = "capset pidfd_open recvmsg setgid setgroups setresgid setresuid setuid".split()  # noqa: SIM905
#: F_DUPFD, F_GETFD … F_SETLKW, the locks of open files, F_DUPFD_CLOEXEC, sizes of pipes.
_FCNTLS = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1031, 1032)
_LOAD = (1, 1)  # seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC): only ever less

_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_EQUAL, _MASKED_EQUAL = 4, 7  # SCMP_CMP_EQ, SCMP_CMP_MASKED_EQ
_NEW_NAMESPACES = (
    0x00000080  # CLONE_NEWTIME
    | 0x00020000  # CLONE_NEWNS
    | 0x02000000  # CLONE_NEWCGROUP
    | 0x04000000  # CLONE_NEWUTS
    | 0x08000000  # CLONE_NEWIPC
    | 0x10000000  # CLONE_NEWUSER
    | 0x20000000  # CLONE_NEWPID
    | 0x40000000  # CLONE_NEWNET
)
_LOW_32 = 0xFFFFFFFF  # the kernel looks at no more of a pid or a request
_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS … FIONBIO, FIOCLEX


class _Comparison(ctypes.Structure):
    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("datum_a", ctypes.c_uint64),
        ("datum_b", ctypes.c_uint64),
    )


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters as BPF, and the number of the call that loads one."""

    worker: bytes
    reader: bytes
    parser: bytes
    number: int

    _HEAD: ClassVar[struct.Struct] = struct.Struct("=iII")

    def for_children(self) -> bytes:
        """What the worker is given, so that its children can load theirs."""
        return self._HEAD.pack(self.number, len(self.reader), len(self.parser)) + (
            self.reader + self.parser
        )

    @classmethod
    def given(cls, data: bytes) -> Filters:
        number, reader, parser = cls._HEAD.unpack_from(data)
        start = cls._HEAD.size
        middle, end = start + reader, start + reader + parser
        return cls(b"", data[start:middle], data[middle:end], number)

    def load(self, program: bytes) -> None:
        """Put a filter over all threads of this process, and over what they start, for good."""
        instructions = ctypes.create_string_buffer(program, len(program))
        given = _Program(len(program) // 8, ctypes.cast(instructions, ctypes.c_void_p))
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.syscall(self.number, *_LOAD, ctypes.byref(given)) != 0:
            raise OSError(ctypes.get_errno(), "the filter of system calls cannot be loaded")


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def filters() -> Filters:
    """All filters, compiled for this machine."""
    library = _library()
    number = library.seccomp_syscall_resolve_name(b"seccomp")
    with _compiled(library, _ERRNO | errno.ENOSYS) as (context, worker):
        _allow_all(library, context, [*ALLOWED, *WORKERS_OWN])
    with _compiled(library, _ERRNO | errno.ENOSYS) as (context, reader):
        _allow_all(library, context, ALLOWED)
    with _compiled(library, _ALLOW) as (context, parser):
        for name in ("socketpair", "seccomp"):
            _rule(library, context, _ERRNO | errno.ENOSYS, name)
    return Filters(bytes(worker), bytes(reader), bytes(parser), number)


def _allow_all(library: ctypes.CDLL, context: int, names: list[str]) -> None:
    def allow(name: str, *comparisons: _Comparison) -> None:
        _rule(library, context, _ALLOW, name, *comparisons)

    for name in names:
        allow(name)
    allow("clone", _Comparison(0, _MASKED_EQUAL, _NEW_NAMESPACES, 0))
    allow("prlimit64", _Comparison(0, _MASKED_EQUAL, _LOW_32, 0))
    allow("socketpair", _Comparison(0, _EQUAL, 1, 0), _Comparison(1, _MASKED_EQUAL, 0xF, 1))
    allow("seccomp", *(_Comparison(at, _EQUAL, value, 0) for at, value in enumerate(_LOAD)))
    for request in _IOCTLS:
        allow("ioctl", _Comparison(1, _MASKED_EQUAL, _LOW_32, request))
    for command in _FCNTLS:
        allow("fcntl", _Comparison(1, _MASKED_EQUAL, _LOW_32, command))


def _library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(LIBRARY, use_errno=True)
    except OSError as error:
        raise SandboxMissing(
            f"{LIBRARY} cannot be loaded ({error}).", next_step="Install libseccomp2."
        ) from error
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = [ctypes.c_uint32]
    library.seccomp_rule_add_array.argtypes = [
        ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p,
    ]  # fmt: skip
    library.seccomp_export_bpf.argtypes = [ctypes.c_void_p, ctypes.c_int]
    library.seccomp_release.argtypes = [ctypes.c_void_p]
    return library


@contextlib.contextmanager
def _compiled(library: ctypes.CDLL, otherwise: int) -> Iterator[tuple[int, bytearray]]:
    """A context for rules, and where the program is once they are all there."""
    context, program = library.seccomp_init(otherwise), bytearray()
    if not context:
        raise SandboxBroken("libseccomp makes no filter.", next_step="Check its installation.")
    try:
        yield context, program
        handle = os.memfd_create("seccomp")
        try:
            if library.seccomp_export_bpf(context, handle) != 0:
                raise SandboxBroken("libseccomp writes no filter.", next_step="Update libseccomp2.")
            program += os.pread(handle, os.fstat(handle).st_size, 0)
        finally:
            os.close(handle)
    finally:
        library.seccomp_release(context)


def _rule(
    library: ctypes.CDLL, context: int, answer: int, name: str, *comparisons: _Comparison
) -> None:
    """Answer so to a call whose arguments compare as said, all of them."""
    number = library.seccomp_syscall_resolve_name(name.encode())
    if number == -1:  # __NR_SCMP_ERROR: this architecture has no such call
        return
    given = (_Comparison * len(comparisons))(*comparisons) if comparisons else None
    done = library.seccomp_rule_add_array(context, answer, number, len(comparisons), given)
    if done != 0 and number >= 0:  # negative: a pseudo number of another architecture
        raise SandboxBroken(
            f"libseccomp refuses the rule for {name} (error {done}).",
            next_step="Update libseccomp2.",
        )
