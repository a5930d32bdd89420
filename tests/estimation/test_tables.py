"""Capture tables: what they hold, what they refuse."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.estimation import from_counts, from_memberships, read_csv
from habeas.estimation.errors import BadTable

CELLS = {"110": 6, "100": 40, "010": 30, "001": 20}


def test_a_table_knows_its_margins() -> None:
    table = from_counts(["A", "B", "C"], CELLS, observed=96)
    assert table.observed == 96
    assert table.list_totals == {"A": 46, "B": 36, "C": 20}
    assert table.on_several == 6
    assert table.count_of(["B", "A"]) == 6
    assert table.count_of(["A", "C"]) == 0


def test_memberships_make_the_same_table_as_counts() -> None:
    table = from_memberships({"A": ["p", "q"], "B": ["q", "r"], "C": ["s"]})
    assert table.counts == from_counts("ABC", {"100": 1, "110": 1, "010": 1, "001": 1}).counts


def test_merging_lists_gives_the_published_merged_tables(vectors: Any) -> None:
    from tests.estimation.tables import table

    for name, lists in (
        ("uk_2013", ["PF", "NCA"]),
        ("new_orleans", ["B", "E", "F", "G"]),
        ("netherlands", ["I", "O"]),
    ):
        merged = table(vectors, name).merged(lists, "".join(lists))
        assert merged.digest == table(vectors, f"{name}_5").digest


def test_the_digest_forgets_the_order_and_nothing_else() -> None:
    table = from_counts(["A", "B", "C"], CELLS)
    turned = from_counts(["C", "B", "A"], {key[::-1]: count for key, count in CELLS.items()})
    assert table.digest == turned.digest
    assert table.digest != from_counts(["A", "B", "C"], {**CELLS, "111": 1}).digest
    assert table.digest != from_counts(["A", "B", "D"], CELLS).digest
    assert table.digest != from_counts(["A", "B", "C"], CELLS, impossible=["101"]).digest


@given(st.dictionaries(st.integers(1, 15), st.integers(0, 50), min_size=1))
def test_leaving_a_list_out_loses_only_those_on_it_alone(cells: dict[int, int]) -> None:
    table = from_counts(
        list("ABCD"),
        {"".join("1" if m >> j & 1 else "0" for j in range(4)): n for m, n in cells.items()},
    )
    for name in "ABCD":
        assert table.without(name).observed == table.observed - table.count_of([name])


@pytest.mark.parametrize(
    ("lists", "cells", "more", "said"),
    [
        ("ABC", {"110": -1}, {}, "not a count"),
        ("ABC", {"110": 1.5}, {}, "not a count"),
        ("ABC", {"110": True}, {}, "not a count"),
        ("ABC", {"110": 2**60}, {}, "not a count"),
        ("ABC", {"110": float("nan")}, {}, "not a count"),
        ("ABC", {"000": 5}, {}, "on no list"),
        ("ABC", {"11": 5}, {}, "not a cell of 3 lists"),
        ("ABC", {"1x0": 5}, {}, "not a cell"),
        ("ABA", {"110": 5}, {}, "named twice"),
        (["A", "", "B"], {"110": 5}, {}, "no name"),
        ("ABC", CELLS, {"observed": 97}, "add up to 96"),
        ("ABC", CELLS, {"impossible": ["110"]}, "impossible"),
        ([f"L{n}" for n in range(41)], {}, {}, "41 lists"),
    ],
)
def test_bad_counts_are_refused(lists: Any, cells: Any, more: Any, said: str) -> None:
    with pytest.raises(BadTable, match=said) as caught:
        from_counts(list(lists), cells, **more)
    assert caught.value.next_step


def test_somebody_twice_on_a_list_is_refused() -> None:
    with pytest.raises(BadTable, match="twice on the list 'A'"):
        from_memberships({"A": ["p", "p"], "B": ["q"], "C": []})


def test_csv_of_counts_and_of_people_agree() -> None:
    counts = read_csv("A,B,C,count\n1,1,0,2\n0,0,1,1\n")[""]
    people = read_csv("person,A,B,C\nx,1,1,0\ny,1,1,0\nz,0,0,1\n")[""]
    assert counts.digest == people.digest


def test_csv_with_strata_gives_a_table_each() -> None:
    tables = read_csv("stratum,A,B,C,count\nnorth,1,1,0,2\nsouth,0,0,1,1\nnorth,0,1,1,3\n")
    assert {key: table.observed for key, table in tables.items()} == {"north": 5, "south": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("A,B,C,count\n", "no rows"),
        ("A,B,C\n1,1,0\n", "needs one of the columns"),
        ("A,B,B,count\n1,1,0,3\n", "there twice"),
        ("A,B,C,count,notes\n1,1,0,3,hm\n", "Line 2, notes: 'hm' is neither 0 nor 1"),
        ("A,B,C,count\n1,1,2,3\n", "Line 2, C: '2' is neither 0 nor 1"),
        ("A,B,C,count\n1,1,0\n", "Line 2 has 3 cells"),
        ("A,B,C,count\n1,1,0,-3\n", "not a count"),
        ("A,B,C,count\n1,1,0,2.5\n", "not a count"),
        ("A,B,C,count\n1,1,0,3\n1,1,0,4\n", "Line 3 repeats"),
        ("A,B,C,count\n0,0,0,3\n", "Line 2 is on no list"),
        ("person,A,B,C\nx,1,1,0\nx,0,1,1\n", "second time"),
        ("person,A,B,C\n,1,1,0\n", "names no one"),
        ('A,B,C,count\n"1,1,0,3\n', "not CSV"),
    ],
)
def test_bad_csv_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadTable, match=said):
        read_csv(text)
