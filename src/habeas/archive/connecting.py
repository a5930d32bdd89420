"""Django's one connection, pointed at an archive's database, and its errors in plain words.

SQLite runs in WAL mode with synchronous FULL and takes the write lock at the start of a
transaction; on PostgreSQL the row ``head`` of ``local_state`` is locked instead. Either
way the one who holds the head is the only writer until they commit.
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

from django.db import DatabaseError, OperationalError, connection, connections, transaction

from habeas.archive.errors import ArchiveBusy, ArchiveFull, DatabaseTrouble
from habeas.archive.models import LocalState
from habeas.archive.settings_file import ArchiveSettings

log = logging.getLogger(__name__)

WAIT_SECONDS = 60  # for another writer to finish
PATIENCE_SECONDS = 2  # before it is said that one waits
#: Each thread that serves pages keeps its connection for this long, checked before each page.
_KEPT: dict[str, Any] = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
_DAMAGED = ("malformed", "not a database", "corrupt")
_SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"


def connect(directory: Path, settings: ArchiveSettings) -> None:
    """Point the default connection at the archive's database; closes the former one."""
    connections["default"].close()
    wanted = _postgresql(settings.database) if settings.database else _sqlite(directory)
    connections.settings["default"] = connections.configure_settings({"default": wanted})["default"]
    with contextlib.suppress(AttributeError):
        del connections["default"]


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
        "OPTIONS": {name: query[name] for name in query if name not in ("host", "port")},
    }


@contextlib.contextmanager
def holding_the_head() -> Iterator[None]:
    """A transaction whose holder is the only one appending."""
    with contextlib.ExitStack() as transactions:
        with _saying_that_it_waits():
            transactions.enter_context(transaction.atomic(durable=True))
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
                    # The user is told after the commit, so it must be on the disk by then,
                    # whatever the server's default is.
                    cursor.execute("SET LOCAL synchronous_commit = on")
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


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """Database errors that a user can do something about, as errors that say what."""
    try:
        yield
    except OperationalError as error:
        text = str(error).lower()
        if "locked" in text or "lock timeout" in text:
            raise ArchiveBusy(
                f"Another process has been writing to this archive for {WAIT_SECONDS} seconds.",
                next_step="Nothing was recorded. Try again when it has finished.",
            ) from error
        if "full" in text or "no space" in text:
            raise ArchiveFull(
                "The disk is full. Nothing of this step was recorded.",
                next_step="Make room, then run the same command again.",
            ) from error
        if "disk i/o error" in text:
            raise DatabaseTrouble(
                "The disk reports an input/output error under the database.",
                next_step="Look at the disk before anything else. What was acknowledged before is "
                "there; `habeas verify` says whether this step is.",
            ) from error
        raise DatabaseTrouble(
            f"The database does not answer: {str(error).splitlines()[0]}",
            next_step="Check that it runs and that habeas.toml names it.",
        ) from error
    except DatabaseError as error:
        if "no space" in str(error).lower() or "disk full" in str(error).lower():
            raise ArchiveFull(
                "The disk is full. Nothing of this step was recorded.",
                next_step="Make room, then run the same command again.",
            ) from error
        if any(words in str(error) for words in _DAMAGED):
            raise _damaged(str(error)) from error
        raise
    except UnicodeDecodeError as error:  # SQLite quotes the damaged bytes in what it says
        raise _damaged("what it says about its tables is not text") from error


def _damaged(why: str) -> DatabaseTrouble:
    return DatabaseTrouble(
        f"The database is damaged: {why}.",
        next_step="Copy the directory as it is, then restore a backup; the log and the objects "
        "are apart from it.",
    )
