"""A case that lies on SQLite, row for row on PostgreSQL: made once, measured on both.

Both databases hold the same tables (``archive.store``), so what the verbs appended on one is what
they would have appended on the other; to append a million claims again would only take longer.
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

_ROWS = 5_000
_STATE = "SELECT value FROM local_state WHERE name = 'projection'"
_SET_STATE = "UPDATE local_state SET value = %s WHERE name = 'projection'"


def onto_postgresql(case: Path, directory: Path, url: str) -> None:
    """A copy of the archive ``case`` in a new directory, its rows in the database at ``url``."""
    from django.db import connections

    from habeas.archive.making import init_archive

    init_archive(directory, passphrase=None, database_url=url)
    connections.close_all()
    origin = (case / "habeas.toml").read_text(encoding="utf-8")
    for part in ("keys", "log", "objects"):
        shutil.rmtree(directory / part)
        shutil.copytree(case / part, directory / part)
    (directory / "habeas.toml").write_text(f'{origin}database = "{url}"\n', encoding="utf-8")
    shutil.copy(case / "case.json", directory / "case.json")
    lying = sqlite3.connect(f"file:{case / 'habeas.db'}?mode=ro", uri=True)
    with psycopg.connect(url) as there:
        tables_of = there.execute(_STATE).fetchone()  # each database has its own
        for table, columns in _tables(there).items():
            _copy(lying, there, table, columns)
        there.execute(_SET_STATE, tables_of)
        there.commit()
        there.autocommit = True
        there.execute("VACUUM ANALYZE")
    lying.close()


def _tables(there: psycopg.Connection[Any]) -> dict[str, list[tuple[str, str]]]:
    """Each table with its columns and their types."""
    rows = there.execute(
        "SELECT table_name, column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name <> 'django_migrations'"
        " ORDER BY table_name, ordinal_position"
    ).fetchall()
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in rows:
        found.setdefault(table, []).append((column, kind))
    return found


def _copy(
    lying: sqlite3.Connection,
    there: psycopg.Connection[Any],
    table: str,
    columns: list[tuple[str, str]],
) -> None:
    truths = [number for number, (_, kind) in enumerate(columns) if kind == "boolean"]
    names = [name for name, _ in columns]
    there.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(table)))
    quoted = ", ".join(f'"{name}"' for name in names)
    rows = lying.execute(f'SELECT {quoted} FROM "{table}"')
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with there.cursor() as cursor, cursor.copy(into) as copy:
        while some := rows.fetchmany(_ROWS):
            for row in some:
                if truths:
                    values = list(row)
                    for number in truths:
                        values[number] = None if values[number] is None else bool(values[number])
                    copy.write_row(values)
                else:
                    copy.write_row(row)
    if dict(columns).get("id") in ("integer", "bigint"):
        where = sql.Literal(f"public.{table}")
        there.execute(
            sql.SQL(
                "SELECT setval(pg_get_serial_sequence({}, 'id'), max(id)) FROM {}"
                " HAVING max(id) IS NOT NULL"
            ).format(where, sql.Identifier(table))
        )
