"""Handling and consent in what commands list, show and find: nothing guarded without its mark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.running import run
from tests.support import guarded
from tests.support.guarded import Guarded

from habeas.archive.access.labels import LEVELS
from habeas.archive.opening import Archive


@pytest.fixture
def there(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Guarded:
    made = guarded.fill(archive, tmp_path)
    monkeypatch.chdir(archive.directory)
    return made


def _commands(there: Guarded) -> list[list[str]]:
    """Whatever lists, shows, finds or explains."""
    commands = [
        ["figure", "list"],
        ["search", "stands here", "--purpose", "to test what a search shows"],
        ["reading", "report", "--state", "waiting"],
        ["link", "report"],
        ["hold", "list"],
        ["figure", "show", "spoke"],
        ["why", "spoke"],
    ]
    commands += [["accounts", str(there.at[f"source-{level}"])] for level in LEVELS]
    for level in LEVELS:
        commands += [["figure", "show", f"held-{level}"], ["why", f"held-{level}"]]
        commands += [["custody", str(there.at[f"exhibit-{level}"])]]
        commands += [
            ["why", str(there.at[f"{kind}-{level}"])]
            for kind in ("exhibit", "source", "claim", "camp")
        ]
        commands += [
            ["retract", str(there.at[f"{kind}-{level}"]), "--dry-run"]
            for kind in ("claim", "source")
        ]
    return commands + [
        ["why", str(there.at[f"{kind}-{state}"])]
        for kind in ("person", "witness")
        for state in guarded.STATES
    ]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_nothing_guarded_is_said_without_its_mark(there: Guarded) -> None:
    seen: set[str] = set()
    for command in _commands(there):
        said = run(*command)
        assert said.code == 0, (command, said.said)
        lines = said.out.splitlines()
        for number, line in enumerate(lines):
            for token in (t for t in there.levels if t in line):
                seen.add(token)
                _require(there, token, lines[: number + 1], command)
    for kind in ("source", "camp", "name", "exhibit", "quote", "figure"):
        assert {f"Zz{kind}{level}zz" for level in LEVELS} <= seen, kind
    for token in there.consents:
        assert token in seen, token


def _require(there: Guarded, token: str, so_far: list[str], command: list[str]) -> None:
    """The level in the line, in one that speaks for the list, or on a step above of a tree.

    A doubt that names somebody in a sentence ("6 of 6 rest on …") says no consent beside it.
    """
    level = there.levels[token]
    words = [name for name in LEVELS if LEVELS[name] >= LEVELS[level] > 0]
    above = [line for line in so_far[:-1] if "[" in line or line.startswith("All of these:")]
    if words:
        at_the_line = any(word in _marks(so_far[-1]) for word in words)
        assert at_the_line or any(word in _marks(line) for word in words for line in above), (
            command, token, so_far,
        )  # fmt: skip
    if (state := there.consents.get(token)) and " rest on " not in so_far[-1]:
        assert any(state in _marks(line) for line in so_far), (command, token, so_far)


def _marks(line: str) -> str:
    return line if line.startswith("All of these:") else line[line.find("[") :] * ("[" in line)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_json_says_the_same(there: Guarded) -> None:
    asked = 0
    for command in _commands(there):
        if command[:2] in (["link", "report"], ["hold", "list"]):
            continue
        for token, around in _dicts(run(*command, "--json").json, [], set(there.levels)):
            asked += 1
            said = [found["handling"] for found in around if "handling" in found]
            level = there.levels[token]
            assert any(LEVELS[each] >= LEVELS[level] for each in said), (command, token, around[-1])
    assert asked > 100


def _dicts(
    found: Any, around: list[dict[str, Any]], tokens: set[str]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    if isinstance(found, dict):
        for value in found.values():
            yield from _dicts(value, [*around, found], tokens)
    elif isinstance(found, list):
        for value in found:
            yield from _dicts(value, around, tokens)
    elif isinstance(found, str):
        yield from ((token, around) for token in tokens if token in found)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_public_is_searched_without_a_mark(there: Guarded) -> None:
    said = run("search", "--public", "stands here").out
    assert "Zzexhibitpubliczz" in said
    assert not any(level in said for level in ("team", "restricted", "sealed"))
