"""Which pieces of a PDF's text are one printed line.

PDFium ends a line wherever the next letter does not stand where it expects one, as at each turn
between Arabic and Latin, so one printed line may come in many pieces; ``printed_lines`` puts them
together by where they stand. Invariant: every line of PDFium's is in one printed line, whole.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from habeas.reading.readers.pdf_bidi import RIGHT_TO_LEFT

_BACK = 4  # lines, and pieces of each, that a piece may belong to: PDFium mixes only neighbours
_WORD = re.compile(r"\S+")


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
        if any(
            RIGHT_TO_LEFT.search(text, each.start, each.stop) for each in places
        ) or _is_one_word(line):
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


def _is_one_word(line: list[_Piece]) -> bool:
    """Whether pieces stand letter at letter: a word or number that PDFium cut into its letters."""
    hulls = sorted(piece.hull for piece in line if piece.hull)
    return len(hulls) > 1 and all(
        other[0] - one[2] < 0.15 * (one[1] - one[3]) for one, other in itertools.pairwise(hulls)
    )
