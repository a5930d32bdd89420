"""What a count asks about, some records at a time, so that no archive is too large to count.

``asked`` gives the facts of a counted figure in parts: of a small archive one part, read whole; of
a large one some thousand records each, with every claim about them and about what they own that
the figure reads. Where the one condition on claims can be put to the database (``narrowing``),
claims that certainly do not meet it are not read: who has no other is dropped by that rule, as the
rule itself would say.

Invariants: the rules alone decide (``counting``), whoever reads; each record of the kind is in
exactly one part; memory grows with the records that are counted, never with the claims read.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.db.models import Exists, ExpressionWrapper, Field, OuterRef, Q, QuerySet

from habeas.archive import models as m
from habeas.archive.access import visible
from habeas.archive.store.pieces import in_pieces
from habeas.figures.definition import rules as r
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.evaluation import placing
from habeas.figures.evaluation.gathering import above_of, load, loose_captions, unread
from habeas.figures.evaluation.loading import Ground, claim_columns, live_claims, with_records
from habeas.figures.evaluation.narrowing import may_meet
from habeas.figures.evaluation.rows import ClaimRow, Episodes, Facts
from habeas.figures.places import LOCATING

#: As many claims of a figure, or records of its kind, are read whole.
MOST_AT_ONCE = 20_000
RECORDS_AT_ONCE = 4_000
#: Narrowed where at most one record in so many may meet the condition.
ONE_IN = 4
_SUBJECTS = 500  # named one by one in a question
_Asked = Callable[[str], Q]  # of which mentions, as a question about a column
_Marked = tuple[ClaimRow, int, int]  # with whether it cites a passage, and someone passed it on


@dataclass(frozen=True, slots=True)
class WholeFacts:
    """The facts of a small archive: one part."""

    whole: Facts

    def __iter__(self) -> Iterator[Facts]:
        yield self.whole

    def captions(self, records: Collection[int]) -> Mapping[int, str]:
        known = self.whole.captions
        return {record: known[record] for record in records if record in known}

    def among(self) -> Mapping[str, QuerySet[m.Projection]]:
        return {}


def asked(definition: FigureDefinition, ground: Ground) -> WholeFacts | FactsInParts:
    """The facts of a counted figure, in parts."""
    if ground.holds(definition) or not is_large(definition, ground):
        return WholeFacts(load(definition, ground))
    return FactsInParts(definition, ground)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Nothing looks for garbage in rings meanwhile: plain rows make none, and there are many."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def is_large(definition: FigureDefinition, ground: Ground) -> bool:
    """Whether a count is of so much that it is read in parts."""
    if ground.as_of <= MOST_AT_ONCE:  # each claim and each record is an entry
        return False
    names = frozenset(definition.properties)
    people = ground.is_more(MOST_AT_ONCE, definition.counts, lambda: _mentions(definition, ground))
    if people or _is_more(ground, names):
        # Whoever lies somewhere lies in all that is above: these claims are read at once.
        placing = names.intersection(LOCATING)
        return not placing or not _is_more(ground, placing)
    return False


def _is_more(ground: Ground, properties: frozenset[str]) -> bool:
    return ground.is_more(MOST_AT_ONCE, properties, lambda: _claims(ground, properties))


def _claims(ground: Ground, properties: Iterable[str]) -> QuerySet[m.Claim]:
    claims = live_claims(ground.viewer, ground.as_of)
    return claims.filter(property__in=sorted(properties))


def _mentions(definition: FigureDefinition, ground: Ground) -> QuerySet[m.Mention]:
    mentions = visible(ground.viewer, m.Mention)
    return mentions.filter(kind=definition.counts, position__lt=ground.as_of)


def _each(mentions: Sequence[int]) -> Iterator[_Asked]:
    """Some mentions, named one by one."""
    for some in in_pieces(mentions, _SUBJECTS):
        yield partial(_in, some)


def _in(mentions: Sequence[int], column: str) -> Q:
    return Q(**{f"{column}__in": mentions})


def _one_or_zero(rows: QuerySet[Any]) -> ExpressionWrapper[Exists]:
    """Whether there are such rows, as the database says it: nothing is made of each answer."""
    return ExpressionWrapper(Exists(rows), output_field=Field())


class FactsInParts:
    """The facts of a large archive. ``whole``: what holds of all parts, without claims."""

    def __init__(self, definition: FigureDefinition, ground: Ground) -> None:
        self._definition, self._ground = definition, ground
        self._names = frozenset(definition.properties)
        self._referred: dict[int, str] = {}
        self._loose: dict[int, int] = {}  # claims that read as possible episodes, and of whom
        owned = placing.kinds_owned(definition)
        self._owned_kinds = owned if ground.owns(owned) else ()
        self._owner_kinds = placing.owners_of(definition) or (definition.counts,)
        self.whole = unread(definition, ground)
        self._placing: dict[int, _Marked] = {}
        if any(rule.name == r.IN_PLACE for rule in definition.rules):
            for row, is_cited, is_passed_on in self._marked(_claims(ground, LOCATING)):
                self._placing[row.position] = row, is_cited, is_passed_on
            rows = sorted(row for row, *_ in self._placing.values())
            self.whole = replace(self.whole, above=above_of(rows))
        if definition.asks_who_speaks:
            speakers = _claims(ground, self._names).values_list("source", flat=True).distinct()
            self.whole = replace(self.whole, speakers=frozenset(speakers))

    def among(self) -> Mapping[str, QuerySet[m.Projection]]:
        """By kind, rows among which are most of those that the figure stands on."""
        claims: QuerySet[m.Projection] = _claims(self._ground, self._names)
        return {"claim": claims, "mention": _mentions(self._definition, self._ground)}

    def captions(self, records: Collection[int]) -> Mapping[int, str]:
        """The caption of the earliest mention of each record that the viewer may see."""
        found: dict[int, str] = {}
        if loose := {p: self._loose[p] for p in records if p in self._loose}:
            known = self.captions({p for p in records if p not in loose}.union(loose.values()))
            own = {p: known[p] for p in records if p in known}
            return {**own, **loose_captions(Episodes(owner=loose, loose=frozenset(loose)), known)}
        of = self._ground.records.of
        mentions = visible(self._ground.viewer, m.Mention).filter(position__lt=self._ground.as_of)
        left = set(records)
        if len(left) > len(self.whole.records) // 4:  # nearly everybody: faster than one by one
            rows = _mentions(self._definition, self._ground).order_by("position")
            for position, caption in rows.values_list("position", "caption").iterator():
                if (record := of(position)) in left:
                    found.setdefault(record, caption)
            left -= found.keys()
        members = sorted(p for record in left for p in self._ground.records.members(record))
        for some in in_pieces(members, _SUBJECTS):
            named = mentions.filter(position__in=some).order_by("position")
            for position, caption in named.values_list("position", "caption"):
                found.setdefault(of(position), caption)
        return found

    def __iter__(self) -> Iterator[Facts]:
        candidates = self._candidates()
        everybody = self.whole.records
        if self._definition.counts_episodes:
            for some in in_pieces(self._owners(), RECORDS_AT_ONCE):
                yield self._part(some, self._between(some))
        elif candidates is None:
            for some in in_pieces(everybody, RECORDS_AT_ONCE):
                yield self._part(some, self._between(some))
        else:
            others = tuple(record for record in everybody if record not in candidates)
            yield self._part(others, [])
            for some in in_pieces(sorted(candidates), _SUBJECTS):
                yield self._part(some, self._about(some))
        yield replace(self.whole, records=())  # and those known from retracted lists alone

    def about(self, claims: Collection[int]) -> Iterator[Facts]:
        """Only the records that some claims speak of."""
        subjects: set[int] = set()
        live = live_claims(self._ground.viewer, self._ground.as_of)
        for some in in_pieces(sorted(claims), _SUBJECTS):
            # Not asked by property as well: its index would be taken, and be read whole.
            rows = live.filter(position__in=some).values_list("subject", "property")
            subjects.update(subject for subject, name in rows if name in self._names)
        for records in in_pieces(sorted(self._records_of(sorted(subjects))), _SUBJECTS):
            yield self._part(records, self._about(records))

    def _owners(self) -> tuple[int, ...]:
        """The records that may own what is counted, also those known from retracted lists."""
        populations = [self._ground.population(kind) for kind in self._owner_kinds]
        return tuple(sorted({p for population in populations for some in population for p in some}))

    def _part(self, records: Sequence[int], asked: Iterable[_Asked]) -> Facts:
        """These records with the claims about them and theirs, in ledger order.

        Where owned records are counted: the owners of those of this part.
        """
        wanted = set(records)
        claims = _claims(self._ground, self._names)
        found: list[_Marked] = []
        known: dict[int, placing.OwnedMention] = {}
        groups: dict[int, tuple[int, int]] = {}
        for which in asked:
            found += self._marked(claims.filter(which("subject")))
            if self._owned_kinds:
                theirs = placing.mentions(self._ground, self._owned_kinds).filter(which("of"))
                known |= placing.owned(self._ground, theirs)
                found += self._marked(claims.filter(subject__in=theirs.values("position")))
                if self._definition.episodes_of:
                    groups |= placing.grouped(self._ground, theirs)
        found, episodes = self._placed(found, wanted, known, groups)
        if self._definition.counts_episodes:
            stands = set(self.whole.records)
            wanted = {each.record for each in known.values() if each.owner in wanted} & stands
            wanted |= episodes.loose
        else:
            found = [marked for marked in found if marked[0].record in wanted]
        if self._placing:
            others = {marked[0].position: marked for marked in found} | self._placing
            found = list(others.values())
        found.sort()  # by position
        return replace(
            self.whole,
            records=tuple(sorted(wanted)),
            withdrawn=(),
            episodes=episodes,
            claims=tuple([row for row, _, _ in found]),
            cited=frozenset([row.position for row, is_cited, _ in found if is_cited]),
            through={row.position: () for row, _, is_passed_on in found if is_passed_on},
            captions=self._captions_for_groups(row for row, _, _ in found),
            kinds=dict.fromkeys(wanted, self._definition.counts),
        )

    def _placed(
        self,
        marked: Iterable[_Marked],
        owners: Collection[int],
        known: Mapping[int, placing.OwnedMention],
        groups: placing.Grouped,
    ) -> tuple[list[_Marked], Episodes]:
        """The claims as this figure reads them: of a person or of a detention (``placing``)."""
        found = list({each[0].position: each for each in marked}.values())
        if not (known or self._definition.episodes_of):
            return found, Episodes()
        rows, episodes = placing.placed(
            self._definition, [row for row, *_ in found], known, groups, owners.__contains__
        )
        self._loose |= {claim: episodes.owner[claim] for claim in episodes.loose}
        return [(row, each[1], each[2]) for row, each in zip(rows, found, strict=True)], episodes

    def _candidates(self) -> set[int] | None:
        """The records of which a claim may meet the one condition; None where all must be asked."""
        condition = may_meet(self._definition, self.whole, self._ground.records)
        if condition is None:
            return None
        most = len(self.whole.records) // ONE_IN
        subjects = _claims(self._ground, self._names).filter(condition).values_list("subject")
        found = subjects.distinct()[: most + 1]
        if len(found) > most:
            return None
        return self._records_of([subject for (subject,) in found])

    def _records_of(self, subjects: Sequence[int]) -> set[int]:
        """The counted records that claims about these mentions are read of, or whose owned are."""
        of = self._ground.records.of
        owners: dict[int, int | None] = {}
        if self._owned_kinds:
            theirs = placing.mentions(self._ground, self._owned_kinds)
            for some in in_pieces(subjects, _SUBJECTS):
                owners |= dict(theirs.filter(position__in=some).values_list("position", "of"))
        about = (owners.get(subject) or subject for subject in subjects)
        return {of(subject) for subject in about}.intersection(self.whole.records)

    def _between(self, records: Sequence[int]) -> Iterator[_Asked]:
        """Records that follow each other, then what is joined to them."""
        first, last = records[0], records[-1]
        yield lambda column: Q(**{f"{column}__gte": first, f"{column}__lte": last})
        members = self._ground.records.members
        yield from _each([p for r in records for p in members(r) if not first <= p <= last])

    def _about(self, records: Sequence[int]) -> Iterator[_Asked]:
        return _each([p for r in records for p in self._ground.records.members(r)])

    def _marked(self, claims: QuerySet[m.Claim]) -> list[_Marked]:
        """The claims, each with whether it cites a passage and whether someone passed it on."""
        viewer = self._ground.viewer
        cites = visible(viewer, m.ClaimPassage).filter(claim=OuterRef("position"), ordinal=0)
        passed = visible(viewer, m.ClaimSource).filter(claim=OuterRef("position"), ordinal__gt=0)
        marked = claims.annotate(cites=_one_or_zero(cites), passed_on=_one_or_zero(passed))
        found = list(marked.values_list("cites", "passed_on", *claim_columns()))
        rows = with_records([row[2:] for row in found], self._ground.records)
        return [(row, each[0], each[1]) for row, each in zip(rows, found, strict=True)]

    def _captions_for_groups(self, rows: Iterable[ClaimRow]) -> Mapping[int, str]:
        """Of the records by which members are grouped: their names are the groups'."""
        by = self._definition.by
        if by is None:
            return {}
        referred = {
            row.ref_record
            for row in rows
            if row.property == by.property and row.ref_record is not None
        }
        if new := referred - self._referred.keys():
            self._referred |= self.captions(new)
        return self._referred
