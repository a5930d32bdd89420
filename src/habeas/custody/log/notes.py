"""Signed notes (C2SP signed-note) with Ed25519.

A note is a text ending in a newline, an empty line, and signature lines. What is signed
is the text, byte for byte.

Invariants: a text and a signature by a key that we know are read only in their one spelling;
a false signature by such a key refuses the whole note; one by a key that we do not know
proves nothing, however it is spelt, and is reported as unverified; a private key never
appears in ``repr``, a pickle or an error.
"""

from __future__ import annotations

import hashlib
import os
import re
from binascii import Error as _Base64Error
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple, NoReturn

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from habeas.custody.errors import KeyTextError, NoteError, SignatureError, UnknownKeyError
from habeas.custody.log import ed25519

ED25519: Final = 0x01  # the type byte; 0x04 and 0x06 are cosignatures (``cosignatures``)
OVER_NOTE: Final = bytes([ED25519])
MOST_SIGNATURES: Final = 64
_DASH: Final = "— ".encode()
_CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f]")
_NAME = re.compile(r"[^\s+]+")


class Signature(NamedTuple):
    """One signature line; ``raw`` is what follows the key id.

    ``canonical``: whether its base64 is the one spelling. One that is not is false where the
    key is known, and is nobody's business where it is not.
    """

    name: str
    key_id: int
    raw: bytes
    canonical: bool = True


@dataclass(frozen=True, slots=True)
class Note:
    """An opened note: ``verified`` by keys we know, ``unverified`` says nothing."""

    text: str
    verified: tuple[Signature, ...]
    unverified: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with its name. ``vkey`` is its written form."""

    name: str
    key_id: int
    public: bytes
    _key: Ed25519PublicKey = field(repr=False, compare=False)

    @classmethod
    def of(cls, name: str, public: bytes) -> Verifier:
        """The verifier for 32 public bytes; refuses keys on which verifiers disagree."""
        check_name(name)
        if not ed25519.is_sound_key(public):
            raise KeyTextError(
                f"The public key of {name} is not a sound Ed25519 key.",
                next_step="Ask its holder for a key made by this program or by OpenSSL.",
            )
        return cls(
            name, key_id_of(name, public), public, Ed25519PublicKey.from_public_bytes(public)
        )

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """Read ``name+key id in hex+base64 of type byte and public key``."""
        name, plus, rest = vkey.partition("+")
        id_text, second_plus, key_text = rest.partition("+")
        try:
            raw = from_base64(key_text)
            stated_id = int(id_text, 16) if re.fullmatch("[0-9a-f]{8}", id_text) else None
        except NoteError:
            raw, stated_id = b"", None
        if not (plus and second_plus) or stated_id is None or len(raw) != 33:
            raise KeyTextError(
                "This is not a verifier key.",
                next_step="It reads name+8 hex digits+base64, all on one line.",
            )
        if raw[0] != ED25519:
            raise KeyTextError(
                f"The key of {name} is of type {raw[0]:#04x}; this program reads 0x01 (Ed25519).",
                next_step="Use an Ed25519 key, or a newer program.",
            )
        verifier = cls.of(name, raw[1:])
        if verifier.key_id != stated_id:
            raise KeyTextError(
                f"The key id of {name} does not belong to its public key.",
                next_step="Copy the whole line again.",
            )
        return verifier

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.key_id:08x}+{to_base64(bytes([ED25519]) + self.public)}"

    def id_as(self, kind: bytes) -> int:
        """The id of this key where it signs something else than a note (``key_id_of``)."""
        return self.key_id if kind == OVER_NOTE else key_id_of(self.name, self.public, kind)

    def verifies(self, text: bytes, raw: bytes) -> bool:
        """Whether ``raw`` is this key's signature over ``text``."""
        return ed25519.verify(self._key, raw, text)


class Signer:
    """A private key with its name. It signs, and shows nothing of itself."""

    __slots__ = ("_key", "_line_start", "verifier")

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        check_name(name)
        public_key = key.public_key()
        public = public_key.public_bytes_raw()
        self._key = key
        self.verifier = Verifier(name, key_id_of(name, public), public, public_key)
        self._line_start = _DASH + name.encode() + b" "

    @classmethod
    def generate(cls, name: str) -> Signer:
        return cls.from_seed(name, os.urandom(32))

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> Signer:
        """The key of a 32-byte seed (RFC 8032's private key)."""
        if len(seed) != 32:
            raise KeyTextError(
                f"The seed of {name} does not have 32 bytes.", next_step="Give the whole seed."
            )
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def name(self) -> str:
        return self.verifier.name

    def sign(self, text: bytes, kind: bytes = OVER_NOTE) -> bytes:
        """The signature line over ``text``, with its newline."""
        signed = self.verifier.id_as(kind).to_bytes(4, "big") + self._key.sign(text)
        return self._line_start + b2a_base64(signed)

    def __repr__(self) -> str:
        return f"Signer({self.name!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key is not pickled")


def sign_note(text: str | bytes, *signers: Signer) -> bytes:
    """The note: ``text`` (ending in a newline) signed by each signer in order."""
    body = text.encode() if isinstance(text, str) else text
    check_text(body)
    if not signers:
        raise NoteError("A note needs a signature.", next_step="Give at least one key.")
    return body + b"\n" + b"".join([signer.sign(body) for signer in signers])


def add_signature(note: bytes, line: bytes) -> bytes:
    """The note with one more signature line, for instance a partner's."""
    split_note(note)
    split_note(grown := note + line)
    return grown


def open_note(note: bytes, verifiers: Iterable[Verifier]) -> Note:
    """Check a note against the keys that we know.

    Raises ``SignatureError`` when a known key's signature is false and
    ``UnknownKeyError`` when no known key signed.
    """
    text, signatures = split_note(note)
    verified, unverified = check_signatures(text, signatures, verifiers)
    return Note(text.decode(), verified, unverified)


def check_signatures(
    text: bytes,
    signatures: Iterable[Signature],
    verifiers: Iterable[Verifier],
    kind: bytes = OVER_NOTE,
) -> tuple[tuple[Signature, ...], tuple[Signature, ...]]:
    """The signatures that hold (at least one) and those of unknown keys."""
    known = {(verifier.name, verifier.id_as(kind)): verifier for verifier in verifiers}
    verified: dict[tuple[str, int], Signature] = {}
    unverified = []
    for signature in signatures:
        who = (signature.name, signature.key_id)
        if (verifier := known.get(who)) is None:
            unverified.append(signature)
        elif not (signature.canonical and verifier.verifies(text, signature.raw)):
            raise SignatureError(
                f"The signature of {signature.name} ({signature.key_id:08x}) is false.",
                next_step="The text or the signature was altered; fetch the original again.",
            )
        else:
            verified.setdefault(who, signature)
    if not verified:
        raise UnknownKeyError(
            "No key that is known here signed this note (signed by "
            + ", ".join(sorted({one.name for one in unverified if one.name.isprintable()}))
            + ").",
            next_step="Check that the right verifier key was given.",
        )
    return tuple(verified.values()), tuple(unverified)


def split_note(note: bytes) -> tuple[bytes, list[Signature]]:
    """The text and the signatures, none of them checked."""
    text, signatures = _split(note)
    check_text(text)
    return text, signatures


def split_strictly(note: bytes) -> tuple[bytes, list[Signature]]:
    """The same where no byte may be spelt otherwise, for a caller who checks the text."""
    text, signatures = _split(note)
    for one in signatures:
        if not one.canonical:
            raise _malformed("holds base64 with stray bits")
        if not one.name.isprintable():
            raise _malformed("has a signature without a proper key name")
    return text, signatures


def _split(note: bytes) -> tuple[bytes, list[Signature]]:
    text = text_of(note)
    lines = note[len(text) + 1 : -1].split(b"\n")
    if len(lines) > MOST_SIGNATURES:
        raise _malformed(f"has more than {MOST_SIGNATURES} signatures")
    return text, [_signature(line) for line in lines]


def text_of(note: bytes) -> bytes:
    """The text, not checked, for a caller who leaves the signatures unread."""
    gap = note.rfind(b"\n\n")
    if gap < 0 or not note.endswith(b"\n", gap + 2):
        raise _malformed("has no signatures after an empty line")
    return note[: gap + 1]


def read_signature(line: bytes) -> Signature:
    """One signature line with its newline, as it stands in a note; nothing of it is checked."""
    if line.count(b"\n") != 1 or not line.endswith(b"\n"):
        raise _malformed("has a signature that is not one line")
    return _signature(line[:-1])


def line_of(name: str, key_id: int, raw: bytes) -> bytes:
    """A signature line, with its newline."""
    return f"— {name} {to_base64(key_id.to_bytes(4, 'big') + raw)}\n".encode()


def check_text(text: bytes) -> None:
    """Refuse a text that a note cannot hold."""
    if not text.endswith(b"\n"):
        raise _malformed("does not end in a newline")
    if _CONTROL.search(text):
        raise _malformed("holds a control character")
    try:
        text.decode()
    except UnicodeDecodeError:
        raise _malformed("is not UTF-8") from None


def check_name(name: str) -> None:
    """Refuse a key name that a note cannot hold."""
    if not _NAME.fullmatch(name) or not name.isprintable():
        raise KeyTextError(
            "A key name is empty or holds a space, a plus sign or a control character.",
            next_step="Use a name like example.org/archive.",
        )


def key_id_of(name: str, public: bytes, kind: bytes = OVER_NOTE) -> int:
    """The id of an Ed25519 key: the first four bytes of a hash over name, kind and key.

    ``kind``: what it signs, a type byte or ``0xff`` and a name, so that a signature over one kind
    of text is by a key that nobody knows where another is expected.
    """
    digest = hashlib.sha256(name.encode() + b"\n" + kind + public).digest()
    return int.from_bytes(digest[:4], "big")


def to_base64(data: bytes) -> str:
    """Standard base64 with padding."""
    return b2a_base64(data, newline=False).decode()


def from_base64(written: str | bytes) -> bytes:
    """The bytes of standard base64, in its one permitted spelling."""
    data, canonical = _read_base64(written)
    if not canonical:
        raise _malformed("holds base64 with stray bits")
    return data


def _read_base64(written: str | bytes) -> tuple[bytes, bool]:
    """The bytes of standard base64, and whether no bit of it is stray (RFC 4648, 3.5)."""
    try:
        data = a2b_base64(written, strict_mode=True)
    except (_Base64Error, ValueError):
        raise _malformed("holds what should be base64 and is not") from None
    again = b2a_base64(data, newline=False)
    if len(again) != len(written):  # padding that belongs to nothing
        raise _malformed("holds what should be base64 and is not")
    return data, again == (written.encode() if isinstance(written, str) else written)


def _signature(line: bytes) -> Signature:
    space = line.find(b" ", len(_DASH)) + 1
    name = _signed_name(line[:space] or line)
    raw, canonical = _read_base64(line[space:]) if space else (b"", True)
    if len(raw) < 5:
        raise _malformed("has a signature that is too short")
    return Signature(name, int.from_bytes(raw[:4], "big"), raw[4:], canonical)


@lru_cache(maxsize=1024)  # a log is signed under few names, once an entry
def _signed_name(written: bytes) -> str:
    """The name in a signature line's beginning, up to the space that ends it."""
    if not written.startswith(_DASH):
        raise _malformed("has a signature line that does not begin with a dash")
    try:
        name = written[len(_DASH) :].removesuffix(b" ").decode()
    except UnicodeDecodeError:
        name = ""
    if not _NAME.fullmatch(name) or _CONTROL.search(written):
        raise _malformed("has a signature without a proper key name")
    return name


def _malformed(what: str) -> NoteError:
    return NoteError(
        f"The note {what}.", next_step="It was altered or cut; fetch the original again."
    )
