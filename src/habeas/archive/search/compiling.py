"""From the tree of a query to what tantivy runs, and to what is highlighted.

Invariants: each part of the tree becomes exactly what docs/reference/query-language.md says,
in as many fields as are searched; nothing is dropped; a negation alone is taken from
everything. A word is looked for as written (field ``text``) and, unless only the exact
spelling is wanted, by its Latin form (fields ``latin`` and ``text``: the Latin field of a
passage is empty where it would repeat the text) and by the spellings added to it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import tantivy
from tantivy import Occur, Query

from habeas.archive import folding
from habeas.archive.search import breaking, expanding
from habeas.archive.search.errors import QueryRefused
from habeas.archive.search.expanding import AddedSpellings
from habeas.archive.search.language import (
    And,
    Filter,
    InFile,
    Not,
    Or,
    Phrase,
    QueryWord,
    Tree,
    near_units,
    pattern_words,
    sought,
)
from habeas.archive.search.schema import filter_query, schema, sequence_query
from habeas.archive.store import deadline
from habeas.vocabulary.region import Region

TEXT, LATIN = "text", "latin"
#: The same two over the ends of lines, and over the end of a page (``breaking``).
JOINED, JOINED_LATIN = "joined", "joined_latin"
ACROSS, ACROSS_LATIN = "across", "across_latin"
_LESS = 0.5  # weight of a spelling that was added


@dataclass(frozen=True, slots=True)
class InARow:
    """Words in a row in one field."""

    field: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Across:
    """Words in a row of which some stand before the end of a page and the others after it."""

    field: str
    words: tuple[str, ...]

    def ways(self) -> Iterator[int]:
        """How many of the words may stand before it."""
        most = breaking.BESIDE
        yield from range(max(1, len(self.words) - most), min(len(self.words) - 1, most) + 1)


@dataclass(frozen=True, slots=True)
class Near:
    """Units of words in any order in one field, with at most ``within`` others between."""

    field: str
    units: tuple[tuple[str, ...], ...]
    within: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """One word by a pattern with ``*`` and ``?``."""

    field: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """One word with at most ``distance`` letters amiss."""

    field: str
    word: str
    distance: int


Files = Callable[[Tree], Query]
Match = InARow | Across | Near | Pattern | Fuzzy


@dataclass(slots=True)
class Compiled:
    """What is run; what is highlighted; and which spellings were added to which words."""

    query: Query
    matches: list[Match] = field(default_factory=list)
    added: list[AddedSpellings] = field(default_factory=list)


def compiled(
    made: tantivy.Schema,
    tree: Tree,
    *,
    exact: bool = False,
    flat: bool = False,
    has: dict[str, Query],
    files: Files,
    region: Region,
) -> Compiled:
    """The query. ``has`` gives the passages that the viewer may know to be cited or claimed,
    ``files`` all passages of the files in which something stands that the viewer may see.

    ``flat``: a passage counts for how many parts of the query it has, not for how rare the
    words are in the whole index, which also holds what the viewer may not see.
    """
    compiler = _Compiler(made, exact, flat, has, files, region)
    query = compiler.query(tree, negated=False)
    return Compiled(query, compiler.matches, compiler.added)


def everything() -> Query:
    """All passages."""
    return Query.all_query()


class _Compiler:
    def __init__(
        self,
        made: tantivy.Schema,
        exact: bool,
        flat: bool,
        has: dict[str, Query],
        files: Files,
        region: Region,
    ) -> None:
        self.made = made
        self.exact = exact
        self.flat = flat
        self.has = has
        self.files = files
        self.region = region
        self.matches: list[Match] = []
        self.added: list[AddedSpellings] = []

    def query(self, tree: Tree, *, negated: bool) -> Query:
        match tree:
            case And(items):
                return self._all(items, negated)
            case Or(items):
                parts = [(Occur.Should, self.query(item, negated=negated)) for item in items]
                return Query.boolean_query(parts)
            case Not(item):
                refused = (Occur.MustNot, self.query(item, negated=not negated))
                return Query.boolean_query([(Occur.Must, everything()), refused])
            case InFile(item):
                return self._in_file(item, negated)
            case Filter():
                asked = filter_query(self.made, tree, self.has)
                return Query.const_score_query(asked, 0.0)
            case QueryWord() | Phrase():
                return self._leaf(tree, negated=negated)

    def _all(self, items: Sequence[Tree], negated: bool) -> Query:
        """AND, with its negations taken out directly rather than from everything."""
        parts = []
        for item in items:
            if isinstance(item, Not):
                parts.append((Occur.MustNot, self.query(item.item, negated=not negated)))
            else:
                parts.append((Occur.Must, self.query(item, negated=negated)))
        if all(occur == Occur.MustNot for occur, _ in parts):
            parts.append((Occur.Must, everything()))
        return Query.boolean_query(parts)

    def _in_file(self, item: Tree, negated: bool) -> Query:
        """Of the files that have it, the passages where what was sought stands."""
        files = Query.const_score_query(self.files(item), 0.0)
        words = [] if negated else list(dict.fromkeys(sought(item)))
        if not words:
            return files
        there = [(Occur.Should, self._leaf(word, negated=False)) for word in words]
        return Query.boolean_query([(Occur.Must, files), (Occur.Must, Query.boolean_query(there))])

    def _leaf(self, leaf: QueryWord | Phrase, *, negated: bool) -> Query:
        deadline.check()
        matches = list(dict.fromkeys(_matches(leaf, self.exact)))
        queries = [match_query(self.made, match, leaf.column) for match in matches]
        if not self.exact and (spelt := _added(leaf, self.region)) is not None:
            if spelt not in self.added:
                self.added.append(spelt)
            for form in spelt.spellings:
                more = [one for one in _spelt(form, exact=False) if one not in matches]
                matches += more
                queries += [
                    Query.boost_query(match_query(self.made, one, leaf.column), _LESS)
                    for one in more
                ]
        if not negated:
            self.matches += matches
        found = queries[0] if len(queries) == 1 else Query.disjunction_max_query(queries, 0.0)
        return Query.const_score_query(found, 1.0) if self.flat else found


def _added(leaf: QueryWord | Phrase, region: Region) -> AddedSpellings | None:
    if isinstance(leaf, Phrase):
        return None if leaf.within is not None else expanding.added(leaf.text, region)
    if leaf.fuzzy or "*" in leaf.text or "?" in leaf.text:
        return None
    return expanding.added(leaf.text, region)


def _matches(leaf: QueryWord | Phrase, exact: bool) -> Iterator[Match]:
    if isinstance(leaf, Phrase) and leaf.within is not None:
        yield from _near(leaf.text, leaf.within, exact)
    elif isinstance(leaf, QueryWord) and leaf.fuzzy:
        (word,) = folding.words(leaf.text)
        yield from _in_fields(word, exact, lambda name, one: Fuzzy(name, one, leaf.fuzzy))
    elif isinstance(leaf, QueryWord) and re.search("[*?＊？]", leaf.text):
        (pattern,) = pattern_words(leaf.text)
        yield from _in_fields(pattern, exact, Pattern)
    else:
        yield from _spelt(leaf.text, exact)


def _spelt(text: str, exact: bool) -> Iterator[Match]:
    """Words in a row, as written and by how they sound."""
    written = tuple(folding.words(text))
    yield from _in_a_row(written, TEXT, JOINED, ACROSS)
    if exact or all(map(folding.is_han, written)):
        return
    for sounded in map(tuple, folding.spellings(text)):
        yield from _in_a_row(sounded, TEXT, JOINED, ACROSS)
        yield from _in_a_row(sounded, LATIN, JOINED_LATIN, ACROSS_LATIN)


def _in_a_row(words: tuple[str, ...], plain: str, joined: str, across: str) -> Iterator[Match]:
    yield InARow(plain, words)
    yield InARow(joined, words)
    if len(words) > 1:
        yield Across(across, words)


def _in_fields(word: str, exact: bool, make: type[Pattern] | object) -> Iterator[Match]:
    """One word or pattern as written and, by its Latin letters, in both fields."""
    yield make(TEXT, word)  # type: ignore[operator]
    yield make(JOINED, word)  # type: ignore[operator]
    if exact:
        return
    sounded = "".join(
        piece if piece in ("*", "?") else folding.latin(piece)
        for piece in re.split(r"([*?])", word)
        if piece
    )
    for name in (TEXT, LATIN, JOINED, JOINED_LATIN):
        yield make(name, sounded)  # type: ignore[operator]


def _near(text: str, within: int, exact: bool) -> Iterator[Match]:
    units = tuple(map(tuple, near_units(text)))
    yield Near(TEXT, units, within)
    yield Near(JOINED, units, within)
    if exact or all(folding.is_han(word) for unit in units for word in unit):
        return
    sounded = tuple(tuple(map(folding.latin, unit)) for unit in units)
    for name in (TEXT, LATIN, JOINED, JOINED_LATIN):
        yield Near(name, sounded, within)


# --- as queries ------------------------------------------------------------------------------


def match_query(made: tantivy.Schema, match: Match, column: int) -> Query:
    """What finds the passages in which the match stands."""
    if isinstance(match, InARow):
        return sequence_query(made, match.field, list(match.words))
    if isinstance(match, Across):
        ways = [
            Query.phrase_query(
                made, match.field, [*words[:at], *map(breaking.AFTER.__add__, words[at:])]
            )
            for words in [list(match.words)]
            for at in match.ways()
        ]
        return Query.disjunction_max_query(ways, 0.0) if ways else Query.empty_query()
    if isinstance(match, Near):
        return _near_query(made, match)
    if isinstance(match, Fuzzy):
        return Query.fuzzy_term_query(
            made, match.field, match.word, match.distance, transposition_cost_one=True
        )
    try:
        return _pattern_query(match.field, match.pattern)
    except ValueError:
        raise QueryRefused(
            "This pattern is too intricate to be run.",
            column=column,
            width=len(match.pattern),
            next_step="Use fewer * and ?.",
        ) from None


@lru_cache(maxsize=256)
def _pattern_query(name: str, pattern: str) -> Query:
    """Remembered, because making it can take half a second in which nothing else runs."""
    deadline.check()
    return Query.regex_query(schema(), name, regex_of(pattern))


def regex_of(pattern: str) -> str:
    """The pattern as a regular expression over whole words."""
    signs = {"*": ".*", "?": "."}
    return "".join(signs.get(letter) or re.escape(letter) for letter in pattern)


def _near_query(made: tantivy.Schema, near: Near) -> Query:
    first, *rest = near.units
    if len(near.units) == 2 and all(len(unit) == 1 for unit in near.units) and [first] != rest:
        # Tantivy's slop counts the words between, and more when the order is turned round.
        orders = [[first[0], rest[0][0]], [rest[0][0], first[0]]]
        ways = [Query.phrase_query(made, near.field, [*order], near.within) for order in orders]
    else:
        ways = [
            Query.phrase_query(made, near.field, list(placed))
            for placed in dict.fromkeys(map(tuple, arrangements(near)))
        ]
    return Query.disjunction_max_query(ways, 0.0)


def arrangements(near: Near) -> Iterator[list[tuple[int, str]]]:
    """Each way in which the units may stand: the words with their places, from 0."""
    between = len(near.units) - 1
    for order in itertools.permutations(near.units):
        for gaps in itertools.product(range(near.within + 1), repeat=between):
            if sum(gaps) > near.within:
                continue
            placed, place = [], 0
            for unit, gap in zip(order, (*gaps, 0), strict=True):
                for word in unit:
                    placed.append((place, word))
                    place += 1
                place += gap
            yield placed
