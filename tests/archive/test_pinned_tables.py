"""The tables of an archive as this program makes them, on both databases, are pinned.

An archive whose derived tables were made by another version must be rebuilt before it is read
(``schema.projection_version``), and its other tables are never changed. So a change of either is
a decision: a commit that changes behaviour, and not one that renames or moves things. Where a
projection is meant to change, put what the failed test found into ``schema.PROJECTION_VERSIONS``
and say in the commit why a rebuild is worth it.
"""

from __future__ import annotations

from django.db import connection

from habeas.archive.opening import Archive
from habeas.archive.store import schema

#: The other tables: columns in order, with what they hold; NUMBER as each database has it.
PERMANENT = """\
content_disclosures.position NUMBER not null
content_disclosures.disclosures BinaryField not null
content_object_key.address CharField not null
content_object_key.epoch IntegerField not null
content_object_key.wrapped_identity BinaryField not null
ledger_checkpoint.size NUMBER not null
ledger_checkpoint.note BinaryField not null
ledger_entry.position NUMBER not null
ledger_entry.entry_id CharField not null
ledger_entry.time BigIntegerField not null
ledger_entry.leaf_hash BinaryField not null
ledger_entry.note BinaryField not null
local_reading_job.exhibit NUMBER not null
local_reading_job.worker CharField not null
local_reading_job.leased_until BigIntegerField not null
local_reading_job.attempts SmallIntegerField not null
local_state.name CharField not null
local_state.value CharField not null"""
NUMBER = {"sqlite": "AutoField", "postgresql": "BigIntegerField"}


def described(tables: list[str]) -> str:
    """Each table with its columns in order, as the database itself tells them."""
    lines = []
    with connection.cursor() as cursor:
        for table in sorted(tables):
            for column in connection.introspection.get_table_description(cursor, table):
                kind = connection.introspection.get_field_type(column.type_code, column)
                null = "null" if column.null_ok else "not null"
                lines.append(f"{table}.{column.name} {kind} {null}")
    return "\n".join(lines)


def test_the_version_of_the_projections_is_pinned(archive: Archive) -> None:
    assert schema.projection_digest() == schema.projection_version()


def test_the_columns_of_projections_are_in_the_order_of_their_models(archive: Archive) -> None:
    """What the version is of is what the database has."""
    with connection.cursor() as cursor:
        for model in schema.projections():
            columns = connection.introspection.get_table_description(cursor, model._meta.db_table)
            fields = [field.column for field in model._meta.local_concrete_fields]
            assert [column.name for column in columns] == fields, model


def test_the_permanent_tables_are_pinned(archive: Archive) -> None:
    permanent = [
        table
        for table, kind in schema.tables().items()
        if kind != "projection" and table not in schema.DJANGO_TABLES
    ]
    assert described(permanent) == PERMANENT.replace("NUMBER", NUMBER[connection.vendor])
