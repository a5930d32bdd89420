"""One page of a PDF as PDFium gives it: text, the place of every word, notes, and doubts.

Everything that is done for each word is done by ``map`` over whole columns: a long PDF has a
hundred thousand words, and this is most of the time beyond PDFium's own.
"""

from __future__ import annotations

import ctypes
import re
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, compress, repeat
from operator import add, ge, gt, le, sub
from typing import Any

from PIL import Image

from habeas.reading import pdfium
from habeas.reading.documents import Box, Boxes

_EACH = (
    "\u1100-\u11ff\u2e80-\u303f\u3040-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
)
_TOKEN = re.compile(rf"\s+|[^\s{_EACH}]+|[{_EACH}]")
_ODD = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f\x7f-\x9f]")
_LETTER = re.compile(r"[^\W\d_]")
_DEVICE = 1_000_000
_FEW_LETTERS = 100  # with a picture over half of the page, a stamp on a scan
_MOST_NOTES = 10_000

Note = tuple[str, dict[str, str | int], str]  # kind, place on the page, words


@dataclass(slots=True)
class Page:
    """What one page gives. ``doubt`` says why its text layer is not to be trusted."""

    opened: bool = False
    text: str = ""
    boxes: Sequence[Box] = ()
    doubt: str = ""
    notes: list[Note] = field(default_factory=list)


def read_page(handle: int, number: int) -> Page:
    """Page ``number``, from 0, of an open document."""
    page = pdfium.load_page(handle, number)
    if not page:
        return Page()
    text_page = pdfium.load_text(page)
    try:
        text, boxes = _text_of(page, text_page)
        return Page(True, text, boxes, _looks_wrong(page, text), list(_notes(page)))
    finally:
        if text_page:
            pdfium.close_text(text_page)
        pdfium.close_page(page)


# --- text and boxes ---------------------------------------------------------------------


def _text_of(page: int, text_page: int | None) -> tuple[str, Sequence[Box]]:
    count = pdfium.count_chars(text_page) if text_page else 0
    if count <= 0:
        return "", ()
    buffer = (ctypes.c_ushort * (count * 2 + 2))()
    written = pdfium.get_text(text_page, 0, count, buffer)
    raw = bytes(memoryview(buffer).cast("B")[: max(0, written - 1) * 2])
    text = raw.decode("utf-16-le", "surrogatepass")
    straight = len(text) == count and pdfium.text_of_char(text_page, count - 1) == count - 1
    return _with_boxes(text, page, text_page, straight)


def _with_boxes(text: str, page: int, text_page: Any, straight: bool) -> tuple[str, Sequence[Box]]:
    """The text with single line ends, and the words' boxes in 1/10,000 of the page.

    Everything that is done for each word is done by ``map`` over whole columns: a long PDF
    has a hundred thousand words, and this is most of the time beyond PDFium's own.
    """
    tokens = _TOKEN.findall(text)
    lengths = list(map(len, tokens))
    positions = list(accumulate(lengths, initial=0))
    is_word = [not gap for gap in map(str.isspace, tokens)]
    starts = list(compress(positions, is_word))
    sizes = list(compress(lengths, is_word))
    shown = "\n".join(text.split("\r\n")).rstrip("\n")
    if not starts:
        return shown, ()
    line_ends = accumulate(map(str.count, tokens, repeat("\r\n")), initial=0)
    ends_before = list(compress(line_ends, is_word))
    firsts = starts
    if not straight:
        firsts = [max(0, pdfium.char_of_text(text_page, start)) for start in starts]
    edges = _word_edges(text_page, firsts, sizes)
    out = list(map(sub, starts, ends_before))
    stops = list(map(add, out, sizes))
    columns = _shown_at(page, edges)
    return shown, Boxes.of((out, stops, *columns, array("i", [-1]) * len(out)))


def _word_edges(text_page: Any, firsts: list[int], sizes: list[int]) -> list[array[float]]:
    """Left, top, right, bottom of each word in points: its first character's and its last's."""
    count = len(firsts)
    lasts = map(sub, map(add, firsts, sizes), repeat(1))
    corners = []
    for characters in (firsts, lasts):
        rects = array("f", bytes(16 * count))
        base = rects.buffer_info()[0]
        places = range(base, base + 16 * count, 16)
        deque(map(pdfium.loose_box, repeat(text_page), characters, places), 0)
        corners.append([rects[at::4] for at in range(4)])
    edges = [
        _outer(one, two, choose)
        for one, two, choose in zip(*corners, (min, max, max, min), strict=True)
    ]
    if any(map(ge, edges[0], edges[2])) or any(map(ge, edges[3], edges[1])):
        _mend_turned(text_page, firsts, sizes, edges)
    return edges


def _outer(
    one: array[float], two: array[float], choose: Callable[[float, float], float]
) -> array[float]:
    """The outer of two edges, word by word; most often all are the same, or all of one."""
    if one.tobytes() == two.tobytes():
        return one
    if choose is min and all(map(le, one, two)):
        return one
    if choose is max and all(map(ge, two, one)):
        return two
    return array("f", map(choose, one, two))


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
    columns = [
        _scaled(lefts, ax, ex), _scaled(tops, cy, ey),
        _scaled(rights, ax, ex), _scaled(bottoms, cy, ey),
    ]  # fmt: skip
    for low, high in ((0, 2), (1, 3)):
        if any(map(gt, columns[low], columns[high])):
            both = columns[low], columns[high]
            columns[low], columns[high] = (array("i", map(each, *both)) for each in (min, max))
    if min(map(min, columns)) < 0 or max(map(max, columns)) > 10_000:  # beyond the crop
        columns = [array("i", (min(max(edge, 0), 10_000) for edge in each)) for each in columns]
    return columns


def _scaled(column: array[float], factor: float, offset: float) -> array[int]:
    """``column × factor + offset`` in whole numbers, by Pillow: a row of pixels of one float each.

    Five times as fast as a loop, without numpy. What is no number comes out as one beyond
    the page, and is clamped like others.
    """
    row = Image.frombuffer("F", (len(column), 1), column.tobytes(), "raw", "F", 0, 1)
    whole = array("i")
    whole.frombytes(row.point(lambda value: value * factor + offset).convert("I").tobytes())
    return whole


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
