"""From when to when a detention lasted, as vague as it was told, and the bar that draws it.

Invariants: accounts that differ make a bound vaguer, never surer; how long something was so is no
end of it; a bar is certain only between its latest beginning and its earliest end.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from habeas.archive.models import Claim
from habeas.display import words
from habeas.vocabulary import edtf
from habeas.vocabulary.errors import VocabularyError


@dataclass(frozen=True, slots=True)
class Days:
    """Between which days a bound is, ISO 8601; '' where it is open or not stated."""

    earliest: str = ""
    latest: str = ""


@dataclass(frozen=True, slots=True)
class BarShape:
    """Where a bar is on the axis, in thousandths of it: it fades in, is certain, and fades out.

    ``certain``: whether there is a day on which the detention certainly was.
    """

    start: int
    sure_start: int
    sure_end: int
    end: int
    certain: bool


@dataclass(frozen=True, slots=True)
class AxisYear:
    """A year that begins at a place of the axis, in thousandths of it."""

    year: int
    at: int


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, as days; None: not stated, or open."""

    start: int | None = None
    sure_start: int | None = None
    sure_end: int | None = None
    end: int | None = None
    dates: str = ""

    @property
    def stated(self) -> list[int]:
        days = (self.start, self.sure_start, self.sure_end, self.end)
        return [day for day in days if day is not None]

    def meets(self, other: Span) -> bool | None:
        """Whether both certainly (True) or possibly (False) last at one time; None: they do not."""
        if not (self.stated and other.stated):
            return None
        if self.start is None or self.end is None or other.start is None or other.end is None:
            return None  # of what is open nothing is said
        if max(self.start, other.start) >= min(self.end, other.end):
            return None
        if self.sure_start is None or self.sure_end is None:
            return False
        if other.sure_start is None or other.sure_end is None:
            return False
        return max(self.sure_start, other.sure_start) < min(self.sure_end, other.sure_end)


_Bound = tuple[int | None, int | None]
_BEGIN, _END = ("held_from", "detained"), ("held_until", "released")
DATED = (*_BEGIN, *_END)  # the properties of a detention that say when it began or ended


def span_of(claims: Iterable[Claim]) -> Span:
    """From when to when a detention lasted, as wide as what is asserted of it."""
    begins: list[_Bound] = []
    ends: list[_Bound] = []
    held: list[tuple[_Bound, _Bound]] = []
    texts: dict[str, list[str]] = defaultdict(list)
    for claim in claims:
        if claim.stance != "asserts":
            continue
        dated = claim.value_type == "date" and bool(claim.value_key)
        if dated and claim.property in _BEGIN:
            first, last = _bounds(claim.value_key)
            begins.append(first)
            if "/" in claim.value_key:
                ends.append(last)
            texts["from"].append(claim.value_key)
        elif dated and claim.property in _END:
            ends.append(_bounds(claim.value_key)[1])
            texts["until"].append(claim.value_key)
        elif claim.holds:
            held.append(_bounds(claim.holds))
            texts["held"].append(claim.holds)
    if not begins and held:
        begins = [first for first, _last in held]
        texts["from"] = texts["held"]
    start, sure_start = _wide(begins)
    sure_end, end = _wide(ends)
    lasting = [text for text in texts["held"] if "/" in text and not text.endswith("/..")]
    if not ends and lasting:  # so long it was so, by who says so: that it ended then is not said
        told = {last[0]: text.rpartition("/")[2] for text in lasting if (last := _bounds(text)[1])}
        known = [day for day in told if day is not None]
        if known:
            sure_end = max(known)
            texts["as late as"] = [told[sure_end]]
    return Span(start, sure_start, sure_end, end, _dates_words(texts, both=bool(ends)))


def _bounds(text: str) -> tuple[_Bound, _Bound]:
    """The days between which a time begins, and between which it ends."""
    first, _, last = text.partition("/")
    return days_of(first), days_of(last if "/" in text else first)


def days_of(text: str) -> _Bound:
    try:
        found = edtf.parse(text)
    except VocabularyError:  # open or unknown: the side of an interval
        return None, None
    return found.earliest, found.latest


def _wide(bounds: Sequence[_Bound]) -> _Bound:
    """As wide as all of them together: accounts that differ make a bound vaguer, never surer."""
    low = [day for day, _ in bounds if day is not None]
    high = [day for _, day in bounds if day is not None]
    return (min(low) if low else None), (max(high) if high else None)


def _dates_words(texts: dict[str, list[str]], *, both: bool) -> str:
    def said(name: str) -> str:
        different = dict.fromkeys(texts.get(name, ()))
        return _(" or ").join(
            dated.words for text in different if (dated := words.date_words(text)) is not None
        )

    begun, ended, late = said("from"), said("until"), said("as late as")
    if begun and late:
        return _("from %(from)s; held as late as %(late)s, no end stated") % {
            "from": begun,
            "late": late,
        }
    if begun and ended:
        return _("from %(from)s until %(until)s") % {"from": begun, "until": ended}
    if begun:
        return begun if both else _("from %(from)s, no end stated") % {"from": begun}
    if ended:
        return _("until %(until)s, no beginning stated") % {"until": ended}
    return _("no date stated")


def iso_day(ordinal: int | None) -> str:
    if ordinal is None or not 1 <= ordinal <= datetime.date.max.toordinal():
        return ""
    return datetime.date.fromordinal(ordinal).isoformat()


class Axis:
    """The time over which the bars are drawn: whole years."""

    def __init__(self, spans: Sequence[Span]) -> None:
        days = [
            day
            for span in spans
            for day in span.stated
            if 1 <= day <= datetime.date.max.toordinal()
        ]
        self.years: tuple[AxisYear, ...] = ()
        self._first = self._last = 0
        if days:
            first = datetime.date.fromordinal(min(days)).year
            last = min(datetime.date.fromordinal(max(days)).year + 1, datetime.MAXYEAR - 1)
            if any(span.stated and span.end is None for span in spans):
                last += 1  # room in which an open end fades
            self._first = datetime.date(first, 1, 1).toordinal()
            self._last = datetime.date(max(last, first + 1), 1, 1).toordinal()
            step = max(1, (last - first) // 8)
            self.years = tuple(
                AxisYear(year, self._at(datetime.date(year, 1, 1).toordinal()))
                for year in range(first, last + 1, step)
            )

    def _at(self, day: int) -> int:
        inside = min(max(day, self._first), self._last)
        return round(1000 * (inside - self._first) / max(1, self._last - self._first))

    def bar(self, span: Span) -> BarShape | None:
        """A side that is open fades over an eighth of the axis, and no further."""
        if not span.stated:
            return None
        open_side = max(1, (self._last - self._first) // 8)
        first = min(span.stated) if span.start is None else span.start
        last = max(span.stated) if span.end is None else span.end
        start = first - open_side if span.start is None else first
        end = last + open_side if span.end is None else last
        sure_start = span.sure_start if span.sure_start is not None else first
        sure_end = span.sure_end if span.sure_end is not None else last
        sharp = any(
            low is not None and low == high
            for low, high in ((span.start, span.sure_start), (span.sure_end, span.end))
        )
        both = span.sure_start is not None and span.sure_end is not None
        certain = sharp or (both and sure_start <= sure_end)
        if sure_start > sure_end:  # no day of it is certain: only that it was
            sure_start = sure_end = (sure_start + sure_end) // 2
        at = self._at
        return BarShape(at(start), at(sure_start), at(sure_end), at(end), certain)
