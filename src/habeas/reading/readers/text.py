"""Plain text in any encoding; what is between blank lines is a paragraph.

Every line end and every character stays as the bytes say it, but for letters that JSON, XML and
cards of contacts keep behind escapes: they are shown as letters, which a warning says.
``settings["encoding"]`` names the encoding that was chosen, and a close choice is a warning.
"""

from __future__ import annotations

import re

from habeas.reading.encodings import decoding, escapes, labels
from habeas.reading.readers.interface import DraftReading, InputFile

NAME = "habeas.text"
VERSION = "6"
MEDIA_TYPES = frozenset(
    {
        "text/plain", "text/markdown", "application/json", "application/xml", "image/svg+xml",
        "text/calendar", "text/vcard",
    }
)  # fmt: skip
_MOST_BYTES_A_CODE_POINT = 4
_BLANK = re.compile(r"(?:\r\n|\r|\n)[ \t\f]*(?:(?:\r\n|\r|\n)[ \t\f]*)+")


def read(source: InputFile, draft: DraftReading) -> None:
    text = decoded(source, draft)
    shown = escapes.shown(text, source.media_type)
    if shown != text:
        draft.warn("Letters written as escapes, and folded lines, are shown decoded.")
    add_paragraphs(draft, shown)


def decoded(source: InputFile, draft: DraftReading) -> str:
    """The text of the file, or of its beginning; the draft learns the encoding and its doubts."""
    data = _whole_or_beginning(source, draft)
    found = decoding.decode_labelled(data, source.charset or labels.declared_by_xml(data))
    draft.settings["encoding"] = found.encoding
    for doubt in found.doubts:
        draft.warn(doubt)
    if found.lossy:
        draft.lacks("Bytes that are not text in the encoding chosen.")
    return found.text


def _whole_or_beginning(source: InputFile, draft: DraftReading) -> bytes:
    """As many bytes as the text of a document can need; cut after a line where bytes allow it."""
    most = source.limits.text_code_points * _MOST_BYTES_A_CODE_POINT
    if len(source) <= most:
        return source.bytes()
    data = source.head(most)
    if b"\0" not in data[:4_096] and (last := data.rfind(b"\n")) > 0:
        data = data[: last + 1]
    draft.lacks(f"Everything past the first {len(data):,} bytes.")
    return data


def add_paragraphs(draft: DraftReading, text: str) -> None:
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
