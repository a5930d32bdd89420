"""What programs leave in a cell that nobody wrote: errors, formulas, words for nothing, 0,0,
letters that were lost and characters that nobody sees.

Each is refused by row with what would be valid. Where somebody did write it, ``as_written`` says
the same, and it is taken: what is doubted here is never impossible.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from habeas.exchange.drafts import DraftRow
from habeas.names import gazetteer
from habeas.vocabulary import places, values
from habeas.vocabulary.edtf import Edtf
from habeas.vocabulary.gregorian import date_of
from habeas.vocabulary.outlines import Outline
from habeas.vocabulary.places import Point
from habeas.vocabulary.region import joined

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region

_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!)")
_FORMULA = re.compile(r"=[A-Z][A-Z0-9.]{1,30}\(.*\)|=\$?[A-Z]{1,3}\$?[0-9].*|=.+[!&].+", re.S)
#: In these spellings a program wrote them.
_NOTHING = frozenset(
    (
        *("NULL", "null", "(null)", "\\N", "nil", "None", "undefined", "[object Object]"),
        *("NaN", "nan", "NAN", "NaT", "N/A", "n/a", "<NA>"),
    )
)
#: What nobody sees and nobody wrote. Joiners (U+200C, U+200D) and marks of direction are of a
#: spelling, in Persian and others, and stay.
_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff\u0000-\u0008\u000e-\u001f\u007f-\u009f]")
_LOST = "\ufffd"
_NO_VALUE = (
    "Leave the row out, or write ?unknown (no one knows), ?withheld or ?not-applicable. If it is "
    "what was written, repeat it in as_written."
)
_A_FORMULA = "This is a formula, not its result."
_FREE = frozenset({"quote", "as_written"})  # letter by letter as in the exhibit
_OTHER_CALENDAR = (
    "If it is a year of another calendar, write the Gregorian one here and what was written in "
    "as_written. If it is meant as it is, repeat it in as_written."
)
#: Of a day whose hour no one stated, as programs write it.
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)T00:00(?::00)?(?:Z|[+-]\d\d(?::\d\d)?)?")
_A_MIDNIGHT = "It ends in a midnight, which programs write where no hour is stated."
_REPEAT = "repeat it in as_written."
_EARLIEST, _LATEST = 1850, 2200  # years of what this program is about


def by_a_program(cell: str) -> str:
    """Why a cell is what a spreadsheet or a program left there; '' where somebody may have
    written it."""
    if _ERROR.fullmatch(cell):
        return f"{cell} is a spreadsheet's error, not a value."
    if cell in _NOTHING:
        return f"{cell!r} is a program's word for nothing."
    if cell.startswith("=") and _FORMULA.fullmatch(cell):
        return _A_FORMULA
    return ""


def doubt(row: DraftRow, column: str) -> tuple[str, str] | None:
    """Why a cell is nothing that a person wrote, and what would be valid; None where it may be."""
    cell = row[column]
    if column in _FREE or not cell or (column == "value" and row["as_written"] == cell):
        return None
    reason = by_a_program(cell)
    if reason and reason != _A_FORMULA:
        return reason, _NO_VALUE
    if column == "file":  # a file's name is what it is
        return None
    if _LOST in cell:
        return (
            f"{cell!r} has a letter that a program lost (U+FFFD, {_LOST}).",
            "Read the source again in the encoding that it was written in, and write the letter.",
        )
    if unseen := _UNSEEN.search(cell):
        where = f"U+{ord(unseen[0]):04X} at place {unseen.start() + 1}"
        return (
            f"It has an invisible character ({where}): a program put it there.",
            f"Write it without: {_UNSEEN.sub('', cell)[:80]}",
        )
    if reason:
        return (
            reason,
            "Save the sheet with values. If it is what was written, repeat it in as_written.",
        )
    return None


def far_off(row: DraftRow, value: values.Value, region: Region) -> tuple[str, str] | None:
    """Why a date, a point or an outline is probably not what was meant; None where it may be."""
    if row["as_written"] and row["as_written"] == row["value"]:
        return None
    if isinstance(value.normal, Edtf):
        if found := _MIDNIGHT.fullmatch(row["value"].strip()):
            return _A_MIDNIGHT, f"Write the day: {found[1]}. If it is meant, {_REPEAT}"
        return _far_in_time(value.normal)
    if isinstance(value.normal, Outline):
        corner = Point(*value.normal.corners[0], places.NOT_STATED)
        return _far_in_space(corner, region) or _outside(corner, region)
    return _far_in_space(value.normal, region) if isinstance(value.normal, Point) else None


def _far_in_time(date: Edtf) -> tuple[str, str] | None:
    for day in (date.earliest, date.latest):
        year = None if day is None else date_of(day)[0]
        if year is not None and not _EARLIEST <= year <= _LATEST:
            return (
                f"This is in the year {year} of the Gregorian calendar.",
                _OTHER_CALENDAR,
            )
    return None


def _far_in_space(point: Point, region: Region) -> tuple[str, str] | None:
    lat, lon = float(point.lat), float(point.lon)
    if lat == lon == 0:
        return (
            "0,0 is in the sea south of Ghana; programs write it where no place is known.",
            "Leave the row out, or write ?unknown. If it is meant, repeat it in as_written.",
        )
    swapped = any(box.holds(lon, lat) for box in _boxes(region))
    if swapped and not any(box.holds(lat, lon) for box in _boxes(region)):
        return (
            (
                f"{point.lat},{point.lon} lies far from the archive's region; with the numbers "
                f"exchanged it lies inside."
            ),
            f"If it is meant, repeat it in as_written. Else {point.lon},{point.lat}?",
        )
    return None


def _outside(corner: Point, region: Region) -> tuple[str, str] | None:
    """Of an outline only: places are stated of people and events all over the world."""
    boxes = _boxes(region)
    if not boxes or any(box.holds(float(corner.lat), float(corner.lon)) for box in boxes):
        return None
    return (
        f"The outline at {corner.lat},{corner.lon} is outside of {region.title}.",
        "Look whether a digit or a sign is wrong. If it is meant, repeat it in as_written.",
    )


class _Box(NamedTuple):
    """South, west, north and east of the places that a gazetteer knows, with a degree around."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, lat: float, lon: float) -> bool:
        return self.south <= lat <= self.north and self.west <= lon <= self.east


@lru_cache(maxsize=8)
def _boxes(region: Region) -> tuple[_Box, ...]:
    """One for each region of an archive, which may lie far apart."""
    found = []
    for folder in region.folders:
        units = gazetteer.of(joined([folder])).units
        points = [unit.point for unit in units if unit.point is not None]
        if points:
            lats, lons = [float(one.lat) for one in points], [float(one.lon) for one in points]
            found.append(_Box(min(lats) - 1, min(lons) - 1, max(lats) + 1, max(lons) + 1))
    return tuple(found)
