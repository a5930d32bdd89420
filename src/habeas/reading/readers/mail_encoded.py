"""Files that stand in the body of a mail itself, in uuencode or yEnc, as before MIME and on Usenet.

Invariants: bytes of the body that are not such a file stay where they are; its first line stays
too, so that the text says where it stood; a file whose end, length or checksum does not fit is
given as far as it came, and that is said.
"""

from __future__ import annotations

import binascii
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_UU = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,255})\r?$", re.M)
_YENC = re.compile(rb"^=ybegin ([^\r\n]{0,200}?)name=([^\r\n]{1,255})\r?$", re.M)
_END = re.compile(rb"^(?:end|====)[ \t]*\r?$", re.M)
_YEND = re.compile(rb"^=yend ?([^\r\n]{0,200})\r?$", re.M)
_YPART = re.compile(rb"\A=ypart ([^\r\n]{0,200})\r?\n")
_UU_LINE = re.compile(rb"[ -`]{1,90}")
_MOST = 1_000  # files of one body
_MOST_FAILED = 20  # beginnings of none, each of which may be looked at to the body's end


@dataclass(frozen=True, slots=True)
class Inside:
    """A file found in a body; ``missing`` says what of it is, '' for nothing."""

    name: bytes
    data: bytes
    kind: str
    missing: str = ""


def taken_out(body: bytes) -> tuple[bytes, list[Inside]]:
    """The body without the lines of the files in it, and these files."""
    if b"begin" not in body:
        return body, []
    kept: list[bytes] = []
    found: list[Inside] = []
    at = 0
    for start, stop, inside in _files(body):
        kept.append(body[at:start])
        found.append(inside)
        at = stop
    return b"".join([*kept, body[at:]]), found


def _files(body: bytes) -> Iterator[tuple[int, int, Inside]]:
    """Each file with where its lines stand after the first."""
    at = count = failed = 0
    while count < _MOST and failed < _MOST_FAILED:
        starts = [one for one in (_UU.search(body, at), _YENC.search(body, at)) if one]
        if not starts:
            return
        begin = min(starts, key=lambda one: one.start())
        first = min(begin.end() + 1, len(body))
        read = _uuencoded if begin.re is _UU else _yencoded
        found = read(body, first, begin)
        if found is None:
            at, failed = first, failed + 1
            continue
        stop, inside = found
        yield first, stop, inside
        at, count = stop, count + 1


def _uuencoded(body: bytes, first: int, begin: re.Match[bytes]) -> tuple[int, Inside] | None:
    """None where a text only begins so: "begin 100 men"."""
    end = _END.search(body, first)
    stop = end.end() if end else len(body)
    lines = body[first : end.start() if end else stop].splitlines()
    pieces: list[bytes] = []
    broken = 0
    is_base64 = begin[0].startswith(b"begin-base64")
    for line in filter(None, lines):
        try:
            if is_base64:
                pieces.append(binascii.a2b_base64(line))
            elif not _UU_LINE.fullmatch(line):
                raise binascii.Error
            else:
                pieces.append(_uu_line(line))
        except binascii.Error:
            broken += 1
    if not pieces or broken > len(pieces) or (end is None and broken):
        return None
    missing = f"{broken} lines that are damaged" if broken else "" if end else "its end"
    return stop, Inside(begin[1].strip(), b"".join(pieces), "uuencode", missing)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:  # writers that pad a line too far
        return binascii.a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3])


def _yencoded(body: bytes, first: int, begin: re.Match[bytes]) -> tuple[int, Inside] | None:
    end = _YEND.search(body, first)
    stop = end.end() if end else len(body)
    raw = body[first : end.start() if end else stop]
    part = _YPART.match(raw)
    data = _unyenc(raw[part.end() if part else 0 :])
    missing = "" if end else "its end"
    told = end[1] if end else b""
    size = re.search(rb"\bsize=(\d{1,15})", told)
    sum_of = re.search(rb"\bpcrc32=([0-9A-Fa-f]{1,8})", told) or (
        None if part else re.search(rb"\bcrc32=([0-9A-Fa-f]{1,8})", told)
    )
    if size and int(size[1]) != len(data):
        missing = f"bytes: it says {int(size[1])} and has {len(data)}"
    elif sum_of and int(sum_of[1], 16) != zlib.crc32(data):
        missing = "its bytes as they were: the checksum does not fit"
    elif part:
        missing = "the other parts of it, which are in other messages"
    return stop, Inside(begin[2].strip(), data, "yEnc", missing)


_MINUS_42 = bytes((value - 42) % 256 for value in range(256))
_ESCAPED = re.compile(rb"=(.)", re.S)


def _unyenc(raw: bytes) -> bytes:
    plain = raw.replace(b"\r", b"").replace(b"\n", b"")
    return _ESCAPED.sub(lambda one: bytes([(one[1][0] - 64) % 256]), plain).translate(_MINUS_42)
