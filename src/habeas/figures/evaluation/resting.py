"""Whether a count rests on any of some claims, asked only of the records that they speak of.

Each record has its fate by itself (``counting``) and is decided by claims about it and its own; so
a large archive is not counted whole to find out. Invariant: the answer is whether one of the claims
is among the figure's grounds.
"""

from __future__ import annotations

from collections.abc import Collection

from habeas.figures.definition import rules as r
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.evaluation.loading import Ground
from habeas.figures.evaluation.parts import FactsInParts, is_large, undisturbed
from habeas.figures.evaluation.summing import Sum


def rests_on(definition: FigureDefinition, ground: Ground, claims: Collection[int]) -> bool | None:
    """None where only the figure as a whole can say: it is small, or claims decide beyond a record.

    Raises what evaluating raises of a definition that names what the viewer does not see.
    """
    if not _is_by_record(definition) or not is_large(definition, ground):
        return None
    with undisturbed():
        summed = Sum(definition, ground.vocabulary)
        for facts in FactsInParts(definition, ground).about(claims):
            summed.add(facts)
            if not summed.grounds.isdisjoint(claims):
                return True
    return False


def _is_by_record(definition: FigureDefinition) -> bool:
    """Whether a claim decides only of the record that it is about, or of its owner."""
    return (
        definition.kind == "counted"
        and not definition.counts_episodes
        and not definition.inventories
        and all(rule.name != r.IN_PLACE for rule in definition.rules)
    )
