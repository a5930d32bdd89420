"""TNEF: the ``winmail.dat`` that Outlook sends, with the attachments inside it (MS-OXTNEF).

A list of attributes, each with a level, a name, a length and a checksum. Outlook writes what a
message says twice, as an attribute and as a MAPI property, or only as one of them: people, time,
subject and plain body are taken from whichever has them, a property in Unicode first. Attachments,
and bodies in HTML and RTF, are files inside; a message within is the same format again. Invariant:
what breaks off is said, and so is a checksum that does not fit.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from habeas.reading.documents import State
from habeas.reading.encodings import decoding
from habeas.reading.readers.interface import DraftReading, InputFile, one_line
from habeas.reading.readers.outlook import unpacked_rtf

NAME = "habeas.tnef"
VERSION = "2"
MEDIA_TYPE = "application/vnd.ms-tnef"
MEDIA_TYPES = frozenset({MEDIA_TYPE})

_SIGNATURE = b"\x78\x9f\x3e\x22"
_SUBJECT, _BODY, _PROPERTIES, _CODE_PAGE = 0x00018004, 0x0002800C, 0x00069003, 0x00069007
_ATTACHMENT, _TITLE, _DATA, _OF_ATTACHMENT = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
_FROM, _RECIPIENTS, _SENT, _MESSAGE_ID = 0x00008000, 0x00069004, 0x00038005, 0x00018009
_HTML, _RTF, _OBJECT = 0x1013, 0x1009, 0x3701
_FILE_NAMES = (0x3707, 0x3704, 0x3001)  # long, short, as shown: the first that is there
_PLAIN, _SENT_AT = 0x1000, 0x0039
_HEADERS = {0x0037: "Subject", 0x1035: "Message-ID", 0x0E04: "To", 0x0E03: "Cc", 0x0E02: "Bcc"}
_SENDER, _SENDER_ADDRESSES = 0x0C1A, (0x5D01, 0x0C1F)
_NAME, _ADDRESSES, _ROLE = 0x3001, (0x39FE, 0x3003), 0x0C15
_ROLES = {1: "To", 2: "Cc", 3: "Bcc"}
_ORDER = ("From", "To", "Cc", "Bcc", "Date", "Message-ID", "Subject")
_STRING_8, _STRING, _BINARY, _EMBEDDED = 0x1E, 0x1F, 0x102, 0x0D
_FIXED = {2: 2, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 2, 20: 8, 64: 8, 72: 16}
_MANY_VALUES = 0x1000
_GUID_BYTES = 16


@dataclass(slots=True)
class _Attachment:
    title: str = ""  # often a short one, as DOS had it
    names: dict[int, str] = field(default_factory=dict)
    data: bytes | None = None
    within: bool = False  # its data is a message in the same format

    @property
    def name(self) -> str:
        long = self.names.get(_FILE_NAMES[0], "")
        others = (self.names.get(one, "") for one in _FILE_NAMES[1:])
        return long or self.title or next((one for one in others if one), "")


@dataclass(slots=True)
class _Found:
    """What attributes and properties say; a property's words stand in ``said`` under its header."""

    attachments: list[_Attachment] = field(default_factory=list)
    code_page: str = ""
    said: dict[str, str] = field(default_factory=dict)
    of_attributes: dict[str, str] = field(default_factory=dict)
    recipients: dict[str, list[str]] = field(default_factory=dict)
    bodies: list[str] = field(default_factory=list)


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
    _write(found, draft)
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


def _write(found: _Found, draft: DraftReading) -> None:
    """Headers in the order of a mail, then the bodies; what is said twice in other words, twice."""
    listed = {role: ", ".join(names) for role, names in found.recipients.items()}
    for header in _ORDER:
        first = found.said.get(header, "")
        shown = listed.get(header) or first
        other = found.of_attributes.get(header, "")
        for words in (shown, "" if _same(shown, other) else other):
            if words:
                draft.add("header", f"{header}: {words}", {"header": header})
                draft.metadata.setdefault(header.lower(), words[:2000])
    for number, body in enumerate(dict.fromkeys(found.bodies), 1):
        draft.add("body", body, {"body": number})


def _take(name: int, value: bytes, found: _Found, draft: DraftReading) -> None:
    if name == _CODE_PAGE and len(value) >= 4:
        found.code_page = f"cp{struct.unpack_from('<I', value)[0]}"
    elif name in (_SUBJECT, _MESSAGE_ID):
        header = "Subject" if name == _SUBJECT else "Message-ID"
        found.of_attributes[header] = one_line(_text(value, found, draft))
    elif name == _FROM:
        found.of_attributes["From"] = _sender(value, found, draft)
    elif name == _SENT and len(value) >= 12:
        year, month, day, hour, minute, second = struct.unpack_from("<6H", value)
        if "Date" not in found.said:  # the property says it in UTC, this one in no zone
            clock = f"{hour:02}:{minute:02}:{second:02}"
            found.of_attributes["Date"] = f"{year:04}-{month:02}-{day:02} {clock}"
    elif name == _BODY:
        if words := _text(value, found, draft):
            found.bodies.append(words)
    elif name == _PROPERTIES:
        _take_message(value, found, draft)
    elif name == _RECIPIENTS:
        _take_recipients(value, found, draft)
    elif name == _ATTACHMENT:
        found.attachments.append(_Attachment())
    elif found.attachments:
        one = found.attachments[-1]
        if name == _TITLE:
            one.title = one.title or _text(value, found, draft)
        elif name == _DATA:
            one.data = value
        elif name == _OF_ATTACHMENT:
            _take_attachment(value, one, found, draft)


def _take_message(value: bytes, found: _Found, draft: DraftReading) -> None:
    sender: dict[int, str] = {}
    bodies: list[str] = []
    for tag, kind, raw in _properties(value, draft):
        if tag == _HTML and raw.strip(b"\0 \r\n"):
            _html(kind, raw, found, draft)
        elif tag == _RTF and kind == _BINARY:
            unpacked = unpacked_rtf(raw)
            if unpacked is None:
                draft.lacks("The body in RTF, which cannot be unpacked.")
            else:
                draft.inner("body.rtf", unpacked, "application/rtf")
        elif tag == _SENT_AT and len(raw) == 8 and (moment := _moment(raw)):
            found.said["Date"] = moment
            found.of_attributes.pop("Date", None)
        elif kind in (_STRING, _STRING_8) and (words := _string(kind, raw, found, draft)):
            if tag == _PLAIN:
                bodies.append(words)
            elif tag in _HEADERS:
                found.said[_HEADERS[tag]] = one_line(words)
            elif tag == _SENDER or tag in _SENDER_ADDRESSES:
                sender[tag] = one_line(words)
    if who := _who(sender, _SENDER, _SENDER_ADDRESSES):
        found.said["From"] = who
    found.bodies[:0] = bodies
    if bodies and len(found.bodies) > 1 and _same(*found.bodies[:2]):
        del found.bodies[1]


def _html(kind: int, raw: bytes, found: _Found, draft: DraftReading) -> None:
    if kind == _STRING:
        text = raw.decode("utf-16-le", "replace").replace("\0", "")
        draft.inner("body.html", text.encode("utf-8", "replace"), "text/html; charset=utf-8")
        return
    label = f"; charset={found.code_page}" if found.code_page else ""
    draft.inner("body.html", raw.rstrip(b"\0"), f"text/html{label}")


def _same(one: str, other: str) -> bool:
    """Whether words in 8 bits are those in Unicode, with ``?`` for what the code page lacks."""
    return len(one.split()) == len(other.split()) and all(
        mine == theirs or theirs in ("?", "\ufffd")
        for mine, theirs in zip("".join(one.split()), "".join(other.split()), strict=False)
    )


def _take_recipients(value: bytes, found: _Found, draft: DraftReading) -> None:
    (count,), at = struct.unpack_from("<I", value), 4
    for _ in range(count):
        row: dict[int, str] = {}
        role = "To"
        properties, at = _row(value, at, draft)
        for tag, kind, raw in properties:
            if tag == _ROLE and len(raw) >= 4:
                role = _ROLES.get(struct.unpack_from("<I", raw)[0] & 3, "To")
            elif kind in (_STRING, _STRING_8):
                row[tag] = one_line(_string(kind, raw, found, draft))
        if who := _who(row, _NAME, _ADDRESSES):
            found.recipients.setdefault(role, []).append(who)
        if at >= len(value):
            return


def _who(row: dict[int, str], name: int, addresses: tuple[int, ...]) -> str:
    called = row.get(name, "")
    address = next((row[one] for one in addresses if row.get(one)), "")
    if not address or address == called:
        return called
    return f"{called} <{address}>" if called else address


def _sender(value: bytes, found: _Found, draft: DraftReading) -> str:
    """Name and address of a TRP structure (MS-OXTNEF 2.1.3.3.2)."""
    _, _, called, addressed = struct.unpack_from("<4H", value)
    raw = value[8 : 8 + called], value[8 + called : 8 + called + addressed]
    name, address = (one_line(_text(one.partition(b"\0")[0], found, draft)) for one in raw)
    address = address.partition(":")[2] or address
    return _who({0: name, 1: address}, 0, (1,))


def _moment(raw: bytes) -> str:
    try:
        ticks = timedelta(microseconds=struct.unpack("<Q", raw)[0] // 10)
        return (datetime(1601, 1, 1, tzinfo=UTC) + ticks).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return ""


def _take_attachment(value: bytes, one: _Attachment, found: _Found, draft: DraftReading) -> None:
    for tag, kind, raw in _properties(value, draft):
        if tag in _FILE_NAMES and kind in (_STRING, _STRING_8):
            one.names[tag] = one_line(_string(kind, raw, found, draft))
        elif tag == _OBJECT and kind in (_BINARY, _EMBEDDED) and one.data is None:
            inside = raw[_GUID_BYTES:] if kind == _EMBEDDED else raw
            one.data, one.within = inside, inside.startswith(_SIGNATURE)


_Property = tuple[int, int, bytes]


def _properties(value: bytes, draft: DraftReading) -> list[_Property]:
    return _row(value, 0, draft)[0]


def _row(value: bytes, at: int, draft: DraftReading) -> tuple[list[_Property], int]:
    """Id, type and first value of each property of a list, and where the list ends."""
    found: list[_Property] = []
    (count,) = struct.unpack_from("<I", value, at)
    at += 4
    try:
        for _ in range(count):
            property_, at = _property(value, at)
            found.append(property_)
    except struct.error:
        draft.lacks("Properties behind one that is broken.")
        return found, len(value)
    return found, at


def _property(value: bytes, at: int) -> tuple[_Property, int]:
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
        raw = value[at : at + _FIXED[kind]]
        if len(raw) < _FIXED[kind]:
            raise struct.error("a value breaks off")
        return (tag, kind, raw), at + max(4, _FIXED[kind])
    (values,) = struct.unpack_from("<I", value, at)
    at += 4
    if kind in _FIXED:
        return (tag, kind, value[at : at + _FIXED[kind]]), at + values * max(4, _FIXED[kind])
    first = b""
    for number in range(values):
        (length,) = struct.unpack_from("<I", value, at)
        raw = value[at + 4 : at + 4 + length]
        if len(raw) < length:
            raise struct.error("a value breaks off")
        at += 4 + length + -length % 4
        first = first if number else raw
    return (tag, kind, first), at


def _string(kind: int, raw: bytes, found: _Found, draft: DraftReading) -> str:
    if kind == _STRING:
        return raw.decode("utf-16-le", "replace").replace("\0", "").strip()
    return _text(raw, found, draft)


def _text(value: bytes, found: _Found, draft: DraftReading) -> str:
    decoded = decoding.decode_labelled(value.rstrip(b"\0"), found.code_page)
    for doubt in decoded.doubts:
        draft.warn(doubt)
    if decoded.lossy:
        draft.lacks("Characters that no encoding explains.")
    return decoded.text.replace("\0", "").strip()
