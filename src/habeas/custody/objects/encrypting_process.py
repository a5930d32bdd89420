"""A second process that encrypts, so that sealing many files keeps two cores busy.

The library that encrypts holds the interpreter's lock: a second thread brings nothing. So this
process asks, and another (``beside_serving``) reads each file, encrypts it and writes it under
a temporary name of the asker's batch; the asker, who has meanwhile recorded earlier files,
makes them durable and shows them.

Invariants: the other process is started anew and has nothing of this one's memory: no key of
the archive, no database. What it knows is the files, and the identity of each object, which
comes back through a pipe only: it is in no file, argument or environment. It ends when this
one does, however that may be. A failure of its is this one's, with the same name.
See decision 0024.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import struct
import subprocess
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, NamedTuple, NoReturn, Protocol

from habeas.custody import errors
from habeas.custody.errors import SealingStopped
from habeas.custody.objects.encrypting import AlreadySealed, Outcome, Sealed, SealingJob
from habeas.errors import HabeasError

# -P: what lies in the folder that somebody is in is not run.
COMMAND = [sys.executable, "-P", "-m", "habeas.custody.objects.encrypting_child"]
_PIPE_BYTES: Final = 1 << 20  # what is told of some thousand files waits in it
_HEAD: Final = struct.Struct("!I")


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Ends(Protocol):
    def kill(self) -> None: ...

    def wait(self) -> int: ...


class Running(NamedTuple):
    """A process at work, and the ends of its pipes that are this one's."""

    process: _Ends
    requests: IO[bytes]
    answers: IO[bytes]


class Beside:
    """The second process, as the first sees it: ``prepare`` starts it, also again after
    ``stop``. It does one batch's files at a time."""

    def __init__(self) -> None:
        self._running: Running | None = None
        self._asked = 0

    def __enter__(self) -> Beside:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def prepare(self) -> bool:
        """Start the process, so that it is ready when it is needed; False where it would not
        help, because there is one processor, or cannot be."""
        if self._running is None and cores() > 1 and sys.executable:
            with contextlib.suppress(OSError):
                self._running = start()
        return self._running is not None

    def begin(self, root: Path, token: str, first: int, wanted: Sequence[SealingJob]) -> None:
        """Have the files written under the batch's temporary names from number ``first`` on.

        Only after ``prepare`` said yes.
        """
        files = [[os.fspath(path), *unless] for path, unless in wanted]
        job = {"root": os.fspath(root), "token": token, "first": first, "files": files}
        try:
            write_frame(self._at_work.requests, job)
        except EOFError:
            self._raise_stopped()
        self._asked = len(files)

    def outcomes(self) -> Iterator[tuple[int, Outcome]]:
        """What became of each file, in the order given, and its number where it was sealed."""
        answers, heard = self._at_work.answers, 0
        while True:
            try:
                frame = read_frame(answers)
            except EOFError:
                self._raise_stopped()
            if isinstance(frame, list):
                heard += len(frame)
                yield from map(_understood, frame)
            elif frame["failure"] is not None:
                self.stop()
                raise _failure(frame["failure"])
            elif heard != self._asked:
                self._raise_stopped()
            else:
                return

    def stop(self) -> None:
        """End the process, whatever it is at. What it has not told of is in temporary files."""
        if self._running is None:
            return
        process, requests, answers = self._running
        self._running = None
        process.kill()
        process.wait()
        answers.close()
        requests.close()

    @property
    def _at_work(self) -> Running:
        if self._running is None:
            raise RuntimeError("the second process was not started")
        return self._running

    def _raise_stopped(self) -> NoReturn:
        self.stop()
        raise SealingStopped(
            "The process that encrypts was ended from outside, perhaps for lack of memory.",
            next_step="Run the same command again: what was recorded before is kept.",
        )


def start() -> Running:
    """The second process, as ``COMMAND`` starts it."""
    jobs, requests = os.pipe()
    answers, told_to = os.pipe()
    try:
        process = subprocess.Popen(
            COMMAND,
            stdin=jobs,
            stdout=told_to,
            process_group=0,  # an interrupt from the keyboard is for the first one to answer
        )
    except BaseException:
        os.close(requests)
        os.close(answers)
        raise
    finally:
        os.close(jobs)
        os.close(told_to)
    with contextlib.suppress(AttributeError, OSError):
        fcntl.fcntl(answers, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return Running(process, os.fdopen(requests, "wb", buffering=0), os.fdopen(answers, "rb"))


# --- what passes between the two -------------------------------------------------------------


def write_frame(stream: IO[bytes], content: Any) -> None:
    """One message: its length, then JSON in ASCII, which holds file names of any bytes.

    ``stream`` must not be buffered; ``EOFError`` where the other end cannot be reached.
    """
    payload = json.dumps(content).encode("ascii")
    view = memoryview(_HEAD.pack(len(payload)) + payload)
    while view:
        try:
            written = stream.write(view)
        except OSError as error:
            raise EOFError from error
        if not written:
            raise EOFError
        view = view[written:]


def read_frame(stream: IO[bytes]) -> Any:
    """The next message; ``EOFError`` where the other end is gone."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise EOFError
    payload = stream.read(_HEAD.unpack(head)[0])
    if len(payload) < _HEAD.unpack(head)[0]:
        raise EOFError
    return json.loads(payload)


def told(number: int, outcome: Outcome) -> list[Any]:
    """An outcome as it is written: they differ in length."""
    if isinstance(outcome, Sealed):
        return [
            *(number, outcome.plain_sha256, outcome.address),
            *(outcome.size_bytes, outcome.identity),
        ]
    if isinstance(outcome, AlreadySealed):
        return [outcome.plain_sha256, outcome.size_bytes]
    return [type(outcome).__name__, outcome.message, outcome.path, outcome.next_step]


def _understood(written: list[Any]) -> tuple[int, Outcome]:
    if len(written) == 5:
        return written[0], Sealed(*written[1:])
    if len(written) == 2:
        return 0, AlreadySealed(*written)
    kind, message, path, next_step = written
    return 0, getattr(errors, kind)(message, path=path, next_step=next_step)


def described(error: BaseException) -> list[Any]:
    """A failure that ends the batch, so that the first process can raise it as its own."""
    if isinstance(error, HabeasError):
        return [type(error).__name__, error.message, error.next_step]
    if isinstance(error, OSError):
        return [error.errno, error.strerror, error.filename]
    at = traceback.extract_tb(error.__traceback__)[-1]  # where, not what: that may hold a secret
    return [f"{type(error).__name__} at {Path(at.filename).name}, line {at.lineno}"]


def _failure(written: list[Any]) -> BaseException:
    if len(written) == 1:
        return RuntimeError(f"the process that encrypts failed: {written[0]}")
    if isinstance(written[0], str):
        kind, message, next_step = written
        error: BaseException = getattr(errors, kind)(message, next_step=next_step)
        return error
    return OSError(*written)
