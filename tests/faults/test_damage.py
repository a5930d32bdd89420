"""One bit changed in each class of file of an archive is found, and named.

Backups, bundles and mirrors have theirs in ``tests/archive/test_backup.py``,
``tests/archive/test_mirroring.py`` and ``tests/exchange/test_bundle_tampering.py``; an older copy
of the whole directory is found out by a partner in ``tests/cli/test_witness.py``; two writers are
in ``tests/archive/test_crashing.py``.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connections
from tests.archive.making import newspaper, seal_text
from tests.cli.conftest import archive_here, habeas
from tests.cli.running import Ended
from tests.support import presence
from tests.support.damaged import flip

from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.ledger import appending
from habeas.archive.ledger.committed_entries import head
from habeas.archive.making import init_archive
from habeas.archive.opening import Archive, open_archive
from habeas.archive.store import open_lock as open_archives
from habeas.archive.verify import verifying
from habeas.errors import HabeasError

__all__ = ["archive_here", "habeas"]
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
FLIPS = 6  # in each class, at spread places
PAGE_FLIPS = 60  # anywhere in the database's file


@pytest.mark.parametrize(
    "pattern",
    ["objects/??/*", "log/tile/0/**/*", "log/tile/entries/**/*", "log/checkpoint", "keys/*"],
)
def test_a_bit_of_a_file(archive_here: Path, habeas: Callable[..., Ended], pattern: str) -> None:
    note = archive_here.parent / "note.txt"
    note.write_text("Twelve rooms.\n", encoding="utf-8")
    assert habeas("add", note).code == 0
    connections.close_all()
    chance = random.Random(7)  # noqa: S311
    paths = [path for path in sorted(archive_here.glob(pattern)) if path.is_file()]
    assert paths
    for number in range(FLIPS):
        path = paths[number % len(paths)]
        before = path.read_bytes()
        place, bit = chance.randrange(len(before)), chance.randrange(8)
        flip(path, place, bit)
        ended = habeas("verify")
        path.write_bytes(before)
        connections.close_all()
        assert ended.code in (1, 3), f"{path} byte {place} bit {bit}: {ended.said}"
        assert "[" in ended.said
        assert "Traceback" not in ended.said
        assert "bug in habeas" not in ended.said


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("ledger_entry", "note"),
        ("ledger_entry", "leaf_hash"),
        ("ledger_entry", "entry_id"),
        ("content_disclosures", "disclosures"),
        ("content_object_key", "wrapped_identity"),
        ("projection_exhibit", "filename"),
    ],
)
def test_a_bit_of_the_database(
    archive_here: Path, habeas: Callable[..., Ended], table: str, column: str
) -> None:
    note = archive_here.parent / "note.txt"
    note.write_text("Twelve rooms.\n", encoding="utf-8")
    assert habeas("add", note).code == 0
    connections.close_all()
    with closing(sqlite3.connect(archive_here / "habeas.db")) as database, database:
        row, value = database.execute(
            f"select rowid, {column} from {table} order by rowid desc"
        ).fetchone()
        data = bytearray(value.encode() if isinstance(value, str) else value)
        data[len(data) // 2] ^= 1
        changed = data.decode() if isinstance(value, str) else bytes(data)
        database.execute(f"update {table} set {column} = ? where rowid = ?", (changed, row))
    ended = habeas("verify", "--deep")
    assert ended.code in (1, 3), ended.said
    assert "bug in habeas" not in ended.said


def test_a_bit_anywhere_in_the_database_file(
    archive_here: Path, habeas: Callable[..., Ended]
) -> None:
    """Found and named, or it changed neither a row, nor an index, nor the shape of a table."""
    note = archive_here.parent / "note.txt"
    note.write_text("Twelve rooms.\n" * 20, encoding="utf-8")
    assert habeas("add", note).code == 0
    connections.close_all()
    file = archive_here / "habeas.db"
    whole = file.read_bytes()
    sound = read_out(file)
    used = [place for place, byte in enumerate(whole) if byte]
    chance = random.Random(7)  # noqa: S311
    harmless = 0
    for _ in range(PAGE_FLIPS):
        place, bit = chance.choice(used), chance.randrange(8)
        flip(file, place, bit)
        same = read_out(file) == sound
        ended = habeas("verify", "--deep")
        connections.close_all()
        for beside in archive_here.glob("habeas.db-*"):
            beside.unlink()
        file.write_bytes(whole)
        assert "bug in habeas" not in ended.said, f"byte {place} bit {bit}: {ended.said}"
        assert ended.code in (0, 1, 3), ended.said
        assert "[" in ended.said or ended.code == 0
        assert ended.code or same, f"byte {place} bit {bit} was not found"
        harmless += not ended.code
    assert harmless < PAGE_FLIPS // 4


def read_out(file: Path) -> object:
    """All that a database says, by every way of looking; None where it cannot be read.

    How the words of SQL are written (COLLATE, Collate) is left out: it changes nothing.
    """
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            made = database.execute("select name, sql from sqlite_master order by name").fetchall()
            tables = [name for name, sql in made if str(sql).upper().startswith("CREATE TABLE")]
            rows = {
                name.lower(): database.execute(f"select * from {name} not indexed").fetchall()
                for name in tables
                if not name.startswith(("local_", "django_", "sqlite_"))
            }
            walked = database.execute("pragma integrity_check").fetchall()
            return str(made).lower(), rows, walked
    except (sqlite3.Error, UnicodeDecodeError):
        return None


@ON_SQLITE
def test_a_clock_that_goes_backwards(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    with archive.writing() as batch:
        newspaper(batch, "before")
    last = head()[1]
    monkeypatch.setattr(appending.time, "time", lambda: last - 86_400.0)
    with archive.writing() as batch:
        newspaper(batch, "after")
    assert head()[1] == last
    assert verifying.verify(archive).faults == []


def test_a_file_system_of_4_mb_that_fills(tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mounting, capture_output=True).returncode:
        presence.missing("A small file system", "run as root, where tmpfs may be mounted")
    try:
        archive = init_archive(place / "archive", passphrase=None)
        seal_text(archive, tmp_path, "Twelve rooms.")
        held, refusals = _fill(archive, tmp_path)
        assert refusals, "it never filled"
        assert set(refusals) <= {"storage.full", "archive.disk-full"}, refusals
        room = ["mount", "-o", "remount,size=8m", str(place)]
        subprocess.run(room, check=True)  # what the error said to do
        again = open_archive(place / "archive")
        report = verifying.verify(again)
        assert report.faults == []
        assert report.objects >= held > 0
    finally:
        connections.close_all()
        open_archives.leave()
        subprocess.run(["umount", str(place)], check=True)


def _fill(archive: Archive, folder: Path) -> tuple[int, list[str]]:
    """Add files until three were refused; how many were acknowledged, and the refusals' codes."""
    held, refusals = 0, list[str]()
    for number in range(200):
        path = folder / f"{number}.bin"
        path.write_bytes(random.Random(number).randbytes(150_000 if not refusals else 3_000))  # noqa: S311
        try:
            added = add_files(archive, [Received(path)])
        except HabeasError as error:
            refusals.append(error.code)
        else:
            held += len(added.exhibits)
            refusals += [error.code for _, error in added.refused]
        if len(refusals) == 3:
            break
    return held, refusals
