"""Backup and restore: the same records, on either database, or nothing at all."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest
from django.db import connection, connections
from tests.archive.making import TEXT, add_reviewer, newspaper, place_mention, says, seal_text
from tests.support.archives import ArchiveMaker

from habeas.archive import models as m
from habeas.archive.errors import (
    ArchiveExists,
    BackupDamaged,
    BackupError,
    BackupExists,
    BackupLocked,
    BackupOvertaken,
    BackupUnsound,
    ForeignBackup,
    NobodyCouldRestore,
)
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.committed_entries import head
from habeas.archive.opening import Archive, open_archive
from habeas.archive.preserve import backing_up, sealed_stream
from habeas.archive.preserve.backing_up import BackupMade, backup
from habeas.archive.preserve.restoring import UNFINISHED, check_backup, restore
from habeas.archive.preserve.sealed_stream import StreamMember
from habeas.archive.store import schema
from habeas.archive.store.connecting import connect
from habeas.archive.store.settings_file import SETTINGS_NAME
from habeas.custody.keys import recovery
from habeas.custody.keys.keyring import Keyring
from habeas.custody.keys.recovery import Custodian, Recipients

SECRET = "Tursun Plantedname"
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def full(archive: Archive, tmp_path: Path) -> Archive:
    """A few of everything that is stored."""
    add_reviewer(archive)
    seal_text(archive, tmp_path, f"{TEXT} {SECRET} was there.")
    with archive.writing() as batch:
        says(batch, place_mention(batch), newspaper(batch), SECRET)
    return archive


def plain(made: BackupMade, keyring: Keyring) -> bytes:
    """What is inside a backup, decrypted."""
    identity = pyrage.x25519.Identity.from_str(keyring.backup_identity(made.epoch))
    return bytes(pyrage.decrypt(made.path.read_bytes(), [identity]))


def remade(
    plain_bytes: bytes, keyring: Keyring, path: Path, change: dict[str, bytes | None]
) -> Path:
    """A backup made by somebody who knows the recipient: members replaced, or left out."""
    with tarfile.open(fileobj=io.BytesIO(plain_bytes)) as tar:
        found = [(i.name, tar.extractfile(i).read()) for i in tar]  # type: ignore[union-attr]
    members = []
    for name, data in found:
        new = change.get(name, data)
        if new is not None:
            members.append(StreamMember.of(name, new))
    members += [StreamMember.of(n, d) for n, d in change.items() if d and n not in dict(found)]
    identity = pyrage.x25519.Identity.from_str(keyring.backup_identity(keyring.current_epoch))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        sealed_stream.write(members, [str(identity.to_public())], descriptor)
    finally:
        os.close(descriptor)
    return path


def nothing_there(directory: Path) -> bool:
    return not directory.exists() or not any(directory.iterdir())


# --- there and back ---------------------------------------------------------------------


def test_a_restored_archive_is_the_same(full: Archive, tmp_path: Path) -> None:
    made = backup(full, tmp_path / "b.age", only_own_keys=True)
    before, size, root = rebuilding.digests(), full.size, full.log.root()
    exhibit = m.Exhibit.objects.get()
    address = m.ContentObjectKey.objects.order_by("address")[0].address
    restored = restore(made.path, tmp_path / "again", full.keyring, passphrase=None)
    assert restored.sound, restored.faults
    assert (restored.entries, restored.sha256, restored.objects) == (size, made.sha256, 2)
    assert not (tmp_path / "again" / UNFINISHED).exists()
    again = open_archive(tmp_path / "again")
    assert (again.size, again.log.root()) == (size, root)
    assert rebuilding.digests() == before
    assert rebuilding.check() == []
    assert m.Exhibit.objects.get() == exhibit
    assert again.read_object(address)
    add_reviewer(again)
    assert again.size == size + 1


@ON_SQLITE
def test_sqlite_is_restored_into_postgresql(
    full: Archive, tmp_path: Path, archive_maker: ArchiveMaker
) -> None:
    made = backup(full, tmp_path / "b.age", only_own_keys=True)
    before = rebuilding.digests()
    url = archive_maker.empty_database("postgresql")
    assert url is not None
    try:
        restore(made.path, tmp_path / "pg", full.keyring, passphrase=None, database_url=url)
        open_archive(tmp_path / "pg")
        assert connection.vendor == "postgresql"
        assert rebuilding.digests() == before
        with pytest.raises(ArchiveExists, match="holds an archive already"):
            restore(made.path, tmp_path / "p2", full.keyring, passphrase=None, database_url=url)
        assert nothing_there(tmp_path / "p2")
        open_archive(tmp_path / "pg")
        assert rebuilding.digests() == before, "what was there before stays"
    finally:
        connections.close_all()
        archive_maker.drop(url)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_failed_restore_leaves_the_database_empty(
    full: Archive, tmp_path: Path, archive_maker: ArchiveMaker
) -> None:
    made = backup(full, tmp_path / "b.age", only_own_keys=True)
    made.path.write_bytes(made.path.read_bytes()[:-100])
    url = archive_maker.empty_database("postgresql")
    assert url is not None
    try:
        with pytest.raises(BackupDamaged):
            restore(made.path, tmp_path / "pg", full.keyring, passphrase=None, database_url=url)
        assert nothing_there(tmp_path / "pg")
        assert connection.introspection.table_names() == []
    finally:
        connections.close_all()
        archive_maker.drop(url)


def test_a_check_leaves_the_archive_as_it_was(full: Archive, tmp_path: Path) -> None:
    made = backup(full, tmp_path / "b.age", only_own_keys=True)
    checked = check_backup(full, made.path)
    assert (checked.entries, checked.sound) == (full.size, True)
    assert not list((full.directory / "cache").iterdir())
    add_reviewer(full)
    check_backup(full, made.path)  # older, and of this archive still
    with full.writing(), pytest.raises(Exception, match="inside a transaction"):
        check_backup(full, made.path)


@ON_SQLITE
def test_an_archive_is_backed_up_before_it_is_rebuilt(full: Archive, tmp_path: Path) -> None:
    """What is derived plays no part: the safe moment for a backup is before an upgrade."""
    before = rebuilding.digests()
    schema.drop_projections()
    old = open_archive(full.directory, outdated=True)
    made = backup(old, tmp_path / "b.age", only_own_keys=True)
    assert restore(made.path, tmp_path / "r", old.keyring, passphrase=None).sound
    assert rebuilding.digests() == before


@ON_SQLITE
def test_a_check_refuses_what_does_not_verify(full: Archive, tmp_path: Path) -> None:
    address = m.ContentObjectKey.objects.order_by("address")[0].address
    path = full.objects.path(address)
    path.chmod(0o600)
    path.write_bytes(b"altered")
    made = backup(full, tmp_path / "b.age", only_own_keys=True)
    assert made.damaged == (address,)
    with pytest.raises(BackupUnsound, match=address):
        check_backup(full, made.path)
    restored = restore(made.path, tmp_path / "again", full.keyring, passphrase=None)
    assert {fault.code for fault in restored.faults} >= {"object.missing"}, "kept, and told"


# --- for whom, and for whom not -----------------------------------------------------------


def test_a_thief_reads_nothing_and_a_custodian_everything(full: Archive, tmp_path: Path) -> None:
    custodian = pyrage.x25519.Identity.generate()
    public = str(custodian.to_public())
    full.keyring.seal_copy(Recipients((Custodian("abroad", public, "2026-01-01"),)))
    made = backup(full, tmp_path / "b.age")
    assert made.keys_path is not None
    inside = plain(made, full.keyring)
    disclosed = bytes(m.ContentDisclosures.objects.order_by("-position")[0].disclosures)
    for shown in (made.path.read_bytes(), made.keys_path.read_bytes()):
        for planted in (SECRET.encode(), disclosed[:60], full.origin.encode()):
            assert planted not in shown
    with tarfile.open(fileobj=io.BytesIO(inside)) as tar:
        names = tar.getnames()
        tables = b"".join(
            tar.extractfile(name).read()  # type: ignore[union-attr]
            for name in names
            if name.startswith("tables/content_disclosures")
        )
    assert tables, "the same decoding finds it where it must be"
    secrets = [full.keyring._content["entry"], full.keyring._content["epochs"][0]["key"]]
    secrets += [full.keyring.backup_identity(1)]
    assert not [secret for secret in secrets if secret.encode() in inside]
    assert not [name for name in names if name.endswith((".key", "installation", "copy"))]
    content = recovery.open_copy(made.keys_path, [str(custodian)])
    keyring = Keyring(tmp_path / "nowhere", content)
    assert restore(made.path, tmp_path / "again", keyring, passphrase=None).sound
    again = open_archive(tmp_path / "again")
    assert recovery.read_recipients(again.keyring.directory).custodians[0].label == "abroad"
    assert recovery.is_current(
        again.keyring.directory, recovery.read_recipients(again.keyring.directory)
    )


@ON_SQLITE
def test_without_anybody_to_restore_it_there_is_no_backup(full: Archive, tmp_path: Path) -> None:
    with pytest.raises(NobodyCouldRestore):
        backup(full, tmp_path / "b.age")
    assert not list(tmp_path.glob("b.age*"))
    one = pyrage.x25519.Identity.generate()
    made = backup(full, tmp_path / "b.age", [str(one.to_public())])
    assert made.keys_path is not None
    assert recovery.open_copy(made.keys_path, [str(one)])["origin"] == full.origin


@ON_SQLITE
def test_a_backup_ends_with_its_epoch(full: Archive, tmp_path: Path) -> None:
    from habeas.archive.keys import rotating

    one = pyrage.x25519.Identity.generate()
    old = backup(full, tmp_path / "old", [str(one.to_public())])
    full.keyring.rotate_epoch()
    half = backup(full, tmp_path / "half", [str(one.to_public())])
    assert half.keys_path is not None
    both = recovery.open_copy(half.keys_path, [str(one)])["epochs"]
    assert [epoch["number"] for epoch in both] == [1, 2], "objects are wrapped in the first still"
    assert rotating.rewrap(full) == 2
    assert rotating.destroy_unused(full) == [1]
    new = backup(full, tmp_path / "new", [str(one.to_public())])
    assert new.keys_path is not None
    assert [e["number"] for e in recovery.open_copy(new.keys_path, [str(one)])["epochs"]] == [2]
    with pytest.raises(BackupLocked):
        restore(old.path, tmp_path / "r1", full.keyring, passphrase=None)
    assert nothing_there(tmp_path / "r1")
    assert restore(new.path, tmp_path / "r2", full.keyring, passphrase=None).sound


@ON_SQLITE
def test_keys_of_another_archive_open_nothing(full: Archive, tmp_path: Path) -> None:
    made = backup(full, tmp_path / "b.age", only_own_keys=True)
    other = Keyring.create(tmp_path / "other", None)
    with pytest.raises(BackupLocked):
        restore(made.path, tmp_path / "r", other, passphrase=None)
    about = json.dumps({"format": backing_up.FORMAT, "origin": "habeas/other"}).encode()
    forged = remade(plain(made, full.keyring), full.keyring, tmp_path / "f", {"backup.json": about})
    with pytest.raises(ForeignBackup):
        restore(forged, tmp_path / "r", full.keyring, passphrase=None)
    assert nothing_there(tmp_path / "r")


# --- broken on its way --------------------------------------------------------------------


@ON_SQLITE
def test_a_truncated_or_altered_backup_is_refused_whole(full: Archive, tmp_path: Path) -> None:
    made = backup(full, tmp_path / "b.age", only_own_keys=True)
    good = made.path.read_bytes()
    bad = tmp_path / "bad.age"
    cuts = [0, 10, 200, 70_000, len(good) // 2, len(good) - 1]
    flips = [5, 150, 70_000, len(good) // 2, len(good) - 1]
    versions = [good[:cut] for cut in cuts]
    versions += [good[:at] + bytes([good[at] ^ 4]) + good[at + 1 :] for at in flips]
    for version in [*versions, good + b"x", b"not a backup at all"]:
        bad.write_bytes(version)
        with pytest.raises((BackupDamaged, BackupLocked)) as refusal:
            restore(bad, tmp_path / "r", full.keyring, passphrase=None)
        assert "bad.age" in str(refusal.value)
        assert nothing_there(tmp_path / "r")


@ON_SQLITE
@pytest.mark.parametrize(
    "change",
    [
        {"end.json": None},
        {"log/checkpoint": b"nonsense\n\n"},
        {"tables/ledger_entry/00000000.jsonl": None},
        {"tables/content_disclosures/00000000.jsonl": None},
        {"tables/content_disclosures/00000000.jsonl": b"[1]\n"},
        {"tables/local_state/00000000.jsonl": b'["head", "lock"]\n'},
        {"../../etc/passwd": b"x"},
        {"keys/installation": b"x"},
        {"objects/00/" + "0" * 64: b"x"},
    ],
)
def test_a_backup_that_somebody_made_up_is_refused(
    full: Archive, tmp_path: Path, change: dict[str, bytes | None]
) -> None:
    made = backup(full, tmp_path / "b.age", only_own_keys=True)
    forged = remade(plain(made, full.keyring), full.keyring, tmp_path / "f", change)
    with pytest.raises(BackupError):
        restore(forged, tmp_path / "r", full.keyring, passphrase=None)
    assert nothing_there(tmp_path / "r")


@ON_SQLITE
def test_an_altered_entry_does_not_lead_to_the_signed_root(full: Archive, tmp_path: Path) -> None:
    made = backup(full, tmp_path / "b.age", only_own_keys=True)
    inside, name = plain(made, full.keyring), "tables/ledger_entry/00000000.jsonl"
    with tarfile.open(fileobj=io.BytesIO(inside)) as tar:
        rows = tar.extractfile(name).read().splitlines()  # type: ignore[union-attr]
    row = json.loads(rows[2])
    row[4] = json.loads(rows[3])[4]
    rows[2] = json.dumps(row).encode()
    forged = remade(inside, full.keyring, tmp_path / "f", {name: b"\n".join(rows) + b"\n"})
    with pytest.raises(BackupDamaged, match="do not lead to the root"):
        restore(forged, tmp_path / "r", full.keyring, passphrase=None)
    assert nothing_there(tmp_path / "r")


@ON_SQLITE
def test_an_interrupted_restore_leaves_no_archive(full: Archive, tmp_path: Path) -> None:
    """Killed at the last moment before it counts: what is there says that it is none."""
    made = backup(full, tmp_path / "b.age", only_own_keys=True)
    directory = tmp_path / "r"
    program = (
        "import os, sys, signal\n"
        "from pathlib import Path\n"
        "from habeas.archive.opening import open_archive\n"
        "from habeas.archive.preserve import restoring\n"
        "from habeas.archive.store.settings_file import ArchiveSettings\n"
        "ArchiveSettings.write = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "ring = open_archive(Path(sys.argv[1])).keyring\n"
        "restoring.restore(Path(sys.argv[2]), Path(sys.argv[3]), ring, passphrase=None)\n"
    )
    command = [sys.executable, "-c", program, *map(str, (full.directory, made.path, directory))]
    assert subprocess.run(command, timeout=120, check=False).returncode == -9
    assert not (directory / SETTINGS_NAME).exists()
    assert (directory / UNFINISHED).exists()
    with pytest.raises(ArchiveExists, match="a restore was interrupted"):
        restore(made.path, directory, full.keyring, passphrase=None)


@ON_SQLITE
def test_backups_and_archives_are_never_overwritten(full: Archive, tmp_path: Path) -> None:
    made = backup(full, tmp_path / "b.age", only_own_keys=True)
    before = made.path.read_bytes()
    with pytest.raises(BackupExists):
        backup(full, made.path, only_own_keys=True)
    (tmp_path / "c.age.keys").write_text("kept")
    with pytest.raises(BackupExists, match="keys"):
        backup(full, tmp_path / "c.age", only_own_keys=True)
    with pytest.raises(ArchiveExists):
        restore(made.path, full.directory, full.keyring, passphrase=None)
    with pytest.raises(BackupError, match="does not exist"):
        backup(full, tmp_path / "none" / "b", only_own_keys=True)
    assert made.path.read_bytes() == before
    assert not list(tmp_path.glob("*.unfinished"))


# --- while others are at it ---------------------------------------------------------------


def test_what_is_added_meanwhile_is_not_in_it_and_waits_for_nothing(
    full: Archive, tmp_path: Path
) -> None:
    size = full.size
    grown: list[int] = []

    def meanwhile(what: str, done: int, total: int) -> None:
        if what == "Entries" and not grown:
            add_reviewer(full)
            grown.append(full.size)

    made = backup(full, tmp_path / "b.age", progress=meanwhile, only_own_keys=True)
    assert (made.entries, grown) == (size, [size + 1])
    restored = restore(made.path, tmp_path / "again", full.keyring, passphrase=None)
    assert restored.sound
    assert restored.entries == restored.logged == size


GROW = """
import sys
from pathlib import Path
from habeas.archive.opening import open_archive
from tests.archive.making import newspaper, place_mention, says
archive = open_archive(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(10_000):
    with archive.writing() as batch:
        says(batch, place_mention(batch), newspaper(batch, f"paper-{number}"))
    print(archive.size, flush=True)
"""


def test_a_backup_while_another_process_writes_is_sound(
    full: Archive, tmp_path: Path, repository: Path
) -> None:
    command = [sys.executable, "-c", GROW, str(full.directory)]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=repository)
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        made = []
        for number in range(3):
            begun = int(writer.stdout.readline())
            made.append(backup(full, tmp_path / f"{number}.age", only_own_keys=True))
            assert made[-1].entries >= begun
        assert int(writer.stdout.readline()) > full.size - 50
    finally:
        writer.kill()
        writer.communicate()
    restored = restore(made[-1].path, tmp_path / "again", full.keyring, passphrase=None)
    assert restored.sound, restored.faults
    assert restored.entries == made[-1].entries


@ON_SQLITE
def test_an_erasure_or_rotation_meanwhile_takes_the_backup_back(
    full: Archive, tmp_path: Path
) -> None:
    done: list[int] = []

    def meanwhile(what: str, at: int, total: int) -> None:
        if what == "Entries" and not done:
            done.append(Keyring.open(full.keyring.directory).rotate_epoch())

    with pytest.raises(BackupOvertaken):
        backup(full, tmp_path / "b.age", progress=meanwhile, only_own_keys=True)
    assert not list(tmp_path.glob("b.age*"))

    def erasing(what: str, at: int, total: int) -> None:
        if what == "Entries":
            for row in m.ContentObjectKey.objects.all():
                full.objects.remove(row.address)
                row.delete()

    with pytest.raises(BackupOvertaken, match="erased"):
        backup(full, tmp_path / "b.age", progress=erasing, only_own_keys=True)
    assert not list(tmp_path.glob("b.age*"))


@ON_SQLITE
def test_a_backup_that_fails_at_its_last_step_leaves_no_keys(full: Archive, tmp_path: Path) -> None:
    somebody = pyrage.x25519.Identity.generate()

    def meanwhile(what: str, at: int, total: int) -> None:
        (tmp_path / "b.age").write_text("somebody else's")

    to = [str(somebody.to_public())]
    with pytest.raises(BackupExists):
        backup(full, tmp_path / "b.age", to, meanwhile)
    assert [path.name for path in tmp_path.glob("b.age*")] == ["b.age"]
    (tmp_path / "b.age").unlink()
    made = backup(full, tmp_path / "b.age", to)
    assert made.keys_path is not None
    assert made.keys_path.exists()


# --- size -------------------------------------------------------------------------------

MEASURE = """
import resource, sys
from pathlib import Path
from habeas.archive.opening import open_archive
from habeas.archive.preserve.backing_up import backup
from habeas.archive.preserve.restoring import restore
archive = open_archive(Path(sys.argv[1]))
if sys.argv[2] == "backup":
    backup(archive, Path(sys.argv[3]), only_own_keys=True)
else:
    restore(Path(sys.argv[3]), Path(sys.argv[4]), archive.keyring, passphrase=None)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@ON_SQLITE
def test_memory_does_not_grow_with_the_size(full: Archive, tmp_path: Path) -> None:
    """The peak with a sealed file of 48 MiB, against that without it."""

    def peak(*arguments: object) -> int:
        command = [sys.executable, "-c", MEASURE, *map(str, (full.directory, *arguments))]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
        return int(done.stdout)

    small = peak("backup", tmp_path / "small"), peak("restore", tmp_path / "small", tmp_path / "s")
    big = tmp_path / "big.bin"
    with big.open("wb") as file:
        for _ in range(48):
            file.write(os.urandom(1 << 20))
    from habeas.archive.exhibits.intake import Received, record_with_layer, seal_all

    sealed = seal_all(full, [Received(big)], [])[0]
    with full.writing() as batch:
        record_with_layer(batch, sealed)
    large = peak("backup", tmp_path / "large"), peak("restore", tmp_path / "large", tmp_path / "l")
    assert (tmp_path / "large").stat().st_size > 48 << 20
    for before, after in zip(small, large, strict=True):
        assert after < before + (16 << 10), "KiB: far less than what passed through"


@pytest.fixture(autouse=True)
def _back_to_the_archive(archive: Archive) -> Iterator[None]:
    """A restore connects to what it restored: go back, so that the database can be dropped."""
    yield
    connect(archive.directory, archive.settings)
    assert head()[0] >= 0
