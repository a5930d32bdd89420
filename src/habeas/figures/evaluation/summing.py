"""A counted figure, added up from its records, all at once or some at a time.

Each record has its one fate by itself (``counting``), whichever records stand beside it, so steps,
members, groups, weak points and conflicts of the parts add up to those of the whole. What speaks of
two records, an undecided pair, waits until all are known. Invariant: the parts come in order of
record and share no record; then the order of everything is that of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Set
from dataclasses import dataclass, field, replace

from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.evaluation import disagreement, undecided, weakness
from habeas.figures.evaluation.counting import Counted, MembersByGroup, breakdown, count, grouped
from habeas.figures.evaluation.disagreement import Conflict
from habeas.figures.evaluation.episodes import fewest_ties
from habeas.figures.evaluation.inventories import Inventories, side_by_side
from habeas.figures.evaluation.results import (
    CountedFigure,
    FigureMember,
    WaterfallStep,
)
from habeas.figures.evaluation.rows import ClaimRow, Facts, SourceRow
from habeas.vocabulary.schema import Schema

Captions = Callable[[Collection[int]], Mapping[int, str]]


@dataclass(slots=True)
class _Step:
    """One rule, with what it was asked of so far."""

    rule: str
    words: str
    entered: int = 0
    dropped: list[int] = field(default_factory=list)
    not_known: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Spoken:
    """Whom the deciding claims are about or refer to, and who says them."""

    records: set[int] = field(default_factory=set)
    sources: dict[int, SourceRow | None] = field(default_factory=dict)
    groupings: set[int] = field(default_factory=set)  # by which claims were told apart, and which

    def add(self, rows: Iterable[ClaimRow], facts: Facts) -> None:
        found = list(rows)
        owner, loose = facts.episodes.owner, facts.episodes.loose
        self.records.update(
            [owner[row.record] if row.record in loose else row.record for row in found]
            if loose
            else [row.record for row in found]
        )
        self.groupings.update(facts.episodes.groupings.values())
        self.records.update({row.ref_record for row in found if row.ref_record is not None})
        for source in {row.source for row in found} - self.sources.keys():
            self.sources[source] = facts.sources.get(source)


class Sum:
    """What was counted so far."""

    def __init__(self, definition: FigureDefinition, schema: Schema) -> None:
        self._definition, self._schema = definition, schema
        self._steps: list[_Step] = []
        self._members: list[FigureMember] = []
        self._undecided: list[FigureMember] = []
        self._grounds: set[int] = set()
        self._groups = MembersByGroup()
        self._drawn: dict[int, ClaimRow] = {}
        self._refs: set[int] = set()
        self._weak = weakness.Tally("records")
        self._conflicts: list[Conflict] = []
        self.spoken = Spoken()

    @property
    def grounds(self) -> Set[int]:
        """The claims on which what was counted so far rests."""
        return self._grounds

    def add(self, facts: Facts) -> None:
        """Count some more records: those of ``facts``, with every claim about them."""
        definition = self._definition
        counted = count(definition, facts)
        if definition.inventories:
            counted = _on_inventories(counted, facts.listed.values())
        by_grounds = breakdown(definition, facts, counted.members, self._groups)
        drawn = _drawn(definition, facts, counted)
        grounds = counted.grounds | by_grounds | drawn.keys()
        rows = {row.position: row for row in facts.claims if row.position in grounds}
        self._add_steps(counted.steps)
        self._members += counted.members
        self._undecided += counted.undecided
        self._grounds |= grounds
        self._drawn |= drawn
        self._refs.update(row.ref_record for row in rows.values() if row.ref_record is not None)
        self.spoken.add(rows.values(), facts)
        for member in counted.members:
            self._weak.add([rows[claim] for claim in member.claims], facts)
        asked_of = (*counted.members, *counted.undecided)
        concerned = {m.position for m in asked_of}
        concerned |= {m.of for m in asked_of if m.ungrouped and m.of is not None}
        about = [row for row in facts.claims if row.record in concerned]
        if moved := facts.episodes.about:
            about = [
                row._replace(record=moved[row.position]) if row.position in moved else row
                for row in about
            ]
        self._conflicts += disagreement.between(about, self._schema, facts.kinds)

    def _add_steps(self, steps: Iterable[WaterfallStep]) -> None:
        if not self._steps:
            steps = list(steps)
            self._steps = [_Step(step.rule, step.words) for step in steps]
        for so_far, step in zip(self._steps, steps, strict=True):
            so_far.entered += step.entered
            so_far.dropped += step.dropped
            so_far.not_known += step.not_known

    def figure(
        self, facts: Facts, captions: Captions, *, as_of: int, viewer: str, scope: str
    ) -> CountedFigure:
        """The figure, of all that was added; ``facts``: what holds of all of it."""
        definition = self._definition
        self._members.sort(key=_of_member)
        self._undecided.sort(key=_of_member)
        self._conflicts.sort(key=_of_conflict)
        inventories = self._onto_inventories(facts) if definition.inventories else None
        chosen = {member.position for member in self._members}
        concerned = chosen | {member.position for member in self._undecided}
        open_ones = undecided.between(facts.open_pairs, chosen)
        concerned.update(record for pair in open_ones for record in (pair.left, pair.right))
        concerned.update(conflict.record for conflict in self._conflicts)
        ties = fewest_ties(self._members)
        is_range = definition.asks_for_pairs or ties
        fewest = undecided.fewest(chosen, [*open_ones, *ties]) if is_range else None
        if inventories is not None:
            fewest = inventories.fewest.number
        return CountedFigure(
            definition=definition,
            as_of=as_of,
            viewer=viewer,
            scope=scope,
            steps=tuple(
                WaterfallStep(
                    s.rule, s.words, s.entered, tuple(sorted(s.dropped)), tuple(sorted(s.not_known))
                )
                for s in self._steps
            ),
            grounds=frozenset(self._grounds),
            number=len(self._members),
            fewest=fewest,
            inventories=inventories,
            open_pairs=tuple(undecided.weighed(open_ones, chosen)),
            not_known=len(self._undecided),
            members=tuple(self._members),
            undecided=tuple(self._undecided),
            groups=grouped(self._groups) if definition.by is not None else (),
            weak=(
                *self._weak.weak(facts),
                *weakness.of_grouping(self._members),
                *weakness.of_pairs(facts.open_pairs, chosen),
                *weakness.of_comparing(self._members, facts.compared),
            ),
            conflicts=tuple(self._conflicts),
            claims=self._drawn,
            captions=captions(concerned | self._refs),
            sources={p: row for p, row in self.spoken.sources.items() if row is not None}
            | {p: facts.sources[p] for p in _makers(inventories)},
        )

    def _onto_inventories(self, facts: Facts) -> Inventories:
        """The inventories side by side, whose claims are grounds as well."""
        codes: dict[str, set[int]] = {}
        for source in facts.sources.values():
            codes.setdefault(source.code, set()).add(source.first)
        chosen = {member.position for member in self._members}
        found = side_by_side(
            self._definition.inventories,
            facts.listed,
            {code: sorted(first) for code, first in codes.items()},
            chosen,
            undecided.between(facts.open_pairs, chosen),
            facts.apart,
        )
        self._members = [
            replace(m, claims=tuple(sorted({*m.claims, *found.grounds[m.position]})))
            for m in self._members
        ]
        self._grounds.update(claim for each in found.grounds.values() for claim in each)
        return found


def _on_inventories(counted: Counted, listed: Iterable[Mapping[int, int]]) -> Counted:
    """Those counted who are on at least one inventory; the others are dropped by a last rule."""
    on = [each.keys() for each in listed]
    kept = tuple(m for m in counted.members if any(m.position in each for each in on))
    there = {member.position for member in kept}
    dropped = tuple(m.position for m in counted.members if m.position not in there)
    step = WaterfallStep(
        "inventories", "is on at least one inventory", len(counted.members), dropped, ()
    )
    return replace(counted, members=kept, steps=(*counted.steps, step))


def _makers(inventories: Inventories | None) -> set[int]:
    return set() if inventories is None else {p for i in inventories.lists for p in i.sources}


def _of_member(member: FigureMember) -> int:
    return member.position


def _of_conflict(conflict: Conflict) -> tuple[int, str]:
    return conflict.record, conflict.property  # several of them stay in their order


def _drawn(definition: FigureDefinition, facts: Facts, counted: Counted) -> dict[int, ClaimRow]:
    """The claims that the view draws for the members, by position."""
    names = definition.drawn_properties
    if not names:
        return {}
    members = {member.position for member in counted.members}
    return {
        row.position: row
        for row in facts.claims
        if row.property in names and row.stance == "asserts" and row.record in members
    }
