"""A figure as the page's dict holds it: its number, its kind, and the steps behind it.

Invariants: made only from an ``Evaluation`` whose lineage holds (``require_lineage`` raises
otherwise), and only rendered by ``{% figure %}``; counted, reported and estimated keep
their kind in words wherever they go.
"""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.definition.wording import grouped
from habeas.figures.evaluation.results import CountedFigure, Evaluation

Content = dict[str, Any]


def kind_words(kind: str) -> str:
    """How a kind of number is called on the page."""
    return {
        "counted": _("Counted in this archive"),
        "reported": _("Reported by others"),
        "estimated": _("Estimated"),
    }[kind]


def kind_meaning(kind: str) -> str:
    """What a number of this kind is, in a sentence."""
    return {
        "counted": _(
            "Records in this archive that meet a stated rule. "
            "It says what is documented here, not how much there was."
        ),
        "reported": _(
            "What others have said, each under its own name. "
            "Accounts are set side by side and never added up."
        ),
        "estimated": _(
            "Computed by a stated method for what is not documented, with its uncertainty."
        ),
    }[kind]


def view_words(view: str) -> str:
    """How a figure is drawn, in words."""
    return {
        "series": _("series"),
        "plot": _("plot"),
        "matrix": _("table of positions"),
        "map": _("map"),
        "timeline": _("timeline"),
    }.get(view, "")


def as_of_query(as_of: int | None, **more: int | None) -> str:
    """The query of an address that must show the same ledger size as the page it is on."""
    asked = {name: value for name, value in {"as_of": as_of, **more}.items() if value is not None}
    return f"?{urlencode(asked)}" if asked else ""


def heading(definition: FigureDefinition, as_of: int | None = None) -> Content:
    """What is known of a figure before it is evaluated; ``as_of`` as the reader asked."""
    key, query, at = {"key": definition.key}, as_of_query(as_of), definition.position
    return {
        "key": definition.key,
        "title": definition.title,
        "question": definition.question,
        "note": definition.note,
        "kind": definition.kind,
        "kind_words": kind_words(definition.kind),
        "view": definition.view,
        "view_words": view_words(definition.view),
        "url": reverse("figure", kwargs=key) + query,
        "why_url": reverse("why", kwargs=key) + query,
        **({} if at is None else {"entry": {"kind": "definition", "position": at}}),
    }


def shown(evaluation: Evaluation, as_of: int | None = None) -> Content:
    """The figure with its lineage; raises ``NoLineage`` when that does not hold.

    ``as_of`` is the ledger size that the reader asked for, which its links keep.
    """
    lineage = evaluation.require_lineage()
    definition = evaluation.definition
    counted = evaluation if isinstance(evaluation, CountedFigure) else None
    return {
        **heading(definition, as_of),
        "headline": evaluation.headline,
        "number": None if counted is None else counted.number,
        "number_words": _number_words(evaluation),
        "unit_words": "" if counted is None else definition.unit,
        "not_known": evaluation.not_known,
        "open_pairs": len(evaluation.open_pairs),
        "accounts": len(evaluation.points),
        "denials": sum(point.stance == "denies" for point in evaluation.points),
        "scope": evaluation.scope,
        "handling": evaluation.handling,
        "lineage": {
            "definition": lineage.definition,
            "digest": lineage.digest,
            "as_of": lineage.as_of,
            "records": len(lineage.records),
            "claims": len(lineage.claims),
            "steps": [
                {
                    "rule": step.rule,
                    "words": step.words,
                    "entered": step.entered,
                    "kept": step.kept,
                    "dropped": len(step.dropped),
                    "not_known": len(step.not_known),
                }
                for step in evaluation.steps
            ],
        },
    }


def _number_words(evaluation: Evaluation) -> str:
    if not isinstance(evaluation, CountedFigure):
        return evaluation.headline
    number = grouped(evaluation.number)
    if evaluation.fewest is not None and evaluation.fewest < evaluation.number:
        number = _("%(low)s to %(high)s") % {
            "low": grouped(evaluation.fewest),
            "high": number,
        }
    return _("at least %(number)s") % {"number": number} if evaluation.not_known else number
