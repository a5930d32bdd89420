"""The differences page: accounts of one thing that cannot, or may not, all hold.

Nothing here says who is right: both sides stand side by side in the same letter.
"""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from habeas.archive.access import Viewer
from habeas.archive.models import Claim, Mention
from habeas.figures.evaluation import conflicts
from habeas.figures.evaluation.disagreement import Conflict
from habeas.web.explore import cards, written
from habeas.web.explore.pages import by_position, name_asked, page, whole_number
from habeas.web.site.viewing import Request

Content = dict[str, Any]

SHOWN = 25  # differences on one page
ACCOUNTS = 12  # accounts of one difference


@page("explore/differences.html")
def listed(request: Request) -> Content:
    """The differences of the archive, in the order of the ledger."""
    after = None
    record, name = whole_number(request, "after"), name_asked(request, "since")
    if record is not None:
        after = (record, name)
    found = conflicts.all(request.viewer, after=after, limit=SHOWN)
    here = reverse("differences")
    following = None
    if found.next is not None:
        following = f"{here}?{urlencode({'after': str(found.next[0]), 'since': found.next[1]})}"
    return {
        "title": _("Differences"),
        "differences": differences(request.viewer, found.conflicts),
        "pages": {"first": here if after else None, "next": following},
    }


def differences(viewer: Viewer, found: tuple[Conflict, ...] | list[Conflict]) -> list[Content]:
    """Each difference with its accounts as cards."""
    wanted = [position for conflict in found for position in conflict.claims[:ACCOUNTS]]
    claims = by_position(viewer, Claim, wanted)
    rows = cards.around(viewer, list(claims.values()))
    records = by_position(viewer, Mention, {conflict.record for conflict in found})
    return [
        {
            "record": written.record_link(records.get(conflict.record)),
            "property": written.property_words(conflict.property),
            "certain": conflict.certain,
            "words": _("These accounts differ")
            if conflict.certain
            else _("These accounts may differ"),
            "reasons": sorted({pair.reason for pair in conflict.pairs}),
            "accounts": [
                cards.card(claims[position], rows)
                for position in conflict.claims[:ACCOUNTS]
                if position in claims
            ],
            "more": len(conflict.claims) > ACCOUNTS,
        }
        for conflict in found
    ]
