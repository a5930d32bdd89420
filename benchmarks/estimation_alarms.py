"""``python -m benchmarks.estimation_alarms [TABLES [KIND]]``: copies caught, good lists left alone.

Tables are simulated of lists that are independent (with low, mixed and very high chances), of
lists that depend on each other honestly (people in groups, people unlike each other, regions,
referral from one list to another), and of lists that are copies, parts or unions of others, with
losses, additions and noise. For each kind: how many tables are refused, with which codes, how
many carry a caution about overlap. Only ``check`` is asked; nothing is fitted.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from habeas.estimation import CaptureTable, from_counts
from habeas.estimation.checking import check
from habeas.estimation.errors import EstimationError

SIZES = (100, 300, 1_000, 10_000)
ABOUT_OVERLAP = (
    "lists-nearly-one",
    "list-compiled",
    "overlap-too-great",
    "list-holds-all",
    "lists-divide",
)


def tabulated(on: Any) -> CaptureTable | None:
    """The table of people by lists; None where nobody is on any."""
    lists = on.shape[1]
    masks, many = np.unique(on.astype(np.int64) @ (1 << np.arange(lists)), return_counts=True)
    cells = {
        "".join("1" if mask >> j & 1 else "0" for j in range(lists)): int(count)
        for mask, count in zip(masks.tolist(), many, strict=True)
        if mask
    }
    names = [chr(ord("A") + j) for j in range(lists)]
    return from_counts(names, cells) if cells else None


def _independent(low: float, high: float, lists: int) -> Callable[[Any, int], Any]:
    return lambda rng, size: rng.random((size, lists)) < rng.uniform(low, high, lists)


def _groups(rng: Any, size: int) -> Any:
    """One group in ten is on every list with chance 0.9, the rest seldom."""
    chances = np.where(rng.random((size, 1)) < 0.1, 0.9, rng.uniform(0.05, 0.2, 4))
    return rng.random((size, 4)) < chances


def _groups_of(share: float, often: float, seldom: float, lists: int) -> Callable[[Any, int], Any]:
    """People in two groups, one of which is listed often."""

    def make(rng: Any, size: int) -> Any:
        high, low = rng.uniform(often, 0.95, lists), rng.uniform(0.05, seldom, lists)
        return rng.random((size, lists)) < np.where(rng.random((size, 1)) < share, high, low)

    return make


def _unlike(lists: int) -> Callable[[Any, int], Any]:
    """Each person has an own log odds of being listed, with standard deviation 1."""

    def make(rng: Any, size: int) -> Any:
        odds = rng.normal(size=(size, 1)) + rng.uniform(-2.5, -0.5, lists)
        return rng.random((size, lists)) < 1 / (1 + np.exp(-odds))

    return make


def _referral(ratio: float, lists: int) -> Callable[[Any, int], Any]:
    """Who is on the first list has ``ratio`` times the odds of being on the second."""

    def make(rng: Any, size: int) -> Any:
        chances = rng.uniform(0.1, 0.5, lists)
        on = rng.random((size, lists)) < chances
        odds = ratio * chances[1] / (1 - chances[1])
        on[:, 1] = np.where(on[:, 0], rng.random(size) < odds / (1 + odds), on[:, 1])
        return on

    return make


def _regions(lists: int, lowest: float = 0.2, highest: float = 0.5) -> Callable[[Any, int], Any]:
    """Two lists of a region each, which hold a tenth as much of the other."""

    def make(rng: Any, size: int) -> Any:
        here = rng.random(size) < 0.5
        on = rng.random((size, lists)) < rng.uniform(lowest, highest, lists)
        on[:, 0] &= here | (rng.random(size) < 0.1)
        on[:, 1] &= ~here | (rng.random(size) < 0.1)
        return on

    return make


def _made(change: Callable[[Any, Any], Any], lists: int = 3) -> Callable[[Any, int], Any]:
    """Lists of which the first is made from the others by ``change``."""

    def make(rng: Any, size: int) -> Any:
        on = rng.random((size, lists)) < rng.uniform(0.2, 0.6, lists)
        on[:, 0] = change(rng, on)
        return on

    return make


def _three_copies(rng: Any, size: int) -> Any:
    """Three lists made from one with 10 % noise each, and a fourth."""
    on = rng.random((size, 4)) < rng.uniform(0.2, 0.6, 4)
    on[:, :3] = np.column_stack([_noisy(rng, on[:, 1], 0.1) for _ in range(3)])
    return on


def _noisy(rng: Any, whom: Any, share: float) -> Any:
    """The people, with a share of all drawn anew."""
    return np.where(rng.random(len(whom)) < share, rng.random(len(whom)) < whom.mean(), whom)


def _less(rng: Any, whom: Any, share: float) -> Any:
    return whom & (rng.random(len(whom)) >= share)


def _more(rng: Any, whom: Any, share: float) -> Any:
    """The people, and of the others so many as are ``share`` of all times how many there are."""
    return whom | (rng.random(len(whom)) < share * whom.mean())


def _two(on: Any) -> Any:
    return on[:, 1] | on[:, 2]


KINDS: dict[str, Callable[[Any, int], Any]] = {
    "independent, chances .05 to .5, 3 lists": _independent(0.05, 0.5, 3),
    "independent, chances .05 to .95, 4 lists": _independent(0.05, 0.95, 4),
    "independent, chances .8 to .9, 3 lists": _independent(0.8, 0.9, 3),
    "independent, chances .9 to .95, 3 lists": _independent(0.9, 0.95, 3),
    "independent, chances .95 to .99, 3 lists": _independent(0.95, 0.99, 3),
    "independent, chances .05 to .4, 12 lists": _independent(0.05, 0.4, 12),
    "two groups, 4 lists": _groups,
    "two groups, a third listed often, 4 lists": _groups_of(0.3, 0.6, 0.2, 4),
    "two groups, a third listed often, 12 lists": _groups_of(0.3, 0.4, 0.2, 12),
    "unlike people, 3 lists": _unlike(3),
    "unlike people, 4 lists": _unlike(4),
    "referral, odds 5 times, 3 lists": _referral(5, 3),
    "referral, odds 5 times, 4 lists": _referral(5, 4),
    "referral, odds 20 times, 4 lists": _referral(20, 4),
    "two regions, 3 lists": _regions(3),
    "two regions, 4 lists": _regions(4),
    "two regions, chances .9 to .95, 3 lists": _regions(3, 0.9, 0.95),
    "a copy": _made(lambda rng, on: on[:, 1]),
    "a copy with 5 % noise": _made(lambda rng, on: _noisy(rng, on[:, 1], 0.05)),
    "a copy with 20 % noise": _made(lambda rng, on: _noisy(rng, on[:, 1], 0.2)),
    "a copy of which 20 % is lost": _made(lambda rng, on: _less(rng, on[:, 1], 0.2)),
    "a copy with additions": _made(lambda rng, on: _more(rng, on[:, 1], 0.2)),
    "three copies with 10 % noise, 4 lists": _three_copies,
    "half of another": _made(lambda rng, on: _less(rng, on[:, 1], 0.5)),
    "a fifth of another": _made(lambda rng, on: _less(rng, on[:, 1], 0.8)),
    "the union of two others": _made(lambda rng, on: _two(on)),
    "the same, 20 % lost": _made(lambda rng, on: _less(rng, _two(on), 0.2)),
    "the same, 10 % noise": _made(lambda rng, on: _noisy(rng, _two(on), 0.1)),
    "the same, additions": _made(lambda rng, on: _more(rng, _two(on), 0.2)),
    "the union of three others": _made(lambda rng, on: on[:, 1:].any(axis=1), 4),
    "the union of two of three others": _made(lambda rng, on: _two(on), 4),
    "of three others, 20 % lost": _made(lambda rng, on: _less(rng, _two(on), 0.2), 4),
    "of three others, 10 % noise": _made(lambda rng, on: _noisy(rng, _two(on), 0.1), 4),
    "of three others, 20 % noise": _made(lambda rng, on: _noisy(rng, _two(on), 0.2), 4),
    "of three others, additions": _made(lambda rng, on: _more(rng, _two(on), 0.2), 4),
    "whoever is on both of two others, 4 lists": _made(lambda rng, on: on[:, 1] & on[:, 2], 4),
    "everybody": _made(lambda rng, on: True),
    "all who are not on another": _made(lambda rng, on: ~on[:, 1]),
}


def main() -> None:
    tables = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    named = sys.argv[2] if len(sys.argv) > 2 else ""
    shown = Table("lists", "people", "tables", "refused", "caution about overlap", "codes")
    for name, make in KINDS.items():
        if named not in name:
            continue
        for size in SIZES:
            codes: Counter[str] = Counter()
            refused = cautioned = 0
            for seed in range(tables):
                table = tabulated(make(np.random.default_rng((seed, size)), size))
                if table is None:
                    continue
                try:
                    said = {c.code for c in check(table)} & set(ABOUT_OVERLAP)
                except EstimationError as error:
                    refused += 1
                    codes[error.code] += 1
                else:
                    cautioned += bool(said)
                    codes.update(said)
            told = ", ".join(f"{code} {many}" for code, many in codes.most_common())
            shown.add_row(name, f"{size:,}", str(tables), str(refused), str(cautioned), told)
    Console(width=170).print(shown)


if __name__ == "__main__":
    main()
