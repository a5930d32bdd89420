"""PDF: each page's text with the place of every word, notes and form fields, attachments.

The text is PDFium's, lines ended by one line feed, those with right-to-left letters put in order.
A word is what stands between spaces; in Chinese, Japanese and Korean every character has its own
box, so that a hit of two characters can be shown. Pages without text, or whose text looks wrong
(no letters, private use, U+FFFD), are recognised from their picture; the text layer that was passed
over is said so.
"""

from __future__ import annotations

import ctypes
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from habeas.reading import detecting, measured, pdfium
from habeas.reading.detecting import UNKNOWN
from habeas.reading.documents import State
from habeas.reading.readers.interface import DraftReading, InputFile
from habeas.reading.readers.pdf_aside import pages_of
from habeas.reading.readers.pdf_pages import PdfPage

if TYPE_CHECKING:
    from PIL.Image import Image

NAME = "habeas.pdf"
VERSION = "8"
MEDIA_TYPES = frozenset({"application/pdf"})

_UNCERTAIN = (
    "It holds lines that run right to left and whose order cannot be determined from where their "
    "letters are: numbers beside Latin words or joined by hyphens, vowel signs, or turned lines. A "
    "search for them may miss."
)
_WITH_DATA = re.compile(rb"stream\r?\n(?!\s*endstream)")
_METADATA = ("Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate",
             "ModDate")  # fmt: skip
_OCR_DPI, _OCR_PIXELS = 300, 40_000_000
_MOST_ATTACHMENTS = 10_000
_ATTACHMENT_BYTES = 512 * 1024 * 1024


def read(source: InputFile, draft: DraftReading) -> None:
    handle, kept = _open(source, draft)
    count = pdfium.page_count(handle)
    draft.pages = max(0, count)
    for name in _METADATA:
        if value := pdfium.string_of(pdfium.meta_text, handle, name.encode()):
            draft.metadata[name.lower()] = value
    recogniser = _Recogniser(source, draft, handle)
    doubted = uncertain = False
    sizes: list[tuple[int, int]] = []
    for number, page in enumerate(pages_of(handle, min(count, draft.limits.pages + 1))):
        _add(page, number, draft, recogniser)
        sizes.append(page.size)
        doubted = doubted or page.doubt != ""
        uncertain = uncertain or not page.is_order_certain
    draft.metadata[measured.PAGE_BOXES] = measured.page_runs(sizes)
    for name, data in _attachments(handle, draft):
        if pdfium.security_revision(handle) >= 0 and detecting.media_type(data, name) == UNKNOWN:
            draft.inner_ends(name, State.ENCRYPTED, "It needs a password of its own.", len(data))
        else:
            draft.inner(name, data)
    if uncertain:
        draft.warn(_UNCERTAIN)
    if not draft.has_text and not draft.inner_count and not doubted:
        _say_why_empty(handle, count, source, draft)
    del kept


def _say_why_empty(handle: int, count: int, source: InputFile, draft: DraftReading) -> None:
    """PDFium mends what it can and goes on in silence: a damaged file may come out blank."""
    if count < 1:
        draft.ends(State.FAILED, "PDFium finds no page in it: it is damaged.")
    if source.data.find(b"/Encrypt") >= 0 and pdfium.security_revision(handle) < 0:
        draft.ends(State.ENCRYPTED, "It says that it is encrypted, and PDFium finds no key for it.")
    if _WITH_DATA.search(source.data):
        draft.warn("Every page is blank, and the file holds data: it may be damaged.")


def _open(source: InputFile, draft: DraftReading) -> tuple[int, Any]:
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


def _add(page: PdfPage, number: int, draft: DraftReading, recogniser: _Recogniser) -> None:
    if not page.opened:
        draft.lacks(f"Page {number + 1} cannot be opened.")
        return
    locator: dict[str, str | int] = {"page": number + 1}
    if page.doubt:
        recogniser.page(number, locator, page)
    else:
        draft.add("page", page.text, locator, boxes=page.boxes)
    for kind, place, words in page.notes:
        draft.add(kind, words, {**locator, **place})


# --- pages that have to be recognised ---------------------------------------------------


@dataclass(slots=True)
class _Recogniser:
    """Reads pages from their picture, where that is asked for and possible."""

    source: InputFile
    draft: DraftReading
    handle: int
    count: int = 0
    settings: dict[str, str] = field(default_factory=dict)

    def page(self, number: int, locator: dict[str, str | int], page: PdfPage) -> None:
        """Add the page: recognised, else with the text layer as it is and a warning."""
        text, boxes, why = page.text, page.boxes, page.doubt
        recognise = _recognise_function() if self.source.ocr else None
        if self.count >= self.draft.limits.recognised_pages:
            recognise = None
            self.draft.lacks(f"Pictures past {self.count} pages were not recognised.")
        if recognise is None:
            self.draft.add("page", text, locator, boxes=boxes, warnings=[f"Not recognised: {why}."])
            self.draft.lacks(f"Page {number + 1}: {why}, not recognised.")
            return
        self.count += 1
        found = recognise(
            _render(self.handle, number, _OCR_DPI / 72, _OCR_PIXELS),
            progress=self.draft.progress,
            second_opinion=self.source.second_opinion,
        )
        for name, value in found.settings.items():  # pages may be read with different models
            before = self.draft.settings.get(name, "")
            if value not in before.split(", "):
                self.draft.settings[name] = f"{before}, {value}" if before else value
        if found.missing:
            self.draft.lacks(f"Page {number + 1}: {found.missing}.")
        for doubt in found.doubts:
            self.draft.warn(f"Page {number + 1}: {doubt}")
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


# --- attachments and pictures -----------------------------------------------------------


def _attachments(handle: int, draft: DraftReading) -> Iterator[tuple[str, bytes]]:
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


def picture(source: InputFile, page: int, width_px: int) -> Image:
    draft = DraftReading(source.limits)
    handle, kept = _open(source, draft)
    if not 1 <= page <= pdfium.page_count(handle):
        raise ValueError(f"no page {page}")
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
