"""A word broken at the end of a line, and a phrase over the end of a page, are found and marked."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import tantivy
from tests.search.making import seal_texts
from tests.search.test_scanning import nowhere
from tests.support import xinjiang

from habeas.archive import folding
from habeas.archive.access import OWNER
from habeas.archive.opening import Archive
from habeas.archive.search import breaking, documents, refresh, searching
from habeas.archive.search import schema as fields
from habeas.archive.search.compiling import compiled
from habeas.archive.search.language import Phrase, QueryWord, Tree
from habeas.archive.search.matching import MarkedText, marked
from habeas.reading.documents import Part

WORDS = [
    "detention",
    "müəllim",
    "Ürümchi",
    "mes'uliyet",
    "qamaqxana",
    "доғдурлар",
    "объектлар",
    "قەشقەر",
    "لاگېرىدىكى",
    "مەھبۇس",
    "ѓaкé1x",
    "e\u0301te\u0301",
]
KINDS = [
    "-\n",
    "-\r\n",
    "‐\n",
    "\u2011 \n  ",
    "\u00ad\n",
    "¬\n",
    "ـ\n",
    "ـــ\n",
    "-\u200f\n\u200f",
    "–\n",
    "-\n-",
    "-\n> ",
    "-\n\n\n",
    "-\u2028",
    "-\x0c",
    "\ufffe",
    "\x02\n",
    "－\n",
]
NOTHING = {name: tantivy.Query.empty_query() for name in fields.LABELS}


def cuts(word: str) -> Iterator[int]:
    """Between any two letters, marks kept with theirs."""
    return (at for at in range(1, len(word)) if word[at] != "\u0301")


class Shelf:
    """Texts, each a layer of its own, in an index in memory."""

    def __init__(self, texts: Sequence[str], parts: Sequence[Part] = ()) -> None:
        self.texts = texts
        self.made = fields.schema()
        index = tantivy.Index(self.made)
        analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        index.register_tokenizer(fields.WORDS, analyzer)
        writer = index.writer(15_000_000, 1)
        for number, text in enumerate(texts):
            for document in documents.of_text(self.made, text, parts, {"layer": number}, ()):
                writer.add_document(document)
        writer.commit()
        index.reload()
        self.searcher = index.searcher()

    def found(self, tree: Tree, *, exact: bool = True) -> dict[tuple[int, int], MarkedText]:
        """By layer and start of the passage: what is marked."""
        wanted = compiled(
            self.made, tree, exact=exact, has=NOTHING, files=nowhere, region=xinjiang.XINJIANG
        )
        hits = [address for _, address in self.searcher.search(wanted.query, 5_000).hits]
        if not hits:
            return {}
        columns = [
            self.searcher.fast_field_values(name, hits)
            for name in ("layer", "start", "stop", "beyond")
        ]
        places = [tuple(int(n or 0) for n in row) for row in zip(*columns, strict=True)]
        return {
            (layer, start): marked(
                self.texts[layer][start:stop],
                wanted.matches,
                self.texts[layer][stop : max(stop, beyond)],
            )
            for layer, start, stop, beyond in places
        }


def test_a_word_broken_at_any_letter_by_any_kind_is_found_and_marked() -> None:
    texts, broken = [], []
    for word in WORDS:
        for kind in KINDS:
            for at in cuts(word):
                texts.append(f"before {word[:at]}{kind}{word[at:]} after")
                broken.append(word)
    shelf = Shelf(texts)
    for word in WORDS:
        tree: Tree = QueryWord(word) if "'" not in word else Phrase(word)
        for asked in (tree, Phrase(f"before {word} after")):
            found = shelf.found(asked)
            missed = [t for n, t in enumerate(texts) if broken[n] == word and (n, 0) not in found]
            assert missed == []
            for (number, _), told in found.items():
                ((start, stop),) = told.ranges
                shown = breaking.Stretch(texts[number], start, stop, breaking.gaps(texts[number]))
                whole = word if asked == tree else f"before {word} after"
                assert folding.words(shown.read()) == folding.words(whole)
                assert [reading for _, reading in told.joined] == [shown.read()]


def test_nothing_that_stands_there_is_lost() -> None:
    drawn = random.Random(7)  # noqa: S311
    pieces = [*WORDS, *KINDS, "twenty", "2017", "喀什", " ", "\n", "- "]
    texts = ["".join(drawn.choices(pieces, k=12)) for _ in range(40)]
    shelf = Shelf(texts)
    for number, text in enumerate(texts):
        plain = folding.words(text)
        for words in [*itertools.pairwise(plain), *((word,) for word in plain)]:
            assert shelf.found(Phrase(" ".join(words)))[number, 0].ranges


def test_a_true_hyphen_and_a_range_of_numbers_are_found_both_ways() -> None:
    shelf = Shelf(["twenty-\nfive held in 2017-\n2018, in the in-\nterior deten-\ntion camp"])
    for asked in ("twenty-five", "twenty five", "twentyfive", "2017-2018", "2017", "2018"):
        assert shelf.found(Phrase(asked)), asked
    assert shelf.found(Phrase("interior detention camp"))
    assert not shelf.found(Phrase("2017-2018"))[0, 0].joined
    assert shelf.found(QueryWord("20172018"))[0, 0].joined


@pytest.mark.parametrize(
    "text", ["a - \nb", "said --\n\n", "-\n- item", "wo rd", "-\n", "x-\n%", "-"]
)
def test_what_is_no_break(text: str) -> None:
    assert breaking.gaps(text) == []


def pages(*texts: str) -> tuple[str, list[Part]]:
    """One text of pages as readers put them together."""
    whole, parts = "", []
    for number, text in enumerate(texts, 1):
        whole += "\n\n" if whole else ""
        parts.append(Part("page", len(whole), len(whole) + len(text), {"page": number}))
        whole += text
    return whole, parts


OVER = (
    "The list names 买买",
    "提 of the village, held at the deten-",
    "tion centre of Kash-",
    "gar.",
)


@pytest.mark.parametrize(
    ("asked", "start_of", "shown"),
    [
        ("买买提", OVER[0], "买买\n\n提"),
        ("names 买买提 of the", OVER[0], "names 买买\n\n提 of the"),
        ("detention", OVER[1], "deten-\n\ntion"),
        ("detention centre", OVER[1], "deten-\n\ntion centre"),
        ("the detention centre of", OVER[1], "the deten-\n\ntion centre of"),
        ("kashgar", OVER[2], "Kash-\n\ngar"),
        ("centre of kashgar", OVER[2], "centre of Kash-\n\ngar"),
        ("tion centre", OVER[2], "tion centre"),
    ],
)
def test_over_the_end_of_a_page(asked: str, start_of: str, shown: str) -> None:
    text, parts = pages(*OVER)
    found = Shelf([text], parts).found(Phrase(asked))
    assert list(found) == [(0, text.index(start_of))]
    (told,) = found.values()
    ((start, stop),) = told.ranges
    assert text[text.index(start_of) :][start:stop] == shown


def test_by_sound_over_the_end_of_a_page() -> None:
    text, parts = pages("بۇ ئادەم مەمەت", "قادىر دېگەن", "Mehmet", "Qadir")
    assert list(Shelf([text], parts).found(Phrase("memet qadir"), exact=False)) == [(0, 0)]


def test_the_words_of_a_page_are_found_on_that_page_only() -> None:
    text, parts = pages("one two three", "four five six", "seven")
    shelf = Shelf([text], parts)
    for asked, start in (("four", 15), ("four five", 15), ("seven", 30), ("three", 0)):
        assert list(shelf.found(Phrase(asked))) == [(0, start)]
    for asked in ("three four", "six seven"):
        assert len(shelf.found(Phrase(asked))) == 1


def test_sheets_slides_and_mails_do_not_run_into_each_other() -> None:
    for kind in ("sheet", "slide", "record"):
        parts = [Part(kind, 0, 5, {}), Part(kind, 7, 11, {})]
        shelf = Shelf(["held-\n\ndown"], parts)
        assert not shelf.found(QueryWord("helddown")), kind
        assert not shelf.found(Phrase("held down")), kind


def test_rows_of_a_sheet_do_not_run_into_each_other() -> None:
    parts = [Part("sheet", 0, 21, {}), Part("row", 0, 8, {}), Part("row", 9, 21, {})]
    shelf = Shelf(["Ali\theld-\ndown\tdeten-\ntion"], [*parts])
    assert not shelf.found(QueryWord("helddown"))


def test_a_hit_says_what_was_read_as_one(archive: Archive, tmp_path: Path) -> None:
    (sealed,) = seal_texts(archive, tmp_path / "texts", ["a camp for deten-\ntion, 阿卜杜\n拉"])
    refresh(archive)
    (hit,) = searching.search(archive, OWNER, "detention", exact=True).hits
    assert (hit.layer, hit.joined) == (sealed.layer, ("detention",))
    assert [hit.text[start:stop] for start, stop in hit.ranges] == ["deten-\ntion"]
    (hit,) = searching.search(archive, OWNER, "阿卜杜拉").hits
    assert hit.joined == ()
    assert searching.search(archive, OWNER, "camp NOT detention").total == 0
    assert searching.search(archive, OWNER, 'file:("for detention")').total == 1
