"""The elements that WebM and Matroska are made of: names, and where their contents lie."""

from __future__ import annotations

from collections.abc import Iterator

SEGMENT, TAGS, VOID = 0x18538067, 0x1254C367, 0xEC


class BrokenEbml(Exception):
    """An element that is not whole, or reaches past the one that holds it."""


def elements(data: bytes | bytearray, start: int, stop: int) -> Iterator[tuple[int, int, int, int]]:
    """Name, first byte, start and stop of the content of each element."""
    while start < stop:
        begins = start
        name, start = _number(data, start, stop, keep_mark=True)
        size, start = _number(data, start, stop, keep_mark=False)
        if start + size > stop:
            raise BrokenEbml
        yield name, begins, start, start + size
        start += size


def without_tags(data: bytes) -> bytes:
    """The same file with blank space where its tags were."""
    bare = bytearray(data)
    for name, _, at, end in elements(data, 0, len(data)):
        if name != SEGMENT:
            continue
        for inner, begins, _, stop in elements(data, at, end):
            if inner == TAGS and stop - begins >= 9:
                bare[begins:stop] = _blank(stop - begins)
    return bytes(bare)


def _blank(length: int) -> bytes:
    return b"\xec\x01" + (length - 9).to_bytes(7, "big") + bytes(length - 9)


def _number(data: bytes | bytearray, at: int, stop: int, *, keep_mark: bool) -> tuple[int, int]:
    first = data[at] if at < stop else 0
    length = 9 - first.bit_length() if first else 9
    if length > (4 if keep_mark else 8) or at + length > stop:
        raise BrokenEbml
    value = int.from_bytes(data[at : at + length], "big")
    return (value if keep_mark else value & ((1 << (7 * length)) - 1)), at + length
