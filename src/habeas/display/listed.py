"""The lists that a record is on, and what an entry there is said to mean.

Invariant: to be on a list says nothing of what was done to anybody; what it means is whatever is
claimed of the document, each under its speaker, denials as well, and nothing where no one says it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from habeas.archive.access import Viewer, visible
from habeas.archive.joined import find_all
from habeas.archive.models import Claim
from habeas.display import cards, words

MOST = 20  # lists that are shown of a record, and meanings of each


@dataclass(frozen=True, slots=True)
class OnAList:
    """A document that has an entry on the record; ``means`` is what is said that this means."""

    document: words.RecordLink
    means: tuple[cards.Card, ...]


def lists_of(viewer: Viewer, subjects: Sequence[int]) -> tuple[OnAList, ...]:
    """The lists that the record of these mentions is on, in the order of the ledger."""
    said = visible(viewer, Claim).filter(
        subject__in=subjects, property="listed_in", stance="asserts", ended_at__isnull=True
    )
    found = dict.fromkeys(said.order_by("position").values_list("ref", flat=True))
    documents = find_all(viewer, [ref for ref in found if ref is not None][:MOST]) if found else {}
    records = {record.position: record for record in documents.values()}
    if not records:
        return ()
    of = {m.position: at for at, record in records.items() for m in record.mentions}
    rows = visible(viewer, Claim).filter(
        subject__in=list(of), property="inclusion_means", ended_at__isnull=True
    )
    claims = list(rows.order_by("position")[: MOST * len(records)])
    around = cards.around(viewer, claims)
    means: dict[int, list[cards.Card]] = defaultdict(list)
    for claim in claims:
        means[of[claim.subject]].append(cards.card(claim, around))
    return tuple(
        OnAList(link, tuple(means[at][:MOST]))
        for at, record in sorted(records.items())
        if (link := words.record_link(record.first)) is not None
    )
