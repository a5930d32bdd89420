"""Restore: a backup into a new directory, verified before it counts as an archive.

``habeas.toml``, which makes a directory an archive, is written last of all: until then
nothing opens what is there, and a file says that a restore was not finished. The log's
tiles are computed from the restored entries and must lead to the checkpoint that the
archive signed; the projections are rebuilt; then everything is verified as ``habeas verify``
does it.

Invariants: a backup that was altered or cut short, or that is not of the archive whose
keys were given, leaves nothing behind; nothing is signed; no secret key comes from the
backup, only from the keyring given.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.db import connection

from habeas.archive.errors import ArchiveError, ArchiveExists, BackupError, BackupUnsound
from habeas.archive.ledger.committed_entries import leaf_hash_at
from habeas.archive.opening import Archive
from habeas.archive.preserve.receiving import Receiving, drop_tables
from habeas.archive.preserve.sealed_stream import read
from habeas.archive.store.connecting import connect
from habeas.archive.store.database_errors import plain_errors
from habeas.archive.store.settings_file import SETTINGS_NAME, ArchiveSettings
from habeas.archive.verify.verifying import verify
from habeas.custody import durable
from habeas.custody.checks.audit import AuditFault
from habeas.custody.keys import key_files

if TYPE_CHECKING:
    from habeas.custody.keys.keyring import Keyring

UNFINISHED: Final = "unfinished-restore"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came out of a backup.

    ``entries`` stand in it, of which ``logged`` are under the signed checkpoint. ``faults``
    is what ``verify`` found; it was so in the archive when the backup was made.
    """

    directory: Path
    origin: str
    entries: int
    logged: int
    objects: int
    made_at: int
    sha256: str
    last_leaf: bytes
    faults: tuple[AuditFault, ...]

    @property
    def sound(self) -> bool:
        return not self.faults


def restore(
    source: Path,
    directory: Path,
    keyring: Keyring,
    *,
    passphrase: str | None,
    database_url: str | None = None,
    progress: Progress = lambda what, done, total: None,
) -> Restored:
    """Restore a backup into a new or empty directory, and an empty database.

    ``keyring`` holds the keys of the archive, for instance from a recovery copy; they are
    written into the new directory under ``passphrase`` (None leaves them unprotected).
    Afterwards the process is connected to the restored database.
    """
    settings = ArchiveSettings(keyring.origin, database_url or "")

    def place(receiving: Receiving) -> Keyring:
        return receiving.put_keys(keyring, passphrase)

    return _restored(source, directory, settings, keyring, place, progress)


def _restored(
    source: Path,
    directory: Path,
    settings: ArchiveSettings,
    keyring: Keyring,
    place_keys: Callable[[Receiving], Keyring],
    progress: Progress,
) -> Restored:
    _refuse_occupied(directory)
    if not source.is_file():
        raise BackupError(f"No backup at {source}.", next_step="Check the path.")
    identities = [keyring.backup_identity(epoch) for epoch in keyring.epochs]
    with _whole_or_nothing(directory), plain_errors():
        receiving = Receiving(directory, settings, keyring)
        try:
            digest = read(
                source, identities, receiving, lambda done, all_: progress("Reading", done, all_)
            )
            receiving.finish(progress)
            archive = Archive(directory, settings, place_keys(receiving))
            archive._refuse_foreign_keys()
            report = verify(archive, progress)
            last = leaf_hash_at(archive.size - 1) or b""
            settings.write(directory)
        except BaseException:
            if receiving.made_tables and settings.database:
                with contextlib.suppress(Exception):  # the first error is the one to tell
                    drop_tables()
            raise
        (directory / UNFINISHED).unlink()
        durable.sync_path(directory)
    return Restored(
        directory=directory,
        origin=archive.origin,
        entries=archive.size,
        logged=report.logged,
        objects=receiving.objects,
        made_at=receiving.made_at,
        sha256=digest,
        last_leaf=last,
        faults=tuple(report.faults),
    )


def check_backup(
    archive: Archive,
    source: Path,
    progress: Progress = lambda what, done, total: None,
    *,
    scratch: Path | None = None,
    despite: Collection[str] = (),
) -> Restored:
    """Restore a backup with the archive's own keys, verify it, and remove it again.

    It is put into the archive's own ``cache/`` unless ``scratch`` names an existing folder,
    always on SQLite and without the keys, and takes as much room as the archive. Raises
    ``BackupUnsound`` where it does not verify (but for faults of the codes ``despite``), or its
    last entry is not this archive's. Not inside a transaction: it changes the database that this
    process is connected to, and puts that right again.
    """
    if connection.in_atomic_block:
        raise ArchiveError("A backup is not checked inside a transaction.")
    above = scratch or archive.directory / "cache"
    above.mkdir(mode=0o700, exist_ok=True)
    directory = above / f"check-{secrets.token_hex(8)}"
    try:
        settings = ArchiveSettings(archive.origin, "")
        made = _restored(
            source, directory, settings, archive.keyring, lambda _: archive.keyring, progress
        )
    finally:
        connect(archive.directory, archive.settings)
        shutil.rmtree(directory, ignore_errors=True)
    last = made.entries - 1
    if leaf_hash_at(last) != made.last_leaf:
        raise BackupUnsound(
            f"Entry {last} of the backup {source} is not the one in this archive.",
            next_step="It is of another copy of the archive. Make a new backup.",
        )
    if faults := [fault for fault in made.faults if fault.code not in despite]:
        some = " ".join(fault.message for fault in faults[:3])
        raise BackupUnsound(
            f"The backup {source} restores with {len(faults)} faults. {some}",
            next_step="Run `habeas verify`: put right what it names, then make a new backup.",
        )
    return made


def _refuse_occupied(directory: Path) -> None:
    if not directory.exists() or (directory.is_dir() and not any(directory.iterdir())):
        return
    if (directory / UNFINISHED).exists() and not (directory / SETTINGS_NAME).exists():
        raise ArchiveExists(
            f"In {directory} a restore was interrupted; what it holds is not an archive.",
            next_step="Remove the directory, then restore again.",
        )
    raise ArchiveExists(
        f"{directory} is there and not empty.", next_step="Choose a new or an empty directory."
    )


@contextlib.contextmanager
def _whole_or_nothing(directory: Path) -> Iterator[None]:
    made = not directory.exists()
    try:
        durable.make_private(directory)
    except OSError as error:
        raise BackupError(
            f"{directory} cannot be made: {error.strerror}.", next_step="Choose another directory."
        ) from error
    directory.chmod(0o700)
    try:
        (directory / UNFINISHED).write_text(
            "A restore was not finished here. This is not an archive: remove the directory.\n",
            encoding="utf-8",
        )
        yield
    except BaseException:
        connection.close()
        key_files.shred(directory / "keys" / "installation")
        for child in directory.iterdir():
            shutil.rmtree(child) if child.is_dir() else child.unlink()
        if made:
            os.rmdir(directory)
        raise
