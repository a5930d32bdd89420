"""Intervals that include the choice of the model: the bootstrap, bias-corrected.

People are drawn anew from the observed cells and the whole search is repeated on each new
table; the interval is BCa (Efron 1987), its acceleration from the jackknife by cell, weighted
by the cell's count (Chan, Silverman and Vincent 2021). For the exhaustive search the models
searched again are the best ``MODELS`` of the original ranking.

Invariants: a function of table, search and seed; resamples in which no model has an estimate
are counted and told, never dropped in silence.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from habeas.estimation.errors import EstimationError, ModelTooRich
from habeas.estimation.existence import Model, examine, lay_out
from habeas.estimation.fitting import Fit, fit_design
from habeas.estimation.searching import Criterion, Ranking, stepwise
from habeas.estimation.tables import CaptureTable

MODELS = 30
MOST_FAILED = 0.1  # share of resamples without an estimate beyond which there is no interval
Search = Callable[[CaptureTable], float]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """The 95 % BCa interval of a search."""

    low: float
    high: float
    resamples: int
    failed: int
    seed: int


def by_stepwise(table: CaptureTable) -> float:
    return stepwise(table).estimate


def by_ranking(ranking: Ranking) -> Search:
    """The search over the best models of a ranking."""
    models = [fit.model for fit in ranking.fits[:MODELS]]
    criterion = ranking.criterion

    def search(table: CaptureTable) -> float:
        return best_of(table, models, criterion).estimate

    return search


def best_of(table: CaptureTable, models: list[Model], criterion: Criterion) -> Fit:
    """The best of these models that has an estimate on this table."""
    fits = [fit_design(table, model, lay_out(table, model)) for model in models]
    order = sorted((f for f in fits if f is not None), key=lambda f: getattr(f, criterion))
    for found in order:
        if examine(lay_out(table, found.model)) == "ok":
            return found
    raise ModelTooRich("No model has an estimate.", next_step="Report the count as a floor.")


def bootstrap(
    table: CaptureTable,
    search: Search,
    seed: int,
    resamples: int = 200,
    progress: Progress = lambda done, total: None,
) -> Bootstrap:
    """The BCa interval. Raises ``ModelTooRich`` where too many resamples have no estimate."""
    from scipy.special import ndtr, ndtri

    point = search(table)
    masks = [mask for mask, _ in table.counts]
    counts = np.array([count for _, count in table.counts], dtype=np.float64)
    rng = np.random.Generator(np.random.SFC64(np.random.SeedSequence((seed, 2))))
    found: list[float] = []
    for done in range(resamples):
        progress(done, resamples)
        drawn = rng.multinomial(table.observed, counts / counts.sum())
        try:
            found.append(search(_with_counts(table, masks, drawn)))
        except EstimationError:
            continue
    failed = resamples - len(found)
    if failed > MOST_FAILED * resamples:
        raise ModelTooRich(
            f"{failed} of {resamples} resampled tables have no estimate.",
            next_step="The overlaps are too thin for an interval that includes the choice of "
            "the model.",
        )
    values = np.array(found)
    below = float(np.mean(values < point) + np.mean(values == point) / 2)
    below = min(max(below, 0.5 / len(found)), 1 - 0.5 / len(found))
    bias = float(ndtri(below))
    bend = acceleration(table, search)
    ends = []
    for z in (-1.959963984540054, 1.959963984540054):
        shifted = bias + (bias + z) / (1 - bend * (bias + z))
        ends.append(float(np.quantile(values, float(ndtr(shifted)))))
    return Bootstrap(ends[0], ends[1], resamples, failed, seed)


def acceleration(table: CaptureTable, search: Search) -> float:
    """The jackknife's acceleration: one person out of each cell, weighted by the cell."""
    values, weights = [], []
    for mask, count in table.counts:
        try:
            values.append(search(table.shifted(mask, 0)))
            weights.append(count)
        except EstimationError:
            continue
    if not values:
        return 0.0
    w, v = np.array(weights, dtype=np.float64), np.array(values)
    away = float(np.average(v, weights=w)) - v
    spread = float(np.sum(w * away**2))
    return float(np.sum(w * away**3)) / (6 * math.pow(spread, 1.5)) if spread > 0 else 0.0


def _with_counts(table: CaptureTable, masks: list[int], counts: Any) -> CaptureTable:
    cells = tuple((mask, int(count)) for mask, count in zip(masks, counts, strict=True) if count)
    return CaptureTable(table.lists, cells, table.unit, table.title, table.impossible)
