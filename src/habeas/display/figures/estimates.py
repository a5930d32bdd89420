"""What is shown of an estimated figure: lists, methods side by side, doubts, drawings.

Nothing is computed here: the estimate that was kept is shown, or how to have one made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from habeas.display.asking import NotThere
from habeas.display.figures.heading import as_of_asked
from habeas.display.references import Marked, Target
from habeas.figures.definition.wording import grouped
from habeas.figures.evaluation.results import EstimatedFigure, Evaluation

PAIRS = 20
DRAWINGS = ("methods", "overlaps", "posterior", "assumption", "trace")


@dataclass(frozen=True, slots=True)
class ListSource(Marked):
    """A source whose people are on a list."""

    title: str
    url: Target


@dataclass(frozen=True, slots=True)
class ListShown:
    """Whom a list names, and what it is made of."""

    name: str
    persons: int
    includes: tuple[str, ...]
    merged: bool
    sources: tuple[ListSource, ...]


@dataclass(frozen=True, slots=True)
class AnswersShown:
    """What the person who asked for an estimate said of the population."""

    closed: str
    reach: str


@dataclass(frozen=True, slots=True)
class MethodShown:
    """One method: its number with its interval, or why it gives none."""

    key: str
    title: str
    assumption: str
    estimate: str | None
    low: str | None
    high: str | None
    refusal: str


@dataclass(frozen=True, slots=True)
class EstimateDrawing:
    """One drawing of a kept estimate."""

    name: str
    caption: str
    svg: Target


@dataclass(frozen=True, slots=True)
class CaptionLink(Marked):
    """A record by the caption that a figure knows it under, as plain text."""

    caption: str
    url: Target


@dataclass(frozen=True, slots=True)
class EstimatePair:
    """Two records that may be one; ``entry`` of the run that says so."""

    left: CaptionLink
    right: CaptionLink
    entry: int | None


@dataclass(frozen=True, slots=True)
class EstimateShown:
    """The lists of an estimate and what the methods make of them."""

    lists: tuple[ListShown, ...]
    on_several: int | None
    refusal: str
    answers: AnswersShown
    command: str
    computed: bool
    chosen: str
    methods: tuple[MethodShown, ...]
    cautions: tuple[str, ...]
    joined: str | None
    seed: int | None
    versions: str
    table: str | None
    drawings: tuple[EstimateDrawing, ...]
    pairs: tuple[EstimatePair, ...]
    pairs_in_all: int


def estimate(evaluation: Evaluation, as_of: int | None) -> EstimateShown | None:
    """What is shown of an estimate; None for figures of another kind."""
    if not isinstance(evaluation, EstimatedFigure):
        return None
    captured, found = evaluation.capture, evaluation.estimates
    asked = evaluation.definition.estimation
    document: dict[str, Any] = {} if found is None else found.apart.document
    sources = evaluation.sources

    def record(position: int) -> CaptionLink:
        caption = evaluation.captions.get(position) or _("record %(n)s") % {"n": position}
        return CaptionLink(caption, Target("record", position))

    return EstimateShown(
        lists=tuple(
            ListShown(
                name=each.name,
                persons=each.persons,
                includes=tuple(part.includes for part in each.parts),
                merged=each.merged,
                sources=tuple(
                    ListSource(sources[n].title, Target("source", n)) for n in each.sources
                ),
            )
            for each in captured.lists
        ),
        on_several=None if captured.table is None else captured.table.on_several,
        refusal=captured.refusal,
        answers=AnswersShown(asked.closed_population, asked.everyone_could_be_listed),
        command=f"habeas figure estimate {evaluation.key}",
        computed=found is not None,
        chosen=asked.method,
        methods=tuple(_method(each) for each in document.get("methods", ())),
        cautions=tuple(caution["sentence"] for caution in document.get("cautions", ())),
        joined=None if found is None or found.joined is None else found.joined.words,
        seed=document.get("seed"),
        versions=", ".join(f"{n} {v}" for n, v in document.get("versions", {}).items()),
        table=None if captured.table is None else captured.table.digest,
        drawings=_drawings(evaluation.key, document, as_of),
        pairs=tuple(
            EstimatePair(record(pair.left), record(pair.right), pair.entry)
            for pair in captured.pairs[:PAIRS]
        ),
        pairs_in_all=len(captured.pairs),
    )


def _method(each: dict[str, Any]) -> MethodShown:
    low, high = each["interval_95"] or (None, None)
    return MethodShown(
        key=each["key"],
        title=each["title"],
        assumption=each["assumption"],
        estimate=_rounded(each["estimate"]),
        low=_rounded(low),
        high=_rounded(high),
        refusal=each.get("refusal", {}).get("reason", ""),
    )


def _rounded(number: float | None) -> str | None:
    return None if number is None else grouped(round(number))


def _drawings(key: str, document: dict[str, Any], as_of: int | None) -> tuple[EstimateDrawing, ...]:
    captions = {
        "methods": _("Estimated: the methods side by side. The grey line is what is documented."),
        "overlaps": _("Counted: people on each combination of lists."),
        "posterior": _("Estimated: the whole population, by chain."),
        "assumption": _("Estimated: if the assumption that no one can test is off by a factor."),
        "trace": _("The chains as they ran."),
    }
    return tuple(
        EstimateDrawing(
            name, captions[name], Target("estimate-drawing", (key, name), as_of_asked(as_of))
        )
        for name in DRAWINGS
        if name in document.get("drawings", {})
    )


def drawing(evaluation: Evaluation, name: str) -> dict[str, Any]:
    """The specification of a drawing of a kept estimate; ``NotThere`` where it has none."""
    found = evaluation.estimates if isinstance(evaluation, EstimatedFigure) else None
    spec = None if found is None else found.apart.document.get("drawings", {}).get(name)
    if spec is None:
        raise NotThere
    whole: dict[str, Any] = spec
    return whole
