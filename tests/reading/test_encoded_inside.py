"""What mail and cards keep encoded is read: uuencode and yEnc in a body, base64 in a vCard."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.reading.documents import Document, State
from habeas.reading.encodings import escapes
from habeas.reading.readers import mail_encoded

Read = Callable[..., list[Document]]

ROWS = "买买提,喀什\nTursun,Hotan\n".encode() * 9
HEAD = b"From: a@example.org\nTo: b@example.org\nSubject: list\n\nbefore\n"


def uuencoded(data: bytes, name: bytes = b"list.csv") -> bytes:
    lines = (binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))
    return b"begin 644 " + name + b"\n" + b"".join(lines) + b"`\nend\n"


def yencoded(data: bytes, name: bytes = b"list.csv", told: int = -1) -> bytes:
    out = bytearray()
    for value in data:
        moved = (value + 42) % 256
        out += bytes([61, (moved + 64) % 256]) if moved in (0, 10, 13, 61) else bytes([moved])
    size = len(data) if told < 0 else told
    return (
        b"=ybegin line=9999 size=%d name=%s\r\n" % (len(data), name)
        + bytes(out)
        + b"\r\n=yend size=%d crc32=%08x\r\n" % (size, zlib.crc32(data))
    )


@pytest.mark.parametrize("encoded", [uuencoded(ROWS), yencoded(ROWS)])
def test_a_file_in_the_body_is_a_file_inside(read_bytes: Read, encoded: bytes) -> None:
    inner, mail = read_bytes(HEAD + encoded + b"after\n", "mail.eml")
    assert inner.inner_path == "list.csv"
    assert "买买提" in inner.text
    assert "before" in mail.text
    assert "after" in mail.text
    assert "list.csv" in mail.text
    assert any("list.csv was in the body" in words for words in mail.warnings)


@pytest.mark.parametrize(
    "encoded", [uuencoded(ROWS).removesuffix(b"`\nend\n"), yencoded(ROWS, told=5)]
)
def test_a_file_that_is_cut_off_is_said(read_bytes: Read, encoded: bytes) -> None:
    *_, mail = read_bytes(HEAD + encoded, "mail.eml")
    assert mail.state is State.IN_PART


@pytest.mark.parametrize("words", ["begin 100 men\nwere taken\nend\n", "begin 644 x\n"])
def test_words_that_begin_so_stay_words(words: str) -> None:
    assert mail_encoded.taken_out(words.encode()) == (words.encode(), [])


def test_beginnings_of_no_file_are_looked_at_a_few_times() -> None:
    body = b"begin 644 x\n" * 50_000
    assert mail_encoded.taken_out(body) == (body, [])


@given(st.binary(min_size=1, max_size=400))
def test_what_is_encoded_comes_back(data: bytes) -> None:
    for encoded in (uuencoded(data), uuencoded(data).replace(b"\n", b"\r\n"), yencoded(data)):
        body, (inside,) = mail_encoded.taken_out(b"before\n" + encoded + b"after")
        assert (inside.data, inside.missing, inside.name) == (data, "", b"list.csv")
        assert body.startswith(b"before\n")
        assert body.endswith(b"after")


@pytest.mark.parametrize(
    ("parameters", "encoding"),
    [
        ("ENCODING=BASE64;CHARSET=UTF-8", "utf-8"), ("ENCODING=b", "utf-8"),
        ("CHARSET=GBK;ENCODING=B", "gbk"), ("BASE64;CHARSET=windows-1251", "cp1251"),
    ],
)  # fmt: skip
def test_base64_in_a_card_is_read(parameters: str, encoding: str) -> None:
    words = "Сидоров" if encoding == "cp1251" else "买买提 和田"
    kept = base64.b64encode(words.encode(encoding)).decode()
    for value in (kept, f"{kept[:5]}\r\n {kept[5:]}"):
        card = f"BEGIN:VCARD\r\nNOTE;{parameters}:{value}\r\nEND:VCARD\r\n"
        assert f":{words}\r\nEND" in escapes.shown(card, "text/vcard")


@pytest.mark.parametrize("value", ["/9j/4AAQSkZJRgABAQ==", "no base64 at all", "QUJ"])
def test_pictures_and_damaged_values_stay(value: str) -> None:
    card = f"BEGIN:VCARD\nPHOTO;ENCODING=b;TYPE=JPEG:{value}\nEND:VCARD\n"
    assert escapes.shown(card, "text/vcard") == card
