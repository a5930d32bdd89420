"""The decisions: who signed what, under the keys that were in force when it was entered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from habeas.archive.kinds import KINDS
from habeas.archive.verify.erasures import CarriedErasures
from habeas.archive.verify.handovers import Handovers
from habeas.archive.verify.report import UNREADABLE, Approval, Report, code_of, words_of
from habeas.custody.log.batches import Batches, Covered
from habeas.custody.log.entries import ParsedEntry, check_decided, check_signed
from habeas.custody.log.merkle import root_of
from habeas.custody.trust.ages import SLACK, AttestedSize, attested, between
from habeas.custody.trust.persons import Speakers, TrustRules, lasting, said
from habeas.custody.trust.rules import ARCHIVE_ROLES, GOVERNED, GRANT, POLICY, YOUNG, TrustState


class Decisions:
    """The keys in force so far, the entries of the current import, and who signed what."""

    def __init__(self, origin: str, root_at: Callable[[int], bytes | None]) -> None:
        """``root_at``: the log's root at a size; None where it cannot be told."""
        self.trust = TrustState(origin)
        self._root_at = root_at
        self._speakers = Speakers()
        self._batches: Batches[dict[str, Any]] = Batches()
        self._leaves: dict[int, bytes] = {}
        self._alone: dict[int, str] = {}
        self._attested: list[AttestedSize] = []
        self._waits: list[_Wait] = []
        self._approvals: list[tuple[Approval, tuple[_Wait, ...]]] = []
        self.erasures = CarriedErasures(self.trust)
        self.handovers = Handovers()

    def note(self, position: int, leaf: bytes) -> None:
        """Remember an entry for the signed root of its import, whatever else is wrong with it."""
        self._leaves[position] = leaf

    def check(
        self, report: Report, position: int, entry: ParsedEntry, fields: dict[str, Any]
    ) -> None:
        """Check an entry, or hold it back until what closes its batch comes."""
        for each in self._batches.take(position, entry, fields):
            self._check_covered(report, each)

    def _check_covered(self, report: Report, covered: Covered[dict[str, Any]]) -> None:
        if covered.problem:
            words = f"Entry {covered.position} {covered.problem}; it has no effect."
            report.fault("ledger.batch-unsigned", covered.position, words)
            return
        try:
            self._check(report, covered)
        except UNREADABLE as error:
            position = covered.position
            report.fault(code_of(error), position, f"Entry {position}: {words_of(error)}")

    def _check_statement(self, report: Report, position: int, entry: ParsedEntry) -> None:
        """What a person signed elsewhere was in date, and over this ledger as it was then."""
        statement = entry.statement
        if statement is None or statement.seen is None or statement.not_after is None:
            return
        seen = statement.seen
        if entry.time > statement.not_after:
            words = "was recorded after the time until which it was signed"
            report.fault("ledger.statement-late", position, f"Entry {position} {words}.")
        root = self._root_at(seen.size) if seen.size <= position else None
        if root is None or root.hex() != seen.root:
            words = "was signed by someone who was shown another ledger than this one"
            report.fault("ledger.statement-unseen", position, f"Entry {position} {words}.")

    def _check(self, report: Report, covered: Covered[dict[str, Any]]) -> None:
        position, entry, fields, closing, _ = covered
        kind = fields.get("kind", "")
        self._check_statement(report, position, entry)
        if self.handovers.entry_key is not None:  # a new one is granted under the one before it
            check_signed(entry, [self.handovers.entry_key])
        if entry.statement is not None and not self._is_by_a_person(report, covered):
            return
        handed_over = kind == "key" and self.handovers.is_later(fields)
        archives_own = kind == "key" and fields.get("role") in ARCHIVE_ROLES
        if archives_own:
            self.handovers.learn(report, position, fields)
        if kind == "batch" and not self._root_holds(fields):
            report.fault(
                "ledger.batch-altered",
                position,
                f"Entry {position} signs an import that is not what follows from its entries.",
            )
            return
        if kind in GOVERNED and not archives_own:
            self._judge(report, covered)
            return
        if (word := attested(position, fields)) is not None:
            self._attested.append(word)
        decided = kind in KINDS and (
            KINDS[kind].decision
            or (kind == "claim" and "previous" in fields)
            or ((handed_over or kind == "region") and any(not key.ended for key in self.trust.keys))
        )
        if not decided and "person" not in fields:  # whoever is named signed, whatever it says
            return
        keys = self.trust.in_force(fields.get("person", ""))
        if not keys:
            report.fault(
                "ledger.decision-unsigned",
                position,
                f"Entry {position}, a {kind}, names no person whose key is active.",
            )
            return
        check_decided(closing or entry, [key.verifier for key in keys])
        if kind == "batch":
            self._cover(range(fields["first"], position))
        if kind == "submission":
            for first, count in entry.parts:
                self._cover(range(first, first + count))
        if kind == "erasure":
            self.erasures.carried(position, fields)

    def _is_by_a_person(self, report: Report, covered: Covered[dict[str, Any]]) -> bool:
        """Whether an entry of format 2 has an effect at all: without a person's signature it has
        none, whatever its kind, so that what it says is missing wherever it is counted."""
        position, entry, fields, closing, _ = covered
        signed = closing or entry
        if self._speakers.holder(signed, fields, self.trust.keys):
            return True
        person = fields.get("person")
        keys = [k for k in self.trust.keys if not k.ended and person in (None, k.holder)]
        if keys:
            check_decided(signed, [key.verifier for key in keys])  # says what is wrong
        words = f"Entry {position} is signed by no one whose key is active; it has no effect."
        report.fault("ledger.decision-unsigned", position, words)
        return False

    def finish(self, report: Report) -> None:
        """What only the whole ledger can answer."""
        for left in self._batches.end():
            self._check_covered(report, left)
        self.erasures.check(report)
        named = set()
        for each in self._waits:
            found = between(self._attested, each.first, each.second)
            short = found.at_most is not None and found.at_most + SLACK < each.needed
            if found.at_most is not None and short and (each.position, each.code) not in named:
                named.add((each.position, each.code))
                report.fault(
                    each.code,
                    each.position,
                    f"Entry {each.position} was to wait {lasting(each.needed)}; by the word of "
                    f"others it waited {lasting(max(found.at_most, 0))} at most.",
                )
        for approval, waits in self._approvals:
            by = self._confirmed(waits)
            report.approvals.append(replace(approval, by=by))
        report.alone = dict(Counter(self._alone.values()))

    def _judge(self, report: Report, covered: Covered[dict[str, Any]]) -> None:
        position, entry, fields, closing, _ = covered
        policy = self.trust.policy or TrustRules(0, 0)
        verdict = self.trust.take(said(entry, position, fields, closing))
        if verdict.problem is not None:
            report.fault(
                verdict.problem.code, position, f"Entry {position} {verdict.problem.words}."
            )
            return
        kind, asked, key = fields["kind"], verdict.request, verdict.key
        first = kind == "key" and len(self.trust.keys) == 1  # whom nobody could sign for
        if verdict.alone and not (first or kind == "archive"):
            self._alone[position] = kind
        if kind == "erasure-request":
            self.erasures.asked(entry.entry_id, fields)
        if asked is None or key is None:
            return
        if kind == "erasure-approval":
            self.erasures.approved(entry.entry_id, asked, key)
        approval = Approval(
            position, kind, asked.position, asked.person, key.holder, asked.time - key.time
        )
        both = tuple(
            _Wait(position, YOUNG, each, asked.position, policy.approver_age)
            for each in (asked.key, key.position)
        )
        self._waits += both
        self._approvals.append((approval, both))
        if kind == "trust-policy":
            wait = _Wait(position, POLICY, asked.position, position, policy.change_wait)
            self._waits.append(wait)
        if kind == "key" and (last := self.trust.ended_last(fields["holder"])) is not None:
            self._waits.append(_Wait(position, GRANT, last.ended, position, policy.change_wait))

    def _confirmed(self, waits: Iterable[_Wait]) -> tuple[str, ...]:
        """By whose word each of the waits was as long as it had to be; () by nobody's."""
        by: dict[str, None] = {}
        for each in waits:
            found = between(self._attested, each.first, each.second)
            if not 0 < each.needed <= (found.at_least or 0) or each.first >= each.second:
                return ()
            by |= dict.fromkeys(found.by)
        return tuple(by)

    def _cover(self, positions: range) -> None:
        """A person signed the root over these: none of them is by the installation alone."""
        for position in positions:
            self._alone.pop(position, None)

    def _root_holds(self, fields: dict[str, Any]) -> bool:
        if fields["count"] > len(self._leaves):
            return False
        signed = range(fields["first"], fields["first"] + fields["count"])
        leaves = [self._leaves[position] for position in signed if position in self._leaves]
        return len(leaves) == len(signed) and bool(root_of(leaves).hex() == fields["root"])


@dataclass(frozen=True, slots=True)
class _Wait:
    """So many seconds were to lie between two entries for a third to count."""

    position: int
    code: str
    first: int
    second: int
    needed: int
