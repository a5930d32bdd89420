"""Sources: who says things, what their interests are, whom they repeat, what they say."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from habeas.archive.access import Viewer, as_known, newest, visible
from habeas.archive.models import Claim, ClaimSource, Lineage, Retraction, Source
from habeas.archive.openness import consent_of_source
from habeas.display import cards, words
from habeas.display.asking import Query, by_position, one, paged, turning
from habeas.display.claims import Assessed, assessments
from habeas.display.marks import ConsentLine, consent_line
from habeas.display.references import EntryReference, Marked, Turning, optional

CLAIMS = 50  # of a source, in one part


@dataclass(frozen=True, slots=True)
class Interest:
    """Who pays for, owns or backs a source, as recorded."""

    kind: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class ListedSource(cards.SourceLink):
    """A source in a list."""

    interests: tuple[Interest, ...]


@dataclass(frozen=True, slots=True)
class SourcesShown:
    """The sources, in the order of the ledger."""

    title: str
    sources: tuple[ListedSource, ...]
    pages: Turning


@dataclass(frozen=True, slots=True)
class SourceInFull(cards.SourceLink):
    """A source with what is known of it; ``address`` as recorded, never followed."""

    about: str
    address: str
    interests: tuple[Interest, ...]
    agreed: ConsentLine | None


@dataclass(frozen=True, slots=True)
class RetractedSource(Marked):
    """The entry that took a source back, and why."""

    at: int
    reason: str
    entry: EntryReference | None = optional()


@dataclass(frozen=True, slots=True)
class Repetition(Marked):
    """Another source that repeats this one, or is repeated by it."""

    source: cards.SourceLink | None
    reason: str
    entry: EntryReference


@dataclass(frozen=True, slots=True)
class SourceLineage:
    """Whom a source repeats, and who repeats it."""

    repeats: tuple[Repetition, ...]
    repeated_by: tuple[Repetition, ...]


@dataclass(frozen=True, slots=True)
class SourceShown:
    """One source and what it says."""

    title: str
    source: SourceInFull
    retraction: RetractedSource | None
    former: cards.SourceLink | None
    newer: cards.SourceLink | None
    lineage: SourceLineage
    assessments: tuple[Assessed, ...]
    claims: tuple[cards.Card, ...]
    pages: Turning


def sources(viewer: Viewer, query: Query) -> SourcesShown:
    """A part of the sources, with their kind and interests."""
    found, pages = paged(_listed(viewer), query)
    shown = tuple(
        ListedSource(**cards.of_source(source), interests=interests(source))
        for source in as_known(viewer, found)
    )
    return SourcesShown(_("Sources"), shown, pages)


def _listed(viewer: Viewer) -> QuerySet[Source]:
    """Each source once: its newest version that the viewer may see, retracted ones too."""
    if viewer.is_owner:
        return visible(viewer, Source).exclude(ended_by="superseded")
    kept = newest(viewer, Source).values("position")
    return visible(viewer, Source).filter(Q(position__in=kept) | Q(ended_by="retracted"))


def interests(source: Source) -> tuple[Interest, ...]:
    """Who pays for, owns or backs a source, as recorded."""
    recorded: list[dict[str, str]] = json.loads(source.interests or "[]")
    return tuple(
        Interest(
            kind := entry.get("kind", ""),
            words.code_words("interest-kind", kind),
            entry.get("text", ""),
        )
        for entry in recorded
    )


def source(viewer: Viewer, position: int, query: Query) -> SourceShown:
    """The source at a position, and a part of its claims; raises ``NotThere`` or ``Gone``."""
    row = as_known(viewer, [one(viewer, Source, position)])[0]
    spoken, pages = _spoken(viewer, position, query)
    rows = cards.around(viewer, spoken)
    former = cards.sources_at(viewer, [row.previous])
    newer = None
    if row.ended_by == "superseded":
        newer = next(iter(cards.sources_at(viewer, [row.ended_at]).values()), None)
    return SourceShown(
        title=row.name or row.code,
        source=SourceInFull(
            **cards.of_source(row),
            about=row.about,
            address=row.url,
            interests=interests(row),
            agreed=consent_line(consent_of_source(viewer, row)),
        ),
        retraction=_retraction(viewer, row),
        former=cards.source_link(former.get(row.previous or -1)),
        newer=cards.source_link(newer),
        lineage=_lineage(viewer, position),
        assessments=assessments(viewer, position),
        claims=tuple(cards.card(claim, rows) for claim in spoken),
        pages=pages,
    )


def _spoken(viewer: Viewer, position: int, query: Query) -> tuple[list[Claim], Turning]:
    """A part of the claims that the source says or passes on."""
    after = query.number("after")
    links_of = visible(viewer, ClaimSource).filter(source=position)
    if after is not None:
        links_of = links_of.filter(claim__gt=after)
    keys = list(links_of.order_by("claim").values_list("claim", flat=True)[: CLAIMS + 1])
    more = keys[CLAIMS - 1] if len(keys) > CLAIMS else None
    found = by_position(viewer, Claim, keys[:CLAIMS])
    return [found[key] for key in sorted(found)], turning(after, more)


def _retraction(viewer: Viewer, row: Source) -> RetractedSource | None:
    if row.ended_by != "retracted" or row.ended_at is None:
        return None
    found = by_position(viewer, Retraction, [row.ended_at]).get(row.ended_at)
    entry = None if found is None else EntryReference("retraction", found.position)
    return RetractedSource(row.ended_at, found.reason if found else "", entry=entry)


def _lineage(viewer: Viewer, position: int) -> SourceLineage:
    """Whom the source repeats, and who repeats it."""
    rows = visible(viewer, Lineage).filter(ended_at__isnull=True)
    repeats = list(rows.filter(source=position).order_by("position")[:50])
    repeated_by = list(rows.filter(repeats=position).order_by("position")[:50])
    named = cards.sources_at(viewer, {r.repeats for r in repeats} | {r.source for r in repeated_by})
    return SourceLineage(
        repeats=tuple(_repetition(r, named[r.repeats]) for r in repeats if r.repeats in named),
        repeated_by=tuple(
            _repetition(r, named[r.source]) for r in repeated_by if r.source in named
        ),
    )


def _repetition(row: Lineage, other: Source) -> Repetition:
    return Repetition(cards.source_link(other), row.reason, EntryReference("lineage", row.position))
