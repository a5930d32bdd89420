"""The overview: what is known, as figures, each kind in a column of its own."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from habeas.archive.access import visible
from habeas.archive.models import ArchiveTitle
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.definition.recorded import in_force
from habeas.figures.definition.rules import KINDS_OF_FIGURE
from habeas.figures.errors import FigureError, NoLineage
from habeas.figures.evaluation.evaluating import evaluate
from habeas.web.explore.figures.heading import heading, kind_meaning, kind_words, shown
from habeas.web.explore.frame.pages import page
from habeas.web.site.viewing import ViewerRequest

Content = dict[str, Any]


@page("explore/overview.html")
def overview(request: ViewerRequest) -> Content:
    """The figures in force, by kind."""
    about = visible(request.viewer, ArchiveTitle).order_by("position").first()
    return {
        "title": _("What is known"),
        "archive": about.title if about else "",
        "kinds": by_kind(request),
    }


def by_kind(request: ViewerRequest) -> list[Content]:
    """Counted, reported, estimated: each with its figures, in the order of the ledger."""
    definitions = in_force(request.viewer)
    return [
        {
            "kind": kind,
            "words": kind_words(kind),
            "meaning": kind_meaning(kind),
            "figures": [
                _tried(request, definition) for definition in definitions if definition.kind == kind
            ],
        }
        for kind in KINDS_OF_FIGURE
    ]


def _tried(request: ViewerRequest, definition: FigureDefinition) -> Content:
    """The figure, or why it cannot be given; one that cannot be justified is never shown."""
    try:
        return {"figure": shown(evaluate(request.archive, definition, request.viewer))}
    except NoLineage:
        raise
    except FigureError as error:
        return {
            "figure": None,
            "heading": heading(definition),
            "refused": {"code": error.code, "sentence": error.message},
        }
