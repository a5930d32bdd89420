"""One changed byte anywhere: verify ends with 1 and names the place."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connections
from tests.cli.running import Ended


@pytest.fixture
def filled(archive_here: Path, habeas: Callable[..., Ended]) -> Iterator[Path]:
    """An archive with an exhibit, its text, and enough entries for a note to be altered."""
    note = archive_here.parent / "note.txt"
    note.write_text("Twelve rooms, forty people in each.\n", encoding="utf-8")
    assert habeas("add", note).code == 0
    connections.close_all()
    yield archive_here
    connections.close_all()


def flip(path: Path, place: int = -20) -> None:
    """Change one byte of a file."""
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.chmod(0o644)
    path.write_bytes(bytes(data))


def largest(folder: Path, pattern: str = "*") -> Path:
    return max((p for p in folder.rglob(pattern) if p.is_file()), key=lambda p: p.stat().st_size)


def found(habeas: Callable[..., Ended]) -> list[tuple[str, str]]:
    """The code and place of every fault that verify names."""
    ended = habeas("verify", "--json")
    assert ended.code == 1, ended.said
    assert ended.json["sound"] is False
    return [(fault["code"], fault["path"]) for fault in ended.json["faults"]]


def test_an_untouched_archive_is_sound(filled: Path, habeas: Callable[..., Ended]) -> None:
    ended = habeas("verify", "--json")
    assert ended.code == 0
    assert ended.json["faults"] == []


def test_a_sealed_object(filled: Path, habeas: Callable[..., Ended]) -> None:
    altered = largest(filled / "objects")
    flip(altered)
    assert ("object.damaged", f"objects/{altered.parent.name}/{altered.name}") in found(habeas)


def test_a_missing_object(filled: Path, habeas: Callable[..., Ended]) -> None:
    gone = largest(filled / "objects")
    gone.unlink()
    assert ("object.missing", f"objects/{gone.parent.name}/{gone.name}") in found(habeas)


@pytest.mark.parametrize("column", ["note", "leaf_hash"])
def test_an_entry_in_the_database(filled: Path, habeas: Callable[..., Ended], column: str) -> None:
    _alter(filled, f"select {column} from ledger_entry where position = 6", "ledger_entry", column)
    assert any(place == "entry 6" for _, place in found(habeas))


def test_what_an_entry_says(filled: Path, habeas: Callable[..., Ended]) -> None:
    query = "select disclosures from content_disclosures where position = 6"
    _alter(filled, query, "content_disclosures", "disclosures")
    assert ("entry.bad-disclosure", "entry 6") in found(habeas)


def test_a_removed_entry(filled: Path, habeas: Callable[..., Ended]) -> None:
    with closing(sqlite3.connect(filled / "habeas.db")) as database, database:
        database.execute("delete from ledger_entry where position = 6")
    assert ("ledger.missing-entry", "entry 6") in found(habeas)


def test_a_last_entry_removed(filled: Path, habeas: Callable[..., Ended]) -> None:
    with closing(sqlite3.connect(filled / "habeas.db")) as database, database:
        database.execute(
            "delete from ledger_entry where position = (select max(position) from ledger_entry)"
        )
    assert "ledger.database-behind-log" in [code for code, _ in found(habeas)]


def test_an_entry_bundle(filled: Path, habeas: Callable[..., Ended]) -> None:
    altered = largest(filled / "log" / "tile" / "entries")
    flip(altered)
    assert any(place.startswith("tile/entries/") for _, place in found(habeas))


def test_a_tile(filled: Path, habeas: Callable[..., Ended]) -> None:
    altered = largest(filled / "log" / "tile" / "0")
    flip(altered)
    assert any(place.startswith("tile/0/") for _, place in found(habeas))


@pytest.mark.parametrize("place", [-20, 50])
def test_the_checkpoint(filled: Path, habeas: Callable[..., Ended], place: int) -> None:
    flip(filled / "log" / "checkpoint", place)
    assert any(where == "checkpoint" for _, where in found(habeas))


def test_a_lost_checkpoint(filled: Path, habeas: Callable[..., Ended]) -> None:
    (filled / "log" / "checkpoint").unlink()
    found(habeas)


def test_a_database_that_is_no_longer_one(filled: Path, habeas: Callable[..., Ended]) -> None:
    connections.close_all()
    for part in filled.glob("habeas.db-*"):
        part.unlink()
    (filled / "habeas.db").write_bytes(b"something else entirely " * 100)
    ended = habeas("verify")
    assert ended.code == 3
    assert "[archive.database]" in ended.err or "[archive.not-found]" in ended.err
    assert "Traceback" not in ended.said


def test_a_projection_that_was_edited(filled: Path, habeas: Callable[..., Ended]) -> None:
    """The derived tables are not evidence: rebuild --check names the one that lies."""
    with closing(sqlite3.connect(filled / "habeas.db")) as database, database:
        database.execute("update projection_exhibit set filename = 'other.txt'")
    ended = habeas("rebuild", "--check", "--json")
    assert ended.code == 1
    assert [d["table"] for d in ended.json["differences"]] == ["projection_exhibit"]
    assert habeas("rebuild", "--from-start").code == 0
    assert habeas("rebuild", "--check").code == 0


def _alter(archive: Path, query: str, table: str, column: str) -> None:
    """Change one bit in the middle of a stored value."""
    with closing(sqlite3.connect(archive / "habeas.db")) as database, database:
        data = bytearray(database.execute(query).fetchone()[0])
        data[len(data) // 2] ^= 1
        database.execute(f"update {table} set {column} = ? where position = 6", (bytes(data),))
