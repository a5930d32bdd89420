"""What the page of an estimated figure shows: lists, methods side by side, doubts, drawings.

A page never computes an estimate: it shows the one that was kept, or how to have it made.
"""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from habeas.figures.definition.recorded import named
from habeas.figures.definition.wording import grouped
from habeas.figures.errors import FigureError, UnknownFigure
from habeas.figures.evaluation.capturing import FigureCapture
from habeas.figures.evaluation.evaluating import evaluate
from habeas.figures.evaluation.results import EstimatedFigure, Evaluation
from habeas.web.explore.figures import charts
from habeas.web.explore.figures.heading import as_of_query
from habeas.web.explore.frame.pages import whole_number
from habeas.web.site.viewing import ViewerRequest

Content = dict[str, Any]

PAIRS = 20
DRAWINGS = ("methods", "overlaps", "posterior", "assumption", "trace")


def content(evaluation: Evaluation, as_of: int | None) -> Content | None:
    """The estimate's part of a figure's page; None for figures of another kind."""
    if not isinstance(evaluation, EstimatedFigure):
        return None
    captured, found = evaluation.capture, evaluation.estimates
    asked = evaluation.definition.estimation
    document: dict[str, Any] = {} if found is None else found.apart.document
    return {
        "lists": [
            {
                "name": each.name,
                "persons": each.persons,
                "includes": [part.includes for part in each.parts],
                "merged": each.merged,
                "sources": [
                    {
                        "title": evaluation.sources[position].title,
                        "url": reverse("source", kwargs={"position": position}),
                    }
                    for position in each.sources
                ],
            }
            for each in captured.lists
        ],
        "on_several": None if captured.table is None else captured.table.on_several,
        "refusal": captured.refusal,
        "answers": {"closed": asked.closed_population, "reach": asked.everyone_could_be_listed},
        "command": f"habeas figure estimate {evaluation.key}",
        "computed": found is not None,
        "chosen": asked.method,
        "methods": [_method(each) for each in document.get("methods", ())],
        "cautions": [caution["sentence"] for caution in document.get("cautions", ())],
        "joined": None if found is None or found.joined is None else found.joined.words,
        "seed": document.get("seed"),
        "versions": ", ".join(f"{n} {v}" for n, v in document.get("versions", {}).items()),
        "table": None if captured.table is None else captured.table.digest,
        "drawings": _drawings(evaluation, document, as_of),
        **_pairs(evaluation, captured),
    }


def _method(each: dict[str, Any]) -> Content:
    low, high = each["interval_95"] or (None, None)
    return {
        "key": each["key"],
        "title": each["title"],
        "assumption": each["assumption"],
        "estimate": None if each["estimate"] is None else grouped(round(each["estimate"])),
        "low": None if low is None else grouped(round(low)),
        "high": None if high is None else grouped(round(high)),
        "refusal": each.get("refusal", {}).get("reason", ""),
    }


def _pairs(evaluation: Evaluation, captured: FigureCapture) -> Content:
    def record(position: int) -> Content:
        caption = evaluation.captions.get(position) or _("record %(n)s") % {"n": position}
        return {"caption": caption, "url": reverse("record", kwargs={"position": position})}

    return {
        "pairs": [
            {"left": record(pair.left), "right": record(pair.right), "entry": pair.entry}
            for pair in captured.pairs[:PAIRS]
        ],
        "pairs_in_all": len(captured.pairs),
    }


def _drawings(evaluation: Evaluation, document: dict[str, Any], as_of: int | None) -> list[Content]:
    captions = {
        "methods": _(
            "Estimated: the methods beside each other. The grey rule is what is documented."
        ),
        "overlaps": _("Counted: people on each combination of lists."),
        "posterior": _("Estimated: the whole population, by chain."),
        "assumption": _("Estimated: if the assumption that nobody can test is off by a factor."),
        "trace": _("The chains as they ran."),
    }
    return [
        {
            "name": name,
            "caption": captions[name],
            "svg": reverse("estimate-drawing", kwargs={"key": evaluation.key, "name": name})
            + as_of_query(as_of),
        }
        for name in DRAWINGS
        if name in document.get("drawings", {})
    ]


def drawing(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """One drawing of a kept estimate, as SVG."""
    asked = cast(ViewerRequest, request)
    as_of = whole_number(request, "as_of")
    try:
        definition = named(asked.viewer, key, as_of)
        evaluation = evaluate(asked.archive, definition, asked.viewer, as_of)
    except (UnknownFigure, FigureError) as error:
        raise Http404 from error
    found = evaluation.estimates if isinstance(evaluation, EstimatedFigure) else None
    spec = None if found is None else found.apart.document.get("drawings", {}).get(name)
    if spec is None:
        raise Http404
    return HttpResponse(charts.svg_of(spec), content_type="image/svg+xml; charset=utf-8")
