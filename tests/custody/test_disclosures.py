"""Disclosures: what is committed to can be opened, and nothing else passes for it."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.custody.test_canonical import texts, values

from habeas.custody.errors import CanonicalError, DisclosureError
from habeas.custody.log import disclosures

SALT = bytes(range(32))
salts = st.binary(min_size=32, max_size=32)


@given(salts, texts.filter(bool), values)
def test_a_disclosure_opens_to_what_was_disclosed(salt: bytes, name: str, value: Any) -> None:
    opened = disclosures.open_disclosure(disclosures.disclose(salt, name, value))
    assert (opened.salt, opened.field, opened.value) == (salt, name, value)


def test_the_commitment_is_over_the_characters_of_the_disclosure() -> None:
    disclosure = disclosures.disclose(SALT, "kind", "claim")
    digest = base64.urlsafe_b64encode(hashlib.sha256(disclosure).digest())
    assert disclosures.commitment(disclosure) == digest.rstrip(b"=").decode()
    array = json.loads(base64.urlsafe_b64decode(disclosure + b"=="))
    assert array == [base64.urlsafe_b64encode(SALT).rstrip(b"=").decode(), "kind", "claim"]


def test_the_example_of_rfc_9901_has_its_digest() -> None:
    """RFC 9901, 4.2.3: the family name of the example in 4.2.1."""
    disclosure = b"WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert disclosures.commitment(disclosure) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"


@given(st.lists(st.tuples(salts, values), max_size=5))
def test_joined_disclosures_come_apart_again(fields: list[tuple[bytes, Any]]) -> None:
    made = [disclosures.disclose(salt, "field", value) for salt, value in fields]
    assert disclosures.split(disclosures.join(made)) == made


def test_the_salt_is_not_shown() -> None:
    disclosure = disclosures.disclose(SALT, "kind", "claim")
    assert "salt" not in repr(disclosures.open_disclosure(disclosure))


def written(text: str) -> bytes:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=")


GOOD_SALT = "A" * 43


@pytest.mark.parametrize(
    "disclosure",
    [
        b"",
        b"!!!!",
        b"W10=",
        b"a",
        written(f'["{GOOD_SALT}","kind","claim"]') + b"=",
        written(f'["{GOOD_SALT}","kind","claim"]') + b"\n",
        written("[]"),
        written(f'["{GOOD_SALT}","kind"]'),
        written(f'["{GOOD_SALT}","kind","claim","more"]'),
        written(f'["{GOOD_SALT}",1,"claim"]'),
        written(f'["{GOOD_SALT}","","claim"]'),
        written('["short","kind","claim"]'),
        written(f'["{GOOD_SALT}","kind",0.5]'),
        written(f'["{GOOD_SALT}","kind",NaN]'),
        written(f'["{GOOD_SALT}","kind","claim"]["{GOOD_SALT}","kind","claim"]'),
        written(f'["{GOOD_SALT}","kind","claim'),
        written("[" * 100_000),
        base64.urlsafe_b64encode(b'["\xff'),
    ],
)
def test_what_is_not_a_disclosure_is_refused(disclosure: bytes) -> None:
    with pytest.raises(DisclosureError):
        disclosures.open_disclosure(disclosure)


def test_the_wrong_alphabet_is_refused() -> None:
    good = disclosures.disclose(SALT, "text", "\u06ba\u06be\u06be?>?>")
    plain = good.translate(bytes.maketrans(b"-_", b"+/"))
    assert plain != good
    with pytest.raises(DisclosureError):
        disclosures.open_disclosure(plain)


def test_a_short_salt_or_a_nameless_field_is_refused() -> None:
    with pytest.raises(DisclosureError, match="salt"):
        disclosures.disclose(bytes(16), "kind", "claim")
    with pytest.raises(DisclosureError, match="name"):
        disclosures.disclose(SALT, "", "claim")
    with pytest.raises(CanonicalError):
        disclosures.disclose(SALT, "kind", 0.5)
