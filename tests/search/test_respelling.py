"""Words that are written in more than one way are found under each of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.search.making import seal_texts

from habeas.archive.access import OWNER
from habeas.archive.opening import Archive
from habeas.archive.search import refresh, respelling
from habeas.archive.search.searching import search


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("سجن", "السجن"), ("سجن", "وبالسجن"), ("السجن", "سجن"), ("السجن", "للسجن"),
        ("احمد", "أحمد"), ("أحمد", "وأحمد"), ("ابراهيم", "إبراهيم"), ("ادم", "آدم"),
        ("المؤقت", "موقت"), ("مسئول", "المسيول"), ("مدرسة", "المدرسه"), ("مستشفى", "المستشفي"),
        ("مومن", "مؤمن"), ("مؤمن", "مومن"), ("مسؤول", "مسئول"), ("مسئول", "مسؤول"),
        ("مسؤول", "المسئول"), ("شئون", "شؤون"), ("رويه", "رؤية"), ("رييس", "رئيس"),
        ("قايد", "القائد"), ("بير", "بئر"), ("لولو", "لؤلؤ"), ("على", "علي"), ("علي", "على"),
        ("فاطمه", "فاطمة"), ("کریمی", "كريمي"), ("كريمي", "کریمی"),
        ("علی", "على"), ("گیلانی", "گيلاني"),
        ("семен", "семён"), ("Семён", "семен"), ("заключенный", "заключённый"),
    ],
)  # fmt: skip
def test_another_spelling_is_added(asked: str, written: str) -> None:
    assert written in respelling.forms(asked)


@pytest.mark.parametrize(
    "word",
    ["تۇرسۇن", "بالىلار", "ئەلى", "йод", "иод", "camp", "拘留", "", "والد الولد", "ё" * 40],
)
def test_what_has_no_such_letters_is_left_alone(word: str) -> None:
    assert respelling.forms(word) == []


@pytest.mark.parametrize("word", ["كتبوا", "وزن", "يوم", "علم"])
def test_hamza_is_not_put_where_nobody_writes_it(word: str) -> None:
    """Not on the plural's end, not on the first letter."""
    assert not {"كتبؤا", "ؤزن", "ئوم"} & set(respelling.forms(word))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_each_seat_of_hamza_finds_the_others(archive: Archive, tmp_path: Path) -> None:
    pairs = [("مؤمن", "مومن"), ("مسؤول", "مسئول"), ("كريمي", "کریمی"), ("فاطمة", "فاطمه")]
    texts = [f"{word} هنا" for pair in pairs for word in pair]
    sealed = seal_texts(archive, tmp_path / "texts", texts)
    refresh(archive)
    for number, word in enumerate(each for pair in pairs for each in pair):
        found = search(archive, OWNER, word)
        twin = number + 1 if number % 2 == 0 else number - 1
        assert [hit.exhibit for hit in found.hits] == [sealed[number].exhibit, sealed[twin].exhibit]
        assert [one.to for one in found.added] == [word]


def test_a_word_has_a_bounded_number_of_spellings() -> None:
    for word in ("أأأأأأأأأأأأ", "ويويويويويويويويويويويو", "إبراهيم", "а" + "е" * 23):
        assert len(respelling.forms(word)) <= respelling.MOST


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_cases_are_found_own_spelling_first(
    archive: Archive, cases: Path, tmp_path: Path
) -> None:
    names = ("article.txt", "diacritics.txt", "cyr.txt")
    texts = [(cases / "search" / name).read_text("utf-8") for name in names]
    texts += ["سجن قديم", "Заключенный Семен Елкин"]
    sealed = seal_texts(archive, tmp_path / "texts", texts)
    refresh(archive)
    of = {one.exhibit: number for number, one in enumerate(sealed)}

    def found(query: str) -> list[int]:
        return [of[hit.exhibit] for hit in search(archive, OWNER, query).hits]

    assert found("سجن")[0] == 3  # its own spelling before the others
    assert set(found("سجن")) == {0, 1, 3}
    assert set(found("السجن")) == {0, 1, 3}
    assert found("احمد") == found("أحمد") == [1]
    assert found("ابراهيم") == [1]
    assert found("ادم") == [1]
    assert set(found("заключенный")) == set(found("заключённый")) == {2, 4}
    assert set(found("Семен")) == {2, 4}
    added = search(archive, OWNER, "سجن").added[0]
    assert "السجن" in added.spellings
    assert [of[hit.exhibit] for hit in search(archive, OWNER, "سجن", exact=True).hits] == [3]
