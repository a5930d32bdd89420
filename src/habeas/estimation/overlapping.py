"""Are these lists different lists? Copies, parts and unions of each other, told from overlap.

Every method takes an overlap for chance, or for people who are alike. A list that was made from
another overlaps for neither reason, and the more it overlaps, the smaller and surer the estimate
becomes. A copy and a good list look alike in the pair alone; they differ among the people whom
only *other* lists know. Were the two made apart, the larger would hold these as it holds
the people of the smaller; made from one another, they miss them together.

So for each pair of which nearly all of the smaller is on the larger, the larger's share of the
smaller's people is held against its share of the others whom other lists know. The pair hangs
together where the odds ratio is 10 or more and Fisher's exact test leaves it a chance of less
than 1 in 1,000. Where hardly anybody is off either list, nothing can be told, and that is said.

Invariants: a refusal names its lists; lists that are each nearly complete but miss
people apart are not refused; nothing here fits a model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from habeas.estimation.errors import Caution, ListsNearlyOne
from habeas.estimation.tables import CaptureTable

FEWEST_LISTS = 3
MOSTLY_WITHIN = 0.75  # of the smaller list is on the larger: below, the pair is not looked at
NEARLY_ONE = 0.9  # of those on either list are on both: beyond, a pair that hangs together is one
HOLDS_ALL = 0.9  # of the observed are on one list, and on no other so many
HANGS_TOGETHER = 10.0  # odds ratio
CHANCE = 1e-3  # p-value below which that odds ratio is none
TELLING = 10  # people off one of the two: fewer tell nothing


@dataclass(frozen=True, slots=True)
class OverlapPair:
    """Two lists by position, and how the larger holds the people of the smaller and others."""

    smaller: int
    larger: int
    sizes: tuple[int, int]
    shared: int
    others: tuple[int, int]  # on other lists and not on the smaller: on the larger, off it

    @property
    def within(self) -> float:
        return self.shared / self.sizes[0]

    @property
    def alike(self) -> float:
        """Those on both as a share of those on either."""
        return self.shared / (sum(self.sizes) - self.shared)

    @property
    def hangs_together(self) -> bool:
        cells = (self.shared, self.sizes[0] - self.shared, *self.others)
        both, one, other, neither = (count + 0.5 for count in cells)
        ratio = (both * neither) / (one * other)
        return ratio >= HANGS_TOGETHER and _by_chance(*cells) < CHANCE

    @property
    def untold(self) -> bool:
        return self.sizes[0] - self.shared + sum(self.others) < TELLING


def close_pairs(table: CaptureTable) -> list[OverlapPair]:
    """The pairs of lists of which nearly all of the smaller is on the larger."""
    sizes = list(table.list_totals.values())
    found = []
    for b in range(len(sizes)):
        for a in range(b):
            small, large = (a, b) if sizes[a] <= sizes[b] else (b, a)
            shared = table.shared(a, b)
            if shared < MOSTLY_WITHIN * sizes[small]:
                continue
            first, second = 1 << small, 1 << large
            others = [(m, n) for m, n in table.counts if not m & first and m & ~second]
            on = sum(count for mask, count in others if mask & second)
            off = sum(count for mask, count in others if not mask & second)
            found.append(OverlapPair(small, large, (sizes[small], sizes[large]), shared, (on, off)))
    return found


def refuse_copies(table: CaptureTable, pairs: list[OverlapPair]) -> None:
    """Raise ``ListsNearlyOne`` where lists hold the same people, as far as can be told."""
    everywhere = len(table.counts) == 1 and table.on_several == table.observed
    same = [p for p in pairs if everywhere or (p.alike >= NEARLY_ONE and p.hangs_together)]
    if not same:
        return
    group = {same[0].smaller, same[0].larger}
    while joined := {
        j for p in same for j in (p.smaller, p.larger) if {p.smaller, p.larger} & group
    }:
        if joined <= group:
            break
        group |= joined
    inside = sum(1 << j for j in group)
    on_any = sum(count for mask, count in table.counts if mask & inside)
    on_all = sum(count for mask, count in table.counts if mask & inside == inside)
    names = [table.lists[j] for j in sorted(group)]
    left = len(table.lists) - len(group) + 1
    shared = "either are on both" if len(group) == 2 else "any of them are on all"
    then = (
        "" if left >= FEWEST_LISTS else " That leaves too few lists: report the count as a floor."
    )
    raise ListsNearlyOne(
        f"The lists {_and(names)} are nearly one list: {on_all:,} of the {on_any:,} on {shared}. "
        "Their overlap says nothing about how many are missing.",
        next_step=f"Find out whether one was made from the other, and merge them.{then}",
    )


def cautions(table: CaptureTable, pairs: list[OverlapPair]) -> list[Caution]:
    """What a reader must know about lists that overlap too much."""
    found = []
    names = table.lists
    bound = [pair for pair in pairs if pair.hangs_together]
    if bound:
        told = [
            f"{p.shared:,} of the {p.sizes[0]:,} on {names[p.smaller]} are on {names[p.larger]}"
            for p in bound
        ]
        found.append(
            Caution(
                "lists-nearly-one",
                f"{_some(told)}, and of the people whom only other lists know far fewer. If one "
                "list was made from the other, the estimate is too low: leave it out, or merge "
                "them.",
            )
        )
    untold = [pair for pair in pairs if pair.untold and not pair.hangs_together]
    if untold:
        told = [f"{names[p.smaller]} and {names[p.larger]}" for p in untold]
        found.append(
            Caution(
                "overlap-too-great",
                f"Nearly everyone is on both of {_some(told)}. Either almost no one is missing, "
                "or these lists come from one source; the table cannot tell which.",
            )
        )
    found += _dividing(table)
    totals = list(table.list_totals.values())
    most = max(totals)
    large = [total for total in totals if total >= HOLDS_ALL * table.observed]
    if most == table.observed or len(large) == 1:
        found.append(
            Caution(
                "list-holds-all",
                f"{most:,} of all {table.observed:,} observed are on "
                f"{names[totals.index(most)]}. If that list was compiled from the others, it "
                "says nothing about how many are on none: leave it out.",
            )
        )
    return found


def _dividing(table: CaptureTable) -> list[Caution]:
    """Two lists that share nobody and hold nearly everybody between them."""
    totals = list(table.list_totals.values())
    told = [
        f"{table.lists[a]} and {table.lists[b]}"
        for b in range(len(totals))
        for a in range(b)
        if totals[a] + totals[b] >= HOLDS_ALL * table.observed and not table.shared(a, b)
    ]
    if not told:
        return []
    return [
        Caution(
            "lists-divide",
            f"{_some(told)} have no one in common and together hold nearly all observed. If they "
            "divide one population (by place or period, say), they are one list in two parts: "
            "merge them, or the estimate is too high.",
        )
    ]


def _by_chance(both: int, one: int, other: int, neither: int) -> float:
    """Fisher's exact test, one-sided: so many on both or more, the margins given.

    Terms fall by the odds ratio or faster, so a few of them are the sum.
    """
    total = both + one + other + neither
    log_first = (
        math.lgamma(both + one + 1)
        + math.lgamma(other + neither + 1)
        + math.lgamma(both + other + 1)
        + math.lgamma(one + neither + 1)
        - math.lgamma(total + 1)
        - sum(math.lgamma(count + 1) for count in (both, one, other, neither))
    )
    term = found = math.exp(min(0.0, log_first))
    while one and other and term > 1e-6 * found:
        both, neither = both + 1, neither + 1
        term *= one * other / (both * neither)
        one, other = one - 1, other - 1
        found += term
    return found


def _some(told: list[str], most: int = 3) -> str:
    more = f" and {len(told) - most} more" if len(told) > most else ""
    return "; ".join(told[:most]) + more


def _and(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
