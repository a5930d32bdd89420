"""The query language: what is read, what is refused, and where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.archive import folding
from habeas.archive.search.errors import QueryRefused
from habeas.archive.search.language import (
    And,
    Filter,
    InFile,
    Not,
    Or,
    Phrase,
    QueryWord,
    Tree,
)
from habeas.archive.search.parsing import parse
from habeas.archive.search.searching import checked

READ = {
    "a b": And((QueryWord("a"), QueryWord("b"))),
    "a AND b OR c": Or((And((QueryWord("a"), QueryWord("b"))), QueryWord("c"))),
    "a (b OR c)": And((QueryWord("a"), Or((QueryWord("b"), QueryWord("c"))))),
    "NOT a b": And((Not(QueryWord("a")), QueryWord("b"))),
    'camp "two words"': And((QueryWord("camp"), Phrase("two words"))),
    "“two words”~3": Phrase("two words", 3),
    "reeduc*": QueryWord("reeduc*"),
    "lager~1": QueryWord("lager", 1),
    'source:"a courier"': Filter("source", "a courier", True),
    "language:ug": Filter("language", "ug"),
    "喀什市": QueryWord("喀什市"),
    "and or not": And((QueryWord("and"), QueryWord("or"), QueryWord("not"))),
    r'"say \"no\""': Phrase('say "no"'),
    "file:(a b)": InFile(And((QueryWord("a"), QueryWord("b")))),
    "NOT FILE:（a) b": And((Not(InFile(QueryWord("a"))), QueryWord("b"))),
}
REFUSED = {
    "": (1, "Write a word"),
    "a AND": (6, "quotation marks"),
    "OR b": (1, "quotation marks"),
    "a OR OR b": (6, "quotation marks"),
    "NOT": (4, "quotation marks"),
    "()": (2, "Take them out"),
    "(a": (1, "Put a )"),
    "a)": (2, "Take it out"),
    'a "b': (3, 'another "'),
    'word "b"c': (9, "space"),
    "colour:red": (1, "Filters: language"),
    "state: read": (7, "without a space"),
    "*": (1, "at least one letter"),
    "喀什*": (3, "any part of a Chinese text"),
    "喀~1": (1, "any part of a Chinese text"),
    "re-educ*": (8, "AND"),
    "lager~3": (6, "2 at most"),
    "lager~": (6, "2 at most"),
    "a~b": (2, "at the end"),
    '"only"~3': (7, "space"),
    '"a b"~99': (6, "five words"),
    '"a b c d"~20': (1, "two words at a time"),
    '"educ* camp"': (6, "joined by AND"),
    "---": (1, "Leave it out"),
    "language:klingonese9": (10, "tag such as"),
    "state:unread": (7, "Values: read"),
    "type:papyrus": (6, "Values: pdf"),
    "has:secret": (5, "Values: claim"),
    "date:lastweek": (6, "Write 2019"),
    "date:..": (6, "date:2019"),
    "exhibit:x": (9, "exhibit:12"),
    "name:cam*": (6, "no * or ?"),
    "file:letter.pdf": (6, "name:"),
    "file: (a b)": (6, "file:(camp letter)"),
    "file:()": (7, "Take them out"),
    "file:(a": (6, "Put a )"),
    "file:(" + "a " * 21 + ")": (1, "outside"),
    "file:(state:unread)": (13, "Values: read"),
    "(" * 30 + "a" + ")" * 30: (22, "fewer brackets"),
    "a " * 201: (401, "--batch"),
}


@pytest.mark.parametrize("text", READ)
def test_what_is_read(text: str) -> None:
    assert parse(text) == READ[text]


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_run_is_refused_at_its_place(text: str) -> None:
    column, remedy = REFUSED[text]
    with pytest.raises(QueryRefused) as refused:
        checked(text)
    assert refused.value.column == column
    assert remedy in refused.value.next_step
    assert refused.value.width >= 1


def test_a_query_that_is_too_long_is_refused() -> None:
    with pytest.raises(QueryRefused, match="2,000 are read"):
        parse("long " * 401)


PLAIN = st.sampled_from(
    ["camp", "Kashgar", "喀什", "قەشقەر", "Қәшқәр", "re-education", "AND.", "1989"]
)
WORDS = st.one_of(
    PLAIN.map(QueryWord),
    st.sampled_from(
        [QueryWord("reeduc*"), QueryWord("*lager"), QueryWord("l?ger"), QueryWord("lager", 1)]
    ),
)
PHRASES = st.one_of(
    st.lists(PLAIN, min_size=1, max_size=4).map(lambda words: Phrase(" ".join(words))),
    st.text(max_size=20).filter(folding.words).filter(lambda t: not set(t) & set("*?")).map(Phrase),
    st.tuples(PLAIN, PLAIN, st.integers(0, 9)).map(lambda p: Phrase(f"{p[0]} {p[1]}", p[2])),
)
FILTERS = st.one_of(
    st.sampled_from(
        [Filter("language", "ug"), Filter("date", "2018..2019"), Filter("has", "claim")]
    ),
    st.text(min_size=1, max_size=20).map(lambda value: Filter("source", value, whole=True)),
)


def _flat(kind: type, items: list[Tree]) -> Tree:
    return kind(tuple(part for item in items for part in _parts(kind, item)))


def _parts(kind: type, item: Tree) -> tuple[Tree, ...]:
    return item.items if isinstance(item, kind) else (item,)  # type: ignore[attr-defined]


TREES: st.SearchStrategy[Tree] = st.recursive(
    st.one_of(WORDS, PHRASES, FILTERS),
    lambda inner: st.one_of(
        inner.map(Not),
        inner.map(InFile),
        st.lists(inner, min_size=2, max_size=3).map(lambda items: _flat(And, items)),
        st.lists(inner, min_size=2, max_size=3).map(lambda items: _flat(Or, items)),
    ),
    max_leaves=8,
)


@given(TREES)
def test_a_query_written_out_is_the_same_query(tree: Tree) -> None:
    assert parse(str(tree)) == tree


@given(st.text(st.sampled_from('ab喀 ()"~*?:\\ANDORNOT“”1-'), max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    refused = None
    try:
        tree = checked(text)
    except QueryRefused as error:
        refused = error
    if refused is None:
        assert parse(str(tree)) == tree
    else:
        assert 1 <= refused.column <= len(text) + 1
        assert refused.next_step
