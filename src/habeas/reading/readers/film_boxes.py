"""What an MP4 or QuickTime file says lies outside of itself, by its own boxes.

ffmpeg opens no such reference and does not say that there is one. Invariant: a box that leaves
its parent, or a level too deep, ends the walk; nothing is allocated by a length in the file.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator

_HOLD_OTHERS = {b"moov", b"trak", b"mdia", b"minf", b"dinf"}
_MOST_BOXES = 20_000
_IN_THIS_FILE = 1


def outside_references(data: bytes | mmap.mmap) -> list[str]:
    """What is referred to: the kind of each reference, with its address where it is one."""
    found: list[str] = []
    for start, stop in _boxes_named(data, b"dref", 0, len(data), [_MOST_BOXES]):
        for kind, at, end in _boxes(data, start + 8, stop):
            if end - at < 4 or data[at + 3] & _IN_THIS_FILE:
                continue
            words = data[at + 4 : min(end, at + 504)].split(b"\0")[0].decode("utf-8", "replace")
            found.append(words if kind == b"url " and words else kind.decode("latin-1").strip())
    return found


def _boxes_named(
    data: bytes | mmap.mmap, name: bytes, start: int, stop: int, left: list[int]
) -> Iterator[tuple[int, int]]:
    for kind, at, end in _boxes(data, start, stop):
        left[0] -= 1
        if left[0] < 0:
            return
        if kind == name:
            yield at, end
        elif kind in _HOLD_OTHERS:
            yield from _boxes_named(data, name, at, end, left)


def _boxes(data: bytes | mmap.mmap, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and stop of what each box holds."""
    while start + 8 <= stop:
        size, kind = (
            int.from_bytes(data[start : start + 4], "big"),
            bytes(data[start + 4 : start + 8]),
        )
        head = 8
        if size == 1:
            size, head = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        elif size == 0:
            size = stop - start
        if size < head or start + size > stop:
            return
        yield kind, start + head, start + size
        start += size
