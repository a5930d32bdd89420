"""The decisions: who signed what, under the keys that were in force when it was entered."""

from __future__ import annotations

from typing import Any

from habeas.archive.erasing.founded import Erasures
from habeas.archive.kinds import KINDS
from habeas.archive.verifying.handovers import ROLES, Handovers
from habeas.archive.verifying.report import Report
from habeas.custody.entries import ParsedEntry, check_signed
from habeas.custody.merkle import root_of
from habeas.custody.notes import Verifier


class Decisions:
    """The keys in force so far, the entries of the current import, and who signed what."""

    def __init__(self) -> None:
        self._keys: dict[str, Verifier] = {}
        self._leaves: dict[int, bytes] = {}
        self.erasures = Erasures()
        self.handovers = Handovers()

    def note(self, position: int, leaf: bytes) -> None:
        """Remember an entry for the signed root of its import, whatever else is wrong with it."""
        self._leaves[position] = leaf

    def check(
        self, report: Report, position: int, entry: ParsedEntry, fields: dict[str, Any]
    ) -> None:
        kind = fields.get("kind", "")
        if self.handovers.entry_key is not None:  # a new one is granted under the one before it
            check_signed(entry, [self.handovers.entry_key])
        handed_over = kind == "key" and self.handovers.is_later(fields)
        if kind == "key":
            self._learn(report, position, fields)
        if kind == "batch" and not self._root_holds(fields):
            report.fault(
                "ledger.batch-altered",
                position,
                f"Entry {position} signs an import that is not what follows from its entries.",
            )
        decided = kind in KINDS and (
            KINDS[kind].decision
            or (kind == "claim" and "previous" in fields)
            or (handed_over and bool(self._keys))
        )
        if not decided:
            return
        key = self._keys.get(fields.get("person", ""))
        if key is None:
            report.fault(
                "ledger.decision-unsigned",
                position,
                f"Entry {position}, a {kind}, names no person whose key is in force.",
            )
        else:
            check_signed(entry, [key])
            self.erasures.learn(position, entry.entry_id, kind, fields, key)

    def _learn(self, report: Report, position: int, fields: dict[str, Any]) -> None:
        verifier = Verifier.parse(fields["verifier"])
        if fields["role"] in ROLES:
            self.handovers.learn(report, position, fields)
        elif fields["role"] == "person":
            if fields["state"] == "granted":
                self._keys[fields["holder"]] = verifier
            else:
                self._keys.pop(fields["holder"], None)

    def _root_holds(self, fields: dict[str, Any]) -> bool:
        if fields["count"] > len(self._leaves):
            return False
        signed = range(fields["first"], fields["first"] + fields["count"])
        leaves = [self._leaves[position] for position in signed if position in self._leaves]
        return len(leaves) == len(signed) and bool(root_of(leaves).hex() == fields["root"])
