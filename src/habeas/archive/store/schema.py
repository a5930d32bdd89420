"""Which tables exist, in which class, and how projections are made and dropped.

Ledger, content and local tables come from Django migrations and are never changed by a
later one. Projection tables are made here, outside migrations, from the models: dropping
and replaying is their only migration. ``PROJECTION_VERSIONS`` change with the models, and with
``PROJECTION_MEANING`` when the same entries come to give other rows; a test holds them to both.
"""

from __future__ import annotations

import hashlib
from functools import cache

from django.apps import apps
from django.core.management import call_command
from django.db import connection, models, transaction

FORMAT = 1  # of the ledger, content and local tables
PROJECTION_MEANING = 21  # raise when archive/projection gives other rows of old entries
#: Database → ``projection_digest``: written down, because every command asks for it.
PROJECTION_VERSIONS = {
    "sqlite": "c112fae6be4f264a0899bb77a8be95dd",
    "postgresql": "cff7c5b2e1dcc4c97ad5fa08658e2905",
}

#: Tables that Django itself makes, and their class.
DJANGO_TABLES = {"django_migrations": "local"}


def tables() -> dict[str, str]:
    """Every table that may exist, with its class."""
    own = {
        model._meta.db_table: table_class(model)
        for model in apps.get_app_config("archive").get_models()
    }
    return own | DJANGO_TABLES


def table_class(model: type[models.Model]) -> str:
    """ledger, content, projection or local."""
    return str(model.table_class)  # type: ignore[attr-defined]


def projections() -> list[type[models.Model]]:
    """The projection models, in the order of their tables' names."""
    found = [
        m for m in apps.get_app_config("archive").get_models() if table_class(m) == "projection"
    ]
    return sorted(found, key=lambda model: model._meta.db_table)


def indexes(model: type[models.Model]) -> list[models.Index]:
    """The indexes of a projection: those of single fields and those that the model lists."""
    found: list[models.Index] = []
    for field in model._meta.local_concrete_fields:
        if getattr(field, "db_index", False) and not field.unique:
            index = models.Index(fields=[field.name])
            index.set_name_with_model(model)
            found.append(index)
    return [*found, *model._meta.indexes]


def _in_order(model: type[models.Model], index: models.Index) -> models.Index:
    """The index with the ledger position last, as SQLite keeps it by itself.

    "The first few, in ledger order" is then read off the index whatever PostgreSQL's
    planner knows of the table. Without it, a planner without statistics (right after a
    large import) walks the primary key instead: seen to read every claim for one page.
    """
    if "position" in index.fields or model._meta.pk.name != "position":
        return index
    return models.Index(fields=[*index.fields, "position"], name=index.name)


@cache
def projection_statements(vendor: str) -> tuple[str, ...]:
    """The SQL that makes the projections and their indexes; collected outside a transaction."""
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        for model in projections():
            editor.create_model(model)
            for index in indexes(model):  # Django makes none for unmanaged models
                editor.add_index(model, index if vendor == "sqlite" else _in_order(model, index))
    return tuple(editor.collected_sql)


def projection_version() -> str:
    """Changes when a rebuild is needed."""
    return PROJECTION_VERSIONS[connection.vendor]


def projection_digest() -> str:
    """Of the tables, their columns in order, their indexes, and what rows mean."""
    text = "\n".join((f"meaning {PROJECTION_MEANING}", *projection_statements(connection.vendor)))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def prepare() -> None:
    """Collect the projections' SQL; call before a transaction that will need it."""
    projection_statements(connection.vendor)


def make_permanent_tables() -> None:
    """Ledger, content and local tables, by migration."""
    call_command("migrate", verbosity=0, interactive=False, run_syncdb=False)


def make_projections() -> None:
    """Create the projection tables, inside the caller's transaction."""
    with connection.cursor() as cursor:
        for statement in projection_statements(connection.vendor):
            cursor.execute(statement)


def drop_projections() -> None:
    """Drop every projection table, also ones of an older program."""
    with transaction.atomic(), connection.cursor() as cursor:
        present = [
            name
            for name in connection.introspection.table_names(cursor)
            if name.startswith("projection_")
        ]
        for name in present:
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)}")
