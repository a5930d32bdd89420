"""Pieces of recordings on the pipe out of the sandbox, checked before a browser gets them.

Invariants: a piece is a WebM of at most one picture (VP8) and one sound (Opus) and of the
elements that playing them needs; it has no attachment, no chapter, no name and no other codec,
and it is no larger than a piece may be. What the frames themselves hold was written by ffmpeg in
the sandbox; this walk does not decode them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from habeas.reading import bounded
from habeas.reading.ebml import SEGMENT, VOID, BrokenEbml, elements
from habeas.reading.errors import NoPiece
from habeas.reading.readers.film_pieces import LARGEST_BYTES

_SLACK_BYTES = 2 * 1024 * 1024  # ffmpeg ends a file after the block that passes its bound
_CHECKSUM = 0xBF
_TRACKS, _ENTRY, _CODEC = 0x1654AE6B, 0xAE, 0x86
_CLUSTER, _GROUP, _INFO = 0x1F43B675, 0xA0, 0x1549A966
_EBML, _SEEK, _CUES = 0x1A45DFA3, 0x114D9B74, 0x1C53BB6B
#: What may stand in each element that is looked into.
_WITHIN = {
    0: frozenset({_EBML, SEGMENT}),
    SEGMENT: frozenset({_SEEK, _INFO, _TRACKS, _CUES, _CLUSTER}),
    _INFO: frozenset({0x2AD7B1, 0x4489, 0x4D80, 0x5741, 0x73A4}),
    _TRACKS: frozenset({_ENTRY}),
    _CLUSTER: frozenset({0xE7, 0xA3, _GROUP, 0xA7, 0xAB}),
    _GROUP: frozenset({0xA1, 0x9B, 0xFB, 0x75A2}),
}
_NOT_IN_AN_ENTRY = frozenset({0x536E, 0x6D80})  # a name; contents packed by another program
_CODECS = frozenset({b"V_VP8", b"A_OPUS"})


@dataclass(frozen=True, slots=True)
class PlayablePiece:
    """Two minutes of a recording, as a WebM for a browser."""

    webm: bytes


def read_piece(payload: bytes | bytearray) -> PlayablePiece:
    """The piece of a frame; ``NoPiece`` with the child's words, or ours, if there is none."""
    try:
        words, webm = bounded.split_answer(payload)
    except bounded.Unbounded:
        raise none("The reader sent what is not a piece of a recording.") from None
    if words:
        raise none(words)
    check(webm)
    return PlayablePiece(webm)


def check(webm: bytes) -> None:
    """Raise ``NoPiece`` unless the bytes are what a piece may be."""
    if len(webm) > LARGEST_BYTES + _SLACK_BYTES:
        raise none("The piece is larger than the limits allow.")
    found = _Found()
    try:
        _look(webm, 0, len(webm), 0, found)
    except BrokenEbml:
        raise none("The reader sent a damaged piece.") from None
    codecs = found.codecs
    if not 1 <= len(codecs) <= 2 or len(set(codecs)) != len(codecs) or set(codecs) - _CODECS:
        raise none("Nothing of it can be played.")
    if not found.clusters:
        raise none("Nothing of it is at that time.")


@dataclass(slots=True)
class _Found:
    codecs: list[bytes] = field(default_factory=list)
    clusters: int = 0


def _look(webm: bytes, start: int, stop: int, within: int, found: _Found) -> None:
    for kind, _, at, end in elements(webm, start, stop):
        if kind in (VOID, _CHECKSUM):
            continue
        if kind not in _WITHIN[within]:
            raise none("The reader sent a piece with more than sound and film in it.")
        if kind == _ENTRY:
            track = {k: webm[a:e] for k, _, a, e in elements(webm, at, end)}
            if track.keys() & _NOT_IN_AN_ENTRY:
                raise none("The reader sent a piece with more than sound and film in it.")
            found.codecs.append(track.get(_CODEC, b"").rstrip(b"\0"))
        elif kind in _WITHIN:
            found.clusters += kind == _CLUSTER
            _look(webm, at, end, kind, found)


def none(words: str) -> NoPiece:
    return NoPiece(words, next_step="The text already read and the sealed bytes are not affected.")
