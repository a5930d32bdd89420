"""``python -m benchmarks.commands [--rounds N] [--source DIR]``: how long a command takes.

Beside each command a bare ``django.setup()`` of the archive app is run, in turn, so that a busy
machine slows both alike. Told are medians, of the processor's time and of the clock's, and the
ratio to the bare one. ``--source`` measures another checkout's ``src`` with these very commands.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.table import Measured, Results

SETUP = """
import django
from django.conf import settings
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.dummy"}},
    INSTALLED_APPS=["habeas.archive"],
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()
"""
RUN = "import sys; from habeas.cli import main; sys.exit(main())"
FIGURE = "people-held"

#: What is run, and at most how many times the bare ``django.setup()`` it should take.
COMMANDS: tuple[tuple[str, tuple[str, ...], float | None], ...] = (
    ("habeas --help", ("--help",), None),
    ("habeas people list", ("people", "list"), 1.6),
    ("habeas reading status", ("reading", "status"), 1.6),
    ("habeas figure list", ("figure", "list"), 1.6),
    ("habeas why", ("why", FIGURE), 1.6),
    ("habeas search", ("search", "--public", "camp"), 2.0),
)
BARE = "django.setup()"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.commands")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--source", type=Path, help="the src of another checkout")
    parser.add_argument("--archive", type=Path, help="a demonstration that is there already")
    given = parser.parse_args()
    results = Results()
    with tempfile.TemporaryDirectory(prefix="bench-commands-") as scratch:
        archive = given.archive or _demonstration(Path(scratch))
        run(results, archive, given.rounds, Path(scratch) / "compiled", given.source)
    results.show()


def run(
    results: Results, archive: Path, rounds: int, compiled: Path, source: Path | None = None
) -> None:
    """Each command ``rounds`` times in turn, and once before that unmeasured.

    The first time compiles the modules into the folder ``compiled``, as an installed program's are.
    """
    programs = {BARE: ("-c", SETUP)}
    programs |= {name: ("-c", RUN, *arguments) for name, arguments, _ in COMMANDS}
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
    for turn in range(rounds + 1):
        for name, arguments in programs.items():
            seconds = _seconds(arguments, archive, source, compiled)
            if turn:
                taken[name].append(seconds)
    medians = {
        name: tuple(statistics.median(each) for each in zip(*times, strict=True))
        for name, times in taken.items()
    }
    bare = medians[BARE]
    for name, _, bar in COMMANDS:
        processor, clock = medians[name]
        results.add(
            Measured(
                name,
                f"{processor:.2f} s of processor, {clock:.2f} s",
                f"{bare[0]:.2f} s, {bare[1]:.2f} s",
                f"{processor / bare[0]:.2f}× ({clock / bare[1]:.2f}× by the clock)",
                "" if bar is None else f"≤ {bar}×",
            )
        )


def _seconds(
    arguments: tuple[str, ...], archive: Path, source: Path | None, compiled: Path
) -> tuple[float, float]:
    """Of the processor and of the clock, for one Python process in the archive's directory."""
    bare = {n: v for n, v in os.environ.items() if not n.startswith(("DJANGO_", "PYTHON"))}
    if source is not None:
        bare["PYTHONPATH"] = str(source.absolute())
    bare["PYTHONPYCACHEPREFIX"] = str(compiled)
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], cwd=archive, env=bare, check=True, capture_output=True
    )
    took, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, took


def _demonstration(scratch: Path) -> Path:
    archive = scratch / "demonstration"
    demo = ("-c", RUN, "demo", "--directory", str(archive), "--no-serve")
    subprocess.run([sys.executable, *demo], check=True, capture_output=True)
    return archive


if __name__ == "__main__":
    main()
