"""How strict a figure is: as the strictest of its definition and of all that it stands on.

Invariants: a record stands on all of its mentions and on the judgements that join them, whichever
of them is its first; so a number that rests on a merge is never more open than the merge. So it is
with the owner of a record: two detentions are one only while their people are. These
are the records counted or not known, those that a deciding claim speaks of or names, and those that
the definition names. What moves the number without being in it counts too: a verdict by which a
pair is open or is not, the run that proposed it, a grade that was asked for, the groupings
that tell episodes apart, and whose word repeats whose.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import QuerySet

from habeas.archive import models as m
from habeas.archive import openness
from habeas.archive.access import live, visible
from habeas.archive.review.pairs import settled
from habeas.figures.evaluation.loading import Ground
from habeas.figures.evaluation.results import CountedFigure, EstimatedFigure, Evaluation
from habeas.figures.evaluation.rows import Facts
from habeas.figures.evaluation.summing import Spoken


def handling_of(
    ground: Ground,
    facts: Facts,
    evaluation: Evaluation,
    spoken: Spoken,
    among: Mapping[str, QuerySet[m.Projection]] | None = None,
) -> str:
    """The level of a figure as this viewer sees it.

    ``spoken``: whom its grounds are about, and who says them; ``among``: rows, by kind, among which
    most of what it stands on is.
    """
    viewer, of = ground.viewer, ground.records
    if not (viewer.is_owner or viewer.is_team):
        return openness.PUBLIC
    position = evaluation.definition.position
    claims = set(evaluation.grounds)
    claims.update(claim for conflict in evaluation.conflicts for claim in conflict.claims)
    records = _records(evaluation).union(spoken.records, *facts.named.values())
    speakers = _speakers(facts, evaluation, spoken)
    stands_on: dict[str, Iterable[int]] = {
        "definition": [] if position is None else [position],
        "mention": {p for r in records for p in of.members(r)},
        "grouping": spoken.groupings,
        "judgement": {p for r in records for p in of.joining(r)}
        | _verdicts(ground, facts, evaluation),
        "linkage": {pair.linkage for pair in facts.open_pairs if pair.linkage is not None},
        "claim": claims,
        "assessment": _grading(ground, facts),
        "lineage": _lineage(ground, facts, speakers),
        "source": {facts.sources[p].described for p in speakers if p in facts.sources},
    }
    things = {kind: set(positions) for kind, positions in stands_on.items()}
    return ground.strictest(things, among)


def _records(evaluation: Evaluation) -> set[int]:
    asked_of = (*evaluation.members, *evaluation.undecided)
    found = {member.record for member in asked_of}
    found.update(member.of for member in asked_of if member.of is not None)
    found.update(point.record for point in evaluation.points)
    pairs = [each.pair for each in evaluation.open_pairs]
    if isinstance(evaluation, EstimatedFigure):
        pairs += evaluation.capture.pairs
    found.update(position for pair in pairs for position in (pair.left, pair.right))
    return found


def _verdicts(ground: Ground, facts: Facts, evaluation: Evaluation) -> set[int]:
    """The judgements by which a pair of the counted kind is open, or is not."""
    definition = evaluation.definition
    if not definition.asks_for_pairs:
        return set()
    apart = settled(
        ground.viewer,
        ground.records.of,
        ground.as_of,
        threshold_ppm=definition.undecided_ppm,
        kind=definition.counts,
    )
    counted = set(facts.records)
    found = {entry for pair, entry in apart.items() if counted.issuperset(pair)}
    if isinstance(evaluation, CountedFigure) and evaluation.inventories is not None:
        found.update(evaluation.inventories.apart)
    return found | {p.judgement for p in facts.open_pairs if p.judgement is not None}


def _grading(ground: Ground, facts: Facts) -> set[int]:
    """The assessments that a rule asked about."""
    if not facts.grades:
        return set()
    graded = live(visible(ground.viewer, m.Assessment), ground.as_of).filter(
        scheme="credibility", target_kind="claim"
    )
    rows = graded.order_by("position").values_list("target", "position")
    return {entry for claim, entry in dict(rows).items() if claim in facts.grades}


def _speakers(facts: Facts, evaluation: Evaluation, spoken: Spoken) -> set[int]:
    """The sources whose word the number rests on, or of which a rule asked."""
    definition = evaluation.definition
    asked = facts.speakers if definition.asks_who_speaks else spoken.sources.keys()
    codes = {code for each in definition.lists for code in each.sources}
    listed = {p for p, source in facts.sources.items() if source.code in codes}
    return listed | asked  # lists that repeat each other are one


def _lineage(ground: Ground, facts: Facts, speakers: set[int]) -> set[int]:
    """The entries that lead from those who speak to whom they repeat."""
    if not ground.lineage:
        return set()
    first = facts.origins.first
    reached = set().union(*(facts.origins.behind(source) for source in speakers))
    return {entry for entry, source in ground.repeating if first(source) in reached}
