"""What is read of Outlook's files: headers, bodies, attachments, messages in messages."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from tests.reading.drafting import Read, read

from habeas.reading.documents import State
from habeas.reading.readers import ole, outlook

MSG, PST = "application/vnd.ms-outlook", "application/vnd.ms-outlook-pst"
END, FREE, NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFF
Tree = dict[str, "bytes | Tree"]


def compound(tree: Tree) -> bytes:
    """A compound file (MS-CFB, 512 byte sectors) without a mini stream."""
    entries: list[list[object]] = [["Root Entry", 5, NONE, NONE, END, 0]]
    sectors: list[bytes] = []
    chains: list[list[int]] = []

    def store(content: bytes) -> int:
        pieces = [content[at : at + 512].ljust(512, b"\0") for at in range(0, len(content), 512)]
        chains.append(list(range(len(sectors), len(sectors) + len(pieces))))
        sectors.extend(pieces)
        return chains[-1][0] if pieces else END

    def add(owner: int, inside: Tree) -> None:
        before = None
        for name, content in inside.items():
            number = len(entries)
            if isinstance(content, dict):
                entries.append([name, 1, NONE, NONE, 0, 0])
                add(number, content)
            else:
                entries.append([name, 2, NONE, NONE, store(content), len(content)])
            if before is None:
                entries[owner][3] = number
            else:
                entries[before][2] = number
            before = number

    add(0, tree)
    directory = b""
    for name, kind, right, child, start, size in entries:
        raw = f"{name}\0".encode("utf-16-le")
        directory += struct.pack(
            "<64sHBBIII36xIQ", raw, len(raw), kind, 1, NONE, right, child, start, size
        )
    first = store(directory)
    table_start = len(sectors)
    count = -(-(len(sectors) + len(sectors) // 100 + 2) // 128)
    table = [FREE] * (count * 128)
    for chain in chains:
        for here, following in zip(chain, [*chain[1:], END], strict=True):
            table[here] = following
    for number in range(count):
        table[table_start + number] = 0xFFFFFFFD
    sectors.append(struct.pack(f"<{len(table)}I", *table))
    fat = [table_start + number for number in range(count)]
    head = ole.MAGIC + b"\0" * 16 + struct.pack("<HHHHH6xIII", 62, 3, 0xFFFE, 9, 6, 0, count, first)
    head += struct.pack("<IIIIII", 0, 0, END, 0, END, 0)
    head += struct.pack("<109I", *fat, *[FREE] * (109 - len(fat)))
    return head + b"".join(sectors)


def text(tag: int, words: str) -> tuple[str, bytes]:
    return f"__substg1.0_{tag:04X}001F", words.encode("utf-16-le")


def fixed(head: int, **values: tuple[int, int, int]) -> bytes:
    """Properties of fixed length: name = (tag, type, value)."""
    rows = [struct.pack("<HHIQ", kind, tag, 6, value) for tag, kind, value in values.values()]
    return b"\0" * head + b"".join(rows)


def message(head: int = 32, **more: bytes | Tree) -> Tree:
    sent = (0x0039, 0x40, (1_556_705_472 + 11_644_473_600) * 10**7)
    tree: Tree = dict(
        [text(0x0037, "ئۇچۇر"), text(0x0C1A, "A Sender"), text(0x5D01, "sender@example.org"),
         text(0x1000, "Come at night.\r\n")]
    )  # fmt: skip
    tree["__properties_version1.0"] = fixed(head, sent=sent)
    return tree | more


def read_msg(tree: Tree) -> Read:
    return read(outlook, compound(tree), MSG)


def test_headers_recipients_and_body_are_parts() -> None:
    copied: Tree = dict([text(0x3001, "B Copied"), text(0x39FE, "copied@example.org")])
    copied["__properties_version1.0"] = fixed(8, kind=(0x0C15, 3, 2))
    done = read_msg(message(**{"__recip_version1.0_#00000000": copied}))
    assert [text for text, _place in done.of("header")] == [
        "From: A Sender <sender@example.org>",
        "Cc: B Copied <copied@example.org>",
        "Date: 2019-05-01T10:11:12Z",
        "Subject: ئۇچۇر",
    ]
    assert done.of("body") == [("Come at night.\r\n", {"body": 1})]
    assert done.draft.metadata["subject"] == "ئۇچۇر"


def test_attachments_and_html_are_files_inside() -> None:
    attached: Tree = dict([text(0x3707, "list.csv")])
    attached["__substg1.0_37010102"] = b"a,b\n" * 2000
    attached["__properties_version1.0"] = fixed(8, method=(0x3705, 3, 1))
    done = read_msg(
        message(**{"__attach_version1.0_#00000000": attached, "__substg1.0_10130102": b"<p>x</p>"})
    )
    assert done.inner == {"body.html": b"<p>x</p>", "list.csv": b"a,b\n" * 2000}


def test_a_message_in_a_message_is_read_in_place() -> None:
    attached: Tree = {"__substg1.0_3701000D": message(24)}
    attached["__properties_version1.0"] = fixed(8, method=(0x3705, 3, 5))
    done = read_msg(message(**{"__attach_version1.0_#00000000": attached}))
    assert [place for _text, place in done.of("body")] == [
        {"body": 1},
        {"attachment": 1, "body": 1},
    ]
    assert done.of("header")[-1] == ("Subject: ئۇچۇر", {"attachment": 1, "header": "Subject"})


def test_an_embedded_object_is_said_to_be_missing() -> None:
    attached: Tree = {"__substg1.0_3701000D": {"x": b"y"}}
    attached["__properties_version1.0"] = fixed(8, method=(0x3705, 3, 6))
    done = read_msg(message(**{"__attach_version1.0_#00000000": attached}))
    assert done.draft.missing == ["The embedded object attachment 1"]


def test_narrow_text_is_read_by_its_code_page() -> None:
    tree: Tree = {"__substg1.0_1000001E": "Кашгар".encode("cp1251")}
    tree["__properties_version1.0"] = fixed(32, page=(0x3FFD, 3, 1251))
    assert read_msg(tree).text == "Кашгар\n"


def test_packed_rtf_is_unpacked() -> None:
    """The example of MS-OXRTFCP, section 3.1."""
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232"
        "0af32068656c0900206277"
        "05b06c647d0a800fa0"
    )
    assert outlook.unpacked_rtf(packed) == (b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n")
    assert outlook.unpacked_rtf(packed[:10]) is None


@pytest.mark.parametrize("cut", [0, 100, 600, 1500])
def test_a_message_that_breaks_off_is_never_called_whole(cut: int) -> None:
    data = compound(message(**{"__substg1.0_10130102": b"x" * 9000}))[:cut]
    done = read(outlook, data, MSG)
    assert done.draft.state is State.FAILED or done.draft.missing


def test_chains_in_a_circle_end() -> None:
    data = bytearray(compound(message()))
    at = data.rfind(struct.pack("<I", END))
    for start in range(512, len(data) - 4, 512):
        piece = data[start : start + 512]
        if piece.count(struct.pack("<I", END)) > 2:
            data[start : start + 512] = piece.replace(struct.pack("<I", END), struct.pack("<I", 0))
    assert at > 0
    read(outlook, bytes(data), MSG)


def test_a_msg_and_a_pst_of_others(vectors: Path) -> None:
    folder = vectors / "documents" / "ingest-file"
    done = read(outlook, (folder / "piste.msg").read_bytes(), MSG)
    assert done.draft.metadata["from"] == "GMX Magazin <mailings@gmxnet.de>"
    assert done.draft.metadata["date"] == "2010-11-28T22:42:18Z"
    assert not done.draft.missing
    pst = read(outlook, (folder / "testPST.pst").read_bytes(), PST)
    assert len(pst.of("body")) == 6
    assert pst.text.startswith("Subject: Re: Feature Generators\n")
    assert pst.draft.missing
