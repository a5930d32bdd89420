"""How the reading of every file stands: counted, listed, chosen to be read again.

Each exhibit is in exactly one state: that of its latest reading, or ``waiting``. Files inside
exhibits are counted beside them, never among them. What a viewer may not see is not counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, QuerySet

from habeas.archive import models as m
from habeas.archive.access import Viewer, newest, visible
from habeas.reading.documents import State

WAITING = "waiting"
STATES = (*map(str, State), WAITING)
WHOLE = (str(State.READ), str(State.EMPTY))
UNSUCCESSFUL = (str(State.FAILED), str(State.REFUSED))


@dataclass(frozen=True, slots=True)
class ReadingCounts:
    """How many files stand how; each of ``exhibits`` is in exactly one state."""

    exhibits: int
    by_state: Counter[str] = field(default_factory=Counter)
    inner_by_state: Counter[str] = field(default_factory=Counter)

    @property
    def waiting(self) -> int:
        return self.by_state[WAITING]


@dataclass(frozen=True, slots=True)
class File:
    """One file as it stands. ``reading`` is the entry that says so, None while it waits."""

    exhibit: int
    filename: str
    inner_path: str
    state: str
    reason: str = ""
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    media_type: str = ""
    size_bytes: int | None = None
    pages: int = 0
    reader: str = ""
    reader_version: str = ""
    layer: int | None = None
    reading: int | None = None


def standing_readings(viewer: Viewer) -> QuerySet[m.Reading]:
    """The readings that no later one replaced."""
    return newest(viewer, m.Reading)


def unread_exhibits(viewer: Viewer) -> QuerySet[m.Exhibit]:
    """The exhibits that no reading was made of."""
    read = visible(viewer, m.Reading).filter(exhibit=OuterRef("position"))
    return visible(viewer, m.Exhibit).filter(~Exists(read))


def standing(viewer: Viewer) -> ReadingCounts:
    """The counts of everything that the viewer may see."""
    counted = ReadingCounts(visible(viewer, m.Exhibit).count())
    rows = standing_readings(viewer)
    for into, of in ((counted.by_state, rows.filter(inner_path="")),
                     (counted.inner_by_state, rows.exclude(inner_path=""))):  # fmt: skip
        into.update(dict(of.order_by().values_list("state").annotate(Count("position"))))
    if waiting := unread_exhibits(viewer).count():
        counted.by_state[WAITING] = waiting
    return counted


def files(viewer: Viewer, states: Collection[str] = STATES) -> Iterator[File]:
    """The files in these states: those that were read in order of their reading, then the rest."""
    rows = standing_readings(viewer).filter(state__in=[s for s in states if s != WAITING])
    after = -1
    while chunk := list(rows.filter(position__gt=after).order_by("position")[:500]):
        after = chunk[-1].position
        exhibits = visible(viewer, m.Exhibit).in_bulk({row.exhibit for row in chunk})
        for row in chunk:
            exhibit = exhibits[row.exhibit]
            size_bytes = row.size_bytes if row.inner_path else exhibit.size_bytes
            yield _file(row, exhibit.filename, size_bytes)
    if WAITING in states:
        for exhibit in unread_exhibits(viewer).order_by("position").iterator(chunk_size=500):
            yield File(
                exhibit.position,
                exhibit.filename,
                "",
                WAITING,
                media_type=exhibit.media_type,
                size_bytes=exhibit.size_bytes,
            )


def _file(row: m.Reading, filename: str, size_bytes: int | None) -> File:
    return File(
        row.exhibit,
        filename,
        row.inner_path,
        row.state,
        row.reason,
        tuple(json.loads(row.missing)),
        tuple(json.loads(row.warnings)),
        row.media_type,
        size_bytes,
        row.pages,
        row.reader,
        row.reader_version,
        row.layer,
        row.position,
    )


def exhibits_in(viewer: Viewer, states: Collection[str]) -> list[int]:
    """The exhibits that are, or hold a file, in one of these states."""
    rows = standing_readings(viewer).filter(state__in=list(states))
    return sorted(set(rows.values_list("exhibit", flat=True)))


def outdated(viewer: Viewer, versions: dict[str, tuple[str, str]]) -> list[int]:
    """The exhibits that are, or hold a file, of a type that is read differently now.

    ``versions`` gives, for each media type that can be read, the reader and its version.
    """
    rows = standing_readings(viewer).exclude(media_type="").order_by()
    now = rows.values_list("exhibit", "media_type", "reader", "reader_version").distinct()
    return sorted(
        {
            exhibit
            for exhibit, media_type, reader, version in now.iterator(chunk_size=2_000)
            if versions.get(media_type, (reader, version)) != (reader, version)
        }
    )
