"""Blast radius: what stood on a claim, source, list, judgement, mention or exhibit.

Answers with what the viewer may see, ended things included (their ending is part of the
answer). Which figures stood on it is the figures room's to add.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from habeas.archive import models as m
from habeas.archive.access import Viewer, visible
from habeas.archive.records import components


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """Positions, in ledger order. ``records``: the subjects', as the viewer knows them."""

    target: int
    kind: str
    claims: tuple[int, ...]
    records: tuple[int, ...]


def blast_radius(viewer: Viewer, position: int) -> BlastRadius | None:
    """What rests on the thing at a position; None when the viewer may see no such thing."""
    for kind, model in _KINDS:
        if not visible(viewer, model).filter(position=position).exists():
            continue
        claims = visible(viewer, m.Claim).filter(_claims_on(viewer, kind, position))
        subjects = visible(viewer, m.Mention).filter(position__in=claims.values("subject"))
        if kind == "judgement":
            subjects = visible(viewer, m.Mention).filter(position__in=_judged(position))
        records = set(_records(viewer, subjects).values())
        found = claims.order_by("position").values_list("position", flat=True)
        return BlastRadius(position, kind, tuple(found), tuple(sorted(records)))
    return None


def _judged(position: int) -> tuple[int, int]:
    judgement = m.Judgement.objects.get(position=position)
    return judgement.left, judgement.right


def _records(viewer: Viewer, mentions: QuerySet[m.Mention]) -> dict[int, int]:
    """Each of the mentions, and all that the viewer knows to be joined to them, with its record.

    What a judgement that the viewer may not see has joined stays apart for them.
    """
    whole = visible(viewer, m.Mention).filter(canonical__in=mentions.values("canonical"))
    canonical = dict(whole.values_list("position", "canonical"))
    if viewer.is_owner:
        return canonical
    judged = visible(viewer, m.Judgement).filter(verdict="same", ended_at__isnull=True)
    pairs = judged.filter(left__in=whole.values("position")).values_list("left", "right")
    joined = components(canonical, pairs)
    wanted = {joined[mention] for mention in mentions.values_list("position", flat=True)}
    return {mention: first for mention, first in joined.items() if first in wanted}


_KINDS: tuple[tuple[str, type[m.Projection]], ...] = (
    ("claim", m.Claim),
    ("source", m.Source),
    ("list", m.List),
    ("judgement", m.Judgement),
    ("mention", m.Mention),
    ("exhibit", m.Exhibit),
    ("passage", m.Passage),
)


def _claims_on(viewer: Viewer, kind: str, position: int) -> Q:
    match kind:
        case "claim":
            return Q(position=position)
        case "source":
            return Q(position__in=m.ClaimSource.objects.filter(source=position).values("claim"))
        case "list":
            return Q(list=position)
        case "judgement":
            judged = visible(viewer, m.Mention).filter(position__in=_judged(position))
            return Q(subject__in=list(_records(viewer, judged)))
        case "mention":
            return Q(subject=position) | Q(ref=position)
        case "passage":
            return Q(position__in=m.ClaimPassage.objects.filter(passage=position).values("claim"))
        case _:
            passages = m.Passage.objects.filter(exhibit=position).values("position")
            return Q(
                position__in=m.ClaimPassage.objects.filter(passage__in=passages).values("claim")
            )
