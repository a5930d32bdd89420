"""Opens hostile files: bytes go in by a pipe, checked documents come out, nothing else passes.

    with Sandbox() as sandbox:
        for document in sandbox.read(stream, "leak.zip"):
            ...  # files inside as they end, the exhibit itself last

Invariants: every call of ``read`` ends with exactly one document of the exhibit itself,
whatever the file does; a sandbox that fails raises ``SandboxBroken`` and says nothing of the
file; what comes out is believed only after ``frames`` checked it, and the exhibit's own hash
and size are counted here. A file that is silent too long, holds too much memory or says what
is not a document has its whole sandbox killed, and the next file gets a fresh one.

A ``Sandbox`` belongs to the thread that opened it: the kernel ends it with that thread.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import select
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from habeas.reading import confining, frames, seccomp, watching
from habeas.reading.documents import Document, State
from habeas.reading.errors import NoPicture, SandboxBroken
from habeas.reading.forking import Ending
from habeas.reading.limits import Limits
from habeas.reading.pictures_out import Picture, read_picture
from habeas.reading.readers import ocr_second
from habeas.reading.warm import PIPE_BYTES, Warm
from habeas.reading.worker import LENGTH, PDF_NEXT, STATUS, TEXT_NEXT

_CHUNK = 256 * 1024
_GLANCE_SECONDS = 0.25  # how often memory is looked at
_MOST_BEATS_A_SECOND = 8  # signs of life; more are noise


@dataclass(slots=True)
class _Job:
    """One file on its way through: what is left to send, what came, when it must end."""

    stream: BinaryIO
    digest: Any = field(default_factory=hashlib.sha256)
    size_bytes: int = 0
    unsent: memoryview = field(default_factory=lambda: memoryview(b""))
    ended_input: bool = False
    received: bytearray = field(default_factory=bytearray)
    output_bytes: int = 0
    documents: int = 0
    beats: int = 0


class Sandbox:
    """Warm workers behind walls. ``risk`` (exactly ``confining.RISK``) reads without walls.

    ``second_opinion`` asks another engine about Chinese on pictures (the extra ``rapidocr``).

    Two ``workers`` take turns, so that the next file's child warms up on another processor
    while one file is read. Where several processes read at once, one each is enough.
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
        self._filter = seccomp.program() if self.confined else b""
        self._workers: list[Warm | None] = [None] * (workers or min(2, os.cpu_count() or 1))
        self._turn = -1

    def __enter__(self) -> Sandbox:
        self._next()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        for worker in self._workers:
            if worker is not None:
                self._stop(worker)

    def workers(self) -> list[int]:
        """The processes that are process 1 of a sandbox now."""
        return [worker.inner_id for worker in self._workers if worker is not None]

    # --- reading ------------------------------------------------------------------------

    def read(self, stream: BinaryIO, name: str) -> Iterator[Document]:
        """Documents of the files inside as they end, then the one of the file itself."""
        job = _Job(stream)
        header = {
            "job": "read", "name": _plain(name), "ocr": self._ocr,
            "second_opinion": self._second_opinion,
        }  # fmt: skip
        outer: Document | None = None
        reason: Ending | str = ""
        finished, worker = False, self._next()
        try:
            for kind, payload in self._frames(worker, job, header):
                if kind == "ended":
                    reason = payload
                    break
                try:
                    document = frames.read_document(payload, self.limits)
                    self._check(document, kind, job)
                except frames.BadFrame as error:
                    self._stop(worker)
                    reason = f"The reader sent what is not a document: {error}."
                    break
                if kind == frames.OUTER:
                    outer = document
                else:
                    yield document
            finished = True
        finally:
            if not finished:
                self._stop(worker)  # the caller left, or it failed: its state is unknown
        if worker in self._workers:
            worker.hint(PDF_NEXT if outer and outer.reader == "habeas.pdf" else TEXT_NEXT)
        self._hash_the_rest(job)
        yield self._own(outer, reason, job)

    def _own(self, outer: Document | None, reason: Ending | str, job: _Job) -> Document:
        """The exhibit's document, with the hash and the size that were counted here."""
        digest, size = job.digest.hexdigest(), job.size_bytes
        if outer is not None:
            return dataclasses.replace(outer, sha256=digest, size_bytes=size)
        if isinstance(reason, Ending):
            state, words = reason.words(self.limits)
        else:
            state, words = State.FAILED, reason or "The reader gave no document."
        return Document("", digest, size, "application/octet-stream", State(state), words)

    def _check(self, document: Document, kind: bytes | str, job: _Job) -> None:
        if (kind == frames.OUTER) != (document.inner_path == ""):
            raise frames.BadFrame("a file of this name is not inside")
        job.documents += 1
        if job.documents > self.limits.exhibit_entries + 1:
            raise frames.BadFrame("more documents than files may be inside")

    def _hash_the_rest(self, job: _Job) -> None:
        while chunk := job.stream.read(_CHUNK):
            job.digest.update(chunk)
            job.size_bytes += len(chunk)

    # --- pictures -----------------------------------------------------------------------

    def picture(
        self, stream: BinaryIO, name: str, inner_path: str = "", page: int = 1,
        width_px: int = 1_200,
    ) -> Picture:  # fmt: skip
        """A page of the exhibit, or of a file inside it, as a PNG that holds pixels only."""
        width_px = min(width_px, self.limits.picture_width_px)
        header = {
            "job": "picture", "name": _plain(name), "inner_path": inner_path, "page": page,
            "width_px": width_px, "ocr": False, "second_opinion": False,
        }  # fmt: skip
        shown, words = None, "The reader gave no picture."
        finished, worker = False, self._next()
        try:
            for kind, payload in self._frames(worker, _Job(stream), header):
                if kind == frames.PICTURE and shown is None:
                    shown = payload
                elif kind == "ended" and not shown:
                    ending = payload if isinstance(payload, Ending) else Ending()
                    words = ending.words(self.limits)[1]
            finished = True
        finally:
            if not finished:
                self._stop(worker)
        if worker in self._workers:
            worker.hint(TEXT_NEXT)
        if shown is None:
            raise NoPicture(words, next_step="Its text and its bytes are not affected.")
        return read_picture(shown, self.limits)

    # --- the conversation ---------------------------------------------------------------

    def _frames(self, worker: Warm, job: _Job, header: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
        """(kind, payload) of each frame; at last ("ended", how), unless the child was sound."""
        encoded = json.dumps(header).encode()
        job.unsent = memoryview(LENGTH.pack(len(encoded)) + encoded + self._more(job))
        worker.begin()
        begun = time.monotonic()
        silent_since = begun
        outer_came = False
        poll = select.poll()
        poll.register(worker.results, select.POLLIN)
        poll.register(worker.control, select.POLLIN)
        poll.register(worker.job, select.POLLOUT)
        writing = True
        while True:
            if writing and not self._send(worker, job):
                poll.unregister(worker.job)
                writing = False
            ready = dict(poll.poll(_GLANCE_SECONDS * 1000))
            if worker.results in ready or worker.control in ready:
                # What a child wrote before it ended is all there once its end is told.
                status = os.read(worker.control, STATUS.size) if worker.control in ready else None
                came = self._receive(worker, job)
                if came:
                    silent_since = time.monotonic()
                for kind, payload in self._cut(job):
                    if kind == frames.PROGRESS:
                        job.beats += 1
                        if job.beats > _MOST_BEATS_A_SECOND * self.limits.exhibit_wall_seconds:
                            yield frames.OUTER, b""
                        continue
                    outer_came = outer_came or kind in (frames.OUTER, frames.PICTURE)
                    yield kind, payload
                    silent_since = time.monotonic()
                if status is not None:
                    worker.settle(status)
                    if not outer_came:
                        yield "ended", Ending(STATUS.unpack(status)[0])
                    return
                if outer_came:  # its process ends while the next file is read elsewhere
                    worker.ending = True
                    return
                if job.output_bytes > self.limits.exhibit_output_bytes:
                    self._stop(worker)
                    yield "ended", Ending(limit="exhibit_output_bytes")
                    return
            limit = self._overdue(worker, begun, silent_since, glance=not ready)
            if limit:
                self._stop(worker)
                yield "ended", Ending(limit=limit)
                return

    def _more(self, job: _Job) -> bytes:
        """The next chunk of the stream as it goes on the pipe; an empty one ends it."""
        chunk = job.stream.read(_CHUNK) if job.size_bytes <= self.limits.input_bytes else b""
        job.digest.update(chunk)
        job.size_bytes += len(chunk)
        if len(chunk) < _CHUNK and not (chunk and (rest := job.stream.read(_CHUNK))):
            job.ended_input = True
            end = LENGTH.pack(0)
            return (LENGTH.pack(len(chunk)) + chunk if chunk else b"") + end
        if len(chunk) < _CHUNK:
            job.digest.update(rest)
            job.size_bytes += len(rest)
            chunk += rest
        return LENGTH.pack(len(chunk)) + chunk

    def _send(self, worker: Warm, job: _Job) -> bool:
        """Write what the pipe takes; False when all is sent."""
        while True:
            if not job.unsent:
                if job.ended_input:
                    return False
                job.unsent = memoryview(self._more(job))
            try:
                job.unsent = job.unsent[os.write(worker.job, job.unsent) :]
            except BlockingIOError:
                return True

    def _receive(self, worker: Warm, job: _Job) -> bool:
        came = False
        while True:
            try:
                chunk = os.read(worker.results, PIPE_BYTES)
            except BlockingIOError:
                return came
            if not chunk:
                return came
            came = True
            job.received += chunk
            job.output_bytes += len(chunk)
            if len(job.received) > self.limits.output_bytes:
                return came

    def _cut(self, job: _Job) -> Iterator[tuple[bytes, bytes]]:
        size = frames.HEAD.size
        while len(job.received) >= size:
            kind, length = frames.HEAD.unpack_from(job.received)
            if kind not in frames.KINDS or length > self.limits.output_bytes:
                yield frames.OUTER, b""  # no document can be read from it
                return
            if len(job.received) < size + length:
                return
            payload = bytes(memoryview(job.received)[size : size + length])
            del job.received[: size + length]
            yield kind, payload

    def _overdue(self, worker: Warm, begun: float, silent_since: float, *, glance: bool) -> str:
        """The limit on time or memory that the file has reached, if one."""
        now = time.monotonic()
        if now - silent_since > self.limits.wall_seconds:
            return "wall_seconds"
        if now - begun > self.limits.exhibit_wall_seconds:
            return "exhibit_wall_seconds"
        if glance and watching.held_bytes(worker.process.pid) > self.limits.memory_bytes:
            return "memory_bytes"
        return ""

    # --- the workers --------------------------------------------------------------------

    def _next(self) -> Warm:
        """The worker whose turn it is. Those that are not there are started beside it."""
        self._turn = (self._turn + 1) % len(self._workers)
        try:
            due = self._workers[self._turn]
            if due is not None and not due.finish():
                self._stop(due)  # what should have ended goes on
            for at, worker in enumerate(self._workers):
                if worker is None:
                    self._workers[at] = Warm.start(
                        self.limits, self._bubblewrap, self._filter, self._further
                    )
            chosen = self._workers[self._turn]
            assert chosen is not None  # noqa: S101 - started just now
            chosen.await_ready()
        except SandboxBroken:
            self.close()
            raise
        return chosen

    def _stop(self, worker: Warm) -> None:
        """End this worker and all processes of its file; another takes its place."""
        if worker in self._workers:
            self._workers[self._workers.index(worker)] = None
            worker.stop()


def _plain(name: str) -> str:
    return name.encode(errors="backslashreplace").decode()[:4_096]
