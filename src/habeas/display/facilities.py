"""A facility as a reader asks about it: where, what before, seen when, how large, on whose list.

Invariants: nothing here is decided: accounts that differ stand side by side; a growth that is
reported is never among the measured ones; of the people said to have been held there only numbers
are given, over what the viewer may see, and no list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from habeas.archive.access import Viewer
from habeas.archive.groupings import episodes_of
from habeas.archive.joined import JoinedRecord, find_all
from habeas.archive.ledger.committed_entries import head
from habeas.archive.models import Claim, Mention
from habeas.display import cards, pictures, words
from habeas.display.area_chart import AreaChart
from habeas.display.asking import by_position
from habeas.display.figures import measured
from habeas.display.figures.drawings import ClaimNumber, claim_numbers
from habeas.display.figures.places import precision_words
from habeas.display.last_known import Said, said_of
from habeas.display.references import EntryReference, Marked, Target
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.definition.recorded import in_force
from habeas.figures.evaluation import loading, measuring
from habeas.figures.evaluation.rows import ClaimRow

KIND, PICTURES, DETENTION = "facility", "observation", "detention"
MOST = 60  # observations that are shown
MOST_CLAIMS = 1_500  # of a facility and its observations
MOST_HELD = 2_000  # statements that somebody was held there, of which people are counted

#: What is asked of a facility first; the rest of what is said stands below.
FIRST = (
    *("facility_type", "located_in", "location", "address", "converted_from"),
    *("built", "opened", "closed"),
)
_GROWTH = "area_growth"


@dataclass(frozen=True, slots=True)
class SiteFigure(Marked):
    """A figure that tells of sites: that lays inventories side by side, or gives their growth."""

    title: str
    url: Target
    entry: EntryReference


@dataclass(frozen=True, slots=True)
class SiteAreas:
    """What was measured: each outline, and the change between the first and the last.

    ``figures``: those that measure a change of sites.
    """

    chart: AreaChart | None
    outlines: tuple[measured.OutlineShown, ...]
    changes: tuple[measured.ChangeShown, ...]
    figures: tuple[SiteFigure, ...]


@dataclass(frozen=True, slots=True)
class OnInventory:
    """An inventory of a figure, one of whose sources tells of the site by ``claim``."""

    name: str
    figure: SiteFigure
    claim: ClaimNumber


@dataclass(frozen=True, slots=True)
class HeldThere:
    """How many people are said to have been held there, over what the viewer may see.

    ``detentions`` are told apart, ``statements`` are of no detention in particular; ``speakers``
    say so. ``more``: there are more statements than were counted, so each is at least so many.
    """

    people: int
    detentions: int
    statements: int
    speakers: int
    more: bool


@dataclass(frozen=True, slots=True)
class FacilityShown:
    """What a reader asks first. ``precision``: how near the points are meant to be, in words.

    ``growth_reported``: what sources say of it, which nobody can measure again; it stands in the
    reported figures ``growth_figures``, as what was measured in ``SiteAreas.figures``.
    """

    facts: tuple[Said, ...]
    precision: tuple[str, ...]
    pictures: pictures.Pictures | None
    areas: SiteAreas | None
    growth_reported: tuple[cards.Card, ...]
    growth_figures: tuple[SiteFigure, ...]
    inventories: tuple[OnInventory, ...]
    held: HeldThere | None


def facility(
    viewer: Viewer, found: JoinedRecord, observations: Sequence[JoinedRecord]
) -> FacilityShown | None:
    """That of a record with its observations; None for a record of another kind."""
    if found.first.kind != KIND:
        return None
    subjects = [mention.position for mention in found.mentions]
    shown = observations[:MOST]
    of = {m.position: each.position for each in shown for m in each.mentions}
    claims = _claims(viewer, subjects, of)
    around = cards.around(viewer, claims)
    own = [claim for claim in claims if claim.subject not in of]
    by_view: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.subject in of:
            by_view[of[claim.subject]].append(claim)
    first = [claim for claim in own if claim.property in FIRST]
    growth = [cards.card(claim, around) for claim in own if claim.property == _GROWTH]
    figures = in_force(viewer)
    return FacilityShown(
        facts=said_of(first, around),
        precision=_precisions(first),
        pictures=pictures.pictures(shown, by_view, around, max(0, len(observations) - MOST)),
        areas=_areas(found.position, claims, of, around, figures),
        growth_reported=tuple(growth),
        growth_figures=tuple(_site_figure(d) for d in figures if growth and _GROWTH in d.reports),
        inventories=_inventories(viewer, [*subjects, *of], figures),
        held=_held(viewer, subjects),
    )


def _claims(viewer: Viewer, subjects: Sequence[int], of: Mapping[int, int]) -> list[Claim]:
    """What is said of the site first, and all that is said of its observations."""
    wanted = Q(subject__in=subjects, property__in=[*FIRST, _GROWTH, "outline"])
    if of:
        wanted |= Q(subject__in=list(of))
    rows = loading.live_claims(viewer, None).filter(wanted)
    return list(rows.order_by("position")[:MOST_CLAIMS])


def _precisions(claims: Iterable[Claim]) -> tuple[str, ...]:
    """How near the stated points are meant to be, each once."""
    points = (words.value_of(c, None).place for c in claims if c.property == "location")
    return tuple(dict.fromkeys(precision_words(p.precision) for p in points if p is not None))


def _areas(
    site: int,
    claims: Sequence[Claim],
    of: Mapping[int, int],
    around: cards.Around,
    figures: Sequence[FigureDefinition],
) -> SiteAreas | None:
    """The outlines with their areas, as a measured figure has them; None where there are none."""
    asserted = [claim for claim in claims if claim.stance == "asserts"]
    views = {claim.position: of[claim.subject] for claim in asserted if claim.subject in of}
    names = loading.claim_columns()
    rows = [ClaimRow._make((*(getattr(c, n) for n in names), site, c.ref)) for c in asserted]
    outlines = measuring.outlines_of(site, rows, views)
    if not outlines:
        return None
    changes, _answer = measuring.changes_of(outlines)
    return SiteAreas(
        measured.site_chart(outlines),
        measured.outlines(outlines, around.sources),
        measured.changes(changes),
        tuple(_site_figure(each) for each in figures if each.measures == "area-change"),
    )


def _site_figure(definition: FigureDefinition) -> SiteFigure:
    where = Target(
        "figure", definition.key, section="inventories" if definition.inventories else ""
    )
    return SiteFigure(
        definition.title, where, EntryReference("definition", definition.position or 0)
    )


def _inventories(
    viewer: Viewer, subjects: Sequence[int], figures: Sequence[FigureDefinition]
) -> tuple[OnInventory, ...]:
    """The inventories of figures in force that name the site, in the order of their figures."""
    asked = [definition for definition in figures if definition.inventories]
    if not asked:
        return ()
    wanted = {code for d in asked for each in d.lists for code in each.sources}
    sources, _first = loading.all_sources(viewer, head()[0])
    code_of = {at: row.code for at, row in sources.items() if row.code in wanted}
    said = loading.live_claims(viewer, None).filter(subject__in=subjects, source__in=list(code_of))
    firsts: dict[str, int] = {}
    rows = said.exclude(stance="denies").order_by("position")
    for position, source in rows.values_list("position", "source")[:MOST_CLAIMS]:
        firsts.setdefault(code_of[source], position)
    return tuple(each for definition in asked for each in _naming(definition, firsts))


def _naming(definition: FigureDefinition, firsts: Mapping[str, int]) -> Iterable[OnInventory]:
    for each in definition.lists:
        claims = [firsts[code] for code in each.sources if code in firsts]
        if claims:
            there = _site_figure(definition)
            yield OnInventory(each.name, there, claim_numbers((min(claims),))[0])


def _held(viewer: Viewer, subjects: Sequence[int]) -> HeldThere | None:
    """Who is said to have been held there, as numbers; None where nobody is."""
    rows = loading.live_claims(viewer, None).filter(
        ref__in=subjects, property="detained_in", stance="asserts"
    )
    said = list(rows.order_by("position").values_list("position", "subject", "source"))
    more, said = len(said) > MOST_HELD, said[:MOST_HELD]
    mentions = by_position(viewer, Mention, [subject for _claim, subject, _source in said])
    if not mentions:
        return None
    people = {m.position if m.of is None else m.of for m in mentions.values()}
    told_apart = {m.position for m in mentions.values() if m.kind == DETENTION}
    loose = [claim for claim, subject, _source in said if subject not in told_apart]
    grouped = loading.about_the_owner(viewer, episodes_of(viewer, loose), None) if loose else {}
    told_apart |= {grouped[claim][0] for claim in loose if claim in grouped}
    records = find_all(viewer, people | told_apart)
    return HeldThere(
        people=len({records[at].position for at in people if at in records}),
        detentions=len({records[at].position for at in told_apart if at in records}),
        statements=sum(claim not in grouped for claim in loose),
        speakers=len({source for _claim, _subject, source in said}),
        more=more,
    )
