"""Dates as sources give them: EDTF (ISO 8601-2:2019), read, compared and said in words.

Invariants: nothing is made more exact than it was written; ``parse(x.text) == x``; every
comparison may answer UNKNOWN. Read are LoC EDTF levels 0 and 1 whole and of level 2 sets,
unspecified digits anywhere, qualification of parts, divisions of the year, exponential
years and significant digits (docs/methods/dates-and-counts.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from habeas.vocabulary import date_advice
from habeas.vocabulary.answers import Answer
from habeas.vocabulary.edtf_compare import before, hull, meet, overlaps, sort_key, within
from habeas.vocabulary.edtf_date import DAY_FIRST, VALID, Date, read, refuse
from habeas.vocabulary.edtf_extents import OPEN, UNKNOWN, End, Extent, between, of_date, somewhere
from habeas.vocabulary.edtf_words import describe
from habeas.vocabulary.errors import BadDate

__all__ = [
    "Answer",
    "Edtf",
    "before",
    "describe",
    "hull",
    "meet",
    "overlaps",
    "parse",
    "sort_key",
    "within",
]

LONGEST_TEXT = 1_000

DATE, INTERVAL, ONE_OF, ALL_OF = "date", "interval", "one-of", "all-of"

_COARSER = ("day", "month", "season", "year", "decade", "century", "millennium", "unknown")


@dataclass(frozen=True, slots=True)
class Edtf:
    """A time as stated.

    ``shape`` is date, interval, one-of or all-of. ``earliest`` and ``latest`` are the first
    and last day that the text allows, as ordinals of the proleptic Gregorian calendar
    (``datetime.date.toordinal`` continued to any year); None is open or unknown. Qualifiers
    do not move them. ``precision`` is that of the coarsest part. ``members`` are the parts
    as written: one pair (start, end) each, both the same for a single date.
    """

    text: str
    shape: str
    earliest: int | None
    latest: int | None
    precision: str
    uncertain: bool
    approximate: bool
    unspecified: bool
    members: tuple[tuple[End, End], ...]
    extents: tuple[Extent, ...]

    @property
    def start(self) -> End:
        """Of an interval: its first date, ``'open'`` or ``'unknown'``."""
        return self.members[0][0]

    @property
    def end(self) -> End:
        """Of an interval: its last date, ``'open'`` or ``'unknown'``."""
        return self.members[-1][1]

    @property
    def qualified(self) -> bool:
        """Whether its writer marked any part as uncertain or approximate."""
        return self.uncertain or self.approximate


@lru_cache(maxsize=65_536)
def parse(text: str) -> Edtf:
    """Read an EDTF text. Raises ``BadDate`` naming the text and what would be valid."""
    try:
        return _parse(text)
    except BadDate as error:
        meant = date_advice.advice(text[:LONGEST_TEXT]) if isinstance(text, str) else ""
        if not meant:
            raise
        raise BadDate(error.message, next_step=meant) from None


def _parse(text: str) -> Edtf:
    if not isinstance(text, str):
        raise refuse(text, "it is not a text")
    text = text.strip(" ")
    if len(text) > LONGEST_TEXT:
        raise refuse(text, f"it is longer than {LONGEST_TEXT} characters")
    if text[:1] in ("[", "{"):
        return _set(text)
    if "/" in text:
        return _interval(text)
    date = _date(text, text)
    return _made(text, DATE, ((date, date),), (of_date(date),))


def _date(part: str, whole: str) -> Date:
    if "T" in part and part != whole:
        raise refuse(
            whole,
            "times of day must be alone, not in intervals or sets",
            "Write the days: 2018/2019.",
        )
    try:
        return read(part)
    except BadDate as error:
        if part == whole:
            raise
        raise BadDate(f"In {_quoted(whole)}: {error.message}", next_step=error.next_step) from None


def _quoted(text: str) -> str:
    return refuse(text, "").message.removesuffix(" is not a date: .")


def _interval(text: str) -> Edtf:
    if text.count("/") > 1:
        raise refuse(text, f"an interval has one slash, and {DAY_FIRST}")
    first, _, last = text.partition("/")
    start, end = _end(first, text), _end(last, text)
    if isinstance(start, str) and isinstance(end, str):
        raise refuse(text, "it names no date", "Write 2017/.. (open) or 2017/ (end not known).")
    if isinstance(start, Date) and isinstance(end, Date) and start.earliest > end.latest:
        raise refuse(text, "it ends before it starts", f"Write {last}/{first} if that is meant.")
    return _made(text, INTERVAL, ((start, end),), (between(start, end),))


def _end(part: str, whole: str) -> End:
    if part == "..":
        return OPEN
    if part == "":
        return UNKNOWN
    if part in ("open", "unknown"):
        raise refuse(
            whole, f"‘{part}’ is from an older draft", "Write .. for open, nothing for unknown."
        )
    if ".." in part or part[:1] in ("[", "{"):
        raise refuse(whole, "a set cannot be the end of an interval", VALID)
    return _date(part, whole)


def _set(text: str) -> Edtf:
    shape, close = (ONE_OF, "]") if text[0] == "[" else (ALL_OF, "}")
    if len(text) < 2 or text[-1] != close:
        raise refuse(text, f"it does not end with {close}", "Write [2019-07,2019-10].")
    members: list[tuple[End, End]] = []
    written: list[str] = []
    for item in text[1:-1].split(","):
        part = item.strip(" ")
        written.append(part)
        if not part:
            raise refuse(text, "a member of the set is empty", "Write [2019-07,2019-10].")
        if "/" in part:
            raise refuse(
                text, "a set has no intervals in it", "Write 2017..2019 for a run of years."
            )
        members.append(_member(part, text))
    for number, (start, end) in enumerate(members):
        if (start == OPEN and number > 0) or (end == OPEN and number < len(members) - 1):
            raise refuse(text, "only the first member may start, and only the last end, with ..")
    make = somewhere if shape == ONE_OF else between
    extents = tuple(
        of_date(start) if isinstance(start, Date) and start is end else make(start, end)
        for start, end in members
    )
    return _made(f"{text[0]}{','.join(written)}{close}", shape, tuple(members), extents)


def _member(part: str, whole: str) -> tuple[End, End]:
    if ".." not in part:
        date = _date(part, whole)
        return date, date
    first, _, last = part.partition("..")
    start: End = _date(first, whole) if first else OPEN
    end: End = _date(last, whole) if last else OPEN
    if isinstance(start, str) and isinstance(end, str):
        raise refuse(whole, "‘..’ alone names no date", "Write ..2018, 2018.. or 2017..2019.")
    if isinstance(start, Date) and isinstance(end, Date) and start.earliest > end.latest:
        raise refuse(whole, f"{part} ends before it starts", f"Write {last}..{first}.")
    return start, end


def _made(
    text: str, shape: str, members: tuple[tuple[End, End], ...], extents: tuple[Extent, ...]
) -> Edtf:
    dates = [end for pair in members for end in pair if isinstance(end, Date)]
    starts = [start.earliest if isinstance(start, Date) else None for start, _ in members]
    ends = [end.latest if isinstance(end, Date) else None for _, end in members]
    return Edtf(
        text=text,
        shape=shape,
        earliest=None if None in starts else min(day for day in starts if day is not None),
        latest=None if None in ends else max(day for day in ends if day is not None),
        precision=max((date.precision for date in dates), key=_COARSER.index),
        uncertain=any(date.uncertain for date in dates),
        approximate=any(date.approximate for date in dates),
        unspecified=any(date.unspecified for date in dates),
        members=members,
        extents=extents,
    )
