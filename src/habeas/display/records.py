"""Records: lists of a kind, and one record with its claims, names and joined mentions.

Invariants: a record is, for each viewer, the mentions that they may see joined by the
judgements that they may see, so that a hidden judgement does not show through; lists of
records are in the order of the ledger or of their captions, never in any order of merit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from django.db.models import Q
from django.utils.translation import gettext as _

from habeas.archive.access import Viewer, visible
from habeas.archive.joined import JoinedRecord, find, find_all
from habeas.archive.models import Claim, Judgement, Mention
from habeas.archive.openness import consent_of_record, strictest
from habeas.display import (
    by_account,
    cards,
    episodes,
    facilities,
    listed,
    owned,
    speakers,
    words,
)
from habeas.display.asking import (
    Elsewhere,
    NotThere,
    Query,
    by_position,
    cut,
    one,
    paged,
    turning,
)
from habeas.display.differences import Difference, differences
from habeas.display.marks import ConsentLine, consent_line, marked
from habeas.display.owned import GroupedClaims
from habeas.display.references import EntryReference, Marked, Target, Turning
from habeas.figures.evaluation import conflicts
from habeas.figures.evaluation.disagreement import Conflict

CLAIMS = 50  # of a record, in one part
JOINED = 60  # mentions, and judgements, in one part
MENTIONED = 40  # claims about others that name this record, in one part
DIFFERENCES = 10  # shown with a record; ``differences`` has all
SORTED = 1000  # lists up to this long are alphabetical, longer ones in ledger order


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of records, and whether there is any of it."""

    kind: str
    label: str
    url: Target
    any: bool


@dataclass(frozen=True, slots=True)
class KindsShown:
    """The kinds of records."""

    title: str
    kinds: tuple[RecordKind, ...]


@dataclass(frozen=True, slots=True)
class RecordsShown:
    """The records of one kind."""

    title: str
    kind: str
    alphabetical: bool
    records: tuple[words.RecordLink | None, ...]
    pages: Turning


@dataclass(frozen=True, slots=True)
class RecordInFull(Marked):
    """A record by its earliest mention; ``agreed`` for people only."""

    position: int
    kind: str
    kind_words: str
    kinds_words: str
    kind_url: Target
    caption: words.TextWords
    url: Target
    ended: str
    agreed: ConsentLine | None


@dataclass(frozen=True, slots=True)
class JudgedPair(Marked):
    """A judgement on two mentions; None: a mention that is not visible."""

    position: int
    verdict: str
    verdict_words: str
    left: words.RecordLink | None
    right: words.RecordLink | None
    reason: str
    person: str
    entry: EntryReference


@dataclass(frozen=True, slots=True)
class Joined:
    """The mentions of a record, and the judgements that join or hold apart."""

    mentions: tuple[words.RecordLink, ...]
    in_all: int
    mentions_pages: Turning
    judgements: tuple[JudgedPair, ...]
    judgements_pages: Turning


@dataclass(frozen=True, slots=True)
class RecordShown:
    """One record: names, claims, what names it, and why its mentions are one.

    The claims are in ``properties``; ``accounts`` are the same by who says them, where they are
    shown so; ``otherwise`` leads to the other arrangement.
    ``owner``: the record that it is a fact of. ``owned``: its own detentions or observations.
    ``lists``: documents with an entry on it, which is no detention.
    ``facility``: of a facility, what a reader asks first.
    ``detentions``: of a person, in time. ``grouped``: of a detention, what is said of its person
    and was put in it. ``several_accounts``: who spoke of it on more than one occasion.
    """

    title: str
    record: RecordInFull
    names: tuple[words.TextWords, ...]
    property: words.PropertyWords | None
    properties: tuple[cards.OfProperty, ...]
    accounts: tuple[by_account.AccountOfRecord, ...]
    otherwise: Target | None
    pages: Turning
    differences: tuple[Difference, ...]
    differences_more: Target | None
    mentioned: tuple[cards.Card, ...]
    mentioned_pages: Turning
    joined: Joined
    owner: words.RecordLink | None = None
    owned: tuple[owned.OwnedOfKind, ...] = ()
    lists: tuple[listed.OnAList, ...] = ()
    detentions: episodes.Detentions | None = None
    grouped: tuple[GroupedClaims, ...] = ()
    facility: facilities.FacilityShown | None = None
    several_accounts: tuple[speakers.SpeakerShown, ...] = ()


def kinds(viewer: Viewer) -> KindsShown:
    """The kinds of records, with whether there is any of each."""
    there = []
    for kind in words.vocabulary().kinds:
        rows = visible(viewer, Mention).filter(kind=kind, ended_at__isnull=True)
        there.append(
            RecordKind(kind, words.kinds_words(kind), Target("records", kind), rows.exists())
        )
    return KindsShown(_("Records"), tuple(there))


def records(viewer: Viewer, kind: str, query: Query) -> RecordsShown:
    """The records of one kind, or a part of them."""
    if kind not in words.vocabulary().kinds:
        raise NotThere
    rows = visible(viewer, Mention).filter(kind=kind, ended_at__isnull=True)
    alphabetical = False
    if query.number("after") is None:
        short = list(rows.order_by("position")[: SORTED + 1])
        alphabetical = len(short) <= SORTED
    if alphabetical:
        found, pages = short, Turning()
    else:
        found, pages = paged(rows, query)
    whole = _firsts(viewer, found)
    if alphabetical:
        whole.sort(key=lambda mention: (mention.caption.casefold(), mention.position))
    links = tuple(words.record_link(mention) for mention in whole)
    return RecordsShown(words.kinds_words(kind), kind, alphabetical, links, pages)


def _firsts(viewer: Viewer, found: Sequence[Mention]) -> list[Mention]:
    """Those of the mentions that are the earliest of their record."""
    if viewer.is_owner:
        return [mention for mention in found if mention.canonical == mention.position]
    records = find_all(viewer, [mention.position for mention in found])
    return [
        m for m in found if m.position in records and records[m.position].position == m.position
    ]


def record(viewer: Viewer, position: int, query: Query) -> RecordShown:
    """The record of a mention, and a part of its claims.

    Raises ``NotThere`` or ``Gone``, and ``Elsewhere`` for a mention that is not its earliest.
    """
    found = find(viewer, position)
    if found is None:
        one(viewer, Mention, position)  # says that it was erased, where it was
        raise NotThere
    if found.position != position:
        raise Elsewhere(Target("record", found.position))
    subjects = [mention.position for mention in found.mentions]
    only = query.name("property")
    claims, pages = _claims(viewer, subjects, only, query)
    names = _names(viewer, found, subjects)
    mentioned, mentioned_pages = paged(
        visible(viewer, Claim).filter(ref__in=subjects, ended_at__isnull=True),
        query,
        MENTIONED,
        cursor="named",
        section="mentioned",
    )
    rows = cards.around(viewer, [*claims, *mentioned])
    differing, more_differ = _differing(viewer, found, claims, pages)
    first = found.first
    properties = _by_property(claims, rows)
    told = () if only else by_account.arranged(properties, pages, query)
    owns = owned.records_of(viewer, subjects)
    return RecordShown(
        title=first.caption,
        record=RecordInFull(
            position=found.position,
            kind=first.kind,
            kind_words=words.kind_words(first.kind),
            kinds_words=words.kinds_words(first.kind),
            kind_url=Target("records", first.kind),
            caption=words.text(first.caption, first.language, first.script),
            url=Target("record", found.position),
            ended=first.ended_by,
            agreed=_agreed(viewer, found),
        ),
        names=names,
        property=words.property_words(only) if only else None,
        properties=properties,
        accounts=told,
        otherwise=by_account.otherwise(found.position, told) if properties else None,
        pages=pages,
        differences=differences(viewer, differing),
        differences_more=more_differ,
        mentioned=tuple(cards.card(claim, rows) for claim in mentioned),
        mentioned_pages=mentioned_pages,
        joined=_joined(viewer, found, query),
        owner=owned.owner(viewer, found),
        owned=owned.of_each_kind(owns),
        lists=listed.lists_of(viewer, subjects),
        detentions=episodes.detentions(viewer, subjects, first.kind, query),
        grouped=() if first.of is None else owned.grouped_in(viewer, subjects),
        facility=facilities.facility(viewer, found, owns.get(facilities.PICTURES, ())),
        several_accounts=speakers.with_several_accounts(viewer, subjects),
    )


def _claims(
    viewer: Viewer, subjects: Sequence[int], only: str, query: Query
) -> tuple[list[Claim], Turning]:
    """A part of the claims in the order of property, then ledger position."""
    rows = visible(viewer, Claim).filter(subject__in=subjects)
    if only:
        rows = rows.filter(property=only)
    after = query.number("after")
    since = query.name("since")
    if after is not None:
        rows = rows.filter(Q(property__gt=since) | Q(property=since, position__gt=after))
    found = list(rows.order_by("property", "position")[: CLAIMS + 1])
    kept = tuple(
        (name, query.asked[name])
        for name in ("property", "by", "named", "mention", "judged", "stay")
        if name in query.asked
    )
    last = found[CLAIMS - 1] if len(found) > CLAIMS else None
    following = None
    if last is not None:
        on = (*kept, ("since", last.property), ("after", str(last.position)))
        following = Target("record", subjects[0], on)
    first = Target("record", subjects[0], kept) if after is not None else None
    return found[:CLAIMS], Turning(first, following)


def _differing(
    viewer: Viewer, found: JoinedRecord, claims: Sequence[Claim], pages: Turning
) -> tuple[list[Conflict], Target | None]:
    """The differences on a record, and where the rest of them are.

    A record whose claims fill several pages shows none: to compare them all takes too long.
    """
    there = Target("differences", asked=(("after", str(found.position)),))
    if pages.first is not None or pages.next is not None:
        return [], there
    every = conflicts.of_subject(viewer, found.position) if claims else []
    return list(every[:DIFFERENCES]), there if len(every) > DIFFERENCES else None


def _by_property(claims: Sequence[Claim], rows: cards.Around) -> tuple[cards.OfProperty, ...]:
    return tuple(
        cards.OfProperty(
            words.property_words(name), tuple(cards.card(claim, rows) for claim in group)
        )
        for name, group in groupby(claims, key=lambda claim: claim.property)
    )


def _names(
    viewer: Viewer, found: JoinedRecord, subjects: Sequence[int]
) -> tuple[words.TextWords, ...]:
    """Every way in which the record is written, each once, the first caption first."""
    texts = [
        replace(
            words.text(m.caption, m.language, m.script), entry=EntryReference("mention", m.position)
        )
        for m in found.mentions[:JOINED]
    ]
    named = (
        visible(viewer, Claim)
        .filter(
            subject__in=subjects,
            property__in=("name", "other_name"),
            ended_at__isnull=True,
            stance="asserts",
        )
        .order_by("position")[:JOINED]
    )
    for claim in named:
        value = words.value_of(claim, None)
        texts += [
            replace(text, entry=EntryReference("claim", claim.position))
            for text in (value.as_written, value.read_as)
            if text
        ]
    return _once(viewer, texts)


def _once(viewer: Viewer, texts: Sequence[words.TextWords]) -> tuple[words.TextWords, ...]:
    """Each way of writing once, as strict as the strictest that it is in."""
    once: dict[str, words.TextWords] = {}
    for name in marked(viewer, tuple(texts)):
        kept = once.setdefault(name.text, name)
        if name.handling and kept.handling:
            once[name.text] = replace(kept, handling=strictest([kept.handling, name.handling]))
    return tuple(once.values())


def _agreed(viewer: Viewer, found: JoinedRecord) -> ConsentLine | None:
    """The consent of a person, or of whom it is a fact of, in a line; None for other records."""
    if found.first.of is not None:
        owner = find(viewer, found.first.of)
        return None if owner is None else _agreed(viewer, owner)
    if found.first.kind != "person":
        return None
    keys = [mention.position for mention in found.mentions]
    return consent_line(consent_of_record(viewer, keys))


def _joined(viewer: Viewer, found: JoinedRecord, query: Query) -> Joined:
    """The mentions of the record, and the judgements that join or hold apart, in parts."""
    keys = [mention.position for mention in found.mentions]
    mentions, mentions_pages = cut(
        found.mentions, query, JOINED, cursor="mention", section="joined"
    )
    since = query.number("judged")
    apart = (
        visible(viewer, Judgement)
        .filter(Q(left__in=keys) | Q(right__in=keys), ended_at__isnull=True)
        .filter(position__gt=-1 if since is None else since)
        .exclude(verdict="same")
        .order_by("position")[: JOINED + 1]
    )
    same = (j for j in found.judgements if since is None or j.position > since)
    judged = sorted([*same, *apart], key=lambda judgement: judgement.position)
    more = judged[JOINED - 1].position if len(judged) > JOINED else None
    judged = judged[:JOINED]
    named = by_position(viewer, Mention, {j.left for j in judged} | {j.right for j in judged})
    return Joined(
        mentions=tuple(
            replace(link, entry=EntryReference("mention", link.position))
            for mention in mentions
            if (link := words.record_link(mention)) is not None
        ),
        in_all=len(found.mentions),
        mentions_pages=mentions_pages,
        judgements=tuple(
            JudgedPair(
                position=judgement.position,
                verdict=judgement.verdict,
                verdict_words=words.code_words("verdict", judgement.verdict),
                left=words.record_link(named.get(judgement.left)),
                right=words.record_link(named.get(judgement.right)),
                reason=judgement.reason,
                person=judgement.person,
                entry=EntryReference("judgement", judgement.position),
            )
            for judgement in judged
        ),
        judgements_pages=turning(since, more, cursor="judged", section="joined"),
    )
