"""The newest state has what entries say today, so that a later program is held to it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.corpus.making import STATES, unpack

from habeas.archive.kinds import IMPORTED, KINDS
from habeas.custody.log import disclosures

#: What no folder of tables brings.
_NOT_BY_FOLDER = {"location"}


def entries(name: str, folder: Path) -> list[dict[str, object]]:
    """The fields of the entries of a state."""
    unpack(name, folder, "sqlite")
    with sqlite3.connect(folder / "sqlite" / "habeas.db") as database:
        rows = database.execute("SELECT disclosures FROM content_disclosures").fetchall()
    split = (disclosures.split(bytes(row[0])) for row in rows)
    return [{name: value for _, name, value in map(disclosures.read, each)} for each in split]


def test_some_state_has_each_kind_and_each_kind_that_came_with_a_list(tmp_path: Path) -> None:
    found = [
        entry
        for state in sorted(STATES.iterdir())
        for entry in entries(state.name, tmp_path / state.name)
    ]
    assert {entry.get("kind") for entry in found} >= set(KINDS)
    listed = {entry["kind"] for entry in found if "list" in entry}
    assert listed >= IMPORTED - _NOT_BY_FOLDER
