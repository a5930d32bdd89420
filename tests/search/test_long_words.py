"""Of a word that is longer than any language's only the beginning is searched; all is quoted."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.search.making import seal_texts

from habeas.archive import folding
from habeas.archive.access import OWNER
from habeas.archive.folding import LONGEST_WORD
from habeas.archive.opening import Archive
from habeas.archive.search import forms, refresh
from habeas.archive.search.lettering import Lettered
from habeas.archive.search.searching import search

ALIKE = "a" * LONGEST_WORD
LONG = f"{ALIKE}{'b' * 900}"
TEXTS = (f"first {LONG} end", f"second {ALIKE}{'c' * 900} end", f"third {'ش' * 900} end")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_it_is_found_by_its_beginning_and_quoted_whole(archive: Archive, tmp_path: Path) -> None:
    sealed = seal_texts(archive, tmp_path / "texts", TEXTS)
    refresh(archive)
    for query, which in (
        (ALIKE, [0, 1]),
        (LONG, [0, 1]),  # told apart by nothing that is searched
        (f"{ALIKE[:-1]}*", [0, 1]),
        (f"{ALIKE[:-1]}b~1", [0, 1]),
        ("*a*a*a*a", [0, 1]),
        ("*b", []),
        ("ش" * 900, [2]),
        ("first OR *a*a*a*c", [0]),  # which took minutes
    ):
        found = {hit.layer for hit in search(archive, OWNER, query).hits}
        assert found == {sealed[number].layer for number in which}, query
    (hit,) = search(archive, OWNER, f"first {ALIKE}").hits
    assert [stop - start for start, stop in hit.ranges] == [len("first"), len(LONG)]
    (hit,) = search(archive, OWNER, "ش" * 900).hits
    assert hit.ranges == ((len("third "), len("third ") + 900),)


@pytest.mark.parametrize(
    "word",
    ["b", "щ", "ь", "ش", "\ufdfa", "e\u0301", "a\u0300\u0323", "xщ", "aا", "İ", "ß", "1", "·a"],
)
def test_all_ways_to_fold_cut_alike(word: str) -> None:
    for count in (LONGEST_WORD - 1, LONGEST_WORD, LONGEST_WORD + 1, 700):
        text = f"one {word * count} 喀什 two"
        words = folding.words(text)
        assert max(map(len, words)) <= LONGEST_WORD
        assert [token.word for token in folding.tokens(text)] == words
        written, sounded = forms.rows(text)
        assert written.split() == words
        assert (sounded or written).split() == list(map(folding.latin, words))
        rows = Lettered(text).rows(0, len(text))
        assert [row.split() for row in rows] == [written.split(), sounded.split()]
