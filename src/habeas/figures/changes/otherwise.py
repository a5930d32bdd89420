"""A count beside a variant of it, with who leaves or enters and by which claims.

What is left out is named claim by claim: who is no longer counted has a claim left out, or has no
second origin; who is counted only now had a claim that dropped it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from habeas.archive.access import Viewer
from habeas.archive.store.pieces import in_pieces
from habeas.figures.changes.comparison import FigureComparison, MovedMember, MovingCause, compared
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.errors import NoVariant
from habeas.figures.evaluation.evaluating import evaluate, evaluate_variant
from habeas.figures.evaluation.loading import live_claims, same_judgements
from habeas.figures.evaluation.variants import ClaimsLeftOut, Variant

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


def beside(
    archive: Archive,
    viewer: Viewer,
    definition: FigureDefinition,
    variant: Variant,
    as_of: int | None = None,
) -> FigureComparison:
    """A count, and the same count asked otherwise.

    Raises ``NoVariant`` where nothing is asked otherwise, ``NotCounted`` and ``UnknownSource``.
    """
    if not variant.changes:
        raise NoVariant(
            "Nothing is asked otherwise.",
            next_step="Leave out a source (without), ask for 2 or more independent origins "
            "(origins), or leave vague dates out (sharp).",
        )
    before = evaluate(archive, definition, viewer, as_of)
    after, left_out = evaluate_variant(definition, viewer, before.as_of, variant)
    found = compared(before, after)
    return replace(
        found,
        notes=_notes(viewer, definition, variant, before.as_of, left_out),
        came=tuple(_explained(each, variant, left_out) for each in found.came),
        left=tuple(_explained(each, variant, left_out) for each in found.left),
        unsettled=tuple(_explained(each, variant, left_out) for each in found.unsettled),
    )


def _notes(
    viewer: Viewer,
    definition: FigureDefinition,
    variant: Variant,
    as_of: int,
    left_out: ClaimsLeftOut,
) -> tuple[MovingCause, ...]:
    """Of a count marked monotone: which judgements rest on the source that is left out.

    Such a judgement joins a mention of which nobody else says anything: taken back with the source,
    one record could become two.
    """
    if not (definition.monotone and variant.without):
        return ()
    gone = {claim for claims in left_out.claims.values() for claim in claims}
    alone = _of_nobody_else(viewer, as_of, gone)
    rows = same_judgements(viewer, as_of).order_by("position")
    words = "the mark monotone does not hold: a judgement rests on this source"
    return tuple(
        MovingCause(words, position)
        for position, left, right in rows.values_list("position", "left", "right")
        if left in alone or right in alone
    )


def _of_nobody_else(viewer: Viewer, as_of: int, gone: Collection[int]) -> set[int]:
    """The mentions of which nothing is said but by these claims."""
    about = live_claims(viewer, as_of)
    mentions: set[int] = set()
    for some in in_pieces(sorted(gone)):
        mentions.update(about.filter(position__in=some).values_list("subject", flat=True))
    others: set[int] = set()
    for some in in_pieces(sorted(mentions)):
        said = about.filter(subject__in=some).values_list("subject", "position")
        others.update(subject for subject, position in said if position not in gone)
    return mentions - others


def words_of(variant: Variant) -> tuple[str, ...]:
    """What is asked otherwise, in words."""
    found = []
    if variant.without:
        found.append(f"without {variant.without}, and without those who only repeat it")
    if variant.origins > 1:
        found.append(f"every claim asked for from at least {variant.origins} independent origins")
    if variant.sharp:
        found.append("without claims whose date is vague")
    return tuple(found)


def _explained(moved: MovedMember, variant: Variant, left_out: ClaimsLeftOut) -> MovedMember:
    gone = left_out.about(moved.record)
    causes = [MovingCause("a claim is left out", about=claim, of_claim=True) for claim in gone]
    if variant.origins > 1 and moved.before.state == "counted":
        causes.append(MovingCause(f"fewer than {variant.origins} independent origins"))
    return replace(moved, causes=tuple(causes))
