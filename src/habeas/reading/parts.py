"""The parts of a document as they crossed the pipe: checked at once, made when looked at.

    block     length (u32) | rows (JSON)

Invariants: a block is small, and is checked before the next is opened, so that a document of
a million cells never stands in memory as a million objects; every row has its fields, its
types and its caps; parts and boxes lie inside the text and in order. ``Parts`` keeps the
blocks as bytes and is a sequence of ``Part`` all the same.
"""

from __future__ import annotations

import json
import struct
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, overload

from habeas.reading import bounded
from habeas.reading.documents import Box, Boxes, Part
from habeas.reading.encodings import lanes
from habeas.reading.readers.interface import LONGEST_STORED

ROWS = 512  # a block
_BLOCK_BYTES = 24 * 1024 * 1024  # one row may hold a long stored value
_BLOCK_STRUCTURE = 1024 * 1024
LONGEST_PATH = 16_384
LONGEST_WORD = 4_096  # of a name, a reason, a metadata value ...
MOST_REMARKS = 1_000
_FURTHEST = 2**31 - 1
_FIELDS = len(Box._fields)
_LENGTH = struct.Struct(">I")


class BadFrame(Exception):
    """What came out of the sandbox is not a document."""


def written(rows: Sequence[tuple[Any, ...]]) -> Iterator[bytes]:
    """Rows as blocks, each with its length; few rows where they are long."""
    for at in range(0, len(rows), ROWS):
        yield from _blocks(rows[at : at + ROWS])


def _blocks(rows: Sequence[tuple[Any, ...]]) -> Iterator[bytes]:
    encoded = json.dumps(rows, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    if len(encoded) > _BLOCK_STRUCTURE and len(rows) > 1:
        yield from _blocks(rows[: len(rows) // 2])
        yield from _blocks(rows[len(rows) // 2 :])
    else:
        yield _LENGTH.pack(len(encoded)) + encoded


class Parts(Sequence[Part]):
    """What ``check`` let through."""

    __slots__ = ("_at", "_blocks", "_boxes_before", "_count", "_firsts", "_made", "_numbers")

    def __init__(self, numbers: array[int]) -> None:
        self._blocks: list[bytes] = []
        self._firsts: list[int] = []  # the number of each block's first part
        self._boxes_before: list[int] = []
        self._numbers = numbers
        self._count = 0
        self._at, self._made = -1, tuple[Part, ...]()  # the block that was made last

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Part: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Part, ...]: ...
    def __getitem__(self, index: int | slice) -> Part | tuple[Part, ...]:
        if isinstance(index, slice):
            return tuple(self[at] for at in range(*index.indices(self._count)))
        number = range(self._count)[index]
        at = bisect_right(self._firsts, number) - 1
        return self._of(at)[number - self._firsts[at]]

    def __iter__(self) -> Iterator[Part]:
        for at in range(len(self._blocks)):
            yield from self._of(at)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parts | tuple | list) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self._blocks))

    def __repr__(self) -> str:
        return f"Parts({self._count})"

    def _of(self, at: int) -> tuple[Part, ...]:
        if at != self._at:
            self._made = self._build(json.loads(self._blocks[at]), self._boxes_before[at])
            self._at = at
        return self._made

    def _build(self, rows: list[list[Any]], taken: int) -> tuple[Part, ...]:
        made: list[Part] = []
        for kind, start, stop, place, stored, hidden, language, script, warnings, count in rows:
            boxes: Boxes | tuple[Box, ...] = ()
            if count:
                boxes = Boxes(self._numbers[taken * _FIELDS : (taken + count) * _FIELDS])
                taken += count
            made.append(
                Part(
                    *(kind, start, stop, place, stored, hidden, language, script),
                    *(tuple(warnings), boxes),
                )
            )
        return tuple(made)

    def _keep(self, block: bytes, count: int, boxes_before: int) -> None:
        self._blocks.append(block)
        self._firsts.append(self._count)
        self._boxes_before.append(boxes_before)
        self._count += count


def check(data: memoryview, blocks: int, length: int, numbers: array[int], most: int) -> Parts:
    """The parts in ``data``, exactly ``blocks`` of them; ``length`` is the text's.

    Raises ``BadFrame`` at the first row that breaks a rule.
    """
    found = Parts(numbers)
    columns = _Columns(numbers, length)
    for _ in range(blocks):
        block, data = _cut(data)
        try:
            rows = bounded.load(block, most_bytes=_BLOCK_BYTES, most_structure=_BLOCK_STRUCTURE)
        except bounded.Unbounded as error:
            raise BadFrame(f"parts: {error}") from error
        if type(rows) is not list or not rows or len(found) + len(rows) > most:
            raise BadFrame("parts")
        before = columns.taken
        for row in rows:
            columns.check(row)
        found._keep(block, len(rows), before)
    if len(data) or columns.taken != columns.count:
        raise BadFrame("boxes of no part, or parts of no block")
    return found


def _cut(data: memoryview) -> tuple[bytes, memoryview]:
    if len(data) < _LENGTH.size:
        raise BadFrame("a block is missing")
    (length,) = _LENGTH.unpack_from(data)
    end = _LENGTH.size + length
    if length > min(_BLOCK_BYTES, len(data) - _LENGTH.size):
        raise BadFrame("a block is longer than allowed")
    return bytes(data[_LENGTH.size : end]), data[end:]


class _Columns:
    """Where the parts and boxes have got to, one row after the other."""

    def __init__(self, numbers: array[int], length: int) -> None:
        self._starts, self._stops = _checked_boxes(numbers, length)
        self._length, self._before, self._ends = length, 0, dict[str, int]()
        self.count, self.taken = len(self._starts), 0

    def check(self, row: object) -> None:
        if type(row) is not list or len(row) != 10:
            raise BadFrame("a part is not a row")
        kind, start, stop, locator, stored, hidden, language, script, warnings, count = row
        if not (
            type(kind) is str and 0 < len(kind) <= 32
            and type(start) is int and type(stop) is int and type(hidden) is bool
            and type(stored) is str and type(language) is str and type(script) is str
            and len(stored) <= LONGEST_STORED
            and len(language) <= 64 and len(script) <= 64 and type(count) is int
        ):  # fmt: skip
            raise BadFrame("a part's fields")
        if not self._before <= start <= stop <= self._length or start < self._ends.get(kind, 0):
            raise BadFrame("a part lies outside the text, or over another")
        if not 0 <= count <= self.count - self.taken:
            raise BadFrame("a part's boxes")
        for word in (kind, stored, language, script):
            text(word)
        _locator(locator)
        if warnings or type(warnings) is not list:
            listed(warnings, "warnings")
        if kind not in self._ends and len(self._ends) >= 256:
            raise BadFrame("kinds of parts")
        self._before, self._ends[kind] = start, stop
        if count:
            after = self.taken + count
            if not (
                lanes.within(self._starts[self.taken : after], start, stop)
                and lanes.within(self._stops[self.taken : after], start, stop)
            ):
                raise BadFrame("a box lies outside its part")
            self.taken = after


def _checked_boxes(numbers: array[int], length: int) -> tuple[array[int], array[int]]:
    """The starts and stops of all boxes, once every column keeps to its bounds."""
    starts, stops = numbers[0::_FIELDS], numbers[1::_FIELDS]
    for at in range(2, _FIELDS - 1):
        if not lanes.within(numbers[at::_FIELDS], 0, 10_000):
            raise BadFrame("a box lies outside its page")
    confidences = numbers[_FIELDS - 1 :: _FIELDS]
    if confidences.tobytes().strip(b"\xff") and (min(confidences) < -1 or max(confidences) > 100):
        raise BadFrame("a box's confidence")
    if not (lanes.in_order(starts, stops) and lanes.within(stops, 0, length)):
        raise BadFrame("a box lies outside the text")
    return starts, stops


def _locator(value: object) -> None:
    if type(value) is not dict or len(value) > 32:
        raise BadFrame("a locator")
    for name, place in value.items():
        if len(name) > 64:
            raise BadFrame("a locator's name")
        text(name)
        if type(place) is str:
            if len(place) > LONGEST_PATH:
                raise BadFrame("a locator's value")
            text(place)
        elif type(place) is not int or abs(place) > _FURTHEST:
            raise BadFrame("a locator's value")


def listed(value: object, name: str) -> tuple[str, ...]:
    """A list of remarks."""
    if type(value) is not list or len(value) > MOST_REMARKS:
        raise BadFrame(name)
    for word in value:
        if type(word) is not str or len(word) > LONGEST_WORD:
            raise BadFrame(name)
        text(word)
    return tuple(value)


def text(value: str) -> str:
    """The string, if it can be written as UTF-8."""
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise BadFrame("a string is not Unicode text") from error
    return value
