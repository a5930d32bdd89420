"""The index finds exactly what a plain scan of the texts finds.

The scanner here is written apart from the program's own matching: it looks at every word of
every text, by the meaning that docs/reference/query-language.md gives to a query.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import tantivy
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import xinjiang

from habeas.archive import folding
from habeas.archive.search import schema as fields
from habeas.archive.search.compiling import compiled
from habeas.archive.search.files import layers_with
from habeas.archive.search.language import (
    And,
    InFile,
    Not,
    Or,
    Phrase,
    QueryWord,
    Tree,
    near_units,
    sought,
)
from habeas.archive.search.matching import letters_amiss, ranges

VOCABULARY = [
    "camp",
    "camps",
    "lager",
    "laager",
    "lagre",
    "kashgar",
    "qeshqer",
    "held",
    "centre",
    "the",
    "of",
    "a",
    "قەشقەر",
    "Қәшқәр",
    "лагері",
    "لاگېرى",
    "喀什",
    "拘留",
    "居留",
    "喀",
    "留",
    "中心",
    "İstanbul",
    "ışık",
    "мой",
    "мои",
    "1989",
    "re-education",
]
IN_A_FILE = 3  # texts, one passage each
TEXT = st.lists(st.sampled_from(VOCABULARY), max_size=12).map(" ".join)
CORPUS = st.lists(TEXT, min_size=1, max_size=8)
ONE = st.sampled_from(VOCABULARY)
PATTERNS = st.sampled_from(["camp*", "*ger", "l*r", "qe?hqer", "?amp?", "қәш*", "قەش*", "198?"])
LEAF: st.SearchStrategy[Tree] = st.one_of(
    ONE.map(QueryWord),
    PATTERNS.map(QueryWord),
    st.sampled_from(["camp", "lager", "qeshqer", "лагері"]).map(lambda w: QueryWord(w, 1)),
    st.lists(ONE, min_size=1, max_size=3).map(lambda words: Phrase(" ".join(words))),
    st.lists(ONE, min_size=2, max_size=3).flatmap(
        lambda words: st.integers(0, 3).map(lambda n: Phrase(" ".join(words), n))
    ),
    st.sampled_from(["喀什", "什拘", "留中", "拘留", "居留", "什"]).map(QueryWord),
)
TREE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        inner.map(Not),
        inner.map(InFile),
        st.lists(inner, min_size=2, max_size=3).map(lambda items: And(tuple(items))),
        st.lists(inner, min_size=2, max_size=3).map(lambda items: Or(tuple(items))),
    ),
    max_leaves=5,
)


def index_of(texts: Sequence[str]) -> tuple[tantivy.Index, tantivy.Schema]:
    made = fields.schema()
    index = tantivy.Index(made)
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer(fields.WORDS, words)
    writer = index.writer(15_000_000, 1)
    for number, text in enumerate(texts):
        folded = folding.folded(text)
        row = {"text": folded, "latin": folding.latin_field(folded)}
        row |= {"start": number, "layer": number // IN_A_FILE}
        writer.add_document(tantivy.Document.from_dict(row, made))
    writer.commit()
    index.reload()
    return index, made


def by_index(texts: Sequence[str], tree: Tree, exact: bool) -> set[int]:
    index, made = index_of(texts)
    searcher = index.searcher()
    nothing = dict.fromkeys(fields.LABELS, tantivy.Query.empty_query())

    def passages(asked: Tree | None) -> tantivy.Query:
        if asked is None:
            return tantivy.Query.all_query()
        return compiled(
            made, asked, exact=exact, has=nothing, files=files, region=xinjiang.XINJIANG
        ).query

    def files(asked: Tree) -> tantivy.Query:
        there = layers_with(asked, searcher, passages)
        return tantivy.Query.term_set_query(made, "layer", list(there))

    addresses = [address for _, address in searcher.search(passages(tree), 100).hits]
    return (
        {int(n or 0) for n in searcher.fast_field_values("start", addresses)}
        if addresses
        else set()
    )


def nowhere(_: Tree) -> tantivy.Query:
    return tantivy.Query.empty_query()


# --- the scanner ------------------------------------------------------------------------------


def scan(texts: Sequence[str], tree: Tree, exact: bool) -> set[int]:
    return {number for number in range(len(texts)) if found(texts, number, tree, exact)}


def found(
    texts: Sequence[str], number: int, tree: Tree, exact: bool, negated: bool = False
) -> bool:
    """Whether a passage is a hit: of a file, only those where something sought stands."""
    match tree:
        case And(items):
            return all(found(texts, number, item, exact, negated) for item in items)
        case Or(items):
            return any(found(texts, number, item, exact, negated) for item in items)
        case Not(item):
            return not found(texts, number, item, exact, not negated)
        case InFile(item):
            first = number // IN_A_FILE * IN_A_FILE
            if not in_file(texts[first : first + IN_A_FILE], item, exact):
                return False
            words = [] if negated else list(sought(item))
            return not words or any(holds(texts[number], word, exact) for word in words)
    return holds(texts[number], tree, exact)


def in_file(texts: Sequence[str], tree: Tree, exact: bool) -> bool:
    match tree:
        case And(items):
            return all(in_file(texts, item, exact) for item in items)
        case Or(items):
            return any(in_file(texts, item, exact) for item in items)
        case Not(item):
            return not in_file(texts, item, exact)
        case InFile(item):
            return in_file(texts, item, exact)
    return any(holds(text, tree, exact) for text in texts)


def holds(text: str, tree: Tree, exact: bool) -> bool:
    assert isinstance(tree, QueryWord | Phrase)
    written = folding.words(text)
    if leaf_holds(written, tree, as_it_is):
        return True
    return not exact and leaf_holds([folding.latin(word) for word in written], tree, folding.latin)


def as_it_is(word: str) -> str:
    return word


def leaf_holds(told: Sequence[str], leaf: QueryWord | Phrase, form: Callable[[str], str]) -> bool:
    if isinstance(leaf, QueryWord) and re.search("[*?]", leaf.text):
        parts = re.split(r"([*?])", leaf.text)
        wanted = "".join(
            {"*": ".*", "?": "."}.get(p) or "".join(map(form, folding.words(p))) for p in parts
        )
        return any(re.fullmatch(wanted, word) for word in told)
    if isinstance(leaf, QueryWord) and leaf.fuzzy:
        wanted = form(folding.words(leaf.text)[0])
        return any(one_edit(wanted, word) for word in told)
    if isinstance(leaf, Phrase) and leaf.within is not None:
        units = [[form(word) for word in unit] for unit in near_units(leaf.text)]
        return near(told, units, leaf.within)
    row = [form(word) for word in folding.words(leaf.text)]
    return any(list(told[at : at + len(row)]) == row for at in range(len(told)))


def near(told: Sequence[str], units: list[list[str]], within: int) -> bool:
    """Some choice of places for the units that do not overlap and leave few words between."""
    places = [
        [at for at in range(len(told)) if list(told[at : at + len(unit)]) == unit] for unit in units
    ]
    for choice in itertools.product(*places):
        taken = sorted((at, at + len(unit)) for at, unit in zip(choice, units, strict=True))
        apart = all(first[1] <= later[0] for first, later in itertools.pairwise(taken))
        gaps = taken[-1][1] - taken[0][0] - sum(len(unit) for unit in units)
        if apart and gaps <= within:
            return True
    return False


def one_edit(left: str, right: str) -> bool:
    """Equal, or made of each other by adding, leaving out, changing or swapping once."""
    if left == right:
        return True
    made = set()
    for at in range(len(left) + 1):
        made.add(left[:at] + left[at + 1 :])
        for letter in set(right):
            made |= {left[:at] + letter + left[at:], left[:at] + letter + left[at + 1 :]}
        if at + 1 < len(left):
            made.add(left[:at] + left[at + 1] + left[at] + left[at + 2 :])
    return right in made


@settings(max_examples=200)
@given(CORPUS, TREE)
def test_the_index_finds_what_a_scan_finds(corpus: list[str], tree: Tree) -> None:
    assert by_index(corpus, tree, exact=True) == scan(corpus, tree, exact=True)


@settings(max_examples=150)
@given(CORPUS, TREE)
def test_also_by_sound(corpus: list[str], tree: Tree) -> None:
    wider = by_index(corpus, tree, exact=False)
    scanned = scan(corpus, tree, exact=False)
    # Spellings from the tables come on top: without a NOT they can only add.
    if "NOT" not in str(tree):
        assert scanned <= wider
    if not any(word in str(tree).lower() for word in ("kashgar", "qeshqer", "қәш", "喀", "قەش")):
        assert scanned == wider


HAN = st.text(st.sampled_from("拘留居喀什市的中心，。 a"), max_size=30)


@given(
    st.lists(HAN, min_size=1, max_size=8),
    st.text(st.sampled_from("拘留居喀什"), min_size=1, max_size=4),
)
def test_any_part_of_a_chinese_text_is_found(corpus: list[str], wanted: str) -> None:
    found = by_index(corpus, QueryWord(wanted), exact=True)
    plain = {n for n, text in enumerate(corpus) if wanted in re.sub("[，。 ]", "", text)}
    assert found == plain


@given(TEXT, LEAF)
def test_what_is_found_is_marked_and_nothing_else(text: str, leaf: Tree) -> None:
    made = fields.schema()
    nothing = {name: tantivy.Query.empty_query() for name in fields.LABELS}
    wanted = compiled(made, leaf, exact=True, has=nothing, files=nowhere, region=xinjiang.XINJIANG)
    marked = ranges(text, wanted.matches)
    assert bool(marked) == (by_index([text], leaf, exact=True) == {0})
    assert all(0 <= start < stop <= len(text) for start, stop in marked)
    assert all(first[1] < later[0] for first, later in itertools.pairwise(marked))


def test_chinese_characters_side_by_side_are_marked_as_one() -> None:
    nothing = {name: tantivy.Query.empty_query() for name in fields.LABELS}
    tree = Or((QueryWord("喀什"), QueryWord("什市"), QueryWord("city")))
    wanted = compiled(
        fields.schema(), tree, exact=True, has=nothing, files=nowhere, region=xinjiang.XINJIANG
    )
    assert ranges("在喀什市 city", wanted.matches) == [(1, 4), (5, 9)]


@given(st.text("ab喀c", max_size=6), st.text("ab喀c", max_size=6))
def test_letters_amiss_counts_swaps_once(left: str, right: str) -> None:
    assert (letters_amiss(left, right, 1) <= 1) == one_edit(left, right)


@pytest.mark.parametrize("written", ["a*", "*a*b*c*d*e*f*"])
def test_patterns_are_run_or_refused(written: str, tmp_path: Path) -> None:
    assert by_index(["abc abcdef", "zab"], QueryWord(written), exact=True) >= {0}


FEW = st.lists(st.sampled_from("abcx喀"), max_size=9).map(" ".join)


@settings(max_examples=150)
@given(
    st.lists(FEW, min_size=1, max_size=6),
    st.lists(st.sampled_from(["a", "b", "c", "喀", "a-b"]), min_size=2, max_size=3),
    st.integers(0, 4),
)
def test_near_is_within_so_many_words_in_any_order(
    corpus: list[str], words: list[str], within: int
) -> None:
    tree = Phrase(" ".join(words), within)
    assert by_index(corpus, tree, exact=True) == scan(corpus, tree, exact=True)
