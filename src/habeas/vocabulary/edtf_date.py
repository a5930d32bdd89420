"""One EDTF date: from its text to its first and last day, and how sure its writer was.

Covers ISO 8601-2:2019 / LoC EDTF: level 0 dates and times; level 1 long years, seasons,
qualification and unspecified digits from the right; level 2 exponential and significant
years, divisions 25-41, qualification of parts, and unspecified digits anywhere.

Invariants: ``earliest`` and ``latest`` are what the text states and no qualifier moves
them; ``reach_days`` says how far outside them a qualified date may lie when it is compared;
``whole`` is true only where the text names one calendar unit with nothing left open.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from habeas.vocabulary.errors import BadDate, shown
from habeas.vocabulary.gregorian import days_in_month, is_leap, last_of_month, ordinal

LONGEST_YEAR_DIGITS = 12

#: How far a qualified date may lie outside what is written, in days: by its finest part (a
#: season counts as a month) where all of it is qualified ("about June 2018"), else by the
#: coarsest part that is. A convention of this archive (docs/methods/dates-and-counts.md).
REACH_DAYS = {"day": 31, "month": 183, "year": 1827}

_BY_UNKNOWN_DIGITS = ("year", "decade", "century", "millennium")

_DATE = re.compile(
    r"([?~%]?)(Y-?[0-9]+(?:E[0-9]+)?|-?[0-9X]{4})(?:S([0-9]+))?([?~%]?)"
    r"(?:-([?~%]?)([0-9X]{2})([?~%]?)(?:-([?~%]?)([0-9X]{2})([?~%]?))?)?"
)
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?"
    r"(Z|[+-][0-9]{2}(?::[0-9]{2})?)?"
)
_PLAIN_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")

VALID = (
    "Write a year, month or day such as 2018, 2017-06 or 2019-07-12; 2018~ (about), 2018? "
    "(uncertain), 2017-0X (a digit not known), 2017-06/2018 (from, to), ../2018 (open) or "
    "[2019-07,2019-10] (one of)."
)

MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

#: Seasons: (first month, last month, last day or 0 for the month's end, and how many years
#: the first and the last month lie from the year named). Wide enough for meteorological and
#: astronomical seasons; a winter may be the one that starts or the one that ends the year.
_SPRING, _SUMMER = (3, 6, 21, 0, 0), (6, 9, 23, 0, 0)
_AUTUMN, _WINTER = (9, 12, 22, 0, 0), (12, 3, 21, -1, 1)
_EITHER_SPRING = (3, 12, 22, 0, 0)
_SEASONS: dict[int, tuple[int, int, int, int, int]] = {
    21: _EITHER_SPRING, 22: _WINTER, 23: _EITHER_SPRING, 24: _WINTER,
    25: _SPRING, 26: _SUMMER, 27: _AUTUMN, 28: _WINTER,
    29: _AUTUMN, 30: _WINTER, 31: _SPRING, 32: _SUMMER,
    33: (1, 3, 0, 0, 0), 34: (4, 6, 0, 0, 0), 35: (7, 9, 0, 0, 0), 36: (10, 12, 0, 0, 0),
    37: (1, 4, 0, 0, 0), 38: (5, 8, 0, 0, 0), 39: (9, 12, 0, 0, 0),
    40: (1, 6, 0, 0, 0), 41: (7, 12, 0, 0, 0),
}  # fmt: skip
_FIRST_EXACT_DIVISION = 33


@dataclass(frozen=True, slots=True)
class Date:
    """One date as written. Bounds are ordinal days, both inside the date.

    ``precision``: day, month, season (any division of a year), year, decade, century,
    millennium, or ``unknown`` when not even that is known: the finest unit wholly known.
    ``time`` and ``zone`` are as stated ('' not stated); the day is the day in that zone.
    """

    text: str
    earliest: int
    latest: int
    precision: str
    whole: bool = True
    uncertain: bool = False
    approximate: bool = False
    unspecified: bool = False
    reach_days: int = 0
    time: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Components:
    """The parts of a date's text: ``''`` where there is none. Qualifiers as (before, after)."""

    year: str
    significant: str
    month: str
    day: str
    marks: tuple[tuple[str, str], tuple[str, str], tuple[str, str]]


def split(text: str) -> Components | None:
    """The parts of a date without time, or None when it has no such shape."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    g = [group or "" for group in match.groups()]
    return Components(g[1], g[2], g[5], g[8], ((g[0], g[3]), (g[4], g[6]), (g[7], g[9])))


def refuse(text: str, reason: str, valid: str = VALID) -> BadDate:
    return BadDate(f"{shown(text)} is not a date: {reason}.", next_step=valid)


def read(text: str) -> Date:
    """One date (not an interval, not a set)."""
    if "T" in text:
        return _read_time(text)
    plain = _PLAIN_DAY.fullmatch(text)
    if plain is not None and int(plain[2]) <= 12:
        day = _existing_day(text, int(plain[1]), int(plain[2]), int(plain[3]))
        return Date(text, day, day, "day")
    parts = split(text)
    if parts is None:
        raise refuse(text, _why_not(text))
    marks = _qualification(text, parts)
    if "X" in parts.year or "X" in parts.month or "X" in parts.day:
        found = _read_unspecified(text, parts)
    else:
        found = _read_specified(text, parts)
    if not marks:
        return found
    present = 1 + bool(parts.month) + bool(parts.day)
    deciding = present - 1 if len(marks) == present else min(marks)
    reach = REACH_DAYS[("year", "month", "day")[deciding]]
    if deciding == 0 and not found.whole:
        reach = max(reach, found.latest - found.earliest + 1)
    signs = set(marks.values())
    return Date(
        text,
        found.earliest,
        found.latest,
        found.precision,
        found.whole,
        bool(signs & {"?", "%"}),
        bool(signs & {"~", "%"}),
        found.unspecified,
        reach,
    )


# --- qualification ------------------------------------------------------------------------


def _qualification(text: str, parts: Components) -> dict[int, str]:
    """Which parts (0 year, 1 month, 2 day) are qualified, and by what.

    A sign after a part holds for it and all before it; a sign before a part for it alone
    (LoC EDTF, level 2, "Qualification").
    """
    found: dict[int, str] = {}
    for place, (before, after) in enumerate(parts.marks):
        if before:
            found[place] = _joined(found.get(place), before)
        if after:
            for covered in range(place + 1):
                found[covered] = _joined(found.get(covered), after)
    return found


def _joined(one: str | None, other: str) -> str:
    return other if one is None or one == other else "%"


# --- fully specified dates ----------------------------------------------------------------


def _read_specified(text: str, parts: Components) -> Date:
    year = _year(text, parts.year)
    if parts.significant:
        if parts.month:
            raise refuse(text, "significant digits go with a year alone")
        return _significant(text, parts, year)
    if not parts.month:
        return Date(text, ordinal(year), ordinal(year, 12, 31), "year")
    if parts.year.startswith("Y"):
        raise refuse(text, "a year written with Y must be alone, without month or day")
    month = int(parts.month)
    if month in _SEASONS:
        if parts.day:
            raise refuse(text, f"{parts.month} is a season or division of a year and has no days")
        return _season(text, year, month)
    if not 1 <= month <= 12:
        raise refuse(text, f"no month or season {parts.month}", _MONTHS_VALID)
    if not parts.day:
        return Date(text, ordinal(year, month), last_of_month(year, month), "month")
    day = _existing_day(text, year, month, int(parts.day))
    return Date(text, day, day, "day")


_MONTHS_VALID = "Months are 01 to 12; seasons 21 (spring) to 24 (winter); quarters 33 to 36."


def _existing_day(text: str, year: int, month: int, day: int) -> int:
    if not 1 <= month <= 12:
        raise refuse(text, f"no month {month:02d}", _MONTHS_VALID)
    length = days_in_month(year, month)
    if not 1 <= day <= length:
        name = f"{MONTH_NAMES[month - 1]} {year}"
        raise refuse(text, f"no day {day:02d} in {name}", f"{name} has {length} days.")
    return ordinal(year, month, day)


def _year(text: str, written: str) -> int:
    if written == "-0000":
        raise refuse(text, "the year 0 has no sign", "Write 0000 for 1 BCE.")
    if not written.startswith("Y"):
        return int(written)
    digits, _, exponent = written[1:].partition("E")
    bare = digits.lstrip("-")
    zeros = int(exponent or 0) if len(exponent) <= 2 else LONGEST_YEAR_DIGITS
    if len(bare) + zeros > LONGEST_YEAR_DIGITS:
        raise refuse(
            text,
            "the year is too large",
            f"A year has at most {LONGEST_YEAR_DIGITS} digits.",
        )
    if bare.startswith("0") or (not exponent and len(bare) <= 4):
        raise refuse(
            text,
            "Y is for years of more than four digits, without leading zeros",
            f"Write {int(digits):05d}." if digits.startswith("-") else f"Write {int(digits):04d}.",
        )
    return int(digits) * int(10**zeros)


def _significant(text: str, parts: Components, year: int) -> Date:
    known = int(parts.significant) if len(parts.significant) <= 2 else LONGEST_YEAR_DIGITS + 1
    digits = len(str(abs(year))) if parts.year.startswith("Y") else 4
    if not 1 <= known <= digits:
        raise refuse(text, f"it has {digits} digits, of which 1 to {digits} can be significant")
    step = 10 ** (digits - known)
    near = abs(year) // step * step
    low, high = (near, near + step - 1) if year >= 0 else (-near - step + 1, -near)
    return Date(
        text, ordinal(low), ordinal(high, 12, 31), _precision_of(digits - known),
        whole=step == 1, unspecified=step > 1,
    )  # fmt: skip


def _precision_of(unknown_digits: int) -> str:
    if unknown_digits < len(_BY_UNKNOWN_DIGITS):
        return _BY_UNKNOWN_DIGITS[unknown_digits]
    return "unknown"


def _season(text: str, year: int, code: int) -> Date:
    first, last, last_day, before, after = _SEASONS[code]
    latest = (
        ordinal(year + after, last, last_day) if last_day else last_of_month(year + after, last)
    )
    exact = code >= _FIRST_EXACT_DIVISION
    return Date(text, ordinal(year + before, first), latest, "season", whole=exact)


# --- unspecified digits -------------------------------------------------------------------


def _read_unspecified(text: str, parts: Components) -> Date:
    if parts.significant:
        raise refuse(text, "X and S are two ways to say the same; use one of them")
    months = matching(parts.month, 12)
    if parts.month and not months:
        raise refuse(text, f"no month is written {parts.month}", "Months are 01 to 12, 0X, 1X, XX.")
    days = matching(parts.day, 31)
    if parts.day and not days:
        raise refuse(text, f"no day is written {parts.day}", "Days are 01 to 31, 0X to 3X, XX.")
    years = _years(text, parts.year)
    earliest = _first_of(years, months, days)
    latest = _last_of(years, months, days)
    if earliest is None or latest is None:
        raise refuse(text, "no day of the calendar is written so")
    unknown_year = parts.year.count("X")
    if unknown_year:
        right = len(parts.year) - len(parts.year.rstrip("X"))
        precision = _precision_of(right) if right == unknown_year else "unknown"
    elif "X" in parts.month or not parts.month:
        precision = "year"
    else:
        precision = "month"
    return Date(text, earliest, latest, precision, whole=False, unspecified=True)


def matching(pattern: str, most: int) -> list[int]:
    """The numbers from 1 to ``most`` that two characters with X may stand for."""
    if not pattern:
        return []
    return [n for n in range(1, most + 1) if _fits(f"{n:02d}", pattern)]


def _fits(digits: str, pattern: str) -> bool:
    return all(p in ("X", d) for d, p in zip(digits, pattern, strict=True))


def _years(text: str, pattern: str) -> list[int]:
    """The first and last years that fit, of each kind: leap and common (at most four)."""
    if "X" not in pattern:
        return [_year(text, pattern)]
    return _fitting_years(pattern)


@lru_cache(maxsize=1024)
def _fitting_years(pattern: str) -> list[int]:
    chosen: set[int] = set()
    for leap in (True, False):
        of_kind = [n for n in every_year(pattern) if is_leap(n) == leap]
        chosen.update(of_kind[:1] + of_kind[-1:])
    return sorted(chosen)


def every_year(pattern: str) -> list[int]:
    """The years that four characters with X, after a sign or none, may stand for, in order."""
    fitting = [0]
    for digit in pattern.lstrip("-"):
        choices = range(10) if digit == "X" else (int(digit),)
        fitting = [n * 10 + choice for n in fitting for choice in choices]
    if pattern.startswith("-"):  # the year 0 has no sign
        return sorted(-n for n in fitting if n)
    return fitting


def _first_of(years: list[int], months: list[int], days: list[int]) -> int | None:
    for year in years:
        for month in months or [1]:
            for day in days or [1]:
                if day <= days_in_month(year, month):
                    return ordinal(year, month, day)
    return None


def _last_of(years: list[int], months: list[int], days: list[int]) -> int | None:
    for year in reversed(years):
        for month in reversed(months or [12]):
            if not days:
                return last_of_month(year, month)
            for day in reversed(days):
                if day <= days_in_month(year, month):
                    return ordinal(year, month, day)
    return None


# --- times --------------------------------------------------------------------------------


def _read_time(text: str) -> Date:
    match = _TIME.fullmatch(text)
    if match is None:
        raise refuse(text, "it has a T but is not a time", _TIME_VALID)
    date, hour, minute, second, zone = match.groups()
    year, month, number = (int(part) for part in date.split("-"))
    day = _existing_day(text, year, month, number)
    if int(hour) > 23 or int(minute) > 59 or int(second or 0) > 59:
        raise refuse(text, "no such time of day", _TIME_VALID)
    if zone and zone != "Z" and (int(zone[1:3]) > 14 or int(zone[4:6] or 0) > 59):
        raise refuse(text, f"no zone named {zone}", _TIME_VALID)
    time = text.partition("T")[2].removesuffix(zone or "")
    return Date(text, day, day, "day", time=time, zone=zone or "")


_TIME_VALID = "Write a time as 2018-06-03T14:30, with +08:00, +06:00 or Z only where it is stated."


# --- why a text is none -------------------------------------------------------------------

DAY_FIRST = "the year comes first, then month and day, with two digits each and hyphens"

_HINTS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (lambda text: not text.isascii(), "it has characters other than plain digits and signs"),
    (lambda text: any(not c.isprintable() for c in text), "it has invisible characters"),
    (lambda text: " " in text, "it has a space inside"),
    (lambda text: "u" in text or "x" in text, "an unknown digit is a capital X"),
    (lambda text: "?~" in text or "~?" in text, "uncertain and approximate together is written %"),
    (lambda text: re.fullmatch(r"[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}", text) is not None,
     DAY_FIRST),
    (lambda text: re.fullmatch(r"[0-9]{5,}", text) is not None,
     "it has more than four digits in a row"),
    (lambda text: re.fullmatch(r"[0-9]{4}[./][0-9./]+", text) is not None,
     "parts are joined by hyphens"),
    (lambda text: re.fullmatch(r"[0-9]{1,3}", text) is not None, "a year has four digits"),
)  # fmt: skip


def _why_not(text: str) -> str:
    if not text:
        return "it is empty"
    for applies, reason in _HINTS:
        if applies(text):
            return reason
    return "it has no form that EDTF knows"
