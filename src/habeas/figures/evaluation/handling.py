"""How strict a figure is: as the strictest of its definition and of all that it stands on.

Invariant: a record stands on all of its mentions and on the judgements that join them, whichever
of them is its first; so a number that rests on a merge is never more open than the merge. These
are the records counted or not known and those that a deciding claim speaks of or names.
"""

from __future__ import annotations

from habeas.archive import openness
from habeas.figures.evaluation.loading import Ground
from habeas.figures.evaluation.results import EstimatedFigure, Evaluation


def handling_of(ground: Ground, evaluation: Evaluation) -> str:
    """The level of a figure as this viewer sees it."""
    viewer, of = ground.viewer, ground.records
    position = evaluation.definition.position
    definition = [] if position is None else [position]
    claims = set(evaluation.grounds)
    claims.update(claim for conflict in evaluation.conflicts for claim in conflict.claims)
    records = _records(evaluation)
    return openness.strictest(
        [
            openness.handling_of_all(viewer, "definition", definition),
            openness.handling_of_all(
                viewer, "mention", {p for r in records for p in of.members(r)}
            ),
            openness.handling_of_all(
                viewer, "judgement", {p for r in records for p in of.joining(r)}
            ),
            openness.handling_of_all(viewer, "claim", claims),
        ]
    )


def _records(evaluation: Evaluation) -> set[int]:
    found = {member.position for member in (*evaluation.members, *evaluation.undecided)}
    found.update(point.record for point in evaluation.points)
    pairs = [each.pair for each in evaluation.open_pairs]
    if isinstance(evaluation, EstimatedFigure):
        pairs += evaluation.capture.pairs
    found.update(position for pair in pairs for position in (pair.left, pair.right))
    for row in evaluation.claims.values():
        found.update(record for record in (row.record, row.ref_record) if record is not None)
    return found
