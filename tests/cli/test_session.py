"""What a command is given: its options come from the type of its parameter, last and in order."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.running import Ended

import habeas.cli.commands
from habeas.cli.given import taking_options
from habeas.cli.session import DirectorySession, PersonSession, Session
from habeas.cli.speaking import Speaker

COMMANDS = Path(inspect.getfile(habeas.cli.commands)).parent


def speaks(speaker: Speaker, word: str, loud: bool = False) -> tuple[bool, str, bool]:
    """Says a word."""
    return speaker.json, word, loud


def looks(session: DirectorySession) -> Path:
    return session.directory


def opens(session: Session, word: str = "") -> str:
    return word


def decides(word: str, session: PersonSession) -> str:
    return word


def plain(word: str) -> str:
    return word


@pytest.mark.parametrize(
    ("function", "options"),
    [
        (speaks, ["word", "loud", "json"]),
        (looks, ["archive", "json"]),
        (opens, ["word", "archive", "passphrase_file", "json"]),
        (decides, ["word", "archive", "passphrase_file", "person_passphrase_file", "json"]),
        (plain, ["word"]),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_the_options_of_a_session_come_last(
    function: Callable[..., object], options: list[str]
) -> None:
    assert list(inspect.signature(taking_options(function)).parameters) == options


def test_a_command_is_called_with_what_was_made_of_its_options(tmp_path: Path) -> None:
    assert taking_options(speaks)(word="a", loud=True, json=True) == (True, "a", True)
    assert inspect.getdoc(taking_options(speaks)) == "Says a word."
    assert taking_options(looks)(archive=tmp_path, json=False) == tmp_path


def test_what_was_typed_is_refused_before_a_passphrase_is_asked(
    protected: Path, habeas: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(question: str) -> str:
        raise AssertionError(question)

    monkeypatch.setattr("getpass.getpass", ask)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert habeas("rebuild", "--check", "--from-start").code == 2
    assert habeas("bundle", "--to", "x").code == 2


def test_commands_import_at_their_top() -> None:
    """A module of commands is imported when one of them is met: nothing of ours need hide."""
    hidden = [
        f"{path.name}:{node.lineno}"
        for path in sorted(COMMANDS.glob("*.py"))
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("habeas")
    ]
    assert hidden == []
