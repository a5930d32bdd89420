"""What a person signs elsewhere: recorded as it was shown, or not at all, and never twice."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from tests.archive.making import add_reviewer, newspaper, place_mention, says
from tests.archive.signing import Act, pseudonym, record, seen_now, signed

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access.gates import claimant
from habeas.archive.errors import (
    AlreadyRecorded,
    PersonNeeded,
    SubmissionOutdated,
)
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.submissions import ProposedEntry, Submission, drawn_up
from habeas.archive.ledger.trying import proposed
from habeas.archive.opening import Archive
from habeas.archive.verify.verifying import verify
from habeas.custody.errors import CustodyError, StatementRefused
from habeas.custody.log.entries import new_entry_id, parse_entry
from habeas.custody.log.notes import Signer
from habeas.custody.log.statements import DrawnUp, sign_statement


@pytest.fixture
def person(archive: Archive) -> Signer:
    return add_reviewer(archive)


def two_claims(batch: Batch) -> None:
    """A mention and two claims, of which each names what came before it."""
    source = newspaper(batch)
    place = place_mention(batch)
    for caption in ("Example", "Beispiel"):
        says(batch, place, source, caption)


def retraction(archive: Archive) -> Act:
    with archive.writing() as batch:
        source = newspaper(batch, "wrong-news")
    return lambda batch: verbs.retract(batch, source, "source", "It was invented.")


def faults(archive: Archive) -> list[tuple[str, int | None]]:
    return [(fault.code, fault.position) for fault in verify(archive).faults]


def test_a_decision_is_signed_alone_and_recorded(archive: Archive, person: Signer) -> None:
    act = retraction(archive)
    before = archive.size
    record(archive, signed(archive, person, act), act)
    assert archive.size == before + 1
    parsed = parse_entry(bytes(m.LedgerEntry.objects.get(position=before).note))
    assert parsed.statement is not None
    assert parsed.statement.is_signed
    assert faults(archive) == []
    assert m.Source.objects.get(code="wrong-news").ended_at == before
    assert rebuilding.check() == []


def test_a_batch_is_recorded_under_one_signature(archive: Archive, person: Signer) -> None:
    before = archive.size
    record(archive, signed(archive, person, two_claims), two_claims)
    assert archive.size == before + 5
    covering = m.Batch.objects.get()
    assert (covering.first, covering.position) == (before, before + 4)
    assert claimant(before + 2) == covering.person == pseudonym(person)
    assert faults(archive) == []
    assert verify(archive).alone == {}
    assert rebuilding.check() == []


def test_a_batch_is_replayed_whole_wherever_a_rebuild_pauses(
    archive: Archive, person: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(archive, signed(archive, person, two_claims), two_claims)
    for chunk in range(1, 7):
        monkeypatch.setattr(rebuilding, "CHUNK", chunk)
        assert rebuilding.check() == []
        rebuilding.restart()
        rebuilding.rebuild()
        assert m.Claim.objects.count() == 2


def test_a_consent_in_a_batch_counts_as_signed(archive: Archive, person: Signer) -> None:
    with archive.writing() as batch:
        witness = verbs.mention(batch, "person", "Test Person")

    def act(batch: Batch) -> None:
        newspaper(batch)
        verbs.consent(batch, witness, basis="given", purposes=["research"], audience="public")

    before = archive.size
    record(archive, signed(archive, person, act), act)
    assert m.Consent.objects.filter(position=before + 1, ended_at__isnull=True).exists()
    assert faults(archive) == []
    assert rebuilding.check() == []


def test_nothing_is_recorded_twice(archive: Archive, person: Signer) -> None:
    act = retraction(archive)
    kept = signed(archive, person, act)
    record(archive, kept, act)
    size = archive.size
    with pytest.raises(AlreadyRecorded, match=f"entry {size - 1}"):
        record(archive, kept, act)
    assert archive.size == size


@pytest.mark.parametrize("several", [False, True])
def test_of_one_form_one_thing_is_recorded(archive: Archive, person: Signer, several: bool) -> None:
    """Sent again with other salts, and with something else filled in: the answer was lost."""
    form = new_entry_id()
    first = two_claims if several else retraction(archive)
    record(archive, signed(archive, person, first, form=form), first)
    size = archive.size
    for act in (lambda batch: newspaper(batch, "again"), two_claims):
        kept = signed(archive, person, act, form=form)
        with pytest.raises(AlreadyRecorded):
            record(archive, kept, act)
    assert not m.Source.objects.filter(code="again").exists()
    assert archive.size == size
    assert faults(archive) == []


def test_what_changed_meanwhile_asks_again(archive: Archive, person: Signer) -> None:
    other = add_reviewer(archive)
    with archive.writing() as batch:
        source = newspaper(batch)
        place = place_mention(batch)
        claim = says(batch, place, source)

    def act(batch: Batch) -> None:
        verbs.retract(batch, claim, "claim", "It was another place.")

    kept = signed(archive, person, act)
    with archive.writing(other) as batch:
        verbs.retract(batch, claim, "claim", "It was a mistake.")
    size = archive.size
    with pytest.raises(Exception, match="retracted"):
        record(archive, kept, act)
    assert archive.size == size


def test_something_else_that_happened_meanwhile_asks_nobody(
    archive: Archive, person: Signer
) -> None:
    act = retraction(archive)
    kept = signed(archive, person, act)
    with archive.writing() as batch:
        newspaper(batch, "other-news")
    record(archive, kept, act)
    assert faults(archive) == []


def test_more_or_less_or_other_than_was_signed_is_refused(archive: Archive, person: Signer) -> None:
    kept = signed(archive, person, two_claims)
    size = archive.size

    def more(batch: Batch) -> None:
        two_claims(batch)
        newspaper(batch, "third")

    def less(batch: Batch) -> None:
        newspaper(batch)

    def other(batch: Batch) -> None:
        newspaper(batch, "other")

    for act in (more, less, other, lambda batch: None):
        with pytest.raises(SubmissionOutdated):
            record(archive, kept, act)
    assert archive.size == size
    record(archive, kept, two_claims)


def test_it_is_refused_after_its_time(
    archive: Archive, person: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = retraction(archive)
    kept = signed(archive, person, act)
    later = time.time() + 601
    monkeypatch.setattr("habeas.archive.ledger.appending.time.time", lambda: later)
    with pytest.raises(SubmissionOutdated, match="time that is over"):
        record(archive, kept, act)


def test_a_long_act_is_recorded_in_date(
    archive: Archive, person: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was accepted in time does not become a fault because recording it took long."""
    kept = signed(archive, person, two_claims)
    clock = [time.time()]
    monkeypatch.setattr("habeas.archive.ledger.appending.time.time", lambda: clock[0])

    def slowly(batch: Batch) -> None:
        two_claims(batch)
        clock[0] += 1_000

    record(archive, kept, slowly)
    assert faults(archive) == []


def test_a_key_is_ended_alone_or_not_by_itself(archive: Archive, person: Signer) -> None:
    def end(batch: Batch) -> None:
        verbs.end_key(batch, pseudonym(person), "retired")

    def end_and_more(batch: Batch) -> None:
        end(batch)
        newspaper(batch)

    size = archive.size
    kept = signed(archive, person, end_and_more)
    with pytest.raises(StatementRefused, match="ends the key"):
        record(archive, kept, end_and_more)
    assert archive.size == size
    record(archive, signed(archive, person, end), end)
    assert not m.Key.objects.filter(holder=pseudonym(person), ended_at__isnull=True).exists()
    assert faults(archive) == []
    assert rebuilding.check() == []


@pytest.mark.parametrize("twin", ["two entries", "what closes the batch"])
def test_two_entries_with_one_id_are_refused(archive: Archive, person: Signer, twin: str) -> None:
    def act(batch: Batch) -> None:
        newspaper(batch, "one")
        newspaper(batch, "two")

    who = pseudonym(person)
    first, second = proposed(archive, who, act)
    form = first.entry_id
    if twin == "two entries":
        form, second = new_entry_id(), second._replace(entry_id=first.entry_id)
    until = int(time.time()) + 600
    shown = drawn_up(archive.origin, (first, second), who, seen_now(archive), until, form)
    size = archive.size
    with pytest.raises(StatementRefused, match="one id"):
        record(archive, Submission(shown, sign_statement(shown[-1].statement, person)), act)
    assert archive.size == size


def test_an_erasure_is_in_no_batch(archive: Archive, person: Signer) -> None:
    """It replays the ledger as it is then, where the entries of an open batch have no effect."""
    entries = (
        ProposedEntry(new_entry_id(), {"kind": "erasure", "person": pseudonym(person)}, None),
        ProposedEntry(new_entry_id(), {"kind": "source"}, None),
    )
    until = int(time.time()) + 600
    shown = drawn_up(
        archive.origin, entries, pseudonym(person), seen_now(archive), until, new_entry_id()
    )
    kept = Submission(shown, sign_statement(shown[-1].statement, person))
    with pytest.raises(StatementRefused, match="erasure"):
        record(archive, kept, two_claims)


def test_a_key_that_ended_signs_nothing(archive: Archive, person: Signer) -> None:
    act = retraction(archive)
    kept = signed(archive, person, act)
    with archive.writing() as batch:
        verbs.end_key(batch, pseudonym(person), "lost")
    with pytest.raises(PersonNeeded, match="active"):
        record(archive, kept, act)


def test_a_stranger_signs_nothing(archive: Archive, person: Signer) -> None:
    act = retraction(archive)
    kept = signed(archive, person, act)
    stranger = Signer.generate(person.name)
    forged = kept._replace(line=sign_statement(kept.shown[-1].statement, stranger))
    with pytest.raises(CustodyError):
        record(archive, forged, act)


def altered(shown: tuple[DrawnUp, ...], place: int, **changes: Any) -> tuple[DrawnUp, ...]:
    """What was shown, with one statement changed."""
    one = shown[place]
    changed = one._replace(statement=one.statement._replace(**changes))
    return (*shown[:place], changed, *shown[place + 1 :])


@pytest.mark.parametrize(
    "change",
    ["another id", "another object", "fewer", "in another order", "a decoy is kept back",
     "a field is kept back", "another root seen", "a larger ledger seen", "until later"],
)  # fmt: skip
def test_each_part_of_a_submission_that_is_altered_is_refused(
    archive: Archive, person: Signer, change: str
) -> None:
    kept = signed(archive, person, two_claims)
    shown = kept.shown
    first, last = shown[0], shown[-1].statement
    seen = seen_now(archive)
    match change:
        case "another id":
            shown = altered(shown, 0, entry_id="00" * 16)
        case "another object":
            shown = altered(shown, 1, object_sha256="00" * 32)
        case "fewer":
            shown = shown[1:]
        case "in another order":
            shown = (shown[1], shown[0], *shown[2:])
        case "a decoy is kept back":
            shown = (first._replace(decoys=first.decoys[1:]), *shown[1:])
        case "a field is kept back":
            shown = (first._replace(disclosures=first.disclosures[1:]), *shown[1:])
        case "another root seen":
            shown = altered(shown, len(shown) - 1, seen=seen._replace(root="00" * 32))
        case "a larger ledger seen":
            shown = altered(shown, len(shown) - 1, seen=seen._replace(size=seen.size + 1))
        case "until later":
            assert last.not_after is not None
            shown = altered(shown, len(shown) - 1, not_after=last.not_after + 1)
    with pytest.raises((StatementRefused, CustodyError)):
        record(archive, Submission(shown, kept.line), two_claims)
    record(archive, kept, two_claims)


def test_a_person_who_was_shown_another_ledger_is_told(archive: Archive, person: Signer) -> None:
    """A keeper who shows one person a ledger of their own cannot record what they sign."""
    act = retraction(archive)
    who = pseudonym(person)
    shown = drawn_up(
        archive.origin,
        proposed(archive, who, act),
        who,
        seen_now(archive)._replace(root="ab" * 32),
        int(time.time()) + 600,
        new_entry_id(),
    )
    with pytest.raises(StatementRefused, match="another ledger"):
        record(archive, Submission(shown, sign_statement(shown[-1].statement, person)), act)


def test_a_trial_keeps_nothing(archive: Archive, person: Signer, tmp_path: Path) -> None:
    size = archive.size
    assert len(proposed(archive, pseudonym(person), two_claims)) == 4
    assert archive.size == size
    assert not m.Claim.objects.exists()
