"""Days as numbers agree with the standard library and go on beyond it."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from habeas.vocabulary.gregorian import date_of, days_in_month, ordinal

FOUR_CENTURIES = 146_097


@given(st.dates())
def test_days_agree_with_the_standard_library(date: dt.date) -> None:
    assert ordinal(date.year, date.month, date.day) == date.toordinal()
    assert date_of(date.toordinal()) == (date.year, date.month, date.day)


@given(st.integers(-(10**14), 10**14))
def test_every_number_is_one_day(day: int) -> None:
    assert ordinal(*date_of(day)) == day


@given(st.dates(), st.integers(-(10**9), 10**9))
def test_the_calendar_repeats_every_four_centuries(date: dt.date, times: int) -> None:
    year = date.year + 400 * times
    there = ordinal(year, date.month, date.day)
    assert there == date.toordinal() + FOUR_CENTURIES * times


def test_the_year_before_1_is_0_and_is_a_leap_year() -> None:
    assert ordinal(0, 12, 31) == 0
    assert days_in_month(0, 2) == 29
    assert date_of(ordinal(0, 2, 29)) == (0, 2, 29)
