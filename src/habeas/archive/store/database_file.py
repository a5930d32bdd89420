"""The database's own file: whether its pages, indexes, tables and cells are as they were made.

What the tables hold is checked against the log elsewhere. A bit that flips in an index or in
the description of a table changes no row that a replay compares, and yet hides rows from
whoever looks through that index; SQLite finds the first by its own walk over all pages, and
the second is compared with tables made anew in memory. PostgreSQL keeps checksums of its own
(``initdb --data-checksums``), and there nothing is checked here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from django.apps import apps
from django.db import connection, models

from habeas.archive.store.schema import projection_statements, projection_version, table_class
from habeas.custody.checks.audit import AuditFault

NAME = "habeas.db"
_MOST_SAID = 20
_REMEDY = "Restore a backup; where only derived tables are named, `habeas rebuild --from-start`."

Run = Callable[[str], list[tuple[Any, ...]]]


def check_database_file() -> Iterator[AuditFault]:
    """Each page and index by SQLite's own check, then the shape of each table. SQLite only."""
    for (said,) in _here(f"PRAGMA integrity_check({_MOST_SAID})"):
        if said != "ok":
            message = f"The database file is damaged: {said.strip()}. {_REMEDY}"
            yield AuditFault("database.damaged", NAME, None, message)
    expected, found = _made_anew(), _shapes(_here)
    for table, shape in expected.items():
        if found.get(table) != shape:
            message = f"The table {table} is not as this program makes it. {_REMEDY}"
            yield AuditFault("database.altered-table", table, None, message)


def mistyped_cells() -> Iterator[AuditFault]:
    """Each cell of another type than its column: SQLite lets any cell hold any. SQLite only."""
    if connection.vendor != "sqlite":
        return
    outdated = _of_another_version()
    for model in apps.get_app_config("archive").get_models():
        if outdated and table_class(model) == "projection":
            continue  # other columns, and no damage: `habeas rebuild` makes them anew
        table = model._meta.db_table
        for field in model._meta.concrete_fields:
            types = f"'{_type_of(field)}'" + (", 'null'" if field.null else "")
            quoted = connection.ops.quote_name(str(field.column))
            wrong = f"typeof({quoted}) NOT IN ({types})"
            if field.primary_key and _type_of(field) == "integer":
                wrong += f" OR {quoted} < 0"
            found = _here(
                f"SELECT rowid, typeof({quoted}) FROM {connection.ops.quote_name(table)} "  # noqa: S608
                f"WHERE {wrong} LIMIT {_MOST_SAID}"
            )
            for row, kind in found:
                message = (
                    f"The cell {field.column} of row {row} in the table {table} holds what this "
                    f"program never writes there ({kind}). {_REMEDY}"
                )
                yield AuditFault("database.altered-cell", table, None, message)


def _of_another_version() -> bool:
    """Whether the derived tables are another program's, as after an upgrade."""
    made = _here("SELECT value FROM local_state WHERE name = 'projection'")
    return bool(made) and made[0][0] != projection_version()


def _type_of(field: models.Field[Any, Any]) -> str:
    if isinstance(field, models.BinaryField):
        return "blob"
    whole = isinstance(field, (models.IntegerField, models.BooleanField))
    return "integer" if whole else "text"


def _here(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def _made_anew() -> dict[str, list[Any]]:
    """The shape of every table of ours, from tables made in memory."""
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        for model in apps.get_app_config("archive").get_models():
            if table_class(model) != "projection":
                editor.create_model(model)
    with closing(sqlite3.connect(":memory:")) as memory:
        for statement in (*editor.collected_sql, *projection_statements(connection.vendor)):
            memory.execute(statement)
        return _shapes(lambda statement: memory.execute(statement).fetchall())


def _shapes(run: Run) -> dict[str, list[Any]]:
    """By table: its columns (name, type, nullable, default, key) and its indexes by column.

    Names of indexes are left out, and so is how words of SQL are written: neither changes
    what a question is answered with.
    """
    shapes: dict[str, list[Any]] = {}
    for (table,) in run("SELECT name FROM sqlite_master WHERE type = 'table' AND name IS NOT NULL"):
        quoted = connection.ops.quote_name(table)
        columns = [
            (name.lower(), kind.lower(), *rest)
            for _, name, kind, *rest in run(f"PRAGMA table_info({quoted})")
        ]
        kept = []
        for _, name, unique, _, partial in run(f"PRAGMA index_list({quoted})"):
            listed = run(f"PRAGMA index_xinfo({connection.ops.quote_name(name)})")
            kept.append((unique, partial, [tuple(row[1:]) for row in listed]))
        shapes[table.lower()] = [columns, sorted(kept, key=repr)]
    return shapes
