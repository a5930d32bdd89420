"""Entries: the one thing that is ever appended (format versions 1 and 2).

An entry is a signed note. Its first line is ``<origin>/entry/v1``; its second is canonical
JSON with the format version, a random id, the time, the address of an object where there
is one, and commitments. Everything else (kind, subject, person, compartment, file hash)
is committed to and disclosed apart from the log. Version 2 is the same with what a person
signed elsewhere (``statements``): there a person's signature is over the statement.

Invariants: the clear line says nothing but number, size, time and object address; real
commitments and decoys are both 32 random-looking bytes, sorted together and padded to 16
or the next multiple, so their number says little; an entry has at most 65,535 bytes and
exactly one spelling. Specifications: ``docs/reference/entry-format.md`` and ``signing.md``.
"""

from __future__ import annotations

import hashlib
import os
import re
from binascii import b2a_base64
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, NoReturn

from habeas.custody.errors import DisclosureError, EntryError, EntryNewer, EntryTooLarge
from habeas.custody.log import canonical, disclosures, statements
from habeas.custody.log.commitments import (
    malformed,
    read_commitments,
    slots_for,
    write_commitments,
)
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
from habeas.custody.log.statements import Parts, Statement

VERSION: Final = 1
NEWEST: Final = statements.VERSION
LARGEST_BYTES: Final = 65_535

_HEX_ID = re.compile("[0-9a-f]{32}")
_HEX_ADDRESS = re.compile("[0-9a-f]{64}")
_BEGINNING = b'/entry/v1\n{"commitments":["'
_LABEL = len(b"/entry/v1")
_AFTER = b'"],"id":"'
_ENDING = re.compile(
    _AFTER + rb'([0-9a-f]{32})",(?:"object":"([0-9a-f]{64})",)?'
    rb'"time":(0|[1-9][0-9]{0,15}),"version":1\}\n'
)
_ITS_VERSION = re.compile(rb"[^\n]+/entry/v([1-9][0-9]*)\n")
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
    statement: Statement | None = None  # in format 2: what a person signs of it
    parts: Parts = ()  # where the entries of the batch stand that it closes


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
        slots = slots_for(count)
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
        _check_size(note, count)
        return Composed(entry_id, note, hashlib.sha256(b"\x00" + note).digest(), opened)

    def record(
        self,
        statement: Statement,
        time: int,
        disclosed: Sequence[bytes],
        signatures: Sequence[bytes] = (),
        parts: Parts = (),
    ) -> Composed:
        """The entry of a statement: the time is added and, last, the installation's signature.

        ``signatures`` are a person's lines over the statement, checked by the caller; none where
        it is of a batch. What was shown with it was checked too (``statements.check_shown``).
        """
        text = statements.note_text(statement, time, parts)
        note = text + b"\n" + b"".join(signatures) + self._signer.sign(text)
        _check_size(note, len(disclosed))
        leaf = hashlib.sha256(b"\x00" + note).digest()
        return Composed(statement.entry_id, note, leaf, disclosures.join(disclosed))


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
        return _of_statement(text, signed)
    entry_id, address, written_time = match.groups()
    shown = read_commitments(text[line + len(_BEGINNING) : after])
    if not shown:
        check_text(text)
        _explain(text)
    time = int(written_time)
    if time > canonical.LARGEST:
        raise malformed("has a time beyond the range of the format")
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


def _of_statement(text: bytes, signed: Sequence[Signature]) -> ParsedEntry:
    """An entry of format 2, which holds a statement; anything else is refused."""
    check_text(text)
    version = _ITS_VERSION.match(text)
    if version is None or int(version[1]) != statements.VERSION:
        _explain(text)
    statement, time, parts = statements.read_note_text(text)
    return ParsedEntry(
        statement.origin,
        statements.VERSION,
        statement.entry_id,
        time,
        statement.object_sha256,
        statement.commitments,
        tuple(signed),
        text,
        statement,
        parts,
    )


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
    """The signatures over the note that hold, at least one; raises as ``notes.open_note`` does."""
    return check_signatures(parsed.text, parsed.signatures, verifiers)[0]


def check_decided(parsed: ParsedEntry, keys: Collection[Verifier]) -> Verifier:
    """The person's key by which an entry is a decision; raises as ``notes.open_note`` does.

    In format 1 the person signed the note, in format 2 the statement and nothing else. An entry of
    a batch is signed by nobody: whoever signed what closes the batch did (``statements``).
    """
    if parsed.statement is not None:
        return statements.check_statement(parsed.statement, parsed.signatures, keys)
    good = check_signed(parsed, keys)[0]
    return next(key for key in keys if (key.name, key.key_id) == (good.name, good.key_id))


def _check_size(note: bytes, fields: int) -> None:
    if len(note) > LARGEST_BYTES:
        raise EntryTooLarge(
            f"An entry of {fields} fields has {len(note)} bytes; {LARGEST_BYTES} fit.",
            next_step="Commit to fewer fields, or seal the content and commit to its hash.",
        )


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
    shown = write_commitments(commitments, slots)
    return f'{{"commitments":["{shown}"],"id":"{entry_id}",{address}"time":{time},"version":1}}\n'


def _explain(text: bytes) -> NoReturn:
    """Say why the text is not an entry that this program reads."""
    version = _ITS_VERSION.match(text)
    if version and int(version[1]) > NEWEST:
        raise EntryNewer(
            f"The entry is of format version {int(version[1])}; this program reads versions up "
            f"to {NEWEST}.",
            next_step="Install a newer program.",
        )
    raise malformed("is not written as format version 1 is")
