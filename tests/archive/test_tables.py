"""Each stored table is in exactly one of the four classes."""

from __future__ import annotations

from django.db import connection

from habeas.archive import schema
from habeas.archive.opening import Archive

CLASSES = {"ledger", "content", "projection", "local"}


def test_every_table_has_one_class_and_a_name_that_says_so(archive: Archive) -> None:
    known = schema.tables()
    present = {
        name for name in connection.introspection.table_names() if not name.startswith("sqlite_")
    }
    assert present == known.keys()
    assert set(known.values()) <= CLASSES
    for table, class_ in known.items():
        if table not in schema.DJANGO_TABLES:
            assert table.startswith(f"{class_}_")


def test_dropping_projections_leaves_ledger_content_and_local_tables(archive: Archive) -> None:
    schema.drop_projections()
    left = set(connection.introspection.table_names())
    kept = {table for table, class_ in schema.tables().items() if class_ != "projection"}
    assert {name for name in left if not name.startswith("sqlite_")} == kept


def test_every_index_that_the_models_name_is_there(archive: Archive) -> None:
    for model in schema.projections():
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, model._meta.db_table)
        named = {index.name for index in schema.indexes(model)}
        assert named <= {name for name, c in found.items() if c["index"]}, model
