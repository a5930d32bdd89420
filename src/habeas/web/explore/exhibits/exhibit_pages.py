"""Exhibits: sealed bytes, what happened to them, and their text with what is cited of it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from habeas.archive.access import Viewer, visible
from habeas.archive.models import (
    Claim,
    ClaimPassage,
    Exhibit,
    Hold,
    Layer,
    Passage,
    Reading,
)
from habeas.archive.rules import LONGEST_QUOTE
from habeas.display import words
from habeas.display.asking import by_position
from habeas.display.proofs import entry_proof
from habeas.web.explore.exhibits import layers, originals, readings
from habeas.web.explore.exhibits.custody import custody_of
from habeas.web.explore.exhibits.reading import CITED, ShownReading
from habeas.web.explore.frame.pages import answered, one, page, paged, whole_number
from habeas.web.site.viewing import ViewerRequest

Content = dict[str, Any]

LAYERS = 200  # of one file, listed


@page("explore/exhibits.html")
def listed(request: ViewerRequest) -> Content:
    """The exhibits in the order in which they were sealed."""
    found, turning = paged(visible(request.viewer, Exhibit), request)
    states = readings.states_of(request.viewer, [row.position for row in found])
    return {
        "title": _("Exhibits"),
        "exhibits": [{**summary(row), "reading": states[row.position]} for row in found],
        "pages": turning,
    }


def summary(row: Exhibit) -> Content:
    """What is known of an exhibit without opening it."""
    return {
        "position": row.position,
        "url": reverse("exhibit", kwargs={"position": row.position}),
        "title": words.text(row.title or row.filename),
        "filename": row.filename,
        "media_type": row.media_type,
        "size_bytes": row.size_bytes,
        "received_from": row.received_from,
        "received_on": words.date_words(row.received_on),
        "plain_sha256": row.plain_sha256,
        "address": row.address,
        "note": row.note,
    }


@page("explore/exhibit.html")
def exhibit(request: ViewerRequest, position: int) -> Content:
    """One exhibit: what it is, its custody, what opening it gave, its text and pictures."""
    viewer = request.viewer
    row = one(viewer, Exhibit, position)
    reading = readings.chosen(request, row)
    read, layer = _layers_of(request, row, reading)
    original = originals.offered(request, row)
    shown = ShownReading(request, layer, reading)
    text = None
    if layer is not None or shown.pictures:
        text = shown.content(lambda passages: _citing(viewer, passages))
    page_cited = shown.page if shown.by_page else None
    quote = (text or {}).get("quote") or _("the words as they stand")
    return {
        "title": row.title or row.filename,
        "exhibit": summary(row),
        "custody": custody_of(request.archive, viewer, row),
        "holds": [
            {
                "position": hold.position,
                "authority": hold.authority,
                "reason": hold.reason,
                "entry": {"kind": "hold", "position": hold.position},
            }
            for hold in visible(viewer, Hold)
            .filter(target=position, ended_at__isnull=True)
            .order_by("position")[:20]
        ],
        "reading": readings.state_of(
            reading, blocked=original["state"] == "blocked", with_text=bool(read)
        ),
        "inside": readings.inside(request, position),
        "layers": [_layer(each) for each in read],
        "text": text,
        "may_cite": request.person is not None and layer is not None,
        "cite": readings.cite_command(position, reading, page_cited, quote) if layer else "",
        "longest_quote": LONGEST_QUOTE,
        "original": original,
        "proof": entry_proof(request.archive, viewer, position),
    }


@answered
def passage(request: HttpRequest, position: int) -> HttpResponse:
    """To the place of a passage in its exhibit's text."""
    viewer = request.viewer  # type: ignore[attr-defined]
    row = one(viewer, Passage, position)
    one(viewer, Exhibit, row.exhibit)
    url = reverse("exhibit", kwargs={"position": row.exhibit})
    if row.layer is None:
        return HttpResponseRedirect(url)
    window = layers.window_of(row.start)
    place = f"layer={row.layer}&window={window}&from={row.start}&to={row.stop}"
    return HttpResponseRedirect(f"{url}?{place}#passage-{position}")


def _layers_of(
    request: ViewerRequest, exhibit: Exhibit, reading: Reading | None
) -> tuple[list[Layer], Layer | None]:
    """The texts of this one file, the earliest first, and the one to show.

    That is the one asked for; else that of the reading; else, before any, the newest.
    """
    rows = visible(request.viewer, Layer).filter(exhibit=exhibit.position).order_by("position")
    wanted = whole_number(request, "layer")
    if wanted is None:
        path = reading.inner_path if reading is not None else ""
        found = list(rows.filter(inner_path=path)[:LAYERS])
        if reading is None:
            return found, found[-1] if found else None
        return found, next((row for row in found if row.position == reading.layer), None)
    asked = rows.filter(position=wanted).first()
    if asked is None:
        raise Http404
    return list(rows.filter(inner_path=asked.inner_path)[:LAYERS]), asked


def _layer(layer: Layer) -> Content:
    return {
        "position": layer.position,
        "reader": layer.reader,
        "reader_version": layer.reader_version,
        "settings": layer.settings,
        "length": layer.length,
        "text_sha256": layer.text_sha256,
        "inner_path": layer.inner_path,
        "entry": {"kind": "layer", "position": layer.position},
    }


def _citing(viewer: Viewer, passages: list[int]) -> dict[int, list[Content]]:
    """For each passage, the claims that cite it."""
    if not passages:
        return {}
    pairs = list(
        visible(viewer, ClaimPassage)
        .filter(passage__in=passages)
        .order_by("passage", "claim")
        .values_list("passage", "claim")[: 4 * CITED]
    )
    known = by_position(viewer, Claim, {claim for _, claim in pairs})
    citing: dict[int, list[Content]] = defaultdict(list)
    for cited, claim in pairs:
        if claim in known:
            citing[cited].append(
                {
                    "position": claim,
                    "url": reverse("claim", kwargs={"position": claim}),
                    "property": words.property_words(known[claim].property).label,
                    "ended": known[claim].ended_by,
                }
            )
    return dict(citing)
