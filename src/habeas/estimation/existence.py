"""Does a log-linear model have a maximum likelihood estimate on this table, and one only?

Asked before any fit, by linear programming, because a fit that has no maximum still prints a
number (1.8e11 on one published table). The rules are those of Fienberg and Rinaldo (2012,
Annals of Statistics 40:996) as applied to capture tables with unobserved cell by Chan,
Silverman and Vincent (2021, JASA 116:1297):

1. an interaction whose lists share nobody is estimated as minus infinity, and every cell
   that contains it as zero (the *extended* estimate); those cells leave the problem;
2. the estimate exists if some strictly positive table on the remaining cells has the same
   margins as the observed one;
3. it is the only one if the remaining design has full column rank.

Invariants: a model is a set of masks closed under non-empty subsets that holds every single
list; ``examine`` never fits anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from habeas.estimation.tables import CaptureTable

Model = frozenset[int]
Answer = Literal["ok", "no extended maximum likelihood estimate", "not identifiable"]
_POSITIVE = 1e-7  # of the mean count: below it, the largest smallest cell counts as zero


@dataclass(frozen=True, slots=True)
class Design:
    """A model laid out over the cells that can hold somebody."""

    cells: tuple[int, ...]  # masks, without the cell of nobody's list
    terms: tuple[int, ...]  # masks of the parameters besides the intercept
    minus_infinity: tuple[int, ...]  # terms estimated as minus infinity
    counts: Any  # float64 array over cells
    matrix: Any  # float64 array, cells by 1 + terms

    @property
    def parameters(self) -> int:
        return 1 + len(self.terms)


def closed(generators: Iterable[int], lists: int) -> Model:
    """The hierarchical model with these highest interactions and every main effect."""
    model = {1 << j for j in range(lists)}
    for generator in generators:
        part = generator
        while part:
            model.add(part)
            part = (part - 1) & generator
    return frozenset(model)


def generators(model: Model) -> tuple[int, ...]:
    """The highest terms, largest first."""
    tops = [t for t in model if not any(t != u and t & u == t for u in model)]
    return tuple(sorted(tops, key=lambda t: (-t.bit_count(), _positions(t))))


def name(model: Model) -> str:
    """``[123,14,34]``: lists counted from 1 in the order of the table."""
    parts = []
    for term in generators(model):
        numbers = [str(j + 1) for j in _positions(term)]
        parts.append("".join(numbers) if all(len(n) == 1 for n in numbers) else "·".join(numbers))
    return f"[{','.join(parts)}]"


def lay_out(table: CaptureTable, model: Model) -> Design:
    """The design of a model on a table, minus-infinity terms and their cells taken out."""
    lists = len(table.lists)
    counts = dict(table.counts)
    margin = {
        term: sum(count for mask, count in table.counts if mask & term == term) for term in model
    }
    gone = tuple(sorted(term for term in model if not margin[term]))
    cells = tuple(
        mask
        for mask in range(1, 1 << lists)
        if mask not in table.impossible and not any(mask & term == term for term in gone)
    )
    terms = tuple(sorted((t for t in model if margin[t]), key=lambda t: (t.bit_count(), t)))
    masks = np.array(cells, dtype=np.int64)
    matrix = np.ones((len(cells), 1 + len(terms)))
    for column, term in enumerate(terms, start=1):
        matrix[:, column] = (masks & term) == term
    values = np.array([counts.get(mask, 0) for mask in cells], dtype=np.float64)
    return Design(cells, terms, gone, values, matrix)


def examine(design: Design) -> Answer:
    """Whether the design has one finite (extended) maximum likelihood estimate."""
    if not design.counts.all() and not _interior(design):
        return "no extended maximum likelihood estimate"
    if len(design.cells) < design.parameters:
        return "not identifiable"
    if np.linalg.matrix_rank(design.matrix) < design.parameters:
        return "not identifiable"
    return "ok"


def _interior(design: Design) -> bool:
    """Is there a table without a zero that has the same margins? Maximise the smallest cell."""
    from scipy.optimize import linprog

    scale = max(1.0, float(design.counts.mean()))
    cells = len(design.cells)
    margins = design.matrix.T @ (design.counts / scale)
    equal = np.hstack([design.matrix.T, design.matrix.sum(axis=0)[:, None]])
    # x = y + s with y >= 0: the unknowns are y and the smallest cell s
    aim = np.zeros(cells + 1)
    aim[-1] = -1.0
    found = linprog(aim, A_eq=equal, b_eq=margins, bounds=[(0, None)] * (cells + 1), method="highs")
    return bool(found.status == 0 and found.x[-1] > _POSITIVE)


def _positions(mask: int) -> list[int]:
    return [j for j in range(mask.bit_length()) if mask >> j & 1]
