"""Claims as cards: value, who says it through whom, on what basis, from which passage.

Invariants: any number of claims costs the same number of queries; every row comes through
``access.visible``, and what a card refers to and the viewer may not see is left out as if
it were not there; assertions and denials are the same card.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from habeas.archive.access import Viewer, as_known, visible
from habeas.archive.models import (
    Claim,
    ClaimPassage,
    ClaimSource,
    Exhibit,
    Mention,
    Passage,
    Source,
)
from habeas.web.explore import written
from habeas.web.explore.pages import by_position

Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Around:
    """The rows that a set of claims refers to, as one viewer may see them."""

    mentions: dict[int, Mention]
    sources: dict[int, Source]
    passages: dict[int, Passage]
    exhibits: dict[int, Exhibit]
    speakers: dict[int, list[tuple[int, int]]]  # claim → [(ordinal, source)]
    cited: dict[int, list[int]]  # claim → passages, in order


def around(viewer: Viewer, claims: Sequence[Claim]) -> Around:
    """Load what the claims refer to, in six queries at most."""
    keys = [claim.position for claim in claims]
    speakers: dict[int, list[tuple[int, int]]] = defaultdict(list)
    cited: dict[int, list[int]] = defaultdict(list)
    if keys:
        for claim, ordinal, source in (
            visible(viewer, ClaimSource)
            .filter(claim__in=keys)
            .order_by("claim", "ordinal")
            .values_list("claim", "ordinal", "source")
        ):
            speakers[claim].append((ordinal, source))
        for claim, passage in (
            visible(viewer, ClaimPassage)
            .filter(claim__in=keys)
            .order_by("claim", "ordinal")
            .values_list("claim", "passage")
        ):
            cited[claim].append(passage)
    passages = by_position(viewer, Passage, {p for found in cited.values() for p in found})
    return Around(
        mentions=by_position(
            viewer, Mention, {c.subject for c in claims} | {c.ref for c in claims if c.ref}
        ),
        sources=sources_at(viewer, {s for found in speakers.values() for _, s in found}),
        passages=passages,
        exhibits=by_position(viewer, Exhibit, {p.exhibit for p in passages.values()}),
        speakers=dict(speakers),
        cited=dict(cited),
    )


def sources_at(viewer: Viewer, wanted: Iterable[int | None]) -> dict[int, Source]:
    """The sources at these positions, as far as the viewer may know of them."""
    found = by_position(viewer, Source, wanted)
    return {row.position: row for row in as_known(viewer, found.values())}


def cards(viewer: Viewer, claims: Sequence[Claim]) -> list[Content]:
    """The claims as cards, in the order given."""
    rows = around(viewer, claims)
    return [card(claim, rows) for claim in claims]


def card(claim: Claim, rows: Around) -> Content:
    """One claim as a card."""
    return {
        "position": claim.position,
        "url": reverse("claim", kwargs={"position": claim.position}),
        "subject": written.record_link(rows.mentions.get(claim.subject)),
        "property": written.property_words(claim.property),
        "stance": written.stance(claim.stance),
        "value": written.value_of(claim, rows.mentions.get(claim.ref) if claim.ref else None),
        "holds": written.date_words(claim.holds),
        "attribution": attribution(claim, rows),
        "passages": [
            passage_link(rows.passages[p], rows.exhibits.get(rows.passages[p].exhibit))
            for p in rows.cited.get(claim.position, ())
            if p in rows.passages
        ],
        "ended": ended(claim),
    }


def attribution(claim: Claim, rows: Around) -> list[Content]:
    """Who says it, then through whom, in order, each with how they know."""
    steps: list[Content] = json.loads(claim.attribution)
    said = []
    for ordinal, position in rows.speakers.get(claim.position, ()):
        step = steps[ordinal] if ordinal < len(steps) else {}
        basis = step.get("basis", "")
        said.append(
            {
                "source": source_link(rows.sources.get(position)),
                "basis": {"code": basis, "label": written.code_words("basis", basis)}
                if basis and basis != "not-stated"
                else None,
                "how": step.get("how", ""),
                "said": written.date_words(step.get("said", "")),
                "where": step.get("where", ""),
            }
        )
    return said


def source_link(source: Source | None) -> Content | None:
    """A source as a link; a source without a name is known by its code."""
    if source is None:
        return None
    return {
        "position": source.position,
        "name": written.text(source.name or source.code),
        "code": source.code,
        "kind": {
            "code": source.kind,
            "label": written.code_words("source-kind", source.kind),
        },
        "ended": source.ended_by,
        "url": reverse("source", kwargs={"position": source.position}),
    }


def passage_link(passage: Passage, exhibit: Exhibit | None) -> Content:
    """A passage's quote and the exhibit that it stands in."""
    link = None
    if exhibit is not None:
        link = {
            **exhibit_link(exhibit),
            "passage_url": reverse("passage", kwargs={"position": passage.position}),
        }
    return {
        "position": passage.position,
        "quote": written.text(passage.quote),
        "entry": {"kind": "passage", "position": passage.position},
        "exhibit": link,
    }


def exhibit_link(exhibit: Exhibit) -> Content:
    """An exhibit as a link."""
    return {
        "position": exhibit.position,
        "title": written.text(exhibit.title or exhibit.filename),
        "url": reverse("exhibit", kwargs={"position": exhibit.position}),
    }


def ended(claim: Claim) -> Content | None:
    """Whether a later entry took the claim back or replaced it."""
    if claim.ended_at is None:
        return None
    return {"by": claim.ended_by, "at": claim.ended_at}
