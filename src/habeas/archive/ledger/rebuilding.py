"""Rebuild: drop every projection and replay the ledger, to the identical state.

A rebuild commits every few thousand entries and goes on where it was stopped. ``check``
replays inside one transaction, compares each table with what was there, and takes
everything back: it answers whether the projections are what the ledger says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, models, transaction

from habeas.archive.errors import ProjectionOutdated
from habeas.archive.ledger.committed_entries import head, projected
from habeas.archive.ledger.covering import covered, is_of_a_batch
from habeas.archive.models import LocalState
from habeas.archive.projection.erased_entries import Erasures
from habeas.archive.projection.projecting import project
from habeas.archive.projection.projector import Projector
from habeas.archive.store import schema
from habeas.archive.store.connecting import holding_the_head
from habeas.archive.store.database_errors import plain_errors
from habeas.archive.store.facts import facts
from habeas.archive.store.rows import columns

CHUNK = 2_000
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class TableDifference:
    """A projection that is not what a replay of the ledger gives."""

    table: str
    rows_found: int
    rows_expected: int


def rebuild(progress: Progress = lambda done, total: None) -> int:
    """Bring the projections to this program's version and the whole ledger; entries replayed."""
    schema.prepare()
    with plain_errors():
        if _must_restart():
            schema.make_permanent_tables()  # those that an older program did not have
        with holding_the_head():
            if _must_restart():
                schema.drop_projections()
                schema.make_projections()
                _remember(projection=schema.projection_version(), projected="0")
        start = reached = projected()
        projector = Projector(Erasures())
        while True:
            with holding_the_head():
                done, total = projected(), head()[0]
                if done >= total:
                    return total - start
                if done != reached:  # another process rebuilt as well: what we remember is old
                    projector = Projector(Erasures())
                stop = reached = _replay(projector, done, total)
                _remember(projected=str(stop))
            progress(stop, total)


def restart() -> None:
    """Make the next ``rebuild`` begin at the first entry."""
    with holding_the_head():
        _remember(projection="none")


def check(progress: Progress = lambda done, total: None) -> list[TableDifference]:
    """The projections that differ from a replay; changes nothing."""
    schema.prepare()
    differences: list[TableDifference] = []
    with plain_errors(), holding_the_head():
        if _must_restart():
            raise ProjectionOutdated(
                "The tables derived from the ledger were made by another version of habeas.",
                next_step="Run `habeas rebuild` first; until then there is nothing to compare.",
            )
        if projected() != head()[0]:
            raise ProjectionOutdated(
                f"The derived tables cover {projected():,} of {head()[0]:,} entries: a rebuild "
                "was interrupted, or is still running.",
                next_step="Run `habeas rebuild`, or wait for it.",
            )
        before = digests()
        savepoint = transaction.savepoint()
        renew(progress)
        after = digests()
        transaction.savepoint_rollback(savepoint)
    for table in sorted(after.keys() | before.keys()):
        found, expected = before.get(table, ("", 0)), after.get(table, ("", 0))
        if found != expected:
            differences.append(TableDifference(table, found[1], expected[1]))
    return differences


def renew(progress: Progress = lambda done, total: None, erasures: Erasures | None = None) -> None:
    """Drop and replay everything inside the caller's transaction (``schema.prepare`` first)."""
    schema.drop_projections()
    schema.make_projections()
    total = head()[0]
    projector = Projector(erasures or Erasures())
    done = 0
    while done < total:
        done = _replay(projector, done, total)
        progress(done, total)


def digests() -> dict[str, tuple[str, int]]:
    """For each projection table: a digest of its rows in key order, and their number."""
    present = set(connection.introspection.table_names())
    return {
        model._meta.db_table: _digest(model)
        for model in schema.projections()
        if model._meta.db_table in present
    }


def _digest(model: type[models.Model]) -> tuple[str, int]:
    names = columns(model)
    key = [f.name for f in model._meta.pk_fields]
    digest, count = hashlib.sha256(), 0
    for row in model._default_manager.order_by(*key).values_list(*names).iterator(chunk_size=CHUNK):
        digest.update(repr(row).encode())
        count += 1
    return digest.hexdigest(), count


def _replay(projector: Projector, start: int, total: int) -> int:
    """Replay some thousand entries from a position on; where it stopped, never within a batch."""
    stop = min(start + CHUNK, total)
    found = facts(start, stop)
    while stop < total and is_of_a_batch(found[-1]):
        start, stop = stop, min(stop + CHUNK, total)
        found += facts(start, stop)
    project(projector, covered(found))
    projector.flush()
    return stop


def _must_restart() -> bool:
    state = dict(LocalState.objects.values_list("name", "value"))
    return state.get("projection") != schema.projection_version()


def _remember(**state: str) -> None:
    for name, value in state.items():
        LocalState.objects.filter(name=name).update(value=value)
