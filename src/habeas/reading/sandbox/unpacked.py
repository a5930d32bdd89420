"""A file inside another, as its container sends it: a stream for the sandbox that reads it.

Invariants: the container's reader is heard, never believed: it sends no more than it was told
that is taken, and what it says of the end is of this file only. When its bytes end early, so
does the reading of this file, and of no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from habeas.reading import frames
from habeas.reading.documents import State
from habeas.reading.parts import BadFrame

if TYPE_CHECKING:
    from habeas.reading.sandbox.conversing import Conversation

_ENDED_EARLY = "Cannot be unpacked. The reader of the file that holds it ended."


class Unfinished(Exception):
    """The bytes of a file end before they are all there; a state and the words for it."""

    def __init__(self, state: State, words: str) -> None:
        super().__init__(words)
        self.state, self.words = state, words


class Unpacked:
    """``most_bytes``: what the container was told that is taken of this file."""

    def __init__(self, container: Conversation, most_bytes: int) -> None:
        self._container, self._most = container, most_bytes
        self._held = bytearray()
        self._has_ended = False
        self._early: Unfinished | None = None
        self.size_bytes = 0

    def gather(self, most_bytes: int) -> Unfinished | None:
        """Take the file, or its first bytes, into memory; how it ended, if early and so soon."""
        while not self._has_ended and len(self._held) < most_bytes:
            self._take()
        return self._early

    def read(self, size: int, /) -> bytes:
        """As of a file; raises ``Unfinished`` where it ends early."""
        while not self._held and not self._has_ended:
            self._take()
        if self._early is not None:
            raise self._early
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    def pass_over(self) -> None:
        """Take the rest and keep nothing of it."""
        while not self._has_ended:
            self._held.clear()
            self._take()

    def _take(self) -> None:
        kind, payload = next(self._container.frames, (frames.END, None))
        if payload is None:
            self._end(State.FAILED, _ENDED_EARLY)
        elif kind == frames.CHUNK:
            self._held += payload
            self.size_bytes += len(payload)
            if self.size_bytes > self._most:
                self._lie(BadFrame("more of a file inside than is taken"))
        elif kind == frames.END:
            self._has_ended = True
            self._told(payload)
        else:
            self._lie(BadFrame("something else inside of a file inside"))

    def _told(self, payload: bytearray) -> None:
        try:
            limit, words = frames.read_end(payload)
        except BadFrame as error:
            self._lie(error)
            return
        if limit:
            self._end(State.REFUSED, f"{limit}: {words}; not unpacked further")
        elif words:
            self._end(State.FAILED, f"Cannot be unpacked. {words}")

    def _lie(self, error: BadFrame) -> None:
        self._container.blame(error)
        self._end(State.FAILED, _ENDED_EARLY)

    def _end(self, state: State, words: str) -> None:
        self._has_ended, self._early = True, Unfinished(state, words)
