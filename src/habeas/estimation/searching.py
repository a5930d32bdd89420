"""Which log-linear model: all hierarchical ones to five lists, stepwise by pairs beyond.

*Exhaustive*: every hierarchical model over the lists, but for the one with all of them
interacting, is ranked by BIC (or AIC); from the best down, the first whose estimate exists
and is unique is taken. *Stepwise* (Chan, Silverman and Vincent 2021): from independence, add
the pair with the smallest p-value while that is below the threshold.

Choosing a model is the largest uncertainty in this method and an interval that is conditional
on the model does not show it. So the ranking is kept, and the spread of estimates over models
that fit nearly as well is part of the result.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from habeas.estimation.errors import EstimationError, ModelTooRich, TooManyLists
from habeas.estimation.existence import Model, closed, examine, lay_out
from habeas.estimation.fitting import Fit, fit, fit_design
from habeas.estimation.tables import CaptureTable

Criterion = Literal["bic", "aic"]
MOST_LISTS_ALL_MODELS = 5
MOST_LISTS_STEPWISE = 10
THRESHOLD = 0.02  # p-value below which stepwise search adds a pair
NEAR = 2.0  # models within this much of the best criterion are "nearly as good"
RARELY = 50.0  # at this much worse nothing is looked at


@dataclass(frozen=True, slots=True)
class Ranking:
    """The models whose estimate exists, best first."""

    criterion: Criterion
    fits: tuple[Fit, ...]
    models: int  # hierarchical models fitted
    refused: int  # of those near the top, how many have no estimate

    @property
    def best(self) -> Fit:
        return self.fits[0]

    def near(self, within: float = NEAR) -> tuple[Fit, ...]:
        """The models within ``within`` of the best."""
        floor = getattr(self.best, self.criterion)
        return tuple(f for f in self.fits if getattr(f, self.criterion) - floor <= within)


@functools.lru_cache(maxsize=8)
def hierarchical_models(lists: int, order: int | None = None) -> tuple[Model, ...]:
    """Every hierarchical model with all main effects, up to ``order`` (default lists - 1)."""
    top = lists - 1 if order is None else order
    found: list[Model] = []
    base = frozenset(1 << j for j in range(lists))

    def grow(model: Model, size: int) -> Iterator[Model]:
        """Add any set of terms of ``size`` whose subsets are all there, then go up."""
        if size > top:
            yield model
            return
        possible = [
            sum(1 << j for j in some)
            for some in itertools.combinations(range(lists), size)
            if all(
                sum(1 << j for j in part) in model
                for part in itertools.combinations(some, size - 1)
            )
        ]
        if not possible:
            yield model
            return
        for many in range(len(possible) + 1):
            for chosen in itertools.combinations(possible, many):
                if chosen:
                    yield from grow(model | frozenset(chosen), size + 1)
                else:
                    yield model

    found.extend(grow(base, 2))
    return tuple(found)


def rank(
    table: CaptureTable,
    criterion: Criterion = "bic",
    *,
    order: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Ranking:
    """Fit every hierarchical model; keep those with an estimate, best first.

    Raises ``TooManyLists`` beyond five lists and ``ModelTooRich`` where nothing has one.
    """
    lists = len(table.lists)
    if lists > MOST_LISTS_ALL_MODELS:
        raise TooManyLists(
            f"All models of {lists} lists are too many to fit.",
            next_step="Use the stepwise search, or merge lists that are of one kind.",
        )
    fits = _all_fits(table, order, progress)
    fitted = sorted(fits, key=lambda each: (getattr(each, criterion), each.name))
    kept: list[Fit] = []
    refused = 0
    for found in fitted:
        if kept and getattr(found, criterion) - getattr(kept[0], criterion) > RARELY:
            break
        if examine(lay_out(table, found.model)) == "ok":
            kept.append(found)
        else:
            refused += 1
    if not kept:
        raise ModelTooRich(
            "No log-linear model has a finite estimate on this table.",
            next_step="The lists overlap too little. Report the count as a floor, no estimate.",
        )
    return Ranking(criterion, tuple(kept), len(fits), refused)


_cached: dict[tuple[CaptureTable, int | None], tuple[Fit, ...]] = {}


def forget() -> None:
    """Keep no table that was fitted."""
    _cached.clear()


def _all_fits(
    table: CaptureTable, order: int | None, progress: Callable[[int, int], None]
) -> tuple[Fit, ...]:
    """Every hierarchical model fitted; the last table's are kept, for the other criterion."""
    key = (table, order)
    if key not in _cached:
        models = hierarchical_models(len(table.lists), order)
        found = []
        for done, model in enumerate(models):
            if done % 64 == 0:
                progress(done, len(models))
            design = lay_out(table, model)
            if len(design.cells) >= design.parameters:
                found.append(fit_design(table, model, design))
        progress(len(models), len(models))
        _cached.clear()
        _cached[key] = tuple(each for each in found if each is not None)
    return _cached[key]


def stepwise(table: CaptureTable, threshold: float = THRESHOLD) -> Fit:
    """Forward selection of pairwise interactions (Chan, Silverman and Vincent 2021).

    At each step the pair is added whose number of shared people is least likely, as a Poisson
    tail, under the model so far; pairs with which no estimate would exist are passed over.
    """
    lists = len(table.lists)
    if lists > MOST_LISTS_STEPWISE:
        raise TooManyLists(
            f"{lists} lists are too many for log-linear models; the most is {MOST_LISTS_STEPWISE}.",
            next_step="Merge lists of one kind.",
        )
    left = [1 << a | 1 << b for b in range(lists) for a in range(b)]
    chosen: list[int] = []
    current = fit(table, closed((), lists))
    while left:
        surprise = _tails(table, current, left)
        for p, pair in sorted(surprise):
            if p >= threshold:
                return current
            larger = quietly(table, closed((*chosen, pair), lists))
            if isinstance(larger, Fit):
                chosen.append(pair)
                left.remove(pair)
                current = larger
                break
        else:
            return current
    return current


def _tails(table: CaptureTable, fitted: Fit, pairs: list[int]) -> list[tuple[float, int]]:
    """For each pair of lists, the smaller tail probability of how many they share."""
    import numpy as np
    from scipy.stats import poisson

    design = lay_out(table, fitted.model)
    means = np.exp(design.matrix @ np.array(fitted.coefficients))
    cells = np.array(design.cells)
    tails = []
    for pair in pairs:
        expected = float(means[(cells & pair) == pair].sum())
        shared = sum(count for mask, count in table.counts if mask & pair == pair)
        below, above = poisson.cdf(shared, expected), poisson.sf(shared - 1, expected)
        tails.append((float(min(below, above)), pair))
    return tails


def quietly(table: CaptureTable, model: Model) -> Fit | EstimationError:
    """The fit, or why there is none."""
    try:
        return fit(table, model)
    except EstimationError as error:
        return error
