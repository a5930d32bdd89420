"""One file on its way through one worker: bytes go in, whole frames come out, clocks run.

Invariants: no frame is longer than its kind may be, and a long one is held once; time that
the parent spends elsewhere is not counted as the file's silence; a file that is silent too
long, holds too much memory or breaks the rules of the pipe has its whole sandbox ended, here,
and ``ended`` or ``fault`` says why. Every way out of ``frames`` leaves the worker either ended
or with nothing of this file in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import select
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from habeas.reading import frames
from habeas.reading.dispatching import ANSWER
from habeas.reading.forking import Ending
from habeas.reading.limits import Limits
from habeas.reading.parts import BadFrame
from habeas.reading.sandbox import watching
from habeas.reading.sandbox.turns import WorkerTurns
from habeas.reading.sandbox.warm import PIPE_BYTES, Warm
from habeas.reading.sandbox.worker import LENGTH

_CHUNK = 256 * 1024
_GLANCE_SECONDS = 0.25  # how often memory is looked at
_MOST_BEATS_A_SECOND = 8  # signs of life; more are noise
_MOST_REFUSALS = 100  # of files inside; one that goes on asking does not mean to stop


class Bytes(Protocol):
    """What is read: at most ``size`` bytes at a time, none at its end."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(slots=True)
class Budget:
    """What counts over an exhibit and all files inside it, at every depth."""

    limits: Limits
    began: float = field(default_factory=time.monotonic)
    entries: int = 0
    refusals: int = 0
    unpacked_bytes: int = 0
    output_bytes: int = 0
    conversations: list[Conversation] = field(default_factory=list)  # outermost first


class Conversation:
    """``frames`` gives (kind, payload) until the file's own document came, or it ended."""

    def __init__(
        self,
        worker: Warm,
        turns: WorkerTurns,
        stream: Bytes,
        exhibit: Budget,
        header: dict[str, Any],
    ) -> None:
        self._worker, self._turns, self._exhibit = worker, turns, exhibit
        self._limits, self._stream = exhibit.limits, stream
        self.digest, self.size_bytes = hashlib.sha256(), 0
        self.ended: Ending | None = None
        self.fault = ""
        self._ended_input, self._beats = False, 0
        self._head, self._kind, self._length = bytearray(), b"", 0
        self._payload = bytearray()
        encoded = json.dumps(header).encode()
        self._unsent = memoryview(LENGTH.pack(len(encoded)) + encoded + self._more())
        self._pipes = worker.begin()
        self.frames = self._frames()

    @property
    def is_sound(self) -> bool:
        """Whether the worker lives, so that another file can be read by it."""
        return not self._worker.stopped

    def stop(self) -> None:
        self._turns.stop(self._worker)

    def blame(self, error: BadFrame) -> None:
        """What came is no document: nothing more is heard."""
        self.fault = f"The reader sent what is not a document: {error}."
        self.stop()

    def end(self, limit: str) -> None:
        """The file has reached a limit that is held here."""
        self.ended = Ending(limit=limit)
        self.stop()

    def hint(self, kind: bytes) -> None:
        self._worker.hint(kind)

    def answer(self, kind: bytes, most_bytes: int = 0) -> None:
        """Tell the file whether the file inside that it announced is taken."""
        if self._unsent or not self._ended_input:
            raise BadFrame("files inside before it was read")
        try:
            os.write(self._pipes.job, ANSWER.pack(kind, most_bytes))
        except BlockingIOError:
            raise BadFrame("files inside that wait for no answer") from None
        except BrokenPipeError:
            pass  # its end will be told
        if most_bytes == 0:
            self._exhibit.refusals += 1
            if self._exhibit.refusals > _MOST_REFUSALS:
                raise BadFrame("files inside after the last that is taken")

    def hash_the_rest(self) -> None:
        while chunk := self._stream.read(_CHUNK):
            self.digest.update(chunk)
            self.size_bytes += len(chunk)

    # --- the loop ---------------------------------------------------------------------------

    def _frames(self) -> Iterator[tuple[bytes, bytearray]]:
        worker, pipes = self._worker, self._pipes
        poll = select.poll()
        for handle, events in (
            (pipes.results, select.POLLIN),
            (worker.control, select.POLLIN),
            (pipes.job, select.POLLOUT),
        ):
            poll.register(handle, events)
        writing = reading = True
        silent_since = glanced = time.monotonic()
        while True:
            if writing and not self._send():
                poll.unregister(pipes.job)
                writing = False
            ready = dict(poll.poll(_GLANCE_SECONDS * 1000))
            has_ended = worker.control in ready
            if reading and (pipes.results in ready or has_ended):
                # What a child wrote before it ended is all there once its end is told.
                while chunk := self._received():
                    silent_since = time.monotonic()
                    try:
                        for kind, payload in self._cut(chunk):
                            yield kind, payload
                            if worker.stopped:
                                return
                            if kind in (frames.OUTER, frames.PICTURE):
                                self._leave()
                                return
                            silent_since = time.monotonic()
                    except BadFrame as error:
                        self.blame(error)
                        return
                    if not has_ended:
                        break
                if chunk == b"":
                    poll.unregister(pipes.results)
                    reading = False
            if has_ended:
                self.ended, is_clean = worker.settle()
                if not is_clean:
                    self.stop()
                return
            # By the clock: a file that gives signs of life is looked at as often as a silent one.
            if glance := time.monotonic() - glanced >= _GLANCE_SECONDS:
                glanced = time.monotonic()
            if limit := self._overdue(silent_since, glance=glance):
                self.end(limit)
                return

    def _leave(self) -> None:
        """Its document is there. Its process ends while the next file is read elsewhere."""
        self._worker.ending = True
        self._pipes.close()

    def _received(self) -> bytes | None:
        """What is in the pipe; nothing once it is closed, None where it is only empty."""
        try:
            return os.read(self._pipes.results, PIPE_BYTES)
        except BlockingIOError:
            return None

    def _cut(self, chunk: bytes) -> Iterator[tuple[bytes, bytearray]]:
        view, at = memoryview(chunk), 0
        while at < len(view):
            if not self._kind:
                taken = view[at : at + frames.HEAD.size - len(self._head)]
                at += len(taken)
                self._head += taken
                if len(self._head) < frames.HEAD.size:
                    return
                self._kind, self._length = frames.HEAD.unpack(self._head)
                self._head.clear()
                if self._length > frames.longest(self._kind, self._limits):
                    raise BadFrame("a frame of no kind, or too long")
            taken = view[at : at + self._length - len(self._payload)]
            at += len(taken)
            self._payload += taken
            if len(self._payload) < self._length:
                return
            kind, payload = self._kind, self._payload
            self._kind, self._payload = b"", bytearray()
            if kind != frames.PROGRESS:
                yield kind, payload
                continue
            self._beats += 1
            if self._beats > _MOST_BEATS_A_SECOND * self._limits.exhibit_wall_seconds:
                raise BadFrame("signs of life and nothing else")

    def _send(self) -> bool:
        """Write what the pipe takes; False when all is sent, or nobody reads it any more."""
        while True:
            if not self._unsent:
                if self._ended_input:
                    return False
                self._unsent = memoryview(self._more())
            try:
                self._unsent = self._unsent[os.write(self._pipes.job, self._unsent) :]
            except BlockingIOError:
                return True
            except BrokenPipeError:
                return False

    def _more(self) -> bytes:
        """The next chunk of the stream as it goes on the pipe; an empty one ends it."""
        within = self.size_bytes <= self._limits.input_bytes
        chunk = self._stream.read(_CHUNK) if within else b""
        if len(chunk) < _CHUNK and not (chunk and (rest := self._stream.read(_CHUNK))):
            self._ended_input = True
            self._count(chunk)
            return (LENGTH.pack(len(chunk)) + chunk if chunk else b"") + LENGTH.pack(0)
        if len(chunk) < _CHUNK:
            chunk += rest
        self._count(chunk)
        return LENGTH.pack(len(chunk)) + chunk

    def _count(self, chunk: bytes) -> None:
        self.digest.update(chunk)
        self.size_bytes += len(chunk)

    def _overdue(self, silent_since: float, *, glance: bool) -> str:
        """The limit on time or memory that the file has reached, if one."""
        now = time.monotonic()
        if now - silent_since > self._limits.wall_seconds:
            return "wall_seconds"
        if now - self._exhibit.began > self._limits.exhibit_wall_seconds:
            return "exhibit_wall_seconds"
        if glance and (largest := self._past_memory()) is not None:
            if largest is self:
                return "memory_bytes"
            largest.end("memory_bytes")
        return ""

    def _past_memory(self) -> Conversation | None:
        """Where all files of the exhibit together hold too much, the one that holds most."""
        held = [
            (watching.held_bytes(each._worker.process.pid), at)
            for at, each in enumerate(self._exhibit.conversations)
            if each.is_sound
        ]
        if sum(each for each, _ in held) <= self._limits.memory_bytes:
            return None
        return self._exhibit.conversations[max(held)[1]]
