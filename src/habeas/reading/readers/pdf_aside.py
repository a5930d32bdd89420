"""The pages of a long PDF, read by two processes side by side.

The second half is read by a child of the reader into a scratch file while the first half is
read here: taking the text of a page keeps one processor busy, and PDFium uses one. Pages come
in their order. A child that dies early costs nothing but time: what it did not give is read
here, and ends as it would have without it.
"""

from __future__ import annotations

import json
import os
import struct
import tempfile
from array import array
from collections.abc import Iterator
from typing import BinaryIO

from habeas.reading import forking
from habeas.reading.documents import Boxes
from habeas.reading.readers.pdf_pages import PdfPage, read_page

_FEWEST_PAGES = 40  # a fork costs as much as reading two or three
_SIZES = struct.Struct("=III")  # header, text, boxes, in bytes


def pages_of(handle: int, count: int) -> Iterator[PdfPage]:
    """The first ``count`` pages of an open document, in order."""
    if count < _FEWEST_PAGES or len(os.sched_getaffinity(0)) < 2:
        yield from (read_page(handle, number) for number in range(count))
        return
    half = (count + 1) // 2
    with tempfile.TemporaryFile() as scratch:
        child = _start(handle, range(half, count), scratch)
        yield from (read_page(handle, number) for number in range(half))
        os.waitpid(child, 0)
        scratch.seek(0)
        given = half
        for page in _read(scratch):
            given += 1
            yield page
        yield from (read_page(handle, number) for number in range(given, count))


def _start(handle: int, numbers: range, scratch: BinaryIO) -> int:
    child = os.fork()
    if child:
        return child
    try:
        forking.die_with_parent()
        for number in numbers:
            scratch.write(_packed(read_page(handle, number)))
        scratch.flush()
    finally:
        os._exit(0)


def _packed(page: PdfPage) -> bytes:
    head = json.dumps(
        [page.opened, page.doubt, page.notes, page.is_order_certain, page.size]
    ).encode()
    text = page.text.encode("utf-8", "surrogatepass")
    boxes = page.boxes.numbers.tobytes() if isinstance(page.boxes, Boxes) else b""
    return _SIZES.pack(len(head), len(text), len(boxes)) + head + text + boxes


def _read(scratch: BinaryIO) -> Iterator[PdfPage]:
    """The whole pages in the file; a torn one at its end is left out."""
    while len(sizes := scratch.read(_SIZES.size)) == _SIZES.size:
        lengths = _SIZES.unpack(sizes)
        head, text, boxes = (scratch.read(length) for length in lengths)
        if (len(head), len(text), len(boxes)) != lengths:
            return
        opened, doubt, notes, certain, size = json.loads(head)
        numbers = array("i")
        numbers.frombytes(boxes)
        yield PdfPage(
            opened, text.decode("utf-8", "surrogatepass"), Boxes(numbers) if numbers else (),
            doubt, notes, certain, (size[0], size[1]),
        )  # fmt: skip
