"""A figure as it is shown: its number, its kind, and the steps behind it.

Invariants: made only from an ``Evaluation`` whose lineage holds (``require_lineage`` raises
otherwise); counted, reported and estimated keep their kind in words wherever they go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from habeas.display.references import Asked, EntryReference, Marked, Target, optional
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.definition.wording import grouped
from habeas.figures.evaluation.kept_values import FigureValue, StepNumbers, value_of
from habeas.figures.evaluation.results import Evaluation


@dataclass(frozen=True, slots=True)
class FigureHeading(Marked):
    """What is known of a figure before it is evaluated."""

    key: str
    title: str
    question: str
    note: str
    kind: str
    kind_words: str
    view: str
    view_words: str
    url: Target
    why_url: Target


@dataclass(frozen=True, slots=True)
class FigureLineage:
    """What a number rests on."""

    definition: int | None
    digest: str
    as_of: int
    records: int
    claims: int
    steps: tuple[StepNumbers, ...]


@dataclass(frozen=True, slots=True)
class FigureNumber(FigureHeading):
    """A figure with its number and lineage; ``number`` of a counted one only."""

    headline: str
    number: int | None
    number_words: str
    unit_words: str
    not_known: int
    open_pairs: int
    accounts: int
    denials: int
    scope: str
    lineage: FigureLineage
    entry: EntryReference | None = optional()


@dataclass(frozen=True, slots=True)
class RefusedHeading(FigureHeading):
    """Of a figure that cannot be given."""

    entry: EntryReference | None = optional()


def kind_words(kind: str) -> str:
    """How a kind of number is called."""
    return {
        "counted": _("Counted in this archive"),
        "measured": _("Measured here"),
        "reported": _("Reported by others"),
        "estimated": _("Estimated"),
    }[kind]


def kind_meaning(kind: str) -> str:
    """What a number of this kind is, in a sentence."""
    return {
        "counted": _(
            "Records in this archive that meet a stated rule. "
            "A count says what is documented here, not how much there was."
        ),
        "measured": _(
            "Areas computed from outlines in this archive, each with the error of its corners. "
            "What others report of an area is not among them."
        ),
        "reported": _(
            "What others have said, each under its own name. "
            "Accounts are shown side by side and never added up."
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


def as_of_asked(as_of: int | None, **more: int | str | None) -> Asked:
    """What is asked of what must show the same ledger size as the value it is in."""
    asked: dict[str, int | str | None] = {"as_of": as_of, **more}
    return tuple((name, str(value)) for name, value in asked.items() if value is not None)


def heading(definition: FigureDefinition, as_of: int | None = None) -> RefusedHeading:
    """What is known of a figure before it is evaluated; ``as_of`` as the reader asked."""
    return RefusedHeading(**_of_definition(definition, as_of))


def _of_definition(definition: FigureDefinition, as_of: int | None) -> dict[str, Any]:
    asked, at = as_of_asked(as_of), definition.position
    return {
        "key": definition.key,
        "title": definition.title,
        "question": definition.question,
        "note": definition.note,
        "kind": definition.kind,
        "kind_words": kind_words(definition.kind),
        "view": definition.view,
        "view_words": view_words(definition.view),
        "url": Target("figure", definition.key, asked),
        "why_url": Target("why", definition.key, asked),
        "entry": None if at is None else EntryReference("definition", at),
    }


def number(evaluation: Evaluation, as_of: int | None = None) -> FigureNumber:
    """The figure with its lineage; raises ``NoLineage`` when that does not hold.

    ``as_of`` is the ledger size that the reader asked for, which its links keep.
    """
    return number_kept(evaluation.definition, value_of(evaluation), as_of)


def number_kept(
    definition: FigureDefinition, value: FigureValue, as_of: int | None = None
) -> FigureNumber:
    """The figure of a definition with its value, which was justified when it was taken."""
    return FigureNumber(
        **_of_definition(definition, as_of),
        headline=value.headline,
        number=value.number,
        number_words=_number_words(value),
        unit_words="" if value.number is None else definition.unit,
        not_known=value.not_known,
        open_pairs=value.open_pairs,
        accounts=value.accounts,
        denials=value.denials,
        scope=value.scope,
        handling=value.handling,
        lineage=FigureLineage(
            definition=value.definition,
            digest=value.digest,
            as_of=value.as_of,
            records=value.records,
            claims=value.claims,
            steps=value.steps,
        ),
    )


def _number_words(value: FigureValue) -> str:
    if value.number is None:
        return value.headline
    number = grouped(value.number)
    if value.fewest is not None and value.fewest < value.number:
        number = _("%(low)s to %(high)s") % {
            "low": grouped(value.fewest),
            "high": number,
        }
    return _("at least %(number)s") % {"number": number} if value.not_known else number
