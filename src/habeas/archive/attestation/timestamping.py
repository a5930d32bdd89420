"""Timestamps over this archive's checkpoints: found, verified, logged, verified again.

What is stamped is a checkpoint's text, which says the log's size and root: so one timestamp
covers every entry that the log had. The reply or proof is logged byte for byte with the
certificates or block headers that it was verified with.

Invariant: a timestamp is logged only over a checkpoint that was signed here, and only as
what it was found to prove; a pending one is logged as pending.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from binascii import a2b_base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from habeas.archive import models as m
from habeas.archive.attestation.cosigning import newest_checkpoint
from habeas.archive.attestation.proving import root_at
from habeas.archive.errors import EntryRefused
from habeas.archive.verbs.attesting import timestamp
from habeas.custody.attestation import opentimestamps
from habeas.custody.attestation.timestamps import stamped_text, stamps, verify_reply
from habeas.custody.errors import TimestampError, TimestampPending
from habeas.custody.log.checkpoints import Checkpoint, parse_checkpoint, text_of
from habeas.custody.log.notes import from_base64
from habeas.errors import HabeasError

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

RFC3161, OPENTIMESTAMPS = "rfc3161", "opentimestamps"
OWN_READER = "habeas"  # who accepts an OpenTimestamps proof: the reader in custody
_HEIGHT_BYTES = 4


@dataclass(frozen=True, slots=True)
class LoggedTimestamp:
    """A timestamp just logged; ``time`` is None while nothing attests it."""

    position: int
    size: int
    time: datetime.datetime | None
    authority: str
    accepted_by: tuple[str, ...]
    not_judged: tuple[str, ...] = ()  # verifiers that were not there or could not read it


def add_reply(
    archive: Archive,
    reply: bytes,
    chain: Sequence[x509.Certificate],
    request: bytes | None = None,
) -> LoggedTimestamp:
    """Verify an authority's reply over one of this archive's checkpoints, and log it."""
    _refuse_known(reply)
    checkpoint = _checkpoint_where(archive, lambda text: stamps(reply, text))
    stamp = verify_reply(reply, stamped_text(checkpoint), chain, request=request)
    with archive.writing() as batch:
        ref = timestamp(
            batch,
            checkpoint,
            RFC3161,
            reply,
            chain=[each.public_bytes(Encoding.DER) for each in chain],
            authority=stamp.authority,
            stamped_at=stamp.time,
            accepted_by=stamp.accepted_by,
        )
    return LoggedTimestamp(
        ref.position,
        checkpoint.size,
        stamp.time,
        stamp.authority,
        stamp.accepted_by,
        stamp.not_judged,
    )


def add_proof(archive: Archive, proof: bytes, headers: Mapping[int, bytes]) -> LoggedTimestamp:
    """Log an OpenTimestamps proof over one of this archive's checkpoints.

    With no header for it, it is logged as pending: kept, and proving nothing yet.
    """
    _refuse_known(proof)
    read = opentimestamps.read_proof(proof)
    checkpoint = _checkpoint_where(
        archive, lambda text: hashlib.new(read.hash_name, text).digest() == read.digest
    )
    attested = None
    try:
        attested = opentimestamps.verify_proof(proof, stamped_text(checkpoint), headers)
    except TimestampPending:
        if headers and read.heights:
            raise
    used = () if attested is None else ((attested.height, headers[attested.height]),)
    authority = "" if attested is None else f"Bitcoin block {attested.height}"
    with archive.writing() as batch:
        ref = timestamp(
            batch,
            checkpoint,
            OPENTIMESTAMPS,
            proof,
            chain=[height.to_bytes(_HEIGHT_BYTES, "big") + header for height, header in used],
            authority=authority,
            stamped_at=None if attested is None else attested.time,
            accepted_by=[] if attested is None else [OWN_READER],
        )
    time = None if attested is None else attested.time
    return LoggedTimestamp(
        ref.position, checkpoint.size, time, authority, () if not used else (OWN_READER,)
    )


@dataclass(frozen=True, slots=True)
class Logged:
    """A logged timestamp as files: what is stamped, the proof, and what it is checked with."""

    position: int
    method: str
    size: int
    text: bytes
    proof: bytes
    chain: tuple[bytes, ...]

    @property
    def certificates(self) -> list[x509.Certificate]:
        return [x509.load_der_x509_certificate(each) for each in self.chain]

    @property
    def headers(self) -> dict[int, bytes]:
        return {
            int.from_bytes(each[:_HEIGHT_BYTES], "big"): each[_HEIGHT_BYTES:] for each in self.chain
        }


@dataclass(frozen=True, slots=True)
class Checked:
    """A logged timestamp verified again; ``fault`` is None where it holds.

    ``pending`` ones are neither: nothing attests them by what was given.
    """

    logged: Logged
    time: datetime.datetime | None = None
    authority: str = ""
    accepted_by: tuple[str, ...] = ()
    not_judged: tuple[str, ...] = ()
    pending: str = ""
    fault: HabeasError | None = None


def logged(archive: Archive) -> Iterator[Logged]:
    """Every timestamp in the ledger, in its order."""
    for row in m.Timestamp.objects.order_by("position"):
        yield Logged(
            row.position,
            row.method,
            row.size,
            text_of(archive.origin, row.size, from_base64(row.root)).encode(),
            a2b_base64(row.proof),
            tuple(a2b_base64(each) for each in json.loads(row.chain)),
        )


def verify_logged(
    archive: Archive,
    one: Logged,
    chain: Sequence[x509.Certificate] = (),
    headers: Mapping[int, bytes] | None = None,
) -> Checked:
    """Verify a logged timestamp, by what was logged with it or by what the reader trusts."""
    try:
        _refuse_other_root(archive, one)
        if one.method == RFC3161:
            stamp = verify_reply(one.proof, one.text, chain or one.certificates)
            return Checked(one, stamp.time, stamp.authority, stamp.accepted_by, stamp.not_judged)
        attested = opentimestamps.verify_proof(
            one.proof, one.text, one.headers if headers is None else headers
        )
        block = f"Bitcoin block {attested.height}, {attested.block}"
        return Checked(one, attested.time, block, (OWN_READER,))
    except TimestampPending as error:
        return Checked(one, pending=error.message)
    except HabeasError as error:
        return Checked(one, fault=error)
    except ValueError as error:
        fault = TimestampError(f"Its certificates cannot be read: {error}.")
        return Checked(one, fault=fault)


def _refuse_other_root(archive: Archive, one: Logged) -> None:
    if root_at(archive, one.size) != from_base64(one.text.split(b"\n")[2]):
        raise TimestampError(
            f"It is over a log of {one.size:,} entries with another root than this log had.",
            next_step="Run `habeas verify`: the entry or the log was altered.",
        )


def _checkpoint_where(archive: Archive, fits: Callable[[bytes], bool]) -> Checkpoint:
    """The newest checkpoint signed here whose text fits."""
    newest = newest_checkpoint(archive)
    if fits(stamped_text(newest)):
        return newest
    signed = m.LedgerCheckpoint.objects.order_by("-size").values_list("note", flat=True)
    for note in signed.iterator():
        checkpoint = parse_checkpoint(bytes(note))
        if fits(stamped_text(checkpoint)):
            return checkpoint
    raise TimestampError(
        "The timestamp is over no checkpoint that this archive signed.",
        next_step="Stamp the file that `habeas timestamp request --out DIR` writes, and add the "
        "result here.",
    )


def _refuse_known(proof: bytes) -> None:
    digest = hashlib.sha256(proof).hexdigest()
    known = m.Timestamp.objects.filter(proof_sha256=digest).first()
    if known is not None:
        raise EntryRefused(
            f"This timestamp is logged already, as entry {known.position}.",
            next_step="Check it with `habeas timestamp verify`.",
        )
