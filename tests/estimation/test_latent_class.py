"""The latent class sampler: exact where there is an exact answer, agreeing, refusing."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from tests.estimation.tables import entry, table

from habeas.estimation import (
    CaptureTable,
    ClassSettings,
    classes,
    estimate_classes,
    from_counts,
    prior_sensitivity,
)
from habeas.estimation.classes import Chains
from habeas.estimation.diagnosing import diagnose
from habeas.estimation.errors import BadSetting, NotConverged

QUICK = ClassSettings(precision=0.02, most_sweeps=40_000)
SMALL = {"111": 3, "110": 9, "101": 7, "011": 6, "100": 20, "010": 18, "001": 15}


def exact_one_class(data: CaptureTable, most: int) -> np.ndarray:
    """P(N <= n) for one class: the list chances integrate out as Beta functions."""
    log_density = []
    for total in range(data.observed, most):
        value = math.lgamma(total + 1) - math.lgamma(total - data.observed + 1) - math.log(total)
        for on in data.list_totals.values():
            value += math.lgamma(on + 1) + math.lgamma(total - on + 1) - math.lgamma(total + 2)
        log_density.append(value)
    density = np.exp(np.array(log_density) - max(log_density))
    below: np.ndarray = np.cumsum(density) / density.sum()
    return below


@pytest.mark.parametrize("hamiltonian", [True, False])
def test_one_class_agrees_with_the_sum_over_n(hamiltonian: bool) -> None:
    small = from_counts("ABC", SMALL)
    settings = ClassSettings(classes=1, precision=0.01, hamiltonian=hamiltonian)
    found = estimate_classes(small, 11, settings)
    exact = exact_one_class(small, 5_000)
    for probability, point in zip((0.025, 0.5, 0.975), found.diagnosis.quantiles, strict=True):
        truth = small.observed + int(np.searchsorted(exact, probability))
        assert abs(point.value - truth) <= 4 * max(point.monte_carlo_error, 0.5), probability


def test_both_kernels_have_one_target() -> None:
    """The published sampler, alone, says what the quick one says."""
    small = from_counts("ABC", SMALL)
    quick, plain = (
        diagnose(
            _draws(small, ClassSettings(classes=3, hamiltonian=on), 30_000), (0.025, 0.5, 0.975)
        )
        for on in (True, False)
    )
    for a, b in zip(quick.quantiles, plain.quantiles, strict=True):
        error = math.hypot(max(a.monte_carlo_error, 0.5), max(b.monte_carlo_error, 0.5))
        assert abs(a.value - b.value) <= 4 * error


def _draws(data: CaptureTable, settings: ClassSettings, sweeps: int) -> np.ndarray:
    chains = Chains(data, 7, settings)
    chains.advance(sweeps)
    drawn: np.ndarray = chains.draws
    return drawn


@pytest.mark.parametrize("which", ["kosovo", "uk_2013", "new_orleans", "korea", "hiv_rome"])
def test_the_reference_within_monte_carlo_error(vectors: Path, which: str) -> None:
    said = next(
        each
        for each in entry(vectors, which)["reference"]
        if each["method"] == "lcmcr" and "quantiles" in each
    )
    found = estimate_classes(table(vectors, which), 3, ClassSettings(cap=20, precision=0.01))
    between = said.get("between_chain_se", {})
    for point in found.diagnosis.quantiles:
        key = f"{point.probability:g}"
        # Shorter reference runs give no error of their own: 2 % stands in for it.
        theirs = max(said["mcse"][key], between[key]) if between else 0.02 * point.value
        allowed = 3.5 * math.hypot(point.monte_carlo_error, theirs)
        assert abs(point.value - said["quantiles"][key]) <= allowed + 1, key


def test_a_seed_gives_the_same_draws(vectors: Path) -> None:
    korea = table(vectors, "korea")
    first, again, other = (estimate_classes(korea, seed, QUICK) for seed in (5, 5, 6))
    assert np.array_equal(first.draws, again.draws)
    assert not np.array_equal(first.draws, other.draws)


def test_the_cap_holds(vectors: Path) -> None:
    korea = table(vectors, "korea")
    drawn = _draws(korea, ClassSettings(cap=1), 3_000)
    assert drawn.min() >= korea.observed
    assert drawn.max() <= 2 * korea.observed


def test_a_draw_beyond_the_cap_leaves_the_count_as_it_was() -> None:
    """Nobody on two lists: nearly every draw is beyond the cap, and -1 was once a draw."""
    apart = from_counts("ABC", {"100": 40, "010": 30, "001": 20})
    drawn = _draws(apart, ClassSettings(cap=1, classes=1), 2_000)
    assert apart.observed <= drawn.min() < drawn.max() <= 2 * apart.observed


def test_what_cannot_be_counted_is_refused_and_not_cut_off() -> None:
    many = from_counts("ABC", {"111": 1, "100": 10**12, "010": 10**12, "001": 10**12})
    with pytest.raises(NotConverged, match="beyond what can be counted"):
        estimate_classes(many, 1, ClassSettings(classes=2, hamiltonian=False))


def test_chains_that_disagree_give_no_number(vectors: Path) -> None:
    """Two modes that chains seldom leave: within this allowance they cannot be weighed."""
    with pytest.raises(NotConverged, match="Their medians") as caught:
        estimate_classes(table(vectors, "netherlands_5"), 1, ClassSettings(most_sweeps=20_000))
    assert caught.value.next_step


def test_chains_without_hope_are_not_lengthened(
    vectors: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kosovo times 100,000: at this rate the allowance would not be enough. It ran to its end."""
    monkeypatch.setattr(classes, "_WARM_UP", 300)
    monkeypatch.setattr(classes, "_HOPE", 10_000)
    kosovo = table(vectors, "kosovo")
    cells = {kosovo.pattern(mask): 100_000 * count for mask, count in kosovo.counts}
    checks: list[int] = []
    with pytest.raises(NotConverged, match="Their medians"):
        estimate_classes(
            from_counts(kosovo.lists, cells),
            1,
            ClassSettings(most_sweeps=40_000),
            lambda done, total: checks.append(done),
        )
    assert checks == [10_000]


def test_too_short_an_allowance_is_a_refusal(vectors: Path) -> None:
    with pytest.raises(NotConverged, match="Monte Carlo error"):
        estimate_classes(
            table(vectors, "kosovo"), 1, ClassSettings(precision=0.0001, most_sweeps=10_000)
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"classes": 0},
        {"chains": 1},
        {"cap": 0},
        {"precision": 0},
        {"prior_rate": -1},
        {"prior_shape": 0.01},
        {"most_sweeps": 1},
    ],
)
def test_settings_without_meaning_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadSetting):
        ClassSettings(**wrong)  # type: ignore[arg-type]


def test_a_seed_is_a_whole_number(vectors: Path) -> None:
    with pytest.raises(BadSetting, match="seed"):
        estimate_classes(table(vectors, "korea"), -1, QUICK)


def test_modes_that_rhat_misses_are_seen() -> None:
    """Chains a little apart, long enough to know it: R-hat is low, agreement is nil."""
    rng = np.random.default_rng(1)
    draws = rng.normal(10_000, 100, (4, 20_000)) + np.array([[0], [0], [0], [12]])
    found = diagnose(draws, (0.5,))
    assert found.rank_rhat < 1.01
    assert found.quantiles[0].agreement < 1e-3


def test_monte_carlo_errors_are_as_large_as_errors_are() -> None:
    """Over many autocorrelated runs, the stated error is the spread of the quantile."""
    rng = np.random.default_rng(2)
    points, errors = [], []
    for _ in range(60):
        noise = rng.normal(size=(4, 2_000))
        walk = np.empty_like(noise)
        walk[:, 0] = noise[:, 0]
        for at in range(1, noise.shape[1]):
            walk[:, at] = 0.8 * walk[:, at - 1] + 0.6 * noise[:, at]
        found = diagnose(100 + walk, (0.975,)).quantiles[0]
        points.append(found.value)
        errors.append(found.monte_carlo_error)
    assert np.std(points) == pytest.approx(np.mean(errors), rel=0.35)


def test_what_the_prior_does_is_shown() -> None:
    found = prior_sensitivity(from_counts("ABC", SMALL), 2, QUICK)
    assert len(found) == 5
    assert all(point.median is not None or point.reason for point in found)
    assert len({point.change for point in found}) == 5
