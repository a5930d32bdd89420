"""Which pieces of a text are found: passages of at most 2,000 code points; of a sheet, its rows.

Invariants: every word of a text is in some passage; a passage never reaches over a page,
sheet, row of a sheet, slide or record, and ends at a paragraph or row of a table where it can;
a row of a sheet is one passage, however wide, and is parted between cells where it is longer than
``LONGEST_ROW``; where one paragraph is too long for a passage, the next begins
``language.MOST_WORDS`` words earlier, so that every phrase that may be asked stands whole in one
of them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from habeas.archive import folding
from habeas.archive.search.language import MOST_WORDS
from habeas.archive.search.languages import tell
from habeas.reading.documents import Part

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region

LONGEST = 2_000  # code points
LONGEST_ROW = 20_000  # of a row of a sheet
_SHORTEST_CUT = 1_200  # before it no place to cut is looked for
_LONGEST_OVERLAP = 1_000  # code points
_APART = frozenset({"page", "sheet", "slide", "record", "body", "header"})
_INSIDE = frozenset({"paragraph", "heading", "table", "row"})
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")
_SAMPLE = 200  # code points by which language and script are told


class Piece(NamedTuple):
    """The code points [start, stop) of a text; ``page`` is 0 where it has none."""

    start: int
    stop: int
    page: int
    language: str
    script: str


def pieces(text: str, parts: Sequence[Part] = (), region: Region | None = None) -> Iterator[Piece]:
    """The passages of a text, in order. ``region``: which languages its letters may tell."""
    rows = _rows_of_sheets(parts)
    edges = {*_borders(text, parts, _APART), *rows, *rows.values()}
    apart = sorted(edge for edge in edges if 0 < edge < len(text))
    long = any(stop - start > LONGEST_ROW for start, stop in rows.items())
    cells = sorted({part.start for part in parts if part.kind == "cell"}) if long else []
    inside = _borders(text, parts, _INSIDE) if parts else []
    inside = inside or [match.end() for match in _BLANK_LINES.finditer(text)]
    pages = _pages(parts)
    told = _told(parts)
    begin = 0
    for end in [*apart, len(text)]:
        a_row = begin in rows
        packed = _packed(text, begin, end, cells if a_row else inside, a_row)
        for start, stop in packed:
            if not text[start:stop].isspace():
                language, script = told(start) or tell(text[start : start + _SAMPLE], region)
                yield Piece(start, stop, pages(start), language, script)
        begin = end


def _borders(text: str, parts: Iterable[Part], kinds: frozenset[str]) -> list[int]:
    starts = {part.start for part in parts if part.kind in kinds}
    return sorted(start for start in starts if 0 < start < len(text))


def not_read_over(parts: Sequence[Part]) -> set[int]:
    """Where something begins that what stands before it does not go on in: all but pages."""
    rows = _rows_of_sheets(parts)
    starts = {part.start for part in parts if part.kind in _APART and part.kind != "page"}
    return {*starts, *rows, *rows.values()}


def _rows_of_sheets(parts: Iterable[Part]) -> dict[int, int]:
    """Where each row of a sheet starts and stops. A table in running text has other rows."""
    rows: dict[int, int] = {}
    stop = 0
    for part in parts:
        if part.kind == "sheet":
            stop = part.stop
        elif part.kind == "row" and part.start < part.stop <= stop:
            rows[part.start] = part.stop
    return rows


def _packed(
    text: str, begin: int, end: int, inside: list[int], a_row: bool
) -> Iterator[tuple[int, int]]:
    """[begin, end) in stretches that are not too long, cut at the borders where possible."""
    start, longest = begin, LONGEST_ROW if a_row else LONGEST
    while end - start > longest:
        at = bisect_right(inside, start + longest) - 1
        if at >= 0 and inside[at] > start:
            yield start, inside[at]
            start = inside[at]
            continue
        stop = _cut(text, start)
        yield start, stop
        start = _overlap(text, start, stop)
    if start < end:
        yield start, end


def _cut(text: str, start: int) -> int:
    """A place to cut a long paragraph: at a line's end, a space, or anywhere."""
    first, last = start + _SHORTEST_CUT, start + LONGEST
    for sign in ("\n", "。", ". ", " "):
        place = text.rfind(sign, first, last)
        if place >= 0:
            return place + 1
    return last


def _overlap(text: str, start: int, stop: int) -> int:
    """Where the next passage begins: some words before the cut."""
    first = max(start + 1, stop - _LONGEST_OVERLAP)
    before = folding.tokens(text[first:stop])
    return first + before[-MOST_WORDS].start if len(before) >= MOST_WORDS else first


def _pages(parts: Sequence[Part]) -> _Lookup:
    numbered = [
        (part.start, int(part.locator["page"]))
        for part in parts
        if isinstance(part.locator.get("page"), int)
    ]
    return _Lookup(sorted(dict(numbered).items()))


class _Lookup:
    """The value at the last start that is not after a place; 0 before the first."""

    def __init__(self, values: list[tuple[int, int]]) -> None:
        self.starts = [start for start, _ in values]
        self.values = [value for _, value in values]

    def __call__(self, place: int) -> int:
        at = bisect_right(self.starts, place) - 1
        return self.values[at] if at >= 0 else 0


def _told(parts: Sequence[Part]) -> _Stated:
    return _Stated([part for part in parts if part.language])


class _Stated:
    """The language and script that the reader determined for a place; None where it did not."""

    def __init__(self, parts: list[Part]) -> None:
        self.parts = sorted(parts, key=lambda part: part.start)
        self.starts = [part.start for part in self.parts]

    def __call__(self, place: int) -> tuple[str, str] | None:
        at = bisect_right(self.starts, place) - 1
        if at < 0 or self.parts[at].stop <= place:
            return None
        return self.parts[at].language, self.parts[at].script
