"""age identities made from 32 secret bytes, so that a secret can be split or derived.

age writes an X25519 secret as Bech32 (BIP 173) under the prefix ``AGE-SECRET-KEY-``. The
identity stands for exactly these 32 bytes: whoever has the bytes again has the key again.
"""

from __future__ import annotations

from typing import Final

import pyrage
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from habeas.custody.errors import RecipientRefused

SECRET_BYTES: Final = 32
_PREFIX: Final = "age-secret-key-"
_ALPHABET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def identity_of(secret: bytes) -> str:
    """The age identity whose secret is these 32 bytes."""
    if len(secret) != SECRET_BYTES:
        raise ValueError("an age identity has 32 secret bytes")
    number = int.from_bytes(secret, "big") << 4  # 256 bits fill 52 groups of five, with four over
    groups = [number >> 5 * place & 31 for place in range(51, -1, -1)]
    body = "".join(_ALPHABET[group] for group in groups + _checksum(groups))
    return f"{_PREFIX}1{body}".upper()


def recipient_of(identity: str) -> str:
    """The public key that encrypts to an identity."""
    return str(pyrage.x25519.Identity.from_str(identity).to_public())


def derived(secret: bytes, purpose: str) -> str:
    """An identity that follows from a secret and a purpose, and says nothing about the secret."""
    key = HKDF(algorithm=SHA256(), length=SECRET_BYTES, salt=None, info=purpose.encode())
    return identity_of(key.derive(secret))


def check_recipient(text: str) -> str:
    """The recipient as age writes it; refused where it is none."""
    try:
        return str(pyrage.x25519.Recipient.from_str(text.strip()))
    except pyrage.RecipientError:
        secret = text.strip().upper().startswith("AGE-SECRET-KEY-")
        raise RecipientRefused(
            "This is a secret key, which must not be given to anyone."
            if secret
            else f"{text[:80]!r} is not an age recipient.",
            next_step="Ask for the line that begins with age1; `age-keygen -y` prints it from the "
            "secret file.",
        ) from None


def _checksum(groups: list[int]) -> list[int]:
    expanded = [ord(c) >> 5 for c in _PREFIX] + [0] + [ord(c) & 31 for c in _PREFIX]
    value = 1
    for group in [*expanded, *groups, 0, 0, 0, 0, 0, 0]:
        top = value >> 25
        value = (value & 0x1FFFFFF) << 5 ^ group
        for place, generator in enumerate(_GENERATOR):
            value ^= generator if top >> place & 1 else 0
    value ^= 1
    return [value >> 5 * (5 - place) & 31 for place in range(6)]
