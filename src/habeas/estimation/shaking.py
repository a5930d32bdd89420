"""How much the answer hangs on one list, on one match, on the assumption nobody can test.

Invariants: each report repeats the search for a model; a table that has no estimate is a line
that says so, not a missing line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from habeas.estimation.checking import check
from habeas.estimation.errors import EstimationError
from habeas.estimation.tables import CaptureTable

#: By how much the unseen might be more or fewer than the assumption says.
FACTORS = (0.25, 0.5, 2 / 3, 1.0, 1.5, 2.0, 4.0)
Search = Callable[[CaptureTable], float]


@dataclass(frozen=True, slots=True)
class Shaken:
    """The estimate after one change; None with the reason where there is none."""

    change: str
    observed: int
    estimate: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ShakenPoint:
    """One point of the curve over the identifying assumption."""

    factor: float
    estimate: float
    low: float | None
    high: float | None


def without_each_list(table: CaptureTable, search: Search) -> list[Shaken]:
    """The estimate without each list in turn."""
    return [_shaken(f"without {name}", table.without(name), search) for name in table.lists]


def one_link(table: CaptureTable, search: Search, most_pairs: int = 45) -> list[Shaken]:
    """One match more, one fewer, one doubly-listed person fewer, for each pair of lists.

    One match fewer: a person on just these two lists was two people. One match more: two
    people, each on one of the lists alone, are one.
    """
    counts = dict(table.counts)
    found = []
    pairs = [(a, b) for b in range(len(table.lists)) for a in range(b)]
    for a, b in pairs[:most_pairs]:
        first, second = 1 << a, 1 << b
        both = first | second
        names = f"{table.lists[a]} and {table.lists[b]}"
        if counts.get(both):
            split = table.shifted(both, first).shifted(0, second)
            found.append(_shaken(f"one match fewer between {names}", split, search))
            fewer = table.shifted(both, 0)
            found.append(_shaken(f"one person on {names} fewer", fewer, search))
        if counts.get(first) and counts.get(second) and both not in table.impossible:
            joined = table.shifted(first, both).shifted(second, 0)
            found.append(_shaken(f"one match more between {names}", joined, search))
    return found


def assumption_curve(
    observed: int, estimate: float, low: float | None, high: float | None
) -> list[ShakenPoint]:
    """The estimate if those never listed are ``factor`` times what the assumption implies.

    For log-linear models the factor is the odds ratio of all lists together that the
    assumption sets to 1 (Gerritse, van der Heijden and Bakker 2015).
    """

    def at(value: float | None, factor: float) -> float | None:
        return None if value is None else observed + factor * (value - observed)

    return [
        ShakenPoint(f, observed + f * (estimate - observed), at(low, f), at(high, f))
        for f in FACTORS
    ]


def _shaken(change: str, table: CaptureTable, search: Search) -> Shaken:
    try:
        check(table)
        return Shaken(change, table.observed, search(table))
    except EstimationError as error:
        return Shaken(change, table.observed, None, error.message)
