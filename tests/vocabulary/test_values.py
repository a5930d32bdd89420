"""Values: what was written stays beside what was read; JSON gives back the same value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.vocabulary import edtf_texts
from tests.vocabulary.test_counts import any_counts

from habeas.vocabulary import counts, edtf, places, values
from habeas.vocabulary.errors import BadCount, BadDate, BadValue, UnknownCode, VocabularyError
from habeas.vocabulary.schema import TYPES, Property, core
from habeas.vocabulary.values import ClaimColumns, Value, Written

MENTION = "0123456789abcdef" * 2


def prop(name: str) -> Property:
    return core().properties[name]


# --- from a table -------------------------------------------------------------------------


def test_a_count_keeps_the_words_of_the_source() -> None:
    value = values.parse("1500000", prop("people_held"), written="1.5 million", language="en")
    assert value.as_written == Written("1.5 million", "en", "Latn")
    assert value.count == counts.parse("1500000", "persons")
    assert value.rule == "person"
    assert values.to_json(value) == {
        "type": "count",
        "written": {"text": "1.5 million", "language": "en", "script": "Latn"},
        "rule": "person",
        "low": 1500000,
        "high": 1500000,
        "unit": "persons",
    }


def test_the_unit_of_the_property_may_stand_after_the_number_and_no_other() -> None:
    signatories = core().properties["signatories"]
    assert values.parse("22 states", signatories).normal == counts.make(22, 22, unit="states")
    with pytest.raises(BadCount, match="counts deaths where states are counted"):
        values.parse("40 deaths", signatories)


def test_what_the_cell_says_is_what_was_written_where_nothing_else_is() -> None:
    value = values.parse("~12,000", prop("people_held"))
    assert value.as_written == Written("~12,000")
    assert value.rule == "count/1"
    assert value.approximate


def test_a_date_of_another_calendar_keeps_it() -> None:
    value = values.parse("2017-06", prop("detained"), written="1438 رمضان", calendar="Hijri")
    assert value.as_written == Written("1438 رمضان", "", "Arab", "Hijri")
    assert value.date == edtf.parse("2017-06")


def test_the_language_of_a_cell_is_its_own_unless_other_words_stand_beside_it() -> None:
    own = values.parse("ئۈرۈمچى", prop("name"), language="ug")
    assert (own.language, own.script, own.as_written) == ("ug", "Arab", None)
    translated = values.parse("Urumqi", prop("name"), written="乌鲁木齐", language="zh")
    assert (translated.language, translated.script) == ("", "Latn")
    assert translated.as_written == Written("乌鲁木齐", "zh", "Hani")


@pytest.mark.parametrize("state", ["unknown", "not-applicable", "withheld"])
@pytest.mark.parametrize("name", ["people_held", "name", "birth_date", "gender", "author"])
def test_missing_values_are_three_answers_for_every_type(state: str, name: str) -> None:
    value = values.parse(f"?{state}", prop(name), written="n/a")
    assert (value.normal, value.state) == (None, state)
    assert value.as_written == Written("n/a", "", "Latn")
    assert values.columns(value) == ClaimColumns(prop(name).type, "", None, None, None, None)
    assert values.from_json(values.to_json(value)) == value
    assert values.describe(value) in ("not known", "does not apply", "withheld")


@pytest.mark.parametrize(
    ("name", "cell", "error", "reason"),
    [
        ("name", "", BadValue, "is not of type text"),
        ("people_held", "?perhaps", BadValue, "not a reason for a missing value"),
        ("name", "?unkown", BadValue, "not a reason for a missing value"),
        ("people_held", "12?", BadCount, "no form"),
        ("people_held", "1.300", BadCount, "1.300"),
        ("birth_date", "03/04/1985", BadDate, "year comes first"),
        ("gender", "F", UnknownCode, "not a code of gender"),
        ("author", "somebody", BadValue, "not a mention"),
        ("same_as_url", "javascript:alert(1)", BadValue, "not a web address"),
        ("same_as_url", "https://a b", BadValue, "not a web address"),
        ("same_as_url", "https://" + "x" * 3000, BadValue, "not a web address"),
        ("wikidata_id", "Q1\n2", BadValue, "not an identifier"),
        ("location", "80,370", VocabularyError, "beyond 180"),
    ],
)
def test_a_bad_cell_is_refused_with_what_would_be_valid(
    name: str, cell: str, error: type[VocabularyError], reason: str
) -> None:
    with pytest.raises(error) as refused:
        values.parse(cell, prop(name))
    assert reason in refused.value.message
    assert refused.value.next_step
    assert str(refused.value).isprintable()


def test_a_reference_keeps_what_was_written() -> None:
    placeholder = Value("ref", None, Written("the county"), "person")
    value = values.reference(MENTION, placeholder)
    assert value.mention == MENTION
    assert value.as_written == Written("the county")
    assert values.reference(MENTION) == values.parse(MENTION, prop("author"))
    with pytest.raises(BadValue, match="not a mention"):
        values.reference(MENTION.upper())


# --- JSON ---------------------------------------------------------------------------------

texts_of_any_script = st.text(min_size=1, max_size=30)
written = st.none() | st.builds(
    Written,
    st.text(min_size=1, max_size=20),
    st.sampled_from(["", "ug", "zh"]),
    st.just(""),
    st.just(""),
)
rules = st.sampled_from(["", "person", "count/1"])


@st.composite
def any_values(draw: st.DrawFn) -> Value:
    kind = draw(st.sampled_from(TYPES))
    source = draw(written)
    if draw(st.integers(0, 5)) == 0:
        return values.missing(kind, draw(st.sampled_from(sorted(values.STATES))), source)
    match kind:
        case "text":
            return values.text(
                draw(texts_of_any_script), draw(st.sampled_from(["", "ug"])), "", source
            )
        case "date":
            return values.date(draw(edtf_texts.single_dates), source, draw(rules))
        case "count":
            return values.count(draw(any_counts()), source, draw(rules))
        case "place":
            return values.place(places.parse("37.08,80.18 county"), source, draw(rules))
        case "code":
            codes = core().codes
            name = draw(st.sampled_from(sorted(codes)))
            return values.code(name, draw(st.sampled_from(sorted(codes[name]))), source)
        case "ref":
            return values.reference(MENTION, Value("ref", None, source))
        case "identifier":
            return values.identifier("Q42", source)
        case _:
            return values.url("https://example.org/ئۇ?a=b", source)


@given(any_values())
def test_json_gives_back_the_same_value(value: Value) -> None:
    data = values.to_json(value)
    assert values.from_json(data) == value
    assert values.from_json(json.loads(json.dumps(data))) == value
    assert _only_texts_and_numbers(data)
    assert values.describe(value)


def _only_texts_and_numbers(data: Any) -> bool:
    if isinstance(data, dict):
        return all(key.isascii() and _only_texts_and_numbers(part) for key, part in data.items())
    return type(data) in (str, int)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "not a value"),
        ([], "not a value"),
        ({}, "not a type"),
        ({"type": "face"}, "not a type"),
        ({"type": ["text"]}, "not a type"),
        ({"type": "text"}, "lacks"),
        ({"type": "text", "text": ""}, "empty or wrong"),
        ({"type": "text", "text": 5}, "empty or wrong"),
        ({"type": "text", "text": "x", "score": 5}, "score"),
        ({"type": "text", "text": "x", "state": "unknown"}, "text"),
        ({"type": "text", "state": "lost"}, "not one"),
        ({"type": "text", "state": ["unknown"]}, "not one"),
        ({"type": "text", "text": "x", "rule": 1}, "not one"),
        ({"type": "text", "text": "x", "written": "y"}, "other parts"),
        ({"type": "text", "text": "x", "written": {"text": 1}}, "not a text"),
        ({"type": "text", "text": "x", "written": {"language": "ug"}}, "other parts"),
        ({"type": "date", "edtf": "2018-13"}, "no month"),
        ({"type": "date", "edtf": 2018}, "wrong part"),
        ({"type": "count", "unit": "persons"}, "no bound"),
        ({"type": "count", "low": 5}, "lacks"),
        ({"type": "count", "low": 5.5, "unit": "persons"}, "whole number"),
        ({"type": "count", "low": True, "unit": "persons"}, "whole number"),
        ({"type": "count", "low": 9, "high": 5, "unit": "persons"}, "below its start"),
        ({"type": "count", "low": 5, "unit": "persons", "approximate": True}, "mark"),
        ({"type": "place", "lat": "95", "lon": "0", "precision": "county"}, "latitude|beyond"),
        ({"type": "place", "lat": 37, "lon": "0", "precision": "county"}, "wrong part"),
        ({"type": "code", "list": "gender"}, "lacks"),
        ({"type": "ref", "mention": "12"}, "not a mention"),
        ({"type": "ref", "mention": 12}, "not a mention"),
    ],
)
def test_json_that_no_value_gives_is_refused(data: object, reason: str) -> None:
    with pytest.raises(VocabularyError, match=reason) as refused:
        values.from_json(data)
    assert refused.value.next_step


def test_a_code_that_the_list_no_longer_has_can_still_be_read() -> None:
    value = values.from_json({"type": "code", "list": "gender", "code": "of-old"})
    assert values.describe(value) == "of-old"
    with pytest.raises(UnknownCode):
        values.code("gender", "of-old")
    with pytest.raises(UnknownCode, match="No code list"):
        values.code("race-science", "x")


# --- columns and words --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "cell", "columns", "words"),
    [
        ("people_held", "1000000-3000000",
         ClaimColumns("count", "1000000-3000000 persons", 1000000, 3000000, None, None),
         "1,000,000 to 3,000,000 persons"),
        ("people_held", "<=1800000",
         ClaimColumns("count", "<=1800000 persons", None, 1800000, None, None),
         "at most 1,800,000 persons"),
        ("people_held", "1 person",
         ClaimColumns("count", "1 persons", 1, 1, None, None), "1 person"),
        ("people_held", "1200 people",
         ClaimColumns("count", "1200 persons", 1200, 1200, None, None), "1,200 persons"),
        ("bids", "12 tenders or bids",
         ClaimColumns("count", "12 bids", 12, 12, None, None), "12 tenders or bids"),
        ("deaths", "1", ClaimColumns("count", "1 deaths", 1, 1, None, None), "1 death"),
        ("detained", "2017-06",
         ClaimColumns("date", "2017-06", None, None, 736481, 736510), "June 2017"),
        ("detained", "2017/..",
         ClaimColumns("date", "2017/..", None, None, 736330, None), "from 2017 on"),
        ("name", " Keriya  COUNTY ", ClaimColumns("text", "keriya county", None, None, None, None),
         "Keriya  COUNTY"),
        ("un_position", "support",
         ClaimColumns("code", "support", None, None, None, None), "Supports"),
        ("location", "37.080,80.18 county",
         ClaimColumns("place", "37.08,80.18 county", None, None, None, None),
         "37.08° N, 80.18° E (to the county)"),
        ("wikidata_id", "Q42", ClaimColumns("identifier", "Q42", None, None, None, None), "Q42"),
        ("same_as_url", "https://example.org/A",
         ClaimColumns("url", "https://example.org/A", None, None, None, None), "https://example.org/A"),
        ("author", MENTION, ClaimColumns("ref", MENTION, None, None, None, None),
         f"the record of mention {MENTION}"),
    ],
)  # fmt: skip
def test_columns_and_words(name: str, cell: str, columns: ClaimColumns, words: str) -> None:
    value = values.parse(cell, prop(name))
    assert values.columns(value) == columns
    assert values.describe(value) == words


def test_a_value_answers_for_its_own_parts_only() -> None:
    value = values.parse("support", prop("un_position"))
    assert (value.code_list, value.code) == ("un-position", "support")
    assert (value.count, value.date, value.point, value.text) == (None, None, None, "")
    assert (value.unit, value.language, value.script, value.mention) == ("", "", "", "")
    assert value.approximate is False
