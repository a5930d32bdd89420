"""Blast radius: what rests on a claim, source, list, judgement, transcript, mention or exhibit.

Of a claim, source, list or transcript, the claims and transcripts are those that its retraction
ends (``projection.ending``); a judgement ends no claim, and its claims go on, as do those of a list
whose acceptance is retracted.
Answers with what the viewer may see, ended things included (their ending is part of the
answer). Which figures rest on it is the figures room's to add.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from habeas.archive import models as m
from habeas.archive.access import Viewer, live, visible
from habeas.archive.joined import JoinedRecord, find_all
from habeas.archive.projection.ending import (
    RETRACTABLE,
    claims_that_end,
    what_a_retraction_ends,
)
from habeas.archive.store.pieces import in_pieces


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """Positions, in ledger order. ``records``: the subjects', as the viewer knows them, and the
    owners of these, such as the person of a detention;
    ``transcripts``: those that a retraction ends; ``handed_over``: the custody events by which
    exhibits that its claims cite left in bundles: what is out there cannot be called back.
    """

    target: int
    kind: str
    claims: tuple[int, ...]
    records: tuple[int, ...]
    transcripts: tuple[int, ...] = ()
    handed_over: tuple[int, ...] = ()


def blast_radius(viewer: Viewer, position: int) -> BlastRadius | None:
    """What rests on the thing at a position; None when the viewer may see no such thing."""
    for kind, model in _KINDS:
        if not visible(viewer, model).filter(position=position).exists():
            continue
        claims = visible(viewer, m.Claim).filter(_claims_on(viewer, kind, position))
        subjects = visible(viewer, m.Mention).filter(position__in=claims.values("subject"))
        if kind == "judgement":
            subjects = visible(viewer, m.Mention).filter(position__in=_judged(position))
        # What is said of a detention is said of its person.
        told_of = visible(viewer, m.Mention).filter(
            Q(position__in=subjects.values("position")) | Q(position__in=subjects.values("of"))
        )
        records = {record.position for record in _records(viewer, told_of)}
        found = tuple(claims.order_by("position").values_list("position", flat=True))
        transcripts = _transcripts_ended(viewer, kind, position)
        handed = _handed_over(viewer, found)
        return BlastRadius(position, kind, found, tuple(sorted(records)), transcripts, handed)
    return None


def stays_of_list(viewer: Viewer, list_: int) -> dict[str, tuple[int, ...]]:
    """What came in with a list, stands, and is not ended by its retraction, by kind.

    A list that needed an acceptance is not public once it is retracted, nor is anything of this.
    """
    came = m.Batch.objects.filter(first__lte=list_, position__gt=list_).first()
    if came is None:
        return {}
    found: dict[str, tuple[int, ...]] = {}
    for kind, model in _STAYING:
        rows = live(visible(viewer, model)) if _can_end(model) else visible(viewer, model)
        rows = rows.filter(position__gt=list_, position__lt=came.position)
        if positions := tuple(rows.order_by("position").values_list("position", flat=True)):
            found[kind] = positions
    return found


def _can_end(model: type[m.Projection]) -> bool:
    return any(field.name == "ended_at" for field in model._meta.fields)


def _transcripts_ended(viewer: Viewer, kind: str, position: int) -> tuple[int, ...]:
    """Of what a retraction of the thing ends, the transcripts that the viewer may see."""
    if kind not in RETRACTABLE:
        return ()
    seen = visible(viewer, m.Transcript)
    found = {
        transcript
        for rows in what_a_retraction_ends(kind, position)
        if rows.model is m.Transcript
        for transcript in seen.filter(position__in=rows.values("position")).values_list(
            "position", flat=True
        )
    }
    return tuple(sorted(found))


def _handed_over(viewer: Viewer, claims: Sequence[int]) -> tuple[int, ...]:
    """The events by which files that these claims cite were handed over in bundles."""
    events = visible(viewer, m.CustodyEvent).filter(event="exported")
    if not events.exists():
        return ()
    found: set[int] = set()
    for part in in_pieces(claims):
        cited = visible(viewer, m.ClaimPassage).filter(claim__in=part).values("passage")
        places = visible(viewer, m.Passage).filter(position__in=cited)
        given = events.filter(exhibit__in=places.values("exhibit"))
        found.update(given.values_list("position", flat=True))
    return tuple(sorted(found))


def _judged(position: int) -> tuple[int, int]:
    judgement = m.Judgement.objects.get(position=position)
    return judgement.left, judgement.right


def _records(viewer: Viewer, mentions: QuerySet[m.Mention]) -> Iterator[JoinedRecord]:
    """The records of the mentions, and of whose they are, as the viewer knows them."""
    rows = mentions.order_by("position").values_list("position", "of")
    wanted = list(dict.fromkeys(at for row in rows for at in row if at is not None))
    for some in in_pieces(wanted):
        yield from find_all(viewer, some).values()


_STAYING: tuple[tuple[str, type[m.Projection]], ...] = (
    ("judgement", m.Judgement),
    ("grouping", m.Grouping),
    ("consent", m.Consent),
    ("assessment", m.Assessment),
    ("source", m.Source),
    ("definition", m.Definition),
    ("exhibit", m.Exhibit),
)

_KINDS: tuple[tuple[str, type[m.Projection]], ...] = (
    ("claim", m.Claim),
    ("source", m.Source),
    ("list", m.List),
    ("judgement", m.Judgement),
    ("transcript", m.Transcript),
    ("grouping", m.Grouping),
    ("acceptance", m.Acceptance),
    ("mention", m.Mention),
    ("exhibit", m.Exhibit),
    ("passage", m.Passage),
)


def _claims_on(viewer: Viewer, kind: str, position: int) -> Q:
    match kind:
        case "claim" | "source" | "list" | "transcript":
            return claims_that_end(kind, position)
        case "judgement":
            judged = visible(viewer, m.Mention).filter(position__in=_judged(position))
            records = _records(viewer, judged)
            mentions = [each.position for found in records for each in found.mentions]
            owned = m.Mention.objects.filter(of__in=mentions).values("position")
            return Q(subject__in=mentions) | Q(subject__in=owned)
        case "grouping":
            grouped = m.GroupedClaim.objects.filter(grouping=position)
            return Q(position__in=grouped.values("claim"))
        case "acceptance":  # they stay, and are no longer public
            accepted = m.Acceptance.objects.filter(position=position)
            return Q(list__in=accepted.values("list"))
        case "mention":  # what is said of its detentions is said of a person
            owned = m.Mention.objects.filter(of=position).values("position")
            return Q(subject=position) | Q(ref=position) | Q(subject__in=owned)
        case "passage":
            return Q(position__in=m.ClaimPassage.objects.filter(passage=position).values("claim"))
        case _:
            passages = m.Passage.objects.filter(exhibit=position).values("position")
            return Q(
                position__in=m.ClaimPassage.objects.filter(passage__in=passages).values("claim")
            )
