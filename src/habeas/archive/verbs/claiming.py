"""claim, correct: one value of one property of one mention, and on whose word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from habeas.archive import models as m
from habeas.archive.access.labels import LEVELS
from habeas.archive.errors import EntryRefused
from habeas.archive.ledger.appending import Batch, Ref
from habeas.archive.verbs.defining import log_vocabulary, vocabulary_of
from habeas.archive.verbs.referring import (
    TEAM,
    Marking,
    Thing,
    ref,
    refuse_ended,
    refuse_retracted_list,
)
from habeas.vocabulary import edtf, values


@dataclass(frozen=True, slots=True)
class Attribution:
    """One step of the chain: the first says it, the others pass it on.

    ``basis`` is a code (how they know), ``how`` their method as they state it, ``said`` an
    EDTF date, ``where`` a place in words; empty means not stated.
    """

    source: Ref
    basis: str = "not-stated"
    how: str = ""
    said: str = ""
    where: str = ""

    def fields(self) -> dict[str, str]:
        given = {
            "source": self.source.entry_id,
            "basis": self.basis,
            "how": self.how,
            "said": self.said,
            "where": self.where,
        }
        return {name: value for name, value in given.items() if value}


def claim(
    batch: Batch,
    subject: Thing,
    property: str,
    value: values.Value,
    attribution: Sequence[Attribution],
    *,
    stance: str = "asserts",
    holds: str = "",
    passages: Sequence[Ref] = (),
    list: Ref | None = None,
    row: str = "",
    note: str = "",
    marking: Marking = TEAM,
    previous: Ref | None = None,
) -> Ref:
    """Record a claim. Its handling is never laxer than its property's sensitivity."""
    known = vocabulary_of(batch)
    about = ref(batch, subject, m.Mention)
    prop = known.properties.get(property)
    if prop is None:
        raise EntryRefused(
            f"There is no property {property!r}.",
            next_step="See docs/reference/vocabulary.md for the properties of each kind.",
        )
    kind = _kind_of(batch, about)
    if kind not in prop.kinds:
        raise EntryRefused(
            f"The property {property} is not one of a {kind}.",
            next_step=f"It belongs to: {', '.join(prop.kinds)}.",
        )
    if value.type != prop.type:
        raise EntryRefused(
            f"The property {property} takes a {prop.type}, not a {value.type}.",
            next_step=prop.meaning,
        )
    _check_code("stance", stance, known.codes["stance"])
    if not attribution:
        raise EntryRefused("A claim needs somebody who says it.", next_step="Name its source.")
    for step in attribution:
        _check_code("basis", step.basis, known.codes["basis"])
        if step.said:
            edtf.parse(step.said)
        _refuse_retracted(batch, step.source)
    if holds:
        edtf.parse(holds)
    refuse_retracted_list(batch, list)
    if LEVELS[marking.handling] < LEVELS[prop.sensitivity]:
        marking = Marking(marking.compartment, prop.sensitivity)
    fields: dict[str, Any] = {
        "subject": about.entry_id,
        "property": property,
        "value": values.to_json(value),
        "stance": stance,
        "attribution": [step.fields() for step in attribution],
        "vocabulary": log_vocabulary(batch),
        "holds": holds,
        "passages": [passage.entry_id for passage in passages] or None,
        "list": None if list is None else list.entry_id,
        "row": row,
        "note": note,
        "previous": None if previous is None else previous.entry_id,
        **marking.fields(batch),
    }
    return batch.append("claim", fields, decision=previous is not None)


def correct(batch: Batch, claim_position: Thing, **changed: Any) -> Ref:
    """Supersede a claim by a new one; takes what ``claim`` takes. Signed by the person."""
    old = ref(batch, claim_position, m.Claim)
    refuse_ended(batch, old, m.Claim)
    return claim(batch, previous=old, **changed)


def _kind_of(batch: Batch, mention: Ref) -> str:
    kind = batch.mention_kinds.get(mention.entry_id)
    if kind is None:
        if mention.position >= batch.first:
            batch.flush()
        row = m.Mention.objects.get(position=mention.position)
        if row.ended_at is not None:
            refuse_ended(batch, mention, m.Mention)
        kind = batch.mention_kinds[mention.entry_id] = row.kind
    return kind


def _refuse_retracted(batch: Batch, source: Ref) -> None:
    if batch.ended_sources is None:
        batch.flush()
        ended = m.Source.objects.filter(ended_at__isnull=False)
        batch.ended_sources = set(ended.values_list("position", flat=True))
    if source.position in batch.ended_sources:
        refuse_ended(batch, source, m.Source)


def _check_code(what: str, code: str, codes: Any) -> None:
    if code not in codes:
        raise EntryRefused(
            f"There is no {what} {code!r}.", next_step=f"Use one of: {', '.join(codes)}."
        )
