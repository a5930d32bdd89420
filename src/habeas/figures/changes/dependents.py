"""Which figures stand on a thing, and which changed between two ledger sizes.

A figure stands on whatever, taken away, changes its value or the claims that decide it:
claims through its ``grounds``, judgements by evaluating once without them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive import openness
from habeas.archive.access import Viewer, visible
from habeas.archive.blast_radius import blast_radius
from habeas.archive.store.pieces import in_pieces
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.definition.recorded import in_force
from habeas.figures.errors import FigureError, NothingThere
from habeas.figures.evaluation.evaluating import evaluate, evaluate_afresh, is_remembered
from habeas.figures.evaluation.loading import Ground
from habeas.figures.evaluation.resting import rests_on
from habeas.figures.evaluation.results import CountedFigure, EstimatedFigure, Evaluation

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


@dataclass(frozen=True, slots=True)
class Print:
    """What of a figure can change: its words, its value, its members and their claims."""

    key: str
    title: str
    headline: str
    value: tuple[object, ...]
    grounds: frozenset[int]
    members: tuple[tuple[int, tuple[int, ...]], ...] = ()
    handling: str = field(default="public", compare=False)


@dataclass(frozen=True, slots=True)
class Change:
    """One figure before and after. ``value_changed`` is False when only its grounds did."""

    key: str
    title: str
    before: str
    after: str
    value_changed: bool
    handling: str = "public"  # the stricter of before and after


UNSAID = "a value that is shown only for a stated purpose"
Standing = Mapping[str, Print]


def standing_on(
    archive: Archive, viewer: Viewer, position: int, as_of: int | None = None
) -> list[str]:
    """The keys of the figures whose value rests on a claim, source, list, exhibit,
    passage, mention or judgement; in the order in which they were recorded.
    """
    radius = blast_radius(viewer, position)
    if radius is None:
        raise NothingThere(
            f"Entry {position} is not something that a figure can rest on.",
            next_step="Give the position of a claim, source, list, judgement, mention or exhibit.",
        )
    claims = set(radius.claims)
    properties = _properties(viewer, radius.claims)
    found: list[str] = []
    ground = Ground(viewer, archive.size if as_of is None else as_of)
    for definition in in_force(viewer, as_of):
        reads = not properties.isdisjoint(definition.properties) or definition.lists
        if radius.kind != "judgement" and not reads:
            continue
        if radius.kind == "grouping" and not definition.episodes_of:
            continue  # it reads the claims as what they stay: claims about a person
        try:
            if radius.kind == "judgement":
                stands = _stands_on_judgement(archive, definition, viewer, position, as_of)
            else:
                stands = _stands_on_claims(archive, definition, ground, claims)
        except FigureError:
            continue
        if stands:
            found.append(definition.key)
    return found


def _stands_on_claims(
    archive: Archive, definition: FigureDefinition, ground: Ground, claims: set[int]
) -> bool:
    stands = None
    known = is_remembered(archive, definition, ground.viewer, ground.as_of)
    if not known and definition.as_of is None:
        stands = rests_on(definition, ground, claims)
    if stands is None:
        found = evaluate(
            archive, definition, ground.viewer, ground.as_of, shown=False, ground=ground
        )
        stands = not claims.isdisjoint(found.grounds)
    return stands


def _properties(viewer: Viewer, claims: Sequence[int]) -> set[str]:
    """The properties that claims speak of: a figure that reads none of them is not asked."""
    found: set[str] = set()
    for some in in_pieces(claims, 1_000):
        rows = visible(viewer, m.Claim).filter(position__in=some)
        found.update(rows.values_list("property", flat=True).distinct())
    return found


def _stands_on_judgement(
    archive: Archive,
    definition: FigureDefinition,
    viewer: Viewer,
    judgement: int,
    as_of: int | None,
) -> bool:
    evaluation = evaluate(archive, definition, viewer, as_of, shown=False)
    is_same = visible(viewer, m.Judgement).filter(position=judgement, verdict="same").exists()
    if not is_same or judgement >= evaluation.as_of:
        return False
    other = evaluate_afresh(definition, viewer, evaluation.as_of, without=judgement)
    return _print(other) != _print(evaluation)


def snapshot(archive: Archive, viewer: Viewer, as_of: int | None = None) -> dict[str, Print]:
    """Every figure in force, as of a size: take it before and after a change."""
    found: dict[str, Print] = {}
    definitions = in_force(viewer, as_of)
    size = archive.size
    ground = Ground(viewer, size if as_of is None else as_of, together=definitions)
    for definition in definitions:
        try:
            evaluation = evaluate(
                archive, definition, viewer, as_of, shown=False, ground=ground, size=size
            )
            taken = _print(evaluation)
            if definition.picks_by and viewer.purpose is None:
                taken = replace(taken, headline=UNSAID)
            found[definition.key] = taken
        except FigureError as error:
            level = openness.handling_of_all(viewer, {"definition": [definition.position or 0]})
            found[definition.key] = Print(
                *(definition.key, definition.title, str(error), (error.code,), frozenset()),
                handling=level,
            )
    return found


def difference(before: Standing, after: Standing) -> list[Change]:
    """Exactly the figures that changed, by key, with the old and the new value."""
    changes: list[Change] = []
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        title = (new or old or _NOWHERE).title
        changes.append(
            Change(
                key,
                title,
                old.headline if old else "was not there",
                new.headline if new else "is no longer there",
                value_changed=(old and old.value) != (new and new.value),
                handling=openness.strictest(each.handling for each in (old, new) if each),
            )
        )
    return changes


_NOWHERE = Print("", "", "", (), frozenset())


def _print(evaluation: Evaluation) -> Print:
    counted = evaluation if isinstance(evaluation, CountedFigure) else None
    value = (
        None if counted is None else counted.number,
        evaluation.not_known,
        None if counted is None else counted.fewest,
        len(evaluation.open_pairs),
        tuple((group.label, group.number) for group in evaluation.groups),
        tuple((p.claim, p.stance, p.words, p.holds) for p in evaluation.points),
        *_tables(evaluation),
    )
    definition = evaluation.definition
    members = tuple(
        (member.position, member.claims) for member in (*evaluation.members, *evaluation.undecided)
    )
    return Print(
        *(
            definition.key,
            definition.title,
            evaluation.headline,
            value,
            evaluation.grounds,
            members,
        ),
        handling=evaluation.handling,
    )


def _tables(evaluation: Evaluation) -> tuple[str, ...]:
    """The digests of an estimate's tables: it changes when they do, computed or not."""
    if not isinstance(evaluation, EstimatedFigure):
        return ()
    captured = evaluation.capture
    return tuple(table.digest for table in (captured.table, captured.joined) if table is not None)
