"""The one structure of every why: nodes with facts and children, rendered three ways.

Invariants: a node says by ``more`` how many children it leaves out, so nothing is cut off
silently; facts are text, ready to show but not escaped for any medium.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple


class NodeFact(NamedTuple):
    """One labelled statement of a node."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Node:
    """One step of the way down. ``position`` is the ledger entry it stands for, if any.

    ``kind``: figure, recipe, rule, weak-points, weak-point, conflicts, conflict, members,
    not-known, record, claim, source, passage, exhibit, proof; of an estimate also lists, list,
    pairs, pair, estimate, caution.
    ``sound`` is set on proofs only: whether the proof was verified. ``handling`` and ``marks`` are
    set by ``why.marking``: the level by name, '' where a step has that of the one above it; and
    what is to be said of consent and holds, in words.
    """

    kind: str
    title: str
    facts: tuple[NodeFact, ...] = ()
    children: tuple[Node, ...] = ()
    position: int | None = None
    more: int = 0
    sound: bool | None = None
    handling: str = ""
    consent: str = ""
    marks: tuple[str, ...] = ()


def as_json(node: Node) -> dict[str, Any]:
    """The tree as plain data, for the JSON twin of a page and ``--json``."""
    found: dict[str, Any] = {
        "kind": node.kind,
        "title": node.title,
        "facts": [{"label": fact.label, "value": fact.value} for fact in node.facts],
        "children": [as_json(child) for child in node.children],
    }
    if node.position is not None:
        found["position"] = node.position
    if node.more:
        found["more"] = node.more
    if node.sound is not None:
        found["sound"] = node.sound
    if node.handling:
        found["handling"] = node.handling
    if node.consent:
        found["consent"] = node.consent
    return found
