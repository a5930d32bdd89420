"""Reads the rows of one viewer as of one ledger size: the only door of this room.

Invariants: every row comes through ``access.visible``; the number of queries depends on
the definition and never on the number of rows; records are the unions of the visible
``same`` judgements that stood as of the size, so an invisible judgement joins nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Any

from django.db.models import Max, Min, Q, QuerySet

from habeas.archive import models as m
from habeas.archive.access import Viewer, live, newest, visible
from habeas.archive.records import components
from habeas.archive.review.pairs import OpenPair, open_pairs
from habeas.figures.definition import rules as r
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.definition.naming import records_named
from habeas.figures.errors import UnknownRecord, UnknownSource
from habeas.figures.evaluation.rows import ClaimRow, Facts, Origins, SourceRow
from habeas.figures.places import LOCATING

_CLAIM_COLUMNS = ClaimRow._fields[:-2]
_JOINING = ("left", "right", "position")


class Records:
    """Which record each mention belongs to, and what joins it; a mention by itself is its own."""

    def __init__(self, judged: Collection[tuple[int, int, int]]) -> None:
        pairs = [(left, right) for left, right, _ in judged]
        joined = components({mention for pair in pairs for mention in pair}, pairs)
        self._joined = joined
        self._joining: dict[int, list[int]] = defaultdict(list)
        for left, _, judgement in judged:
            self._joining[joined[left]].append(judgement)
        self._members: dict[int, list[int]] = defaultdict(list)
        for mention, record in sorted(joined.items()):
            self._members[record].append(mention)

    def of(self, mention: int) -> int:
        return self._joined.get(mention, mention)

    def members(self, record: int) -> list[int]:
        """The mentions of a record, earliest first."""
        return self._members.get(record) or [record]

    def joining(self, record: int) -> list[int]:
        """The judgements by which a record is one."""
        return self._joining.get(record, [])

    @property
    def joined(self) -> Collection[int]:
        """Every mention that was joined to another."""
        return self._joined.keys()


def same_judgements(viewer: Viewer, as_of: int) -> QuerySet[m.Judgement]:
    return live(visible(viewer, m.Judgement).filter(verdict="same"), as_of)


def all_records(viewer: Viewer, as_of: int, without: int | None = None) -> Records:
    """The records of the whole archive; ``without`` leaves one judgement out."""
    judged = same_judgements(viewer, as_of)
    if without is not None:
        judged = judged.exclude(position=without)
    return Records(list(judged.values_list(*_JOINING)))


def records_around(viewer: Viewer, mentions: Iterable[int], as_of: int) -> Records:
    """The records of a few mentions, found by walking outwards from them."""
    seen = set(mentions)
    new = set(seen)
    judged: set[tuple[int, int, int]] = set()
    while new:
        found = same_judgements(viewer, as_of).filter(Q(left__in=new) | Q(right__in=new))
        judged.update(found.values_list(*_JOINING))
        new = {mention for left, right, _ in judged for mention in (left, right)} - seen
        seen |= new
    return Records(judged)


def live_claims(viewer: Viewer, as_of: int) -> QuerySet[m.Claim]:
    return live(visible(viewer, m.Claim), as_of)


def claim_rows(claims: QuerySet[m.Claim], records: Records) -> list[ClaimRow]:
    """The claims as plain rows, in ledger order."""
    return with_records(claims.order_by("position").values_list(*_CLAIM_COLUMNS), records)


def with_records(rows: Iterable[tuple[Any, ...]], records: Records) -> list[ClaimRow]:
    """Claim columns as rows, each with its record and the record that it refers to."""
    of = records.of
    ref = _CLAIM_COLUMNS.index("ref")
    return [
        ClaimRow._make((*row, of(row[1]), None if row[ref] is None else of(row[ref])))
        for row in rows
    ]


class Ground:
    """What every figure of one viewer as of one size stands on, read when it is first needed.

    Given to several evaluations in a row, it is read once; it is kept no longer than they take.
    """

    def __init__(self, viewer: Viewer, as_of: int, *, without: int | None = None) -> None:
        self.viewer, self.as_of, self._without = viewer, as_of, without
        self._spoken_of: dict[str, frozenset[int]] = {}

    @cached_property
    def records(self) -> Records:
        return all_records(self.viewer, self.as_of, self._without)

    @cached_property
    def sources(self) -> tuple[dict[int, SourceRow], dict[int, int]]:
        return all_sources(self.viewer, self.as_of)

    @cached_property
    def lineage(self) -> list[tuple[int, int]]:
        return lineage(self.viewer, self.as_of)

    def spoken_of(self, kind: str) -> frozenset[int]:
        """``_spoken_of`` of a kind of record."""
        if kind not in self._spoken_of:
            found = _spoken_of(self.viewer, kind, self.records, self.as_of)
            self._spoken_of[kind] = frozenset(found)
        return self._spoken_of[kind]


def load(definition: FigureDefinition, ground: Ground) -> Facts:
    """Everything that a definition asks about."""
    viewer, as_of, records = ground.viewer, ground.as_of, ground.records
    names = {name for rule in definition.rules for name in records_named(rule)}
    conditions = {test.condition for rule in definition.rules for test in rule.tests}
    queried = live_claims(viewer, as_of).filter(property__in=definition.properties)
    rows = claim_rows(queried, records)
    positions = queried.values("position")
    mentions = visible(viewer, m.Mention).filter(position__lt=as_of)
    captions, kinds, population = _mentions(definition, mentions, queried, records, as_of)
    with_claims = {row.record for row in rows} | ground.spoken_of(definition.counts)
    cited = visible(viewer, m.ClaimPassage).filter(claim__in=positions, ordinal=0)
    passed_on = visible(viewer, m.ClaimSource).filter(claim__in=positions, ordinal__gt=0)
    through: dict[int, tuple[int, ...]] = {}
    for claim, source in passed_on.order_by("claim", "ordinal").values_list("claim", "source"):
        through[claim] = (*through.get(claim, ()), source)
    sources, first = ground.sources
    listed = _listed(viewer, definition, records, sources, as_of)
    return Facts(
        records=tuple(sorted(p for p, stands in population.items() if stands or p in with_claims)),
        withdrawn=tuple(
            sorted(p for p, stands in population.items() if not stands and p not in with_claims)
        ),
        claims=tuple(rows),
        sources=sources,
        origins=Origins(ground.lineage, first),
        cited=frozenset(cited.values_list("claim", flat=True)),
        through=through,
        grades=_grades(viewer, positions, as_of) if "credibility" in conditions else {},
        captions=captions,
        kinds=kinds,
        named=_named(names, viewer, mentions, records, as_of) if names else {},
        above=_above(rows) if any(rule.name == r.IN_PLACE for rule in definition.rules) else {},
        listed=listed,
        open_pairs=_open_pairs(viewer, definition, records, population, as_of),
        compared=_compared(viewer, definition, as_of),
    )


def all_sources(viewer: Viewer, as_of: int) -> tuple[dict[int, SourceRow], dict[int, int]]:
    """Every version of a source by position, described as the newest; the earliest of each."""
    rows = visible(viewer, m.Source).filter(position__lt=as_of).order_by("position")
    found: dict[int, SourceRow] = {}
    newest_of: dict[int, SourceRow] = {}
    first: dict[int, int] = {}
    for position, code, name, kind, interests, previous in rows.values_list(
        "position", "code", "name", "kind", "interests", "previous"
    ):
        first[position] = position if previous is None else first.get(previous, previous)
        row = SourceRow(position, code, name, kind, interests, first[position], position)
        found[position] = newest_of[first[position]] = row
    for position, row in found.items():
        now = newest_of[row.first]
        found[position] = row._replace(
            code=now.code, kind=now.kind, interests=now.interests, described=now.position
        )
    return found, first


def lineage(viewer: Viewer, as_of: int) -> list[tuple[int, int]]:
    """The pairs (source, the source that it repeats) that stood as of a size."""
    return list(live(visible(viewer, m.Lineage), as_of).values_list("source", "repeats"))


def captions_of(viewer: Viewer, records: Iterable[int], as_of: int) -> dict[int, str]:
    """The caption of each record's earliest mention, for a page's worth of records."""
    rows = visible(viewer, m.Mention).filter(position__in=set(records), position__lt=as_of)
    return dict(rows.values_list("position", "caption"))


def _mentions(
    definition: FigureDefinition,
    mentions: QuerySet[m.Mention],
    claims: QuerySet[m.Claim],
    records: Records,
    as_of: int,
) -> tuple[dict[int, str], dict[int, str], dict[int, bool]]:
    """Captions and kinds by record, and the counted records: whether any mention stands."""
    about = Q(position__in=claims.values("subject"))
    about |= Q(position__in=claims.filter(ref__isnull=False).values("ref"))
    if definition.counts:
        about |= Q(kind=definition.counts)
    captions: dict[int, str] = {}
    kinds: dict[int, str] = {}
    population: dict[int, bool] = {}
    rows = mentions.filter(about).order_by("position")
    for position, kind, caption, ended_at in rows.values_list(
        "position", "kind", "caption", "ended_at"
    ):
        record = records.of(position)
        captions.setdefault(record, caption)
        kinds.setdefault(record, kind)
        if kind == definition.counts:
            stands = ended_at is None or ended_at >= as_of
            population[record] = population.get(record, False) or stands
    return captions, kinds, population


def _spoken_of(viewer: Viewer, kind: str, records: Records, as_of: int) -> set[int]:
    """The counted records whose mention was taken back with its list but of whom a live
    claim says something all the same, of whatever property: these are still known."""
    ended = visible(viewer, m.Mention).filter(kind=kind, ended_at__lt=as_of)
    claims = live_claims(viewer, as_of).filter(subject__in=ended.values("position"))
    return {records.of(subject) for subject in claims.values_list("subject", flat=True)}


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
    """Of these records those that stand: by a mention of theirs, or by a live claim about one."""
    members = {mention for record in asked for mention in records.members(record)}
    standing = live(mentions, as_of).filter(position__in=members)
    spoken_of = live_claims(viewer, as_of).filter(subject__in=members)
    found = {*standing.values_list("position", flat=True)}
    found |= {*spoken_of.values_list("subject", flat=True)}
    return {records.of(mention) for mention in found}


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
    for each in definition.estimation.lists:
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
        found[each.name] = on
    return found


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


def _compared(viewer: Viewer, definition: FigureDefinition, as_of: int) -> int | None:
    """Up to which ledger size a run has compared the records that are counted.

    The public sees no runs, so nothing is said to it of what they left out.
    """
    if definition.undecided_ppm is None or not (viewer.is_owner or viewer.is_team):
        return None
    runs = newest(viewer, m.Linkage, as_of).filter(kind=definition.counts)
    return int(runs.aggregate(newest=Max("size"))["newest"] or 0)


def _grades(viewer: Viewer, claims: Any, as_of: int) -> dict[int, str]:
    """The latest credibility grade of each claim."""
    graded = live(visible(viewer, m.Assessment), as_of).filter(
        scheme="credibility", target_kind="claim", target__in=claims
    )
    return dict(graded.order_by("position").values_list("target", "grade"))


def _above(rows: Iterable[ClaimRow]) -> dict[int, dict[int, tuple[int, ...]]]:
    """For each record, the places that assertions put it in, and those assertions."""
    found: dict[int, dict[int, tuple[int, ...]]] = defaultdict(dict)
    for row in rows:
        if row.property in LOCATING and row.stance == "asserts" and row.ref_record is not None:
            places = found[row.record]
            places[row.ref_record] = (*places.get(row.ref_record, ()), row.position)
    return dict(found)
