"""The second process of sealing: it reads, encrypts and writes, and knows no key.

Run as ``python -P -m habeas.custody.objects.encrypting_child`` by ``beside``, with a pipe at either
side.

Invariants: it ends with the process that started it, even one that was killed, and even before
this one had come so far as to ask to be ended with it; what it was at is then removed by the
next start, as after any crash; while it writes, it holds the store's
lock as well, so that nobody cleans up under its hands. It writes to nothing but its pipe and
``objects/tmp``.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import IO, Any, Final

from habeas.custody import core_dumps
from habeas.custody.durable import PendingFiles
from habeas.custody.errors import SourceError
from habeas.custody.objects.encrypting_process import described, read_frame, told, write_frame
from habeas.custody.objects.sealing import SealingBatch

_TOLD_TOGETHER: Final = 64
_TOLD_AFTER_SECONDS: Final = 0.2  # so that whoever watches sees large files go by
_PR_SET_PDEATHSIG: Final = 1


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Do one batch's files after another until nobody asks, or hears, any more."""
    with contextlib.suppress(EOFError):
        while True:
            job = read_frame(requests)
            if not _heard(answers):  # the asker died with its question in the pipe
                return
            failure = None
            try:
                _do(job, answers)
            except EOFError:
                raise
            except BaseException as error:
                failure = described(error)
            write_frame(answers, {"failure": failure})


def _heard(answers: IO[bytes]) -> bool:
    """Whether the other end of the pipe is open."""
    poll = select.poll()
    poll.register(answers, 0)  # that nobody reads is told unasked
    return not poll.poll(0)


def _do(job: dict[str, Any], answers: IO[bytes]) -> None:
    root = Path(job["root"])
    pending = PendingFiles(root, token=job["token"], first=job["first"])
    batch = SealingBatch(root, pending)
    waiting: list[list[Any]] = []
    told_at = time.monotonic()
    try:
        for path, *unless in job["files"]:
            try:
                outcome = batch.seal(path, None, unless)
                waiting.append(told(batch.newest, outcome))
            except SourceError as error:
                waiting.append(told(0, error))
            now = time.monotonic()
            if len(waiting) == _TOLD_TOGETHER or now - told_at > _TOLD_AFTER_SECONDS:
                write_frame(answers, waiting)
                waiting, told_at = [], now
        write_frame(answers, waiting)
        batch.give_back()
    finally:
        batch.discard()


def main() -> None:
    """Serve the pipes at standard input and output."""
    core_dumps.turn_off()  # identities would be in it
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    with os.fdopen(0, "rb") as requests, os.fdopen(1, "wb", buffering=0) as answers:
        serve(requests, answers)


if __name__ == "__main__":
    main()
