"""The one process that extends the log and signs its checkpoints.

Invariants: there is one sequencer at a time; a size is never signed with two roots, and only by
the keys in force at it; a checkpoint is signed only over a tree that begins with the tree last
signed, which is recomputed from the right edge first; tiles are durable before the signature is
made, and the signature is remembered before it is shown. A database that holds fewer entries
than the log, or other ones, is a restored copy or a fork and is refused before anything is
signed.

A crash at any point leaves the older checkpoint in place; the next ``extend`` writes the
same tiles again and signs, or shows again, the same checkpoint.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol

from habeas.custody import durable
from habeas.custody.errors import (
    DatabaseBehindLog,
    DatabaseDiffers,
    LogError,
    NoteError,
    RootDiffers,
    SecondSequencer,
    SequencerError,
)
from habeas.custody.keys.key_chain import Signing
from habeas.custody.log.checkpoints import Checkpoint, parse_checkpoint, sign_checkpoint
from habeas.custody.log.merkle import EMPTY_ROOT
from habeas.custody.log.notes import Signer
from habeas.custody.log.tiles import TileLog


class CheckpointMemory(Protocol):
    """Where every checkpoint ever signed is kept, apart from the log folder."""

    def signed(self, size: int) -> bytes | None:
        """The checkpoint signed at ``size``, if one was."""

    def remember(self, size: int, note: bytes) -> None:
        """Keep a checkpoint, durably when this returns."""


class Sequencer:
    """Holds the lock from its making until ``close``."""

    def __init__(
        self,
        directory: Path | str,
        origin: str,
        checkpoint_signer: Signer | Callable[[], Signing],
        memory: CheckpointMemory,
    ) -> None:
        self.log = TileLog(directory)
        self.origin = origin
        self._memory = memory
        durable.make_folder(self.log.directory)
        self._lock = self._take_lock()
        try:
            if isinstance(checkpoint_signer, Signer):
                self._signing = Signing.with_one(checkpoint_signer)
            else:
                self._signing = checkpoint_signer()  # under the lock, so that it is the newest
            self.leftovers = durable.prepare_folder(self.log.directory)
            self._current = self._check_current()
        except BaseException:
            self.close()
            raise

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint; None before the first."""
        return self._current

    @property
    def size(self) -> int:
        """The size of the newest checkpoint: the position of the next entry to add."""
        return self._current.size if self._current else 0

    def stops(self, size: int) -> list[int]:
        """Up to which sizes to extend, one after the other, to come to ``size``.

        A hand-over of keys is one: its checkpoint must be signed at that very size.
        """
        within = [stop for stop in self._signing.chain.handovers if self.size < stop < size]
        return [*within, size]

    def extend(
        self,
        entries: Iterable[bytes],
        *,
        size: int | None = None,
        leaf_before: bytes | None = None,
    ) -> Checkpoint:
        """Add the entries from position ``self.size`` on; the new, published checkpoint.

        ``size`` is the number of entries in the database: fewer than the log's is
        ``DatabaseBehindLog``. ``leaf_before`` is the database's leaf hash at position
        ``self.size - 1``: another than the log's is ``DatabaseDiffers``. Give both.
        """
        before = self.size
        if size is not None and size < before:
            raise DatabaseBehindLog(
                f"The database holds {size} entries and its log was signed at {before}: the "
                "database is an older copy.",
                next_step="Restore the newest database, or the database that belongs to this log. "
                "Nothing was signed.",
            )
        self._check_edge()
        if leaf_before is not None and before and leaf_before != self.log.leaf(before - 1):
            raise DatabaseDiffers(
                f"Entry {before - 1} of the database is not the one in the log: an older copy of "
                "the database was added to.",
                next_step="Put the database that belongs to this log back. Nothing was signed.",
            )
        new_size, root = self.log.append(_exactly(entries, size, before))
        if self._current and new_size == before:
            return self._current
        self._current = self._sign(new_size, root)
        return self._current

    def close(self) -> None:
        """Give the lock back."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Sequencer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _sign(self, size: int, root: bytes) -> Checkpoint:
        remembered = self._remembered(size)
        if remembered is None:
            checkpoint = sign_checkpoint(self.origin, size, root, *self._signing.signers(size))
            self._memory.remember(size, checkpoint.note)
        elif remembered.root == root:
            checkpoint = remembered  # a crash came between remembering and showing
        else:
            raise _differs(size)
        self.log.publish(checkpoint)
        return checkpoint

    def _check_current(self) -> Checkpoint | None:
        """The checkpoint on disk, which must be ours and the one remembered."""
        current = self.log.checkpoint()
        if current is None:
            return None
        try:
            self._signing.chain.open(current.note)
        except NoteError as error:
            raise LogError(
                f"The log's checkpoint is not one that this archive signed: {error.message}",
                path="checkpoint",
                next_step="Restore the log folder from a mirror. Nothing was signed.",
            ) from error
        remembered = self._remembered(current.size)
        if remembered is not None and remembered.root != current.root:
            raise _differs(current.size)
        return current

    def _check_edge(self) -> None:
        """The right edge must lead to the signed root, or we would sign what was altered."""
        root = self._current.root if self._current else EMPTY_ROOT
        if self.log.root(self.size) != root:
            raise LogError(
                f"The tiles at the end of the log do not lead to its checkpoint at {self.size}.",
                path="tile",
                next_step="Run `habeas verify`, which names the file. Nothing was signed.",
            )

    def _remembered(self, size: int) -> Checkpoint | None:
        note = self._memory.signed(size)
        return parse_checkpoint(bytes(note)) if note is not None else None

    def _take_lock(self) -> int:
        path = self.log.directory / "sequencer.lock"
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise SecondSequencer(
                f"Another process is extending the log in {self.log.directory}.",
                next_step="Wait until it is done; only one may sign at a time.",
            ) from None
        return lock


def _exactly(entries: Iterable[bytes], size: int | None, before: int) -> Iterator[bytes]:
    """The entries; refused, before anything is shown, when they do not make up ``size``."""
    position = before
    for entry in entries:
        yield entry
        position += 1
    if size is not None and position != size:
        raise SequencerError(
            f"The database says that it holds {size} entries and gave {position}.",
            next_step="Run the command again; if it stays so, run `habeas verify`.",
        )


def _differs(size: int) -> RootDiffers:
    return RootDiffers(
        f"The log of size {size} was signed before with another root.",
        next_step="Either the database or the log folder was replaced. Put back the two that "
        "belong together. Nothing was signed.",
    )
