"""Lines of text from several passes over one picture made into one reading."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from habeas.reading.readers.ocr_layout import Edges
from habeas.reading.readers.tesseract import Line, spaceless

_DIFFERENT = 0.85  # likeness below which two readings of a line differ
_CLEARLY_SURER = 3
_LEAST_KEPT = 30  # confidence of a line that one pass alone found


@dataclass(frozen=True, slots=True)
class Merged:
    """The lines of both passes, and how far they disagree."""

    lines: list[Line]
    only_one: int
    differing: int


def confidence(pages: Iterable[Sequence[Line]]) -> float:
    """The mean confidence over all words, the longer counting more; 0 without words."""
    total = weight = 0.0
    for lines in pages:
        for line in lines:
            for word in line.words:
                total += len(word.text) * word.confidence
                weight += len(word.text)
    return total / weight if weight else 0.0


def merge(one: list[Line], other: list[Line]) -> Merged:
    """The better pass, with each line that the other read better or alone."""
    if worth(other) > worth(one):
        one, other = other, one
    lines, taken, differing = list[Line](), set[int](), 0
    for line in one:
        matches = [at for at, rival in enumerate(other) if _same_place(line, rival)]
        taken.update(matches)
        if len(matches) != 1:
            lines.append(line)
            differing += len(matches) > 1
            continue
        rival = other[matches[0]]
        if not alike(line.text, rival.text):
            differing += 1
        surer = rival.confidence > line.confidence + _CLEARLY_SURER
        as_long = len(rival.text) >= 0.8 * len(line.text)
        if surer and as_long:
            rival.block = line.block
            lines.append(rival)
        else:
            lines.append(line)
    alone = [
        line for at, line in enumerate(other) if at not in taken and line.confidence >= _LEAST_KEPT
    ]
    unmatched = sum(not any(_same_place(line, rival) for rival in other) for line in one)
    for line in alone:
        line.block = ""
    return Merged(inserted(lines, alone), len(alone) + unmatched, differing)


def alike(one: str, other: str) -> bool:
    """Whether two readings are the same but for a few characters; blanks do not count."""
    one, other = "".join(one.split()), "".join(other.split())
    if one == other:
        return True
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.quick_ratio() >= _DIFFERENT and matcher.ratio() >= _DIFFERENT


def inserted(lines: list[Line], more: Iterable[Line]) -> list[Line]:
    """``more`` put where they stand: after the nearest line above them in their column."""
    result = list(lines)
    for line in sorted(more, key=lambda one: one.box[1]):
        left, top, right, bottom = line.box
        middle = (top + bottom) / 2
        place, nearest = None, math.inf
        for at, other in enumerate(result):
            o_left, o_top, o_right, o_bottom = other.box
            if min(right, o_right) <= max(left, o_left):
                continue
            distance = middle - (o_top + o_bottom) / 2
            if 0 <= distance < nearest:
                place, nearest = at + 1, distance
            elif distance < 0 and place is None and -distance < nearest:
                place = at
                break
        if place is None:
            place = sum(other.box[1] < top for other in result)
        result.insert(place, line)
    return result


def text_of(lines: Sequence[Line]) -> tuple[str, list[tuple[int, int, Edges, int]]]:
    """The text, and of each word its offsets, edges and confidence."""
    pieces, placed, at = list[str](), list[tuple[int, int, Edges, int]](), 0
    before: Line | None = None
    for line in lines:
        if before is not None:
            parted = before.block and line.block and before.block != line.block
            gap = "\n\n" if parted else "\n"
            pieces.append(gap)
            at += len(gap)
        last = ""
        for word in line.words:
            if last and not spaceless(last, word.text[:1]):
                pieces.append(" ")
                at += 1
            pieces.append(word.text)
            edges = (word.left, word.top, word.right, word.bottom)
            sure = min(100, max(0, round(word.confidence)))
            placed.append((at, at + len(word.text), edges, sure))
            at += len(word.text)
            last = word.text[-1:]
        before = line
    return "".join(pieces), placed


def worth(lines: Sequence[Line]) -> float:
    """How much text there is, by how sure it is."""
    return sum(line.confidence * len(line.text) for line in lines)


def _same_place(one: Line, other: Line) -> bool:
    left, top, right, bottom = one.box
    o_left, o_top, o_right, o_bottom = other.box
    high = min(bottom, o_bottom) - max(top, o_top)
    wide = min(right, o_right) - max(left, o_left)
    return high > 0.5 * min(bottom - top, o_bottom - o_top) and wide > 0.3 * min(
        right - left, o_right - o_left
    )
