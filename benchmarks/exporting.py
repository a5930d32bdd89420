"""A million claims to Parquet: time and peak memory, beside DuckDB given the same rows.

``make bench-export``. The claims of a generated archive (written by the verbs) are copied in its
claim tables until there are as many as asked, because a million signed entries take an hour and
only reading is measured. Beside it DuckDB writes the bare claim table of the same database to
Parquet: by its SQLite reader where that can be loaded, which is fetched from the network, else fed
by Python's sqlite3 through Arrow. It looks up no record, caption, source, passage, handling or
consent: a floor and no rival. Compared is time of the processor, which other programs on the
machine change least. Each runs in a process of its own; memory is that process's peak.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from django.db import connections

from benchmarks import generating
from benchmarks.table import Measured, Results
from habeas.archive.access import OWNER
from habeas.archive.making import init_archive
from habeas.archive.opening import Archive, open_archive
from habeas.exchange.exporting import writing

GENERATED = 20_000

DUCK = """
import json, resource, sys, time
import duckdb, pyarrow, sqlite3
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
started, spent = time.perf_counter(), time.process_time()
base = duckdb.connect()
base.execute("SET threads TO 1; SET enable_progress_bar = false")
target = sys.argv[2] + "/duck.parquet"
try:
    base.execute("LOAD sqlite")
    base.execute(f"ATTACH '{sys.argv[1]}/habeas.db' AS there (TYPE sqlite)")
    base.execute(f"COPY (SELECT * FROM there.projection_claim) TO '{target}' (COMPRESSION zstd)")
    how = "its SQLite reader"
except duckdb.Error:
    how = "fed by sqlite3 through Arrow"
    there = sqlite3.connect(sys.argv[1] + "/habeas.db")
    rows = there.execute("SELECT * FROM projection_claim ORDER BY position")
    names = [column[0] for column in rows.description]
    whole = ("position subject number_low number_high value_from value_to ref holds_from holds_to "
             "source list previous ended_at ended_why").split()
    kinds = [pyarrow.int64() if name in whole else pyarrow.string() for name in names]
    schema = pyarrow.schema(list(zip(names, kinds)))
    def batches():
        while found := rows.fetchmany(10_000):
            yield pyarrow.RecordBatch.from_arrays(
                [pyarrow.array(c, f.type) for c, f in zip(zip(*found), schema)], schema=schema)
    claims = pyarrow.RecordBatchReader.from_batches(schema, batches())
    base.execute(f"COPY (SELECT * FROM claims) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": time.perf_counter() - started,
                  "cpu": time.process_time() - spent, "how": how,
                  "before_mb": before / 1024, "peak_mb": peak / 1024}))
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--claims", type=int, default=1_000_000)
    asked.add_argument("--ours", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.ours:
        print(json.dumps(_ours(*given.ours)))
        return
    claims = given.claims
    results = Results()
    scratch = Path(tempfile.mkdtemp(prefix="habeas-bench-export-"))
    try:
        archive = scratch / "archive"
        _make(archive)
        for count in (claims // 10, claims):
            _fill(archive / "habeas.db", count)
            ours = _run(["-m", "benchmarks.exporting", "--ours"], archive, scratch)
            duck = _run(["-c", DUCK], archive, scratch)
            results.add(
                Measured(
                    f"{ours['rows']:,} claims to Parquet",
                    f"{ours['seconds']:.1f} s, {ours['cpu']:.1f} of the processor, "
                    f"peak {ours['peak_mb']:.0f} MB "
                    f"({ours['before_mb']:.0f} before)",
                    f"DuckDB, {duck['how']}: {duck['seconds']:.1f} s, {duck['cpu']:.1f}, "
                    f"peak {duck['peak_mb']:.0f} MB",
                    f"{ours['cpu'] / duck['cpu']:.1f}× processor",
                    "flat memory",
                )
            )
        results.show()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _make(directory: Path) -> None:
    archive = init_archive(directory, passphrase=None)
    known = generating.cast(archive)
    for batch in generating.drafts(known, GENERATED):
        generating.append(archive, known, batch)
    connections.close_all()


def _fill(database: Path, count: int) -> None:
    """Copy the claims, with sources and passages, until there are ``count``."""
    base = sqlite3.connect(database)
    base.execute("PRAGMA journal_mode=MEMORY")
    (there,) = base.execute("SELECT count(*) FROM projection_claim").fetchone()
    (last,) = base.execute("SELECT max(position) FROM projection_claim").fetchone()
    tables = {"projection_claim": "position", "projection_claim_source": "claim",
              "projection_claim_passage": "claim"}  # fmt: skip
    first = base.execute(
        "SELECT min(position), max(position) FROM "
        "(SELECT position FROM projection_claim ORDER BY position LIMIT ?)",
        (GENERATED,),
    ).fetchone()
    shift = last
    while there < count:
        for table, key in tables.items():
            columns = [row[1] for row in base.execute(f"PRAGMA table_info({table})")]
            taken = ", ".join(f"{c} + {shift}" if c == key else f'"{c}"' for c in columns)
            base.execute(
                f"INSERT INTO {table} SELECT {taken} FROM {table} WHERE {key} BETWEEN ? AND ?",
                first,
            )
        there += GENERATED
        shift += last
    base.commit()
    base.close()


def _ours(directory: Path, out: Path) -> dict[str, float]:
    """What ``habeas export`` does of it but for checking, recording and handing over."""
    archive = open_archive(directory)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, spent = time.perf_counter(), time.process_time()
    request = writing.ExportRequest(OWNER, ("claims",), out / "claims.parquet")
    at = SimpleNamespace(size=1 << 40, directory=archive.directory, synthetic=False)
    done = writing._write(cast(Archive, at), request, out, lambda *said: None)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - spent,
        "rows": done.rows["claims"],
        "before_mb": before / 1024,
        "peak_mb": peak / 1024,
    }


def _run(program: list[str], archive: Path, out: Path) -> dict[str, float]:
    for path in out.glob("*.parquet*"):
        path.unlink()
    done = subprocess.run(
        [sys.executable, *program, archive, out], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
