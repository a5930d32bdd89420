"""Erasing: two people, one list, nothing left of it, and the log as sound as before."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connections
from tests.archive.making import PUBLIC, add_reviewer, newspaper, place_mention, says, seal_text
from tests.support.archives import Filling

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, visible
from habeas.archive.access import PUBLIC as ANYONE
from habeas.archive.erasing import carrying_out
from habeas.archive.erasing.carrying_out import STEPS, carry_out, resume
from habeas.archive.erasing.decisions import approve_erasure, request_erasure
from habeas.archive.erasing.planning import as_if_erased, plan
from habeas.archive.errors import (
    BackupError,
    ErasureRefused,
    ErasureUnfinished,
    UnknownReference,
)
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.committed_entries import Ref, entry_id_at
from habeas.archive.opening import Archive, open_archive
from habeas.archive.store import erasure_journal, open_lock
from habeas.archive.verify.verifying import verify
from habeas.custody.keys import age_keys
from habeas.custody.log.disclosures import tombstone
from habeas.custody.log.notes import Signer
from habeas.vocabulary import values

EACH = ("exhibit", "layer", "passage", "claim", "assessment", "mention", "source", "custody")
SECRET = "Tursun Example hid in the well behind the bakery"


@dataclass(frozen=True, slots=True)
class World:
    """An exhibit with claims on it, another one, and two people who may decide."""

    one: Signer
    two: Signer
    exhibit: Ref
    other: Ref
    person: Ref
    town: Ref
    source: Ref
    sole: Ref  # a claim that rests on the exhibit alone
    shared: Ref  # a claim that rests on both exhibits


def build(archive: Archive, folder: Path) -> World:
    one, two = add_reviewer(archive), add_reviewer(archive)
    exhibit, layer = seal_text(archive, folder, f"{SECRET}. He said so.", "statement.txt")
    other, other_layer = seal_text(archive, folder, "A notice names the bakery.", "notice.txt")
    with archive.writing(one) as batch:
        source = verbs.source(batch, "W-7", "witness", about=SECRET, marking=PUBLIC)
        paper = newspaper(batch)
        person = verbs.mention(batch, "person", SECRET[:14], marking=PUBLIC)
        town = place_mention(batch)
        quote = verbs.cite(batch, exhibit, layer, f"{SECRET}. He said so.", 0, 20, marking=PUBLIC)
        notice = verbs.cite(
            batch, other, other_layer, "A notice names the bakery.", 2, 8, marking=PUBLIC
        )
        sole = says(batch, person, source, SECRET, passages=(quote,))
        shared = says(batch, town, paper, "The bakery", passages=(quote, notice))
        verbs.assess(batch, sole, "claim", "credibility", "2", SECRET)
        verbs.consent(batch, person, basis="public-statement", audience="public", at_risk=SECRET)
        verbs.consent(batch, source, basis="given", audience="public")
        verbs.custody(batch, exhibit, "opened", agent="researcher", reason=SECRET)
    return World(one, two, exhibit, other, person, town, source, sole, shared)


def signed_for(archive: Archive, world: World, kind: str, *targets: int) -> int:
    """A request by one person, approved by the other."""
    with archive.writing(world.one) as batch:
        asked = request_erasure(batch, plan(archive, kind, targets), "withdrawn", "As asked.")
    with archive.writing(world.two) as batch:
        approve_erasure(batch, asked.position)
    return asked.position


def erased(archive: Archive, world: World, folder: Path, kind: str, *targets: int) -> int:
    request = signed_for(archive, world, kind, *targets)
    return carry_out(archive, request, world.one, folder / "after.habeas", only_own_keys=True)


def test_an_exhibit_goes_with_all_that_was_made_of_it(filled: Filling, tmp_path: Path) -> None:
    archive, world = filled(build)
    address = m.Exhibit.objects.get(position=world.exhibit.position).address
    what = plan(archive, "exhibit", [world.exhibit.position])
    assert what.by_kind == dict.fromkeys(EACH, 1) | {"consent": 2}
    assert list(what.closed.shells) == [world.shared.position]
    assert len(what.objects) == 2
    entry = erased(archive, world, tmp_path, "exhibit", world.exhibit.position)
    again = open_archive(archive.directory)
    assert not again.objects.exists(address)
    assert not m.Exhibit.objects.filter(position=world.exhibit.position).exists()
    assert m.Erased.objects.get(position=world.exhibit.position).erased_at == entry
    assert m.Claim.objects.filter(position=world.shared.position).exists()
    report = verify(again)
    assert report.faults == []
    assert set(report.erased) == set(what.erased)
    assert set(report.erased.values()) == {entry}
    assert report.leftovers == []
    assert rebuilding.check() == []
    assert again.keyring.epochs == (2,)
    with again.writing() as batch:  # the archive goes on
        newspaper(batch, "later")
    assert rebuilding.check() == []
    assert visible(OWNER, m.Exhibit).filter(position=world.other.position).exists()


def test_a_plan_and_a_trial_change_nothing(filled: Filling, tmp_path: Path) -> None:
    archive, world = filled(build)
    before = rebuilding.digests()
    what = plan(archive, "exhibit", [world.exhibit.position])
    with as_if_erased(what):
        assert not m.Claim.objects.filter(position=world.sole.position).exists()
        assert m.Claim.objects.filter(position=world.shared.position).exists()
    assert rebuilding.digests() == before
    assert rebuilding.check() == []


def test_one_person_alone_erases_nothing(filled: Filling, tmp_path: Path) -> None:
    archive, world = filled(build)
    with archive.writing(world.one) as batch:
        what = plan(archive, "exhibit", [world.exhibit.position])
        asked = request_erasure(batch, what, "withdrawn", "As asked.")
    with pytest.raises(ErasureRefused, match="no approval"):
        carry_out(archive, asked.position, world.one, tmp_path / "b", only_own_keys=True)
    with (
        pytest.raises(ErasureRefused, match="cannot approve it too"),
        archive.writing(world.one) as batch,
    ):
        approve_erasure(batch, asked.position)
    assert m.Exhibit.objects.filter(position=world.exhibit.position).exists()
    assert not (tmp_path / "b").exists()
    open_archive(archive.directory)  # nothing was begun


@pytest.mark.parametrize("which", ["one", "two"])
def test_a_key_that_has_ended_does_not_count(filled: Filling, tmp_path: Path, which: str) -> None:
    archive, world = filled(build)
    request = signed_for(archive, world, "exhibit", world.exhibit.position)
    with archive.writing() as batch:
        verbs.end_key(batch, getattr(world, which).name.rpartition("/")[2], "lost")
    with pytest.raises(ErasureRefused):
        carry_out(archive, request, world.one, tmp_path / "b", only_own_keys=True)


def test_a_legal_hold_is_named_and_forbids_it(filled: Filling, tmp_path: Path) -> None:
    archive, world = filled(build)
    request = signed_for(archive, world, "consent", world.person.position)
    with archive.writing() as batch:
        verbs.hold(batch, world.exhibit, authority="Court of Example")
    for kind, target in (("exhibit", world.exhibit), ("consent", world.person)):
        assert [h.authority for h in plan(archive, kind, [target.position]).held] == [
            "Court of Example"
        ]
    with pytest.raises(ErasureRefused, match="Court of Example"):
        carry_out(archive, request, world.one, tmp_path / "b", only_own_keys=True)


def test_what_was_signed_for_is_what_goes(filled: Filling, tmp_path: Path) -> None:
    archive, world = filled(build)
    request = signed_for(archive, world, "exhibit", world.exhibit.position)
    with archive.writing() as batch:
        verbs.custody(batch, world.exhibit, "copied", reason="For the court.")
    with pytest.raises(ErasureRefused, match="has changed"):
        carry_out(archive, request, world.one, tmp_path / "b", only_own_keys=True)


def test_nothing_refers_to_what_is_gone(filled: Filling, tmp_path: Path) -> None:
    archive, world = filled(build)
    erased(archive, world, tmp_path, "exhibit", world.exhibit.position)
    with pytest.raises(UnknownReference), archive.writing() as batch:
        verbs.custody(batch, world.exhibit.position, "copied")
    with pytest.raises(UnknownReference), archive.writing() as batch:
        verbs.custody(batch, world.exhibit, "copied")  # by its id, which the log still shows
    with pytest.raises(UnknownReference):
        plan(archive, "exhibit", [world.exhibit.position])


def test_whoever_could_not_see_it_cannot_see_that_it_was_there(
    filled: Filling, tmp_path: Path
) -> None:
    archive, world = filled(build)
    sealed = visible(ANYONE, m.Claim).filter(position=world.sole.position).exists()
    erased(archive, world, tmp_path, "exhibit", world.exhibit.position)
    assert sealed  # the person had agreed
    assert not visible(ANYONE, m.Erased).filter(position=world.sole.position).exists()
    assert visible(ANYONE, m.Erased).filter(position=world.exhibit.position).exists()
    assert visible(OWNER, m.Erased).filter(position=world.sole.position).exists()


def test_what_an_erased_claim_corrected_stays_corrected(filled: Filling, tmp_path: Path) -> None:
    archive, world = filled(build)
    with archive.writing(world.one) as batch:
        paper, town = newspaper(batch, "daily"), place_mention(batch)
        quote = m.Passage.objects.get(exhibit=world.exhibit.position)
        old = says(batch, town, paper, "Wrong")
        verbs.correct(
            batch,
            old,
            subject=town,
            property="name",
            value=values.text("Right"),
            attribution=[verbs.Attribution(paper)],
            passages=[Ref(entry_id_at(quote.position), quote.position)],
            marking=PUBLIC,
        )
    before = m.Claim.objects.get(position=old.position)
    erased(archive, world, tmp_path, "exhibit", world.exhibit.position)
    after = m.Claim.objects.get(position=old.position)
    assert (after.ended_at, after.ended_by, after.ended_why) == (
        *(before.ended_at, "superseded", before.ended_why),
    )
    assert rebuilding.check() == []


@pytest.mark.parametrize("then", ["withdrawn", "narrowed"])
def test_a_consent_that_had_ended_does_not_come_back(
    filled: Filling, tmp_path: Path, then: str
) -> None:
    """Two mentions of one person: what was said on the one covered the other."""
    archive, world = filled(build)
    with archive.writing(world.one) as batch:
        fellow = verbs.mention(batch, "person", "The same", marking=PUBLIC)
        verbs.consent(batch, fellow, basis="given", audience="public")
        named = says(batch, fellow, newspaper(batch, "weekly"), "The same")
        if then == "withdrawn":
            verbs.withdraw(batch, world.person)
        else:
            verbs.consent(batch, world.person, basis="given", audience="team")
        verbs.judge(batch, world.person, fellow, "same", "x")
    assert not visible(ANYONE, m.Claim).filter(position=named.position).exists()
    assert plan(archive, "exhibit", [world.exhibit.position]).parting == ()
    erased(archive, world, tmp_path, "exhibit", world.exhibit.position)
    assert m.Claim.objects.filter(position=named.position).exists()
    assert not visible(ANYONE, m.Claim).filter(position=named.position).exists()
    assert rebuilding.check() == []


def test_one_who_reads_meanwhile_is_named_and_nothing_is_erased(
    filled: Filling, tmp_path: Path
) -> None:
    archive, world = filled(build)
    request = signed_for(archive, world, "exhibit", world.exhibit.position)
    program = (
        "import sys\nfrom pathlib import Path\nfrom habeas.archive.opening import open_archive\n"
        "open_archive(Path(sys.argv[1]))\nprint('open', flush=True)\nsys.stdin.read()\n"
    )
    reader = subprocess.Popen(
        [sys.executable, "-c", program, archive.directory],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
        with pytest.raises(ErasureRefused, match=f"process {reader.pid}"):
            carry_out(archive, request, world.one, tmp_path / "b", only_own_keys=True)
    finally:
        reader.communicate()
    assert carry_out(archive, request, world.one, tmp_path / "b", only_own_keys=True)


def test_content_that_goes_without_an_erasure_is_a_fault(filled: Filling, tmp_path: Path) -> None:
    archive, world = filled(build)
    entry = erased(archive, world, tmp_path, "claim", world.sole.position)
    rows = m.ContentDisclosures.objects.filter(position=world.other.position)
    rows.update(disclosures=tombstone(entry))
    faults = [(f.code, f.position) for f in verify(archive).faults]
    assert ("content.missing", world.other.position) in faults


def test_killed_at_every_step_it_is_finished_and_nothing_opens_meanwhile(
    filled: Filling, tmp_path: Path
) -> None:
    archive, world = filled(build)
    directory, request = (
        archive.directory,
        signed_for(archive, world, "exhibit", world.exhibit.position),
    )
    address = m.Exhibit.objects.get(position=world.exhibit.position).address
    connections.close_all()
    for steps in range(len(STEPS) + 1):
        for moment in ("before", "after"):
            ended = in_a_child(directory, request, world.one, tmp_path, steps, moment)
            assert ended == -signal.SIGKILL, (steps, moment)
            if (directory / erasure_journal.NAME).exists():
                with pytest.raises(ErasureUnfinished, match="erase resume"):
                    open_archive(directory)
    assert in_a_child(directory, request, world.one, tmp_path, -1, "") == 0
    again = open_archive(directory)
    assert m.Erasure.objects.count() == 1
    assert not again.objects.exists(address)
    assert verify(again).faults == []
    assert rebuilding.check() == []
    assert again.keyring.epochs == (2,)
    assert resume(again) is None


def test_old_keys_are_not_destroyed_while_nobody_else_could_open_the_new_backup(
    filled: Filling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, world = filled(build)
    request = signed_for(archive, world, "exhibit", world.exhibit.position)
    recipient = age_keys.recipient_of(age_keys.identity_of(bytes(32)))

    def cut_off(*_: object, **__: object) -> None:
        raise OSError("cut off")

    with monkeypatch.context() as patched:
        patched.setattr(carrying_out, "check_backup", cut_off)
        with pytest.raises(OSError, match="cut off"):
            carry_out(archive, request, world.one, tmp_path / "after", recipients=[recipient])
    keys = tmp_path / "after.keys"
    keys.rename(tmp_path / "elsewhere")
    with pytest.raises(BackupError, match="no one else can open"):
        resume(archive)
    assert list(archive.keyring.epochs) == [1, 2]
    (tmp_path / "elsewhere").rename(keys)
    assert resume(archive) is not None
    assert list(archive.keyring.epochs) == [2]


def test_a_journal_that_was_cut_off_does_not_stop_the_next(archive: Archive) -> None:
    """A kill while the journal was written leaves a piece of it beside."""
    begun = erasure_journal.Journal(request=1, backup_to="/nowhere")
    erasure_journal.write(archive.directory, begun)
    (archive.directory / "tmp").mkdir()
    (archive.directory / "tmp" / "0123").write_bytes(b'{"request": 1')
    erasure_journal.write(archive.directory, begun.after("recorded"))
    assert erasure_journal.read(archive.directory) == begun.after("recorded")
    assert not (archive.directory / "tmp").exists()


def in_a_child(
    directory: Path, request: int, person: Signer, folder: Path, steps: int, moment: str
) -> int:
    """Go on with the erasure in another process, killed as it notes that ``steps`` are done."""
    open_lock.leave()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        write = erasure_journal.write

        def killing(where: Path, now: erasure_journal.Journal) -> None:
            if len(now.done) == steps and moment == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            write(where, now)
            if len(now.done) == steps:
                os.kill(os.getpid(), signal.SIGKILL)

        erasure_journal.write = killing
        archive = open_archive(directory, erasing=True)
        if resume(archive) is None:
            carry_out(archive, request, person, folder / "after", only_own_keys=True)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)
