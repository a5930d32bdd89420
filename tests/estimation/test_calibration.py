"""The latent class sampler against the model's definition: nothing of its prior is cut off."""

from __future__ import annotations

import math

import numpy as np
import pytest
from benchmarks.estimation_calibration import RANKED, p_values, ranks
from benchmarks.estimation_gibbs import gibbs
from benchmarks.estimation_prior import prior, weighted
from scipy.stats import kstest

from habeas.estimation import ClassSettings, classes, from_counts
from habeas.estimation.classes import Chains
from habeas.estimation.diagnosing import diagnose, ess

FEW = {"110": 2, "101": 1, "100": 4, "010": 3, "001": 2}


def drawn(cells: dict[str, int], sweeps: int, **settings: int) -> np.ndarray:
    chains = Chains(from_counts("ABC", cells), 3, ClassSettings(**settings))  # type: ignore[arg-type]
    chains.advance(sweeps)
    kept: np.ndarray = chains.draws[:, sweeps // 10 :]
    return kept


def test_ten_classes_agree_with_weighted_draws_of_the_prior() -> None:
    """No chain on the other side. Sticks cut at logit V = 600 were off by .023, here 8 errors."""
    ours = drawn(FEW, 12_000)
    theirs, weights = weighted(from_counts("ABC", FEW), 200_000, 1)
    for point in (14, 16, 20, 33):
        below = float(weights[theirs <= point].sum())
        error = float(np.sqrt(np.sum(weights**2 * ((theirs <= point) - below) ** 2)))
        mixed = (ours <= point) * 1.0
        error = math.hypot(error, float(mixed.std()) / math.sqrt(ess(mixed)))
        assert abs(float(mixed.mean()) - below) < 3.5 * error, point


@pytest.mark.parametrize("hamiltonian", [True, False])
def test_the_weights_of_classes_reach_as_far_as_their_prior(hamiltonian: bool) -> None:
    """One person says next to nothing about the weights: 16 % of sticks pass 600 all the same."""
    chains = Chains(from_counts("ABC", {"111": 1}), 5, ClassSettings(hamiltonian=hamiltonian))
    found = []
    for at in range(400):
        chains.advance(40 * (at + 1))
        for sticks, _ in chains._states:  # the lengths of what is left, as nothing else shows them
            found.append(-np.sum(np.logaddexp(0, sticks)))
    said = prior(np.random.default_rng(1), 200_000, 3).log_weights[:, -1]
    assert np.mean(np.array(found) < -6_000) == pytest.approx(np.mean(said < -6_000), abs=0.04)
    ranks = np.searchsorted(np.sort(said), found) / len(said)
    assert kstest(ranks, "uniform").statistic < 0.06


def test_a_second_sampler_written_apart_agrees() -> None:
    small = from_counts("ABC", {"111": 1, "110": 5, "101": 3, "011": 2, "100": 14, "010": 9})
    first = diagnose(drawn({small.pattern(m): n for m, n in small.counts}, 10_000), (0.5, 0.975))
    second = diagnose(gibbs(small, 4, 2_500), (0.5, 0.975))
    for a, b in zip(first.quantiles, second.quantiles, strict=True):
        error = math.hypot(max(a.monte_carlo_error, 0.5), max(b.monte_carlo_error, 0.5))
        assert abs(a.value - b.value) <= 3 * error


def test_the_truth_is_anywhere_in_its_posterior_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calibration on sparse tables from the prior, K = 10: N, and the weights of the classes."""
    monkeypatch.setattr(classes, "_WARM_UP", 300)
    monkeypatch.setattr(classes, "_LEAPS", 10)
    found = ranks(60, 3, draws=40)
    for which, ranked in zip(RANKED, found.T, strict=True):
        assert min(p_values(ranked, bins=6)) > 0.001, which
