"""The proof that an entry is in the signed log, with the command that checks it.

Ledger entries are public by design (they hold only salted commitments), so they need no
access rule; whether anything is said of an entry at all is decided by the row it made.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from habeas.archive.access import Viewer
from habeas.archive.attestation.proving import inclusion
from habeas.archive.exhibits.custody_chain import attested
from habeas.archive.models import LedgerEntry
from habeas.display import words

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


@dataclass(frozen=True, slots=True)
class SignedState:
    """The signed state of the log that includes an entry."""

    size: int
    root: str


@dataclass(frozen=True, slots=True)
class Attested:
    """Someone outside who vouched for the log with the entry in it."""

    who: str
    when: words.Dated | None
    words: str
    entry: int


@dataclass(frozen=True, slots=True)
class EntryProof:
    """What a reader needs to check one entry; ``time`` is UTC, ``text`` a C2SP tlog-proof."""

    position: int
    entry_id: str
    leaf_hash: str
    time: str
    time_words: str
    sound: bool
    sentence: str
    checkpoint: SignedState | None
    text: str
    attested: tuple[Attested, ...]
    command: str


def entry_proof(archive: Archive, viewer: Viewer, position: int) -> EntryProof:
    """The id, time, proof and checkpoint of an entry."""
    proven = inclusion(archive, position)
    entry_id, seconds = LedgerEntry.objects.values_list("entry_id", "time").get(position=position)
    when = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return EntryProof(
        position=position,
        entry_id=entry_id,
        leaf_hash=proven.leaf_hash,
        time=when.isoformat().replace("+00:00", "Z"),
        time_words=f"{when.day} {when:%B %Y, %H:%M:%S} UTC",
        sound=proven.sound,
        sentence=proven.sentence,
        checkpoint=SignedState(proven.size, proven.root) if proven.sound else None,
        text=proven.text,
        attested=tuple(
            Attested(step.agent, words.date_words(step.happened_at), step.changed, step.position)
            for step in attested(viewer, position)
        ),
        command=f"habeas prove {position} --out entry-{position}",
    )
