"""Rows about what a record owns: a detention of a person, an observation of a facility.

An owner is recorded before what it owns, and the judgements on owners before those on what they
own, because two detentions are the same only where their persons are one record. Invariant: what
``check`` lets through, the verbs record.
"""

from __future__ import annotations

from collections.abc import Sequence

from habeas.archive import rules
from habeas.archive.access import OWNER, visible
from habeas.archive.models import Mention
from habeas.archive.records import components
from habeas.exchange import drafts as d
from habeas.exchange.drafts import DraftRow
from habeas.exchange.names_in import DraftNames


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
    """Note each ``same`` between what two records own, as far as the import does not join these."""
    judged = joining(names)
    same = [(left, right) for _, left, right, verdict in judged if verdict == "same"]
    owned = [each for each in judged if each[3] == "same" and names.owner_of(each[1])]
    if not owned:
        return
    numbers: dict[str, int] = {}

    def number(name: str) -> int:
        return numbers.setdefault(_record(names, name), len(numbers))

    pairs = [(number(one), number(two)) for one, two in same if not names.owner_of(one)]
    joined = components([], pairs)

    def record(name: str) -> int:
        return joined.get(number(name), number(name))

    for row, left, right, _ in owned:
        one, other = names.owner_of(left), names.owner_of(right)
        if one and other:
            field = "same_as" if row["same_as"] else "verdict"
            kind, whose = names.kind_of(left), names.kind_of(one)
            for problem in rules.one_owner(kind, whose, same=record(one) == record(other)):
                names.faults.add(row.fault(field, *problem.words))


def _record(names: DraftNames, name: str) -> str:
    """A mention of the archive by its record, so that what is joined there already is one."""
    if not name.startswith("#") or not names.kind_of(name):
        return name
    row = visible(OWNER, Mention).get(position=int(name[1:]))
    return f"#{row.canonical}"
