"""What is asked of a builder, and how it reads rows: one, some, or a list in parts.

Invariants: a row that the viewer may not see is answered like a row that does not exist; lists are
read with a cursor (the last thing seen) and never with an offset or a count; a question that no
page could have asked is ``NotThere``, like a page that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from habeas.archive.access import Viewer, erasing_entry, visible
from habeas.archive.kinds import ROWS_OF
from habeas.archive.models import Erased
from habeas.display.references import Target, TextPart, Turning

PAGE_SIZE = 100
_NAME = re.compile(r"[a-z0-9_]{1,60}")

M = TypeVar("M", bound=Model)


class NotThere(Exception):
    """Nothing to show: not recorded, not visible to this viewer, or asked as no page asks."""


class Gone(Exception):
    """What was at a position was erased, and the viewer could see that it was there."""

    def __init__(self, position: int, kind: str, at: int | None) -> None:
        super().__init__(position)
        self.position, self.kind, self.at = position, kind, at


class Elsewhere(Exception):
    """It is shown under another name."""

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.target = target


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked, by name: where lists go on, which property, as of which size."""

    asked: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """As it was asked; '' when it was not."""
        return self.asked.get(name, "")

    def number(self, name: str, *, most: int = 2**53) -> int | None:
        """A non-negative integer; None when absent."""
        text = self.text(name)
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 16 and int(text) <= most):
            raise NotThere
        return int(text)

    def name(self, name: str) -> str:
        """The name of a property; '' when absent."""
        text = self.text(name)
        if text and not _NAME.fullmatch(text):
            raise NotThere
        return text


def one(viewer: Viewer, model: type[M], position: int) -> M:
    """The row at a position; raises ``NotThere``, or ``Gone`` when it was erased."""
    row = visible(viewer, model).filter(pk=position).first()
    if row is None:
        name = model.__name__.lower()
        kinds = [name, *(kind for kind, as_ in ROWS_OF.items() if as_ == name)]
        left = visible(viewer, Erased).filter(position=position, kind__in=kinds)
        if (erased := left.first()) is not None:
            raise Gone(position, erased.kind, erasing_entry(viewer, erased.erased_at))
        raise NotThere
    return row


def by_position(viewer: Viewer, model: type[M], wanted: Iterable[int | None]) -> dict[int, M]:
    """The visible rows at these positions, in one query (none when nothing is wanted)."""
    keys = {position for position in wanted if position is not None}
    if not keys:
        return {}
    return {row.pk: row for row in visible(viewer, model).filter(pk__in=keys)}


def paged(
    rows: QuerySet[M],
    query: Query,
    size: int = PAGE_SIZE,
    *,
    cursor: str = "after",
    section: str = "",
) -> tuple[list[M], Turning]:
    """One part of rows in the order of their ledger position, and where the next is."""
    after = query.number(cursor)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows.order_by("pk")[: size + 1])
    more = len(found) > size
    found = found[:size]
    return found, turning(after, found[-1].pk if more else None, cursor=cursor, section=section)


def cut(
    found: Sequence[Any],
    query: Query,
    size: int = PAGE_SIZE,
    *,
    cursor: str = "after",
    section: str = "",
) -> tuple[list[Any], Turning]:
    """One part of a list that is already in memory, by its index."""
    start = query.number(cursor) or 0
    following = start + size if start + size < len(found) else None
    shown = list(found[start : start + size])
    return shown, turning(start or None, following, cursor=cursor, section=section)


def turning(
    after: int | None, following: int | None, *, cursor: str = "after", section: str = ""
) -> Turning:
    """The first and the next part of a list, seen from one that begins after ``after``."""
    return Turning(
        first=None if after is None else TextPart(cursor, None, section),
        next=None if following is None else TextPart(cursor, following, section),
    )
