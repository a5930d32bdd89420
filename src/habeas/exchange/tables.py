"""CSV files as rows with their line numbers, read strictly.

UTF-8 (a byte order mark is allowed), comma separated, a header with known column names.
Every fault is noted with file, line and column; reading goes on to find the next.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from habeas.exchange.errors import InputFault
from habeas.vocabulary.errors import shown

LARGEST_BYTES = 1 << 30  # of one CSV file
LONGEST_CELL = 200_000  # characters
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
NO_FILE = "This is no regular file of the folder."


@dataclass(frozen=True, slots=True)
class TableShape:
    """The columns of one file; required ones must be there and not empty in any row."""

    file: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return self.required + self.optional


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: its cells by column (stripped; '' when empty or absent) and where it stands."""

    file: str
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def fault(self, column: str, reason: str, valid: str = "") -> InputFault:
        return InputFault(self.file, self.line, column, reason, valid)


@dataclass(slots=True)
class Faults:
    """The faults found so far. Those that only follow from them are counted, not listed."""

    found: list[InputFault] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)  # files that were not read to their end
    lost: set[tuple[str, str]] = field(default_factory=set)  # file and id of rows of no use
    _cells: set[tuple[str, int, str]] = field(default_factory=set)
    _followed: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, fault: InputFault) -> None:
        """Note a fault; of a cell only the first is kept, because others follow from it."""
        cell = (fault.file, fault.line, fault.column)
        if not fault.column or cell not in self._cells:
            self._cells.add(cell)
            self.found.append(fault)

    def follows(self, row: CsvRow, column: str, name: str, tables: Sequence[str]) -> bool:
        """Whether what is wrong with a name comes of a fault in one of these tables."""
        for table in tables:
            if table in self.unread:
                self._followed[row.file, column, table] += 1
                return True
        return any(self.of_no_use(row, column, name, table) for table in tables)

    def of_no_use(self, row: CsvRow, column: str, name: str, table: str) -> bool:
        """Whether the row that has this name was refused."""
        if (table, name) not in self.lost:
            return False
        self._followed[row.file, column, table] += 1
        return True

    def add_followed(self) -> None:
        """Say of each column once how many names were not looked up."""
        for (file, column, table), count in sorted(self._followed.items()):
            names = "1 name was" if count == 1 else f"{count:,} names were"
            reason = f"{names} not looked up, because of what is wrong in {table}."
            self.found.append(InputFault(file, 0, column, reason, f"Mend {table} first."))


def lies_inside(path: Path, directory: Path) -> bool:
    """Whether the file is in the folder once links are followed: a received folder must not
    choose what is read from the rest of the disk."""
    return path.resolve().is_relative_to(directory.resolve())


def read_table(directory: Path, shape: TableShape, faults: Faults) -> list[CsvRow]:
    """The rows of a file; none when the file is absent."""
    path = directory / shape.file
    if not path.exists() and not path.is_symlink():
        return []
    if not (path.is_file() and lies_inside(path, directory)):
        faults.add(InputFault(shape.file, 0, "", NO_FILE, "Put the file itself there."))
        faults.unread.add(shape.file)
        return []
    text = _text(path, shape.file, faults)
    if text is None:
        faults.unread.add(shape.file)
        return []
    return list(_rows(text, shape, faults))


def _text(path: Path, name: str, faults: Faults) -> str | None:
    if path.stat().st_size > LARGEST_BYTES:
        faults.add(InputFault(name, 0, "", "The file is larger than 1 GiB.", "Split it."))
        return None
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        faults.add(InputFault(name, line, "", "The text is not UTF-8.", "Save the file as UTF-8."))
        return None


def _rows(text: str, shape: TableShape, faults: Faults) -> Iterator[CsvRow]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if not _header_is_good(header, shape, faults):
            faults.unread.add(shape.file)
            return
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                row = _row(cells, header, line, shape, faults)
                if row is not None:
                    yield row
            line = reader.line_num + 1
    except csv.Error as error:
        faults.unread.add(shape.file)
        faults.add(
            InputFault(
                shape.file,
                reader.line_num,
                "",
                f"The row cannot be read: {error}.",
                "Quote it as CSV.",
            )
        )


def control_in(cell: str) -> str:
    """The first character in a cell that no text has, as U+0000; '' for none."""
    found = _CONTROLS.search(cell)
    return f"U+{ord(found[0]):04X}" if found else ""


def _header_is_good(header: list[str], shape: TableShape, faults: Faults) -> bool:
    for mark, what in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and mark in header[0]:
            reason = f"The columns are separated by {what}."
            faults.add(InputFault(shape.file, 1, "", reason, "Save it as CSV separated by commas."))
            return False
    good = True
    for name in shape.required:
        if name not in header:
            faults.add(
                InputFault(shape.file, 1, name, "This column is missing.", "Add it to the header.")
            )
            good = False
    for name in header:
        if name and name not in shape.columns:
            known = ", ".join(shape.columns)
            faults.add(
                InputFault(shape.file, 1, name, "There is no such column.", f"Columns: {known}.")
            )
            good = False
    for name in {n for n in header if n and header.count(n) > 1}:
        faults.add(InputFault(shape.file, 1, name, "This column is there twice.", "Keep one."))
        good = False
    return good


def _row(
    cells: list[str], header: list[str], line: int, shape: TableShape, faults: Faults
) -> CsvRow | None:
    while len(cells) > len(header) and not cells[-1].strip():
        cells = cells[:-1]  # a spreadsheet's empty columns at the right
    if len(cells) != len(header):
        reason = f"The row has {len(cells)} cells; the header has {len(header)}."
        faults.add(InputFault(shape.file, line, "", reason, "Quote cells that hold commas."))
        if "id" in header[: len(cells)]:
            faults.lost.add((shape.file, cells[header.index("id")].strip()))
        return None
    for at, (name, cell) in enumerate(zip(header, cells, strict=True), 1):
        if not name and cell.strip():
            reason = f"Column {at} has no name, and here it holds {shown(cell.strip())}."
            faults.add(InputFault(shape.file, line, "", reason, "Name the column, or empty it."))
        if sign := control_in(cell):
            reason = f"It holds the character {sign}, which no text has."
            faults.add(
                InputFault(shape.file, line, name, reason, "Write the cell again without it.")
            )
    row = CsvRow(
        shape.file,
        line,
        {name: cell.strip() for name, cell in zip(header, cells, strict=True) if name},
    )
    for name in shape.required:
        if not row[name]:
            faults.add(row.fault(name, "This cell is empty.", "Every row needs it."))
    return row
