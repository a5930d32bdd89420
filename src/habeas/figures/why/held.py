"""Why an archive holds so many: the rules, then some of those counted, each down to its proof."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive import regions
from habeas.archive.access import as_known, visible
from habeas.figures.evaluation.evaluating import scope_words
from habeas.figures.evaluation.holdings import CLAIMS, EXHIBITS, SOURCES, Holding
from habeas.figures.evaluation.loading import Ground, captions_of
from habeas.figures.why.asking import prover, under_checkpoint
from habeas.figures.why.claim_steps import Descent
from habeas.figures.why.marking import marked
from habeas.figures.why.nodes import Node, NodeFact

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


def why_held(archive: Archive, ground: Ground, found: Holding, positions: Sequence[int]) -> Node:
    """The tree of one count; ``positions``: those of its members that are followed."""
    viewer = ground.viewer
    down = Descent(viewer, ground.as_of, regions.vocabulary(), prover(archive), archive)
    rules = tuple(
        Node(
            "rule",
            f"{number}. {step.words}",
            (
                NodeFact(
                    "waterfall",
                    f"{step.entered:,} in, {step.dropped:,} dropped, {step.kept:,} on",
                ),
            ),
        )
        for number, step in enumerate(found.steps, 1)
    )
    recipe = Node("recipe", "How it was made", (NodeFact("counts", found.kind or found.of),), rules)
    nodes = tuple(_followed(down, ground, found, positions))
    members = Node(
        "members",
        f"Counted: {found.number:,}",
        (),
        nodes,
        more=max(0, found.number - len(nodes)),
    )
    facts = (
        NodeFact("counted", f"{found.number:,}"),
        NodeFact("as of", f"ledger size {found.as_of:,}"),
        NodeFact("scope", scope_words(viewer)),
    )
    tree = Node("figure", found.title, facts, (recipe, members))
    return marked(viewer, under_checkpoint(tree, down), found.handling)


def _followed(
    down: Descent, ground: Ground, found: Holding, positions: Sequence[int]
) -> list[Node]:
    viewer = ground.viewer
    if found.of == CLAIMS:
        down.read(positions)
        return [down.claim(position) for position in positions if position in down.claims]
    if found.of == EXHIBITS:
        rows = visible(viewer, m.Exhibit).filter(position__in=positions).order_by("position")
        return [down.exhibit(row) for row in rows]
    if found.of == SOURCES:
        sources = as_known(viewer, visible(viewer, m.Source).filter(position__in=positions))
        down.sources.update({row.position: row for row in sources})
        return [down.source(p, {}, through=False) for p in positions if p in down.sources]
    captions = captions_of(viewer, positions, ground.as_of)
    return [Node("record", captions.get(p, f"record {p}"), (), down.proof(p), p) for p in positions]
