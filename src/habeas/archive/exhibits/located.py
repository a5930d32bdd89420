"""Where a place that is not words is, of a passage or in the places of a text.

Reads only: commands that record nothing use it without what records. What is not there is refused
with what is.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator

from habeas.archive import models as m
from habeas.archive.errors import PassageOutside
from habeas.archive.exhibits.places import Places
from habeas.reading.tables import Sheet
from habeas.vocabulary.locations import Location, column_name, of_fields, words

_NAMED = 12  # sheets or columns that a refusal lists


def location_of(passage: m.Passage) -> Location:
    """The place of a passage that has a form."""
    return of_fields({"form": passage.form, **json.loads(passage.place or "{}")})


def words_of(passage: m.Passage) -> str:
    """A passage's place in words; '' of one that is words of a text."""
    return words(location_of(passage)) if passage.form else ""


def range_of(places: Places, location: Location) -> tuple[int, int]:
    """Where a cell or row stands in its text; what is not there is refused with what is."""
    sheets = places.tables.sheets
    if sheets and any(len(sheet) for sheet in sheets):
        return _in_sheet(places, location)
    return _in_table(places, location)


def _in_sheet(places: Places, location: Location) -> tuple[int, int]:
    sheets, number, row = places.tables.sheets, location.sheet or 0, location.row or 0
    if not 1 <= number <= len(sheets):
        named = ", ".join(f"{n} {s.name}".strip() for n, s in enumerate(sheets[:_NAMED], 1))
        raise PassageOutside(f"The file has no sheet {number}.", next_step=f"Its sheets: {named}.")
    sheet = sheets[number - 1]
    at = _row_at(sheet, row)
    if at is None:
        if not len(sheet):
            raise PassageOutside(f"Sheet {number} is empty.", next_step="Name another sheet.")
        first, last = (sheet.tables.number(n) for n in (sheet.first, sheet.last - 1))
        raise PassageOutside(
            f"There is nothing in row {row} of sheet {number}.",
            next_step=f"Its rows with content go from {first} to {last}.",
        )
    found = sheet.tables.row(at)
    if location.form == "row":
        return found.start, found.stop
    for cell in found.cells:
        if cell.column == location.column:
            return cell.start, cell.stop
    raise _no_cell(location, [cell.column for cell in found.cells])


def _row_at(sheet: Sheet, number: int) -> int | None:
    rows = range(sheet.first, sheet.last)
    at = bisect_left(rows, number, key=sheet.tables.number)
    if at < len(rows) and sheet.tables.number(rows[at]) == number:
        return rows[at]
    return None


def _in_table(places: Places, location: Location) -> tuple[int, int]:
    """Of a table in a text or page, which the reading counts through the file."""
    cells = dict(_cells(places))
    tables = sorted({table for table, _, _ in cells})
    if location.sheet not in tables:
        there = ", ".join(map(str, tables[:_NAMED])) or "none"
        raise PassageOutside(
            f"The file has no sheet or table {location.sheet}.", next_step=f"Its tables: {there}."
        )
    here = {key: span for key, span in cells.items() if key[0] == location.sheet}
    key = (location.sheet, location.row or 0, location.column or 0)
    if key in here:
        return here[key]
    rows = sorted({row for _, row, column in here})
    if location.row not in rows:
        raise PassageOutside(
            f"Table {location.sheet} has no row {location.row}.",
            next_step=f"Its rows go from {rows[0]} to {rows[-1]}.",
        )
    raise _no_cell(location, sorted(c for _, row, c in here if row == location.row and c))


def _cells(places: Places) -> Iterator[tuple[tuple[int, int, int], tuple[int, int]]]:
    """Table, row and column (0: the row itself) of what a text's tables hold, with its range."""
    for part in places.parts:
        if part.kind in ("row", "cell"):
            table, row = part.locator.get("table", 1), part.locator.get("row")
            column = part.locator.get("column") if part.kind == "cell" else 0
            if isinstance(table, int) and isinstance(row, int) and isinstance(column, int):
                yield (table, row, column), (part.start, part.stop)


def _no_cell(location: Location, columns: list[int]) -> PassageOutside:
    there = ", ".join(column_name(column) for column in columns[:_NAMED])
    more = f" and {len(columns) - _NAMED} more" if len(columns) > _NAMED else ""
    name = f"{column_name(location.column or 0)}{location.row}"
    return PassageOutside(
        f"There is nothing in cell {name} of sheet {location.sheet}.",
        next_step=f"Row {location.row} has content in column{'s' * (len(columns) > 1)} "
        f"{there}{more}. What is in merged cells is in the first of them."
        if there
        else f"Row {location.row} has no cells.",
    )
