"""The proof that an entry stands in the log, made from the tiles and checked at once; and the
root that the log had at any size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from habeas.archive.ledger.committed_entries import leaf_hashes_between
from habeas.archive.models import LedgerEntry
from habeas.custody.errors import CustodyError
from habeas.custody.log.merkle import root_of
from habeas.custody.log.proofs import prove, verify_proof

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry and its proof. ``text`` is a C2SP tlog-proof; ``sound`` says it was verified.

    ``text`` is '' for an entry that is committed but not yet in the log.
    """

    position: int
    leaf_hash: str
    size: int
    root: str
    text: str
    sound: bool
    sentence: str


def root_at(archive: Archive, size: int) -> bytes | None:
    """The root over the first ``size`` entries; None where there are fewer.

    Above the newest checkpoint there are no tiles that count: there it is computed from the
    database, where a checkpoint is remembered before it is shown.
    """
    if 0 <= size <= archive.log.size:
        return archive.log.root(size)
    if not 0 <= size <= archive.size:
        return None
    return root_of(leaf_hashes_between(0, size))


def inclusion(archive: Archive, position: int) -> Proven:
    """The proof of one entry under the newest checkpoint, verified with the log's own key."""
    entry = LedgerEntry.objects.get(position=position)
    leaf, note = bytes(entry.leaf_hash).hex(), bytes(entry.note)
    log = archive.log.still()
    try:
        if position >= log.size:
            return Proven(
                position, leaf, 0, "", "", False, f"Entry {position} is not in the log yet."
            )
        proof = prove(log, position)
        verify_proof(
            proof, note, [archive.chain.checkpoint_at(proof.checkpoint.size)], archive.origin
        )
    except CustodyError as error:
        return Proven(position, leaf, 0, "", "", False, error.message)
    checkpoint = proof.checkpoint
    return Proven(
        position,
        leaf,
        checkpoint.size,
        checkpoint.root.hex(),
        proof.text(),
        True,
        f"Entry {position} is in the signed log of {checkpoint.size} entries.",
    )
