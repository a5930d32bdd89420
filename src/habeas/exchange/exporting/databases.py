"""SQLite: a table of each kind in one file, and the codebook as the table ``codebook``."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from habeas.exchange.tidy.columns import Cell, Row, columns_of

_TYPES = {
    "integer": "INTEGER",
    "number": "REAL",
    "text": "TEXT",
    "boolean": "INTEGER",
    "date": "TEXT",
}


class Database:
    """One table in a SQLite file, which may hold others."""

    neutralised = 0

    def __init__(self, path: Path, name: str, kind: type) -> None:
        path.touch(mode=0o600)
        self._base = sqlite3.connect(path, isolation_level=None)
        self._base.execute("PRAGMA journal_mode=OFF")
        self._base.execute("PRAGMA synchronous=OFF")  # the whole file is made durable at the end
        columns = columns_of(kind)
        described = ", ".join(
            f'"{each.name}" {_TYPES[each.type]}{"" if each.null else " NOT NULL"}'
            for each in columns
        )
        marks = ", ".join("?" * len(columns))
        self._base.execute(f'CREATE TABLE "{name}" ({described})')
        self._insert = f'INSERT INTO "{name}" VALUES ({marks})'  # noqa: S608  names are ours
        self._base.execute("BEGIN")

    def write(self, rows: Iterable[Row]) -> None:
        self._base.executemany(self._insert, (tuple(map(_stored, row)) for row in rows))

    def close(self) -> None:
        self._base.execute("COMMIT")
        self._base.close()


def _stored(value: Cell) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def describe(path: Path, codebook: dict[str, Any]) -> None:
    """Write the codebook into the file."""
    base = sqlite3.connect(path)
    try:
        base.execute(
            'CREATE TABLE codebook ("table" TEXT, "column" TEXT, type TEXT, meaning TEXT, '
            "unit TEXT, empty_means TEXT)"
        )
        base.execute('CREATE TABLE codes ("table" TEXT, "column" TEXT, code TEXT, meaning TEXT)')
        for table in codebook["tables"]:
            for each in table["columns"]:
                base.execute(
                    "INSERT INTO codebook VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        table["name"],
                        *(each[key] for key in ("name", "type", "meaning")),
                        *(each.get(key) for key in ("unit", "empty_means")),
                    ),
                )
                base.executemany(
                    "INSERT INTO codes VALUES (?, ?, ?, ?)",
                    [
                        (table["name"], each["name"], code, meaning)
                        for code, meaning in each.get("codes", {}).items()
                    ],
                )
        base.commit()
    finally:
        base.close()
