"""Reads ods as a stream: the text that a cell shows, and the value that it stores.

A row or cell that is repeated is given once for each place while it holds something, to
``_MOST_REPEATS``; past that it is said. Comments follow as parts of their cell's place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from habeas.reading.readers import opendocument
from habeas.reading.readers.grid import FORMULAS, LONGEST_FORMULA, Grid
from habeas.reading.readers.interface import DraftReading, InputFile
from habeas.reading.readers.markup import Event, Walk
from habeas.reading.readers.package import whole

_MOST_REPEATS = 10_000
_HIDDEN = frozenset({"collapse", "filter"})


@dataclass(slots=True)
class _Row:
    hidden: bool = False
    repeats: int = 1
    cells: list[tuple[int, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Cell:
    column: int
    repeats: int
    stored: str
    formula: str = ""
    paragraphs: list[list[str]] = field(default_factory=list)


def read(source: InputFile, draft: DraftReading) -> None:
    package = opendocument.opened(source, draft)
    walk = package.walk("content.xml")
    _Sheets(draft).read(whole(draft, "content.xml", walk), walk)
    opendocument.files(package, draft)


def read_flat(events: Iterable[Event], walk: Walk, draft: DraftReading) -> None:
    """Sheets that are one XML file."""
    _Sheets(draft).read(events, walk)


class _Sheets:
    def __init__(self, draft: DraftReading) -> None:
        self._draft = draft
        self._hidden_tables: set[str] = set()
        self._style = ""
        self._grid: Grid | None = None
        self._row_number = self._column = self._depth = 0
        self._column_at = 1
        self._row = _Row()
        self._cell: _Cell | None = None
        self._notes: list[tuple[dict[str, str | int], list[str]]] = []
        self._note: list[str] | None = None
        self._sheets = 0

    def read(self, events: Iterable[Event], walk: Walk) -> None:
        try:
            for what, value, attributes in events:
                if what == "text":
                    self._text(walk.path, value)
                elif what == "start" and attributes is not None:
                    self._start(value, attributes)
                else:
                    self._end(value)
        finally:
            self._close()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "style:style":
            self._style = attributes.get("style:name", "")
        elif tag == "style:table-properties" and attributes.get("table:display") == "false":
            self._hidden_tables.add(self._style)
        elif tag == "table:table":
            self._depth += 1
            if self._depth == 1:
                self._open(attributes)
        elif self._grid is None or self._depth > 1:
            return
        elif tag == "table:table-column":
            count = _count(attributes.get("table:number-columns-repeated", "1"))
            if attributes.get("table:visibility", "") in _HIDDEN:
                self._grid.hide_columns(self._column_at, self._column_at + count - 1)
            self._column_at += count
        elif tag == "table:table-row":
            self._row = _Row(
                attributes.get("table:visibility", "") in _HIDDEN,
                _count(attributes.get("table:number-rows-repeated", "1")),
            )
            self._column = 1
        elif tag in {"table:table-cell", "table:covered-table-cell"}:
            self._cell = _Cell(
                self._column,
                _count(attributes.get("table:number-columns-repeated", "1")),
                _stored(attributes),
                attributes.get("table:formula", ""),
            )
            if self._cell.formula:
                self._grid.warn(FORMULAS)
            rows, columns = (
                _count(attributes.get(f"table:number-{what}-spanned", "1"))
                for what in ("rows", "columns")
            )
            first = self._row_number + 1, self._column
            self._grid.merge(first, (first[0] + rows - 1, first[1] + columns - 1))
        elif self._cell is not None:
            self._in_cell(tag, attributes)

    def _in_cell(self, tag: str, attributes: dict[str, str]) -> None:
        cell = self._cell
        if cell is None:
            return
        if tag == "office:annotation":
            self._note = []
        elif tag in {"text:p", "text:h"}:
            if self._note is None:
                cell.paragraphs.append([])
            elif self._note:
                self._note.append("\n")
        elif tag == "text:s":
            self._put(" " * min(_count(attributes.get("text:c", "1")), 1000))
        elif tag in {"text:tab", "text:line-break"}:
            self._put("\t" if tag == "text:tab" else "\n")

    def _text(self, path: list[str], text: str) -> None:
        if self._cell is not None and path[-1].startswith("text:"):
            self._put(text)

    def _put(self, text: str) -> None:
        if self._note is not None:
            self._note.append(text)
        elif self._cell is not None and self._cell.paragraphs:
            self._cell.paragraphs[-1].append(text)

    def _end(self, tag: str) -> None:
        if tag == "table:table":
            self._depth = max(0, self._depth - 1)
            if not self._depth:
                self._close()
        elif self._grid is None or self._depth > 1:
            return
        elif tag == "office:annotation" and self._note is not None:
            place: dict[str, str | int] = {"row": self._row_number + 1, "column": self._column}
            self._notes.append((place, self._note))
            self._note = None
        elif tag in {"table:table-cell", "table:covered-table-cell"} and self._cell is not None:
            cell, self._cell = self._cell, None
            shown = "\n".join("".join(pieces) for pieces in cell.paragraphs)
            self._column = cell.column + cell.repeats
            if cell.formula and not (shown or cell.stored):
                cell.stored = f"={cell.formula.partition('=')[2]}"[:LONGEST_FORMULA]
            if shown or cell.stored:
                count = self._held(cell.repeats, "cell")
                self._row.cells += [(cell.column + at, shown, cell.stored) for at in range(count)]
        elif tag == "table:table-row":
            row = self._row
            if row.cells:
                for at in range(self._held(row.repeats, "row")):
                    self._grid.row(self._row_number + 1 + at, row.cells, hidden=row.hidden)
            self._row_number += row.repeats

    def _held(self, repeats: int, what: str) -> int:
        if repeats > _MOST_REPEATS:
            self._draft.lacks(f"repeats of one {what} past {_MOST_REPEATS:,}")
        return min(repeats, _MOST_REPEATS)

    def _open(self, attributes: dict[str, str]) -> None:
        self._sheets += 1
        self._name = attributes.get("table:name", "")[:200] or f"sheet {self._sheets}"
        hidden = attributes.get("table:style-name", "") in self._hidden_tables
        why = "This sheet is hidden." if hidden else ""
        self._grid = Grid(self._draft, self._name, hidden=hidden, why_hidden=why)
        self._grid.__enter__()
        self._row_number, self._column_at = 0, 1

    def _close(self) -> None:
        if self._grid is None:
            return
        grid, self._grid = self._grid, None
        notes, self._notes = self._notes, []
        try:
            for place, pieces in notes:
                where = {"sheet": self._name, **place, "comment": 1}
                self._draft.add("paragraph", "".join(pieces), where)
        finally:
            grid.__exit__()


def _stored(attributes: dict[str, str]) -> str:
    for name in ("date-value", "time-value", "boolean-value", "string-value", "value"):
        if value := attributes.get(f"office:{name}"):
            return value
    return ""


def _count(text: str) -> int:
    return max(1, int(text[:9])) if text.isascii() and text.isdecimal() else 1
