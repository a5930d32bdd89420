"""Sources: who says things, what their interests are, whom they repeat, what they say."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from habeas.archive.access import Viewer, as_known, newest, visible
from habeas.archive.models import Claim, ClaimSource, Lineage, Retraction, Source
from habeas.archive.openness import consent_of_source
from habeas.web.explore import cards, marks, written
from habeas.web.explore.claims import assessments
from habeas.web.explore.pages import by_position, links, one, page, paged, whole_number
from habeas.web.site.viewing import Request

Content = dict[str, Any]

CLAIMS = 50  # on one page of a source


@page("explore/sources.html")
def listed(request: Request) -> Content:
    """The sources, with their kind and interests, in the order of the ledger."""
    found, turning = paged(_listed(request.viewer), request)
    return {
        "title": _("Sources"),
        "sources": [
            {**(cards.source_link(source) or {}), "interests": interests(source)}
            for source in found
        ],
        "pages": turning,
    }


def _listed(viewer: Viewer) -> QuerySet[Source]:
    """Each source once: its newest version that the viewer may see, retracted ones too."""
    if viewer.is_owner:
        return visible(viewer, Source).exclude(ended_by="superseded")
    kept = newest(viewer, Source).values("position")
    return visible(viewer, Source).filter(Q(position__in=kept) | Q(ended_by="retracted"))


def interests(source: Source) -> list[Content]:
    """Who pays, owns or stands behind a source, as recorded."""
    recorded: list[Content] = json.loads(source.interests or "[]")
    return [
        {
            "kind": entry.get("kind", ""),
            "label": written.code_words("interest-kind", entry.get("kind", "")),
            "text": entry.get("text", ""),
        }
        for entry in recorded
    ]


@page("explore/source.html")
def source(request: Request, position: int) -> Content:
    """One source and what it says."""
    viewer = request.viewer
    row = as_known(viewer, [one(viewer, Source, position)])[0]
    spoken, turning = _spoken(request, position)
    rows = cards.around(viewer, spoken)
    former = cards.sources_at(viewer, [row.previous])
    newer = None
    if row.ended_by == "superseded":
        newer = next(iter(cards.sources_at(viewer, [row.ended_at]).values()), None)
    return {
        "title": row.name or row.code,
        "source": {
            **(cards.source_link(row) or {}),
            "about": row.about,
            "address": row.url,
            "interests": interests(row),
            "agreed": marks.consent_line(consent_of_source(viewer, row)),
        },
        "retraction": _retraction(viewer, row),
        "former": cards.source_link(former.get(row.previous or -1)),
        "newer": cards.source_link(newer),
        "lineage": _lineage(viewer, position),
        "assessments": assessments(viewer, position),
        "claims": [cards.card(claim, rows) for claim in spoken],
        "pages": turning,
    }


def _spoken(request: Request, position: int) -> tuple[list[Claim], Content]:
    """One page of the claims that the source says or passes on."""
    after = whole_number(request, "after")
    links_of = visible(request.viewer, ClaimSource).filter(source=position)
    if after is not None:
        links_of = links_of.filter(claim__gt=after)
    keys = list(links_of.order_by("claim").values_list("claim", flat=True)[: CLAIMS + 1])
    more = keys[CLAIMS - 1] if len(keys) > CLAIMS else None
    found = by_position(request.viewer, Claim, keys[:CLAIMS])
    return [found[key] for key in sorted(found)], links(request, after, more)


def _retraction(viewer: Viewer, row: Source) -> Content | None:
    if row.ended_by != "retracted" or row.ended_at is None:
        return None
    found = by_position(viewer, Retraction, [row.ended_at]).get(row.ended_at)
    entry = {"entry": {"kind": "retraction", "position": found.position}} if found else {}
    return {"at": row.ended_at, "reason": found.reason if found else "", **entry}


def _lineage(viewer: Viewer, position: int) -> Content:
    """Whom the source repeats, and who repeats it."""
    rows = visible(viewer, Lineage).filter(ended_at__isnull=True)
    repeats = list(rows.filter(source=position).order_by("position")[:50])
    repeated_by = list(rows.filter(repeats=position).order_by("position")[:50])
    named = cards.sources_at(viewer, {r.repeats for r in repeats} | {r.source for r in repeated_by})
    return {
        "repeats": [
            {"source": cards.source_link(named[r.repeats]), "reason": r.reason, **_entry(r)}
            for r in repeats
            if r.repeats in named
        ],
        "repeated_by": [
            {"source": cards.source_link(named[r.source]), "reason": r.reason, **_entry(r)}
            for r in repeated_by
            if r.source in named
        ],
    }


def _entry(row: Lineage) -> Content:
    return {"entry": {"kind": "lineage", "position": row.position}}
