"""The latent class model by its definition alone: draws of the prior, and of tables from it.

p(N) proportional to 1/N makes how many people are seen tell nothing about the chances: given
that ``seen`` people are seen, (pi, lambda) has its prior, the cells are a multinomial given
both, and the unseen a negative binomial. So there are tables with known N to calibrate on, and
posteriors without any chain: draws of the prior weighted by the table's likelihood.

Weights of classes are held as logs: under Gamma(0.25, 0.25) a sixth of the draws of a stick
leave less than exp(-600) for the classes after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from habeas.estimation import CaptureTable, from_counts


@dataclass(frozen=True, slots=True)
class Drawn:
    """Draws of the prior: log weights (draws, classes), chances (draws, lists, classes)."""

    log_weights: Any
    chances: Any

    @property
    def unseen(self) -> Any:
        """The chance to be on no list."""
        return np.sum(np.exp(self.log_weights) * np.prod(1 - self.chances, axis=1), axis=1)

    @property
    def seen(self) -> Any:
        """The chance to be on some list, to all its digits."""
        listed = -np.expm1(np.log1p(-self.chances).sum(axis=1))
        return np.sum(np.exp(self.log_weights) * listed, axis=1)

    def cell(self, mask: int) -> Any:
        """The chance of this combination of lists."""
        found = np.exp(self.log_weights)
        for j in range(self.chances.shape[1]):
            on = self.chances[:, j]
            found = found * (on if mask >> j & 1 else 1 - on)
        return found.sum(axis=1)


def prior(
    rng: Any, draws: int, lists: int, classes: int = 10, shape: float = 0.25, rate: float = 0.25
) -> Drawn:
    """Draws of (pi, lambda) with a concentration of Gamma(shape, rate)."""
    alpha = rng.gamma(shape, 1 / rate, (draws, 1))
    log_left = -rng.exponential(size=(draws, classes - 1)) / alpha  # log(1 - V)
    with np.errstate(divide="ignore"):  # V = 0 to the last digit
        log_v = np.log(-np.expm1(log_left))
    before = np.concatenate([np.zeros((draws, 1)), np.cumsum(log_left, axis=1)], axis=1)
    before[:, :-1] += log_v
    return Drawn(before, rng.random((draws, lists, classes)))


def simulated(rng: Any, lists: int, seen: int, classes: int = 10) -> tuple[CaptureTable, int, Any]:
    """A table of ``seen`` people from the prior, the true N, and its log weights."""
    drawn = prior(rng, 1, lists, classes)
    chances = np.array([drawn.cell(mask)[0] for mask in range(1, 1 << lists)])
    counts = rng.multinomial(seen, chances / chances.sum())
    missing = rng.poisson(rng.gamma(seen) * drawn.unseen[0] / drawn.seen[0])
    cells = {
        "".join("1" if mask >> j & 1 else "0" for j in range(lists)): int(count)
        for mask, count in enumerate(counts, start=1)
    }
    names = [f"L{j}" for j in range(lists)]
    return from_counts(names, cells), seen + int(missing), drawn.log_weights[0]


def weighted(
    table: CaptureTable,
    draws: int,
    seed: int,
    classes: int = 10,
    shape: float = 0.25,
    rate: float = 0.25,
) -> tuple[Any, Any]:
    """Draws of N and their weights: the posterior without a chain, for few people."""
    rng = np.random.default_rng(seed)
    drawn = prior(rng, draws, len(table.lists), classes, shape, rate)
    log_likelihood = -table.observed * np.log(drawn.seen)
    for mask, count in table.counts:
        log_likelihood += count * np.log(drawn.cell(mask))
    weights = np.exp(log_likelihood - log_likelihood.max())
    missing = rng.poisson(rng.gamma(table.observed, size=draws) * drawn.unseen / drawn.seen)
    return table.observed + missing, weights / weights.sum()
