"""A person's detentions in time, and what is last known of them.

Each detention has its place, dates and reasons as they were said, by whom; claims about the person
that a grouping puts in it are read with its own. Dates stay as vague as they were stated: a bar is
certain between its latest beginning and its earliest end, and fades outside of that.

Invariants: nothing is weighed: of several that may be the last, all are given, each under its
speaker; a claim that no one grouped is in no detention; what the viewer may not see takes no part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from habeas.archive.access import Viewer, visible
from habeas.archive.groupings import episodes_of
from habeas.archive.joined import find_all
from habeas.archive.models import Claim, Mention
from habeas.display import cards, words
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
    undated,
)
from habeas.display.spans import Axis, AxisYear, BarShape, Days, iso_day, span_of

MOST = 60  # detentions of one person that are drawn
MOST_CLAIMS = 600
KIND = "detention"
_CONTINUED = "continued_in"


@dataclass(frozen=True, slots=True)
class Overlap:
    """Another detention at the same time; ``certain``: not only by dates that may be so."""

    other: words.RecordLink
    certain: bool


@dataclass(frozen=True, slots=True)
class EpisodeShown:
    """One detention. ``bar`` None: no date is stated. ``grouped``: claims put in it later."""

    record: words.RecordLink
    began: Days
    ended: Days
    dates: str
    bar: BarShape | None
    said: tuple[Said, ...]
    overlaps: tuple[Overlap, ...]
    continued_in: tuple[words.RecordLink, ...]
    grouped: int


@dataclass(frozen=True, slots=True)
class Possible:
    """A claim about the person that nobody has grouped: a possible detention by itself."""

    claim: cards.Card
    bar: BarShape | None


@dataclass(frozen=True, slots=True)
class Detentions:
    """The detentions of a person. ``ungrouped``: claims that may be of any of them, or of others.

    ``last_known`` has several where it is not certain which is later; what may be later still, but
    has no date, is in ``undated``. ``death``: each account
    under its speaker, in the order of the ledger.
    """

    episodes: tuple[EpisodeShown, ...]
    more: int
    years: tuple[AxisYear, ...]
    ungrouped: tuple[Possible, ...]
    last_known: tuple[Status, ...]
    undated: tuple[UndatedStatus, ...]
    death: tuple[DeathAccount, ...]


def detentions(viewer: Viewer, subjects: Sequence[int], kind: str) -> Detentions | None:
    """Those of the person of these mentions; None where nothing of the sort is said.

    Of another record that may tell of a death, such as an event, what is said of that.
    """
    known = words.vocabulary()
    if kind not in known.kinds[KIND].of:
        of_kind = {each.name for each in known.of_kind(kind)}
        told = _claims(viewer, subjects, OF_DEATH) if of_kind.intersection(OF_DEATH) else []
        if not told:
            return None
        return Detentions((), 0, (), (), (), (), death(told, cards.around(viewer, told)))
    rows = visible(viewer, Mention).filter(of__in=subjects, kind=KIND, ended_at__isnull=True)
    mentions = list(rows.order_by("position").values_list("position", flat=True))
    records = find_all(viewer, mentions)
    record_of = {at: found.position for at, found in records.items()}
    of_person = (*words.vocabulary().shared_with_owner(KIND), *STATUSES)
    claims = _claims(viewer, subjects, list(dict.fromkeys(of_person)))
    own = _claims(viewer, [m.position for r in records.values() for m in r.mentions], None)
    grouped = episodes_of(viewer, [claim.position for claim in claims]) if mentions else {}
    around = cards.around(viewer, [*claims, *own])
    by_episode: dict[int, list[Claim]] = defaultdict(list)
    for claim in own:
        by_episode[record_of.get(claim.subject, claim.subject)].append(claim)
    later: dict[int, int] = defaultdict(int)
    loose: list[Claim] = []
    shared = frozenset(words.vocabulary().shared_with_owner(KIND))
    for claim in claims:
        episode = record_of.get(grouped[claim.position][0]) if claim.position in grouped else None
        if episode is not None:
            by_episode[episode].append(claim)
            later[episode] += 1
        elif claim.property in shared:
            loose.append(claim)
    firsts = {found.position: found.first for found in records.values()}
    if not (firsts or claims):
        return None
    spans = {at: span_of(by_episode.get(at, ())) for at in firsts}
    order = sorted(firsts, key=lambda at: (spans[at].start or spans[at].end or 10**7, at))
    apart = {claim.position: span_of([claim]) for claim in loose}
    axis = Axis([*(spans[at] for at in order), *apart.values()])
    linked = {at: link for at in order if (link := words.record_link(firsts[at])) is not None}
    shown = tuple(
        EpisodeShown(
            record=linked[at],
            began=Days(iso_day(spans[at].start), iso_day(spans[at].sure_start)),
            ended=Days(iso_day(spans[at].sure_end), iso_day(spans[at].end)),
            dates=spans[at].dates,
            bar=axis.bar(spans[at]),
            said=said_of(by_episode.get(at, ()), around, without=(_CONTINUED,)),
            overlaps=tuple(
                Overlap(linked[other], certain)
                for other in order
                if other != at
                and other in linked
                and not _follows(at, other, by_episode, record_of)
                and (certain := spans[at].meets(spans[other])) is not None
            ),
            continued_in=tuple(
                linked[to] for to in _continued(by_episode.get(at, ()), record_of) if to in linked
            ),
            grouped=later[at],
        )
        for at in order[:MOST]
        if at in linked
    )
    every = [*own, *claims]
    return Detentions(
        episodes=shown,
        more=max(0, len(order) - MOST),
        years=axis.years,
        ungrouped=tuple(
            Possible(cards.card(claim, around), axis.bar(apart[claim.position])) for claim in loose
        ),
        last_known=last_known(every, around),
        undated=undated(claims, around),
        death=death(every, around),
    )


def _claims(viewer: Viewer, subjects: Sequence[int], names: Sequence[str] | None) -> list[Claim]:
    rows = visible(viewer, Claim).filter(subject__in=subjects, ended_at__isnull=True)
    if names is not None:
        rows = rows.filter(property__in=names)
    return list(rows.order_by("position")[:MOST_CLAIMS])


def _continued(claims: Iterable[Claim], record_of: dict[int, int]) -> list[int]:
    """Into which detentions one went on, as somebody asserts."""
    return [
        record_of[claim.ref]
        for claim in claims
        if claim.property == _CONTINUED and claim.stance == "asserts" and claim.ref in record_of
    ]


def _follows(
    one: int, other: int, claims: dict[int, list[Claim]], record_of: dict[int, int]
) -> bool:
    """Whether one went on in the other: the day of a transfer is no overlap."""
    return other in _continued(claims.get(one, ()), record_of) or one in _continued(
        claims.get(other, ()), record_of
    )
