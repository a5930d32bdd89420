"""An archive: one directory, made by ``init_archive`` (``making``), opened by ``open_archive``.

A process has one archive open at a time, because Django's connection is the process's: once
another is opened, an ``Archive`` refuses to read and to write, which it would do in its name.
Opening refuses, before anything can be signed, a database of a newer program, a database
that is behind its own log, and one whose last logged entry is not the log's.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.db import DatabaseError

from habeas.archive.access.blocked_bytes import refuse_blocked
from habeas.archive.errors import (
    ArchiveBusy,
    ArchiveDamaged,
    ArchiveError,
    ArchiveNotFound,
    ForeignKeys,
    KeysHandedOver,
    NewerArchive,
    ProjectionOutdated,
)
from habeas.archive.keys import handover_documents
from habeas.archive.ledger.committed_entries import head, leaf_hash_at, notes_between
from habeas.archive.ledger.signed_checkpoints import SignedCheckpoints
from habeas.archive.ledger.signing import checkpoint_signing, entry_signer, key_chain
from habeas.archive.models import ContentObjectKey, LedgerEntry, LocalState
from habeas.archive.store import clock, erasure_journal, holding, open_lock, schema
from habeas.archive.store.connecting import connect, holding_the_head, refuse_another
from habeas.archive.store.database_errors import lacks_table, plain_errors
from habeas.archive.store.settings_file import SETTINGS_NAME, ArchiveSettings
from habeas.custody.errors import DatabaseBehindLog, DatabaseDiffers, NoteError, SecondSequencer
from habeas.custody.keys.key_chain import KeyChain, Signing
from habeas.custody.keys.key_names import is_synthetic
from habeas.custody.keys.keyring import Keyring
from habeas.custody.log.checkpoints import Checkpoint
from habeas.custody.log.entries import Composer, check_signed, parse_entry
from habeas.custody.log.notes import Signer
from habeas.custody.log.tiles import TileLog
from habeas.custody.objects.object_store import ObjectStore
from habeas.custody.sequencer import Sequencer

if TYPE_CHECKING:
    from habeas.archive.ledger.appending import Batch
    from habeas.archive.ledger.submissions import Submission

log = logging.getLogger(__name__)

MAIN = "main"  # the key of the compartment that every archive begins with


class Archive:
    """An open archive: read through ``habeas.archive.access``, write through ``writing``."""

    def __init__(self, directory: Path, settings: ArchiveSettings, keyring: Keyring) -> None:
        self.directory = directory
        self._place = directory.resolve()  # the process may go elsewhere
        self.settings = settings
        self.keyring = keyring
        self.objects = ObjectStore(directory / "objects")
        self.log = TileLog(directory / "log")

    @property
    def origin(self) -> str:
        """The log's name: it stands in every entry and checkpoint and says nothing."""
        return self.settings.origin

    @property
    def synthetic(self) -> bool:
        """Whether everything in it is made up, for an exercise."""
        return is_synthetic(self.origin)

    @property
    def size(self) -> int:
        """How many entries are committed."""
        refuse_another(self._place)
        return head()[0]

    @property
    def chain(self) -> KeyChain:
        """Which key of this archive signs what."""
        return key_chain(self.keyring)

    def composer(self, size: int) -> Composer:
        """What writes and signs the next entries of a ledger of this size."""
        return Composer(self.origin, entry_signer(self.keyring, size))

    def sequencer(self) -> Sequencer:
        """The lock on the log, with the keys in force once it is held."""
        refuse_another(self._place)
        log = self.directory / "log"
        return Sequencer(
            log, self.origin, lambda: checkpoint_signing(self.keyring), SignedCheckpoints()
        )

    @contextlib.contextmanager
    def writing(
        self,
        person: Signer | None = None,
        *,
        sequence: bool = True,
        submission: Submission | None = None,
    ) -> Iterator[Batch]:
        """One transaction of appended entries; when it ends they are committed, then logged.

        ``person`` signs the decisions in it; of a ``submission``, each entry that is appended must
        be the next one that it holds. An exception inside takes everything back.
        """
        from habeas.archive.ledger.appending import Batch  # projections: not for who only reads

        refuse_another(self._place)
        with plain_errors():
            clock.refuse_doubtful(head()[1])
        with plain_errors(), holding_the_head():
            self._refuse_behind()
            self._refuse_outdated()
            batch = Batch(self, person, submission)
            clock.remember(head()[1])
            yield batch
            batch.finish()
        if sequence:
            self.sequence_if_free()

    def sequence(self) -> Checkpoint:
        """Write committed entries to the log's tiles and sign the checkpoint."""
        refuse_another(self._place)
        size = 0

        def signing() -> Signing:
            nonlocal size
            size = head()[0]  # before the keys: they then cover every hand-over below it
            return checkpoint_signing(self.keyring)

        log = self.directory / "log"
        with Sequencer(log, self.origin, signing, SignedCheckpoints()) as sequencer:
            for stop in sequencer.stops(size):
                logged = sequencer.size
                checkpoint = sequencer.extend(
                    notes_between(logged, stop), size=stop, leaf_before=leaf_hash_at(logged - 1)
                )
            return checkpoint

    def sequence_if_free(self) -> None:
        """Write the log unless another process is at it, which will then do it.

        Whoever is refused committed before, so the one who was at it sees their entries
        when it looks again.
        """
        try:
            with plain_errors():
                while self.sequence().size < self.size:
                    pass
        except (SecondSequencer, ArchiveBusy):
            log.warning(
                "The entries are committed. Another process is writing the log; "
                "they join it at its next run."
            )

    def read_object(self, address: str, *, even_blocked: bool = False) -> bytes:
        """The plain bytes of a sealed object, whole; for large ones use ``copy_object``."""
        refuse_another(self._place)
        if not even_blocked:
            refuse_blocked(address)
        return self.objects.open(address, self._identity(address))

    def copy_object(self, address: str, target: IO[bytes]) -> int:
        """Write the plain bytes of a sealed object to a stream; their number."""
        return self.unlocked(address)(target)

    def unlocked(self, address: str) -> Callable[[IO[bytes]], int]:
        """What ``copy_object`` does once the object's key is found.

        For a thread of its own: it needs no database any more.
        """
        refuse_another(self._place)
        refuse_blocked(address)
        identity = self._identity(address)

        def copy(target: IO[bytes]) -> int:
            return self.objects.copy_plain(address, identity, target)

        return copy

    def _identity(self, address: str) -> str:
        key = ContentObjectKey.objects.filter(address=address).first()
        if key is None:
            raise ArchiveError(f"The key of object {address[:12]}… is not in this archive.")
        return self.keyring.unwrap(key.epoch, bytes(key.wrapped_identity), address)

    def _refuse_foreign_keys(self) -> None:
        """The newest entry must be signed by the key that the keyring knows for its place."""
        rows = LedgerEntry.objects.order_by("-position").values_list("position", "note")
        newest = rows.first()
        try:
            if self.keyring.origin != self.settings.origin:
                raise ForeignKeys(f"it names the archive {self.keyring.origin}")
            if newest is not None:
                key = self.chain.entry_at(newest[0])
                check_signed(parse_entry(bytes(newest[1])), [key])
        except (ForeignKeys, NoteError) as error:
            raise ForeignKeys(
                "The keys in keys/ are not those of this archive.",
                next_step="Put the archive's own keys back. Nothing was written.",
            ) from error

    def _refuse_behind(self) -> None:
        logged = self.log.size
        if not logged:
            return
        size = head()[0]
        if logged > size:
            raise DatabaseBehindLog(
                f"The database holds {size} entries and its own log {logged}: it is an older copy.",
                next_step="Restore the newest copy of the database. Nothing was signed.",
            )
        if leaf_hash_at(logged - 1) != self.log.leaf(logged - 1):
            raise DatabaseDiffers(
                f"Entry {logged - 1} in the database is not the one in the log.",
                next_step="Restore the database that belongs to this log. Nothing was signed.",
            )

    def _refuse_outdated(self) -> None:
        size = head()[0]  # before and after: another process may append meanwhile
        state = local_state()
        if state.get("projection") != schema.projection_version():
            raise ProjectionOutdated(
                "The tables derived from the ledger were made by another version of habeas.",
                next_step="Run `habeas rebuild`.",
            )
        if not size <= int(state["projected"]) <= head()[0]:
            raise ProjectionOutdated(
                f"The derived tables cover {state['projected']} of {head()[0]} entries: "
                "a rebuild was interrupted.",
                next_step="Run `habeas rebuild`; it goes on where it stopped.",
            )


def find_archive(start: Path) -> Path:
    """The archive that ``start`` lies in: itself or the nearest parent that is one."""
    for directory in (start.resolve(), *start.resolve().parents):
        if (directory / SETTINGS_NAME).is_file():
            return directory
    raise ArchiveNotFound(
        f"No archive was found in {start} or above it.",
        next_step="Go into an archive, name one with `--archive`, or make one with `habeas init`.",
    )


def open_archive(
    directory: Path,
    passphrase: str | None = None,
    *,
    outdated: bool = False,
    damaged: bool = False,
    erasing: bool = False,
) -> Archive:
    """Open an archive to read and write.

    ``outdated`` opens also one whose projections need ``habeas rebuild``; ``damaged`` also
    one whose log and database do not fit, for ``habeas verify``: it must not be written to;
    ``erasing`` also one whose erasure was interrupted, to finish it.
    """
    global _opened
    holding.refuse_another()
    _opened = None
    settings = ArchiveSettings.read(directory)
    open_lock.enter(directory)
    if not (erasing or damaged):
        erasure_journal.refuse_unfinished(directory)
    connect(directory, settings)
    with plain_errors():
        _refuse_newer(directory)
        archive = Archive(directory, settings, Keyring.open(directory / "keys", passphrase))
        _opened = archive
        if damaged:
            return archive
        archive._refuse_foreign_keys()
        archive._refuse_behind()
        if not outdated:
            archive._refuse_outdated()
        _finish(archive)
    return archive


def _finish(archive: Archive) -> None:
    """Finish what a step that was interrupted left, and say what that was."""
    if archive.objects.leftovers:
        log.warning(
            "A step was interrupted: %d unfinished files were removed.", archive.objects.leftovers
        )
    try:
        _finish_log(archive)
    except KeysHandedOver as error:  # an older copy: it is read and verified
        log.warning("%s %s", error.message, error.next_step)


def _finish_log(archive: Archive) -> None:
    finished = handover_documents.finish(archive)
    if finished is not None:
        log.warning(
            "A hand-over of the archive's keys was interrupted; %s.",
            "the rest is done when no one else is writing the log"
            if archive.keyring.next
            else f"it is finished: the new keys sign from {finished:,} entries on",
        )
    logged, size = archive.log.size, archive.size
    if logged < size:
        archive.sequence_if_free()
        if archive.log.size >= size:
            log.warning(
                "A step was interrupted after its commit: the entries %d to %d are in the log now.",
                logged,
                size - 1,
            )


def _refuse_newer(directory: Path) -> None:
    try:
        found = int(local_state()["format"])
    except (DatabaseError, ArchiveDamaged) as error:
        if not lacks_table(error):
            raise  # the database does not answer: it may well hold the archive
        raise ArchiveNotFound(
            f"The database of {directory} holds no archive.",
            next_step="Check the database in habeas.toml (of PostgreSQL also its setting "
            "search_path), or restore it from a backup.",
        ) from error
    if found > schema.FORMAT:
        raise NewerArchive(
            f"The database has format {found}; this program knows formats up to {schema.FORMAT}.",
            next_step="Install a newer habeas. Nothing was changed.",
        )


def local_state() -> dict[str, str]:
    """The named facts of this installation, which are all there and numbers where they must be."""
    state = dict(LocalState.objects.values_list("name", "value"))
    for name in ("format", "projected"):
        value = state.get(name)
        if not (isinstance(value, str) and value.isascii() and value.isdecimal()):
            raise ArchiveDamaged(
                f"The database does not say its {name!r}: the table local_state was altered.",
                next_step="Copy the directory as it is, then restore a backup.",
            )
    return state


_opened: Archive | None = None


def opened_here() -> Archive | None:
    """The archive that this process opened last, if any."""
    return _opened
