"""How strict a figure is: as the strictest of its definition and of all that it stands on."""

from __future__ import annotations

from habeas.archive import openness
from habeas.archive.access import Viewer
from habeas.figures.evaluation.results import EstimatedFigure, Evaluation


def handling_of(viewer: Viewer, evaluation: Evaluation) -> str:
    """The level of a figure as this viewer sees it."""
    position = evaluation.definition.position
    definition = [] if position is None else [position]
    claims = set(evaluation.grounds)
    claims.update(claim for conflict in evaluation.conflicts for claim in conflict.claims)
    records = {member.position for member in (*evaluation.members, *evaluation.undecided)}
    records.update(point.record for point in evaluation.points)
    pairs = [each.pair for each in evaluation.open_pairs]
    if isinstance(evaluation, EstimatedFigure):
        pairs += evaluation.capture.pairs
    records.update(position for pair in pairs for position in (pair.left, pair.right))
    return openness.strictest(
        [
            openness.handling_of_all(viewer, "definition", definition),
            openness.handling_of_all(viewer, "mention", records),
            openness.handling_of_all(viewer, "claim", claims),
        ]
    )
