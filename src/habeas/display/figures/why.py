"""The way down from a figure to sealed bytes, as a tree of steps with where each is shown.

Invariants: every step is one of ``figures.why``; a claim that is folded is folded here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from habeas.archive.access import Viewer
from habeas.display import speakers
from habeas.display.asking import Query, turning
from habeas.display.figures.figure import evaluated
from habeas.display.figures.heading import FigureNumber, number
from habeas.display.folded import folded_among
from habeas.display.references import Marked, Target, Turning, optional
from habeas.figures.why import asking as reasons
from habeas.figures.why.nodes import Node

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

FOLLOWED = 5  # members followed down in one part


@dataclass(frozen=True, slots=True)
class WhyFact:
    """One labelled statement of a step."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class WhyStep(Marked):
    """One step of the way down, as ``figures.why.nodes`` has it, with where it is shown."""

    kind: str
    title: str
    facts: tuple[WhyFact, ...]
    children: tuple[WhyStep, ...]
    position: int | None
    more: int
    sound: bool | None
    marks: tuple[str, ...]
    url: Target | None = optional()
    folded: bool = False


@dataclass(frozen=True, slots=True)
class WhyShown:
    """The way down from a figure to sealed bytes, a few members at a time."""

    title: str
    figure: FigureNumber
    tree: WhyStep
    command: str
    pages: Turning
    speakers: tuple[speakers.SpeakerShown, ...]


def why(archive: Archive, viewer: Viewer, key: str, query: Query) -> WhyShown:
    """The way down from a figure to sealed bytes, a few members at a time."""
    as_of = query.number("as_of")
    found = evaluated(archive, viewer, key, as_of)
    offset = query.number("after", most=10**9) or 0
    tree = reasons.tree(archive, viewer, found, as_of=found.as_of, limit=FOLLOWED, offset=offset)
    claims = claims_in(tree)
    in_all = len(found.members) or len(found.points)
    following = offset + FOLLOWED if offset + FOLLOWED < in_all else None
    return WhyShown(
        title=_("Why: %(title)s") % {"title": found.definition.title},
        figure=number(found, as_of),
        tree=why_step(tree, folded_among(viewer, claims)),
        speakers=speakers.speakers(viewer, claims),
        command=f"habeas why {key}" + ("" if as_of is None else f" --as-of {as_of}"),
        pages=turning(offset or None, following),
    )


def claims_in(node: Node) -> set[int]:
    """The claims in a tree."""
    below = set[int]().union(*map(claims_in, node.children))
    return below | {node.position} if node.kind == "claim" and node.position is not None else below


#: The page of what a step is about, by the kind of step.
_SHOWN_AS = {name: name for name in ("claim", "record", "source", "exhibit", "passage")} | {
    "outline": "claim",
    "site": "record",
}


def why_step(node: Node, folded: frozenset[int] = frozenset()) -> WhyStep:
    """A step and those below it, each with where it is shown; ``folded``: claims to be opened."""
    shown = node.kind in _SHOWN_AS and node.position is not None
    return WhyStep(
        kind=node.kind,
        title=node.title,
        facts=tuple(WhyFact(fact.label, fact.value) for fact in node.facts),
        children=tuple(why_step(child, folded) for child in node.children),
        position=node.position,
        more=node.more,
        sound=node.sound,
        marks=node.marks,
        url=Target(_SHOWN_AS[node.kind], node.position) if shown else None,
        handling=node.handling,
        folded=node.kind == "claim" and node.position in folded,
    )
