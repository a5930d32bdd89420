"""Mail: headers and plain body as text; HTML bodies and attachments as files inside.

Each header of people, time and subject is a part ``header``; each plain body a part ``body``.
Files in a body itself (uuencode, yEnc) are files inside as well.
Headers with bytes that should not be there, unknown character sets and broken structures are
read as well as they can be and said so. A message inside a message is cut from the bytes as
they are; where that fails it is written anew, and its hash is then of the new bytes.
"""

from __future__ import annotations

import email
import email.header
import email.message
import email.policy
import re
from email.message import Message
from typing import Any

from habeas.reading.documents import State
from habeas.reading.encodings import decoding
from habeas.reading.readers import mail_encoded, mail_payload, mbox
from habeas.reading.readers.interface import DraftReading, InputFile, one_line

NAME = "habeas.mail"
VERSION = "5"
_MBOX, _EMLX = "application/mbox", "message/x-emlx"
MEDIA_TYPES = frozenset({"message/rfc822", _MBOX, _EMLX})

_SHOWN = ("From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Subject", "Date", "Message-ID",
          "In-Reply-To", "References", "Return-Path", "Received", "User-Agent", "X-Mailer",
          "X-Originating-IP")  # fmt: skip
_METADATA = ("From", "To", "Cc", "Subject", "Date", "Message-ID")
_POLICY = email.policy.compat32.clone(max_line_length=0)
_MESSAGES = ("message/rfc822", "message/global", "message/news", "message/partial")
_SAYS_IT_HAS_PARTS = re.compile(r"multi-?part|\bMIME\b", re.I)
_LONGEST_NOTICE = 400
_SEALED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_EXTENSIONS = {"text/html": ".html", "message/rfc822": ".eml", "text/calendar": ".ics",
               "text/rtf": ".rtf", "application/rtf": ".rtf"}  # fmt: skip
_MOST_PARTS = 10_000
_NO_CHARSET = ("unknown-8bit", "x-unknown", "binary")


def read(source: InputFile, draft: DraftReading) -> None:
    data = source.bytes()
    if source.media_type == _MBOX:
        _mbox(data, draft)
        return
    if source.media_type == _EMLX:
        head, _, rest = data.partition(b"\n")
        data = rest[: int(head)]
    if data.startswith(b"From "):
        data = data.partition(b"\n")[2]
    message = email.message_from_bytes(data, policy=_POLICY)
    _headers(message, draft)
    _Body(data, draft).read(message)


def _mbox(data: bytes, draft: DraftReading) -> None:
    """Each message a file inside; its separator, which says who and when, a part of its own."""
    cuts = list(mbox.cuts(data))
    if not cuts:
        draft.ends(State.FAILED, "no message begins in this file of messages")
    if before := data[: cuts[0].begin].strip():
        draft.add("body", decoding.decode(before).text, {"message": 0})
    for number, cut in enumerate(cuts, start=1):
        line = decoding.decode(data[cut.begin : cut.start].rstrip(b"\r\n")).text
        draft.add("header", line, {"header": "From", "message": number})
        draft.inner(str(number), data[cut.start : cut.stop], "message/rfc822")


# --- headers ----------------------------------------------------------------------------


def _headers(message: Message, draft: DraftReading) -> None:
    for name in _SHOWN:
        values = message.get_all(name) or []
        for number, value in enumerate(values, start=1):
            text = _header_text(value, draft)
            locator: dict[str, str | int] = {"header": name}
            if len(values) > 1:
                locator["number"] = number
            draft.add("header", f"{name}: {text}", locator)
            if name in _METADATA and number == 1:
                draft.metadata[name.lower()] = text
    if message.defects:
        draft.warn(f"The message is not well formed: {type(message.defects[0]).__name__}.")


def _header_text(value: object, draft: DraftReading) -> str:
    """RFC 2047 words decoded; bytes that are none of ASCII by the likeliest encoding."""
    try:
        pieces = _pieces(value)
    except (ValueError, email.errors.HeaderParseError):
        pieces = [(str(value), None)]
    shown = [
        piece if isinstance(piece, str) else _decoded(piece, charset or "", draft)
        for piece, charset in pieces
    ]
    text = one_line("".join(shown))
    if any("\udc80" <= sign <= "\udcff" for sign in text):
        text = _decoded(text.encode("utf-8", "surrogateescape"), "", draft)
    return text


def _pieces(value: object) -> list[Any]:
    """What is encoded and what is not. After the last end of an encoded word nothing is looked
    for: Python looks from each beginning to the end of the header."""
    if not isinstance(value, str):
        return email.header.decode_header(value)  # type: ignore[arg-type]  # a Header
    ends = value.rfind("?=") + 2 if "?=" in value else 0
    pieces: list[Any] = email.header.decode_header(value[:ends]) if ends else []
    return [*pieces, (value[ends:], None)] if value[ends:] or not pieces else pieces


def _decoded(data: bytes, charset: str, draft: DraftReading) -> str:
    """By the character set named, if that one takes every byte; else by the likeliest."""
    label = "" if charset.strip("\"' ").lower() in _NO_CHARSET else charset
    decoded = decoding.decode_labelled(data, label)
    for doubt in decoded.doubts:
        draft.warn(doubt)
    if decoded.lossy:
        draft.lacks("Characters that no encoding explains.")
    return decoded.text


# --- bodies and attachments -------------------------------------------------------------


class _Body:
    """Walks the parts of one message, in order; counts bodies and nameless attachments."""

    def __init__(self, data: bytes, draft: DraftReading) -> None:
        self._data, self._draft = data, draft
        self._bodies = self._parts = 0

    def read(self, message: Message) -> None:
        kind = message.get_content_type()
        if kind in _SEALED and "signed-data" not in str(message.get("Content-Type", "")):
            if self._bodies == 0 and self._draft.inner_count == 0:
                self._draft.ends(State.ENCRYPTED, "The message is encrypted to its recipients.")
            self._draft.lacks("A part that is encrypted.")
            return
        self._part(message, depth=0)

    def _part(self, part: Message, depth: int) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS or depth > 100:
            self._draft.lacks(f"Parts past {_MOST_PARTS}, or deeper than 100.")
            return
        kind = part.get_content_type()
        if _is_encoded_container(part, kind):
            self._unpacked(part, kind, depth)
        elif kind in _MESSAGES and part.is_multipart():
            self._nested(part, kind)
        elif kind.startswith("message/") and part.is_multipart():
            self._report(part)
        elif part.is_multipart():
            self._outside(part.preamble)
            for inner in part.get_payload():
                if isinstance(inner, Message):
                    self._part(inner, depth + 1)
            self._outside(part.epilogue)
        elif kind == "text/plain" and not self._is_attachment(part):
            self._plain(part)
        else:
            self._file(part, kind)

    def _is_attachment(self, part: Message) -> bool:
        named = mail_payload.file_name(part)
        return bool(named) or part.get_content_disposition() == "attachment"

    def _outside(self, words: object) -> None:
        """Before the first part and behind the last: mail programs do not show it."""
        text = str(words or "")
        if not text.strip() or (
            len(text) < _LONGEST_NOTICE and _SAYS_IT_HAS_PARTS.search(text) and text.isascii()
        ):
            return
        self._bodies += 1
        shown = _decoded(text.encode("utf-8", "surrogateescape"), "", self._draft)
        self._draft.add("body", shown.strip("\r\n"), {"body": self._bodies}, hidden=True)

    def _report(self, part: Message) -> None:
        """Fields of a mail system, as of what was not delivered: text."""
        self._bodies += 1
        written = b"\n".join(
            one.as_bytes(policy=_POLICY.clone(linesep="\n", mangle_from_=False))
            for one in part.get_payload()
            if isinstance(one, Message)
        )
        text = _decoded(written, str(part.get_content_charset() or ""), self._draft)
        self._draft.add("body", text.strip("\r\n"), {"body": self._bodies})

    def _content(self, part: Message) -> tuple[bytes, bytes]:
        """What a part holds, and lines of text that stand behind what is encoded."""
        name = mail_payload.coding(part)
        if not mail_payload.is_known(name):
            self._draft.warn(f"A part is encoded as {name[:40]}, which is not undone.")
        return mail_payload.content(part)

    def _beside(self, words: bytes) -> None:
        if words.strip():
            self._draft.warn("Lines of text follow a part in base64; they are a body.")
            self._bodies += 1
            text = _decoded(words, "", self._draft)
            self._draft.add("body", text.strip("\r\n"), {"body": self._bodies})

    def _plain(self, part: Message) -> None:
        self._bodies += 1
        content, beside = self._content(part)
        data, files = mail_encoded.taken_out(content)
        text = _decoded(data, str(part.get_content_charset() or ""), self._draft)
        self._draft.add("body", text.rstrip("\r\n"), {"body": self._bodies})
        for one in files:
            name = _header_text(one.name.decode("utf-8", "surrogateescape"), self._draft)
            self._draft.warn(f"{name} was in the body in {one.kind}; it is a file inside.")
            if one.missing:
                self._draft.lacks(f"Of {name}: {one.missing}.")
            self._draft.inner(name, one.data)
        self._beside(beside)

    def _file(self, part: Message, kind: str) -> None:
        name = mail_payload.file_name(part)
        shown = _header_text(name, self._draft) if name else ""
        if not shown:
            body = kind == "text/html" and part.get_content_disposition() != "attachment"
            shown = f"{'body' if body else 'part'} {self._parts}{_EXTENSIONS.get(kind, '')}"
        charset = part.get_content_charset()
        hint = f"{kind}; charset={charset}" if charset else kind
        content, beside = self._content(part)
        self._draft.inner(shown, content, hint)
        self._beside(beside)

    def _unpacked(self, part: Message, kind: str, depth: int) -> None:
        """A message or a group of parts that is itself encoded, which RFC 2045 forbids."""
        data = _decoded_container(part)
        if data is None:
            self._draft.lacks(f"Part {self._parts}, a {kind} whose encoding is damaged.")
            return
        if kind.startswith("multipart/"):
            head = f"Content-Type: {part.get('Content-Type', kind)}\n\n"
            inside = email.message_from_bytes(head.encode(errors="replace") + data, policy=_POLICY)
            self._part(inside, depth + 1)
            return
        name = mail_payload.file_name(part)
        shown = _header_text(name, self._draft) if name else f"message {self._parts}.eml"
        self._draft.inner(shown, data, kind)

    def _nested(self, part: Message, kind: str) -> None:
        inner = part.get_payload(0)
        if not isinstance(inner, Message):
            return
        shown = f"message {self._parts}.eml"
        if kind == "message/partial":
            number, total = part.get_param("number"), part.get_param("total") or "more"
            self._draft.lacks(f"Of {shown} the other pieces: it is {number} of {total}.")
        if name := mail_payload.file_name(part):
            shown = _header_text(name, self._draft)
        written = inner.as_bytes(policy=_POLICY.clone(linesep="\n", mangle_from_=False))
        for candidate in (written, written.replace(b"\n", b"\r\n")):
            if self._data.find(candidate) >= 0:
                written = candidate
                break
        else:
            self._draft.warn(f"{shown} could not be cut out as it is; its hash is of a copy.")
        self._draft.inner(shown, written, "message/rfc822")


def _is_encoded_container(part: Message, kind: str) -> bool:
    coded = mail_payload.coding(part)
    holds = kind.startswith("multipart/") or kind in _MESSAGES
    return holds and coded in ("base64", "quoted-printable", "x-uuencode", "uuencode")


def _decoded_container(part: Message) -> bytes | None:
    """The bytes behind the encoding of a part that the parser took for lines of a message."""
    inner: Any = part.get_payload()
    if isinstance(inner, list):
        if len(inner) != 1:
            return None
        raw = inner[0].as_bytes(policy=_POLICY.clone(linesep="\n", mangle_from_=False))
    else:
        raw = str(inner).encode("utf-8", "surrogateescape")
    plain = email.message.Message(policy=_POLICY)
    plain["Content-Transfer-Encoding"] = str(part["Content-Transfer-Encoding"])
    plain.set_payload(raw.strip().decode("ascii", "surrogateescape"))
    data = plain.get_payload(decode=True)
    return data if isinstance(data, bytes) and data != raw.strip() else None
