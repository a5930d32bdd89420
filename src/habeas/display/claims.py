"""One claim: its value, who says it, what it rests on, and the proof that it was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from habeas.archive.access import Viewer, erasing_entry, visible
from habeas.archive.joined import find
from habeas.archive.models import Assessment, Claim, Erased, Layer, Retraction
from habeas.display import cards, words
from habeas.display.asking import by_position, one
from habeas.display.exhibits.shown_places import PlaceShown, place_shown, readings_of
from habeas.display.in_context import InContext, in_context
from habeas.display.locations import CitedLocation, place_of
from habeas.display.proofs import EntryProof, entry_proof
from habeas.display.references import EntryReference, Marked, Target, optional

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

BESIDE = 30  # other claims on the same thing shown beside this one


@dataclass(frozen=True, slots=True)
class ShownPassage(Marked):
    """A cited passage: words in their text, any other place as it is shown."""

    position: int
    place: CitedLocation
    context: InContext
    shown: PlaceShown | None
    exhibit: cards.ExhibitLink
    exhibit_sha256: str
    url: Target


@dataclass(frozen=True, slots=True)
class ErasedRef:
    """What was erased; ``at``: by which entry, None where that is not visible."""

    position: int
    kind: str
    at: int | None


@dataclass(frozen=True, slots=True)
class Retracted(Marked):
    """The entry that took a claim back, with what it was aimed at and why."""

    at: int
    target_kind: str
    target: int | None
    reason: str
    person: str
    entry: EntryReference | None = optional()


@dataclass(frozen=True, slots=True)
class Assessed(Marked):
    """What a reviewer found. ``ended``: by what, '' while current."""

    position: int
    scheme: str
    grade: str
    grade_words: str
    reason: str
    person: str
    ended: str
    entry: EntryReference


@dataclass(frozen=True, slots=True)
class ClaimShown:
    """One claim, with everything that it rests on and what others say."""

    title: str
    claim: cards.Card
    passages: tuple[ShownPassage, ...]
    erased: tuple[ErasedRef, ...]
    corrects: tuple[cards.Card, ...]
    corrected_by: tuple[cards.Card, ...]
    retraction: Retracted | None
    assessments: tuple[Assessed, ...]
    reliability: tuple[Assessed, ...]
    note: str
    beside: tuple[cards.Card, ...]
    beside_more: Target | None
    proof: EntryProof


def claim(archive: Archive, viewer: Viewer, position: int) -> ClaimShown:
    """The claim at a position; raises ``NotThere`` or ``Gone``."""
    row = one(viewer, Claim, position)
    former = by_position(viewer, Claim, [row.previous])
    following = list(visible(viewer, Claim).filter(previous=position).order_by("position")[:10])
    beside, more = _beside(viewer, row)
    rows = cards.around(viewer, [row, *former.values(), *following, *beside])
    shown = cards.card(row, rows)
    subject = shown.subject
    return ClaimShown(
        title=_("Claim at entry %(position)s") % {"position": position},
        claim=shown,
        passages=_passages(archive, viewer, rows, position),
        erased=_erased(viewer, row, rows),
        corrects=tuple(cards.card(other, rows) for other in former.values()),
        corrected_by=tuple(cards.card(other, rows) for other in following),
        retraction=_retraction(viewer, row),
        assessments=assessments(viewer, [position]),
        reliability=_of_speaker(viewer, shown),
        note=row.note,
        beside=tuple(cards.card(other, rows) for other in beside),
        beside_more=Target("record", subject.position, (("property", row.property),))
        if more and subject
        else None,
        proof=entry_proof(archive, viewer, position),
    )


def _beside(viewer: Viewer, row: Claim) -> tuple[list[Claim], bool]:
    """The other live claims on the same record and property."""
    found = find(viewer, row.subject)
    subjects = [m.position for m in found.mentions] if found else [row.subject]
    others = list(
        visible(viewer, Claim)
        .filter(subject__in=subjects, property=row.property, ended_at__isnull=True)
        .exclude(position=row.position)
        .order_by("position")[: BESIDE + 1]
    )
    return others[:BESIDE], len(others) > BESIDE


def _passages(
    archive: Archive, viewer: Viewer, rows: cards.Around, position: int
) -> tuple[ShownPassage, ...]:
    """The cited passages, each where it stands."""
    cited = [rows.passages[p] for p in rows.cited.get(position, ()) if p in rows.passages]
    read = by_position(viewer, Layer, {p.layer for p in cited if p.layer is not None})
    bounding = readings_of(viewer, cited)
    shown = []
    for passage in cited:
        exhibit = rows.exhibits.get(passage.exhibit)
        if exhibit is None:
            continue
        layer = read.get(passage.layer) if passage.layer is not None else None
        shown.append(
            ShownPassage(
                position=passage.position,
                place=place_of(passage),
                context=in_context(archive, passage, layer),
                shown=place_shown(passage, exhibit, bounding.get(passage.reading or -1))
                if passage.form
                else None,
                exhibit=cards.exhibit_link(exhibit),
                exhibit_sha256=exhibit.plain_sha256,
                url=Target("passage", passage.position),
            )
        )
    return tuple(shown)


def _erased(viewer: Viewer, row: Claim, rows: cards.Around) -> tuple[ErasedRef, ...]:
    """What this claim rested on, or corrected, and was erased since."""
    wanted = {*rows.cited.get(row.position, ()), *({row.previous} if row.previous else ())}
    return tuple(
        ErasedRef(each.position, each.kind, erasing_entry(viewer, each.erased_at))
        for each in by_position(viewer, Erased, wanted - rows.passages.keys()).values()
    )


def _retraction(viewer: Viewer, row: Claim) -> Retracted | None:
    if row.ended_by != "retracted" or row.ended_at is None:
        return None
    found = by_position(viewer, Retraction, [row.ended_at]).get(row.ended_at)
    if found is None:
        return Retracted(row.ended_at, "", None, "", "")
    return Retracted(
        row.ended_at,
        found.target_kind,
        found.target,
        found.reason,
        found.person,
        entry=EntryReference("retraction", found.position),
    )


def _of_speaker(viewer: Viewer, claim: cards.Card) -> tuple[Assessed, ...]:
    """How reliable the one who says it was found to be, which is not how credible the claim is."""
    return () if claim.speaker is None else assessments(viewer, [claim.speaker.position])


def assessments(viewer: Viewer, targets: Sequence[int]) -> tuple[Assessed, ...]:
    """What reviewers found, in the order in which they said so."""
    rows = visible(viewer, Assessment).filter(target__in=targets).order_by("position")[:50]
    return tuple(
        Assessed(
            position=row.position,
            scheme=row.scheme,
            grade=row.grade,
            grade_words=grade_words(row.scheme, row.grade),
            reason=row.reason,
            person=row.person,
            ended=row.ended_by,
            entry=EntryReference("assessment", row.position),
        )
        for row in rows
    )


def grade_words(scheme: str, grade: str) -> str:
    """A grade with its meaning: ``C Fairly reliable``, ``3 Possibly true``."""
    label = words.code_words(scheme, grade)
    return label if label.startswith(grade) else f"{grade} {label}"
