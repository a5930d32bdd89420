"""OpenTimestamps proofs, written here byte by byte, against the first block of Bitcoin.

Its header is real, so is its proof of work: the file that it attests is its own only
transaction, whose double SHA-256 is the block's Merkle root.
"""

from __future__ import annotations

import datetime
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.custody.attestation.opentimestamps import (
    MAGIC,
    is_proof,
    read_header,
    read_headers,
    read_proof,
    verify_proof,
)
from habeas.custody.errors import TimestampError, TimestampPending, TimestampUnreadable

TRANSACTION = bytes.fromhex(
    "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff"
    "001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e"
    "6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104"
    "678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51e"
    "c112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000"
)
HEADER = bytes.fromhex(
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27a"
    "c72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c"
)
#: Block 420,000.
LATER_HEADER = bytes.fromhex(
    "00000020cf60c99cd0d14181556d6db3238a6ca4eed31119c35b03030000000000000000fa0f9ea6c329b99b6d"
    "17576b73bc781267e566430aee747205b0acbca5238302552a8157fd260518b432bd82"
)
BITCOIN = bytes.fromhex("000588960d73d71901")
PENDING = bytes.fromhex("0083dfe30d2ef90c8e")
UNKNOWN = b"\x00unknown!"


def number(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def sized(data: bytes) -> bytes:
    return number(len(data)) + data


def block(height: int) -> bytes:
    return BITCOIN + sized(number(height))


def promise(calendar: str = "https://calendar.example") -> bytes:
    return PENDING + sized(sized(calendar.encode()))


def proof(tree: bytes, file: bytes = TRANSACTION) -> bytes:
    return MAGIC + b"\x01\x08" + hashlib.sha256(file).digest() + tree


def test_a_block_attests_a_file() -> None:
    attested = verify_proof(proof(b"\x08" + block(0)), TRANSACTION, {0: HEADER})
    assert attested.height == 0
    assert attested.time == datetime.datetime(2009, 1, 3, 18, 15, 5, tzinfo=datetime.UTC)
    assert attested.block == "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"


def test_operations_lead_where_they_say() -> None:
    digest = hashlib.sha256(TRANSACTION).digest()
    for operation, message in (
        (b"\xf0" + sized(b"end"), digest + b"end"),
        (b"\xf1" + sized(b"start"), b"start" + digest),
        (b"\xf2", digest[::-1]),
        (b"\xf3", digest.hex().encode()),
        (b"\x02", hashlib.sha1(digest).digest()),  # noqa: S324
        (b"\x08", hashlib.sha256(digest).digest()),
    ):
        read = read_proof(proof(operation + block(7)))
        assert [one.message for one in read.attestations] == [message]
        assert read.heights == (7,)


def test_every_branch_is_read() -> None:
    inner = b"\xff" + promise("https://a.example") + b"\x08" + UNKNOWN + sized(b"?")
    tree = b"\xff" + promise() + b"\xff\xf0" + sized(b"x") + inner + b"\x08" + block(300_000)
    read = read_proof(proof(tree))
    assert [one.kind for one in read.attestations] == ["pending", "pending", "unknown", "bitcoin"]
    assert read.calendars == ("https://a.example", "https://calendar.example")
    assert read.heights == (300_000,)


def test_a_promise_proves_nothing() -> None:
    with pytest.raises(TimestampPending, match=r"promise of https://calendar\.example"):
        verify_proof(proof(promise()), TRANSACTION, {0: HEADER})
    with pytest.raises(TimestampPending, match="no calendar known"):
        verify_proof(proof(UNKNOWN + sized(b"")), TRANSACTION, {0: HEADER})


def test_without_the_header_it_says_which_is_needed() -> None:
    tree = b"\xff\x08" + block(0) + b"\x08\x08" + block(9)
    with pytest.raises(TimestampPending, match="header of block 0 or 9"):
        verify_proof(proof(tree), TRANSACTION, {})


def test_other_bytes_are_refused() -> None:
    with pytest.raises(TimestampError, match="over other bytes"):
        verify_proof(proof(b"\x08" + block(0)), b"other", {0: HEADER})


def test_a_header_that_does_not_attest_it_is_refused() -> None:
    with pytest.raises(TimestampError, match="another Merkle root"):
        verify_proof(proof(b"\x08\x08" + block(0)), TRANSACTION, {0: HEADER})


@pytest.mark.parametrize("place", [0, 4, 36, 68, 72, 75, 76, 79])
def test_a_made_up_header_has_no_work(place: int) -> None:
    made_up = HEADER[:place] + bytes([HEADER[place] ^ 1]) + HEADER[place + 1 :]
    with pytest.raises(TimestampError, match="no proof of work"):
        verify_proof(proof(b"\x08" + block(0)), TRANSACTION, {0: made_up})


@pytest.mark.parametrize("bits", ["ffff7f20", "ffff001e", "00000000", "ffff801d", "ffffffff"])
def test_an_easy_target_is_no_work(bits: str) -> None:
    with pytest.raises(TimestampError, match="no proof of work"):
        read_header(HEADER[:72] + bytes.fromhex(bits) + HEADER[76:], 0)


def test_an_early_header_is_too_little_work_for_a_later_block() -> None:
    assert read_header(HEADER, 419_999) == read_header(HEADER, 0)
    with pytest.raises(TimestampError, match="block 420000 has no proof of work, or too little"):
        read_header(HEADER, 420_000)
    time, found = read_header(LATER_HEADER, 420_000)
    assert (time.year, time.month) == (2016, 7)
    assert found == "000000000000000002cce816c0ab2c5c269cb081896b7dcb34b8422d6b74ffa1"
    with pytest.raises(TimestampError, match="made up or altered"):
        verify_proof(proof(b"\x08" + block(800_000)), TRANSACTION, {800_000: HEADER})


def test_headers_are_read_from_text() -> None:
    text = f"# from a node\n\n0 {HEADER.hex()}\n  0   {HEADER.hex().upper()}  # again\n"
    assert read_headers(text) == {0: HEADER}
    for line in ("0", f"x {HEADER.hex()}", f"0 {HEADER.hex()} 1", "0 00", f"-1 {HEADER.hex()}"):
        with pytest.raises(TimestampUnreadable):
            read_headers(line)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        MAGIC,
        MAGIC + b"\x02",
        MAGIC + b"\x01\x99",
        proof(b""),
        proof(b"\x08"),
        proof(b"\x67" + block(0)),  # keccak256
        proof(block(0) + b"x"),
        proof(b"\xff" + block(0)),
        proof(BITCOIN + sized(b"\x00\x00")),
        proof(BITCOIN + sized(b"\xff" * 11)),
        proof(b"\xf0" + number(5000) + b"x" * 5000 + block(0)),
        proof(b"\xf3" * 9 + block(0)),  # doubles each time
        proof(b"\x08" * 1000 + block(0)),
        proof(b"\xff\x08" * 1000 + block(0)),
        proof(PENDING + sized(sized(b"x" * 1001))),
    ],
)
def test_what_cannot_be_read(data: bytes) -> None:
    with pytest.raises(TimestampUnreadable):
        read_proof(data)


@given(st.binary(max_size=200))
def test_no_bytes_confuse_the_reader(tree: bytes) -> None:
    data = proof(tree)
    assert is_proof(data)
    try:
        read_proof(data)
    except TimestampUnreadable:
        return


@given(st.binary(max_size=40), st.integers(0, 2**31 - 1))
def test_heights_and_operands_are_read(operand: bytes, height: int) -> None:
    read = read_proof(proof(b"\xf0" + sized(operand) + block(height)))
    assert read.heights == (height,)
    assert read.attestations[0].message.endswith(operand)
