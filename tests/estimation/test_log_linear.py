"""Log-linear models, to the digit that the reference programs print."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.estimation.tables import entry, measured, table

from habeas.estimation import from_counts
from habeas.estimation.existence import closed, name
from habeas.estimation.fitting import fit, profile_interval
from habeas.estimation.resampling import bootstrap, by_stepwise
from habeas.estimation.searching import Criterion, hierarchical_models, rank, stepwise

ALL_MODELS = ("kosovo", "korea", "hiv_rome")
STEPWISE = (
    *("kosovo", "uk_2013", "uk_2013_5", "new_orleans", "new_orleans_5"),
    *("netherlands", "netherlands_5", "korea"),
)
INDEPENDENT = ("kosovo", "uk_2013", "uk_2013_5", "new_orleans_5", "netherlands_5", "korea")


@pytest.mark.parametrize("which", INDEPENDENT)
def test_independence(vectors: Path, which: str) -> None:
    lists = len(entry(vectors, which)["lists"])
    found = fit(table(vectors, which), closed((), lists))
    said = measured(vectors, which, "closedp.t")
    assert round(found.estimate, 2) == said["estimate"]
    assert found.standard_error == pytest.approx(said["standard_error"], abs=0.0101)
    assert round(found.deviance, 2) == said["deviance"]
    assert found.degrees_of_freedom == said["df"]
    assert round(found.aic, 2) == said["aic"]
    assert round(found.bic, 2) == said["bic"]


def seven(value: float) -> float:
    """As R prints: seven significant digits."""
    return float(f"{value:.7g}")


@pytest.mark.parametrize("which", ALL_MODELS)
@pytest.mark.parametrize("criterion", ["bic", "aic"])
def test_the_best_of_all_models(vectors: Path, which: str, criterion: Criterion) -> None:
    best = rank(table(vectors, which), criterion).best
    (said,) = [
        each
        for each in entry(vectors, which)["reference"]
        if criterion.upper() in each.get("chosen_by", "") and "profile_ci_95" in each
    ]
    assert said["model"].startswith(best.name)
    assert f"{best.estimate:.2f}" == f"{said['estimate']:.2f}"
    assert best.standard_error == pytest.approx(said["standard_error"], rel=2e-6)
    assert best.deviance == pytest.approx(said["deviance"], rel=2e-6)
    assert best.bic == pytest.approx(said["bic"], abs=1e-4)
    assert best.aic == pytest.approx(said["aic"], abs=1e-4)
    low, high, peak = profile_interval(table(vectors, which), best)
    assert [seven(low), high and seven(high)] == pytest.approx(said["profile_ci_95"], rel=1e-6)
    assert peak == pytest.approx(said["profile_point"], rel=1e-5)


@pytest.mark.parametrize("which", STEPWISE)
def test_stepwise(vectors: Path, which: str) -> None:
    (said,) = [
        each
        for each in entry(vectors, which)["reference"]
        if each.get("function") == "estimate_population_stepwise"
        and each["settings"]["pthresh"] == 0.02
    ]
    digits = len(str(said["estimate"]).partition(".")[2])
    assert round(stepwise(table(vectors, which)).estimate, digits) == said["estimate"]


def test_korea_by_pairs(vectors: Path) -> None:
    found = fit(table(vectors, "korea"), closed((0b011,), 3))
    said = measured(vectors, "korea", "closedpMS.t", "[12,3]")
    assert name(found.model) == "[12,3]"
    assert (round(found.estimate, 2), round(found.bic, 2)) == (said["estimate"], said["bic"])


def test_one_person_moves_new_orleans_by_74(vectors: Path) -> None:
    orleans = table(vectors, "new_orleans")
    both = 0b1100  # on the lists C and D, the third and the fourth
    assert orleans.count_of(["C", "D"]) == 2
    fewer = orleans.shifted(both, 0)
    assert round(stepwise(orleans).estimate, 1) == 1110.5
    assert f"{stepwise(fewer).estimate:.1f}" == "1183.7"


def test_there_are_as_many_models_as_counted() -> None:
    """All antichains that cover the lists, but for the saturated model."""
    assert [len(set(hierarchical_models(lists))) for lists in (3, 4)] == [8, 113]


def test_a_merged_reading_of_six_lists_fits_pairs_only(vectors: Path) -> None:
    assert stepwise(table(vectors, "uk_2013")).name.count(",") >= 6


def test_profile_without_an_upper_end_says_so() -> None:
    """Thin overlap: the likelihood stays flat as the unseen grow."""
    thin = from_counts("ABC", {"110": 1, "101": 0, "011": 1, "100": 300, "010": 300, "001": 300})
    found = fit(thin, closed((), 3))
    low, high, _ = profile_interval(thin, found)
    assert low < found.estimate
    assert high is None or high > found.estimate


def test_the_bootstrap_is_a_function_of_its_seed(vectors: Path) -> None:
    orleans = table(vectors, "new_orleans_5")
    first = bootstrap(orleans, by_stepwise, seed=3, resamples=60)
    assert first == bootstrap(orleans, by_stepwise, seed=3, resamples=60)
    assert first.low < stepwise(orleans).estimate < first.high
    assert first.low >= orleans.observed


def test_estimates_do_not_depend_on_the_order_of_lists(vectors: Path) -> None:
    kosovo = entry(vectors, "kosovo")
    rng = np.random.default_rng(5)
    order = rng.permutation(4)
    cells = {"".join(key[j] for j in order): count for key, count in kosovo["cells"].items()}
    turned = from_counts([kosovo["lists"][j] for j in order], cells)
    assert rank(turned).best.estimate == pytest.approx(10356.52, abs=0.01)
