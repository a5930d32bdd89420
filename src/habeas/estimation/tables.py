"""The capture table: how many people were recorded by each combination of lists.

Invariants: a cell is a bit mask, bit j set for the j-th list; counts are whole numbers of
at least 0; the cell of nobody's list does not exist; cells that are not given are observed
zeros, except those declared impossible (structural zeros: "on the list of the dead and on
the list of the released"). A table never holds records or names of people, and two tables
with the same lists and counts have the same digest whatever the order they were given in.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from habeas.estimation.errors import BadTable

MOST_LISTS = 40  # that a table may name; fits have lower limits of their own
MOST_LISTS_WITH_IMPOSSIBLE = 10
LARGEST_COUNT = 2**53 - 1
PERSON_COLUMN = "person"
COUNT_COLUMN = "count"
STRATUM_COLUMN = "stratum"


@dataclass(frozen=True, slots=True)
class CaptureTable:
    """Counts by combination of lists. Make one with ``from_counts`` or ``from_memberships``."""

    lists: tuple[str, ...]
    counts: tuple[tuple[int, int], ...]  # (mask, persons), persons > 0, by mask
    unit: str = "person"
    title: str = ""
    impossible: frozenset[int] = field(default=frozenset())

    @property
    def observed(self) -> int:
        """Persons on at least one list: the floor of every estimate."""
        return sum(count for _, count in self.counts)

    @property
    def list_totals(self) -> dict[str, int]:
        return {
            name: sum(count for mask, count in self.counts if mask >> j & 1)
            for j, name in enumerate(self.lists)
        }

    @property
    def on_several(self) -> int:
        """Persons on two or more lists: all that an estimate can learn from."""
        return sum(count for mask, count in self.counts if mask & (mask - 1))

    def count_of(self, names: Iterable[str]) -> int:
        """Persons on exactly these lists."""
        mask = sum(1 << self._position(name) for name in set(names))
        return dict(self.counts).get(mask, 0)

    def shared(self, first: int, second: int) -> int:
        """Persons on both lists, whatever else they are on."""
        both = 1 << first | 1 << second
        return sum(count for mask, count in self.counts if mask & both == both)

    def pattern(self, mask: int) -> str:
        """The cell as digits in the order of the lists, as ``from_counts`` reads it."""
        return "".join("1" if mask >> j & 1 else "0" for j in range(len(self.lists)))

    @property
    def digest(self) -> str:
        """SHA-256 over lists, counts and impossible cells, lists in name order."""
        order = sorted(range(len(self.lists)), key=lambda j: self.lists[j])

        def turned(mask: int) -> str:
            return "".join("1" if mask >> j & 1 else "0" for j in order)

        said = {
            "format": "capture-table/1",
            "lists": [self.lists[j] for j in order],
            "cells": sorted([turned(mask), count] for mask, count in self.counts),
            "impossible": sorted(map(turned, self.impossible)),
        }
        text = json.dumps(said, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()

    def without(self, name: str) -> CaptureTable:
        """The table of those on the other lists."""
        gone = self._position(name)
        kept = [j for j in range(len(self.lists)) if j != gone]
        return self._moved([self.lists[j] for j in kept], [[j] for j in kept])

    def merged(self, names: Sequence[str], into: str = "") -> CaptureTable:
        """The table with several lists as one: for lists that copy from each other."""
        together = sorted({self._position(name) for name in names})
        if len(together) < 2:
            raise BadTable("Merging takes two lists or more.", next_step="Name the lists.")
        name = into or "+".join(self.lists[j] for j in together)
        groups: list[list[int]] = []
        named: list[str] = []
        for j in range(len(self.lists)):
            if j == together[0]:
                groups.append(together)
                named.append(name)
            elif j not in together:
                groups.append([j])
                named.append(self.lists[j])
        return self._moved(named, groups)

    def shifted(self, source: int, target: int) -> CaptureTable:
        """The table with one person moved between cells, who may leave (target 0) or come."""
        cells = dict(self.counts)
        if source:
            cells[source] = cells.get(source, 0) - 1
        if target:
            cells[target] = cells.get(target, 0) + 1
        return _table(self.lists, cells, self.unit, self.title, self.impossible)

    def _moved(self, names: list[str], groups: list[list[int]]) -> CaptureTable:
        def turn(mask: int) -> int:
            return sum(
                1 << new for new, old in enumerate(groups) if any(mask >> j & 1 for j in old)
            )

        cells: dict[int, int] = {}
        for mask, count in self.counts:
            cells[turn(mask)] = cells.get(turn(mask), 0) + count
        cells.pop(0, None)
        # A combined cell stays impossible only if every cell that it holds is.
        possible = set[int]()
        if self.impossible:
            every = range(1, 1 << len(self.lists))
            possible = {turn(mask) for mask in every if mask not in self.impossible}
        impossible = set[int]()
        if self.impossible:
            impossible = set(range(1, 1 << len(names))) - possible
        return _table(tuple(names), cells, self.unit, self.title, frozenset(impossible))

    def _position(self, name: str) -> int:
        try:
            return self.lists.index(name)
        except ValueError:
            raise BadTable(
                f"No list named {name!r}.", next_step=f"The lists are: {', '.join(self.lists)}."
            ) from None


def from_counts(
    lists: Sequence[str],
    cells: Mapping[str, int],
    *,
    observed: int | None = None,
    unit: str = "person",
    title: str = "",
    impossible: Iterable[str] = (),
) -> CaptureTable:
    """A table from counts by pattern, one digit a list: ``{"110": 6, "100": 40}``.

    ``observed``, where given, must be the sum of the cells. ``impossible`` names patterns
    that nobody can have by construction. Raises ``BadTable``.
    """
    names = _names(lists)
    masks: dict[int, int] = {}
    for pattern, count in cells.items():
        mask = _mask(pattern, names)
        if mask in masks:
            raise _bad(f"The cell {pattern} is given twice.", "Give each combination once.")
        masks[mask] = _whole(count, f"cell {pattern}")
    barred = frozenset(_mask(pattern, names) for pattern in impossible)
    if barred and len(names) > MOST_LISTS_WITH_IMPOSSIBLE:
        raise _bad(
            f"Impossible combinations are declared for {len(names)} lists; the most is "
            f"{MOST_LISTS_WITH_IMPOSSIBLE}.",
            "Merge lists of one kind.",
        )
    table = _table(names, masks, unit, title, barred)
    if observed is not None and table.observed != observed:
        raise _bad(
            f"The cells add up to {table.observed:,}, and {observed:,} were said to be observed.",
            "Find the missing or doubled cell, or leave the total out.",
        )
    return table


def from_memberships(
    memberships: Mapping[str, Iterable[str]], *, unit: str = "person", title: str = ""
) -> CaptureTable:
    """A table from who is on each list: list name → identifiers, each once a list.

    Identifiers are compared and forgotten. Raises ``BadTable`` for a person twice in a list.
    """
    names = _names(tuple(memberships))
    masks: dict[str, int] = {}
    for j, name in enumerate(names):
        for who in memberships[name]:
            before = masks.get(who, 0)
            if before >> j & 1:
                raise _bad(
                    f"Someone is twice on the list {name!r}.",
                    "Resolve duplicates within each list first.",
                )
            masks[who] = before | 1 << j
    cells: dict[int, int] = {}
    for mask in masks.values():
        cells[mask] = cells.get(mask, 0) + 1
    return _table(names, cells, unit, title, frozenset())


def read_csv(
    text: str, *, unit: str = "person", title: str = "", stratum: str = STRATUM_COLUMN
) -> dict[str, CaptureTable]:
    """The tables of a CSV text by stratum (one named "" where there is no such column).

    One column a list with 0 or 1, and either ``count`` (persons with that combination) or
    ``person`` (an identifier; one row a person). Raises ``BadTable`` naming line and column.
    """
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        lines = [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise _bad(
            f"Line {rows.line_num}: this is not CSV ({error}).", "Check the quotes."
        ) from None
    if not lines:
        raise _bad("The file is empty.", "Its first line names the columns.")
    head = [cell.strip() for cell in lines[0][1]]
    if len(set(head)) != len(head):
        twice = next(name for name in head if head.count(name) > 1)
        raise _bad(f"The column {twice!r} is there twice.", "Name each list once.")
    special = [c for c in (COUNT_COLUMN, PERSON_COLUMN) if c in head]
    if len(special) != 1:
        raise _bad(
            "The table needs one of the columns `count` and `person`, and not both.",
            "`count`: how many persons with that combination; `person`: one row a person.",
        )
    names = _names([name for name in head if name not in (*special, stratum)])
    tables: dict[str, dict[int, int]] = {}
    seen: set[tuple[str, str]] = set()
    for number, row in lines[1:]:
        if len(row) != len(head):
            raise _bad(f"Line {number} has {len(row)} cells, not {len(head)}.", "Check the commas.")
        cell = dict(zip(head, (each.strip() for each in row), strict=True))
        for name in names:
            if cell[name] not in ("0", "1"):
                raise _bad(
                    f"Line {number}, {name}: {cell[name][:40]!r} is neither 0 nor 1.",
                    "A column that is not a list does not belong in the table.",
                )
        mask = sum(1 << j for j, name in enumerate(names) if cell[name] == "1")
        if not mask:
            raise _bad(
                f"Line {number} is on no list.",
                "How many are on none is what is estimated: leave the row out.",
            )
        of = tables.setdefault(cell.get(stratum, ""), {})
        if special[0] == COUNT_COLUMN:
            if mask in of:
                raise _bad(f"Line {number} repeats a combination.", "Give each combination once.")
            of[mask] = _whole(cell[COUNT_COLUMN], f"line {number}")
        else:
            who = (cell.get(stratum, ""), cell[PERSON_COLUMN])
            if not who[1] or who in seen:
                what = "names no one" if not who[1] else "names someone for the second time"
                raise _bad(f"Line {number} {what}.", "One row a person, each with an identifier.")
            seen.add(who)
            of[mask] = of.get(mask, 0) + 1
    if not tables:
        raise _bad("The file has no rows.", "One row a combination, or one row a person.")
    return {
        key: _table(names, cells, unit, title, frozenset()) for key, cells in sorted(tables.items())
    }


def _table(
    lists: tuple[str, ...],
    cells: Mapping[int, int],
    unit: str,
    title: str,
    impossible: frozenset[int],
) -> CaptureTable:
    for mask, count in cells.items():
        if mask in impossible and count:
            raise _bad(
                f"A combination was declared impossible and has {count:,} persons.",
                "Either the lists do not exclude each other or these are wrong matches.",
            )
    positive = tuple(sorted((mask, count) for mask, count in cells.items() if count))
    return CaptureTable(lists, positive, unit, title, impossible)


def _names(lists: Sequence[str]) -> tuple[str, ...]:
    names = tuple(name.strip() if isinstance(name, str) else "" for name in lists)
    if not names or not all(names):
        raise _bad("A list has no name.", "Name each list.")
    for name in names:
        if names.count(name) > 1:
            raise _bad(f"The list {name!r} is named twice.", "Name each list once.")
        if len(name) > 200 or not name.isprintable():
            raise _bad("A list's name is too long or not printable.", "Give it a short name.")
    if len(names) > MOST_LISTS:
        raise _bad(
            f"The table names {len(names)} lists; the most is {MOST_LISTS}.",
            "Merge lists of one kind: overlaps among so many are too thin to learn from.",
        )
    return names


def _mask(pattern: str, names: tuple[str, ...]) -> int:
    if not isinstance(pattern, str) or len(pattern) != len(names) or set(pattern) - {"0", "1"}:
        raise _bad(
            f"{pattern!r} is not a cell of {len(names)} lists.",
            "Write one digit a list, 1 for on it, in the order of the lists.",
        )
    mask = sum(1 << j for j, digit in enumerate(pattern) if digit == "1")
    if not mask:
        raise _bad(
            "The cell of people on no list is given.",
            "It is what is estimated; it was not observed. Leave it out.",
        )
    return mask


def _whole(count: object, where: str) -> int:
    if isinstance(count, str) and count.isascii() and count.isdigit() and len(count) <= 16:
        count = int(count)
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= LARGEST_COUNT:
        raise _bad(f"{where}: {str(count)[:40]!r} is not a count.", "Counts are whole, from 0 up.")
    return count


def _bad(message: str, next_step: str) -> BadTable:
    return BadTable(message, next_step=next_step)
