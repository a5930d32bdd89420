"""How open a thing that is shown may be: its handling level, and the consent that it rests on.

``of`` answers for everything on a page or in a list at once, in a number of queries that does not
grow with it. Invariants: a derived thing is as strict as the strictest of its parts
(``strictest``); only rows that the viewer may see are asked of, so nothing here tells of others; to
the public everything that it sees is public, and nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Max

from habeas.archive import models as m
from habeas.archive.access import Viewer, live, visible
from habeas.archive.access.consents import Standing, standing
from habeas.archive.access.labels import LEVEL_NAMES, LEVELS
from habeas.archive.joined import find_all
from habeas.archive.store.pieces import in_pieces

PUBLIC: Final = LEVEL_NAMES[0]
_CHUNK: Final = 5_000  # positions in one question

#: What has a handling level, by its name in an address, a tree or a list. A record is asked for by
#: any mention of it and is as strict as all of them, a mention by itself.
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
    "assessment": m.Assessment,
    "lineage": m.Lineage,
    "hold": m.Hold,
    "consent": m.Consent,
    "retraction": m.Retraction,
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


def of(viewer: Viewer, wanted: Mapping[str, Collection[int]]) -> dict[tuple[str, int], Openness]:
    """For each kind (``KINDS``) and position that the viewer may see, how open it is."""
    if not _inside(viewer):
        return {}
    labels: dict[tuple[str, int], set[str]] = {}
    people: dict[tuple[str, int], list[int]] = {}  # whose consents decide
    for kind, positions in wanted.items():
        if not positions:
            continue
        if kind == "record":
            for position, record in find_all(viewer, positions).items():
                labels[kind, position] = {mention.label for mention in record.mentions}
                if record.first.kind in _PEOPLE:
                    people[kind, position] = [each.position for each in record.mentions]
            continue
        names = ("position", "label", *(("kind",) if kind == "source" else ()))
        rows = visible(viewer, KINDS[kind]).filter(position__in=positions)
        for position, label, *of_source in rows.values_list(*names):
            labels[kind, position] = {label}
            if of_source and of_source[0] in _SPEAKERS:
                people[kind, position] = [position]
    levels = levels_of({label for found in labels.values() for label in found})
    agreed = _standings(viewer, {each for found in people.values() for each in found})
    held = _held(viewer, wanted.get("exhibit", ()), people)
    return {
        thing: Openness(
            strictest(levels[label] for label in found if label in levels),
            standing(_together(agreed, people[thing])).state if thing in people else "",
            thing in held,
        )
        for thing, found in labels.items()
    }


def handling_of_all(viewer: Viewer, kind: str, positions: Collection[int]) -> str:
    """The strictest level among many rows of one kind, in a few queries however many they are."""
    if not _inside(viewer):
        return PUBLIC
    most = 0
    for part in in_pieces(sorted(positions), _CHUNK):
        rows = visible(viewer, KINDS[kind]).filter(position__in=part)
        found = m.Label.objects.filter(id__in=rows.values("label")).aggregate(most=Max("level"))
        most = max(most, found["most"] or 0)
        if most == max(LEVELS.values()):
            break
    return LEVEL_NAMES[most]


def consent_of_record(viewer: Viewer, mentions: Collection[int]) -> Standing | None:
    """What the person of these mentions agreed to; None where the viewer is told of none."""
    return _told(viewer, mentions)


def consent_of_source(viewer: Viewer, source: m.Source) -> Standing | None:
    """What a witness, or a person who is a source, agreed to; None for other sources."""
    return _told(viewer, [source.position]) if source.kind in _SPEAKERS else None


def _told(viewer: Viewer, people: Collection[int]) -> Standing | None:
    if not _inside(viewer):
        return None
    return standing(_together(_standings(viewer, people), people))


def _inside(viewer: Viewer) -> bool:
    return viewer.is_owner or viewer.is_team


def levels_of(labels: Collection[str]) -> dict[str, str]:
    """The level of each label by name."""
    rows = m.Label.objects.filter(id__in=labels) if labels else m.Label.objects.none()
    return {label: LEVEL_NAMES[level] for label, level in rows.values_list("id", "level")}


def _standings(viewer: Viewer, people: Collection[int]) -> dict[int, list[m.Consent]]:
    """The consents of each mention or source that the viewer may see."""
    found: dict[int, list[m.Consent]] = {}
    if people:
        rows = visible(viewer, m.Consent).filter(subject__in=people)
        for row in rows.order_by("position"):
            found.setdefault(row.subject, []).append(row)
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
    about = visible(viewer, m.Claim).filter(subject__in=keys, position__in=citing)
    on_hold = {
        *spoken.values_list("source", flat=True),
        *about.values_list("subject", flat=True),
    }
    return found | {thing for thing, fellows in people.items() if on_hold.intersection(fellows)}
