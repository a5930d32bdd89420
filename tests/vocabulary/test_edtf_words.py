"""Times in words say what is not known as plainly as what is."""

from __future__ import annotations

import pytest

from habeas.vocabulary import edtf


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2018", "2018"),
        ("2018-06", "June 2018"),
        ("2018-06-03", "3 June 2018"),
        ("2018~", "about 2018"),
        ("2018-04~", "about April 2018"),
        ("2018?", "2018 (uncertain)"),
        ("2018%", "about 2018 (uncertain)"),
        ("2004-06~-11", "11 June 2004 (in part approximate: 2004-06~-11)"),
        ("?2004-06-~11", "11 June 2004 (in part approximate and uncertain: ?2004-06-~11)"),
        ("2017-0X", "an unknown month, January to September 2017"),
        ("2018-XX", "an unknown month of 2018"),
        ("2018-XX-XX", "an unknown day of 2018"),
        ("2018-06-XX", "an unknown day of June 2018"),
        ("201X", "an unknown year of the 2010s"),
        ("-201X", "an unknown year from 2020 BCE to 2011 BCE"),
        ("20XX", "an unknown year from 2000 to 2099"),
        ("2018-XX-31", "some time from 31 January 2018 to 31 December 2018 (2018-XX-31)"),
        ("2018-21", "spring 2018"),
        ("2018-24", "winter 2018"),
        ("2018-25", "spring 2018 (northern hemisphere)"),
        ("2018-33~", "about the first quarter of 2018"),
        ("1950S2", "a year from 1900 to 1999, given as 1950"),
        ("0000", "1 BCE"),
        ("-1985", "1986 BCE"),
        ("-0043-24", "winter 44 BCE"),
        ("Y17000", "17000"),
        ("2017-06/2018", "from June 2017 to 2018"),
        ("../2018", "up to 2018"),
        ("/2018", "up to 2018, start not known"),
        ("2018/..", "from 2018 on"),
        ("2018/", "from 2018, end not known"),
        ("2017~/2018?", "from about 2017 to 2018 (uncertain)"),
        ("[2019-07,2019-10]", "one of July 2019, October 2019"),
        ("{2019,2020}", "all of 2019, 2020"),
        ("[1667,1670..1672]", "one of 1667, 1670 to 1672"),
        ("[..1984]", "at some time: 1984 or earlier"),
        ("{1984..}", "1984 or later"),
        ("2018-06-03T14:30", "3 June 2018, 14:30 (zone not stated)"),
        ("2018-06-03T14:30:00+06:00", "3 June 2018, 14:30:00 (UTC+06:00)"),
        ("2018-06-03T14:30:00Z", "3 June 2018, 14:30:00 (UTC)"),
    ],
)
def test_words(text: str, words: str) -> None:
    assert edtf.describe(edtf.parse(text)) == words
