"""What stands in a part of a mail behind its transfer encoding, and what the part is called.

Programs that hand mail on add lines behind base64 as if it were text, and join bodies that were
padded apart; Python stops at the first padding, or takes letters of the added lines for base64.
Invariant: every line of a part is in its content or among the lines that stand beside it.
"""

from __future__ import annotations

import binascii
import re
from email.message import Message

from habeas.reading.encodings import decoding

_CODING = re.compile(r"[\w-]+")
_LINE = re.compile(rb"[A-Za-z0-9+/][A-Za-z0-9+/=]*")
_NONE = re.compile(rb"[^A-Za-z0-9+/=]+")
_GROUP = re.compile(rb"[^=]+")
_DONE = frozenset(
    {"", "7bit", "8bit", "binary", "base64", "quoted-printable"}
    | {"x-uuencode", "uuencode", "uue", "x-uue"}
)
_FEWEST = 8  # letters of a first line: "Hello" alone is a word
_LONG = 60  # letters of a line that is no text
_SPACED = re.compile(rb"[A-Za-z0-9+/=\s]+")


def coding(part: Message) -> str:
    """The transfer encoding that a part names, in small letters; '' for none."""
    found = _CODING.search(str(part.get("Content-Transfer-Encoding", "")))
    return found[0].lower() if found else ""


def is_known(name: str) -> bool:
    return name in _DONE


def content(part: Message) -> tuple[bytes, bytes]:
    """The content of a part, and lines of text that stand behind what is encoded."""
    name = coding(part)
    if name == "base64":
        found = of_base64(_raw(part))
        if found is not None:
            return found
        return _raw(part), b""
    return _undone(part, name), b""


def _raw(part: Message) -> bytes:
    return _undone(part, "8bit")


def _undone(part: Message, coding: str) -> bytes:
    """The bytes of a part as if it named this encoding."""
    del part["Content-Transfer-Encoding"]
    part["Content-Transfer-Encoding"] = coding
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def of_base64(raw: bytes) -> tuple[bytes, bytes] | None:
    """What lines of base64 hold, and the lines behind them; None where the first is none."""
    lines = raw.splitlines(keepends=True)
    first = next((line.strip() for line in lines if line.strip()), b"")
    if not first:
        return b"", b""
    whole = b"".join(raw.split())
    if not _LINE.fullmatch(first) or (len(first) < _FEWEST and len(whole) % 4):
        return None
    stop = next(
        (at for at, line in enumerate(lines) if line.strip() and not _LINE.fullmatch(line.strip())),
        len(lines),
    )
    if _SPACED.fullmatch(raw) and len(whole) % 4 == 0:
        return _bytes_of(whole), b""
    tail = [line.strip() for line in lines[stop:]]
    if any(len(line) >= _LONG and _LINE.fullmatch(line) for line in tail):
        return _bytes_of(_NONE.sub(b"", raw)), b""  # damaged inside: what is no letter is left out
    if stop < len(lines):  # words before the first that cannot be base64 belong to it
        blank = [at for at in range(stop) if not lines[at].strip()]
        begun = [at for at in blank if any(line.strip() for line in lines[:at])]
        stop = begun[-1] if begun else stop
    return _bytes_of(b"".join(line.strip() for line in lines[:stop])), b"".join(lines[stop:])


def _bytes_of(letters: bytes) -> bytes:
    """Each run up to its padding by itself: bodies that were encoded apart stand in a row."""
    made = []
    for group in _GROUP.findall(letters):
        whole = group if len(group) % 4 != 1 else group[:-1]
        made.append(binascii.a2b_base64(whole + b"=" * (-len(whole) % 4)))
    return b"".join(made)


def file_name(part: Message) -> str:
    """The name that a part gives its file, '' for none; its bytes by the likeliest encoding."""
    for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        value = _header(part, header).get_param(parameter, None, header)
        if isinstance(value, tuple):  # RFC 2231: charset, language, value
            raw = value[2].encode("latin-1", "replace")
            return decoding.decode_labelled(raw, value[0] or "").text.strip()
        if value is not None:
            return str(value).strip()
    return ""


def _header(part: Message, name: str) -> Message:
    """The part with one header, in which bytes that should not be there are letters."""
    clean = Message()
    raw = next((str(value) for key, value in part.raw_items() if key.lower() == name), "")
    if any("\udc80" <= sign <= "\udcff" for sign in raw):
        raw = decoding.decode(raw.encode("utf-8", "surrogateescape")).text
    if raw:
        clean[name] = raw
    return clean
