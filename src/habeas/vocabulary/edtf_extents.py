"""What a stated time allows: where it can begin and end, and what it surely covers.

An ``Extent`` is read in two ways. As a statement ("it happened in 2018") the time begins
somewhere in [begins_first, begins_last] and ends somewhere in [ends_first, ends_last]. As a
window ("was it within 2018?") it surely covers [covers_first, covers_last] (nothing when
first > last) and at most reaches from begins_first to ends_last. ``masked`` is the text of
a date with unknown digits, which is one of its choices and nothing between them.

Invariants: begins_first <= begins_last <= ends_last and begins_first <= ends_first <=
ends_last; days are ordinals, plus and minus infinity stand for no bound. An open end is
infinite for sure; an unknown end may lie anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from habeas.vocabulary.edtf_choices import Stretch, choices
from habeas.vocabulary.edtf_date import Date

Day = float  # an ordinal day (whole), or an infinity
OPEN, UNKNOWN = "open", "unknown"
End = Date | str  # a date, OPEN or UNKNOWN


@dataclass(frozen=True, slots=True)
class Extent:
    """One stretch of time, with what is not known about its ends."""

    begins_first: Day
    begins_last: Day
    ends_first: Day
    ends_last: Day
    covers_first: Day
    covers_last: Day
    masked: str = ""
    reach_days: int = 0

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """Where it may lie: the choices that unknown digits leave, else one stretch."""
        units = choices(self.masked) if self.masked else ()
        if not units:
            return ((self.begins_first, self.ends_last),)
        reach = self.reach_days
        return tuple((a - reach, b + reach) for a, b in units) if reach else units


def of_date(date: Date) -> Extent:
    """A time somewhere in the date: at least a day of it, at most all of it."""
    first, last = date.earliest - date.reach_days, date.latest + date.reach_days
    if date.whole:
        covers = (date.earliest + date.reach_days, date.latest - date.reach_days)
        return Extent(first, last, first, last, *covers)
    masked = date.text if "X" in date.text else ""
    return Extent(first, last, first, last, inf, -inf, masked, date.reach_days)


def between(start: End, end: End) -> Extent:
    """From some time in the start to some time in the end, without a gap."""
    begins_first, begins_last, covers_first = -inf, -inf, -inf
    ends_first, ends_last, covers_last = inf, inf, inf
    if isinstance(start, Date):
        begins_first, begins_last = (
            start.earliest - start.reach_days,
            start.latest + start.reach_days,
        )
        covers_first = (start.earliest if start.whole else start.latest) + start.reach_days
    if isinstance(end, Date):
        ends_first, ends_last = end.earliest - end.reach_days, end.latest + end.reach_days
        covers_last = (end.latest if end.whole else end.earliest) - end.reach_days
    if start == UNKNOWN:
        begins_last, covers_first = ends_last, ends_last
    if end == UNKNOWN:
        ends_first, covers_last = begins_first, begins_first
    return Extent(
        begins_first,
        min(begins_last, ends_last),
        max(ends_first, begins_first),
        ends_last,
        covers_first,
        covers_last,
    )


def somewhere(start: End, end: End) -> Extent:
    """One unknown time from the start to the end (``[..1984]``, ``[1667..1670]``)."""
    first = start.earliest - start.reach_days if isinstance(start, Date) else -inf
    last = end.latest + end.reach_days if isinstance(end, Date) else inf
    return Extent(first, last, first, last, inf, -inf)
