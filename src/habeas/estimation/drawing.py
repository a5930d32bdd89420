"""The plots of an estimate, as Vega-Lite specifications and as SVG.

Estimated numbers are drawn in orange and dashed, so that no plot of them is taken for one of
counted figures. Invariants: a specification holds its data and asks nobody for more; the same
estimate gives the same specification.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from habeas.estimation.results import Answer

_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_COLOUR = "#b45309"
_QUIET = "#57534e"
_MOST_CELLS = 25
_TRACE_POINTS = 300
_BINS = 80

Spec = dict[str, Any]


def specifications(estimate: Answer) -> dict[str, Spec]:
    """Every plot that this estimate has, by name."""
    found = {"overlaps": overlaps(estimate), "methods": methods(estimate)}
    if estimate.classes is not None:
        found["posterior"] = posterior(estimate, estimate.classes.draws)
        found["trace"] = trace(estimate, estimate.classes.draws)
        found["assumption"] = assumption(estimate)
    return found


def svg(spec: Spec) -> str:
    """The plot as SVG. Draws offline."""
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(
        json.dumps(spec), vl_version="5.20", allowed_base_urls=[]
    )
    return drawn


def _spec(description: str, values: list[dict[str, Any]], **more: Any) -> Spec:
    return {
        "$schema": _SCHEMA,
        "description": description,
        "data": {"values": values},
        "config": {"view": {"stroke": None}, "font": "sans-serif"},
        **more,
    }


def overlaps(estimate: Answer) -> Spec:
    """UpSet plot: how many on each combination, and which lists it is."""
    table = estimate.table
    largest = sorted(table.counts, key=lambda cell: (-cell[1], cell[0]))[:_MOST_CELLS]
    values = [
        {
            "cell": table.pattern(mask),
            "persons": count,
            "list": name,
            "on": bool(mask >> j & 1),
            "first": j == 0,
        }
        for mask, count in largest
        for j, name in enumerate(table.lists)
    ]
    x = {"field": "cell", "type": "nominal", "sort": [table.pattern(m) for m, _ in largest]}
    bars = {
        "transform": [{"filter": "datum.first"}],
        "mark": {"type": "bar", "color": _QUIET},
        "height": 140,
        "encoding": {
            "x": {**x, "axis": None},
            "y": {"field": "persons", "type": "quantitative", "title": f"{table.unit}, counted"},
        },
    }
    dots = {
        "mark": {"type": "circle", "size": 70, "opacity": 1},
        "height": {"step": 18},
        "encoding": {
            "x": {**x, "axis": None},
            "y": {"field": "list", "type": "nominal", "sort": list(table.lists), "title": None},
            "color": {
                "condition": {"test": "datum.on", "value": _QUIET},
                "value": "#e7e5e4",
            },
        },
    }
    return _spec("How many were on each combination of lists", values, vconcat=[bars, dots])


def methods(estimate: Answer) -> Spec:
    """Every method's number and interval, one under the other, and the observed count."""
    values = [
        {"method": m.title, "estimate": m.estimate, "low": m.low, "high": m.high}
        for m in estimate.methods
        if m.estimate is not None
    ]
    y = {"field": "method", "type": "nominal", "sort": None, "title": None}
    x = {"type": "quantitative", "title": estimate.table.unit, "scale": {"zero": True}}
    bounded = [{"filter": "datum.high != null"}]
    return _spec(
        "The methods beside each other; the grey rule is the observed count",
        values,
        width=420,
        height={"step": 26},
        layer=[
            {
                "mark": {"type": "rule", "color": _QUIET},
                "encoding": {"x": {"datum": estimate.floor}},
            },
            {
                "transform": bounded,
                "mark": {"type": "rule", "color": _COLOUR, "strokeDash": [4, 2]},
                "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "color": _COLOUR, "size": 60},
                "encoding": {"y": y, "x": {**x, "field": "estimate"}},
            },
        ],
    )


def posterior(estimate: Answer, draws: Any) -> Spec:
    """The posterior of the whole population, a line a chain: lines that differ are a warning."""
    # Bins of a whole number of persons each, so that none holds more values than another.
    reach = float(np.quantile(draws, 0.995)) - estimate.floor
    width = max(1, math.ceil(reach / _BINS))
    edges = np.arange(estimate.floor - 0.5, estimate.floor + reach + width + 1, width)
    values = []
    for chain, each in enumerate(draws, start=1):
        heights, _ = np.histogram(each, edges)
        values += [
            {"chain": str(chain), "n": float(middle), "share": float(height / len(each))}
            for middle, height in zip((edges[1:] + edges[:-1]) / 2, heights, strict=True)
        ]
    return _spec(
        "Posterior of the whole population, by chain",
        values,
        width=420,
        height=180,
        mark={"type": "line", "strokeDash": [4, 2]},
        encoding={
            "x": {"field": "n", "type": "quantitative", "title": f"{estimate.table.unit}, all"},
            "y": {"field": "share", "type": "quantitative", "title": None, "axis": None},
            "color": {"field": "chain", "type": "nominal"},
        },
    )


def trace(estimate: Answer, draws: Any) -> Spec:
    """The chains as they ran, thinned evenly."""
    step = max(1, draws.shape[1] // _TRACE_POINTS)
    values = [
        {"chain": str(chain), "sweep": at * step, "n": int(n)}
        for chain, each in enumerate(draws, start=1)
        for at, n in enumerate(each[::step])
    ]
    return _spec(
        "The chains as they ran",
        values,
        width=420,
        height=150,
        mark={"type": "line", "strokeWidth": 0.7, "opacity": 0.7},
        encoding={
            "x": {"field": "sweep", "type": "quantitative"},
            "y": {"field": "n", "type": "quantitative", "title": estimate.table.unit},
            "color": {"field": "chain", "type": "nominal"},
        },
    )


def assumption(estimate: Answer) -> Spec:
    """The estimate as the untestable assumption is bent."""
    values = [
        {"factor": p.factor, "estimate": p.estimate, "low": p.low, "high": p.high}
        for p in estimate.curve
    ]
    x = {
        "field": "factor",
        "type": "quantitative",
        "scale": {"type": "log"},
        "axis": {"values": [p.factor for p in estimate.curve], "format": ".2~f"},
        "title": "never listed, as a multiple of what the assumption implies",
    }
    y = {"type": "quantitative", "title": estimate.table.unit}
    return _spec(
        "The estimate if more or fewer were never listed than the assumption implies",
        values,
        width=420,
        height=180,
        layer=[
            {
                "mark": {"type": "area", "opacity": 0.2, "color": _COLOUR},
                "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "color": _COLOUR, "strokeDash": [4, 2]},
                "encoding": {"x": x, "y": {**y, "field": "estimate"}},
            },
        ],
    )
