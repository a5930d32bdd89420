"""Sources: who says things, what their interests are, whom they repeat, what they say."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from habeas.archive.access import Viewer, as_known, newest, visible
from habeas.archive.ledger.committed_entries import head
from habeas.archive.models import Lineage, Retraction, Source
from habeas.archive.openness import consent_of_source
from habeas.display import cards, output
from habeas.display.asking import Query, by_position, one, paged
from habeas.display.claims import Assessed, assessments
from habeas.display.marks import ConsentLine, consent_line
from habeas.display.references import EntryReference, Marked, Target, Turning, optional
from habeas.figures.evaluation import loading
from habeas.figures.evaluation.rows import Origins

ALIKE = 30  # sources of one origin that are named


@dataclass(frozen=True, slots=True)
class SourcesShown:
    """The sources, in the order of the ledger."""

    title: str
    sources: tuple[cards.SourceLink, ...]
    pages: Turning


@dataclass(frozen=True, slots=True)
class SourceInFull(cards.SourceLink):
    """A source with what is known of it; ``address`` as recorded, never followed."""

    about: str
    address: str
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
class SourceOrigins:
    """Behind a source, those who repeat nobody; ``with_it``: other sources of its one origin."""

    origins: tuple[cards.SourceLink, ...]
    with_it: tuple[cards.SourceLink, ...]
    with_it_in_all: int


@dataclass(frozen=True, slots=True)
class SourceShown:
    """One source and what it says, with what became of each claim.

    ``accounts``: where these are by date. ``retracting``: the command that shows what would fall
    with it, '' for whoever could not give it.
    """

    title: str
    source: SourceInFull
    retraction: RetractedSource | None
    former: cards.SourceLink | None
    newer: cards.SourceLink | None
    lineage: SourceLineage
    origins: SourceOrigins
    assessments: tuple[Assessed, ...]
    claims: tuple[cards.Card, ...]
    states: tuple[output.StateCount, ...]
    claims_in_all: int
    claims_more: bool
    pages: Turning
    accounts: Target
    retracting: str


def sources(viewer: Viewer, query: Query) -> SourcesShown:
    """A part of the sources, with their kind and interests."""
    found, pages = paged(_listed(viewer), query)
    shown = tuple(map(cards.source_link, as_known(viewer, found)))
    return SourcesShown(_("Sources"), shown, pages)


def _listed(viewer: Viewer) -> QuerySet[Source]:
    """Each source once: its newest version that the viewer may see, retracted ones too."""
    if viewer.is_owner:
        return visible(viewer, Source).exclude(ended_by="superseded")
    kept = newest(viewer, Source).values("position")
    return visible(viewer, Source).filter(Q(position__in=kept) | Q(ended_by="retracted"))


def source(viewer: Viewer, position: int, query: Query) -> SourceShown:
    """The source at a position, and a part of its claims; raises ``NotThere`` or ``Gone``."""
    row = as_known(viewer, [one(viewer, Source, position)])[0]
    said = output.output(viewer, position, query)
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
            agreed=consent_line(consent_of_source(viewer, row)),
        ),
        retraction=_retraction(viewer, row),
        former=cards.source_link(former.get(row.previous or -1)),
        newer=cards.source_link(newer),
        lineage=_lineage(viewer, position),
        origins=_origins(viewer, position),
        assessments=assessments(viewer, [position]),
        claims=said.cards,
        states=said.states,
        claims_in_all=said.in_all,
        claims_more=said.more,
        pages=said.pages,
        accounts=Target("accounts", position),
        retracting=f"habeas retract {position} --dry-run"
        if viewer.is_owner and row.ended_by != "retracted"
        else "",
    )


def _origins(viewer: Viewer, position: int) -> SourceOrigins:
    """Those behind it who repeat nobody, and who goes back to the same one and no other."""
    size = head()[0]
    rows, first = loading.all_sources(viewer, size)
    known = Origins(loading.lineage(viewer, size), first)
    newest_of = {row.first: row.described for row in rows.values()}
    own, itself = known.of(position), known.first(position)
    alike = [each for each in newest_of if each != itself and known.of(each) == own]
    alike = sorted(newest_of[each] for each in alike) if len(own) == 1 else []
    origins = sorted(newest_of[each] for each in own if each in newest_of)
    found = cards.sources_at(viewer, {*origins, *alike[:ALIKE]})
    return SourceOrigins(
        tuple(cards.source_link(found[each]) for each in origins),
        tuple(cards.source_link(found[each]) for each in alike[:ALIKE]),
        len(alike),
    )


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
