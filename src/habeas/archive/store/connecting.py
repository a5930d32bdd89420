"""Django's one connection, pointed at an archive's database.

SQLite runs in WAL mode with synchronous FULL and takes the write lock at the start of a
transaction; on PostgreSQL the row ``head`` of ``local_state`` is locked instead. Either
way the one who holds the head is the only writer until they commit.

What correctness rests on is set in every connection to PostgreSQL, whatever the defaults of
server, database and user are. Their limits (time-outs, read-only, numbers of connections) are
left as they are: somebody set them on purpose, and ``database_errors`` names the one that stops
something.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection, connections, transaction
from django.db.backends.signals import connection_created

from habeas.archive.errors import AnotherOpen, DatabaseTrouble
from habeas.archive.models import LocalState
from habeas.archive.store.database_errors import WAIT_SECONDS
from habeas.archive.store.settings_file import ArchiveSettings

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 2  # before it is said that one waits
#: Each thread that serves pages keeps its connection for this long, checked before each page.
_KEPT: dict[str, Any] = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
_SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"

_SESSION = """
SELECT set_config('standard_conforming_strings', 'on', false),
       set_config('default_transaction_isolation', 'read committed', false),
       set_config('default_transaction_deferrable', 'off', false),
       set_config('datestyle', 'ISO', false),
       set_config('synchronous_commit', CASE current_setting('synchronous_commit')
                  WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)
"""


_place: Path | None = None  # the archive whose database the process's connection is to


def connect(directory: Path, settings: ArchiveSettings) -> None:
    """Point the default connection at the archive's database; closes the former one."""
    global _place
    _place = directory.resolve()
    connections["default"].close()
    wanted = _postgresql(settings.database) if settings.database else _sqlite(directory)
    connections.settings["default"] = connections.configure_settings({"default": wanted})["default"]
    with contextlib.suppress(AttributeError):
        del connections["default"]


def refuse_another(place: Path) -> None:
    """Refuse for an archive (``place``: resolved) whose database the connection is not to.

    Another was opened since, and would be read and written in its name.
    """
    if _place is not None and _place != place:
        raise AnotherOpen(
            f"The archive {place} is no longer open in this process, which opened {_place} since.",
            next_step="Open it again. Nothing was read or written.",
        )


def _sqlite(directory: Path) -> dict[str, Any]:
    os.close(os.open(directory / "habeas.db", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(directory / "habeas.db"),
        "OPTIONS": {
            "init_command": _SQLITE_PRAGMAS,
            "transaction_mode": "IMMEDIATE",
            "timeout": WAIT_SECONDS,
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    from psycopg import IsolationLevel

    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urllib.parse.urlsplit(""), None
    query = dict(urllib.parse.parse_qsl(parts.query))
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise DatabaseTrouble(
            "The database address is not a PostgreSQL URL with a database name.",
            next_step="Write it as postgresql://user@host/database.",
        )
    return {
        **_KEPT,
        "ENGINE": "django.db.backends.postgresql",
        "NAME": urllib.parse.unquote(parts.path.strip("/")),
        "USER": urllib.parse.unquote(parts.username or ""),
        "PASSWORD": urllib.parse.unquote(parts.password or ""),
        "HOST": query.get("host", parts.hostname or ""),
        "PORT": str(port or query.get("port", "")),
        # sslmode and its like; libpq refuses what it does not know.
        "OPTIONS": {name: query[name] for name in query if name not in ("host", "port")}
        | {"isolation_level": IsolationLevel.READ_COMMITTED},
    }


def set_session(raw: Any) -> None:
    """Set in a new connection to PostgreSQL what must not depend on anybody's defaults.

    Backslashes in literals (or notes would be stored as other bytes than were signed); the
    isolation (or whoever waited for the head could not go on); dates; and that a commit is on
    the disk when it returns, unless the server waits for more than that.
    """
    with raw.cursor() as cursor:
        cursor.execute(_SESSION)


def _connected(sender: object, connection: Any, **more: object) -> None:
    if connection.vendor == "postgresql":
        set_session(connection.connection)


connection_created.connect(_connected, dispatch_uid="habeas.archive.store.connecting")


@contextlib.contextmanager
def holding_the_head() -> Iterator[None]:
    """A transaction whose holder is the only one appending."""
    with contextlib.ExitStack() as transactions:
        with _saying_that_it_waits():
            transactions.enter_context(transaction.atomic(durable=True))
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
                LocalState.objects.select_for_update().get(name="head")
        yield


@contextlib.contextmanager
def _saying_that_it_waits() -> Iterator[None]:
    """A warning when the head is not free at once."""
    words = f"Another process is writing to this archive; waiting for it, up to {WAIT_SECONDS} s."
    timer = threading.Timer(PATIENCE_SECONDS, log.warning, [words])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
