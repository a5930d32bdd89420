"""The order in which a printed line with right-to-left letters is read, from where they stand.

A PDF holds places of letters, and programs write them in any order: browsers print Arabic words
from left to right. So a line is put in order by its places alone: what was done for the eye
(Unicode's bidirectional algorithm, UAX 9) is undone. One printed line may come in many pieces,
put together by ``pdf_lines``. Words are PDFium's, and go on over the end of a piece where no gap
is; within a word letters are sorted; then the line is taken from right to left, numbers and Latin
words turned back, brackets mirrored; a line that begins and ends in Latin or Chinese the other way
round.
Where the ends differ, stops and brackets tell: they do not begin a word. A gap as between the
cells of a table parts a line, because the order inside a cell is the cell's own.

Some lines look the same in two orders, such as a number beside a Latin word, and vowel signs stand
where a font puts them: ``is_certain`` is then False. Invariant: the order is a permutation of the
line's characters, marks after their letter.
"""

from __future__ import annotations

import bisect
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from habeas.reading.readers import bidi_numbers

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_MIRRORED = dict(zip(map(ord, "()[]{}<>«»‹›"), ")(][}{><»«›‹", strict=True))
_SPACE, _RIGHT, _LEFT, _DIGIT, _OTHER = " ", "R", "L", "D", "O"
_WORD = re.compile(r"\S+")
_WIDE_GAP = 2.5  # letters


@dataclass(frozen=True, slots=True)
class Order:
    """``text`` in reading order; ``taken``, the index in the line of each of its characters.

    A space between words is -1. ``is_certain`` is False where another order would look the same.
    """

    text: str
    taken: tuple[int, ...]
    is_certain: bool


def reading_order(
    line: str, lefts: Sequence[float], rights: Sequence[float], space: float = 0.0
) -> Order | None:
    """The line in reading order; None where places cannot tell (turned or broken lines).

    ``line`` may be of several pieces, parted by line ends; a gap of ``space`` then parts words.
    """
    visual = _visual(line, lefts, rights, space)
    if not visual:
        return None
    cells = list(_cells(line, visual, lefts, rights))
    kinds = [_SPACE if at < 0 else _kind(line[at]) for at in visual]
    shown = [" " if at < 0 else line[at] for at in visual]
    bound = [bidi_numbers.bind(shown, kinds, cell) for cell in cells]
    marks = _marks(line, lefts, rights, visual)
    plain = _unturned(line)

    def spelled(units: list[tuple[int, bool]]) -> Order:
        taken: list[int] = []
        signs: list[str] = []
        for place, turned in units:
            at = visual[place]
            for each in (at, *marks.get(at, ())) if at >= 0 else (-1,):
                taken.append(each)
                sign = " " if each < 0 else line[each]
                signs.append(sign.translate(_MIRRORED) if turned and each not in plain else sign)
        return Order("".join(signs), tuple(taken), all(bound) and not marks)

    return _likeliest(kinds, cells, spelled)


def _likeliest(
    kinds: list[str],
    cells: list[range],
    spelled: Callable[[list[tuple[int, bool]]], Order],
) -> Order:
    """Of the orders that look the same on paper the one whose signs stand as people write them."""
    from_right, certain = _direction(kinds)
    orders = [(from_right, True)]
    numbers = [_has_number_at_latin(kinds[cell.start : cell.stop]) for cell in cells]
    if from_right and any(numbers):
        orders.append((from_right, False))
    if not _ends_agree(kinds):
        orders += [(not from_right, True), (not from_right, False)]
    if (not from_right or not _ends_agree(kinds)) and _has_number_before_right(kinds):
        certain = False
    found = [spelled(_units(kinds, cells, *order)) for order in orders]
    best = min(found, key=lambda order: len(_OUT_OF_PLACE.findall(order.text)))
    certain = certain and best is found[0] and not (from_right and any(numbers))
    return replace(best, is_certain=certain and best.is_certain)


#: A stop or closing bracket that begins a word, an opening one or a plus that ends one.
_OUT_OF_PLACE = re.compile(r"(?:^|\s)[:,;!?،؛؟)\]»](?=\w)|(?:^|\s)[+:](?=\D|$)|[(\[«+](?=\s|$)")


def _units(
    kinds: list[str], cells: list[range], from_right: bool, holds: bool
) -> list[tuple[int, bool]]:
    """Places in reading order, cell by cell; ``holds``: numbers stay with what stands left."""
    units: list[tuple[int, bool]] = []
    before = 0 if not from_right else len(kinds)
    for cell in reversed(cells) if from_right else cells:
        if from_right:
            units += ((at, True) for at in range(before - 1, cell.stop - 1, -1))
            units += _from_right(kinds, cell.start, cell.stop, holds=holds)
            before = cell.start
        else:
            units += ((at, False) for at in range(before, cell.start))
            units += _from_left(kinds, cell.start, cell.stop)
            before = cell.stop
    return units


def _cells(
    line: str, visual: list[int], lefts: Sequence[float], rights: Sequence[float]
) -> Iterator[range]:
    """Stretches without a gap as between the cells of a table; Latin words stay together.

    What stands in one cell says nothing of the order in the next.
    """
    letters = [at for at in visual if at >= 0]
    widths = sorted(rights[at] - lefts[at] for at in letters)
    wide = _WIDE_GAP * widths[len(widths) // 2]
    begun = 0
    for place in range(1, len(visual) - 1):
        if visual[place] >= 0:
            continue
        one, other = visual[place - 1], visual[place + 1]
        both_latin = _kind(line[one]) == _LEFT == _kind(line[other])
        if lefts[other] - rights[one] > wide and not both_latin:
            yield range(begun, place)
            begun = place + 1
    yield range(begun, len(visual))


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
    if _RIGHT not in strong:
        return not strong, True
    if strong[0] == strong[-1]:
        return strong[0] == _RIGHT, True
    right, left = strong.count(_RIGHT), strong.count(_LEFT)
    return right >= left, max(right, left) > 2 * min(right, left)


def _ends_agree(kinds: list[str]) -> bool:
    strong = [kind for kind in kinds if kind in (_RIGHT, _LEFT)]
    return not strong or strong[0] == strong[-1]


def _has_number_before_right(kinds: list[str]) -> bool:
    """Whether a number stands left of a right-to-left word: before it or, read so, after it."""
    return re.search(f"{_DIGIT}[ {_OTHER}]*{_RIGHT}", "".join(kinds)) is not None


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
    direction = unicodedata.bidirectional(sign)
    if direction in ("R", "AL"):
        return _RIGHT
    if direction in ("EN", "AN"):
        return _DIGIT
    return _LEFT if direction == "L" else _OTHER


def _from_right(
    kinds: list[str], start: int = 0, stop: int | None = None, *, holds: bool = True
) -> Iterator[tuple[int, bool]]:
    """Places in reading order, and whether mirrored: from the right, but for what runs left.

    ``holds``: Latin words hold the number right of them, "Camp No. 3".
    """
    stop = len(kinds) if stop is None else stop
    latin = _first_latin(kinds, start, stop)
    place = stop - 1
    while place >= start:
        first = place
        if kinds[place] in (_LEFT, _DIGIT):
            first = latin[place - start] if holds or kinds[place] == _LEFT else -1
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
    while last > start and kinds[last - 1] == _DIGIT:
        last -= 1
    return last


def _from_left(
    kinds: list[str], start: int = 0, stop: int | None = None
) -> Iterator[tuple[int, bool]]:
    """Places in reading order: from the left, but for what runs right.

    A number between a Latin word and a right-to-left one looks the same before and after the
    latter; a year after a name is met more often, so it is read so.
    """
    stop = len(kinds) if stop is None else stop
    place = start
    while place < stop:
        first = _run_start(kinds, place, start, stop)
        if first < 0:
            yield place, False
            place += 1
            continue
        last = at = first
        while at + 1 < stop and kinds[at + 1] != _LEFT:
            at += 1
            if kinds[at] == _RIGHT:
                last = at
        yield from _from_right(kinds, place, last + 1)
        place = last + 1


def _run_start(kinds: list[str], place: int, start: int, stop: int) -> int:
    """Where the first letter stands of a run to the right that begins here; -1 where none does."""
    if kinds[place] == _RIGHT:
        return place
    if kinds[place] != _DIGIT or place - start < 2:
        return -1
    if kinds[place - 1] != _SPACE or kinds[place - 2] != _LEFT:
        return -1
    at = place
    while at < stop and kinds[at] == _DIGIT:
        at += 1
    return at + 1 if at + 1 < stop and kinds[at : at + 2] == [_SPACE, _RIGHT] else -1
