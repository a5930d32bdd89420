"""JSON from a hostile writer, whose size in memory is known before anything of it is built.

A value costs up to a hundred bytes however short it is written, a string about what it holds:
so ``{},{},…`` becomes thirty times as large as it was. Hence two bounds: on the bytes as they
came, and on what is left of them once strings are taken out, which no count of values exceeds.
"""

from __future__ import annotations

import json
import re
import struct
from typing import Any

_LENGTH = struct.Struct(">I")
_HEAD_BYTES = 8 * 1024
_STRING = re.compile(rb'"[^"]*"?')  # with no escape left in it; also one that never ends


class Unbounded(ValueError):
    """The JSON is larger than allowed, or is none."""


def load(data: bytes | memoryview, *, most_bytes: int, most_structure: int) -> Any:
    """The value. ``most_structure``: bytes outside of strings, an upper bound on values."""
    if len(data) > most_bytes:
        raise Unbounded(f"more than {most_bytes:,} bytes")
    held = bytes(data)
    if len(held) > most_structure and _has_more_structure(held, most_structure):
        raise Unbounded(f"more than {most_structure:,} bytes of structure")
    try:
        return json.loads(held)
    except (ValueError, RecursionError) as error:
        raise Unbounded("not JSON") from error


def split_answer(payload: bytes | bytearray) -> tuple[str, bytes]:
    """The error that a child states before the bytes that it sends, '' where it states none,
    and the bytes. Raises ``Unbounded`` where the payload does not begin as an answer does."""
    view = memoryview(payload)
    try:
        (length,) = _LENGTH.unpack_from(view)
        head = load(view[4 : 4 + length], most_bytes=_HEAD_BYTES, most_structure=_HEAD_BYTES)
        words = head.get("error", "")
    except (struct.error, AttributeError) as error:
        raise Unbounded("not an answer") from error
    if words:
        return str(words)[:300].encode(errors="replace").decode(), b""
    return "", bytes(view[4 + length :])


def _has_more_structure(data: bytes, most: int) -> bool:
    """A string counts as one byte. The count ends where it is too high, so it is soon done."""
    plain = data.replace(rb"\\", b"").replace(rb"\"", b"")
    structure = at = 0
    for string in _STRING.finditer(plain):
        structure += string.start() - at + 1
        at = string.end()
        if structure > most:
            return True
    return structure + len(plain) - at > most
