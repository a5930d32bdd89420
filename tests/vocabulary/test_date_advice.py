"""A text that is no date gets advice that leads to what was meant, and never astray."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.vocabulary import date_advice, edtf
from habeas.vocabulary.errors import BadDate

MEANT = (
    ("43191", ["2018-04-01", "2022-04-02", "day number"]), ("43191.0", ["2018-04-01"]),
    ("44562.5", ["2022-01-01", "day number with a time"]), ("44562,25", ["2022-01-01", "time"]),
    ("05/06/2018", ["2018-05-06 or 2018-06-05"]), ("13/05/2018", ["2018-05-13?"]),
    ("12.03.1980", ["1980-03-12 or 1980-12-03"]), ("1/1/1980", ["1980-01-01?"]),
    ("2018-6-5", ["2018-06-05?"]), ("2018.06", ["2018-06?"]), ("2018年6月5日", ["2018-06-05?"]),
    ("2018年6月", ["2018-06?"]), ("20180605", ["2018-06-05?"]), ("June 2018", ["2018-06?"]),
    ("March 5, 2018", ["2018-03-05?"]), ("5 March 2018", ["2018-03-05?"]),
    ("2018-06-05 00:00:00", ["2018-06-05?"]), ("2018-2019", ["2018/2019?"]),
    ("2018–2019", ["2018/2019?"]), ("２０１８", ["2018?"]), ("2018.0", ["2018?"]),
    ("Jun-18", ["2018-06", "the day 18"]), ("12-May-18", ["no century"]), ("80", ["no century"]),
    ("mid 2017", ["2017~"]), ("abt 1980", ["1980~"]), ("before 2017", ["../2017"]),
    ("٢٠١٨", ["plain digits: 2018?"]), ("۲۰۱۸-۰۶", ["2018-06?"]), ("the 1980s", ["198X?"]),
    ("summer 2017", ["2017-22?"]), ("don't know", ["?unknown"]), ("???", ["?unknown"]),
    ("June 2018 or 2019", ["[2018-06,2019]"]), ("2018 or 2019", ["[2018,2019]"]),
    ("between March and May 2018", ["2018-03/2018-05", "[2018-03..2018-05]"]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "said"), MEANT)
def test_what_was_probably_meant_is_named(text: str, said: list[str]) -> None:
    with pytest.raises(BadDate) as caught:
        edtf.parse(text)
    assert all(words in caught.value.next_step for words in said), caught.value.next_step
    assert "starts with Y" not in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "2018-02-30",
        "1900-01-00",
        "2018-13",
        "yesterday",
        "",
        "61000",
        "a or b",
        "spring or summer",
        "2018 and 2019",
        "from 2017 to the end",
    ],
)
def test_where_nothing_is_known_the_forms_are_told(text: str) -> None:
    assert date_advice.advice(text) == ""


@given(st.text(alphabet="0123456789-/. TJunmayX年月日:~?", max_size=24))
def test_advice_names_only_what_is_a_date(text: str) -> None:
    said = date_advice.advice(text)
    for meant in re.findall(r"Write (?:it as|the day:) ([0-9./~-]+?)\?", said):
        edtf.parse(meant)
    for meant in re.findall(r"number: ([0-9-]+)\?|slash: ([0-9/-]+)\?", said):
        edtf.parse("".join(meant))
    for meant in re.findall(r"[0-9-]+/[0-9-]+|\[[0-9,.-]+\]", said):
        edtf.parse(meant)
