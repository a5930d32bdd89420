"""Verify, deeper: the database file, what is derived, what is sealed, and what others attested.

``verifying`` checks what is stored against the log. This walks the database's own pages, replays
the ledger and compares every derived table, opens every object and compares its plain bytes, and
checks again each checkpoint that was ever signed, each partner's cosignature and each timestamp, a
token at its own time. Changes nothing. The derived tables are compared while the head of the
ledger is held, so nobody else can write for so long; the rest is asked of one moment
(``archive.store.still``), and others may go on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection

from habeas.archive import models as m
from habeas.archive.attestation.cosigning import FOLDER, kept
from habeas.archive.attestation.proving import root_at
from habeas.archive.attestation.timestamping import logged, verify_logged
from habeas.archive.ledger import rebuilding
from habeas.archive.store.database_file import check_database_file
from habeas.archive.store.still import part as one_part
from habeas.archive.store.still import still
from habeas.archive.verify.report import UNREADABLE, code_of, words_of
from habeas.custody.attestation.cosignatures import CosignerKey, read_cosignatures
from habeas.custody.checks.audit import AuditFault
from habeas.custody.log.checkpoints import parse_checkpoint, text_of
from habeas.custody.log.notes import from_base64
from habeas.custody.objects.encrypting import object_path

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

Progress = Callable[[str, int, int], None]
Part = Callable[["Archive", "Deeper", Progress], Iterator[AuditFault]]


@dataclass(slots=True)
class Deeper:
    """What was checked besides, and every fault. ``pending`` timestamps attest nothing yet.

    ``file``: whether the database is a file of ours, whose pages were walked.
    """

    file: bool = False
    objects: int = 0
    cosignatures: int = 0
    timestamps: int = 0
    pending: int = 0
    damaged: frozenset[str] = frozenset()
    faults: list[AuditFault] = field(default_factory=list)


def verify_deeper(
    archive: Archive,
    progress: Progress = lambda what, done, total: None,
    damaged: Collection[str] = (),
) -> Deeper:
    """Check what ``verifying.verify`` leaves: call that first.

    ``damaged`` are the addresses of objects that it named already: they are not opened.
    """
    deeper = Deeper(damaged=frozenset(damaged))
    for part in (_database, _tables):
        _checked(part, archive, deeper, progress)
    with still(archive) as at:
        for part in _OF_ONE_MOMENT:
            with one_part():
                _checked(part, at, deeper, progress)
    _checked(_kept_checkpoints, archive, deeper, progress)
    return deeper


def _checked(part: Part, archive: Archive, deeper: Deeper, progress: Progress) -> None:
    """The faults of one part; where that cannot be checked at all, this is one."""
    try:
        deeper.faults.extend(part(archive, deeper, progress))
    except UNREADABLE as error:
        message = f"This could not be checked ({part.__name__[1:]}): {words_of(error)}"
        deeper.faults.append(AuditFault(code_of(error), "", None, message))


def _database(archive: Archive, deeper: Deeper, progress: Progress) -> Iterator[AuditFault]:
    deeper.file = connection.vendor == "sqlite"
    if deeper.file:
        progress("Database", 0, 1)
        yield from check_database_file()
        progress("Database", 1, 1)


def _signed_checkpoints(
    archive: Archive, deeper: Deeper, progress: Progress
) -> Iterator[AuditFault]:
    """Every checkpoint that the database remembers as signed is signed, and of this log."""
    chain = archive.chain
    for row in m.LedgerCheckpoint.objects.order_by("size").iterator(chunk_size=1_000):
        try:
            signed = chain.open(bytes(row.note))
            other = signed.size != row.size or root_at(archive, signed.size) != signed.root
        except UNREADABLE as error:
            yield AuditFault(code_of(error), f"checkpoint {row.size}", None, words_of(error))
            continue
        if other:
            yield AuditFault(
                "checkpoint.other-log",
                f"checkpoint {row.size}",
                None,
                f"The checkpoint kept for {row.size:,} is not of the beginning of this log.",
            )


def _tables(archive: Archive, deeper: Deeper, progress: Progress) -> Iterator[AuditFault]:
    for each in rebuilding.check(lambda done, total: progress("Derived", done, total)):
        yield AuditFault(
            "projection.differs",
            each.table,
            None,
            f"The table {each.table} is not what the ledger says: {each.rows_found:,} rows, and "
            f"{each.rows_expected:,} by a replay. `habeas rebuild --from-start` makes it again.",
        )


class _Nothing:
    """Takes what is written and keeps nothing."""

    def write(self, data: bytes) -> int:
        return len(data)


def _objects(archive: Archive, deeper: Deeper, progress: Progress) -> Iterator[AuditFault]:
    """Every object opens with the key that is kept for it; an exhibit's holds its bytes."""
    sealed = m.Exhibit.objects.values_list("address", "position", "plain_sha256")
    exhibits = {address: (position, digest) for address, position, digest in sealed}
    rows = m.ContentObjectKey.objects.order_by("address")
    total = rows.count()
    for key in rows.iterator(chunk_size=1_000):
        if key.address in deeper.damaged:
            continue
        deeper.objects += 1
        position, digest = exhibits.pop(key.address, (None, None))
        try:
            identity = archive.keyring.unwrap(key.epoch, bytes(key.wrapped_identity), key.address)
            archive.objects.copy_plain(
                key.address,
                identity,
                _Nothing(),  # type: ignore[arg-type]
                plain_sha256=digest,
            )
        except UNREADABLE as error:
            place = f"objects/{object_path(str(key.address))}"
            yield AuditFault(code_of(error), place, position, words_of(error))
        progress("Opened", deeper.objects, total)
    for address, (position, _) in exhibits.items():
        if address not in deeper.damaged:
            yield _at(position, "content.missing", "The key of its object is missing.")


def _cosignatures(archive: Archive, deeper: Deeper, progress: Progress) -> Iterator[AuditFault]:
    for row in m.Cosignature.objects.order_by("position"):
        deeper.cosignatures += 1
        try:
            text = text_of(archive.origin, row.size, from_base64(row.root)).encode()
            key = CosignerKey.parse(row.verifier)
            if not read_cosignatures(text + b"\n" + row.line.encode() + b"\n", [key]):
                yield _at(row.position, "cosignature.false", f"It is not by {row.partner}.")
            elif root_at(archive, row.size) != from_base64(row.root):
                yield _fork(row.position, row.partner, row.size)
        except UNREADABLE as error:
            yield _at(row.position, code_of(error), words_of(error))


def _kept_checkpoints(archive: Archive, deeper: Deeper, progress: Progress) -> Iterator[AuditFault]:
    """The cosigned checkpoints in the log's folder, by the keys that the ledger knows.

    They are compared with the log as it is after they were read: one may be newer than a moment.
    """
    known = m.Cosignature.objects.values_list("verifier", flat=True).distinct()
    keys = [CosignerKey.parse(verifier) for verifier in known]
    for note in kept(archive):
        try:
            checkpoint = parse_checkpoint(note)
            read_cosignatures(note, keys)
            other = root_at(archive, checkpoint.size) != checkpoint.root
        except UNREADABLE as error:
            yield AuditFault(code_of(error), FOLDER, None, words_of(error))
            continue
        if other:
            yield AuditFault(
                "cosignature.other-log",
                f"{FOLDER}/{checkpoint.size}",
                None,
                f"The log cosigned at {checkpoint.size:,} entries does not begin this log.",
            )


def _timestamps(archive: Archive, deeper: Deeper, progress: Progress) -> Iterator[AuditFault]:
    total = m.Timestamp.objects.count()
    for one in logged(archive):
        deeper.timestamps += 1
        checked = verify_logged(archive, one)
        deeper.pending += bool(checked.pending)
        if checked.fault is not None:
            yield _at(one.position, checked.fault.code, checked.fault.message)
        progress("Timestamps", deeper.timestamps, total)


_OF_ONE_MOMENT = (_objects, _signed_checkpoints, _cosignatures, _timestamps)


def _fork(position: int, partner: str, size: int) -> AuditFault:
    message = f"{partner} cosigned a log of {size:,} entries that is not the beginning of this one."
    return _at(position, "cosignature.other-log", message)


def _at(position: int, code: str, message: str) -> AuditFault:
    return AuditFault(code, f"entry {position}", position, message)
