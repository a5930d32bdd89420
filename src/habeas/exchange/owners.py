"""Rows about what a record owns: a detention of a person, an observation of a facility.

An owner is recorded before what it owns, and the judgements on owners before those on what they
own, because two detentions are the same only where their persons are one record. Claims are
grouped only under what the record that they are about owns. Invariant: what ``check`` lets
through, the verbs record.
"""

from __future__ import annotations

from collections.abc import Sequence

from habeas.archive import rules
from habeas.archive.access import OWNER, visible
from habeas.archive.components import components
from habeas.archive.groupings import grouping_of
from habeas.archive.models import Claim, Mention
from habeas.exchange import drafts as d
from habeas.exchange.drafts import DraftRow
from habeas.exchange.names_in import DraftNames
from habeas.vocabulary import schema


def owners_first(rows: Sequence[DraftRow]) -> list[DraftRow]:
    """Mentions in an order in which each finds its owner; an owner has none itself."""
    return sorted(rows, key=lambda row: bool(row["of"]))


def joining(names: DraftNames) -> list[tuple[DraftRow, str, str, str]]:
    """Each judgement with its two mentions and its verdict, those on owners first."""
    mentions = [row for row in names.drafts.rows(d.MENTIONS) if row["same_as"]]
    found = [
        *((row, row["id"], row["same_as"], "same") for row in mentions),
        *((r, r["left"], r["right"], r["verdict"]) for r in names.drafts.rows(d.JUDGEMENTS)),
    ]
    return sorted(found, key=lambda judged: bool(names.owner_of(judged[1])))


def check(names: DraftNames) -> None:
    """Note what joins or groups the facts of two records, which the import does not join either."""
    judged = joining(names)
    one_record = _OneRecord(names, [(left, right) for _, left, right, v in judged if v == "same"])
    for row, left, right, verdict in judged:
        one, other = names.owner_of(left), names.owner_of(right)
        if verdict == "same" and one and other:
            field = "same_as" if row["same_as"] else "verdict"
            kind, whose = names.kind_of(left), names.kind_of(one)
            for problem in rules.one_owner(kind, whose, same=one_record(one, other)):
                names.faults.add(row.fault(field, *problem.words))
    grouped: dict[str, DraftRow] = {}
    for row in names.drafts.rows(d.GROUPINGS):
        _check_grouping(names, row, one_record, grouped)


def _check_grouping(
    names: DraftNames, row: DraftRow, one_record: _OneRecord, grouped: dict[str, DraftRow]
) -> None:
    episode = names.find(row, "episode", row["episode"], "mention")
    claims = row["claims"].split()
    found = [names.find(row, "claims", name, "claim") for name in claims]
    if episode is None or None in found:
        return
    known = schema.core()
    if episode.kind not in known.kinds:
        return  # noted at its mention
    names.note(row, rules.grouping(known, episode.kind, row["reason"], len(claims)))
    if not episode.of:
        return
    own = {each["id"]: each for each in names.drafts.rows(d.CLAIMS)}
    for name in claims:
        by = None
        if name in own:
            subject, property = own[name]["subject"], own[name]["property"]
        else:
            claim = visible(OWNER, Claim).get(position=int(name[1:]))
            subject, property = f"#{claim.subject}", claim.property
            by = grouping_of(claim.position)
        mine = one_record(subject, episode.of)
        names.note(row, rules.grouped(known, episode.kind, name, property, same_owner=mine, by=by))
        if grouped.setdefault(name, row) is not row:
            reason = f"{name} is in the grouping of line {grouped[name].line} too."
            names.faults.add(row.fault("claims", reason, "A claim is of one episode."))


class _OneRecord:
    """Whether two mentions are one record by what the archive holds and the import says."""

    def __init__(self, names: DraftNames, same: Sequence[tuple[str, str]]) -> None:
        self._names = names
        self._numbers: dict[str, int] = {}
        pairs = [
            (self._number(one), self._number(other))
            for one, other in same
            if not names.owner_of(one)
        ]
        self._joined = components([], pairs)

    def __call__(self, one: str, other: str) -> bool:
        left, right = self._number(one), self._number(other)
        return self._joined.get(left, left) == self._joined.get(right, right)

    def _number(self, name: str) -> int:
        return self._numbers.setdefault(self._record(name), len(self._numbers))

    def _record(self, name: str) -> str:
        """A mention of the archive by its record: what is joined there already is one."""
        if not name.startswith("#") or not self._names.kind_of(name):
            return name
        row = visible(OWNER, Mention).get(position=int(name[1:]))
        return f"#{row.canonical}"
