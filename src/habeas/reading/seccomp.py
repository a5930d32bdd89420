"""The system calls that a reader may make: an allow-list, compiled by libseccomp.

Invariants: what is not named here answers ENOSYS (so that the C library falls back where
it can); there is no call that makes a namespace, a mount, a trace, memory that no limit
counts (memfd, System V) or a ring; ``clone`` takes no namespace flags and ``ioctl`` only what
asks about a file; limits and priorities of other processes cannot be set. No socket can be
made but a pair of connected streams of one process, which tokio (in kreuzberg) wants for its
signals: it can name no address.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import errno
import os

from habeas.reading.errors import SandboxBroken, SandboxMissing

LIBRARY = "libseccomp.so.2"

ALLOWED = """
access alarm arch_prctl brk capget capset chdir chmod clock_getres clock_gettime clock_nanosleep
close close_range copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl
epoll_pwait epoll_wait eventfd2 execve exit exit_group faccessat faccessat2 fadvise64
fallocate fchdir fchmod fchmodat fcntl fdatasync flock fork fstat fstatfs fsync ftruncate
futex get_mempolicy get_robust_list getcpu getcwd getdents getdents64 getegid geteuid getgid
getgroups getitimer getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid
getrlimit getrusage getsid gettid gettimeofday getuid kill link linkat lseek lstat madvise
membarrier mincore mkdir mkdirat mlock mmap mprotect mremap msync munlock munmap nanosleep
newfstatat open openat openat2 pause pidfd_open pipe pipe2 poll ppoll prctl pread64 preadv pselect6
pwrite64 pwritev read readahead readlink readlinkat readv rename renameat renameat2
restart_syscall rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn
rt_sigsuspend rt_sigtimedwait sched_get_priority_max sched_get_priority_min
sched_getaffinity sched_getparam sched_getscheduler sched_yield select sendfile
set_robust_list set_tid_address setgid setgroups setitimer setpgid setresgid setresuid
setrlimit setsid setuid sigaltstack splice stat statfs statx symlink symlinkat sync_file_range
sysinfo tgkill time timer_create timer_delete timer_gettime timer_settime times tkill
truncate umask uname unlink unlinkat utime utimensat utimes vfork wait4 waitid waitpid write
writev
""".split()  # noqa: SIM905 - a page of names, one to read at a glance

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


def program() -> bytes:
    """The filter as BPF, for ``bwrap --seccomp``."""
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
    context = library.seccomp_init(_ERRNO | errno.ENOSYS)
    if not context:
        raise SandboxBroken("libseccomp makes no filter.", next_step="Check its installation.")
    try:
        for name in ALLOWED:
            _allow(library, context, name)
        _allow(library, context, "clone", _Comparison(0, _MASKED_EQUAL, _NEW_NAMESPACES, 0))
        _allow(library, context, "prlimit64", _Comparison(0, _MASKED_EQUAL, _LOW_32, 0))
        stream_pair = (_Comparison(0, _EQUAL, 1, 0), _Comparison(1, _MASKED_EQUAL, 0xF, 1))
        _allow(library, context, "socketpair", *stream_pair)  # AF_UNIX, SOCK_STREAM
        _allow(library, context, "sendto", _Comparison(4, _EQUAL, 0, 0))  # to no address
        _allow(library, context, "recvfrom", _Comparison(4, _EQUAL, 0, 0))
        for request in _IOCTLS:
            _allow(library, context, "ioctl", _Comparison(1, _MASKED_EQUAL, _LOW_32, request))
        handle = os.memfd_create("seccomp")
        try:
            if library.seccomp_export_bpf(context, handle) != 0:
                raise SandboxBroken("libseccomp writes no filter.", next_step="Update libseccomp2.")
            return os.pread(handle, os.fstat(handle).st_size, 0)
        finally:
            os.close(handle)
    finally:
        library.seccomp_release(context)


def _allow(library: ctypes.CDLL, context: int, name: str, *comparisons: _Comparison) -> None:
    """Allow a call whose arguments compare as said, all of them."""
    number = library.seccomp_syscall_resolve_name(name.encode())
    if number == -1:  # __NR_SCMP_ERROR: this architecture has no such call
        return
    given = (_Comparison * len(comparisons))(*comparisons) if comparisons else None
    done = library.seccomp_rule_add_array(context, _ALLOW, number, len(comparisons), given)
    if done != 0 and number >= 0:  # negative: a pseudo number of another architecture
        raise SandboxBroken(
            f"libseccomp refuses the rule for {name} (error {done}).",
            next_step="Update libseccomp2.",
        )
