"""Claims that cannot all hold, found from the claims alone.

Two live claims on the same property of one record disagree when they speak of times that
meet and either both assert values of which only one can hold, or one denies what the other
asserts. The words are "differ" when that is certain and "may differ" when the times or
the values leave it open. Nothing here says who is right. Retracted and corrected claims
never come this far (rows are live), so a correction is not a disagreement.
"""

from __future__ import annotations

import builtins
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

from habeas.figures.evaluation.rows import ClaimRow, value_of
from habeas.vocabulary import counts, edtf, stances
from habeas.vocabulary.answers import Answer
from habeas.vocabulary.counts import Count
from habeas.vocabulary.schema import Schema

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN

#: Things that happen or are made once: their properties do not change with time.
ONCE = frozenset({"document", "event"})

#: How far a point may lie from the truth, in kilometres, by its precision.
_REACH_KM = {
    "exact": 0.1,
    "site": 2.0,
    "settlement": 20.0,
    "county": 200.0,
    "prefecture": 600.0,
    "province": 1_500.0,
    "country": 5_000.0,
}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two groups of equal claims that disagree, and why."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    certain: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """The claims on one property of one record that cannot, or may not, all hold."""

    record: int
    property: str
    claims: tuple[int, ...]
    pairs: tuple[Disagreement, ...]

    @builtins.property  # ``property`` is a field here
    def certain(self) -> bool:
        return any(pair.certain for pair in self.pairs)

    @builtins.property
    def words(self) -> str:
        return "differ" if self.certain else "may differ"


@dataclass(frozen=True, slots=True)
class _Variant:
    """Claims that say the same about the same time with the same stance."""

    sample: ClaimRow
    claims: tuple[int, ...]
    speakers: frozenset[int]


def between(claims: Iterable[ClaimRow], schema: Schema, kinds: Mapping[int, str]) -> list[Conflict]:
    """The conflicts among live claims, by record and property.

    ``kinds`` gives the kind of each record. Claims linked by a chain of disagreements are
    one conflict, so that a page shows them side by side.
    """
    groups: dict[tuple[int, str], list[ClaimRow]] = defaultdict(list)
    claims = list(claims)
    one_at_a_time = {n for n, known in schema.properties.items() if known.at_a_time == "one"}
    # Of what there may be many of, only one that is denied disagrees with another.
    denied = {(c.record, c.property) for c in claims if c.stance == stances.DENIES}
    if not denied and one_at_a_time.isdisjoint({claim.property for claim in claims}):
        return []
    for claim in claims:
        if claim.stance in (stances.ASSERTS, stances.DENIES) and (
            claim.property in one_at_a_time or (claim.record, claim.property) in denied
        ):
            groups[claim.record, claim.property].append(claim)
    found: list[Conflict] = []
    for (record, name), rows in sorted(item for item in groups.items() if len(item[1]) > 1):
        variants: dict[tuple[object, ...], list[ClaimRow]] = defaultdict(list)
        for row in rows:
            variants[row.stance, row.value, row.holds, row.ref_record].append(row)
        if len(variants) > 1:
            once = kinds.get(record) in ONCE
            found.extend(_among(record, name, _sorted(variants.values()), schema, once=once))
    return found


def _sorted(variants: Iterable[list[ClaimRow]]) -> list[_Variant]:
    made = []
    for rows in variants:
        positions = tuple(sorted(row.position for row in rows))
        speakers = frozenset(row.source for row in rows)
        made.append(_Variant(min(rows, key=lambda row: row.position), positions, speakers))
    return sorted(made, key=lambda variant: variant.claims)


def _among(
    record: int, name: str, variants: Sequence[_Variant], schema: Schema, *, once: bool
) -> Iterable[Conflict]:
    known = schema.properties.get(name)
    one_at_a_time = known is not None and known.at_a_time == "one"
    pairs: list[tuple[int, int, Disagreement]] = []
    for i, left in enumerate(variants):
        for j in range(i + 1, len(variants)):
            right = variants[j]
            answer, reason = disagree(left.sample, right.sample, one_at_a_time=one_at_a_time)
            if answer is not NO and not _one_speakers_rounding(left, right):
                meet = meeting(left.sample, right.sample, once=once)
                if meet is not NO:
                    certain = answer is YES and meet is YES
                    if answer is YES and not certain:
                        reason += "; it is not certain that they speak of the same time"
                    pairs.append((i, j, Disagreement(left.claims, right.claims, certain, reason)))
    for linked in _linked(len(variants), pairs):
        members = {v for i, j, _ in linked for v in (i, j)}
        positions = sorted(p for v in members for p in variants[v].claims)
        yield Conflict(record, name, tuple(positions), tuple(pair for _, _, pair in linked))


def _linked(
    size: int, pairs: Sequence[tuple[int, int, Disagreement]]
) -> list[list[tuple[int, int, Disagreement]]]:
    """The pairs, grouped by the chains they form, in order of the earliest claim."""
    parent = list(range(size))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for i, j, _ in pairs:
        low, high = sorted((root(i), root(j)))
        parent[high] = low
    groups: dict[int, list[tuple[int, int, Disagreement]]] = defaultdict(list)
    for pair in pairs:
        groups[root(pair[0])].append(pair)
    return [groups[key] for key in sorted(groups)]


def _one_speakers_rounding(left: _Variant, right: _Variant) -> bool:
    """Whether one and the same speaker gave both numbers, and one rounds the other."""
    alone = left.speakers == right.speakers and len(left.speakers) == 1
    same_stance = left.sample.stance == right.sample.stance
    return alone and same_stance and rounded(left.sample, right.sample)


_OPPOSED = (
    f"what one {stances.words(stances.ASSERTS).verb} the other {stances.words(stances.DENIES).verb}"
)


def disagree(left: ClaimRow, right: ClaimRow, *, one_at_a_time: bool) -> tuple[Answer, str]:
    """Whether two claims on one property of one record exclude each other, and why."""
    if left.stance != right.stance:
        denied, asserted = (left, right) if left.stance == stances.DENIES else (right, left)
        if value_of(asserted.value).state:
            return NO, ""
        if value_of(denied.value).state:
            return UNKNOWN, f"one is {stances.words(stances.DENIES).passive} in general"
        return same(left, right), _OPPOSED
    if left.stance == stances.DENIES or not one_at_a_time:
        return NO, ""
    if value_of(left.value).state or value_of(right.value).state:
        return NO, ""
    return _exclude(left, right)


def same(left: ClaimRow, right: ClaimRow) -> Answer:
    """Whether two claims speak of the same value."""
    if left.value_type != right.value_type:
        return NO
    if left.value_type == "count":
        a, b = _count(left), _count(right)
        if a == b:
            return YES
        return NO if a.unit != b.unit or counts.could_equal(a, b) is NO else UNKNOWN
    if left.value_type == "ref":
        return YES if left.ref_record == right.ref_record else NO
    if left.value_key == right.value_key:
        return YES
    if left.value_type == "date":
        meet = _times_meet(left.value_key, right.value_key)
        return NO if meet is NO else UNKNOWN
    return NO


def rounded(left: ClaimRow, right: ClaimRow) -> bool:
    """Whether two numbers are one speaker's rounding: "380" and "more than 380"."""
    if left.value_type != "count" or right.value_type != "count":
        return False
    a, b = value_of(left.value).count, value_of(right.value).count
    if a is None or b is None or a.unit != b.unit:
        return False
    return counts.could_equal(_wider(a), _wider(b)) is Answer.YES


def _wider(count: Count) -> Count:
    """A number with one open side, its bound included: "more than 380" from 380."""
    low, high = count.low, count.high
    if high is None and low:
        return Count(low - 1, None, count.approximate, count.unit)
    if low is None and high is not None:
        return Count(None, min(high + 1, counts.LARGEST), count.approximate, count.unit)
    return count


def _exclude(left: ClaimRow, right: ClaimRow) -> tuple[Answer, str]:
    """Whether two asserted values of a one-at-a-time property exclude each other."""
    if left.value_type != right.value_type:
        return NO, ""
    match left.value_type:
        case "count":
            a, b = _count(left), _count(right)
            if a.unit != b.unit:
                return NO, ""
            could = counts.could_equal(a, b)
            if could is YES:
                return NO, ""
            if could is NO:
                return YES, "the numbers do not meet"
            return UNKNOWN, "an approximate number may or may not meet the other"
        case "date":
            apart = _times_meet(left.value_key, right.value_key) is NO
            return (YES, "the dates do not meet") if apart else (NO, "")
        case "ref":
            if left.ref_record == right.ref_record:
                return NO, ""
            return UNKNOWN, "they name two records, which may be the same"
        case "place":
            return (YES, "the places lie apart") if _apart(left, right) else (NO, "")
        case "text":
            a_value, b_value = value_of(left.value), value_of(right.value)
            comparable = (a_value.language, a_value.script) == (b_value.language, b_value.script)
            differ = left.value_key != right.value_key and comparable
            return (YES, "the texts are not the same") if differ else (NO, "")
        case _:
            differ = left.value_key != right.value_key
            return (YES, "the values exclude each other") if differ else (NO, "")


def meeting(left: ClaimRow, right: ClaimRow, *, once: bool = False) -> Answer:
    """Whether two claims speak of times that meet."""
    if left.holds and right.holds:
        return _times_meet(left.holds, right.holds)
    if once or left.value_type in ("date", "place"):
        return YES
    return UNKNOWN


@lru_cache(maxsize=65_536)
def _times_meet(left: str, right: str) -> Answer:
    return edtf.meet(edtf.parse(left), edtf.parse(right))


def _count(claim: ClaimRow) -> Count:
    count = value_of(claim.value).count
    assert count is not None  # noqa: S101 - the caller looked at value_type and state
    return count


def _apart(left: ClaimRow, right: ClaimRow) -> bool:
    """Whether two points lie further apart than both precisions allow (great circle)."""
    a, b = value_of(left.value).point, value_of(right.value).point
    if a is None or b is None:
        return False
    reach = _REACH_KM.get(a.precision), _REACH_KM.get(b.precision)
    if reach[0] is None or reach[1] is None:
        return False
    lat_a, lon_a, lat_b, lon_b = (radians(float(text)) for text in (a.lat, a.lon, b.lat, b.lon))
    half = sin((lat_b - lat_a) / 2) ** 2
    half += cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * 6371.0088 * asin(min(1.0, sqrt(half))) > reach[0] + reach[1]
