"""The areas and changes of a measured figure, as steps of its why: each from which claims."""

from __future__ import annotations

from habeas.figures.evaluation.measured import MeasuredFigure, MeasuredOutline, MeasuredSite
from habeas.figures.evaluation.results import Evaluation
from habeas.figures.why.nodes import Node, NodeFact
from habeas.vocabulary import areas, edtf

SITES_SHOWN = 20
METHOD = (
    "geodesic polygon on WGS 84 (Karney 2013); error of the corners in closed form (Chrisman and "
    "Yandell 1988); change by Fieller's theorem (docs/methods/areas.md)"
)


def told_sites(evaluation: Evaluation) -> list[Node]:
    """What was measured; none for other figures."""
    if not isinstance(evaluation, MeasuredFigure) or not evaluation.sites:
        return []
    shown = evaluation.sites[:SITES_SHOWN]
    return [
        Node(
            "measured",
            f"What was measured: {len(evaluation.sites):,}",
            (NodeFact("method", METHOD),),
            tuple(_site(each) for each in shown),
            more=len(evaluation.sites) - len(shown),
        )
    ]


def _site(site: MeasuredSite) -> Node:
    changes = tuple(
        Node(
            "change",
            areas.describe_growth(each.growth),
            (NodeFact("from", _when(each.before_when)), NodeFact("to", _when(each.after_when)),
             NodeFact("outlines", f"#{each.before}, #{each.after}")),
        )
        for each in site.changes
    )  # fmt: skip
    return Node("site", site.caption, (), (*map(_outline, site.outlines), *changes), site.record)


def _outline(outline: MeasuredOutline) -> Node:
    corner = outline.area.corner_metres
    error = "not known" if corner is None else f"{corner:g} m in each direction"
    if corner is not None and not outline.error_stated:
        error += ", one pixel"
    return Node(
        "outline",
        areas.describe(outline.area),
        (
            NodeFact("when", _when(outline.when)),
            NodeFact("error of a corner", error),
            NodeFact("claims", ", ".join(f"#{claim}" for claim in outline.claims)),
        ),
        (),
        outline.claim,
    )


def _when(text: str) -> str:
    return edtf.describe(edtf.parse(text)) if text else "not known"
