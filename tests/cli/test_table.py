"""The table of commands agrees with the commands, and listing them imports none of them."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from habeas.cli.app import app
from habeas.cli.table import ROWS, Row

COMMANDS = [row for row in ROWS if row.module]
GROUPS = [row.words for row in ROWS if not row.module]
#: Of ``custody``: imports nothing, and must run before anything else does.
AT_ONCE = {"habeas.custody", "habeas.custody.core_dumps"}
ROOMS = ("archive", "custody", "demo", "estimation", "exchange", "figures", "linking", "names")
ROOMS += ("reading", "regions", "vocabulary", "web")


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: "-".join(row.words))
def test_a_line_of_the_table_is_the_first_of_its_function(row: Row) -> None:
    function = getattr(import_module(f"habeas.cli.commands.{row.module}"), row.function)
    assert (inspect.getdoc(function) or "").splitlines()[0] == row.line


def test_every_module_of_commands_is_in_the_table() -> None:
    folder = Path(inspect.getfile(import_module("habeas.cli.commands"))).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert modules == {row.module for row in COMMANDS}


def test_a_group_comes_before_its_commands_and_names_one_of_them() -> None:
    seen: set[tuple[str, ...]] = {()}
    for row in ROWS:
        assert row.words[:-1] in seen, row
        assert row.words not in seen, row
        if not row.module:
            seen.add(row.words)
            typed = {each.words for each in ROWS}
            assert not row.otherwise or (*row.words, row.otherwise) in typed, row


def imported(*arguments: str) -> tuple[str, set[str]]:
    """What the program says, and what of ours and of Django it imported for it."""
    program = (
        f"import sys; sys.argv = ['habeas', *{list(arguments)!r}]\n"
        "from habeas.cli import main\n"
        "main()\n"
        "print('IMPORTED', *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    said, _, names = done.stdout.rpartition("IMPORTED ")
    return said, {name for name in names.split() if name.partition(".")[0] in ("habeas", "django")}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["keys", "--help"]], ids=lambda words: " ".join(words)
)
def test_listing_commands_imports_no_room(arguments: list[str]) -> None:
    said, names = imported(*arguments)
    assert said
    rooms = {name for name in names if name.split(".")[1:2] and name.split(".")[1] in ROOMS}
    assert rooms <= AT_ONCE
    assert "django" not in names
    assert not {name for name in names if name.startswith("habeas.cli.commands.")}


def test_the_help_of_a_command_imports_its_module_alone() -> None:
    said, names = imported("rebuild", "--help")
    assert "Make the derived tables again from the ledger." in said
    commands = {name for name in names if name.startswith("habeas.cli.commands.")}
    assert commands == {"habeas.cli.commands.rebuild"}


@pytest.mark.parametrize("words", [(), *GROUPS], ids=lambda words: "-".join(words) or "habeas")
def test_a_group_lists_its_commands_in_the_order_of_the_table(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    app(args=[*words, "--help"], prog_name="habeas", standalone_mode=False)
    _, _, listed = capsys.readouterr().out.partition("Commands:\n")
    names = [line.split()[0] for line in listed.splitlines() if line[2:3].strip()]
    assert names == [row.words[-1] for row in ROWS if row.words[:-1] == words]
