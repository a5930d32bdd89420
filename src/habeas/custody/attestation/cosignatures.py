"""Cosignatures (C2SP tlog-cosignature): a partner's word on a checkpoint.

A cosignature says: at this time, the largest consistent log of this origin that I have
seen has this size and this root. It is one more signature line under the checkpoint. The
specification has two types: Ed25519 (0x04), over a header, the time and the checkpoint's
text, and ML-DSA-44 (0x06; FIPS 204), over the cosigner's name, the time, origin, size and
root, which it recommends because it holds against quantum computers too.

Invariants: a cosigner's key is never a log's key (the type byte is in the key id); a false
cosignature by a known partner refuses the whole note; one by an unknown key says nothing;
a time lies between 0 and 2**63 - 1. ML-DSA-44 does not sign what follows the root.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from habeas.custody.errors import KeyTextError, NoteError, SignatureError
from habeas.custody.log import ed25519
from habeas.custody.log.checkpoints import read_text
from habeas.custody.log.notes import (
    Signature,
    add_signature,
    check_name,
    from_base64,
    line_of,
    split_note,
    to_base64,
)

COSIGNATURE: Final = 0x04  # Ed25519
ML_DSA_44: Final = 0x06
LATEST_TIME: Final = 2**63 - 1
LARGEST_NOTE: Final = 256 * 1024  # bytes of a checkpoint that 64 partners cosigned with 0x06
_PUBLIC_BYTES: Final = {COSIGNATURE: 32, ML_DSA_44: 1_312}
_SIGNATURE_BYTES: Final = {COSIGNATURE: 64, ML_DSA_44: 2_420}
_TIME_BYTES: Final = 8
_LONGEST_NAME: Final = 255  # bytes, of cosigner and of origin, in what ML-DSA-44 signs


@dataclass(frozen=True, slots=True)
class CosignerKey:
    """A partner's public key with its name; ``vkey`` is its written form."""

    name: str
    key_id: int
    public: bytes
    kind: int
    _key: Ed25519PublicKey | MLDSA44PublicKey = field(repr=False, compare=False)

    @classmethod
    def of(cls, name: str, public: bytes, kind: int = COSIGNATURE) -> CosignerKey:
        """The key for these public bytes; refuses keys on which verifiers disagree."""
        check_name(name)
        key: Ed25519PublicKey | MLDSA44PublicKey
        if kind == ML_DSA_44 and len(public) == _PUBLIC_BYTES[kind]:
            if len(name.encode()) > _LONGEST_NAME:
                raise KeyTextError(
                    f"The name of a partner has at most {_LONGEST_NAME} bytes.",
                    next_step="Ask the partner for a key under a shorter name.",
                )
            key = MLDSA44PublicKey.from_public_bytes(public)
        elif kind == COSIGNATURE and ed25519.is_sound_key(public):
            key = Ed25519PublicKey.from_public_bytes(public)
        else:
            raise KeyTextError(
                f"The public key of {name} is not a sound one.",
                next_step="Ask its holder for a key made by this program or by OpenSSL.",
            )
        return cls(name, cosigner_key_id(name, public, kind), public, kind, key)

    @classmethod
    def parse(cls, vkey: str) -> CosignerKey:
        """Read ``name+key id in hex+base64 of 0x04 or 0x06 and public key``."""
        name, plus, rest = vkey.partition("+")
        id_text, second_plus, key_text = rest.partition("+")
        try:
            raw = from_base64(key_text)
        except NoteError:
            raw = b""
        well_formed = plus and second_plus and re.fullmatch("[0-9a-f]{8}", id_text)
        if not well_formed or len(raw) < 2:
            raise KeyTextError(
                "This is not a partner's key.",
                next_step="It reads name+8 hex digits+base64, all on one line.",
            )
        if len(raw) - 1 != _PUBLIC_BYTES.get(raw[0]):
            raise KeyTextError(
                f"The key of {name} is of type {raw[0]:#04x}; a partner's is 0x04 "
                "(Ed25519 cosignature) or 0x06 (ML-DSA-44 cosignature).",
                next_step="Ask the partner for the line that `habeas witness init` printed.",
            )
        key = cls.of(name, raw[1:], raw[0])
        if key.key_id != int(id_text, 16):
            raise KeyTextError(
                f"The key id of {name} does not belong to its public key.",
                next_step="Copy the whole line again.",
            )
        return key

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.key_id:08x}+{to_base64(bytes([self.kind]) + self.public)}"

    def time_signed(self, text: bytes, raw: bytes) -> int | None:
        """When this key cosigned ``text``, in seconds since 1970; None when it did not.

        0 with ML-DSA-44: it is no word on what the largest log was.
        """
        if len(raw) != _TIME_BYTES + _SIGNATURE_BYTES[self.kind]:
            return None
        time, signature = int.from_bytes(raw[:_TIME_BYTES], "big"), raw[_TIME_BYTES:]
        if time > LATEST_TIME:
            return None
        if isinstance(self._key, Ed25519PublicKey):
            return time if ed25519.verify(self._key, signature, message(text, time)) else None
        try:
            self._key.verify(signature, subtree_message(self.name, text, time))
        except (InvalidSignature, NoteError):
            return None
        return time


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A cosignature that was checked."""

    key: CosignerKey
    time: int  # seconds since 1970 UTC, by the partner's clock
    line: bytes = field(repr=False)


class Cosigner:
    """A partner's private key. It cosigns, and shows nothing of itself."""

    __slots__ = ("_key", "key")

    def __init__(self, name: str, key: Ed25519PrivateKey | MLDSA44PrivateKey) -> None:
        kind = COSIGNATURE if isinstance(key, Ed25519PrivateKey) else ML_DSA_44
        self._key = key
        self.key = CosignerKey.of(name, key.public_key().public_bytes_raw(), kind)

    @classmethod
    def generate(cls, name: str, kind: int = COSIGNATURE) -> Cosigner:
        return cls.from_seed(name, os.urandom(32), kind)

    @classmethod
    def from_seed(cls, name: str, seed: bytes, kind: int = COSIGNATURE) -> Cosigner:
        """The key of a 32-byte seed (RFC 8032's private key, FIPS 204's xi)."""
        if len(seed) != 32:
            raise KeyTextError(
                f"The seed of {name} does not have 32 bytes.", next_step="Give the whole seed."
            )
        if kind == ML_DSA_44:
            return cls(name, MLDSA44PrivateKey.from_seed_bytes(seed))
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed))

    def cosign(self, text: bytes, time: int) -> bytes:
        """The signature line over a checkpoint's text, with its newline."""
        if not 0 <= time <= LATEST_TIME:
            raise NoteError(
                f"A cosignature cannot be dated {time}.", next_step="Set this machine's clock."
            )
        if isinstance(self._key, Ed25519PrivateKey):
            signature = self._key.sign(message(text, time))
        else:
            signature = self._key.sign(subtree_message(self.key.name, text, time))
        raw = time.to_bytes(_TIME_BYTES, "big") + signature
        return line_of(self.key.name, self.key.key_id, raw)

    def __repr__(self) -> str:
        return f"Cosigner({self.key.name!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key is not pickled")


def message(text: bytes, time: int) -> bytes:
    """What an Ed25519 cosignature signs."""
    return b"cosignature/v1\ntime %d\n" % time + text


def subtree_message(name: str, text: bytes, time: int) -> bytes:
    """What an ML-DSA-44 cosignature signs: the tree from its first leaf, so start is 0."""
    origin, size, root = read_text(text)
    log = origin.encode()
    if len(log) > _LONGEST_NAME:
        raise NoteError(f"An origin that is cosigned has at most {_LONGEST_NAME} bytes.")
    parts = (
        b"subtree/v1\n\x00",
        bytes([len(name.encode())]) + name.encode(),
        time.to_bytes(8, "big"),
        bytes([len(log)]) + log,
        bytes(8),
        size.to_bytes(8, "big"),
        root,
    )
    return b"".join(parts)


def cosigner_key_id(name: str, public: bytes, kind: int = COSIGNATURE) -> int:
    """The first four bytes of a hash over name, type and key."""
    digest = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()
    return int.from_bytes(digest[:4], "big")


def read_cosignatures(note: bytes, keys: Iterable[CosignerKey]) -> tuple[Cosignature, ...]:
    """The cosignatures of known partners under a checkpoint, in their order; none is no error.

    A false one by a known partner raises ``SignatureError``. Of one partner the newest counts.
    """
    known = {(key.name, key.key_id): key for key in keys}
    text, signatures = split_note(note)
    found: dict[str, Cosignature] = {}
    for signature in signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        time = key.time_signed(text, signature.raw) if signature.canonical else None
        if time is None:
            raise SignatureError(
                f"The cosignature of {key.name} is false.",
                next_step="The checkpoint or the cosignature was altered; ask the partner again.",
            )
        if time == 0 and key.kind == ML_DSA_44:
            continue  # no word on which log was the largest
        line = line_of(signature.name, signature.key_id, signature.raw)
        if key.vkey not in found or time > found[key.vkey].time:
            found[key.vkey] = Cosignature(key, time, line)
    return tuple(found.values())


def add_cosignatures(
    note: bytes, answer: bytes, keys: Iterable[CosignerKey]
) -> tuple[bytes, tuple[Cosignature, ...]]:
    """The checkpoint with the lines of a partner's answer that are good; and those.

    Lines of unknown keys are left out, as tlog-witness demands. A newer cosignature of a
    partner replaces the older one.
    """
    text, _ = split_note(note)
    new = read_cosignatures(text + b"\n" + answer, keys)
    replaced = {(one.key.name, one.key.key_id) for one in new}
    grown = without(note, replaced)
    for cosignature in new:
        grown = add_signature(grown, cosignature.line)
    return grown, new


def without(note: bytes, who: Iterable[tuple[str, int]]) -> bytes:
    """The note without the signature lines of these key names and ids."""
    left_out = set(who)
    text, signatures = split_note(note)
    kept = [one for one in signatures if (one.name, one.key_id) not in left_out]
    return text + b"\n" + b"".join(_line(one) for one in kept)


def _line(signature: Signature) -> bytes:
    return line_of(signature.name, signature.key_id, signature.raw)
