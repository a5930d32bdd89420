"""Plain text in any encoding; what is between blank lines is a paragraph.

Every line end and every character stays as the bytes say it. ``settings["encoding"]`` names
the encoding that was chosen, and a close choice is a warning.
"""

from __future__ import annotations

import re

from habeas.reading import decoding
from habeas.reading.readers.interface import Draft, Source

NAME = "habeas.text"
VERSION = "1"
MEDIA_TYPES = frozenset(
    {
        "text/plain", "text/markdown", "application/json", "application/xml", "image/svg+xml",
        "text/calendar", "text/vcard",
    }
)  # fmt: skip
_BLANK = re.compile(r"(?:\r\n|\r|\n)[ \t\f]*(?:(?:\r\n|\r|\n)[ \t\f]*)+")


def read(source: Source, draft: Draft) -> None:
    data = source.bytes()
    decoded = decoding.decode(data)
    draft.settings["encoding"] = decoded.encoding
    for doubt in decoded.doubts:
        draft.warn(doubt)
    if decoded.lossy:
        draft.lacks("Bytes that are not text in the encoding chosen.")
    add_paragraphs(draft, decoded.text)


def add_paragraphs(draft: Draft, text: str) -> None:
    """``text`` unchanged, each paragraph with its number and the number of its first line."""
    number, line, start = 0, 1, 0
    first = _leading(text)
    if first:
        draft.add_bare(text[:first])
        line, start = 1 + _lines(text[:first]), first
    while start < len(text):
        gap = _BLANK.search(text, start)
        stop, after = (gap.start(), gap.end()) if gap else (len(text.rstrip("\r\n")), len(text))
        stop = max(stop, start)
        number += 1
        paragraph, end = text[start:stop], text[stop:after]
        draft.add("paragraph", paragraph, {"paragraph": number, "line": line}, end=end)
        line += _lines(paragraph) + _lines(end)
        start = after


def _leading(text: str) -> int:
    return len(text) - len(text.lstrip("\r\n"))


def _lines(text: str) -> int:
    return text.count("\n") + (text.count("\r") - text.count("\r\n"))
