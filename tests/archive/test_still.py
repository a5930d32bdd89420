"""A sound archive is sound while others append, on both databases."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connections
from tests.archive.making import attest, newspaper, seal_text
from tests.archive.test_mirroring import grow

from habeas.archive import models as m
from habeas.archive.access import OWNER
from habeas.archive.attestation.proving import inclusion
from habeas.archive.exhibits.intake import Received, seal_all
from habeas.archive.opening import Archive
from habeas.archive.preserve import mirroring
from habeas.archive.preserve.backing_up import backup
from habeas.archive.preserve.mirroring import mirror
from habeas.archive.preserve.restoring import check_backup
from habeas.archive.store import still
from habeas.archive.verify import deep, verifying
from habeas.archive.verify.deep import verify_deeper
from habeas.archive.verify.verifying import verify
from habeas.custody.checks import mirrors
from habeas.custody.checks.mirrors import check_mirror
from habeas.custody.errors import KeyringError
from habeas.custody.keys.keyring import Keyring
from habeas.exchange.bundling.choosing import choose
from habeas.exchange.bundling.writing import write

Act = Callable[[], Any]
GROWTH = 130  # entries; two of them fill the tile of the lowest level


class Writer:
    """Somebody else who writes to the archive: a thread with a connection of its own."""

    def __init__(self, archive: Archive, folder: Path) -> None:
        self.archive = archive
        self.folder = folder
        self.acts = 0

    def act(self) -> None:
        """Append, log, seal; returns when all of it is done."""
        self.acts += 1
        self.elsewhere(self._write)

    def elsewhere(self, act: Act) -> None:
        failures: list[BaseException] = []

        def run() -> None:
            try:
                act()
            except BaseException as error:
                failures.append(error)
            finally:
                connections.close_all()

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()  # if it is kept waiting, the run ends with the stacks of both
        assert not failures, failures

    def _write(self) -> None:
        grow(self.archive, GROWTH)
        seal_text(self.archive, self.folder, f"Text {self.acts}.", f"{self.acts}.txt")
        attest(self.archive)


@pytest.fixture
def writer(archive: Archive, tmp_path: Path) -> Writer:
    seal_text(archive, tmp_path)
    return Writer(archive, tmp_path)


def before_each(
    monkeypatch: pytest.MonkeyPatch, module: Any, names: tuple[str, ...], act: Act
) -> None:
    """Somebody writes just before each of these functions is called."""
    for name in names:
        function = getattr(module, name)

        def called(*given: Any, _function: Any = function, **named: Any) -> Any:
            act()
            return _function(*given, **named)

        monkeypatch.setattr(module, name, called)


def test_a_writer_between_all_steps(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tile that was partial fills up, and its partial files go, between the readings."""
    partial = list((writer.archive.directory / "log").glob("tile/0/000.p/*"))
    steps = ("check_log", "check_objects")
    before_each(monkeypatch, verifying, steps, writer.act)
    before_each(monkeypatch, still, ("_one_moment",), writer.act)  # after the checkpoint
    size = writer.archive.log.size
    report = verify(writer.archive)
    assert report.faults == []
    assert report.leftovers == []
    assert report.logged == size
    assert size < report.size < writer.archive.size
    assert partial
    assert not any(path.exists() for path in partial)


def test_a_writer_between_the_steps_of_the_deeper_check(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cosignatures and checkpoints that are newer than the checkpoint that was read hold too."""
    before_each(monkeypatch, still, ("_one_moment",), writer.act)
    before_each(monkeypatch, deep, ("_kept_checkpoints",), writer.act)
    monkeypatch.setattr(deep, "verify_logged", lambda archive, one: _Held(archive, one))
    assert verify_deeper(writer.archive).faults == []
    assert writer.acts == 2


class _Held:
    """A token that is taken for good where its checkpoint is this log's."""

    pending = ""

    def __init__(self, archive: Archive, one: Any) -> None:
        from habeas.archive.attestation import timestamping

        timestamping._refuse_other_root(archive, one)
        self.fault = None


def test_nothing_can_be_written_in_the_moment(archive: Archive) -> None:
    with pytest.raises(DatabaseError), still.still(archive):
        m.LocalState.objects.update(value="0")
    grow(archive)
    with still.still(archive) as at:
        assert at.size == archive.size
    assert verify(archive).faults == []


def test_a_checkpoint_remembered_and_not_yet_shown(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the sequencer is killed between the two, or is just there."""
    with archive.writing(sequence=False) as batch:
        newspaper(batch)
    monkeypatch.setattr("habeas.custody.log.tiles.TileLog.publish", lambda self, checkpoint: None)
    archive.sequence()
    monkeypatch.undo()
    assert m.LedgerCheckpoint.objects.order_by("-size").first().size > archive.log.size  # type: ignore[union-attr]
    assert verify(archive).faults == []
    assert verify_deeper(archive).faults == []
    other = m.LedgerCheckpoint.objects.order_by("-size").first()
    m.LedgerEntry.objects.filter(position=archive.size - 1).update(leaf_hash=b"x" * 32)
    assert other is not None
    assert "checkpoint.other-log" in {fault.code for fault in verify_deeper(archive).faults}


def test_what_is_sealed_and_not_recorded_yet_is_no_leftover_of_a_kill(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "note.txt"
    path.write_text("Sealed while somebody verifies.")
    sealed = seal_all(archive, [Received(path)], [])[0]
    assert len(verify(archive).leftovers) == 2
    writer = Writer(archive, tmp_path)

    def record() -> None:
        from habeas.archive.exhibits.intake import record_with_layer

        with archive.writing() as batch:
            record_with_layer(batch, sealed)

    before_each(monkeypatch, verifying, ("never_recorded",), lambda: writer.elsewhere(record))
    report = verify(archive)
    assert (report.faults, report.leftovers) == ([], [])


def test_a_proof_while_the_log_grows(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    from habeas.archive.attestation import proving

    before_each(monkeypatch, proving, ("prove", "verify_proof"), writer.act)
    proven = inclusion(writer.archive, 5)
    assert proven.sound, proven.sentence


def test_a_bundle_while_others_append(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from habeas.custody.bundles.verification import verify_bundle
    from habeas.exchange.bundling import writing

    exhibit = m.Exhibit.objects.get().position
    chosen = choose(writer.archive, "public", exhibits=[exhibit])
    before_each(monkeypatch, writing, ("attest", "_told"), writer.act)
    write(writer.archive, chosen, "public", tmp_path / "bundle", handover=writing.Recipient())
    assert verify_bundle(tmp_path / "bundle")["result"] == "holds"
    assert OWNER is not None


def test_a_backup_while_others_append(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from habeas.archive.preserve import backing_up

    before_each(monkeypatch, backing_up, ("snapshot", "chunks"), _at_most(writer.act, 2))
    backup(writer.archive, tmp_path / "a.backup", only_own_keys=True)
    monkeypatch.undo()
    assert check_backup(writer.archive, tmp_path / "a.backup").sound


def test_a_mirror_checked_while_it_grows(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror(writer.archive, tmp_path / "mirror")

    def grown() -> None:
        writer.act()
        writer.elsewhere(lambda: mirror(writer.archive, tmp_path / "mirror"))

    before_each(monkeypatch, mirrors, ("public_keys", "audit_objects"), grown)
    report = check_mirror(tmp_path / "mirror")
    assert report.faults == []
    assert report.size < writer.archive.log.size


def test_a_mirror_checked_while_something_is_removed_from_it(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, folder = writer.archive, tmp_path / "mirror"
    mirror(archive, folder)
    gone = m.ContentObjectKey.objects.values_list("address", flat=True)[0]
    monkeypatch.setattr(mirroring, "_absent_here", lambda there: iter([gone]))
    monkeypatch.setattr(mirroring, "_erased_objects", lambda addresses, progress: {gone})
    monkeypatch.setattr(mirroring, "_put_objects", lambda *given: None)
    again = _at_most(lambda: writer.elsewhere(lambda: mirror(archive, folder)), 1)
    before_each(monkeypatch, mirrors, ("audit_objects",), again)
    report = check_mirror(folder)
    assert (report.faults, report.removed) == ([], 1)


def test_a_removal_that_is_killed_leaves_no_fault_in_the_mirror(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, folder = writer.archive, tmp_path / "mirror"
    mirror(archive, folder)
    gone = m.ContentObjectKey.objects.values_list("address", flat=True)[0]
    monkeypatch.setattr(mirroring, "_absent_here", lambda there: iter([gone]))
    monkeypatch.setattr(mirroring, "_erased_objects", lambda addresses, progress: {gone})
    monkeypatch.setattr(mirroring, "_put_objects", lambda *given: None)
    monkeypatch.setattr(mirroring.durable, "sync_path", _killed)
    with pytest.raises(KeyboardInterrupt):
        mirror(archive, folder)
    assert check_mirror(folder).faults == []


def _killed(*given: Any) -> None:
    raise KeyboardInterrupt


def _at_most(act: Act, times: int) -> Act:
    left = iter(range(times))

    def acting() -> None:
        if next(left, None) is not None:
            act()

    return acting


def test_the_deeper_check_says_that_a_rebuild_goes_on(archive: Archive) -> None:
    m.LocalState.objects.filter(name="projected").update(value="3")
    said = [fault.message for fault in verify_deeper(archive).faults]
    assert len(said) == 1
    assert "a rebuild was interrupted, or is still running" in said[0]


@pytest.fixture
def quiet() -> Iterator[None]:
    """No warning that another process is writing the log."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def test_two_processes_that_append_while_this_one_verifies(
    archive: Archive, tmp_path: Path, quiet: None
) -> None:
    """Not step by step: as it comes, a bounded number of times."""
    writers = [threading.Thread(target=_appended, args=(archive, 6)) for _ in range(2)]
    for each in writers:
        each.start()
    try:
        for _ in range(2):
            assert verify(archive).faults == []
            assert verify_deeper(archive).faults == []
    finally:
        for each in writers:
            each.join()
    assert verify(archive).faults == []


def _appended(archive: Archive, times: int) -> None:
    try:
        for _ in range(times):
            grow(archive, 7)
    finally:
        connections.close_all()


def test_keys_that_are_rotated_meanwhile(writer: Writer, tmp_path: Path) -> None:
    """The moment lies in the middle of a rotation that ends before the last object is read."""
    archive = writer.archive
    first, *others = m.ContentObjectKey.objects.order_by("address")
    elsewhere = Keyring.open(archive.directory / "keys", None)
    ended = elsewhere.current_epoch
    elsewhere.rotate_epoch()

    def rewrap(row: m.ContentObjectKey) -> None:
        identity = elsewhere.unwrap(row.epoch, bytes(row.wrapped_identity), row.address)
        row.epoch, row.wrapped_identity = elsewhere.wrap(identity, row.address)
        row.save()

    def end() -> None:
        for row in others:
            rewrap(row)
        elsewhere.destroy_epoch(ended, still_used={elsewhere.current_epoch})

    rewrap(first)
    with still.still(archive) as at:
        writer.elsewhere(end)
        assert at.read_object(first.address)
        for row in others:
            assert at.read_object(row.address)
    with pytest.raises(KeyringError):
        Keyring.open(archive.directory / "keys", None).unwrap(ended, b"x" * 60, first.address)
