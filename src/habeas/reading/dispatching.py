"""Reads one file to exactly one state, and hands out the files inside it.

Runs inside the sandbox only, in a process that ends with the file. Invariants: one document
per file, as the last frame; what a reader raises, even past ``Exception``, is that file's
state. A file inside is never read here: its bytes go out, and it is read in another sandbox
as if it had come alone, so that neither can reach the other. Before its bytes, the parent is
asked and answers how many more it takes; what counts over an exhibit is counted there.
"""

from __future__ import annotations

import errno
import mmap
import os
import re
import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from habeas.reading import detecting, forking, frames
from habeas.reading.documents import State
from habeas.reading.encodings.labels import charset_of
from habeas.reading.frames import Detected
from habeas.reading.limits import MIB, Limits
from habeas.reading.paths import PathNames
from habeas.reading.readers.interface import (
    DraftEnded,
    DraftReading,
    InputFile,
    LimitReached,
    Reader,
)

if TYPE_CHECKING:
    from PIL.Image import Image

_IN_MEMORY_BYTES = 16 * MIB
_REASON_CODE_POINTS = 300
_UNKNOWN = detecting.UNKNOWN
ANSWER = struct.Struct(">cQ")  # to a file inside: one of these, and how many bytes are taken
GO_ON, NO_MORE_FILES, NO_MORE_OUTPUT = b"g", b"f", b"o"


@dataclass(slots=True)
class Spool:
    """Bytes that arrive in chunks: in memory while few, then in a scratch file."""

    limits: Limits
    size: int = 0
    path: str = ""  # of the scratch file, where there is one

    def collect(self, chunks: Iterable[bytes]) -> bytes | mmap.mmap:
        """All bytes; raises ``LimitReached`` past ``input_bytes``."""
        held, file = bytearray(), None
        for chunk in counted(chunks, self.limits):
            self.size += len(chunk)
            if file is None and self.size > _IN_MEMORY_BYTES:
                handle, self.path = tempfile.mkstemp()
                file = open(handle, "w+b")  # noqa: SIM115 - lives as long as its map
                file.write(held)
                held = bytearray()
            if file is None:
                held += chunk
            else:
                file.write(chunk)
        if file is None:
            return bytes(held)
        file.flush()
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        file.close()
        return data


def counted(chunks: Iterable[bytes], limits: Limits) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limits.input_bytes:
            raise LimitReached("input_bytes", f"more than {limits.input_bytes:,} bytes")
        yield chunk


class PictureFound(BaseException):
    """The page that was asked for, as a picture; ends the reading."""

    def __init__(self, image: Image) -> None:
        super().__init__()
        self.image = image


class PieceFound(BaseException):
    """The piece of a recording that was asked for, made anew; ends the reading."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.data = data


class HandedOut(BaseException):
    """The one file inside that was asked for is out; ends the reading."""


@dataclass(frozen=True, slots=True)
class WantedPage:
    """The page that is to be shown."""

    page: int
    width_px: int
    hashed: bool = False  # its hash is asked for, not the picture


@dataclass(frozen=True, slots=True)
class WantedPiece:
    """The piece of a recording that is to be played."""

    number: int


@dataclass(frozen=True, slots=True)
class WantedStill:
    """The moment of a film that is to be shown."""

    at_ms: int
    width_px: int


Wanted = WantedPage | WantedPiece | WantedStill
#: The function of a reader that makes what is wanted.
_MADE_BY = {WantedPage: "picture", WantedPiece: "piece", WantedStill: "still"}


@dataclass(slots=True)
class Dispatcher:
    """Reads one file. ``results`` is where frames go, ``answers`` where the parent answers.

    ``only``: the one file inside that is to be handed out; without a reading of the rest.
    ``spooled``: the scratch file that holds the bytes, where they do not lie in memory.
    """

    readers: Mapping[str, Reader]
    limits: Limits
    results: int
    answers: int = -1
    wanted: Wanted | None = None
    only: str = ""
    ocr: bool = True
    second_opinion: bool = False
    before_parsing: Callable[[], None] = lambda: None
    spooled: str = ""
    _names: PathNames = field(default_factory=lambda: PathNames(""))

    # --- one file -----------------------------------------------------------------------

    def read(self, data: bytes | mmap.mmap, name: str, hint: str = "", refused: str = "") -> None:
        """Write the document of this file as the last frame.

        ``refused``: only what kind of file it is, and these words why it is not read.
        """
        found = Detected("", "", len(data), "application/x-empty")
        if not len(data):
            return self._write(frames.ending(found, State.EMPTY, "The file has no bytes."))
        media_type = detecting.media_type(data, name, hint)
        found = Detected("", "", len(data), media_type)
        if refused:
            return self._write(frames.ending(found, State.REFUSED, refused))
        reader = self.readers.get(media_type)
        if reader is None:
            words = f"No reader for {media_type}{_ending(name, media_type)}."
            return self._write(frames.ending(found, State.UNSUPPORTED, words))
        if warm_up := getattr(reader, "warm_up", None):
            warm_up(media_type)
        self.before_parsing()
        draft = self._draft()
        source = InputFile(
            data, name, media_type, self.limits, self.ocr, self.second_opinion, charset_of(hint),
            self.spooled,
        )  # fmt: skip
        if self.wanted is not None:
            self._show(reader, source, self.wanted)
        self._fill(draft, reader, source)
        payload = frames.document(found, draft, reader=reader.NAME, version=reader.VERSION)
        if len(payload) > self.limits.output_bytes:
            words = f"output_bytes: more than {self.limits.output_bytes:,}"
            payload = frames.ending(
                found, State.REFUSED, words, reader=reader.NAME, version=reader.VERSION
            )
        return self._write(payload)

    def _fill(self, draft: DraftReading, reader: Reader, source: InputFile) -> None:
        try:
            reader.read(source, draft)
        except DraftEnded:
            pass
        except LimitReached as reached:
            self._stopped(draft, State.REFUSED, f"{reached.limit}: {reached.words}")
        except MemoryError:
            limit = f"memory_bytes: {self.limits.memory_bytes:,} reached"
            self._stopped(draft, State.REFUSED, limit)
        except (PictureFound, PieceFound, HandedOut, KeyboardInterrupt):
            raise
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EFBIG):
                limit = f"scratch_bytes: {self.limits.scratch_bytes:,} reached"
                self._stopped(draft, State.REFUSED, limit)
            else:
                self._stopped(draft, State.FAILED, _words(error))
        except BaseException as error:  # a panic of a Rust library is no ``Exception``
            self._stopped(draft, State.FAILED, _words(error))
        if draft.state is None:
            if draft.missing:
                draft.state = State.IN_PART
            elif draft.has_text or draft.inner_count:
                draft.state = State.READ
            else:
                draft.state = State.EMPTY

    def _stopped(self, draft: DraftReading, state: State, words: str) -> None:
        """With text or files so far, in part; else the state itself."""
        if draft.has_text or draft.inner_count:
            draft.state = None
            draft.lacks(f"The rest: {words}")
        else:
            draft.state, draft.reason = state, words

    def _draft(self) -> DraftReading:
        progress = frames.frame(frames.PROGRESS)
        return DraftReading(
            self.limits,
            read_inner=self._hand_out,
            end_inner=self._unread,
            on_progress=lambda: forking.write_all(self.results, progress),
        )

    def _write(self, payload: bytes) -> None:
        if self.wanted is None and not self.only:
            forking.write_all(self.results, frames.frame(frames.OUTER, payload))

    # --- files inside -------------------------------------------------------------------

    def _hand_out(self, name: str, data: bytes | Iterable[bytes], media_type_hint: str) -> None:
        """Send a file inside; past a limit on the whole exhibit, this reading ends there."""
        if self.only and self._names.path(name) != self.only:
            return
        forking.write_all(self.results, frames.inside(name, media_type_hint))
        left = self._answer()
        ended: LimitReached | None = None
        try:
            for chunk in counted((data,) if isinstance(data, bytes) else data, self.limits):
                left -= len(chunk)
                if left < 0:
                    most = f"{self.limits.exhibit_unpacked_bytes:,}"
                    words = f"more than {most} bytes in all files inside"
                    raise LimitReached("exhibit_unpacked_bytes", words)
                self._send(chunk)
        except LimitReached as reached:
            forking.write_all(self.results, frames.end(reached.limit, reached.words))
            ended = reached if reached.limit != "input_bytes" else None
        except MemoryError:
            forking.write_all(self.results, frames.end("", "its container took too much memory"))
            raise
        except Exception as error:
            forking.write_all(self.results, frames.end("", _words(error)))
        else:
            forking.write_all(self.results, frames.end())
        if ended is not None:
            raise ended
        if self.only:
            raise HandedOut

    def _send(self, chunk: bytes) -> None:
        view = memoryview(chunk)
        while view:
            part, view = view[: frames.CHUNK_BYTES], view[frames.CHUNK_BYTES :]
            forking.write_all(self.results, frames.HEAD.pack(frames.CHUNK, len(part)))
            forking.write_all(self.results, part)

    def _unread(self, name: str, state: State, reason: str, size_bytes: int) -> None:
        if not self.only:
            forking.write_all(self.results, frames.unread(name, state, reason, size_bytes))
            self._answer()

    def _answer(self) -> int:
        """How many bytes the parent takes; raises where it takes no file more."""
        answer = forking.read_all(self.answers, ANSWER.size) if self.answers >= 0 else b""
        kind, left = ANSWER.unpack(answer) if answer else (GO_ON, self.limits.input_bytes)
        if kind == GO_ON:
            return int(left)
        if kind == NO_MORE_FILES:
            raise LimitReached(
                "exhibit_entries", f"more than {self.limits.exhibit_entries:,} files inside"
            )
        raise LimitReached(
            "exhibit_output_bytes", f"more than {self.limits.exhibit_output_bytes:,} bytes of text"
        )

    # --- pictures and film --------------------------------------------------------------

    def _show(self, reader: Reader, source: InputFile, wanted: Wanted) -> None:
        what = _MADE_BY[type(wanted)]
        made = getattr(reader, what, None)
        if made is None:
            raise LimitReached(what, f"{reader.NAME} shows no pictures and no film")
        if isinstance(wanted, WantedPage):
            raise PictureFound(made(source, wanted.page, wanted.width_px))
        if isinstance(wanted, WantedStill):
            raise PictureFound(made(source, wanted.at_ms, self._draft().progress))
        raise PieceFound(made(source, wanted.number, self._draft().progress))


def _ending(name: str, media_type: str) -> str:
    """How the name ends, where nothing else says what the file is."""
    ending = os.path.splitext(name)[1]
    if media_type != _UNKNOWN or not re.fullmatch(r"\.[A-Za-z0-9]{1,8}", ending):
        return ""
    return f" (its name ends in {ending})"


def _words(error: BaseException) -> str:
    """The error's type and text, never where it arose."""
    words = f"{type(error).__name__}: {error}"[:_REASON_CODE_POINTS]
    return words.encode(errors="replace").decode()
