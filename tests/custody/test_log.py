"""The log on disk and its one writer: growing, proving, refusing, surviving a crash."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.custody.conftest import Log, Memory

from habeas.custody import durable
from habeas.custody.errors import (
    DatabaseBehindLog,
    DatabaseDiffers,
    LogError,
    NoteError,
    ProofError,
    RootDiffers,
    SecondSequencer,
    SequencerError,
    StorageFull,
    UnknownKeyError,
)
from habeas.custody.keys.keyring import Keyring
from habeas.custody.log import checkpoints, merkle, proofs, tiles
from habeas.custody.log.notes import Signer, add_signature, split_note
from habeas.custody.log.tiles import TileLog
from habeas.custody.sequencer import Sequencer

MakeNotes = Callable[[int], list[bytes]]


def files(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name != "sequencer.lock"
    }


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 1234067, 256, "tile/0/x001/x234/067"),
        ("entries", 999, 3, "tile/entries/999.p/3"),
        (2, 1000, 1, "tile/2/x001/000.p/1"),
    ],
)
def test_tiles_lie_where_the_specification_says(
    level: int | str, index: int, width: int, path: str
) -> None:
    assert tiles.tile_path(level, index, width) == path


def test_a_log_of_70000_has_the_tiles_of_the_specification(
    tmp_path: Path, keyring: Keyring, memory: Memory
) -> None:
    """tlog-tiles, "Partial Tiles": 273 full and a 112 wide, one full and a 17 wide, a 1 wide."""
    with Sequencer(tmp_path, keyring.origin, keyring.checkpoint, memory) as sequencer:
        sequencer.extend(b"%d" % number for number in range(70_000))
    level_0 = sorted(path.name for path in (tmp_path / "tile" / "0").iterdir())
    assert level_0 == [*(f"{number:03}" for number in range(273)), "273.p"]
    assert [path.name for path in (tmp_path / "tile/0/273.p").iterdir()] == ["112"]
    assert sorted(p.name for p in (tmp_path / "tile" / "1").iterdir()) == ["000", "001.p"]
    assert [path.name for path in (tmp_path / "tile/1/001.p").iterdir()] == ["17"]
    assert [path.name for path in (tmp_path / "tile/2/000.p").iterdir()] == ["1"]
    assert not (tmp_path / "tile" / "3").exists()


def test_growing_in_any_steps_gives_the_tree_of_rfc_6962(
    tmp_path: Path, keyring: Keyring, memory: Memory
) -> None:
    steps = random.Random(7)  # noqa: S311 (sizes and contents of made-up entries)
    log, leaves = TileLog(tmp_path), []
    with Sequencer(tmp_path, keyring.origin, keyring.checkpoint, memory) as sequencer:
        for count in (0, 1, 254, 1, 1, 255, 256, 300, 0, 7):
            before = leaves[-1] if leaves else None
            new = [steps.randbytes(steps.randrange(40)) for _ in range(count)]
            leaves += [merkle.leaf_hash(entry) for entry in new]
            checkpoint = sequencer.extend(new, size=len(leaves), leaf_before=before)
            assert (checkpoint.size, checkpoint.root) == (len(leaves), merkle.root_of(leaves))
            assert log.root() == checkpoint.root
    for size in (1, 255, 256, 257, 600, len(leaves)):
        root = merkle.root_of(leaves[:size])
        assert log.root(size) == root
        merkle.verify_consistency(
            size, len(leaves), log.consistency_proof(size), root, checkpoint.root
        )
        for index in (0, size // 2, size - 1):
            proof = log.inclusion_proof(index, size)
            assert proof == merkle.inclusion_proof(leaves[:size], index)


def test_the_steps_do_not_show_in_the_files(log: Log, tmp_path: Path) -> None:
    with Sequencer(tmp_path / "at-once", log.keyring.origin, log.keyring.checkpoint, Memory()) as s:
        s.extend(log.notes)
    at_once, stepwise = files(tmp_path / "at-once"), files(log.directory)
    assert at_once.items() <= stepwise.items()
    assert all(".p/" in name for name in stepwise.keys() - at_once.keys())


def test_partial_tiles_stay_until_their_full_tile_is_there(log: Log) -> None:
    """Whoever holds the checkpoint at 590 can still read its tree."""
    assert (log.directory / "tile/0/002.p/78").is_file()
    assert not (log.directory / "tile/0/001.p").exists()
    assert not (log.directory / "tile/entries/001.p").exists()


def test_entries_read_back(log: Log) -> None:
    reader = TileLog(log.directory)
    assert list(reader.entries()) == log.notes
    assert list(reader.entries(250, 530)) == log.notes[250:530]
    assert reader.entry(0) == log.notes[0]
    assert reader.entry(599) == log.notes[599]
    assert reader.leaf(300) == log.leaves[300]
    with pytest.raises(ProofError, match="size 600"):
        reader.entry(600)
    with pytest.raises(LogError, match="600 entries"):
        reader.root(601)


def test_a_reader_with_an_older_view_finds_the_full_tile(log: Log) -> None:
    reader = TileLog(log.directory)
    proof = reader.inclusion_proof(595, 600)
    with log.sequencer() as sequencer:
        sequencer.extend(log.notes[:200])  # fills bundle 2; its partial tiles go
    assert not (log.directory / "tile/0/002.p").exists()
    assert TileLog(log.directory).inclusion_proof(595, 600) == proof
    assert reader.inclusion_proof(595, 600) == proof


def test_many_threads_read_one_log(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are served by threads that share the tiles read so far."""
    monkeypatch.setattr("habeas.custody.log.tiles._CACHED_TILES", 1)
    monkeypatch.setattr("habeas.custody.log.tiles._CACHED_BUNDLES", 1)
    reading, interval = TileLog(log.directory), sys.getswitchinterval()
    root = reading.root()

    def read(seed: int) -> None:
        for index in random.Random(seed).choices(range(600), k=200):  # noqa: S311
            leaf = merkle.leaf_hash(reading.entry(index))
            merkle.verify_inclusion(leaf, index, 600, reading.inclusion_proof(index), root)

    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            for done in [threads.submit(read, seed) for seed in range(8)]:
                done.result()
    finally:
        sys.setswitchinterval(interval)


def test_adding_reads_only_the_right_edge(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    whole = TileLog._read

    def watched(self: TileLog, level: int | str, index: int, width: int) -> tuple[bytes, int]:
        read.append(tiles.tile_path(level, index, width))
        return whole(self, level, index, width)

    monkeypatch.setattr(TileLog, "_read", watched)
    with log.sequencer() as sequencer:
        sequencer.extend(log.notes[:1], size=601, leaf_before=log.leaves[-1])
    assert set(read) <= {"tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/002.p/88"}


# --- proofs -----------------------------------------------------------------------------


def test_a_proof_as_text_proves_its_entry_and_no_other(log: Log) -> None:
    public = log.keyring.public
    text = proofs.prove(TileLog(log.directory), 300).text()
    assert text.startswith("c2sp.org/tlog-proof@v1\nindex 300\n")
    checkpoint = proofs.verify_proof(text, log.notes[300], [public.checkpoint], public.origin)
    assert checkpoint.size == 600
    with pytest.raises(ProofError):
        proofs.verify_proof(text, log.notes[301], [public.checkpoint])
    with pytest.raises(ProofError):
        proofs.verify_proof(text.replace("index 300", "index 301"), log.notes[300], public.all)
    with pytest.raises(UnknownKeyError):
        proofs.verify_proof(text, log.notes[300], [public.entry])
    with pytest.raises(NoteError, match="not of habeas/other"):
        proofs.verify_proof(text, log.notes[300], public.all, "habeas/other")


@pytest.mark.parametrize("extra", [None, b"", b"\x00context"])
def test_a_proof_reads_back(log: Log, extra: bytes | None) -> None:
    proof = proofs.prove(TileLog(log.directory), 5, extra=extra)
    assert proofs.parse_proof(proof.text()) == proof


def test_a_proof_with_a_partner_s_signature_still_holds(log: Log) -> None:
    partner = Signer.generate("partner.example")
    proof = proofs.prove(TileLog(log.directory), 5)
    text, _ = split_note(proof.checkpoint.note)
    cosigned = add_signature(proof.checkpoint.note, partner.sign(text))
    carried = proof.text().replace(proof.checkpoint.note.decode(), cosigned.decode())
    keys = [log.keyring.public.checkpoint]
    assert proofs.verify_proof(carried, log.notes[5], keys).size == 600


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"),
        ("index 5", "index 05"),
        ("index 5", "index -5"),
        ("index 5\n", ""),
        ("index 5\n", "index 5\nAAAA\n"),
        ("index 5\n", "index 5\nnot base64\n"),
        ("\n\n", "\n"),
        ("index 5\n", "extra !!\nindex 5\n"),
    ],
)
def test_a_proof_in_another_spelling_is_refused(log: Log, old: str, new: str) -> None:
    text = proofs.prove(TileLog(log.directory), 5).text()
    with pytest.raises(ProofError):
        proofs.parse_proof(text.replace(old, new, 1))


def test_a_log_without_a_checkpoint_proves_nothing(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="no checkpoint"):
        proofs.prove(TileLog(tmp_path), 0)


# --- checkpoints ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "origin\n5\n",
        "origin\n05\n" + "A" * 43 + "=\n",
        "origin\n-1\n" + "A" * 43 + "=\n",
        "origin\n5\nAAAA\n",
        "origin\n5\n" + "A" * 43 + "=\n\nafter an empty line\n",
        "\n5\n" + "A" * 43 + "=\n",
    ],
)
def test_a_checkpoint_in_another_spelling_is_refused(text: str) -> None:
    signer = Signer.generate("origin")
    note = text.encode() + b"\n" + signer.sign(text.encode())
    with pytest.raises(NoteError):
        checkpoints.parse_checkpoint(note)


def test_a_cosignature_alone_is_not_enough(keyring: Keyring) -> None:
    partner = Signer.generate("partner.example")
    checkpoint = checkpoints.sign_checkpoint(keyring.origin, 0, merkle.EMPTY_ROOT, partner)
    with pytest.raises(UnknownKeyError, match="not signed by that log's key"):
        checkpoints.open_checkpoint(checkpoint.note, [partner.verifier])


def test_the_keyring_does_not_mistake_the_entry_key_for_the_checkpoint_key(log: Log) -> None:
    with pytest.raises(UnknownKeyError):
        checkpoints.open_checkpoint(
            TileLog(log.directory).checkpoint().note,  # type: ignore[union-attr]
            [log.keyring.public.entry],
        )


# --- the sequencer refuses --------------------------------------------------------------


def test_a_second_sequencer_is_refused(log: Log) -> None:
    with log.sequencer():
        with pytest.raises(SecondSequencer) as refusal:
            log.sequencer()
        assert refusal.value.code == "sequencer.second"
    log.sequencer().close()


def test_a_second_process_is_refused(log: Log) -> None:
    program = """
import fcntl, os, sys
fd = os.open(sys.argv[1], os.O_RDWR)
try:
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    sys.exit(3)
"""
    with log.sequencer():
        lock = str(log.directory / "sequencer.lock")
        assert subprocess.run([sys.executable, "-c", program, lock], check=False).returncode == 3


def test_a_database_behind_its_log_is_refused(log: Log) -> None:
    before = files(log.directory)
    with log.sequencer() as sequencer, pytest.raises(DatabaseBehindLog, match=r"590.*600") as no:
        sequencer.extend([], size=590, leaf_before=log.leaves[589])
    assert no.value.code == "ledger.database-behind-log"
    assert files(log.directory) == before


def test_an_older_database_that_was_added_to_is_refused(log: Log, make_notes: MakeNotes) -> None:
    before = files(log.directory)
    other = merkle.leaf_hash(make_notes(1)[0])
    with log.sequencer() as sequencer, pytest.raises(DatabaseDiffers, match="Entry 599"):
        sequencer.extend(make_notes(5), size=605, leaf_before=other)
    assert files(log.directory) == before


def test_a_size_is_never_signed_with_two_roots(log: Log, make_notes: MakeNotes) -> None:
    """The log folder was put back to an older state and other entries were added."""
    older = files(log.directory)
    with log.sequencer() as sequencer:
        sequencer.extend(make_notes(10))
    signed = log.memory[610]
    for name, content in older.items():
        (log.directory / name).unlink()
        (log.directory / name).write_bytes(content)
    with log.sequencer() as sequencer, pytest.raises(RootDiffers, match="610"):
        sequencer.extend(make_notes(10))
    assert log.memory[610] == signed
    assert TileLog(log.directory).size == 600


def test_a_checkpoint_other_than_the_remembered_one_is_refused(log: Log) -> None:
    other = checkpoints.sign_checkpoint(
        log.keyring.origin, 600, merkle.EMPTY_ROOT, log.keyring.checkpoint
    )
    log.memory[600] = other.note
    with pytest.raises(RootDiffers):
        log.sequencer()


def test_another_archive_s_log_is_refused(log: Log) -> None:
    stranger = Signer.generate(log.keyring.origin)
    with pytest.raises(LogError, match="not one that this archive signed") as refusal:
        Sequencer(log.directory, log.keyring.origin, stranger, Memory())
    assert refusal.value.path == "checkpoint"
    log.sequencer().close()  # the lock was given back


def test_an_altered_right_edge_is_not_signed_over(log: Log, make_notes: MakeNotes) -> None:
    tile = log.directory / "tile/0/002.p/88"
    content = bytearray(tile.read_bytes())
    content[40] ^= 1
    tile.unlink()
    tile.write_bytes(content)
    with log.sequencer() as sequencer, pytest.raises(LogError, match="do not lead"):
        sequencer.extend(make_notes(1))
    assert 601 not in log.memory


def test_fewer_entries_than_announced_are_not_signed(log: Log, make_notes: MakeNotes) -> None:
    before = files(log.directory)
    with log.sequencer() as sequencer, pytest.raises(SequencerError, match=r"605.*603"):
        sequencer.extend(make_notes(3), size=605)
    assert files(log.directory) == before


def test_an_entry_that_no_bundle_takes_is_not_signed(log: Log) -> None:
    with log.sequencer() as sequencer, pytest.raises(LogError, match="65,535"):
        sequencer.extend([bytes(65_536)])
    assert TileLog(log.directory).size == 600


# --- crashes ----------------------------------------------------------------------------


class Crash(BaseException):
    """The process ends here."""


def test_tiles_without_their_checkpoint_are_finished(
    log: Log, make_notes: MakeNotes, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = make_notes(300)

    def crash(self: TileLog, checkpoint: checkpoints.Checkpoint) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(TileLog, "publish", crash)
        with pytest.raises(Crash), log.sequencer() as sequencer:
            sequencer.extend(notes)
    assert TileLog(log.directory).size == 600
    assert log.audit().sound
    remembered = log.memory[900]
    with log.sequencer() as sequencer:
        assert sequencer.extend(notes, size=900).note == remembered
    assert log.audit().sound


@pytest.mark.parametrize("survivors", [0, 1, 2, 4])
def test_a_crash_between_renames_changes_nothing_that_was_signed(
    log: Log, make_notes: MakeNotes, monkeypatch: pytest.MonkeyPatch, survivors: int
) -> None:
    notes = make_notes(200)
    rename, left = durable.os.rename, iter(range(survivors))

    def crash(source: str, target: str) -> None:
        if next(left, None) is None:
            raise Crash
        rename(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(durable.os, "rename", crash)
        patch.setattr(durable, "remove_quietly", lambda path: None)  # nobody is left to clean up
        with pytest.raises(Crash), log.sequencer() as sequencer:
            sequencer.extend(notes)
    assert log.audit().sound
    assert list((log.directory / "tmp").iterdir())
    with log.sequencer() as sequencer:
        assert sequencer.leftovers > 0
        assert sequencer.extend(notes, size=800).size == 800
    assert not list((log.directory / "tmp").iterdir())
    assert log.audit().sound


def test_a_lost_log_folder_is_rebuilt_to_the_same_checkpoint(log: Log, tmp_path: Path) -> None:
    with Sequencer(
        tmp_path / "rebuilt", log.keyring.origin, log.keyring.checkpoint, log.memory
    ) as sequencer:
        assert sequencer.extend(log.notes, size=600).note == log.memory[600]


def test_a_full_disk_leaves_the_log_as_it_was(
    log: Log, make_notes: MakeNotes, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(log.directory)
    written = iter(range(3))

    def full(descriptor: int, data: bytes) -> int:
        if next(written, None) is None:
            raise OSError(28, "No space left on device")
        return write(descriptor, data)

    write = durable.os.write
    monkeypatch.setattr(durable.os, "write", full)
    with log.sequencer() as sequencer, pytest.raises(StorageFull, match="disk is full"):
        sequencer.extend(make_notes(600))
    assert files(log.directory) == before


def test_entries_that_fail_half_way_leave_the_log_as_it_was(
    log: Log, make_notes: MakeNotes
) -> None:
    before = files(log.directory)

    def broken() -> Iterator[bytes]:
        yield from make_notes(400)
        raise RuntimeError("the database went away")

    with log.sequencer() as sequencer, pytest.raises(RuntimeError):
        sequencer.extend(broken())
    assert files(log.directory) == before
