"""Days as whole numbers in the proleptic Gregorian calendar, for any year.

Day 1 is 0001-01-01, as in ``datetime.date.toordinal``; year 0 is 1 BCE (ISO 8601-1:2019,
astronomical numbering), so days before it are zero or negative. Method: Hinnant (2021),
"chrono-compatible low-level date algorithms", days_from_civil and civil_from_days.
"""

from __future__ import annotations

_DAYS_IN_400_YEARS = 146_097
_DAYS_BEFORE_MARCH_OF_YEAR_0 = 305
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    return 29 if month == 2 and is_leap(year) else _MONTH_DAYS[month - 1]


def ordinal(year: int, month: int = 1, day: int = 1) -> int:
    """The number of a day. The caller has checked that the day exists."""
    if month <= 2:
        year -= 1
        month += 9
    else:
        month -= 3
    era, of_era = divmod(year, 400)
    of_year = (153 * month + 2) // 5 + day - 1
    days = of_era * 365 + of_era // 4 - of_era // 100 + of_year
    return era * _DAYS_IN_400_YEARS + days - _DAYS_BEFORE_MARCH_OF_YEAR_0


def last_of_month(year: int, month: int) -> int:
    return ordinal(year, month, days_in_month(year, month))


def date_of(day: int) -> tuple[int, int, int]:
    """The year, month and day of a number."""
    era, of_era = divmod(day + _DAYS_BEFORE_MARCH_OF_YEAR_0, _DAYS_IN_400_YEARS)
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return era * 400 + year + (month <= 2), month, of_year - (153 * shifted + 2) // 5 + 1
