"""CSV files as draft rows with their line numbers, read strictly.

UTF-8 (a byte order mark is allowed), comma separated, a header with known column names.
Every fault is noted with file, line and column; reading goes on to find the next.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from habeas.exchange.drafts import DraftKind, Drafts, Faults, control_in
from habeas.exchange.errors import InputFault
from habeas.vocabulary.errors import shown

LARGEST_BYTES = 1 << 30  # of one CSV file
LONGEST_CELL = 200_000  # characters
NO_FILE = "This is not a regular file in the folder."


def lies_inside(path: Path, directory: Path) -> bool:
    """Whether the file is in the folder once links are followed: a received folder must not
    choose what is read from the rest of the disk."""
    return path.resolve().is_relative_to(directory.resolve())


def read_table(directory: Path, file: str, kind: DraftKind, drafts: Drafts) -> None:
    """Add the rows of a file; none when the file is absent."""
    path, faults = directory / file, drafts.faults
    if not path.exists() and not path.is_symlink():
        return
    if not (path.is_file() and lies_inside(path, directory)):
        faults.add(InputFault(file, 0, "", NO_FILE, "Put the file itself there."))
        faults.unread.add(kind.name)
        return
    text = _text(path, file, faults)
    if text is None:
        faults.unread.add(kind.name)
        return
    _rows(text, file, kind, drafts)


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


def _rows(text: str, file: str, kind: DraftKind, drafts: Drafts) -> None:
    csv.field_size_limit(LONGEST_CELL)
    faults = drafts.faults
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if not _header_is_good(header, file, kind, faults):
            faults.unread.add(kind.name)
            return
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                _row(cells, header, file, line, kind, drafts)
            line = reader.line_num + 1
    except csv.Error as error:
        faults.unread.add(kind.name)
        faults.add(
            InputFault(
                file,
                reader.line_num,
                "",
                f"The row cannot be read: {error}.",
                "Quote it as CSV.",
            )
        )


def _header_is_good(header: list[str], file: str, kind: DraftKind, faults: Faults) -> bool:
    for mark, what in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and mark in header[0]:
            reason = f"The columns are separated by {what}."
            faults.add(InputFault(file, 1, "", reason, "Save it as CSV separated by commas."))
            return False
    good = True
    for name in kind.required:
        if name not in header:
            faults.add(
                InputFault(file, 1, name, "This column is missing.", "Add it to the header.")
            )
            good = False
    for name in header:
        if name and name not in kind.columns:
            known = ", ".join(kind.columns)
            faults.add(InputFault(file, 1, name, "No such column.", f"Columns: {known}."))
            good = False
    for name in {n for n in header if n and header.count(n) > 1}:
        faults.add(InputFault(file, 1, name, "This column is there twice.", "Keep one."))
        good = False
    return good


def _row(
    cells: list[str], header: list[str], file: str, line: int, kind: DraftKind, drafts: Drafts
) -> None:
    faults = drafts.faults
    while len(cells) > len(header) and not cells[-1].strip():
        cells = cells[:-1]  # a spreadsheet's empty columns at the right
    if len(cells) != len(header):
        reason = f"The row has {len(cells)} cells; the header has {len(header)}."
        faults.add(InputFault(file, line, "", reason, "Quote cells that hold commas."))
        if "id" in header[: len(cells)]:
            faults.lost.add((kind.name, cells[header.index("id")].strip()))
        return
    for at, (name, cell) in enumerate(zip(header, cells, strict=True), 1):
        if not name and (cell.strip() or control_in(cell)):
            reason = f"Column {at} has no name, and here it holds {shown(cell.strip())}."
            faults.add(InputFault(file, line, "", reason, "Name the column, or empty it."))
    named = {name: cell for name, cell in zip(header, cells, strict=True) if name}
    drafts.add(kind, named, file, line)
