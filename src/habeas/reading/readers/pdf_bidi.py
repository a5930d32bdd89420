"""The order in which a printed line with right-to-left letters is read, from where they stand.

A PDF holds places of letters, and programs write them in any order: browsers print Arabic words
from left to right. So a line is put in order by its places alone: what was done for the eye
(Unicode's bidirectional algorithm, UAX 9) is undone. PDFium ends a line wherever the next letter
does not stand where it expects one, so one printed line may come in many pieces: ``printed_lines``
puts them together. Words are PDFium's, and go on over the end of a piece where no gap is; within a
word letters are sorted; then the line is taken from right to left, numbers and Latin words turned
back, brackets mirrored; a line that begins and ends in Latin or Chinese the other way round.

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
_BACK = 4  # lines, and pieces of each, that a piece may belong to: PDFium mixes only neighbours
_WORD = re.compile(r"\S+")
_INSIDE_NUMBERS = ".,:/٫٬"


@dataclass(frozen=True, slots=True)
class Order:
    """``text`` in reading order; ``taken``, the index in the line of each of its characters.

    A space between words is -1. ``is_certain`` is False where another order would look the same.
    """

    text: str
    taken: tuple[int, ...]
    is_certain: bool


def printed_lines(text: str, boxes: tuple[Sequence[float], ...]) -> list[tuple[range, ...]]:
    """Each printed line that PDFium's lines are pieces of, as the places of its pieces in the text.

    ``boxes`` are the left, top, right and bottom edges of the characters. Pieces belong together
    that stand at one height and side by side, not far from each other in the text, and only where
    one of them holds a right-to-left letter: all else stays as PDFium ends it.
    """
    lines: list[list[_Piece]] = []
    for piece in _pieces(text, boxes):
        for line in lines[: -_BACK - 1 : -1]:
            if any(
                _are_level(one.hull, piece.hull) and _are_near(one.hull, piece.hull)
                for one in line[-_BACK:]
            ):
                line.append(piece)
                break
        else:
            lines.append([piece])
    printed: list[tuple[range, ...]] = []
    for line in _from_above(lines):
        places = [range(piece.start, piece.stop) for piece in line]
        if any(RIGHT_TO_LEFT.search(text, each.start, each.stop) for each in places):
            printed.append(tuple(places))
        else:
            printed += ((each,) for each in places)
    return printed


def _from_above(lines: list[list[_Piece]]) -> list[list[_Piece]]:
    """What PDFium had in one line, from above: it may give the second half before the first."""
    block, keys = 0, []
    for line in lines:
        block += not line[0].goes_on
        keys.append((block, -line[0].hull[1] if line[0].hull else 0.0))
    return [lines[at] for at in sorted(range(len(lines)), key=keys.__getitem__)]


_Hull = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Where it stands in the text, what its letters cover, and if it is not its line's first."""

    start: int
    stop: int
    hull: _Hull | None
    goes_on: bool


def _pieces(text: str, boxes: tuple[Sequence[float], ...]) -> Iterator[_Piece]:
    """PDFium's lines; one that goes on at another height, as where a line turns, is two."""
    begun = 0
    for line in text.split("\r\n"):
        stop = begun + len(line)
        words = [
            (found.start(), found.end(), _hull(found.start(), found.end(), text, boxes))
            for found in _WORD.finditer(text, begun, stop)
            if RIGHT_TO_LEFT.search(line)
        ]
        first = begun
        for (_, end, one), (start, _, other) in itertools.pairwise(words):
            if one and other and not _are_level(one, other):
                yield _Piece(first, end, _hull(first, end, text, boxes), first > begun)
                first = start
        yield _Piece(first, stop, _hull(first, stop, text, boxes), first > begun)
        begun = stop + 2


def _hull(start: int, stop: int, text: str, boxes: tuple[Sequence[float], ...]) -> _Hull | None:
    """What the letters of a piece cover; None where it has none, or they are flat."""
    at = [place for place in range(start, stop) if not text[place].isspace()]
    if not at:
        return None
    outer = (min, max, max, min)
    left, top, right, bottom = (
        of(map(side.__getitem__, at)) for of, side in zip(outer, boxes, strict=True)
    )
    return (left, top, right, bottom) if left < right and bottom < top else None


def _are_level(one: _Hull | None, other: _Hull | None) -> bool:
    """Whether two pieces stand at one height: they share half of that of the lower one."""
    if one is None or other is None:
        return False
    shared = min(one[1], other[1]) - max(one[3], other[3])
    return 2 * shared >= min(one[1] - one[3], other[1] - other[3])


def _are_near(one: _Hull | None, other: _Hull | None) -> bool:
    """Whether two pieces stand side by side without more than a word's gap."""
    if one is None or other is None:
        return False
    tall = max(one[1] - one[3], other[1] - other[3])
    return -0.3 * tall < max(one[0] - other[2], other[0] - one[2]) < 0.6 * tall


def reading_order(
    line: str, lefts: Sequence[float], rights: Sequence[float], space: float = 0.0
) -> Order | None:
    """The line in reading order; None where places cannot tell (turned or broken lines).

    ``line`` may be of several pieces, parted by line ends; a gap of ``space`` then parts words.
    """
    visual = _visual(line, lefts, rights, space)
    if not visual:
        return None
    kinds = [_SPACE if at < 0 else _kind(line[at]) for at in visual]
    from_right, certain = _direction(kinds)
    units = list(_from_right(kinds) if from_right else _from_left(kinds))
    marks = _marks(line, lefts, rights, visual)
    taken: list[int] = []
    signs: list[str] = []
    plain = _unturned(line)
    for place, turned in units:
        at = visual[place]
        if at < 0:
            taken.append(-1)
            signs.append(" ")
            continue
        for each in (at, *marks.get(at, ())):
            taken.append(each)
            is_mirrored = turned and each not in plain
            signs.append(line[each].translate(_MIRRORED) if is_mirrored else line[each])
    certain = certain and not marks and not (from_right and _has_number_at_latin(kinds))
    return Order("".join(signs), tuple(taken), certain)


def _unturned(line: str) -> frozenset[int]:
    """Places in pieces without a right-to-left letter: PDFium mirrors no bracket there."""
    places: list[int] = []
    begun = 0
    for piece in line.split("\n") if "\n" in line else ():
        if not RIGHT_TO_LEFT.search(piece):
            places += range(begun, begun + len(piece))
        begun += len(piece) + 1
    return frozenset(places)


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


def _visual(
    line: str, lefts: Sequence[float], rights: Sequence[float], space: float
) -> list[int] | None:
    """The letters from left to right as they stand, -1 between words; marks left out."""
    words: list[list[int]] = []
    for found in _WORD.finditer(line):
        letters = [at for at in range(*found.span()) if not unicodedata.combining(line[at])]
        if any(rights[at] <= lefts[at] for at in letters):
            return None
        if letters:
            words.append(sorted(letters, key=lambda at: lefts[at] + rights[at]))
    words.sort(key=lambda word: lefts[word[0]] + rights[word[-1]])
    if "\n" in line:
        words = _joined(line, words, lefts, rights, space)
    _part_by_gaps(line, words, lefts, rights)
    visual: list[int] = []
    for word in words:
        visual += [-1, *word] if visual else word
    return visual


def _joined(
    line: str,
    words: list[list[int]],
    lefts: Sequence[float],
    rights: Sequence[float],
    space: float,
) -> list[list[int]]:
    """Words that PDFium parted by the end of a line are one where no gap as of a space is."""
    ends = [at for at, sign in enumerate(line) if sign == "\n"]
    joined: list[list[int]] = []
    for word in words:
        last = joined[-1] if joined else []
        if (
            last
            and lefts[word[0]] - rights[last[-1]] < space
            and bisect.bisect(ends, last[-1]) != bisect.bisect(ends, word[0])
        ):
            last.extend(word)
        else:
            joined.append(word)
    return joined


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
