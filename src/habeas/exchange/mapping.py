"""How a sheet of cases becomes claims: which column is which property, which words which code.

A mapping is a YAML file that a person writes for one table. Invariants: every scalar is the text
that was written; a key that nobody asked for is refused, with its line; every column of the table
is either read or left out by name (``case_tables`` checks that), so that none is lost unnoticed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from habeas.exchange.drafts import Faults
from habeas.exchange.errors import InputFault
from habeas.figures.definition.syntax import YamlNode, read
from habeas.figures.errors import DefinitionError

ORDERS = ("day-month-year", "month-day-year", "year-month-day")
MERGED = ("refuse", "every-row")
_TOP = ("table", "sheet", "header", "rows", "list", "source", "through", "subject", "columns")
_TOP_MORE = ("leave-out", "merged", "basis", "how", "said", "compartment", "handling", "language")
_COLUMN = ("property", "split", "read", "order", "language", "handling", "skip")
_ROWS = re.compile(r"([1-9][0-9]{0,8})-([1-9][0-9]{0,8})")
_ENTRY = re.compile(r"#(0|[1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """One column: its heading, its property, and how its cells are read.

    ``read`` gives what is written as a value; ``skip`` are cells that say nothing, such as a dash.
    """

    heading: str
    line: int
    property: str
    split: str = ""
    read: Mapping[str, str] = field(default_factory=dict)
    skip: frozenset[str] = frozenset()
    order: str = ""
    language: str = ""
    handling: str = ""


@dataclass(frozen=True, slots=True)
class CaseMapping:
    """A mapping as it was written. ``list`` and ``source`` name an entry (#12) or make a new one.

    ``rows`` are the first and the last row that is read; None: all under ``header``. ``shared`` are
    cells that every claim has: basis, how, said, through, compartment, handling.
    """

    exhibit: int
    sheet: int
    header: int
    rows: tuple[int, int] | None
    list: str | Mapping[str, str]
    source: str | Mapping[str, str]
    subject: Mapping[str, str]
    columns: tuple[ColumnMapping, ...]
    leave_out: tuple[str, ...]
    merged: str
    shared: Mapping[str, str]


def parse(text: str, file: str, faults: Faults) -> CaseMapping | None:
    """The mapping of a text; None where it cannot be one, with every fault noted by line."""
    try:
        return _Reader(read(text), file, faults).mapping()
    except DefinitionError as error:
        for wrong in error.problems:
            key = "" if wrong.key == "definition" else wrong.key
            faults.add(InputFault(file, wrong.line, key, wrong.reason, wrong.valid))
        return None


class _Reader:
    def __init__(self, top: YamlNode, file: str, faults: Faults) -> None:
        self._top, self._file, self._faults = top, file, faults
        self._wrong = False

    def mapping(self) -> CaseMapping | None:
        top = self._keys(self._top, "", ("table", "list", "source", "columns"), _TOP + _TOP_MORE)
        exhibit = self._text(top, "table")
        if exhibit and not _ENTRY.fullmatch(exhibit):
            valid = 'Name the exhibit by its entry: table: "#12".'
            self._note(top["table"].line, "table", f"{exhibit!r} is not an entry.", valid)
        columns = tuple(
            self._column(heading, node)
            for heading, node in self._keys(top.get("columns"), "columns", (), None).items()
        )
        if "columns" in top and not columns:
            self._note(top["columns"].line, "columns", "No column is read.", "Name at least one.")
        merged = self._text(top, "merged") or MERGED[0]
        self._one_of(top, "merged", merged, MERGED)
        shared = {
            name: self._text(top, name)
            for name in ("basis", "how", "said", "compartment", "handling")
        }
        shared["through"] = " ".join(self._texts(top.get("through"), "through"))
        found = CaseMapping(
            exhibit=int(exhibit[1:]) if _ENTRY.fullmatch(exhibit) else 0,
            sheet=self._number(top, "sheet", 1),
            header=self._number(top, "header", 1),
            rows=self._rows(top),
            list=self._thing(top, "list", ("caption",), ("language",)),
            source=self._thing(top, "source", ("code", "kind"), ("name", "about", "interests")),
            subject=self._subject(top),
            columns=columns,
            leave_out=tuple(self._texts(top.get("leave-out"), "leave-out")),
            merged=merged,
            shared={name: text for name, text in shared.items() if text},
        )
        return None if self._wrong else found

    def _column(self, heading: str, node: YamlNode) -> ColumnMapping:
        where = f"columns, {heading}"
        if node.text is not None:  # the property alone
            return ColumnMapping(heading, node.line, node.text)
        keys = self._keys(node, where, ("property",), _COLUMN)
        order = self._text(keys, "order")
        if order:
            self._one_of(keys, "order", order, ORDERS)
        told = self._keys(keys.get("read"), f"{where}, read", (), None)
        first: dict[str, str] = {}
        for written in told:
            if (before := first.setdefault(folded(written), written)) != written:
                reason = (
                    f"{written!r} and {before!r} are one wording: case and spaces do not matter."
                )
                self._note(told[written].line, f"{where}, read", reason, "Keep one of them.")
        return ColumnMapping(
            heading,
            node.line,
            self._text(keys, "property"),
            self._text(keys, "split"),
            {folded(written): self._text(told, written) for written in told},
            frozenset(map(folded, self._texts(keys.get("skip"), "skip"))),
            order,
            self._text(keys, "language"),
            self._text(keys, "handling"),
        )

    def _subject(self, top: Mapping[str, YamlNode]) -> dict[str, str]:
        if "subject" not in top:
            return {"kind": "person", "caption": "Row {row}"}
        told = self._keys(
            top["subject"], "subject", ("caption",), ("kind", "caption", "language", "handling")
        )
        return {"kind": "person", **{name: self._text(told, name) for name in told}}

    def _thing(
        self,
        top: Mapping[str, YamlNode],
        name: str,
        needed: tuple[str, ...],
        more: tuple[str, ...],
    ) -> str | dict[str, str]:
        node = top.get(name)
        if node is None:
            return ""
        if node.text is not None:
            if not _ENTRY.fullmatch(node.text):
                valid = f"Name an entry (#12), or describe it: {', '.join(needed + more)}."
                self._note(node.line, name, f"{node.text!r} is not an entry.", valid)
            return node.text
        told = self._keys(node, name, needed, needed + more)
        return {key: self._text(told, key) for key in told}

    def _rows(self, top: Mapping[str, YamlNode]) -> tuple[int, int] | None:
        text = self._text(top, "rows")
        if not text:
            return None
        found = _ROWS.fullmatch(text)
        if found is None or int(found[1]) > int(found[2]):
            valid = "Write the first and the last row, such as 2-312."
            self._note(top["rows"].line, "rows", f"{text!r} is not a range of rows.", valid)
            return None
        return int(found[1]), int(found[2])

    def _number(self, top: Mapping[str, YamlNode], name: str, otherwise: int) -> int:
        text = self._text(top, name)
        if not text:
            return otherwise
        if not (text.isascii() and text.isdecimal() and 1 <= int(text) < 2**31):
            self._note(top[name].line, name, f"{text!r} is not a number.", "Count from 1.")
            return otherwise
        return int(text)

    def _one_of(
        self, keys: Mapping[str, YamlNode], name: str, text: str, known: tuple[str, ...]
    ) -> None:
        if text not in known:
            valid = f"Use one of: {', '.join(known)}."
            self._note(keys[name].line, name, f"{text!r} is not known.", valid)

    def _keys(
        self,
        node: YamlNode | None,
        where: str,
        needed: tuple[str, ...],
        known: tuple[str, ...] | None,
    ) -> dict[str, YamlNode]:
        if node is None:
            return {}
        if node.keys is None:
            valid = "Write `key: value` lines."
            self._note(node.line, where, f"This is {node.shape}.", valid)
            return {}
        for name in needed:
            if name not in node.keys:
                self._note(
                    node.line, name, "This key is missing.", f"{where or 'A mapping'} needs it."
                )
        for name, value in node.keys.items():
            if known is not None and name not in known:
                self._note(value.line, name, "No such key.", f"Keys: {', '.join(known)}.")
        return {name: value for name, value in node.keys.items() if known is None or name in known}

    def _text(self, keys: Mapping[str, YamlNode], name: str) -> str:
        node = keys.get(name)
        if node is None:
            return ""
        if node.text is None:
            self._note(node.line, name, f"This is {node.shape}.", "Write one value.")
            return ""
        return node.text

    def _texts(self, node: YamlNode | None, name: str) -> list[str]:
        if node is None:
            return []
        if node.text is not None:
            return [node.text]
        if node.items is None or any(item.text is None for item in node.items):
            self._note(node.line, name, f"This is {node.shape}.", "Write a list of values.")
            return []
        return [item.text or "" for item in node.items]

    def _note(self, line: int, key: str, reason: str, valid: str) -> None:
        self._wrong = True
        self._faults.add(InputFault(self._file, line, key, reason, valid))


def folded(text: str) -> str:
    """As words are compared: whatever their case and the spaces in them."""
    return " ".join(text.split()).casefold()
