"""TNEF, as Outlook sends it: what is attached inside is opened."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
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


def wide(words: str) -> bytes:
    return words.encode("utf-16-le") + b"\0\0"


@pytest.mark.parametrize("kind", [0x1E, 0x1F])
def test_what_only_properties_say_is_text(kind: int) -> None:
    """Outlook leaves the attributes out where the properties say the same."""

    def written(words: str) -> bytes:
        return wide(words) if kind == 0x1F else words.encode("gbk") + b"\0"

    sent = struct.pack("<Q", (1_514_764_800 + 11_644_473_600) * 10_000_000)
    done = read(
        tnef,
        tnef_of(
            CODE_PAGE,
            attribute(
                0x00069003,
                properties((0x0037, kind, written("看守所名单")), (0x1000, kind, written("买买提")),
                           (0x0C1A, kind, written("古丽")), (0x0C1F, kind, written("g@x.example")),
                           (0x0E04, kind, written("阿不都"))),
            ),
            attribute(0x00069003, struct.pack("<IHH", 1, 0x40, 0x39) + sent),
        ),
        tnef.MEDIA_TYPE,
    )  # fmt: skip
    assert done.text.splitlines() == [
        "From: 古丽 <g@x.example>", "To: 阿不都", "Date: 2018-01-01T00:00:00Z",
        "Subject: 看守所名单", "买买提",
    ]  # fmt: skip
    assert done.draft.state is None


def test_people_of_the_attributes_and_what_is_said_twice() -> None:
    row = properties((0x3001, 0x1F, wide("收件人")), (0x3003, 0x1F, wide("r@x.example")))
    done = read(
        tnef,
        tnef_of(
            attribute(0x00008000, struct.pack("<4H", 4, 0, 7, 16) + b"Gulnar\0SMTP:g@x.example\0"),
            attribute(0x00069004, struct.pack("<I", 1) + row),
            attribute(0x00038005, struct.pack("<7H", 2018, 1, 2, 3, 4, 5, 0)),
            attribute(0x00018004, b"??? list\0"),
            attribute(0x00069003, properties((0x0037, 0x1F, wide("看守所 list")))),
        ),
        tnef.MEDIA_TYPE,
    )
    assert done.text.splitlines() == [
        "From: Gulnar <g@x.example>", "To: 收件人 <r@x.example>", "Date: 2018-01-02 03:04:05",
        "Subject: 看守所 list",
    ]  # fmt: skip


def test_names_of_attachments_and_bodies_in_unicode() -> None:
    done = read(
        tnef,
        tnef_of(
            attribute(0x00069003, properties((0x1013, 0x1F, wide("<p>买买提</p>")))),
            ATTACHED,
            attribute(0x0006800F, b"short", 2),
            attribute(0x00069005, properties((0x3704, 0x1F, wide("short.txt"))), 2),
            ATTACHED,
            attribute(0x0006800F, b"shown", 2),
            attribute(0x00069005, properties((0x3001, 0x1F, wide("as shown.txt"))), 2),
        ),
        tnef.MEDIA_TYPE,
    )
    page = "<p>买买提</p>".encode()
    assert done.inner == {"body.html": page, "short.txt": b"short", "as shown.txt": b"shown"}


def test_properties_that_break_off_are_said() -> None:
    cut = struct.pack("<I", 2) + properties((0x1000, 0x1F, wide("held")))[4:]
    done = read(tnef, tnef_of(attribute(0x00069003, cut)), tnef.MEDIA_TYPE)
    assert (done.text.strip(), done.draft.missing) == (
        "held",
        ["Properties behind one that is broken."],
    )


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
    for name in (0x00069003, 0x00069004, 0x00008000):
        read(tnef, tnef_of(attribute(name, data)), tnef.MEDIA_TYPE)
