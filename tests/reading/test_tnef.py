"""TNEF, as Outlook sends it: what is attached inside is opened."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reading.drafting import read

from habeas.reading.documents import Document, State
from habeas.reading.readers import tnef

Read = Callable[..., list[Document]]


def attribute(name: int, value: bytes, level: int = 1, checksum: int | None = None) -> bytes:
    checked = sum(value) & 0xFFFF if checksum is None else checksum
    return struct.pack("<BII", level, name, len(value)) + value + struct.pack("<H", checked)


def properties(*values: tuple[int, int, bytes]) -> bytes:
    packed = struct.pack("<I", len(values))
    for tag, kind, raw in values:
        packed += struct.pack("<HHII", kind, tag, 1, len(raw)) + raw + bytes(-len(raw) % 4)
    return packed


def tnef_of(*attributes: bytes) -> bytes:
    return b"\x78\x9f\x3e\x22\x01\x00" + b"".join(attributes)


CODE_PAGE = attribute(0x00069007, struct.pack("<II", 936, 0))
ATTACHED = attribute(0x00069002, bytes(14), 2)


def test_the_case_is_opened(cases: Path, read_bytes: Read) -> None:
    inner, container, mail = read_bytes((cases / "mail" / "winmail.eml").read_bytes(), "w.eml")
    assert (inner.inner_path, inner.state) == ("winmail.dat!/list.csv", State.READ)
    assert "Example Person\tExample camp" in inner.text
    assert "Subject: tnef subject" in container.text
    assert mail.state is State.READ


def test_names_in_the_senders_code_page_and_long_names() -> None:
    done = read(
        tnef,
        tnef_of(
            CODE_PAGE,
            attribute(0x0002800C, "看守所名单".encode("gbk")),
            ATTACHED,
            attribute(0x00018010, "名单.csv".encode("gbk") + b"\0", 2),
            attribute(0x0006800F, b"a,b\n", 2),
            ATTACHED,
            attribute(0x00018010, b"LONGNA~1.TXT\0", 2),
            attribute(0x0006800F, b"text", 2),
            attribute(0x00069005, properties((0x3707, 0x1F, "ھۆججەت.txt".encode("utf-16-le"))), 2),
        ),
        tnef.MEDIA_TYPE,
    )
    assert done.inner == {"名单.csv": b"a,b\n", "ھۆججەت.txt": b"text"}
    assert "看守所名单" in done.text


def test_a_message_within_is_read_as_one(read_bytes: Read) -> None:
    within = tnef_of(
        ATTACHED, attribute(0x00018010, b"in.txt\0", 2), attribute(0x0006800F, b"deep", 2)
    )
    data = tnef_of(
        ATTACHED,
        attribute(0x00018010, b"message\0", 2),
        attribute(0x00069005, properties((0x3701, 0x0D, bytes(16) + within)), 2),
    )
    documents = {one.inner_path: one for one in read_bytes(data, "winmail.dat")}
    assert documents["message!/in.txt"].text.strip() == "deep"


def test_bodies_of_the_properties_are_files_inside() -> None:
    html = "<p>Хотан</p>".encode("cp1251")
    done = read(
        tnef, tnef_of(attribute(0x00069003, properties((0x1013, 0x102, html)))), tnef.MEDIA_TYPE
    )
    assert done.inner == {"body.html": html}


def test_what_breaks_off_or_was_changed_is_said() -> None:
    whole = tnef_of(ATTACHED, attribute(0x00018010, b"a\0", 2), attribute(0x0006800F, b"text", 2))
    cut = read(tnef, whole[:-4], tnef.MEDIA_TYPE)
    assert cut.draft.missing
    changed = read(tnef, tnef_of(attribute(0x0002800C, b"body", checksum=1)), tnef.MEDIA_TYPE)
    assert changed.draft.warnings


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_no_bytes_break_it(data: bytes) -> None:
    read(tnef, b"\x78\x9f\x3e\x22\x01\x00" + data, tnef.MEDIA_TYPE)
    read(tnef, tnef_of(attribute(0x00069003, data)), tnef.MEDIA_TYPE)
