"""A sheet on the page of its exhibit: a group of its rows, as the spreadsheet shows them.

Another rendering of the same text layer: every cell's words and the signs between cells carry
their code points, so what is chosen here is cited as in the text. Invariants: nothing is read of
the file again; a group has at most ``ROWS`` rows and some ``CELLS`` cells, columns past
``COLUMNS`` and words past a cell's share are said to be left out and lead to the text; the row of
headings heads every group, and is text only in its own.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from habeas.archive.exhibits.places import Places
from habeas.archive.models import Passage
from habeas.archive.readings import locator_words
from habeas.archive.search.languages import UNKNOWN, tell
from habeas.display import words
from habeas.display.exhibits import layers
from habeas.display.exhibits.layers import CitingClaim, TextSegment
from habeas.display.references import Marked, Target
from habeas.reading.columns import Columns
from habeas.reading.documents import Part
from habeas.reading.tables import Sheet, SheetRow, column_name

Address = Callable[..., Target]

ROWS, CELLS, COLUMNS = 100, 6_000, 300
LONGEST_CELL, LONGEST_OF_MANY = 4_000, 400  # code points of one cell
_MANY = 200_000  # code points of a group
_ASIDES = 50  # comments and drawings that are listed


@dataclass(frozen=True, slots=True)
class SheetCell:
    """``after``: the tab or line's end that follows. ``left_out`` code points are in the text."""

    column: int
    pieces: tuple[TextSegment, ...]
    after: tuple[TextSegment, ...]
    language: str
    script: str
    direction: str
    hidden: bool
    stored: str
    left_out: int
    text_url: Target | str


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A row; None: nothing in that column."""

    number: int
    hidden: bool
    current: bool
    cells: tuple[SheetCell | None, ...]


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column and its heading; ``numbers``: it holds numbers."""

    column: int
    letters: str
    heading: words.TextWords
    numbers: bool


@dataclass(frozen=True, slots=True)
class SheetAside(Marked):
    """A comment or drawing beside the cells."""

    place: str
    text: words.TextWords
    url: Target


@dataclass(frozen=True, slots=True)
class SheetShown:
    """A group of rows of one sheet, under the rows of headings."""

    sheet: str
    number: int
    sheets: int
    hidden: bool
    rows_in_sheet: int
    first_row: int
    last_row: int
    from_row: int
    to_row: int
    direction: str
    heading_row: int | None
    columns: tuple[SheetColumn, ...]
    columns_left_out: int
    head: tuple[SheetLine, ...]
    rows: tuple[SheetLine, ...]
    asides: tuple[SheetAside, ...]
    whole: bool
    start_of_sheet: int


class Group:
    """The rows [first, last) of ``Tables``, all of one sheet."""

    def __init__(self, places: Places, text: str, sheet: Sheet, at: int) -> None:
        self.places, self.text, self.sheet = places, text, sheet
        every = sheet.columns
        self.columns, self.columns_left_out = every[:COLUMNS], len(every[COLUMNS:])
        size = max(1, min(ROWS, CELLS // max(1, len(self.columns))))
        self.first = sheet.first + (at - sheet.first) // size * size
        self.last = min(sheet.last, self.first + size)
        self.size = size

    @property
    def span(self) -> tuple[int, int]:
        """Its place in the text, with the line's end of its last row."""
        start, stop = (self.sheet.tables.span(at) for at in (self.first, self.last - 1))
        return start[0], min(len(self.text), stop[1] + 1)

    @property
    def before(self) -> int | None:
        return self.first - self.size if self.first > self.sheet.first else None

    @property
    def after(self) -> int | None:
        return self.last if self.last < self.sheet.last else None


def group_at(places: Places, text: str, offset: int) -> Group | None:
    """The group that a code point is in; None where it is in no row."""
    found = places.tables.at(offset)
    return None if found is None else Group(places, text, *found)


def row_numbered(sheet: Sheet, number: int) -> int:
    """The row of a sheet that has this number, or the first after it, or the last."""
    rows = range(sheet.first, sheet.last)
    at = bisect_left(rows, number, key=sheet.tables.number)
    return rows[min(at, len(rows) - 1)]


def sheet_shown(
    group: Group,
    address: Address,
    cited: Sequence[Passage],
    claims: Mapping[int, Sequence[CitingClaim]],
    asked: tuple[int, int] | None,
    row_asked: int | None,
) -> SheetShown:
    """What is shown of a group."""
    tables, sheet = group.sheet.tables, group.sheet
    columns = group.places.columns(sheet, group.text)
    first, stop = group.span
    rows = [tables.row(at) for at in range(group.first, group.last)]
    longest = LONGEST_OF_MANY if stop - first > _MANY else LONGEST_CELL
    edges = {edge for row in rows for cell in row.cells for edge in (cell.start, cell.stop)}
    edges |= {c.start + longest for row in rows for c in row.cells if c.stop - c.start > longest}
    pieces = layers.segments(group.text[first:stop], first, cited, claims, asked, edges)
    starts = [piece.start for piece in pieces]
    current = _current(group, asked, row_asked)

    def between(begin: int, end: int) -> tuple[TextSegment, ...]:
        return pieces[bisect_left(starts, begin) : bisect_left(starts, end)]

    def shown(row: SheetRow, at: int) -> SheetLine:
        following = tables.span(at + 1)[0] if at + 1 < group.last else stop
        cells = {cell.column: cell for cell in row.cells}
        ends = [*(cell.start for cell in row.cells[1:]), following]
        until = dict(zip(cells, ends, strict=False))
        return SheetLine(
            number=row.number,
            hidden=row.hidden,
            current=at == current,
            cells=tuple(
                _cell(group, cells[n], until[n], longest, between, address) if n in cells else None
                for n in group.columns
            ),
        )

    made = [shown(row, at) for at, row in enumerate(rows, group.first)]
    head = columns.heading_row
    above = 0 if head is None or not group.first <= head < group.last else head + 1 - group.first
    return SheetShown(
        sheet=sheet.name,
        number=next(n for n, each in enumerate(tables.sheets, 1) if each is sheet),
        sheets=len(tables.sheets),
        hidden=sheet.hidden,
        rows_in_sheet=len(sheet),
        first_row=rows[0].number,
        last_row=rows[-1].number,
        from_row=tables.row(sheet.first).number,
        to_row=tables.row(sheet.last - 1).number,
        direction="rtl" if columns.right_to_left else "ltr",
        heading_row=None if head is None else tables.number(head),
        columns=_columns(group, columns),
        columns_left_out=group.columns_left_out,
        head=tuple(made[:above]),
        rows=tuple(made[above:]),
        asides=_asides(group, rows, address),
        whole=len(rows) == len(sheet),
        start_of_sheet=sheet.first,
    )


def _current(group: Group, asked: tuple[int, int] | None, row_asked: int | None) -> int | None:
    if asked is not None:
        found = group.sheet.tables.at(asked[0])
        return None if found is None else found[1]
    return row_asked


def _columns(group: Group, columns: Columns) -> tuple[SheetColumn, ...]:
    return tuple(
        SheetColumn(
            n, column_name(n), words.text(columns.headings.get(n, "")), n in columns.numbers
        )
        for n in group.columns
    )


def _cell(
    group: Group,
    cell: Any,
    until: int,
    longest: int,
    between: Callable[[int, int], tuple[TextSegment, ...]],
    address: Address,
) -> SheetCell:
    stop = min(cell.stop, cell.start + longest)
    text = group.text[cell.start : min(stop, cell.start + 200)]
    language, script = tell(text)
    about = words.text(text, "" if language == UNKNOWN else language, script)
    more = cell.stop - stop
    return SheetCell(
        column=cell.column,
        pieces=between(cell.start, stop),
        after=between(cell.stop, until),
        language=about.language,
        script=about.script,
        direction=about.direction,
        hidden=cell.hidden,
        stored=cell.stored[:200],
        left_out=more,
        text_url=address("found", view="text", **{"from": cell.start}) if more else "",
    )


def _asides(group: Group, rows: Sequence[SheetRow], address: Address) -> tuple[SheetAside, ...]:
    """What the sheet holds beside its cells: comments on these rows; drawings, at its end."""
    here = {row.number for row in rows}
    last = group.last == group.sheet.last
    found: list[SheetAside] = []
    for part in group.places.parts:
        if part.kind == "sheet" or not _in_sheet(part, group.sheet):
            continue
        at = part.locator.get("row")
        if (at in here) if at is not None else last:
            place = {name: value for name, value in part.locator.items() if name != "sheet"}
            found.append(
                SheetAside(
                    locator_words(place),
                    words.text(group.text[part.start : part.stop][:LONGEST_OF_MANY]),
                    address("found", view="text", **{"from": part.start, "to": part.stop}),
                )
            )
    return tuple(found[:_ASIDES])


def _in_sheet(part: Part, sheet: Sheet) -> bool:
    return sheet.start <= part.start < part.stop <= sheet.stop
