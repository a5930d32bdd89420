"""The committed entries: how many there are, where one stands, their notes and leaf hashes.

Invariant: it only reads, and what only reads loads neither verbs nor projections with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from habeas.archive.models import LedgerEntry, LocalState

_CHUNK = 4000


class Ref(NamedTuple):
    """An entry just appended: how disclosures refer to it, and where it stands."""

    entry_id: str
    position: int


def head() -> tuple[int, int]:
    """The number of entries committed, and the time of the last one (0 when there is none)."""
    last = LedgerEntry.objects.order_by("-position").values_list("position", "time").first()
    return (0, 0) if last is None else (last[0] + 1, last[1])


def projected() -> int:
    """How many entries the projections stand for."""
    return int(LocalState.objects.get(name="projected").value)


def entry_id_at(position: int) -> str:
    """The id by which disclosures refer to the entry at a position."""
    return LedgerEntry.objects.values_list("entry_id", flat=True).get(position=position)


def notes_between(start: int, stop: int) -> Iterator[bytes]:
    """The notes of the committed entries [start, stop), in order."""
    for first in range(start, stop, _CHUNK):
        chunk = LedgerEntry.objects.filter(
            position__gte=first, position__lt=min(first + _CHUNK, stop)
        ).order_by("position")
        yield from (bytes(note) for note in chunk.values_list("note", flat=True))


def leaf_hashes_between(start: int, stop: int) -> list[bytes]:
    """The leaf hashes of the committed entries [start, stop), in order."""
    rows = LedgerEntry.objects.filter(position__gte=start, position__lt=stop).order_by("position")
    return [bytes(each) for each in rows.values_list("leaf_hash", flat=True)]


def leaf_hash_at(position: int) -> bytes | None:
    """The leaf hash of a committed entry; None when there is none."""
    found = (
        LedgerEntry.objects.filter(position=position).values_list("leaf_hash", flat=True).first()
    )
    return None if found is None else bytes(found)
