"""What is refused before anything is signed, and what is said of it."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connections
from tests.cli.conftest import PASSPHRASE
from tests.cli.running import PROGRAM, Ended
from tests.support import presence


def test_the_wrong_passphrase(protected: Path, habeas: Callable[..., Ended]) -> None:
    ended = habeas("verify", "--passphrase-file", "../wrong")
    assert ended.code == 3
    assert "[keys.wrong-passphrase]" in ended.err
    assert "→" in ended.err
    assert habeas("verify", "--passphrase-file", "../right").code == 0


def test_a_passphrase_is_asked_for_at_a_terminal(
    protected: Path, habeas: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return PASSPHRASE

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", answer)
    assert habeas("verify").code == 0
    assert asked == ["Passphrase of the archive: "]
    assert habeas("people", "add").code == 0
    assert asked[2:] == ["New passphrase of the person: ", "The same again: "]


def test_a_passphrase_is_typed_twice(
    habeas: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["six words that a die picked", "six others that a die picked"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda question: next(answers))
    ended = habeas("init", "archive")
    assert ended.code == 3
    assert "[cli.passphrases-differ]" in ended.err
    assert not (tmp_path / "archive").exists()


@pytest.mark.parametrize("people", ["nobody's key", "two keys"])
def test_what_the_installation_may_record_alone_names_that_way(
    habeas: Callable[..., Ended], archive_here: Path, people: str
) -> None:
    """A hold, a withdrawal and a lost key wait for nobody, and whoever is stopped is told so."""
    names = [habeas("people", "list", "--json").json["people"][0]["pseudonym"]]
    if people == "two keys":
        made = habeas("people", "add", "--unprotected", "--as", names[0], "--json")
        names = sorted([*names, made.json["pseudonym"]])
    else:
        for key in (archive_here / "keys" / "people").iterdir():
            key.unlink()
    (archive_here.parent / "a.txt").write_text("A statement.\n", encoding="utf-8")
    sealed = habeas("add", "../a.txt", "--no-read", "--json").json["sealed"][0]["exhibit"]
    hold = ("hold", "set", str(sealed), "--authority", "A court")
    for command in (
        hold,
        ("consent", "withdraw", "1", "--yes"),
        ("people", "retire", names[0], "--lost", "--yes"),
    ):
        ended = habeas(*command)
        assert ended.code == 3
        assert "[person.needed]" in ended.err
        assert "--unsigned: the installation alone then records it." in ended.err
        assert all(f"--as {name}" in ended.err for name in names) == (people == "two keys")
    assert habeas(*hold, "--unsigned").code == 0
    needs_one = habeas("hold", "lift", str(sealed), "--authority", "A court", "--yes")
    assert "[person.needed]" in needs_one.err
    assert "the installation alone" not in needs_one.err


def test_a_persons_passphrase_is_their_own(protected: Path, habeas: Callable[..., Ended]) -> None:
    opened = ("--passphrase-file", "../right")
    theirs = protected.parent / "theirs"
    theirs.write_text("seven quiet herons on the dyke\n", encoding="utf-8")
    assert habeas("people", "add", *opened, "--person-passphrase-file", theirs).code == 0
    folder = protected.parent / "in"
    folder.mkdir()
    (folder / "sources.csv").write_text("id,kind,code\ns,publication,news\n", encoding="utf-8")
    import_ = ("import", folder, *opened, "--person-passphrase-file")
    assert "[keys.wrong-passphrase]" in habeas(*import_, "../right").err
    done = habeas(*import_, theirs)
    assert done.code == 0
    assert "can be read by others" in done.err  # the file has the usual mode


@pytest.mark.parametrize("content", [b"", b"\nsecond line\n", b"\xff\xfe\n", b"x" * 5000])
def test_a_passphrase_file_without_a_passphrase(
    protected: Path, habeas: Callable[..., Ended], content: bytes
) -> None:
    file = protected.parent / "odd"
    file.write_bytes(content)
    assert "[cli.passphrase-file]" in habeas("verify", "--passphrase-file", file).err


def test_no_passphrase_is_shown_or_kept(protected: Path, habeas: Callable[..., Ended]) -> None:
    for arguments in (("people", "list"), ("figure",), ("doctor",), ("doctor", "--json")):
        given = () if arguments[0] == "doctor" else ("--passphrase-file", "../right")
        assert PASSPHRASE not in habeas(*arguments, *given).said
    kept = [
        p for p in protected.rglob("*") if p.is_file() and PASSPHRASE.encode() in p.read_bytes()
    ]
    assert kept == []


def test_a_database_behind_its_own_log(
    archive_here: Path, habeas: Callable[..., Ended], tmp_path: Path
) -> None:
    connections.close_all()
    shutil.copy(archive_here / "habeas.db", tmp_path / "older.db")
    assert habeas("compartments", "add", "north", "North").code == 0
    connections.close_all()
    for part in archive_here.glob("habeas.db-*"):
        part.unlink()
    shutil.copy(tmp_path / "older.db", archive_here / "habeas.db")
    before = (archive_here / "log" / "checkpoint").read_bytes()
    ended = habeas("compartments", "add", "south", "South")
    assert ended.code == 3
    assert "[ledger.database-behind-log]" in ended.err
    assert "older copy" in ended.err
    assert (archive_here / "log" / "checkpoint").read_bytes() == before
    assert habeas("verify").code == 1
    assert "red" in habeas("doctor").out


def test_a_database_of_a_newer_program(archive_here: Path, habeas: Callable[..., Ended]) -> None:
    connections.close_all()
    with closing(sqlite3.connect(archive_here / "habeas.db")) as database, database:
        database.execute("update local_state set value = '99' where name = 'format'")
    ended = habeas("figure")
    assert ended.code == 3
    assert "[archive.newer]" in ended.err
    assert "Install a newer habeas" in ended.err


def test_settings_of_a_newer_program(archive_here: Path, habeas: Callable[..., Ended]) -> None:
    settings = archive_here / "habeas.toml"
    settings.write_text(settings.read_text().replace("format = 1", "format = 2"))
    assert "[archive.newer]" in habeas("figure").err


def test_tables_of_another_version(archive_here: Path, habeas: Callable[..., Ended]) -> None:
    connections.close_all()
    with closing(sqlite3.connect(archive_here / "habeas.db")) as database, database:
        database.execute("update local_state set value = 'old' where name = 'projection'")
    ended = habeas("figure")
    assert ended.code == 3
    assert "habeas rebuild" in ended.err
    assert habeas("rebuild").code == 0
    assert habeas("figure").code == 0


def test_a_second_sequencer_waits_its_turn(
    archive_here: Path, habeas: Callable[..., Ended]
) -> None:
    """The entry is committed and said to be; the log takes it in at the next run."""
    lock = os.open(archive_here / "log" / "sequencer.lock", os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = habeas("compartments", "add", "north", "North")
    finally:
        os.close(lock)
    assert ended.code == 0
    assert "Another process is writing the log" in ended.err
    assert "not in the log yet" in habeas("doctor").out
    assert habeas("compartments").code == 0  # any command adds them
    assert habeas("verify").code == 0


def test_another_writer_is_waited_for_and_named(
    archive_here: Path, habeas: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("habeas.archive.store.connecting.WAIT_SECONDS", 1)
    monkeypatch.setattr("habeas.archive.store.connecting.PATIENCE_SECONDS", 0.1)
    with closing(sqlite3.connect(archive_here / "habeas.db")) as other:
        other.execute("begin immediate")
        ended = habeas("compartments", "add", "north", "North")
        other.rollback()
    assert ended.code == 4
    assert "waiting for it" in ended.err
    assert "[archive.busy]" in ended.err
    assert habeas("compartments", "add", "north", "North").code == 0


def test_two_imports_at_once_both_land_whole(
    archive_here: Path, habeas: Callable[..., Ended], tmp_path: Path
) -> None:
    connections.close_all()
    folders = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        folders.append(folder)
        sources = "".join(f"{name}-{n},publication,{name}-{n}\n" for n in range(400))
        (folder / "sources.csv").write_text(f"id,kind,code\n{sources}", encoding="utf-8")
    running = [
        subprocess.Popen(
            [PROGRAM, "import", folder],
            cwd=archive_here,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for folder in folders
    ]
    for process in running:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, out + err
    ended = habeas("verify", "--json")
    assert ended.code == 0, ended.said
    assert ended.json["size"] == ended.json["logged"] == 6 + 2 * (1 + 400 + 1)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Four megabytes that fill up."""
    if os.geteuid() != 0:
        presence.missing("A small file system", "run as root, who may mount one")
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", place], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount a file system")
    yield place
    connections.close_all()
    subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk(
    small_disk: Path, habeas: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing is half-recorded: what was there is sound, and there is room to go on."""
    assert habeas("init", small_disk / "archive", "--unprotected").code == 0
    monkeypatch.chdir(small_disk / "archive")
    size = habeas("verify", "--json").json["size"]
    large = tmp_path / "large.bin"
    large.write_bytes(os.urandom(6 << 20))
    ended = habeas("add", large)
    assert ended.code == 3, ended.said
    assert "disk is full" in ended.err.lower() or "no space" in ended.err.lower()
    after = habeas("verify", "--json")
    assert after.code == 0, after.said
    assert after.json["size"] == size
    assert after.json["leftovers"] == []
    small = tmp_path / "small.txt"
    small.write_text("room again", encoding="utf-8")
    assert habeas("add", small).code == 0


def test_a_disk_that_fills_while_recording(
    small_disk: Path, habeas: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert habeas("init", small_disk / "archive", "--unprotected").code == 0
    monkeypatch.chdir(small_disk / "archive")
    assert habeas("people", "add", "--unprotected").code == 0
    folder = tmp_path / "in"
    folder.mkdir()
    rows = "".join(f"s-{n},publication,news-{n},{'x' * 400}\n" for n in range(5000))
    (folder / "sources.csv").write_text(f"id,kind,code,about\n{rows}", encoding="utf-8")
    ended = habeas("import", folder)
    assert ended.code == 3, ended.said
    assert "[archive.disk-full]" in ended.err
    after = habeas("verify", "--json")
    assert after.json["size"] == 6
    assert after.code == 0, after.said


def test_an_import_counts_decisions_and_a_record_names_its_claims(
    archive_here: Path, habeas: Callable[..., Ended]
) -> None:
    folder = archive_here.parent / "in"
    folder.mkdir()
    (folder / "sources.csv").write_text("id,kind,code\ns,witness,w-1\n", encoding="utf-8")
    (folder / "mentions.csv").write_text("id,kind,caption\nm,person,Person One\n", encoding="utf-8")
    (folder / "claims.csv").write_text(
        "id,subject,property,value,source\nc,m,name,Person One,s\n", encoding="utf-8"
    )
    (folder / "consents.csv").write_text("subject,basis,audience\nm,given,team\n", encoding="utf-8")
    foreseen = habeas("import", folder, "--dry-run")
    assert ", consents 1." in foreseen.out, foreseen.said
    said = habeas("import", folder)
    assert said.code == 0, said.said
    assert ", consents 1." in said.out
    assert "judgements" not in said.out
    from habeas.archive import models as m

    person, claim = m.Mention.objects.get().position, m.Claim.objects.get().position
    ended = habeas("retract", str(person))
    assert f"give the number of one of its claims: {claim}." in ended.err
    short = habeas("search", "a", "--purpose", "work")
    assert "The purpose says too little: it has at least 10 characters." in short.err
