"""Where in a text the parts of a query stand: what is highlighted.

Invariants: ranges are code points of the text, in order, and do not overlap; what stands
side by side (Chinese characters, the words of one phrase) is one range; only what the index
found by is marked, by the same words in the same fields.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from habeas.archive import folding
from habeas.archive.folding import Token
from habeas.archive.search import breaking
from habeas.archive.search.compiling import (
    ACROSS,
    ACROSS_LATIN,
    JOINED,
    JOINED_LATIN,
    LATIN,
    TEXT,
    Across,
    Fuzzy,
    InARow,
    Match,
    Near,
    Pattern,
)
from habeas.archive.search.patterns import Glob, letters_amiss
from habeas.archive.search.ranges import Range, merged
from habeas.archive.store import deadline


def ranges(text: str, matches: Iterable[Match]) -> list[Range]:
    """The code points [start, stop) of the text that the matches cover."""
    return marked(text, matches).ranges


@dataclass(frozen=True, slots=True)
class MarkedText:
    """What is marked; ``joined``: the ranges over the end of a line that were read as one."""

    ranges: list[Range]
    joined: list[tuple[Range, str]]


def marked(text: str, matches: Iterable[Match], beyond: str = "") -> MarkedText:
    """What the matches cover of a passage, and of what follows where one reaches over its end."""
    whole = text + beyond
    over = breaking.Over(whole, len(text), breaking.gaps(whole))
    plain = _both(folding.tokens(text), TEXT, LATIN)
    broken = _both(over.joined().tokens(), JOINED, JOINED_LATIN) if over.is_broken else {}
    beside = [
        (_both(before.tokens(), ACROSS, ACROSS_LATIN), _both(after.tokens(), ACROSS, ACROSS_LATIN))
        for before, after in (over.beside() if beyond else ())
    ]
    found: set[Range] = set()
    joined: set[Range] = set()
    for match in dict.fromkeys(matches):
        deadline.check()
        if isinstance(match, Across):
            found.update(_across(beside, match))
        elif match.field in plain:
            found.update(_places(plain[match.field], match))
        elif match.field in broken:
            joined.update(_places(broken[match.field], match))
    joined = {one for one in joined if any(one[0] < a and b <= one[1] for a, b in over.gaps)}
    told = [(one, breaking.Stretch(whole, *one, over.gaps).read()) for one in sorted(joined)]
    return MarkedText(merged(found | joined), told)


def _both(tokens: list[Token], written: str, sounded: str) -> dict[str, tuple[list[Token], Words]]:
    words = [token.word for token in tokens]
    return {
        written: (tokens, Words(words)),
        sounded: (tokens, Words(list(map(folding.latin, words)))),
    }


def _places(there: tuple[list[Token], Words], match: Match) -> Iterator[Range]:
    tokens, words = there
    for first, last in spans(words, match):
        if isinstance(match, InARow):
            yield tokens[first].start, tokens[last - 1].stop
        else:
            yield from ((tokens[at].start, tokens[at].stop) for at in range(first, last))


def _across(beside: Iterable[Any], match: Across) -> Iterator[Range]:
    """Where the words end those before the end of the page and begin those after it."""
    for before, after in beside:
        ends, ended = before[match.field]
        goes_on, begins = after[match.field]
        for at in match.ways():
            first, then = match.words[:at], match.words[at:]
            ends_so = tuple(ended.words[-at:]) == first
            if ends_so and tuple(begins.words[: len(then)]) == then:
                yield ends[-at].start, goes_on[len(then) - 1].stop


class Words:
    """The words of a text in order, and at which places each stands."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self.places: Mapping[str, list[int]] = defaultdict(list)
        for at, word in enumerate(words):
            self.places[word].append(at)


def spans(words: Words, match: Match) -> Iterator[Range]:
    """The words [first, last) that a match covers."""
    if isinstance(match, InARow):
        yield from _in_a_row(words, match.words)
    elif isinstance(match, Near):
        yield from _near(words, match)
    elif isinstance(match, Pattern | Fuzzy):
        for word, places in list(words.places.items()):
            if _is_of(word, match):
                yield from ((at, at + 1) for at in places)


def _is_of(word: str, match: Pattern | Fuzzy) -> bool:
    if isinstance(match, Pattern):
        return _glob(match.pattern).matches(word)
    return letters_amiss(word, match.word, match.distance) <= match.distance


@lru_cache(maxsize=256)
def _glob(pattern: str) -> Glob:
    return Glob(pattern)


def _in_a_row(words: Words, wanted: Sequence[str]) -> Iterator[Range]:
    length = len(wanted)
    for at in words.places.get(wanted[0], ()):
        if length == 1 or tuple(words.words[at : at + length]) == tuple(wanted):
            yield at, at + length


def _near(words: Words, near: Near) -> Iterator[Range]:
    """Each unit of every window in which all units stand."""
    places = [list(_in_a_row(words, unit)) for unit in near.units]
    longest = sum(len(unit) for unit in near.units) + near.within
    for at, first in enumerate(places):
        for anchor in first:
            window = _window(places, at, anchor, longest)
            if window is not None:
                yield from window


def _window(places: list[list[Range]], at: int, anchor: Range, longest: int) -> list[Range] | None:
    """The units beside one that stands first; None where one is missing.

    Of each only those are looked at that lie in the window, so a long text costs no more.
    """
    chosen = [anchor]
    for other, there in enumerate(places):
        if other == at:
            continue
        first = bisect_left(there, (anchor[1], 0))
        last = bisect_right(there, (anchor[0] + longest, 0))
        for one in there[first:last]:
            fits = one[1] <= anchor[0] + longest
            if fits and all(one[0] >= taken[1] or one[1] <= taken[0] for taken in chosen):
                chosen.append(one)
                break
        else:
            return None
    return chosen
