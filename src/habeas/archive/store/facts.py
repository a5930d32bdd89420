"""One entry with what its disclosures say, and how both are read back from the tables.

Invariants: a fact is read from ledger and content only; one whose content was erased has no
fields, and names the erasure.
"""

from __future__ import annotations

import json
from binascii import a2b_base64
from typing import TYPE_CHECKING, Any, NamedTuple

from habeas.archive.models import ContentDisclosures, LedgerEntry
from habeas.custody.log.disclosures import erased_by

if TYPE_CHECKING:
    from habeas.custody.log.entries import ParsedEntry
    from habeas.custody.trust.rules import Ruling

Fields = dict[str, Any]
_FROM_URLSAFE = bytes.maketrans(b"-_", b"+/")


class Fact(NamedTuple):
    """One entry with the fields that its disclosures give.

    ``fields`` is empty once erased; ``erased_by`` is then the position of the erasure. ``note``
    is the entry itself, with its signatures.
    """

    position: int
    entry_id: str
    time: int
    object_sha256: str | None
    fields: Fields
    erased_by: int | None = None
    note: bytes = b""
    verdict: Ruling | None = None  # of an entry that was judged as it was appended
    closing: ParsedEntry | None = None  # of an entry of a batch: what closes it, and is signed


def facts(start: int, stop: int) -> list[Fact]:
    """The entries [start, stop) with their disclosed fields, read back from the database."""
    content = dict(
        ContentDisclosures.objects.filter(position__gte=start, position__lt=stop).values_list(
            "position", "disclosures"
        )
    )
    entries = LedgerEntry.objects.filter(position__gte=start, position__lt=stop).order_by(
        "position"
    )
    found = []
    for position, entry_id, when, note in entries.values_list(
        "position", "entry_id", "time", "note"
    ):
        joined = bytes(content.get(position, b""))
        gone = erased_by(joined)
        fields = _fields(joined) if joined and gone is None else {}
        whole = bytes(note)
        found.append(Fact(position, entry_id, when, _object_of(whole), fields, gone, note=whole))
    return found


def _fields(joined: bytes) -> dict[str, Any]:
    """Field and value of each disclosure, read at once; ``verify`` reads them strictly."""
    arrays = [a2b_base64(part + b"==") for part in joined.translate(_FROM_URLSAFE).split(b"~")]
    return {field: value for _, field, value in json.loads(b"[" + b",".join(arrays) + b"]")}


def _object_of(note: bytes) -> str | None:
    """The object hash in a note's clear line, without parsing the rest."""
    marker = b'"object":"'
    place = note.find(marker, 0, note.index(b"\n\n"))
    return None if place < 0 else note[place + len(marker) : place + len(marker) + 64].decode()


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def stored_json(value: object) -> str:
    """JSON as the projections keep it: sorted keys, no spaces, not escaped to ASCII."""
    return _ENCODER.encode(value)
