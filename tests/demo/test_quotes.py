"""Each claim of the demonstration is held to the words that it quotes."""

from __future__ import annotations

import re

import pytest
from tests.demo.quotes import PROPERTIES, Corpus, numbers
from tests.demo.test_corpus import Row, article, claims, notes, table

from habeas.vocabulary import counts

__all__ = ["article", "claims", "notes"]  # fixtures

#: A bound in words that exclude it: read as the bound itself (README of the demonstration).
ABOVE = re.compile(r"\b(?:more than|over|above|surpassed)\b", re.IGNORECASE)


def corpus(rows: list[Row], notes: dict[str, str]) -> Corpus:
    return Corpus(rows, table("mentions"), table("sources"), notes)


def test_what_a_claim_says_stands_in_its_quote_or_the_claim_says_how_it_was_read(
    claims: list[Row], notes: dict[str, str]
) -> None:
    assert corpus(claims, notes).lacks() == []


@pytest.mark.parametrize(
    ("claim", "changes", "what"),
    [
        ("c-nyt-leak-2019-11-06", {"value": "17000"}, "number: 17000"),
        ("c-aspi-2018-11-01", {"value": ">=28 facilities", "note": "", "quote": "39 camps"}, "28"),
        ("c-tursun-05", {"note": ""}, "number: 61"),
        ("c-rfa-makit-2020-01", {"value": "2020-04-23/2020-05-24"}, "date: 24"),
        ("c-rfa-makit-2020-01", {"value": "2019-04-23/2020-05-23"}, "date: 2019"),
        ("c-isa-01", {"note": "He was told so."}, "date: April"),
        ("c-article-opening-04", {"holds": "2016-08/2021"}, "holds: 2016"),
        ("c-europe-09", {"value": "m-o-cerd"}, "name: Racial"),
        ("c-saudi-russia-11", {"quote": "On 9 October 2019 he said"}, "name: Lavrov"),
        ("c-karakax-list-08", {"value": "24 are accused of crimes, nine of terrorism."}, "9"),
        ("c-kosdaulet-08", {"value": "WhatsApp and Skype on his telephone"}, "name: Skype"),
        ("c-cctv-2018-10-03", {"quote": "Manya Koetse noted both praise"}, "no camp"),
        ("c-muhemet-11", {"quote": "left China in 2018"}, "no word"),
        ("c-gazetteer-02", {"value": "39.74,75.99 prefecture"}, "place: 39.74"),
    ],
)
def test_a_value_that_leaves_its_quote_is_seen(
    claims: list[Row], notes: dict[str, str], claim: str, changes: Row, what: str
) -> None:
    row = next(row for row in claims if row["id"] == claim)
    found = corpus([{**row, **changes}], notes).lacks()
    assert [lack for lack in found if what in lack.what], found
    assert {lack.claim for lack in found} == {claim}


def test_more_than_a_number_is_read_in_one_way(claims: list[Row]) -> None:
    """At least that number: the words round, and the next number is nobody's."""
    read = []
    for claim in claims:
        words = claim["as_written"] or claim["quote"]
        if PROPERTIES[claim["property"]].type == "count" and ABOVE.search(words):
            value = counts.parse(claim["value"], PROPERTIES[claim["property"]].unit or "")
            assert value.high is None, claim["id"]
            assert value.low in numbers(words), claim["id"]
            read.append(claim["id"])
    assert len(read) >= 8


def test_what_is_given_as_written_is_written_there(article: str, claims: list[Row]) -> None:
    there = " ".join(article.split()).lower()
    written = [claim for claim in claims if claim["as_written"]]
    assert [c["id"] for c in written if c["as_written"].lower() not in there] == []


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("between 1 and 1.5 million people", {1, 1.5, 1_000_000, 1_500_000}),
        ("12,000 of 7,300", {12000, 7300}),
        ("a million, hundreds of thousands", {1_000_000, 100_000}),
        ("sixty-one of fifty", {61, 50}),
        ("with seven other prisoners, seventeen hours", {7, 17}),
        ("21% in 2017, about 1.29 million", {21, 2017, 1.29, 1_290_000}),
    ],
)
def test_numbers_are_read_from_digits_and_words(text: str, given: set[float]) -> None:
    assert numbers(text) == given
