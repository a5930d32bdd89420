"""Opens hostile files: bytes go in by a pipe, checked documents come out, nothing else passes.

    with Sandbox() as sandbox:
        for document in sandbox.read(stream, "leak.zip"):
            ...  # files inside as they end, the exhibit itself last

Invariants: every call of ``read`` ends with exactly one document of the exhibit itself,
whatever the file does; a sandbox that fails raises ``SandboxBroken`` and says nothing of the
file; what comes out is believed only after ``frames`` checked it. Names, hashes, sizes and
counts are made here, of a file inside as of the exhibit. A file inside is read by the sandbox
of its own depth, never by that of its container: nothing but its bytes passes between them.

A ``Sandbox`` belongs to the thread that opened it: the kernel ends it with that thread.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from habeas.reading import frames, pieces_out
from habeas.reading.dispatching import GO_ON, NO_MORE_FILES, NO_MORE_OUTPUT
from habeas.reading.documents import Cause, Document, State, not_read
from habeas.reading.errors import NoPicture
from habeas.reading.hashes_out import read_hash
from habeas.reading.limits import MIB, Limits
from habeas.reading.parts import BadFrame
from habeas.reading.paths import SEPARATOR, PathNames
from habeas.reading.pdq import WholeHash
from habeas.reading.pictures_out import Picture, read_picture
from habeas.reading.pieces_out import PlayablePiece
from habeas.reading.readers import ocr_second
from habeas.reading.sandbox import confining, seccomp, watching
from habeas.reading.sandbox.conversing import Budget, Bytes, Conversation
from habeas.reading.sandbox.turns import WorkerTurns
from habeas.reading.sandbox.unpacked import Unfinished, Unpacked
from habeas.reading.sandbox.worker import NO_SUCH_PAGE, PDF_NEXT, TEXT_NEXT

_UNKNOWN = "application/octet-stream"
_GATHERED_BYTES = 16 * MIB  # of a file inside, before its reading begins


class Sandbox:
    """Warm workers behind walls. ``risk`` (exactly ``confining.RISK``) reads without walls.

    ``second_opinion`` asks another engine about Chinese on pictures (the extra ``rapidocr``).

    Two ``workers`` take turns, so that the next file's child warms up on another processor
    while one file is read. Where several processes read at once, one each is enough. Files
    inside have workers of their own, one for each depth, started when one is first needed.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        ocr: bool = True,
        second_opinion: bool = False,
        risk: str | None = None,
        workers: int | None = None,
        further_readers: tuple[Path, ...] = (),
    ) -> None:
        confining.check_risk(risk)
        self.limits = limits or Limits()
        self.confined = risk is None
        self._ocr = ocr
        self._second_opinion = second_opinion
        if second_opinion:
            ocr_second.require()
        self._further = tuple(path.resolve() for path in further_readers)
        self._bubblewrap = confining.find_bubblewrap() if self.confined else ""
        if self.confined:
            confining.check_readable()
        self._filters = seccomp.filters() if self.confined else None
        self._turns = [self._crew(workers or min(2, os.cpu_count() or 1))]
        self._killed_for_memory = watching.killed_for_memory()

    def __enter__(self) -> Sandbox:
        self._turns[0].next()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        for turns in self._turns:
            turns.close()

    def workers(self) -> list[int]:
        """The processes that are process 1 of a sandbox now."""
        return [process for turns in self._turns for process in turns.processes()]

    def _crew(self, count: int) -> WorkerTurns:
        return WorkerTurns(self.limits, self._bubblewrap, self._filters, self._further, count)

    # --- reading ------------------------------------------------------------------------

    def read(self, stream: BinaryIO, name: str) -> Iterator[Document]:
        """Documents of the files inside as they end, then the one of the file itself."""
        yield from self._read(stream, _plain(name), Budget(self.limits))

    def _read(
        self, stream: Bytes, name: str, exhibit: Budget, *, path: str = "", depth: int = 0,
        hint: str = "", refused: str = "",
    ) -> Iterator[Document]:  # fmt: skip
        talk = self._begin(
            stream, depth, exhibit, job="read", name=name, hint=hint, refused=refused
        )
        names, own, early = PathNames(path), None, None
        finished = False
        try:
            for kind, payload in talk.frames:
                try:
                    if kind == frames.OUTER:
                        own = self._document(payload, talk, exhibit)
                    elif kind == frames.INSIDE:
                        yield from self._inside(payload, talk, names, exhibit, depth + 1)
                    elif kind == frames.UNREAD:
                        yield from self._unread(payload, talk, names, exhibit)
                    else:
                        raise BadFrame("a frame that is not asked for")
                except BadFrame as error:
                    talk.blame(error)
                    break
            if talk.is_sound:
                talk.hint(PDF_NEXT if own and own.reader == "habeas.pdf" else TEXT_NEXT)
            talk.hash_the_rest()
            finished = True
        except Unfinished as error:
            early = error
        finally:
            exhibit.conversations.remove(talk)
            if not finished:
                talk.stop()  # the caller left, or it failed: its state is unknown
        yield self._ended(path, own, early, talk)

    def _begin(self, stream: Bytes, depth: int, exhibit: Budget, **header: Any) -> Conversation:
        while len(self._turns) <= depth:
            self._turns.append(self._crew(1))
        turns = self._turns[depth]
        asked = {"only": "", "ocr": self._ocr, "second_opinion": self._second_opinion}
        talk = Conversation(turns.next(), turns, stream, exhibit, asked | header)
        exhibit.conversations.append(talk)
        return talk

    def _document(self, payload: bytearray, talk: Conversation, exhibit: Budget) -> Document | None:
        exhibit.output_bytes += len(payload)
        if exhibit.output_bytes > self.limits.exhibit_output_bytes:
            talk.end("exhibit_output_bytes")
            return None
        try:
            return frames.read_document(payload, self.limits)
        except MemoryError:
            raise BadFrame("one that takes more memory than this process may hold") from None

    def _ended(
        self, path: str, own: Document | None, early: Unfinished | None, talk: Conversation
    ) -> Document:
        """The file's document, with the name, the hash and the size that were counted here."""
        digest, size_bytes = talk.digest.hexdigest(), talk.size_bytes
        if early is not None:
            return Document(path, "", size_bytes, _UNKNOWN, early.state, early.words)
        if own is not None:
            return dataclasses.replace(own, inner_path=path, sha256=digest, size_bytes=size_bytes)
        state, words = State.FAILED, talk.fault or "The reader gave no document."
        cause = Cause.READER
        if talk.ended is not None:
            state, words = talk.ended.words(self.limits)
            if talk.ended.was_killed and self._ran_out_of_memory():
                words, cause = "The machine ran out of memory while it was read.", Cause.OUTSIDE
        if state is State.FAILED:
            return not_read(path, digest, size_bytes, words, cause, media_type=_UNKNOWN)
        return Document(path, digest, size_bytes, _UNKNOWN, state, words)

    def _ran_out_of_memory(self) -> bool:
        """Whether the kernel has killed something for memory since this was last asked."""
        before, self._killed_for_memory = self._killed_for_memory, watching.killed_for_memory()
        return self._killed_for_memory > before

    # --- files inside -------------------------------------------------------------------

    def _inside(
        self, payload: bytearray, talk: Conversation, names: PathNames, exhibit: Budget, depth: int
    ) -> Iterator[Document]:
        name, hint = frames.read_inside(payload)
        path = names.path(name)
        if not (inner := self._taken(talk, exhibit)):
            return
        early = inner.gather(_GATHERED_BYTES)
        if early is not None:
            yield Document(path, "", inner.size_bytes, _UNKNOWN, early.state, early.words)
        else:
            too_deep = f"depth: more than {self.limits.depth} containers in each other"
            yield from self._read(
                inner, name, exhibit, path=path, depth=depth, hint=hint,
                refused=too_deep if depth > self.limits.depth else "",
            )  # fmt: skip
        inner.pass_over()
        exhibit.unpacked_bytes += inner.size_bytes

    def _unread(
        self, payload: bytearray, talk: Conversation, names: PathNames, exhibit: Budget
    ) -> Iterator[Document]:
        name, state, reason, size_bytes = frames.read_unread(payload)
        if self._taken(talk, exhibit):
            yield Document(names.path(name), "", size_bytes, _UNKNOWN, state, reason)

    def _taken(self, talk: Conversation, exhibit: Budget) -> Unpacked | None:
        """Answer whether another file inside is taken."""
        exhibit.entries += 1
        left = max(0, self.limits.exhibit_unpacked_bytes - exhibit.unpacked_bytes)
        if exhibit.entries > self.limits.exhibit_entries:
            talk.answer(NO_MORE_FILES)
        elif exhibit.output_bytes > self.limits.exhibit_output_bytes:
            talk.answer(NO_MORE_OUTPUT)
        else:
            talk.answer(GO_ON, left)
            return Unpacked(talk, min(left, self.limits.input_bytes))
        return None

    # --- pictures and film --------------------------------------------------------------

    def picture(
        self, stream: BinaryIO, name: str, inner_path: str = "", page: int = 1,
        width_px: int = 1_200,
    ) -> Picture:  # fmt: skip
        """A page of the exhibit, or of a file inside it, as a PNG that holds pixels only."""
        width_px = min(width_px, self.limits.picture_width_px)
        asked = {"job": "picture", "page": page, "width_px": width_px}
        shown = self._made(stream, name, inner_path, asked)
        if isinstance(shown, str):
            raise NoPicture(shown, next_step="Its text and its bytes are not affected.")
        return read_picture(shown, self.limits)

    def picture_hash(self, stream: BinaryIO, name: str) -> WholeHash:
        """The PDQ hash of an exhibit that is a picture, of all of it (``reading.pdq``)."""
        made = self._made(stream, name, "", {"job": "hash"})
        if isinstance(made, str):
            raise NoPicture(made, next_step="The sealed bytes are not affected.")
        return read_hash(made)

    def piece(
        self, stream: BinaryIO, name: str, inner_path: str = "", number: int = 0
    ) -> PlayablePiece:
        """Two minutes of a recording, or of one inside the exhibit, made anew as a WebM."""
        made = self._made(stream, name, inner_path, {"job": "piece", "number": number})
        if isinstance(made, str):
            raise pieces_out.none(made)
        return pieces_out.read_piece(made)

    def still(
        self, stream: BinaryIO, name: str, inner_path: str, at_ms: int, width_px: int
    ) -> Picture:
        """What a film of the exhibit, or inside it, shows at a time, as a PNG of pixels only."""
        asked = {"job": "still", "at_ms": at_ms, "width_px": width_px}
        shown = self._made(stream, name, inner_path, asked)
        if isinstance(shown, str):
            raise NoPicture(shown, next_step="Its bytes are not affected.")
        return read_picture(shown, self.limits)

    def _made(
        self, stream: BinaryIO, name: str, inner_path: str, asked: dict[str, Any]
    ) -> bytearray | str:
        way = inner_path.split(SEPARATOR) if inner_path else []
        try:
            return self._shown(stream, _plain(name), "", way, Budget(self.limits), asked)
        except Unfinished as error:
            return error.words

    def _shown(
        self, stream: Bytes, name: str, hint: str, way: list[str], exhibit: Budget,
        asked: dict[str, Any],
    ) -> bytearray | str:  # fmt: skip
        """The frame with what was asked for, or why there is none; ``way``: through containers."""
        header = {"job": "read", "only": way[0]} if way else asked
        depth = len(exhibit.conversations)
        talk = self._begin(
            stream, depth, exhibit, name=name, hint=hint, refused="", **header | {"ocr": False}
        )
        shown: bytearray | str = ""
        finished = False
        try:
            for kind, payload in talk.frames:
                try:
                    if kind == frames.PICTURE and not way:
                        shown = payload
                    elif kind == frames.INSIDE and way and not shown:
                        inner_name, claimed = frames.read_inside(payload)
                        if inner := self._taken(talk, exhibit):
                            shown = self._shown(inner, inner_name, claimed, way[1:], exhibit, asked)
                            inner.pass_over()
                    else:
                        raise BadFrame("a frame that is not asked for")
                except BadFrame as error:
                    talk.blame(error)
            if talk.is_sound:
                talk.hint(TEXT_NEXT)
            finished = True
        finally:
            exhibit.conversations.remove(talk)
            if not finished:
                talk.stop()
        return shown or self._why_not(talk)

    def _why_not(self, talk: Conversation) -> str:
        if talk.fault:
            return "The reader gave no picture."
        if talk.ended is None or talk.ended.is_sound:
            return NO_SUCH_PAGE
        return talk.ended.words(self.limits)[1]


def _plain(name: str) -> str:
    return name.encode(errors="backslashreplace").decode()[:4_096]
