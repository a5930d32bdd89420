"""What goes through the pipe out of the sandbox: written by the child, checked by the parent.

    frame     kind (1 byte) | payload length (u32) | payload
    document  header length (u32) | header (JSON) | text (UTF-8) | boxes (7 × i32 each) | blocks

A file inside another goes out in frames of its own, since it is read elsewhere: what it is
called (``INSIDE``), its bytes (``CHUNK``), how they ended (``END``).

Invariants: the writer is hostile. Nothing is built before its lengths fit, every field has
its type and its cap, and whatever else comes raises ``BadFrame``. A frame of each kind has
its own longest payload; a document takes the parent not much more memory than the payload is
long. JSON and integers only, never a pickle.
"""

from __future__ import annotations

import json
import struct
import sys
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from habeas.reading import bounded, parts
from habeas.reading.documents import Box, Document, State
from habeas.reading.limits import MIB, Limits
from habeas.reading.parts import LONGEST_PATH, LONGEST_WORD
from habeas.reading.parts import BadFrame as BadFrame
from habeas.reading.readers.interface import DraftReading

PROGRESS, OUTER, PICTURE = b"P", b"Z", b"I"
INSIDE, CHUNK, END, UNREAD = b"N", b"C", b"E", b"U"
HEAD = struct.Struct(">cI")
CHUNK_BYTES = MIB
_REMARK_BYTES = 64 * 1024
_LENGTH = struct.Struct(">I")
_FIELDS = len(Box._fields)
_MOST_METADATA = 1_000
_METADATA_CODE_POINTS = 400_000
_HEADER_BYTES = 16 * MIB
_HEADER_STRUCTURE = 128 * 1024
_HEADER = frozenset({
    "inner_path", "sha256", "size_bytes", "media_type", "state", "reason", "missing", "warnings",
    "metadata", "reader", "reader_version", "settings", "pages", "text_bytes", "boxes", "blocks",
})  # fmt: skip


def longest(kind: bytes, limits: Limits) -> int:
    """The most bytes that a payload of this kind may have; -1 where there is no such kind."""
    if kind in (OUTER, PICTURE):
        return limits.output_bytes
    caps = {PROGRESS: 0, CHUNK: CHUNK_BYTES, INSIDE: _REMARK_BYTES}
    return (caps | {END: _REMARK_BYTES, UNREAD: _REMARK_BYTES}).get(kind, -1)


@dataclass(frozen=True, slots=True)
class Detected:
    """What is known of a file before it is read."""

    inner_path: str
    sha256: str
    size_bytes: int
    media_type: str


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    return HEAD.pack(kind, len(payload)) + payload


def ending(
    found: Detected, state: State, reason: str, *, reader: str = "", version: str = ""
) -> bytes:
    """A document of which only the state is known."""
    draft = DraftReading(limits=Limits(), state=state, reason=reason)
    return document(found, draft, reader=reader, version=version)


def document(found: Detected, draft: DraftReading, *, reader: str, version: str) -> bytes:
    """A finished draft as a payload."""
    text, rows, boxes = draft.taken()
    encoded, blocks = text.encode(), list(parts.written(rows))
    header = {
        "inner_path": found.inner_path,
        "sha256": found.sha256,
        "size_bytes": found.size_bytes,
        "media_type": found.media_type,
        "state": str(draft.state or State.READ),
        "reason": draft.reason,
        "missing": draft.missing,
        "warnings": draft.warnings,
        "metadata": _strings(draft.metadata),
        "reader": reader,
        "reader_version": version,
        "settings": _strings(draft.settings),
        "pages": draft.pages,
        "text_bytes": len(encoded),
        "boxes": len(boxes) // _FIELDS,
        "blocks": len(blocks),
    }
    head = json.dumps(header, ensure_ascii=True, separators=(",", ":")).encode()
    if sys.byteorder == "big":
        boxes = array("i", boxes)
        boxes.byteswap()
    return b"".join((_LENGTH.pack(len(head)), head, encoded, memoryview(boxes).cast("B"), *blocks))


def _strings(values: Mapping[str, str]) -> dict[str, str]:
    """As the parent takes them: strings without surrogates, cut to their caps."""
    clean: dict[str, str] = {}
    left = _METADATA_CODE_POINTS
    for name, value in list(values.items())[:_MOST_METADATA]:
        name = str(name)[:LONGEST_WORD].encode(errors="replace").decode()
        word = str(value)[:LONGEST_WORD].encode(errors="replace").decode()
        left -= len(name) + len(word)
        if left < 0:
            break
        clean[name] = word
    return clean


# --- the parent's side ------------------------------------------------------------------


def read_document(payload: bytes | bytearray | memoryview, limits: Limits) -> Document:
    """The document, if the payload is one that keeps to the limits."""
    view = memoryview(payload)
    if len(view) < _LENGTH.size:
        raise BadFrame("no header")
    (length,) = _LENGTH.unpack_from(view)
    start = _LENGTH.size + length
    if start > len(view):
        raise BadFrame("the header is longer than the frame")
    header = _object(view[_LENGTH.size : start], _HEADER_BYTES, _HEADER_STRUCTURE)
    if header.keys() != _HEADER:
        raise BadFrame("the header has other fields")
    text_bytes = _number(header, "text_bytes", limits.output_bytes)
    boxes_count = _number(header, "boxes", limits.boxes)
    blocks = _number(header, "blocks", limits.parts)
    middle = start + text_bytes
    end = middle + boxes_count * _FIELDS * 4
    if end > len(view):
        raise BadFrame("the lengths do not add up")
    text = _text(view[start:middle], limits.text_code_points + 1)
    numbers = array("i")
    numbers.frombytes(view[middle:end])
    if sys.byteorder == "big":
        numbers.byteswap()
    state = _state(header)
    reason = _word(header, "reason")
    if state not in (State.READ, State.EMPTY, State.IN_PART) and not reason:
        raise BadFrame(f"{state} without a reason")
    missing = _words(header, "missing")
    if state is State.IN_PART and not missing:
        raise BadFrame("in part, and nothing is missing")
    return Document(
        inner_path=_word(header, "inner_path", LONGEST_PATH),
        sha256=_digest(header),
        size_bytes=_number(header, "size_bytes", 2**63),
        media_type=_word(header, "media_type"),
        state=state,
        reason=reason,
        missing=missing,
        warnings=_words(header, "warnings"),
        text=text,
        parts=parts.check(view[end:], blocks, len(text), numbers, limits.parts),
        metadata=_mapping(header, "metadata"),
        reader=_word(header, "reader"),
        reader_version=_word(header, "reader_version"),
        settings=_mapping(header, "settings"),
        pages=_number(header, "pages", 10_000_000),
    )


def _text(encoded: memoryview, most_code_points: int) -> str:
    """Decoded once its length is known: one character can make each cost four bytes."""
    if len(encoded) > 4 * most_code_points:
        raise BadFrame("the text is too long")
    if len(encoded) > most_code_points:
        continued = sum(
            len(block) - len(block.translate(None, _CONTINUED))
            for block in (bytes(encoded[at : at + MIB]) for at in range(0, len(encoded), MIB))
        )
        if len(encoded) - continued > most_code_points:
            raise BadFrame("the text is too long")
    try:
        return str(encoded, "utf-8")
    except UnicodeDecodeError as error:
        raise BadFrame("the text is not UTF-8") from error


_CONTINUED = bytes(range(0x80, 0xC0))  # every byte of a character in UTF-8 but its first


# --- files inside -------------------------------------------------------------------------


def inside(name: str, hint: str) -> bytes:
    """A file inside begins."""
    return frame(INSIDE, _small({"name": name[:LONGEST_WORD], "hint": _clean(hint)}))


def read_inside(payload: bytes | bytearray) -> tuple[str, str]:
    """The name as its container has it, with lone surrogates, and the type that it claims."""
    header = _object(payload, _REMARK_BYTES, _REMARK_BYTES)
    return _raw(header, "name"), _word(header, "hint")


def unread(name: str, state: State, reason: str, size_bytes: int) -> bytes:
    """A file inside whose bytes cannot be had."""
    fields = {"name": name[:LONGEST_WORD], "state": str(state), "reason": _clean(reason)}
    return frame(UNREAD, _small(fields | {"size_bytes": size_bytes}))


def read_unread(payload: bytes | bytearray) -> tuple[str, State, str, int]:
    header = _object(payload, _REMARK_BYTES, _REMARK_BYTES)
    state, reason = _state(header), _word(header, "reason")
    if state in (State.READ, State.IN_PART) or not (reason or state is State.EMPTY):
        raise BadFrame("a file inside that was not read")
    return _raw(header, "name"), state, reason, _number(header, "size_bytes", 2**63)


def end(limit: str = "", words: str = "") -> bytes:
    """All bytes of a file inside were sent, or no more can be: at a limit, or by an error."""
    return frame(END, _small({"limit": limit, "words": _clean(words)}))


def read_end(payload: bytes | bytearray) -> tuple[str, str]:
    header = _object(payload, _REMARK_BYTES, _REMARK_BYTES)
    return _word(header, "limit"), _word(header, "words")


def _small(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode()


def _clean(words: str) -> str:
    return words[:LONGEST_WORD].encode(errors="replace").decode()


# --- fields -------------------------------------------------------------------------------


def _object(data: bytes | bytearray | memoryview, most: int, structure: int) -> dict[str, Any]:
    try:
        header = bounded.load(memoryview(data), most_bytes=most, most_structure=structure)
    except bounded.Unbounded as error:
        raise BadFrame(f"the header: {error}") from error
    if not isinstance(header, dict):
        raise BadFrame("the header is not an object")
    return header


def _state(header: dict[str, Any]) -> State:
    try:
        state = State(_word(header, "state"))
    except ValueError as error:
        raise BadFrame("no such state") from error
    return state


def _raw(header: dict[str, Any], name: str, longest: int = LONGEST_WORD) -> str:
    value = header.get(name)
    if type(value) is not str or len(value) > longest:
        raise BadFrame(name)
    return value


def _word(header: dict[str, Any], name: str, longest: int = LONGEST_WORD) -> str:
    return parts.text(_raw(header, name, longest))


def _words(header: dict[str, Any], name: str) -> tuple[str, ...]:
    return parts.listed(header.get(name), name)


def _number(header: dict[str, Any], name: str, most: int) -> int:
    value = header.get(name)
    if type(value) is not int or not 0 <= value <= most:
        raise BadFrame(name)
    return value


def _mapping(header: dict[str, Any], name: str) -> dict[str, str]:
    value = header.get(name)
    if type(value) is not dict or len(value) > _MOST_METADATA:
        raise BadFrame(name)
    for key, word in value.items():
        if type(word) is not str or max(len(key), len(word)) > LONGEST_WORD:
            raise BadFrame(name)
        parts.text(key)
        parts.text(word)
    return value


def _digest(header: dict[str, Any]) -> str:
    value = _word(header, "sha256")
    if value and (len(value) != 64 or set(value) - set("0123456789abcdef")):
        raise BadFrame("sha256")
    return value
