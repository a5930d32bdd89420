"""What every archive can be asked without a definition: records, exhibits, sources, claims.

Counted are records of each kind, exhibits, sources, claims, and of the claims those that somebody
has reviewed (assessed) and those that nobody has. They are counted in the database, because all
rows count but what was taken back. Invariants: every row comes through ``access.visible``; a record
counts once, however many mentions are joined in it; members are given some at a time, in the order
of the ledger.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from habeas.archive import models as m
from habeas.archive import openness
from habeas.archive.access import live, newest, visible
from habeas.figures.errors import UnknownFigure
from habeas.figures.evaluation.kept_values import StepNumbers
from habeas.figures.evaluation.loading import Ground
from habeas.vocabulary.schema import Schema

RECORDS, EXHIBITS, SOURCES = "records", "exhibits", "sources"
CLAIMS, REVIEWED, NOT_REVIEWED = "claims", "claims-reviewed", "claims-not-reviewed"


@dataclass(frozen=True, slots=True)
class Holding:
    """One count: ``kind`` of record where records are counted, '' otherwise."""

    key: str
    title: str
    of: str  # records | exhibits | sources | claims
    kind: str
    number: int
    steps: tuple[StepNumbers, ...]
    as_of: int
    handling: str


def keys(schema: Schema) -> tuple[str, ...]:
    """What can be asked, in the order in which it is shown."""
    kinds = (f"{RECORDS}-{kind.replace('_', '-')}" for kind in schema.kinds)
    return (*kinds, EXHIBITS, SOURCES, CLAIMS, REVIEWED, NOT_REVIEWED)


def holdings(ground: Ground) -> tuple[Holding, ...]:
    """All of them."""
    return tuple(holding(ground, key) for key in keys(ground.vocabulary))


def holding(ground: Ground, key: str) -> Holding:
    """One of them; raises ``UnknownFigure``."""
    kind = _kind(ground.vocabulary, key)
    if kind:
        return _records(ground, key, kind)
    rows, all_rows, title, of = _ROWS[key](ground)
    number, entered = rows.count(), all_rows.count()
    steps = [StepNumbers("live", _STANDS, entered, number, entered - number, 0)]
    if key in (REVIEWED, NOT_REVIEWED):
        standing = live(visible(ground.viewer, m.Claim), ground.as_of).count()
        words = "someone assessed it" if key == REVIEWED else "no one assessed it"
        steps = [
            StepNumbers("live", _STANDS, entered, standing, entered - standing, 0),
            StepNumbers("reviewed", words, standing, number, standing - number, 0),
        ]
    return Holding(key, title, of, "", number, tuple(steps), ground.as_of, _level(ground, all_rows))


def members(ground: Ground, key: str, after: int | None, most: int) -> list[int]:
    """The positions of some that are counted, after one of them."""
    kind = _kind(ground.vocabulary, key)
    start = -1 if after is None else after
    if kind:
        return [r for r in ground.population(kind)[0] if r > start][:most]
    rows = _ROWS[key](ground)[0].filter(position__gt=start).order_by("position")
    return list(rows.values_list("position", flat=True)[:most])


_STANDS = "not retracted, not superseded"


def _kind(schema: Schema, key: str) -> str:
    """The kind of record that a key asks about, '' for another; raises ``UnknownFigure``."""
    if key in _ROWS:
        return ""
    for kind in schema.kinds:
        if key == f"{RECORDS}-{kind.replace('_', '-')}":
            return kind
    raise UnknownFigure(
        f"{key!r} is none of the counts that every archive has.",
        next_step=f"There are: {', '.join(keys(schema))}.",
    )


def _records(ground: Ground, key: str, kind: str) -> Holding:
    standing, withdrawn = ground.population(kind)
    entered = len(standing) + len(withdrawn)
    steps = (StepNumbers("live", _STANDS, entered, len(standing), len(withdrawn), 0),)
    mentions = visible(ground.viewer, m.Mention).filter(kind=kind, position__lt=ground.as_of)
    level = _level(ground, mentions)
    title = ground.vocabulary.kinds[kind].plural
    return Holding(key, title, RECORDS, kind, len(standing), steps, ground.as_of, level)


_Rows = QuerySet[m.Claim] | QuerySet[m.Source] | QuerySet[m.Exhibit]
_Asked = tuple[_Rows, _Rows, str, str]  # those counted, all, title, of what


def _exhibits(ground: Ground) -> _Asked:
    rows = visible(ground.viewer, m.Exhibit).filter(position__lt=ground.as_of)
    return rows, rows, "Exhibits", EXHIBITS


def _sources(ground: Ground) -> _Asked:
    """A source counts once, as its newest version."""
    before = visible(ground.viewer, m.Source).filter(position__lt=ground.as_of)
    now = newest(ground.viewer, m.Source, ground.as_of)
    return now, before, "Sources", SOURCES


def _claims(ground: Ground) -> _Asked:
    before = visible(ground.viewer, m.Claim).filter(position__lt=ground.as_of)
    return live(visible(ground.viewer, m.Claim), ground.as_of), before, "Claims", CLAIMS


def _assessed(ground: Ground) -> Exists:
    given = live(visible(ground.viewer, m.Assessment), ground.as_of)
    return Exists(given.filter(target_kind="claim", target=OuterRef("position")))


def _reviewed(ground: Ground) -> _Asked:
    rows, before, _, of = _claims(ground)
    return rows.filter(_assessed(ground)), before, "Claims that someone reviewed", of


def _not_reviewed(ground: Ground) -> _Asked:
    rows, before, _, of = _claims(ground)
    return rows.exclude(_assessed(ground)), before, "Claims that no one reviewed", of


_ROWS: dict[str, Callable[[Ground], _Asked]] = {
    EXHIBITS: _exhibits,
    SOURCES: _sources,
    CLAIMS: _claims,
    REVIEWED: _reviewed,
    NOT_REVIEWED: _not_reviewed,
}


def _level(ground: Ground, rows: _Rows | QuerySet[m.Mention]) -> str:
    """How strict a number of all these is: as the strictest of them; to the public, public."""
    if not (ground.viewer.is_owner or ground.viewer.is_team):
        return "public"
    return openness.strictest_of(rows)
