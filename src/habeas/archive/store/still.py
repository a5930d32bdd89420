"""The archive as it stood at one moment, for whoever reads two of its stores at once.

A log and a database that others append to are never read at the same instant: what is asked of
one after the other seems to contradict it, in the very words that mean a fork or lost evidence.
So the checkpoint is read first and once, then the database is asked as of one moment after it
(SQLite: one WAL snapshot; PostgreSQL: one REPEATABLE READ transaction). Entries are committed
before they are logged, so such a database holds everything that stands under the checkpoint.

Invariants: nothing can be written inside; nobody who appends is kept waiting; the tiles under a
checkpoint stay readable whatever is added (``custody.log.tiles``); an object is on the disk before
an entry names it and, as an erasure needs the archive alone (``presence``), for as long as the
archive is open here. What the folders hold besides may be newer than the moment.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


@contextlib.contextmanager
def still(archive: Archive) -> Iterator[Archive]:
    """The archive, whose log and database do not move while the block lasts. Read only."""
    at = copy.copy(archive)
    at.log = archive.log.still()  # before the database: see the invariants
    with _one_moment():
        yield at


@contextlib.contextmanager
def _one_moment() -> Iterator[None]:
    """A transaction of this thread's connection that sees one moment and cannot write."""
    if connection.vendor == "postgresql":
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            # Hashing large objects asks the server nothing for as long as it takes.
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT 1 FROM local_state")  # the moment is now
            yield
        return
    with _reading_only(), transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the moment is now
        yield


@contextlib.contextmanager
def _reading_only() -> Iterator[None]:
    """SQLite: transactions of this thread's connection take no write lock, and cannot write."""
    connection.ensure_connection()
    own: Any = connection
    mode, own.transaction_mode = own.transaction_mode, "DEFERRED"
    own.connection.execute("PRAGMA query_only = 1")
    try:
        yield
    finally:
        own.transaction_mode = mode
        if own.connection is not None:
            own.connection.execute("PRAGMA query_only = 0")


@contextlib.contextmanager
def part() -> Iterator[None]:
    """A part of what is read in the moment: where the database refuses it, the rest is still read.

    PostgreSQL answers nothing more in a transaction in which it refused something.
    """
    with transaction.atomic():
        yield
