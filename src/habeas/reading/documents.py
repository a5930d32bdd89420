"""What a reading gives: for each file, outer or inner, one state and the text with its places.

Invariants: every file ends in exactly one ``State``; offsets are Unicode code points of
``Document.text``, which is never normalised; parts are in order, lie inside the text and do
not overlap within one kind; a state other than ``READ`` and ``EMPTY`` comes with words that
say why. Nothing here knows how a file was read or where it is kept.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, overload


class State(StrEnum):
    """How the reading of one file ended."""

    READ = "read"
    IN_PART = "in-part"  # ``missing`` says what is not there
    EMPTY = "empty"  # sound, and holds no text
    ENCRYPTED = "encrypted"
    UNSUPPORTED = "unsupported"
    REFUSED = "refused"  # ``reason`` names the limit
    FAILED = "failed"  # ``reason`` names the error


class Cause(StrEnum):
    """What a failed reading can be laid to, where that is not what its reader found in the file."""

    READER = "reader"  # it crashed, was ended, or broke the rules: the file may be sound
    OUTSIDE = "outside"  # memory, a worker, the store: nothing is known of the file


UNKNOWN_DAMAGE = "Whether the file is damaged is not known."
NOT_THE_FILE = "This says nothing about the file. It can be read again."


class Box(NamedTuple):  # not a dataclass: a long PDF has millions, and they cross a pipe
    """Where the code points [start, stop) stand on the picture of their page.

    Edges are in 1/10,000 of the page's width and height, from its top left corner.
    ``confidence`` is 0-100 as an OCR engine says it, -1 where the text was not recognised
    from a picture.
    """

    start: int
    stop: int
    left: int
    top: int
    right: int
    bottom: int
    confidence: int = -1


class Boxes(Sequence[Box]):
    """Boxes as the numbers that crossed the pipe; a ``Box`` is made when one is looked at."""

    __slots__ = ("numbers",)

    def __init__(self, numbers: array[int]) -> None:
        self.numbers = numbers  # seven a box, in the order of its fields

    @classmethod
    def of(cls, columns: Iterable[Iterable[int]]) -> Boxes:
        """From one sequence of numbers a field, all equally long."""
        rows = [array("i", column) for column in columns]
        numbers = array("i", bytes(4 * len(rows) * len(rows[0])))
        for at, row in enumerate(rows):
            numbers[at :: len(rows)] = row
        return cls(numbers)

    def __len__(self) -> int:
        return len(self.numbers) // 7

    @overload
    def __getitem__(self, index: int) -> Box: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Box, ...]: ...
    def __getitem__(self, index: int | slice) -> Box | tuple[Box, ...]:
        if isinstance(index, slice):
            return tuple(self)[index]
        at = range(len(self))[index] * 7
        return Box._make(self.numbers[at : at + 7])

    def __iter__(self) -> Iterator[Box]:
        numbers = iter(self.numbers)
        return map(Box._make, zip(*[numbers] * 7, strict=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Boxes | tuple | list) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(self.numbers.tobytes())

    def __repr__(self) -> str:
        return f"Boxes({len(self)})"


@dataclass(frozen=True, slots=True)
class Part:
    """A citable piece of a document: the code points [start, stop) and how people find it.

    ``kind``: page, paragraph, heading, table, row, cell, sheet, slide, header, body, record,
    line. ``locator`` is what a citation prints and a re-reading finds again: ``page`` (from
    1), ``sheet``, ``row`` and ``column`` (from 1), ``slide``, ``paragraph``, ``url``,
    ``captured`` ... ``stored`` is a cell's value as kept in the file where it differs from
    what is shown.
    """

    kind: str
    start: int
    stop: int
    locator: Mapping[str, str | int] = field(default_factory=dict)
    stored: str = ""
    hidden: bool = False
    language: str = ""  # BCP 47, '' not determined
    script: str = ""  # ISO 15924
    warnings: tuple[str, ...] = ()
    boxes: Sequence[Box] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One file as read: ``inner_path`` is '' for the exhibit itself.

    Files inside others are addressed by the names on the way, joined by ``/``, each level
    of container separated by ``!/`` (``box.zip!/mails.mbox!/3``); bytes of a name that are
    not UTF-8 are written ``\\xNN``. ``sha256`` and ``size_bytes`` are of the file's own bytes.
    """

    inner_path: str
    sha256: str
    size_bytes: int
    media_type: str  # as found in the bytes, not as the name claims
    state: State
    reason: str = ""
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    text: str = ""
    parts: Sequence[Part] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    reader: str = ""
    reader_version: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    pages: int = 0  # that can be shown as a picture
    cause: str = ""  # of ``FAILED``: a ``Cause``, or '' where its reader says what is wrong with it


def not_read(
    path: str, sha256: str, size_bytes: int, reason: str, cause: Cause, *, media_type: str = ""
) -> Document:
    """A failed reading that is not called damage, with words that say what is known."""
    words = UNKNOWN_DAMAGE if cause is Cause.READER else NOT_THE_FILE
    return Document(
        path, sha256, size_bytes, media_type, State.FAILED, reason,
        warnings=(words,), cause=cause,
    )  # fmt: skip
