"""PDF: each page's text with the place of every word, notes and form fields, attachments.

The text is PDFium's, lines ended by one line feed. A word is what stands between spaces; in
Chinese, Japanese and Korean every character has its own box, so that a hit of two characters
can be shown. Pages without text, or whose text looks wrong (no letters, private use, U+FFFD),
are recognised from their picture; the text layer that was passed over is said so.
"""

from __future__ import annotations

import ctypes
import importlib
import re
from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, compress, repeat
from operator import add, ge, gt, sub
from typing import TYPE_CHECKING, Any

from habeas.reading import pdfium
from habeas.reading.documents import Box, Boxes, State
from habeas.reading.readers.interface import Draft, Source

if TYPE_CHECKING:
    from PIL.Image import Image

NAME = "habeas.pdf"
VERSION = "1"
MEDIA_TYPES = frozenset({"application/pdf"})

_METADATA = ("Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate",
             "ModDate")  # fmt: skip
_EACH = (
    "\u1100-\u11ff\u2e80-\u303f\u3040-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
)
_TOKEN = re.compile(rf"\s+|[^\s{_EACH}]+|[{_EACH}]")
_ODD = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f\x7f-\x9f]")
_LETTER = re.compile(r"[^\W\d_]")
_DEVICE = 1_000_000
_FEW_LETTERS = 100  # with a picture over half of the page, a stamp on a scan
_OCR_DPI, _OCR_PIXELS = 300, 40_000_000
_MOST_ATTACHMENTS, _MOST_NOTES = 10_000, 10_000
_ATTACHMENT_BYTES = 512 * 1024 * 1024


def read(source: Source, draft: Draft) -> None:
    handle, kept = _open(source, draft)
    count = pdfium.page_count(handle)
    draft.pages = count
    for name in _METADATA:
        if value := pdfium.string_of(pdfium.meta_text, handle, name.encode()):
            draft.metadata[name.lower()] = value
    recogniser = _Recogniser(source, draft, handle)
    for number in range(count):
        _read_page(handle, number, draft, recogniser)
    for name, data in _attachments(handle, draft):
        draft.inner(name, data)
    del kept


def _open(source: Source, draft: Draft) -> tuple[int, Any]:
    """The document's handle, and what must live as long as it does."""
    if isinstance(source.data, bytes):
        kept: Any = source.data
        handle = pdfium.load_memory(kept, len(kept), None)
    else:
        kept = source.path().encode()
        handle = pdfium.load_file(kept, None)
    if handle:
        return handle, kept
    error = int(pdfium.last_error())
    if error == pdfium.ERROR_PASSWORD:
        draft.ends(State.ENCRYPTED, "The PDF needs a password.")
    words = pdfium.ERRORS.get(error, f"error {error}")
    return draft.ends(State.FAILED, f"PDFium cannot open it: {words}.")


def _read_page(handle: int, number: int, draft: Draft, recogniser: _Recogniser) -> None:
    locator: dict[str, str | int] = {"page": number + 1}
    page = pdfium.load_page(handle, number)
    if not page:
        draft.lacks(f"Page {number + 1} cannot be opened.")
        return
    text_page = pdfium.load_text(page)
    try:
        text, boxes = _text_of(page, text_page)
        looks = _looks_wrong(page, text)
        if looks:
            recogniser.page(number, locator, text, boxes, looks)
        else:
            draft.add("page", text, locator, boxes=boxes)
        for kind, place, words in _notes(page):
            draft.add(kind, words, {**locator, **place})
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
    if columns is None:
        return shown, ()
    return shown, Boxes.of((out, stops, *columns, array("i", [-1]) * len(out)))


def _word_edges(text_page: Any, firsts: list[int], sizes: list[int]) -> list[list[float]]:
    """Left, top, right, bottom of each word in points: its first character's and its last's."""
    count = len(firsts)
    lasts = map(sub, map(add, firsts, sizes), repeat(1))
    corners = []
    for characters in (firsts, lasts):
        rects = (ctypes.c_float * (4 * count))()
        base = ctypes.addressof(rects)
        places = range(base, base + 16 * count, 16)
        deque(map(pdfium.loose_box, repeat(text_page), characters, places), 0)
        corners.append(memoryview(rects).cast("B").cast("f"))
    one, two = corners
    edges = [
        list(map(choose, one[at::4], two[at::4])) for at, choose in enumerate((min, max, max, min))
    ]
    if any(map(ge, edges[0], edges[2])) or any(map(ge, edges[3], edges[1])):
        _mend_turned(text_page, firsts, sizes, edges)
    return edges


def _mend_turned(
    text_page: Any, firsts: list[int], sizes: list[int], edges: list[list[float]]
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


def _shown_at(page: int, edges: list[list[float]]) -> list[list[int]] | None:
    """Points of the PDF as left, top, right, bottom in 1/10,000 of the page as it is shown."""
    ax, cx, ex, ay, cy, ey = _affine(page)
    lefts, tops, rights, bottoms = edges
    if cx or ay:  # turned by a quarter: what was up is across
        lefts, rights, tops, bottoms = bottoms, tops, lefts, rights
        ax, cy = cx, ay
    try:
        columns = [
            [int(ax * x + ex) for x in lefts],
            [int(cy * y + ey) for y in tops],
            [int(ax * x + ex) for x in rights],
            [int(cy * y + ey) for y in bottoms],
        ]
    except (ValueError, OverflowError):  # a damaged page: not a number
        return None
    for low, high in ((0, 2), (1, 3)):
        if any(map(gt, columns[low], columns[high])):
            both = columns[low], columns[high]
            columns[low], columns[high] = list(map(min, *both)), list(map(max, *both))
    if min(map(min, columns)) < 0 or max(map(max, columns)) > 10_000:  # beyond the crop
        columns = [[min(max(edge, 0), 10_000) for edge in column] for column in columns]
    return columns


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


# --- pages that have to be recognised ---------------------------------------------------


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


@dataclass(slots=True)
class _Recogniser:
    """Reads pages from their picture, where that is asked for and possible."""

    source: Source
    draft: Draft
    handle: int
    count: int = 0
    settings: dict[str, str] = field(default_factory=dict)

    def page(
        self, number: int, locator: dict[str, str | int], text: str, boxes: Sequence[Box], why: str
    ) -> None:
        """Add the page: recognised, else with the text layer as it is and a warning."""
        recognise = _recognise_function() if self.source.ocr else None
        if self.count >= self.draft.limits.recognised_pages:
            recognise = None
            self.draft.lacks(f"Pictures past {self.count} pages were not recognised.")
        if recognise is None:
            self.draft.add("page", text, locator, boxes=boxes, warnings=[f"Not recognised: {why}."])
            self.draft.lacks(f"Page {number + 1}: {why}, not recognised.")
            return
        self.count += 1
        found = recognise(_render(self.handle, number, _OCR_DPI / 72, _OCR_PIXELS))
        for name, value in found.settings.items():  # pages may be read with different models
            before = self.draft.settings.get(name, "")
            if value not in before.split(", "):
                self.draft.settings[name] = f"{before}, {value}" if before else value
        if found.missing:
            self.draft.lacks(f"Page {number + 1}: {found.missing}.")
        warnings = [f"Recognised from its picture: {why}.", *found.warnings]
        self.draft.add(
            "page", found.text, locator, boxes=found.boxes,
            language=found.language, script=found.script, warnings=warnings,
        )  # fmt: skip
        if text.strip():
            self.draft.add("text-layer", text, locator, boxes=boxes, hidden=True)


def _recognise_function() -> Any:
    try:
        module = importlib.import_module("habeas.reading.readers.ocr")
    except ModuleNotFoundError:
        return None
    return module.recognise


# --- notes, attachments, pictures -------------------------------------------------------


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


def _attachments(handle: int, draft: Draft) -> Iterator[tuple[str, bytes]]:
    size = ctypes.c_ulong()
    for index in range(min(_MOST_ATTACHMENTS, max(0, pdfium.attachment_count(handle)))):
        attachment = pdfium.get_attachment(handle, index)
        name = pdfium.string_of(pdfium.attachment_name, attachment) if attachment else ""
        name = name or f"attachment {index + 1}"
        found = attachment and pdfium.attachment_file(attachment, None, 0, size)
        if not found or size.value > _ATTACHMENT_BYTES:
            draft.lacks(f"The attachment {name!r} cannot be taken out.")
            continue
        buffer = ctypes.create_string_buffer(size.value or 1)
        if not pdfium.attachment_file(attachment, buffer, size.value, size):
            draft.lacks(f"The attachment {name!r} cannot be taken out.")
            continue
        yield name, buffer.raw[: size.value]


def picture(source: Source, page: int, width_px: int) -> Image:
    draft = Draft(source.limits)
    handle, kept = _open(source, draft)
    if not 1 <= page <= pdfium.page_count(handle):
        raise ValueError(f"there is no page {page}")
    loaded = pdfium.load_page(handle, page - 1)
    if not loaded:
        raise ValueError(f"page {page} cannot be opened")
    width = max(1.0, float(pdfium.page_width(loaded)))
    pdfium.close_page(loaded)
    shown = _render(handle, page - 1, width_px / width, source.limits.pixels)
    del kept
    return shown


def _render(handle: int, number: int, scale: float, most_pixels: int) -> Image:
    """The page as people see it, notes included, on white; smaller where it would be too large."""
    from PIL import Image as Pictures

    page = pdfium.load_page(handle, number)
    if not page:
        raise ValueError(f"page {number + 1} cannot be opened")
    width, height = pdfium.page_width(page) * scale, pdfium.page_height(page) * scale
    shrink = min(1.0, (most_pixels / max(1.0, width * height)) ** 0.5)
    size = max(1, int(width * shrink)), max(1, int(height * shrink))
    bitmap = pdfium.create_bitmap(*size, 0)
    if not bitmap:
        raise MemoryError
    pdfium.fill_bitmap(bitmap, 0, 0, *size, 0xFFFFFFFF)
    pdfium.render(bitmap, page, 0, 0, *size, 0, pdfium.RENDER_ANNOTATIONS)
    stride = pdfium.bitmap_stride(bitmap)
    pixels = ctypes.string_at(pdfium.bitmap_pixels(bitmap), stride * size[1])
    pdfium.destroy_bitmap(bitmap)
    pdfium.close_page(page)
    return Pictures.frombytes("RGB", size, pixels, "raw", "BGRX", stride)
