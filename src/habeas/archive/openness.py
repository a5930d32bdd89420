"""How open a thing that is shown may be: its handling level, and the consent that it rests on.

``of`` answers for everything on a page or in a list at once, in a number of queries that does not
grow with it. Invariants: a derived thing is as strict as the strictest of its parts
(``strictest``); only rows that the viewer may see are asked of, so nothing here tells of others; to
the public everything that it sees is public, and nothing is said of it. What somebody agreed to is
answered in one place for pages, commands and exports (``_agreements``, decision 0031).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar

from django.db.models import CharField, F, Max, OuterRef, QuerySet, Subquery, Value

from habeas.archive import models as m
from habeas.archive.access import Viewer, live, visible
from habeas.archive.access.consents import (
    Standing,
    standing,
    today,
    until_of_all,
    waiting_among,
)
from habeas.archive.access.labels import FOR_EVER, LEVEL_NAMES, LEVELS
from habeas.archive.joined import find_all
from habeas.archive.store.pieces import in_pieces

K = TypeVar("K")
Thing = tuple[str, int]  # a kind and a position

PUBLIC: Final = LEVEL_NAMES[0]
_CHUNK: Final = 5_000  # positions in one question

#: What has a handling level, by its name in an address, a tree or a list. A record is asked for by
#: any mention of it and is as strict as all of them and as what joins them, a mention by itself.
KINDS: Final[Mapping[str, type[m.Projection]]] = {
    "record": m.Mention,
    "mention": m.Mention,
    "claim": m.Claim,
    "source": m.Source,
    "passage": m.Passage,
    "exhibit": m.Exhibit,
    "layer": m.Layer,
    "reading": m.Reading,
    "custody": m.CustodyEvent,
    "judgement": m.Judgement,
    "grouping": m.Grouping,
    "acceptance": m.Acceptance,
    "assessment": m.Assessment,
    "lineage": m.Lineage,
    "transcript": m.Transcript,
    "picture-hash": m.PictureHash,
    "picture-reference": m.PictureReference,
    "hold": m.Hold,
    "consent": m.Consent,
    "retraction": m.Retraction,
    "linkage": m.Linkage,
    "definition": m.Definition,
}

#: Of whom or what a consent is asked.
_PEOPLE: Final = frozenset({"person"})
_SPEAKERS: Final = frozenset({"person", "witness"})

HELD: Final = "legal hold"
#: What a list says beside a name. Agreed to be public, without a remark, needs no word.
CONSENT_WORDS: Final[Mapping[str, str]] = {
    "none": "no consent",
    "limited": "consent, not public",
    "remark": "consent with a remark",
    "withdrawn": "consent withdrawn",
    "expired": "consent expired",
}


#: Whether somebody in a row must agree to publication, and does today.
NOT_NEEDED, AGREED, NOT_GIVEN = "not-needed", "agreed", "not-agreed"
#: The states of ``consents.Standing``, that which says least for publication first.
STATES: Final = ("none", "withdrawn", "expired", "limited", "remark", "public")


@dataclass(frozen=True, slots=True)
class Openness:
    """``handling`` is a level by name. ``consent`` is a state of ``consents.Standing``, '' where
    none is asked for or nothing may be said. ``held``: a legal hold lies on it, or on what it
    rests on."""

    handling: str = PUBLIC
    consent: str = ""
    held: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The marks in words, those that say nothing left out."""
        handling = "" if self.handling == PUBLIC else self.handling
        hold = HELD if self.held else ""
        return tuple(filter(None, (handling, CONSENT_WORDS.get(self.consent, ""), hold)))


def strictest(levels: Iterable[str]) -> str:
    """The strictest of some levels by name: that of what is derived from such parts."""
    return LEVEL_NAMES[max((LEVELS[level] for level in levels), default=0)]


#: What was found on the page that is being made, for each viewer; None outside of one.
_page: ContextVar[dict[tuple[object, Thing], Openness | None] | None] = ContextVar(
    "_page", default=None
)


@contextmanager
def one_page() -> Iterator[None]:
    """Nothing is asked twice until this ends: builders mark parts that the whole marks again."""
    token = _page.set({})
    try:
        yield
    finally:
        _page.reset(token)


def of(viewer: Viewer, wanted: Mapping[str, Collection[int]]) -> dict[Thing, Openness]:
    """For each kind (``KINDS``) and position that the viewer may see, how open it is."""
    if not _inside(viewer):
        return {}
    kept = _page.get()
    if kept is None:
        return _found(viewer, wanted)
    whose = viewer.key
    things = [(kind, position) for kind, positions in wanted.items() for position in positions]
    new: dict[str, set[int]] = {}
    for kind, position in things:
        if (whose, (kind, position)) not in kept:
            new.setdefault(kind, set()).add(position)
    found = _found(viewer, new)
    kept |= {(whose, (kind, at)): found.get((kind, at)) for kind in new for at in new[kind]}
    told = ((thing, kept[whose, thing]) for thing in things)
    return {thing: known for thing, known in told if known is not None}


def _found(viewer: Viewer, wanted: Mapping[str, Collection[int]]) -> dict[Thing, Openness]:
    parts: dict[Thing, list[Thing]] = {}  # what each rests on
    people: dict[Thing, list[int]] = {}  # whose consents decide
    owned: dict[Thing, int] = {}  # of whom a record is
    for kind, positions in wanted.items():
        if kind != "record":
            parts |= {(kind, position): [(kind, position)] for position in positions}
    for position, record in find_all(viewer, wanted.get("record", ())).items():
        mentions = [each.position for each in record.mentions]
        parts["record", position] = [
            *(("mention", each) for each in mentions),
            *(("judgement", each.position) for each in record.judgements),
        ]
        if record.first.kind in _PEOPLE:
            people["record", position] = mentions
        elif record.first.of is not None:
            owned["record", position] = record.first.of
    owners = find_all(viewer, set(owned.values()))
    for thing, owner in owned.items():  # what is of a person rests on that person's consent
        if owner in owners and owners[owner].first.kind in _PEOPLE:
            people[thing] = [each.position for each in owners[owner].mentions]
    levels, speakers = _levels(viewer, {part for each in parts.values() for part in each})
    people |= {thing: [thing[1]] for thing in parts if thing in speakers}
    agreed = _agreements(viewer, people)
    held = _held(viewer, wanted.get("exhibit", ()), people)
    return {
        thing: Openness(
            strictest(levels[each] for each in rests_on if each in levels),
            agreed[thing].state if thing in people else "",
            thing in held,
        )
        for thing, rests_on in parts.items()
        if any(each in levels for each in rests_on)
    }


def _levels(viewer: Viewer, things: Collection[Thing]) -> tuple[dict[Thing, str], set[Thing]]:
    """The level of each thing that the viewer may see, and which are sources of whom consent is
    asked: in one query for all kinds, unless they are very many.
    """
    by_kind: dict[str, list[int]] = {}
    for kind, position in things:
        by_kind.setdefault(kind, []).append(position)
    level = Subquery(m.Label.objects.filter(id=OuterRef("label")).values("level"))
    rows = [
        visible(viewer, KINDS[kind])
        .filter(position__in=part)
        .annotate(
            of_kind=Value(kind, output_field=CharField()),
            strictness=level,
            speaks=F("kind") if kind == "source" else Value("", output_field=CharField()),
        )
        .values_list("of_kind", "position", "strictness", "speaks")
        for kind in sorted(by_kind)
        for part in in_pieces(sorted(by_kind[kind]), _CHUNK)
    ]
    if len(things) <= _CHUNK and len(rows) > 1:
        rows = [rows[0].union(*rows[1:], all=True)]
    levels: dict[Thing, str] = {}
    speakers: set[Thing] = set()
    for kind, position, strictness, speaks in (row for part in rows for row in part):
        if strictness is not None:
            levels[kind, position] = LEVEL_NAMES[strictness]
        if speaks in _SPEAKERS:
            speakers.add((kind, position))
    return levels, speakers


class Handled(NamedTuple):
    """What a label says. ``consent_until``: the last ISO day on which all agree, '' without end,
    not agreed or not to be known. ``state``: of ``STATES``, that of whoever agrees least; '' where
    nobody is asked. A compartment that the viewer may not see is not named."""

    handling: str
    consent: str
    consent_until: str
    compartments: tuple[str, ...]
    state: str


class Handlings:
    """The labels asked about so far; few, however many rows carry them.

    Asked only of labels of rows that the viewer may see.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._known: dict[str, Handled] = {}
        self._compartments = dict(visible(viewer, m.Compartment).values_list("position", "key"))

    def of(self, *labels: str) -> Handled:
        """What the labels say together, of what rests on all that carry them."""
        self.learn(labels)
        found = [self._known[label] for label in set(labels)]
        return found[0] if len(found) == 1 else _all_of(found)

    def learn(self, labels: Iterable[str]) -> None:
        """Ask about several labels, in a number of queries that does not grow with them."""
        new = {label for label in labels if label not in self._known}
        if not new:
            return
        named: dict[str, set[str]] = {label: set() for label in new}
        asked: dict[str, set[int]] = {}
        parts = m.LabelPart.objects.filter(label__in=new)
        for label, compartment, consent_of in parts.values_list(
            "label", "compartment", "consent_of"
        ):
            if consent_of is not None:
                asked.setdefault(label, set()).add(consent_of)
            elif compartment in self._compartments:
                named[label].add(self._compartments[compartment])
        agreed = _of_people(self._viewer, {each for people in asked.values() for each in people})
        for label, level, until in m.Label.objects.filter(id__in=new).values_list(
            "id", "level", "public_until"
        ):
            consent, last, state = NOT_NEEDED, "", ""
            if label in asked:
                consent, last, state = _told_together(
                    [agreed[each] for each in asked[label]],
                    in_public="" if _inside(self._viewer) else until,
                )
            self._known[label] = Handled(
                LEVEL_NAMES[level], consent, last, tuple(sorted(named[label])), state
            )


def _told_together(agreed: Sequence[Standing], *, in_public: str) -> tuple[str, str, str]:
    """Whether several people agree, the last day on which they all do, and the least state.

    ``in_public``: to the public the last day of a row, which says by being there that all agree.
    It is told only where every consent behind it is public too.
    """
    least = min((each.state for each in agreed), key=STATES.index)
    last = min((each.until for each in agreed), default=FOR_EVER)
    if in_public >= today():
        return AGREED, "" if least != STATES[-1] or last == FOR_EVER else last, STATES[-1]
    if least != STATES[-1]:
        return NOT_GIVEN, "", least
    return AGREED, "" if last == FOR_EVER else last, least


def _all_of(found: Sequence[Handled]) -> Handled:
    """As strict as the strictest, in everything."""
    consents = {each.consent for each in found}
    consent = next((c for c in (NOT_GIVEN, AGREED) if c in consents), NOT_NEEDED)
    days = [each.consent_until for each in found if each.consent_until]
    return Handled(
        strictest(each.handling for each in found),
        consent,
        min(days) if days and consent == AGREED else "",
        tuple(sorted({key for each in found for key in each.compartments})),
        min((each.state for each in found if each.state), key=STATES.index, default=""),
    )


def _of_people(viewer: Viewer, people: Collection[int]) -> dict[int, Standing]:
    """How what each mention or source agreed to stands, with all that is joined to it."""
    together = {person: [person] for person in people}
    for position, record in find_all(viewer, people).items():
        together[position] = [mention.position for mention in record.mentions]
    return _agreements(viewer, together)


def handling_of_all(
    viewer: Viewer,
    things: Mapping[str, Collection[int]],
    among: Mapping[str, QuerySet[m.Projection]] | None = None,
) -> str:
    """The strictest level among many rows, in a few queries however many they are.

    ``among``: for some kinds rows that hold all of these: where there are more than one question
    takes, those that are stricter than the first are looked for in them.
    """
    if not _inside(viewer):
        return PUBLIC
    beyond = {k: things[k] for k in among or () if len(things.get(k, ())) > _CHUNK}
    first = {kind: list(islice(positions, _CHUNK)) for kind, positions in beyond.items()}
    ordered = {kind: sorted(positions) for kind, positions in {**things, **first}.items()}
    most = 0
    rows = [
        visible(viewer, KINDS[kind]).filter(position__in=part).values("label")
        for kind, positions in ordered.items()
        for part in in_pieces(positions, _CHUNK)
    ]
    if len(rows) > 1 and sum(map(len, ordered.values())) <= _CHUNK:
        rows = [rows[0].union(*rows[1:])]
    for part in rows:
        found = m.Label.objects.filter(id__in=part).aggregate(most=Max("level"))
        most = max(most, found["most"] or 0)
        if most == max(LEVELS.values()):
            break
    for kind, positions in beyond.items():
        most = max(most, _stricter((among or {})[kind], frozenset(positions), most))
    return LEVEL_NAMES[most]


def _stricter(rows: QuerySet[m.Projection], positions: frozenset[int], than: int) -> int:
    """The strictest level of some rows by position, where that is stricter than a level."""
    labels = m.Label.objects.filter(level__gt=than)
    for level in sorted(set(labels.values_list("level", flat=True).distinct()), reverse=True):
        of_level = rows.filter(label__in=m.Label.objects.filter(level=level).values("id"))
        if not positions.isdisjoint(of_level.values_list("position", flat=True).iterator()):
            return level
    return than


def levels_of_each(viewer: Viewer, things: Collection[Thing]) -> dict[Thing, str]:
    """The level of each of many rows that the viewer may see."""
    return _levels(viewer, things)[0] if _inside(viewer) else {}


def consent_of_record(viewer: Viewer, mentions: Collection[int]) -> Standing | None:
    """What the person of these mentions agreed to; None where the viewer is told of none."""
    return _told(viewer, mentions)


def consent_of_source(viewer: Viewer, source: m.Source) -> Standing | None:
    """What a witness, or a person who is a source, agreed to; None for other sources."""
    return _told(viewer, [source.position]) if source.kind in _SPEAKERS else None


def _told(viewer: Viewer, people: Collection[int]) -> Standing | None:
    if not _inside(viewer):
        return None
    return _agreements(viewer, {"": people})[""]


def _inside(viewer: Viewer) -> bool:
    return viewer.is_owner or viewer.is_team


def levels_of(labels: Collection[str]) -> dict[str, str]:
    """The level of each label by name."""
    rows = m.Label.objects.filter(id__in=labels) if labels else m.Label.objects.none()
    return {label: LEVEL_NAMES[level] for label, level in rows.values_list("id", "level")}


def _agreements(viewer: Viewer, groups: Mapping[K, Collection[int]]) -> dict[K, Standing]:
    """What each group of people, who are one or speak as one, agreed to, as the viewer may know.

    It is what the consents say that they may see. Where these say that it may be public and those
    that they may not see allow less, nothing is said to be agreed: consents act for everybody.
    """
    everyone = {person for people in groups.values() for person in people}
    rows: dict[int, list[m.Consent]] = {}
    if everyone:
        for row in visible(viewer, m.Consent).filter(subject__in=everyone).order_by("position"):
            rows.setdefault(row.subject, []).append(row)
    waits = waiting_among([row for some in rows.values() for row in some])
    found = {key: standing(_together(rows, people), waits) for key, people in groups.items()}
    public = [key for key, agreed in found.items() if agreed.state == STATES[-1]]
    if public and not viewer.is_owner:
        until = until_of_all({person for key in public for person in groups[key]})
        for key in public:
            if min(until[person] for person in groups[key]) < found[key].until:
                found[key] = Standing()
    return found


def _together(agreed: Mapping[int, list[m.Consent]], people: Iterable[int]) -> list[m.Consent]:
    rows = [row for person in people for row in agreed.get(person, ())]
    return sorted(rows, key=lambda row: row.position)


def _held(
    viewer: Viewer, exhibits: Collection[int], people: Mapping[tuple[str, int], list[int]]
) -> set[tuple[str, int]]:
    """The exhibits that a legal hold lies on, and the people whose claims cite one."""
    if not (exhibits or people):
        return set()
    under = set(live(visible(viewer, m.Hold)).values_list("target", flat=True))
    if not under:
        return set()
    found = {("exhibit", position) for position in under.intersection(exhibits)}
    places = visible(viewer, m.Passage).filter(exhibit__in=under).values("position")
    citing = visible(viewer, m.ClaimPassage).filter(passage__in=places).values("claim")
    keys = {each for fellows in people.values() for each in fellows}
    spoken = visible(viewer, m.ClaimSource).filter(source__in=keys, claim__in=citing)
    owned = dict(visible(viewer, m.Mention).filter(of__in=keys).values_list("position", "of"))
    about = visible(viewer, m.Claim).filter(subject__in={*keys, *owned}, position__in=citing)
    subjects = about.values_list("subject", flat=True)
    on_hold = {
        *spoken.values_list("source", flat=True),
        *(owned.get(subject, subject) for subject in subjects),
    }
    return found | {thing for thing, fellows in people.items() if on_hold.intersection(fellows)}


def strictest_of(rows: QuerySet[Any]) -> str:
    """The strictest level of some rows, however many there are."""
    labels = m.Label.objects.filter(id__in=rows.order_by().values("label"))
    return LEVEL_NAMES[labels.aggregate(strictest=Max("level"))["strictest"] or 0]
