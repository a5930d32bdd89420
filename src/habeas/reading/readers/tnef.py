"""TNEF: the ``winmail.dat`` that Outlook sends, with the attachments inside it (MS-OXTNEF).

A list of attributes, each with a level, a name, a length and a checksum. The subject and a plain
body are parts; attachments are files inside. Of the MAPI properties the long names of
attachments, bodies in HTML and RTF, and messages within are read; a message within is the same
format again. Invariant: what breaks off is said, and so is a checksum that does not fit.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from habeas.reading.documents import State
from habeas.reading.encodings import decoding
from habeas.reading.readers.interface import DraftReading, InputFile
from habeas.reading.readers.outlook import unpacked_rtf

NAME = "habeas.tnef"
VERSION = "1"
MEDIA_TYPE = "application/vnd.ms-tnef"
MEDIA_TYPES = frozenset({MEDIA_TYPE})

_SIGNATURE = b"\x78\x9f\x3e\x22"
_SUBJECT, _BODY, _PROPERTIES, _CODE_PAGE = 0x00018004, 0x0002800C, 0x00069003, 0x00069007
_ATTACHMENT, _TITLE, _DATA, _OF_ATTACHMENT = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
_HTML, _RTF, _LONG_NAME, _OBJECT = 0x1013, 0x1009, 0x3707, 0x3701
_STRING_8, _STRING, _BINARY, _EMBEDDED = 0x1E, 0x1F, 0x102, 0x0D
_FIXED = {2: 2, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 2, 20: 8, 64: 8, 72: 16}
_MANY_VALUES = 0x1000
_GUID_BYTES = 16


@dataclass(slots=True)
class _Attachment:
    name: str = ""
    data: bytes | None = None
    within: bool = False  # its data is a message in the same format


@dataclass(slots=True)
class _Found:
    attachments: list[_Attachment] = field(default_factory=list)
    code_page: str = ""


def read(source: InputFile, draft: DraftReading) -> None:
    data = source.bytes()
    found = _Found()
    try:
        for name, value, sound in _attributes(data, draft):
            if not sound:
                draft.warn("A checksum inside does not fit: the file was damaged or changed.")
            _take(name, value, found, draft)
    except struct.error:
        draft.lacks("What follows a broken attribute.")
    for number, one in enumerate(found.attachments, 1):
        called = one.name.replace("\0", "") or f"attachment {number}"
        draft.add("record", f"Attachment: {called}", {"attachment": number})
        if one.data is None:
            draft.lacks(f"The attachment {called}, which is not in the file.")
        else:
            draft.inner(called, one.data, MEDIA_TYPE if one.within else "")
    if not draft.position and not draft.inner_count:
        draft.ends(State.EMPTY, "no message and no attachment inside")


def _attributes(data: bytes, draft: DraftReading) -> Iterator[tuple[int, bytes, bool]]:
    """Name, value and whether the checksum fits, of each attribute."""
    at = len(_SIGNATURE) + 2
    while at < len(data):
        if at + 9 > len(data):
            draft.lacks("What follows a broken attribute.")
            return
        _, name, length = struct.unpack_from("<BII", data, at)
        start, stop = at + 9, at + 9 + length
        value = data[start:stop]
        if stop + 2 > len(data):
            draft.lacks("The end of the file, which breaks off.")
            yield name, value, True
            return
        (checksum,) = struct.unpack_from("<H", data, stop)
        yield name, value, sum(value) & 0xFFFF == checksum
        at = stop + 2
        draft.progress()


def _take(name: int, value: bytes, found: _Found, draft: DraftReading) -> None:
    if name == _CODE_PAGE and len(value) >= 4:
        found.code_page = f"cp{struct.unpack_from('<I', value)[0]}"
    elif name == _SUBJECT:
        if words := _text(value, found):
            draft.add("header", f"Subject: {words}", {"header": "Subject"})
            draft.metadata.setdefault("subject", words[:2000])
    elif name == _BODY:
        if words := _text(value, found):
            draft.add("body", words, {"body": 1})
    elif name == _PROPERTIES:
        _take_bodies(value, found, draft)
    elif name == _ATTACHMENT:
        found.attachments.append(_Attachment())
    elif found.attachments:
        one = found.attachments[-1]
        if name == _TITLE:
            one.name = one.name or _text(value, found)
        elif name == _DATA:
            one.data = value
        elif name == _OF_ATTACHMENT:
            _take_properties(value, one, found)


def _take_bodies(value: bytes, found: _Found, draft: DraftReading) -> None:
    for tag, kind, raw in _properties(value):
        if tag == _HTML and raw.strip(b"\0 \r\n"):
            label = f"; charset={found.code_page}" if found.code_page else ""
            draft.inner("body.html", raw, f"text/html{label}" if kind != _STRING else "text/html")
        elif tag == _RTF and kind == _BINARY:
            unpacked = unpacked_rtf(raw)
            if unpacked is None:
                draft.lacks("The body in RTF, which cannot be unpacked.")
            else:
                draft.inner("body.rtf", unpacked, "application/rtf")


def _take_properties(value: bytes, one: _Attachment, found: _Found) -> None:
    for tag, kind, raw in _properties(value):
        if tag == _LONG_NAME and kind == _STRING:
            one.name = raw.decode("utf-16-le", "replace").strip("\0")
        elif tag == _LONG_NAME and kind == _STRING_8:
            one.name = _text(raw, found)
        elif tag == _OBJECT and kind in (_BINARY, _EMBEDDED) and one.data is None:
            inside = raw[_GUID_BYTES:] if kind == _EMBEDDED else raw
            one.data, one.within = inside, inside.startswith(_SIGNATURE)


def _properties(value: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Id, type and bytes of each MAPI property that has one value; ends where it cannot go on."""
    (count,), at = struct.unpack_from("<I", value), 4
    for _ in range(count):
        if at + 4 > len(value):
            return
        kind, tag = struct.unpack_from("<HH", value, at)
        at += 4
        if tag >= 0x8000:  # a named property: a set, then a number or a name
            (by_name,) = struct.unpack_from("<I", value, at + _GUID_BYTES)
            at += _GUID_BYTES + 8
            if by_name:
                (length,) = struct.unpack_from("<I", value, at - 4)
                at += length + -length % 4
        many, kind = bool(kind & _MANY_VALUES), kind & ~_MANY_VALUES
        if kind in _FIXED and not many:
            at += max(4, _FIXED[kind])
            continue
        (values,) = struct.unpack_from("<I", value, at)
        at += 4
        if kind in _FIXED:
            at += values * max(4, _FIXED[kind])
            continue
        if values > len(value):
            return
        for number in range(values):
            (length,) = struct.unpack_from("<I", value, at)
            raw = value[at + 4 : at + 4 + length]
            at += 4 + length + -length % 4
            if number == 0:
                yield tag, kind, raw


def _text(value: bytes, found: _Found) -> str:
    return decoding.decode_labelled(value.rstrip(b"\0"), found.code_page).text.strip()
