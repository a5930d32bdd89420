"""Texts: script from the letters, direction from the script, the text itself untouched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.vocabulary import texts
from habeas.vocabulary.errors import BadText


@pytest.mark.parametrize(
    ("text", "script", "direction"),
    [
        ("قايتا تەربىيەلەش لاگېرلىرى", "Arab", "rtl"),
        ("职业技能教育培训中心", "Hani", "ltr"),
        ("Қайта тәрбиелеу", "Cyrl", "ltr"),
        ("Vocational centre", "Latn", "ltr"),
        ("ئۈرۈمچى (Ürümqi)", "Arab", "rtl"),
        ("Ürümqi شەھىرى ئۈرۈمچى", "Arab", "rtl"),
        ("新疆 Xinjiang", "Latn", "ltr"),
        ("བོད་", "Tibt", "ltr"),
        ("ᠮᠣᠩᠭᠣᠯ", "Mong", "ltr"),
        ("שלום", "Hebr", "rtl"),
        ("東京の空", "Jpan", "ltr"),
        ("한국어", "Hang", "ltr"),
        ("大韓民國 한국", "Kore", "ltr"),
        ("ﻼ", "Arab", "rtl"),
        ("Ａ", "Latn", "ltr"),
    ],
)
def test_the_script_is_that_of_most_letters(text: str, script: str, direction: str) -> None:
    assert texts.detect_script(text) == script
    assert texts.direction_of(script) == direction
    assert texts.make(text).direction == direction


@pytest.mark.parametrize("text", ["", "2018", "— ؟ !", "\U000e0041"])
def test_without_known_letters_there_is_no_script(text: str) -> None:
    assert texts.detect_script(text) is None


def test_a_stated_script_wins_over_the_letters() -> None:
    assert texts.make("abc", script="cyrl").script == "Cyrl"
    assert texts.make("123", language="ug-arab").script == "Arab"
    assert texts.make("新疆", language="zh-Hans").script == "Hani"


@pytest.mark.parametrize(
    ("given", "tag"),
    [
        ("ug", "ug"),
        ("UG-latn", "ug-Latn"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("", ""),
        ("kk-CYRL", "kk-Cyrl"),
    ],
)
def test_language_tags_in_their_usual_case(given: str, tag: str) -> None:
    assert texts.language_tag(given) == tag


@pytest.mark.parametrize("tag", ["english", "e", "en_GB", "ug Arab", "у", "en-", "x" * 99])
def test_what_is_no_language_is_refused(tag: str) -> None:
    with pytest.raises(BadText, match="not a language"):
        texts.language_tag(tag)


@pytest.mark.parametrize("script", ["Arabic", "A", "1234", "Àrab"])
def test_what_is_no_script_is_refused(script: str) -> None:
    with pytest.raises(BadText, match="not a script"):
        texts.make("x", script=script)


def test_half_characters_and_long_texts_are_refused() -> None:
    with pytest.raises(BadText, match="surrogates"):
        texts.make("a\ud800b")
    with pytest.raises(BadText, match="too long"):
        texts.make("x" * (texts.LONGEST_TEXT + 1))


@given(st.text())
def test_the_text_is_never_changed(text: str) -> None:
    assert texts.make(text).text == text


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = texts.fold(text)
    assert texts.fold(f"  {once}\u00a0") == texts.fold(once)


def test_folding_joins_case_width_and_spaces_but_no_spellings() -> None:
    assert texts.fold(" Ｋeriya\n County ") == "keriya county"
    assert texts.fold("Urumqi") != texts.fold("Ürümqi")
    assert texts.fold("و") != texts.fold("ۇ")
