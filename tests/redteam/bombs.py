"""Payloads that are short and would be large once built; run as a program, under a limit.

``tests/redteam/test_sandbox.py`` runs it. It prints each payload that was taken, then "done".
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

from habeas.reading import frames
from habeas.reading.errors import NoPicture
from habeas.reading.frames import BadFrame, Detected
from habeas.reading.limits import MIB, Limits
from habeas.reading.pictures_out import read_picture
from habeas.reading.readers.interface import DraftReading
from habeas.reading.sandbox import watching

SIZE = 48 * MIB
BLOCK = 20 * MIB
ROW = b'["a",0,0,{},"",false,"","",[],0],'
WIDE = "\U0001f600"


def length(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def most(piece: bytes, size: int = SIZE) -> bytes:
    return piece * (size // len(piece))


def document(behind: bytes = b"", **fields: Any) -> bytes:
    found, draft = Detected("", "", 1, "text/plain"), DraftReading(Limits(), reason="r")
    whole = frames.document(found, draft, reader="r", version="1")
    (head,) = struct.unpack_from(">I", whole)
    header = json.loads(whole[4 : 4 + head]) | fields
    return length(json.dumps(header).encode()) + behind


def block(data: bytes) -> bytes:
    return document(length(data), blocks=1)


def part(place: bytes = b"{}", warnings: bytes = b"[]") -> bytes:
    return b'[["a",0,0,' + place + b',"",false,"","",' + warnings + b",0]]"


def chunk(name: bytes, data: bytes) -> bytes:
    return length(data)[:4] + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return length(b"{}") + b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks)


DOCUMENTS = {
    "objects": lambda: length(b'{"a":[' + most(b"{},") + b"{}]}"),
    "lists": lambda: length(most(b"[") + b"]"),
    "numbers": lambda: length(b"[" + most(b"1e9,") + b"1]"),
    "words": lambda: length(b"[" + most(b'"ab",') + b'""]'),
    "keys": lambda: length(b"{" + most(b'"ab":1,') + b'"a":1}'),
    "a word without end": lambda: length(b'{"' + most(b'\\"', 15 * MIB)),
    "deep": lambda: length(most(b'{"a":', 15 * MIB)),
    "metadata": lambda: document(metadata={str(n): "x" for n in range(400_000)}),
    "remarks": lambda: document(warnings=["x"] * 1_000_000),
    "a long word": lambda: document(reason="x" * SIZE),
    "a wide word": lambda: document(reason="x" * (15 * MIB) + WIDE),
    "lists in a block": lambda: block(b"[" + most(b"[],", BLOCK) + b"[]]"),
    "rows in a block": lambda: block(b"[" + most(ROW, BLOCK) + ROW[:-1] + b"]"),
    "places": lambda: block(part(place=b"{" + most(b'"a":1,', BLOCK) + b'"b":1}')),
    "words in a block": lambda: block(part(warnings=b"[" + most(b'"ab",', BLOCK) + b'""]')),
    "a block without end": lambda: block(b'["' + most(b'\\"', BLOCK)),
    "no blocks": lambda: document(blocks=1_000_000),
    "boxes": lambda: document(bytes(28) * 1_000_000, boxes=1_000_000),
    "text": lambda: document(most(b"\x80"), text_bytes=SIZE),
    "wide text": lambda: document(most(b"x") + WIDE.encode(), text_bytes=SIZE + 4),
}  # fmt: skip
PICTURES = {
    "answer": lambda: length(b'{"a":[' + most(b"{},") + b"{}]}"),
    "words": lambda: length(b'{"error":"' + most(b"x") + b'"}'),
    "chunks": lambda: png(4_000, 25_000, most(chunk(b"IDAT", b""), 4 * MIB)),
    "texts": lambda: png(4_000, 25_000, most(chunk(b"tEXt", b"x"))),
    "pixels": lambda: png(4_000, 25_000, chunk(b"IDAT", PIXELS), chunk(b"IEND", b"")),
    "size": lambda: png(4_000, 2**31, chunk(b"IEND", b"")),
}
SMALL = {
    "inside": (frames.read_inside, b'{"name":[' + most(b"[],", 60_000) + b"[]]}"),
    "end": (frames.read_end, b"[" * 60_000),
    "unread": (frames.read_unread, b"1" * 60_000),
}
PIXELS = zlib.compress(bytes(64 * MIB), 1)


def main() -> None:
    payloads: list[tuple[str, Callable[[Any], Any], Callable[[], bytes]]] = []
    payloads += [
        (name, lambda sent: frames.read_document(sent, Limits()), made)
        for name, made in DOCUMENTS.items()
    ]
    payloads += [
        (name, lambda sent: read_picture(sent, Limits()), made) for name, made in PICTURES.items()
    ]
    payloads += [(name, read, lambda sent=sent: sent) for name, (read, sent) in SMALL.items()]
    for name, read, made in payloads:
        sent = made()
        watching.hold_more(len(sent) + 128 * MIB)
        try:
            read(sent)
            print(name, "was taken")
        except (BadFrame, NoPicture):
            pass
        watching.hold_more(1 << 40)
    print("done")


if __name__ == "__main__":
    main()
