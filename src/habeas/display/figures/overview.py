"""All figures of an archive, and its overview: what it documents, who made it, as of when.

Invariants: counted, measured, reported and estimated are never in one list; a figure that cannot be
justified is shown with the reason and no number; each figure is evaluated once, also where it leads
the page or is its picture. What leads is the first of each kind in the order of the ledger: nothing
here judges which number matters. Who made the archive is only what it has recorded.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from habeas.archive.access import Viewer, visible
from habeas.archive.ledger.committed_entries import head
from habeas.archive.models import ArchiveTitle
from habeas.display.figures import drawings
from habeas.display.figures.heading import (
    FigureNumber,
    RefusedHeading,
    heading,
    kind_meaning,
    kind_words,
    number,
    number_kept,
)
from habeas.display.references import Target, optional
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.definition.recorded import in_force
from habeas.figures.definition.rules import KINDS_OF_FIGURE
from habeas.figures.errors import FigureError, NoLineage
from habeas.figures.evaluation.evaluating import (
    evaluate,
    is_remembered,
    is_too_large,
    value_kept,
)
from habeas.figures.evaluation.kept_values import FigureValue
from habeas.figures.evaluation.loading import Ground
from habeas.figures.evaluation.results import Evaluation

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

LEADING = 3  # figures at the head of the overview
PICTURES = ("map", "plot")  # what may be the overview's picture, the better one first


@dataclass(frozen=True, slots=True)
class RefusalWords:
    """Why a figure cannot be given."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class TriedFigure:
    """A figure, or its heading and why it cannot be given.

    ``to_count``: where a large count is made, which nobody has asked for since the newest entry.
    """

    figure: FigureNumber | None
    heading: RefusedHeading | None = optional()
    refused: RefusalWords | None = optional()
    to_count: Target | None = optional()


@dataclass(frozen=True, slots=True)
class KindOfFigures:
    """The figures of one kind, in the order of the ledger."""

    kind: str
    words: str
    meaning: str
    figures: tuple[TriedFigure, ...]


@dataclass(frozen=True, slots=True)
class AsOf:
    """The newest entry of the ledger: how many there are with it, and when it was recorded."""

    size: int
    time: str
    words: str


@dataclass(frozen=True, slots=True)
class PictureShown:
    """A figure's drawing, without its table."""

    view: str
    figure: FigureNumber
    svg: Target


@dataclass(frozen=True, slots=True)
class OverviewShown:
    """What an archive documents and knows; ``signed_by``: the name of its log.

    ``made_by``: who makes it, empty where that is not said; ``naming``: how it could have been, for
    whoever makes archives.
    """

    title: str
    archive: str
    signed_by: str
    naming: str
    made_by: str
    as_of: AsOf
    leading: tuple[FigureNumber, ...]
    picture: PictureShown | None
    kinds: tuple[KindOfFigures, ...]


@dataclass(frozen=True, slots=True)
class FiguresShown:
    """Every active figure."""

    title: str
    kinds: tuple[KindOfFigures, ...]


#: None: a count too large to be made for an overview.
Tried = tuple[FigureDefinition, Evaluation | FigureError | FigureValue | None]


def overview(archive: Archive, viewer: Viewer) -> OverviewShown:
    """The archive's title and makers, the figures that lead, a picture, and all figures by kind."""
    about = visible(viewer, ArchiveTitle).order_by("position").first()
    made_by = about.made_by if about else ""
    size, newest = head()
    tried = _tried(archive, viewer, size, sparing=True)
    kinds = _by_kind(tried)
    return OverviewShown(
        _("What is known"),
        about.title if about else "",
        signed_by=archive.origin,
        naming="habeas init DIR --made-by TEXT" if viewer.is_owner and not made_by else "",
        made_by=made_by,
        as_of=_as_of(size, newest),
        leading=_leading(kinds),
        picture=_picture(tried),
        kinds=kinds,
    )


def figures(archive: Archive, viewer: Viewer) -> FiguresShown:
    """Every active figure, by kind."""
    return FiguresShown(_("Figures"), _by_kind(_tried(archive, viewer, archive.size)))


def _tried(archive: Archive, viewer: Viewer, size: int, *, sparing: bool = False) -> list[Tried]:
    """Each figure, or why it cannot be given; one that cannot be justified is never shown.

    ``sparing``: a count that is large is shown as it was counted at this size, or not yet.
    """
    found: list[Tried] = []
    definitions = in_force(viewer)
    asked = [each for each in definitions if not is_remembered(archive, each, viewer, size)]
    ground = Ground(viewer, size, together=asked)
    for definition in definitions:
        try:
            if sparing and definition in asked and is_too_large(definition, ground):
                found.append((definition, value_kept(archive, definition, viewer, ground)))
                continue
            evaluation = evaluate(archive, definition, viewer, ground=ground, size=size)
            found.append((definition, evaluation))
        except NoLineage:
            raise
        except FigureError as error:
            found.append((definition, error))
    return found


def _by_kind(tried: Sequence[Tried]) -> tuple[KindOfFigures, ...]:
    """Counted, measured, reported, estimated, each in the order of the ledger.

    Of the measured nothing is said where there are none: few archives have outlines.
    """
    measured = any(each.kind == "measured" for each, _found in tried)
    return tuple(
        KindOfFigures(
            kind,
            kind_words(kind),
            kind_meaning(kind),
            tuple(_shown(each, found) for each, found in tried if each.kind == kind),
        )
        for kind in KINDS_OF_FIGURE
        if kind != "measured" or measured
    )


def _shown(
    definition: FigureDefinition, found: Evaluation | FigureError | FigureValue | None
) -> TriedFigure:
    if found is None:
        shown = heading(definition)
        return TriedFigure(None, heading=shown, to_count=shown.url)
    if isinstance(found, FigureValue):
        return TriedFigure(number_kept(definition, found))
    if isinstance(found, FigureError):
        refused = RefusalWords(found.code, found.message)
        return TriedFigure(None, heading=heading(definition), refused=refused)
    return TriedFigure(number(found))


def _leading(kinds: Sequence[KindOfFigures]) -> tuple[FigureNumber, ...]:
    """The first figure of each kind; where a kind has none, the next of those before it."""
    given = [[each.figure for each in kind.figures if each.figure] for kind in kinds]
    in_turn = [
        (place, order, found)
        for order, of_kind in enumerate(given)
        for place, found in enumerate(of_kind)
    ]
    chosen = sorted(in_turn, key=lambda one: one[:2])[:LEADING]
    return tuple(
        found for _place, _order, found in sorted(chosen, key=lambda one: (one[1], one[0]))
    )


def _picture(tried: Sequence[Tried]) -> PictureShown | None:
    """The first map that has a place, else the first plot that has a number."""
    for view in PICTURES:
        for definition, found in tried:
            if definition.view != view or not isinstance(found, Evaluation):
                continue
            svg = drawings.picture(found)
            if svg is not None:
                return PictureShown(view, number(found), svg)
    return None


def _as_of(size: int, newest: int) -> AsOf:
    when = datetime.datetime.fromtimestamp(newest, datetime.UTC)
    return AsOf(size, when.isoformat().replace("+00:00", "Z"), f"{when.day} {when:%B %Y}")
