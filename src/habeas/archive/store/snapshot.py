"""The permanent tables as they stood at one moment, read while others go on writing.

On SQLite a reader of its own holds one WAL snapshot, on PostgreSQL one REPEATABLE READ
transaction: neither keeps a writer waiting. Only ledger and content are read: projections
follow from them, and what is local (accounts, sessions, jobs) belongs to one installation.

Rows are written as JSON lines, bytes as base64, so that what SQLite wrote PostgreSQL can
take, and so that nothing of a database's own pages, which keep what was deleted, is copied.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import urllib.parse
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.db import connection, models

from habeas.archive.errors import BackupDamaged
from habeas.archive.store.connecting import set_session
from habeas.archive.store.rows import columns
from habeas.archive.store.schema import table_class

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

ROWS: Final = 1_000  # of a chunk
_BYTES: Final = 4 << 20  # of a chunk, about
Row = tuple[Any, ...]


def permanent() -> list[type[models.Model]]:
    """The models of the ledger and content tables, in the order of their tables' names."""
    found = [
        model
        for model in apps.get_app_config("archive").get_models()
        if table_class(model) in ("ledger", "content")
    ]
    return sorted(found, key=lambda model: model._meta.db_table)


class Snapshot:
    """Reads of one moment."""

    def __init__(self, raw: Any, *, server_side: bool) -> None:
        self._raw = raw
        self._server_side = server_side
        self._cursors = 0

    def rows(self, model: type[models.Model], names: tuple[str, ...] = ()) -> Iterator[Row]:
        """Rows in the order of their key, with these columns or all."""
        quoted = ", ".join(f'"{name}"' for name in names or columns(model))
        key = model._meta.pk.column
        yield from self._read(f'SELECT {quoted} FROM "{model._meta.db_table}" ORDER BY "{key}"')  # noqa: S608

    def count(self, model: type[models.Model]) -> int:
        return int(next(self._read(f'SELECT count(*) FROM "{model._meta.db_table}"'))[0])  # noqa: S608

    def distinct(self, model: type[models.Model], name: str) -> set[Any]:
        found = self._read(f'SELECT DISTINCT "{name}" FROM "{model._meta.db_table}"')  # noqa: S608
        return {row[0] for row in found}

    def _read(self, statement: str) -> Iterator[Row]:
        self._cursors += 1
        named = (f"snapshot_{self._cursors}",) if self._server_side else ()
        with contextlib.closing(self._raw.cursor(*named)) as cursor:
            cursor.execute(statement)
            while rows := cursor.fetchmany(ROWS):
                yield from rows


@contextlib.contextmanager
def snapshot(archive: Archive) -> Iterator[Snapshot]:
    """The archive's permanent tables at this moment."""
    if archive.settings.database:
        import psycopg

        connection.ensure_connection()
        raw = connection.get_new_connection(connection.get_connection_params())
        try:
            raw.autocommit = True
            set_session(raw)
            raw.autocommit = False
            raw.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            raw.read_only = True
            # Sealing large objects asks the server nothing for as long as it takes.
            raw.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            yield Snapshot(raw, server_side=True)
        finally:
            raw.close()
        return
    path = urllib.parse.quote(str(archive.directory / "habeas.db"))
    with contextlib.closing(
        sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    ) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM local_state").fetchone()  # the moment is now
        yield Snapshot(reader, server_side=False)


def chunks(snapshot: Snapshot, model: type[models.Model]) -> Iterator[tuple[int, bytes]]:
    """The rows of a table as JSON lines, some at a time: how many, and the bytes."""
    lines: list[bytes] = []
    size = 0
    for row in snapshot.rows(model):
        line = to_line(row)
        lines.append(line)
        size += len(line)
        if len(lines) == ROWS or size >= _BYTES:
            yield len(lines), b"".join(lines)
            lines, size = [], 0
    if lines:
        yield len(lines), b"".join(lines)


def to_line(row: Row) -> bytes:
    """One row as a JSON array; bytes in it as base64."""
    plain = [
        b2a_base64(value, newline=False).decode()
        if isinstance(value, (bytes, memoryview))
        else value
        for value in row
    ]
    return json.dumps(plain).encode() + b"\n"


def from_lines(model: type[models.Model], data: bytes) -> list[Row]:
    """The rows that ``chunks`` wrote for this table."""
    binary = _binary_places(model)
    width = len(columns(model))
    rows = []
    try:
        for line in data.splitlines():
            row = json.loads(line)
            for place in binary:
                row[place] = None if row[place] is None else a2b_base64(row[place])
            if len(row) != width:
                raise ValueError
            rows.append(tuple(row))
    except (ValueError, TypeError, IndexError):
        raise BackupDamaged(
            f"The backup's rows of {model._meta.db_table} cannot be read.",
            next_step="Restore it with the version of habeas that wrote it.",
        ) from None
    return rows


@cache
def _binary_places(model: type[models.Model]) -> tuple[int, ...]:
    fields = [field for field in model._meta.concrete_fields if field.column]
    return tuple(n for n, field in enumerate(fields) if isinstance(field, models.BinaryField))
