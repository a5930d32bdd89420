"""Lists that are not different lists: refused or cautioned by name; good lists left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.estimation_alarms import KINDS, tabulated
from scipy.stats import fisher_exact

from habeas.estimation import CaptureTable, from_counts, read_csv
from habeas.estimation.checking import check
from habeas.estimation.errors import ListCompiled, ListsNearlyOne, TooFewPeople
from habeas.estimation.overlapping import _by_chance

CAUTIONED = {
    "everybody": ("list-holds-all", "of all 300 observed are on A"),
    "all who are not on another": ("lists-divide", "A and B have no one in common"),
}
INDEPENDENT = [k for k in KINDS if k.startswith("independent") and "12 lists" not in k]


def simulated(kind: Callable[[Any, int], Any], seed: int, size: int = 300) -> CaptureTable:
    table = tabulated(kind(np.random.default_rng((seed, size)), size))
    assert table is not None
    return table


def said(table: CaptureTable) -> dict[str, str]:
    return {caution.code: caution.sentence for caution in check(table)}


def test_a_copied_list_is_refused_by_name(cases: Path) -> None:
    """Two real lists give 165; with the copy as a third the model said 92, 85 to 150."""
    text = (cases / "estimation" / "copied-list.csv").read_text(encoding="utf-8")
    with pytest.raises(ListsNearlyOne, match="lists A and B are nearly one list: 55 of the 55"):
        check(read_csv(text)[""])


@pytest.mark.parametrize("seed", range(8))
def test_copies_are_refused_and_nearly_copies_at_least_named(seed: int) -> None:
    with pytest.raises(ListsNearlyOne, match="A and B"):
        check(simulated(KINDS["a copy"], seed))
    try:
        sentence = said(simulated(KINDS["a copy with 5 % noise"], seed))["lists-nearly-one"]
    except (ListCompiled, ListsNearlyOne) as error:
        sentence = error.message
    assert "on A are on B" in sentence or "on B are on A" in sentence or "A and B" in sentence


@pytest.mark.parametrize("kind", CAUTIONED)
def test_lists_made_from_others_are_named(kind: str) -> None:
    code, words = CAUTIONED[kind]
    for seed in range(8):
        assert words in said(simulated(KINDS[kind], seed))[code]


def test_a_copy_among_four_lists_is_refused_and_may_be_merged() -> None:
    rng = np.random.default_rng(3)
    on = rng.random((300, 4)) < [0.4, 0.3, 0.5, 0.4]
    on[:, 3] = on[:, 0]
    table = tabulated(on)
    assert table is not None
    with pytest.raises(ListsNearlyOne, match="A and D") as caught:
        check(table)
    assert "too few lists" not in caught.value.next_step
    assert said(table.merged(["A", "D"])) == {}


def test_lists_that_all_hold_the_same_people_are_refused() -> None:
    with pytest.raises(ListsNearlyOne, match=r"A, B and C .* 100 of the 100 on any of them"):
        check(from_counts("ABC", {"111": 100}))
    assert set(said(from_counts("ABC", {"111": 100, "110": 2}))) == {
        "overlap-too-great",
        "list-holds-all",
    }


@pytest.mark.parametrize("kind", INDEPENDENT)
def test_independent_lists_are_not_taken_for_copies(kind: str) -> None:
    """However complete they are. Where a table of hundreds can tell, it is not said either."""
    for seed in range(25):
        table = simulated(KINDS[kind], seed, 1_000)
        assert {"lists-nearly-one", "overlap-too-great"} & set(said(table)) == set()


def test_lists_of_people_in_groups_are_not_taken_for_copies() -> None:
    for seed in range(25):
        assert "lists-nearly-one" not in said(simulated(KINDS["two groups, 4 lists"], seed, 1_000))


@pytest.mark.parametrize(
    "cells", [(15, 0, 3, 30), (55, 4, 2, 20), (9, 9, 9, 9), (400, 30, 5, 200), (1, 0, 0, 1)]
)
def test_the_chance_is_that_of_fishers_exact_test(cells: tuple[int, int, int, int]) -> None:
    both, one, other, neither = cells
    exact = fisher_exact([[both, one], [other, neither]], alternative="greater").pvalue
    assert _by_chance(*cells) == pytest.approx(exact, rel=1e-4)


@pytest.mark.parametrize(
    "cells",
    [
        {"111": 1, "110": 1, "101": 1, "100": 1},
        {"111": 2, "110": 3, "101": 1, "010": 90, "001": 80},
        {"111": 9, "110": 4, "100": 3, "001": 3},
    ],
)
def test_too_few_people_are_refused(cells: dict[str, int]) -> None:
    with pytest.raises(TooFewPeople, match="too few: an estimate needs 20 and 7"):
        check(from_counts("ABC", cells))
