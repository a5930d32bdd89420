"""The database file itself: no freed page, old page image or statistic keeps what was erased.

SQLite: freed bytes are overwritten (``secure_delete``), the file is written anew (``VACUUM``),
the write-ahead log is emptied. A checkpoint that another reader keeps from finishing is a
failure: ``VACUUM`` succeeds then, and the old pages stay (measured).

PostgreSQL: each content and local table is written anew with its TOAST table and indexes
(``VACUUM FULL``; projections were made anew already), so are the statistics, which hold sampled
values; then a checkpoint removes the old files. What the server keeps besides is ``remains``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection

from habeas.archive.errors import ErasureIncomplete, ErasureRefused
from habeas.archive.store import schema
from habeas.archive.store.database_errors import plain_errors

Progress = Callable[[str, int, int], None]
PATIENCE_TENTHS = 30


@dataclass(frozen=True, slots=True)
class Remain:
    """A place where the database server may still hold what was erased, and for how long."""

    what: str
    words: str


def has_server() -> bool:
    """Whether a database server, which keeps copies of its own, holds the archive."""
    return bool(connection.vendor == "postgresql")


def refuse_connected() -> None:
    """PostgreSQL: nobody else may be connected to the database."""
    if connection.vendor != "postgresql":
        return
    for patience in range(PATIENCE_TENTHS, -1, -1):  # one that was just killed needs a moment
        rows = _connected()
        if not rows:
            return
        if patience:
            time.sleep(0.1)
    named = ", ".join(f"{name} from {where} (process {pid})" for pid, name, where in rows)
    raise ErasureRefused(
        f"Others are connected to the database: {named}.",
        next_step="End them, then run the same command again. Nothing was erased.",
    )


def _connected() -> list[tuple[Any, ...]]:
    return _ask(
        "SELECT pid, coalesce(nullif(application_name, ''), usename), "
        "coalesce(host(client_addr), 'this machine') FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend' ORDER BY pid"
    )


def shred_freed() -> None:
    """SQLite: overwrite what is deleted from now on, in this connection."""
    if connection.vendor == "sqlite":
        _ask("PRAGMA secure_delete = ON")


def clean(directory: Path, progress: Progress = lambda what, done, total: None) -> None:
    """Write the database anew; ``ErasureIncomplete`` where anything old stays in it."""
    with plain_errors():
        if connection.vendor == "sqlite":
            _clean_sqlite(directory)
        else:
            _clean_postgresql(progress)


def _clean_sqlite(directory: Path) -> None:
    shred_freed()
    _checkpoint()
    _ask("VACUUM")
    _checkpoint()
    freed = _ask("PRAGMA freelist_count")[0][0]
    wal = directory / "habeas.db-wal"
    kept = os.path.getsize(wal) if wal.exists() else 0
    if freed or kept:
        raise ErasureIncomplete(
            f"The database still has {freed} freed pages and {kept} bytes of write-ahead log.",
            next_step="Close whatever else reads the database, then run `habeas erase resume`.",
        )


def _checkpoint() -> None:
    busy, _, _ = _ask("PRAGMA wal_checkpoint(TRUNCATE)")[0]
    if busy:
        raise ErasureIncomplete(
            "Another program is reading the database file; what was erased is still in its "
            "write-ahead log.",
            next_step="Close it (a database browser, a backup program), then run "
            "`habeas erase resume`.",
        )


def _clean_postgresql(progress: Progress) -> None:
    present = set(connection.introspection.table_names())
    tables = sorted(
        name
        for name, class_ in schema.tables().items()
        if class_ in ("content", "local") and name in present
    )
    for done, table in enumerate(tables):
        progress("Tables", done, len(tables))
        _ask(f"VACUUM (FULL, ANALYZE) {connection.ops.quote_name(table)}")
    # The statistics hold common values of columns, also those of tables that are dropped.
    for catalog in ("pg_statistic", "pg_statistic_ext_data"):
        _ask(f"VACUUM FULL pg_catalog.{catalog}")
    if not _try("CHECKPOINT"):
        raise ErasureIncomplete(
            "The database user may not order a checkpoint, so the old table files may still be "
            "there.",
            next_step="GRANT pg_checkpoint to the user, or have an administrator run CHECKPOINT "
            "in this database; then run `habeas erase resume`.",
        )


def remains() -> list[Remain]:
    """Where the server may still hold the text after the cleaning. Empty on SQLite."""
    if connection.vendor != "postgresql":
        return []
    settings = dict(
        _ask(
            "SELECT name, current_setting(name) FROM pg_settings WHERE name IN ("
            "'wal_keep_size', 'min_wal_size', 'max_wal_size', 'archive_mode', 'archive_command', "
            "'archive_library', 'wal_recycle', 'checkpoint_timeout', 'logging_collector', "
            "'log_statement', 'log_min_error_statement', 'data_directory')"
        )
    )
    return [
        _segments(settings),
        _archiving(settings),
        *_replicas(),
        Remain(
            "server backups",
            "pg_dump files, base backups and file system snapshots of the server hold it until "
            "they are deleted: only who runs the server knows them",
        ),
        Remain(
            "server log",
            "lines with statements or values may hold it; log_statement is "
            f"{settings.get('log_statement', 'not shown to this user')}, log_min_error_statement "
            f"{settings.get('log_min_error_statement', 'not shown')}",
        ),
    ]


def _segments(settings: dict[str, str]) -> Remain:
    here = _ask("SELECT pg_walfile_name(pg_current_wal_lsn())")[0][0]
    found = _try("SELECT count(*), coalesce(sum(size), 0) FROM pg_ls_waldir()")
    count = f"{found[0][0]} files, {int(found[0][1]) >> 20} MiB" if found else "not shown"
    return Remain(
        "write-ahead log",
        f"segments up to {here} hold it ({count} on the server now) until they are recycled and "
        f"written over: the server keeps {settings['wal_keep_size']} for replicas, at least "
        f"{settings['min_wal_size']}, about {settings['max_wal_size']} between checkpoints "
        f"({settings['checkpoint_timeout']} apart); wal_recycle is {settings['wal_recycle']}, so a "
        "recycled file keeps its old bytes until it is used again",
    )


def _archiving(settings: dict[str, str]) -> Remain:
    if settings["archive_mode"] == "off":
        return Remain("archived write-ahead log", "archive_mode is off: none is made")
    return Remain(
        "archived write-ahead log",
        f"archive_mode is {settings['archive_mode']}: every segment so far was copied away and "
        "holds it until it is deleted there",
    )


def _replicas() -> list[Remain]:
    found = []
    for name, where, state in _try(
        "SELECT application_name, coalesce(host(client_addr), 'this machine'), state "
        "FROM pg_stat_replication"
    ):
        found.append(
            Remain("replica", f"{name} at {where} ({state}) has its own copy of the log and files")
        )
    for name, active, kept in _try(
        "SELECT slot_name, active, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), "
        "restart_lsn)) FROM pg_replication_slots"
    ):
        state = "active" if active else "not active"
        found.append(
            Remain("replication slot", f"{name} ({state}) keeps {kept} of the log until it is read")
        )
    return found


def _ask(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else [()]


def _try(statement: str) -> list[tuple[Any, ...]]:
    """The same; nothing where the user may not ask it."""
    try:
        return _ask(statement)
    except DatabaseError:
        return []
