"""The pages of figures, and the files of their drawings."""

from __future__ import annotations

import json
from collections.abc import Collection

from django.http import HttpResponse, JsonResponse

from habeas.display.asking import NotThere, Query
from habeas.display.figures import (
    charts,
    comparing,
    drawings,
    estimates,
    figure,
    holdings,
    map_names,
    places,
)
from habeas.display.figures import overview as overviews
from habeas.display.figures import why as ways
from habeas.figures.errors import FigureError
from habeas.figures.evaluation.results import Evaluation
from habeas.web.explore.figures import maps
from habeas.web.explore.frame.pages import answered, page, query_of
from habeas.web.site.viewing import ViewerRequest


@page("explore/overview.html")
def overview(request: ViewerRequest) -> overviews.OverviewShown:
    """What the archive documents, then its figures, each kind in a column of its own."""
    return overviews.overview(request.archive, request.viewer)


@page("explore/figures.html")
def listed(request: ViewerRequest) -> overviews.FiguresShown:
    """Every active figure."""
    return overviews.figures(request.archive, request.viewer)


@page("explore/figure.html")
def one(request: ViewerRequest, key: str) -> figure.FigureShown:
    """One figure."""
    return figure.figure(request.archive, request.viewer, key, query_of(request))


@page("explore/compared.html")
def compare(request: ViewerRequest, key: str) -> comparing.FigureBeside:
    """A count beside the same count asked otherwise."""
    return comparing.otherwise(request.archive, request.viewer, key, query_of(request))


@page("explore/compared.html")
def diff(request: ViewerRequest, key: str) -> comparing.FigureBeside:
    """A figure at two ledger sizes."""
    return comparing.at_two_sizes(request.archive, request.viewer, key, query_of(request))


@page("explore/rule.html")
def rule(request: ViewerRequest, key: str, number: int) -> figure.RuleShown:
    """One rule of a figure."""
    return figure.rule(request.archive, request.viewer, key, number, query_of(request))


@page("explore/why.html")
def why(request: ViewerRequest, key: str) -> ways.WhyShown:
    """The way down from a figure to sealed bytes."""
    return ways.why(request.archive, request.viewer, key, query_of(request))


@page("explore/holdings.html")
def held(request: ViewerRequest) -> holdings.HoldingsShown:
    """The counts that every archive has."""
    return holdings.holdings(request.archive, request.viewer)


@page("explore/holding.html")
def holding(request: ViewerRequest, key: str) -> holdings.HoldingShown:
    """One of them."""
    return holdings.holding(request.archive, request.viewer, key, query_of(request))


@page("explore/holding.html")
def holding_why(request: ViewerRequest, key: str) -> holdings.HoldingWhy:
    """The way down from one of them to sealed bytes."""
    return holdings.why(request.archive, request.viewer, key, query_of(request))


# --- pictures and data of a drawing ----------------------------------------------------------


def _asked(query: Query, name: str, known: Collection[str], usual: str) -> str:
    value = query.asked.get(name, usual)
    if value not in known:
        raise NotThere
    return value


def _evaluated(request: ViewerRequest, key: str, *views: str) -> Evaluation:
    """The figure, for a file: whatever cannot be drawn is not there."""
    as_of = query_of(request).number("as_of")
    try:
        found = figure.evaluated(request.archive, request.viewer, key, as_of)
    except FigureError as error:
        raise NotThere from error
    if views and found.definition.view not in views:
        raise NotThere
    return found


def _spec(query: Query, evaluation: Evaluation) -> charts.Spec:
    parts = drawings.plot_parts(evaluation)
    number = query.number("part") or 0
    if number >= len(parts):
        raise NotThere
    width = _asked(query, "width", charts.WIDTHS, "wide")
    scheme = _asked(query, "scheme", charts.SCHEMES, "light")
    return drawings.plot_spec(parts[number], scheme=scheme, width=width)


@answered
def drawing(request: ViewerRequest, key: str) -> HttpResponse:
    """The figure's drawing as SVG, in the colours and width asked for."""
    query = query_of(request)
    evaluation = _evaluated(request, key, "plot", "map")
    if evaluation.definition.view == "map":
        scheme = _asked(query, "scheme", maps.SCHEMES, "light")
        start = query.number(drawings.ROW) or 0
        return _svg(maps.svg(places.dots(evaluation, start), _names(query), scheme=scheme))
    return _svg(charts.svg_of(_spec(query, evaluation)))


@answered
def estimate_drawing(request: ViewerRequest, key: str, name: str) -> HttpResponse:
    """One drawing of a kept estimate, as SVG."""
    spec = estimates.drawing(_evaluated(request, key), name)
    return _svg(charts.svg_of(spec))


def _svg(drawn: str) -> HttpResponse:
    return HttpResponse(drawn, content_type="image/svg+xml; charset=utf-8")


@answered
def specification(request: ViewerRequest, key: str) -> HttpResponse:
    """The Vega-Lite specification of a plot, exactly as it was drawn."""
    spec = _spec(query_of(request), _evaluated(request, key, "plot"))
    text = json.dumps(spec, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return HttpResponse(text, content_type="application/json; charset=utf-8")


@answered
def map_places(request: ViewerRequest, key: str) -> HttpResponse:
    """The places of a map as GeoJSON."""
    evaluation = _evaluated(request, key, "map")
    query = query_of(request)
    found = places.dots(evaluation, query.number(drawings.ROW) or 0)
    return JsonResponse(maps.geojson(found, _names(query)), content_type="application/geo+json")


def _names(query: Query) -> tuple[map_names.MapName, ...]:
    """The names around, in the language that is asked for, else that of the pages."""
    return map_names.names(map_names.language(query.text(map_names.ASKED)))
