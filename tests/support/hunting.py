"""Hunting for a text in files: decoded first, because a copy is rarely written as it reads.

Looked for: the text in UTF-8, UTF-16 and UTF-32, as base64 (any alphabet and alignment), with
``\\u`` escapes, in hex, percent-encoded; inside runs of base64, zlib, gzip, deflated zip members
and PostgreSQL's own compression, and inside what these hold again. A file is searched as bytes,
so SQLite's free pages and write-ahead log and PostgreSQL's dead rows count like any other.

What cannot be searched so (age files, a search index's sorted terms) is opened by its own means:
see ``objects`` and the tests.
"""

from __future__ import annotations

import base64
import json
import re
import urllib.parse
import zlib
from collections.abc import Iterator
from pathlib import Path

from habeas.archive import models as m
from habeas.archive.opening import Archive

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
_DEPTH = 3
_PAGE = 8192  # PostgreSQL's


def forms(text: str) -> dict[str, bytes]:
    """How a copy of the text may be written, by name."""
    plain = text.encode()
    found = {
        "utf-8": plain,
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"),
        "utf-32-le": text.encode("utf-32-le"),
        "escaped": json.dumps(text)[1:-1].encode(),
        "escaped, upper": re.sub(
            r"\\u[0-9a-f]{4}", lambda m: m[0][:2] + m[0][2:].upper(), json.dumps(text)[1:-1]
        ).encode(),
        "hex": plain.hex().encode(),
        "percent": urllib.parse.quote(text).encode(),
    }
    for name, raw in (("utf-8", plain), ("utf-16-le", text.encode("utf-16-le"))):
        for shift in range(3):  # the middle of the text, whatever came before it
            middle = raw[(3 - shift) % 3 :]
            middle = middle[: len(middle) // 3 * 3]
            found[f"base64 of {name}, {shift}"] = base64.b64encode(middle)
            found[f"base64url of {name}, {shift}"] = base64.urlsafe_b64encode(middle)
    return found


class Hunter:
    """Looks for several texts at once."""

    def __init__(self, *texts: str) -> None:
        self.needles = {
            (text, name): written for text in texts for name, written in forms(text).items()
        }
        self._any = re.compile(b"|".join(re.escape(w) for w in set(self.needles.values())))

    def in_bytes(self, data: bytes, depth: int = _DEPTH) -> set[str]:
        """Which of the texts the bytes hold, however they are written."""
        found: set[str] = set()
        if self._any.search(data):
            found |= {text for (text, _), written in self.needles.items() if written in data}
        if depth:
            for inner in _inner(data):
                found |= self.in_bytes(inner, depth - 1)
        return found

    def in_file(self, path: Path) -> set[str]:
        """The same in a file; in PostgreSQL's, compressed values too."""
        data = path.read_bytes()
        found = self.in_bytes(data)
        if path.name.partition(".")[0].partition("_")[0].isdigit() and len(data) % _PAGE == 0:
            for value in _compressed_values(data):
                found |= self.in_bytes(value, 2)
        return found

    def in_folder(self, folder: Path) -> dict[str, set[str]]:
        """By file, relative to the folder, what it holds; files that hold nothing are left out."""
        found = {}
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
            if texts := self.in_file(path):
                found[path.relative_to(folder).as_posix()] = texts
            if texts := self.in_bytes(path.relative_to(folder).as_posix().encode()):
                found[f"name of {path.relative_to(folder).as_posix()}"] = texts
        return found

    def in_objects(self, archive: Archive) -> dict[str, set[str]]:
        """By address, what the sealed objects hold that the archive's keys still open."""
        found = {}
        for address in m.ContentObjectKey.objects.values_list("address", flat=True):
            if archive.objects.exists(address) and (
                texts := self.in_bytes(archive.read_object(address))
            ):
                found[address] = texts
        return found


def _inner(data: bytes) -> Iterator[bytes]:
    """What is inside: each run of base64 at each alignment, each compressed stream."""
    for run in _BASE64.finditer(data):
        written = run[0].rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        for shift in range(4):  # a run may begin in the middle, where a page was torn
            whole = written[shift:]
            whole = whole[: len(whole) // 4 * 4]
            if whole:
                yield base64.b64decode(whole)
    for mark, bits in ((b"\x78\x01", 15), (b"\x78\x9c", 15), (b"\x78\xda", 15), (b"\x1f\x8b", 31)):
        yield from _streams(data, mark, bits, 0)
    for member in re.finditer(rb"PK\x03\x04", data):
        start = member.start()
        if data[start + 8 : start + 10] == b"\x08\x00":
            names = int.from_bytes(data[start + 26 : start + 28], "little")
            extra = int.from_bytes(data[start + 28 : start + 30], "little")
            yield from _inflated(data[start + 30 + names + extra :], -15)


def _streams(data: bytes, mark: bytes, bits: int, start: int) -> Iterator[bytes]:
    while (start := data.find(mark, start)) >= 0:
        yield from _inflated(data[start:], bits)
        start += 1


def _inflated(data: bytes, bits: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(bits)
    try:
        out = inflater.decompress(data, 1 << 24)
    except zlib.error:
        return
    if out:
        yield out


def _compressed_values(data: bytes) -> Iterator[bytes]:
    """What PostgreSQL compressed (pglz), in every row of every page, dead rows included."""
    for start in range(0, len(data), _PAGE):
        page = data[start : start + _PAGE]
        lower = int.from_bytes(page[12:14], "little")
        for place in range(24, min(lower, _PAGE), 4):
            item = int.from_bytes(page[place : place + 4], "little")
            offset, length = item & 0x7FFF, item >> 17
            row = page[offset : offset + length]
            for begin in range(min(len(row), 96) if length > 100 else 0):
                value = pglz(row[begin:])
                if len(value) > 1.2 * (len(row) - begin):  # else it was not compressed
                    yield value


def pglz(data: bytes) -> bytes:
    """What the bytes decompress to, as far as they go (src/common/pg_lzcompress.c)."""
    out = bytearray()
    place = 0
    while place < len(data):
        control = data[place]
        place += 1
        for bit in range(8):
            if place >= len(data):
                break
            if not control >> bit & 1:
                out.append(data[place])
                place += 1
                continue
            if place + 1 >= len(data):
                return bytes(out)
            length = (data[place] & 0x0F) + 3
            back = (data[place] & 0xF0) << 4 | data[place + 1]
            place += 2
            if length == 18:
                if place >= len(data):
                    return bytes(out)
                length += data[place]
                place += 1
            if not 0 < back <= len(out):
                return bytes(out)
            for _ in range(length):
                out.append(out[-back])
    return bytes(out)
