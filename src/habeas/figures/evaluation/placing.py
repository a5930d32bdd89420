"""Of which owned record, and of whose, each claim speaks: a detention, and its person.

A claim about a detention is one about its person as well, so a count of persons reads both. A claim
about a person that a grouping puts in a detention is told apart with it; one that nobody has
grouped reads as one possible detention. Which it is depends on what is counted (``placed``).

Invariants: a claim is read once; what any record may have (a name, a note) is never said of the
owner; what is not told apart is left as it was read, so a figure that asks of no detention gives
the number that it gave before there were any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from django.db.models import QuerySet

from habeas.archive import models as m
from habeas.archive.access import visible
from habeas.archive.groupings import episodes_under
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.evaluation.loading import Ground
from habeas.figures.evaluation.rows import ClaimRow, Episodes, value_of
from habeas.vocabulary import schema as vocabulary


class OwnedMention(NamedTuple):
    """A mention of an owned record: its record, its owner's, its kind, and whether that stands.

    It does by a mention that was not taken back, and by a live claim of any property about it.
    """

    record: int
    owner: int
    kind: str
    stands: bool


Grouped = Mapping[int, tuple[int, int]]  # claim → the mention of an episode, and the grouping


def kinds_owned(definition: FigureDefinition) -> tuple[str, ...]:
    """The kinds of owned records of which claims bear on what is counted."""
    kinds = vocabulary.core().kinds
    if definition.counts_episodes:
        return (definition.counts,)
    return tuple(kind.name for kind in kinds.values() if definition.counts in kind.of)


def owners_of(definition: FigureDefinition) -> tuple[str, ...]:
    """The kinds that may own what is counted."""
    return vocabulary.core().kinds[definition.counts].of


def mentions(ground: Ground, kinds: Iterable[str]) -> QuerySet[m.Mention]:
    """The mentions of owned records of some kinds."""
    rows = visible(ground.viewer, m.Mention).filter(kind__in=sorted(kinds), of__isnull=False)
    return rows.filter(position__lt=ground.as_of)


def owned(ground: Ground, rows: QuerySet[m.Mention]) -> dict[int, OwnedMention]:
    """What these mentions are of, by position."""
    of = ground.records.of
    return {
        position: OwnedMention(
            of(position),
            of(owner),
            kind,
            ended_at is None or ended_at >= ground.as_of or of(position) in ground.spoken_of(kind),
        )
        for position, owner, kind, ended_at in rows.values_list(
            "position", "of", "kind", "ended_at"
        )
        if owner is not None
    }


def grouped(ground: Ground, rows: QuerySet[m.Mention]) -> dict[int, tuple[int, int]]:
    """The claims that stand in a grouping under one of these mentions."""
    return episodes_under(ground.viewer, rows, ground.as_of)


def placed(
    definition: FigureDefinition,
    rows: Iterable[ClaimRow],
    known: Mapping[int, OwnedMention],
    groups: Grouped,
    is_owner: Callable[[int], bool],
) -> tuple[list[ClaimRow], Episodes]:
    """The rows, each with the record that it is read of, and of which episode it speaks.

    ``is_owner``: whether a record may own what is counted.
    """
    own = _properties(kinds_owned(definition))
    told = definition.episodes_of
    shared = {name for kind in told for name in vocabulary.core().shared_with_owner(kind)}
    found: list[ClaimRow] = []
    of: dict[int, int] = {}
    about: dict[int, int] = {}
    by_grouping: dict[int, int] = {}
    loose: dict[int, int] = {}
    for row in rows:
        subject = known.get(row.subject)
        if subject is not None:
            if subject.kind in told:
                of[row.position] = subject.record
            if not definition.counts_episodes and row.property in own[subject.kind]:
                about[row.position] = subject.record
                row = row._replace(record=subject.owner)
        elif told and row.property in shared and is_owner(row.record):
            episode = known.get(groups[row.position][0]) if row.position in groups else None
            if episode is not None and episode.owner == row.record and episode.kind in told:
                of[row.position] = episode.record
                by_grouping[row.position] = groups[row.position][1]
                if definition.counts_episodes:
                    row = row._replace(record=episode.record)
            elif definition.counts_episodes and says_that_there_was_one(row):
                loose[row.position] = about[row.position] = row.record
                row = row._replace(record=row.position)
        found.append(row)
    owners = {each.record: each.owner for each in known.values() if each.kind in told}
    standing = {each.record for each in known.values() if each.stands}
    spoken = set(of.values())
    kinds = {each.record: each.kind for each in known.values() if each.kind in told}
    return found, Episodes(
        owner={**{r: o for r, o in owners.items() if r in standing or r in spoken}, **loose},
        of=of,
        about=about,
        groupings=by_grouping,
        loose=frozenset(loose),
        kinds=kinds,
    )


def says_that_there_was_one(row: ClaimRow) -> bool:
    """Whether a claim says something of a detention, so that there must have been one."""
    return row.stance == "asserts" and (bool(row.value_key) or not value_of(row.value).state)


def _properties(kinds: Iterable[str]) -> dict[str, frozenset[str]]:
    """By kind, the properties of owned records that say something of their owner."""
    known = vocabulary.core()
    return {
        kind: frozenset(p.name for p in known.of_kind(kind) if len(p.kinds) < len(known.kinds))
        for kind in kinds
    }
