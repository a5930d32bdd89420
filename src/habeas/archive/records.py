"""Records: the mentions joined by unrevoked ``same`` judgements.

A record's id is the ledger position of its earliest mention. As of now it stands on each
mention (``Mention.canonical``); as of an earlier size it is computed from the judgements
that were live then. Nothing is ever moved, so undoing a judgement restores both records.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Q

from habeas.archive.models import Judgement, Mention


def components(mentions: Iterable[int], pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Each mention's earliest fellow, where ``pairs`` are the same."""
    parent = {mention: mention for mention in mentions}

    def root(mention: int) -> int:
        while parent.setdefault(mention, mention) != mention:
            parent[mention] = parent[parent[mention]]
            mention = parent[mention]
        return mention

    for left, right in pairs:
        low, high = sorted((root(left), root(right)))
        parent[high] = low
    return {mention: root(mention) for mention in list(parent)}


def live_pairs(as_of: int) -> list[tuple[int, int]]:
    """The pairs judged the same and not revoked, as of a ledger size."""
    return list(
        Judgement.objects.filter(verdict="same", position__lt=as_of)
        .filter(Q(ended_at__isnull=True) | Q(ended_at__gte=as_of))
        .values_list("left", "right")
    )


def canonical_map(as_of: int) -> Mapping[int, int]:
    """For each mention that was joined to another as of a size: its record's id.

    A mention that is not in the map is its own record.
    """
    pairs = live_pairs(as_of)
    return components({m for pair in pairs for m in pair}, pairs)


def members(record: int, as_of: int | None = None) -> list[int]:
    """The mentions of a record, earliest first; ``record`` may be any of its mentions."""
    if as_of is None:
        whose = Mention.objects.filter(position=record).values("canonical")
        found = Mention.objects.filter(canonical__in=whose).order_by("position")
        return list(found.values_list("position", flat=True))
    by_canonical: dict[int, list[int]] = defaultdict(list)
    whole = canonical_map(as_of)
    for mention, canonical in whole.items():
        by_canonical[canonical].append(mention)
    return sorted(by_canonical.get(whole.get(record, record), [record]))


def rejoin(mentions: Iterable[int]) -> None:
    """Recompute the records of whole components after a judgement was added or revoked."""
    positions = sorted(set(mentions))
    pairs = Judgement.objects.filter(
        verdict="same", ended_at__isnull=True, left__in=positions, right__in=positions
    ).values_list("left", "right")
    by_canonical: dict[int, list[int]] = defaultdict(list)
    for mention, canonical in components(positions, pairs).items():
        by_canonical[canonical].append(mention)
    for canonical, joined in by_canonical.items():
        Mention.objects.filter(position__in=joined).exclude(canonical=canonical).update(
            canonical=canonical
        )
