"""Pictures on the pipe out of the sandbox, checked before anybody sees them.

Invariants: a picture is a PNG of the chunks IHDR, IDAT and IEND alone, so it carries pixels
and nothing else; its pixels unpack to exactly the size it claims; that size keeps to the
limits.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass

from habeas.reading.errors import NoPicture
from habeas.reading.limits import Limits

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD = struct.Struct(">I")
_CHANNELS = {0: 1, 2: 3}  # grey, colour: what the worker writes


@dataclass(frozen=True, slots=True)
class Picture:
    png: bytes
    width_px: int
    height_px: int


def read_picture(payload: bytes, limits: Limits) -> Picture:
    """The picture of a frame; ``NoPicture`` with the child's words, or ours, if there is none."""
    try:
        (length,) = _HEAD.unpack_from(payload)
        answer = json.loads(payload[4 : 4 + length])
        words = answer.get("error", "")
    except (struct.error, ValueError, AttributeError, RecursionError):
        raise _none("The reader sent what is not a picture.") from None
    if words:
        raise _none(str(words)[:300])
    png = payload[4 + length :]
    width, height = _checked(png, limits)
    return Picture(png, width, height)


def _checked(png: bytes, limits: Limits) -> tuple[int, int]:
    if not png.startswith(_SIGNATURE):
        raise _none("The reader sent what is not a picture.")
    at, packed, header, names = len(_SIGNATURE), [], b"", []
    while at + 12 <= len(png):
        (length,) = _HEAD.unpack_from(png, at)
        name, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        if png[at + 8 + length : at + 12 + length] != _HEAD.pack(zlib.crc32(name + data)):
            raise _none("The reader sent a damaged picture.")
        names.append(name)
        header = data if name == b"IHDR" else header
        if name == b"IDAT":
            packed.append(data)
        at += 12 + length
    if at != len(png) or len(header) != 13 or len(names) < 3:
        raise _none("The reader sent a damaged picture.")
    if names[0] != b"IHDR" or names[-1] != b"IEND" or set(names[1:-1]) != {b"IDAT"}:
        raise _none("The reader sent a picture with more than pixels in it.")
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", header)
    if depth != 8 or colour not in _CHANNELS or rest != [0, 0, 0]:
        raise _none("The reader sent a picture of another kind than asked for.")
    if not (0 < width <= limits.picture_width_px and 0 < width * height <= limits.pixels):
        raise _none("The picture is larger than the limits allow.")
    expected = height * (1 + width * _CHANNELS[colour])
    unpacking = zlib.decompressobj()
    try:
        got = len(unpacking.decompress(b"".join(packed), expected + 1))
    except zlib.error:
        got = -1
    if got != expected or not unpacking.eof:
        raise _none("The reader sent a damaged picture.")
    return width, height


def _none(words: str) -> NoPicture:
    return NoPicture(words, next_step="The text and the sealed bytes are not affected.")
