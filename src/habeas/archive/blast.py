"""Blast radius: what stood on a claim, source, list, judgement, mention or exhibit.

Answers with what the viewer may see, ended things included (their ending is part of the
answer). Which figures stood on it is the figures room's to add.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from habeas.archive import models as m
from habeas.archive.access import Viewer, visible
from habeas.archive.records import members


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """Positions, in ledger order. ``records`` are the earliest mentions of the subjects."""

    target: int
    kind: str
    claims: tuple[int, ...]
    records: tuple[int, ...]


def blast_radius(viewer: Viewer, position: int) -> BlastRadius | None:
    """What rests on the thing at a position; None when the viewer may see no such thing."""
    for kind, model in _KINDS:
        if visible(viewer, model).filter(position=position).exists():
            claims = visible(viewer, m.Claim).filter(_claims_on(kind, position))
            found = list(claims.order_by("position").values_list("position", "subject"))
            subjects = {subject for _, subject in found}
            if kind == "judgement":
                judgement = m.Judgement.objects.get(position=position)
                subjects = {judgement.left, judgement.right}
            records = visible(viewer, m.Mention).filter(position__in=subjects)
            canonical = sorted(set(records.values_list("canonical", flat=True)))
            return BlastRadius(position, kind, tuple(claim for claim, _ in found), tuple(canonical))
    return None


_KINDS: tuple[tuple[str, type[m.Projection]], ...] = (
    ("claim", m.Claim),
    ("source", m.Source),
    ("list", m.List),
    ("judgement", m.Judgement),
    ("mention", m.Mention),
    ("exhibit", m.Exhibit),
    ("passage", m.Passage),
)


def _claims_on(kind: str, position: int) -> Q:
    match kind:
        case "claim":
            return Q(position=position)
        case "source":
            return Q(position__in=m.ClaimSource.objects.filter(source=position).values("claim"))
        case "list":
            return Q(list=position)
        case "judgement":
            judgement = m.Judgement.objects.get(position=position)
            joined = {*members(judgement.left), *members(judgement.right)}
            return Q(subject__in=joined)
        case "mention":
            return Q(subject=position) | Q(ref=position)
        case "passage":
            return Q(position__in=m.ClaimPassage.objects.filter(passage=position).values("claim"))
        case _:
            passages = m.Passage.objects.filter(exhibit=position).values("position")
            return Q(
                position__in=m.ClaimPassage.objects.filter(passage__in=passages).values("claim")
            )
