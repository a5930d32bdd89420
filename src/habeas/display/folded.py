"""Which claims may tell what hurts to read, so that a page shows them once a reader opens them.

Which properties of which kinds do is data of the vocabulary (``folds``); here it is asked of claims
by their numbers. Invariant: only claims that the viewer may see are among them.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from habeas.archive.access import Viewer, visible
from habeas.archive.models import Claim, Mention
from habeas.display import words


@cache
def _folding() -> frozenset[str]:
    """The properties that fold for some kind."""
    known = words.vocabulary().properties.values()
    return frozenset(each.name for each in known if each.folds)


def folded_among(viewer: Viewer, claims: Collection[int]) -> frozenset[int]:
    """Those of the claims that are folded."""
    if not claims:
        return frozenset()
    rows = visible(viewer, Claim).filter(position__in=claims, property__in=_folding())
    found = list(rows.values_list("position", "property", "subject"))
    if not found:
        return frozenset()
    named = visible(viewer, Mention).filter(position__in={subject for _, _, subject in found})
    kinds = dict(named.values_list("position", "kind"))
    return frozenset(
        position
        for position, name, subject in found
        if words.is_folded(name, kinds.get(subject, ""))
    )
