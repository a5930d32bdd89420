"""One page of a PDF as PDFium gives it: text, the place of every word, notes, and doubts.

Everything that is done for each word is done by ``map`` over whole columns: a long PDF has a
hundred thousand words, and this is most of the time beyond PDFium's own.
"""

from __future__ import annotations

import ctypes
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain, compress, count, repeat
from operator import add, sub
from typing import Any

from PIL import Image

from habeas.reading import pdfium
from habeas.reading.documents import Box, Boxes
from habeas.reading.encodings import lanes
from habeas.reading.readers import pdf_bidi, pdf_lines

_EACH = (
    "\u1100-\u11ff\u2e80-\u303f\u3040-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
)
_TOKEN = re.compile(rf"\s+|[^\s{_EACH}]+|[{_EACH}]")
_SINGLE = re.compile(f"[{_EACH}]")
_ODD = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f\x7f-\x9f]")
# Arabic whose table of characters is wrong often comes out as these: letters next to the Greek
# ones that neither Greek texts nor formulas have, and places without a letter.
_NO_GREEK = re.compile(
    "[\u0378\u0379\u0380-\u0383\u038b\u038d\u03a2\u03cf\u03d7-\u03ef\u03f2-\u03f4\u03f7-\u03ff]"
)
_GREEK = re.compile("[\u0370-\u03ff]")
_LETTER = re.compile(r"[^\W\d_]")
_DEVICE = 1_000_000
_FEW_LETTERS = 100  # with a picture over half of the page, a stamp on a scan
_MOST_NOTES = 10_000

Note = tuple[str, dict[str, str | int], str]  # kind, place on the page, words


@dataclass(slots=True)
class PdfPage:
    """What one page gives. ``doubt`` says why its text layer is not to be trusted."""

    opened: bool = False
    text: str = ""
    boxes: Sequence[Box] = ()
    doubt: str = ""
    notes: list[Note] = field(default_factory=list)
    is_order_certain: bool = True
    size: tuple[int, int] = (0, 0)  # upright, in thousandths of a point


def _size(page: int) -> tuple[int, int]:
    return round(pdfium.page_width(page) * 1000), round(pdfium.page_height(page) * 1000)


def read_page(handle: int, number: int) -> PdfPage:
    """Page ``number``, from 0, of an open document."""
    page = pdfium.load_page(handle, number)
    if not page:
        return PdfPage()
    text_page = pdfium.load_text(page)
    try:
        text, boxes, certain = _text_of(page, text_page)
        return PdfPage(
            True, text, boxes, _looks_wrong(page, text), list(_notes(page)), certain, _size(page)
        )
    finally:
        if text_page:
            pdfium.close_text(text_page)
        pdfium.close_page(page)


# --- text and boxes ---------------------------------------------------------------------


def _text_of(page: int, text_page: int | None) -> tuple[str, Sequence[Box], bool]:
    """The text, the words' boxes, and whether the order of its letters is certain."""
    count = pdfium.count_chars(text_page) if text_page else 0
    if count <= 0:
        return "", (), True
    buffer = (ctypes.c_ushort * (count * 2 + 2))()
    written = pdfium.get_text(text_page, 0, count, buffer)
    raw = bytes(memoryview(buffer).cast("B")[: max(0, written - 1) * 2])
    text = raw.decode("utf-16-le", "surrogatepass")
    straight = len(text) == count and pdfium.text_of_char(text_page, count - 1) == count - 1
    if not text.isascii() and pdf_bidi.RIGHT_TO_LEFT.search(text):
        return _right_to_left(text, page, text_page, straight)
    return *_with_boxes(text, page, text_page, straight), True


def _right_to_left(
    text: str, page: int, text_page: Any, straight: bool
) -> tuple[str, Sequence[Box], bool]:
    """Lines in reading order, the words' boxes, and whether the order is certain."""
    characters = list(range(len(text)))
    if not straight:
        characters = [max(0, pdfium.char_of_text(text_page, at)) for at in characters]
    boxes = pdfium.loose_boxes(text_page, characters)
    lefts, tops, rights, bottoms = (boxes[side::4] for side in range(4))
    turned, certain = _upright(text_page, text, characters, (lefts, tops, rights, bottoms))
    signs, taken = [], list[int]()
    for pieces in pdf_lines.printed_lines(text.rstrip(), turned):
        line = "\n".join(text[piece.start : piece.stop] for piece in pieces)
        places = [-1]
        for piece in pieces:
            places += (*piece, -1)
        places, order = places[1:], None
        if len(pieces) > 1 or pdf_bidi.RIGHT_TO_LEFT.search(line):
            ends = [[side[at] for at in places] for side in (turned[0], turned[2])]
            space = _space(text_page, text, pieces, characters) if len(pieces) > 1 else 0.0
            order = pdf_bidi.reading_order(line, ends[0], ends[1], space)
            certain = certain and order is not None and order.is_certain
        signs.append(order.text if order else line)
        taken += [at if at < 0 else places[at] for at in order.taken] if order else places[:-1]
        taken.append(-1)
    shown = "\n".join(signs)
    starts, stops = [], []
    edges: list[array[float]] = [array("f") for _ in range(4)]
    for word in _TOKEN.finditer(shown):
        letters = [at for at in taken[word.start() : word.end()] if at >= 0]
        if word[0].isspace() or not letters:
            continue
        starts.append(word.start())
        stops.append(word.end())
        outer = (min, max, max, min)
        for edge, side, of in zip(edges, (lefts, tops, rights, bottoms), outer, strict=True):
            edge.append(of(side[at] for at in letters))
    if not starts:
        return shown, (), certain
    columns = _shown_at(page, edges)
    return shown, Boxes.of((starts, stops, *columns, array("i", [-1]) * len(starts))), certain


def _upright(
    text_page: Any,
    text: str,
    characters: Sequence[int],
    boxes: tuple[Sequence[float], ...],
) -> tuple[tuple[Sequence[float], ...], bool]:
    """The boxes as if every line ran across, and whether none runs aslant or upside down.

    Lines that were turned by another number of quarters lie in another quadrant, so that no
    piece of one stands beside a piece of the other.
    """
    edges = [list(side) for side in boxes]
    straight = True
    for at, sign in enumerate(text):
        if sign.isspace():
            continue
        turns = pdfium.quarters(text_page, characters[at])
        left, top, right, bottom = (side[at] for side in boxes)
        if turns in (None, 2):  # of lines upside down PDFium mixes the letters
            straight = False
        if turns:
            turned = {
                1: (-top, right, -bottom, left),
                2: (-right, -bottom, -left, -top),
                3: (bottom, -left, top, -right),
            }[turns]
            for side, edge in zip(edges, turned, strict=True):
                side[at] = edge
    return tuple(edges), straight


def _space(
    text_page: Any, text: str, pieces: tuple[range, ...], characters: Sequence[int]
) -> float:
    """From which gap on two pieces are two words: a quarter of the height of an upright letter.

    A space is a quarter to a third of a font's size, alef and lam three quarters as high; the box
    of a line says less, since fonts of Arabic letters leave more or less room above and below.
    """
    places = [at for piece in pieces for at in piece]
    upright = [at for at in places if text[at] in "\u0627\u0644"]
    letters = upright or [at for at in places if pdf_bidi.RIGHT_TO_LEFT.match(text[at])] or places
    heights = [pdfium.letter_height(text_page, characters[at]) for at in letters]
    return 0.27 * sorted(heights)[len(heights) // 2]


def _with_boxes(text: str, page: int, text_page: Any, straight: bool) -> tuple[str, Sequence[Box]]:
    """The text with single line ends, and the words' boxes in 1/10,000 of the page."""
    shown = text.replace("\r\n", "\n").rstrip("\n")
    firsts, starts, sizes = _words(text, shown)
    if not starts:
        return shown, ()
    if not straight:
        firsts = [max(0, pdfium.char_of_text(text_page, first)) for first in firsts]
    columns = _shown_at(page, _word_edges(text_page, firsts, sizes))
    stops = map(add, starts, sizes)
    return shown, Boxes.of((starts, stops, *columns, array("i", [-1]) * len(starts)))


def _words(text: str, shown: str) -> tuple[list[int], list[int], list[int]]:
    """For each word its start in ``text``, its start in ``shown``, its length."""
    body = text.rstrip()
    lines = body.split("\r\n")
    rows = list(map(str.split, lines))
    if all(rows) and (text.isascii() or not _SINGLE.search(text)):
        sizes = list(map(len, chain.from_iterable(rows)))
        gaps, last = [1] * len(sizes), -1
        for line, row in zip(lines, rows, strict=True):
            last += len(row)
            gaps[last] += len(line) - len(line.rstrip())
        # As they stand where every gap is one character, and what ends a line.
        starts = list(accumulate(map(add, sizes, gaps), initial=0))
        if starts.pop() + len(lines) == len(body) + 2:
            ends_before = chain.from_iterable(map(repeat, count(), map(len, rows)))
            return list(map(add, starts, ends_before)), starts, sizes
    tokens = _TOKEN.findall(text)
    lengths = list(map(len, tokens))
    positions = list(accumulate(lengths, initial=0))
    is_word = [not gap for gap in map(str.isspace, tokens)]
    line_ends = accumulate(map(str.count, tokens, repeat("\r\n")), initial=0)
    firsts = list(compress(positions, is_word))
    starts = list(map(sub, firsts, compress(line_ends, is_word)))
    return firsts, starts, list(compress(lengths, is_word))


def _word_edges(text_page: Any, firsts: list[int], sizes: list[int]) -> list[array[float]]:
    """Left, top, right, bottom of each word in points: its first character's and its last's."""
    lasts = list(map(sub, map(add, firsts, sizes), repeat(1)))
    one, two = (pdfium.loose_boxes(text_page, each) for each in (firsts, lasts))
    plain = lanes.plain(one) and lanes.plain(two)
    low, high = (lanes.lesser, lanes.greater) if plain else (_lesser, _greater)
    left, top, right, bottom = (
        outer(one[at::4], two[at::4]) for at, outer in enumerate((low, high, high, low))
    )
    if not (plain and lanes.below(left, right) and lanes.below(bottom, top)):
        _mend_turned(text_page, firsts, sizes, [left, top, right, bottom])
    return [left, top, right, bottom]


def _lesser(one: array[float], two: array[float]) -> array[float]:
    return array("f", map(min, one, two))


def _greater(one: array[float], two: array[float]) -> array[float]:
    return array("f", map(max, one, two))


def _mend_turned(
    text_page: Any, firsts: list[int], sizes: list[int], edges: list[array[float]]
) -> None:
    """Words that run up or down the page have loose boxes without width: take exact ones."""
    numbers = (ctypes.c_double * 4)()
    base = ctypes.addressof(numbers)
    for index, (first, size) in enumerate(zip(firsts, sizes, strict=True)):
        if edges[0][index] < edges[2][index] and edges[3][index] < edges[1][index]:
            continue
        if pdfium.count_rects(text_page, first, size) > 0 and pdfium.get_rect(
            text_page, 0, base, base + 8, base + 16, base + 24
        ):
            for at, edge in enumerate(edges):
                edge[index] = numbers[at]


def _shown_at(page: int, edges: list[array[float]]) -> list[array[int]]:
    """Points of the PDF as left, top, right, bottom in 1/10,000 of the page as it is shown."""
    ax, cx, ex, ay, cy, ey = _affine(page)
    lefts, tops, rights, bottoms = edges
    if cx or ay:  # turned by a quarter: what was up is across
        lefts, rights, tops, bottoms = bottoms, tops, lefts, rights
        ax, cy = cx, ay
    left, right = _scaled(lefts, rights, ax, ex)
    top, bottom = _scaled(tops, bottoms, cy, ey)
    return [left, top, right, bottom]


def _scaled(
    lows: array[float], highs: array[float], factor: float, offset: float
) -> tuple[array[int], array[int]]:
    """``factor × edge + offset`` in whole numbers from 0 to 10,000, the lower edge first.

    By Pillow, a row of pixels of one float each: several times as fast as a loop, without
    numpy. What is no number comes out as one beyond the page, and is clamped like others.
    """
    row = Image.frombuffer("F", (2 * len(lows), 1), (lows + highs).tobytes(), "raw", "F", 0, 1)
    whole = row.point(lambda value: value * factor + offset).convert("I")
    both, half = array("i", whole.tobytes()), len(lows)
    low, high = both[:half], both[half:]
    if lanes.in_order(low, high) and lanes.within(high, 0, 10_000):
        return low, high
    low, high = array("i", map(min, low, high)), array("i", map(max, low, high))
    return _clamped(low), _clamped(high)


def _clamped(column: array[int]) -> array[int]:
    """On the page: what lies beyond its crop is moved to its edge."""
    return array("i", (min(max(edge, 0), 10_000) for edge in column))


def _affine(page: int) -> tuple[float, float, float, float, float, float]:
    """From points of the PDF to 1/10,000 of the shown page: turned and cropped as it is."""
    corners = []
    x, y = ctypes.c_int(), ctypes.c_int()
    for across, up in ((0.0, 0.0), (1000.0, 0.0), (0.0, 1000.0)):
        pdfium.page_to_device(page, 0, 0, _DEVICE, _DEVICE, 0, across, up, x, y)
        corners.append((x.value, y.value))
    scale = 10_000 / _DEVICE
    (ex, ey), (x1, y1), (x2, y2) = corners
    return (
        (x1 - ex) / 1000 * scale, (x2 - ex) / 1000 * scale, ex * scale,
        (y1 - ey) / 1000 * scale, (y2 - ey) / 1000 * scale, ey * scale,
    )  # fmt: skip


# --- doubts and notes -------------------------------------------------------------------


def _looks_wrong(page: int, text: str) -> str:
    """Why the text layer is not to be trusted, or ''."""
    shown = text.strip()
    if not shown:
        return "no text layer" if pdfium.count_objects(page) > 0 else ""
    odd = len(_ODD.findall(shown))
    if odd > len(shown) / 10:
        return "a text layer of characters that mean nothing"
    strange = 0 if shown.isascii() else len(_NO_GREEK.findall(shown))
    if strange > 1 and 5 * strange > len(_GREEK.findall(shown)):
        return "a text layer with a wrong table of characters"
    if len(shown) > 200 and not _LETTER.search(shown[:20_000]):
        return "a text layer without letters"
    if len(shown) < 4 * _FEW_LETTERS and len(_LETTER.findall(shown)) < _FEW_LETTERS:
        return "a picture with little text over it" if _is_mostly_picture(page) else ""
    return ""


def _is_mostly_picture(page: int) -> bool:
    area = pdfium.page_width(page) * pdfium.page_height(page)
    edges = (ctypes.c_float * 4)()
    base = ctypes.addressof(edges)
    for index in range(min(64, pdfium.count_objects(page))):
        drawn = pdfium.get_object(page, index)
        if pdfium.object_type(drawn) == pdfium.OBJECT_IMAGE and pdfium.object_bounds(
            drawn, base, base + 4, base + 8, base + 12
        ):
            left, bottom, right, top = edges
            if abs((right - left) * (top - bottom)) > area / 2:
                return True
    return False


def _notes(page: int) -> Iterator[tuple[str, dict[str, str | int], str]]:
    """Notes laid over the page, and the values of form fields."""
    for index in range(min(_MOST_NOTES, max(0, pdfium.annotation_count(page)))):
        annotation = pdfium.get_annotation(page, index)
        if not annotation:
            continue
        try:
            value = pdfium.string_of(pdfium.annotation_text, annotation, b"V")
            if value.strip():
                name = pdfium.string_of(pdfium.annotation_text, annotation, b"T")
                yield "field", {"field": name or str(index + 1)}, value
            words = pdfium.string_of(pdfium.annotation_text, annotation, b"Contents")
            if words.strip():
                yield "note", {"note": index + 1}, words
        finally:
            pdfium.close_annotation(annotation)
