"""Exhibits: sealed bytes, what happened to them, and their text with what is cited of it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from habeas.archive.access import Viewer, visible
from habeas.archive.files import layer_text
from habeas.archive.models import (
    Claim,
    ClaimPassage,
    Exhibit,
    Hold,
    Layer,
    Passage,
)
from habeas.web.explore import layers, written
from habeas.web.explore.custody import custody_of
from habeas.web.explore.pages import by_position, one, page, paged, whole_number
from habeas.web.explore.proofs import entry_proof
from habeas.web.site.viewing import Request

Content = dict[str, Any]

CITED = 500  # passages marked on one page of a text


@page("explore/exhibits.html")
def listed(request: Request) -> Content:
    """The exhibits in the order in which they were sealed."""
    found, turning = paged(visible(request.viewer, Exhibit), request)
    return {
        "title": _("Exhibits"),
        "exhibits": [summary(row) for row in found],
        "pages": turning,
    }


def summary(row: Exhibit) -> Content:
    """What is known of an exhibit without opening it."""
    return {
        "position": row.position,
        "url": reverse("exhibit", kwargs={"position": row.position}),
        "title": written.text(row.title or row.filename),
        "filename": row.filename,
        "media_type": row.media_type,
        "size_bytes": row.size_bytes,
        "received_from": row.received_from,
        "received_on": written.date_words(row.received_on),
        "plain_sha256": row.plain_sha256,
        "address": row.address,
        "note": row.note,
    }


@page("explore/exhibit.html")
def exhibit(request: Request, position: int) -> Content:
    """One exhibit: what it is, its custody, its text."""
    viewer = request.viewer
    row = one(viewer, Exhibit, position)
    read = list(visible(viewer, Layer).filter(exhibit=position).order_by("position")[:20])
    chosen = _chosen(request, read)
    return {
        "title": row.title or row.filename,
        "exhibit": summary(row),
        "custody": custody_of(viewer, row),
        "holds": [
            {"position": hold.position, "authority": hold.authority, "reason": hold.reason}
            for hold in visible(viewer, Hold)
            .filter(target=position, ended_at__isnull=True)
            .order_by("position")[:20]
        ],
        "layers": [_layer(layer) for layer in read],
        "text": _text(request, chosen) if chosen else None,
        "proof": entry_proof(request, position),
    }


def passage(request: HttpRequest, position: int) -> HttpResponse:
    """To the place of a passage in its exhibit's text."""
    viewer = request.viewer  # type: ignore[attr-defined]
    row = one(viewer, Passage, position)
    one(viewer, Exhibit, row.exhibit)
    url = reverse("exhibit", kwargs={"position": row.exhibit})
    if row.layer is None:
        return HttpResponseRedirect(url)
    window = layers.window_of(row.start)
    return HttpResponseRedirect(f"{url}?layer={row.layer}&window={window}#passage-{position}")


def _chosen(request: Request, read: list[Layer]) -> Layer | None:
    """The layer asked for, else the latest reading."""
    wanted = whole_number(request, "layer")
    if wanted is None:
        return read[-1] if read else None
    for layer in read:
        if layer.position == wanted:
            return layer
    raise Http404


def _layer(layer: Layer) -> Content:
    return {
        "position": layer.position,
        "reader": layer.reader,
        "reader_version": layer.reader_version,
        "settings": layer.settings,
        "length": layer.length,
        "text_sha256": layer.text_sha256,
    }


def _text(request: Request, layer: Layer) -> Content:
    """One window of the layer's text, with the passages cited in it."""
    window = whole_number(request, "window", most=10**9) or 0
    first = window * layers.WINDOW
    whole = layer_text(request.archive, layer)
    if first and first >= len(whole):
        raise Http404
    shown = whole[first : first + layers.WINDOW]
    cited = list(
        visible(request.viewer, Passage)
        .filter(
            exhibit=layer.exhibit,
            layer=layer.position,
            start__lt=first + len(shown),
            stop__gt=first,
        )
        .order_by("start", "position")[:CITED]
    )
    here = reverse("exhibit", kwargs={"position": layer.exhibit})
    windows = max(1, -(-len(whole) // layers.WINDOW))

    def address(number: int) -> str:
        return f"{here}?layer={layer.position}&window={number}#text"

    return {
        "layer": layer.position,
        "window": window,
        "windows": windows,
        "first": first,
        "last": first + len(shown),
        "length": len(whole),
        "segments": layers.segments(
            shown, first, cited, _citing(request.viewer, [p.position for p in cited])
        ),
        "previous": address(window - 1) if window else None,
        "next": address(window + 1) if window + 1 < windows else None,
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
                    "property": written.property_words(known[claim].property)["label"],
                    "ended": known[claim].ended_by,
                }
            )
    return dict(citing)
