"""What a figure's page draws: plot, matrix, map, timeline, series, each with its table.

Invariants: the shapes come from ``figures.evaluation.drawing``, which refuses a figure without
lineage; every mark on a drawing is a row of the table beside it, with its claims; a place
is drawn as wide as its precision and never as an exact dot when it is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from habeas.display import words
from habeas.figures.evaluation import drawing
from habeas.figures.evaluation.results import Evaluation, ReportedPoint
from habeas.web.explore.figures import charts, maps
from habeas.web.explore.figures.heading import as_of_query
from habeas.web.explore.frame.pages import cut, whole_number

Content = dict[str, Any]

DRAWN = 120  # accounts in one plot; all of them are in the table
ROWS = 500  # rows of a matrix, dots of a map, moments of a timeline on one page
ROW = "row"  # the query parameter that says at which of them a page begins


def drawn(evaluation: Evaluation, request: HttpRequest, as_of: int | None) -> Content | None:
    """The content of the figure's view; None for a plain number.

    ``as_of`` is the ledger size that the reader asked for: pictures are drawn for the same.
    """
    view = evaluation.definition.view
    match view:
        case "plot":
            return {"view": view, **_plot(evaluation, as_of)}
        case "matrix":
            return {"view": view, **_matrix(evaluation, request)}
        case "map":
            return {"view": view, **_map(evaluation, request, as_of)}
        case "timeline":
            return {"view": view, **_timeline(evaluation, request)}
        case "series":
            return {"view": view, **_series(evaluation)}
        case _:
            return None


def _rows(found: Sequence[Any], request: HttpRequest) -> tuple[list[Any], Content]:
    return cut(found, request, ROWS, cursor=ROW, place="drawing")


def claim_links(claims: tuple[int, ...]) -> list[Content]:
    """Claims as links by their entry numbers."""
    return [
        {"position": claim, "url": reverse("claim", kwargs={"position": claim})} for claim in claims
    ]


def _record(position: int, caption: str) -> Content:
    return {
        "position": position,
        "caption": words.text(caption),
        "url": reverse("record", kwargs={"position": position}),
    }


# --- plot ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DrawnPart:
    """The accounts of one property in one unit: what is not one thing has no common axis."""

    property: str
    unit: str
    accounts: tuple[charts.Account, ...]
    left_out: int = 0  # accounts beyond the first ``DRAWN``, which are in the table only


def plot_parts(evaluation: Evaluation) -> list[DrawnPart]:
    """The accounts that a plot draws, each part in order of time."""
    points = [
        plotted.point
        for plotted in drawing.plot_points(evaluation)
        if plotted.point.stance in ("asserts", "denies")
        and (plotted.point.low is not None or plotted.point.high is not None)
    ]
    several = len({point.record for point in points}) > 1
    found: dict[tuple[str, str], list[charts.Account]] = {}
    for point in points:
        account = _account(evaluation, point, with_subject=several)
        found.setdefault((point.property, point.unit), []).append(account)
    return [
        DrawnPart(name, unit, tuple(accounts[:DRAWN]), max(0, len(accounts) - DRAWN))
        for (name, unit), accounts in found.items()
    ]


def _account(evaluation: Evaluation, point: ReportedPoint, *, with_subject: bool) -> charts.Account:
    said = evaluation.definition.draw.along == "said"
    when = words.date_words(point.said if said else point.holds)
    denied = point.stance == "denies"
    number = point.words.removesuffix(f" {point.unit}")  # the axis names the unit
    return charts.Account(
        label=point.source_title,
        about=point.about if with_subject else "",
        when=when.words if when else "",
        words=_("denies: %(value)s") % {"value": number} if denied else number,
        low=point.low,
        high=point.high,
        denied=denied,
    )


def plot_spec(part: DrawnPart, *, scheme: str, width: str) -> charts.Spec:
    """The specification of one part's drawing: kept as evidence of what was drawn."""
    return charts.accounts_spec(part.accounts, part.unit, scheme=scheme, width=width)


def _plot(evaluation: Evaluation, as_of: int | None) -> Content:
    parts = plot_parts(evaluation)
    key = {"key": evaluation.key}
    numbers = sum(len(part.accounts) + part.left_out for part in parts)
    return {
        "parts": [
            {
                "property": words.property_words(part.property),
                "unit": part.unit,
                "svg": reverse("drawing", kwargs=key) + as_of_query(as_of, part=number),
                "specification": reverse("specification", kwargs=key)
                + as_of_query(as_of, part=number),
                "digest": charts.digest_of(plot_spec(part, scheme="light", width="wide")),
                "logarithmic": charts.is_logarithmic(part.accounts),
                "drawn": len(part.accounts),
                "left_out": part.left_out,
                "denied": sum(account.denied for account in part.accounts),
            }
            for number, part in enumerate(parts)
        ],
        "not_drawn": len(evaluation.points) - numbers,
    }


# --- matrix ----------------------------------------------------------------------------


def _matrix(evaluation: Evaluation, request: HttpRequest) -> Content:
    found = drawing.matrix(evaluation)
    rows, turning = _rows(found.rows, request)

    def cell(values: tuple[drawing.CellValue, ...]) -> list[Content]:
        return [{"code": v.code, "label": v.label, "claims": claim_links(v.claims)} for v in values]

    labels: dict[str, str] = {}
    for row in found.rows:
        for values in (*row.cells, row.undated):
            labels.update({value.code: value.label for value in values})
    return {
        "property": words.property_words(found.property),
        "columns": [{"edtf": c.edtf, "words": c.words} for c in found.columns],
        "rows": [
            {
                "record": _record(row.record, row.caption),
                "cells": [
                    {"column": column.words, "edtf": column.edtf, "values": cell(values)}
                    for column, values in zip(found.columns, row.cells, strict=True)
                ],
                "undated": cell(row.undated),
                "undated_counts": cell(row.undated_counts),
            }
            for row in rows
        ],
        "pages": turning,
        "has_undated": any(row.undated for row in found.rows),
        "totals": [
            [
                {"code": code, "label": labels.get(code, code), "records": number}
                for code, number in totals.items()
            ]
            for totals in found.totals
        ],
    }


# --- map -------------------------------------------------------------------------------


def dots(evaluation: Evaluation, start: int = 0) -> list[maps.Dot]:
    """The places that a map draws from the row ``start`` on, numbered as in its table."""
    together: dict[tuple[str, str, str], list[tuple[int, str]]] = {}
    points = drawing.map_points(evaluation)[start : start + ROWS]
    for number, point in enumerate(points, start + 1):
        key = (point.lat, point.lon, point.precision)
        together.setdefault(key, []).append((number, point.caption))
    return [
        maps.Dot(
            numbers=tuple(number for number, _caption in there),
            captions=tuple(caption for _number, caption in there),
            lat=float(lat),
            lon=float(lon),
            precision=precision,
        )
        for (lat, lon, precision), there in together.items()
    ]


def _map(evaluation: Evaluation, request: HttpRequest, as_of: int | None) -> Content:
    found, turning = _rows(drawing.map_points(evaluation), request)
    start = whole_number(request, ROW) or 0
    key, query = {"key": evaluation.key}, as_of_query(as_of, row=start)
    return {
        "svg": reverse("drawing", kwargs=key) + query if found else None,
        "geojson": reverse("places", kwargs=key) + query,
        "precisions": sorted({point.precision for point in found}, key=maps.order),
        "precision_words": [
            {"precision": name, "words": maps.precision_words(name)}
            for name in sorted({point.precision for point in found}, key=maps.order)
        ],
        "places": [
            {
                "number": number,
                "record": _record(point.record, point.caption),
                "lat": point.lat,
                "lon": point.lon,
                "precision": point.precision,
                "precision_words": maps.precision_words(point.precision),
                "claims": claim_links((point.claim,)),
            }
            for number, point in enumerate(found, start + 1)
        ],
        "pages": turning,
    }


# --- timeline and series -----------------------------------------------------------------


def _timeline(evaluation: Evaluation, request: HttpRequest) -> Content:
    moments, turning = _rows(drawing.timeline(evaluation), request)
    return {
        "years": [
            {
                "year": year,
                "moments": [
                    {
                        "record": _record(m.record, m.caption),
                        "when": {"edtf": m.edtf, "words": m.words},
                        "claims": claim_links(m.claims),
                    }
                    for m in group
                ],
            }
            for year, group in groupby(moments, key=_year)
        ],
        "pages": turning,
    }


def _year(moment: drawing.Moment) -> str:
    """The year in which a moment begins, as its date says it; '' when it does not."""
    digits = moment.edtf.lstrip("[{")[:4]
    return digits if digits.isdigit() else ""


def _series(evaluation: Evaluation) -> Content:
    groups = drawing.series(evaluation)
    largest = max((group.number for group in groups), default=0)
    return {
        "groups": [
            {
                "label": group.label,
                "number": group.number,
                "share": round(100 * group.number / largest) if largest else 0,
            }
            for group in groups
        ]
    }
