"""Sealing many small files, durable, encrypted and logged, against ``git add``."""

from __future__ import annotations

import os
import random
import subprocess
import time
from pathlib import Path

from benchmarks.table import Measured, Results
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.making import init_archive


def make_files(folder: Path, count: int) -> int:
    """``count`` files of 1–32 KB that do not compress; their bytes together."""
    chance = random.Random(7)
    total = 0
    for number in range(count):
        size = chance.randrange(1_000, 32_000)
        path = folder / f"{number % 100:02}"
        path.mkdir(exist_ok=True, parents=True)
        (path / f"{number}.bin").write_bytes(os.urandom(size))
        total += size
    return total


def run(results: Results, scratch: Path, count: int) -> None:
    folder = scratch / "files"
    total = make_files(folder, count)
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    os.sync()
    started = time.perf_counter()
    subprocess.run(["git", "-C", str(folder), "add", "."], check=True)
    git = time.perf_counter() - started
    archive = init_archive(scratch / "sealed", passphrase=None)
    files = [Received(path) for path in sorted(folder.glob("[0-9]*/*.bin"))]
    os.sync()
    started = time.perf_counter()
    added = add_files(archive, files)
    ours = time.perf_counter() - started
    if len(added.exhibits) != count:
        raise RuntimeError(f"{len(added.exhibits)} of {count} files were sealed")
    results.add(
        Measured(
            f"seal {count:,} files of 1–32 KB ({total / 1e6:.0f} MB)",
            f"{count / ours:,.0f}/s",
            f"git add: {count / git:,.0f}/s",
            f"{git / ours:.2f}×",
            "≥ 1× (design)",
        )
    )
