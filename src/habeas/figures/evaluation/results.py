"""What an evaluation gives: the value with its recipe, members, doubts and grounds.

Invariants: a result knows as of which ledger size and for which viewer it holds; it can be
shown only through ``require_lineage``, which refuses a number whose grounds are missing or
do not add up; ``grounds`` names every claim on which the value rests.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter

from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.definition.wording import (
    counted_words,
    grouped,
    open_words,
    range_words,
)
from habeas.figures.errors import NoLineage
from habeas.figures.evaluation.capturing import FigureCapture
from habeas.figures.evaluation.disagreement import Conflict
from habeas.figures.evaluation.estimates import Estimates
from habeas.figures.evaluation.inventories import Inventories
from habeas.figures.evaluation.rows import ClaimRow, SourceRow
from habeas.figures.evaluation.undecided import Weighed
from habeas.vocabulary import stances


@dataclass(frozen=True, slots=True)
class FigureMember:
    """A record that was counted or not known, and the claims that decided it.

    ``of``: of an owned record its owner. ``ungrouped``: it is one claim about the owner, at
    ``position``, that no grouping puts in a recorded episode: it may be of any of them.
    """

    position: int
    claims: tuple[int, ...]
    of: int | None = None
    ungrouped: bool = False

    @property
    def record(self) -> int:
        """The record on whose page it is found."""
        return self.of if self.ungrouped and self.of is not None else self.position


@dataclass(frozen=True, slots=True)
class WaterfallStep:
    """One rule of the waterfall. Members are records (counted) or claims (reported)."""

    rule: str
    words: str
    entered: int
    dropped: tuple[int, ...]
    not_known: tuple[int, ...]

    @property
    def kept(self) -> int:
        """How many went on to the next rule."""
        return self.entered - len(self.dropped) - len(self.not_known)


@dataclass(frozen=True, slots=True)
class BreakdownGroup:
    """One value of a breakdown and the records that have it."""

    label: str
    members: tuple[int, ...]

    @property
    def number(self) -> int:
        return len(self.members)


@dataclass(frozen=True, slots=True)
class ReportedPoint:
    """What one claim reports. ``low`` or ``high`` None: no bound on that side, or no number.

    ``words`` is the value in words, ``method`` how the speaker says they know, ``through``
    those by whom it came, nearest last.
    """

    claim: int
    record: int
    about: str
    property: str
    stance: str
    words: str
    low: int | None
    high: int | None
    unit: str
    approximate: bool
    holds: str
    holds_from: int | None
    holds_to: int | None
    said: str
    source: int
    source_title: str
    basis: str
    method: str
    through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weakness:
    """A doubt that a reader should know: ``part`` of ``whole`` (claims or records)."""

    name: str
    words: str
    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a figure stands on: ledger positions."""

    definition: int | None
    digest: str
    as_of: int
    records: tuple[int, ...]
    claims: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)  # no slots: what is checked once is kept
class Evaluation(ABC):
    """A figure's value for one viewer as of one ledger size: counted, reported or estimated.

    What only one kind has stands on its class; what another kind has none of is empty here.
    ``not_known`` counts what the rules could not decide (and no later rule dropped).
    """

    definition: FigureDefinition
    as_of: int
    viewer: str
    scope: str
    steps: tuple[WaterfallStep, ...]
    grounds: frozenset[int]
    not_known: int = 0
    undecided: tuple[FigureMember, ...] = ()
    weak: tuple[Weakness, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    claims: Mapping[int, ClaimRow] = field(default_factory=dict)
    captions: Mapping[int, str] = field(default_factory=dict)
    sources: Mapping[int, SourceRow] = field(default_factory=dict)
    handling: str = "public"  # the strictest of its definition and all that it stands on

    @property
    def key(self) -> str:
        return self.definition.key

    @property
    def kind(self) -> str:
        return self.definition.kind

    @property
    def members(self) -> tuple[FigureMember, ...]:
        """The records counted, or on a list; reports have none."""
        return ()

    @property
    def points(self) -> tuple[ReportedPoint, ...]:
        """What the claims report; only reports have any."""
        return ()

    @property
    def groups(self) -> tuple[BreakdownGroup, ...]:
        """The values of a breakdown; only a count has any."""
        return ()

    @property
    def open_pairs(self) -> tuple[Weighed, ...]:
        """The pairs that make a count a range, heaviest first; only a count has any."""
        return ()

    @property
    @abstractmethod
    def headline(self) -> str:
        """The value in words."""

    @cached_property
    def members_by_name(self) -> tuple[FigureMember, ...]:
        """Its members in the order of their captions."""
        names = {p: caption.casefold() for p, caption in self.captions.items()}
        ordered = [(names.get(m.position, ""), m.position, m) for m in self.members]
        ordered.sort(key=itemgetter(0, 1))
        return tuple([member for _, _, member in ordered])

    @cached_property
    def lineage(self) -> Grounds:
        """What the value stands on."""
        records = {member.record for member in self.members}
        records |= {point.record for point in self.points}
        return Grounds(
            self.definition.position,
            self.definition.digest,
            self.as_of,
            tuple(sorted(records)),
            tuple(sorted(self.grounds)),
        )

    def require_lineage(self) -> Grounds:
        """The lineage, or ``NoLineage`` when the value does not follow from it."""
        if self._fault:
            raise NoLineage(
                f"The figure {self.definition.key!r} cannot be shown: {self._fault}",
                next_step="Show only what habeas.figures.evaluation.evaluating.evaluate returned.",
            )
        return self.lineage

    @cached_property
    def _fault(self) -> str:
        if not self.steps:
            return "it has no rules and no members."
        if self.steps[-1].kept != len(self.members) + len(self.points):
            return "its rules do not add up to its members."
        followed = zip(self.steps, self.steps[1:], strict=False)
        if any(after.entered != before.kept for before, after in followed):
            return "its rules do not follow from each other."
        if own := self._own_fault():
            return own
        if sum(len(step.not_known) for step in self.steps) != self.not_known:
            return "what is not known does not add up."
        used = {claim for member in self.members for claim in member.claims}
        used |= {point.claim for point in self.points}
        if not used <= self.grounds:
            return "some of its members rest on claims that are not among its grounds."
        return ""

    def _own_fault(self) -> str:
        """What a value of this kind alone can contradict; '' for nothing."""
        return ""


@dataclass(frozen=True, kw_only=True)
class CountedFigure(Evaluation):
    """How many records the rules kept.

    ``fewest`` is the lower bound, were every open pair one record and every claim that nobody
    grouped of a counted episode; None where there can be neither.
    """

    number: int
    members: tuple[FigureMember, ...] = ()
    groups: tuple[BreakdownGroup, ...] = ()
    fewest: int | None = None
    open_pairs: tuple[Weighed, ...] = ()  # among the members, heaviest first
    inventories: Inventories | None = None

    @property
    def headline(self) -> str:
        """The number in words; a range where pairs are open."""
        unit = self.definition.unit
        if self.fewest is None or not (self.open_pairs or self.ungrouped):
            return counted_words(self.number, self.not_known, unit)
        doubts = open_words(len(self.open_pairs), self.ungrouped)
        return range_words(self.fewest, self.number, doubts, self.not_known, unit)

    @cached_property
    def ungrouped(self) -> int:
        """How many of the members are one claim that nobody has grouped."""
        return sum(member.ungrouped for member in self.members)

    def _own_fault(self) -> str:
        if self.number != len(self.members):
            return "its number is not the number of its members."
        if self.fewest is not None and not 0 <= self.fewest <= len(self.members):
            return "its range does not fit its members."
        return ""


@dataclass(frozen=True, kw_only=True)
class ReportedFigure(Evaluation):
    """What sources report: points, never made into one number."""

    points: tuple[ReportedPoint, ...] = ()

    @property
    def headline(self) -> str:
        """The report where there is one, else how many there are."""
        if len(self.points) == 1:
            point = self.points[0]
            mark = stances.mark(point.stance, stances.words(point.stance).passive)
            return f"{mark}{point.words} ({point.source_title})"
        denials = sum(point.stance == stances.DENIES for point in self.points)
        words = f"{grouped(len(self.points))} reports"
        if denials:
            denial = stances.words(stances.DENIES)
            words += f", {grouped(denials)} of them {denial.noun if denials == 1 else denial.nouns}"
        if self.not_known:
            words += f" ({grouped(self.not_known)} more not known)"
        return words


@dataclass(frozen=True, kw_only=True)
class EstimatedFigure(Evaluation):
    """A floor, whose members are those on a list, and what an estimate from the lists says.

    ``fewest`` is that floor, were every open pair one person. ``estimates`` is None where nobody
    has computed it yet.
    """

    capture: FigureCapture
    fewest: int
    members: tuple[FigureMember, ...] = ()
    estimates: Estimates | None = None

    @property
    def headline(self) -> str:
        """The floor always; then the estimate, or why there is none."""
        floor = f"at least {counted_words(self.fewest, 0, self.definition.unit)} documented"
        if self.fewest < len(self.members):
            floor += f" ({grouped(len(self.members))} if no undecided pair is one person)"
        if self.capture.refusal:
            return f"{floor}; no estimate: {self.capture.refusal}"
        if self.estimates is None:
            return f"{floor}; not estimated yet"
        words = self.estimates.apart.words
        if self.estimates.joined is not None:
            words += f"; were {_undecided(len(self.capture.pairs))}, {self.estimates.joined.words}"
        return f"{floor}; {words}"

    def _own_fault(self) -> str:
        if not 0 <= self.fewest <= len(self.members):
            return "its floor does not fit its members."
        return ""


def _undecided(pairs: int) -> str:
    if pairs == 1:
        return "the undecided pair one person"
    return f"the {grouped(pairs)} undecided pairs one person each"
