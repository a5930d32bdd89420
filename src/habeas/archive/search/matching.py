"""Where in a text the parts of a query stand: what is highlighted.

Invariants: ranges are code points of the text, in order, and do not overlap; what stands
side by side (Chinese characters, the words of one phrase) is one range; only what the index
found by is marked, by the same words in the same fields.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from habeas.archive import deadline
from habeas.archive.search import folding
from habeas.archive.search.compiling import LATIN, Fuzzy, InARow, Match, Near, Pattern
from habeas.archive.search.patterns import Glob, letters_amiss

Range = tuple[int, int]


def ranges(text: str, matches: Iterable[Match]) -> list[Range]:
    """The code points [start, stop) of the text that the matches cover."""
    tokens = folding.tokens(text)
    written = [token.word for token in tokens]
    fields = {"text": Words(written), LATIN: Words(list(map(folding.latin, written)))}
    found: set[Range] = set()
    for match in dict.fromkeys(matches):
        deadline.check()
        for first, last in spans(fields[match.field], match):
            if isinstance(match, InARow):
                found.add((tokens[first].start, tokens[last - 1].stop))
            else:
                found.update((tokens[at].start, tokens[at].stop) for at in range(first, last))
    return merged(found)


def merged(found: Iterable[Range]) -> list[Range]:
    """Ranges that touch or overlap as one."""
    result: list[Range] = []
    for start, stop in sorted(found):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(stop, result[-1][1]))
        else:
            result.append((start, stop))
    return result


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
