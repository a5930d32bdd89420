"""Whose word some claims rest on: each speaker once, with their interests and their occasions.

Invariants: asked over claims that the viewer may see, and over no others; those on whom most of the
claims rest come first, which says nothing of what their word is worth.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from habeas.archive.access import Viewer, visible
from habeas.archive.models import Claim
from habeas.display import cards
from habeas.display.references import Target

MOST = 2_000  # claims whose speakers are asked for

Occasion = tuple[str, str]  # date as stated, where


@dataclass(frozen=True, slots=True)
class SpeakerShown:
    """Who says how many of some claims, on how many occasions; ``told``: these side by side.

    An occasion is a date at a place, as stated. ``told`` is None where there is only one.
    """

    source: cards.SourceLink
    claims: int
    occasions: int
    told: Target | None


def speakers(viewer: Viewer, claims: Collection[int]) -> tuple[SpeakerShown, ...]:
    """Who says these claims; of very many, of the earliest."""
    wanted = sorted(set(claims))[:MOST]
    return _of(viewer, visible(viewer, Claim).filter(position__in=wanted)) if wanted else ()


def speaker_of_each(viewer: Viewer, claims: Collection[int]) -> dict[int, cards.SourceLink]:
    """Who says each of some claims."""
    if not claims:
        return {}
    rows = visible(viewer, Claim).filter(position__in=claims)
    source_of = dict(rows.values_list("position", "source"))
    found = cards.sources_at(viewer, source_of.values())
    return {
        claim: cards.source_link(found[source])
        for claim, source in source_of.items()
        if source in found
    }


def with_several_accounts(viewer: Viewer, subjects: Collection[int]) -> tuple[SpeakerShown, ...]:
    """Who spoke of a record, given its mentions, on more than one occasion."""
    rows = visible(viewer, Claim).filter(subject__in=subjects, ended_at__isnull=True)
    return tuple(each for each in _of(viewer, rows.order_by("position")[:MOST]) if each.told)


def _of(viewer: Viewer, rows: QuerySet[Claim]) -> tuple[SpeakerShown, ...]:
    claims: dict[int, int] = defaultdict(int)
    occasions: dict[int, set[Occasion]] = defaultdict(set)
    for source, attribution in rows.values_list("source", "attribution"):
        claims[source] += 1
        occasions[source].add(occasion_of(attribution))
    found = cards.sources_at(viewer, claims)
    ordered = sorted(found, key=lambda source: (-claims[source], source))
    return tuple(
        SpeakerShown(
            cards.source_link(found[source]),
            claims[source],
            len(occasions[source]),
            Target("accounts", source) if len(occasions[source]) > 1 else None,
        )
        for source in ordered
    )


def occasion_of(attribution: str) -> Occasion:
    """When and where the first of an attribution said it; '' where that is not stated."""
    steps: list[dict[str, str]] = json.loads(attribution)
    first = steps[0] if steps else {}
    return first.get("said", ""), first.get("where", "")
