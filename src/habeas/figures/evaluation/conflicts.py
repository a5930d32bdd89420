"""Conflicts for pages: those of one record, and those of the whole archive by the page.

Both answer only from what the viewer may see, as of a ledger size. Which claims disagree
is decided in ``disagreement``; here they are found without reading every claim.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import Count, Q, QuerySet

from habeas.archive import models as m
from habeas.archive.access import Viewer, visible
from habeas.archive.store import forgetting
from habeas.archive.store.pieces import in_pieces
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
_SPAN = 20_000  # positions in the ledger, of whose records candidates are looked for at once
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
    candidates = _remembered(viewer, n)
    following = candidates.after(after)
    found: list[Conflict] = []
    claims: dict[int, ClaimRow] = {}
    more, at_once = False, limit + 1
    while not more and (keys := list(islice(following, at_once))):
        at_once = _CHUNK  # the first few seldom suffice where most accounts agree
        for conflict, rows in _compared(viewer, keys, candidates.records, n):
            key = (conflict.record, conflict.property)
            full = len(found) >= limit
            if full and key != (found[-1].record, found[-1].property):
                more = True
                break
            found.append(conflict)
            claims.update((position, rows[position]) for position in conflict.claims)
    last = (found[-1].record, found[-1].property) if more else None
    captions = captions_of(viewer, {conflict.record for conflict in found}, n)
    return ConflictPage(tuple(found), captions, claims, last)


class _Candidates:
    """Record and property pairs on which more than one thing is said, in order.

    They are looked for as far as pages ask: of a million claims most readers see the first few.
    """

    def __init__(self, viewer: Viewer, as_of: int, end: int) -> None:
        self.records = all_records(viewer, as_of)
        properties = vocabulary.core().properties.items()
        self._one = [name for name, known in properties if known.at_a_time == "one"]
        claims = live_claims(viewer, as_of).filter(stance__in=("asserts", "denies"))
        self._claims = claims
        self._joined = _of_joined(claims, same_judgements(viewer, as_of), self.records)
        self._found: list[tuple[int, str]] = []
        self._until, self._end = 0, end  # found of records below; where the ledger ends
        self._lock = threading.Lock()

    def after(self, key: tuple[int, str] | None) -> Iterator[tuple[int, str]]:
        """Those after a pair, or all."""
        while True:
            with self._lock:
                at = 0 if key is None else bisect_right(self._found, key)
                known, is_whole = self._found[at:], self._until >= self._end
                if not known and not is_whole:
                    self._look_further()
                    continue
            yield from known
            if is_whole:
                return
            key = known[-1]

    def _look_further(self) -> None:
        first, last = self._until, self._until + _SPAN
        some = self._claims.filter(subject__gte=first, subject__lt=last)
        denied = some.filter(stance="denies").values_list("subject", flat=True).distinct()
        pairs = set(_with_several("value", some.filter(property__in=self._one)))
        for subjects in in_pieces(sorted(denied)):
            pairs.update(_with_several("stance", some.filter(subject__in=subjects)))
        keys = {pair for pair in pairs if pair[0] not in self.records.joined}
        keys.update(key for key in self._joined if first <= key[0] < last)
        self._found += sorted(keys)
        self._until = last


def _of_joined(
    claims: QuerySet[m.Claim], joined: QuerySet[m.Judgement], records: Records
) -> set[tuple[int, str]]:
    """Of the records that are several mentions, by what is said of all of them together."""
    merged = Q(subject__in=joined.values("left")) | Q(subject__in=joined.values("right"))
    seen: dict[tuple[int, str], set[tuple[str, str]]] = defaultdict(set)
    for subject, name, stance, value in claims.filter(merged).values_list(
        "subject", "property", "stance", "value"
    ):
        seen[records.of(subject), name].add((stance, value))
    return {key for key, said in seen.items() if len(said) > 1}


@dataclass(slots=True)
class _Memory:
    """The candidates of the latest few viewers and sizes, as far as they were looked for."""

    kept: dict[tuple[object, ...], _Candidates]
    lock: threading.Lock


_memory = _Memory({}, threading.Lock())
forgetting.with_archive(_memory.kept.clear)


def _remembered(viewer: Viewer, as_of: int) -> _Candidates:
    # The newest entry's random id names the archive and its size in one.
    newest = m.LedgerEntry.objects.order_by("-position").values_list("entry_id", "position").first()
    entry_id, position = newest or ("", -1)
    key = (entry_id, as_of, viewer.key)
    with _memory.lock:
        found = _memory.kept.get(key)
    if found is None:
        found = _Candidates(viewer, as_of, position + 1)
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


def _with_several(what: str, claims: QuerySet[m.Claim]) -> Iterable[tuple[int, str]]:
    """Subject and property of claims of which that column has more than one value."""
    counted = claims.values("subject", "property").annotate(several=Count(what, distinct=True))
    return counted.filter(several__gt=1).values_list("subject", "property")


def _kinds(viewer: Viewer, records: Iterable[int]) -> dict[int, str]:
    rows = visible(viewer, m.Mention).filter(position__in=set(records))
    return dict(rows.values_list("position", "kind"))


def _size(as_of: int | None) -> int:
    """Now, when no size is asked for: beyond every position."""
    return 2**62 if as_of is None else as_of
