"""Days as numbers: the period that a range of days lies in, and how vague it is.

Days are proleptic Gregorian ordinals (``date.toordinal`` continued to any year); None is
an open or unknown bound.
"""

from __future__ import annotations

from math import isinf

from habeas.vocabulary import edtf

VAGUE_AFTER_DAYS = 366

_DAYS_IN_400_YEARS = 146_097


def year_month(day: int) -> tuple[int, int]:
    """The Gregorian year and month of an ordinal day (1 is 0001-01-01)."""
    # Hinnant (2021), chrono-compatible low-level date algorithms, civil_from_days:
    # eras of 400 years that start on 1 March, so that the leap day comes last.
    shifted = day + 305  # days since 0000-03-01
    era, of_era = divmod(shifted, _DAYS_IN_400_YEARS)
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    index = (5 * of_year + 2) // 153
    month = index + 3 if index < 10 else index - 9
    return era * 400 + year_of_era + (month <= 2), month


def period(text: str, step: str) -> str:
    """The month, year or decade (EDTF) within which a stated date certainly lies; '' if none.

    It is the period for which the condition ``within`` answers yes: a qualified date lies in
    one only where all that its qualifier allows does.
    """
    first, last = edtf.hull(edtf.parse(text))
    if isinf(first) or isinf(last):
        return ""
    start, stop = _period(int(first), step), _period(int(last), step)
    return start if start == stop else ""


def _period(day: int, step: str) -> str:
    year, month = year_month(day)
    sign = "-" if year < 0 else ""
    if step == "month":
        return f"{sign}{abs(year):04d}-{month:02d}"
    if step == "decade":  # from zero both ways, as EDTF's -198X and -000X
        return f"{sign}{abs(year) // 10:03d}X"
    return f"{sign}{abs(year):04d}"


def is_vague(text: str, first: int | None, last: int | None) -> bool:
    """Whether a date is open, longer than a year, approximate, uncertain or one of several."""
    if first is None or last is None or last - first >= VAGUE_AFTER_DAYS:
        return True
    return any(mark in text for mark in "~?%[")
