"""Outlook: messages (msg) by our own reader of their properties, pst as far as kreuzberg goes.

A msg is a compound file of MAPI properties (MS-OXMSG). Headers and the plain body are parts;
HTML and RTF bodies and attachments are files inside; a message attached to the message is
read in place, cited by the number of its attachment. Of a pst the messages' text is given
without attachments or folders, which the document says.
"""

from __future__ import annotations

import itertools
import re
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

from habeas.reading.documents import State
from habeas.reading.encodings import decoding
from habeas.reading.readers import legacy
from habeas.reading.readers.interface import DraftReading, InputFile, one_line
from habeas.reading.readers.ole import Compound, NotCompound

NAME = "habeas.outlook"
VERSION = "3"
_MSG, _PST = "application/vnd.ms-outlook", "application/vnd.ms-outlook-pst"
MEDIA_TYPES = frozenset({_MSG, _PST})

_SUBJECT, _BODY, _HTML, _RTF, _TRANSPORT = 0x0037, 0x1000, 0x1013, 0x1009, 0x007D
_SENDER, _SENDER_ADDRESS, _SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
_TO, _CC, _BCC, _MESSAGE_ID = 0x0E04, 0x0E03, 0x0E02, 0x1035
_SENT, _DELIVERED, _CODE_PAGE = 0x0039, 0x0E06, 0x3FFD
_NAME, _ADDRESS, _SMTP, _RECIPIENT_KIND = 0x3001, 0x3003, 0x39FE, 0x0C15
_FILE_LONG, _FILE, _DATA, _METHOD, _MIME = 0x3707, 0x3704, 0x3701, 0x3705, 0x370E
_TEXT, _TEXT_8, _BINARY, _OBJECT = 0x1F, 0x1E, 0x102, 0x0D
_EMBEDDED_MESSAGE, _OLE_OBJECT = 5, 6
_DEEPEST = 8
_MOST = 20_000  # recipients, or attachments, of one message
_RTF_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_MESSAGE = re.compile(r"^Subject: .*\n(?:From: |To: |Date: )", re.MULTILINE)


def warm_up(media_type: str) -> None:
    if media_type == _PST:
        legacy.warm_up()


def read(source: InputFile, draft: DraftReading) -> None:
    if source.media_type == _PST:
        _read_pst(source, draft)
        return
    try:
        compound = Compound(source.bytes())
    except (NotCompound, struct.error, IndexError) as error:
        draft.ends(State.FAILED, f"the compound file: {error}")
    _Message(compound, (), draft, {}).read()
    if compound.broken:
        draft.lacks("Parts of the file that its table of sectors does not lead to.")
    if not draft.position and not draft.inner_count:
        draft.ends(State.FAILED, "no message in the compound file")


class _Message:
    """One message in a storage of the file."""

    def __init__(
        self,
        compound: Compound,
        folder: tuple[str, ...],
        draft: DraftReading,
        place: dict[str, str | int],
    ) -> None:
        self._compound = compound
        self._folder = folder
        self._draft = draft
        self._place = place
        self._fixed = self._fixed_of(folder, 32 if not folder else 24)
        page = self._fixed.get(_CODE_PAGE, b"")[:4]
        self._code_page = struct.unpack("<I", page)[0] if len(page) == 4 else 0

    def read(self) -> None:
        names = {word: self._text(self._folder, tag) for word, tag in (
            ("Subject", _SUBJECT), ("Message-ID", _MESSAGE_ID),
        )}  # fmt: skip
        sender = self._text(self._folder, _SENDER)
        address = self._text(self._folder, _SENDER_SMTP) or self._text(
            self._folder, _SENDER_ADDRESS
        )
        self._header("From", _who(sender, address))
        listed = self._recipients()
        for word, kind, tag in (("To", 1, _TO), ("Cc", 2, _CC), ("Bcc", 3, _BCC)):
            self._header(word, ", ".join(listed.get(kind, ())) or self._text(self._folder, tag))
        self._header("Date", self._time(_SENT) or self._time(_DELIVERED))
        for word, words in names.items():
            self._header(word, words)
        transport = self._text(self._folder, _TRANSPORT).strip()
        if transport:
            self._draft.add("header", transport, {**self._place, "header": "as received"})
        self._bodies()
        self._attachments()

    def _header(self, name: str, words: str) -> None:
        words = one_line(words.replace("\0", "")).strip()
        if words:
            self._draft.add("header", f"{name}: {words}", {**self._place, "header": name})
            if not self._place:
                self._draft.metadata[name.lower()] = words[:2000]

    def _bodies(self) -> None:
        body = self._text(self._folder, _BODY).replace("\0", "")
        if body.strip():
            self._draft.add("body", body, {**self._place, "body": 1})
        html = self._binary(self._folder, _HTML) or self._text(self._folder, _HTML).encode()
        if html.strip():
            self._draft.inner(self._inner_name("body.html"), html, "text/html")
        rtf = self._binary(self._folder, _RTF)
        if rtf and not html and not body.strip():
            unpacked = unpacked_rtf(rtf)
            if unpacked is None:
                self._draft.lacks("The body in RTF, which cannot be unpacked.")
            else:
                self._draft.inner(self._inner_name("body.rtf"), unpacked, "application/rtf")

    def _recipients(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for name in self._storages("__recip_version1.0_#"):
            folder = (*self._folder, name)
            fixed = self._fixed_of(folder, 8).get(_RECIPIENT_KIND, b"\1\0\0\0")
            address = self._text(folder, _SMTP) or self._text(folder, _ADDRESS)
            words = _who(self._text(folder, _NAME), address)
            found.setdefault(struct.unpack("<I", fixed[:4])[0] & 3, []).append(words)
        return found

    def _attachments(self) -> None:
        for number, name in enumerate(self._storages("__attach_version1.0_#"), 1):
            folder = (*self._folder, name)
            method = struct.unpack("<I", self._fixed_of(folder, 8).get(_METHOD, b"\1\0\0\0")[:4])[0]
            called = self._text(folder, _FILE_LONG) or self._text(folder, _FILE)
            called = called.replace("\0", "") or f"attachment {number}"
            inside = (*folder, f"__substg1.0_{_DATA:04X}{_OBJECT:04X}")
            where = {**self._place, "attachment": number}
            self._draft.add("record", f"Attachment: {called}", where)
            if method == _EMBEDDED_MESSAGE and inside in self._compound:
                if len(self._folder) >= 2 * _DEEPEST:
                    self._draft.lacks(f"Messages in messages, more than {_DEEPEST} deep.")
                    continue
                _Message(self._compound, inside, self._draft, where).read()
            elif method == _OLE_OBJECT:
                self._draft.lacks(f"The embedded object {called}")
            else:
                data = self._binary(folder, _DATA)
                if data or (*folder, _stream(_DATA, _BINARY)) in self._compound:
                    mime = self._text(folder, _MIME)
                    self._draft.inner(self._inner_name(called), data, mime)
                else:
                    self._draft.lacks(f"The attachment {called}, which is kept elsewhere")

    def _inner_name(self, name: str) -> str:
        within = self._place.get("attachment")
        return f"attachment {within}/{name}" if within else name

    def _storages(self, prefix: str) -> list[str]:
        names = sorted(n for n in self._compound.names(self._folder) if n.startswith(prefix))
        if len(names) > _MOST:
            self._draft.lacks(f"Recipients or attachments past {_MOST}.")
        return names[:_MOST]

    # --- properties ---------------------------------------------------------------------

    def _fixed_of(self, folder: tuple[str, ...], head: int) -> dict[int, bytes]:
        """The properties of fixed length, by tag: eight bytes each."""
        raw = self._compound.read(*folder, "__properties_version1.0")
        return {
            struct.unpack_from("<H", raw, at + 2)[0]: raw[at + 8 : at + 16]
            for at in range(head, len(raw) - 15, 16)
        }

    def _binary(self, folder: tuple[str, ...], tag: int) -> bytes:
        return self._compound.read(*folder, _stream(tag, _BINARY))

    def _text(self, folder: tuple[str, ...], tag: int) -> str:
        wide = self._compound.read(*folder, _stream(tag, _TEXT))
        if wide:
            return wide.decode("utf-16-le", "replace")
        narrow = self._compound.read(*folder, _stream(tag, _TEXT_8))
        label = f"cp{self._code_page}" if self._code_page else ""
        return decoding.decode_labelled(narrow, label).text if narrow else ""

    def _time(self, tag: int) -> str:
        raw = self._fixed.get(tag, b"")
        if len(raw) < 8 or not any(raw):
            return ""
        try:
            ticks = timedelta(microseconds=struct.unpack("<Q", raw)[0] // 10)
            return (datetime(1601, 1, 1, tzinfo=UTC) + ticks).strftime("%Y-%m-%dT%H:%M:%SZ")
        except OverflowError:
            return ""


def _stream(tag: int, kind: int) -> str:
    return f"__substg1.0_{tag:04X}{kind:04X}"


def _who(name: str, address: str) -> str:
    name, address = name.strip("\0 '\""), address.strip("\0 ")
    if not address or address.casefold() == name.casefold():
        return name
    return f"{name} <{address}>" if name else address


def unpacked_rtf(packed: bytes) -> bytes | None:
    """RTF as MS-OXRTFCP packs it; None where the packing is broken."""
    if len(packed) < 16:
        return None
    size, kind = struct.unpack_from("<I4s", packed, 4)
    if kind == b"MELA":
        return packed[16 : 16 + size]
    if kind != b"LZFu" or size > 256 * 1024 * 1024:
        return None
    window = bytearray(_RTF_START.ljust(4096, b"\0"))
    write, out, at = len(_RTF_START), bytearray(), 16
    while at < len(packed) and len(out) < size:
        flags, at = packed[at], at + 1
        for bit in range(8):
            if at >= len(packed) or len(out) >= size:
                break
            if not flags >> bit & 1:
                out.append(packed[at])
                window[write] = packed[at]
                write, at = (write + 1) % 4096, at + 1
                continue
            if at + 2 > len(packed):
                break
            token, at = packed[at] << 8 | packed[at + 1], at + 2
            offset, length = token >> 4, (token & 15) + 2
            if offset == write:
                return bytes(out[:size])
            for step in range(length):
                letter = window[(offset + step) % 4096]
                out.append(letter)
                window[write] = letter
                write = (write + 1) % 4096
    return bytes(out[:size])


def _read_pst(source: InputFile, draft: DraftReading) -> None:
    result: Any = legacy.extracted(source, draft, _PST)
    text = re.sub("^Subject: [\\x00-\\x1f]+", "Subject: ", result.content, flags=re.MULTILINE)
    starts = [found.start() for found in _MESSAGE.finditer(text)]
    cuts = [*(starts or [0]), len(text)]
    if starts and text[: starts[0]].strip():
        draft.add("body", text[: starts[0]].strip("\n"), {"message": 0})
    for number, (start, stop) in enumerate(itertools.pairwise(cuts), 1):
        if text[start:stop].strip():
            draft.add("body", text[start:stop].strip("\n"), {"message": number})
    said = dict(result.metadata).get("message_count")
    draft.metadata["messages"] = str(said or len(starts))
    if not text.strip():
        draft.ends(State.FAILED, "the library gave no text of this pst file")
    draft.lacks(
        "Of a pst file: folders, attachments, HTML bodies, and what was deleted and not yet "
        "overwritten."
    )
