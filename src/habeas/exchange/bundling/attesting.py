"""What vouches for the entries of a bundle: keys, checkpoints, proofs, timestamps.

All entries are proven under one checkpoint, the newest. Partners and authorities attested
earlier ones; each of these comes with the proof that it is the beginning of the newest, so
that an entry below its size is covered by it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from habeas.archive import models as m
from habeas.archive.access import OWNER, visible
from habeas.archive.attestation.cosigning import kept, newest_checkpoint
from habeas.archive.attestation.timestamping import RFC3161, Logged, logged
from habeas.archive.keys.handover_documents import files_of
from habeas.archive.opening import Archive
from habeas.custody.attestation.cosignatures import CosignerKey, read_cosignatures
from habeas.custody.attestation.partners import read_policy
from habeas.custody.errors import BundleError
from habeas.custody.keys.handovers import FOLDER
from habeas.custody.log.checkpoints import Checkpoint, parse_checkpoint
from habeas.custody.log.notes import split_note, to_base64
from habeas.custody.log.proofs import InclusionProof
from habeas.exchange.bundling.disclosing import Item

POLICY_FILE = "partners.toml"  # in the archive's own directory
MOST_TIMESTAMPS = 64


@dataclass(frozen=True, slots=True)
class Earlier:
    """A checkpoint that others attested, and the proof that the newest continues it."""

    checkpoint: Checkpoint
    proof: tuple[bytes, ...]

    def consistency(self, newest: Checkpoint) -> bytes:
        lines = ["habeas-consistency/1", f"old {self.checkpoint.size}", f"new {newest.size}"]
        return "\n".join([*lines, *map(to_base64, self.proof), ""]).encode()


@dataclass(frozen=True, slots=True)
class HandoverFiles:
    """A hand-over of the archive's keys: its files, and that the newest log continues it."""

    earlier: Earlier
    files: dict[str, bytes]

    @property
    def size(self) -> int:
        return self.earlier.checkpoint.size

    @property
    def folder(self) -> str:
        """Where it lies, below ``data/``."""
        return f"{FOLDER}/{self.size}"


@dataclass(frozen=True, slots=True)
class Attestations:
    """Everything that vouches for the entries of one bundle."""

    policy: dict[str, Any]
    checkpoint: Checkpoint
    earlier: tuple[Earlier, ...]
    timestamps: tuple[tuple[Logged, str], ...]  # each with who made it
    partners: tuple[CosignerKey, ...]
    handovers: tuple[HandoverFiles, ...] = ()


def attest(archive: Archive, items: Collection[Item]) -> Attestations:
    """What vouches for these entries, which must all be in the signed log."""
    checkpoint = newest_checkpoint(archive)
    last = max(item.position for item in items)
    if last >= checkpoint.size:
        raise BundleError(
            f"Entry {last} is not in the signed log yet.",
            next_step="Another process is writing; run the same command again.",
        )
    partners, needed = _partners(archive)
    first = min(item.position for item in items)
    stamps = [one for one in _timestamps(archive) if first < one[0].size <= checkpoint.size]
    sizes = {one.size for one, _ in stamps}
    notes = {size: _signed(size) for size in sizes if size != checkpoint.size}
    for note in kept(archive):
        size = parse_checkpoint(note).size
        if first < size < checkpoint.size and read_cosignatures(note, partners):
            notes[size] = note
            break  # the newest that partners cosigned covers most, and the hand-overs before it
    earlier = []
    for size, note in sorted(notes.items()):
        proof = archive.log.consistency_proof(size, checkpoint.size)
        earlier.append(Earlier(parse_checkpoint(note), tuple(proof)))
    return Attestations(
        _policy(archive, items, partners, needed),
        checkpoint,
        tuple(earlier),
        tuple(stamps),
        partners,
        tuple(_handovers(archive, checkpoint)),
    )


def _handovers(archive: Archive, checkpoint: Checkpoint) -> Iterator[HandoverFiles]:
    """Every hand-over up to the checkpoint."""
    for size in archive.chain.handovers:
        if size > checkpoint.size:
            break
        files = files_of(archive, size)
        proof = archive.log.consistency_proof(size, checkpoint.size)
        yield HandoverFiles(Earlier(parse_checkpoint(files["checkpoint"]), tuple(proof)), files)


def proof_of(archive: Archive, position: int, checkpoint: Checkpoint) -> bytes:
    """The proof that an entry stands under this checkpoint."""
    hashes = archive.log.inclusion_proof(position, checkpoint.size)
    return InclusionProof(position, tuple(hashes), checkpoint).text().encode()


def _signed(size: int) -> bytes:
    note = m.LedgerCheckpoint.objects.filter(size=size).values_list("note", flat=True).first()
    if note is None:
        raise BundleError(
            f"The checkpoint of {size:,} entries is not in this archive any more.",
            next_step="Run `habeas verify`.",
        )
    return bytes(note)


def _timestamps(archive: Archive) -> Iterator[tuple[Logged, str]]:
    """By each authority the earliest and the newest timestamp, in the order of the ledger."""
    names = dict(visible(OWNER, m.Timestamp).values_list("position", "authority"))
    by: dict[tuple[str, str], list[Logged]] = {}
    for one in logged(archive):
        if one.method == RFC3161 or one.chain:  # a pending proof proves nothing
            by.setdefault((one.method, names[one.position]), []).append(one)
    chosen = {one.position: one for each in by.values() for one in (each[0], each[-1])}
    for position in sorted(chosen)[:MOST_TIMESTAMPS]:
        yield chosen[position], names[position]


def _partners(archive: Archive) -> tuple[tuple[CosignerKey, ...], int]:
    """The partners and how many are needed; from the archive's policy, else from what is logged."""
    path = archive.directory / POLICY_FILE
    if path.is_file():
        policy = read_policy(path)
        return policy.keys, policy.needed
    written = visible(OWNER, m.Cosignature).order_by("verifier").values_list("verifier", flat=True)
    return tuple(CosignerKey.parse(each) for each in sorted(set(written))), 0


def _policy(
    archive: Archive, items: Collection[Item], partners: Collection[CosignerKey], needed: int
) -> dict[str, Any]:
    """The keys that a verifier needs: every key of archive and log, of people only those met."""
    rows = list(
        visible(OWNER, m.Key).order_by("position").values_list("role", "holder", "verifier")
    )
    signed = {name for item in items for name in _signers(item.note)}
    entry = [key for role, _, key in rows if role == "entry"]
    log = [key for role, _, key in rows if role == "checkpoint"]
    people = [key for role, _, key in rows if role == "person" and key.split("+")[0] in signed]
    return {
        "format": "habeas-policy/1",
        "origin": archive.origin,
        "entry": _once(entry or [archive.keyring.entry.verifier.vkey]),
        "log": _once(log or [archive.keyring.checkpoint.verifier.vkey]),
        "people": _once(people),
        "partners": [key.vkey for key in partners],
        "needed": needed,
    }


def _once(keys: Collection[str]) -> list[str]:
    return list(dict.fromkeys(keys))


def _signers(note: bytes) -> set[str]:
    return {signature.name for signature in split_note(note)[1]}
