"""What every tidy table looks up beside its rows: records, sources, handling; a piece at a time.

Invariants: everything comes through ``access.visible`` for one viewer as of one ledger size; what
is kept between two pieces is bounded, but for what is few beside the claims (sources, labels, the
mentions that were joined).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from django.db.models import QuerySet

from habeas.archive import models as m
from habeas.archive import regions
from habeas.archive.access import Viewer, visible
from habeas.archive.openness import Handlings
from habeas.exchange.tidy.columns import Cell, day, several
from habeas.figures.evaluation.loading import (
    all_records,
    all_sources,
    lineage,
    same_judgements,
)
from habeas.figures.evaluation.rows import Origins
from habeas.vocabulary import edtf

PIECE: Final = 10_000  # rows read at once
_MOST_KEPT: Final = 200_000  # mentions looked up before

_NONE: Final[frozenset[str]] = frozenset()

#: Why a value that the archive holds is not in a cell.
NEEDS_PURPOSE, NOT_VISIBLE = "needs-purpose", "not-visible"


class Named(NamedTuple):
    """A mention as rows name it."""

    kind: str
    caption: str
    of: int | None


class TidyReader:
    """One viewer's reading as of one ledger size."""

    def __init__(self, viewer: Viewer, as_of: int) -> None:
        self.viewer = viewer
        self.as_of = as_of
        self.records = all_records(viewer, as_of)
        self.sources, first = all_sources(viewer, as_of)
        self.origins = Origins(lineage(viewer, as_of), first)
        self.labels = Handlings(viewer)
        self.vocabulary = regions.vocabulary()
        rows = visible(viewer, m.Source).filter(position__lt=as_of)
        self.source_labels: dict[int, str] = dict(rows.values_list("position", "label"))
        self.withheld = frozenset(
            name
            for name, known in self.vocabulary.properties.items()
            if known.needs_purpose and viewer.purpose is None
        )
        self._named: dict[int, Named] = {}
        joining: dict[int | None, set[str]] = {}
        judged = same_judgements(viewer, as_of).values_list("left", "label")
        for mention, label in judged:
            joining.setdefault(self.records.of(mention), set()).add(label)
        self._joining = {record: frozenset(labels) for record, labels in joining.items()}

    def name(self, mentions: Iterable[int]) -> None:
        """Look up the records of several mentions, and them, in one query."""
        wanted = set(mentions)
        wanted |= {self.records.of(mention) for mention in wanted}
        if len(self._named) > _MOST_KEPT:
            self._named.clear()
        new = wanted - self._named.keys()
        if not new:
            return
        rows = visible(self.viewer, m.Mention).filter(position__in=new)
        for position, kind, caption, of in rows.values_list("position", "kind", "caption", "of"):
            self._named[position] = Named(kind, caption, of)

    def named(self, mention: int) -> Named | None:
        """A mention that was looked up; None where the viewer may not see it."""
        return self._named.get(mention)

    def owner_of(self, mention: int) -> int | None:
        """The record that owns a mention that was looked up; None of one that nothing owns."""
        named = self._named.get(mention)
        return None if named is None or named.of is None else self.records.of(named.of)

    def repeats(self) -> dict[int, list[str]]:
        """For each source, the codes of those that it repeats."""
        found: dict[int, list[str]] = {}
        for source, repeated in lineage(self.viewer, self.as_of):
            if repeated in self.sources:
                found.setdefault(source, []).append(self.sources[repeated].code)
        return found

    def labels_of_joining(self, *records: int | None) -> frozenset[str]:
        """The labels of the judgements by which records are one: what names them rests on those.

        With a record goes its owner (``owner_of``), as the one is joined only while the other is.
        """
        return _NONE.union(*(self._joining.get(record, _NONE) for record in records))

    def handled(self, *labels: str) -> tuple[Cell, ...]:
        """The last cells of a row: level, consent, until when, compartments, state of the consent;
        of one that rests on several things the strictest of each."""
        level, consent, until, compartments, state = self.labels.of(*labels)
        last = datetime.date.fromisoformat(until) if until else None
        return level, consent, last, several(compartments), state or None


def pieces(rows: QuerySet[Any], fields: tuple[str, ...]) -> Iterator[list[tuple[Any, ...]]]:
    """The rows in ledger order, ``PIECE`` at a time; ``position`` is the first of the fields."""
    last = -1
    while True:
        found = list(
            rows.filter(position__gt=last).order_by("position").values_list(*fields)[:PIECE]
        )
        if not found:
            return
        yield found
        last = found[-1][0]


def bounds(text: str) -> tuple[Cell, Cell]:
    """The earliest and the latest day of an EDTF text, None where it has none."""
    if not text:
        return None, None
    read = edtf.parse(text)
    return day(read.earliest), day(read.latest)
