"""claim, correct: one value of one property of one mention, and on whose word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from habeas.archive import models as m
from habeas.archive import rules
from habeas.archive.access.labels import LEVELS
from habeas.archive.errors import EntryRefused
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.verbs.defining import log_vocabulary, vocabulary_of
from habeas.archive.verbs.referring import (
    TEAM,
    Marking,
    Thing,
    kind_by_id,
    kind_of,
    ref,
    refuse_closed_list,
    refuse_ended,
    refuse_retracted_words,
)
from habeas.vocabulary import values


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
    rules.refuse(rules.claimed(known, kind_of(batch, about), property))
    prop = known.properties[property]
    rules.refuse(rules.value(known, prop, value))
    if value.mention:
        rules.refuse(rules.referred(prop, kind_by_id(batch, value.mention), "What it names"))
    if not attribution:
        raise EntryRefused("A claim needs a source.", next_step="Name its source.")
    for step in attribution:
        rules.refuse(rules.statement(known, stance, step.basis, holds, step.said))
        _refuse_retracted(batch, step.source)
    refuse_closed_list(batch, list)
    refuse_retracted_words(batch, passages)
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


def _refuse_retracted(batch: Batch, source: Ref) -> None:
    if batch.ended_sources is None:
        batch.flush()
        ended = m.Source.objects.filter(ended_at__isnull=False)
        batch.ended_sources = set(ended.values_list("position", flat=True))
    if source.position in batch.ended_sources:
        refuse_ended(batch, source, m.Source)
