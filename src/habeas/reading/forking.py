"""A process of the sandbox: what it gives up, what it may use, how it ended.

Invariants: what is given up cannot be taken back, and every process forked later has given it
up, too; no signal is handled in process 1, so the kernel keeps all from it that come from
inside.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from dataclasses import dataclass

from habeas.reading.documents import State
from habeas.reading.limits import MIB, Limits

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP = 1, 4, 24
_CAPABILITY_VERSION_3 = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True)
_ADDRESS_SLACK = 4096 * MIB  # libraries and reserved address space, over ``memory_bytes``


@dataclass(slots=True)
class Ending:
    """How a child ended: its wait status, or the limit for which it was killed."""

    status: int = 0
    limit: str = ""

    @property
    def is_sound(self) -> bool:
        return not self.limit and self.status == 0

    @property
    def was_killed(self) -> bool:
        """By SIGKILL: by a process of its own, by the kernel, or by a person."""
        killed = os.WIFSIGNALED(self.status) and os.WTERMSIG(self.status) == signal.SIGKILL
        return killed and not self.limit

    def words(self, limits: Limits) -> tuple[State, str]:
        """A state (refused or failed) and the reason for a child that gave no document."""
        if self.is_sound:
            return State.FAILED, "The reader gave no document."
        if self.limit:
            most = getattr(limits, self.limit)
            shown = f"{most:,}" if isinstance(most, int) else f"{most:g}"
            return State.REFUSED, f"{self.limit}: {shown} reached"
        if os.WIFSIGNALED(self.status):
            number = os.WTERMSIG(self.status)
            if number == signal.SIGXCPU:
                return State.REFUSED, f"cpu_seconds: {limits.cpu_seconds} reached"
            if number == signal.SIGXFSZ:
                return State.REFUSED, f"scratch_bytes: {limits.scratch_bytes:,} reached"
            return State.FAILED, f"The reader was ended by {_name(number)}."
        code = os.waitstatus_to_exitcode(self.status)
        return State.FAILED, f"The reader ended with code {code}."


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # one of those without a name
        return f"signal {number}"


def die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def handle_no_signal() -> None:
    """Undo Python's handlers, and those of libraries. SIGPIPE stays an error of a call."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        ignored = number in (signal.SIGPIPE, signal.SIGXFSZ)
        signal.signal(number, signal.SIG_IGN if ignored else signal.SIG_DFL)


def hide_memory() -> None:
    """No process of the same user can look into this one any more."""
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def drop_bounding_set() -> None:
    """No program that is started later can gain any capability. Needs CAP_SETPCAP."""
    for capability in range(64):
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


def drop_capabilities() -> None:
    """The effective, permitted and inheritable sets: all empty."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    _libc.capset(header, (ctypes.c_uint32 * 6)())


def hold(limits: Limits) -> None:
    """Take the limits of a process upon this one, and on all that it forks, for good."""
    for what, most in (
        (resource.RLIMIT_DATA, limits.memory_bytes),
        (resource.RLIMIT_AS, limits.memory_bytes + _ADDRESS_SLACK),
        (resource.RLIMIT_FSIZE, limits.scratch_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_STACK, 16 * MIB),
    ):
        _lower(what, most, most)


def hold_time(limits: Limits) -> None:
    """The limit on processor time, which a process counts from its own beginning."""
    _lower(resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 2)


def _lower(what: int, soft: int, hard: int) -> None:
    _, now = resource.getrlimit(what)
    if now != resource.RLIM_INFINITY:
        soft, hard = min(soft, now), min(hard, now)
    resource.setrlimit(what, (soft, hard))


def write_all(handle: int, payload: bytes | memoryview) -> None:
    view = memoryview(payload)
    while view:
        view = view[os.write(handle, view) :]


def read_all(handle: int, count: int) -> bytes:
    """``count`` bytes; fewer only where the other end was closed."""
    got = os.read(handle, count)
    if len(got) == count:
        return got
    pieces, left = [got], count - len(got)
    while left and pieces[-1]:
        pieces.append(os.read(handle, min(left, 1 << 20)))
        left -= len(pieces[-1])
    return b"".join(pieces)
