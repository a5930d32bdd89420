"""Entries of a batch, each with the signed entry that covers it (entry format 2).

Invariant: what no signature covers loses its fields, so nothing is made of it in any replay.
"""

from __future__ import annotations

from collections.abc import Sequence

from habeas.archive.store.facts import Fact
from habeas.custody.log.batches import Batches, Covered
from habeas.custody.log.entries import parse_entry
from habeas.custody.log.statements import is_recorded_in


def is_of_a_batch(fact: Fact) -> bool:
    """Whether what covers the entry comes after it."""
    if not is_recorded_in(fact.note):
        return False
    statement = parse_entry(fact.note).statement
    return statement is not None and not statement.is_signed


def covered(facts: Sequence[Fact]) -> Sequence[Fact]:
    """Facts that follow each other, where no batch is cut."""
    if not any(is_recorded_in(fact.note) for fact in facts):
        return facts
    batches: Batches[Fact] = Batches()
    found: list[Covered[Fact]] = []
    for fact in facts:
        found += batches.take(fact.position, parse_entry(fact.note), fact)
    found += batches.end()
    return [
        each.item._replace(fields={}) if each.problem else each.item._replace(closing=each.closing)
        for each in found
    ]
