"""Which mentions are one record, and which are so by judgements that do not wait.

Pictures, names and consents open things by who is one person. A join that came with a list which no
one has accepted joins for the team, and must open nothing. Invariant: the answer depends on what is
recorded and on what waits, never on handling.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet

from habeas.archive.components import components
from habeas.archive.models import Judgement, Label, Mention
from habeas.archive.store.pieces import in_pieces


def fellows(mentions: Collection[int]) -> set[int]:
    """Every mention of the records of these, joins that wait included."""
    found: set[int] = set()
    for part in in_pieces(sorted(set(mentions))):
        canonical = Mention.objects.filter(position__in=part).values("canonical")
        rows = Mention.objects.filter(canonical__in=canonical)
        found.update(rows.values_list("position", flat=True))
    return found


def some_wait() -> bool:
    """Whether any join waits."""
    return _joining().filter(label__in=_closed()).exists()


def open_records(mentions: Collection[int]) -> dict[int, int]:
    """By mention the earliest one that it is joined to by judgements that do not wait."""
    canonical: dict[int, int] = {}
    for part in in_pieces(sorted(set(mentions))):
        rows = Mention.objects.filter(position__in=part)
        canonical.update(rows.values_list("position", "canonical"))
    return _without_waiting(canonical)


def open_fellows(mention: int) -> set[int]:
    """The mentions that are one record with this one by judgements that do not wait."""
    canonical = Mention.objects.filter(position=mention).values("canonical")
    rows = Mention.objects.filter(canonical__in=canonical).values_list("position", "canonical")
    records = _without_waiting(dict(rows))
    return {mention, *(each for each, of in records.items() if of == records.get(mention))}


def _without_waiting(canonical: Mapping[int, int]) -> dict[int, int]:
    """The open record of each mention, of which ``canonical`` is the record by every judgement."""
    if not some_wait():
        return dict(canonical)
    found = {}
    for part in in_pieces(sorted(set(canonical.values()))):
        whole = Mention.objects.filter(canonical__in=part).values("position")
        judged = _joining().filter(left__in=whole, right__in=whole).exclude(label__in=_closed())
        pairs = list(judged.values_list("left", "right"))
        found.update(components((each for pair in pairs for each in pair), pairs))
    return {mention: found.get(mention, mention) for mention in canonical}


def _joining() -> QuerySet[Judgement]:
    """The judgements that join and stand."""
    return Judgement.objects.filter(verdict="same", ended_at__isnull=True)


def _closed() -> QuerySet[Label, Any]:
    """The labels of what waits."""
    return Label.objects.filter(awaits=True).values("id")
