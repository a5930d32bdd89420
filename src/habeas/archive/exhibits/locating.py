"""Places that are not words: found in what a reading says of a file, and cited once.

Invariants: a place is checked against one logged reading, by default the one that stands; a cell
or row is one that the reading's places name, and its words are those of the reading's text; what
is not there is refused with what is.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive import rules, verbs
from habeas.archive.access import Viewer, newest, visible
from habeas.archive.access.blocked_bytes import refuse_blocked
from habeas.archive.errors import PassageOutside, UnknownReference
from habeas.archive.exhibits import places as placing
from habeas.archive.exhibits.places import Places
from habeas.archive.readings import bounds_of, layer_text
from habeas.archive.store.facts import stored_json
from habeas.archive.verbs.referring import Marking
from habeas.reading.tables import Sheet
from habeas.vocabulary.locations import Bounds, Location, column_name, of_fields, words

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

_NAMED = 12  # sheets or columns that a refusal lists


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place with the reading that bounds it; of a cell or row, its words in the text."""

    exhibit: int
    location: Location
    reading: m.Reading | None
    layer: m.Layer | None = None
    range: verbs.LayerRange | None = None

    @property
    def quote(self) -> str:
        return "" if self.range is None else self.range.text[self.range.start : self.range.stop]


def location_of(passage: m.Passage) -> Location:
    """The place of a passage that has a form."""
    return of_fields({"form": passage.form, **json.loads(passage.place or "{}")})


def words_of(passage: m.Passage) -> str:
    """A passage's place in words; '' of one that is words of a text."""
    return words(location_of(passage)) if passage.form else ""


def find(
    archive: Archive, viewer: Viewer, exhibit: int, location: Location, *, inner: str = ""
) -> FoundPlace:
    """The place in an exhibit, or in a file inside it; refused with the bounds where it is not."""
    readings = newest(viewer, m.Reading).filter(exhibit=exhibit, inner_path=inner)
    read = readings.order_by("-position").first()
    if read is None and (inner or location.form != "whole"):
        raise UnknownReference(
            f"Exhibit {exhibit} has no reading of {inner!r}."
            if inner
            else f"Exhibit {exhibit} was not read yet, so the place cannot be checked.",
            next_step="`habeas reading report --state read` lists the files inside."
            if inner
            else "Read it with `habeas reading work`.",
        )
    rules.refuse(rules.location(location, Bounds() if read is None else bounds_of(read)))
    if not location.in_table or read is None:
        return FoundPlace(exhibit, location, read)
    layer = (
        visible(viewer, m.Layer).filter(position=-1 if read.layer is None else read.layer).first()
    )
    if layer is None:
        raise PassageOutside(
            "The file has no sheets or tables that were read.",
            next_step="Cite the whole file, or a rectangle of a page.",
        )
    refuse_blocked(layer.address)
    start, stop = range_of(placing.of_layer(archive, layer), location)
    text = layer_text(archive, layer)
    found = verbs.LayerRange(layer.position, text, start, stop)
    return FoundPlace(exhibit, location, read, layer, found)


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
        first, last = (sheet.tables.row(n).number for n in (sheet.first, sheet.last - 1))
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
    at = bisect_left(rows, number, key=lambda each: sheet.tables.row(each).number)
    if at < len(rows) and sheet.tables.row(rows[at]).number == number:
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
        next_step=f"Row {location.row} has content in the columns {there}{more}."
        if there
        else f"Row {location.row} has no cells.",
    )


def located_already(found: FoundPlace, quote: str, label: str) -> int | None:
    """The entry that cites this very place under an access label, if there is one."""
    reading = None if found.reading is None else found.reading.position
    rows = m.Passage.objects.filter(
        exhibit=found.exhibit, form=found.location.form, reading=reading, label=label,
        place=stored_json(found.location.numbers), quote=found.quote or quote,
    )  # fmt: skip
    return rows.order_by("position").values_list("position", flat=True).first()


def locate_once(
    archive: Archive, found: FoundPlace, label: str, marking: Marking, *, quote: str = ""
) -> tuple[int, bool]:
    """The entry that cites this place, and whether it is new; ``label``: what it would have."""
    known = located_already(found, quote, label)
    if known is not None:
        return known, False
    with archive.writing() as batch:
        known = located_already(found, quote, label)
        if known is not None:
            return known, False
        made = verbs.locate(
            batch,
            found.exhibit,
            found.location,
            reading=None if found.reading is None else found.reading.position,
            words=found.range,
            quote=quote,
            marking=marking,
        )
    return made.position, True
