"""One cell of a case table as values of a property, and the merged cells of a sheet.

Invariants: what is written stays beside what it is read as; nothing is guessed: a date in figures
needs the order that the mapping states, unless it begins with its year as EDTF does; a word that no
code has is kept under the list's code for that, or refused where the list has none; what a program
left in a cell is no word; a merged cell is of its first row and column only.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from habeas.exchange import leftovers
from habeas.exchange.mapping import ColumnMapping, folded
from habeas.vocabulary.errors import shown
from habeas.vocabulary.locations import column_name
from habeas.vocabulary.schema import Property, Schema

#: Where a list has one of these, words that no code has are kept under it.
KEPT_UNDER = ("not-in-code-list", "other")
NO_RESULT = "A formula of which the file keeps no result."
_FIGURES = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})(?:[T ]00:00(?::00)?)?")
#: As EDTF writes a day, whichever order is stated; a sheet adds a midnight that nobody means.
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ]00:00(?::00)?)?")
_ORDERED = {
    "day-month-year": (2, 1, 0),
    "month-day-year": (2, 0, 1),
    "year-month-day": (0, 1, 2),
}
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T|\Z)")
_MOST_DAYS = 2_958_466  # to the end of 9999
_NEVER = 60
_DAYS_1904 = datetime.date(1904, 1, 1)
_DAYS_1900, _DAYS_1900_EARLY = datetime.date(1899, 12, 30), datetime.date(1899, 12, 31)
_MERGED = "Merged cells: "
_RANGE = re.compile(r"([A-Z]+)(\d+):([A-Z]+)(\d+)")
_MORE = re.compile(r" and \d+ more\.")


@dataclass(frozen=True, slots=True)
class ReadCell:
    """A value and what is written; ``outside``: no code of the list is written so; ``meant``: the
    mapping says what this is read as."""

    value: str
    written: str
    outside: bool = False
    meant: bool = False


@dataclass(frozen=True, slots=True)
class CellFault:
    """Why a cell cannot be read exactly, and what would be valid."""

    reason: str
    valid: str


def day_held(stored: str, *, date1904: bool) -> str:
    """The ISO day that a number or date kept behind a cell is; '' where it is none.

    Day 60 of 1900 never was: from there on the count of the program is one ahead.
    """
    if _ISO_DAY.match(stored):
        return stored[:10]
    try:
        days = int(float(stored))
    except (ValueError, OverflowError):
        return ""
    if not 0 < days < _MOST_DAYS or (days == _NEVER and not date1904):
        return ""
    begin = _DAYS_1904 if date1904 else _DAYS_1900 if days > _NEVER else _DAYS_1900_EARLY
    return (begin + datetime.timedelta(days=days)).isoformat()


def read(
    cell: str, held: str, column: ColumnMapping, prop: Property, known: Schema
) -> Iterator[ReadCell | CellFault]:
    """The values that stand in a cell, in order; one that is there twice is given once.

    ``held``: the day that the cell holds where it is one of a date. What it shows may have day and
    month in another order than the mapping says.
    """
    parts = cell.split(column.split) if column.split else [cell]
    seen: set[str] = set()
    for part in parts:
        written = part.strip()
        if not written or folded(written) in column.skip or folded(written) in seen:
            continue
        seen.add(folded(written))
        value = _value(written, column, prop, known)
        is_date = prop.type == "date" and column.order and _FIGURES.fullmatch(written)
        if is_date and held and isinstance(value, ReadCell) and value.value != held:
            value = CellFault(
                f"{shown(written)} in the order {column.order} is {value.value}, but the day that "
                f"the cell holds is {held}.",
                "State the order in which the spreadsheet shows its dates.",
            )
        yield value


def _value(
    written: str, column: ColumnMapping, prop: Property, known: Schema
) -> ReadCell | CellFault:
    mapped = column.read.get(folded(written))
    if mapped is not None:
        return ReadCell(mapped, written, meant=True)
    if reason := leftovers.by_a_program(written):
        return CellFault(
            reason,
            "Name it under `skip` if it says nothing, or under `read` with what it is read as.",
        )
    if prop.type == "code":
        return _code(written, prop, known)
    if prop.type == "date" and column.order:
        return _date(written, column.order)
    return ReadCell(written, written)


def _code(written: str, prop: Property, known: Schema) -> ReadCell | CellFault:
    codes = known.codes.get(prop.codes, {})
    for name, code in codes.items():
        if folded(written) in (name, folded(code.label)):
            return ReadCell(name, written)
    for name in KEPT_UNDER:
        if name in codes:
            return ReadCell(name, written, outside=True)
    return CellFault(
        f"{shown(written)} is not read as a code of {prop.codes}, and the list has none for "
        "what is not in it.",
        f"Add it under `read`, as one of: {', '.join(codes)}.",
    )


def _date(written: str, order: str) -> ReadCell | CellFault:
    """A date in figures by the order that the mapping states; what is not in figures stays."""
    if day_alone := _DAY.fullmatch(written):
        return ReadCell(day_alone[1], written)
    found = _FIGURES.fullmatch(written)
    if found is None:
        return ReadCell(written, written)
    year, month, day = (found[at + 1] for at in _ORDERED[order])
    if len(year) != 4 or not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return CellFault(
            f"{shown(written)} is not a date in the order {order}.",
            "Write the year with four figures, or leave `order` out and read the cell by `read`.",
        )
    return ReadCell(f"{year}-{int(month):02}-{int(day):02}", written)


@dataclass(frozen=True, slots=True)
class Merges:
    """The merged ranges of a sheet; not ``complete``: its reading does not list all of them."""

    ranges: tuple[tuple[int, int, int, int], ...] = ()  # first row, column, last row, column
    complete: bool = True

    def touching(self, row: int, columns: Collection[int]) -> str:
        """The range that joins a cell of these columns in a row with another; '' for none."""
        for top, left, bottom, right in self.ranges:
            if top <= row <= bottom and any(left <= column <= right for column in columns):
                return f"{column_name(left)}{top}:{column_name(right)}{bottom}"
        return ""

    def shown_at(self, row: int, column: int) -> tuple[int, int]:
        """The row and column whose value a cell shows: its own, or the first of its range."""
        for top, left, bottom, right in self.ranges:
            if top <= row <= bottom and left <= column <= right:
                return top, left
        return row, column


def merges_in(warnings: Iterable[str]) -> Merges:
    """The merged ranges that the reading of a sheet tells."""
    told = [words for words in warnings if words.startswith(_MERGED)]
    ranges = [
        (int(found[2]), _number(found[1]), int(found[4]), _number(found[3]))
        for words in told
        for found in _RANGE.finditer(words)
    ]
    return Merges(tuple(ranges), not any(_MORE.search(words) for words in told))


def _number(letters: Sequence[str]) -> int:
    at = 0
    for letter in letters:
        at = at * 26 + ord(letter) - 64
    return at
