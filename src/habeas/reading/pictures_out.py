"""Pictures on the pipe out of the sandbox, checked before anybody sees them.

Invariants: a picture is a PNG of the chunks IHDR, IDAT and IEND alone, so it carries pixels
and nothing else; its pixels unpack to exactly the size it claims, and are counted piece by
piece, never held; that size keeps to the limits.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from habeas.reading import bounded
from habeas.reading.errors import NoPicture
from habeas.reading.limits import Limits

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD = struct.Struct(">I")
_PIECE_BYTES = 1024 * 1024
_CHANNELS = {0: 1, 2: 3}  # grey, colour: what the worker writes


@dataclass(frozen=True, slots=True)
class Picture:
    png: bytes
    width_px: int
    height_px: int


def read_picture(payload: bytes | bytearray, limits: Limits) -> Picture:
    """The picture of a frame; ``NoPicture`` with the child's words, or ours, if there is none."""
    try:
        words, png = bounded.split_answer(payload)
    except bounded.Unbounded:
        raise _none("The reader sent what is not a picture.") from None
    if words:
        raise _none(words)
    width, height = _checked(png, limits)
    return Picture(png, width, height)


def _checked(png: bytes, limits: Limits) -> tuple[int, int]:
    if not png.startswith(_SIGNATURE):
        raise _none("The reader sent what is not a picture.")
    chunks = _chunks(png)
    name, header = next(chunks, (b"", b""))
    if name != b"IHDR" or len(header) != 13:
        raise _none("The reader sent a damaged picture.")
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", header)
    if depth != 8 or colour not in _CHANNELS or rest != [0, 0, 0]:
        raise _none("The reader sent a picture of another kind than asked for.")
    if not (0 < width <= limits.picture_width_px and 0 < width * height <= limits.pixels):
        raise _none("The picture is larger than the limits allow.")
    left = height * (1 + width * _CHANNELS[colour])
    unpacking, ended = zlib.decompressobj(), False
    try:
        for name, data in chunks:
            if ended or name not in (b"IDAT", b"IEND"):
                raise _none("The reader sent a picture with more than pixels in it.")
            ended = name == b"IEND"
            if ended and data:
                raise _none("The reader sent a picture with more than pixels in it.")
            while data and left >= 0:
                left -= len(unpacking.decompress(data, _PIECE_BYTES))
                data = unpacking.unconsumed_tail
    except zlib.error:
        left = -1
    if left or not ended or not unpacking.eof or unpacking.unused_data:
        raise _none("The reader sent a damaged picture.")
    return width, height


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and data of each chunk, where all are whole and nothing follows."""
    at = len(_SIGNATURE)
    while at < len(png):
        (length,) = _HEAD.unpack_from(png, at) if at + 12 <= len(png) else (len(png),)
        end = at + 12 + length
        if end > len(png) or png[end - 4 : end] != _HEAD.pack(zlib.crc32(png[at + 4 : end - 4])):
            raise _none("The reader sent a damaged picture.")
        yield png[at + 4 : at + 8], png[at + 8 : end - 4]
        at = end


def _none(words: str) -> NoPicture:
    return NoPicture(words, next_step="The text and the sealed bytes are not affected.")
