"""Handing over the keys that sign: new ones made, granted in the ledger, the old destroyed.

    1  the new pair is kept in the keyring, where nothing names it yet
    2  four entries, signed by the former entry key, are committed: from here on the new one signs
    3  the log is written to that very size, its checkpoint signed by both checkpoint keys
    4  the document by which others follow is written to ``log/handovers``
    5  the keyring signs with the new pair and keeps of the former only the public keys

Interrupted before 2, nothing has changed: the kept pair is used by the next hand-over.
Interrupted after it, ``finish`` does the rest, whenever the archive is opened.

Invariants: no seed that the ledger may grant is given up; the former checkpoint key is destroyed
only after it signed the checkpoint of the hand-over; others may append at any point.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from habeas.archive.errors import KeysHandedOver
from habeas.archive.keys.handover_documents import document_path, finish
from habeas.archive.verbs.handing_over import hand_over_keys
from habeas.custody.keys import handovers
from habeas.custody.keys.key_chain import KeyPair

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.custody.log.notes import Signer


@dataclass(frozen=True, slots=True)
class CompletedHandover:
    """A hand-over that was made: the size, both pairs, and whether the former is destroyed yet."""

    size: int
    former: KeyPair
    new: KeyPair
    document: Path
    finished: bool


def hand_over(archive: Archive, person: Signer | None, state: str = "retired") -> CompletedHandover:
    """Hand the archive's keys over to new ones; ``state`` is retired or stolen."""
    finish(archive)
    keyring = archive.keyring
    keyring.stage(archive.size)
    with archive.writing(person, sequence=False) as batch:
        former = archive.chain.current
        if keyring.next is None or keyring.signer(former.entry) is None:
            raise KeysHandedOver(
                "Someone else handed the keys over meanwhile.",
                next_step="Look with `habeas verify`; run the command again if that was not meant.",
            )
        entry, checkpoint = keyring.next
        new = KeyPair(entry.verifier, checkpoint.verifier, batch.size + handovers.ENTRIES)
        hand_over_keys(batch, former, new, state)
    finish(archive)
    return CompletedHandover(
        new.since,
        former,
        new,
        document_path(archive, new.since),
        finished=keyring.chain.current.entry == new.entry,
    )
