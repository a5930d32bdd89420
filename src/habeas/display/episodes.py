"""A person's detentions in time, and what is last known of them.

Each detention has its place, dates and reasons as they were said, by whom; claims about the person
that a grouping puts in it are read with its own. Dates stay as vague as they were stated: a bar is
certain between its latest beginning and its earliest end, and fades outside of that.

Invariants: nothing is weighed: of several that may be the last, all are given, each under its
speaker; a claim that no one grouped is in no detention; what the viewer may not see takes no part;
what was not read for its number is counted, with where it can be read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Case, QuerySet, Value, When

from habeas.archive.access import Viewer, visible
from habeas.archive.groupings import episodes_of
from habeas.archive.joined import find_all
from habeas.archive.models import Claim, Mention
from habeas.display import cards, words
from habeas.display.asking import Query, cut
from habeas.display.last_known import (
    OF_DEATH,
    STATUSES,
    DeathAccount,
    Said,
    Status,
    UndatedStatus,
    death,
    last_known,
    said_of,
    told_of,
    undated,
)
from habeas.display.references import Target, Turning
from habeas.display.spans import DATED, Axis, AxisYear, BarShape, Days, Span, iso_day, span_of

MOST = 60  # detentions of one person in one part
MOST_CLAIMS = 600  # that are read of a person, and of their detentions: first those with dates
KIND = "detention"
_CONTINUED = "continued_in"


@dataclass(frozen=True, slots=True)
class Overlap:
    """Another detention at the same time; ``certain``: not only by dates that may be so."""

    other: words.RecordLink
    certain: bool


@dataclass(frozen=True, slots=True)
class EpisodeShown:
    """One detention. ``bar`` None: no date is stated. ``grouped``: claims put in it later.

    ``unread``: claims about it that have no part in this; its own page has all.
    """

    record: words.RecordLink
    began: Days
    ended: Days
    dates: str
    bar: BarShape | None
    said: tuple[Said, ...]
    overlaps: tuple[Overlap, ...]
    continued_in: tuple[words.RecordLink, ...]
    grouped: int
    unread: int


@dataclass(frozen=True, slots=True)
class Possible:
    """A claim about the person that nobody has grouped: a possible detention by itself."""

    claim: cards.Card
    bar: BarShape | None


@dataclass(frozen=True, slots=True)
class Detentions:
    """The detentions of a person. ``ungrouped``: claims that may be of any of them, or of others.

    ``last_known`` has several where it is not certain which is later; what may be later still, but
    has no date, is in ``undated``. ``death``: each account under its speaker, in the order of the
    ledger. ``more``: detentions in other parts (``pages``). ``unread``: claims about the person
    that have no part in this; ``all_claims`` is where they are.
    """

    episodes: tuple[EpisodeShown, ...]
    more: int
    years: tuple[AxisYear, ...]
    ungrouped: tuple[Possible, ...]
    last_known: tuple[Status, ...]
    undated: tuple[UndatedStatus, ...]
    death: tuple[DeathAccount, ...]
    unread: int = 0
    all_claims: Target | None = None
    pages: Turning = field(default_factory=Turning)


NOTHING = Detentions((), 0, (), (), (), (), ())


def detentions(
    viewer: Viewer, subjects: Sequence[int], kind: str, query: Query | None = None
) -> Detentions | None:
    """Those of the person of these mentions; None where nothing of the sort is said.

    Of another record that may tell of a death, such as an event, what is said of that.
    """
    known = words.vocabulary()
    if kind not in known.kinds[KIND].of:
        of_kind = {each.name for each in known.of_kind(kind)}
        told = _claims(viewer, subjects, OF_DEATH) if of_kind.intersection(OF_DEATH) else []
        if not told:
            return None
        unread = _unread(viewer, subjects, OF_DEATH, told).total()
        rows = cards.around(viewer, told)
        return Detentions((), 0, (), (), (), (), death(told, rows), unread, _all(subjects))
    stays = _stays(viewer, subjects)
    if not (stays.firsts or stays.claims):
        return None
    axis = Axis([*(stays.spans[at] for at in stays.order), *map(_apart, stays.loose)])
    drawn, pages = cut(stays.order, query or Query(), MOST, cursor="stay", section="detentions")
    every = [*stays.own, *stays.claims]
    of_stays = {at: each for stay in stays.of_stay.values() for at, each in told_of(stay).items()}
    return Detentions(
        episodes=tuple(_episode(stays, at, axis) for at in drawn),
        more=len(stays.order) - len(drawn),
        years=axis.years,
        ungrouped=tuple(
            Possible(cards.card(claim, stays.around), axis.bar(_apart(claim)))
            for claim in stays.loose
        ),
        last_known=last_known(every, stays.around, of_stays),
        undated=undated(stays.claims, stays.around),
        death=death(every, stays.around),
        unread=stays.unread,
        all_claims=_all(subjects),
        pages=pages,
    )


@dataclass(frozen=True, slots=True)
class _Stays:
    """What was read of a person: their detentions by record, and which claims are of each.

    ``claims`` are about the person, ``own`` about the detentions; ``loose`` are those of the
    person's that are in none; ``later`` and ``unread`` count claims by detention.
    """

    firsts: dict[int, Mention]
    record_of: dict[int, int]
    claims: list[Claim]
    own: list[Claim]
    of_stay: dict[int, list[Claim]]
    later: Counter[int]
    loose: list[Claim]
    unread: int
    unread_of: Counter[int]
    around: cards.Around
    spans: dict[int, Span]
    order: list[int]
    links: dict[int, words.RecordLink]


def _stays(viewer: Viewer, subjects: Sequence[int]) -> _Stays:
    """Read the detentions of a person, and sort the claims into them as groupings say."""
    rows = visible(viewer, Mention).filter(of__in=subjects, kind=KIND, ended_at__isnull=True)
    mentions = list(rows.order_by("position").values_list("position", flat=True))
    records = find_all(viewer, mentions)
    record_of = {at: found.position for at, found in records.items()}
    shared = words.vocabulary().shared_with_owner(KIND)
    of_person = list(dict.fromkeys((*shared, *STATUSES)))
    members = [mention.position for found in records.values() for mention in found.mentions]
    claims, own = _claims(viewer, subjects, of_person), _claims(viewer, members, None)
    grouped = episodes_of(viewer, [claim.position for claim in claims]) if mentions else {}
    of_stay: dict[int, list[Claim]] = defaultdict(list)
    for claim in own:
        of_stay[record_of.get(claim.subject, claim.subject)].append(claim)
    later: Counter[int] = Counter()
    loose = []
    for claim in claims:
        stay = record_of.get(grouped[claim.position][0]) if claim.position in grouped else None
        if stay is not None:
            of_stay[stay].append(claim)
            later[stay] += 1
        elif claim.property in shared:
            loose.append(claim)
    firsts = {found.position: found.first for found in records.values()}
    spans = {at: span_of(of_stay.get(at, ())) for at in firsts}
    links = {at: link for at, first in firsts.items() if (link := words.record_link(first))}
    unread_of: Counter[int] = Counter()
    for at, number in _unread(viewer, members, None, own).items():
        unread_of[record_of.get(at, at)] += number
    return _Stays(
        firsts=firsts,
        record_of=record_of,
        claims=claims,
        own=own,
        of_stay=of_stay,
        later=later,
        loose=loose,
        unread=_unread(viewer, subjects, of_person, claims).total(),
        unread_of=unread_of,
        around=cards.around(viewer, [*claims, *own]),
        spans=spans,
        order=sorted(links, key=lambda at: (spans[at].start or spans[at].end or 10**7, at)),
        links=links,
    )


def _all(subjects: Sequence[int]) -> Target:
    """Where every claim about a record is, in parts."""
    return Target("record", subjects[0], section="said")


def _apart(claim: Claim) -> Span:
    """From when to when what one claim tells of was, by that claim alone."""
    return span_of([claim])


def _episode(stays: _Stays, at: int, axis: Axis) -> EpisodeShown:
    """One detention, with its place on the axis and what was at the same time."""
    span, claims = stays.spans[at], stays.of_stay.get(at, [])
    return EpisodeShown(
        record=stays.links[at],
        began=Days(iso_day(span.start), iso_day(span.sure_start)),
        ended=Days(iso_day(span.sure_end), iso_day(span.end)),
        dates=span.dates,
        bar=axis.bar(span),
        said=said_of(claims, stays.around, without=(_CONTINUED,)),
        overlaps=_overlaps(stays, at),
        continued_in=tuple(
            stays.links[to] for to in _continued(claims, stays.record_of) if to in stays.links
        ),
        grouped=stays.later[at],
        unread=stays.unread_of[at],
    )


def _overlaps(stays: _Stays, at: int) -> tuple[Overlap, ...]:
    """The others at the same time; one that it went on in, or that went on in it, is none."""
    found = []
    for other in stays.order:
        if other == at or _follows(at, other, stays) or _follows(other, at, stays):
            continue
        certain = stays.spans[at].meets(stays.spans[other])
        if certain is not None:
            found.append(Overlap(stays.links[other], certain))
    return tuple(found)


def _claims(viewer: Viewer, subjects: Sequence[int], names: Sequence[str] | None) -> list[Claim]:
    """The claims about some mentions in the order of the ledger; if many, those with dates."""
    rows = _standing(viewer, subjects, names)
    dated = Case(When(property__in=DATED, then=Value(0)), default=Value(1))
    return sorted(rows.order_by(dated, "position")[:MOST_CLAIMS], key=lambda claim: claim.position)


def _unread(
    viewer: Viewer, subjects: Sequence[int], names: Sequence[str] | None, read: Sequence[Claim]
) -> Counter[int]:
    """How many claims ``_claims`` left, by whom they are about."""
    if len(read) < MOST_CLAIMS:
        return Counter()
    every = _standing(viewer, subjects, names).values_list("subject", flat=True)
    return Counter(every.iterator()) - Counter(claim.subject for claim in read)


def _standing(
    viewer: Viewer, subjects: Sequence[int], names: Sequence[str] | None
) -> QuerySet[Claim]:
    rows = visible(viewer, Claim).filter(subject__in=subjects, ended_at__isnull=True)
    return rows if names is None else rows.filter(property__in=names)


def _continued(claims: Iterable[Claim], record_of: dict[int, int]) -> list[int]:
    """Into which detentions one went on, as somebody asserts."""
    return [
        record_of[claim.ref]
        for claim in claims
        if claim.property == _CONTINUED and claim.stance == "asserts" and claim.ref in record_of
    ]


def _follows(one: int, other: int, stays: _Stays) -> bool:
    """Whether one went on in the other: the day of a transfer is no overlap."""
    return other in _continued(stays.of_stay.get(one, ()), stays.record_of)
