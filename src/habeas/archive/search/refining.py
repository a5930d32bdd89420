"""A query made a little wider or narrower: what the filters beside the hits ask.

Invariants: pure functions of trees; what is given back can be written out and read again.
"""

from __future__ import annotations

from collections.abc import Sequence

from habeas.archive import folding
from habeas.archive.search.errors import QueryRefused
from habeas.archive.search.language import (
    And,
    Filter,
    InFile,
    Not,
    Phrase,
    QueryWord,
    Tree,
    all_of,
    leaves,
)
from habeas.archive.search.parsing import parse


def positive(tree: Tree) -> list[Tree]:
    """The parts that a hit must have: of an AND its items, else the tree itself."""
    return list(tree.items) if isinstance(tree, And) else [tree]


def narrowed(tree: Tree, name: str, value: str) -> Tree:
    """The query with one more filter; the same query where it has it already."""
    more = Filter(name, value, whole=True)
    there = positive(tree)
    return tree if _has(there, more) else And((*there, more))


def widened(tree: Tree, name: str, value: str) -> Tree | None:
    """The query without a filter that it has; None when nothing else is asked."""
    left = [item for item in positive(tree) if not _same(item, name, value)]
    if not left:
        return None
    return left[0] if len(left) == 1 else And(tuple(left))


def spread(tree: Tree) -> Tree | None:
    """The same query with its words anywhere in one file; None where that is no other query, or
    one that would be refused."""
    there = positive(tree)
    words = [item for item in there if _has_words(item)]
    if sum(not isinstance(item, Not) for item in words) < 2:
        return None
    wider = all_of(InFile(all_of(*words)), *(item for item in there if item not in words))
    try:
        return parse(str(wider))
    except QueryRefused:
        return None


def next_try(missing: Sequence[Tree]) -> str:
    """What to ask next where parts of a query are nowhere: ``filter`` (leave it out), ``shorter``
    (fewer letters beside the *), ``apart`` (the words of a phrase by themselves), ``farther`` (more
    words between), ``counterpart`` (traditional characters for simplified ones, or back),
    ``characters`` (fewer of a Chinese word), ``unread`` (there is nothing to leave out of it),
    ``amiss`` (an ending, or none) or ``ending`` (a * or a letter amiss). Of several parts that of
    the first."""
    parts = [leaf for part in missing for leaf in leaves(part)]
    if any(isinstance(part, Filter) for part in parts):
        return "filter"
    first = next(iter(parts), None)
    if isinstance(first, Phrase):
        return "apart" if first.within is None else "farther"
    if isinstance(first, QueryWord):
        if any(sign in first.text for sign in "*?＊？"):
            return "shorter"
        if any(map(folding.is_han, folding.words(first.text))):
            if counterpart(missing):
                return "counterpart"
            return "characters" if len(first.text) > 1 else "unread"
        if first.fuzzy:
            return "amiss"
    return "ending"


def counterpart(missing: Sequence[Tree]) -> str:
    """The first word that is nowhere in its other Chinese characters, which are not searched for by
    themselves; '' where it has none that is known."""
    from habeas.names import characters  # a room that a query with hits does not need

    first = next((leaf for part in missing for leaf in leaves(part)), None)
    return characters.otherwise(first.text) if isinstance(first, QueryWord) else ""


def _has_words(item: Tree) -> bool:
    bare = item.item if isinstance(item, Not) else item
    return not isinstance(bare, InFile) and any(
        not isinstance(leaf, Filter) for leaf in leaves(bare)
    )


def chosen(tree: Tree, name: str, value: str) -> bool:
    """Whether the query has the filter."""
    return any(_same(item, name, value) for item in positive(tree))


def _has(items: Sequence[Tree], wanted: Filter) -> bool:
    return any(_same(item, wanted.name, wanted.value) for item in items)


def _same(item: Tree, name: str, value: str) -> bool:
    return isinstance(item, Filter) and (item.name, item.value) == (name, value)
