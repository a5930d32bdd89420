"""What is refused before anything is fitted, and what is only cautioned against."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.estimation.tables import entry, table

from habeas.estimation import from_counts
from habeas.estimation.checking import check
from habeas.estimation.errors import (
    Disconnected,
    EmptyList,
    NoEstimate,
    NotIdentified,
    TooFewLists,
    TooManyLists,
)
from habeas.estimation.existence import closed, examine, lay_out
from habeas.estimation.fitting import fit
from habeas.estimation.searching import rank, stepwise

GOOD = {"111": 5, "110": 20, "101": 15, "011": 9, "100": 40, "010": 30, "001": 20}


def test_a_good_table_has_no_cautions() -> None:
    assert check(from_counts("ABC", GOOD)) == []


def test_two_lists_are_too_few() -> None:
    with pytest.raises(TooFewLists):
        check(from_counts("AB", {"11": 5, "10": 5, "01": 5}))


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(EmptyList, match="'D'"):
        check(from_counts("ABCD", {key + "0": count for key, count in GOOD.items()}))


def test_a_list_that_shares_nobody_is_refused() -> None:
    with pytest.raises(Disconnected, match="'D'"):
        check(from_counts("ABCD", {**{k + "0": c for k, c in GOOD.items()}, "0001": 7}))


def test_pairs_that_never_make_three_are_refused() -> None:
    with pytest.raises(Disconnected, match="No three lists"):
        check(from_counts("ABCD", {"1100": 9, "0011": 9, "1000": 9, "0001": 9}))


def test_thin_overlap_and_lists_apart_are_cautions(vectors: Path) -> None:
    codes = [caution.code for caution in check(table(vectors, "new_orleans"))]
    assert codes == ["thin-overlap", "lists-apart", "groups-apart"]


def test_artificial_3_is_answered_exactly(vectors: Path) -> None:
    (truth,) = entry(vectors, "artificial_3")["reference"]
    artificial = table(vectors, "artificial_3")
    for name, answer in truth["models"].items():
        pairs = () if name.startswith("(") else name.split("+")
        tops = [sum(1 << "ABC".index(letter) for letter in pair) for pair in pairs]
        assert examine(lay_out(artificial, closed(tops, 3))) == answer, name


@pytest.mark.parametrize("tops", [(0b011, 0b101, 0b110), (0b011, 0b101)])
def test_korea_models_without_an_estimate_are_refused(vectors: Path, tops: tuple[int, ...]) -> None:
    with pytest.raises(NoEstimate):
        fit(table(vectors, "korea"), closed(tops, 3))


def test_a_saturated_model_is_not_identified() -> None:
    with pytest.raises(NotIdentified):
        fit(from_counts("ABC", GOOD), closed((0b111,), 3))


def test_many_lists_are_refused_by_name() -> None:
    lists = [f"L{n}" for n in range(40)]
    cells = {
        "".join("1" if j in (n, (n + 1) % 40) else "0" for j in range(40)): 3 for n in range(40)
    }
    forty = from_counts(lists, cells)
    check(forty)
    with pytest.raises(TooManyLists):
        stepwise(forty)
    with pytest.raises(TooManyLists):
        rank(forty)


def test_an_impossible_cell_is_no_zero() -> None:
    """A and B exclude each other: the estimate is that without the cells of both."""
    cells = {key: count for key, count in GOOD.items() if not key.startswith("11")}
    barred = from_counts("ABC", cells, impossible=["110", "111"])
    assert len(lay_out(barred, closed((), 3)).cells) == 5
    free = fit(from_counts("ABC", cells), closed((), 3)).estimate
    assert fit(barred, closed((), 3)).estimate < free
