"""A time in plain English words, saying what is not known as plainly as what is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from habeas.vocabulary.edtf_date import MONTH_NAMES, Date, split
from habeas.vocabulary.edtf_extents import OPEN, UNKNOWN
from habeas.vocabulary.gregorian import date_of

if TYPE_CHECKING:
    from habeas.vocabulary.edtf import Edtf
    from habeas.vocabulary.edtf_extents import End

_DIVISIONS = {
    21: "spring {}", 22: "summer {}", 23: "autumn {}", 24: "winter {}",
    25: "spring {} (northern hemisphere)", 26: "summer {} (northern hemisphere)",
    27: "autumn {} (northern hemisphere)", 28: "winter {} (northern hemisphere)",
    29: "spring {} (southern hemisphere)", 30: "summer {} (southern hemisphere)",
    31: "autumn {} (southern hemisphere)", 32: "winter {} (southern hemisphere)",
    33: "the first quarter of {}", 34: "the second quarter of {}",
    35: "the third quarter of {}", 36: "the fourth quarter of {}",
    37: "the first third of {}", 38: "the second third of {}", 39: "the last third of {}",
    40: "the first half of {}", 41: "the second half of {}",
}  # fmt: skip


def describe(time: Edtf) -> str:
    """The time in words: "about 2018", "one of July 2019, October 2019"."""
    if time.shape == "date":
        date = time.start
        return _date(date) if isinstance(date, Date) else date
    if time.shape == "interval":
        return _interval(time.start, time.end)
    words = ", ".join(_member(start, end) for start, end in time.members)
    if time.shape == "one-of":
        return f"one of {words}" if len(time.members) > 1 else f"at some time: {words}"
    return f"all of {words}" if len(time.members) > 1 else words


def _interval(start: End, end: End) -> str:
    if start == OPEN:
        return f"up to {_end(end)}"
    if start == UNKNOWN:
        return f"up to {_end(end)}, start not known"
    if end == OPEN:
        return f"from {_end(start)} on"
    if end == UNKNOWN:
        return f"from {_end(start)}, end not known"
    return f"from {_end(start)} to {_end(end)}"


def _end(end: End) -> str:
    return _date(end) if isinstance(end, Date) else end


def _member(start: End, end: End) -> str:
    if start is end:
        return _end(start)
    if start == OPEN:
        return f"{_end(end)} or earlier"
    if end == OPEN:
        return f"{_end(start)} or later"
    return f"{_end(start)} to {_end(end)}"


def _date(date: Date) -> str:
    words = _unqualified(date)
    if not (date.uncertain or date.approximate):
        return words
    parts = split(date.text)
    if parts is not None and not _qualified_whole(date.text):
        signs = ("approximate" * date.approximate, "uncertain" * date.uncertain)
        return f"{words} (in part {' and '.join(filter(None, signs))}: {date.text})"
    about = f"about {words}" if date.approximate else words
    return f"{about} (uncertain)" if date.uncertain else about


def _qualified_whole(text: str) -> bool:
    """Whether the one qualifier stands at the end and so holds for the whole date."""
    return text[-1] in "?~%" and not any(sign in text[:-1] for sign in "?~%")


def _unqualified(date: Date) -> str:
    if date.time:
        zone = f" ({_zone(date.zone)})" if date.zone else " (zone not stated)"
        return f"{_day(date.earliest)}, {date.time}{zone}"
    parts = split(date.text)
    if date.unspecified and parts is not None:
        return _unspecified(date, parts.year, parts.month, parts.day, parts.significant)
    if date.precision == "season" and parts is not None:
        return _DIVISIONS[int(parts.month)].format(_year(date_of(date.latest)[0], parts.year))
    year, month, _ = date_of(date.earliest)
    if date.precision == "year":
        return _year(year)
    if date.precision == "month":
        return f"{MONTH_NAMES[month - 1]} {_year(year)}"
    return _day(date.earliest)


def _unspecified(date: Date, year: str, month: str, day: str, significant: str) -> str:
    first, last = date_of(date.earliest), date_of(date.latest)
    if not month:
        span = f"from {_year(first[0])} to {_year(last[0])}"
        if significant:
            return f"a year {span}, given as {year}"
        if date.precision == "decade" and first[0] > 0:
            return f"an unknown year of the {first[0]}s"
        return f"an unknown year {span}"
    if "X" not in year and month == "XX" and day in ("", "XX"):
        return f"an unknown {'day' if day else 'month'} of {_year(first[0])}"
    if "X" not in year + month and day == "XX":
        return f"an unknown day of {MONTH_NAMES[first[1] - 1]} {_year(first[0])}"
    if "X" not in year and not day:
        names = f"{MONTH_NAMES[first[1] - 1]} to {MONTH_NAMES[last[1] - 1]}"
        return f"an unknown month, {names} {_year(first[0])}"
    return f"some time from {_day(date.earliest)} to {_day(date.latest)} ({date.text})"


def _zone(zone: str) -> str:
    return "UTC" if zone == "Z" else f"UTC{zone}"


def _day(day: int) -> str:
    year, month, number = date_of(day)
    return f"{number} {MONTH_NAMES[month - 1]} {_year(year)}"


def _year(year: int, written: str = "") -> str:
    if written and not written.startswith("Y"):
        year = int(written)
    return str(year) if year > 0 else f"{1 - year} BCE"
