"""Is every erased entry erased by right? ``wrong`` says it, for ``verify`` and the projections.

Content may be missing only where an erasure entry lists the position, and that entry must rest
on a request and an approval by two people over the same list, each with a key that counted
(``custody.trust.rules``) and, from the archive's policy on, was in force when it was carried out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from habeas.archive.projection.erased_entries import Record, positions_of
from habeas.custody.trust.persons import HeldKey, Request
from habeas.custody.trust.rules import GOVERNED, Trust

if TYPE_CHECKING:
    from habeas.archive.verify.report import Report


@dataclass(frozen=True, slots=True)
class _Approved:
    """An approval that counts: of what, and by whose key."""

    request: Request
    key: HeldKey


@dataclass(frozen=True, slots=True)
class _Carried:
    """What an erasure entry lists, and why it may not have been carried out; '' where it may."""

    things: frozenset[int]
    wrong: str


#: Who decided what is never erased: nobody could check the rest without it.
NEVER = frozenset({*(GOVERNED - {"consent", "hold", "block"}), "erasure", "batch"})


def wrong(
    trust: Trust,
    record: Record,
    request: frozenset[int] | None,
    keys: tuple[int, int] | None,
    *,
    again: bool,
) -> str:
    """Why, as the ledger stands, two people do not stand behind an erasure; '' where they do.

    ``request``: what a person asked for; ``keys``: the grants of those who asked for that very
    thing and approved it; ``again``: whether it was carried out before, by right.
    """
    if request is None or keys is None:
        return "has no request and approval by two people that belong together"
    if again:
        return "carries out a request that was carried out before"
    if request != frozenset(record.things):
        return "does not erase what was signed for"
    if never := sorted({one.kind for one in record.things.values()} & NEVER):
        return f"takes along entries that are never erased ({never[0]})"
    if trust.policy is not None:
        for key in map(trust.at, keys):
            if key is None or key.ended:
                return "was carried out after the key of one of the two had ended"
    return ""


class Erasures:
    """What the ledger says of erasures, as ``verify`` passes through it."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._requests: dict[str, frozenset[int]] = {}
        self._approvals: dict[str, _Approved] = {}
        self._erasures: dict[int, _Carried] = {}
        self._done: set[str] = set()  # requests that were carried out by right

    def asked(self, entry_id: str, fields: dict[str, Any]) -> None:
        """A request that a person signed."""
        self._requests[entry_id] = frozenset(positions_of(fields["positions"]))

    def approved(self, entry_id: str, request: Request, key: HeldKey) -> None:
        """An approval by another person, which counts."""
        self._approvals[entry_id] = _Approved(request, key)

    def carried(self, position: int, fields: dict[str, Any]) -> None:
        """An erasure that a person signed."""
        try:
            record = Record.read(fields)
            why = self._wrong(fields, record)
        except (KeyError, TypeError, ValueError, AttributeError):
            self._erasures[position] = _Carried(frozenset(), "is not written as it must be")
        else:
            self._erasures[position] = _Carried(frozenset(record.things), why)
            if not why:
                self._done.add(fields["request"])

    def _wrong(self, fields: dict[str, Any], record: Record) -> str:
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
