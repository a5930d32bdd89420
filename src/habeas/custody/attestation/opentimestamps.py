"""Proofs of OpenTimestamps, read and checked offline against block headers.

A detached proof (``.ots``) begins with a file's hash and applies operations (append,
prepend, hash) along a tree, each branch of which ends in an attestation. A Bitcoin
attestation says: what the operations lead to is the Merkle root of the block of this
height. Whoever holds that block's 80-byte header can check it; the header's time is then
when the file existed at the latest, give or take the two hours that miners may be wrong.

Invariants: reading uses no network and bounded memory and depth; kinds of attestation that
are not known are carried and prove nothing; a pending attestation is a calendar's promise
and proves nothing. A header is checked for its own proof of work, which shows that somebody
spent it, and from block 420,000 on for as much work as that block took at least half of; that
it is in the chain that others use is the supplier's word.

Format: https://github.com/opentimestamps/python-opentimestamps (read, not copied).
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from habeas.custody.errors import TimestampError, TimestampPending, TimestampUnreadable

MAGIC: Final = bytes.fromhex("004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e89294")
LARGEST_PROOF: Final = 256 * 1024  # bytes
LARGEST_MESSAGE: Final = 4096  # bytes; of what an operation may lead to
LARGEST_PAYLOAD: Final = 8192
DEEPEST: Final = 256
HEADER_BYTES: Final = 80
#: The easiest target that Bitcoin ever allowed (difficulty 1).
EASIEST: Final = 0xFFFF << 208
#: From this block on (July 2016) the difficulty was never below 2e11; half of that is asked for,
#: so that a made-up header costs some 4e20 hashes and not the 4e9 of difficulty 1.
HARDER_FROM: Final = 420_000
HARDER: Final = EASIEST // 100_000_000_000

_BITCOIN = bytes.fromhex("0588960d73d71901")
_PENDING = bytes.fromhex("83dfe30d2ef90c8e")
_HASHES: Final = {0x02: ("sha1", 20), 0x03: ("ripemd160", 20), 0x08: ("sha256", 32)}


@dataclass(frozen=True, slots=True)
class Attestation:
    """What ends a branch: ``kind`` is bitcoin, pending or unknown.

    ``message`` is what the operations lead to; ``height`` is the block's, ``calendar`` the
    address that promises.
    """

    kind: str
    message: bytes
    height: int = -1
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """A detached proof: over which hash of the file, and the attestations."""

    hash_name: str
    digest: bytes
    attestations: tuple[Attestation, ...]

    @property
    def heights(self) -> tuple[int, ...]:
        """The blocks whose headers can check it."""
        return tuple(sorted({one.height for one in self.attestations if one.kind == "bitcoin"}))

    @property
    def calendars(self) -> tuple[str, ...]:
        return tuple(sorted({one.calendar for one in self.attestations if one.kind == "pending"}))


@dataclass(frozen=True, slots=True)
class BlockAttestation:
    """A block attests the file: its height, its time, and its hash as it is usually written."""

    height: int
    time: datetime.datetime
    block: str


def is_proof(data: bytes) -> bool:
    """Whether the bytes begin as a detached proof does."""
    return data.startswith(MAGIC)


def read_proof(data: bytes) -> Proof:
    """Read a detached proof; nothing is checked but its form."""
    if not is_proof(data) or len(data) > LARGEST_PROOF:
        raise _unreadable("it does not begin as one does, or is too large")
    reader = _Reader(data, len(MAGIC))
    if reader.number() != 1:
        raise _unreadable("it is of a later version")
    hash_name, size = _HASHES.get(reader.byte(), ("", 0))
    if not size:
        raise _unreadable("it is over a hash that is not known here")
    digest = reader.take(size)
    attestations: list[Attestation] = []
    _walk(reader, digest, attestations, 0)
    if reader.at != len(data):
        raise _unreadable("something follows its end")
    return Proof(hash_name, digest, tuple(attestations))


def verify_proof(data: bytes, stamped: bytes, headers: Mapping[int, bytes]) -> BlockAttestation:
    """The earliest block that attests that ``stamped`` existed, by the headers given.

    Raises ``TimestampPending`` where no header is at hand for any of its attestations, and
    ``TimestampError`` where it is over other bytes or a header contradicts it.
    """
    proof = read_proof(data)
    if hashlib.new(proof.hash_name, stamped).digest() != proof.digest:
        raise TimestampError(
            "The OpenTimestamps proof is over other bytes.",
            next_step="Give the proof that was made for this checkpoint.",
        )
    found = []
    for one in proof.attestations:
        if one.kind != "bitcoin" or one.height not in headers:
            continue
        header = headers[one.height]
        time, block = read_header(header, one.height)
        if header[36:68] != one.message:
            raise TimestampError(
                f"Block {one.height} does not attest it: its header has another Merkle root.",
                next_step="Check that the header is that of this height; get it from two places.",
            )
        found.append(BlockAttestation(one.height, time, block))
    if found:
        return min(found, key=lambda attested: attested.height)
    if proof.heights:
        needed = " or ".join(str(height) for height in proof.heights)
        raise TimestampPending(
            f"The proof can be checked with the header of block {needed}, which was not given.",
            next_step="Give it with --headers FILE: the height and 160 hex digits on one line.",
        )
    raise TimestampPending(
        "No block attests the proof yet; it holds a promise of "
        f"{', '.join(proof.calendars) or 'no calendar known here'}.",
        next_step="In some hours complete it with `ots upgrade`, then add the result.",
    )


def read_header(header: bytes, height: int) -> tuple[datetime.datetime, str]:
    """The time and the hash of the header of a block, whose own proof of work must hold."""
    if len(header) != HEADER_BYTES:
        raise TimestampUnreadable(
            f"A block header has {HEADER_BYTES} bytes, not {len(header)}.",
            next_step="Give the whole header in hex.",
        )
    block = hashlib.sha256(hashlib.sha256(header).digest()).digest()
    bits = int.from_bytes(header[72:76], "little")
    exponent, mantissa = bits >> 24, bits & 0x7FFFFF
    target = mantissa << 8 * (exponent - 3) if exponent >= 3 else mantissa >> 8 * (3 - exponent)
    negative = bool(bits & 0x800000)
    easiest = EASIEST if height < HARDER_FROM else HARDER
    if negative or not 0 < target <= easiest or int.from_bytes(block, "little") > target:
        raise TimestampError(
            f"The header given for block {height} has no proof of work, or too little: "
            "it was made up or altered.",
            next_step="Get the header from a Bitcoin node, or from two explorers that agree.",
        )
    seconds = int.from_bytes(header[68:72], "little")
    time = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return time, block[::-1].hex()


def read_headers(text: str) -> dict[int, bytes]:
    """Headers as text: on each line a height and the header in 160 hex digits; # for remarks."""
    headers: dict[int, bytes] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        try:
            height, header = int(words[0]), bytes.fromhex(words[1])
            if len(words) != 2 or not 0 <= height < 2**31:
                raise ValueError
            read_header(header, height)
        except (ValueError, IndexError):
            raise TimestampUnreadable(
                f"Line {number} is not a block header.",
                next_step="It reads: height, space, 160 hex digits.",
            ) from None
        if headers.setdefault(height, header) != header:
            raise TimestampUnreadable(
                f"Line {number} gives another header for block {height}.",
                next_step="Find out which one is right before anything is checked with it.",
            )
    return headers


class _Reader:
    """Bytes from front to back; running out is ``TimestampUnreadable``."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def take(self, count: int) -> bytes:
        taken = self.data[self.at : self.at + count]
        if len(taken) != count:
            raise _unreadable("it is cut short")
        self.at += count
        return taken

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        """An unsigned number, seven bits a byte, the lowest first."""
        value = 0
        for shift in range(0, 64, 7):
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise _unreadable("it holds a number that is too large")

    def sized(self, most: int) -> bytes:
        count = self.number()
        if count > most:
            raise _unreadable("a part of it is too long")
        return self.take(count)


def _walk(reader: _Reader, message: bytes, found: list[Attestation], depth: int) -> None:
    """Read one node: branches before the last are marked 0xff."""
    while True:
        tag = reader.byte()
        more = tag == 0xFF
        if more:
            tag = reader.byte()
        if tag == 0x00:
            found.append(_attestation(reader, message))
        elif depth == DEEPEST:
            raise _unreadable("it is too deep")
        else:
            _walk(reader, _apply(reader, tag, message), found, depth + 1)
        if not more:
            return


def _apply(reader: _Reader, tag: int, message: bytes) -> bytes:
    if tag in _HASHES:
        try:
            return hashlib.new(_HASHES[tag][0], message).digest()
        except ValueError:
            raise _unreadable(f"{_HASHES[tag][0]} is not available on this machine") from None
    if tag == 0xF0:
        message += reader.sized(LARGEST_MESSAGE)
    elif tag == 0xF1:
        message = reader.sized(LARGEST_MESSAGE) + message
    elif tag == 0xF2:
        message = message[::-1]
    elif tag == 0xF3:
        message = message.hex().encode()
    else:
        raise _unreadable(f"it uses an operation that is not known here ({tag:#04x})")
    if len(message) > LARGEST_MESSAGE:
        raise _unreadable("an operation leads to something too long")
    return message


def _attestation(reader: _Reader, message: bytes) -> Attestation:
    kind, payload = reader.take(8), _Reader(reader.sized(LARGEST_PAYLOAD))
    if kind == _BITCOIN:
        found = Attestation("bitcoin", message, height=payload.number())
    elif kind == _PENDING:
        calendar = payload.sized(1000).decode("ascii", "replace")
        found = Attestation("pending", message, calendar=calendar)
    else:
        return Attestation("unknown", message)
    if payload.at != len(payload.data):
        raise _unreadable("an attestation is too long")
    return found


def _unreadable(why: str) -> TimestampUnreadable:
    return TimestampUnreadable(
        f"The OpenTimestamps proof cannot be read: {why}.",
        next_step="Give the .ots file as it was made; it may have been cut.",
    )
