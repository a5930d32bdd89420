"""Amounts of money: decimal text and a currency, exact or from one to another."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.vocabulary import amounts, values
from habeas.vocabulary.errors import BadAmount

NUMBERS = st.decimals(min_value=0, max_value=10**9, places=4)


@given(NUMBERS, NUMBERS)
def test_a_range_keeps_its_numbers_and_its_order(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    made = amounts.make(f"{low:f}", f"{high:f}", "CNY")
    assert (Decimal(made.low), Decimal(made.high)) == (low, high)
    assert amounts.parse(made.text) == made
    assert amounts.parse(f"{low:,f}-{high:,f} CNY") == made
    if low < high:
        with pytest.raises(BadAmount, match="smaller than its first"):
            amounts.make(f"{high:f}", f"{low:f}", "CNY")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5", "a number and a currency"),
        ("5 YEN", "not a currency"),
        ("$5 USD", "not a number"),
        ("5 usd", "not a currency"),
        ("1.25.3 USD", "not a number"),
        ("1,25 EUR", "groups thousands"),
        ("-5 USD", "not a number"),
        ("1e5 USD", "not a number"),
        ("1234567890123456789 USD", "more than 18 digits"),
        ("5 " + "U" * 200, "not a short text"),
    ],
)
def test_what_is_no_amount_is_refused_with_why(text: str, words: str) -> None:
    with pytest.raises(BadAmount, match=words):
        amounts.parse(text)


def test_an_amount_is_a_value_as_it_was_written() -> None:
    value = values.parse("1,250,000.50 CNY", values.core().properties["cost"])
    assert value.amount == amounts.Amount("1250000.5", "1250000.5", "CNY")
    assert values.columns(value).value_key == "1250000.5 CNY"
    assert values.from_json(values.to_json(value)) == value
    assert values.describe(value) == "1,250,000.5 CNY"
