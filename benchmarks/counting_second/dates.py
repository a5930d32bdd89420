"""EDTF dates as what they allow, and three questions asked of them by trying it out.

A statement is a list of *readings*, of which one is true. A reading is a list of *parts*, all of
which are true (more than one only for ``{...}``). A part says between which days it began and
between which days it ended. A window is a list of readings too, each a list of stretches of days:
those that are surely in it, and those that may be.

Days are ``datetime``'s ordinals, carried on past its years by repeating the 400 years' cycle.
Seasons (-21 to -32), years beyond four digits and significant digits are not read here: the
archives that are compared have none.
"""

from __future__ import annotations

import calendar
import itertools
import re
from dataclasses import dataclass
from functools import cache

from benchmarks.counting_second.answers import Answer, agreed, all_of, any_of

EVER = 10**9
_CYCLE = 146_097  # days of 400 years
_MARGIN = {"day": 31, "month": 183, "year": 1_827}
_MONTHS_OF = {  # sub-year groupings that the reference calls exact
    **{33 + n: (1 + 3 * n, 3 + 3 * n) for n in range(4)},
    **{37 + n: (1 + 4 * n, 4 + 4 * n) for n in range(3)},
    **{40 + n: (1 + 6 * n, 6 + 6 * n) for n in range(2)},
}


def day_number(year: int, month: int, day: int) -> int:
    cycles, within = divmod(year, 400)
    import datetime

    return datetime.date(within + 400, month, day).toordinal() + (cycles - 1) * _CYCLE


def days_in(year: int, month: int) -> int:
    return calendar.monthrange(year % 400 + 400, month)[1]


@dataclass(frozen=True)
class Part:
    """It began on one of the days [begin_a, begin_b] and ended on one of [end_a, end_b]."""

    begin_a: int
    begin_b: int
    end_a: int
    end_b: int


@dataclass(frozen=True)
class Stretch:
    """Days of a window. It begins by ``sure_a`` and does not end before ``sure_b``, of which either
    may be the later; it holds nothing before ``may_a`` or after ``may_b``.
    """

    sure_a: int
    sure_b: int
    may_a: int
    may_b: int


@dataclass(frozen=True)
class Single:
    """One date of a text: the unit that it may be, each by its first and last day."""

    units: tuple[tuple[int, int], ...]
    margin: int


# --- reading --------------------------------------------------------------------------------

_SIGN = "[?~%]?"
_DATE = re.compile(
    rf"(?P<q1>{_SIGN})(?P<y>-?[0-9X]{{4}})(?P<q2>{_SIGN})"
    rf"(?:-(?P<q3>{_SIGN})(?P<m>[0-9X]{{2}})(?P<q4>{_SIGN})"
    rf"(?:-(?P<q5>{_SIGN})(?P<d>[0-9X]{{2}})(?P<q6>{_SIGN}))?)?"
    r"(?:T.*)?"
)


def _fits(pattern: str, number: int) -> bool:
    digits = f"{number:0{len(pattern)}d}"
    return all(p in ("X", d) for p, d in zip(pattern, digits, strict=True))


def _numbers(pattern: str, low: int, high: int) -> list[int]:
    if "X" not in pattern:
        return [int(pattern)] if low <= int(pattern) <= high else []
    return [n for n in range(low, high + 1) if _fits(pattern, n)]


def _years(pattern: str) -> list[int]:
    if pattern.startswith("-"):
        return [-n for n in _numbers(pattern[1:], 0, 9_999) if n]
    return _numbers(pattern, 0, 9_999)


@cache
def single(text: str) -> Single:
    """One date: every day, month or year that fits it, and by how much it may be wrong."""
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} is not read by the second count")
    part = found.groupdict()
    units: list[tuple[int, int]] = []
    for year in _years(part["y"]):
        if part["m"] is None:
            units.append((day_number(year, 1, 1), day_number(year, 12, 31)))
            continue
        if "X" not in part["m"] and int(part["m"]) > 12:
            first, last = _MONTHS_OF[int(part["m"])]
            units.append((day_number(year, first, 1), day_number(year, last, days_in(year, last))))
            continue
        for month in _numbers(part["m"], 1, 12):
            days = days_in(year, month)
            if part["d"] is None:
                units.append((day_number(year, month, 1), day_number(year, month, days)))
            else:
                units += [(day_number(year, month, d),) * 2 for d in _numbers(part["d"], 1, days)]
    margin = _margin(part)
    if margin and part["m"] is None:  # a decade or longer: its own length, if that is more
        margin = max(margin, max(b for _, b in units) - min(a for a, _ in units) + 1)
    return Single(tuple(units), margin)


def _margin(part: dict[str, str | None]) -> int:
    """By how many days a qualified date may be off; 0 where it is not qualified.

    A sign at the end of a date is of the whole date. One after a part holds for that part and all
    to its left, one before a part for it alone; of the parts qualified the coarsest decides.
    """
    last = "day" if part["d"] else "month" if part["m"] else "year"
    margins = [0]
    for sign, unit in (("q2", "year"), ("q4", "month"), ("q6", "day")):
        if part[sign]:
            margins.append(_MARGIN[unit if unit == last else "year"])
    for sign, unit in (("q1", "year"), ("q3", "month"), ("q5", "day")):
        if part[sign]:
            margins.append(_MARGIN[unit])
    return max(margins)


def _ends(text: str) -> list[str]:
    return text.split("/")


def _hull(one: Single) -> tuple[int, int]:
    return min(a for a, _ in one.units), max(b for _, b in one.units)


def _pieces(text: str) -> tuple[str, list[str]]:
    """What kind of set a text is ('' none), and its elements."""
    if text[0] in "[{":
        return text[0], [each for piece in text[1:-1].split(",") for each in _elements(piece)]
    return "", [text]


@cache
def statement(text: str) -> tuple[tuple[Part, ...], ...]:
    """What somebody said: its readings, each the parts that are all true."""
    kind, pieces = _pieces(text)
    if kind == "{":
        each = [_said(piece) for piece in pieces]
        return tuple(itertools.product(*each))
    return tuple((part,) for piece in pieces for part in _said(piece))


def _said(piece: str) -> list[Part]:
    """The readings of one date, interval or element of a set."""
    if "/" in piece:
        first, last = _ends(piece)
        begin = _end_of_interval(first, -EVER)
        end = _end_of_interval(last, EVER)
        if begin is None:  # it has a start and nobody says when
            begin = (-EVER, EVER)
        if end is None:
            end = (-EVER, EVER)
        return [Part(begin[0], min(begin[1], end[1]), max(end[0], begin[0]), end[1])]
    if (days := _endless(piece)) is not None:
        return [Part(*days, *days)]
    one = single(piece)
    return [
        Part(a - one.margin, b + one.margin, a - one.margin, b + one.margin) for a, b in one.units
    ]


def _end_of_interval(text: str, open_end: int) -> tuple[int, int] | None:
    """From which to which day an end of an interval may be; None where nobody says."""
    if text == "..":
        return (open_end, open_end)
    if text == "":
        return None
    one = single(text)
    low, high = _hull(one)
    return (low - one.margin, high + one.margin)


def _elements(piece: str) -> list[str]:
    """``1667..1670`` of a set: each year, month or day from the first to the last."""
    if ".." not in piece or "/" in piece:
        return [piece]
    first, last = piece.split("..")
    if not (first and last):
        return [piece]
    found, parts = [], first.split("-")
    for year in range(int(first[:4]), int(last[:4]) + 1):
        if len(parts) == 1:
            found.append(f"{year:04d}")
            continue
        for month in range(1, 13):
            if len(parts) == 2:
                found.append(f"{year:04d}-{month:02d}")
                continue
            found += [f"{year:04d}-{month:02d}-{d:02d}" for d in range(1, days_in(year, month) + 1)]
    return [each for each in found if first <= each <= last]


def _endless(piece: str) -> tuple[int, int] | None:
    """The days between which an element such as ``..1984`` lies; None for other elements."""
    if ".." not in piece or "/" in piece:
        return None
    first, last = piece.split("..")
    return (_hull(single(first))[0] if first else -EVER, _hull(single(last))[1] if last else EVER)


@cache
def window(text: str) -> tuple[tuple[Stretch, ...], ...]:
    """What is asked about: its readings, each the stretches of days that it holds."""
    kind, pieces = _pieces(text)
    each = [_asked(piece) for piece in pieces]
    if kind == "{":
        return tuple(itertools.product(*each))
    return tuple((stretch,) for readings in each for stretch in readings)


def _joined(stretches: tuple[Stretch, ...]) -> list[Stretch]:
    """The stretches, those without a day between them taken as one."""
    joined: list[Stretch] = []
    for one in sorted(stretches, key=lambda s: s.may_a):
        if joined and one.sure_a <= joined[-1].sure_b + 1 and one.may_a <= joined[-1].may_b + 1:
            last = joined.pop()
            one = Stretch(
                min(last.sure_a, one.sure_a),
                max(last.sure_b, one.sure_b),
                last.may_a,
                max(last.may_b, one.may_b),
            )
        joined.append(one)
    return joined


def _asked(piece: str) -> list[Stretch]:
    if "/" in piece:
        first, last = _ends(piece)
        sure_a, may_a = _window_start(first)
        sure_b, may_b = _window_stop(last)
        if first == "":  # it has a start; nobody says when: by the end at the latest
            sure_a, may_a = may_b, -EVER
        if last == "":
            sure_b, may_b = may_a, EVER
        return [Stretch(sure_a, sure_b, may_a, may_b)]
    if (days := _endless(piece)) is not None:  # some time of it, and nobody knows which
        return [Stretch(days[1], days[0], *days)]
    one, found = single(piece), []
    for a, b in one.units:
        low, high = a - one.margin, b + one.margin
        found.append(Stretch(high, low, low, high) if one.margin else Stretch(a, b, a, b))
    return found


def _window_start(text: str) -> tuple[int, int]:
    """From when a window surely runs, and the earliest from when it may."""
    if text in ("", ".."):
        return (-EVER, -EVER)
    one = single(text)
    return (max(a for a, _ in one.units) + one.margin, _hull(one)[0] - one.margin)


def _window_stop(text: str) -> tuple[int, int]:
    if text in ("", ".."):
        return (EVER, EVER)
    one = single(text)
    return (min(b for _, b in one.units) - one.margin, _hull(one)[1] + one.margin)


# --- asking ---------------------------------------------------------------------------------


def within(said: str, asked: str) -> Answer:
    """Does it lie inside of the window, in every reading of both?"""
    return agreed(
        all_of(_part_within_any(part, stretches) for part in parts)
        for parts in statement(said)
        for stretches in window(asked)
    )


def _part_within_any(part: Part, stretches: tuple[Stretch, ...]) -> Answer:
    """Yes where it lies in one of them; no where it reaches into a gap between them."""
    if True in [_part_within(part, stretch) for stretch in stretches]:
        return True
    could = any_of(_part_within(part, stretch) for stretch in _joined(stretches))
    return False if could is False else None


def _part_within(part: Part, stretch: Stretch) -> Answer:
    if part.begin_a >= stretch.sure_a and part.end_b <= stretch.sure_b:
        return True
    begin = max(part.begin_a, stretch.may_a)
    end = min(part.end_b, stretch.may_b)
    could = part.begin_b >= stretch.may_a and part.end_a <= stretch.may_b and begin <= end
    return None if could else False


def overlaps(said: str, asked: str) -> Answer:
    """Does it share a day with the window, in every reading of both?"""
    return agreed(
        any_of(_part_overlaps(part, stretch) for part in parts for stretch in stretches)
        for parts in statement(said)
        for stretches in window(asked)
    )


def _part_overlaps(part: Part, stretch: Stretch) -> Answer:
    if part.begin_b <= stretch.sure_b and part.end_a >= stretch.sure_a:
        return True
    could = part.begin_a <= stretch.may_b and part.end_b >= stretch.may_a
    return None if could else False


def surely_before(one: str, other: str) -> bool:
    """Is all of the one before all of the other, however both are read?"""
    last = max(part.end_b for parts in statement(one) for part in parts)
    first = min(part.begin_a for parts in statement(other) for part in parts)
    return last < first


def meet(one: str, other: str) -> Answer:
    """Do two statements speak of the same time? Of several times one that does is enough."""
    ones = list(zip(statement(one), window(one), strict=True))
    others = list(zip(statement(other), window(other), strict=True))
    return agreed(
        any_of(_part_meets(a, theirs, b, ours) for a, b in itertools.product(these, those))
        for these, ours in ones
        for those, theirs in others
    )


def _part_meets(a: Part, theirs: tuple[Stretch, ...], b: Part, ours: tuple[Stretch, ...]) -> Answer:
    """Yes, too, where one lies wholly in the time that the other names."""
    if any(_part_within(a, s) for s in theirs) or any(_part_within(b, s) for s in ours):
        return True
    return _parts_meet(a, b)


def _parts_meet(one: Part, other: Part) -> Answer:
    """Whether two parts share a day: surely, where each begins before the other has to end."""
    if one.begin_b <= other.end_a and other.begin_b <= one.end_a:
        return True
    could = one.begin_a <= other.end_b and other.begin_a <= one.end_b
    return None if could else False
