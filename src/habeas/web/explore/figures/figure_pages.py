"""The pages of a figure: its number and drawing, the waterfall, the members, and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from habeas.archive.models import Claim, Mention
from habeas.display import cards, words
from habeas.display.asking import by_position
from habeas.display.differences import differences
from habeas.figures.definition.recorded import named
from habeas.figures.errors import FigureError, UnknownFigure
from habeas.figures.evaluation.evaluating import evaluate
from habeas.figures.evaluation.results import Evaluation, FigureMember, WaterfallStep
from habeas.figures.why import asking as reasons
from habeas.figures.why.nodes import Node
from habeas.web.explore.figures import charts, drawings, estimates, maps
from habeas.web.explore.figures.heading import as_of_query, kind_meaning, shown
from habeas.web.explore.figures.overview import by_kind
from habeas.web.explore.frame.pages import cut, links, page, whole_number
from habeas.web.site.viewing import ViewerRequest

Content = dict[str, Any]

MEMBERS = 100  # on one page of a figure
DIFFERENCES = 5  # on one page of a figure
OPEN_PAIRS = 20  # the heaviest
FALLEN = 50  # of those that a rule dropped, or could not decide, on one page
FOLLOWED = 5  # members followed down on one why page


def _as_of(request: HttpRequest) -> int | None:
    """The ledger size that the reader asks for; None for now."""
    return whole_number(request, "as_of")


def _evaluated(request: ViewerRequest, key: str) -> Evaluation:
    """The figure of a key for this viewer, as of the size asked for; 404 when there is none."""
    as_of = _as_of(request)
    try:
        definition = named(request.viewer, key, as_of)
    except UnknownFigure as error:
        raise Http404 from error
    return evaluate(request.archive, definition, request.viewer, as_of)


@page("explore/figures.html")
def listed(request: ViewerRequest) -> Content:
    """Every figure in force, by kind."""
    return {"title": _("Figures"), "kinds": by_kind(request)}


@page("explore/figure.html")
def figure(request: ViewerRequest, key: str) -> Content:
    """One figure: number, drawing, waterfall, members, weak points, differences."""
    evaluation = _evaluated(request, key)
    as_of = _as_of(request)
    number = shown(evaluation, as_of)
    members, accounts, turning = _members(request, evaluation)
    conflicts, differing = cut(
        evaluation.conflicts, request, DIFFERENCES, cursor="differ", place="differ"
    )
    return {
        "title": evaluation.definition.title,
        "figure": number,
        "meaning": kind_meaning(evaluation.kind),
        "as_of": request.GET.get("as_of", ""),
        "size": request.archive.size,
        "drawing": drawings.drawn(evaluation, request, as_of),
        "estimate": estimates.content(evaluation, as_of),
        "waterfall": [
            _step(evaluation, step, number, as_of)
            for number, step in enumerate(evaluation.steps, 1)
        ],
        "members": members,
        "accounts": accounts,
        "pages": turning,
        "undecided": len(evaluation.undecided),
        "open_pairs": _open_pairs(evaluation),
        "weak": [
            {
                "words": weak.words,
                "part": weak.part,
                "whole": weak.whole,
                "handling": evaluation.handling,
            }
            for weak in evaluation.weak
            if weak.part
        ],
        "differences": differences(request.viewer, conflicts),
        "differences_in_all": len(evaluation.conflicts),
        "differences_pages": differing,
        "definition": evaluation.definition.text,
    }


def _open_pairs(evaluation: Evaluation) -> list[Content]:
    """The pairs that make the count a range, heaviest first."""

    def record(position: int) -> Content:
        caption = evaluation.captions.get(position, "")
        return {
            "caption": words.text(caption),
            "url": reverse("record", kwargs={"position": position}),
        }

    return [
        {
            "left": record(each.pair.left),
            "right": record(each.pair.right),
            "upper_end": bool(each.if_same),
            "lower_end": bool(each.if_different),
        }
        for each in evaluation.open_pairs[:OPEN_PAIRS]
    ]


def _members(
    request: ViewerRequest, evaluation: Evaluation
) -> tuple[list[Content], list[Content], Content]:
    """One page of the records counted, or of the accounts reported."""
    if evaluation.kind != "reported":
        captions = evaluation.captions
        ordered = sorted(
            evaluation.members,
            key=lambda member: (captions.get(member.position, "").casefold(), member.position),
        )
        found, turning = cut(ordered, request, MEMBERS)
        return _records(request, found), [], turning
    points, turning = cut(evaluation.points, request, MEMBERS)
    return [], [_account(point) for point in points], turning


def _records(request: ViewerRequest, members: list[FigureMember]) -> list[Content]:
    mentions = by_position(request.viewer, Mention, [m.position for m in members])
    return [
        {
            "record": words.record_link(mentions.get(member.position)),
            "claims": drawings.claim_links(member.claims[:6]),
            "more": len(member.claims) > 6,
        }
        for member in members
    ]


def _account(point: Any) -> Content:
    return {
        "record": {
            "caption": words.text(point.about),
            "url": reverse("record", kwargs={"position": point.record}),
        },
        "property": words.property_words(point.property),
        "stance": words.stance(point.stance),
        "words": point.words,
        "low": point.low,
        "high": point.high,
        "unit": point.unit,
        "holds": words.date_words(point.holds),
        "said": words.date_words(point.said),
        "source": {
            "name": words.text(point.source_title),
            "url": reverse("source", kwargs={"position": point.source}),
        },
        "basis": words.code_words("basis", point.basis),
        "method": point.method,
        "through": list(point.through),
        "claim": drawings.claim_links((point.claim,))[0],
    }


def _step(evaluation: Evaluation, step: WaterfallStep, number: int, as_of: int | None) -> Content:
    """One rule with how many it kept, dropped and could not decide, and where they are named."""
    where = reverse("rule", kwargs={"key": evaluation.key, "number": number})
    return {
        "rule": step.rule,
        "words": step.words,
        "entered": step.entered,
        "kept": step.kept,
        "dropped": len(step.dropped),
        "not_known": len(step.not_known),
        "kept_share": round(100 * step.kept / step.entered) if step.entered else 0,
        "url": f"{where}{as_of_query(as_of)}",
    }


@page("explore/rule.html")
def rule(request: ViewerRequest, key: str, number: int) -> Content:
    """One rule of a figure: every record or account that it dropped or could not decide."""
    evaluation = _evaluated(request, key)
    if not 1 <= number <= len(evaluation.steps):
        raise Http404
    step, as_of = evaluation.steps[number - 1], _as_of(request)
    dropped, turning = cut(step.dropped, request, FALLEN, place="dropped")
    open_ones, turning_open = cut(step.not_known, request, FALLEN, cursor="open", place="not-known")
    return {
        "title": _("Rule %(number)s: %(words)s") % {"number": number, "words": step.words},
        "figure": shown(evaluation, as_of),
        "number": number,
        "step": _step(evaluation, step, number, as_of),
        "dropped": _fallen(request, evaluation, dropped),
        "dropped_pages": turning,
        "not_known": _fallen(request, evaluation, open_ones),
        "not_known_pages": turning_open,
    }


def _fallen(
    request: ViewerRequest, evaluation: Evaluation, positions: list[int]
) -> Sequence[Content | cards.Card]:
    """Records (of a counted figure) with the claims that left them open, or claims as cards."""
    if evaluation.kind != "reported":
        undecided = {member.position: member for member in evaluation.undecided}
        return _records(request, [undecided.get(p, FigureMember(p, ())) for p in positions])
    found = by_position(request.viewer, Claim, positions)
    return cards.cards(request.viewer, [found[p] for p in positions if p in found])


# --- why ---------------------------------------------------------------------------------


@page("explore/why.html")
def why(request: ViewerRequest, key: str) -> Content:
    """The way down from a figure to sealed bytes, a few members at a time."""
    evaluation = _evaluated(request, key)
    offset = whole_number(request, "after", most=10**9) or 0
    tree = reasons.tree(
        request.archive,
        request.viewer,
        evaluation,
        as_of=evaluation.as_of,
        limit=FOLLOWED,
        offset=offset,
    )
    in_all = len(evaluation.members) or len(evaluation.points)
    as_of = _as_of(request)
    following = offset + FOLLOWED if offset + FOLLOWED < in_all else None
    return {
        "title": _("Why: %(title)s") % {"title": evaluation.definition.title},
        "figure": shown(evaluation, as_of),
        "tree": linked(tree),
        "command": f"habeas why {key}" + ("" if as_of is None else f" --as-of {as_of}"),
        "pages": links(request, offset or None, following),
    }


_PAGES = {
    "claim": "claim",
    "record": "record",
    "source": "source",
    "exhibit": "exhibit",
    "passage": "passage",
}


def linked(node: Node) -> Content:
    """The tree as plain data, each step with its page."""
    content: Content = {
        "kind": node.kind,
        "title": node.title,
        "facts": [{"label": fact.label, "value": fact.value} for fact in node.facts],
        "children": [linked(child) for child in node.children],
        "position": node.position,
        "more": node.more,
        "sound": node.sound,
        "marks": list(node.marks),
    }
    if node.handling:
        content["handling"] = node.handling
    name = _PAGES.get(node.kind)
    if name and node.position is not None:
        content["url"] = reverse(name, kwargs={"position": node.position})
    return content


# --- pictures and data of a drawing ----------------------------------------------------------


def _asked(request: HttpRequest, name: str, known: dict[str, Any], usual: str) -> str:
    value = request.GET.get(name, usual)
    if value not in known:
        raise Http404
    return value


def _evaluated_plainly(request: HttpRequest, key: str, view: str) -> Evaluation:
    """Like ``_evaluated``, for files: whatever cannot be drawn is not there."""
    try:
        evaluation = _evaluated(cast(ViewerRequest, request), key)
    except FigureError as error:
        raise Http404 from error
    if evaluation.definition.view not in view.split():
        raise Http404
    return evaluation


def _part(request: HttpRequest, evaluation: Evaluation) -> drawings.DrawnPart:
    parts = drawings.plot_parts(evaluation)
    number = whole_number(request, "part") or 0
    if number >= len(parts):
        raise Http404
    return parts[number]


def drawing(request: HttpRequest, key: str) -> HttpResponse:
    """The figure's drawing as SVG, in the colours and width asked for."""
    scheme = _asked(request, "scheme", charts.SCHEMES, "light")
    width = _asked(request, "width", charts.WIDTHS, "wide")
    evaluation = _evaluated_plainly(request, key, "plot map")
    if evaluation.definition.view == "map":
        start = whole_number(request, drawings.ROW) or 0
        picture = maps.svg(drawings.dots(evaluation, start), scheme=scheme)
    else:
        spec = drawings.plot_spec(_part(request, evaluation), scheme=scheme, width=width)
        picture = charts.svg_of(spec)
    return HttpResponse(picture, content_type="image/svg+xml; charset=utf-8")


def specification(request: HttpRequest, key: str) -> HttpResponse:
    """The Vega-Lite specification of a plot, exactly as it was drawn."""
    scheme = _asked(request, "scheme", charts.SCHEMES, "light")
    width = _asked(request, "width", charts.WIDTHS, "wide")
    part = _part(request, _evaluated_plainly(request, key, "plot"))
    spec = drawings.plot_spec(part, scheme=scheme, width=width)
    text = json.dumps(spec, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return HttpResponse(text, content_type="application/json; charset=utf-8")


def places(request: HttpRequest, key: str) -> HttpResponse:
    """The places of a map as GeoJSON."""
    evaluation = _evaluated_plainly(request, key, "map")
    found = drawings.dots(evaluation, whole_number(request, drawings.ROW) or 0)
    return JsonResponse(maps.geojson(found), content_type="application/geo+json")
