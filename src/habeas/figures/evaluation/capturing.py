"""From records to a capture table: who is on which list, and what that does not settle.

Invariants: the table holds counts and names of lists, never a person; lists that copy from
each other are one list, because their overlap says nothing about who is missing; lists that
exclude each other by construction give combinations that are impossible, not zeros; pairs
that nobody has decided are kept apart in ``table`` and taken as one person each in
``joined``, so that the answer can be given both ways.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from habeas.archive.components import components
from habeas.archive.review.pairs import OpenPair
from habeas.estimation.errors import BadTable
from habeas.estimation.tables import CaptureTable, from_counts
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.definition.list_reading import ListOf
from habeas.figures.evaluation.rows import Facts
from habeas.figures.evaluation.undecided import between


@dataclass(frozen=True, slots=True)
class CaptureList:
    """One list as it goes into the table: its parts, where lists were merged, and its size.

    ``fewest``: how many persons are on it, were every open pair one.
    """

    name: str
    parts: tuple[ListOf, ...]
    persons: int
    fewest: int
    sources: tuple[int, ...]  # the earliest version of each

    @property
    def merged(self) -> bool:
        return len(self.parts) > 1


@dataclass(frozen=True, slots=True)
class FigureCapture:
    """The capture table of a figure. ``joined`` is None where no pair is open.

    ``refusal`` says why there is no table (then ``table`` is None).
    """

    lists: tuple[CaptureList, ...]
    table: CaptureTable | None
    joined: CaptureTable | None
    pairs: tuple[OpenPair, ...]
    grounds: Mapping[int, tuple[int, ...]]  # record → the claims that put it on its lists
    refusal: str = ""


def capture(definition: FigureDefinition, facts: Facts, counted: Iterable[int]) -> FigureCapture:
    """The table of those ``counted`` who are on at least one list."""
    groups = _groups(definition.estimation.lists, facts)
    wanted = set(counted)
    masks: dict[int, int] = {}
    grounds: dict[int, tuple[int, ...]] = {}
    for number, group in enumerate(groups):
        for part in group:
            for record, claim in facts.listed.get(part.name, {}).items():
                if record in wanted:
                    masks[record] = masks.get(record, 0) | 1 << number
                    grounds[record] = (*grounds.get(record, ()), claim)
    pairs = tuple(between(facts.open_pairs, masks))
    names = [" + ".join(part.name for part in group) for group in groups]
    barred = _impossible(definition, groups)
    joined_masks = _joined(masks, pairs)
    lists = tuple(
        CaptureList(
            name,
            tuple(group),
            sum(mask >> j & 1 for mask in masks.values()),
            sum(mask >> j & 1 for mask in joined_masks),
            _of(group, facts),
        )
        for j, (name, group) in enumerate(zip(names, groups, strict=True))
    )
    unit = definition.unit or definition.counts
    try:
        table = _table(names, masks.values(), unit, barred)
        joined = _table(names, joined_masks, unit, barred) if pairs else None
    except BadTable as error:
        return FigureCapture(lists, None, None, pairs, grounds, error.message)
    return FigureCapture(lists, table, joined, pairs, grounds)


def _groups(lists: Sequence[ListOf], facts: Facts) -> list[list[ListOf]]:
    """The lists in order, those that copy from each other together."""
    origins = [facts.origins.of_all(_positions(each, facts)) for each in lists]
    groups: list[list[int]] = []
    for number, behind in enumerate(origins):
        met = [g for g in groups if any(origins[other] & behind for other in g)]
        groups = [g for g in groups if g not in met]
        groups.append(sorted([number, *(other for g in met for other in g)]))
    return [[lists[number] for number in group] for group in sorted(groups)]


def _positions(each: ListOf, facts: Facts) -> list[int]:
    return [source.position for source in facts.sources.values() if source.code in each.sources]


def _of(group: Sequence[ListOf], facts: Facts) -> tuple[int, ...]:
    return tuple(
        sorted({facts.sources[p].first for each in group for p in _positions(each, facts)})
    )


def _impossible(definition: FigureDefinition, groups: list[list[ListOf]]) -> frozenset[int]:
    """The combinations that hold two lists which exclude each other.

    Lists that were merged are one: what excluded them from each other is no longer asked.
    """
    where = {part.name: number for number, group in enumerate(groups) for part in group}
    together = set()
    for names in definition.estimation.exclusive:
        for left, right in combinations(names, 2):
            if where[left] != where[right] and all(
                len(groups[where[name]]) == 1 for name in (left, right)
            ):
                together.add(1 << where[left] | 1 << where[right])
    every = range(1, 1 << len(groups)) if together else ()
    return frozenset(mask for mask in every if any(mask & pair == pair for pair in together))


def _joined(masks: Mapping[int, int], pairs: Iterable[OpenPair]) -> list[int]:
    """The lists of each person were every open pair one person."""
    person = components(masks, [(pair.left, pair.right) for pair in pairs])
    found: dict[int, int] = {}
    for record, mask in masks.items():
        found[person[record]] = found.get(person[record], 0) | mask
    return list(found.values())


def _table(
    names: Sequence[str], masks: Iterable[int], unit: str, impossible: frozenset[int]
) -> CaptureTable:
    def pattern(mask: int) -> str:
        return "".join("1" if mask >> j & 1 else "0" for j in range(len(names)))

    cells = {pattern(mask): number for mask, number in Counter(masks).items()}
    return from_counts(names, cells, unit=unit, impossible=map(pattern, sorted(impossible)))
