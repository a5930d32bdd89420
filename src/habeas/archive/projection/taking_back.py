"""What a later entry takes back is from then on as strict as that entry.

A claim that was corrected or retracted, a source or list that was retracted with all that came
from it, a judgement that was undone, a hold or block that was lifted: whoever may see that it
ended sees that it ended and at which entry; whoever may not sees neither. So an entry that a
viewer may not see shows no position, at no ledger size, and nothing that is known to be wrong or
to endanger somebody goes on standing for those who do not know (decision 0031).

Invariants: the label of what was taken back joins that of what took it back; what was derived
from it is never less strict than it, whether it was derived before or after; a replay gives the
same labels.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db import models as orm

from habeas.archive import models as m
from habeas.archive.projection.ending import end
from habeas.archive.projection.projector import Projector
from habeas.archive.store.pieces import in_pieces

#: Which rows take their label from which, and by which column they name it. A test holds every
#: column of every projection to it (``tests/archive/test_ending.py``).
DERIVED: dict[type[orm.Model], tuple[tuple[type[m.Projection], str], ...]] = {
    m.Mention: (
        *((m.Claim, "subject"), (m.Claim, "ref"), (m.Consent, "subject")),
        *((m.Judgement, "left"), (m.Judgement, "right"), (m.Review, "left"), (m.Review, "right")),
        *((m.Mention, "of"), (m.Grouping, "episode")),
    ),
    m.Source: (
        *((m.Assessment, "target"), (m.Retraction, "target"), (m.Consent, "subject")),
        *((m.Lineage, "source"), (m.Lineage, "repeats"), (m.Transcript, "source")),
    ),
    m.Claim: ((m.Assessment, "target"), (m.Retraction, "target")),
    m.Judgement: ((m.Retraction, "target"),),
    m.Grouping: ((m.Retraction, "target"),),
    m.List: ((m.Retraction, "target"), (m.Acceptance, "list"), (m.PictureReference, "list")),
    m.Acceptance: ((m.Retraction, "target"),),
    # A picture of which it is claimed whom it shows waits for a confirmation, and what is of it.
    m.Exhibit: (
        *((m.CustodyEvent, "exhibit"), (m.CustodyEvent, "derived"), (m.Layer, "exhibit")),
        *((m.Reading, "exhibit"), (m.Passage, "exhibit"), (m.Hold, "target")),
        *((m.Block, "exhibit"), (m.PictureHash, "exhibit")),
        *((m.Transcript, "exhibit"), (m.Transcript, "transcript")),
    ),
    m.Reading: ((m.Passage, "reading"),),
    m.Layer: ((m.Passage, "layer"),),
    m.Transcript: ((m.Transcript, "translates"), (m.Retraction, "target")),
}


def take_back(
    p: Projector, rows: orm.QuerySet[Any], position: int, how: str, label: str, **why: int | None
) -> None:
    """End the rows that stand; all of them are as strict as what ended them (``label``)."""
    positions = list(rows.values_list("position", flat=True))
    end(rows, position, how, **why)
    make_as_strict(p, rows.model, positions, label)


def make_as_strict(
    p: Projector, model: type[m.Projection], positions: Iterable[int], label: str
) -> None:
    """Join a label to that of these rows, and to that of all that was derived from them.

    The rows must be in the database: call it after a flush.
    """
    todo: list[tuple[type[m.Projection], Collection[int]]] = [(model, set(positions))]
    while todo:
        model, wanted = todo.pop()
        changed: list[int] = []
        for chunk in in_pieces(sorted(wanted)):
            rows = model._default_manager.filter(position__in=chunk)
            changed += _relabel(p, rows, label)
        if changed:
            p.relabelled(model, changed)
            todo += _derived_from(p, model, changed, label)


def _relabel(p: Projector, rows: orm.QuerySet[m.Projection], label: str) -> list[int]:
    """The positions of the rows whose label became stricter."""
    changed: list[int] = []
    for old in list(rows.order_by().values_list("label", flat=True).distinct()):
        new = p.join(old, label)
        if new != old:
            of_old = rows.filter(label=old)
            found = list(of_old.values_list("position", flat=True))
            of_old.update(label=new)
            if rows.model in (m.Mention, m.Claim):  # what names it gives is as strict
                keys = m.NameKey.objects.filter(entry__in=found)
                keys.update(clearance=p.labels.clearance(new))
            changed += found
    return changed


def _derived_from(
    p: Projector, model: type[m.Projection], positions: Collection[int], label: str
) -> Iterator[tuple[type[m.Projection], Collection[int]]]:
    for derived, column in DERIVED.get(model, ()):
        yield derived, _named(derived, column, positions, "position")
    if model is m.Source:
        yield m.Claim, _named(m.ClaimSource, "source", positions, "claim")
    if model is m.Passage:
        yield m.Claim, _named(m.ClaimPassage, "passage", positions, "claim")
    if model is m.Claim:  # what it had corrected ended by it
        yield m.Claim, _named(m.Claim, "position", positions, "previous")
        yield m.Grouping, _named(m.GroupedClaim, "claim", positions, "grouping")
    if model is m.Mention:  # a pair has no position of its own
        for column in ("left", "right"):
            for chunk in in_pieces(sorted(positions)):
                pairs = m.Candidate.objects.filter(**{f"{column}__in": chunk})
                for old in list(pairs.order_by().values_list("label", flat=True).distinct()):
                    pairs.filter(label=old).update(label=p.join(old, label))


def _named(
    model: type[orm.Model], column: str, positions: Collection[int], wanted: str
) -> set[int]:
    found: set[int] = set()
    for chunk in in_pieces(sorted(positions)):
        rows = model._default_manager.filter(**{f"{column}__in": chunk})
        found.update(rows.exclude(**{wanted: None}).values_list(wanted, flat=True))
    return found
