"""The sheets of a text as rows and columns, from the parts that a reading logged.

Invariants: nothing is read of the file again; places are those of the parts; a row's cells come
from left to right, those that are not there are not made up; a cell is three numbers, so that
the million that a reading may have take some megabytes, and a ``Cell`` is made when looked at.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from habeas.reading.documents import Part
from habeas.vocabulary.locations import column_name as column_name

_FURTHEST = 2**31


class Cell(NamedTuple):
    """The code points [start, stop) of one cell; ``stored`` where the file keeps another value."""

    column: int  # from 1
    start: int
    stop: int
    hidden: bool
    stored: str


class SheetRow(NamedTuple):
    """One row; ``number`` from 1, as the spreadsheet counts."""

    number: int
    start: int
    stop: int
    hidden: bool
    cells: tuple[Cell, ...]


@dataclass(slots=True)
class Tables:
    """All sheets of one text, in order."""

    sheets: list[Sheet] = field(default_factory=list)
    # For each row: its number, its places, where its cells begin in the other three.
    _numbers: array[int] = field(default_factory=lambda: array("i"))
    _starts: array[int] = field(default_factory=lambda: array("i"))
    _stops: array[int] = field(default_factory=lambda: array("i"))
    _firsts: array[int] = field(default_factory=lambda: array("i"))
    _columns: array[int] = field(default_factory=lambda: array("i"))
    _cell_starts: array[int] = field(default_factory=lambda: array("i"))
    _cell_stops: array[int] = field(default_factory=lambda: array("i"))
    _hidden_rows: set[int] = field(default_factory=set)
    _hidden: set[int] = field(default_factory=set)
    _stored: dict[int, str] = field(default_factory=dict)
    _warnings: dict[int, tuple[str, ...]] = field(default_factory=dict)  # of cells

    @property
    def weight(self) -> int:
        """About how many numbers are held."""
        return len(self._columns) * 3 + len(self._numbers) * 4

    def take(self, part: Sequence[Any]) -> bool:
        """Takes a part as a map holds it, in order; False where it is no row or cell of a sheet."""
        kind, start, stop, locator, stored, hidden, language, _script, warnings, boxes = part
        if kind == "sheet":
            about = Sheet(self, len(self._numbers), start, stop, dict(locator), bool(hidden))
            self.sheets.append(about)
            return False
        if kind not in ("row", "cell") or not self.sheets or language or boxes:
            return False
        sheet = self.sheets[-1]
        if not sheet.start <= start <= stop <= sheet.stop < _FURTHEST:
            return False
        number, column = locator.get("row"), locator.get("column")
        if kind == "row" and not (stored or warnings):
            if type(number) is not int or locator != {**sheet.locator, "row": number}:
                return False
            if hidden:
                self._hidden_rows.add(len(self._numbers))
            self._numbers.append(number)
            self._starts.append(start)
            self._stops.append(stop)
            self._firsts.append(len(self._columns))
            sheet.last = len(self._numbers)
            return True
        if kind == "cell" and sheet.first < sheet.last and stop <= self._stops[-1]:
            place = {**sheet.locator, "row": self._numbers[-1], "column": column}
            if type(column) is not int or locator != place:
                return False
            at = len(self._columns)
            self._columns.append(column)
            self._cell_starts.append(start)
            self._cell_stops.append(stop)
            if hidden:
                self._hidden.add(at)
            if stored:
                self._stored[at] = stored
            if warnings:
                self._warnings[at] = tuple(warnings)
            return True
        return False

    def row(self, at: int) -> SheetRow:
        first, last = self._cells_of(at)
        cells = tuple(
            Cell(
                self._columns[n],
                self._cell_starts[n],
                self._cell_stops[n],
                n in self._hidden,
                self._stored.get(n, ""),
            )
            for n in range(first, last)
        )
        row = self._numbers[at], self._starts[at], self._stops[at]
        return SheetRow(*row, at in self._hidden_rows, cells)

    def number(self, at: int) -> int:
        """The number of a row in its sheet, without its cells."""
        return self._numbers[at]

    def width(self, at: int) -> int:
        """How many cells a row has."""
        first, last = self._cells_of(at)
        return last - first

    def _cells_of(self, at: int) -> tuple[int, int]:
        last = self._firsts[at + 1] if at + 1 < len(self._firsts) else len(self._columns)
        return self._firsts[at], last

    def columns(self, first: int, last: int) -> list[int]:
        """The columns in which any of the rows [first, last) has a cell."""
        if first >= last:
            return []
        return sorted(set(self._columns[self._firsts[first] : self._cells_of(last - 1)[1]]))

    def span(self, at: int) -> tuple[int, int]:
        """Where a row starts and stops."""
        return self._starts[at], self._stops[at]

    def at(self, offset: int) -> tuple[Sheet, int] | None:
        """The sheet and the row in which a code point stands; a row's end belongs to it."""
        at = bisect_right(self._starts, offset) - 1
        if at < 0 or offset > self._stops[at]:
            return None
        sheet = self.sheet_of(at)
        return None if sheet is None else (sheet, at)

    def __len__(self) -> int:
        """How many rows there are, of all sheets."""
        return len(self._numbers)

    def sheet_of(self, at: int) -> Sheet | None:
        """The sheet of a row; None where there is no such row."""
        if not 0 <= at < len(self):
            return None
        return self.sheets[bisect_right(self.sheets, at, key=lambda each: each.first) - 1]

    def parts(self, start: int, stop: int) -> Iterator[Part]:
        """The rows and cells that have any of [start, stop), as parts."""
        at = max(0, bisect_right(self._starts, start) - 1)
        while at < len(self._starts) and self._starts[at] < stop:
            found = self.at(self._starts[at])
            if found is not None and self._stops[at] > start:
                row, place = self.row(at), {**found[0].locator, "row": self._numbers[at]}
                yield Part("row", row.start, row.stop, place, hidden=row.hidden)
                for number, cell in enumerate(row.cells, self._firsts[at]):
                    if cell.start < stop and cell.stop > start:
                        where = {**place, "column": cell.column}
                        noted = self._warnings.get(number, ())
                        yield Part(
                            *("cell", cell.start, cell.stop, where, cell.stored, cell.hidden),
                            warnings=noted,
                        )
            at += 1


@dataclass(slots=True)
class Sheet:
    """One sheet: its rows are those of ``tables`` from ``first`` to ``last``."""

    tables: Tables = field(repr=False)
    first: int
    start: int
    stop: int
    locator: Mapping[str, str | int]
    hidden: bool
    last: int = -1

    def __post_init__(self) -> None:
        self.last = max(self.last, self.first)

    @property
    def name(self) -> str:
        """'' where the file has no names for sheets."""
        return str(self.locator.get("sheet", ""))

    def __len__(self) -> int:
        return self.last - self.first

    @property
    def columns(self) -> list[int]:
        return self.tables.columns(self.first, self.last)
