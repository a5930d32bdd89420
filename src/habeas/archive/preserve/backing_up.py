"""Backup: everything that cannot be computed again, in one age-encrypted stream.

    backup.json           what this is: archive, size, moment
    log/, keys/, policy   the signed checkpoint, cosignatures, public keys, partners
    tables/<t>/<n>.jsonl  ledger and content, as of one moment
    objects/<aa>/<hash>   the sealed objects that those tables name
    end.json              how many there were of each

It is encrypted to the backup identity of the keyring's current epoch, which is not in it,
and to nobody else. Beside it stands ``<name>.keys``: the keyring, sealed to custodians and
shares. So a thief of both reads nothing, custodians with both restore everything, and an
erasure that ends the epoch ends its backups with it, wherever they are, except where
somebody kept a ``.keys`` file of that epoch and can open it.

Invariants: a backup appears under its name whole and durable or not at all and is never
overwritten; nothing plain is written to any disk; whoever appends is not kept waiting; the
log is noted before the tables, so a restored database is never behind its log.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import secrets
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from django.db import connection

import habeas
from habeas.archive.errors import BackupError, BackupExists, BackupOvertaken, NobodyCouldRestore
from habeas.archive.models import ContentObjectKey, LedgerEntry
from habeas.archive.preserve import sealed_stream
from habeas.archive.preserve.sealed_stream import StreamMember
from habeas.archive.store.database_errors import plain_errors
from habeas.archive.store.snapshot import Snapshot, chunks, permanent, snapshot
from habeas.custody import durable
from habeas.custody.keys import age_keys, recovery
from habeas.custody.log.checkpoints import parse_checkpoint
from habeas.custody.objects.encrypting import object_path

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

FORMAT: Final = "habeas-backup/1"
POLICY: Final = "partners.toml"
_PIECE: Final = 1 << 20
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class BackupMade:
    """A backup that is whole and durable.

    ``keys_path`` is None where only the archive's own keys open it. ``damaged`` are objects
    that are missing or altered in the archive itself: they are not, or not well, in it.
    """

    path: Path
    sha256: str
    size_bytes: int
    entries: int
    objects: int
    epoch: int
    keys_path: Path | None
    damaged: tuple[str, ...] = ()


@dataclass(slots=True)
class _Made:
    """What is counted while the stream is written."""

    entries: int = 0
    objects: int = 0
    object_bytes: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    epochs: set[int] = field(default_factory=set)
    damaged: list[str] = field(default_factory=list)


def keys_beside(backup: Path) -> Path:
    """Where the keys of a backup lie, for those who may open it."""
    return backup.with_name(f"{backup.name}.keys")


def backup(
    archive: Archive,
    target: Path,
    recipients: Collection[str] = (),
    progress: Progress = lambda what, done, total: None,
    *,
    only_own_keys: bool = False,
) -> BackupMade:
    """Write a backup to ``target`` and the sealed keys beside it, to ``<target>.keys``.

    ``recipients`` (age) can open these keys besides the custodians and shares of the archive.
    Where there is nobody at all it is refused, unless ``only_own_keys``: then nothing is
    written beside it and the archive's own keyring is needed to restore.
    """
    keys_path = keys_beside(target)
    for path in (target, keys_path):
        if path.exists() or path.is_symlink():
            raise BackupExists(
                f"{path} is there already; a backup is never overwritten.",
                next_step="Choose another name."
                if target.exists()
                else "Choose another name, or remove it: a backup that was cut off left it.",
            )
    keyring = archive.keyring
    known = recovery.read_recipients(keyring.directory).all
    holders = {*known, *(age_keys.check_recipient(each) for each in recipients)}
    if not holders and not only_own_keys:
        raise NobodyCouldRestore(
            "No one could restore this backup if this disk were lost: its key is in the archive's "
            "keyring only.",
            next_step="Name a custodian (`habeas keys custodians add`), make shares (`habeas keys "
            "shares`), or give an age recipient with --to.",
        )
    keyring.refresh()
    epoch = keyring.current_epoch
    recipient = age_keys.recipient_of(keyring.backup_identity(epoch))
    made = _Made()
    keys_named = False
    try:
        with _appearing(target) as stream:
            with plain_errors():
                members = _members(archive, made, progress)
                digest, size = sealed_stream.write(members, [recipient], stream)
            keyring.refresh()
            if keyring.current_epoch != epoch:
                raise BackupOvertaken(
                    "The archive's keys were changed while the backup was made; it was not kept.",
                    next_step="Make it again when the erasure or rotation has ended.",
                )
            if holders:  # named before the backup, so that none is there without its keys
                with _appearing(keys_path) as beside:
                    durable.write_all(beside, keyring.sealed_for(holders, made.epochs | {epoch}))
                keys_named = True
    except BaseException as error:
        # A backup that has its name must not be without its keys; another's is none of ours.
        if keys_named and (isinstance(error, BackupExists) or not target.exists()):
            durable.remove_quietly(keys_path)
        raise
    return BackupMade(
        path=target,
        sha256=digest,
        size_bytes=size,
        entries=made.entries,
        objects=made.objects,
        epoch=epoch,
        keys_path=keys_path if holders else None,
        damaged=tuple(made.damaged),
    )


def _members(archive: Archive, made: _Made, progress: Progress) -> Iterator[StreamMember]:
    checkpoint = archive.log.checkpoint()  # before the snapshot: see the invariants
    with snapshot(archive) as moment:
        made.entries = moment.count(LedgerEntry)
        made.epochs = moment.distinct(ContentObjectKey, "epoch")
        about = {
            "format": FORMAT,
            "origin": archive.origin,
            "entries": made.entries,
            "logged": checkpoint.size if checkpoint else 0,
            "made_at": int(time.time()),
            "program": f"habeas {habeas.__version__}",
        }
        yield StreamMember.of("backup.json", _json(about))
        if checkpoint:
            yield StreamMember.of("log/checkpoint", checkpoint.note)
            yield from _cosigned(archive, checkpoint.size)
        yield from _public(archive)
        yield from _tables(moment, made, progress)
        yield from _objects(archive, moment, made, progress)
        counted = {"rows": made.rows, "objects": made.objects, "damaged": made.damaged}
        yield StreamMember.of("end.json", _json(counted))


def _cosigned(archive: Archive, size: int) -> Iterator[StreamMember]:
    folder = archive.log.directory / "cosigned"
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.name.isdecimal() and int(path.name) <= size:
            note = path.read_bytes()
            parse_checkpoint(note)
            yield StreamMember.of(f"log/cosigned/{path.name}", note)


def _public(archive: Archive) -> Iterator[StreamMember]:
    """Public keys and the trust policy. No secret key of any kind goes into a backup."""
    keys = archive.keyring.directory
    names = ["verifiers", f"{recovery.FOLDER}/recipients"]
    names += [f"people/{path.name}" for path in sorted((keys / "people").glob("p-*.pub"))]
    for name in names:
        if (keys / name).is_file():
            yield StreamMember.of(f"keys/{name}", (keys / name).read_bytes())
    if (archive.directory / POLICY).is_file():
        yield StreamMember.of(POLICY, (archive.directory / POLICY).read_bytes())


def _tables(moment: Snapshot, made: _Made, progress: Progress) -> Iterator[StreamMember]:
    present = set(connection.introspection.table_names())
    for model in permanent():
        table = model._meta.db_table
        if table not in present:  # an older archive, not rebuilt by this program yet
            continue
        done, total = 0, moment.count(model)
        for number, (count, data) in enumerate(chunks(moment, model)):
            yield StreamMember.of(f"tables/{table}/{number:08}.jsonl", data)
            done += count
            progress("Entries" if model is LedgerEntry else table, done, total)
        made.rows[table] = done


def _objects(
    archive: Archive, moment: Snapshot, made: _Made, progress: Progress
) -> Iterator[StreamMember]:
    total = 0
    for (address,) in moment.rows(ContentObjectKey, ("address",)):
        with contextlib.suppress(OSError):
            total += archive.objects.path(address).stat().st_size
    for (address,) in moment.rows(ContentObjectKey, ("address",)):
        try:
            stream = archive.objects.path(address).open("rb")
        except FileNotFoundError:
            if not ContentObjectKey.objects.filter(address=address).exists():
                raise BackupOvertaken(
                    "Something was erased while the backup was made; it was not kept.",
                    next_step="Make it again when the erasure has ended.",
                ) from None
            made.damaged.append(address)
            continue
        with stream:
            digest = hashlib.sha256()
            size = os.fstat(stream.fileno()).st_size
            pieces = _pieces(stream, digest.update)
            yield StreamMember(f"objects/{object_path(address)}", size, pieces)
        if digest.hexdigest() != address:
            made.damaged.append(address)
        made.objects += 1
        made.object_bytes += size
        progress("Objects", made.object_bytes, total)


def _pieces(stream: BinaryIO, seen: Callable[[bytes], None]) -> Iterator[bytes]:
    while piece := stream.read(_PIECE):
        seen(piece)
        yield piece


@contextlib.contextmanager
def _appearing(path: Path) -> Iterator[int]:
    """A new file that gets its name when the block ends well and everything is durable."""
    temporary = f"{path}.{secrets.token_hex(4)}.unfinished"
    try:
        descriptor = durable.create(temporary, 0o600)
    except FileNotFoundError:
        raise BackupError(
            f"The folder {path.parent} does not exist.", next_step="Create it, or choose another."
        ) from None
    try:
        yield descriptor
        durable.sync_open(descriptor, path)
        _name(temporary, path)
        durable.sync_path(path.parent)
    finally:
        os.close(descriptor)
        durable.remove_quietly(temporary)


def _name(temporary: str, path: Path) -> None:
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise BackupExists(
            f"{path} is there already; a backup is never overwritten.",
            next_step="Choose another name.",
        ) from None
    except OSError as error:  # a stick whose file system knows no links
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS):
            raise
        os.rename(temporary, path)


def _json(document: object) -> bytes:
    return json.dumps(document, indent=1).encode() + b"\n"
