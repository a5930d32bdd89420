"""The chain of custody: stated and seen, in order, for who may see it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from tests.archive.making import PUBLIC, TEXT, add_reviewer, attest, seal_text

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, Viewer, team_member, visible
from habeas.archive.access import PUBLIC as ANYONE
from habeas.archive.errors import ArchiveError, ArchiveExists, EntryRefused, ExhibitBlocked
from habeas.archive.exhibits.blocking import redacted
from habeas.archive.exhibits.custody_chain import SEEN, STATED, chain, words_of
from habeas.archive.exhibits.intake import Received
from habeas.archive.exhibits.same_bytes import receive_again
from habeas.archive.exhibits.working_copies import check_fixity, copy_out, hand_out
from habeas.archive.ledger import rebuilding
from habeas.archive.opening import Archive
from habeas.archive.store.facts import facts
from habeas.archive.verbs.blocking import block, unblock
from habeas.archive.verbs.referring import Marking
from habeas.archive.verify import verifying
from habeas.vocabulary.errors import BadDate

DIGEST = hashlib.sha256(TEXT.encode()).hexdigest()


def row(position: int, viewer: Viewer = OWNER) -> m.Exhibit:
    return visible(viewer, m.Exhibit).get(position=position)


def test_what_is_stated_and_what_is_seen_stand_in_one_order(
    archive: Archive, tmp_path: Path
) -> None:
    exhibit, _ = seal_text(archive, tmp_path)
    reviewer = add_reviewer(archive)
    with archive.writing(reviewer) as batch:
        verbs.custody(
            batch,
            exhibit,
            "transfer-in",
            agent="A courier",
            happened_at="2019-11-24T14:30",
            where="Example town",
            reason="for safe keeping",
            authority="the owner",
            responsible="the team's lead",
            changed="nothing",
            signed=True,
            marking=PUBLIC,
        )
        verbs.hold(batch, exhibit, authority="a court", marking=PUBLIC)
        verbs.lift(batch, exhibit, authority="a court", marking=PUBLIC)
    attest(archive)
    steps = chain(OWNER, row(exhibit.position)).steps
    assert [(step.event, step.by) for step in steps] == [
        ("sealed", SEEN),
        ("read", SEEN),
        ("transfer-in", STATED),
        ("held", STATED),
        ("lifted", STATED),
        ("cosigned", SEEN),
        ("time-stamped", SEEN),
    ]
    assert [step.position for step in steps] == sorted(step.position for step in steps)
    came = steps[2]
    assert came.agent == "A courier"
    assert came.happened_at == "2019-11-24T14:30"
    assert (came.place, came.responsible) == ("Example town", "the team's lead")
    assert came.person == reviewer.name.rpartition("/")[2]
    assert came.entry_id == facts(came.position, came.position + 1)[0].entry_id
    assert len({step.entry_id for step in steps}) == len(steps)
    assert all(words_of(step.event)[0].isupper() for step in steps)
    assert rebuilding.check() == []


def test_a_derived_exhibit_names_what_it_was_made_of_both_ways(
    archive: Archive, tmp_path: Path
) -> None:
    exhibit, _ = seal_text(archive, tmp_path)
    redacted, _ = seal_text(archive, tmp_path, "Redacted.", "redacted.txt")
    with archive.writing() as batch:
        verbs.custody(batch, exhibit, "derived", agent="me", derived=redacted, marking=PUBLIC)
    (made,) = (s for s in chain(OWNER, row(exhibit.position)).steps if s.event == "derived")
    assert made.derived == redacted.position
    (of,) = (s for s in chain(OWNER, row(redacted.position)).steps if s.event == "derived-from")
    assert of.derived == exhibit.position


def test_what_was_done_with_a_public_exhibit_is_recorded_as_never_public(
    archive: Archive, tmp_path: Path
) -> None:
    """Who copied, checked, redacted or sent it again names the team or its sources."""
    exhibit, _ = seal_text(archive, tmp_path)
    person = add_reviewer(archive)
    check_fixity(archive, row(exhibit.position), person, agent="A clerk")
    copy_out(archive, row(exhibit.position), tmp_path / "copy", person, agent="A lawyer")
    hand_out(archive, row(exhibit.position), person, agent="A reader")
    redacted(archive, exhibit.position, person, phrases=["Aygul"])
    again = Received(tmp_path / "note.txt", received_from="A witness", marking=PUBLIC)
    with archive.writing() as batch:
        assert receive_again(batch, exhibit.position, again)
    assert {step.event for step in chain(OWNER, row(exhibit.position)).steps} >= {
        *("checked", "copied", "derived", "received-again"),
    }
    seen = {step.event for step in chain(ANYONE, row(exhibit.position)).steps}
    assert seen == {"sealed", "read"}


def test_a_step_is_as_strict_as_its_marking_its_exhibit_and_what_was_derived(
    archive: Archive, tmp_path: Path
) -> None:
    levels = ("public", "restricted")
    with archive.writing() as batch:
        originals, copies = (
            {
                level: verbs.seal(
                    batch,
                    archive_object(archive, tmp_path),
                    filename=f"{level}-{what}",
                    marking=Marking(handling=level),
                )
                for level in levels
            }
            for what in ("original", "copy")
        )
        steps = {
            verbs.custody(
                batch,
                originals[of],
                "derived",
                derived=copies[made],
                marking=Marking(handling=own),
            ).position: (own, of, made)
            for own in levels
            for of in levels
            for made in levels
        }
    shown = set(visible(ANYONE, m.CustodyEvent).filter(event="derived").values_list("position"))
    assert {steps[position] for (position,) in shown} == {("public", "public", "public")}


def test_a_derived_exhibit_that_may_not_be_seen_is_not_named(
    archive: Archive, tmp_path: Path
) -> None:
    exhibit, _ = seal_text(archive, tmp_path)
    with archive.writing() as batch:
        case = verbs.compartment(batch, "case", "A case")
        original = verbs.seal(
            batch,
            archive_object(archive, tmp_path),
            filename="x",
            marking=Marking(compartment=case, handling="sealed"),
        )
        verbs.custody(batch, exhibit, "derived", derived=original, marking=PUBLIC)
        verbs.custody(batch, original, "derived", derived=exhibit, marking=PUBLIC)
    events = {step.event for step in chain(ANYONE, row(exhibit.position)).steps}
    assert not events & {"derived", "derived-from"}, "its hash would name it"
    cleared = team_member("x", {"main": "team", "case": "sealed"})
    assert any(s.derived == original.position for s in chain(cleared, row(exhibit.position)).steps)


def archive_object(archive: Archive, folder: Path):  # type: ignore[no-untyped-def]
    (folder / "other").write_bytes(b"other bytes")
    with archive.objects.batch() as batch:
        return batch.seal(folder / "other")


def test_events_that_say_what_cannot_be_are_refused(archive: Archive, tmp_path: Path) -> None:
    exhibit, _ = seal_text(archive, tmp_path)
    size = archive.size
    for wrong in (
        {"event": "vanished"},
        {"event": "copied", "after_sha256": "ABC"},
        {"event": "checked", "outcome": "fine"},
        {"event": "derived", "derived": exhibit},
    ):
        with pytest.raises(EntryRefused), archive.writing() as batch:
            verbs.custody(batch, exhibit, **wrong)  # type: ignore[arg-type]
    with pytest.raises(BadDate), archive.writing() as batch:
        verbs.custody(batch, exhibit, "opened", happened_at="yesterday")
    assert archive.size == size


def test_a_check_is_recorded_with_its_outcome(archive: Archive, tmp_path: Path) -> None:
    exhibit, _ = seal_text(archive, tmp_path)
    sound = check_fixity(archive, row(exhibit.position), reason="yearly")
    assert (sound.fault, sound.plain_sha256) == ("", DIGEST)
    path = archive.objects.path(row(exhibit.position).address)
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    damaged = check_fixity(archive, row(exhibit.position))
    assert damaged.fault
    checked = [s for s in chain(OWNER, row(exhibit.position)).steps if s.event == "checked"]
    assert [s.outcome for s in checked] == ["as-sealed", "damaged"]
    assert checked[0].after_sha256 == checked[0].before_sha256 == DIGEST
    assert checked[1].after_sha256 == ""
    assert checked[0].agent.startswith("habeas ")
    assert any("object" in fault.code for fault in verifying.verify(archive).faults)


def test_a_working_copy_is_an_event_and_replaces_nothing(archive: Archive, tmp_path: Path) -> None:
    exhibit, _ = seal_text(archive, tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    copy_out(archive, row(exhibit.position), out / "copy", agent="me", reason="for the expert")
    assert (out / "copy").read_text("utf-8") == TEXT
    (step,) = (s for s in chain(OWNER, row(exhibit.position)).steps if s.event == "copied")
    assert (step.agent, step.after_sha256) == ("me", DIGEST)
    size = archive.size
    with pytest.raises(ArchiveExists):
        copy_out(archive, row(exhibit.position), out / "copy", agent="me")
    with pytest.raises(ArchiveError):
        copy_out(archive, row(exhibit.position), out / "none" / "copy", agent="me")
    archive.objects.path(row(exhibit.position).address).unlink()
    with pytest.raises(Exception, match="not in the store"):
        copy_out(archive, row(exhibit.position), out / "second", agent="me")
    assert archive.size == size
    assert [each.name for each in out.iterdir()] == ["copy"]


def test_a_blocked_exhibit_is_checked_and_not_copied(archive: Archive, tmp_path: Path) -> None:
    exhibit, _ = seal_text(archive, tmp_path)
    reviewer = add_reviewer(archive)
    with archive.writing(reviewer) as batch:
        block(batch, exhibit, "A withdrawal.", marking=PUBLIC)
    with pytest.raises(ExhibitBlocked):
        copy_out(archive, row(exhibit.position), tmp_path / "copy", agent="me")
    assert not (tmp_path / "copy").exists()
    assert check_fixity(archive, row(exhibit.position)).fault == ""
    with archive.writing(reviewer) as batch:
        unblock(batch, exhibit, "Agreed again.", marking=PUBLIC)
    events = [step.event for step in chain(OWNER, row(exhibit.position)).steps]
    assert events == ["sealed", "read", "blocked", "checked", "unblocked"]


def test_a_block_while_the_bytes_are_read_is_seen_before_anything_is_recorded(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exhibit, _ = seal_text(archive, tmp_path)
    reviewer = add_reviewer(archive)
    copying = Archive.copy_object

    def meanwhile(self: Archive, address: str, out: object) -> None:
        copying(self, address, out)  # type: ignore[arg-type]
        with archive.writing(reviewer) as batch:
            block(batch, exhibit.position, "Somebody withdrew.")

    monkeypatch.setattr(Archive, "copy_object", meanwhile)
    exhibit_row = row(exhibit.position)
    with pytest.raises(ExhibitBlocked):
        copy_out(archive, exhibit_row, tmp_path / "copy.txt", reason="to read")
    assert not (tmp_path / "copy.txt").exists()
    with pytest.raises(ExhibitBlocked):
        hand_out(archive, exhibit_row, reason="to read")
    assert not m.CustodyEvent.objects.filter(event="copied").exists()
