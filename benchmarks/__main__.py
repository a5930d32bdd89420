"""``python -m benchmarks [--claims N] [--files N] [--quick]``: run everything, print one table."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "habeas.web.site.settings")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--files", type=int, default=5_000, help="small files to seal")
    parser.add_argument("--append", type=int, default=20_000, help="claims to append")
    parser.add_argument(
        "--claims", type=int, default=1_000_000, help="claims in the large archives"
    )
    parser.add_argument("--only", choices=("sealing", "appending", "pages"), help="one part")
    parser.add_argument(
        "--database", choices=("sqlite", "postgresql"), help="pages on one database"
    )
    given = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

    from benchmarks import appending, pages, sealing
    from benchmarks.table import Results

    results = Results()
    build = Path(__file__).resolve().parent.parent / "build"
    build.mkdir(exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="bench-", dir=build))
    try:
        if given.only in (None, "sealing"):
            sealing.run(results, scratch, given.files)
        if given.only in (None, "appending"):
            appending.run(results, scratch, given.append)
        sizes = (10_000, given.claims)
        if given.only in (None, "pages") and given.database in (None, "sqlite"):
            pages.run(results, scratch, sizes, lambda: None)
        if given.only in (None, "pages") and given.database in (None, "postgresql"):
            _on_postgresql(results, scratch, sizes)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    results.show()


def _on_postgresql(results: object, scratch: Path, sizes: tuple[int, ...]) -> None:
    from tests.support.postgresql import Cluster, find_binaries

    from benchmarks import pages

    binaries = find_binaries()
    if binaries is None:
        print("PostgreSQL is not installed: its pages are not measured.")
        return
    cluster = Cluster.start(binaries)
    try:
        pages.run(results, scratch, sizes, lambda: cluster.url(cluster.create()))  # type: ignore[arg-type]
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
