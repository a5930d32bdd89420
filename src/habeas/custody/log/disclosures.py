"""What an entry commits to, one field at a time (RFC 9901 disclosures).

A disclosure is base64url (no padding) of the canonical JSON array [salt, field, value];
its commitment is base64url of the SHA-256 of the disclosure's own ASCII characters. The
256-bit salt makes guessing the value useless: without the disclosure a commitment says
nothing, and once the disclosure is erased it never will again.

Invariants: one disclosure has one commitment; a disclosure is only read when it is exactly
three parts with a 256-bit salt. Disclosures of one entry are kept joined by ``~``; where they were
erased a tombstone ``=N`` stands in their place, which names the entry that erased them and
can be no disclosure.
"""

from __future__ import annotations

import hashlib
import re
from binascii import Error as _Base64Error
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from json import JSONDecoder
from typing import Any, NoReturn

from habeas.custody.errors import DisclosureError
from habeas.custody.log import canonical

SALT_BYTES = 32
SEPARATOR = b"~"
TO_URLSAFE = bytes.maketrans(b"+/", b"-_")
_FROM_URLSAFE = bytes.maketrans(b"-_+/", b"+/!!")  # '+' and '/' are not of this alphabet
_SALT_CHARACTERS = 43
_TOMBSTONE = re.compile(rb"=(0|[1-9][0-9]{0,15})")
_RIGHT_PADDING = (b"", b"", b"==", b"=")


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One opened field. The salt is kept out of ``repr``."""

    salt: bytes = field(repr=False)
    field: str
    value: Any


def disclose(salt: bytes, field: str, value: Any) -> bytes:
    """The disclosure of ``value`` under ``field``; the salt is 32 fresh random bytes."""
    if len(salt) != SALT_BYTES:
        raise DisclosureError(
            f"A salt has {SALT_BYTES} bytes, not {len(salt)}.", next_step="Use os.urandom(32)."
        )
    if not field:
        raise DisclosureError("A committed field has no name.", next_step="Name the field.")
    return to_base64url(canonical.encode([to_base64url(salt).decode(), field, value]))


def commitment(disclosure: bytes) -> str:
    """What the entry shows in place of the disclosure: 43 characters."""
    return to_base64url(hashlib.sha256(disclosure).digest()).decode()


def open_disclosure(disclosure: bytes) -> Disclosed:
    """Read a disclosure; ``DisclosureError`` when it is not one."""
    salt, name, value = read(disclosure)
    return Disclosed(salt=from_base64url(salt.encode()), field=name, value=value)


def join(disclosures: Iterable[bytes]) -> bytes:
    """The disclosures of one entry as they are stored."""
    return SEPARATOR.join(disclosures)


def split(joined: bytes) -> list[bytes]:
    """The disclosures of one entry, in their order; none for empty bytes or a tombstone."""
    return joined.split(SEPARATOR) if joined and erased_by(joined) is None else []


def tombstone(erasure: int) -> bytes:
    """What stands in place of erased disclosures: the position of the entry that erased them."""
    return b"=%d" % erasure


def erased_by(joined: bytes) -> int | None:
    """The position of the entry that erased these disclosures; None where they stand."""
    found = _TOMBSTONE.fullmatch(joined) if joined[:1] == b"=" else None
    return None if found is None else int(found[1])


def to_base64url(data: bytes) -> bytes:
    """base64url without padding."""
    return b2a_base64(data, newline=False).rstrip(b"=").translate(TO_URLSAFE)


def from_base64url(data: bytes) -> bytes:
    """The bytes of unpadded base64url, in its one permitted spelling."""
    try:
        decoded = a2b_base64(data.translate(_FROM_URLSAFE) + _RIGHT_PADDING[len(data) % 4])
    except _Base64Error:
        raise _malformed("is not base64url") from None
    # The lenient decoder skips foreign characters and stray low bits. Both change what
    # encoding the result again gives.
    if b2a_base64(decoded, newline=False).rstrip(b"=").translate(TO_URLSAFE) != data:
        raise _malformed("is not base64url in its one spelling")
    return decoded


def read(disclosure: bytes) -> tuple[str, str, Any]:
    """Salt (as base64url text), field and value; the fast way to many disclosures."""
    try:
        parts, end = _scan((written := from_base64url(disclosure).decode()), 0)
    except (StopIteration, ValueError, RecursionError):
        raise _malformed("holds no JSON") from None
    if end != len(written) or type(parts) is not list or len(parts) != 3:
        raise _malformed("is not an array of salt, field and value")
    salt, name, value = parts
    if type(salt) is not str or len(salt) != _SALT_CHARACTERS or type(name) is not str or not name:
        raise _malformed("has no 256-bit salt or no field name")
    return salt, name, value


def _refuse_number(_: str) -> NoReturn:
    raise ValueError


_decoder: Any = JSONDecoder(parse_float=_refuse_number, parse_constant=_refuse_number)
_scan: Callable[[str, int], tuple[Any, int]] = _decoder.scan_once


def _malformed(what: str) -> DisclosureError:
    return DisclosureError(
        f"A disclosure {what}.",
        next_step="It was altered or cut after it was written; fetch it again from a backup.",
    )
