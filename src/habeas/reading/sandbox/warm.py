"""A warm worker seen from outside: started, told to begin, taken back, ended.

Invariants: stopping ends every process inside, at once; a job has pipes of its own, which end
with it; a worker that is not sure to have nothing left of a file is not used for another;
whether the worker or the file is at fault is never mixed up.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from habeas.reading.errors import SandboxBroken, SandboxEnded
from habeas.reading.forking import Ending
from habeas.reading.limits import Limits
from habeas.reading.sandbox import confining, handing
from habeas.reading.sandbox.scratch import Scratch
from habeas.reading.sandbox.seccomp import Filters
from habeas.reading.sandbox.worker import BEGIN, ENDED, READY

PIPE_BYTES = 1024 * 1024
_START_SECONDS = 120.0
_END_SECONDS = 5.0  # of a process that has given its document


@dataclass(slots=True)
class Pipes:
    """This side of a job's two pipes."""

    job: int
    results: int

    def close(self) -> None:
        for end in (self.job, self.results):
            if end >= 0:
                os.close(end)
        self.job = self.results = -1


@dataclass(slots=True, eq=False)
class Warm:
    """The running worker and how to talk with it."""

    process: subprocess.Popen[bytes]
    inner: int  # a handle of process 1 inside; -1 without walls
    inner_id: int
    commands: int
    control: int
    said: BinaryIO  # what it wrote to standard error
    scratch: str = ""  # without walls only
    ready: bool = False
    used: bool = False
    stopped: bool = False
    ending: bool = False  # its file's document came; the end of its process did not yet
    pipes: Pipes = field(default_factory=lambda: Pipes(-1, -1))

    @classmethod
    def start(
        cls, limits: Limits, bubblewrap: str, filters: Filters | None, further: tuple[Path, ...]
    ) -> Warm:
        """Start it and return at once. Without ``bubblewrap`` there are no walls."""
        commands, commands_in = handing.pair()
        control, control_in = os.pipe()
        info, info_in = os.pipe()
        said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker
        given = _in_memory(filters.for_children() if filters else b"")
        passed, scratch, environment = [commands_in, control_in, given], "", None
        closed_here = [commands_in, control_in, info_in, given]
        if filters is not None:
            handle = _in_memory(filters.worker)
            passed += [handle, info_in]
            closed_here.append(handle)
            command = confining.bubblewrap_command(
                limits, handle, info_in, bubblewrap, also=further
            )
        else:
            shared = "/dev/shm"  # noqa: S108 - memory, not a disk
            scratch = tempfile.mkdtemp(dir=shared if os.path.isdir(shared) else None)
            environment = confining.environment(scratch)
            command = confining.worker_command()
        command += [json.dumps(limits.to_dict()), *map(str, passed[:3]), *map(str, further)]
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
                pass_fds=passed, env=environment, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            for end in (commands, control, info):
                os.close(end)
            raise SandboxBroken(
                f"The sandbox cannot be started ({error}).", next_step="Check bubblewrap."
            ) from error
        finally:
            for end in closed_here:
                os.close(end)
        inner, inner_id = _process_inside(info)
        return cls(process, inner, inner_id, commands, control, said, scratch)

    def await_ready(self) -> None:
        if self.process.poll() is not None:
            raise self.broken("The worker ended by itself.", self._kind())
        if self.ready:
            return
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        if not poll.poll(_START_SECONDS * 1000) or os.read(self.control, 1) != READY:
            raise self.broken("The sandbox does not start.")
        self.ready = True

    def _kind(self) -> type[SandboxBroken]:
        return SandboxEnded if self.ready else SandboxBroken

    def begin(self) -> Pipes:
        """Give the waiting child the pipes of a job; it starts at once."""
        job_in, job = _pipe()
        results, results_in = _pipe()
        try:
            handing.give(self.commands, BEGIN, (job_in, results_in))
        finally:
            os.close(job_in)
            os.close(results_in)
        for end in (job, results):
            os.set_blocking(end, False)
        self.pipes, self.used = Pipes(job, results), True
        return self.pipes

    def hint(self, kind: bytes) -> None:
        """What the next file is likely to be, so that the waiting child warms up for it."""
        handing.give(self.commands, kind)

    def finish(self) -> bool:
        """Wait for the end of the last file's process; False where another is to be started."""
        if self.ending:
            poll = select.poll()
            poll.register(self.control, select.POLLIN)
            if not poll.poll(_END_SECONDS * 1000):
                return False
            try:
                return self.settle()[1]
            except SandboxEnded:  # its document is there, and the next file is read elsewhere
                return False
        return True

    def settle(self) -> tuple[Ending, bool]:
        """How the child ended, as the worker says, and whether nothing is left of it."""
        told = os.read(self.control, ENDED.size)
        if len(told) != ENDED.size:
            raise self.broken("The worker ended by itself.", SandboxEnded)
        self.ending = False
        self.pipes.close()
        status, crowded, clean = ENDED.unpack(told)
        return Ending(status, "scratch_files" if crowded else ""), bool(clean)

    def stop(self) -> None:
        """Kill process 1 inside, and the kernel ends all others with it."""
        if self.stopped:
            return
        self.stopped = True
        if self.inner >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.inner, signal.SIGKILL)
            os.close(self.inner)
        self.process.kill()
        self.process.wait()
        self.pipes.close()
        os.close(self.commands)
        os.close(self.control)
        self.said.close()
        if self.scratch:
            Scratch(self.scratch, alone=False).emptied()
            shutil.rmtree(self.scratch, ignore_errors=True)

    def broken(self, words: str, kind: type[SandboxBroken] = SandboxBroken) -> SandboxBroken:
        """The error for a worker that is at fault itself, with the last line it wrote."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(2)
        self.said.seek(0)
        lines = self.said.read(20_000).decode(errors="replace").strip().splitlines()
        last = lines[-1][:300] if lines else "It said nothing."
        return kind(
            f"{words} {last}",
            next_step="Nothing is known about the file. Repair the sandbox, then read again.",
        )


def _process_inside(info: int) -> tuple[int, int]:
    """A handle of process 1 of the sandbox, by what bubblewrap tells; -1 if it tells nothing."""
    told = b""
    while b"}" not in told and (piece := os.read(info, 4_096)):
        told += piece
    os.close(info)
    if not told:
        return -1, 0
    number = int(json.loads(told)["child-pid"])
    try:
        return os.pidfd_open(number), number
    except ProcessLookupError:
        return -1, number


def _in_memory(data: bytes) -> int:
    """A handle from which the bytes can be read."""
    handle = os.memfd_create("given")
    os.write(handle, data)
    os.lseek(handle, 0, os.SEEK_SET)
    return handle


def _pipe() -> tuple[int, int]:
    ends = os.pipe()
    with contextlib.suppress(OSError):  # a person may have used up the room for large pipes
        fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    return ends
