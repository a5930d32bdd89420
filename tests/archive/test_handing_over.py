"""Handing over the keys that sign: what changes, what stays good, and a kill at any step."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.archive.making import add_reviewer, newspaper

from habeas.archive import models as m
from habeas.archive.attestation.proving import inclusion
from habeas.archive.errors import KeysHandedOver, PersonNeeded
from habeas.archive.keys import handing_over
from habeas.archive.keys.handing_over import hand_over
from habeas.archive.keys.handover_documents import document_path
from habeas.archive.opening import Archive, open_archive
from habeas.archive.preserve.backing_up import backup
from habeas.archive.preserve.mirroring import mirror
from habeas.archive.preserve.restoring import restore
from habeas.archive.verify.deep import verify_deeper
from habeas.archive.verify.verifying import verify
from habeas.custody import durable
from habeas.custody.checks.mirrors import check_mirror
from habeas.custody.keys import handovers, key_files
from habeas.custody.keys.keyring import Keyring
from habeas.custody.log.notes import split_note
from habeas.custody.log.tiles import TileLog

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def grow(archive: Archive, code: str = "example-news") -> None:
    with archive.writing() as batch:
        newspaper(batch, code)


def faults(archive: Archive) -> list[str]:
    """Everything that ``verify --deep`` finds, the replay of the derived tables included."""
    again = open_archive(archive.directory)
    return [fault.message for fault in (*verify(again).faults, *verify_deeper(again).faults)]


def test_new_keys_sign_and_what_was_signed_stays_good(archive: Archive) -> None:
    grow(archive)
    former = archive.chain.current
    done = hand_over(archive, None)
    assert done.finished
    assert (done.size, done.former, done.new) == (archive.size, former, archive.chain.current)
    grow(archive, "later-news")
    again = open_archive(archive.directory)
    assert again.chain.handovers == (done.size,)
    assert again.keyring.entry.verifier == done.new.entry != former.entry
    assert faults(archive) == []
    for position in (0, done.size - 1, done.size):
        assert inclusion(again, position).sound
    second = hand_over(again, None, "stolen")
    grow(again, "newest")
    assert faults(archive) == []
    last = open_archive(archive.directory)
    assert last.chain.handovers == (done.size, second.size)
    assert verify(last).handovers == [(done.size, "retired"), (second.size, "stolen")]


@ON_SQLITE
def test_the_former_secrets_are_gone_and_the_public_keys_shown(archive: Archive) -> None:
    keys = archive.directory / "keys"
    before = json.loads(key_files.read(keys / "installation").partition(b"\n")[2])
    done = hand_over(archive, None)
    kept = b"".join(path.read_bytes() for path in keys.rglob("*") if path.is_file())
    for role in ("entry", "checkpoint"):
        assert before[role].encode() not in kept
    lines = (keys / "verifiers").read_text().splitlines()
    assert lines == [done.new.entry.vkey, done.new.checkpoint.vkey]


@ON_SQLITE
def test_where_people_have_keys_one_of_them_decides_it(archive: Archive) -> None:
    person = add_reviewer(archive)
    size = archive.size
    with pytest.raises(PersonNeeded):
        hand_over(archive, None)
    assert archive.size == size
    grow(archive)
    assert hand_over(archive, person).finished
    note = m.LedgerEntry.objects.values_list("note", flat=True).get(position=archive.size - 1)
    assert person.name in {one.name for one in split_note(bytes(note))[1]}
    assert faults(archive) == []


@ON_SQLITE
def test_who_opened_it_before_signs_with_the_new_keys_after(archive: Archive) -> None:
    """Two processes with the archive open; the older one never uses a retired key."""
    stale = Archive(archive.directory, archive.settings, Keyring.open(archive.directory / "keys"))
    done = hand_over(archive, None)
    assert stale.keyring.entry.verifier == done.former.entry
    grow(stale)
    grow(archive, "later-news")
    assert faults(archive) == []


class Killed(BaseException):
    """What a kill looks like from inside: nothing is caught and nothing cleaned up."""


def killing(monkeypatch: pytest.MonkeyPatch, at: int) -> Callable[[], int]:
    """Die at the n-th durable step of a hand-over; how many steps there were."""
    steps = [0]

    def dying(module: object, name: str, after: bool) -> None:
        inner = getattr(module, name)

        def step(*given: object, **named: object) -> object:
            steps[0] += 1
            now = steps[0] == at
            if now and not after:
                raise Killed
            result = inner(*given, **named)
            if now:
                raise Killed
            return result

        monkeypatch.setattr(module, name, step)

    dying(key_files, "replace", after=False)
    dying(key_files, "finish_replacing", after=True)
    dying(TileLog, "publish", after=True)
    dying(TileLog, "append", after=True)
    dying(durable, "write_file", after=False)
    dying(handing_over, "hand_over_keys", after=True)
    dying(m.LedgerCheckpoint.objects, "create", after=True)
    return lambda: steps[0]


@ON_SQLITE
@pytest.mark.parametrize("at", range(1, 15))
def test_killed_at_any_step_it_opens_and_finishes(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    grow(archive)
    size, former = archive.size, archive.chain.current
    with monkeypatch.context() as patch:
        count = killing(patch, at)
        try:
            hand_over(archive, None)
        except Killed:
            pass
        else:
            assert count() < at, "it was killed and went on"
    again = open_archive(archive.directory)
    begun = again.size > size
    assert again.size == size + (handovers.ENTRIES if begun else 0)
    assert (again.chain.current.entry != former.entry) == begun
    assert (again.keyring.entry.verifier != former.entry) == begun, "it was not finished"
    if not begun:
        assert hand_over(again, None).finished
    grow(again, "after-the-kill")
    assert verify(open_archive(archive.directory)).faults == []
    (handover_size,) = again.chain.handovers
    held = handovers.check(
        handovers.read_document(document_path(again, handover_size).read_bytes())
    )
    assert held.new.entry == again.chain.current.entry


@ON_SQLITE
def test_committed_and_not_finished_others_append_under_the_new_key(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Keyring, "promote", lambda *_: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            hand_over(archive, None)
        other = Archive(
            archive.directory, archive.settings, Keyring.open(archive.directory / "keys")
        )
        grow(other)
        grow(archive, "later-news")
    assert faults(archive) == []
    assert open_archive(archive.directory).keyring.next is None


@ON_SQLITE
def test_a_mirror_follows_and_its_keeper_may_know_any_of_the_keys(
    archive: Archive, tmp_path: Path
) -> None:
    target = tmp_path / "mirror"
    first = archive.chain.current.checkpoint
    mirror(archive, target)
    assert check_mirror(target, first).sound
    hand_over(archive, None)
    grow(archive)
    mirror(archive, target)
    second = archive.chain.current.checkpoint
    for key in (None, first, second):
        report = check_mirror(target, key)
        assert report.faults == []
        assert (report.checkpoint_key, report.handovers) == (
            second.vkey,
            list(archive.chain.handovers),
        )
    (document,) = (target / "log" / "handovers").iterdir()
    document.unlink()
    assert not check_mirror(target, first).sound
    assert not check_mirror(target).sound


@ON_SQLITE
def test_a_backup_from_before_is_read_and_verified_and_not_added_to(
    archive: Archive, tmp_path: Path
) -> None:
    grow(archive)
    with archive.writing(sequence=False) as batch:  # committed, and not in the log yet
        newspaper(batch, "not-logged")
    before, after = tmp_path / "before", tmp_path / "after"
    backup(archive, before, only_own_keys=True)
    hand_over(archive, None)
    grow(archive, "later-news")
    backup(archive, after, only_own_keys=True)
    keyring = Keyring.open(archive.directory / "keys")
    old = restore(before, tmp_path / "old", keyring, passphrase=None)
    assert old.faults == ()
    assert old.entries > old.logged, "what was not logged then stays so"
    again = open_archive(tmp_path / "old")
    assert verify(again).sound
    with pytest.raises(KeysHandedOver, match="before its keys were handed over"):
        grow(again)
    new = restore(after, tmp_path / "new", keyring, passphrase=None)
    assert new.faults == ()
    grow(open_archive(tmp_path / "new"))
    assert verify(open_archive(tmp_path / "new")).sound
