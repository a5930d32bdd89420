"""Handling and consent on each step of a why tree.

Invariants: the top of a tree is as strict as the strictest step below it, and a step that is no
entry of its own has the level of the one above it, so a level need be said only where it changes;
it is then said whatever it is, public too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from habeas.archive import openness
from habeas.archive.access import Viewer
from habeas.archive.openness import Openness
from habeas.figures.why.nodes import Node

_KINDS = {"figure": "definition", "recipe": "definition"}


def marked(viewer: Viewer, tree: Node, top: str = openness.PUBLIC) -> Node:
    """The tree with its marks; ``top`` is the least level of its top, where that is known."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for node in _every(tree):
        if node.position is not None and (kind := _kind(node)) in openness.KINDS:
            wanted[kind].add(node.position)
    found = openness.of(viewer, wanted)
    if not found:
        return tree
    strictest = openness.strictest([top, *(each.handling for each in found.values())])
    return _with_marks(tree, found, openness.PUBLIC, strictest)


def _kind(node: Node) -> str:
    return _KINDS.get(node.kind, node.kind)


def _every(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _every(child)


def _with_marks(
    node: Node, found: Mapping[tuple[str, int], Openness], above: str, level: str = ""
) -> Node:
    known = found.get((_kind(node), -1 if node.position is None else node.position))
    own = level or (known.handling if known else "")
    other = [own] if own and own != above else []
    words = [] if known is None else [w for w in known.words if w != known.handling]
    return replace(
        node,
        handling=own,
        consent="" if known is None else known.consent,
        marks=(*other, *words),
        children=tuple(_with_marks(child, found, own or above) for child in node.children),
    )
