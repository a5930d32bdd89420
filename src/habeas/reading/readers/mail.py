"""Mail: headers and plain body as text; HTML bodies and attachments as files inside.

Each header of people, time and subject is a part ``header``; each plain body a part ``body``.
Headers with bytes that should not be there, unknown character sets and broken structures are
read as well as they can be and said so. A message inside a message is cut from the bytes as
they are; where that fails it is written anew, and its hash is then of the new bytes.
"""

from __future__ import annotations

import email
import email.header
import email.policy
import re
from collections.abc import Iterator
from email.message import Message

from habeas.reading import decoding
from habeas.reading.documents import State
from habeas.reading.readers.interface import Draft, Source

NAME = "habeas.mail"
VERSION = "3"
_MBOX, _EMLX = "application/mbox", "message/x-emlx"
MEDIA_TYPES = frozenset({"message/rfc822", _MBOX, _EMLX})

_SHOWN = ("From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Subject", "Date", "Message-ID",
          "In-Reply-To", "References", "Return-Path", "Received", "User-Agent", "X-Mailer",
          "X-Originating-IP")  # fmt: skip
_METADATA = ("From", "To", "Cc", "Subject", "Date", "Message-ID")
_FROM_LINE = re.compile(rb"^From [^\r\n]*\r?\n", re.M)
_POLICY = email.policy.compat32.clone(max_line_length=0)
_SEALED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_EXTENSIONS = {"text/html": ".html", "message/rfc822": ".eml", "text/calendar": ".ics",
               "text/rtf": ".rtf", "application/rtf": ".rtf"}  # fmt: skip
_MOST_PARTS = 10_000
_NO_CHARSET = ("unknown-8bit", "x-unknown", "binary")


def read(source: Source, draft: Draft) -> None:
    data = source.bytes()
    if source.media_type == _MBOX:
        for number, cut in enumerate(_messages(data), start=1):
            draft.inner(str(number), cut, "message/rfc822")
        return
    if source.media_type == _EMLX:
        head, _, rest = data.partition(b"\n")
        data = rest[: int(head)]
    if data.startswith(b"From "):
        data = data.partition(b"\n")[2]
    message = email.message_from_bytes(data, policy=_POLICY)
    _headers(message, draft)
    _Body(data, draft).read(message)


def _messages(data: bytes) -> Iterator[bytes]:
    """The messages of an mbox: a line ``From `` begins one, at the start or after a blank line."""
    starts = [
        found
        for found in _FROM_LINE.finditer(data)
        if found.start() == 0 or data[: found.start()][-4:].replace(b"\r", b"").endswith(b"\n\n")
    ]
    for found, following in zip(starts, [*starts[1:], None], strict=True):
        yield data[found.end() : following.start() if following else len(data)]


# --- headers ----------------------------------------------------------------------------


def _headers(message: Message, draft: Draft) -> None:
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


def _header_text(value: object, draft: Draft) -> str:
    """RFC 2047 words decoded; bytes that are none of ASCII by the likeliest encoding."""
    try:
        pieces = email.header.decode_header(value)  # type: ignore[arg-type]  # str or Header
    except (ValueError, email.errors.HeaderParseError):
        pieces = [(str(value), None)]
    shown = [
        piece if isinstance(piece, str) else _decoded(piece, charset or "", draft)
        for piece, charset in pieces
    ]
    text = re.sub(r"\s*[\r\n]+\s*", " ", "".join(shown))
    if any("\udc80" <= sign <= "\udcff" for sign in text):
        text = _decoded(text.encode("utf-8", "surrogateescape"), "", draft)
    return text


def _decoded(data: bytes, charset: str, draft: Draft) -> str:
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

    def __init__(self, data: bytes, draft: Draft) -> None:
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
        if kind == "message/rfc822" and part.is_multipart():
            self._nested(part)
        elif part.is_multipart():
            for inner in part.get_payload():
                if isinstance(inner, Message):
                    self._part(inner, depth + 1)
        elif kind == "text/plain" and not self._is_attachment(part):
            self._plain(part)
        else:
            self._file(part, kind)

    def _is_attachment(self, part: Message) -> bool:
        return bool(part.get_filename()) or part.get_content_disposition() == "attachment"

    def _plain(self, part: Message) -> None:
        self._bodies += 1
        text = _decoded(_payload(part), str(part.get_content_charset() or ""), self._draft)
        self._draft.add("body", text.rstrip("\r\n"), {"body": self._bodies})

    def _file(self, part: Message, kind: str) -> None:
        name = part.get_filename()
        shown = _header_text(name, self._draft) if name else ""
        if not shown:
            body = kind == "text/html" and part.get_content_disposition() != "attachment"
            shown = f"{'body' if body else 'part'} {self._parts}{_EXTENSIONS.get(kind, '')}"
        charset = part.get_content_charset()
        hint = f"{kind}; charset={charset}" if charset else kind
        self._draft.inner(shown, _payload(part), hint)

    def _nested(self, part: Message) -> None:
        inner = part.get_payload(0)
        if not isinstance(inner, Message):
            return
        shown = f"message {self._parts}.eml"
        if name := part.get_filename():
            shown = _header_text(name, self._draft)
        written = inner.as_bytes(policy=_POLICY.clone(linesep="\n", mangle_from_=False))
        for candidate in (written, written.replace(b"\n", b"\r\n")):
            if self._data.find(candidate) >= 0:
                written = candidate
                break
        else:
            self._draft.warn(f"{shown} could not be cut out as it is; its hash is of a copy.")
        self._draft.inner(shown, written, "message/rfc822")


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    return str(part.get_payload()).encode("utf-8", "surrogateescape")
