"""Objects sealed together: durable and visible all at once, or not at all.

Many files can be encrypted by a second process (``beside``) while this one does something
else; what becomes of each is the same, and comes in the same order.

Invariants: nothing is visible before it is durable; whatever ends a batch leaves nothing of
it; while anything of a batch is unpublished, its lock is held, and nobody cleans up.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import overload

from habeas.custody import durable
from habeas.custody.errors import SourceError
from habeas.custody.objects.encrypting import (
    AlreadySealed,
    Outcome,
    Progress,
    Reads,
    Sealed,
    SealingJob,
    encrypt_bytes,
    encrypt_file,
    encrypt_stream,
    object_path,
)
from habeas.custody.objects.encrypting_process import Beside


class SealingBatch:
    """Objects sealed together. Leaving the ``with`` block makes them durable and visible;
    an exception, or ``discard``, leaves nothing of them."""

    def __init__(self, directory: Path, pending: durable.PendingFiles | None = None) -> None:
        self._pending = durable.PendingFiles(directory) if pending is None else pending
        self._beside: Beside | None = None  # while it works for this batch
        durable.make_private(directory / "tmp")
        # Shared with other batches; whoever would clean up wants it alone.
        self._lock = open_lock(directory)
        fcntl.flock(self._lock, fcntl.LOCK_SH)

    def __enter__(self) -> SealingBatch:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.publish()
        finally:
            self.discard()

    @overload
    def seal(
        self, source: str | os.PathLike[str] | Reads | bytes, progress: Progress | None = None
    ) -> Sealed: ...

    @overload
    def seal(
        self, source: str | os.PathLike[str], progress: Progress | None, unless: Collection[str]
    ) -> Sealed | AlreadySealed: ...

    def seal(
        self,
        source: str | os.PathLike[str] | Reads | bytes,
        progress: Progress | None = None,
        unless: Collection[str] = (),
    ) -> Sealed | AlreadySealed:
        """Seal a file by path, an open binary stream, or bytes.

        ``unless``: not where the SHA-256 of the file's bytes is one of these. ``SourceError``
        names a file that cannot be sealed; the batch stays good and others can follow.
        ``StorageFull`` ends the batch.
        """
        if isinstance(source, bytes):
            return encrypt_bytes(self._pending, source, progress)
        if isinstance(source, (str, os.PathLike)):
            return encrypt_file(self._pending, os.fspath(source), progress, unless)
        return encrypt_stream(self._pending, source, "the stream", progress)

    def seal_each(
        self, wanted: Sequence[SealingJob], beside: Beside | None = None
    ) -> Iterator[Outcome]:
        """What becomes of each of the files, in their order.

        With ``beside`` the other process begins at once, whenever the outcomes are asked for.
        They must all have been taken before the batch ends well.
        """
        if beside is None:
            return map(self._outcome, wanted)
        first = self._pending.lend(len(wanted))
        self._beside = beside
        try:
            beside.begin(self._pending.root, self._pending.token, first, wanted)
        except BaseException:
            self.discard()
            raise
        return self._told(beside)

    @property
    def newest(self) -> int:
        """The number under which the object sealed last waits."""
        return self._pending.number

    def take_back(self) -> None:
        """Remove the object sealed last, as if it had not been."""
        self._pending.drop_last()

    def publish(self) -> None:
        """Make all of it durable and visible."""
        if self._beside is not None:
            raise RuntimeError("not all outcomes of the batch were taken")
        self._pending.publish()

    def give_back(self) -> None:
        """In the second process: leave all of it to the batch that this one is part of."""
        self._pending.give_back()
        self.discard()

    def discard(self) -> None:
        """End the batch: remove what was sealed in it and is not visible yet."""
        if self._beside is not None:
            self._beside.stop()  # before its files are removed, or it would make more
            self._beside = None
        self._pending.discard()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _outcome(self, wanted: SealingJob) -> Outcome:
        try:
            return self.seal(wanted.path, None, wanted.unless)
        except SourceError as error:
            return error

    def _told(self, beside: Beside) -> Iterator[Outcome]:
        for number, outcome in beside.outcomes():
            if isinstance(outcome, Sealed):
                self._pending.take(number, object_path(outcome.address))
            yield outcome
        self._pending.end_lending()
        self._beside = None


def open_lock(directory: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    return os.open(directory / "sealing.lock", flags, 0o600)
