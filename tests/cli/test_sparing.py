"""What a command that only reads does not load, and what a command is given all the same.

Counted, not timed: a list of libraries, each of which would take longer to load than the rest.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.running import Ended, run

from habeas.cli import collecting

ALIKE = ["duckdb", "numpy", "pandas", "pydantic", "pypdfium2", "rich", "scipy", "splink"]
ALIKE += ["csp", "django.http", "habeas.linking", "habeas.exchange"]
ALIKE += ["habeas.web"]
WRITING = ["habeas.archive.verbs", "habeas.archive.projection.projecting", "habeas.cli.acting"]
SEARCHING = ["habeas.archive.search.searching", "habeas.names", "tantivy"]
LOADED = [*SEARCHING, "habeas.figures.evaluation"]


def loaded(archive: Path, *arguments: str, expected: str = "0") -> set[str]:
    """The modules of a command's own process, the packages that they lie in too."""
    program = (
        f"import sys; sys.argv = ['habeas', *{list(arguments)!r}]\n"
        "from habeas.cli import main\n"
        "code = main()\n"
        "print('LOADED', code, *sys.modules)"
    )
    bare = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=archive, env=bare, capture_output=True, text=True
    )
    code, *modules = done.stdout.partition("LOADED ")[2].split()
    assert code == expected, done.stderr
    return set(modules)


@pytest.mark.parametrize(
    ("command", "never"),
    [
        ("figure list", [*ALIKE, *SEARCHING, *WRITING]),
        ("why 0", [*ALIKE, *SEARCHING, *WRITING]),
        ("people list", [*ALIKE, *LOADED]),
        ("reading status", [*ALIKE, *LOADED]),
        ("search --public camp", [*ALIKE, *WRITING, "habeas.figures.evaluation"]),
    ],
)
def test_a_command_that_reads_loads_no_library_that_it_does_not_need(
    archive_here: Path, command: str, never: list[str]
) -> None:
    nothing_there = command.startswith("why")
    there = loaded(archive_here, *command.split(), expected="3" if nothing_there else "0")
    assert "django" in there
    assert not there.intersection(never)


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        (["figure", "list", "--as-of", "x"], "a valid integer"),
        (["figure", "list", "--as-of", "0"], "greater than or equal to 1"),
        (["why", "a\udcffb"], "not text in UTF-8"),
        (["search", "--public", "camp", "a\udcffb"], "not text in UTF-8"),
        (["add", "/no/such/file"], "/no/such/file"),
    ],
)
def test_what_was_typed_wrong_is_refused_as_before(
    archive_here: Path, typed: list[str], refused: str
) -> None:
    ended = run(*typed)
    assert ended.code != 0
    assert refused in ended.err
    assert "bug in habeas" not in ended.err


def test_what_was_typed_arrives(archive_here: Path) -> None:
    def said(*typed: str) -> Ended:
        return run("search", "--public", *typed, "--json")

    found = said("camp", "قەشقەر")
    assert (found.code, found.json["query"]) == (0, said("camp قەشقەر").json["query"])
    assert run("figure", "list", "--as-of", "1", "--json").json["as_of"] == 1
    assert run("--archive", "x", "figure", "list").code == 2
    assert run("figure", "list", "--archive", str(archive_here), "--json").code == 0


def test_garbage_of_a_long_command_is_collected_all_the_same() -> None:
    program = (
        "import gc; from habeas.cli import main; main(['figure', 'list', '--help'])\n"
        "assert gc.isenabled(); print(gc.get_threshold()[0], gc.get_freeze_count() > 10_000)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == f"{collecting._RUNNING} True", done.stderr
    assert gc.isenabled()
