"""What a server sent, out of how it sent it: chunks joined, then content codings undone (RFC 9112).

Crawlers often keep the headers of a body that they have already joined or unpacked; so a body that
is not in chunks, or not packed as its header says, is taken as it is and said. Invariant: output
comes in pieces of bounded size, whatever the input; what breaks off midway raises ``BrokenBody``
after all that could be had.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import brotli
from backports import zstd

PIECE = 64 * 1024
_SIZE_LINE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r?\n")
_LONGEST_LINE = 4_096


class BrokenBody(ValueError):
    """The body breaks off, or is not what it says; the words say which."""


class Stream(Protocol):
    def read(self, length: int, /) -> bytes: ...


def pieces(stream: Stream) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        yield piece


def joined(stream: Stream, say: Callable[[str], None]) -> Iterator[bytes]:
    """The body without its chunks' sizes. One that is in no chunks is given as it is."""
    held = b""
    first = True
    while True:
        line = _SIZE_LINE.match(held)
        while line is None:
            more = stream.read(PIECE) if len(held) < _LONGEST_LINE else b""
            if not more:
                break
            held += more
            line = _SIZE_LINE.match(held)
        if line is None:
            if not first and held.strip():
                raise BrokenBody("its chunks break off")
            if first:
                say("The server sent it in chunks; it is kept without them.")
                yield from (held[at : at + PIECE] for at in range(0, len(held), PIECE))
                yield from pieces(stream)
            return
        first = False
        held, left = held[line.end() :], int(line[1], 16)
        if left == 0:
            return
        while left:
            if not held and not (held := stream.read(min(PIECE, left + 2))):
                raise BrokenBody("its chunks break off")
            yield held[:left]
            held, left = held[left:], max(0, left - len(held))
        while len(held) < 2 and (more := stream.read(2 - len(held))):
            held += more
        held = held.removeprefix(b"\r\n") if held.startswith(b"\r\n") else held.removeprefix(b"\n")


def unpacked(body: Iterator[bytes], codings: str, say: Callable[[str], None]) -> Iterator[bytes]:
    """The body with its content codings undone, the last applied first."""
    for coding in reversed([one.strip() for one in codings.split(",")]):
        if coding not in ("", "identity"):
            body = _undone(body, coding, say)
    return body


def _undone(body: Iterator[bytes], coding: str, say: Callable[[str], None]) -> Iterator[bytes]:
    first = next(body, b"")
    unpacker = _unpacker(coding, first)
    if unpacker is None:
        if first:
            say(f"Said to be packed as {coding}; it is kept unpacked.")
        yield first
        yield from body
        return
    for piece in _with(first, body):
        try:
            yield from unpacker.unpack(piece)
        except _ERRORS as error:
            raise BrokenBody(f"its content, packed as {coding}, is damaged") from error
    if first and not unpacker.finished():
        raise BrokenBody(f"its content, packed as {coding}, breaks off")


def _with(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


_ERRORS = (zlib.error, brotli.error, zstd.ZstdError, EOFError)


class _Unpacker(Protocol):
    def unpack(self, piece: bytes) -> Iterator[bytes]: ...
    def finished(self) -> bool: ...


def _unpacker(coding: str, first: bytes) -> _Unpacker | None:
    """What unpacks the coding; None where the first bytes are not packed in it."""
    for make in _UNPACKERS[coding]:
        try:
            next(make().unpack(first), b"")
        except _ERRORS:
            continue
        return make()
    return None


class _Zlib:
    """Also several members one after the other, as gzip allows."""

    def __init__(self, bits: int) -> None:
        self._bits, self._held = bits, zlib.decompressobj(bits)

    def unpack(self, piece: bytes) -> Iterator[bytes]:
        while piece:
            if self._held.eof:
                if not piece.strip(b"\0"):
                    return
                self._held = zlib.decompressobj(self._bits)
            yield self._held.decompress(piece, PIECE)
            piece = self._held.unconsumed_tail or self._held.unused_data

    def finished(self) -> bool:
        return self._held.eof


class _Brotli:
    def __init__(self) -> None:
        self._held = brotli.Decompressor()

    def unpack(self, piece: bytes) -> Iterator[bytes]:
        out = self._held.process(piece, output_buffer_limit=PIECE)
        while out:
            yield out
            out = b"" if self.finished() else self._held.process(b"", output_buffer_limit=PIECE)

    def finished(self) -> bool:
        return bool(self._held.is_finished())


class _Zstd:
    """Also several frames one after the other."""

    def __init__(self) -> None:
        self._held = zstd.ZstdDecompressor()

    def unpack(self, piece: bytes) -> Iterator[bytes]:
        while piece or not (self._held.needs_input or self._held.eof):
            if self._held.eof:
                self._held = zstd.ZstdDecompressor()
            yield self._held.decompress(piece, PIECE)
            piece = self._held.unused_data

    def finished(self) -> bool:
        return self._held.eof


_UNPACKERS: dict[str, tuple[Callable[[], _Unpacker], ...]] = {
    "gzip": (lambda: _Zlib(31),),
    "x-gzip": (lambda: _Zlib(31),),
    "deflate": (lambda: _Zlib(15), lambda: _Zlib(-15)),  # with a head, as meant, or without
    "br": (_Brotli,),
    "zstd": (_Zstd,),
}
CODINGS = frozenset({"", "identity", *_UNPACKERS})
