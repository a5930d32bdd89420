"""Everything that a definition asks about, as plain rows: from the rows read for it.

Invariants: as of ``loading``, through which every row comes; what a definition names and the viewer
may not see is refused by name, and never said to be there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from django.db.models import Min, Q, QuerySet

from habeas.archive import models as m
from habeas.archive.access import Viewer, live, visible
from habeas.archive.review.pairs import OpenPair, different, judged, open_pairs
from habeas.figures.definition import rules as r
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.definition.naming import records_named
from habeas.figures.errors import UnknownRecord, UnknownSource
from habeas.figures.evaluation import placing
from habeas.figures.evaluation.loading import Ground, Records, RowsRead, live_claims
from habeas.figures.evaluation.rows import ClaimRow, Episodes, Facts, Origins, SourceRow
from habeas.figures.places import LOCATING
from habeas.vocabulary import schema as vocabulary


def load(definition: FigureDefinition, ground: Ground) -> Facts:
    """Everything that a definition asks about."""
    read = ground.rows(definition)
    captions, kinds, population = _mentions(definition, read, ground.records, ground.as_of)
    claims, episodes = read.claims, Episodes()
    if definition.counts:
        claims, episodes = _placed(definition, ground, read.claims, kinds)
        captions |= loose_captions(episodes, captions)
    with_claims = {row.record for row in claims} | ground.spoken_of(definition.counts)
    in_place = any(rule.name == r.IN_PLACE for rule in definition.rules)
    return replace(
        _beside(definition, ground, population),
        records=tuple(
            sorted(
                {p for p, stands in population.items() if stands or p in with_claims}
                | episodes.loose
            )
        ),
        withdrawn=tuple(
            sorted(p for p, stands in population.items() if not stands and p not in with_claims)
        ),
        claims=tuple(claims),
        speakers=frozenset(row.source for row in read.claims)
        if definition.asks_who_speaks
        else frozenset(),
        cited=read.cited,
        through=read.through,
        captions=captions,
        kinds=kinds,
        above=above_of(read.claims) if in_place else {},
        episodes=episodes,
    )


def _placed(
    definition: FigureDefinition,
    ground: Ground,
    rows: list[ClaimRow],
    kinds: Mapping[int, str],
) -> tuple[list[ClaimRow], Episodes]:
    """The claims as this figure reads them: of a person or of a detention (``placing``)."""
    owned_kinds = placing.kinds_owned(definition)
    known: dict[int, placing.OwnedMention] = {}
    groups: placing.Grouped = {}
    if ground.owns(owned_kinds):
        mentions = placing.mentions(ground, owned_kinds)
        known = placing.owned(ground, mentions)
        groups = placing.grouped(ground, mentions) if definition.episodes_of else {}
    elif not definition.episodes_of:
        return rows, Episodes()
    owners = placing.owners_of(definition) or (definition.counts,)
    return placing.placed(
        definition, rows, known, groups, lambda record: kinds.get(record) in owners
    )


def loose_captions(episodes: Episodes, captions: Mapping[int, str]) -> dict[int, str]:
    """What a claim is called that reads as one possible episode."""
    found = ((claim, captions.get(episodes.owner[claim])) for claim in episodes.loose)
    return {claim: f"{caption} (one claim, not grouped)" for claim, caption in found if caption}


def unread(definition: FigureDefinition, ground: Ground) -> Facts:
    """All that a count asks about but claims and what is read with them."""
    records, withdrawn = ground.population(definition.counts)
    beside = _beside(definition, ground, {*records, *withdrawn})
    return replace(beside, records=records, withdrawn=withdrawn)


def _beside(definition: FigureDefinition, ground: Ground, population: Collection[int]) -> Facts:
    """What a definition asks about beside the claims and the records of its kind."""
    viewer, as_of, records = ground.viewer, ground.as_of, ground.records
    names = {name for rule in definition.asked for name in records_named(rule)}
    conditions = {test.condition for rule in definition.asked for test in rule.tests}
    mentions = visible(viewer, m.Mention).filter(position__lt=as_of)
    sources, first = ground.sources
    return Facts(
        sources=sources,
        origins=Origins(ground.lineage, first),
        grades=_grades(ground, definition) if "credibility" in conditions else {},
        named=_named(names, viewer, mentions, records, as_of) if names else {},
        listed=_listed(viewer, definition, records, sources, as_of),
        open_pairs=_open_pairs(viewer, definition, records, population, as_of),
        apart=different(judged(viewer, as_of), records.of) if definition.inventories else {},
        compared=ground.compared(definition.counts) if definition.kind == "counted" else None,
    )


def _mentions(
    definition: FigureDefinition, read: RowsRead, records: Records, as_of: int
) -> tuple[dict[int, str], dict[int, str], dict[int, bool]]:
    """Captions and kinds by record, and the counted records: whether any mention stands."""
    captions: dict[int, str] = {}
    kinds: dict[int, str] = {}
    population: dict[int, bool] = {}
    for position, kind, caption, ended_at in read.mentions:
        record = records.of(position)
        captions.setdefault(record, caption)
        kinds.setdefault(record, kind)
        if kind == definition.counts:
            stands = ended_at is None or ended_at >= as_of
            population[record] = population.get(record, False) or stands
    return captions, kinds, population


def _named(
    names: Iterable[str],
    viewer: Viewer,
    mentions: QuerySet[m.Mention],
    records: Records,
    as_of: int,
) -> dict[str, frozenset[int]]:
    """The records that stand behind each caption or ``#position``."""
    captions = {name for name in names if not name.startswith("#")}
    numbers = {name: int(name[1:]) for name in names if name.startswith("#")}
    wanted = mentions.filter(Q(caption__in=captions) | Q(position__in=numbers.values()))
    rows = list(wanted.values_list("position", "caption"))
    known = _known({records.of(position) for position, _ in rows}, viewer, mentions, records, as_of)
    found: dict[str, set[int]] = {name: set() for name in names}
    for position, caption in rows:
        for name in (caption, f"#{position}"):
            if name in found and records.of(position) in known:
                found[name].add(records.of(position))
    missing = sorted(name for name, behind in found.items() if not behind)
    if missing and not viewer.is_owner:
        raise UnknownRecord(  # an open definition may name what is sealed
            "The definition names a record that this viewer may not see, or that is not there.",
            next_step="Ask a person who may see all of the archive to check the definition.",
        )
    if missing:
        shown = ", ".join(f"“{name}”" for name in missing)
        raise UnknownRecord(
            f"No record is called {shown}.",
            next_step='Write the caption exactly as recorded, or a position such as "#12".',
        )
    return {name: frozenset(behind) for name, behind in found.items()}


def _known(
    asked: Iterable[int],
    viewer: Viewer,
    mentions: QuerySet[m.Mention],
    records: Records,
    as_of: int,
) -> set[int]:
    """Of these records those that stand: by a mention of theirs, or by a live claim about one.

    What is said of a detention is said of its person (``loading.Ground.spoken_of``).
    """
    members = {mention for record in asked for mention in records.members(record)}
    standing = live(mentions, as_of).filter(position__in=members)
    found = {records.of(mention) for mention in standing.values_list("position", flat=True)}
    left = {mention for mention in members if records.of(mention) not in found}
    if not left:
        return found
    owned = mentions.filter(of__in=left).values_list("position", "of")
    owners = {position: of for position, of in owned if of is not None}
    spoken_of = live_claims(viewer, as_of).filter(subject__in=left | owners.keys())
    said = spoken_of.values_list("subject", flat=True)
    return found | {records.of(owners.get(subject, subject)) for subject in said}


def _listed(
    viewer: Viewer,
    definition: FigureDefinition,
    records: Records,
    sources: Mapping[int, SourceRow],
    as_of: int,
) -> dict[str, dict[int, int]]:
    """Who is on each list of an estimate: of whom one of its sources says anything."""
    by_code: dict[str, list[int]] = defaultdict(list)
    for source in sources.values():
        by_code[source.code].append(source.position)
    found: dict[str, dict[int, int]] = {}
    for each in definition.lists:
        missing = [code for code in each.sources if code not in by_code]
        if missing and not viewer.is_owner:
            raise UnknownSource(
                "A list of the definition names a source that this viewer may not see, or that is "
                "not there.",
                next_step="Ask a person who may see all of the archive to check the definition.",
            )
        if missing:
            raise UnknownSource(
                f"The list “{each.name}” names sources that are not there: {', '.join(missing)}.",
                next_step="Write the codes as `habeas` records them.",
            )
        positions = [p for code in each.sources for p in by_code[code]]
        said = live_claims(viewer, as_of).filter(source__in=positions).exclude(stance="denies")
        on: dict[int, int] = {}
        firsts = said.values("subject").annotate(first=Min("position")).order_by("first")
        for subject, first in firsts.values_list("subject", "first"):
            on.setdefault(records.of(subject), first)
        if owners := _owners_on(viewer, definition.counts, set(on), as_of):
            placed: dict[int, int] = {}
            for subject, first in on.items():
                placed.setdefault(records.of(owners.get(subject, subject)), first)
            on = placed
        found[each.name] = on
    return found


def _owners_on(
    viewer: Viewer, counts: str, subjects: Collection[int], as_of: int
) -> dict[int, int]:
    """Of owned records of whom a list says something, the owners of the counted kind."""
    if not any(counts in kind.of for kind in vocabulary.core().kinds.values()):
        return {}
    rows = visible(viewer, m.Mention).filter(position__lt=as_of, of__isnull=False)
    found = rows.values_list("position", "of")
    return {position: of for position, of in found if position in subjects and of is not None}


def _open_pairs(
    viewer: Viewer,
    definition: FigureDefinition,
    records: Records,
    population: Collection[int],
    as_of: int,
) -> tuple[OpenPair, ...]:
    """The pairs of the counted kind that nobody has decided, where the definition asks."""
    if not definition.asks_for_pairs:
        return ()
    found = open_pairs(
        viewer,
        records.of,
        as_of,
        threshold_ppm=definition.undecided_ppm,
        kind=definition.counts,
    )
    return tuple(
        pair
        for pair in found
        if pair.left in population and pair.right in population  # "cannot tell": of any kind
    )


def _grades(ground: Ground, definition: FigureDefinition) -> dict[int, str]:
    """The latest credibility grade of each claim."""
    viewer, as_of = ground.viewer, ground.as_of
    claims = live_claims(viewer, as_of).filter(property__in=definition.properties)
    graded = live(visible(viewer, m.Assessment), as_of).filter(
        scheme="credibility", target_kind="claim", target__in=claims.values("position")
    )
    return dict(graded.order_by("position").values_list("target", "grade"))


def above_of(rows: Iterable[ClaimRow]) -> dict[int, dict[int, tuple[int, ...]]]:
    """For each record, the places that assertions put it in, and those assertions."""
    found: dict[int, dict[int, tuple[int, ...]]] = defaultdict(dict)
    for row in rows:
        if row.property in LOCATING and row.stance == "asserts" and row.ref_record is not None:
            places = found[row.record]
            places[row.ref_record] = (*places.get(row.ref_record, ()), row.position)
    return dict(found)
