"""Appending: positions without gaps, time that does not go back, all or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.archive.making import add_reviewer, newspaper, place_mention, says

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.errors import EntryRefused, ForeignKeys, PersonNeeded
from habeas.archive.exhibits.intake import (
    Received,
    SealedFile,
    add_files,
    removed_unless_recorded,
    seal_all,
)
from habeas.archive.ledger.committed_entries import head
from habeas.archive.opening import Archive, open_archive
from habeas.custody.errors import DatabaseBehindLog
from habeas.custody.keys.keyring import Keyring
from habeas.custody.log.checkpoints import Checkpoint
from habeas.custody.log.entries import parse_entry


def test_a_failed_batch_leaves_nothing_and_no_gap(archive: Archive) -> None:
    before = archive.size
    with pytest.raises(RuntimeError, match="on purpose"):
        _fail(archive)
    assert archive.size == before
    with archive.writing() as batch:
        assert newspaper(batch).position == before
    assert list(
        m.LedgerEntry.objects.order_by("position").values_list("position", flat=True)
    ) == list(range(archive.size))


def _fail(archive: Archive) -> None:
    with archive.writing() as batch:
        newspaper(batch)
        batch.flush()
        raise RuntimeError("on purpose")


def test_time_never_goes_back(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    newest = head()[1]
    monkeypatch.setattr("habeas.archive.ledger.appending.time.time", lambda: newest - 10.0)
    with archive.writing() as batch:
        newspaper(batch)
    times = list(m.LedgerEntry.objects.order_by("position").values_list("time", flat=True))
    assert times == sorted(times)


def test_the_clear_line_shows_no_kind_no_subject_no_hash(archive: Archive) -> None:
    with archive.writing() as batch:
        mention = place_mention(batch, "Visible nowhere")
    note = bytes(m.LedgerEntry.objects.get(position=mention.position).note)
    assert b"Visible" not in note
    assert b"mention" not in note
    entry = parse_entry(note)
    assert entry.object_sha256 is None
    assert len(entry.commitments) == 16


def test_an_unknown_field_or_a_missing_one_is_refused(archive: Archive) -> None:
    with pytest.raises(EntryRefused, match="no field 'colour'"), archive.writing() as batch:
        batch.append("compartment", {"key": "a", "title": "A", "colour": "red"})
    with pytest.raises(EntryRefused, match="needs the field 'title'"), archive.writing() as batch:
        batch.append("compartment", {"key": "a"})


def test_a_decision_needs_a_person_whose_key_is_granted(archive: Archive) -> None:
    with archive.writing() as batch:
        source = newspaper(batch)
    with pytest.raises(PersonNeeded), archive.writing() as batch:
        verbs.retract(batch, source, "source", "It was invented.")
    stranger = archive.keyring.add_person(None)
    with pytest.raises(PersonNeeded, match="not granted"), archive.writing(stranger):
        pass


def test_a_decision_carries_the_persons_signature(archive: Archive) -> None:
    reviewer = add_reviewer(archive)
    with archive.writing(reviewer) as batch:
        claim = says(batch, place_mention(batch), newspaper(batch))
        decided = verbs.retract(batch, claim, "claim", "A mistake of ours.")
    entry = parse_entry(bytes(m.LedgerEntry.objects.get(position=decided.position).note))
    assert {s.name for s in entry.signatures} == {f"{archive.origin}/entry", reviewer.name}
    plain = parse_entry(bytes(m.LedgerEntry.objects.get(position=claim.position).note))
    assert {s.name for s in plain.signatures} == {f"{archive.origin}/entry"}


def test_committed_entries_are_logged_and_signed(archive: Archive) -> None:
    with archive.writing() as batch:
        newspaper(batch)
    assert archive.log.size == archive.size


def test_what_a_crash_left_unlogged_is_logged_at_the_next_start(archive: Archive) -> None:
    with archive.writing(sequence=False) as batch:
        newspaper(batch)
    assert archive.log.size < archive.size
    again = open_archive(archive.directory)
    assert again.log.size == again.size


def test_what_comes_while_the_log_is_written_is_logged_too(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second writer that finds the sequencer busy leaves its entries to it."""
    sequence = Archive.sequence

    def meanwhile(self: Archive) -> Checkpoint:
        written = sequence(self)
        if self.size < 9:
            with self.writing(sequence=False) as batch:
                newspaper(batch)
        return written

    monkeypatch.setattr(Archive, "sequence", meanwhile)
    with archive.writing() as batch:
        newspaper(batch)
    assert archive.log.size == archive.size == 9


def test_a_database_behind_its_log_is_refused(archive: Archive) -> None:
    with archive.writing() as batch:
        newspaper(batch)
    m.LedgerEntry.objects.filter(position=archive.size - 1).delete()
    with pytest.raises(DatabaseBehindLog, match="older copy"), archive.writing():
        pass
    with pytest.raises(DatabaseBehindLog):
        open_archive(archive.directory)


def test_the_keys_of_another_archive_are_refused_before_anything_is_signed(
    archive: Archive, tmp_path: Path
) -> None:
    other = Keyring.create(tmp_path / "keys", None, origin=archive.origin)
    path = archive.directory / "keys" / "installation"
    path.write_bytes((other.directory / "installation").read_bytes())
    before = archive.size
    with pytest.raises(ForeignKeys, match="not those of this archive"):
        open_archive(archive.directory)
    assert archive.size == before


def test_a_failed_write_leaves_no_sealed_object_behind(archive: Archive, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Nobody.", encoding="utf-8")
    files = seal_all(archive, [Received(note)], [])
    with pytest.raises(RuntimeError, match="on purpose"):
        _fail_with(archive, files)
    assert list(archive.objects.addresses()) == []
    added = add_files(archive, [Received(note)])
    with pytest.raises(RuntimeError, match="on purpose"):
        _fail_with(archive, files)
    assert len(added.exhibits) == 1
    assert len(list(archive.objects.addresses())) == 1  # the recorded one stays


def _fail_with(archive: Archive, files: list[SealedFile]) -> None:
    with removed_unless_recorded(archive, files):
        raise RuntimeError("on purpose")
