"""The audit: a sound log passes, and any one changed thing is named."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.custody.conftest import Log, Memory

from habeas.custody.checks.audit import audit_log
from habeas.custody.checks.fixity import audit_objects
from habeas.custody.keys.keyring import Keyring
from habeas.custody.log import checkpoints, merkle, tiles
from habeas.custody.log.entries import Composer
from habeas.custody.log.notes import Signer
from habeas.custody.objects.object_store import ObjectStore
from habeas.custody.sequencer import Sequencer

# Kept for the checkpoint at 590; it differs from a changed newer one.
OLDER = "tile/entries/002.p/78"
MakeNotes = Callable[[int], list[bytes]]


def flip(path: Path, at: int, bit: int = 1) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= bit
    path.chmod(0o600)
    path.write_bytes(content)


def paths_at_fault(log: Log) -> set[str]:
    return {fault.path for fault in log.audit().faults}


def test_a_sound_log_passes(log: Log) -> None:
    seen: list[tuple[int, int]] = []
    public = log.keyring.public
    report = audit_log(log.directory, public.all, progress=lambda *done: seen.append(done))
    assert report.sound
    assert report.faults == []
    assert (report.size, report.signatures_checked) == (600, 600)
    assert seen == [(256, 600), (512, 600), (600, 600)]


def test_an_empty_log_passes(tmp_path: Path, log: Log) -> None:
    public = log.keyring.public
    assert audit_log(tmp_path / "nothing", public.all).sound
    Log(tmp_path / "new", log.keyring, [], Memory()).sequencer().extend([])
    assert audit_log(tmp_path / "new", public.all).sound


@pytest.mark.parametrize("position", [0, 255, 256, 400, 512, 599])
def test_a_changed_entry_is_named_by_its_position(log: Log, position: int) -> None:
    index = position // 256
    path = tiles.tile_path("entries", index, tiles.tile_width("entries", index, 600))
    offset = sum(len(note) + 2 for note in log.notes[index * 256 : position])
    for within in (10, len(log.notes[position]) // 2, len(log.notes[position]) - 1):
        flip(log.directory / path, offset + 2 + within)
        report = log.audit()
        assert {fault.path for fault in report.faults if fault.path != OLDER} == {path}
        assert {fault.position for fault in report.faults if fault.path != OLDER} == {position}
        # The same without any signature of an entry: the tree alone is enough.
        quick = audit_log(log.directory, log.keyring.public.all, signatures=False)
        assert position in {fault.position for fault in quick.faults}
        flip(log.directory / path, offset + 2 + within)
    assert log.audit().sound


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/88",
        "tile/0/002.p/78",
        "tile/1/000.p/1",
        "tile/1/000.p/2",
        "tile/entries/002.p/78",
        "checkpoint",
    ],
)
def test_a_changed_byte_in_any_file_is_named(log: Log, path: str) -> None:
    file = log.directory / path
    whole = file.read_bytes()
    places = random.Random(path)  # noqa: S311 (a few places out of many)
    for at in {0, len(whole) - 1, *(places.randrange(len(whole)) for _ in range(3))}:
        flip(file, at, 1 << places.randrange(8))
        at_fault = paths_at_fault(log)
        assert path in at_fault, at
        assert at_fault - {path} <= AFTER.get(path, set()), at
        file.write_bytes(whole)
    assert log.audit().sound


@pytest.fixture(scope="module")
def long_log(tmp_path_factory: pytest.TempPathFactory, keyring: Keyring) -> Path:
    """A log that has a third level of tiles: one entry, under 65,792 ids."""
    directory = tmp_path_factory.mktemp("long") / "log"
    made = Composer(keyring.origin, keyring.entry).compose(1_600_000_000, [("kind", "note")])
    before, after = made.note.split(made.entry_id.encode())
    notes = (before + b"%032x" % number + after for number in range(256 * 257))
    with Sequencer(directory, keyring.origin, keyring.checkpoint, Memory()) as sequencer:
        sequencer.extend(notes, size=256 * 257)
    return directory


@pytest.mark.parametrize("path", ["tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1"])
def test_a_changed_bit_in_a_higher_tile_is_named(
    long_log: Path, keyring: Keyring, path: str
) -> None:
    file = long_log / path
    whole = file.read_bytes()
    places = random.Random(path)  # noqa: S311 (one place out of many)
    flip(file, places.randrange(len(whole)), 1 << places.randrange(8))
    report = audit_log(long_log, keyring.public.all, signatures=False)
    file.write_bytes(whole)
    assert {fault.path for fault in report.faults} == {path}


# An altered newer partial tile no longer begins as the older one kept beside it does.
AFTER = {
    "tile/0/002.p/88": {"tile/0/002.p/78"},
    "tile/1/000.p/2": {"tile/1/000.p/1"},
}


@pytest.mark.parametrize(
    "path", ["tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/001", "checkpoint"]
)
def test_a_missing_file_is_named(log: Log, path: str) -> None:
    (log.directory / path).unlink()
    assert paths_at_fault(log) == {path}


@pytest.mark.parametrize("path", ["tile/0/001", "tile/entries/000", "tile/1/000.p/2"])
def test_a_cut_or_lengthened_file_is_named(log: Log, path: str) -> None:
    file = log.directory / path
    whole = file.read_bytes()
    for content in (whole[:-1], whole[: len(whole) // 2], b"", whole + b"\x00", whole + whole[:40]):
        file.unlink()
        file.write_bytes(content)
        assert path in paths_at_fault(log)
        assert paths_at_fault(log) - {path} <= {"tile/1/000.p/1"}
    assert audit_log(log.directory, log.keyring.public.all).size == 600


def test_an_entry_exchanged_for_another_good_one_is_named(log: Log, make_notes: MakeNotes) -> None:
    """Rightly signed by the archive, with its tile to match: the signed root still tells."""
    notes = [*log.notes[:100], *make_notes(1), *log.notes[101:256]]
    for path, content in (
        ("tile/entries/000", tiles.pack(notes)),
        ("tile/0/000", b"".join(merkle.leaf_hash(note) for note in notes)),
    ):
        (log.directory / path).unlink()
        (log.directory / path).write_bytes(content)
    report = log.audit()
    assert not report.sound
    assert report.faults


def test_a_checkpoint_over_another_root_is_named(log: Log) -> None:
    """Signed by the right key, so only the entries give it away."""
    false = checkpoints.sign_checkpoint(
        log.keyring.origin, 600, merkle.leaf_hash(b"x"), log.keyring.checkpoint
    )
    (log.directory / "checkpoint").unlink()
    (log.directory / "checkpoint").write_bytes(false.note)
    assert paths_at_fault(log) == {"checkpoint"}


def test_a_checkpoint_of_a_stranger_is_named(log: Log) -> None:
    stranger = Signer.generate(log.keyring.origin)
    false = checkpoints.sign_checkpoint(log.keyring.origin, 10**9, bytes(32), stranger)
    (log.directory / "checkpoint").unlink()
    (log.directory / "checkpoint").write_bytes(false.note)
    assert paths_at_fault(log) == {"checkpoint"}


def test_tiles_without_a_checkpoint_are_a_fault(log: Log) -> None:
    (log.directory / "checkpoint").unlink()
    assert not log.audit().sound


def grown(log: Log, *new: bytes) -> set[tuple[int | None, str]]:
    with log.sequencer() as sequencer:
        sequencer.extend(new)
    return {(fault.position, fault.message) for fault in log.audit().faults}


def test_an_entry_by_a_stranger_is_named(log: Log) -> None:
    stranger = Signer.generate(log.keyring.entry.name)
    note = Composer(log.keyring.origin, stranger).compose(1_600_000_000, []).note
    ((position, message),) = grown(log, note)
    assert position == 600
    assert "No key" in message


def test_an_entry_by_a_person_alone_is_named(log: Log) -> None:
    person = log.keyring.add_person(None)
    note = Composer(log.keyring.origin, person).compose(1_600_000_000, []).note
    assert grown(log, note) == {(600, "The archive's entry key did not sign this entry.")}


def test_an_id_used_twice_is_named(log: Log) -> None:
    assert (600, grown(log, log.notes[599]).pop()[1])[1].endswith("is used twice.")


def test_an_entry_dated_back_is_named(log: Log, composer: Composer) -> None:
    ((position, message),) = grown(log, composer.compose(1_400_000_000, []).note)
    assert (position, "dated before" in message) == (600, True)


def test_an_entry_of_another_archive_is_named(log: Log) -> None:
    note = Composer("habeas/other", log.keyring.entry).compose(1_600_000_000, []).note
    ((position, message),) = grown(log, note)
    assert (position, "another archive" in message) == (600, True)


def test_what_is_no_entry_is_named(log: Log) -> None:
    ((position, _),) = grown(log, b"not an entry")
    assert position == 600


# --- objects ----------------------------------------------------------------------------


def test_every_damaged_or_missing_object_is_named(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path / "objects")
    with store.batch() as batch:
        sealed = [batch.seal(os.urandom(50)) for _ in range(12)]
    addresses = [each.address for each in sealed]
    assert list(audit_objects(store)) == []
    flip(store.path(addresses[3]), 200)
    store.path(addresses[7]).unlink()
    seen: list[tuple[int, int]] = []
    faults = list(audit_objects(store, addresses, lambda *done: seen.append(done)))
    assert {(fault.code, fault.path[11:]) for fault in faults} == {
        ("object.damaged", addresses[3]),
        ("object.missing", addresses[7]),
    }
    assert seen[-1] == (12, 12)


def test_many_objects_are_checked_in_their_order(tmp_path: Path) -> None:
    """More than are under way at a time."""
    store = ObjectStore(tmp_path / "objects")
    with store.batch() as batch:
        addresses = sorted(batch.seal(b"%d" % number).address for number in range(700))
    damaged = addresses[::90]
    for address in damaged:
        flip(store.path(address), 200)
    for expected in (None, reversed(addresses)):
        seen: list[tuple[int, int]] = []
        faults = list(audit_objects(store, expected, lambda *done: seen.append(done)))  # noqa: B023
        assert [fault.path[11:] for fault in faults] == damaged
        assert seen[-1] == (700, 700)
        assert seen == sorted(seen)


def test_a_log_is_audited_as_it_was_while_others_add_to_it(log: Log, make_notes: MakeNotes) -> None:
    """The partial files of its last tile go as the full one comes: that begins alike."""
    still = tiles.TileLog(log.directory).still()
    with log.sequencer() as sequencer:
        sequencer.extend(make_notes(200))
    assert not (log.directory / tiles.tile_path(0, 2, 88)).exists()
    report = audit_log(still, log.keyring.public.all)
    assert (report.faults, report.size) == ([], 600)
    assert still.root() == report.checkpoint.root  # type: ignore[union-attr]
    flip(log.directory / tiles.tile_path(0, 2), 40)
    named = {fault.path for fault in audit_log(still, log.keyring.public.all).faults}
    assert named == {tiles.tile_path(0, 2, 88)}


def test_a_checkpoint_of_nothing_that_nobody_signed(log: Log) -> None:
    """It has no last tile to look for."""
    stranger = Signer.generate(log.keyring.origin)
    note = checkpoints.sign_checkpoint(log.keyring.origin, 0, merkle.EMPTY_ROOT, stranger).note
    (log.directory / "checkpoint").chmod(0o600)
    (log.directory / "checkpoint").write_bytes(note)
    assert paths_at_fault(log) == {"checkpoint"}
