"""The rows of words that the index is fed: the same words as folding gives one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.search.test_folding import LETTERS

from habeas.archive.search import folding, forms

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
