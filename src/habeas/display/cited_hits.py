"""For whose word the passages of a search are cited, and which of them are folded.

Invariants: a claim that the viewer may not see says nothing of a passage; a fixed number of
questions for all hits; of very many claims on one passage, the earliest are asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from habeas.archive.access import Viewer, visible
from habeas.archive.models import Claim, ClaimPassage, Passage
from habeas.archive.search.searching import Hit
from habeas.display import cards
from habeas.display.folded import folded_among

MOST = 300  # places, and claims, that are asked for
NAMED = 3  # of one hit


@dataclass(frozen=True, slots=True)
class CitedHit:
    """Who says what rests on a hit, and whether one of these claims is folded."""

    speakers: tuple[cards.SourceLink, ...] = ()
    folded: bool = False


def cited_for(viewer: Viewer, hits: Sequence[Hit]) -> list[CitedHit]:
    """Of each hit, in the order given."""
    shown = [(hit.layer, *_extent(hit)) for hit in hits]
    on_a_hit = Q()
    for layer, start, stop in shown:
        on_a_hit |= Q(layer=layer, start__lt=stop, stop__gt=start)
    if not shown:
        return []
    there = visible(viewer, Passage).filter(exhibit__in={hit.exhibit for hit in hits})
    places = list(
        there.filter(on_a_hit)
        .order_by("position")
        .values_list("position", "layer", "start", "stop")[:MOST]
    )
    if not places:
        return [CitedHit()] * len(shown)
    citing = visible(viewer, ClaimPassage).filter(passage__in={place[0] for place in places})
    claims_on: dict[int, list[int]] = defaultdict(list)
    for passage, claim in citing.order_by("claim").values_list("passage", "claim")[:MOST]:
        claims_on[passage].append(claim)
    claims = {claim for found in claims_on.values() for claim in found}
    live = visible(viewer, Claim).filter(position__in=claims, ended_at__isnull=True)
    source_of = dict(live.values_list("position", "source"))
    sources = cards.sources_at(viewer, source_of.values())
    folded = folded_among(viewer, source_of)
    found = []
    for layer, start, stop in shown:
        on_it = [
            claim
            for position, of, first, last in places
            if of == layer and first < stop and last > start
            for claim in claims_on[position]
            if claim in source_of
        ]
        speakers = dict.fromkeys(source_of[claim] for claim in on_it)
        links = (cards.source_link(sources.get(source)) for source in speakers)
        named = tuple(link for link in links if link)[:NAMED]
        found.append(CitedHit(named, bool(folded.intersection(on_it))))
    return found


def _extent(hit: Hit) -> tuple[int, int]:
    return hit.excerpt if hit.row is None else (hit.row.start, hit.row.stop)
