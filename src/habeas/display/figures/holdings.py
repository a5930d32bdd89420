"""What an archive holds, counted without a definition: how many of each, which, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from habeas.archive.access import Viewer
from habeas.archive.models import Claim, Exhibit, Mention, Source
from habeas.display import words
from habeas.display.asking import NotThere, Query, by_position, turning
from habeas.display.figures.why import WhyStep, claims_in, why_step
from habeas.display.folded import folded_among
from habeas.display.references import Marked, Target, Turning
from habeas.figures.errors import UnknownFigure
from habeas.figures.evaluation import holdings as counting
from habeas.figures.evaluation.evaluating import scope_words
from habeas.figures.evaluation.kept_values import StepNumbers
from habeas.figures.evaluation.loading import Ground
from habeas.figures.why.held import why_held

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

MEMBERS = 100  # in one part
FOLLOWED = 5  # followed down in one part of a why


@dataclass(frozen=True, slots=True)
class HeldNumber(Marked):
    """How many of one thing an archive holds."""

    key: str
    title: str
    number: int
    url: Target
    why_url: Target


@dataclass(frozen=True, slots=True)
class HoldingsShown:
    """All that every archive can be asked."""

    title: str
    scope: str
    size: int
    holdings: tuple[HeldNumber, ...]
    command: str


@dataclass(frozen=True, slots=True)
class HeldMember(Marked):
    """One that is counted."""

    name: words.TextWords
    url: Target


@dataclass(frozen=True, slots=True)
class HoldingShown:
    """One count: how it was made, and what is in it, some at a time."""

    title: str
    holding: HeldNumber
    scope: str
    size: int
    waterfall: tuple[StepNumbers, ...]
    members: tuple[HeldMember, ...]
    pages: Turning
    command: str


@dataclass(frozen=True, slots=True)
class HoldingWhy:
    """The way down from such a count to sealed bytes, a few members at a time."""

    title: str
    holding: HeldNumber
    tree: WhyStep
    pages: Turning
    command: str


def holdings(archive: Archive, viewer: Viewer) -> HoldingsShown:
    """All counts that every archive has."""
    ground = Ground(viewer, archive.size)
    return HoldingsShown(
        _("What this archive holds"),
        scope_words(viewer),
        ground.as_of,
        tuple(_number(each) for each in counting.holdings(ground)),
        "habeas figure holdings",
    )


def holding(archive: Archive, viewer: Viewer, key: str, query: Query) -> HoldingShown:
    """One of them."""
    found, ground = _asked(archive, viewer, key, query)
    positions, pages = _some(ground, key, query, MEMBERS)
    return HoldingShown(
        title=found.title,
        holding=_number(found),
        scope=scope_words(viewer),
        size=ground.as_of,
        waterfall=found.steps,
        members=_members(viewer, found.of, positions),
        pages=pages,
        command=f"habeas figure holdings {key}",
    )


def why(archive: Archive, viewer: Viewer, key: str, query: Query) -> HoldingWhy:
    """Why it is so many."""
    found, ground = _asked(archive, viewer, key, query)
    positions, pages = _some(ground, key, query, FOLLOWED)
    tree = why_held(archive, ground, found, positions)
    return HoldingWhy(
        _("Why: %(title)s") % {"title": found.title},
        _number(found),
        why_step(tree, folded_among(viewer, claims_in(tree))),
        pages,
        f"habeas why {key}",
    )


def _asked(
    archive: Archive, viewer: Viewer, key: str, query: Query
) -> tuple[counting.Holding, Ground]:
    as_of = query.number("as_of") or archive.size
    if as_of > archive.size:
        raise NotThere
    ground = Ground(viewer, as_of)
    try:
        return counting.holding(ground, key), ground
    except UnknownFigure as error:
        raise NotThere from error


def _some(ground: Ground, key: str, query: Query, most: int) -> tuple[list[int], Turning]:
    after = query.number("after")
    found = counting.members(ground, key, after, most + 1)
    following = found[most - 1] if len(found) > most else None
    return found[:most], turning(after, following)


def _number(found: counting.Holding) -> HeldNumber:
    return HeldNumber(
        found.key,
        found.title,
        found.number,
        Target("holding", found.key),
        Target("holding-why", found.key),
        handling=found.handling,
    )


def _members(viewer: Viewer, of: str, positions: Sequence[int]) -> tuple[HeldMember, ...]:
    if of == counting.CLAIMS:
        found = by_position(viewer, Claim, positions)
        about = by_position(viewer, Mention, [row.subject for row in found.values()])
        names = {
            p: f"{about[row.subject].caption if row.subject in about else ''}: "
            f"{words.property_words(row.property).label}"
            for p, row in found.items()
        }
        return _named("claim", positions, names)
    if of == counting.SOURCES:
        rows = by_position(viewer, Source, positions)
        return _named("source", positions, {p: row.name or row.code for p, row in rows.items()})
    if of == counting.EXHIBITS:
        held = by_position(viewer, Exhibit, positions)
        names = {p: row.title or _("Exhibit %(at)s") % {"at": p} for p, row in held.items()}
        return _named("exhibit", positions, names)
    mentions = by_position(viewer, Mention, positions)
    return _named("record", positions, {p: row.caption for p, row in mentions.items()})


def _named(page: str, positions: Sequence[int], names: dict[int, str]) -> tuple[HeldMember, ...]:
    return tuple(HeldMember(words.text(names[p]), Target(page, p)) for p in positions if p in names)
