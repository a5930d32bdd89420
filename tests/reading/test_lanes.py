"""Columns compared at once say what a loop over their numbers says."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.reading.encodings import lanes

numbers = st.integers(-(2**31), 2**31 - 1) | st.integers(-3, 12)
natural = st.integers(0, 12) | st.integers(0, 2**31 - 1)
fractions = st.floats(0, width=32, allow_infinity=False).map(abs) | st.sampled_from([0.0, 1.5])


def pairs(each: st.SearchStrategy[float]) -> st.SearchStrategy[list[tuple[float, float]]]:
    return st.lists(st.tuples(each, each), max_size=40)


def columns(kind: str, rows: list[tuple[float, float]]) -> tuple[array[float], array[float]]:
    return array(kind, [row[0] for row in rows]), array(kind, [row[1] for row in rows])


@given(st.lists(numbers, max_size=40), natural, numbers)
def test_within(column: list[int], low: int, high: int) -> None:
    assert lanes.within(array("i", column), low, high) == all(low <= n <= high for n in column)


@given(pairs(numbers))
def test_in_order(rows: list[tuple[int, int]]) -> None:
    lows, highs = array("i", [row[0] for row in rows]), array("i", [row[1] for row in rows])
    assert lanes.in_order(lows, highs) == all(0 <= low <= high for low, high in rows)


@given(st.lists(st.integers(0, 2**30), max_size=40), st.integers(0, 2**30 - 1))
def test_moved(column: list[int], by: int) -> None:
    assert lanes.moved(array("i", column), by).tolist() == [number + by for number in column]


@given(pairs(fractions))
def test_fractions_that_are_finite_and_not_negative(rows: list[tuple[float, float]]) -> None:
    one, two = columns("f", rows)
    assert lanes.plain(one)
    assert lanes.lesser(one, two).tolist() == list(map(min, one, two))
    assert lanes.greater(one, two).tolist() == list(map(max, one, two))
    assert lanes.below(one, two) == all(low < high for low, high in zip(one, two, strict=True))


@pytest.mark.parametrize("odd", [-1.0, -0.0, float("inf"), float("nan"), float("-inf")])
def test_what_is_not_plain_is_said(odd: float) -> None:
    assert lanes.plain(array("f", [0.0, 3.4e38]))
    assert not lanes.plain(array("f", [1.0, odd, 2.0]))


@pytest.mark.parametrize("at", [0, 2_047, 2_048, 4_999])
def test_one_wrong_number_in_a_long_column_is_found(at: int) -> None:
    lows = array("i", range(5_000))
    highs = array("i", range(1, 5_001))
    assert lanes.in_order(lows, highs)
    assert lanes.within(lows, 0, 4_999)
    highs[at] = lows[at] - 1
    assert not lanes.in_order(lows, highs)
    lows[at] = 5_000
    assert not lanes.within(lows, 0, 4_999)
    high, low = array("f", lows), array("f", lows)
    high[at] += 1
    assert lanes.greater(low, high) == high
    assert lanes.lesser(high, low) == low
