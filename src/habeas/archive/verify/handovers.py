"""Hand-overs of the archive's keys, as the entries themselves say them.

Only in the one way: four entries in a row (``custody.keys.handovers``), all signed by the entry key
that was in force, and by a person where anybody had a key. Everything else that names an entry or a
checkpoint key after the first is a fault: a second key in force beside the first, an end without
a successor, a key that comes back.
"""

from __future__ import annotations

from typing import Any

from habeas.archive.verify.report import Report
from habeas.custody.keys.handovers import ENDED, STEPS
from habeas.custody.keys.key_chain import KeyChain, KeyPair
from habeas.custody.log.notes import Verifier
from habeas.custody.trust.rules import ARCHIVE_ROLES


class Handovers:
    """The pairs that the ledger has named so far, and the hand-over that is being read."""

    def __init__(self) -> None:
        self._current: dict[str, Verifier] = {}
        self._used: set[bytes] = set()
        self._pairs: list[KeyPair] = []
        self._begun: list[tuple[int, Verifier]] = []
        self._state = ""  # how the pair that ends ends

    @property
    def entry_key(self) -> Verifier | None:
        """The key that must sign the next entry; None before the first is named."""
        return self._current.get("entry")

    def is_later(self, fields: dict[str, Any]) -> bool:
        """Whether this entry of kind key is part of a hand-over, not of the beginning."""
        role = fields.get("role")
        return role in ARCHIVE_ROLES and (role in self._current or fields.get("state") != "granted")

    def learn(self, report: Report, position: int, fields: dict[str, Any]) -> None:
        """One entry of kind key that names an entry or checkpoint key."""
        role, verifier = str(fields["role"]), Verifier.parse(fields["verifier"])
        if not self.is_later(fields):
            self._current[role] = verifier
            self._used.add(verifier.public)
            if len(self._current) == len(ARCHIVE_ROLES):
                self._pairs.append(KeyPair(self._current["entry"], self._current["checkpoint"]))
            return
        role_due, granted = STEPS[len(self._begun)]
        states = ("granted",) if granted else ENDED
        in_a_row = not self._begun or self._begun[-1][0] == position - 1
        new = verifier.public not in self._used if granted else verifier == self._current.get(role)
        if (role, in_a_row, new) != (role_due, True, True) or fields["state"] not in states:
            self._begun.clear()
            report.fault(
                "keys.bad-handover",
                position,
                f"Entry {position} names a key of the archive otherwise than a hand-over does.",
            )
            return
        self._begun.append((position, verifier))
        self._state = self._state if granted else str(fields["state"])
        if len(self._begun) == len(STEPS):
            checkpoint, _, _, entry = (key for _, key in self._begun)
            self._begun.clear()
            self._current = {"entry": entry, "checkpoint": checkpoint}
            self._used |= {entry.public, checkpoint.public}
            self._pairs.append(KeyPair(entry, checkpoint, position + 1))
            report.handovers.append((position + 1, self._state))

    def check(self, report: Report, chain: KeyChain) -> None:
        """What the ledger says must be what the keyring goes by."""
        if self._begun:
            at = self._begun[0][0]
            report.fault("keys.bad-handover", at, f"The hand-over at entry {at} has no end.")
        here = [pair for pair in chain.pairs if pair.since <= report.size]
        if self._pairs and self._pairs != here:
            report.fault(
                "keys.altered", None, "The keys in keys/ are not those that the ledger handed over."
            )
