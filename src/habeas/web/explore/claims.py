"""The claim page: one value, who says it, where it stands, and the proof that it stood."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from habeas.archive.access import Viewer, erasing_entry, visible
from habeas.archive.joined import find
from habeas.archive.models import Assessment, Claim, Erased, Layer, Retraction
from habeas.web.explore import cards, layers, written
from habeas.web.explore.pages import by_position, one, page
from habeas.web.explore.proofs import entry_proof
from habeas.web.site.viewing import Request

Content = dict[str, Any]

BESIDE = 30  # other claims on the same thing shown beside this one


@page("explore/claim.html")
def claim(request: Request, position: int) -> Content:
    """One claim, with everything that stands behind and beside it."""
    viewer = request.viewer
    row = one(viewer, Claim, position)
    former = by_position(viewer, Claim, [row.previous])
    following = list(visible(viewer, Claim).filter(previous=position).order_by("position")[:10])
    beside, more = _beside(viewer, row)
    rows = cards.around(viewer, [row, *former.values(), *following, *beside])
    card = cards.card(row, rows)
    subject = card["subject"]
    return {
        "title": _("Claim at entry %(position)s") % {"position": position},
        "claim": card,
        "passages": _passages(request, rows, position),
        "erased": _erased(viewer, row, rows),
        "corrects": [cards.card(other, rows) for other in former.values()],
        "corrected_by": [cards.card(other, rows) for other in following],
        "retraction": _retraction(viewer, row),
        "assessments": assessments(viewer, position),
        "note": row.note,
        "beside": [cards.card(other, rows) for other in beside],
        "beside_more": f"{subject['url']}?{urlencode({'property': row.property})}"
        if more and subject
        else None,
        "proof": entry_proof(request, position),
    }


def _beside(viewer: Viewer, row: Claim) -> tuple[list[Claim], bool]:
    """The other live claims on the same record and property."""
    found = find(viewer, row.subject)
    subjects = [m.position for m in found.mentions] if found else [row.subject]
    others = list(
        visible(viewer, Claim)
        .filter(subject__in=subjects, property=row.property, ended_at__isnull=True)
        .exclude(position=row.position)
        .order_by("position")[: BESIDE + 1]
    )
    return others[:BESIDE], len(others) > BESIDE


def _passages(request: Request, rows: cards.Around, position: int) -> list[Content]:
    """The cited passages in their text."""
    cited = [rows.passages[p] for p in rows.cited.get(position, ()) if p in rows.passages]
    read = by_position(request.viewer, Layer, {p.layer for p in cited if p.layer is not None})
    shown = []
    for passage in cited:
        exhibit = rows.exhibits.get(passage.exhibit)
        if exhibit is None:
            continue
        layer = read.get(passage.layer) if passage.layer is not None else None
        shown.append(
            {
                "position": passage.position,
                "context": layers.in_context(request.archive, passage, layer),
                "exhibit": cards.exhibit_link(exhibit),
                "exhibit_sha256": exhibit.plain_sha256,
                "url": reverse("passage", kwargs={"position": passage.position}),
            }
        )
    return shown


def _erased(viewer: Viewer, row: Claim, rows: cards.Around) -> list[Content]:
    """What this claim rested on, or corrected, and was erased since."""
    wanted = {*rows.cited.get(row.position, ()), *({row.previous} if row.previous else ())}
    return [
        {"position": one.position, "kind": one.kind, "at": erasing_entry(viewer, one.erased_at)}
        for one in by_position(viewer, Erased, wanted - rows.passages.keys()).values()
    ]


def _retraction(viewer: Viewer, row: Claim) -> Content | None:
    """The entry that took this claim back, with what it was aimed at and why."""
    if row.ended_by != "retracted" or row.ended_at is None:
        return None
    found = by_position(viewer, Retraction, [row.ended_at]).get(row.ended_at)
    return {
        "at": row.ended_at,
        "target_kind": found.target_kind if found else "",
        "target": found.target if found else None,
        "reason": found.reason if found else "",
        "person": found.person if found else "",
        **({"entry": {"kind": "retraction", "position": found.position}} if found else {}),
    }


def assessments(viewer: Viewer, target: int) -> list[Content]:
    """What reviewers found, in the order in which they said so."""
    rows = visible(viewer, Assessment).filter(target=target).order_by("position")[:50]
    return [
        {
            "position": row.position,
            "scheme": row.scheme,
            "grade": row.grade,
            "grade_words": _grade_words(row.scheme, row.grade),
            "reason": row.reason,
            "person": row.person,
            "ended": row.ended_by,
            "entry": {"kind": "assessment", "position": row.position},
        }
        for row in rows
    ]


def _grade_words(scheme: str, grade: str) -> str:
    """A grade with its meaning: ``C Fairly reliable``, ``3 Possibly true``."""
    words = written.code_words(scheme, grade)
    return words if words.startswith(grade) else f"{grade} {words}"
