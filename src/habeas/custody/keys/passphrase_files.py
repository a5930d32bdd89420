"""Small files under a passphrase: the age format with one ``scrypt`` recipient, here both ways.

The library behind habeas chooses the work factor by timing the machine: a fast one writes files
that ``age_headers`` refuses, a busy one refuses what it wrote itself, in the words of a wrong
passphrase. So the factor is fixed here, and what opens a file does not depend on the hour (decision
0040). Any age program opens these files, and those of any are opened here.

Source: C2SP, age v1. Invariant: nothing is computed before the header was read and its work factor
found to be one that is tried.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from habeas.custody.age_headers import (
    VERSION,
    check_header,
    check_passphrase_header,
    decoded,
)

WORK: Final = 18  # 256 MiB and about a second a try; age writes the same
_CHUNK: Final = 64 * 1024
_TAG: Final = 16
_SALT: Final = 16
_LABEL: Final = b"age-encryption.org/v1/scrypt"
_MEMORY: Final = (1 << 31) - 2  # the most that may be asked; 2^20 KiB is the most that is tried
_NO_NONCE: Final = bytes(12)


class NotOpened(Exception):
    """The passphrase is another, the file was altered, or it is under no passphrase."""


def encrypt(data: bytes, passphrase: str) -> bytes:
    """An age file of the data that this passphrase opens."""
    key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
    wrapped = ChaCha20Poly1305(_wrapping(passphrase, salt, WORK)).encrypt(_NO_NONCE, key, None)
    head = b"%s\n-> scrypt %s %d\n%s\n---" % (VERSION, _base64(salt), WORK, _base64(wrapped))
    sealing = ChaCha20Poly1305(_derived(key, nonce, b"payload"))
    starts = range(0, max(1, len(data)), _CHUNK)
    chunks = [
        sealing.encrypt(_counted(number, last=at == starts[-1]), data[at : at + _CHUNK], None)
        for number, at in enumerate(starts)
    ]
    return b"%s %s\n" % (head, _base64(_mac(key, head))) + nonce + b"".join(chunks)


def decrypt(data: bytes, passphrase: str, path: Path) -> bytes:
    """What a file under a passphrase holds; ``path`` is named where its header is refused.

    ``AgeRefused`` where the header may not be so, ``NotOpened`` where the passphrase does not fit.
    """
    work = check_passphrase_header(data, path)
    if not work:
        raise NotOpened
    (stanza,) = check_header(data, path)
    head, _, rest = data.partition(b"\n--- ")
    mac, _, body = rest.partition(b"\n")
    head += b"\n---"
    try:
        salt = decoded(stanza.arguments[0])
        if len(salt) != _SALT:
            raise NotOpened
        unwrapping = ChaCha20Poly1305(_wrapping(passphrase, salt, work))
        key = unwrapping.decrypt(_NO_NONCE, stanza.body, None)
        if len(key) != 16 or not hmac.compare_digest(_base64(_mac(key, head)), mac):
            raise NotOpened
        return _opened(ChaCha20Poly1305(_derived(key, body[:16], b"payload")), body[16:])
    except (InvalidTag, ValueError):
        raise NotOpened from None


def _opened(opening: ChaCha20Poly1305, body: bytes) -> bytes:
    """The chunks of a payload; only an empty file has an empty one."""
    starts = range(0, max(1, len(body)), _CHUNK + _TAG)
    found = []
    for number, at in enumerate(starts):
        last = at == starts[-1]
        sealed = body[at : at + _CHUNK + _TAG]
        if len(sealed) < _TAG or (last and number and len(sealed) == _TAG):
            raise NotOpened
        found.append(opening.decrypt(_counted(number, last=last), sealed, None))
    return b"".join(found)


def _wrapping(passphrase: str, salt: bytes, work: int) -> bytes:
    return hashlib.scrypt(
        passphrase.encode(), salt=_LABEL + salt, n=1 << work, r=8, p=1, maxmem=_MEMORY, dklen=32
    )


def _derived(secret: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(secret)


def _mac(key: bytes, head: bytes) -> bytes:
    return hmac.digest(_derived(key, None, b"header"), head, "sha256")


def _counted(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")
