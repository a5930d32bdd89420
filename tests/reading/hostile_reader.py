"""A reader that is taken over by its file: it runs the program that the file holds.

Loaded into the sandbox by the tests, so that what a hostile file could do once it has broken
a parser is really tried, inside the real walls.
"""

from __future__ import annotations

from typing import Any

NAME = "hostile"
VERSION = "1"
MEDIA_TYPES = frozenset({"application/octet-stream"})
PREFIX = b"\x01\x02\x03\x04" * 16 + b"\n"


def read(source: Any, draft: Any) -> None:
    program = source.bytes().removeprefix(PREFIX).partition(b"\x00")[0]
    exec(program, {"source": source, "draft": draft})  # noqa: S102 - what it is for
