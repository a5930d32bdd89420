"""Folding: which spellings are one word, which stay two, and where words stand."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.archive import folding

SAME = (
    ("Kashgar", "KASHGAR"),
    ("Ｋａｓｈｇａｒ", "kashgar"),  # full width
    ("قەشقەر", "قەشـــقەر"),  # tatweel
    ("قَهشقهر", "قەشقەر"),  # vowel marks, and the letters of another keyboard
    ("\ufed7\ufeea\ufeb7\ufed8\ufeea\ufeae", "قەشقەر"),  # presentation forms
    ("İSTANBUL", "istanbul"),
    ("IŞIK", "ışık"),
    ("Қәшқәр", "ҚӘШҚӘР"),
    ("e\u0301cole", "école"),
    ("۱۹۸۹", "1989"),
    ("قەش\u200cقەر", "قەشقەر"),  # an invisible joiner
)
APART = (
    ("拘留", "居留"),  # to detain, to reside: alike in pinyin
    ("й", "и"),
    ("ё", "е"),
    ("ئى", "ى"),  # with and without U+0654
    ("ى\u0654", "ى"),
    ("ھ", "ە"),
    ("ǆ", "z"),
)


@pytest.mark.parametrize(("left", "right"), SAME)
def test_spellings_of_one_word(left: str, right: str) -> None:
    assert folding.words(left) == folding.words(right) != []


@pytest.mark.parametrize(("left", "right"), APART)
def test_words_that_stay_apart(left: str, right: str) -> None:
    assert folding.words(left) != folding.words(right)


def test_hamza_is_the_same_composed_or_not() -> None:
    assert folding.words("ى\u0654") == folding.words("ئ")


def test_each_chinese_character_is_a_word() -> None:
    assert folding.words("喀什的camp。") == ["喀", "什", "的", "camp"]


@pytest.mark.parametrize("text", ["qeshqer", "Қәшқәр", "قەشقەر", "Qeshqer", "قەشـقەر"])
def test_one_place_in_three_alphabets_sounds_alike(text: str) -> None:
    assert [folding.latin(word) for word in folding.words(text)] == ["qeshqer"]


def test_an_apostrophe_inside_a_word_may_be_left_out() -> None:
    for text in ("Mes'ul", "مەسئۇل"):
        assert ["mesul"] in folding.spellings(text)
        assert ["mes", "ul"] in folding.spellings(text)


def test_accents_do_not_matter_in_latin_letters() -> None:
    assert folding.latin("ürümchi") == folding.latin("urumchi")
    assert folding.latin("doğu") == "dogu"


def test_the_latin_field_is_empty_where_it_would_repeat_the_text() -> None:
    assert folding.latin_field(folding.folded("held in 喀什")) == ""
    assert folding.latin_field(folding.folded("held in Қәшқәр")) == "held in qeshqer"


LETTERS = st.text(
    st.one_of(
        st.sampled_from(
            "aZıİ ß喀什ｶﾞ。 'ەئى\u0654\u0640\u064bﷲﻻĳ①\u200c\u0301\u0307йЁ_-\n٣Ǆ가\u11a8"
        ),
        st.characters(exclude_categories=("Cs",)),
    ),
    max_size=40,
)


@given(LETTERS)
def test_places_are_those_of_the_same_words(text: str) -> None:
    tokens = folding.tokens(text)
    assert [token.word for token in tokens] == folding.words(text)
    assert all(0 <= token.start < token.stop <= len(text) for token in tokens)
    assert [token.start for token in tokens] == sorted(token.start for token in tokens)


@given(LETTERS)
def test_a_word_found_at_its_place_folds_to_itself(text: str) -> None:
    for token in folding.tokens(text):
        assert token.word in " ".join(folding.words(text[token.start : token.stop]))


@given(LETTERS)
def test_latin_has_one_word_for_each_word(text: str) -> None:
    folded = folding.folded(text)
    latin = folding.latin_field(folded)
    assert latin == "" or len(latin.split()) == len(folded.split())


@given(LETTERS)
def test_folding_a_word_again_changes_nothing(text: str) -> None:
    for word in folding.words(text):
        assert folding.words(folding.latin(word)) == [folding.latin(word)] or not word.isascii()


def test_no_mark_is_where_none_is_looked_for() -> None:
    left_out = set(range(0x300, 0x10000)) - set(folding._WITH_MARKS)
    assert not [n for n in left_out if unicodedata.category(chr(n))[0] == "M"]
