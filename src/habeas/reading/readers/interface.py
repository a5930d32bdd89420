"""The small interface between the dispatcher and the readers.

A reader is a module with ``NAME``, ``VERSION`` (raised when its output changes),
``MEDIA_TYPES`` and ``read(source, draft)``; where pages can be shown also
``picture(source, page, width_px)``, which returns a Pillow image; where a library has to set
itself up by calls that a parser may not make, also ``warm_up(media_type)``, called before the
file is looked at. It runs in a child of the sandbox that dies afterwards, so it may leak; it
must not write outside ``Source.path()``'s folder, start threads that outlive it, or parse XML
with entities (use ``defusedxml`` or a parser that has none).

Invariants: a draft never grows past its limits; offsets are code points of its text; parts
come in the order of their starts; text holds no lone surrogates, so that it is UTF-8.
"""

from __future__ import annotations

import io
import itertools
import mmap
import os
import re
import tempfile
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import repeat
from operator import add
from types import ModuleType
from typing import Any, BinaryIO, NoReturn, Protocol, cast

from habeas.reading.documents import Box, Boxes, Part, State
from habeas.reading.encodings import lanes
from habeas.reading.limits import Limits

_SURROGATES = re.compile("[\ud800-\udfff]")
_WHITE_SPACE = re.compile(r"\s+")
_MOST_REMARKS = 200  # warnings, and things missing, of one document
_REMARK_CODE_POINTS = 500
LONGEST_STORED = 1_000_000  # code points of a cell's stored value
_BOX_FIELDS = len(Box._fields)


class LimitReached(BaseException):
    """A cap of ``Limits`` is reached; the text so far stands, the state says in part.

    Past ``Exception``, as ``DraftEnded`` is, so that a reader that goes on after a broken piece
    does not swallow it.
    """

    def __init__(self, limit: str, words: str) -> None:
        super().__init__(words)
        self.limit = limit
        self.words = words


class DraftEnded(BaseException):
    """``DraftReading.ends`` was called: the reader stops here."""


class Inner(Protocol):
    """What the dispatcher does with a file inside: read it at once."""

    def __call__(self, name: str, data: bytes | Iterable[bytes], media_type_hint: str) -> None: ...


def one_line(text: str) -> str:
    """The text with a space in place of white space that holds a line's end."""
    return _WHITE_SPACE.sub(lambda run: " " if "\n" in run[0] or "\r" in run[0] else run[0], text)


@dataclass(slots=True)
class InputFile:
    """The bytes of one file. ``name`` is claimed and only a hint; ``media_type`` was detected."""

    data: bytes | mmap.mmap
    name: str
    media_type: str
    limits: Limits
    ocr: bool = True  # whether pictures are to be recognised
    second_opinion: bool = False  # and another engine asked about Chinese
    charset: str = ""  # as a mail's part or a server's answer labels it; a claim
    spooled: str = ""  # a scratch file that holds the bytes already, where they are many
    _path: str = ""

    def __len__(self) -> int:
        return len(self.data)

    def head(self, count: int) -> bytes:
        return self.data[:count]

    def bytes(self) -> bytes:
        """All of it as ``bytes``: a copy where the file is large."""
        return self.data if isinstance(self.data, bytes) else self.data[:]

    def open(self) -> BinaryIO:
        """The bytes as a seekable stream, not copied."""
        if isinstance(self.data, bytes):
            return io.BytesIO(self.data)
        return open(self.path(), "rb")  # the reader's, until the child ends

    def path(self) -> str:
        """A scratch file with the bytes, for libraries that need one; ends as the name does."""
        if not self._path:
            suffix = os.path.splitext(os.path.basename(self.name))[1]
            suffix = suffix if re.fullmatch(r"\.[A-Za-z0-9]{1,8}", suffix) else ""
            if self.spooled:
                self._path = self.spooled + suffix
                os.rename(self.spooled, self._path)
                return self._path
            handle, self._path = tempfile.mkstemp(suffix=suffix)
            with open(handle, "wb") as written:
                written.write(self.data)
        return self._path


class Reader(Protocol):
    """What a reader module holds; ``picture`` and ``warm_up`` are looked up by name."""

    NAME: str
    VERSION: str
    MEDIA_TYPES: frozenset[str]

    def read(self, source: InputFile, draft: DraftReading) -> None: ...


def as_reader(module: ModuleType) -> Reader:
    return cast(Reader, module)


@dataclass(slots=True)
class DraftReading:
    """What a reader fills. The state is ``read`` (or ``empty``) unless it says otherwise."""

    limits: Limits
    read_inner: Inner | None = None
    end_inner: Callable[[str, State, str, int], None] | None = None
    on_progress: Callable[[], None] | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    pages: int = 0
    state: State | None = None
    reason: str = ""
    missing: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    inner_count: int = 0
    _texts: list[str] = field(default_factory=list)
    _position: int = 0
    _content_end: int = 0  # where the last part's own text ended
    _parts: list[tuple[Any, ...]] = field(default_factory=list)
    _boxes: array[int] = field(default_factory=lambda: array("i"))
    _counts: dict[str, int] = field(default_factory=dict)
    _progress_at: float = 0.0

    def taken(self) -> tuple[str, list[tuple[Any, ...]], array[int]]:
        """The text, the parts as rows, the boxes as numbers: what goes on the pipe."""
        return "".join(self._texts), self._parts, self._boxes

    # --- text and its places ------------------------------------------------------------

    @property
    def position(self) -> int:
        """The code points so far: where the next part will start."""
        return self._position

    @property
    def parts_count(self) -> int:
        return len(self._parts)

    @property
    def has_text(self) -> bool:
        """Whether anything but line ends was added."""
        return self._content_end > 0 and any(text.strip() for text in self._texts)

    def add(
        self,
        kind: str,
        text: str,
        locator: Mapping[str, str | int] | None = None,
        *,
        stored: str = "",
        hidden: bool = False,
        language: str = "",
        script: str = "",
        warnings: Iterable[str] = (),
        boxes: Iterable[Box] = (),
        end: str = "\n",
    ) -> Part:
        """Append one part's text and ``end``, which lies outside of it.

        ``boxes`` count from the part's own start. Past the cap on text the part is cut
        there and ``LimitReached`` is raised; the cut part stays.
        """
        text, noted = self._without_surrogates(text), tuple(warnings)
        stored = _SURROGATES.sub("\ufffd", stored)
        if len(stored) > LONGEST_STORED:
            self.warn(f"Stored values are cut after {LONGEST_STORED:,} characters.")
            stored = stored[:LONGEST_STORED]
        self._count(kind)
        room = self.limits.text_code_points - self._position
        cut, text = len(text) > room, text[:room]
        start, stop = self._position, self._position + len(text)
        flat = self._placed(boxes, start, stop)
        place = dict(locator or {})
        self._parts.append(
            (
                kind,
                start,
                stop,
                place,
                stored,
                hidden,
                language,
                script,
                noted,
                len(flat) // _BOX_FIELDS,
            )
        )
        self._boxes.extend(flat)
        self._texts += (text, end)
        self._position, self._content_end = stop + len(end), stop
        if cut:
            self._reached("text_code_points", "code points of text")
        self.progress()
        return Part(kind, start, stop, place, stored, hidden, language, script, noted)

    def add_bare(self, text: str) -> None:
        """Text that belongs to no part, such as blank lines before the first."""
        text = self._without_surrogates(text)[: self.limits.text_code_points - self._position]
        self._texts.append(text)
        self._position += len(text)

    @contextmanager
    def open(
        self,
        kind: str,
        locator: Mapping[str, str | int] | None = None,
        *,
        hidden: bool = False,
        language: str = "",
        script: str = "",
        warnings: Iterable[str] = (),
    ) -> Iterator[list[str]]:
        """A part that contains the parts added inside the ``with``; ends with the last.

        Gives the list of the part's warnings, to be added to until it closes.
        """
        self._count(kind)
        start, index, noted = self._position, len(self._parts), list(warnings)
        place = dict(locator or {})
        self._parts.append((kind, start, start, place, "", hidden, language, script, (), 0))
        try:
            yield noted
        finally:
            stop = self._content_end if self._position > start else start
            self._parts[index] = (
                kind, start, max(start, stop), place, "", hidden, language, script, tuple(noted), 0,
            )  # fmt: skip

    def _count(self, kind: str) -> None:
        if len(self._parts) >= self.limits.parts:
            self._reached("parts", "parts")
        counted = {"cell": "cells", "page": "pages"}.get(kind)
        if counted:
            count = self._counts.get(counted, 0)
            if count >= getattr(self.limits, counted):
                self._reached(counted, counted)
            self._counts[counted] = count + 1

    def _placed(self, boxes: Iterable[Box], start: int, stop: int) -> array[int]:
        if isinstance(boxes, Boxes):
            flat = array("i", boxes.numbers)
        else:
            flat = array("i", itertools.chain.from_iterable(boxes))
        starts, stops = flat[0::_BOX_FIELDS], flat[1::_BOX_FIELDS]
        if lanes.in_order(starts, stops) and lanes.within(stops, 0, stop - start):
            flat[0::_BOX_FIELDS] = lanes.moved(starts, start)
            flat[1::_BOX_FIELDS] = lanes.moved(stops, start)
        else:  # the part was cut, or its reader is careless
            for at, places in enumerate((starts, stops)):
                moved = map(min, map(add, places, repeat(start)), repeat(stop))
                flat[at::_BOX_FIELDS] = array("i", moved)
        if len(self._boxes) + len(flat) > self.limits.boxes * _BOX_FIELDS:
            self.lacks(f"the places of words past {self.limits.boxes:,}")
            return array("i")
        return flat

    def _without_surrogates(self, text: str) -> str:
        if text.isascii() or not _SURROGATES.search(text):
            return text
        self.warn("Invalid characters (lone surrogates) are shown as U+FFFD.")
        return _SURROGATES.sub("\ufffd", text)

    # --- what was not read --------------------------------------------------------------

    def lacks(self, words: str) -> None:
        """Something of the file is not in the text: the state becomes ``in-part``."""
        self._remark(self.missing, words)

    def warn(self, words: str) -> None:
        self._remark(self.warnings, words)

    def _remark(self, remarks: list[str], words: str) -> None:
        words = _SURROGATES.sub("\ufffd", words)[:_REMARK_CODE_POINTS]
        if words not in remarks:
            if len(remarks) < _MOST_REMARKS:
                remarks.append(words)
            elif len(remarks) == _MOST_REMARKS:
                remarks.append("… and more of the kind")

    def ends(self, state: State, reason: str) -> NoReturn:
        """The reading ends here: encrypted, unsupported, refused, failed or empty."""
        self.state, self.reason = state, _SURROGATES.sub("\ufffd", reason)[:_REMARK_CODE_POINTS]
        raise DraftEnded

    def _reached(self, limit: str, words: str) -> NoReturn:
        raise LimitReached(limit, f"more than {getattr(self.limits, limit):,} {words}")

    # --- files inside, and time ---------------------------------------------------------

    def inner(self, name: str, data: bytes | Iterable[bytes], media_type_hint: str = "") -> None:
        """A file inside, read at once. ``data`` may be an iterable of chunks, taken as it comes.

        ``name`` is as found, ``/`` between folders; bytes that are not UTF-8 as lone
        surrogates (``surrogateescape``). The dispatcher makes names distinct.
        """
        self.inner_count += 1
        if self.read_inner is not None:
            self.read_inner(name, data, media_type_hint)

    def inner_ends(self, name: str, state: State, reason: str, size_bytes: int = 0) -> None:
        """A file inside whose bytes cannot be had: encrypted, or damaged. It has a state, too."""
        self.inner_count += 1
        if self.end_inner is not None:
            self.end_inner(name, state, reason, size_bytes)

    def progress(self) -> None:
        """Say that work goes on; the clock of a file without progress starts anew."""
        if self.on_progress is not None and (now := time.monotonic()) - self._progress_at >= 1:
            self._progress_at = now
            self.on_progress()
