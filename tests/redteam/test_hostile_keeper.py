"""A keeper who holds the installation's keys and alters what a person signed elsewhere.

Each part is altered in turn and written past every check, as only a keeper can. ``verify`` names
each, and what no signature covers has no effect in any replay.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from tests.archive.making import add_reviewer, newspaper, place_mention, says
from tests.archive.signing import pseudonym, seen_now, signed

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import head
from habeas.archive.ledger.submissions import CLOSING
from habeas.archive.opening import Archive
from habeas.archive.verify.verifying import verify
from habeas.custody.log import disclosures
from habeas.custody.log.notes import Signer
from habeas.custody.log.statements import (
    OVER_STATEMENT,
    DrawnUp,
    Parts,
    Statement,
    batch_root,
    check_shown,
    draw_up,
)
from habeas.custody.trust.rules import ENDURING


class Written(NamedTuple):
    """An entry as the keeper writes it."""

    statement: Statement
    disclosures: Sequence[bytes]
    fields: dict[str, Any]
    lines: Sequence[bytes] = ()
    parts: Parts = ()


@pytest.fixture
def person(archive: Archive) -> Signer:
    return add_reviewer(archive)


def claims(batch: Batch) -> None:
    source = newspaper(batch)
    place = place_mention(batch)
    says(batch, place, source)


def of(shown: DrawnUp, *lines: bytes, parts: Parts = ()) -> Written:
    fields = check_shown(*shown)
    return Written(shown.statement, shown.disclosures, fields, lines, parts)


def alone(archive: Archive, fields: dict[str, Any], entry_id: str | None = None) -> Written:
    """An entry in the form of one that somebody signed, which nobody did."""
    shown = draw_up(
        archive.origin,
        list(fields.items()),
        seen=seen_now(archive),
        not_after=2**40,
        entry_id=entry_id,
    )
    return Written(shown.statement, shown.disclosures, fields)


def write(
    archive: Archive,
    entries: Sequence[Written],
    at: int | None = None,
    ids: Sequence[str] = (),
) -> None:
    """Past every check of the program: into the ledger and under the installation's key.

    ``ids``: those that the table shows, where they are not the entries' own.
    """
    with archive.writing() as batch:
        for n, each in enumerate(entries):
            moment = batch._now() if at is None else at
            composed = archive.composer(batch.size).record(
                each.statement, moment, each.disclosures, each.lines, each.parts
            )
            batch._entries.append(
                (
                    batch._next,
                    ids[n] if ids else composed.entry_id,
                    moment,
                    composed.leaf_hash,
                    composed.note,
                )
            )
            batch._content.append((batch._next, composed.disclosures))
            batch._next += 1
        batch._facts = []
        batch.flush()
    rebuilding.restart()
    rebuilding.rebuild()


def codes(archive: Archive) -> set[str]:
    return {fault.code for fault in verify(archive).faults}


def decision(archive: Archive, person: Signer) -> tuple[DrawnUp, bytes]:
    """A retraction, as a person was shown it, and their signature."""
    with archive.writing() as batch:
        source = newspaper(batch, "wrong-news")
    kept = signed(archive, person, lambda b: verbs.retract(b, source, "source", "Invented."))
    return kept.shown[0], kept.line


def closed(archive: Archive, person: Signer) -> tuple[list[DrawnUp], DrawnUp, bytes]:
    """A batch: its entries, what closes it, and the signature."""
    kept = signed(archive, person, claims)
    return list(kept.shown[:-1]), kept.shown[-1], kept.line


def parts_of(count: int, at: int | None = None) -> Parts:
    return ((head()[0] if at is None else at, count),)


def test_what_is_left_as_it_was_signed_is_sound(archive: Archive, person: Signer) -> None:
    shown, line = decision(archive, person)
    write(archive, [of(shown, line)])
    entries, closing, line = closed(archive, person)
    write(archive, [*map(of, entries), of(closing, line, parts=parts_of(len(entries)))])
    assert codes(archive) == set()
    assert m.Claim.objects.count() == 1


@pytest.mark.parametrize(
    "part", ["id", "object", "a field", "a decoy", "root", "size", "until", "key", "the note"]
)
def test_a_decision_with_one_part_altered(archive: Archive, person: Signer, part: str) -> None:
    shown, line = decision(archive, person)
    statement, opened = shown.statement, list(shown.disclosures)
    fields = check_shown(*shown)
    commitments = list(statement.commitments)
    seen = statement.seen
    assert seen is not None
    assert statement.not_after is not None
    match part:
        case "id":
            statement = statement._replace(entry_id="0f" * 16)
        case "object":
            statement = statement._replace(object_sha256="0f" * 32)
        case "a field":
            salt = bytes(32)
            other = disclosures.disclose(salt, "reason", "It was all invented.")
            at = next(i for i, d in enumerate(opened) if disclosures.read(d)[1] == "reason")
            commitments[commitments.index(disclosures.commitment(opened[at]))] = (
                disclosures.commitment(other)
            )
            opened[at], fields["reason"] = other, "It was all invented."
            statement = statement._replace(commitments=tuple(sorted(commitments)))
        case "a decoy":
            more = disclosures.disclose(bytes(32), "note", "Said by Witness 7.")
            decoys = set(commitments) - {disclosures.commitment(each) for each in opened}
            commitments[commitments.index(min(decoys))] = disclosures.commitment(more)
            opened.append(more)
            statement = statement._replace(commitments=tuple(sorted(commitments)))
        case "root":
            statement = statement._replace(seen=seen._replace(root="0f" * 32))
        case "size":
            statement = statement._replace(seen=seen._replace(size=seen.size - 1))
        case "until":
            statement = statement._replace(not_after=statement.not_after + 10**6)
        case "key":
            line = Signer.generate(person.name).sign(statement.text, OVER_STATEMENT)
        case "the note":
            line = person.sign(statement.text)
    write(archive, [Written(statement, opened, fields, [line])])
    assert codes(archive) & {"note.bad-signature", "note.no-known-key"}
    assert m.Source.objects.get(code="wrong-news").ended_at is None, "it has no effect"


def test_a_decision_recorded_too_late(archive: Archive, person: Signer) -> None:
    shown, line = decision(archive, person)
    write(archive, [of(shown, line)], at=int(time.time()) + 10_000)
    assert codes(archive) == {"ledger.statement-late"}
    assert codes(archive) <= ENDURING, "it stands for ever and holds up no erasure"


def test_a_decision_over_a_ledger_that_was_shown_to_one_person(
    archive: Archive, person: Signer
) -> None:
    with archive.writing() as batch:
        source = newspaper(batch, "wrong-news")

    fields = {
        "target": source.entry_id, "target_kind": "source", "reason": "Invented.",
        "handling": "team", "person": pseudonym(person), "kind": "retraction",
    }  # fmt: skip
    seen = seen_now(archive)._replace(root="0f" * 32)
    shown = draw_up(archive.origin, list(fields.items()), seen=seen, not_after=2**40)
    line = person.sign(shown.statement.text, OVER_STATEMENT)
    write(archive, [of(shown, line)])
    assert codes(archive) == {"ledger.statement-unseen"}
    assert codes(archive) <= ENDURING


@pytest.mark.parametrize(
    "part", ["one left out", "one more", "in another order", "one altered", "never closed",
             "closed by another", "other places"],
)  # fmt: skip
def test_a_batch_with_one_part_altered_has_no_effect(
    archive: Archive, person: Signer, part: str
) -> None:
    entries, closing, line = closed(archive, person)
    made = [of(each) for each in entries]
    count = len(made)
    last = of(closing, line, parts=parts_of(count))
    match part:
        case "one left out":
            made = made[:-1]
            last = last._replace(parts=parts_of(count, head()[0] - 1))
        case "one more":
            with_more = signed(archive, person, lambda b: newspaper(b, "planted"))
            made = [of(with_more.shown[0]), *made]
            last = last._replace(parts=parts_of(count, head()[0] + 1))
        case "in another order":
            made = [made[1], made[0], *made[2:]]
        case "one altered":
            fields = dict(made[0].fields) | {"code": "forged-news"}
            forged = draw_up(
                archive.origin, list(fields.items()), entry_id=made[0].statement.entry_id
            )
            made[0] = of(forged)
        case "never closed":
            last = None  # type: ignore[assignment]
        case "closed by another":
            stranger = Signer.generate(person.name)
            last = last._replace(lines=[stranger.sign(closing.statement.text, OVER_STATEMENT)])
        case "other places":
            last = last._replace(parts=parts_of(count, head()[0] - 1))
    write(archive, [*made, *([last] if last is not None else [])])
    found = codes(archive)
    assert found <= ENDURING
    assert found & {"ledger.batch-unsigned", "note.no-known-key"}
    assert not m.Source.objects.filter(code__in=("planted", "forged-news")).exists()
    assert m.Claim.objects.exists() is (part == "one more"), "what was signed stays as it was"


@pytest.mark.parametrize("what", ["a source", "a hold", "a lost key"])
def test_what_nobody_signed_is_named_whatever_its_kind(
    archive: Archive, person: Signer, what: str
) -> None:
    """It has no effect, so that verify must not call it sound: somebody would be missing."""
    newspaper_fields = check_shown(*signed(archive, person, newspaper).shown[0])
    key = m.Key.objects.get(role="person", holder=pseudonym(person))
    with archive.writing() as batch:
        witness = verbs.mention(batch, "person", "Test Person")
    fields: dict[str, Any] = {
        "a source": newspaper_fields,
        "a hold": {"kind": "hold", "target": witness.entry_id, "state": "set"},
        "a lost key": {
            "kind": "key", "role": "person", "holder": key.holder, "state": "lost",
            "verifier": key.verifier,
        },
    }[what]  # fmt: skip
    before = archive.size
    write(archive, [alone(archive, fields)])
    faults = [(fault.code, fault.position) for fault in verify(archive).faults]
    assert faults == [("note.no-known-key", before)]
    assert not m.Source.objects.exists()
    assert not m.Hold.objects.exists()
    assert m.Key.objects.filter(pk=key.pk, ended_at__isnull=True).exists()
    shown, line = decision(archive, person)
    write(archive, [of(shown, line)])
    faults = [(fault.code, fault.position) for fault in verify(archive).faults]
    assert faults == [("note.no-known-key", before)], "what follows is judged as in the tables"


def test_the_id_of_a_signed_entry_signs_nothing(archive: Archive, person: Signer) -> None:
    shown, line = decision(archive, person)
    fields = check_shown(*signed(archive, person, lambda b: newspaper(b, "planted")).shown[0])
    forged = alone(archive, fields, shown.statement.entry_id)
    write(archive, [of(shown, line), forged], ids=[shown.statement.entry_id, "0f" * 16])
    assert "ledger.entry-altered" in codes(archive)
    assert not m.Source.objects.filter(code="planted").exists()


def test_after_its_key_ended_a_batch_says_no_more(archive: Archive, person: Signer) -> None:
    key = m.Key.objects.get(role="person", holder=pseudonym(person))
    end = {
        "kind": "key", "role": "person", "holder": key.holder, "state": "lost",
        "verifier": key.verifier, "person": key.holder,
    }  # fmt: skip
    fields = check_shown(*signed(archive, person, lambda b: newspaper(b, "late")).shown[0])
    members = [draw_up(archive.origin, list(each.items())) for each in (end, fields)]
    closing = draw_up(
        archive.origin,
        [("kind", CLOSING), ("person", key.holder)],
        seen=seen_now(archive),
        not_after=2**40,
        batch=batch_root(each.statement for each in members),
    )
    line = person.sign(closing.statement.text, OVER_STATEMENT)
    before = archive.size
    write(archive, [*map(of, members), of(closing, line, parts=parts_of(2))])
    named = {fault.position for fault in verify(archive).faults}
    assert named == {before + 1, before + 2}
    assert m.Key.objects.filter(pk=key.pk, ended_at=before).exists()
    assert not m.Source.objects.filter(code="late").exists()


def test_a_batch_root_says_nothing_of_another_archive(archive: Archive, person: Signer) -> None:
    entries, closing, _ = closed(archive, person)
    moved = [each.statement._replace(origin="habeas.invalid/other") for each in entries]
    assert closing.statement.batch != batch_root(moved)
    assert check_shown(*closing) == {"kind": CLOSING, "person": pseudonym(person)}
