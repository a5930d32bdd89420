"""Do the chains agree, and how exact is what they say? Rank R-hat, ESS, Monte Carlo error.

After Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021, Bayesian Analysis 16:667):
R-hat over rank-normalised and folded split chains, effective sample sizes of the bulk and of
the tails, and the Monte Carlo error of a quantile from the effective size of "at most that
quantile". To these comes a test of their own for each printed point: chains that each know
their quantile to within an error must agree within these errors. R-hat can be 1.004 while
they do not.

Invariants: draws are arrays of shape (chains, draws); constant draws have R-hat 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class QuantileError:
    """One printed point: its value, its Monte Carlo error, and whether the chains agree on it."""

    probability: float
    value: float
    monte_carlo_error: float
    chain_values: tuple[float, ...]
    agreement: float  # p-value of "the chains have one such quantile"

    @property
    def relative_error(self) -> float:
        return self.monte_carlo_error / self.value


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the draws say about themselves."""

    rank_rhat: float
    ess_bulk: float
    ess_tail: float
    quantiles: tuple[QuantileError, ...]
    draws: int


def diagnose(draws: Any, probabilities: Sequence[float]) -> Diagnosis:
    """Diagnose draws of one number by several chains."""
    values = np.asarray(draws, dtype=np.float64)
    ranked = _rank_normal(_split(values))
    folded = _rank_normal(_split(np.abs(values - np.median(values))))
    tails = [ess(_split((values <= np.quantile(values, p)) * 1.0)) for p in (0.05, 0.95)]
    return Diagnosis(
        rank_rhat=max(rhat(ranked), rhat(folded)),
        ess_bulk=ess(ranked),
        ess_tail=min(tails),
        quantiles=tuple(quantile_error(values, p) for p in probabilities),
        draws=values.size,
    )


def quantile_error(values: Any, probability: float) -> QuantileError:
    """A quantile with its error and the agreement of the chains."""
    from scipy.stats import chi2

    point = float(np.quantile(values, probability))
    chain_points, errors = [], []
    for chain in values:
        own = float(np.quantile(chain, probability))
        chain_points.append(own)
        errors.append(_quantile_mcse(chain[None, :], probability, own))
    # Whole numbers: two chains cannot be asked to agree to less than one person.
    squares = np.maximum(np.array(errors) ** 2, 0.25)
    weights = 1 / squares
    centre = float(np.sum(weights * chain_points) / weights.sum())
    statistic = float(np.sum(weights * (np.array(chain_points) - centre) ** 2))
    pooled = _quantile_mcse(values, probability, point)
    return QuantileError(
        probability,
        point,
        pooled,
        tuple(chain_points),
        float(chi2.sf(statistic, len(chain_points) - 1)) if len(chain_points) > 1 else 1.0,
    )


def rhat(chains: Any) -> float:
    """Potential scale reduction of chains that are already split and normalised."""
    many = chains.shape[1]
    within = float(chains.var(axis=1, ddof=1).mean())
    between = float(chains.mean(axis=1).var(ddof=1)) * many
    if within <= 0:
        return 1.0 if between <= 0 else math.inf
    return math.sqrt(((many - 1) / many * within + between / many) / within)


def ess(chains: Any) -> float:
    """Effective sample size by Geyer's initial monotone sequence."""
    count, many = chains.shape
    if many < 4:
        return float(count)
    centred = chains - chains.mean(axis=1, keepdims=True)
    padded = 1 << (2 * many - 1).bit_length()
    covariance = np.zeros(many)
    for chain in centred:  # one by one: the transforms of all would be a gigabyte
        spectrum = np.fft.rfft(chain, padded)
        covariance += np.fft.irfft(spectrum * np.conj(spectrum), padded)[:many]
    covariance /= count * many
    within = float(covariance[0]) * many / (many - 1)
    if within <= 0:
        return float(chains.size)
    between = float(chains.mean(axis=1).var(ddof=1)) if count > 1 else 0.0
    total = within * (many - 1) / many + between
    correlation = 1 - (within - covariance) / total
    correlation[0] = 1.0
    pairs = correlation[: many - many % 2].reshape(-1, 2).sum(axis=1)
    negative = np.flatnonzero(pairs < 0)
    pairs = pairs[: negative[0]] if negative.size else pairs
    monotone = np.minimum.accumulate(pairs)
    length = max(2 * float(monotone.sum()) - 1, 1 / math.log10(max(10.0, chains.size)))
    return float(chains.size / length)


def _quantile_mcse(values: Any, probability: float, point: float) -> float:
    from scipy.stats import beta

    size = ess(_split((values <= point) * 1.0))
    low, high = beta.ppf(
        [0.1586553, 0.8413447], size * probability + 1, size * (1 - probability) + 1
    )
    ordered = np.sort(values, axis=None)
    last = ordered.size - 1
    below = ordered[max(0, math.floor(low * last))]
    above = ordered[min(last, math.ceil(high * last))]
    return float(above - below) / 2


def _split(values: Any) -> Any:
    half = values.shape[1] // 2
    return np.concatenate([values[:, :half], values[:, values.shape[1] - half :]])


def _rank_normal(values: Any) -> Any:
    from scipy.special import ndtri
    from scipy.stats import rankdata

    ranks = rankdata(values, axis=None).reshape(values.shape)
    return ndtri((ranks - 0.375) / (values.size + 0.25))
