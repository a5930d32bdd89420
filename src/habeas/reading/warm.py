"""A warm worker seen from outside: started, told to begin, taken back, ended.

Invariants: stopping ends every process inside, at once; after a job ended nothing of it is
left in any pipe; whether the worker or the file is at fault is never mixed up.
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
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from habeas.reading import confining
from habeas.reading.errors import SandboxBroken
from habeas.reading.limits import Limits
from habeas.reading.worker import BEGIN, READY, STATUS

PIPE_BYTES = 1024 * 1024
_START_SECONDS = 120.0
_END_SECONDS = 5.0  # of a process that has given its document


@dataclass(slots=True, eq=False)
class Warm:
    """The running worker and this side of its pipes."""

    process: subprocess.Popen[bytes]
    inner: int  # a handle of process 1 inside; -1 without walls
    inner_id: int
    job: int
    job_behind: int  # the reading end, to take back what a dead child left
    results: int
    commands: int
    control: int
    said: BinaryIO  # what it wrote to standard error
    scratch: str = ""  # without walls only
    ready: bool = False
    ending: bool = False  # its file's document came; the end of its process did not yet

    @classmethod
    def start(
        cls, limits: Limits, bubblewrap: str, filter_program: bytes, further: tuple[Path, ...]
    ) -> Warm:
        """Start it and return at once. Without ``bubblewrap`` there are no walls."""
        job_behind, job = _pipe()
        results, results_in = _pipe()
        commands_out, commands = _pipe()
        control, control_in = _pipe()
        info, info_in = _pipe()
        said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker
        passed, scratch, environment = [commands_out, control_in], "", None
        closed_here = [results_in, commands_out, control_in, info_in]
        if bubblewrap:
            handle = os.memfd_create("seccomp")
            os.write(handle, filter_program)
            os.lseek(handle, 0, os.SEEK_SET)
            passed += [handle, info_in]
            closed_here.append(handle)
            command = confining.bubblewrap_command(
                limits, handle, info_in, bubblewrap, also=further
            )
        else:
            shared = "/dev/shm"  # noqa: S108 - memory, not a disk
            scratch = tempfile.mkdtemp(dir=shared if os.path.isdir(shared) else None)
            environment = confining.ENVIRONMENT | {"TMPDIR": scratch, "HOME": scratch}
            command = confining.worker_command()
        command += [json.dumps(limits.to_dict()), str(commands_out), str(control_in)]
        command += [str(path) for path in further]
        try:
            process = subprocess.Popen(
                command, stdin=job_behind, stdout=results_in, stderr=said, pass_fds=passed,
                env=environment, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise SandboxBroken(
                f"The sandbox cannot be started ({error}).", next_step="Check bubblewrap."
            ) from error
        finally:
            for end in closed_here:
                os.close(end)
        inner, inner_id = _process_inside(info)
        for end in (job, results):  # not ``job_behind``: the child reads from it, too
            os.set_blocking(end, False)
        return cls(
            process, inner, inner_id, job, job_behind, results, commands, control, said, scratch
        )

    def await_ready(self) -> None:
        if self.process.poll() is not None:
            raise self.broken("The worker ended by itself.")
        if self.ready:
            return
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        if not poll.poll(_START_SECONDS * 1000) or os.read(self.control, 1) != READY:
            raise self.broken("The sandbox does not start.")
        self.ready = True

    def begin(self) -> None:
        with contextlib.suppress(BrokenPipeError):  # then the control pipe says so
            os.write(self.commands, BEGIN)

    def hint(self, kind: bytes) -> None:
        """What the next file is likely to be, so that the waiting child warms up for it."""
        with contextlib.suppress(BrokenPipeError):
            os.write(self.commands, kind)

    def finish(self) -> bool:
        """Wait for the end of the last file's process; False where it does not end."""
        if self.ending:
            poll = select.poll()
            poll.register(self.control, select.POLLIN)
            if not poll.poll(_END_SECONDS * 1000):
                return False
            self.settle(os.read(self.control, STATUS.size))
            self.ending = False
        return True

    def settle(self, status: bytes) -> None:
        """The child is gone. Take back what it left in the pipes, before another starts."""
        if len(status) != STATUS.size:
            raise self.broken("The worker ended by itself.")
        poll = select.poll()
        poll.register(self.job_behind, select.POLLIN)
        while poll.poll(0):
            os.read(self.job_behind, PIPE_BYTES)
        with contextlib.suppress(BlockingIOError):
            while os.read(self.results, PIPE_BYTES):
                pass

    def stop(self) -> None:
        """Kill process 1 inside, and the kernel ends all others with it."""
        if self.inner >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.inner, signal.SIGKILL)
            os.close(self.inner)
        self.process.kill()
        self.process.wait()
        for end in (self.job, self.job_behind, self.results, self.commands, self.control):
            os.close(end)
        self.said.close()
        if self.scratch:
            shutil.rmtree(self.scratch, ignore_errors=True)

    def broken(self, words: str) -> SandboxBroken:
        """The error for a worker that is at fault itself, with the last line it wrote."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(2)
        self.said.seek(0)
        lines = self.said.read(20_000).decode(errors="replace").strip().splitlines()
        last = lines[-1][:300] if lines else "It said nothing."
        return SandboxBroken(
            f"{words} {last}",
            next_step="Nothing is known about the file. Mend the sandbox, then read again.",
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


def _pipe() -> tuple[int, int]:
    ends = os.pipe()
    with contextlib.suppress(OSError):  # a person may have used up the room for large pipes
        fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    return ends
