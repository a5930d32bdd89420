"""Records: the mentions joined by unrevoked ``same`` judgements.

A record's id is the ledger position of its earliest mention. As of now it stands on each
mention (``Mention.canonical``); as of an earlier size it is computed from the judgements
that were live then. Nothing is ever moved, so undoing a judgement restores both records.

Two mentions that have owners (two detentions) are the same only while their owners are one record:
such a judgement lapses when what joined the owners is revoked, erased, or not to be seen, and
counts again when they are joined again (``while_owners_are_one``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db.models import OuterRef, Q, QuerySet, Subquery

from habeas.archive.components import components
from habeas.archive.models import Judgement, Mention
from habeas.archive.store.pieces import in_pieces


def while_owners_are_one(
    pairs: Iterable[tuple[int, int]], owners: Mapping[int, int | None]
) -> list[tuple[int, int]]:
    """Of pairs judged the same, those that count: the owners' own pairs must be among them.

    ``owners`` has the owner of each mention that has one, and may have more. An owner has none.
    """
    pairs = list(pairs)
    if not any(owners.get(left) is not None for left, _ in pairs):
        return pairs
    free = [pair for pair in pairs if owners.get(pair[0]) is None]
    record = components((m for pair in free for m in pair), free)

    def owner(mention: int) -> int | None:
        whose = owners.get(mention)
        return None if whose is None else record.get(whose, whose)

    return [(left, right) for left, right in pairs if owner(left) == owner(right)]


def joining_pairs(judged: QuerySet[Judgement]) -> list[tuple[int, int, int]]:
    """Left, right and position of those of the ``same`` judgements that count, in one query."""
    owner = {
        f"{side}_of": Subquery(Mention.objects.filter(position=OuterRef(side)).values("of"))
        for side in ("left", "right")
    }
    rows = list(judged.annotate(**owner).values_list("left", "right", "position", *owner))
    owners = {
        mention: of
        for left, right, _, left_of, right_of in rows
        for mention, of in ((left, left_of), (right, right_of))
        if of is not None
    }
    pairs = set(while_owners_are_one([(row[0], row[1]) for row in rows], owners))
    return [row[:3] for row in rows if (row[0], row[1]) in pairs]


def owners_of(mentions: Collection[int]) -> dict[int, int]:
    """The owner of each of the mentions that has one."""
    found: dict[int, int] = {}
    for some in in_pieces(sorted(set(mentions))):
        rows = Mention.objects.filter(position__in=some, of__isnull=False)
        found.update((at, of) for at, of in rows.values_list("position", "of") if of is not None)
    return found


def live_pairs(as_of: int) -> list[tuple[int, int]]:
    """The pairs judged the same and not revoked, as of a ledger size."""
    found = list(
        Judgement.objects.filter(verdict="same", position__lt=as_of)
        .filter(Q(ended_at__isnull=True) | Q(ended_at__gte=as_of))
        .values_list("left", "right")
    )
    return while_owners_are_one(found, owners_of([m for pair in found for m in pair]))


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
    """Recompute the records of whole components after a judgement was added or revoked.

    With them what they own: two detentions are joined only while their persons are.
    """
    joined = set(mentions)
    _rejoin(joined)
    if owned := set(Mention.objects.filter(of__in=joined).values_list("position", flat=True)):
        _rejoin(owned)


def _rejoin(mentions: Iterable[int]) -> None:
    positions = sorted(set(mentions))
    judged = Judgement.objects.filter(
        verdict="same", ended_at__isnull=True, left__in=positions, right__in=positions
    )
    owners = owners_of(positions)
    record = dict(
        Mention.objects.filter(position__in=set(owners.values())).values_list(
            "position", "canonical"
        )
    )
    pairs = [
        (left, right)
        for left, right in judged.values_list("left", "right")
        if record.get(owners.get(left, -1)) == record.get(owners.get(right, -1))
    ]
    by_canonical: dict[int, list[int]] = defaultdict(list)
    for mention, canonical in components(positions, pairs).items():
        by_canonical[canonical].append(mention)
    for canonical, fellows in by_canonical.items():
        Mention.objects.filter(position__in=fellows).exclude(canonical=canonical).update(
            canonical=canonical
        )
