"""The days, months or years that a date with unknown digits may be: ``20X8-03`` is ten months.

Such a date is exactly one of them, not known which. Between them lie gaps: 2015 is none of
the years 2008, 2018 … 2098. Invariants: choices are in order of their first and of their
last day; a pattern of more than ``MOST_CHOICES`` is taken as one stretch, which leaves
answers open and makes none wrong.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache

from habeas.vocabulary.edtf_date import every_year, matching, split
from habeas.vocabulary.gregorian import days_in_month, last_of_month, ordinal

MOST_CHOICES = 40_000

Stretch = tuple[float, float]  # first and last day, both included


@lru_cache(maxsize=64)
def choices(text: str) -> tuple[Stretch, ...]:
    """What a date with unknown digits may be; nothing where there are too many to tell."""
    parts = split(text)
    if parts is None:
        return ()
    years = every_year(parts.year)
    months, days = matching(parts.month, 12), matching(parts.day, 31)
    if len(years) * max(1, len(months)) * max(1, len(days)) > MOST_CHOICES:
        return ()
    return tuple(_units(years, months, days))


def _units(years: list[int], months: list[int], days: list[int]) -> Iterable[Stretch]:
    for year in years:
        if not months:
            yield ordinal(year), ordinal(year, 12, 31)
        for month in months:
            if not days:
                yield ordinal(year, month), last_of_month(year, month)
            for day in days:
                if day <= days_in_month(year, month):
                    at = ordinal(year, month, day)
                    yield at, at


def share_a_day(left: Sequence[Stretch], right: Sequence[Stretch]) -> bool:
    """Whether any stretch of one shares a day with any of the other."""
    few, many = sorted((left, right), key=len)
    for first, last in few:
        at = bisect_left(many, first, key=lambda stretch: stretch[1])
        if at < len(many) and many[at][0] <= last:
            return True
    return False
