"""The order in which a printed line with right-to-left letters is read, from where they stand.

A PDF holds places of letters, and programs write them in any order: browsers print Arabic words
from left to right. So a line is put in order by its places alone: what was done for the eye
(Unicode's bidirectional algorithm, UAX 9) is undone. Words are PDFium's; within a word letters are
sorted; then the line is taken from right to left, numbers and Latin words turned back, brackets
mirrored; a line that begins and ends in Latin or Chinese the other way round.

Some lines look the same in two orders, such as a number beside a Latin word, and vowel signs stand
where a font puts them: ``is_certain`` is then False. Invariant: the order is a permutation of the
line's characters, marks after their letter.
"""

from __future__ import annotations

import bisect
import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_MIRRORED = dict(zip(map(ord, "()[]{}<>«»‹›"), ")(][}{><»«›‹", strict=True))
_SPACE, _RIGHT, _LEFT, _DIGIT, _JOINS, _OTHER = " ", "R", "L", "D", "J", "O"
_INSIDE_NUMBERS = ".,:/٫٬"


@dataclass(frozen=True, slots=True)
class Order:
    """``text`` in reading order; ``taken``, the index in the line of each of its characters.

    A space between words is -1. ``is_certain`` is False where another order would look the same.
    """

    text: str
    taken: tuple[int, ...]
    is_certain: bool


def reading_order(line: str, lefts: Sequence[float], rights: Sequence[float]) -> Order | None:
    """The line in reading order; None where places cannot tell (turned or broken lines)."""
    visual = _visual(line, lefts, rights)
    if not visual:
        return None
    kinds = [_SPACE if at < 0 else _kind(line[at]) for at in visual]
    from_right, certain = _direction(kinds)
    units = list(_from_right(kinds) if from_right else _from_left(kinds))
    marks = _marks(line, lefts, rights, visual)
    taken: list[int] = []
    signs: list[str] = []
    for place, turned in units:
        at = visual[place]
        if at < 0:
            taken.append(-1)
            signs.append(" ")
            continue
        for each in (at, *marks.get(at, ())):
            taken.append(each)
            signs.append(line[each].translate(_MIRRORED) if turned else line[each])
    certain = certain and not marks and not (from_right and _has_number_at_latin(kinds))
    return Order("".join(signs), tuple(taken), certain)


def _direction(kinds: list[str]) -> tuple[bool, bool]:
    """Whether the line is read from the right, and whether that is certain.

    By the letters at its two ends; where they differ, by how many there are of each.
    """
    strong = [kind for kind in kinds if kind in (_RIGHT, _LEFT)]
    if not strong:
        return True, True
    if strong[0] == strong[-1]:
        return strong[0] == _RIGHT, True
    right, left = strong.count(_RIGHT), strong.count(_LEFT)
    return right >= left, max(right, left) > 2 * min(right, left)


def _has_number_at_latin(kinds: list[str]) -> bool:
    """Whether a number and a Latin word stand side by side: in two orders they look the same."""
    stretches = "".join(kinds).split(_RIGHT)
    return any(_LEFT in one and _DIGIT in one for one in stretches)


def _visual(line: str, lefts: Sequence[float], rights: Sequence[float]) -> list[int] | None:
    """The letters from left to right as they stand, -1 between words; marks left out."""
    words: list[list[int]] = []
    for found in re.finditer(r"\S+", line):
        letters = [at for at in range(*found.span()) if not unicodedata.combining(line[at])]
        if any(rights[at] <= lefts[at] for at in letters):
            return None
        if letters:
            words.append(sorted(letters, key=lambda at: lefts[at] + rights[at]))
    words.sort(key=lambda word: lefts[word[0]] + rights[word[-1]])
    _part_by_gaps(line, words, lefts, rights)
    visual: list[int] = []
    for word in words:
        visual += [-1, *word] if visual else word
    return visual


def _part_by_gaps(
    line: str, words: list[list[int]], lefts: Sequence[float], rights: Sequence[float]
) -> None:
    """A bracket or stop on the wrong side of a gap goes to the word that it stands at."""

    def gap(one: int, other: int) -> float:
        return lefts[other] - rights[one]

    for left, right in itertools.pairwise(words):
        between = 2 * max(0.1, gap(left[-1], right[0]))
        if len(left) > 1 and not line[left[-1]].isalnum() and gap(*left[-2:]) > between:
            right.insert(0, left.pop())
        elif len(right) > 1 and not line[right[0]].isalnum() and gap(*right[:2]) > between:
            left.append(right.pop(0))


def _marks(
    line: str, lefts: Sequence[float], rights: Sequence[float], visual: list[int]
) -> dict[int, list[int]]:
    """The marks of each letter: of the one they stand over, else of the nearest."""
    marks: dict[int, list[int]] = {}
    letters = [at for at in visual if at >= 0]
    edges = [lefts[at] for at in letters]
    for at, sign in enumerate(line):
        if letters and unicodedata.combining(sign):
            middle = (lefts[at] + rights[at]) / 2
            place = max(0, bisect.bisect_right(edges, middle) - 1)
            marks.setdefault(letters[place], []).append(at)
    return marks


def _kind(sign: str) -> str:
    if sign in _INSIDE_NUMBERS:
        return _JOINS
    direction = unicodedata.bidirectional(sign)
    if direction in ("R", "AL"):
        return _RIGHT
    if direction in ("EN", "AN"):
        return _DIGIT
    return _LEFT if direction == "L" else _OTHER


def _from_right(
    kinds: list[str], start: int = 0, stop: int | None = None
) -> Iterator[tuple[int, bool]]:
    """Places in reading order, and whether mirrored: from the right, but for what runs left."""
    stop = len(kinds) if stop is None else stop
    latin = _first_latin(kinds, start, stop)
    place = stop - 1
    while place >= start:
        first = place
        if kinds[place] in (_LEFT, _DIGIT):
            first = latin[place - start]
            if first < 0:
                first = _number_start(kinds, place, start)
            yield from ((at, False) for at in range(first, place + 1))
        else:
            yield place, True
        place = first - 1


def _first_latin(kinds: list[str], start: int, stop: int) -> list[int]:
    """For each place the first Latin letter since the last right-to-left one, -1 for none.

    Latin words hold all between them, and the number that follows them: "Camp No. 3".
    """
    found, first = [], -1
    for at in range(start, stop):
        if kinds[at] == _RIGHT:
            first = -1
        elif kinds[at] == _LEFT and first < 0:
            first = at
        found.append(first)
    return found


def _number_start(kinds: list[str], last: int, start: int) -> int:
    """Where the number begins that ends at ``last``."""
    at = last
    while at > start:
        if kinds[at - 1] == _DIGIT:
            at -= 1
        elif kinds[at - 1] == _JOINS and at - 2 >= start and kinds[at - 2] == _DIGIT:
            at -= 2
        else:
            break
    return at


def _from_left(kinds: list[str]) -> Iterator[tuple[int, bool]]:
    """Places in reading order: from the left, but for what runs right."""
    place = 0
    while place < len(kinds):
        if kinds[place] != _RIGHT:
            yield place, False
            place += 1
            continue
        last = at = place
        while at + 1 < len(kinds) and kinds[at + 1] != _LEFT:
            at += 1
            if kinds[at] == _RIGHT:
                last = at
        yield from _from_right(kinds, place, last + 1)
        place = last + 1
