"""Streams XML as events, without entities: nothing is expanded, nothing is fetched.

A document that declares an entity or names an outside subset is refused, which ends billion
laughs and external entities before they begin. Names come as ``prefix:local`` with the
prefixes of ``_PREFIXES``, whatever the file calls its namespaces; transitional and strict
OOXML are one. Memory is one chunk and one token: a token past ``_LONGEST_TOKEN`` is refused,
and so is the rest of a part past ``_MOST_ELEMENTS``. The encoding that a declaration names is read
here, since the parser knows none of two bytes: Chinese programs write GBK.
"""

from __future__ import annotations

import codecs
import itertools
from collections.abc import Iterable, Iterator
from typing import Literal, NoReturn
from xml.parsers import expat

from habeas.reading.encodings import labels, old_encodings
from habeas.reading.readers.interface import LimitReached

Event = (
    tuple[Literal["start"], str, dict[str, str]]
    | tuple[Literal["end"], str, None]
    | tuple[Literal["text"], str, None]
)

_LONGEST_TOKEN = 16 * 1024 * 1024
_DEEPEST = 2_000
_MOST_ELEMENTS = 20_000_000  # of one part: minutes of work, far past any book
_PIECE = 64 * 1024

_PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "x",
    "http://purl.oclc.org/ooxml/spreadsheetml/main": "x",
    "http://schemas.openxmlformats.org/presentationml/2006/main": "p",
    "http://purl.oclc.org/ooxml/presentationml/main": "p",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://purl.oclc.org/ooxml/drawingml/main": "a",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/package/2006/relationships": "rel",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/package/2006/metadata/core-properties": "cp",
    "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties": "ep",
    "http://purl.oclc.org/ooxml/officeDocument/extendedProperties": "ep",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://www.w3.org/XML/1998/namespace": "xml",
    "http://www.w3.org/1999/xlink": "xlink",
    "http://schemas.microsoft.com/office/word/2003/wordml": "w",
    "urn:schemas-microsoft-com:office:spreadsheet": "ss",
    "http://schemas.microsoft.com/office/2006/xmlPackage": "pkg",
    "http://www.ofdspec.org/2016": "ofd",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "office",
    "urn:oasis:names:tc:opendocument:xmlns:text:1.0": "text",
    "urn:oasis:names:tc:opendocument:xmlns:table:1.0": "table",
    "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0": "draw",
    "urn:oasis:names:tc:opendocument:xmlns:presentation:1.0": "presentation",
    "urn:oasis:names:tc:opendocument:xmlns:style:1.0": "style",
    "urn:oasis:names:tc:opendocument:xmlns:meta:1.0": "meta",
    "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0": "manifest",
}


class RefusedXml(Exception):
    """The XML asks for what is never done: entities, an outside subset, a giant token."""


class BrokenXml(Exception):
    """The XML is not well-formed; events before the fault were given."""


def events(chunks: Iterable[bytes]) -> Iterator[Event]:
    """The events of one XML document, in order, as its bytes come."""
    names: dict[str, str] = {}
    found: list[Event] = []
    depth = elements = 0

    def short(name: str) -> str:
        known = names.get(name)
        if known is None:
            space, _, local = name.rpartition(" ")
            prefix = _PREFIXES.get(space, "?") if space else ""
            known = names[name] = f"{prefix}:{local}" if prefix else local
        return known

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, elements
        depth += 1
        elements += 1
        if elements > _MOST_ELEMENTS:
            raise LimitReached("elements", f"more than {_MOST_ELEMENTS:,} elements of XML")
        if depth > _DEEPEST:
            raise RefusedXml(f"elements in elements, more than {_DEEPEST} deep")
        found.append(
            ("start", short(name), {short(key): value for key, value in attributes.items()})
        )

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        found.append(("end", short(name), None))

    def text(data: str) -> None:
        found.append(("text", data, None))

    def doctype(_name: str, system: str | None, public: str | None, subset: int) -> None:
        if system or public or subset:
            raise RefusedXml("a document type declaration")

    def entity(*_declared: object) -> NoReturn:
        raise RefusedXml("an entity declaration")

    chunks, encoding = _in_utf8(iter(chunks))
    parser = expat.ParserCreate(encoding, namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = entity
    parser.UnparsedEntityDeclHandler = entity
    parser.ExternalEntityRefHandler = entity
    fed = 0
    try:
        for chunk in chunks:
            for at in range(0, len(chunk), _PIECE):
                piece = chunk[at : at + _PIECE]
                parser.Parse(piece, False)
                fed += len(piece)
                if fed - max(parser.CurrentByteIndex, 0) > _LONGEST_TOKEN:
                    raise RefusedXml(f"one tag or value of more than {_LONGEST_TOKEN} bytes")
                yield from found
                found.clear()
        parser.Parse(b"", True)
        yield from found
    except (RefusedXml, LimitReached):
        yield from found
        raise
    except expat.ExpatError as error:
        yield from found
        raise BrokenXml(f"XML: {expat.ErrorString(error.code)} at byte {fed}") from error


def _in_utf8(chunks: Iterator[bytes]) -> tuple[Iterator[bytes], str | None]:
    """The chunks in UTF-8 where a declaration names another encoding that fits, and what they are
    in then; else as they are, and None."""
    first = next(chunks, b"")
    codec = labels.codec(labels.declared_by_xml(first))
    whole = itertools.chain([first], chunks)
    if codec is None or codec.startswith(("utf", "ascii")):
        return whole, None
    if not first.isascii() and old_encodings.strict(first, "utf-8", final=False) is not None:
        return whole, "utf-8"
    if old_encodings.strict(first, codec, final=False) is None:
        return whole, None
    return _decoded(whole, codec), "utf-8"


def _decoded(chunks: Iterator[bytes], codec: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(codec)("backslashreplace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "backslashreplace")
    yield decoder.decode(b"", final=True).encode("utf-8", "backslashreplace")


class Walk:
    """Events with what surrounds them: the names of the open elements, the outermost first."""

    __slots__ = ("_events", "path")

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._events = events(chunks)
        self.path: list[str] = []

    def __iter__(self) -> Iterator[Event]:
        for event in self._events:
            if event[0] == "start":
                self.path.append(event[1])
                yield event
            elif event[0] == "end":
                yield event
                self.path.pop()
            else:
                yield event

    def skip(self) -> None:
        """Pass over the element that just began, with its end."""
        depth = 1
        for event in self._events:
            if event[0] == "start":
                depth += 1
            elif event[0] == "end":
                depth -= 1
                if depth == 0:
                    break
        self.path.pop()
