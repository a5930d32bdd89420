"""EDTF texts: what is read, with which bounds, and what is refused and how."""

from __future__ import annotations

import contextlib
import datetime as dt
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.vocabulary import edtf_texts as texts

from habeas.vocabulary import edtf
from habeas.vocabulary.errors import BadDate
from habeas.vocabulary.gregorian import ordinal

LEVEL_0 = [
    "1985-04-12",
    "1985-04",
    "1985",
    "1985-04-12T23:20:30",
    "1985-04-12T23:20:30Z",
    "1985-04-12T23:20:30-04",
    "1985-04-12T23:20:30+04:30",
    "1964/2008",
    "2004-06/2006-08",
    "2004-02-01/2005-02-08",
    "2004-02-01/2005-02",
    "2004-02-01/2005",
    "2005/2006-02",
]
LEVEL_1 = [
    "Y170000002",
    "Y-170000002",
    "2001-21",
    "2001-24",
    "1984?",
    "2004-06~",
    "2004-06-11%",
    "201X",
    "20XX",
    "2004-XX",
    "1985-04-XX",
    "1985-XX-XX",
    "1985-04-12/..",
    "1985-04/..",
    "1985/..",
    "../1985-04-12",
    "../1985-04",
    "../1985",
    "1985-04-12/",
    "1985-04/",
    "1985/",
    "/1985-04-12",
    "/1985-04",
    "/1985",
    "-1985",
    "1984~/2004-06",
    "1984/2004-06~",
    "1984?/2004%",
    "1984-06-02?/2004-08-08~",
]
LEVEL_2 = [
    "Y-17E7",
    "1950S2",
    "Y171010000S3",
    "Y3388E2S3",
    "2001-34",
    "2001-41",
    "[1667,1668,1670..1672]",
    "[..1760-12-03]",
    "[1760-12..]",
    "[1760-01,1760-02,1760-12..]",
    "[1667,1760-12]",
    "[..1984]",
    "{1667,1668,1670..1672}",
    "{1960,1961-12}",
    "{..1984}",
    "2004-06-11%",
    "2004-06~-11",
    "2004?-06-11",
    "?2004-06-~11",
    "2004-%06-11",
    "156X-12-25",
    "15XX-12-25",
    "XXXX-12-XX",
    "1XXX-XX",
    "1XXX-12",
    "1984-1X",
    "2004-06-~01/2004-06-~20",
    "2004-06-XX/2004-07-03",
]


def day(text: str) -> int:
    return dt.date.fromisoformat(text).toordinal()


@pytest.mark.parametrize("text", LEVEL_0 + LEVEL_1 + LEVEL_2)
def test_the_examples_of_the_specification_are_read(text: str) -> None:
    read = edtf.parse(text)
    assert read.text == text
    if read.earliest is not None and read.latest is not None:
        assert read.earliest <= read.latest


@pytest.mark.parametrize(
    ("text", "first", "last", "precision"),
    [
        ("2018", "2018-01-01", "2018-12-31", "year"),
        ("2020-02", "2020-02-01", "2020-02-29", "month"),
        ("2018-06-03", "2018-06-03", "2018-06-03", "day"),
        ("2018~", "2018-01-01", "2018-12-31", "year"),
        ("2017-0X", "2017-01-01", "2017-09-30", "year"),
        ("2017-1X", "2017-10-01", "2017-12-31", "year"),
        ("2017-X1", "2017-01-01", "2017-11-30", "year"),
        ("2018-XX-31", "2018-01-31", "2018-12-31", "year"),
        ("2018-02-XX", "2018-02-01", "2018-02-28", "month"),
        ("2018-02-2X", "2018-02-20", "2018-02-28", "month"),
        ("201X", "2010-01-01", "2019-12-31", "decade"),
        ("20XX", "2000-01-01", "2099-12-31", "century"),
        ("19XX-02-29", "1904-02-29", "1996-02-29", "century"),
        ("2018-33", "2018-01-01", "2018-03-31", "season"),
        ("2018-37", "2018-01-01", "2018-04-30", "season"),
        ("2018-41", "2018-07-01", "2018-12-31", "season"),
        ("2018-24", "2017-12-01", "2019-03-21", "season"),
        ("2018-26", "2018-06-01", "2018-09-23", "season"),
        ("1950S2", "1900-01-01", "1999-12-31", "century"),
        ("2017-06/2018", "2017-06-01", "2018-12-31", "year"),
        ("2018-06-03T14:30+08:00", "2018-06-03", "2018-06-03", "day"),
        ("[2019-10,2019-07]", "2019-07-01", "2019-10-31", "month"),
        ("{1667..1670}", "1667-01-01", "1670-12-31", "year"),
    ],
)
def test_bounds_and_precision(text: str, first: str, last: str, precision: str) -> None:
    read = edtf.parse(text)
    assert (read.earliest, read.latest) == (day(first), day(last))
    assert read.precision == precision


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [("../2018", None, "2018"), ("/2018", None, "2018"), ("2018/..", "2018", None),
     ("2018/", "2018", None), ("[..2018]", None, "2018"), ("{2018..}", "2018", None)],
)  # fmt: skip
def test_open_and_unknown_ends_have_no_bound(
    text: str, earliest: str | None, latest: str | None
) -> None:
    read = edtf.parse(text)
    assert read.earliest == (earliest and day(f"{earliest}-01-01"))
    assert read.latest == (latest and day(f"{latest}-12-31"))


def test_an_open_end_and_an_unknown_end_are_two_things() -> None:
    assert edtf.parse("../2018").start == "open"
    assert edtf.parse("/2018").start == "unknown"
    assert edtf.parse("2018/..").end == "open"
    assert edtf.parse("2018/").end == "unknown"


def test_years_beyond_four_digits_and_before_zero() -> None:
    assert edtf.parse("Y170000002").earliest == ordinal(170000002)
    assert edtf.parse("Y-17E7").latest == ordinal(-170000000, 12, 31)
    assert edtf.parse("-1985").earliest == ordinal(-1985)
    assert edtf.parse("Y171010000S3").earliest == ordinal(171000000)
    assert edtf.parse("Y171010000S3").latest == ordinal(171999999, 12, 31)
    assert edtf.parse("-1950S2").earliest == ordinal(-1999)
    assert edtf.parse("0000").latest == 0


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("-201X", (-2019, 1, 1), (-2010, 12, 31)),
        ("-20XX", (-2099, 1, 1), (-2000, 12, 31)),
        ("-000X", (-9, 1, 1), (-1, 12, 31)),  # the year 0 has no sign
        ("-201X-02-29", (-2016, 2, 29), (-2012, 2, 29)),
        ("-2X15-0X", (-2915, 1, 1), (-2015, 9, 30)),
    ],
)
def test_unknown_digits_before_the_year_zero(
    text: str, first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    read = edtf.parse(text)
    assert (read.earliest, read.latest) == (ordinal(*first), ordinal(*last))
    assert edtf.parse(read.text) == read


@pytest.mark.parametrize(
    ("text", "uncertain", "approximate"),
    [("2018", False, False), ("2018?", True, False), ("2018~", False, True),
     ("2018%", True, True), ("?2004-06-~11", True, True), ("2004-06~-11", False, True),
     ("2017?/2018", True, False), ("[2017,2018~]", False, True)],
)  # fmt: skip
def test_qualifiers_are_kept_and_move_no_bound(
    text: str, uncertain: bool, approximate: bool
) -> None:
    read = edtf.parse(text)
    assert (read.uncertain, read.approximate) == (uncertain, approximate)
    bare = edtf.parse("".join(letter for letter in text if letter not in "?~%"))
    assert (read.earliest, read.latest) == (bare.earliest, bare.latest)


def test_spaces_around_and_in_sets_are_not_part_of_the_text() -> None:
    assert edtf.parse("  2018 ").text == "2018"
    assert edtf.parse("[ 2019-07 , 2019-10 ]").text == "[2019-07,2019-10]"


def test_a_time_keeps_its_zone_as_stated() -> None:
    read = edtf.parse("2018-06-03T14:30+06:00").start
    assert not isinstance(read, str)
    assert (read.time, read.zone) == ("14:30", "+06:00")
    unstated = edtf.parse("2018-06-03T14:30").start
    assert not isinstance(unstated, str)
    assert unstated.zone == ""


BAD = {
    "": "empty",
    "2018-13": "no month or season 13",
    "2018-00": "no month or season 00",
    "2018-02-30": "no day 30 in February 2018",
    "2019-02-29": "no day 29 in February 2019",
    "2018-06-00": "no day 00",
    "2018-21-01": "season",
    "2018-6": "no form",
    "18": "four digits",
    "20180603": "more than four digits",
    "2018/06/03": "the year comes first",
    "03.06.2018": "the year comes first",
    "2018.06": "hyphens",
    "2018 - 06": "space",
    "June 2018": "space",
    "2018~?": "written %",
    "201x": "capital X",
    "201u": "capital X",
    "2018/2017": "ends before it starts",
    "2018-06-03/2018-06-02": "ends before it starts",
    "../..": "names no date",
    "/": "names no date",
    "2017/2018/2019": "one slash",
    "unknown/2018": "older draft",
    "2018/open": "older draft",
    "[2018": "does not end",
    "[]": "empty",
    "[2018,]": "empty",
    "[2017/2018]": "no intervals",
    "[..]": "names no date",
    "[2018..2017]": "ends before it starts",
    "[2017,..2018]": "first member",
    "{2017..,2018}": "first member",
    "2018/[2019]": "a set cannot be",
    "2018-06-03T14:30/2019": "times of day",
    "2018-06-03T24:00": "no such time",
    "2018-06-03T14": "not a time",
    "2018-06-03T14:30+25:00": "no zone",
    "2018-06-31T14:30": "no day 31",
    "Y2018": "more than four digits",
    "Y-00020000": "more than four digits",
    "-0000": "no sign",
    "Y20180-06": "must be alone",
    "1950S5": "significant",
    "1950S0": "significant",
    "195XS2": "use one of them",
    "1950S2-06": "year alone",
    "2018-2X": "no month is written",
    "2018-06-4X": "no day is written",
    "2018-02-3X": "no day of the calendar",
    "19X1-02-29": "no day of the calendar",
    "Y" + "9" * 13: "too large",
    "Y9E12": "too large",
    "Y1E99999999999": "too large",
    "Y" + "9" * 900: "too large",
    "9" * 100_000: "longer than",
    "١٩٨٥": "plain digits",
    "２０１８": "plain digits",
    "2018‑06": "plain digits",
    "2018\x00": "invisible",
    "2018\n": "invisible",
    "2018\u202e": "plain digits",
}


@pytest.mark.parametrize(("text", "reason"), BAD.items(), ids=range(len(BAD)))
def test_what_is_no_date_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(BadDate) as refused:
        edtf.parse(text)
    error = refused.value
    assert reason in error.message
    assert "is not a date" in error.message
    assert text[:20].isprintable() is False or text[:20] in error.message
    assert error.next_step
    assert len(str(error)) < 600
    assert str(error).isprintable()


@pytest.mark.parametrize("thing", [None, 2018, b"2018", 20.18])
def test_what_is_no_text_is_refused(thing: object) -> None:
    with pytest.raises(BadDate, match="not a text"):
        edtf.parse(thing)


@given(st.text(alphabet="0123456789XYESTZ-/.,[]{}?~% +:\x00٣x", max_size=40))
def test_any_text_is_read_back_the_same_or_refused(text: str) -> None:
    try:
        read = edtf.parse(text)
    except BadDate:
        pass
    else:
        assert edtf.parse(read.text) == read
        assert edtf.describe(read)


def test_hostile_texts_cost_no_time() -> None:
    start = time.perf_counter()
    for text in ("X" * 999, "[" + "2018," * 190 + "2018]", "?~%" * 300, "2018-" * 199, "-" * 999,
                 "{" + "..," * 300 + "}", "XXXX-XX-XX/" * 90, "Y" + "1" * 990 + "E9"):  # fmt: skip
        with contextlib.suppress(BadDate):
            edtf.parse(text)
    assert time.perf_counter() - start < 1


# --- properties ---------------------------------------------------------------------------


def read_or_skip(text: str) -> edtf.Edtf:
    """The text read; an interval drawn the wrong way round is no example."""
    try:
        return edtf.parse(text)
    except BadDate as error:
        assume("ends before" not in error.message and "names no date" not in error.message)
        raise


@given(texts.any_texts)
def test_reading_its_own_text_gives_the_same(text: str) -> None:
    read = read_or_skip(text)
    assert edtf.parse(read.text) == read
    assert read.text == text.replace(" ", "")


@given(texts.any_texts)
def test_bounds_are_in_order(text: str) -> None:
    read = read_or_skip(text)
    if read.earliest is not None and read.latest is not None:
        assert read.earliest <= read.latest
    for extent in read.extents:
        assert extent.begins_first <= extent.begins_last <= extent.ends_last
        assert extent.begins_first <= extent.ends_first <= extent.ends_last


@given(texts.unspecified_dates())
def test_unknown_digits_allow_exactly_the_days_that_fit(text: str) -> None:
    """Against a search through the calendar."""
    pattern = text.ljust(4, "X") if "-" not in text else text
    pattern += {4: "-XX-XX", 7: "-XX", 10: ""}[len(pattern)]
    years = [y for y in range(1, 10_000) if _fits(f"{y:04d}", pattern[:4])]
    close = {*years[:9], *years[-9:]}
    fitting = [
        date.toordinal()
        for year in close
        for date in (dt.date(year, 1, 1) + dt.timedelta(n) for n in range(366))
        if date.year == year and _fits(date.isoformat()[4:], pattern[4:])
    ]
    read = edtf.parse(text)
    assert (read.earliest, read.latest) == (min(fitting), max(fitting))


def _fits(letters: str, pattern: str) -> bool:
    return all(p in ("X", letter) for letter, p in zip(letters, pattern, strict=True))
