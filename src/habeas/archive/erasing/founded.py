"""Is every erased entry erased by right? For ``verify``, from the entries alone.

Content may be missing only where an erasure entry lists the position, and that entry must rest
on a request and an approval by two people, under two keys, over the same list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from habeas.archive.erased import Record, positions_of
from habeas.custody.audit import Fault

if TYPE_CHECKING:
    from habeas.archive.verifying.report import Report
    from habeas.custody.notes import Verifier


@dataclass(frozen=True, slots=True)
class _Signed:
    """A request or an approval whose signature was checked."""

    about: frozenset[int] | str
    key: bytes


class Erasures:
    """What the ledger says of erasures, as ``verify`` passes through it."""

    def __init__(self) -> None:
        self._requests: dict[str, _Signed] = {}
        self._approvals: dict[str, _Signed] = {}
        self._erasures: dict[int, dict[str, Any]] = {}

    def learn(
        self, position: int, entry_id: str, kind: str, fields: dict[str, Any], key: Verifier
    ) -> None:
        """One decision; its signature holds and ``key`` made it."""
        if kind == "erasure-request":
            listed = frozenset(positions_of(fields["positions"]))
            self._requests[entry_id] = _Signed(listed, key.public)
        elif kind == "erasure-approval":
            self._approvals[entry_id] = _Signed(fields["request"], key.public)
        elif kind == "erasure":
            self._erasures[position] = fields

    def check(self, report: Report) -> None:
        """Compare what was erased with what was signed for; adds faults to the report."""
        listed: dict[int, int] = {}
        for position, fields in self._erasures.items():
            things = frozenset(Record.read(fields).things)
            listed.update(dict.fromkeys(things, position))
            self._check_signed(report, position, fields, things)
        for position, erasure in report.erased.items():
            if listed.get(position) != erasure:
                _fault(
                    report,
                    "content.missing",
                    position,
                    f"The content of entry {position} is missing, and no erasure accounts for it.",
                )
        for position, erasure in listed.items():
            if position not in report.erased:
                _fault(
                    report,
                    "erasure.left",
                    position,
                    f"Entry {position} was erased by entry {erasure}, but its content is here.",
                )

    def _check_signed(
        self, report: Report, position: int, fields: dict[str, Any], things: frozenset[int]
    ) -> None:
        request = self._requests.get(fields["request"])
        approval = self._approvals.get(fields["approval"])
        if request is None or approval is None or approval.about != fields["request"]:
            why = "has no request and approval that belong together"
        elif request.key == approval.key:
            why = "was requested and approved under one key"
        elif request.about != things:
            why = "does not erase what was signed for"
        else:
            return
        _fault(report, "erasure.unfounded", position, f"The erasure at entry {position} {why}.")


def _fault(report: Report, code: str, position: int, message: str) -> None:
    report.faults.append(Fault(code, f"entry {position}", position, message))
