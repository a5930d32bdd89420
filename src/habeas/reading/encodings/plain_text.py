"""Reads plain text: strict UTF-8, nothing else, nothing guessed.

Decoding is the only thing done to the bytes, so it needs no sandbox: there is no parser to
attack and the output is never longer than the input. The text is exactly what the bytes
say, a byte order mark and every line ending included; offsets are its code points.
"""

from __future__ import annotations

from dataclasses import dataclass

from habeas.errors import HabeasError

READER = "habeas.plain-text"
VERSION = "1"
LARGEST_BYTES = 64 * 1024 * 1024
MEDIA_TYPES = frozenset({"text/plain", "text/markdown"})


class NotPlainText(HabeasError):
    """The bytes are not UTF-8 text, or too many."""

    code = "reading.not-plain-text"


@dataclass(frozen=True, slots=True)
class PlainText:
    """The text of one exhibit and what read it."""

    text: str
    reader: str
    version: str
    settings: dict[str, str]


def read(data: bytes) -> PlainText:
    """The text of UTF-8 bytes; anything else is refused with the place of the fault."""
    if len(data) > LARGEST_BYTES:
        raise NotPlainText(
            f"The text has {len(data)} bytes; at most {LARGEST_BYTES} are read in one piece.",
            next_step="Cite it by byte range, or split it and seal the parts as well.",
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotPlainText(
            f"Byte {error.start} is not UTF-8 ({error.reason}).",
            next_step="It stays sealed and can be cited by byte range.",
        ) from error
    return PlainText(text, READER, VERSION, {"encoding": "utf-8"})
