"""The rows of words that the index is fed: the same words as folding gives one by one."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.search.test_folding import LETTERS

from habeas.archive import folding
from habeas.archive.search import forms, lettering

ARABIC = "ئابپتجچخدرزژسشفڭلمھوۇۆۈۋېىيقكگنغەصضطظعحث"
CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһіҗ"
LATIN = "abcdefghijklmnopqrstuvwxyzçëğıöşüəɵƣⱪøß"
WORDS = st.one_of(
    *(st.text(letters, min_size=1, max_size=9) for letters in (ARABIC, CYRILLIC, LATIN)),
    st.text(ARABIC + CYRILLIC + LATIN + "0189喀", min_size=1, max_size=5),
)
SENTENCES = st.lists(
    st.tuples(WORDS, st.sampled_from([" ", ". ", "، ", "，", "。", "-", "'", "\n", " “", "» "])),
    max_size=25,
).map(lambda pairs: "".join(word + sign for word, sign in pairs))


@given(st.one_of(LETTERS, SENTENCES, st.tuples(SENTENCES, LETTERS, SENTENCES).map("".join)))
def test_the_rows_are_the_folded_words_and_their_latin_forms(text: str) -> None:
    told = folding.words(text)
    sounded = [folding.latin(word) for word in told]
    rows = forms.rows(text)
    assert [row.split() for row in rows] == [told, [] if sounded == told else sounded]


@given(WORDS)
def test_the_latin_form_by_letters_is_the_converters(written: str) -> None:
    for word in folding.words(written):
        assert folding.latin(word) == ("".join(folding._sounded(word)) or word)


@pytest.mark.parametrize("text", ["ئ", "ئ ب", "ьъ лагерь", "cnnنىڭ", "喀什abc喀", "ﻻ ß"])
def test_words_that_are_no_plain_row_of_letters(text: str) -> None:
    written, sounded = forms.rows(text)
    assert written.split() == folding.words(text)
    assert sounded.split() in ([], [folding.latin(word) for word in folding.words(text)])


def test_a_piece_that_is_met_too_often_is_not_kept_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(forms, "_MOST", 3)
    monkeypatch.setattr(forms, "_known", forms._Known())
    text = "бир икки үч төт беш алтә"
    assert forms.rows(text)[0].split() == folding.words(text)
    assert len(forms._known) <= 3


@given(st.lists(st.one_of(LETTERS, SENTENCES), max_size=8), st.sampled_from(["\n", ""]))
def test_letter_by_letter_the_rows_are_the_same(passages: list[str], between: str) -> None:
    """Also where a passage begins or ends inside a word of the whole text."""
    lettered, at = lettering.Lettered(between.join(passages)), 0
    for passage in passages:
        rows = lettered.rows(at, at + len(passage))
        assert [row.split() for row in rows] == [row.split() for row in forms.rows(passage)]
        at += len(passage) + len(between)


@pytest.mark.parametrize("stretch", [3, 50])
def test_a_text_is_looked_up_stretch_by_stretch(
    stretch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lettering, "_STRETCH", stretch)
    text = "喀什abc 2018年 قەشقەر شەھىرى Қәшқәр ئ لاگېرى doğu мой. " * 9
    lettered = lettering.Lettered(text)
    for start in range(0, len(text) - 70, 17):
        rows = lettered.rows(start, start + 70)
        wanted = forms.rows(text[start : start + 70])
        assert [row.split() for row in rows] == [row.split() for row in wanted]


def test_most_passages_need_no_word_by_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lettering.forms, "rows", lambda text: pytest.fail(text))
    for text in (
        "قايتا تەربىيەلەش لاگېرى، قەشقەر «شەھىرى» 2018.",
        "Қайта тәрбиелеу лагері — Ёлка.",
        "2018年，喀什市的拘留中心。",
        "doğu “Türkçe” mektup",
    ):
        assert lettering.Lettered(text).rows(0, len(text))[0].split() == folding.words(text)


def test_without_numpy_the_rows_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    lettering._tables.cache_clear()
    try:
        assert lettering._tables() is None
        text = "喀什 قەشقەر"
        assert lettering.Lettered(text).rows(0, len(text)) == forms.rows(text)
    finally:
        monkeypatch.undo()
        lettering._tables.cache_clear()
