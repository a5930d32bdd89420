"""Reads the rows of one viewer as of one ledger size: the only door of this room.

Invariants: every row comes through ``access.visible``; the number of queries depends on
the definition and never on the number of rows; records are the unions of the visible
``same`` judgements that stood as of the size, so an invisible judgement joins nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Max, Q, QuerySet

from habeas.archive import models as m
from habeas.archive import openness, regions
from habeas.archive.access import Viewer, live, newest, visible
from habeas.archive.access.gates import speaking
from habeas.archive.components import components
from habeas.archive.groupings import episodes_under
from habeas.archive.joined import find_all
from habeas.archive.records import joining_pairs, owners_of
from habeas.archive.review.pairs import COMPARED_KINDS
from habeas.archive.store import forgetting
from habeas.archive.store.pieces import in_pieces
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.evaluation.rows import ClaimRow, SourceRow
from habeas.vocabulary import schema as vocabulary
from habeas.vocabulary.schema import Schema

_CLAIM_COLUMNS = ClaimRow._fields[:-2]
_SUBJECT, _REF = _CLAIM_COLUMNS.index("subject"), _CLAIM_COLUMNS.index("ref")
#: ``ClaimRow._make`` without counting the columns of each of a million rows.
_row: Callable[[type[ClaimRow], tuple[Any, ...]], ClaimRow] = tuple.__new__
#: Of several figures together, how many claims are read at once and held; more are read one figure
#: after the other.
MOST_TOGETHER = 50_000
MOST_REMEMBERED = 1_000


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
    def joined(self) -> Mapping[int, int]:
        """Every mention that was joined to another, with its record."""
        return self._joined


def same_judgements(viewer: Viewer, as_of: int) -> QuerySet[m.Judgement]:
    """They join; of two detentions only while their persons are one (``records.joining_pairs``)."""
    return live(visible(viewer, m.Judgement).filter(verdict="same"), as_of)


def all_records(viewer: Viewer, as_of: int, without: int | None = None) -> Records:
    """The records of the whole archive; ``without`` leaves one judgement out."""
    judged = same_judgements(viewer, as_of)
    if without is not None:
        judged = judged.exclude(position=without)
    return Records(joining_pairs(judged))


def records_around(viewer: Viewer, mentions: Collection[int], as_of: int | None) -> Records:
    """The records of a few mentions: as they stand (None), else by walking outwards from them."""
    if as_of is None:
        judged = (j for each in find_all(viewer, mentions).values() for j in each.judgements)
        return Records({(j.left, j.right, j.position) for j in judged})
    seen: set[int] = set()
    new = set(mentions)
    while new:
        while new:
            seen |= new
            found = same_judgements(viewer, as_of).filter(Q(left__in=new) | Q(right__in=new))
            new = {each for pair in found.values_list("left", "right") for each in pair} - seen
        new = set(owners_of(seen).values()) - seen
    return Records(joining_pairs(same_judgements(viewer, as_of).filter(left__in=seen)))


def live_claims(viewer: Viewer, as_of: int | None) -> QuerySet[m.Claim]:
    """The claims that stood as of a size (now: None) and may count: of those about what a picture
    shows, the ones that somebody confirmed by then."""
    return speaking(live(visible(viewer, m.Claim), as_of), as_of)


def grouped_in(viewer: Viewer, mentions: Collection[int], as_of: int) -> set[int]:
    """The claims about its owner that groupings put in the record of these mentions."""
    rows = visible(viewer, m.Mention).filter(position__in=list(mentions), of__isnull=False)
    found = about_the_owner(viewer, episodes_under(viewer, rows, as_of), as_of)
    return {
        position
        for some in in_pieces(sorted(found))
        for position in live_claims(viewer, as_of)
        .filter(position__in=some)
        .values_list("position", flat=True)
    }


def about_the_owner(
    viewer: Viewer, grouped: Mapping[int, tuple[int, int]], as_of: int | None
) -> dict[int, tuple[int, int]]:
    """Of claims in groupings (``groupings.episodes_of``), those about whoever owns the episode.

    What joined the two may be revoked since: the others are of another person, and of no episode.
    """
    if not grouped:
        return {}
    owners = owners_of({episode for episode, _ in grouped.values()})
    subjects: dict[int, int] = {}
    for some in in_pieces(sorted(grouped)):
        rows = visible(viewer, m.Claim).filter(position__in=some)
        subjects.update(rows.values_list("position", "subject"))
    pairs = {
        claim: (subjects[claim], owners[episode])
        for claim, (episode, _) in grouped.items()
        if claim in subjects and episode in owners
    }
    apart = {each for one, other in pairs.values() if one != other for each in (one, other)}
    of = records_around(viewer, apart, as_of).of if apart else int
    return {claim: grouped[claim] for claim, (one, other) in pairs.items() if of(one) == of(other)}


def claim_columns() -> tuple[str, ...]:
    """The columns of a claim that ``with_records`` makes a row of."""
    return _CLAIM_COLUMNS


def claim_rows(claims: QuerySet[m.Claim], records: Records) -> list[ClaimRow]:
    """The claims as plain rows, in ledger order."""
    return with_records(claims.order_by("position").values_list(*_CLAIM_COLUMNS), records)


def with_records(rows: Iterable[tuple[Any, ...]], records: Records) -> list[ClaimRow]:
    """Claim columns as rows, each with its record and the record that it refers to."""
    joined = records.joined
    return [
        _row(
            ClaimRow,
            (*row, joined.get(row[_SUBJECT], row[_SUBJECT]), joined.get(row[_REF], row[_REF])),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class RowsRead:
    """The live claims of some properties, and what is read of them and of whom they are about.

    ``mentions``: position, kind, caption, where it ended; also all of the kinds that are counted.
    """

    properties: frozenset[str]
    counts: frozenset[str]
    claims: list[ClaimRow]
    cited: frozenset[int]
    through: Mapping[int, tuple[int, ...]]
    mentions: list[tuple[int, str, str, int | None]]

    def hold(self, definition: FigureDefinition) -> bool:
        """Whether all that a definition asks about is among them."""
        return self.properties.issuperset(definition.properties) and self.counts.issuperset(
            _counted(definition)
        )

    def of(self, definition: FigureDefinition) -> RowsRead:
        """Those of one definition, as they would be read for it alone."""
        names, counts = frozenset(definition.properties), _counted(definition)
        if names == self.properties and counts == self.counts:
            return self
        claims = [row for row in self.claims if row.property in names]
        about = {row.subject for row in claims} | {row.ref for row in claims}
        positions = {row.position for row in claims}
        return RowsRead(
            names,
            counts,
            claims,
            self.cited & positions,
            {claim: self.through[claim] for claim in positions & self.through.keys()},
            [row for row in self.mentions if row[0] in about or row[1] in counts],
        )


def _counted(definition: FigureDefinition) -> frozenset[str]:
    return frozenset(filter(None, [definition.counts]))


_more: dict[tuple[Any, ...], bool] = {}  # see ``Ground.is_more``
forgetting.with_archive(_more.clear)


class Ground:
    """What every figure of one viewer as of one size stands on, read when it is first needed.

    Given to several evaluations in a row, it is read once; it is kept no longer than they take.
    ``together``: the definitions that are asked, whose rows and levels are then read in a number
    of queries that does not grow with theirs. Of one that needs a purpose which the viewer has not
    stated nothing is read.
    """

    def __init__(
        self,
        viewer: Viewer,
        as_of: int,
        *,
        without: int | None = None,
        together: Sequence[FigureDefinition] = (),
    ) -> None:
        self.viewer, self.as_of, self._without = viewer, as_of, without
        self._spoken_of: dict[str, frozenset[int]] = {}
        self._owns: dict[Sequence[str], bool] = {}
        self._populations: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        asked = [d for d in together if viewer.purpose is not None or not d.picks_by]
        self._together = asked if len(asked) > 1 else []
        self._levels: dict[openness.Thing, str] = {}

    @cached_property
    def vocabulary(self) -> Schema:
        return regions.vocabulary()

    def is_more(self, most: int, what: Hashable, rows: Callable[[], QuerySet[Any]]) -> bool:
        """Whether there are more than ``most`` rows; ``what`` they are, for this viewer and size.

        It is remembered, because an overview asks it of each figure, and counting so far takes
        longer than all else on it.
        """
        key = (self.viewer.name, self.viewer.key, self.as_of, self._without, most, what)
        if key not in _more:
            if len(_more) >= MOST_REMEMBERED:
                _more.clear()
            _more[key] = rows().values_list("position")[most : most + 1].exists()
        return _more[key]

    def holds(self, definition: FigureDefinition) -> bool:
        """Whether the rows that a definition asks about were read with those of others."""
        return self._shared is not None and self._shared.hold(definition)

    def rows(self, definition: FigureDefinition) -> RowsRead:
        """The rows that a definition asks about."""
        shared = self._shared
        if shared is not None and shared.hold(definition):
            return shared.of(definition)
        return self._read(frozenset(definition.properties), _counted(definition))

    def strictest(
        self,
        things: Mapping[str, Collection[int]],
        among: Mapping[str, QuerySet[m.Projection]] | None = None,
    ) -> str:
        """``openness.handling_of_all`` for this viewer; ``among``: rows that many of them are."""
        shared = self._shared
        if shared is None:
            return openness.handling_of_all(self.viewer, things, among)
        asked = {(kind, position) for kind, positions in things.items() for position in positions}
        if new := asked - self._levels.keys():
            new |= set() if self._levels else self._likely(shared)
            found = openness.levels_of_each(self.viewer, new)
            self._levels |= {thing: found.get(thing, openness.PUBLIC) for thing in new}
        return openness.strictest(self._levels[thing] for thing in asked)

    def _likely(self, shared: RowsRead) -> set[openness.Thing]:
        """What is going to be asked about by one figure or another."""
        return {
            *(("claim", row.position) for row in shared.claims),
            *(("mention", row[0]) for row in shared.mentions),
            *(("definition", d.position) for d in self._together if d.position is not None),
            *(("source", row.described) for row in self.sources[0].values()),
            *(("lineage", entry) for entry, _ in self.repeating),
        }

    @cached_property
    def _shared(self) -> RowsRead | None:
        if not self._together:
            return None
        names = frozenset(name for d in self._together for name in d.properties)
        counts = frozenset[str]().union(*map(_counted, self._together))
        claims = live_claims(self.viewer, self.as_of).filter(property__in=sorted(names))
        if self.is_more(MOST_TOGETHER, names, lambda: claims):
            return None
        return self._read(names, counts)

    def _read(self, properties: frozenset[str], counts: frozenset[str]) -> RowsRead:
        viewer = self.viewer
        queried = live_claims(viewer, self.as_of).filter(property__in=sorted(properties))
        positions = queried.values("position")
        cited = visible(viewer, m.ClaimPassage).filter(claim__in=positions, ordinal=0)
        passed_on = visible(viewer, m.ClaimSource).filter(claim__in=positions, ordinal__gt=0)
        through: dict[int, tuple[int, ...]] = {}
        for claim, source in passed_on.order_by("claim", "ordinal").values_list("claim", "source"):
            through[claim] = (*through.get(claim, ()), source)
        about = Q(position__in=queried.values("subject"))
        about |= Q(position__in=queried.filter(ref__isnull=False).values("ref"))
        if counts:
            about |= Q(kind__in=sorted(counts))
        mentions = visible(viewer, m.Mention).filter(position__lt=self.as_of).filter(about)
        return RowsRead(
            properties,
            counts,
            claim_rows(queried, self.records),
            frozenset(cited.values_list("claim", flat=True)),
            through,
            list(
                mentions.order_by("position").values_list("position", "kind", "caption", "ended_at")
            ),
        )

    @cached_property
    def records(self) -> Records:
        return all_records(self.viewer, self.as_of, self._without)

    def population(self, kind: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The records of a kind: those that stand, and those known from retracted lists alone."""
        if kind not in self._populations:
            self._populations[kind] = self._population(kind)
        return self._populations[kind]

    def _population(self, kind: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        stands: dict[int, bool] = {}
        of = self.records.of
        rows = visible(self.viewer, m.Mention).filter(kind=kind, position__lt=self.as_of)
        for position, ended_at in rows.values_list("position", "ended_at").iterator():
            record = of(position)
            known = ended_at is None or ended_at >= self.as_of
            stands[record] = known or stands.get(record, False)
        spoken_of = self.spoken_of(kind)
        standing = {record for record, known in stands.items() if known or record in spoken_of}
        return tuple(sorted(standing)), tuple(sorted(stands.keys() - standing))

    def owns(self, kinds: Sequence[str]) -> bool:
        """Whether there is any owned record of these kinds that the viewer may see."""
        if not kinds:
            return False
        if kinds not in self._owns:
            rows = visible(self.viewer, m.Mention).filter(kind__in=kinds, of__isnull=False)
            self._owns[kinds] = rows.exists()
        return self._owns[kinds]

    @cached_property
    def sources(self) -> tuple[dict[int, SourceRow], dict[int, int]]:
        return all_sources(self.viewer, self.as_of)

    @cached_property
    def lineage(self) -> list[tuple[int, int]]:
        return lineage(self.viewer, self.as_of)

    @cached_property
    def repeating(self) -> list[tuple[int, int]]:
        """The entries that say whose word repeats whose, each with who repeats."""
        rows = live(visible(self.viewer, m.Lineage), self.as_of)
        return list(rows.values_list("position", "source"))

    def compared(self, kind: str) -> int | None:
        """Up to which ledger size a run has compared the records of a kind; 0 where none has.

        None where no run would compare such records. The public sees no runs, so nothing is said to
        it of what they left out.
        """
        seen = self.viewer.is_owner or self.viewer.is_team
        return self._compared.get(kind, 0) if seen and kind in COMPARED_KINDS else None

    @cached_property
    def _compared(self) -> dict[str, int]:
        runs = newest(self.viewer, m.Linkage, self.as_of).values("kind").order_by("kind")
        return dict(runs.annotate(newest=Max("size")).values_list("kind", "newest"))

    def spoken_of(self, kind: str) -> frozenset[int]:
        """``_spoken_of`` of a kind of record."""
        if kind not in self._spoken_of:
            kinds = vocabulary.core().kinds.values()
            owns = self.owns(tuple(each.name for each in kinds if kind in each.of))
            found = _spoken_of(self.viewer, kind, self.records, self.as_of, owns=owns)
            self._spoken_of[kind] = found
        return self._spoken_of[kind]


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


def _spoken_of(
    viewer: Viewer, kind: str, records: Records, as_of: int, *, owns: bool
) -> frozenset[int]:
    """The counted records whose mention was taken back with its list but of whom a live
    claim says something all the same, of whatever property: these are still known. What is said
    of a detention is said of its person."""
    ended = visible(viewer, m.Mention).filter(kind=kind, ended_at__lt=as_of)
    claims = live_claims(viewer, as_of)
    spoken = claims.filter(subject__in=ended.values("position")).values_list("subject", flat=True)
    found = {records.of(subject) for subject in spoken}
    if owns:
        theirs = visible(viewer, m.Mention).filter(of__in=ended.values("position"))
        owners = dict(theirs.values_list("position", "of"))
        about = claims.filter(subject__in=theirs.values("position")) if owners else claims.none()
        owned = about.values_list("subject", flat=True)
        found |= {records.of(of) for subject in owned if (of := owners[subject]) is not None}
    return frozenset(found)
