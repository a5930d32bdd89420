"""How a value points to others: by name, never by address; and the marks of what it shows.

Whoever renders a value turns a ``Target`` into an address of its own: a page of this server, a file
of a static site, nothing at all in a notebook.
"""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields, is_dataclass
from typing import Any

Asked = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What is shown elsewhere: ``name`` of the page, ``of`` which thing, which part of it.

    ``of`` has several parts where one does not say it: a figure and the number of its rule.
    """

    name: str
    of: int | str | tuple[int | str, ...] | None = None
    asked: Asked = ()
    section: str = ""


@dataclass(frozen=True, slots=True)
class TextPart:
    """Another part of the same page: of the list ``cursor``, after what; None its first."""

    cursor: str
    after: int | None
    section: str = ""


@dataclass(frozen=True, slots=True)
class Turning:
    """Where a list that is shown in parts begins, and where it goes on; None: not to be turned."""

    first: TextPart | Target | None = None
    next: TextPart | Target | None = None


@dataclass(frozen=True, slots=True)
class EntryReference:
    """An entry that has no page of its own."""

    kind: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What shows something that has a handling level; '' and False: nothing to be said."""

    handling: str = ""
    consent: str = ""
    held: bool = False


_FIELDS: dict[type[Any], tuple[Field[Any], ...]] = {}


def fields_of(kind: type[Any]) -> tuple[Field[Any], ...]:
    """The fields of a class of values, () for any other: asked once, not for each value shown."""
    found = _FIELDS.get(kind)
    if found is None:
        found = _FIELDS[kind] = fields(kind) if is_dataclass(kind) else ()
    return found


#: What is shown as it is, and holds nothing: most of what a page holds.
PLAIN = frozenset({str, int, bool, float, type(None)})

#: In a rendering the marks stand last.
MARKS = tuple(each.name for each in fields_of(Marked))


def optional() -> Any:
    """A field that a rendering leaves out where it is None."""
    return field(default=None, kw_only=True, metadata={"optional": True})


#: Of a mark that a rendering holds also where it says nothing.
ALWAYS = {"always": True}
