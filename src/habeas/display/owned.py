"""What a record owns (a person's detentions, a facility's observations), and who owns it.

Invariant: a record is listed by its earliest mention that the viewer may see, in ledger order, so
that nothing of a judgement that they may not see shows through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from habeas.archive.access import Viewer, visible
from habeas.archive.groupings import episodes_under
from habeas.archive.joined import JoinedRecord, find_all
from habeas.archive.models import Claim, Grouping, Mention
from habeas.display import cards, words
from habeas.display.asking import by_position
from habeas.display.references import EntryReference, Marked
from habeas.figures.evaluation.loading import about_the_owner

MOST = 200  # records of one kind that are shown with their owner


@dataclass(frozen=True, slots=True)
class OwnedOfKind:
    """The records of one kind that a record owns; ``more`` are not shown."""

    kind: str
    kinds_words: str
    records: tuple[words.RecordLink, ...]
    more: int


@dataclass(frozen=True, slots=True)
class GroupedClaims(Marked):
    """Claims about the owner that somebody put in one of its records, and why."""

    position: int
    reason: str
    entry: EntryReference
    claims: tuple[cards.Card, ...]


def grouped_in(viewer: Viewer, subjects: Sequence[int]) -> tuple[GroupedClaims, ...]:
    """What was put in the record of these mentions, grouping by grouping."""
    mentions = visible(viewer, Mention).filter(position__in=subjects)
    found = about_the_owner(viewer, episodes_under(viewer, mentions, None), None)
    if not found:
        return ()
    groupings = by_position(viewer, Grouping, (grouping for _, grouping in found.values()))
    claims = by_position(viewer, Claim, found)
    rows = cards.around(viewer, list(claims.values()))
    return tuple(
        GroupedClaims(
            position,
            row.reason,
            EntryReference("grouping", position),
            tuple(
                cards.card(claims[at], rows)
                for at, (_, grouping) in sorted(found.items())
                if grouping == position and at in claims and claims[at].ended_at is None
            ),
        )
        for position, row in sorted(groupings.items())
    )


def owner(viewer: Viewer, record: JoinedRecord) -> words.RecordLink | None:
    """The record that owns this one; None where it has none."""
    of = record.first.of
    whose = {} if of is None else find_all(viewer, [of])
    return words.record_link(whose[of].first) if of in whose else None


def records_of(viewer: Viewer, subjects: Sequence[int]) -> dict[str, list[JoinedRecord]]:
    """The records that the record of these mentions owns, by kind, in the order of the ledger."""
    rows = visible(viewer, Mention).filter(of__in=subjects, ended_at__isnull=True)
    found = find_all(viewer, list(rows.values_list("position", flat=True)))
    records = {record.position: record for record in found.values()}
    by_kind: dict[str, list[JoinedRecord]] = {}
    for _, record in sorted(records.items()):
        by_kind.setdefault(record.first.kind, []).append(record)
    return by_kind


def of_each_kind(by_kind: Mapping[str, Sequence[JoinedRecord]]) -> tuple[OwnedOfKind, ...]:
    """What a record owns, kind by kind, in the order of the vocabulary."""
    return tuple(
        OwnedOfKind(
            kind,
            words.kinds_words(kind),
            tuple(
                link
                for record in by_kind[kind][:MOST]
                if (link := words.record_link(record.first)) is not None
            ),
            max(0, len(by_kind[kind]) - MOST),
        )
        for kind in words.vocabulary().kinds
        if kind in by_kind
    )
