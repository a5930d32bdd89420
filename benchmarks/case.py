"""``python -m benchmarks.case [--claims N] [--database NAME] [--keep DIR] [--archive DIR]``.

What a large case costs, each asked in a process of its own: the overview, the pages, a count over
all people, its why, and what rests on a source that stands behind one claim in a hundred. Cold is a
process that has opened the archive and asked for no figure yet, with nothing in ``cache/``; it has
answered one page without figures, which loads the program. The memory is the process's peak, and
how much of it came with the figure. Beside the clock stands the processor's time of the process
(of a database server it is not), because other work on the machine stretches the clock. The case is
made once, on SQLite, and copied row for row onto PostgreSQL; ``--archive`` measures one that
``--keep`` left before.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "habeas.web.site.settings")

PAGES = 100
HOST = "127.0.0.1:8417"
CASE = "case.json"
BARS = {
    "overview": "< 1,000 ms",
    "overview again": "",
    "figure": "≤ 2,000 ms",
    "why": "< 3,000 ms",
    "blast radius": "< 2,000 ms",
    "pages": "≤ 50 ms",
    "memory": "≤ 300 MB",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.case")
    parser.add_argument("--claims", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    parser.add_argument("--archive", type=Path, help="a case that is there already")
    parser.add_argument("--keep", type=Path, help="where to leave the case (SQLite)")
    parser.add_argument("--ask", choices=QUESTIONS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.ask:
        print(json.dumps(_asked(given.archive, given.ask)))
        return
    from benchmarks.table import Results

    results = Results()
    with _made(given.claims, given.archive or given.keep, there=bool(given.archive)) as archive:
        if given.database != "postgresql":
            _measure(results, archive)
        if given.database != "sqlite":
            with _on_postgresql(archive) as copy:
                _measure(results, copy)
    results.show()


@contextmanager
def _made(claims: int, kept: Path | None, *, there: bool) -> Iterator[Path]:
    """The case, made where it is not there yet, and gone afterwards unless it is kept."""
    scratch = Path(tempfile.mkdtemp(prefix="habeas-bench-case-"))
    directory = kept or scratch / "archive"
    try:
        if not there:
            _make(directory, claims)
        yield directory
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _on_postgresql(case: Path) -> Iterator[Path]:
    """A copy of the case on a server of its own."""
    import django
    from tests.support.postgresql import Cluster, find_binaries

    from benchmarks.case_copying import onto_postgresql

    django.setup()
    binaries = find_binaries()
    if binaries is None:
        raise SystemExit("PostgreSQL is not installed: leave it out with --database sqlite.")
    cluster = Cluster.start(binaries)
    scratch = Path(tempfile.mkdtemp(prefix="habeas-bench-case-"))
    try:
        onto_postgresql(case, scratch / "archive", cluster.url(cluster.create()))
        yield scratch / "archive"
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        cluster.stop()


def _make(directory: Path, claims: int) -> None:
    import django
    from django.db import connections

    django.setup()
    from benchmarks import case_archive
    from habeas.archive.making import init_archive

    archive = init_archive(directory, passphrase=None)
    case = case_archive.fill(archive, claims)
    (directory / CASE).write_text(
        json.dumps({"source": case.source, "claims": claims, "size": archive.size})
    )
    connections.close_all()


def _measure(results: Any, directory: Path) -> None:
    from benchmarks.table import Measured

    about = json.loads((directory / CASE).read_text())
    where = f"{about['claims']:,} claims, {_database(directory)}"
    for question in QUESTIONS:
        if question in ("overview", "figure"):
            shutil.rmtree(directory / "cache", ignore_errors=True)
        told = _in_process(directory, question)
        for line in told:
            results.add(
                Measured(f"{line['what']}, {where}", line["ours"], bar=BARS.get(line["bar"], ""))
            )


def _database(directory: Path) -> str:
    return "PostgreSQL" if "postgresql" in (directory / "habeas.toml").read_text() else "SQLite"


def _in_process(directory: Path, question: str) -> list[dict[str, str]]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.case", "--archive", directory, "--ask", question],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).resolve().parent.parent,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: list[dict[str, str]] = json.loads(done.stdout.splitlines()[-1])
    return found


# --- asked in a process of its own ------------------------------------------------------------


def _asked(directory: Path, question: str) -> list[dict[str, str]]:
    import django

    django.setup()
    from habeas.archive.opening import open_archive

    archive = open_archive(directory)
    about = json.loads((directory / CASE).read_text())
    return QUESTIONS[question](archive, about)


class _Took(NamedTuple):
    """Seconds of the clock, and of this process's processor."""

    clock: float
    processor: float


class _Stopwatch:
    """What the work inside a ``with`` took."""

    took = _Took(0.0, 0.0)

    def __enter__(self) -> _Stopwatch:
        self._begun = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *problem: object) -> None:
        clock, processor = self._begun
        self.took = _Took(time.perf_counter() - clock, time.process_time() - processor)


def _line(what: str, bar: str, took: _Took, more: str = "") -> dict[str, str]:
    words = f"{took.clock * 1000:,.0f} ms ({took.processor * 1000:,.0f} of processor){more}"
    return {"what": what, "bar": bar, "ours": words}


def _peak_mb() -> float:
    """Of this process alone: what ``getrusage`` gives begins with the parent's."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _overview(archive: Any, about: dict[str, Any]) -> list[dict[str, str]]:
    client = _client(archive)
    loading = _line("a page without figures, the first of a process", "", _fetch(client, "/about/"))
    return [loading, _line("overview, cold", "overview", _fetch(client, "/"))]


def _overview_again(archive: Any, about: dict[str, Any]) -> list[dict[str, str]]:
    client = _client(archive)
    _fetch(client, "/about/")
    cold = _line("overview, another process", "overview", _fetch(client, "/"))
    return [cold, _line("overview, again in it", "overview again", _fetch(client, "/"))]


def _figure(archive: Any, about: dict[str, Any]) -> list[dict[str, str]]:
    from benchmarks.case_archive import LARGE
    from habeas.archive.access import OWNER
    from habeas.figures.definition.recorded import named
    from habeas.figures.evaluation.evaluating import evaluate

    definition = named(OWNER, LARGE)
    before = _peak_mb()
    with _Stopwatch() as watch:
        found = evaluate(archive, definition, OWNER)
        found.require_lineage()
    peak = _peak_mb()
    return [
        _line(f"count over all people, cold ({found.headline})", "figure", watch.took),
        {
            "what": "peak memory of it",
            "bar": "memory",
            "ours": f"{peak:,.0f} MB, {peak - before:,.0f} of it for the figure",
        },
    ]


def _other_figures(archive: Any, about: dict[str, Any]) -> list[dict[str, str]]:
    from benchmarks.case_archive import DEFINITIONS, LARGE
    from habeas.archive.access import OWNER
    from habeas.figures.definition.recorded import named
    from habeas.figures.evaluation.evaluating import evaluate

    found = []
    for key in DEFINITIONS:
        if key == LARGE:
            continue
        definition = named(OWNER, key)
        with _Stopwatch() as watch:
            headline = evaluate(archive, definition, OWNER).headline
        found.append(_line(f"{key} ({headline})", "figure", watch.took))
    return found


def _why(archive: Any, about: dict[str, Any]) -> list[dict[str, str]]:
    from benchmarks.case_archive import LARGE
    from habeas.archive.access import OWNER
    from habeas.figures.definition.recorded import named
    from habeas.figures.why.asking import as_text, tree

    with _Stopwatch() as watch:
        as_text(tree(archive, OWNER, named(OWNER, LARGE)))
    return [_line("why of the count, cold", "why", watch.took)]


def _blast(archive: Any, about: dict[str, Any]) -> list[dict[str, str]]:
    from habeas.archive.access import OWNER
    from habeas.archive.blast_radius import blast_radius
    from habeas.figures.changes.dependents import standing_on

    with _Stopwatch() as watch:
        radius = blast_radius(OWNER, about["source"])
    assert radius is not None  # noqa: S101  (the case has it)
    what = f"blast radius of a source with {len(radius.claims):,} claims"
    found = [_line(what, "blast radius", watch.took)]
    with _Stopwatch() as watch:
        figures = standing_on(archive, OWNER, about["source"])
    return [*found, _line(f"{len(figures)} figures that rest on it", "", watch.took)]


def _pages(archive: Any, about: dict[str, Any]) -> list[dict[str, str]]:
    from benchmarks.table import percentile_95
    from habeas.archive import models as m

    client = _client(archive)
    chance = random.Random(3)
    found = []
    for page, addresses in (
        ("claim page", [f"/claims/{p}/" for p in _some(chance, m.Claim, about["size"])]),
        ("record page", [f"/records/{p}/" for p in _some(chance, m.Mention, about["size"])]),
        ("source page", [f"/sources/{p}/" for p in _some(chance, m.Source, about["size"])]),
        ("figure page", ["/figures/held-in-0/", "/figures/all-detained/"] * 10),
        ("list of people", ["/records/person/"] * 10),
        ("list of claims that differ", ["/differences/"] * 10),
        ("overview", ["/"] * 10),
    ):
        first = _fetch(client, addresses[0])
        for address in sorted(set(addresses[1:])) if "figure" in page else ():
            _fetch(client, address)
        took = [_fetch(client, address) for address in addresses]
        clock, processor = (percentile_95(list(each)) / 1000 for each in zip(*took, strict=True))
        more = f", first {first.clock * 1000:,.0f} ms"
        found.append(_line(f"{page}, p95", "pages", _Took(clock, processor), more))
    return found


QUESTIONS: dict[str, Callable[[Any, dict[str, Any]], list[dict[str, str]]]] = {
    "overview": _overview,
    "overview-again": _overview_again,
    "figure": _figure,
    "other-figures": _other_figures,
    "why": _why,
    "blast": _blast,
    "pages": _pages,
}


def _client(archive: Any) -> Any:
    from django.test import Client

    from habeas.web.site.gate import Gate, open_gate
    from habeas.web.site.viewing import SHOWN, ShownPage

    gate = Gate(hosts=(HOST,))
    open_gate(gate)
    client = Client(HTTP_HOST=HOST, **{SHOWN: ShownPage(archive)})
    client.get(f"/?token={gate.token}")  # leads to the overview, and shows nothing
    return client


def _some(chance: random.Random, model: Any, size: int) -> list[int]:
    from habeas.archive.access import OWNER, visible

    found: list[int] = []
    rows = visible(OWNER, model).order_by("position")
    last = rows.values_list("position", flat=True).last() or 0
    while len(found) < PAGES:
        row = rows.filter(position__gte=chance.randrange(last + 1)).first()
        if row is not None:
            found.append(row.position)
    return found


def _fetch(client: Any, address: str) -> _Took:
    with _Stopwatch() as watch:
        answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return watch.took


if __name__ == "__main__":
    main()
