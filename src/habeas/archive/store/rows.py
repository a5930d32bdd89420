"""Many rows into one table, fast: executemany on SQLite, COPY on PostgreSQL.

Rows are model instances' column values in the order of ``columns(model)``. Goes below the
ORM because a claim is several rows and the ORM costs more than the database does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connection, models

from habeas.archive.models.exact_text import ExactText


@cache
def columns(model: type[models.Model]) -> tuple[str, ...]:
    """The column names of the model's table, in the order of its fields."""
    return tuple(field.column for field in model._meta.concrete_fields if field.column)


@cache
def _insert_sql(model: type[models.Model]) -> str:
    names = columns(model)
    marks = ", ".join("?" for _ in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    return f'INSERT INTO "{model._meta.db_table}" ({quoted}) VALUES ({marks})'  # noqa: S608


@cache
def _copy_sql(model: type[models.Model]) -> str:
    quoted = ", ".join(f'"{name}"' for name in columns(model))
    return f'COPY "{model._meta.db_table}" ({quoted}) FROM STDIN'


def insert(model: type[models.Model], rows: Sequence[Sequence[Any]]) -> None:
    """Insert all rows, inside the caller's transaction."""
    if not rows:
        return
    connection.ensure_connection()
    raw = connection.connection
    with connection.wrap_database_errors:
        if connection.vendor == "sqlite":
            raw.executemany(_insert_sql(model), _escaped(model, rows))
            return
        with raw.cursor() as cursor, cursor.copy(_copy_sql(model)) as copy:
            for row in _escaped(model, rows):
                copy.write_row(row)


@cache
def _text_places(model: type[models.Model]) -> tuple[int, ...]:
    """Where in a row of the model free text stands."""
    fields = [field for field in model._meta.concrete_fields if field.column]
    return tuple(place for place, field in enumerate(fields) if isinstance(field, ExactText))


def _escaped(model: type[models.Model], rows: Sequence[Sequence[Any]]) -> Iterable[Sequence[Any]]:
    """NUL, which PostgreSQL text cannot hold, as U+2400 (as ``models.ExactText`` does)."""
    places = _text_places(model)
    if not places:
        return rows
    return [_without_nul(row, places) for row in rows]


def _without_nul(row: Sequence[Any], places: tuple[int, ...]) -> Sequence[Any]:
    for place in places:
        if "\x00" in row[place]:
            return [v.replace("\x00", "\u2400") if isinstance(v, str) else v for v in row]
    return row
