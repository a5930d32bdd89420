"""What a column of a tidy table is: name, type, meaning, unit, and what an empty cell means.

A kind of row is a frozen dataclass whose fields are made by ``column``; the codebook is read off
it, so that a table and its description cannot part. Invariants: a name means the same in every
table; an empty cell never means zero or no; within one ``VERSION`` columns are only added, at the
end of their group, and none changes its type or meaning.
"""

from __future__ import annotations

import datetime
import types
import typing
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Final

VERSION: Final = 1

Cell = int | float | str | bool | datetime.date | None
Row = tuple[Cell, ...]

#: The types of columns, by the Python type of their cells.
TYPES: Final[dict[type, str]] = {
    int: "integer",
    float: "number",
    str: "text",
    bool: "boolean",
    datetime.date: "date",
}


@dataclass(frozen=True, slots=True)
class Column:
    """``null``: what an empty cell means, '' where none is empty. ``codes``: the code list that
    the cells are from, or the codes themselves with a comma between."""

    name: str
    type: str
    meaning: str
    null: str = ""
    unit: str = ""
    codes: str = ""


def column(meaning: str, *, null: str = "", unit: str = "", codes: str = "") -> Any:
    """A field of a kind of row."""
    return field(metadata={"meaning": meaning, "null": null, "unit": unit, "codes": codes})


@cache
def columns_of(kind: type) -> tuple[Column, ...]:
    """The columns of a kind of row, in order."""
    hints = typing.get_type_hints(kind)
    return tuple(
        Column(each.name, _type(hints[each.name]), **each.metadata) for each in fields(kind)
    )


def _type(hint: Any) -> str:
    if isinstance(hint, types.UnionType):
        (hint,) = (part for part in hint.__args__ if part is not type(None))
    return TYPES[hint]


def day(ordinal: int | None) -> datetime.date | None:
    """The day of an ordinal; None also outside the years 1 to 9999, which no table can hold."""
    if ordinal is None or not 1 <= ordinal <= datetime.date.max.toordinal():
        return None
    return datetime.date.fromordinal(ordinal)
