"""Counts: what is read, what is refused because it could be read in two ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.vocabulary import counts
from habeas.vocabulary.answers import Answer
from habeas.vocabulary.counts import Count
from habeas.vocabulary.errors import BadCount

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN


@pytest.mark.parametrize(
    ("text", "low", "high", "approximate"),
    [
        ("22", 22, 22, False),
        ("exactly 22", 22, 22, False),
        ("=22", 22, 22, False),
        ("0", 0, 0, False),
        ("1,300,000", 1_300_000, 1_300_000, False),
        ("1,300", 1_300, 1_300, False),
        ("1 300 000", 1_300_000, 1_300_000, False),
        ("1\u202f300\u202f000", 1_300_000, 1_300_000, False),
        ("1'300'000", 1_300_000, 1_300_000, False),
        ("120000", 120_000, 120_000, False),
        ("1000000-3000000", 1_000_000, 3_000_000, False),
        ("1000000–3000000", 1_000_000, 3_000_000, False),
        ("1,000,000 - 3,000,000", 1_000_000, 3_000_000, False),
        ("between 10 and 20", 10, 20, False),
        (">=1000000", 1_000_000, None, False),
        ("≥ 1000000", 1_000_000, None, False),
        ("at least 1,000,000", 1_000_000, None, False),
        (">10", 11, None, False),
        ("more than 10", 11, None, False),
        ("<=1800000", None, 1_800_000, False),
        ("up to 1,800,000", None, 1_800_000, False),
        ("<10", None, 9, False),
        ("~12000", 12_000, 12_000, True),
        ("about 12000", 12_000, 12_000, True),
        ("~1000000-1500000", 1_000_000, 1_500_000, True),
        ("~>=500", 500, None, True),
        (" 22 ", 22, 22, False),
        ("9007199254740991", 2**53 - 1, 2**53 - 1, False),
    ],
)
def test_what_is_read(text: str, low: int | None, high: int | None, approximate: bool) -> None:
    assert counts.parse(text, "persons") == Count(low, high, approximate, "persons")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "missing"),
        ("1.300", "fraction or thousands; of thousands write 1300 or 1,300"),
        ("1.300.000", "write 1300000 or 1,300,000"),
        ("22.0", "write 22"),
        ("22.00-30", "write 22"),
        ("22.", "write 22"),
        ("22.000", "write 22000 or 22,000"),
        ("22.5", "is a fraction; write whole numbers, such as 22-23"),
        ("1.2.3", "not a number with those points"),
        ("1.300.000", "fraction or thousands"),
        ("1.5", "fraction; write whole numbers, such as 1-2"),
        ("1.300-1.500", "fraction or thousands"),
        ("1,30", "groups of three"),
        ("1,3000", "groups of three"),
        ("13,00,000", "groups of three"),
        (",300", "groups of three"),
        ("-5", "below 0"),
        ("<0", "less than 0"),
        ("1.5 million", "written out"),
        ("3 thousand persons", "written out"),
        ("5 K", "written out"),
        ("12 wan people", "written out"),
        ("3000000-1000000", "below its start"),
        ("1-2-3", "no form"),
        (">=", "missing"),
        ("~", "missing"),
        ("~~5", "once, at the start"),
        ("5~", "once, at the start"),
        (">=~5", "once, at the start"),
        ("five", "no form"),
        ("1_000", "no form"),
        ("1e6", "no form"),
        ("0x10", "no form"),
        ("١٢٠", "plain digits"),
        ("１２０", "plain digits"),
        ("12\x000", "no form"),
        ("12\n", "no form"),
        ("9007199254740992", "too large"),
        ("9" * 150, "too large"),
        ("9" * 10_000, "longer than"),
        ("12 households", "counts households where persons"),
    ],
)
def test_what_is_refused(text: str, reason: str) -> None:
    with pytest.raises(BadCount) as refused:
        counts.parse(text, "persons")
    assert reason in refused.value.message
    assert refused.value.next_step
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 600


def test_the_unit_is_the_texts_or_the_propertys() -> None:
    assert counts.parse("12 persons", "persons").unit == "persons"
    assert counts.parse("12 households").unit == "households"
    assert counts.parse("500 square-metres").unit == "square-metres"
    assert counts.parse("12").unit == ""


@pytest.mark.parametrize(
    ("text", "low"),
    [("1 person", 1), ("1200 people", 1200), ("1,200 People", 1200), ("about 12 persons", 12),
     ("12 person", 12), (">=5\u202fpeople", 5)],
)  # fmt: skip
def test_the_unit_may_stand_in_the_singular_or_as_people(text: str, low: int) -> None:
    read = counts.parse(text, "persons", ("person", "persons"))
    assert (read.low, read.unit) == (low, "persons")


@pytest.mark.parametrize(
    ("text", "unit", "advice"),
    [
        ("1200 prisoners", "persons", "If these are persons, write ‘1200’ alone"),
        ("about 12 people", "deaths", "If these are deaths, write ‘about 12’ alone"),
        ("3 household", "persons", "if not, use a property that counts household"),
        ("3 people killed", "persons", "write ‘3’ alone"),
    ],
)
def test_another_unit_is_refused_with_what_to_write(text: str, unit: str, advice: str) -> None:
    with pytest.raises(BadCount) as refused:
        counts.parse(text, unit, (unit[:-1],))
    assert advice in refused.value.next_step


def test_a_missing_bound_is_not_zero() -> None:
    assert counts.parse("<=10").low is None
    with pytest.raises(BadCount, match="no bound"):
        counts.make(None, None)


@pytest.mark.parametrize("bound", [-1, 2**53, True, 1.5, "5"])
def test_a_bound_is_a_whole_number(bound: object) -> None:
    with pytest.raises(BadCount):
        counts.make(bound, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("a", "b", "answer"),
    [
        ("22", "22", YES),
        ("22", "23", NO),
        ("22", ">=20", YES),
        ("22", ">=23", NO),
        ("1000000-3000000", "<=1800000", YES),
        ("1000000-3000000", "<=900000", NO),
        (">=10", "<=20", YES),
        ("~1000000", "1000000", YES),
        ("~1000000", "1800000", UNKNOWN),
        ("~1000000", "2000000", UNKNOWN),
        ("~1000000", "2000001", NO),
        ("~1000000", "500000", UNKNOWN),
        ("~1000000", "499999", NO),
        ("~1000000", "~4000000", UNKNOWN),
        ("~1000000", "~4000002", NO),
        ("~>=1000000", "500000", UNKNOWN),
    ],
)
def test_could_equal(a: str, b: str, answer: Answer) -> None:
    left, right = counts.parse(a, "persons"), counts.parse(b, "persons")
    assert counts.could_equal(left, right) is answer
    assert counts.could_equal(right, left) is answer


def test_different_units_are_not_compared() -> None:
    assert counts.could_equal(counts.parse("5", "persons"), counts.parse("5", "deaths")) is UNKNOWN


@pytest.mark.parametrize(
    ("text", "words"),
    [("22", "22 persons"), ("1", "1 person"), ("1000000-3000000", "1,000,000 to 3,000,000 persons"),
     (">=5", "at least 5 persons"), ("<=1800000", "at most 1,800,000 persons"),
     ("~12000", "about 12,000 persons"), ("~>=5", "at least about 5 persons")],
)  # fmt: skip
def test_words(text: str, words: str) -> None:
    assert counts.describe(counts.parse(text, "persons"), "person", "persons") == words


bounds = st.integers(0, counts.LARGEST)


@st.composite
def any_counts(draw: st.DrawFn) -> Count:
    low, high = sorted((draw(bounds), draw(bounds)))
    shape = draw(st.sampled_from(["exact", "range", "least", "most"]))
    ends: tuple[int | None, int | None] = {
        "exact": (low, low), "range": (low, high), "least": (low, None), "most": (None, high),
    }[shape]  # fmt: skip
    return counts.make(*ends, approximate=draw(st.booleans()), unit="persons")


@given(any_counts())
def test_reading_its_own_text_gives_the_same(count: Count) -> None:
    assert counts.parse(count.text) == count


@given(bounds)
def test_separators_change_nothing(number: int) -> None:
    for text in (f"{number:,}", f"{number:,}".replace(",", " "), str(number)):
        assert counts.parse(text).low == number


@given(any_counts(), any_counts(), st.data())
def test_no_means_that_no_number_fits_both(a: Count, b: Count, data: st.DataObject) -> None:
    number = data.draw(st.integers(a.low or 0, a.high if a.high is not None else counts.LARGEST))
    inside = (b.low is None or b.low <= number) and (b.high is None or number <= b.high)
    if inside:
        assert counts.could_equal(a, b) is YES


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        count = counts.parse(text)
    except BadCount:
        pass
    else:
        assert counts.parse(count.text) == count
