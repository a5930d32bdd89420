"""Each stored table is in exactly one of the four classes."""

from __future__ import annotations

import pytest
from django.db import connection
from tests.archive.making import newspaper, place_mention, says

from habeas.archive import models as m
from habeas.archive.erasing import closure, planning
from habeas.archive.kinds import KINDS
from habeas.archive.opening import Archive
from habeas.archive.projection.erased_by_right import NEVER
from habeas.archive.store import schema

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


def test_the_row_of_each_kind_of_entry_is_found_by_the_kind() -> None:
    """Else an erasure of it would be recorded as sealed, whatever it was."""
    without_rows = {"purpose", "region", "review-policy", "search"}
    erasable = KINDS.keys() - NEVER - closure.STANDING
    assert erasable - planning._LABELLED.keys() == without_rows


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


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_the_first_few_in_ledger_order_are_read_off_an_index(archive: Archive) -> None:
    """Also where the server knows nothing of the tables yet, as right after a large import."""
    first_corrections = m.Claim.objects.filter(previous=7).order_by("position")[:10]
    with archive.writing() as batch:
        source, town = newspaper(batch), place_mention(batch)
        for number in range(300):
            says(batch, town, source, f"It was built in stages, of which this is number {number}.")
    plan = first_corrections.explain()
    assert "claim_by_previous" in plan
    assert "Filter" not in plan
    assert "Sort" not in plan
