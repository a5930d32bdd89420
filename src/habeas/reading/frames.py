"""Documents on the pipe out of the sandbox: written by the child, checked by the parent.

    frame     kind (1 byte) | payload length (u32) | payload
    document  header length (u32) | header (JSON) | text (UTF-8) | boxes (7 × i32 each)

Invariants: the writer is hostile. Nothing is built before its lengths fit, every field has
its type and its cap, parts and boxes lie inside the text, and whatever else comes raises
``BadFrame``. JSON and integers only, never a pickle.
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from habeas.reading import lanes
from habeas.reading.documents import Box, Boxes, Document, Part, State
from habeas.reading.limits import Limits
from habeas.reading.readers.interface import Draft

PROGRESS, INNER, OUTER, PICTURE = b"P", b"D", b"Z", b"I"
KINDS = (PROGRESS, INNER, OUTER, PICTURE)
HEAD = struct.Struct(">cI")
_LENGTH = struct.Struct(">I")
_FIELDS = len(Box._fields)
_LONGEST_WORD = 4_096  # of a name, a reason, a metadata value ...
_LONGEST_PATH = 16_384
_MOST_REMARKS = 1_000
_MOST_METADATA = 1_000
_FURTHEST = 2**31 - 1


class BadFrame(Exception):
    """What came out of the sandbox is not a document."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a file before it is read."""

    inner_path: str
    sha256: str
    size_bytes: int
    media_type: str


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    return HEAD.pack(kind, len(payload)) + payload


def ending(
    found: Found, state: State, reason: str, *, reader: str = "", version: str = ""
) -> bytes:
    """A document of which only the state is known."""
    draft = Draft(limits=Limits(), state=state, reason=reason)
    return document(found, draft, reader=reader, version=version)


def document(found: Found, draft: Draft, *, reader: str, version: str) -> bytes:
    """A finished draft as a payload."""
    text, parts, boxes = draft.taken()
    encoded = text.encode()
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
        "parts": parts,
    }
    head = json.dumps(header, ensure_ascii=True, separators=(",", ":")).encode()
    if sys.byteorder == "big":
        boxes = array("i", boxes)
        boxes.byteswap()
    return b"".join((_LENGTH.pack(len(head)), head, encoded, memoryview(boxes).cast("B")))


def _strings(values: Mapping[str, str]) -> dict[str, str]:
    """As the parent takes them: strings without surrogates, cut to their caps."""
    clean: dict[str, str] = {}
    for name, value in list(values.items())[:_MOST_METADATA]:
        name = str(name).encode(errors="replace").decode()[:_LONGEST_WORD]
        clean[name] = str(value).encode(errors="replace").decode()[:_LONGEST_WORD]
    return clean


# --- the parent's side ------------------------------------------------------------------


def read_document(payload: bytes | memoryview, limits: Limits) -> Document:
    """The document, if the payload is one that keeps to the limits."""
    view = memoryview(payload)
    if len(view) < _LENGTH.size:
        raise BadFrame("no header")
    (length,) = _LENGTH.unpack_from(view)
    if length > len(view) - _LENGTH.size:
        raise BadFrame("the header is longer than the frame")
    try:
        header = json.loads(bytes(view[4 : 4 + length]))
    except (ValueError, RecursionError) as error:
        raise BadFrame("the header is not JSON") from error
    if not isinstance(header, dict):
        raise BadFrame("the header is not an object")
    text_bytes = _number(header, "text_bytes", limits.output_bytes)
    boxes_count = _number(header, "boxes", limits.boxes)
    start = _LENGTH.size + length
    if len(view) != start + text_bytes + boxes_count * _FIELDS * 4:
        raise BadFrame("the lengths do not add up")
    try:
        text = str(view[start : start + text_bytes], "utf-8")
    except UnicodeDecodeError as error:
        raise BadFrame("the text is not UTF-8") from error
    if len(text) > limits.text_code_points + 1:
        raise BadFrame("the text is too long")
    numbers = array("i")
    numbers.frombytes(view[start + text_bytes :])
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
        inner_path=_word(header, "inner_path", _LONGEST_PATH),
        sha256=_digest(header),
        size_bytes=_number(header, "size_bytes", 2**63),
        media_type=_word(header, "media_type"),
        state=state,
        reason=reason,
        missing=missing,
        warnings=_words(header, "warnings"),
        text=text,
        parts=_parts(header, text, numbers, limits),
        metadata=_mapping(header, "metadata"),
        reader=_word(header, "reader"),
        reader_version=_word(header, "reader_version"),
        settings=_mapping(header, "settings"),
        pages=_number(header, "pages", 10_000_000),
    )


def _parts(
    header: dict[str, Any], text: str, numbers: array[int], limits: Limits
) -> tuple[Part, ...]:
    rows = header.get("parts")
    if not isinstance(rows, list) or len(rows) > limits.parts:
        raise BadFrame("parts")
    starts, stops = _checked_boxes(numbers, len(text))
    made: list[Part] = []
    ends: dict[str, int] = {}
    before, taken, length = 0, 0, len(text)
    for row in rows:
        if type(row) is not list or len(row) != 10:
            raise BadFrame("a part is not a row")
        kind, start, stop, locator, stored, hidden, language, script, warnings, count = row
        if not (
            type(kind) is str and 0 < len(kind) <= 32
            and type(start) is int and type(stop) is int and type(hidden) is bool
            and type(stored) is str and type(language) is str and type(script) is str
            and len(language) <= 64 and len(script) <= 64 and type(count) is int
        ):  # fmt: skip
            raise BadFrame("a part's fields")
        if not before <= start <= stop <= length or start < ends.get(kind, 0):
            raise BadFrame("a part lies outside the text, or over another")
        if not 0 <= count <= len(starts) - taken:
            raise BadFrame("a part's boxes")
        _check_text(stored)
        before, ends[kind] = start, stop
        own: Boxes | tuple[Box, ...] = ()
        if count:
            after = taken + count
            if not (
                lanes.within(starts[taken:after], start, stop)
                and lanes.within(stops[taken:after], start, stop)
            ):
                raise BadFrame("a box lies outside its part")
            own = Boxes(numbers[taken * _FIELDS : after * _FIELDS])
            taken = after
        made.append(
            Part(
                kind, start, stop, _locator(locator), stored, hidden, language, script,
                _listed(warnings, "warnings") if warnings else (), own,
            )
        )  # fmt: skip
    if taken != len(starts):
        raise BadFrame("boxes of no part")
    return tuple(made)


def _checked_boxes(numbers: array[int], length: int) -> tuple[array[int], array[int]]:
    """The starts and stops of all boxes, once every column keeps to its bounds."""
    columns = [numbers[at::_FIELDS] for at in range(_FIELDS)]
    starts, stops, *edges, confidences = columns
    if not all(lanes.within(edge, 0, 10_000) for edge in edges):
        raise BadFrame("a box lies outside its page")
    if confidences.tobytes().strip(b"\xff") and (min(confidences) < -1 or max(confidences) > 100):
        raise BadFrame("a box's confidence")
    if not (lanes.in_order(starts, stops) and lanes.within(stops, 0, length)):
        raise BadFrame("a box lies outside the text")
    return starts, stops


def _locator(value: object) -> dict[str, str | int]:
    if type(value) is not dict or len(value) > 32:
        raise BadFrame("a locator")
    for name, place in value.items():
        if len(name) > 64:
            raise BadFrame("a locator's name")
        if type(place) is str:
            if len(place) > _LONGEST_PATH:
                raise BadFrame("a locator's value")
            _check_text(place)
        elif type(place) is not int or abs(place) > _FURTHEST:
            raise BadFrame("a locator's value")
    return value


def _check_text(value: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise BadFrame("a string is not Unicode text") from error
    return value


def _state(header: dict[str, Any]) -> State:
    try:
        return State(_word(header, "state"))
    except ValueError as error:
        raise BadFrame("no such state") from error


def _word(header: dict[str, Any], name: str, longest: int = _LONGEST_WORD) -> str:
    value = header.get(name)
    if type(value) is not str or len(value) > longest:
        raise BadFrame(name)
    return _check_text(value)


def _words(header: dict[str, Any], name: str) -> tuple[str, ...]:
    return _listed(header.get(name), name)


def _listed(value: object, name: str) -> tuple[str, ...]:
    if type(value) is not list or len(value) > _MOST_REMARKS:
        raise BadFrame(name)
    for word in value:
        if type(word) is not str or len(word) > _LONGEST_WORD:
            raise BadFrame(name)
        _check_text(word)
    return tuple(value)


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
        if type(word) is not str or max(len(key), len(word)) > _LONGEST_WORD:
            raise BadFrame(name)
        _check_text(key)
        _check_text(word)
    return value


def _digest(header: dict[str, Any]) -> str:
    value = _word(header, "sha256")
    if value and (len(value) != 64 or set(value) - set("0123456789abcdef")):
        raise BadFrame("sha256")
    return value


EMPTY_DIGEST = hashlib.sha256(b"").hexdigest()
