"""Which mentions are one record by judgements that do not wait.

Pictures and names are opened by who is one person. A join that came with a list which no one has
accepted joins for the team, and must open nothing. Invariant: the answer depends on what is
recorded and on what waits, never on handling.
"""

from __future__ import annotations

from collections.abc import Collection

from habeas.archive.components import components
from habeas.archive.models import Judgement, Label, Mention
from habeas.archive.store.pieces import in_pieces


def open_records(mentions: Collection[int]) -> dict[int, int]:
    """By mention the earliest one that it is joined to by judgements that do not wait."""
    canonical: dict[int, int] = {}
    for part in in_pieces(sorted(set(mentions))):
        rows = Mention.objects.filter(position__in=part)
        canonical.update(rows.values_list("position", "canonical"))
    standing = Judgement.objects.filter(verdict="same", ended_at__isnull=True)
    closed = Label.objects.filter(awaits=True).values("id")
    if not standing.filter(label__in=closed).exists():
        return canonical
    found = {}
    for part in in_pieces(sorted(set(canonical.values()))):
        fellows = Mention.objects.filter(canonical__in=part).values("position")
        judged = standing.filter(left__in=fellows, right__in=fellows).exclude(label__in=closed)
        pairs = list(judged.values_list("left", "right"))
        found.update(components((each for pair in pairs for each in pair), pairs))
    return {mention: found.get(mention, mention) for mention in canonical}


def fellows(mention: int) -> set[int]:
    """The mentions that are one record with this one by judgements that do not wait."""
    canonical = Mention.objects.filter(position=mention).values("canonical")
    rows = Mention.objects.filter(canonical__in=canonical).values_list("position", flat=True)
    records = open_records(set(rows))
    return {each for each, record in records.items() if record == records.get(mention)}
