"""The query language as a tree: what can be asked, and how it is written out.

Invariants: ``parsing.parse(str(tree)) == tree``; columns, which say where a part stood, do
not count when trees are compared. What each part means is in
docs/reference/query-language.md.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from habeas.archive import folding

LONGEST = 2_000  # characters
DEEPEST = 20  # brackets in brackets
MOST_PARTS = 200  # words, phrases and filters
MOST_PATTERNS = 20  # of those with * or ? or ~, because each is held against all words of all texts
MOST_SIGNS = 12  # * and ? in one word: how much each costs grows with them
MOST_IN_FILE = 20  # of those inside of file:(…), because each is sought in all files
MOST_WORDS = 60  # of a phrase, or between the ends of a near: passages overlap by that many
FARTHEST = 50  # "..."~N
MOST_WAYS = 400  # in which the words of a near can stand

QUOTES = '"“”„«»＂'  # each opens and closes
IN_FILE = "file"
#: The filters, each with what is told of it when one does not exist.
FIELDS = (
    *("language", "script", "type", "source", "folder", "state", "date"),
    *("name", "exhibit", "page", "has"),
)


@dataclass(frozen=True, slots=True)
class QueryWord:
    """A word; ``*`` and ``?`` stand for any letters and any one; ``fuzzy``: letters amiss."""

    text: str
    fuzzy: int = 0
    column: int = field(default=1, compare=False)

    def __str__(self) -> str:
        return f"{self.text}~{self.fuzzy}" if self.fuzzy else self.text


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row; with ``within``, in any order with at most so many others between."""

    text: str
    within: int | None = None
    column: int = field(default=1, compare=False)

    def __str__(self) -> str:
        return _quoted(self.text) + ("" if self.within is None else f"~{self.within}")


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter. ``whole``: the value was written in quotation marks."""

    name: str
    value: str
    whole: bool = False
    column: int = field(default=1, compare=False)

    def __str__(self) -> str:
        return f"{self.name}:{_quoted(self.value) if self.whole else self.value}"


@dataclass(frozen=True, slots=True)
class Not:
    item: Tree

    def __str__(self) -> str:
        return f"NOT {_inside(self.item, And, Or)}"


@dataclass(frozen=True, slots=True)
class And:
    items: tuple[Tree, ...]

    def __str__(self) -> str:
        return " AND ".join(_inside(item, Or) for item in self.items)


@dataclass(frozen=True, slots=True)
class Or:
    items: tuple[Tree, ...]

    def __str__(self) -> str:
        return " OR ".join(str(item) for item in self.items)


@dataclass(frozen=True, slots=True)
class InFile:
    """What a whole file must have, in whichever of its passages."""

    item: Tree

    def __str__(self) -> str:
        return f"{IN_FILE}:({self.item})"


Leaf = QueryWord | Phrase | Filter
Tree = QueryWord | Phrase | Filter | Not | And | Or | InFile


def _quoted(text: str) -> str:
    escaped = re.sub(rf"[\\{QUOTES}]", r"\\\g<0>", text)
    return f'"{escaped}"'


def _inside(item: Tree, *wrapped: type) -> str:
    return f"({item})" if isinstance(item, wrapped) else str(item)


def leaves(tree: Tree) -> Iterator[Leaf]:
    """The words, phrases and filters, in order."""
    if isinstance(tree, Not | InFile):
        yield from leaves(tree.item)
    elif isinstance(tree, And | Or):
        for item in tree.items:
            yield from leaves(item)
    else:
        yield tree


def sought(tree: Tree) -> Iterator[QueryWord | Phrase]:
    """The words and phrases that make a hit, which a negated one does not."""
    if isinstance(tree, InFile):
        yield from sought(tree.item)
    elif isinstance(tree, And | Or):
        for item in tree.items:
            yield from sought(item)
    elif isinstance(tree, QueryWord | Phrase):
        yield tree


def all_of(*items: Tree) -> Tree:
    """The items joined by AND, without an AND inside an AND."""
    return joined(And, list(items))


def joined(kind: type[And] | type[Or], items: list[Tree]) -> Tree:
    """The items under one AND or OR, flat; a single one as it is."""
    flat: list[Tree] = []
    for item in items:
        flat.extend(item.items if isinstance(item, kind) else (item,))
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def pattern_words(text: str) -> list[str]:
    """The folded words of a pattern, with ``*`` and ``?`` kept in them."""
    marked = text.replace("＊", "*").replace("？", "?")
    pieces = re.split(r"([*?])", marked)
    folded = "".join(
        piece if piece in ("*", "?") else re.sub(r" +", " ", folding.folded(piece))
        for piece in pieces
    )
    return folded.split()


def near_units(text: str) -> list[list[str]]:
    """What shall stand near each other: parted by spaces, each its folded words in a row."""
    return [unit for part in text.split() if (unit := folding.words(part))]


def ways(units: int, within: int) -> int:
    """In how many ways the units can stand: their orders times where the gaps are."""
    if units > 8:
        return MOST_WAYS + 1
    return math.factorial(units) * math.comb(within + units - 1, units - 1)
