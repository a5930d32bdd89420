"""Persons with their keys, what one of them asked for, and the policy of an archive.

The nouns of ``trust``, which has the rules. A person is known by a pseudonym, the holder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from habeas.custody.log.entries import ParsedEntry, check_decided
from habeas.custody.log.notes import Verifier
from habeas.errors import HabeasError

HOUR: Final = 3_600
MOST_SECONDS: Final = 30 * 24 * HOUR  # more would let a policy stop every erasure


class TrustRules(NamedTuple):
    """``approver_age``: how much older than a request an approver's key is; ``change_wait``: how
    long a change of the policy waits between request and approval. Both in seconds."""

    approver_age: int
    change_wait: int

    def within(self) -> bool:
        return all(type(n) is int and 0 <= n <= MOST_SECONDS for n in self)

    def fields(self) -> dict[str, int]:
        return {
            "approver_age_seconds": self.approver_age,
            "change_wait_seconds": self.change_wait,
        }

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> TrustRules:
        return cls(fields["approver_age_seconds"], fields["change_wait_seconds"])


#: What a new archive begins with: three days, so that a weekend does not hide a new key.
DEFAULT: Final = TrustRules(72 * HOUR, 72 * HOUR)


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A person's key. ``by``: who signed the grant, '' the installation alone.

    ``ended``: the position of the entry that ended it, 0 while it is in force.
    """

    position: int
    time: int
    holder: str
    verifier: Verifier
    by: str = ""
    ended: int = 0
    ended_time: int = 0


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """What one person asked for and another may approve. ``key``: position of the signing key."""

    kind: str
    entry_id: str
    position: int
    time: int
    person: str
    key: int
    holder: str = ""
    verifier: str = ""
    policy: TrustRules | None = None


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """One entry as the rules read it."""

    position: int
    time: int
    entry_id: str
    fields: Mapping[str, Any]
    signed_by: Callable[[Iterable[HeldKey]], HeldKey | None]


def said(
    parsed: ParsedEntry,
    position: int,
    fields: Mapping[str, Any],
    closing: ParsedEntry | None = None,
) -> ReadEntry:
    """An entry of the log, with the fields that its disclosures give.

    ``closing``: of an entry of a batch, the one that closes it and whose signature covers it.
    """
    signed = parsed if closing is None else closing
    return ReadEntry(
        position, parsed.time, parsed.entry_id, fields, lambda keys: signer_of(signed, keys)
    )


def signer_of(parsed: ParsedEntry, keys: Iterable[HeldKey]) -> HeldKey | None:
    """Which of the keys signed the entry; None where none did, or one falsely."""
    held = {key.verifier: key for key in keys}
    if not held:
        return None
    try:
        return held[check_decided(parsed, held)]
    except HabeasError:
        return None


class Speakers:
    """Whose key, in force, is behind entries of format 2, one after the other.

    A signature is checked once for a batch, as long as the same keys are in force. What was asked
    before is told by the very entry and never by its id, which whoever keeps the ledger chooses.
    """

    def __init__(self) -> None:
        self._signed: ParsedEntry | None = None
        self._keys: list[HeldKey] = []
        self._holder = ""

    def holder(
        self, signed: ParsedEntry, fields: Mapping[str, Any], keys: Iterable[HeldKey]
    ) -> str:
        """Whoever signed the entry, or what closes its batch; '' where that is nobody, or is not
        the person that it names."""
        in_force = [key for key in keys if not key.ended]
        if self._signed is not signed or self._keys != in_force:
            key = signer_of(signed, in_force)
            self._signed, self._keys = signed, in_force
            self._holder = "" if key is None else key.holder
        return self._holder if fields.get("person", self._holder) == self._holder else ""


def lasting(seconds: int) -> str:
    """A length of time in words, rounded down."""
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 2 * HOUR:
        return f"{seconds // 60} min"
    if seconds <= 96 * HOUR:
        return f"{seconds // HOUR} h"
    return f"{seconds // (24 * HOUR)} days"
