"""No state of any file or cell ends in a fault of this program: it is named, or harmless."""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connections
from tests.archive.making import seal_text
from tests.archive.test_rebuild import fill
from tests.cli.conftest import archive_here, habeas
from tests.cli.running import Ended

from habeas.archive import models as m
from habeas.archive.opening import Archive, open_archive
from habeas.archive.verify.deep import verify_deeper
from habeas.archive.verify.verifying import verify
from habeas.custody.errors import ObjectError
from habeas.custody.objects.encrypting import object_path

__all__ = ["archive_here", "habeas"]
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
ROUNDS = 6  # of each kind; a longer run with other seeds found nothing
VALUES = ("text", b"\x00\xff", 1 << 62, -5, 3.7, "", "[1", "x" * 70_000, None)
WAYS: tuple[Callable[[bytes], bytes], ...] = (
    lambda data: data[:-1],
    lambda data: data[: len(data) // 2],
    lambda data: data + b"x",
    lambda data: data + bytes(5_000),
    lambda data: b"",
    lambda data: data[:9] + bytes([data[9] ^ 4]) + data[10:],
    lambda data: random.Random(3).randbytes(200),  # noqa: S311
)


@pytest.mark.parametrize("way", range(4))
def test_a_sealed_object_that_is_cut_or_has_a_tail(
    archive: Archive, tmp_path: Path, way: int
) -> None:
    """Its address is that of its bytes, so only who opens it can tell."""
    seal_text(archive, tmp_path)
    seal_text(archive, tmp_path, "Other words.", "other.txt")
    row = m.ContentObjectKey.objects.get(address=m.Exhibit.objects.order_by("position")[0].address)
    identity = archive.keyring.unwrap(row.epoch, bytes(row.wrapped_identity), row.address)
    ciphertext = WAYS[way](archive.objects.path(row.address).read_bytes())
    address = hashlib.sha256(ciphertext).hexdigest()
    path = archive.objects.directory / object_path(address)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(ciphertext)
    m.Exhibit.objects.filter(address=row.address).update(address=address)
    epoch, wrapped = archive.keyring.wrap(identity, address)
    row.delete()
    m.ContentObjectKey.objects.create(address=address, epoch=epoch, wrapped_identity=wrapped)
    assert verify(archive).faults == []
    deeper = verify_deeper(archive)
    assert [f.path for f in deeper.faults if f.path.startswith("objects/")] == [
        f"objects/{object_path(address)}"
    ]
    assert deeper.objects == m.ContentObjectKey.objects.count()
    with pytest.raises(ObjectError), (tmp_path / "out").open("wb") as out:
        archive.copy_object(address, out)
    with pytest.raises(ObjectError):
        archive.read_object(address)


def cells(database: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(database)) as raw:
        made = raw.execute("select name from sqlite_master where type = 'table'").fetchall()
        tables = [name for (name,) in made if name.startswith(("ledger", "content", "projection"))]
        full = [name for name in tables if raw.execute(f"select 1 from {name}").fetchone()]
        return [
            (name, column[1])
            for name in full
            for column in raw.execute(f"pragma table_info({name})")
        ]


def retype(database: Path, chance: random.Random) -> str:
    """Put something else into a cell; which cell, and what."""
    found = cells(database)
    while True:
        (table, column), value = chance.choice(found), chance.choice(VALUES)
        with closing(sqlite3.connect(database)) as raw, raw:
            raw.execute("pragma ignore_check_constraints = 1")
            rows = [row for (row,) in raw.execute(f"select rowid from {table}")]
            try:
                raw.execute(
                    f"update {table} set {column} = ? where rowid = ?", (value, chance.choice(rows))
                )
            except sqlite3.IntegrityError:
                continue
        return f"{table}.{column} = {value!r:.20}"


@pytest.fixture
def full(archive_here: Path, tmp_path: Path) -> Path:
    fill(open_archive(archive_here), tmp_path)
    connections.close_all()
    with closing(sqlite3.connect(archive_here / "habeas.db")) as raw:
        raw.execute("pragma wal_checkpoint(truncate)")
    return archive_here


def test_whatever_a_cell_holds(full: Path, habeas: Callable[..., Ended]) -> None:
    chance = random.Random(20)  # noqa: S311
    file = full / "habeas.db"
    whole = file.read_bytes()
    for number in range(ROUNDS):
        what = retype(file, chance)
        verified = habeas("verify", "--deep")
        assert verified.code in (1, 3), f"{what}: {verified.said}"
        other = habeas(*(("why", "15"), ("custody", "9"), ("rebuild", "--check"))[number % 3])
        connections.close_all()
        for beside in full.glob("habeas.db-*"):
            beside.unlink()
        file.write_bytes(whole)
        for ended in (verified, other):
            assert "bug in habeas" not in ended.said, f"{what}: {ended.said}"
            assert "Traceback" not in ended.said


def test_whatever_a_file_is(
    full: Path, habeas: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut, longer, empty, another, a folder, a link to itself, or gone."""
    monkeypatch.chdir(tmp_path)
    chance = random.Random(21)  # noqa: S311
    base = shutil.copytree(full, tmp_path / "base", symlinks=True)
    files = [path.relative_to(base) for path in sorted(base.rglob("*")) if path.stat().st_size > 9]
    files = [path for path in files if (base / path).is_file()]
    for _ in range(ROUNDS):
        name, way = chance.choice(files), chance.randrange(len(WAYS) + 3)
        path = full / name
        if way < len(WAYS):
            path.chmod(0o600)
            path.write_bytes(WAYS[way](path.read_bytes()))
        else:
            path.unlink()
        if way == len(WAYS):
            path.mkdir()
        elif way == len(WAYS) + 1:
            path.symlink_to(path.name)
        said = [
            habeas(*words, "--archive", full) for words in (("verify", "--deep"), ("why", "15"))
        ]
        connections.close_all()
        for ended in said:
            assert "bug in habeas" not in ended.said, f"{name}, way {way}: {ended.said}"
            assert "Traceback" not in ended.said
        shutil.rmtree(full)
        shutil.copytree(base, full, symlinks=True)


@ON_SQLITE
def test_what_else_is_wrong_is_told_beside_a_cell_that_cannot_be_read(
    archive: Archive, tmp_path: Path
) -> None:
    seal_text(archive, tmp_path)
    archive.objects.path(m.Exhibit.objects.get().address).unlink()
    m.LedgerEntry.objects.filter(position=2).update(leaf_hash=bytes(32))
    connections.close_all()
    with closing(sqlite3.connect(archive.directory / "habeas.db")) as raw, raw:
        raw.execute("update ledger_entry set note = 7 where position = 3")
        raw.execute("update ledger_entry set entry_id = cast(x'ff' as text) where position = 4")
        raw.execute("update ledger_entry set position = 4611686018427387000 where position = 6")
    found = verify(open_archive(archive.directory, damaged=True))
    assert {2, 3, 4, 6} <= {fault.position for fault in found.faults}
    assert any(fault.path.startswith("objects/") for fault in found.faults)
    assert len(found.faults) < 30


@ON_SQLITE
def test_a_position_beyond_all_others_keeps_nobody_busy(archive: Archive) -> None:
    connections.close_all()
    with closing(sqlite3.connect(archive.directory / "habeas.db")) as raw, raw:
        raw.execute("update ledger_entry set position = 4611686018427387000 where position = 4")
    codes = {fault.code for fault in verify(open_archive(archive.directory, damaged=True)).faults}
    assert "ledger.missing-entry" in codes
    with pytest.raises(Exception, match=r"database|archive|entr"):
        open_archive(archive.directory)
