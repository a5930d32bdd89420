"""Canonical JSON: one spelling, nothing that readers disagree on."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.custody.errors import CanonicalError
from habeas.custody.log import canonical

characters = st.characters(exclude_categories=["Cs"])
texts = st.text(characters)
integers = st.integers(-canonical.LARGEST, canonical.LARGEST)
values = st.recursive(
    texts | integers,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_what_is_written_reads_back(value: Any) -> None:
    assert json.loads(canonical.encode(value)) == value


@given(st.dictionaries(texts, integers, min_size=2))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    turned = dict(reversed(list(value.items())))
    assert canonical.encode(turned) == canonical.encode(value)


@given(values)
def test_ascii_values_are_written_as_the_standard_library_writes_them(value: Any) -> None:
    again = canonical.encode(value)
    if again.isascii():
        plain = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert again == plain.encode()


def test_keys_are_ordered_by_utf16_code_units() -> None:
    """The example of RFC 8785, 3.2.3: an emoji sorts before a Hebrew presentation form."""
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    written = canonical.encode(dict.fromkeys(names, 1))
    order = [name for name, _ in json.loads(written, object_pairs_hook=list)]
    assert order == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_characters_are_escaped_as_rfc_8785_says() -> None:
    assert canonical.encode('\u20ac$\x0f\nA\'B"\\\\"/\x7f') == (
        '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f"'.encode()
    )


def test_an_enumeration_is_written_as_its_text() -> None:
    class Stance(StrEnum):
        DENIES = "denies"

    assert canonical.encode([Stance.DENIES]) == b'["denies"]'


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (1.0, "float"),
        (True, "bool"),
        (None, "NoneType"),
        (b"x", "bytes"),
        ((1,), "tuple"),
        ({1: "x"}, "key"),
        (2**53, "integer"),
        (-(2**53), "integer"),
        ("\ud800", "surrogate"),
        ({"\udfff": 1}, "surrogate"),
        ([[{"a": 0.5}]], "float"),
    ],
)
def test_what_readers_disagree_on_is_refused(value: object, named: str) -> None:
    with pytest.raises(CanonicalError, match=named):
        canonical.encode(value)


def test_endless_nesting_is_refused() -> None:
    value: list[Any] = []
    for _ in range(2000):
        value = [value]
    with pytest.raises(CanonicalError, match="nesting"):
        canonical.encode(value)
