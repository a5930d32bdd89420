"""Conflicts for pages: those of one record, and those of the whole archive by the page.

Both answer only from what the viewer may see, as of a ledger size. Which claims disagree
is decided in ``disagreement``; here they are found without reading every claim.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from habeas.archive import models as m
from habeas.archive.access import Viewer, visible
from habeas.archive.store import forgetting
from habeas.figures.evaluation.disagreement import Conflict, between
from habeas.figures.evaluation.loading import (
    Records,
    all_records,
    captions_of,
    live_claims,
    records_around,
    same_judgements,
    with_records,
)
from habeas.figures.evaluation.rows import ClaimRow
from habeas.vocabulary import schema as vocabulary

_CHUNK = 200  # records whose claims are compared at a time
_REMEMBERED = 4  # viewers and sizes whose candidates are kept


@dataclass(frozen=True, slots=True)
class ConflictPage:
    """Some conflicts in order of record and property; ``next`` asks for those after them."""

    conflicts: tuple[Conflict, ...]
    captions: dict[int, str]
    claims: dict[int, ClaimRow]
    next: tuple[int, str] | None


def of_subject(viewer: Viewer, record: int, as_of: int | None = None) -> list[Conflict]:
    """The conflicts on one record; ``record`` may be any of its mentions."""
    own = records_around(viewer, [record], as_of)
    mentions = own.members(own.of(record))
    columns = ClaimRow._fields[:-2]
    raw = list(live_claims(viewer, as_of).filter(subject__in=mentions).values_list(*columns))
    place = columns.index("ref")
    refs = {row[place] for row in raw if row[place] is not None}
    records = records_around(viewer, {*mentions, *refs}, as_of) if refs else own
    rows = with_records(raw, records)
    kinds = _kinds(viewer, {row.record for row in rows})
    return between(rows, vocabulary.core(), kinds)


def all(
    viewer: Viewer,
    *,
    after: tuple[int, str] | None = None,
    limit: int = 50,
    as_of: int | None = None,
) -> ConflictPage:
    """A page of the archive's conflicts; ``after`` is the former page's ``next``."""
    n = _size(as_of)
    records, known = _remembered(viewer, n)
    candidates = known if after is None else known[bisect_right(known, after) :]
    found: list[Conflict] = []
    claims: dict[int, ClaimRow] = {}
    more = False
    for start in range(0, len(candidates), _CHUNK):
        for conflict, rows in _compared(viewer, candidates[start : start + _CHUNK], records, n):
            key = (conflict.record, conflict.property)
            full = len(found) >= limit
            if full and key != (found[-1].record, found[-1].property):
                more = True
                break
            found.append(conflict)
            claims.update((position, rows[position]) for position in conflict.claims)
        if more:
            break
    last = (found[-1].record, found[-1].property) if more else None
    captions = captions_of(viewer, {conflict.record for conflict in found}, n)
    return ConflictPage(tuple(found), captions, claims, last)


@dataclass(slots=True)
class _Memory:
    """The candidates of the latest few viewers and sizes: each page needs them whole."""

    kept: dict[tuple[object, ...], tuple[Records, list[tuple[int, str]]]]
    lock: threading.Lock


_memory = _Memory({}, threading.Lock())
forgetting.with_archive(_memory.kept.clear)


def _remembered(viewer: Viewer, as_of: int) -> tuple[Records, list[tuple[int, str]]]:
    # The newest entry's random id names the archive and its size in one.
    newest = m.LedgerEntry.objects.order_by("-position").values_list("entry_id", flat=True).first()
    key = (newest, as_of, viewer.key)
    with _memory.lock:
        found = _memory.kept.get(key)
    if found is None:
        records = all_records(viewer, as_of)
        found = records, _candidates(viewer, records, as_of)
        with _memory.lock:
            while len(_memory.kept) >= _REMEMBERED:
                del _memory.kept[next(iter(_memory.kept))]
            _memory.kept[key] = found
    return found


def _compared(
    viewer: Viewer, keys: list[tuple[int, str]], records: Records, as_of: int
) -> Iterable[tuple[Conflict, dict[int, ClaimRow]]]:
    mentions = {mention for record, _ in keys for mention in records.members(record)}
    names = {name for _, name in keys}
    columns = ClaimRow._fields[:-2]
    queried = live_claims(viewer, as_of).filter(subject__in=mentions, property__in=names)
    wanted = set(keys)
    rows = [
        row
        for row in with_records(queried.values_list(*columns), records)
        if (row.record, row.property) in wanted
    ]
    by_position = {row.position: row for row in rows}
    kinds = _kinds(viewer, {record for record, _ in keys})
    for conflict in between(rows, vocabulary.core(), kinds):
        yield conflict, by_position


def _candidates(viewer: Viewer, records: Records, as_of: int) -> list[tuple[int, str]]:
    """Record and property pairs on which more than one thing is said, in order."""
    one = [name for name, p in vocabulary.core().properties.items() if p.at_a_time == "one"]
    claims = live_claims(viewer, as_of).filter(stance__in=("asserts", "denies"))
    joined = same_judgements(viewer, as_of)
    merged = Q(subject__in=joined.values("left")) | Q(subject__in=joined.values("right"))
    alone = (
        _varied(claims)
        .filter(Q(values__gt=1, property__in=one) | Q(stances__gt=1))
        .values_list("subject", "property")
    )
    keys = {(records.of(subject), name) for subject, name in alone}
    seen: dict[tuple[int, str], set[tuple[str, str]]] = defaultdict(set)
    for subject, name, stance, value in claims.filter(merged).values_list(
        "subject", "property", "stance", "value"
    ):
        seen[records.of(subject), name].add((stance, value))
    keys.update(key for key, said in seen.items() if len(said) > 1)
    return sorted(keys)


def _varied(claims: QuerySet[m.Claim]) -> QuerySet[m.Claim, Any]:
    return claims.values("subject", "property").annotate(
        values=Count("value", distinct=True), stances=Count("stance", distinct=True)
    )


def _kinds(viewer: Viewer, records: Iterable[int]) -> dict[int, str]:
    rows = visible(viewer, m.Mention).filter(position__in=set(records))
    return dict(rows.values_list("position", "kind"))


def _size(as_of: int | None) -> int:
    """Now, when no size is asked for: beyond every position."""
    return 2**62 if as_of is None else as_of
