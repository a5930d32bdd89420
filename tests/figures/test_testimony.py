"""One speaker's accounts: what is a difference between them, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.figures import making as make

from habeas.figures.evaluation.rows import ClaimRow
from habeas.figures.evaluation.testimony import AccountState, before, between, ordered, states


def number(
    low: int | None, high: int | None, position: int = 1, stance: str = "asserts"
) -> ClaimRow:
    return make.claim(position, 7, "people_held", make.count(low, high), stance=stance)


def test_a_rounding_is_no_difference_and_another_number_is() -> None:
    exact, more = number(380, 380), number(381, None)
    assert between(exact, more, one_at_a_time=True) is AccountState.REPEATED
    assert between(more, exact, one_at_a_time=True) is AccountState.REPEATED
    assert between(exact, number(382, None), one_at_a_time=True) is AccountState.CHANGED
    assert between(exact, number(28, 28), one_at_a_time=True) is AccountState.CHANGED


def test_states_through_four_accounts() -> None:
    said = [
        ("2018", [number(10, 10)]),
        ("2019", []),
        ("2020", [number(5, 20)]),
        ("2021", [number(90, 90)]),
    ]
    assert states(said, at_a_time="one") == [
        AccountState.FIRST,
        AccountState.SILENT,
        AccountState.REPEATED,
        AccountState.CHANGED,
    ]


def test_added_needs_an_account_that_is_certainly_earlier() -> None:
    told = [number(1, 1)]
    assert states([("2018", []), ("2019", told)], at_a_time="one")[1] is AccountState.ADDED
    assert states([("2018", []), ("2018-07-13", told)], at_a_time="one")[1] is AccountState.FIRST
    assert states([("2018", []), ("", told)], at_a_time="one")[1] is AccountState.FIRST


def test_a_denial_of_what_was_said_is_a_difference() -> None:
    denied = number(10, 10, stance="denies")
    assert between(number(10, 10), denied, one_at_a_time=True) in (
        AccountState.CHANGED,
        AccountState.CONTRADICTED,
    )


@pytest.mark.parametrize("dates", [["2021-02", "2018", "", "2018-07-13"]])
def test_undated_accounts_stand_last(dates: list[str]) -> None:
    assert ordered(dates) == ["2018", "2018-07-13", "2021-02", ""]
    assert not before("2018", "2018-07-13")
    assert before("2018", "2019")


bounds = st.integers(0, 60)


@given(bounds, bounds, bounds, bounds)
def test_numbers_that_can_agree_are_repeated_whichever_came_first(
    a: int, b: int, c: int, d: int
) -> None:
    left, right = number(min(a, b), max(a, b)), number(min(c, d), max(c, d))
    there = between(left, right, one_at_a_time=True)
    assert there is between(right, left, one_at_a_time=True)
    meet = min(a, b) <= max(c, d) and min(c, d) <= max(a, b)
    assert (there is AccountState.REPEATED) is meet


@given(st.lists(st.tuples(st.sampled_from(["2018", "2019", ""]), st.booleans()), max_size=6))
def test_silent_is_where_nothing_is_said_and_only_there(said: list[tuple[str, bool]]) -> None:
    accounts = [(date, [number(1, 1)] if spoke else []) for date, spoke in said]
    found = states(accounts, at_a_time="one")
    assert [state is not AccountState.SILENT for state in found] == [spoke for _, spoke in said]
