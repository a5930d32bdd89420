"""Finishing a hand-over of the keys that the ledger has: its document, and the new keys in force.

Invariants: asked at each opening, it only reads where nothing is to be finished; a document
follows from ledger and log, and one that does not hold is never handed out.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from habeas.archive.ledger.signing import handed_over_at
from habeas.archive.models import ContentDisclosures, LedgerCheckpoint, LedgerEntry
from habeas.archive.store.database_errors import plain_errors
from habeas.custody import durable
from habeas.custody.errors import HandoverError, SecondSequencer
from habeas.custody.keys import handovers
from habeas.custody.log import disclosures as sd
from habeas.custody.log.checkpoints import parse_checkpoint

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


def finish(archive: Archive) -> int | None:
    """Finish a hand-over that the ledger has and the keyring not yet; its size, None for none.

    Where another process is writing the log, it is left to the next who opens the archive.
    """
    with plain_errors():
        archive.keyring.refresh()
        size = handed_over_at(archive.keyring)
        if size is None:
            put_documents(archive)
            return None
        if archive.log.size < size:
            archive.sequence_if_free()
        if archive.log.size >= size and put_documents(archive):
            archive.keyring.promote(size)
    return size


def document_path(archive: Archive, size: int) -> Path:
    """Where the document of a hand-over stands, beside the log that it is of."""
    return archive.log.directory / handovers.FOLDER / str(size)


def put_documents(archive: Archive) -> bool:
    """Write what is missing of ``log/handovers``: it follows from ledger and log.

    False where another process holds the log just now.
    """
    sizes = [size for size in archive.chain.handovers if size <= archive.log.size]
    missing = [size for size in sizes if not document_path(archive, size).is_file()]
    if missing:
        try:
            with archive.sequencer():
                for size in missing:
                    data = document_of(archive, size)
                    durable.write_file(archive.log.directory, document_path(archive, size), data)
        except SecondSequencer:
            return False
    return True


def document_of(archive: Archive, size: int) -> bytes:
    """The document of a hand-over; made anew from ledger and log, it is the same each time."""
    files = files_of(archive, size)
    handovers.check(files)  # never hand out what does not hold
    return handovers.document(archive.origin, size, files)


def files_of(archive: Archive, size: int) -> dict[str, bytes]:
    """What a hand-over is proven by (``custody.keys.handovers``), from ledger and log."""
    places = range(size - handovers.ENTRIES, size)
    notes = dict(LedgerEntry.objects.filter(position__in=places).values_list("position", "note"))
    content = ContentDisclosures.objects.filter(position__in=places)
    disclosed = dict(content.values_list("position", "disclosures"))
    signed = LedgerCheckpoint.objects.filter(size=size).values_list("note", flat=True).first()
    if signed is None or set(notes) != set(places) or set(disclosed) != set(places):
        raise HandoverError(
            f"What hands the keys over at {size:,} entries is not in this archive any more.",
            next_step="Run `habeas verify`, which names what is missing.",
        )
    return handovers.files_of(
        parse_checkpoint(bytes(signed)),
        [
            (
                bytes(notes[place]),
                [
                    line
                    for line in sd.split(bytes(disclosed[place]))
                    if sd.read(line)[1] in handovers.DISCLOSED
                ],
                archive.log.inclusion_proof(place, size),
            )
            for place in places
        ],
    )
