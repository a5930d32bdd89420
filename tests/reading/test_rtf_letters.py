"""Letters of RTF are read by the character set of the font that they stand in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reading.drafting import read

from habeas.reading.readers import rtf_letters, word

FONTS = (
    rb"{\rtf1\ansi\ansicpg1252\deff3{\fonttbl{\f0\fcharset204 Arial;}{\f1\fcharset178 Arial;}"
    rb"{\f2\fcharset134 SimSun;}{\f3 Times;}}"
)


def escaped(text: str, encoding: str) -> bytes:
    return b"".join(b"\\'%02x" % byte for byte in text.encode(encoding))


def words_of(body: bytes) -> str:
    return read(word, FONTS + body + b"}", "application/rtf").text.strip()


def test_four_scripts_in_one_file() -> None:
    body = rb"\f0 " + escaped("Айгуль", "cp1251") + rb" \f1 " + escaped("سجن", "cp1256")
    body += rb" {\f2 " + escaped("买买提", "gbk") + rb"} \plain caf" + escaped("é", "cp1252")
    assert words_of(body) == "Айгуль سجن 买买提 café"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (rb"\f2 " + escaped("买", "gbk") + b"\r\n" + escaped("买", "gbk"), "买买"),
        (rb"\f2 \'89@x", "堾x"),  # the second byte of a pair may stand as it is
        (rb"\f2\u20080" + escaped("A", "gbk") + b" x", "买 x"),  # stands for the escape
        (rb"\f2\uc2\u20080" + escaped("买", "gbk") + b"x", "买x"),
        (rb"\f0\bin3 {{{" + escaped("Да", "cp1251"), "Да"),
        (rb"\f2\'c2 end", "Â end"),  # half a letter stays as it is
    ],
)
def test_runs_and_what_stands_for_them(body: bytes, shown: str) -> None:
    assert words_of(body) == shown


def test_a_code_page_that_makes_no_words_is_weighed() -> None:
    name = escaped("买买提·吐尔逊", "gbk") + rb"\par " + escaped("墨玉县看守所", "gbk")
    done = read(word, rb"{\rtf1\ansi " + name + b"}", "application/rtf")
    assert "买买提·吐尔逊" in done.text
    assert "gb18030" in done.draft.warnings[0]
    west = rb"{\rtf1\ansi\ansicpg1252 caf\'e9 na\'efve}"
    assert rtf_letters.spelled_out(west) == (west, [])


@given(st.text(r"\{}'f01u 9ac" + "\r\n\x89", max_size=60))
def test_bytes_without_such_letters_stay(text: str) -> None:
    data = text.encode("latin-1")
    made, _ = rtf_letters.spelled_out(data)
    assert made == data or b"\\'" in data or b"\x89" in data
