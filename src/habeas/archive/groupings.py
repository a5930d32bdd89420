"""Which claims about a person are of one detention of theirs, as people said in groupings.

A grouping re-points nothing: a claim about a person stays one. It counts only while it stands, its
episode stands, and the claim is about the record that owns the episode; what joined the two may be
revoked. A correction of a grouped claim takes its place.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from habeas.archive import models as m
from habeas.archive.access import Viewer, live, visible
from habeas.archive.store.pieces import in_pieces


def grouping_of(claim: int) -> int | None:
    """The grouping that a claim is in now, by position; for rules, which see everything."""
    named = m.GroupedClaim.objects.filter(claim=claim).values("grouping")
    rows = live(m.Grouping.objects.filter(position__in=named))
    episodes = live(m.Mention.objects.filter(position__in=rows.values("episode")))
    standing = rows.filter(episode__in=episodes.values("position"))
    return standing.values_list("position", flat=True).first()


def episodes_of(
    viewer: Viewer, claims: Collection[int] | None, as_of: int | None = None
) -> dict[int, tuple[int, int]]:
    """Claim → the episode and the grouping that says so, of those that the viewer may see.

    ``claims`` None: of all. Whether the claim is about the episode's owner is the caller's to ask.
    """
    rows = live(visible(viewer, m.Grouping), as_of)
    standing = live(visible(viewer, m.Mention), as_of).filter(position__in=rows.values("episode"))
    return _grouped(rows, standing, claims)


def episodes_under(
    viewer: Viewer, mentions: QuerySet[m.Mention], as_of: int | None
) -> dict[int, tuple[int, int]]:
    """Claim → the episode and the grouping, of those whose episode is one of these mentions."""
    rows = live(visible(viewer, m.Grouping), as_of)
    return _grouped(rows, live(mentions, as_of), None)


def _grouped(
    rows: QuerySet[m.Grouping], episodes: QuerySet[m.Mention], claims: Collection[int] | None
) -> dict[int, tuple[int, int]]:
    rows = rows.filter(episode__in=episodes.values("position"))
    episode = dict(rows.values_list("position", "episode"))
    if not episode:
        return {}
    grouped = m.GroupedClaim.objects.filter(grouping__in=rows.values("position"))
    parts = [grouped]
    if claims is not None:
        parts = [grouped.filter(claim__in=part) for part in in_pieces(sorted(claims))]
    return {
        claim: (episode[grouping], grouping)
        for part in parts
        for grouping, claim in part.order_by("grouping").values_list("grouping", "claim")
    }
