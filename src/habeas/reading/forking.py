"""A child for one file: its limits, its frames, and how it ended.

Invariants: the child leaves by ``os._exit``, never through its parent's stack; it dies with
its parent; a child that says nothing for the wall time is killed; only whole frames pass on.
"""

from __future__ import annotations

import ctypes
import os
import resource
import select
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from habeas.reading import frames
from habeas.reading.limits import MIB, Limits

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP = 1, 4, 24
_CAPABILITY_VERSION_3 = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True)
_CHUNK = 256 * 1024
_BEAT_SECONDS = 0.5
_ADDRESS_SLACK = 4096 * MIB  # libraries and reserved address space, over ``memory_bytes``


@dataclass(slots=True)
class Ending:
    """How a child ended: its wait status, or the limit for which it was killed."""

    status: int = 0
    limit: str = ""

    def words(self, limits: Limits) -> tuple[str, str]:
        """A state (refused or failed) and the reason for a child that gave no document."""
        if self.limit:
            return "refused", f"{self.limit}: {getattr(limits, self.limit):g} reached"
        if os.WIFSIGNALED(self.status):
            number = os.WTERMSIG(self.status)
            if number == signal.SIGXCPU:
                return "refused", f"cpu_seconds: {limits.cpu_seconds} reached"
            if number == signal.SIGXFSZ:
                return "refused", f"scratch_bytes: {limits.scratch_bytes} reached"
            return "failed", f"The reader was ended by {signal.Signals(number).name}."
        return "failed", f"The reader ended with code {os.waitstatus_to_exitcode(self.status)}."


def die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


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


def write_all(handle: int, payload: bytes) -> None:
    view = memoryview(payload)
    while view:
        view = view[os.write(handle, view) :]


def run(
    work: Callable[[int], None], limits: Limits, ended: Ending
) -> Iterator[tuple[bytes, bytes]]:
    """Frames of ``work(handle)`` in a child, as kind and payload; then ``ended`` is filled."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(ours)
            die_with_parent()
            work(theirs)
            code = 0
        finally:
            os._exit(code)
    os.close(theirs)
    try:
        yield from _frames_of(ours, child, limits, ended)
    finally:
        os.close(ours)
        if not ended.limit:
            ended.status = _reap(child, kill=False)


def _frames_of(
    handle: int, child: int, limits: Limits, ended: Ending
) -> Iterator[tuple[bytes, bytes]]:
    waiting = bytearray()
    needed = frames.HEAD.size
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    deadline = time.monotonic() + limits.wall_seconds
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            ended.limit = "wall_seconds"
            _reap(child, kill=True)
            return
        if not poll.poll(min(left, _BEAT_SECONDS) * 1000):
            yield frames.PROGRESS, b""  # the clock that runs is this one, not those above
            continue
        chunk = os.read(handle, _CHUNK)
        if not chunk:
            return
        waiting += chunk
        while len(waiting) >= needed:
            kind, length = frames.HEAD.unpack_from(waiting)
            if kind not in frames.KINDS or length > limits.output_bytes:
                ended.limit = "output_bytes"
                _reap(child, kill=True)
                return
            needed = frames.HEAD.size + length
            if len(waiting) < needed:
                break
            payload = bytes(waiting[frames.HEAD.size : needed])
            del waiting[:needed]
            needed = frames.HEAD.size
            yield kind, payload
            deadline = time.monotonic() + limits.wall_seconds


def _reap(child: int, *, kill: bool) -> int:
    """The child's wait status. One that closed its pipe and stays gets two seconds."""
    deadline = time.monotonic() + (0 if kill else 2)
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.0005)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]
