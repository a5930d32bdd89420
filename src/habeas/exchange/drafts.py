"""Drafts: what an importer hands over, the same for every format.

An importer is one module that reads its format into ``Drafts`` and checks nothing but that it is
such a file: each row by ``Drafts.add``, with the place where it stands (a line, or a JSON pointer).
Rows name each other by ids of the importer's own, and what the archive holds already by ledger
position, as ``#123``. ``checking`` finds every fault in them, ``importing`` records them.

Invariant: a draft changes nothing; nothing of an import is recorded while it has a fault.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from habeas.exchange.errors import InputFault

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_PLACE = ("compartment", "handling")


@dataclass(frozen=True, slots=True)
class DraftKind:
    """The cells of one kind of row; required ones must not be empty in any."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return self.required + self.optional


EXHIBITS = DraftKind(
    "exhibits",
    ("id", "file"),
    ("title", "media_type", "received_from", "received_on", "note", *_PLACE),
)
SOURCES = DraftKind(
    "sources", ("id", "kind", "code"), ("name", "about", "url", "interests", "repeats", *_PLACE)
)
MENTIONS = DraftKind(
    "mentions",
    ("id", "kind", "caption"),
    ("of", "language", "script", "same_as", "reason", *_PLACE),
)
CLAIMS = DraftKind(
    "claims",
    ("id", "subject", "property", "value", "source"),
    (
        *("as_written", "language", "stance", "holds", "basis", "how", "said", "where", "through"),
        *("exhibit", "quote", "occurrence", "place", "passages", "note", *_PLACE),
    ),
)
JUDGEMENTS = DraftKind("judgements", ("left", "right", "verdict", "reason"), _PLACE)
GROUPINGS = DraftKind("groupings", ("episode", "claims", "reason"), _PLACE)
ASSESSMENTS = DraftKind("assessments", ("target", "scheme", "grade"), ("reason", *_PLACE))
CONSENTS = DraftKind(
    "consents",
    ("subject", "basis", "audience"),
    ("scope", "purposes", "expires", "at_risk", "reason", *_PLACE),
)
KINDS = (EXHIBITS, SOURCES, MENTIONS, CLAIMS, JUDGEMENTS, GROUPINGS, ASSESSMENTS, CONSENTS)


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One row: its cells by column (stripped; '' when empty or absent) and where it stands.

    ``line`` counts from 1; 0 where the format has none and ``pointer`` (RFC 6901) says it.
    """

    file: str
    line: int
    cells: Mapping[str, str]
    pointer: str = ""

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def fault(self, column: str, reason: str, valid: str = "") -> InputFault:
        return InputFault(self.file, self.line, column, reason, valid, self.pointer)


@dataclass(frozen=True, slots=True)
class DraftDefinition:
    """The text of a figure's definition, and the file that it stands in."""

    file: str
    text: str


@dataclass(slots=True)
class Faults:
    """The faults found so far. Those that only follow from them are counted, not listed.

    ``files`` says in which file the rows of a kind stand, in the order in which faults are told.
    """

    files: dict[str, str] = field(default_factory=dict)
    found: list[InputFault] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)  # kinds that were not read to their end
    lost: set[tuple[str, str]] = field(default_factory=set)  # kind and id of rows of no use
    _cells: set[tuple[str, int, str, str]] = field(default_factory=set)
    _followed: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, fault: InputFault) -> None:
        """Note a fault; of a cell only the first is kept, because others follow from it."""
        cell = (fault.file, fault.line, fault.pointer, fault.column)
        if not fault.column or cell not in self._cells:
            self._cells.add(cell)
            self.found.append(fault)

    def follows(self, row: DraftRow, column: str, name: str, kinds: Sequence[str]) -> bool:
        """Whether what is wrong with a name comes of a fault in rows of one of these kinds."""
        for kind in kinds:
            if kind in self.unread:
                self._followed[row.file, column, kind] += 1
                return True
        return any(self.of_no_use(row, column, name, kind) for kind in kinds)

    def of_no_use(self, row: DraftRow, column: str, name: str, kind: str) -> bool:
        """Whether the row that has this name was refused."""
        if (kind, name) not in self.lost:
            return False
        self._followed[row.file, column, kind] += 1
        return True

    def in_order(self) -> list[InputFault]:
        """All faults, by file and line; of each column once how many names were not looked up."""
        for (file, column, kind), count in sorted(self._followed.items()):
            names = "1 name was" if count == 1 else f"{count:,} names were"
            where = self.files.get(kind, kind)
            reason = f"{names} not looked up, because of what is wrong in {where}."
            self.found.append(InputFault(file, 0, column, reason, f"Correct {where} first."))
        self._followed.clear()
        order = {file: at for at, file in reversed([*enumerate(self.files.values())])}
        self.found.sort(key=lambda one: (order.get(one.file, len(order)), one.file, one.line))
        return self.found


@dataclass(slots=True)
class Drafts:
    """The rows of an import and the faults found so far.

    ``origin`` is what was imported, in the words of whoever did; ``name`` becomes the list's and
    ``digest`` knows an import made twice. Files that exhibits name lie in ``directory``. ``notes``
    are what the importer itself has to tell, each a sentence or two. ``held``: what of it the
    archive holds already, in a sentence, '' for nothing.
    """

    origin: str
    name: str
    digest: str
    directory: Path
    faults: Faults = field(default_factory=Faults)
    definitions: list[DraftDefinition] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    held: str = ""
    _rows: dict[str, list[DraftRow]] = field(default_factory=dict)

    def rows(self, kind: DraftKind) -> list[DraftRow]:
        """The rows of a kind, in the order in which they were read."""
        return self._rows.get(kind.name, [])

    def add(
        self,
        kind: DraftKind,
        cells: Mapping[str, object],
        file: str,
        line: int = 0,
        pointer: str = "",
    ) -> DraftRow:
        """Take a row as it was read; cells that cannot be are noted, as is one that is no text."""
        texts: dict[str, str] = {}
        for name, cell in cells.items():
            if not isinstance(cell, str):
                reason, valid = "It is not a text.", "Write it in quotation marks, or leave it out."
                self.faults.add(InputFault(file, line, name, reason, valid, pointer))
                cell = ""
            texts[name] = cell.strip()
            if sign := control_in(cell):
                reason = f"It holds the character {sign}, which no text has."
                valid = "Write the cell again without it."
                self.faults.add(InputFault(file, line, name, reason, valid, pointer))
        row = DraftRow(file, line, texts, pointer)
        for name in cells:
            if name not in kind.columns:
                known = f"Columns: {', '.join(kind.columns)}."
                self.faults.add(row.fault(name, "No such column.", known))
        for name in kind.required:
            if not row[name]:
                self.faults.add(row.fault(name, "This cell is empty.", "Every row needs it."))
        self._rows.setdefault(kind.name, []).append(row)
        return row


def control_in(cell: str) -> str:
    """The first character in a cell that no text has, as U+0000; '' for none."""
    found = _CONTROLS.search(cell)
    return f"U+{ord(found[0]):04X}" if found else ""
