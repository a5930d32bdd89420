"""Entries: what they show, what they hide, and that they have one spelling."""

from __future__ import annotations

import base64
import json
import os
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.custody.test_canonical import texts, values

from habeas.custody.errors import (
    CanonicalError,
    DisclosureError,
    EntryError,
    EntryNewer,
    EntryTooLarge,
    NoteError,
    SignatureError,
    UnknownKeyError,
)
from habeas.custody.keys.keyring import Keyring
from habeas.custody.log import canonical, disclosures, merkle
from habeas.custody.log.entries import (
    LARGEST_BYTES,
    Composer,
    check_disclosures,
    check_signed,
    parse_entry,
)
from habeas.custody.log.notes import Signer, sign_note

NOW = 1_500_000_000
ORIGIN = "habeas/example"
ENTRY_KEY = Signer.from_seed(f"{ORIGIN}/entry", bytes(32))
COMPOSER = Composer(ORIGIN, ENTRY_KEY)
ADDRESS = "0123456789abcdef" * 4
OBJECTS = st.sampled_from(["", ADDRESS])
named_values = st.dictionaries(texts.filter(bool), values, max_size=40)


@given(named_values, st.booleans())
def test_what_is_committed_can_be_disclosed_and_checked(
    fields: dict[str, Any], sealed: bool
) -> None:
    address = ADDRESS if sealed else None
    made = COMPOSER.compose(NOW, list(fields.items()), address)
    parsed = parse_entry(made.note)
    assert (parsed.origin, parsed.version, parsed.time) == (ORIGIN, 1, NOW)
    assert (parsed.entry_id, parsed.object_sha256) == (made.entry_id, address)
    assert made.leaf_hash == merkle.leaf_hash(made.note)
    opened = check_disclosures(parsed, disclosures.split(made.disclosures))
    assert opened == fields
    assert list(opened) == list(fields), "the order of the fields is kept"


@given(named_values, st.booleans())
def test_the_clear_line_is_canonical(fields: dict[str, Any], sealed: bool) -> None:
    made = COMPOSER.compose(NOW, list(fields.items()), ADDRESS if sealed else None)
    first, line, _ = made.note.split(b"\n", 2)
    assert first.decode() == f"{ORIGIN}/entry/v1"
    assert canonical.encode(json.loads(line)) == line
    assert set(json.loads(line)) - {"object"} == {"commitments", "id", "time", "version"}


@given(texts.filter(bool), values)
def test_a_disclosure_in_an_entry_is_the_plain_disclosure(name: str, value: Any) -> None:
    """The fast path writes what ``disclosures.disclose`` writes."""
    made = COMPOSER.compose(NOW, [(name, value)])
    opened = disclosures.open_disclosure(made.disclosures)
    assert disclosures.disclose(opened.salt, name, value) == made.disclosures
    assert disclosures.commitment(made.disclosures) in parse_entry(made.note).commitments


@pytest.mark.parametrize(
    ("fields", "shown"), [(0, 16), (1, 16), (15, 16), (16, 16), (17, 32), (32, 32), (33, 48)]
)
def test_commitments_are_padded_and_sorted(fields: int, shown: int) -> None:
    made = COMPOSER.compose(NOW, [(f"field-{number}", number) for number in range(fields)])
    commitments = parse_entry(made.note).commitments
    assert len(commitments) == shown
    assert list(commitments) == sorted(set(commitments))
    assert all(len(base64.urlsafe_b64decode(each + "=")) == 32 for each in commitments)


def test_an_entry_shows_nothing_of_what_it_commits_to() -> None:
    made = COMPOSER.compose(NOW, [("kind", "claim"), ("person", "Synthetic Person")])
    for secret in (b"claim", b"Synthetic", b"person", b"kind"):
        assert secret not in made.note
        assert base64.b64encode(secret)[:4] not in made.note.replace(b"-", b"+")
        assert secret not in repr(made).encode()


def test_equal_fields_give_unequal_commitments() -> None:
    one, other = (parse_entry(COMPOSER.compose(NOW, [("kind", "claim")]).note) for _ in range(2))
    assert set(one.commitments).isdisjoint(other.commitments)
    assert one.entry_id != other.entry_id


def test_randomness_survives_a_fork() -> None:
    """A child process must not draw the salts that its parent draws."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, COMPOSER.compose(NOW, [("kind", "claim")]).disclosures)
        os._exit(0)
    os.waitpid(child, 0)
    mine = COMPOSER.compose(NOW, [("kind", "claim")]).disclosures
    assert os.read(reader, 1000) != mine
    os.close(reader)
    os.close(writer)


def test_a_person_cosigns_a_decision(keyring: Keyring, composer: Composer) -> None:
    person = keyring.add_person(None)
    made = composer.compose(NOW, [("kind", "retract")], cosigners=[person])
    verified = check_signed(parse_entry(made.note), [keyring.entry.verifier, person.verifier])
    assert [each.name for each in verified] == [keyring.entry.name, person.name]


def test_a_signature_that_is_false_or_strange_does_not_pass() -> None:
    note = COMPOSER.compose(NOW, [("kind", "claim")]).note
    later = note.replace(b'"time":15', b'"time":16')
    with pytest.raises(SignatureError):
        check_signed(parse_entry(later), [ENTRY_KEY.verifier])
    with pytest.raises(UnknownKeyError):
        check_signed(parse_entry(note), [Signer.generate(ENTRY_KEY.name).verifier])


def test_another_value_than_the_committed_one_is_refused() -> None:
    made = COMPOSER.compose(NOW, [("count", 1)])
    parsed = parse_entry(made.note)
    salt = disclosures.open_disclosure(made.disclosures).salt
    with pytest.raises(DisclosureError, match="'count'"):
        check_disclosures(parsed, [disclosures.disclose(salt, "count", 2)])
    with pytest.raises(DisclosureError, match="twice"):
        check_disclosures(parsed, [made.disclosures, made.disclosures])


def test_an_erased_disclosure_leaves_the_entry_whole() -> None:
    made = COMPOSER.compose(NOW, [("kind", "claim"), ("name", "x")])
    kept = disclosures.split(made.disclosures)[:1]
    assert check_disclosures(parse_entry(made.note), kept) == {"kind": "claim"}
    assert check_disclosures(parse_entry(made.note), []) == {}


def test_one_field_twice_or_nameless_is_refused() -> None:
    with pytest.raises(EntryError, match="twice"):
        COMPOSER.compose(NOW, [("kind", "claim"), ("kind", "source")])
    with pytest.raises(EntryError, match="without a name"):
        COMPOSER.compose(NOW, [("", "claim")])


def test_a_value_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(CanonicalError, match="float"):
        COMPOSER.compose(NOW, [("value", 0.5)])
    with pytest.raises(CanonicalError, match="surrogate"):
        COMPOSER.compose(NOW, [("value", "\udc80")])


@pytest.mark.parametrize("time", [-1, 2**53, 1.5, True, None])
def test_a_time_that_is_no_count_of_seconds_is_refused(time: Any) -> None:
    with pytest.raises(EntryError, match="seconds"):
        COMPOSER.compose(time, [])


def test_an_id_or_address_of_another_form_is_refused() -> None:
    with pytest.raises(EntryError, match="32 hex"):
        COMPOSER.compose(NOW, [], entry_id="A" * 32)
    with pytest.raises(EntryError, match="64 hex"):
        COMPOSER.compose(NOW, [], ADDRESS.upper())


def test_an_entry_that_no_bundle_takes_is_refused() -> None:
    fields = [(str(number), number) for number in range(1344)]
    assert len(COMPOSER.compose(NOW, fields).note) <= LARGEST_BYTES
    with pytest.raises(EntryTooLarge, match="65535"):
        COMPOSER.compose(NOW, [*fields, *((f"more-{number}", 0) for number in range(100))])
    with pytest.raises(EntryTooLarge):
        parse_entry(b"x" * (LARGEST_BYTES + 1))


def test_a_later_format_asks_for_a_newer_program() -> None:
    later = sign_note(f'{ORIGIN}/entry/v3\n{{"anything":1}}\n', ENTRY_KEY)
    with pytest.raises(EntryNewer, match=r"version 3.*newer program"):
        parse_entry(later)


def clear(**changes: Any) -> str:
    """A clear line with changes."""
    commitments = sorted(
        base64.urlsafe_b64encode(bytes([number]) * 32).rstrip(b"=").decode() for number in range(16)
    )
    line = {"commitments": commitments, "id": "ab" * 16, "time": NOW, "version": 1} | changes
    return canonical.encode({key: value for key, value in line.items() if value != ""}).decode()


def test_the_plain_line_of_these_tests_is_read() -> None:
    assert parse_entry(sign_note(f"{ORIGIN}/entry/v1\n{clear()}\n", ENTRY_KEY)).time == NOW


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}/entry/v1\n{clear(version=2)}\n",
        f"{ORIGIN}/entry/v01\n{clear()}\n",
        f"{ORIGIN}/entry/v1\n{clear(kind='claim')}\n",
        f"{ORIGIN}/entry/v1\n{clear(time='')}\n",
        f"{ORIGIN}/entry/v1\n{clear(time=-1)}\n",
        f"{ORIGIN}/entry/v1\n{clear(time=str(NOW))}\n",
        f"{ORIGIN}/entry/v1\n{clear(time=2**53 - 1).replace('991', '992')}\n",
        f"{ORIGIN}/entry/v1\n{clear(id='AB' * 16)}\n",
        f"{ORIGIN}/entry/v1\n{clear(object='00')}\n",
        f"{ORIGIN}/entry/v1\n{clear(commitments=[])}\n",
        f"{ORIGIN}/entry/v1\n{clear(commitments=['A' * 43] * 16)}\n",
        f"{ORIGIN}/entry/v1\n{clear(commitments=json.loads(clear())['commitments'][::-1])}\n",
        f"{ORIGIN}/entry/v1\n{clear(commitments=json.loads(clear())['commitments'][:15])}\n",
        f"{ORIGIN}/entry/v1\n{clear().replace(':', ': ')}\n",
        f"{ORIGIN}/entry/v1\n{clear()}\nmore\n",
        f"{ORIGIN}/entry/v1\n\n{clear()}\n",
        f"{ORIGIN}/v1\n{clear()}\n",
        f"/entry/v1\n{clear()}\n",
    ],
)
def test_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(EntryError):
        parse_entry(sign_note(text, ENTRY_KEY))


@given(st.data())
def test_no_changed_byte_goes_unnoticed(data: st.DataObject) -> None:
    note = bytearray(COMPOSER.compose(NOW, [("kind", "claim")], ADDRESS).note)
    note[data.draw(st.integers(0, len(note) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises((EntryError, NoteError)):
        check_signed(parse_entry(bytes(note)), [ENTRY_KEY.verifier])


# What a text of format version 1 is, as one pattern. The program reads it piece by piece.
COMMITMENT = rb'"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"'
TEXT = re.compile(
    rb"[^\n]+/entry/v1\n"
    rb'\{"commitments":\[' + COMMITMENT + rb"(?:," + COMMITMENT + rb")*\],"
    rb'"id":"[0-9a-f]{32}",(?:"object":"[0-9a-f]{64}",)?'
    rb'"time":(?:0|[1-9][0-9]{0,15}),"version":1\}\n'
)


@settings(max_examples=500)
@given(st.data())
def test_a_text_is_read_exactly_where_the_pattern_fits(data: st.DataObject) -> None:
    """Bytes are put in, taken out and changed, mostly for others that stand there too."""
    origin = data.draw(st.sampled_from([ORIGIN, 'a"],"id":"b', "/entry/v1", "ü"]))
    text = bytearray(f"{origin}/entry/v1\n{clear(object=data.draw(OBJECTS))}\n".encode())
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        piece = data.draw(st.sampled_from([b"", b'"', b",", b'","', b"_", b"=", b"A", b"\n", b"0"]))
        text[at : at + data.draw(st.integers(0, 3))] = piece
    signed = b"\n" + ENTRY_KEY.sign(bytes(text))
    fits = TEXT.fullmatch(text) is not None
    refusal, parsed = "", None
    try:
        parsed = parse_entry(bytes(text) + signed)
    except (EntryError, NoteError) as error:
        refusal = error.message
    if parsed is None:
        # What the pattern cannot say: how many there are, in which order, and the text itself.
        others = ("commitments", "beyond the range", "control character", "UTF-8")
        assert not fits or any(each in refusal for each in others), refusal
    else:
        assert fits
        assert parsed.text == text
        unread = parse_entry(bytes(text) + signed, signatures=False)
        assert unread == parsed._replace(signatures=())


@given(st.binary(max_size=300))
def test_garbage_is_refused_in_the_room_s_own_words(garbage: bytes) -> None:
    with pytest.raises((EntryError, NoteError)):
        parse_entry(garbage)
