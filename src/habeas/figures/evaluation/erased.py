"""What an erasure did to a figure as of an earlier size: it is recomputed from what is left.

How many claims that stood then have been erased since is said beside it, for all figures alike:
which of them a figure counted can no longer be known, and that is the point.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from habeas.archive import models as m
from habeas.archive.access import Viewer, visible


def erased_since(viewer: Viewer, as_of: int) -> int:
    """The claims before a ledger size that were erased at it or later, as the viewer may know."""
    gone = visible(viewer, m.Erased).filter(kind="claim", position__lt=as_of)
    if not viewer.is_owner:  # asked at every size, it would say where an unseen erasure stands
        gone = gone.filter(
            Exists(visible(viewer, m.Erasure).filter(position=OuterRef("erased_at")))
        )
    return gone.filter(erased_at__gte=as_of).count()


def words_of(count: int) -> str:
    """The same in words."""
    claims = "claim valid then was" if count == 1 else "claims valid then were"
    return f"{count:,} {claims} erased later; this is computed from what is left"
