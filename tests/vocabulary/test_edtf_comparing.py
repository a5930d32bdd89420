"""Comparing times: yes and no only when certain, whatever the texts leave open."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.vocabulary import edtf_texts as texts

from habeas.vocabulary import edtf, edtf_date
from habeas.vocabulary.answers import Answer
from habeas.vocabulary.edtf_date import Date
from habeas.vocabulary.errors import BadDate

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN

WITHIN = [
    ("2018-06", "2018", YES),
    ("2018", "2018", YES),
    ("2018", "2018-06", UNKNOWN),
    ("2018", "2017/2018", YES),
    ("2017-06/2018", "2017/2018", YES),
    ("2017-06/2018", "2018", NO),
    ("2017-06/2018", "2017-07/2019", NO),
    ("2017/2018", "2017-07/2019", UNKNOWN),
    ("2019", "2018", NO),
    ("2018-06-03", "2018/..", YES),
    ("2018/..", "2017/..", YES),
    ("2018/..", "2018/2030", NO),
    ("2018/", "2018/2030", UNKNOWN),
    ("2018/", "2018/..", YES),
    ("/2018", "2018", UNKNOWN),
    ("/2018", "../2018", YES),
    ("2017", "/2018", UNKNOWN),
    ("2019", "/2018", NO),
    ("2018", "2017/", UNKNOWN),
    ("2016", "2017/", NO),
    ("2017-03", "2017-0X", UNKNOWN),
    ("2017-0X", "2017", YES),
    ("2015", "20X8-03", NO),  # none of 2008, 2018 … 2098
    ("2018", "20X8-03", UNKNOWN),
    ("20X8-03", "2015", NO),
    ("20X8-03", "2009/2017", NO),
    ("20X8-03", "2009/2018", UNKNOWN),
    ("20X8-03~", "2009-01", NO),
    ("20X8-03~", "2008-12/2018", UNKNOWN),
    ("20X8?-03", "2013", UNKNOWN),
    ("2017-10-31", "2017-1X-31", UNKNOWN),
    ("2017-11", "2017-1X-31", NO),  # November has 30 days
    ("XXXX-12-25", "2018-11", NO),
    ("XXXX-12-25", "2018", UNKNOWN),
    ("XXXX-1X", "2018-05/2018-09", NO),
    ("20X8-XX-XX", "20X5", NO),
    ("201X-02-29", "2013/2015", NO),  # 2012 and 2016 have one
    ("-201X-02", "-2015-03", NO),
    ("-2015", "-201X", UNKNOWN),
    ("[2009,2019]", "20X8", NO),
    ("{2008,2009}", "20X8", NO),
    ("2011/2013", "201X", NO),  # one year of the ten
    ("2018-01/2018-03", "2018-0X", NO),
    ("2018-01/2018", "2018-0X", UNKNOWN),
    ("2018-01/2018", "2018-0X-XX", UNKNOWN),
    ("2017-0X", "2017-10/2018", NO),
    ("2018-21", "2018", YES),
    ("2018-22", "2018", UNKNOWN),
    ("2018-33", "2018-01/2018-03", YES),
    ("[2019-07,2019-10]", "2019", YES),
    ("[2019-07,2019-10]", "2019-07", UNKNOWN),
    ("[2019-07,2019-10]", "2020", NO),
    ("2019-07", "[2019-07,2019-10]", UNKNOWN),
    ("2019-07-05", "{2019-07,2019-10}", YES),
    ("2019-08", "{2019-07,2019-10}", NO),
    ("2018/2019", "{2018,2019}", UNKNOWN),
    ("2017/2018", "{2018,2019}", NO),
    ("2016/2018", "{2016,2018}", NO),  # 2017 lies between
    ("2018/..", "{2018,2019}", NO),
    ("{2017,2018}", "{2018,2019}", NO),
    ("{2016,2018}", "201X", NO),  # one year of the ten
    ("{2016,2018}", "[2016,2018]", NO),
    ("{2016,2018}", "[2016..2018]", UNKNOWN),
    ("[2017,2018]", "{2018,2019}", UNKNOWN),
    ("{2018-03,2018-05}", "2018-0X", NO),
    ("{2018,2020}", "2018/2020", YES),
    ("{2018,2020}", "2018/2019", NO),
    ("[..1984]", "../1984", YES),
    ("[..1984]", "1900/1984", UNKNOWN),
    ("2018~", "2018", UNKNOWN),
    ("2018~", "2000/2040", YES),
    ("2018~", "2030", NO),
    ("2018", "2018~", UNKNOWN),
    ("2018-06-15", "2000/2018-12-31~", YES),
    ("2018-06-03~", "2018", YES),
    ("2018~-06-03", "2018", UNKNOWN),
    ("2018~-06-03", "2010/2025", YES),
    ("2018-06~", "2018", UNKNOWN),
    ("2018-06~", "2017/2019", YES),
    ("201X~", "2001/2029", UNKNOWN),
    ("201X~", "1999/2030", YES),
    ("2018-06-03?", "2018-06", UNKNOWN),
]
OVERLAPS = [
    ("2018", "2018", YES),
    ("2018-06", "2018", YES),
    ("2018", "2018-06", UNKNOWN),
    ("2018", "2019", NO),
    ("2017-06/2018", "2017-12", YES),
    ("2017-06/2018", "2017-06-15", UNKNOWN),
    ("2018/..", "2025", YES),
    ("2018/", "2025", UNKNOWN),
    ("2018/", "2018", YES),
    ("2018/", "2017", NO),
    ("../2018", "1900", YES),
    ("/2018", "1900", UNKNOWN),
    ("2017/2019", "2018-0X", YES),
    ("2017-0X", "2017-0X", UNKNOWN),
    ("20X8-03", "2015", NO),
    ("2017-06/2018-02", "20X8-03", NO),
    ("2018/2019", "2XX8-03", UNKNOWN),
    ("{2018,2020}", "2020", YES),
    ("[2018,2020]", "2020", UNKNOWN),
    ("{2018,2020}", "[2018,2020]", YES),
    ("{2018,2020}", "[2018,2019]", UNKNOWN),
    ("[2018,2020]", "2019", NO),
    ("2018~", "2019", UNKNOWN),
    ("2018~", "2040", NO),
]
BEFORE = [
    ("2017", "2018", YES),
    ("2018", "2017", NO),
    ("2018", "2018", UNKNOWN),
    ("2018", "2018-06", UNKNOWN),
    ("2018-06-03", "2018-06-03", NO),
    ("2018-06-03", "2018-06-04", YES),
    ("2017/2018", "2018-06", UNKNOWN),
    ("2017/2019", "2018", NO),
    ("../2017", "2018", YES),
    ("2017/..", "2018", NO),
    ("2017/", "2018", UNKNOWN),
    ("2018", "../2020", NO),
    ("2018", "/2020", UNKNOWN),
    ("2018~", "2019", UNKNOWN),
    ("2018~", "2040", YES),
    ("{2016,2017}", "2018", YES),
    ("[2016,2019]", "2018", UNKNOWN),
    ("2015", "[2016,2019]", YES),
    ("2017", "{2016,2019}", NO),
]


@pytest.mark.parametrize(("a", "b", "answer"), WITHIN)
def test_within(a: str, b: str, answer: Answer) -> None:
    assert edtf.within(edtf.parse(a), edtf.parse(b)) is answer


@pytest.mark.parametrize(("a", "b", "answer"), OVERLAPS)
def test_overlaps(a: str, b: str, answer: Answer) -> None:
    assert edtf.overlaps(edtf.parse(a), edtf.parse(b)) is answer


@pytest.mark.parametrize(("a", "b", "answer"), BEFORE)
def test_before(a: str, b: str, answer: Answer) -> None:
    assert edtf.before(edtf.parse(a), edtf.parse(b)) is answer


@pytest.mark.parametrize(
    ("a", "b", "answer"),
    [("2018-06", "2018", YES), ("2018", "2018-06", YES), ("2018", "2018", YES),
     ("2018", "2019", NO), ("2018~", "2018", UNKNOWN), ("2018/2019", "2019/2020", UNKNOWN),
     ("2017/2019", "2018", YES)],
)  # fmt: skip
def test_meet_is_the_same_in_both_directions(a: str, b: str, answer: Answer) -> None:
    assert edtf.meet(edtf.parse(a), edtf.parse(b)) is answer
    assert edtf.meet(edtf.parse(b), edtf.parse(a)) is answer


def test_sorting_is_by_first_then_last_possible_day() -> None:
    given = ["2018-06", "../2019", "2018", "2018-06-03", "2017~", "2018/..", "-0044", "Y17000"]
    ordered = sorted(map(edtf.parse, given), key=edtf.sort_key)
    assert [time.text for time in ordered] == [
        "../2019", "-0044", "2017~", "2018", "2018/..", "2018-06", "2018-06-03", "Y17000",
    ]  # fmt: skip


# --- against sampled days -----------------------------------------------------------------

Stretch = tuple[float, float]
FAR = 40_000


def pick(draw: st.DrawFn, first: float, last: float) -> float:
    """A day from first to last; an infinity where both are, far out where one is."""
    if first == last:
        return first
    low = last - FAR if first == -inf else first
    high = first + FAR if last == inf else last
    if low == -inf:  # both were infinite
        low, high = 700_000, 760_000
    return draw(st.integers(int(low), int(high)))


def filled(draw: st.DrawFn, date: Date) -> Date:
    """The date with each unknown digit filled in: one of the units that it may be."""
    if "X" not in date.text:
        return date
    parts = edtf_date.split(date.text)
    assert parts is not None
    text = "".join(str(draw(st.integers(0, 9))) if c == "X" else c for c in parts.year)
    for pattern, most in ((parts.month, 12), (parts.day, 31)):
        if pattern:
            written = [f"{n:02d}" for n in range(1, most + 1)]
            fit = [
                n for n in written if all(p in ("X", d) for p, d in zip(pattern, n, strict=True))
            ]
            text += f"-{draw(st.sampled_from(fit))}"
    try:
        unit = edtf_date.read(text)
    except BadDate:
        assume(False)
        raise
    return replace(unit, reach_days=date.reach_days)


def said(draw: st.DrawFn, start: Date | str, end: Date | str, *, one: bool) -> Stretch:
    """One stretch of days that a statement may be about, by the words of the methods page."""
    if isinstance(start, Date) and start is end:
        start = end = filled(draw, start)
    if start is end or one:
        low = start.earliest - start.reach_days if isinstance(start, Date) else -inf
        high = end.latest + end.reach_days if isinstance(end, Date) else inf
        first = pick(draw, low, high)
        last = draw(st.sampled_from([first, pick(draw, first, high)]))
        return first, last
    if isinstance(start, Date):
        first = pick(draw, start.earliest - start.reach_days, start.latest + start.reach_days)
    elif isinstance(end, Date) and start == "unknown":
        first = pick(draw, -inf, end.latest + end.reach_days)
    else:
        first = -inf
    if isinstance(end, Date):
        last = pick(draw, end.earliest - end.reach_days, end.latest + end.reach_days)
    elif end == "unknown":
        last = pick(draw, first, inf)
    else:
        last = inf
    assume(first <= last)
    return first, last


def asked(draw: st.DrawFn, start: Date | str, end: Date | str, *, one: bool) -> Stretch:
    """One stretch of days that a window may cover: its whole units, where they are known."""
    if isinstance(start, Date) and start is end:
        start = end = filled(draw, start)
    if (start is not end and one) or (isinstance(start, Date) and start is end and not start.whole):
        return said(draw, start, end, one=one)
    first, last = said(draw, start, end, one=False) if start is not end else (-inf, inf)
    if isinstance(start, Date) and start.whole:
        first = start.earliest + draw(st.integers(-start.reach_days, start.reach_days))
    if isinstance(end, Date) and end.whole:
        last = end.latest + draw(st.integers(-end.reach_days, end.reach_days))
    assume(first <= last)
    return first, last


def stretches(draw: st.DrawFn, time: edtf.Edtf, how: str) -> list[Stretch]:
    sample = said if how == "said" else asked
    one = time.shape == "one-of"
    pairs = [draw(st.sampled_from(time.members))] if one else list(time.members)
    return [sample(draw, start, end, one=one) for start, end in pairs]


def covered(stretch: Stretch, windows: list[Stretch]) -> bool:
    """Whether every day of the stretch lies in some window."""
    reached = stretch[0]
    for first, last in sorted(windows):
        if first <= reached <= last:
            if last >= stretch[1]:
                return True
            reached = last + 1
    return False


def shares(a: Stretch, b: Stretch) -> bool:
    return a[0] <= b[1] and b[0] <= a[1]


def parsed(text: str) -> edtf.Edtf:
    try:
        return edtf.parse(text)
    except BadDate:
        assume(False)
        raise


def check(answer: Answer, truth: bool) -> None:
    assert answer is not YES or truth
    assert answer is not NO or not truth


@settings(max_examples=400)
@given(texts.any_texts, texts.any_texts, st.data())
def test_certain_answers_hold_for_sampled_days(one: str, other: str, data: st.DataObject) -> None:
    a, b = parsed(one), parsed(other)

    @st.composite
    def samples(draw: st.DrawFn) -> tuple[list[Stretch], list[Stretch], list[Stretch]]:
        return stretches(draw, a, "said"), stretches(draw, b, "asked"), stretches(draw, b, "said")

    statement, window, later = data.draw(samples())
    check(edtf.within(a, b), all(covered(s, window) for s in statement))
    check(edtf.overlaps(a, b), any(shares(s, w) for s in statement for w in window))
    check(edtf.before(a, b), all(s[1] < t[0] for s in statement for t in later))
    if edtf.meet(a, b) is NO:
        assert not any(shares(s, t) for s in statement for t in later)


@given(texts.any_texts, texts.any_texts)
def test_the_questions_agree_with_each_other(one: str, other: str) -> None:
    a, b = parsed(one), parsed(other)
    if edtf.within(a, b) is YES:
        assert edtf.overlaps(a, b) is not NO
    if edtf.before(a, b) is YES:
        assert edtf.overlaps(a, b) is not YES
        assert edtf.before(b, a) is NO
    assert edtf.meet(a, b) is edtf.meet(b, a)


@given(texts.plain_dates(), texts.plain_dates())
def test_days_of_full_precision_leave_nothing_open(one: str, other: str) -> None:
    a, b = parsed(one), parsed(other)
    if a.precision == b.precision == "day":
        answers = {edtf.before(a, b), edtf.overlaps(a, b), edtf.within(a, b)}
        assert UNKNOWN not in answers


def test_a_margin_has_an_exact_edge() -> None:
    about = edtf.parse("2018-06-15~")
    assert edtf.before(about, edtf.parse("2018-07-16")) is UNKNOWN
    assert edtf.before(about, edtf.parse("2018-07-17")) is YES
