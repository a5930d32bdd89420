"""Appending claims, with passages and attribution, against a bare executemany.

The anchor inserts the very rows that habeas wrote (entries, disclosures, projections) into
an empty SQLite database with the same tables, indexes and durability, a transaction for
each thousand claims. Also the rate at which the projections are rebuilt.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from django.db import connection

from benchmarks.generating import append, cast, drafts
from benchmarks.table import Measured, Results
from habeas.archive.ledger.rebuilding import rebuild, restart
from habeas.archive.making import init_archive


def run(results: Results, scratch: Path, count: int) -> None:
    archive = init_archive(scratch / "claims", passphrase=None)
    known = cast(archive)
    first = archive.size
    ours = 0.0
    for batch in drafts(known, count, passages_a_claim=1.0):
        started = time.perf_counter()
        append(archive, known, batch)
        ours += time.perf_counter() - started
    bare = _executemany(scratch / "claims" / "habeas.db", scratch / "bare.db", first, count // 1000)
    results.add(
        Measured(
            f"append {count:,} claims, a passage each, batches of 1,000",
            f"{count / ours:,.0f} claims/s",
            f"executemany: {count / bare:,.0f}/s",
            f"{bare / ours:.2f}×",
            "≥ 0.25×",
        )
    )
    archive.sequence()
    restart()
    started = time.perf_counter()
    replayed = rebuild()
    seconds = time.perf_counter() - started
    results.add(
        Measured(
            f"rebuild {replayed:,} entries ({count:,} claims)",
            f"{count / seconds:,.0f} claims/s",
            bar="≥ 5,000 claims/s",
        )
    )


def _executemany(source: Path, target: Path, first: int, batches: int) -> float:
    connection.close()
    there = sqlite3.connect(source)
    made = there.execute(
        "SELECT name, sql FROM sqlite_master"
        " WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC, name"
    )
    here = sqlite3.connect(target, isolation_level=None)
    here.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"
    )
    tables = {}
    for name, sql in made:
        if sql.startswith("CREATE TABLE") and not name.startswith("sqlite_"):
            key = "position" if "position" in sql else "claim" if '"claim"' in sql else None
            if key:
                rows = there.execute(f"SELECT * FROM {name} WHERE {key} >= ?", (first,)).fetchall()
                if rows:
                    tables[name] = rows
        here.execute(sql)
    there.close()
    started = time.perf_counter()
    for batch in range(batches):
        here.execute("BEGIN IMMEDIATE")
        for name, rows in tables.items():
            share = rows[len(rows) * batch // batches : len(rows) * (batch + 1) // batches]
            if share:
                marks = ", ".join("?" for _ in share[0])
                here.executemany(f"INSERT INTO {name} VALUES ({marks})", share)
        here.execute("COMMIT")
    seconds = time.perf_counter() - started
    here.close()
    return seconds
