"""Was a list compiled from others? Parts, unions and noisy copies, told from who is on what.

Three questions, for each list and each set of others taken together as one:

- *Do the two hold each other's people far more than those of third lists?* They are compared as
  a pair: the larger's share of the smaller's people against its share of the people whom only the
  remaining lists know.
- *Do the others avoid each other among its people?* Where no list remains, only the people of
  the list itself are seen whole. If it takes in whoever is on one list or another, then among
  its people to be off the one means to be on the other: selection makes lists avoid each other
  that do not (Berkson 1946, Biometrics Bulletin 2:47), and hardly anybody is on it alone.
- The same of a list that holds everybody whom the others know.

Each is a test of an odds ratio, given the margins, against one that lists made apart may have:
Fisher's noncentral hypergeometric distribution (Cornfield 1956), or beyond 50 people a cell the
normal approximation to its logarithm (Woolf 1955). So a dependence that is merely real, as of
people in groups, is no finding, however many people show it.

Invariants: nothing here fits a model; what is found names its lists; the work is bounded by the
number of lists and of combinations seen, never by the counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from habeas.estimation.errors import Caution, ListCompiled
from habeas.estimation.overlapping import FEWEST_LISTS
from habeas.estimation.tables import CaptureTable

CERTAIN = 1e-4  # chance of a refusal where the odds ratio is just what is allowed
TOGETHER = 10.0  # odds ratio of a list with others: beyond, they were not made apart
APART = 2.0  # odds ratio by which lists may avoid each other among the people of a third
WITHIN_ONE = 0.8  # of the smaller is on the larger, of two lists
WITHIN_SEVERAL = 0.9  # the same, of a list and several together
WITHIN_ALL = 0.95  # of a list are on others, where no list remains
HOLDS = 0.99  # of all whom the others know
LIKELY = 1e-3  # chance of a caution where lists are independent
MOST_LISTS_ALL_SETS = 8
MOST_LISTS_PAIRS = 12
_PLENTY = 50  # people in each cell: beyond, the normal approximation
_DEVIATES = {CERTAIN: 3.719, LIKELY: 3.090}  # standard normal, one-sided


@dataclass(frozen=True, slots=True)
class CompiledList:
    """A list that may have been compiled from others, by position, and the people behind that."""

    compiled: int
    others: tuple[int, ...]
    shared: int
    alone: int  # on the list and on none of the others
    missed: int  # on the others and not on the list
    certain: bool

    @property
    def alike(self) -> float:
        return self.shared / (self.shared + self.alone + self.missed)

    def told(self, table: CaptureTable) -> str:
        """What was found, in a sentence that names the lists."""
        name, others = table.lists[self.compiled], either(table, self.others)
        whole = len(self.others) == len(table.lists) - 1
        if self.alone <= self.missed or (whole and self.missed):
            part = f"{self.shared:,} of the {self.shared + self.alone:,} on {name} are on {others}"
        else:
            part = f"{self.shared:,} of the {self.shared + self.missed:,} on {others} are on {name}"
        if whole and not self.missed:
            few = f"only {self.alone:,} of them are" if self.alone else "none of them is"
            return (
                f"{name} holds all {self.shared + self.alone:,} observed, and {few} on {name} "
                "alone, where lists made apart would leave many more"
            )
        if whole:
            return f"{part}; of a list made apart it would be far fewer"
        return f"{part}, and of the people whom only other lists know far fewer"

    def reading(self, table: CaptureTable) -> str:
        """What it may come from."""
        name, several = table.lists[self.compiled], len(self.others) > 1
        if len(self.others) == len(table.lists) - 1:
            return f"Either {name} was compiled from the others, or these miss hardly anyone"
        if several:
            return f"{name} was compiled from these, or they have one origin"
        return "One of the two was made from the other, or both have one origin"


def compiled_lists(table: CaptureTable) -> list[CompiledList]:
    """What may have been compiled from what, the certain first, then the most alike."""
    people = _People(table)
    found = []
    for j in range(len(table.lists)):
        for others in people.sets(j):
            whole = len(others) == len(table.lists) - 1
            each = people.of_all(j, others) if whole else people.of_some(j, others)
            if each is not None:
                found.append(each)
    return sorted(found, key=lambda each: (not each.certain, -each.alike, len(each.others)))


def refuse_compiled(table: CaptureTable, found: list[CompiledList]) -> None:
    """Raise ``ListCompiled`` where a list was certainly not made apart from others."""
    if not found or not found[0].certain:
        return
    first = found[0]
    name = table.lists[first.compiled]
    if len(first.others) > 1:
        step = f"Find out how {name} was made. If from the others, leave it out."
    else:
        step = (
            f"Find out how {name} and {table.lists[first.others[0]]} were made. If one is from the "
            "other, merge them or leave one out."
        )
    few = " That leaves too few lists: report the count as a floor."
    raise ListCompiled(
        f"{first.told(table)}. {first.reading(table)}: their overlap says nothing about how many "
        "are missing.",
        next_step=step + (few if len(table.lists) <= FEWEST_LISTS else ""),
    )


def caution_of_compiled(table: CaptureTable, found: list[CompiledList]) -> list[Caution]:
    """What is likely and not certain, of a list and several others; of two see ``overlapping``."""
    if not found or len(found[0].others) == 1:
        return []
    return [
        Caution(
            "list-compiled",
            f"{found[0].told(table)}. {found[0].reading(table)}. If it was compiled from them, the "
            "estimate is too low: leave it out.",
        )
    ]


def either(table: CaptureTable, lists: tuple[int, ...]) -> str:
    """ "A", "A or B", "A, B or C"."""
    names = [table.lists[j] for j in lists]
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]


class _People:
    """The people of a table by the combination of lists they are on."""

    def __init__(self, table: CaptureTable) -> None:
        self.lists = len(table.lists)
        masks = [mask for mask, _ in table.counts]
        self.counts = np.array([count for _, count in table.counts], dtype=np.int64)
        self.on = np.array([[bool(m >> j & 1) for m in masks] for j in range(self.lists)])

    def many(self, who: Any) -> int:
        return int(self.counts[who].sum())

    def sets(self, j: int) -> Iterator[tuple[int, ...]]:
        """The sets of other lists to try: all, or of many lists one, two, and those most on it."""
        others = [k for k in range(self.lists) if k != j]
        if self.lists <= MOST_LISTS_ALL_SETS:
            for size in range(1, self.lists):
                yield from combinations(others, size)
            return
        yield from ((k,) for k in others)
        if self.lists <= MOST_LISTS_PAIRS:
            yield from combinations(others, 2)
        totals = {k: max(1, self.many(self.on[k])) for k in others}
        others.sort(key=lambda k: (-self.many(self.on[k] & self.on[j]) / totals[k], k))
        smallest = 3 if self.lists <= MOST_LISTS_PAIRS else 2
        yield from (tuple(sorted(others[:size])) for size in range(smallest, self.lists))

    def of_some(self, j: int, others: tuple[int, ...]) -> CompiledList | None:
        """The list and the others as a pair, seen by the lists that remain."""
        own, theirs = self.on[j], self.on[list(others)].any(axis=0)
        shared, alone, missed = self._pair(own, theirs)
        least = WITHIN_ONE if len(others) == 1 else WITHIN_SEVERAL
        if shared < least * (shared + min(alone, missed)):
            return None
        rest = [k for k in range(self.lists) if k != j and k not in others]
        smaller, larger = (own, theirs) if alone <= missed else (theirs, own)
        third = self.on[rest].any(axis=0) & ~smaller
        cells = (shared, min(alone, missed), self.many(third & larger), self.many(third & ~larger))
        if odds_beyond(cells, TOGETHER, CERTAIN) and self._alike_compared(own, theirs, rest):
            return CompiledList(j, others, shared, alone, missed, certain=True)
        both, one, other, neither = (count + 0.5 for count in cells)
        if both * neither >= TOGETHER * one * other and odds_beyond(cells, 1.0, LIKELY):
            return CompiledList(j, others, shared, alone, missed, certain=False)
        return None

    def of_all(self, j: int, others: tuple[int, ...]) -> CompiledList | None:
        """The list and all others: do these avoid each other among its people?"""
        own, theirs = self.on[j], self.on[list(others)].any(axis=0)
        shared, alone, missed = self._pair(own, theirs)
        inside = shared >= WITHIN_ALL * (shared + alone)
        if len(others) < 2 or not (inside or shared >= HOLDS * (shared + missed)):
            return None
        certain = likely = False
        for one in others:
            first = own & self.on[one]
            second = self.on[[k for k in others if k != one]].any(axis=0)
            both, only = self.many(first & second), self.many(first & ~second)
            if not both:  # they divide the people between them: no selection does that
                continue
            cells = (only, both, alone, shared - both - only)
            certain = certain or odds_beyond(cells, APART, CERTAIN)
            likely = likely or odds_beyond(cells, 1.0, LIKELY)
        return (
            CompiledList(j, others, shared, alone, missed, certain) if certain or likely else None
        )

    def _alike_compared(self, own: Any, theirs: Any, rest: list[int]) -> bool:
        """Does it hold among people who are on equally many of the remaining lists?

        People in very unlike groups tie every list to every other; on how many of the rest somebody
        is tells the groups apart (odds ratio of Mantel and Haenszel 1959, over these strata).
        """
        seen = self.on[rest].sum(axis=0)
        together = apart = 0.0
        for many in range(1, len(rest) + 1):
            level = seen == many
            both, one = self.many(level & own & theirs), self.many(level & own & ~theirs)
            other, neither = self.many(level & theirs & ~own), self.many(level & ~own & ~theirs)
            size = both + one + other + neither + 2
            together += (both + 0.5) * (neither + 0.5) / size
            apart += (one + 0.5) * (other + 0.5) / size
        return together >= TOGETHER * apart

    def _pair(self, own: Any, theirs: Any) -> tuple[int, int, int]:
        return self.many(own & theirs), self.many(own & ~theirs), self.many(theirs & ~own)


def odds_beyond(cells: tuple[int, int, int, int], ratio: float, chance: float) -> bool:
    """Is the odds ratio of (both, one, other, neither) certainly beyond ``ratio``?

    True where, were it just ``ratio``, so many or more on both had less than ``chance``,
    1e-4 or 1e-3, the margins given.
    """
    if min(cells) >= _PLENTY:
        both, one, other, neither = map(math.log, cells)
        deviation = math.sqrt(sum(1 / count for count in cells))
        return both + neither - one - other - math.log(ratio) > _DEVIATES[chance] * deviation
    both, one, other, neither = cells
    above = 1 + _terms(one, other, both, neither, ratio, 1e12)
    below = _terms(both, neither, one, other, 1 / ratio, above / chance)
    return above < chance * (above + below)


def _terms(a: int, b: int, c: int, d: int, ratio: float, enough: float) -> float:
    """The sum of the probabilities as people move from (a, b) to (c, d), as a share of the first.

    It ends early beyond ``enough``. One of the four is below 50, so the sum is short.
    """
    term, found = 1.0, 0.0
    while a and b and found <= enough:
        c, d = c + 1, d + 1
        term *= ratio * a * b / (c * d)
        a, b = a - 1, b - 1
        found += term
        if term < 1e-12 * found:
            break
    return found
