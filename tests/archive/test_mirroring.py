"""A mirror grows with the log, holds nothing to read, and is refused a log that is another."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from django.db import connections
from tests.archive.making import (
    add_reviewer,
    newspaper,
    place_mention,
    says,
    seal_text,
)
from tests.archive.test_erasing import build, erased

from habeas.archive import models as m
from habeas.archive.attestation import cosigning
from habeas.archive.erasing.planning import plan
from habeas.archive.errors import BackupLocked
from habeas.archive.opening import Archive, open_archive
from habeas.archive.preserve import mirroring
from habeas.archive.preserve.backing_up import backup
from habeas.archive.preserve.mirroring import mirror
from habeas.archive.preserve.restoring import restore
from habeas.archive.store.connecting import connect
from habeas.archive.verbs import compartment
from habeas.custody.attestation.cosignatures import Cosigner
from habeas.custody.attestation.partners import CosigningPolicy, Partner
from habeas.custody.checks.mirrors import check_mirror
from habeas.custody.errors import MirrorAhead, MirrorError, MirrorForeign, MirrorForked
from habeas.custody.log import disclosures
from habeas.custody.log.notes import Verifier
from habeas.custody.log.tiles import TileLog

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
SECRET = "Tursun Plantedname"


@pytest.fixture
def full(archive: Archive, tmp_path: Path) -> Archive:
    add_reviewer(archive)
    seal_text(archive, tmp_path, f"{SECRET} was there.")
    with archive.writing() as batch:
        says(batch, place_mention(batch), newspaper(batch), SECRET)
    return archive


def grow(archive: Archive, count: int = 1) -> None:
    with archive.writing() as batch:
        for number in range(count):
            compartment(batch, f"c-{batch.size}-{number}", "A case")


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_mirror_is_verified_with_public_keys_and_reads_nothing(
    full: Archive, tmp_path: Path
) -> None:
    done = mirror(full, tmp_path / "m")
    assert (done.size_before, done.size, done.objects_added) == (0, full.size, 2)
    connections.close_all()
    report = check_mirror(tmp_path / "m", full.keyring.checkpoint.verifier)
    assert report.sound, report.faults
    assert (report.size, report.objects) == (full.size, 2)
    assert report.root == full.log.checkpoint().root_text  # type: ignore[union-attr]
    shown = b"".join(everything(tmp_path / "m").values())
    open_archive(full.directory)
    for joined in m.ContentDisclosures.objects.values_list("disclosures", flat=True):
        for one in disclosures.split(bytes(joined)):
            assert one not in shown
    assert SECRET.encode() not in shown
    assert not [name for name in everything(tmp_path / "m") if "installation" in name]


@ON_SQLITE
def test_only_what_is_new_is_copied(full: Archive, tmp_path: Path) -> None:
    mirror(full, tmp_path / "m")
    before = {p: p.stat().st_ino for p in (tmp_path / "m").rglob("*") if p.is_file()}
    assert mirror(full, tmp_path / "m").objects_added == 0
    after = {p: p.stat().st_ino for p in (tmp_path / "m").rglob("*") if p.is_file()}
    assert after == before
    grow(full, 300)  # across a full tile
    seal_text(full, tmp_path, "Another text.", "more.txt")
    done = mirror(full, tmp_path / "m")
    assert (done.size, done.objects_added) == (full.size, 2)
    assert check_mirror(tmp_path / "m").sound
    ours, theirs = everything(full.directory / "log"), everything(tmp_path / "m" / "log")
    tiles = {n for n in theirs if n.startswith("tile/") and ".p/" not in n}
    assert tiles
    assert all(ours[name] == theirs[name] for name in tiles)


@ON_SQLITE
def test_cosignatures_go_along(full: Archive, tmp_path: Path) -> None:
    alice = Cosigner.from_seed("alice.example/w", b"a" * 32)
    policy = CosigningPolicy(1, (Partner(alice.key),))
    mirror(full, tmp_path / "m")
    note = cosigning.newest_checkpoint(full).note
    line = alice.cosign(note.rpartition(b"\n\n")[0] + b"\n", 1_700_000_000)
    cosigning.add_cosigned(full, policy, note + line)
    mirror(full, tmp_path / "m")
    placed = TileLog(tmp_path / "m" / "log").checkpoint()
    assert placed is not None
    assert policy.standing(placed.note).enough
    assert (tmp_path / "m" / "log" / "cosigned" / str(full.size)).is_file()


def test_an_older_copy_of_the_archive_is_refused(full: Archive, tmp_path: Path) -> None:
    size = full.size
    older = tmp_path / "older-log"
    shutil.copytree(full.directory / "log", older)
    grow(full)
    mirror(full, tmp_path / "m")
    before = everything(tmp_path / "m")
    shutil.rmtree(full.directory / "log")
    shutil.copytree(older, full.directory / "log")
    full.log._forget()
    with pytest.raises(MirrorAhead, match=f"here it has {size}") as refusal:
        mirror(full, tmp_path / "m")
    assert refusal.value.code == "mirror.ahead"
    assert everything(tmp_path / "m") == before


@ON_SQLITE
def test_another_history_of_the_same_log_is_refused(full: Archive, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(full.directory, copy)
    grow(full)
    mirror(full, tmp_path / "m")
    before = everything(tmp_path / "m")
    other = open_archive(copy)
    for _ in range(3):
        grow(other)
    with pytest.raises(MirrorForked, match="two histories"):
        mirror(other, tmp_path / "m")
    assert everything(tmp_path / "m") == before


@ON_SQLITE
def test_another_folder_is_not_taken_for_a_mirror(full: Archive, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"x")
    with pytest.raises(MirrorForeign, match="not a mirror"):
        mirror(full, tmp_path / "photos")
    assert os.listdir(tmp_path / "photos") == ["a.jpg"]
    mirror(full, tmp_path / "m")
    about = (tmp_path / "m" / "mirror.json").read_text().replace(full.origin, "habeas/other")
    (tmp_path / "m" / "mirror.json").unlink()
    (tmp_path / "m" / "mirror.json").write_text(about)
    with pytest.raises(MirrorForeign, match="habeas/other"):
        mirror(full, tmp_path / "m")
    with pytest.raises(MirrorForeign):
        check_mirror(tmp_path / "photos")


@ON_SQLITE
@pytest.mark.parametrize("place", ["_put_log", "_put_objects"])
def test_an_interrupted_run_goes_on(
    full: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    mirror(full, tmp_path / "m")
    grow(full, 300)
    seal_text(full, tmp_path, "Another text.", "more.txt")
    calls = []
    real = os.rename

    def rename(*names: object) -> None:
        calls.append(names)
        if len(calls) == (5 if place == "_put_log" else 2):
            raise KeyboardInterrupt
        real(*names)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr("habeas.custody.durable.os.rename", rename)
        with pytest.raises(KeyboardInterrupt):
            mirror(full, tmp_path / "m")
    half = check_mirror(tmp_path / "m")
    assert half.sound, half.faults
    mirror(full, tmp_path / "m")
    whole = check_mirror(tmp_path / "m")
    assert whole.sound
    assert whole.size == full.size
    assert not list((tmp_path / "m").rglob("tmp/*"))


def test_what_was_altered_in_a_mirror_is_named(full: Archive, tmp_path: Path) -> None:
    grow(full, 20)
    mirror(full, tmp_path / "m")
    good = everything(tmp_path / "m")
    named = [n for n in good if n.startswith(("log/tile", "objects/")) and "lock" not in n]
    assert any(n.startswith("objects/") for n in named)
    for name in [*named, "log/checkpoint"]:
        path = tmp_path / "m" / name
        path.chmod(0o600)
        data = good[name]
        path.write_bytes(data[:40] + bytes([data[40] ^ 1]) + data[41:])
        report = check_mirror(tmp_path / "m", full.keyring.checkpoint.verifier)
        assert any(fault.path in name or name.endswith(fault.path) for fault in report.faults), name
        path.write_bytes(data)
    other = Verifier.parse(full.keyring.entry.verifier.vkey)
    assert not check_mirror(tmp_path / "m", other).sound


@ON_SQLITE
def test_an_object_that_lost_or_won_bytes_in_a_mirror_is_copied_again(
    full: Archive, tmp_path: Path
) -> None:
    mirror(full, tmp_path / "mirror")
    address = next(iter(full.objects.addresses()))
    there = tmp_path / "mirror" / "objects" / address[:2] / address
    there.chmod(0o600)
    there.write_bytes(there.read_bytes() + b"x")
    again = mirror(full, tmp_path / "mirror")
    assert (again.mended, again.objects_added) == ([address], 0)
    assert check_mirror(tmp_path / "mirror").faults == []
    assert mirror(full, tmp_path / "mirror").mended == []


@ON_SQLITE
def test_an_altered_mirror_is_not_added_to(full: Archive, tmp_path: Path) -> None:
    mirror(full, tmp_path / "m")
    grow(full)
    tile = next((tmp_path / "m" / "log" / "tile" / "0").rglob("*.p")) / str(full.size - 1)
    tile.chmod(0o600)
    tile.write_bytes(bytes(len(tile.read_bytes())))
    with pytest.raises(MirrorError, match="do not lead to its own checkpoint"):
        mirror(full, tmp_path / "m")


@ON_SQLITE
def test_what_is_absent_here_is_removed_there_only_if_it_was_erased(
    full: Archive, tmp_path: Path
) -> None:
    mirror(full, tmp_path / "m")
    exhibit = m.LedgerEntry.objects.get(position=m.Exhibit.objects.get().position)
    address = next(
        row.address
        for row in m.ContentObjectKey.objects.all()
        if row.address.encode() in bytes(exhibit.note)
    )
    m.ContentObjectKey.objects.filter(address=address).delete()
    full.objects.remove(address)
    done = mirror(full, tmp_path / "m")
    assert (done.kept, done.objects_removed) == ([address], [])
    assert (tmp_path / "m" / "objects" / address[:2] / address).is_file()
    tombstone = disclosures.tombstone(full.size)
    m.ContentDisclosures.objects.filter(position=exhibit.position).update(disclosures=tombstone)
    done = mirror(full, tmp_path / "m")
    assert (done.kept, done.objects_removed) == ([], [address])
    assert not (tmp_path / "m" / "objects" / address[:2] / address).exists()
    report = check_mirror(tmp_path / "m")
    assert report.sound, report.faults
    assert report.removed == 1


@ON_SQLITE
def test_two_runs_at_once_are_refused(full: Archive, tmp_path: Path) -> None:
    def again(what: str, done: int, total: int) -> None:
        with pytest.raises(MirrorError, match="Another process"):
            mirror(full, tmp_path / "m")

    assert mirror(full, tmp_path / "m", again).size == full.size
    assert mirroring.mirror(full, tmp_path / "m").size == full.size


def test_an_erasure_reaches_mirror_and_backups(archive: Archive, tmp_path: Path) -> None:
    """A real one: the sealed bytes leave the mirror, the older backup ends, the newer restores."""
    world = build(archive, tmp_path)
    old = backup(archive, tmp_path / "before.habeas", only_own_keys=True)
    mirror(archive, tmp_path / "m")
    gone = plan(archive, "exhibit", [world.exhibit.position]).objects
    erased(archive, world, tmp_path, "exhibit", world.exhibit.position)
    again = open_archive(archive.directory)
    done = mirror(again, tmp_path / "m")
    assert sorted(done.objects_removed) == sorted(gone)
    assert done.kept == []
    report = check_mirror(tmp_path / "m")
    assert report.sound, report.faults
    assert report.removed == len(gone) == 2
    with pytest.raises(BackupLocked):
        restore(old.path, tmp_path / "r1", again.keyring, passphrase=None)
    restored = restore(tmp_path / "after.habeas", tmp_path / "r2", again.keyring, passphrase=None)
    assert restored.sound, restored.faults
    connect(archive.directory, archive.settings)
