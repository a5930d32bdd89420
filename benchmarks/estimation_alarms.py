"""``python -m benchmarks.estimation_alarms [TABLES]``: copies caught, good lists left alone.

Tables are simulated of lists that are independent (with low, mixed and very high chances), of
people in two groups, and of lists that are copies, parts, unions or halves of each other. For each
kind: how many tables are refused, with which codes, how many carry a caution about overlap. Only
``check`` is asked; nothing is fitted.
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
ABOUT_OVERLAP = ("lists-nearly-one", "overlap-too-great", "list-holds-all", "lists-divide")


def tabulated(on: Any) -> CaptureTable | None:
    """The table of people by lists; None where nobody is on any."""
    cells = Counter("".join("1" if x else "0" for x in row) for row in on)
    cells.pop("0" * on.shape[1], None)
    names = [chr(ord("A") + j) for j in range(on.shape[1])]
    return from_counts(names, dict(cells)) if cells else None


def _independent(low: float, high: float, lists: int) -> Callable[[Any, int], Any]:
    return lambda rng, size: rng.random((size, lists)) < rng.uniform(low, high, lists)


def _groups(rng: Any, size: int) -> Any:
    """One group in ten is on every list with chance 0.9, the rest seldom."""
    chances = np.where(rng.random((size, 1)) < 0.1, 0.9, rng.uniform(0.05, 0.2, 4))
    return rng.random((size, 4)) < chances


def _made(change: Callable[[Any, Any], Any], lists: int = 3) -> Callable[[Any, int], Any]:
    """Lists of which the first is made from the others by ``change``."""

    def make(rng: Any, size: int) -> Any:
        on = rng.random((size, lists)) < rng.uniform(0.2, 0.6, lists)
        on[:, 0] = change(rng, on)
        return on

    return make


def _noisy(rng: Any, on: Any, share: float) -> Any:
    """The second list, with a share of people drawn anew."""
    anew = rng.random(len(on)) < on[:, 1].mean()
    return np.where(rng.random(len(on)) < share, anew, on[:, 1])


KINDS: dict[str, Callable[[Any, int], Any]] = {
    "independent, chances .05 to .5, 3 lists": _independent(0.05, 0.5, 3),
    "independent, chances .05 to .95, 4 lists": _independent(0.05, 0.95, 4),
    "independent, chances .8 to .9, 3 lists": _independent(0.8, 0.9, 3),
    "independent, chances .9 to .95, 3 lists": _independent(0.9, 0.95, 3),
    "independent, chances .95 to .99, 3 lists": _independent(0.95, 0.99, 3),
    "two groups, 4 lists": _groups,
    "a copy": _made(lambda rng, on: on[:, 1]),
    "a copy with 5 % noise": _made(lambda rng, on: _noisy(rng, on, 0.05)),
    "a copy with 20 % noise": _made(lambda rng, on: _noisy(rng, on, 0.2)),
    "half of another": _made(lambda rng, on: on[:, 1] & (rng.random(len(on)) < 0.5)),
    "the union of two others": _made(lambda rng, on: on[:, 1] | on[:, 2]),
    "the union of two of three others": _made(lambda rng, on: on[:, 1] | on[:, 2], 4),
    "everybody": _made(lambda rng, on: True),
    "all who are not on another": _made(lambda rng, on: ~on[:, 1]),
}


def main() -> None:
    tables = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    shown = Table("lists", "people", "tables", "refused", "caution about overlap", "codes")
    for name, make in KINDS.items():
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
