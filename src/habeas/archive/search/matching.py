"""Where in a text the parts of a query stand: what is highlighted.

Invariants: ranges are code points of the text, in order, and do not overlap; what stands
side by side (Chinese characters, the words of one phrase) is one range; only what the index
found by is marked, by the same words in the same fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from habeas.archive.search import folding
from habeas.archive.search.compiling import LATIN, InARow, Match, Near, Pattern, regex_of

Range = tuple[int, int]


def ranges(text: str, matches: Iterable[Match]) -> list[Range]:
    """The code points [start, stop) of the text that the matches cover."""
    tokens = folding.tokens(text)
    written = [token.word for token in tokens]
    fields = {"text": written, LATIN: [folding.latin(word) for word in written]}
    found: set[Range] = set()
    for match in dict.fromkeys(matches):
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


def spans(words: Sequence[str], match: Match) -> Iterator[Range]:
    """The words [first, last) that a match covers."""
    if isinstance(match, InARow):
        yield from _in_a_row(words, match.words)
    elif isinstance(match, Near):
        yield from _near(words, match)
    elif isinstance(match, Pattern):
        pattern = _pattern(match.pattern)
        yield from ((at, at + 1) for at, word in enumerate(words) if pattern.fullmatch(word))
    else:
        yield from (
            (at, at + 1)
            for at, word in enumerate(words)
            if letters_amiss(word, match.word, match.distance) <= match.distance
        )


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(regex_of(pattern), re.S)


def _in_a_row(words: Sequence[str], wanted: Sequence[str]) -> Iterator[Range]:
    first, length = wanted[0], len(wanted)
    for at, word in enumerate(words):
        if word == first and tuple(words[at : at + length]) == tuple(wanted):
            yield at, at + length


def _near(words: Sequence[str], near: Near) -> Iterator[Range]:
    """Each unit of every window in which all units stand."""
    places = [list(_in_a_row(words, unit)) for unit in near.units]
    longest = sum(len(unit) for unit in near.units) + near.within
    for at, first in enumerate(places):
        for anchor in first:
            window = _window(places, at, anchor, longest)
            if window is not None:
                yield from window


def _window(places: list[list[Range]], at: int, anchor: Range, longest: int) -> list[Range] | None:
    """The units beside one that stands first; None where one is missing."""
    chosen = [anchor]
    for other, there in enumerate(places):
        if other == at:
            continue
        free = [
            one
            for one in there
            if anchor[1] <= one[0]
            and one[1] <= anchor[0] + longest
            and all(one[0] >= taken[1] or one[1] <= taken[0] for taken in chosen)
        ]
        if not free:
            return None
        chosen.append(free[0])
    return chosen


def letters_amiss(left: str, right: str, most: int) -> int:
    """Letters added, left out, changed or two neighbours swapped; above ``most`` not counted."""
    if abs(len(left) - len(right)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for at, letter in enumerate(left, 1):
        further = [at]
        for place, other in enumerate(right, 1):
            cost = min(row[place] + 1, further[place - 1] + 1, row[place - 1] + (letter != other))
            swapped = at > 1 and place > 1 and letter == right[place - 2] and left[at - 2] == other
            if swapped:
                cost = min(cost, before[place - 2] + 1)
            further.append(cost)
        before, row = row, further
    return row[-1]
