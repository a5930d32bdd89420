"""Is all that is missing erased by right, and all that was erased gone?

Followed as ``verify`` passes through the ledger; the rule itself is ``projection.erased_by_right``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from habeas.archive.projection.erased_by_right import wrong
from habeas.archive.projection.erased_entries import ErasureRecord, positions_of
from habeas.archive.verify.report import Report
from habeas.custody.trust.persons import DecisionRequest, HeldKey
from habeas.custody.trust.rules import TrustState


@dataclass(frozen=True, slots=True)
class _Approved:
    """An approval that counts: of what, and by whose key."""

    request: DecisionRequest
    key: HeldKey


@dataclass(frozen=True, slots=True)
class _Carried:
    """What an erasure entry lists, and why it may not have been carried out; '' where it may."""

    things: frozenset[int]
    wrong: str


class CarriedErasures:
    """What the ledger says of erasures, as ``verify`` passes through it."""

    def __init__(self, trust: TrustState) -> None:
        self._trust = trust
        self._requests: dict[str, frozenset[int]] = {}
        self._approvals: dict[str, _Approved] = {}
        self._erasures: dict[int, _Carried] = {}
        self._done: set[str] = set()  # requests that were carried out by right

    def asked(self, entry_id: str, fields: dict[str, Any]) -> None:
        """A request that a person signed."""
        self._requests[entry_id] = frozenset(positions_of(fields["positions"]))

    def approved(self, entry_id: str, request: DecisionRequest, key: HeldKey) -> None:
        """An approval by another person, which counts."""
        self._approvals[entry_id] = _Approved(request, key)

    def carried(self, position: int, fields: dict[str, Any]) -> None:
        """An erasure that a person signed."""
        try:
            record = ErasureRecord.read(fields)
            why = self._wrong(fields, record)
        except (KeyError, TypeError, ValueError, AttributeError):
            self._erasures[position] = _Carried(frozenset(), "is not written as it must be")
        else:
            self._erasures[position] = _Carried(frozenset(record.things), why)
            if not why:
                self._done.add(fields["request"])

    def _wrong(self, fields: dict[str, Any], record: ErasureRecord) -> str:
        approval = self._approvals.get(fields["approval"])
        keys = None
        if approval is not None and approval.request.entry_id == fields["request"]:
            keys = approval.request.key, approval.key.position
        request = self._requests.get(fields["request"])
        again = fields["request"] in self._done
        return wrong(self._trust, record, request, keys, again=again)

    def check(self, report: Report) -> None:
        """Compare what was erased with what was signed for; adds faults to the report."""
        listed: dict[int, int] = {}
        for position, one in sorted(self._erasures.items(), key=lambda each: not each[1].wrong):
            # What an unfounded one lists never hides that it was erased by right elsewhere.
            listed.update(dict.fromkeys(one.things, position))
            if one.wrong:
                report.fault(
                    "erasure.unfounded", position, f"The erasure at entry {position} {one.wrong}."
                )
        for position, erasure in report.erased.items():
            if listed.get(position) != erasure:
                report.fault(
                    "content.missing",
                    position,
                    f"The content of entry {position} is missing, and no erasure accounts for it.",
                )
        for position, erasure in listed.items():
            if position not in report.erased and not self._erasures[erasure].wrong:
                report.fault(
                    "erasure.left",
                    position,
                    f"Entry {position} was erased by entry {erasure}, but its content is here.",
                )
