"""Statements: what a person signs where another machine writes the note (entry format 2).

A person sees and signs a *statement*: origin, entry id, object, commitments, the size and root of
the ledger that they saw, and until when it may be recorded. Whoever keeps the ledger adds the time
and signs the note. Many entries under one signature are a *batch*: each has a statement of its
own, which nobody signs, and the statement of the entry that closes the batch holds their number
and the root over them.

Invariants: a statement is made again from its note alone, so it can be checked when all
disclosures are erased; it holds no time and no position; it has one spelling; a signature over it
is never one over a note, nor the reverse; a decoy can never be opened. Specification:
``docs/reference/signing.md``.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, NamedTuple

from habeas.custody.errors import EntryError, StatementRefused
from habeas.custody.log import canonical, disclosures, merkle
from habeas.custody.log.commitments import malformed, read_commitments, slots_for
from habeas.custody.log.notes import (
    Signature,
    Signer,
    Verifier,
    check_name,
    check_signatures,
    check_text,
)

VERSION: Final = 2
#: What such a signature is, in the terms of C2SP signed-note: of a kind without a byte of its own.
OVER_STATEMENT: Final = b"\xffhabeas/statement/v2"
DECOY_BYTES: Final = 32
MOST_PARTS: Final = 1_000

_STATEMENT, _ENTRY = b"/statement/v2\n", b"/entry/v2\n"
_FIRST_LINE = re.compile(rb"[^\n]*/entry/v2\n")
_NUMBER = b"(0|[1-9][0-9]{0,15})"
_HEX_32, _HEX_64 = b'"([0-9a-f]{32})"', b'"([0-9a-f]{64})"'
_PART = rb"\[(?:0|[1-9][0-9]{0,15}),[1-9][0-9]{0,15}\]"
_LINE = re.compile(
    rb'\{(?:"batch":\{"count":' + _NUMBER
    + rb'(?:,"parts":\[(' + _PART + rb"(?:," + _PART + rb')*)\])?,"root":' + _HEX_64 + rb"\},)?"
    + rb'"commitments":\["([A-Za-z0-9_",-]*)"\],"id":' + _HEX_32
    + rb'(?:,"not_after":' + _NUMBER + rb")?"
    + rb'(?:,"object":' + _HEX_64 + rb")?"
    + rb'(?:,"seen":\{"root":' + _HEX_64 + rb',"size":' + _NUMBER + rb"\})?"
    + rb'(?:,"time":' + _NUMBER + rb')?,"version":2\}\n'
)  # fmt: skip


class SeenLedger(NamedTuple):
    """The ledger that a person saw: its size, and the root of it in 64 hex digits."""

    size: int
    root: str


class BatchRoot(NamedTuple):
    """How many entries a batch has, and the root over their statements in 64 hex digits."""

    entries: int
    root: str


#: Where the entries of a batch stand: the first position of each part, and how many follow.
Parts = tuple[tuple[int, int], ...]


class Statement(NamedTuple):
    """What is signed. ``seen`` and ``not_after`` (UTC seconds) are None in an entry of a batch."""

    origin: str
    entry_id: str
    commitments: tuple[str, ...]
    object_sha256: str | None = None
    seen: SeenLedger | None = None
    not_after: int | None = None
    batch: BatchRoot | None = None

    @property
    def text(self) -> bytes:
        """What a person signs, byte for byte."""
        return _written(self, _STATEMENT, {})

    @property
    def is_signed(self) -> bool:
        """Whether a person signs it, and not only a root that it is part of."""
        return self.seen is not None


class DrawnUp(NamedTuple):
    """A new statement, and what its commitments are of: both sides see all of it."""

    statement: Statement
    disclosures: tuple[bytes, ...]
    decoys: tuple[bytes, ...]

    def __repr__(self) -> str:
        return f"DrawnUp({self.statement.entry_id!r})"  # never what it discloses


class NoteText(NamedTuple):
    """The text of an entry of format 2, read: its statement and what the ledger's keeper added."""

    statement: Statement
    time: int
    parts: Parts


def draw_up(
    origin: str,
    fields: Sequence[tuple[str, Any]],
    *,
    object_sha256: str | None = None,
    seen: SeenLedger | None = None,
    not_after: int | None = None,
    batch: BatchRoot | None = None,
    entry_id: str | None = None,
) -> DrawnUp:
    """A statement with fresh salts and decoys, made where the person's key is.

    ``entry_id``: the one by which another entry of the batch refers to it; else a fresh one.
    """
    opened = tuple(
        disclosures.disclose(os.urandom(disclosures.SALT_BYTES), name, value)
        for name, value in fields
    )
    decoys = tuple(os.urandom(DECOY_BYTES) for _ in range(slots_for(len(opened)) - len(opened)))
    committed = sorted([*map(disclosures.commitment, opened), *map(decoy_commitment, decoys)])
    entry_id = os.urandom(16).hex() if entry_id is None else entry_id
    statement = Statement(origin, entry_id, tuple(committed), object_sha256, seen, not_after, batch)
    read_statement(statement.text)
    return DrawnUp(statement, opened, decoys)


def decoy_commitment(decoy: bytes) -> str:
    """What a statement shows for a decoy: no disclosure has 32 bytes, so none opens it."""
    if len(decoy) != DECOY_BYTES:
        raise StatementRefused(
            f"A decoy has {DECOY_BYTES} bytes, not {len(decoy)}.", next_step="Use os.urandom(32)."
        )
    return disclosures.to_base64url(hashlib.sha256(decoy).digest()).decode()


def check_shown(
    statement: Statement, opened: Sequence[bytes], decoys: Sequence[bytes]
) -> dict[str, Any]:
    """The fields by name, where what was shown is all that the statement commits to.

    So nothing can be opened later that was not shown when it was signed.
    """
    values: dict[str, Any] = {}
    for disclosure in opened:
        salt, name, value = disclosures.read(disclosure)
        if disclosures.to_base64url(canonical.encode([salt, name, value])) != disclosure:
            raise _refused(f"has a field {name!r} that is not in its one spelling")
        if name in values:
            raise _refused(f"has the field {name!r} twice")
        values[name] = value
    shown = [*map(disclosures.commitment, opened), *map(decoy_commitment, decoys)]
    if sorted(shown) != list(statement.commitments):
        raise _refused("commits to something else than what was shown with it")
    if slots_for(len(opened)) != len(shown):
        raise _refused(f"has {len(shown)} commitments for {len(opened)} fields")
    return values


def batch_root(statements: Iterable[Statement]) -> BatchRoot:
    """The Merkle root (RFC 9162) over the texts of statements, in the order of the ledger."""
    leaves = []
    for statement in statements:
        if statement.is_signed:
            raise _refused("is signed on its own and can be in no batch")
        leaves.append(merkle.leaf_hash(statement.text))
    return BatchRoot(len(leaves), merkle.root_of(leaves).hex())


def sign_statement(statement: Statement, signer: Signer) -> bytes:
    """The signature line of a person."""
    if not statement.is_signed:
        raise _refused("is one of a batch, which is signed as a whole")
    return signer.sign(statement.text, OVER_STATEMENT)


def check_statement(
    statement: Statement, signatures: Iterable[Signature], verifiers: Collection[Verifier]
) -> Verifier:
    """The person's key that signed; raises as ``notes.check_signatures`` does."""
    good, _ = check_signatures(statement.text, signatures, verifiers, OVER_STATEMENT)
    names = {(each.name, each.id_as(OVER_STATEMENT)): each for each in verifiers}
    return names[good[0].name, good[0].key_id]


def note_text(statement: Statement, time: int, parts: Parts = ()) -> bytes:
    """The text of the note that records a statement; ``time`` is in UTC seconds.

    ``parts``: where the entries of the batch stand that it closes.
    """
    if (statement.batch is None) != (not parts):
        raise _refused("is of a batch whose entries are nowhere, or of none")
    text = _written(statement, _ENTRY, {"time": time}, parts)
    read_note_text(text)
    return text


def read_statement(text: bytes) -> Statement:
    """A statement in its one spelling."""
    found, time, parts = _read(text, _STATEMENT)
    if time is not None or parts:
        raise malformed("holds a time or a position where a person's statement holds none")
    return found


def read_note_text(text: bytes) -> NoteText:
    """The text of an entry of format 2 in its one spelling."""
    found, time, parts = _read(text, _ENTRY)
    if time is None or (found.batch is None) != (not parts):
        raise malformed("lacks its time, or says nowhere which entries are of its batch")
    return NoteText(found, time, parts)


def is_recorded_in(note: bytes) -> bool:
    """Whether a note is of format 2, without reading it."""
    return _FIRST_LINE.match(note) is not None


def _read(text: bytes, label: bytes) -> tuple[Statement, int | None, Parts]:
    line = text.find(b"\n") + 1
    match = _LINE.fullmatch(text, line)
    shown = None if match is None else read_commitments(match[4])
    if match is None or shown is None or not text[:line].endswith(label):
        raise malformed("is not written as format version 2 is")
    origin = text[: line - len(label)]
    check_text(origin + b"\n")
    count, parts, root, _, entry_id, not_after, address, seen_root, seen_size, time = match.groups()
    if (not_after is None) != (seen_root is None) or (count is not None and seen_root is None):
        raise malformed("does not say both what was seen and until when it holds")
    statement = Statement(
        origin.decode(),
        entry_id.decode(),
        tuple(shown),
        address.decode() if address else None,
        SeenLedger(_number(seen_size), seen_root.decode()) if seen_root else None,
        None if not_after is None else _number(not_after),
        None if count is None else BatchRoot(_number(count), root.decode()),
    )
    check_name(statement.origin)
    return statement, None if time is None else _number(time), _parts(parts, statement.batch)


def _parts(written: bytes | None, batch: BatchRoot | None) -> Parts:
    """The parts of a batch: in order, none touching the next, and as many entries as it says."""
    if written is None or batch is None:
        return ()
    pairs = [part.split(b",") for part in written[1:-1].split(b"],[")]
    parts = tuple((_number(first), _number(count)) for first, count in pairs)
    ends = [first + count for first, count in parts]
    if len(parts) > MOST_PARTS or any(
        end >= first for end, (first, _) in zip(ends, parts[1:], strict=False)
    ):
        raise malformed("names the parts of its batch out of order, or too many")
    if sum(count for _, count in parts) != batch.entries:
        raise malformed(f"closes a batch of {batch.entries} and names the places of others")
    return parts


def _number(written: bytes) -> int:
    number = int(written)
    if number > canonical.LARGEST:
        raise malformed("has a number beyond the range of the format")
    return number


def _written(statement: Statement, label: bytes, more: dict[str, Any], parts: Parts = ()) -> bytes:
    line: dict[str, Any] = {
        "commitments": list(statement.commitments),
        "id": statement.entry_id,
        "version": VERSION,
        **more,
    }
    if statement.object_sha256 is not None:
        line["object"] = statement.object_sha256
    if statement.seen is not None:
        line["seen"] = statement.seen._asdict()
    if statement.not_after is not None:
        line["not_after"] = statement.not_after
    if statement.batch is not None:
        line["batch"] = {"count": statement.batch.entries, "root": statement.batch.root}
        if parts:
            line["batch"]["parts"] = [list(part) for part in parts]
    return statement.origin.encode() + label + canonical.encode(line) + b"\n"


def _refused(what: str) -> EntryError:
    return StatementRefused(
        f"A statement {what}.", next_step="Nothing was recorded; make the statement again."
    )
