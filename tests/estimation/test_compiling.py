"""A list made from others is refused by name; lists made apart are not, even where they depend."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from benchmarks.estimation_alarms import KINDS
from scipy.stats import nchypergeom_fisher
from tests.estimation.test_overlapping import said, simulated

from habeas.estimation import estimate, from_counts
from habeas.estimation.checking import check
from habeas.estimation.compiling import compiled_lists, odds_beyond
from habeas.estimation.errors import (
    EmptyList,
    EstimationError,
    ListCompiled,
    ListsNearlyOne,
    Refused,
    TooFewLists,
)

COMPILED = {
    "a copy with 20 % noise": "on [AB] are on [AB]",
    "a copy of which 20 % is lost": "on A are on B",
    "a copy with additions": "on B are on A|A and B are nearly one",
    "half of another": "on A are on B",
    "a fifth of another": "on A are on B",
    "the union of two others": "A holds all .* none of them is on A alone",
    "the same, 20 % lost": "on A are on B or C; of a list made apart",
    "the same, 10 % noise": "on A are on B or C; of a list made apart",
    "the same, additions": "A holds all .* only [0-9]+ of them are on A alone",
    "the union of three others": "A holds all .* none of them is on A alone",
    "the union of two of three others": "on A are on B or C, and of the people",
    "of three others, 20 % lost": "on A are on B or C, and of the people",
    "of three others, 10 % noise": "(on A are on B or C|on B or C are on A), and",
    "of three others, additions": "on B or C are on A, and of the people",
    "whoever is on both of two others, 4 lists": "on A are on [BC]",
}
HONEST = [
    name for name in KINDS if name.startswith(("independent", "unlike", "referral, odds 5"))
] + ["two groups, 4 lists", "two regions, 3 lists", "two regions, 4 lists"]


@pytest.mark.parametrize("kind", COMPILED)
def test_lists_made_from_others_are_refused_by_name(kind: str) -> None:
    for seed in range(4):
        with pytest.raises((ListCompiled, ListsNearlyOne), match=COMPILED[kind]) as refused:
            check(simulated(KINDS[kind], seed, 1_500))
        assert "was made" in refused.value.next_step or "were made" in refused.value.next_step


def test_three_noisy_copies_are_refused() -> None:
    for seed in range(4):
        with pytest.raises(
            (ListCompiled, ListsNearlyOne), match=r"[ABC] and [ABC]|on [ABC] are on [ABC]"
        ):
            check(simulated(KINDS["three copies with 10 % noise, 4 lists"], seed, 1_000))


@pytest.mark.parametrize("kind", ["the union of two others", "of three others, 20 % lost"])
def test_the_refusal_says_that_too_few_lists_are_left(kind: str) -> None:
    with pytest.raises(ListCompiled) as refused:
        check(simulated(KINDS[kind], 0, 600))
    assert refused.value.next_step.startswith("Find out how A was made.")
    assert ("report the count as a floor" in refused.value.next_step) == ("three" not in kind)


def test_without_the_compiled_list_the_others_stand() -> None:
    table = simulated(KINDS["of three others, 20 % lost"], 1, 600)
    assert {"list-compiled", "lists-nearly-one"} & set(said(table.without("A"))) == set()


def test_an_estimate_is_not_made_with_a_compiled_list() -> None:
    table = simulated(KINDS["the union of two others"], 2, 600)
    with pytest.raises(Refused, match="A was compiled from the others"):
        estimate(table, closed_population="yes", everyone_could_be_listed="yes")


@pytest.mark.parametrize("kind", ["of three others, 20 % noise", "the union of two others"])
def test_of_few_people_a_caution_names_the_list(kind: str) -> None:
    sentences = []
    for seed in range(12):
        try:
            sentences.append(said(simulated(KINDS[kind], seed, 100)).get("list-compiled", ""))
        except EstimationError:
            continue
    assert any("If it was compiled from them, the estimate is too low" in s for s in sentences)


@pytest.mark.parametrize("kind", HONEST)
def test_lists_made_apart_are_not_refused(kind: str) -> None:
    for seed in range(3 if "12 lists" in kind else 12):
        assert not any(e.certain for e in compiled_lists(simulated(KINDS[kind], seed, 1_000)))


def test_the_published_tables_are_not_taken_for_compiled(vectors: Path) -> None:
    text = (vectors / "estimation" / "tables.json").read_text(encoding="utf-8")
    tables = json.loads(text)["tables"]
    assert len(tables) == 11
    for entry in tables.values():
        assert not any(
            e.certain for e in compiled_lists(from_counts(entry["lists"], entry["cells"]))
        )


def test_how_many_people_there_are_makes_no_dependence_a_copy() -> None:
    """Real dependence of odds 4 stays one, however certain; a compiled list stays one too."""
    honest = {"111": 40, "110": 60, "101": 30, "011": 30, "100": 60, "010": 60, "001": 90}
    union = {"111": 30, "101": 70, "011": 80}
    for times in (1, 100_000, 10**12):
        assert not any(
            e.certain
            for e in compiled_lists(from_counts("ABC", {k: n * times for k, n in honest.items()}))
        )
        with pytest.raises(ListCompiled, match="C holds all"):
            check(from_counts("ABC", {k: n * times for k, n in union.items()}))


def test_tables_that_carry_nothing_are_refused_before() -> None:
    with pytest.raises(TooFewLists):
        check(from_counts("AB", {"11": 50, "10": 50, "01": 50}))
    with pytest.raises(EmptyList):
        check(from_counts("ABC", {"110": 50, "100": 50, "010": 50}))
    one = from_counts("ABCD", {"1110": 30, "1000": 70, "0100": 80, "0010": 60, "1101": 1})
    assert not any(e.certain for e in compiled_lists(one))


def test_the_work_is_bounded_by_lists_not_by_sets_of_them() -> None:
    rng = np.random.default_rng(5)
    names = [f"L{j}" for j in range(40)]
    rows = rng.random((300, 40)) < 0.15
    rows[:, 39] = rows[:, :5].any(axis=1)
    cells: dict[str, int] = {}
    for row in rows[rows.any(axis=1)]:
        pattern = "".join("1" if on else "0" for on in row)
        cells[pattern] = cells.get(pattern, 0) + 1
    first = compiled_lists(from_counts(names, cells))[0]
    assert (first.certain, first.compiled, first.others) == (True, 39, (0, 1, 2, 3, 4))


@pytest.mark.parametrize(
    "cells", [(15, 0, 3, 30), (55, 4, 2, 20), (9, 9, 9, 9), (400, 30, 5, 200), (1, 0, 0, 1)]
)
@pytest.mark.parametrize("ratio", [1.0, 2.0, 10.0])
@pytest.mark.parametrize("chance", [1e-3, 1e-4])
def test_the_odds_are_tested_exactly(
    cells: tuple[int, int, int, int], ratio: float, chance: float
) -> None:
    both, one, other, _ = cells
    exact = nchypergeom_fisher.sf(both - 1, sum(cells), both + one, both + other, ratio)
    assert odds_beyond(cells, ratio, chance) == (exact < chance)


def test_large_counts_are_tested_as_exact_ones_are() -> None:
    for both in range(60, 400, 20):
        cells = (both, 60, 55, 70)
        exact = nchypergeom_fisher.sf(both - 1, sum(cells), both + 60, both + 55, 2.0)
        if not 2e-5 < exact < 5e-4:  # not near the edge
            assert odds_beyond(cells, 2.0, 1e-4) == (exact < 1e-4)
