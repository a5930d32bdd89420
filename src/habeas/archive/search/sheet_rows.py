"""A hit or a passage in a sheet: its row, each cell beside what heads its column.

What stands before and after it in the text is the row of somebody else, and is not shown.
Invariants: places are code points of the layer; cells come from left to right, empty ones are
left out; a row too wide to be shown whole keeps its first cells and all (up to the most) in which
something was found, and says how many are not shown; no mark begins or ends inside a word of
Arabic letters, which would part letters that are written together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from habeas.archive import models as m
from habeas.archive.exhibits.places import Places
from habeas.archive.search.languages import UNKNOWN, tell
from habeas.archive.search.ranges import Range, merged
from habeas.reading.tables import Cell, column_name
from habeas.vocabulary.texts import late_pattern

MOST_CELLS = 12  # of one row
_FIRST = 2  # of them, which say whose row it is
CELL = 160  # code points of one cell
_HEADING = 80  # of what heads it
_ARABIC = late_pattern(
    "[\u0610-\u061a\u0620-\u06dc\u06df-\u06ff\u0750-\u077f\u08a0-\u08ff\u200c\u200d\ufb50-\ufdff\ufe70-\ufefc]"
)


@dataclass(frozen=True, slots=True)
class FoundCell:
    """One cell: ``text`` from code point ``start`` on; ``ranges`` of it are marked."""

    column: int
    heading: str
    start: int
    text: str
    ranges: tuple[Range, ...]
    cut_before: bool
    cut_after: bool
    language: str
    script: str

    @property
    def letters(self) -> str:
        """What a spreadsheet calls the column."""
        return column_name(self.column)

    @property
    def segments(self) -> list[tuple[str, bool]]:
        """The text in pieces, each with whether it is marked."""
        pieces: list[tuple[str, bool]] = []
        at = 0
        for start, stop in self.ranges:
            pieces += [
                (self.text[at : start - self.start], False),
                (self.text[start - self.start : stop - self.start], True),
            ]
            at = stop - self.start
        return [piece for piece in (*pieces, (self.text[at:], False)) if piece[0]]


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row; ``heading_row`` is the number of the sheet's row of headings, None where none is."""

    sheet: str
    number: int
    start: int
    stop: int
    heading_row: int | None
    cells: tuple[FoundCell, ...]
    left_out: int
    right_to_left: bool


def row_of(places: Places, text: str, start: int, marked: Sequence[Range]) -> FoundRow | None:
    """The row of a sheet that begins, or goes on, at ``start``; None where none does."""
    found = places.tables.at(start)
    if found is None:
        return None
    sheet, at = found
    row = places.tables.row(at)
    columns = places.columns(sheet, text)
    heads = columns.heading_row
    headed = heads is not None and heads < at
    filled = [cell for cell in row.cells if text[cell.start : cell.stop].strip()]
    shown = _chosen(filled, marked)
    return FoundRow(
        *(sheet.name, row.number, row.start, row.stop),
        None if heads is None else places.tables.number(heads),
        tuple(
            _cell(cell, text, marked, columns.headings.get(cell.column, "") if headed else "")
            for cell in shown
        ),
        len(filled) - len(shown),
        columns.right_to_left,
    )


@dataclass(frozen=True, slots=True)
class CitedRow:
    """A passage in a sheet; no ``row`` where it spans several, or its text is another."""

    row: FoundRow | None


def cited_in(places: Places, passage: m.Passage, read: Callable[[], str]) -> CitedRow | None:
    """The row of a passage, the passage marked; None where it stands in no sheet.

    ``read`` gives the text of the layer, where it is needed.
    """
    found = places.tables.at(passage.start)
    if found is None:
        return None
    if passage.stop > places.tables.span(found[1])[1]:
        return CitedRow(None)
    text = read()
    if text[passage.start : passage.stop] != passage.quote:
        return CitedRow(None)
    return CitedRow(row_of(places, text, passage.start, [(passage.start, passage.stop)]))


def _chosen(cells: Sequence[Cell], marked: Sequence[Range]) -> list[Cell]:
    if len(cells) <= MOST_CELLS:
        return list(cells)
    hit = [n for n, cell in enumerate(cells) if _inside(cell.start, cell.stop, marked)]
    wanted = [*range(_FIRST), *hit, *range(_FIRST, len(cells))]
    return [cells[n] for n in sorted(list(dict.fromkeys(wanted))[:MOST_CELLS])]


def _inside(start: int, stop: int, marked: Sequence[Range]) -> list[Range]:
    return [(max(start, a), min(stop, b)) for a, b in marked if a < stop and b > start]


def _cell(cell: Cell, text: str, marked: Sequence[Range], heading: str) -> FoundCell:
    ranges = _inside(cell.start, cell.stop, marked)
    first = cell.start
    if cell.stop - cell.start > CELL and ranges:
        first = max(cell.start, min(ranges[0][0] - CELL // 4, cell.stop - CELL))
    last = min(cell.stop, first + CELL)
    words = [whole_words(text, one, (first, last)) for one in _inside(first, last, ranges)]
    language, script = tell(text[first:last])
    return FoundCell(
        *(cell.column, heading[:_HEADING], first, text[first:last], tuple(merged(words))),
        *(first > cell.start, last < cell.stop),
        *("" if language == UNKNOWN else language, script),
    )


def whole_words(text: str, marked: Range, bounds: Range) -> Range:
    """The range, to the ends of the words of Arabic letters that it begins and ends in."""
    start, stop = marked
    if start < stop and _ARABIC.match(text[start]):
        while start > bounds[0] and _ARABIC.match(text[start - 1]):
            start -= 1
    if start < stop and _ARABIC.match(text[stop - 1]):
        while stop < bounds[1] and _ARABIC.match(text[stop]):
            stop += 1
    return start, stop
