"""What is shown of a measured figure: each site's outlines in time, and by how much it grew.

Invariants: an area stands with its error or says that it is not known; what others report of a
site is not here; every mark of a drawing is a row of the table under it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from habeas.archive.access import Viewer
from habeas.archive.models import Source
from habeas.display import words
from habeas.display.area_chart import AreaChart, chart
from habeas.display.asking import Query, by_position, cut
from habeas.display.figures.drawings import ClaimNumber, claim_numbers
from habeas.display.references import Marked, Target, Turning
from habeas.figures.evaluation.measured import (
    MeasuredFigure,
    MeasuredOutline,
    MeasuredSite,
    OutlineChange,
)
from habeas.figures.evaluation.results import Evaluation
from habeas.vocabulary import areas, edtf

SITES = 20  # in one part


@dataclass(frozen=True, slots=True)
class SiteLink(Marked):
    """A site by the caption that a figure knows it under."""

    caption: words.TextWords
    url: Target


@dataclass(frozen=True, slots=True)
class TracedBy(Marked):
    """The source whose outline it is."""

    name: words.TextWords
    url: Target


@dataclass(frozen=True, slots=True)
class OutlineShown:
    """One outline: its area with its error; square metres as whole numbers, None: not known."""

    when: words.Dated | None
    area: str
    square_metres: int
    low_95: int | None
    high_95: int | None
    corner: str
    if_all_outward: str
    by: TracedBy
    claims: tuple[ClaimNumber, ...]


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """How much larger one outline is than an earlier one, in percent."""

    before: words.Dated | None
    after: words.Dated | None
    words: str
    percent: int
    low_95: int | None
    high_95: int | None
    claims: tuple[ClaimNumber, ...]


@dataclass(frozen=True, slots=True)
class SiteShown:
    """A site with its outlines in order of time, and the changes between first and last."""

    site: SiteLink
    chart: AreaChart | None
    outlines: tuple[OutlineShown, ...]
    changes: tuple[ChangeShown, ...]


@dataclass(frozen=True, slots=True)
class MeasuredShown:
    """The sites of a measured figure, some at a time; ``changes``: whether it compares."""

    sites: tuple[SiteShown, ...]
    changes: bool
    pages: Turning


def measured(viewer: Viewer, evaluation: Evaluation, query: Query) -> MeasuredShown | None:
    """What was measured; None for other figures."""
    if not isinstance(evaluation, MeasuredFigure):
        return None
    shown, pages = cut(evaluation.sites, query, SITES, cursor="site", section="measured")
    speakers = {one.source for site in shown for one in site.outlines}
    sources = by_position(viewer, Source, speakers)
    return MeasuredShown(
        tuple(_site(each, sources) for each in shown),
        evaluation.definition.measures == "area-change",
        pages,
    )


def _site(site: MeasuredSite, sources: dict[int, Source]) -> SiteShown:
    return SiteShown(
        SiteLink(words.text(site.caption), Target("record", site.record)),
        site_chart(site.outlines),
        outlines(site.outlines, sources),
        changes(site.changes),
    )


def site_chart(found: Sequence[MeasuredOutline]) -> AreaChart | None:
    """The drawing of what is dated."""
    spans = [(edtf.parse(one.when), one.area) for one in found if one.when]
    return chart(
        (when.earliest, when.latest, area)
        for when, area in spans
        if when.earliest is not None and when.latest is not None
    )


def outlines(
    found: Sequence[MeasuredOutline], sources: dict[int, Source]
) -> tuple[OutlineShown, ...]:
    """The outlines as rows."""
    return tuple(_outline(one, sources.get(one.source)) for one in found)


def _outline(one: MeasuredOutline, source: Source | None) -> OutlineShown:
    interval = one.area.interval_95
    low, high = (None, None) if interval is None else map(round, interval)
    outward = one.area.if_all_outward
    return OutlineShown(
        words.date_words(one.when),
        areas.describe(one.area),
        round(one.area.square_metres),
        low,
        high,
        _corner(one),
        "" if outward is None else areas.square_metres(outward),
        TracedBy(
            words.text("" if source is None else source.name or source.code),
            Target("source", one.source),
        ),
        claim_numbers(one.claims),
    )


def _corner(one: MeasuredOutline) -> str:
    metres = one.area.corner_metres
    if metres is None:
        return _("not stated, and no resolution is known")
    if one.error_stated:
        return _("%(metres)s m, as stated") % {"metres": f"{metres:g}"}
    return _("%(metres)s m, one pixel of the picture") % {"metres": f"{metres:g}"}


def changes(found: Sequence[OutlineChange]) -> tuple[ChangeShown, ...]:
    """How much the site grew, as rows."""
    return tuple(_change(each) for each in found)


def _change(change: OutlineChange) -> ChangeShown:
    interval = change.growth.interval_95
    low, high = (None, None) if interval is None else map(round, interval)
    return ChangeShown(
        words.date_words(change.before_when),
        words.date_words(change.after_when),
        areas.describe_growth(change.growth),
        round(change.growth.percent),
        low,
        high,
        claim_numbers((change.before, change.after)),
    )
