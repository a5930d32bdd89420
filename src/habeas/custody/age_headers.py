"""The header of an age file, read by us before any library acts on it.

A passphrase file says itself how much memory and time whoever opens it must spend: a work factor
of w takes 2^w KiB. The library tries up to 22 (4 GiB, and ends the process where there is less)
and reads ``10x`` as 10. So the header is read here first, as strictly as the format's text is
(C2SP age, v1): canonical base64, a short last line in every body, ``scrypt`` alone.

Invariants: nothing is decrypted; no more than ``LONGEST`` bytes are looked at; a file that passes
costs at most ``MOST_MEMORY_MIB`` to try.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from habeas.custody.errors import AgeRefused

VERSION: Final = b"age-encryption.org/v1"
LONGEST: Final = 64 * 1024  # bytes of a header: some 500 recipients
MOST_WORK: Final = 20  # age and this program write 18
MOST_MEMORY_MIB: Final = 1 << (MOST_WORK - 10)
_COLUMNS: Final = 64  # of a full line of a body
_MAC_LENGTH: Final = 43  # 32 bytes in base64
_ARGUMENT: Final = re.compile(rb"[\x21-\x7e]+")
_WORK: Final = re.compile(rb"[1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class Stanza:
    """One recipient: its type, arguments and body."""

    kind: bytes
    arguments: tuple[bytes, ...]
    body: bytes


def check_header(data: bytes, path: Path) -> list[Stanza]:
    """The stanzas of an age file by its first bytes; ``AgeRefused`` where they may not be so."""
    lines = data[:LONGEST].split(b"\n")
    try:
        if lines.pop(0) != VERSION:
            raise ValueError("it is not an age file of version 1")
        stanzas = []
        while lines and lines[0].startswith(b"-> "):
            stanzas.append(_stanza(lines))
        if len(lines) < 2:
            raise ValueError("its header does not end")
        mac = lines[0].removeprefix(b"--- ")
        if mac == lines[0] or len(mac) != _MAC_LENGTH or not stanzas:
            raise ValueError("its header is not written as it must be")
        decoded(mac)
    except ValueError as error:
        raise AgeRefused(
            f"{path} is not opened: {error}.",
            next_step="Use the file as it was written, from a backup.",
        ) from None
    return stanzas


def check_passphrase_header(data: bytes, path: Path) -> int:
    """The work factor of a file under a passphrase; refused before anything is computed."""
    stanzas = check_header(data, path)
    if not any(stanza.kind == b"scrypt" for stanza in stanzas):
        return 0  # of another kind: the library says that a passphrase does not fit
    (only, *more) = stanzas
    if more or len(only.arguments) != 2 or not _WORK.fullmatch(only.arguments[1]):
        raise AgeRefused(
            f"{path} is not opened: what it says of its passphrase is not written as it must be.",
            next_step="Use the file as it was written, from a backup.",
        )
    work = int(only.arguments[1])
    if work > MOST_WORK:
        raise AgeRefused(
            f"{path} asks for a work factor of {work}: {_size(work)} of memory for every try. At "
            f"most {MOST_WORK} is tried ({_size(MOST_WORK)}); this program writes 18.",
            next_step="Do not open a key file that someone else made. Open one of your own "
            "and write it again with `age` on a machine with enough memory.",
        )
    return work


def _size(work: int) -> str:
    return f"{1 << (work - 20):,} GiB" if work >= 20 else f"{1 << (work - 10)} MiB"


def _stanza(lines: list[bytes]) -> Stanza:
    """Takes one stanza off the lines; ``ValueError`` says what is wrong."""
    arguments = lines.pop(0)[3:].split(b" ")
    if not all(_ARGUMENT.fullmatch(each) for each in arguments):
        raise ValueError("its header is not written as it must be")
    body = b""
    while lines:
        line = lines.pop(0)
        if len(line) > _COLUMNS:
            break
        body += line
        if len(line) < _COLUMNS:
            return Stanza(arguments[0], tuple(arguments[1:]), decoded(body))
    raise ValueError("its header is not written as it must be")


def decoded(text: bytes) -> bytes:
    """Canonical base64 without padding."""
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        data = b""
    if base64.b64encode(data).rstrip(b"=") != text:
        raise ValueError("its header is not written as it must be")
    return data
