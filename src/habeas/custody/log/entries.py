"""Entries: the one thing that is ever appended (format version 1).

An entry is a signed note. Its first line is ``<origin>/entry/v1``; its second is canonical
JSON with the format version, a random id, the time, the address of an object where there
is one, and commitments. Everything else (kind, subject, person, compartment, file hash)
is committed to and disclosed apart from the log.

Invariants: the clear line says nothing but number, size, time and object address; real
commitments and decoys are both 32 random-looking bytes, sorted together and padded to 16
or the next multiple, so their number says little; an entry has at most 65,535 bytes and
exactly one spelling. Specification: ``docs/reference/entry-format.md``.
"""

from __future__ import annotations

import hashlib
import os
import re
from binascii import b2a_base64
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import lt
from typing import Any, Final, NamedTuple, NoReturn

from habeas.custody.errors import DisclosureError, EntryError, EntryNewer, EntryTooLarge
from habeas.custody.log import canonical, disclosures
from habeas.custody.log.notes import (
    Signature,
    Signer,
    Verifier,
    check_name,
    check_signatures,
    check_text,
    split_strictly,
    text_of,
)

VERSION: Final = 1
LARGEST_BYTES: Final = 65_535
COMMITMENT_BLOCK: Final = 16

_HEX_ID = re.compile("[0-9a-f]{32}")
_HEX_ADDRESS = re.compile("[0-9a-f]{64}")
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_LAST = b"AEIMQUYcgkosw048"  # 32 bytes have one spelling
_STRIDE = 46  # a commitment of 43 characters, and what stands between it and the next
_BETWEEN = b'","'
_BEGINNING = b'/entry/v1\n{"commitments":["'
_LABEL = len(b"/entry/v1")
_AFTER = b'"],"id":"'
_ENDING = re.compile(
    _AFTER + rb'([0-9a-f]{32})",(?:"object":"([0-9a-f]{64})",)?'
    rb'"time":(0|[1-9][0-9]{0,15}),"version":1\}\n'
)
_OTHER_VERSION = re.compile(rb"[^\n]+/entry/v([1-9][0-9]*)\n")
_SALT_STRIDE = 33  # 32 bytes and a zero: whole base64 groups, so all salts encode in one call


class Composed(NamedTuple):
    """A new entry and, apart from it, the disclosures of its fields in their order."""

    entry_id: str
    note: bytes
    leaf_hash: bytes
    disclosures: bytes

    def __repr__(self) -> str:
        return f"Composed({self.entry_id!r})"  # never what it discloses


class ParsedEntry(NamedTuple):
    """What an entry shows in clear. Its signatures are not checked here."""

    origin: str
    version: int
    entry_id: str
    time: int
    object_sha256: str | None
    commitments: tuple[str, ...]
    signatures: tuple[Signature, ...]
    text: bytes


class Composer:
    """Writes and signs entries of one archive under the installation's entry key."""

    def __init__(self, origin: str, signer: Signer) -> None:
        check_name(origin)
        self.origin = origin
        self._signer = signer
        self._first_line = f"{origin}/entry/v1\n"

    def compose(
        self,
        time: int,
        fields: Sequence[tuple[str, Any]],
        object_sha256: str | None = None,
        cosigners: Sequence[Signer] = (),
        entry_id: str | None = None,
    ) -> Composed:
        """One signed entry that commits to ``fields``; ``time`` is in UTC seconds.

        ``object_sha256`` is the address (hash of the ciphertext). ``cosigners`` are the
        acting persons where the entry is a decision.
        """
        count = len(fields)
        slots = max(COMMITMENT_BLOCK, -(-count // COMMITMENT_BLOCK) * COMMITMENT_BLOCK)
        if entry_id is None:
            random = bytearray(os.urandom(slots * _SALT_STRIDE + 16))
            entry_id = random[-16:].hex()
        else:
            random = bytearray(os.urandom(slots * _SALT_STRIDE))
        random[32 : slots * _SALT_STRIDE : _SALT_STRIDE] = bytes(slots)
        commitments = random[count * _SALT_STRIDE : slots * _SALT_STRIDE]  # the decoys
        if count:
            opened, digests = _disclose(fields, random[: count * _SALT_STRIDE])
            commitments = digests + commitments
        else:
            opened = b""
        line = _clear_line(time, entry_id, object_sha256, commitments, slots)
        text = (self._first_line + line).encode()
        note = text + b"\n" + self._signer.sign(text)
        for cosigner in cosigners:
            note += cosigner.sign(text)
        if len(note) > LARGEST_BYTES:
            raise EntryTooLarge(
                f"An entry of {count} fields has {len(note)} bytes; {LARGEST_BYTES} fit.",
                next_step="Commit to fewer fields, or seal the content and commit to its hash.",
            )
        return Composed(entry_id, note, hashlib.sha256(b"\x00" + note).digest(), opened)


def new_entry_id() -> str:
    """A random 128-bit id as 32 hex digits."""
    return os.urandom(16).hex()


def parse_entry(note: bytes, *, signatures: bool = True) -> ParsedEntry:
    """Read an entry in its one spelling; the signatures are not checked (``check_signed``).

    ``signatures=False`` does not even read them, and gives none.
    """
    if len(note) > LARGEST_BYTES:
        raise EntryTooLarge(
            f"The entry has {len(note)} bytes; an entry has at most {LARGEST_BYTES}.",
            next_step="This is not an entry of this archive.",
        )
    text, signed = split_strictly(note) if signatures else (text_of(note), [])
    line = text.find(b"\n") - _LABEL  # where the origin ends
    after = text.find(_AFTER, line) if line > 0 else -1
    match = _ENDING.fullmatch(text, after) if after > 0 else None
    if match is None or not text.startswith(_BEGINNING, line):
        check_text(text)
        _explain(text)
    entry_id, address, written_time = match.groups()
    shown = _commitments(text[line + len(_BEGINNING) : after])
    if not shown:
        check_text(text)
        _explain(text)
    if len(shown) % COMMITMENT_BLOCK:
        raise _malformed(f"has {len(shown)} commitments, not a multiple of {COMMITMENT_BLOCK}")
    if not all(map(lt, shown, shown[1:])):
        raise _malformed("has commitments out of order or twice")
    time = int(written_time)
    if time > canonical.LARGEST:
        raise _malformed("has a time beyond the range of the format")
    return ParsedEntry(  # in their order, because this is hot
        _origin(text[:line]),
        VERSION,
        entry_id.decode(),
        time,
        address.decode() if address else None,
        tuple(shown),
        tuple(signed),
        text,
    )


def _commitments(written: bytes) -> list[str]:
    """The commitments, of which each must be the one spelling of 32 bytes; else none.

    Checked all at once: nothing but the alphabet and what stands between two, in its places.
    """
    others = len(written) // _STRIDE
    quotes = b'"' * others
    if (
        len(written) != others * _STRIDE + 43
        or written.translate(None, _ALPHABET) != _BETWEEN * others
        or written[43::_STRIDE] != quotes
        or written[45::_STRIDE] != quotes
        or written[42::_STRIDE].translate(None, _LAST)
    ):
        return []
    return written.decode().split('","')


@lru_cache(maxsize=16)  # the same in all entries of a log
def _origin(written: bytes) -> str:
    """The one part of an entry's text that the pattern leaves open."""
    check_text(written + b"\n")
    return written.decode()


def check_disclosures(parsed: ParsedEntry, opened: Iterable[bytes]) -> dict[str, Any]:
    """The fields by name, in their order; each must be committed to by the entry."""
    committed = set(parsed.commitments)
    values: dict[str, Any] = {}
    for disclosure in opened:
        _, name, value = disclosures.read(disclosure)
        if disclosures.commitment(disclosure) not in committed:
            raise DisclosureError(
                f"Entry {parsed.entry_id} does not commit to what was given as its field {name!r}.",
                next_step="The content was altered after it was signed; restore it from a backup.",
            )
        if name in values:
            raise DisclosureError(
                f"Entry {parsed.entry_id} has the field {name!r} twice.",
                next_step="No program of ours writes this; do not rely on this entry.",
            )
        values[name] = value
    return values


def check_signed(parsed: ParsedEntry, verifiers: Iterable[Verifier]) -> tuple[Signature, ...]:
    """The signatures that hold, at least one; raises as ``notes.open_note`` does."""
    return check_signatures(parsed.text, parsed.signatures, verifiers)[0]


def _disclose(fields: Sequence[tuple[str, Any]], random: bytearray) -> tuple[bytes, bytearray]:
    """The joined disclosures, and their digests, each followed by a zero byte."""
    salts = b2a_base64(random, newline=False).translate(disclosures.TO_URLSAFE).decode()
    urlsafe = disclosures.TO_URLSAFE
    sha256, written = hashlib.sha256, canonical.text
    names = {name for name, _ in fields}
    if len(names) != len(fields) or not all(names):
        raise EntryError(
            "An entry commits to one field twice, or to a field without a name.",
            next_step="Give each field once, under its own name.",
        )
    pairs = [f"{written(name)},{written(value)}" for name, value in fields]
    try:
        arrays = [
            f'["{salts[44 * place : 44 * place + 43]}",{pair}]'.encode()
            for place, pair in enumerate(pairs)
        ]
    except UnicodeEncodeError:
        canonical.to_bytes("".join(pairs))
        raise
    opened = [b2a_base64(array, newline=False).translate(urlsafe).rstrip(b"=") for array in arrays]
    digests = b"\x00".join([sha256(disclosure).digest() for disclosure in opened])
    return b"~".join(opened), bytearray(digests + b"\x00")


def _clear_line(
    time: int, entry_id: str, object_sha256: str | None, commitments: bytearray, slots: int
) -> str:
    """The second line: what canonical JSON gives, written by hand because it is hot."""
    if type(time) is not int or not 0 <= time <= canonical.LARGEST:
        raise EntryError(
            "The time of an entry is a whole number of seconds since 1970.",
            next_step="Give int(time.time()).",
        )
    if not _HEX_ID.fullmatch(entry_id):
        raise EntryError("An entry id has 32 hex digits.", next_step="Use new_entry_id().")
    if object_sha256 is None:
        address = ""
    elif _HEX_ADDRESS.fullmatch(object_sha256):
        address = f'"object":"{object_sha256}",'
    else:
        raise EntryError(
            "The address of an object has 64 hex digits.", next_step="Give Sealed.address."
        )
    packed = b2a_base64(commitments, newline=False).translate(disclosures.TO_URLSAFE).decode()
    shown = '","'.join(sorted([packed[at : at + 43] for at in range(0, 44 * slots, 44)]))
    return f'{{"commitments":["{shown}"],"id":"{entry_id}",{address}"time":{time},"version":1}}\n'


def _explain(text: bytes) -> NoReturn:
    """Say why the text is not an entry that this program reads."""
    version = _OTHER_VERSION.match(text)
    if version and int(version[1]) > VERSION:
        raise EntryNewer(
            f"The entry is of format version {int(version[1])}; this program reads version "
            f"{VERSION}.",
            next_step="Install a newer program.",
        )
    raise _malformed("is not written as format version 1 is")


def _malformed(what: str) -> EntryError:
    return EntryError(
        f"The entry {what}.", next_step="It was altered, or it is not of an archive of this kind."
    )
