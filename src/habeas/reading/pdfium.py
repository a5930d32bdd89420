"""PDFium by its C interface, with plain integers for pointers.

pypdfium2's wrappers build a pointer object for every argument of every call; a page has
thousands of words. These prototypes take addresses, so that a word costs two bare calls and
the numbers of a whole page land in one array.
"""

from __future__ import annotations

import ctypes
import math
from array import array
from collections import deque
from collections.abc import Sequence
from ctypes import POINTER, c_double, c_int, c_long, c_ulong, c_void_p
from itertools import repeat
from typing import Any

import pypdfium2.raw  # noqa: F401 - loads and initialises the library
import pypdfium2_raw.bindings as _bindings

_library = _bindings._libs["pdfium"]

ERROR_PASSWORD = 4
ERRORS = {
    1: "unknown error", 2: "cannot be opened", 3: "not a PDF, or damaged", 4: "password",
    5: "unsupported security scheme", 6: "page not found or damaged",
}  # fmt: skip
OBJECT_IMAGE = 3


def _call(name: str, result: object, *arguments: object) -> Any:
    function = _library[name]  # by item: a function object of our own
    function.restype = result
    function.argtypes = list(arguments)
    return function


_pointer, _text = c_void_p, ctypes.c_char_p
load_memory = _call("FPDF_LoadMemDocument64", _pointer, _text, ctypes.c_size_t, _text)
load_file = _call("FPDF_LoadDocument", _pointer, _text, _text)
last_error = _call("FPDF_GetLastError", c_ulong)
page_count = _call("FPDF_GetPageCount", c_int, _pointer)
meta_text = _call("FPDF_GetMetaText", c_ulong, _pointer, _text, _pointer, c_ulong)
load_page = _call("FPDF_LoadPage", _pointer, _pointer, c_int)
close_page = _call("FPDF_ClosePage", None, _pointer)
page_width = _call("FPDF_GetPageWidthF", ctypes.c_float, _pointer)
page_height = _call("FPDF_GetPageHeightF", ctypes.c_float, _pointer)
page_to_device = _call(
    "FPDF_PageToDevice", c_int, _pointer, c_int, c_int, c_int, c_int, c_int, c_double, c_double,
    POINTER(c_int), POINTER(c_int),
)  # fmt: skip
count_objects = _call("FPDFPage_CountObjects", c_int, _pointer)
get_object = _call("FPDFPage_GetObject", _pointer, _pointer, c_int)
object_type = _call("FPDFPageObj_GetType", c_int, _pointer)
object_bounds = _call(
    "FPDFPageObj_GetBounds", c_int, _pointer, _pointer, _pointer, _pointer, _pointer
)
load_text = _call("FPDFText_LoadPage", _pointer, _pointer)
close_text = _call("FPDFText_ClosePage", None, _pointer)
count_chars = _call("FPDFText_CountChars", c_int, _pointer)
get_text = _call("FPDFText_GetText", c_int, _pointer, c_int, c_int, _pointer)
count_rects = _call("FPDFText_CountRects", c_int, _pointer, c_int, c_int)
get_rect = _call(
    "FPDFText_GetRect", c_int, _pointer, c_int, c_long, c_long, c_long, c_long
)  # addresses of four doubles, as integers
_char_box = _call("FPDFText_GetCharBox", c_int, _pointer, c_int, *4 * (POINTER(c_double),))
_char_angle = _call("FPDFText_GetCharAngle", ctypes.c_float, _pointer, c_int)
_ASLANT = 0.05  # of a quarter: scans are straightened by less
char_of_text = _call("FPDFText_GetCharIndexFromTextIndex", c_int, _pointer, c_int)
text_of_char = _call("FPDFText_GetTextIndexFromCharIndex", c_int, _pointer, c_int)
RENDER_ANNOTATIONS = 0x01
create_bitmap = _call("FPDFBitmap_Create", _pointer, c_int, c_int, c_int)
fill_bitmap = _call("FPDFBitmap_FillRect", None, _pointer, c_int, c_int, c_int, c_int, c_ulong)
render = _call(
    "FPDF_RenderPageBitmap", None, _pointer, _pointer, c_int, c_int, c_int, c_int, c_int, c_int
)
bitmap_stride = _call("FPDFBitmap_GetStride", c_int, _pointer)
bitmap_pixels = _call("FPDFBitmap_GetBuffer", _pointer, _pointer)
destroy_bitmap = _call("FPDFBitmap_Destroy", None, _pointer)
annotation_count = _call("FPDFPage_GetAnnotCount", c_int, _pointer)
get_annotation = _call("FPDFPage_GetAnnot", _pointer, _pointer, c_int)
close_annotation = _call("FPDFPage_CloseAnnot", None, _pointer)
annotation_text = _call("FPDFAnnot_GetStringValue", c_ulong, _pointer, _text, _pointer, c_ulong)
security_revision = _call("FPDF_GetSecurityHandlerRevision", c_int, _pointer)  # -1 without one
attachment_count = _call("FPDFDoc_GetAttachmentCount", c_int, _pointer)
get_attachment = _call("FPDFDoc_GetAttachment", _pointer, _pointer, c_int)
attachment_name = _call("FPDFAttachment_GetName", c_ulong, _pointer, _pointer, c_ulong)
attachment_file = _call(
    "FPDFAttachment_GetFile", c_int, _pointer, _pointer, c_ulong, POINTER(c_ulong)
)

# Called for every word of a page. Told nothing of its arguments, ctypes passes a C integer and
# references that are made once as they are: four times as fast as an address made for each call.
_loose_box = _library["FPDFText_GetLooseCharBox"]
_loose_box.restype = None
_TOGETHER = 1024
_rects = (ctypes.c_float * (4 * _TOGETHER))()
_PLACES = [ctypes.byref(_rects, 16 * at) for at in range(_TOGETHER)]


def loose_boxes(text_page: int, characters: Sequence[int]) -> array[float]:
    """Left, top, right, bottom in points of each of these characters, at the font's height."""
    made, page = array("f"), _pointer.from_param(text_page)
    for at in range(0, len(characters), _TOGETHER):
        some = characters[at : at + _TOGETHER]
        ctypes.memset(_rects, 0, 16 * len(some))  # where there is no such character
        deque(map(_loose_box, repeat(page), some, _PLACES), 0)
        made.frombytes(memoryview(_rects).cast("B")[: 16 * len(some)])
    return made


def letter_height(text_page: int, character: int) -> float:
    """How high a letter is as it is drawn, in points, up from its line; 0 where there is none."""
    left, right, bottom, top = (c_double() for _ in range(4))
    if not _char_box(text_page, character, left, right, bottom, top):
        return 0.0
    if (quarters(text_page, character) or 0) % 2:
        return right.value - left.value
    return top.value - bottom.value


def quarters(text_page: int, character: int) -> int | None:
    """By how many quarters, clockwise, a letter is turned; None where it stands aslant."""
    turns = _char_angle(text_page, character) / (math.pi / 2)
    return round(turns) % 4 if abs(turns - round(turns)) < _ASLANT else None


def wide(size_bytes: int, buffer: ctypes.Array[ctypes.c_char]) -> str:
    """UTF-16LE with a final NUL, as PDFium writes strings."""
    return buffer.raw[: max(0, size_bytes - 2)].decode("utf-16-le", "replace")


def string_of(function: Any, *given: object, most: int = 1 << 20) -> str:
    """What a function that fills a buffer of UTF-16 says; '' past ``most`` bytes."""
    size = int(function(*given, None, 0))
    if not 2 < size <= most:
        return ""
    buffer = ctypes.create_string_buffer(size)
    return wide(min(size, int(function(*given, buffer, size))), buffer)
