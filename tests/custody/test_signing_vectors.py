"""The vectors of format 2: the published file is what the program does, and always will be."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.custody import signing_vectors

from habeas.custody.errors import CustodyError, StatementRefused
from habeas.custody.log import entries, statements
from habeas.custody.log.notes import Signer, Verifier
from habeas.custody.standalone import verify as standalone

PUBLISHED = json.loads(signing_vectors.FILE.read_text(encoding="utf-8"))
ENTRY = Signer.from_seed(
    PUBLISHED["keys"]["entry"]["name"], bytes.fromhex(PUBLISHED["keys"]["entry"]["seed_hex"])
)
PERSON = Signer.from_seed(
    PUBLISHED["keys"]["person"]["name"], bytes.fromhex(PUBLISHED["keys"]["person"]["seed_hex"])
)
MEMBERS, CLOSING = PUBLISHED["batch"]["entries"], PUBLISHED["batch"]["closing"]
SIGNED = [*PUBLISHED["alone"], CLOSING]
ALL = [*SIGNED, *MEMBERS]


def read(case: dict[str, Any]) -> statements.Statement:
    return statements.read_statement(case["statement"].encode())


def decided(note: bytes) -> Verifier:
    """Whose decision a note is, as a verifier asks."""
    parsed = entries.parse_entry(note)
    entries.check_signed(parsed, [ENTRY.verifier])
    return entries.check_decided(parsed, [PERSON.verifier])


def test_the_published_file_is_what_the_program_writes() -> None:
    assert signing_vectors.FILE.read_text(encoding="utf-8") == signing_vectors.written()


@pytest.mark.parametrize("case", ALL, ids=range(len(ALL)))
def test_a_statement_is_drawn_up_and_read_as_published(
    case: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = read(case)
    assert found.text.decode() == case["statement"]
    randomness = [*case["salts_hex"], *case["decoys_hex"], found.entry_id]
    drawn: Iterator[str] = iter(randomness)
    monkeypatch.setattr(statements.os, "urandom", lambda size: bytes.fromhex(next(drawn)))
    made = statements.draw_up(
        found.origin,
        [(name, value) for name, value in case["fields"]],
        object_sha256=found.object_sha256,
        seen=found.seen,
        not_after=found.not_after,
        batch=found.batch,
    )
    assert made.statement == found
    assert [each.decode() for each in made.disclosures] == case["disclosures"]
    shown = statements.check_shown(found, made.disclosures, made.decoys)
    assert list(shown.items()) == [(name, value) for name, value in case["fields"]]


@pytest.mark.parametrize("case", ALL, ids=range(len(ALL)))
def test_a_note_is_written_and_read_as_published(case: dict[str, Any]) -> None:
    lines = [case["signature"].encode()] if case["signature"] else []
    parts = tuple((first, count) for first, count in case["parts"])
    opened = [each.encode() for each in case["disclosures"]]
    composer = entries.Composer(PUBLISHED["origin"], ENTRY)
    made = composer.record(read(case), case["time"], opened, lines, parts)
    assert made.note.decode() == case["note"]
    assert made.leaf_hash.hex() == case["leaf_hash_hex"]
    parsed = entries.parse_entry(made.note)
    assert parsed.statement == read(case)
    assert (parsed.version, parsed.time, parsed.parts) == (2, case["time"], parts)
    entries.check_signed(parsed, [ENTRY.verifier])
    assert entries.check_disclosures(parsed, opened) == dict(case["fields"])


@pytest.mark.parametrize("case", SIGNED, ids=range(len(SIGNED)))
def test_a_person_signs_as_published(case: dict[str, Any]) -> None:
    assert statements.sign_statement(read(case), PERSON).decode() == case["signature"]
    assert decided(case["note"].encode()) == PERSON.verifier


def test_the_root_of_the_batch_is_made_again_from_its_notes() -> None:
    parsed = [entries.parse_entry(each["note"].encode()).statement for each in MEMBERS]
    root = statements.batch_root(each for each in parsed if each is not None)
    assert root == read(CLOSING).batch
    with pytest.raises(StatementRefused):
        statements.sign_statement(read(MEMBERS[0]), PERSON)
    with pytest.raises(StatementRefused):
        statements.batch_root([read(CLOSING)])


@pytest.mark.parametrize("case", PUBLISHED["statements_refused"], ids=lambda case: case["why"])
def test_a_published_bad_statement_is_refused(case: dict[str, str]) -> None:
    with pytest.raises(CustodyError):
        statements.read_statement(case["statement"].encode())


@pytest.mark.parametrize("case", PUBLISHED["notes_refused"], ids=lambda case: case["why"])
def test_a_published_bad_note_is_no_decision(case: dict[str, str]) -> None:
    with pytest.raises(CustodyError):
        decided(case["note"].encode())


@pytest.mark.parametrize("case", PUBLISHED["shown_refused"], ids=lambda case: case["why"])
def test_what_was_shown_is_all_that_is_signed(case: dict[str, Any]) -> None:
    with pytest.raises(StatementRefused):
        statements.check_shown(
            read(case),
            [each.encode() for each in case["disclosures"]],
            [bytes.fromhex(each) for each in case["decoys_hex"]],
        )


@pytest.mark.parametrize("case", ALL, ids=range(len(ALL)))
def test_the_verifier_written_apart_reads_the_same(case: dict[str, Any]) -> None:
    text = case["note"].encode().partition(b"\n\n")[0] + b"\n"
    origin, _, entry_id, statement = standalone.read_entry(text)
    assert (origin, entry_id) == (PUBLISHED["origin"], read(case).entry_id)
    assert statement == (case["statement"].encode() if case["signature"] else b"")


@pytest.mark.parametrize("case", PUBLISHED["notes_refused"], ids=lambda case: case["why"])
def test_the_verifier_written_apart_refuses_what_is_bad(case: dict[str, str]) -> None:
    with pytest.raises(standalone.Fault):
        decided_apart(case["note"].encode())


def text_of(case: dict[str, Any]) -> bytes:
    return bytes(case["note"].encode().partition(b"\n\n")[0] + b"\n")


def read_here(text: bytes) -> tuple[str, str, bytes] | None:
    """Origin, id and what is signed, as the program reads a text; None where it refuses it."""
    try:
        found = entries.parse_entry(text + b"\n" + ENTRY.sign(text))
    except CustodyError:
        return None
    said = found.text if found.statement is None else found.statement.text
    alone = found.statement is None or found.statement.is_signed
    return found.origin, found.entry_id, said if alone else b""


def read_apart(text: bytes) -> tuple[str, str, bytes] | None:
    """The same by the verifier written apart, which checks the commitments a line later."""
    try:
        origin, written, entry_id, said = standalone.read_entry(text)
    except (standalone.Fault, UnicodeDecodeError):
        return None
    shown = written.decode()[1:-1].split('","')
    sound = len(shown) % 16 == 0 and sorted(set(shown)) == shown
    return (origin, entry_id, said) if sound else None


NUMBERS = [0, 1, 2**53 - 1, 2**53, 10**16 - 1, 10**16]


@pytest.mark.parametrize("case", ALL, ids=range(len(ALL)))
def test_both_readers_take_the_same_numbers(case: dict[str, Any]) -> None:
    text = text_of(case)
    places = list(re.finditer(rb"(?<=[:\[,])[0-9]+(?=[,\]}])", text))
    assert places
    for place in places:
        for number in NUMBERS:
            changed = text[: place.start()] + str(number).encode() + text[place.end() :]
            assert read_here(changed) == read_apart(changed), changed


@pytest.mark.parametrize("more", [0, 1])
def test_both_readers_take_as_many_parts(more: int) -> None:
    statement = read(CLOSING)
    count = statements.MOST_PARTS + more
    parts = tuple((2 * place, 1) for place in range(count))
    batch = statements.BatchRoot(count, "0f" * 32)
    text = statements.note_text(statement._replace(batch=batch._replace(entries=1)), 1, ((0, 1),))
    written = ",".join(f"[{first},{number}]" for first, number in parts)
    text = text.replace(b"[[0,1]]", f"[{written}]".encode())
    text = text.replace(b'"count":1,', f'"count":{count},'.encode())
    assert (read_here(text) is None) is (read_apart(text) is None) is (more == 1)


def test_both_readers_read_whatever_is_altered_alike() -> None:
    drawn = random.Random("habeas")  # noqa: S311
    texts = [text_of(case) for case in ALL]
    pieces = [b"0", b"-1", b"1.0", b"null", b"[]", b'""', b",", b"\n", b" ", b"\\u0030", b"\xff",
              b'"time":1,', b'"version":2', b"/entry/v1\n", b"/entry/v2\n", b",[1,1]"]  # fmt: skip
    origin = PUBLISHED["origin"]
    for _ in range(3_000):
        text = drawn.choice(texts)
        first = drawn.choice([drawn.randrange(200), drawn.randrange(len(text))])
        last = first + drawn.choice([0, 1, 2, 20, 46])
        other = drawn.choice(texts)[first:]
        piece = drawn.choice([*pieces, b"", other[:1], other[:46], text[first:last] * 2])
        altered = text[:first] + piece + text[last:]
        here, apart = read_here(altered), read_apart(altered)
        if here is not None and here[0] != origin:  # of another archive, and refused as that
            here = None
        if apart is not None and apart[0] != origin:
            apart = None
        assert here == apart, altered


def decided_apart(note: bytes) -> None:
    """That a note is a decision of the person, as the stand-alone verifier asks."""
    who, public = standalone.read_key(PUBLISHED["keys"]["entry"]["vkey"], 0x01)
    text, _ = standalone.check_signatures(note, {who: public}, [who], spelt_once=True)
    origin, _, _, statement = standalone.read_entry(text)
    if origin != PUBLISHED["origin"]:
        raise standalone.Fault("is of another archive")
    who, public = standalone.read_key(PUBLISHED["keys"]["person"]["vkey"], 0x01)
    known = standalone.signs_as({"who": who, "public": public}, standalone.OVER_STATEMENT)
    for name, key_id, raw in standalone.split_note(note)[1]:
        if (name, key_id) == known and standalone.signed_by(public, statement, raw):
            return
    raise standalone.Fault("is signed by nobody")


def test_a_key_signs_notes_and_statements_under_two_ids() -> None:
    vkey = PUBLISHED["keys"]["person"]["vkey"]
    verifier = Verifier.parse(vkey)
    told = PUBLISHED["person_statement_key_id_hex"]
    assert f"{verifier.id_as(statements.OVER_STATEMENT):08x}" == told
    assert told not in vkey
