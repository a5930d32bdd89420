"""Reads one file and all files inside it, each in its own process, each to exactly one state.

Runs inside the sandbox only. Invariants: one document per file, inner ones before the file
that holds them; what a reader raises, even past ``Exception``, is that file's state and never
the end of its siblings; counters over the whole exhibit lie in memory that all its processes
share, so that a fork cannot start them anew.
"""

from __future__ import annotations

import errno
import hashlib
import mmap
import os
import re
import struct
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from habeas.reading import detecting, forking, frames
from habeas.reading.documents import State
from habeas.reading.frames import Found
from habeas.reading.labels import charset_of
from habeas.reading.limits import MIB, Limits
from habeas.reading.paths import SEPARATOR, Names
from habeas.reading.readers.interface import Draft, Ended, LimitReached, Reader, Source

if TYPE_CHECKING:
    from PIL.Image import Image

_IN_MEMORY_BYTES = 16 * MIB
_REASON_CODE_POINTS = 300
_UNKNOWN = detecting.UNKNOWN
_TALLY = struct.Struct("=QQ")  # entries, bytes unpacked


class Tally:
    """What an exhibit has cost so far; shared by all processes that read it."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, mmap.PAGESIZE)

    def add(self, *, entries: int = 0, unpacked: int = 0) -> tuple[int, int]:
        counted, bytes_so_far = _TALLY.unpack_from(self._shared)
        counted, bytes_so_far = counted + entries, bytes_so_far + unpacked
        _TALLY.pack_into(self._shared, 0, counted, bytes_so_far)
        return counted, bytes_so_far


@dataclass(slots=True)
class Spool:
    """Bytes that arrive in chunks: in memory while few, then in a scratch file."""

    limits: Limits
    size: int = 0

    def collect(
        self, chunks: Iterable[bytes], *, count: Callable[[int], None] = lambda size: None
    ) -> tuple[bytes | mmap.mmap, str]:
        """All bytes and their SHA-256; raises ``LimitReached`` past ``input_bytes``."""
        digest, held, file = hashlib.sha256(), bytearray(), None
        for chunk in chunks:
            self.size += len(chunk)
            count(len(chunk))
            if self.size > self.limits.input_bytes:
                raise LimitReached("input_bytes", f"more than {self.limits.input_bytes:,} bytes")
            digest.update(chunk)
            if file is None and self.size > _IN_MEMORY_BYTES:
                file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as its map
                file.write(held)
                held = bytearray()
            if file is None:
                held += chunk
            else:
                file.write(chunk)
        if file is None:
            return bytes(held), digest.hexdigest()
        file.flush()
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        file.close()
        return data, digest.hexdigest()


class PictureFound(BaseException):
    """The page that was asked for, as a picture; ends the walk through the containers."""

    def __init__(self, image: Image) -> None:
        super().__init__()
        self.image = image


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page of which inner file is to be shown."""

    inner_path: str
    page: int
    width_px: int


@dataclass(slots=True)
class Dispatcher:
    """Reads one exhibit. ``handle`` is where frames go."""

    readers: Mapping[str, Reader]
    limits: Limits
    tally: Tally
    handle: int
    wanted: Wanted | None = None
    ocr: bool = True
    second_opinion: bool = False

    # --- one file -----------------------------------------------------------------------

    def read(
        self, data: bytes | mmap.mmap, digest: str, name: str, path: str, depth: int, hint: str = ""
    ) -> None:
        """Write the document of this file as the last frame, those of inner files before."""
        found = Found(path, digest, len(data), "application/x-empty")
        if not len(data):
            return self._write(frames.ending(found, State.EMPTY, "The file has no bytes."))
        media_type = detecting.media_type(data, name, hint)
        found = Found(path, digest, len(data), media_type)
        reader = self.readers.get(media_type)
        if reader is None:
            words = f"No reader for {media_type}{_ending(name, media_type)}."
            return self._write(frames.ending(found, State.UNSUPPORTED, words))
        draft = self._draft(path, depth)
        source = Source(
            data, name, media_type, self.limits, self.ocr, self.second_opinion, charset_of(hint)
        )
        if self.wanted is not None and path == self.wanted.inner_path:
            self._show(reader, source)
        self._fill(draft, reader, source)
        payload = frames.document(found, draft, reader=reader.NAME, version=reader.VERSION)
        if len(payload) > self.limits.output_bytes:
            words = f"output_bytes: more than {self.limits.output_bytes:,}"
            payload = frames.ending(
                found, State.REFUSED, words, reader=reader.NAME, version=reader.VERSION
            )
        return self._write(payload)

    def _fill(self, draft: Draft, reader: Reader, source: Source) -> None:
        try:
            reader.read(source, draft)
        except Ended:
            pass
        except LimitReached as reached:
            self._stopped(draft, State.REFUSED, f"{reached.limit}: {reached.words}")
        except MemoryError:
            limit = f"memory_bytes: {self.limits.memory_bytes:,} reached"
            self._stopped(draft, State.REFUSED, limit)
        except (PictureFound, KeyboardInterrupt):
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

    def _stopped(self, draft: Draft, state: State, words: str) -> None:
        """With text or files so far, in part; else the state itself."""
        if draft.has_text or draft.inner_count:
            draft.state = None
            draft.lacks(f"The rest: {words}")
        else:
            draft.state, draft.reason = state, words

    def _draft(self, path: str, depth: int) -> Draft:
        names = Names(path)

        def read_inner(name: str, data: bytes | Iterable[bytes], media_type_hint: str) -> None:
            self._inner(names.path(name), name, data, media_type_hint, depth + 1)

        def end_inner(name: str, state: State, reason: str, size_bytes: int) -> None:
            self._one_more()
            found = Found(names.path(name), "", size_bytes, _UNKNOWN)
            self._pass_on(frames.ending(found, state, reason))

        return Draft(
            self.limits,
            read_inner=read_inner,
            end_inner=end_inner,
            on_progress=lambda: forking.write_all(self.handle, frames.frame(frames.PROGRESS)),
        )

    def _write(self, payload: bytes) -> None:
        if self.wanted is None:
            forking.write_all(self.handle, frames.frame(frames.OUTER, payload))

    # --- files inside -------------------------------------------------------------------

    def _inner(
        self, path: str, name: str, data: bytes | Iterable[bytes], hint: str, depth: int
    ) -> None:
        if self.wanted is not None and not (self.wanted.inner_path + SEPARATOR).startswith(
            path + SEPARATOR
        ):
            return
        self._one_more()
        spool = Spool(self.limits)
        try:
            chunks = (data,) if isinstance(data, bytes) else data
            held, digest = spool.collect(chunks, count=self._count_unpacked)
        except LimitReached as reached:
            found = Found(path, "", spool.size, _UNKNOWN)
            words = f"{reached.limit}: {reached.words}; not unpacked further"
            self._pass_on(frames.ending(found, State.REFUSED, words))
            if reached.limit != "input_bytes":
                raise
            return
        except MemoryError:
            raise
        except Exception as error:
            found = Found(path, "", spool.size, _UNKNOWN)
            words = f"Cannot be unpacked. {_words(error)}"
            self._pass_on(frames.ending(found, State.FAILED, words))
            return
        if depth > self.limits.depth:
            words = f"depth: more than {self.limits.depth} containers in each other"
            media_type = detecting.media_type(held, name, hint) if held else "application/x-empty"
            found = Found(path, digest, len(held), media_type)
            self._pass_on(frames.ending(found, State.REFUSED, words))
            return
        if self.wanted is not None:  # the walk to one page needs no process of its own
            self.read(held, digest, name, path, depth, hint)
        else:
            self._read_apart(held, digest, name, path, depth, hint)

    def _one_more(self) -> None:
        entries, _ = self.tally.add(entries=1)
        if entries > self.limits.exhibit_entries:
            raise LimitReached(
                "exhibit_entries", f"more than {self.limits.exhibit_entries:,} files inside"
            )

    def _count_unpacked(self, size: int) -> None:
        _, unpacked = self.tally.add(unpacked=size)
        if unpacked > self.limits.exhibit_unpacked_bytes:
            raise LimitReached(
                "exhibit_unpacked_bytes",
                f"more than {self.limits.exhibit_unpacked_bytes:,} bytes in all files inside",
            )

    def _read_apart(
        self, data: bytes | mmap.mmap, digest: str, name: str, path: str, depth: int, hint: str
    ) -> None:
        def work(handle: int) -> None:
            os.close(self.handle)  # what is written there is the container's
            self.handle = handle
            self.read(data, digest, name, path, depth, hint)

        ended, complete = forking.Ending(), False
        for kind, payload in forking.run(work, self.limits, ended):
            if kind == frames.OUTER:
                complete = True
                self._pass_on(payload)
            elif kind in (frames.INNER, frames.PROGRESS):
                forking.write_all(self.handle, frames.frame(kind, payload))
        if not complete:
            state, words = ended.words(self.limits)
            media_type = detecting.media_type(data, name, hint)
            found = Found(path, digest, len(data), media_type)
            self._pass_on(frames.ending(found, State(state), words))

    def _pass_on(self, payload: bytes) -> None:
        if self.wanted is None:
            forking.write_all(self.handle, frames.frame(frames.INNER, payload))

    # --- pictures -----------------------------------------------------------------------

    def _show(self, reader: Reader, source: Source) -> None:
        assert self.wanted is not None  # noqa: S101 - the caller looked
        picture = getattr(reader, "picture", None)
        if picture is None:
            raise LimitReached("picture", f"{reader.NAME} shows no pictures")
        raise PictureFound(picture(source, self.wanted.page, self.wanted.width_px))


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
