"""CSV (RFC 4180) in UTF-8: every text is quoted, an empty cell is nothing at all.

Invariant: no cell is taken for a formula by a spreadsheet (``archive.cells``); how many texts were
changed by that is counted, and said.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path

from habeas.archive.cells import cell, is_formula
from habeas.exchange.tidy.columns import Cell, Row, columns_of


class Delimited:
    """One table in one CSV file."""

    def __init__(self, path: Path, name: str, kind: type) -> None:
        self.neutralised = 0
        self._file = path.open("x", encoding="utf-8", errors="backslashreplace", newline="")
        self._file.write(",".join(column.name for column in columns_of(kind)) + "\r\n")

    def write(self, rows: Iterable[Row]) -> None:
        self._file.writelines(",".join(map(self._cell, row)) + "\r\n" for row in rows)

    def close(self) -> None:
        self._file.close()

    def _cell(self, value: Cell) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            if is_formula(value):
                self.neutralised += 1
                value = cell(value)
            return '"' + value.replace('"', '""') + '"'
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, datetime.date):
            return value.isoformat()
        return str(value)
