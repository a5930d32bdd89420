"""What comes out of the sandbox is a document that keeps every rule, or it is refused."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.reading.documents import Box, Boxes, Document, State
from habeas.reading.frames import BadFrame, Detected, document, read_document
from habeas.reading.limits import Limits
from habeas.reading.readers.interface import DraftReading, LimitReached

LIMITS = Limits(text_code_points=10_000, parts=50, boxes=50)
FOUND = Detected("box.zip!/note.txt", "a" * 64, 12, "text/plain")


def payload() -> bytes:
    draft = DraftReading(LIMITS, state=State.READ)
    with draft.open("page", {"page": 1}) as warnings:
        draft.add("paragraph", "Held in May", {"paragraph": 1}, boxes=[Box(0, 4, 1, 2, 3, 4)])
        draft.add("paragraph", "喀什", {"paragraph": 2}, boxes=[Box(0, 1, 1, 2, 3, 4, 90)])
        warnings.append("Read with little confidence.")
    draft.metadata["title"] = "A note"
    return document(FOUND, draft, reader="habeas.text", version="1")


def changed(**fields: Any) -> bytes:
    """The payload with other fields; ``parts`` are rows, in as many ``blocks`` as they are."""
    whole = payload()
    (length,) = struct.unpack_from(">I", whole)
    header = json.loads(whole[4 : 4 + length])
    end = 4 + length + header["text_bytes"] + header["boxes"] * 28
    behind = whole[end:]
    if (rows := fields.pop("parts", None)) is not None:
        encoded = json.dumps(rows).encode()
        behind = struct.pack(">I", len(encoded)) + encoded
    head = json.dumps(header | fields).encode()
    return struct.pack(">I", len(head)) + head + whole[4 + length : end] + behind


def part(**fields: Any) -> list[Any]:
    row = {"kind": "page", "start": 0, "stop": 4, "locator": {}, "stored": "", "hidden": False,
           "language": "", "script": "", "warnings": [], "boxes": 0} | fields  # fmt: skip
    return list(row.values())


def test_a_document_crosses_as_it_was() -> None:
    got = read_document(payload(), LIMITS)
    assert (got.text, got.state) == ("Held in May\n喀什\n", State.READ)
    page, first, second = got.parts
    assert (page.start, page.stop, page.warnings) == (0, 14, ("Read with little confidence.",))
    assert list(first.boxes) == [Box(0, 4, 1, 2, 3, 4)]
    assert list(second.boxes) == [Box(12, 13, 1, 2, 3, 4, 90)]
    assert got.metadata == {"title": "A note"}


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "sealed"}, {"state": "failed"}, {"state": "in-part"}, {"sha256": "A" * 64},
        {"sha256": "a" * 63}, {"size_bytes": -1}, {"size_bytes": 1.5}, {"size_bytes": True},
        {"text_bytes": 2}, {"text_bytes": 10**12}, {"boxes": 1}, {"boxes": 10**9},
        {"inner_path": "x" * 20_000}, {"inner_path": "\ud800"}, {"metadata": {"a": 1}},
        {"metadata": []}, {"warnings": ["x"] * 5_000}, {"warnings": "x"}, {"pages": "1"},
        {"parts": [part()] * 51}, {"parts": [part(stop=99)]}, {"parts": [part(start=-1)]},
        {"parts": [part(start=3, stop=2)]}, {"parts": [part(), part(start=2)]},
        {"parts": [part(kind="")]}, {"parts": [part(locator={"page": [1]})]},
        {"parts": [part(locator={"page": 2**40})]}, {"parts": [part(boxes=3)]},
        {"parts": [part(boxes=2)]}, {"parts": [part(stop=True)]}, {"parts": [part()[:-1]]},
        {"parts": []}, {"reader": None}, {"blocks": 0}, {"blocks": 2}, {"blocks": 10**9},
        {"more": 1}, {"parts": {}}, {"parts": [[]]}, {"parts": [part(stored="\ud800")]},
        {"parts": [part(kind="\udfff")]}, {"parts": [part(locator={"\ud800": 1})]},
        {"parts": [part(warnings=0)]}, {"parts": [part(language="x" * 65)]},
    ],
)  # fmt: skip
def test_every_field_is_held(fields: dict[str, Any]) -> None:
    with pytest.raises(BadFrame):
        read_document(changed(**fields), LIMITS)


@given(st.integers(0, len(payload()) - 1), st.integers(0, 255), st.integers(0, 40))
def test_a_damaged_frame_is_a_document_or_refused(at: int, byte: int, cut: int) -> None:
    damaged = bytearray(payload())
    damaged[at] = byte
    try:
        got = read_document(bytes(damaged[: len(damaged) - cut]), LIMITS)
    except BadFrame:
        return
    assert isinstance(got, Document)
    for each in got.parts:
        assert 0 <= each.start <= each.stop <= len(got.text)
        assert all(each.start <= box.start <= box.stop <= each.stop for box in each.boxes)


@given(st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(BadFrame):
        read_document(noise, LIMITS)


def test_no_field_may_be_left_out_or_put_in() -> None:
    (length,) = struct.unpack_from(">I", payload())
    header = json.loads(payload()[4 : 4 + length])
    for name in header:
        head = json.dumps({key: value for key, value in header.items() if key != name}).encode()
        with pytest.raises(BadFrame):
            read_document(struct.pack(">I", len(head)) + head + payload()[4 + length :], LIMITS)


def test_a_header_as_deep_as_it_is_long_is_refused() -> None:
    head = b"[" * 100_000
    with pytest.raises(BadFrame):
        read_document(struct.pack(">I", len(head)) + head, LIMITS)


def test_boxes_are_a_sequence_of_boxes() -> None:
    boxes = Boxes.of([[0, 5], [4, 7], [1, 1], [2, 2], [3, 3], [4, 4], [-1, 88]])
    assert (len(boxes), boxes[1], boxes[-1]) == (2, Box(5, 7, 1, 2, 3, 4, 88), boxes[1])
    assert boxes == (Box(0, 4, 1, 2, 3, 4), Box(5, 7, 1, 2, 3, 4, 88)) == boxes[:]


def test_a_draft_never_grows_past_its_caps() -> None:
    draft = DraftReading(Limits(text_code_points=10, parts=3, cells=2))
    with pytest.raises(LimitReached, match="code points"):
        draft.add("body", "x" * 11)
    assert draft.taken()[0] == "x" * 10 + "\n"
    cells = DraftReading(Limits(cells=2))
    cells.add("cell", "1")
    cells.add("cell", "2")
    with pytest.raises(LimitReached, match="more than 2 cells"):
        cells.add("cell", "3")
