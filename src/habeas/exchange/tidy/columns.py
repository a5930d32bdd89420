"""What a column of a tidy table is: name, type, meaning, unit, and what an empty cell means.

A kind of row is a ``row_type`` whose fields are made by ``column``; the codebook is read off it, so
that a table and its description cannot part. Its last columns are those of ``HandledRow``.
Invariants: a name means the same in every table; an empty cell never means zero or no; within one
``VERSION`` columns are only added, at the end of their group, and none changes its type or meaning.
"""

from __future__ import annotations

import copy
import datetime
import types
import typing
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, make_dataclass
from functools import cache
from typing import Any, Final, TypeVar, dataclass_transform

VERSION: Final = 2
#: What an empty cell of a first or last day means.
NO_DAY: Final = "no bound, not stated, or outside the years 1 to 9999"

Cell = int | float | str | bool | datetime.date | None
Row = tuple[Cell, ...]
R = TypeVar("R", bound="HandledRow")

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


class HandledRow:
    """The last columns of every kind of row: how open it is, and what that rests on."""

    __slots__ = ()

    handling: str = column(
        "the strictest level of all that it rests on", codes="public,team,restricted,sealed"
    )
    consent: str = column(
        "whether the people in it agreed to publication", codes="not-needed,agreed,not-agreed"
    )
    consent_until: datetime.date | None = column(
        "the last day on which all of them agree",
        null="without end, not needed, not agreed, or not to be known",
    )
    compartments: str | None = column(
        "keys of the compartments that it is in, '; ' between", null="none that is visible"
    )
    consent_state: str | None = column(
        "the consent of whoever in it agrees least",
        codes="none,withdrawn,expired,limited,remark,public",
        null="no one in it has to be asked",
    )


@dataclass_transform(frozen_default=True, field_specifiers=(column,))
def row_type(kind: type[R]) -> type[R]:
    """A kind of row as a frozen value: its own columns, then those of ``HandledRow``."""
    for name, hint in typing.get_type_hints(HandledRow).items():
        kind.__annotations__[name] = hint
        setattr(kind, name, copy.copy(getattr(HandledRow, name)))
    return dataclass(frozen=True, slots=True)(kind)


@cache
def made_up(kind: type) -> type:
    """A kind of row of an archive in which everything is made up: its first column says so."""
    hints = typing.get_type_hints(kind)
    first = ("synthetic", str, column("says that everything in the archive is made up"))
    others = [(each.name, hints[each.name], field(metadata=each.metadata)) for each in fields(kind)]
    made = make_dataclass(kind.__name__, [first, *others], frozen=True)
    made.__doc__ = kind.__doc__
    return made


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


def several(texts: Iterable[object]) -> str | None:
    """Several in one cell, '; ' between; None of none."""
    return "; ".join(map(str, texts)) or None


def day(ordinal: int | None) -> datetime.date | None:
    """The day of an ordinal; None also outside the years 1 to 9999, which no table can hold."""
    if ordinal is None or not 1 <= ordinal <= datetime.date.max.toordinal():
        return None
    return datetime.date.fromordinal(ordinal)
