"""Figure definitions: data that says what a number counts, read strictly.

Invariants: a definition is either wholly valid or refused with every problem named (line,
key, reason, what would be valid); parsing the same text gives an equal definition; the
digest is the SHA-256 of the text exactly as written, so a definition is pinned by it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from habeas.figures.definition import syntax
from habeas.figures.definition.list_reading import NO_ESTIMATION, Estimation, ListOf
from habeas.figures.definition.parsing import DefinitionReader
from habeas.figures.definition.rules import HAS_RECORD, IN_PLACE, Rule
from habeas.figures.places import LOCATING
from habeas.vocabulary import schema as vocabulary_schema
from habeas.vocabulary.schema import Schema

#: What an area, its error and its time are read from.
MEASURED_PROPERTIES = ("outline", "observed", "resolution", "corner_error")

_OF_SPEAKERS = frozenset({"source", "source-kind", "interest", "repeats"})


@dataclass(frozen=True, slots=True)
class Breakdown:
    """``by``: one number a value of ``property``; dates are grouped by ``step``."""

    property: str
    step: str = ""  # month | year | decade for dates


@dataclass(frozen=True, slots=True)
class Draw:
    """What a view draws: names of properties, and the columns of a matrix (EDTF)."""

    cell: str = ""
    columns: tuple[str, ...] = ()
    count: str = ""  # how many there are of what stands in no certain column
    point: str = ""
    date: str = ""
    along: str = "holds"  # the time axis of a plot: holds | said


@dataclass(frozen=True, slots=True)
class FigureDefinition:
    """What a figure counts or reports, by which rules, and how pages may draw it.

    ``counts`` is a record kind (counted, estimated; measured: facility), ``reports`` are
    properties (reported).
    ``position`` is the ledger position of the definition, None when it is not recorded.
    """

    key: str
    title: str
    kind: str
    view: str
    text: str
    digest: str
    question: str = ""
    note: str = ""
    counts: str = ""
    reports: tuple[str, ...] = ()
    unit: str = ""
    rules: tuple[Rule, ...] = ()
    by: Breakdown | None = None
    choose: str = "all"
    draw: Draw = Draw()
    as_of: int | None = None
    handling: str = "team"  # who may see the definition; its members have their own handling
    position: int | None = None
    undecided_ppm: int | None = None  # pairs proposed from here on make the count a range
    estimation: Estimation = NO_ESTIMATION  # estimated: lists, answers, seed
    monotone: bool = False  # marked: without a source it is never higher
    inventories: tuple[ListOf, ...] = ()  # counted: laid side by side
    measures: str = ""  # measured: area | area-change
    between: tuple[str, ...] = ()  # area-change: the two times (EDTF)

    @property
    def picks_by(self) -> tuple[str, ...]:
        """The properties by which people must not be picked without a stated purpose."""
        known = vocabulary_schema.core().properties
        return tuple(n for n in self.properties if n in known and known[n].needs_purpose)

    @property
    def asked(self) -> tuple[Rule, ...]:
        """The rules, each followed by what it asks of an owned record."""
        return tuple(each for rule in self.rules for each in (rule, *rule.having))

    @property
    def episodes_of(self) -> tuple[str, ...]:
        """The kinds of owned records (a detention) that are told apart: counted, or asked of.

        Claims about an owner then read as of one of these, where a grouping says so.
        """
        if self.counts and vocabulary_schema.core().kinds[self.counts].of:
            return (self.counts,)
        return tuple(dict.fromkeys(rule.kind for rule in self.rules if rule.name == HAS_RECORD))

    @property
    def counts_episodes(self) -> bool:
        """Whether what is counted is owned by something else."""
        return self.counts in self.episodes_of

    @property
    def asks_for_pairs(self) -> bool:
        """Whether pairs of records that nobody has decided move the number."""
        return bool(self.lists) or self.undecided_ppm is not None

    @property
    def lists(self) -> tuple[ListOf, ...]:
        """Of an estimate its lists, of a count its inventories."""
        return self.estimation.lists or self.inventories

    @property
    def asks_who_speaks(self) -> bool:
        """Whether a rule asks of the speaker: who it is, of what kind, and whom it repeats."""
        return any(
            rule.origins_at_least > 1 or any(test.condition in _OF_SPEAKERS for test in rule.tests)
            for rule in self.asked
        )

    @property
    def drawn_properties(self) -> tuple[str, ...]:
        """The properties that the view draws."""
        draw = self.draw
        return tuple(filter(None, (draw.cell, draw.count, draw.point, draw.date)))

    @property
    def properties(self) -> tuple[str, ...]:
        """Every property whose claims this figure reads, in order of name."""
        names = set(self.reports)
        known = vocabulary_schema.core()
        for rule in self.asked:
            names.update(LOCATING if rule.name == IN_PLACE else rule.properties)
            if rule.name == HAS_RECORD and not rule.having:
                names.update(_telling_of(rule.kind, known))
        if self.counts_episodes:
            names.update(_telling_of(self.counts, known))
        if self.by:
            names.add(self.by.property)
        names.update(self.drawn_properties)
        if self.measures:
            names.update(MEASURED_PROPERTIES)
        return tuple(sorted(names))


def _telling_of(kind: str, known: Schema) -> Iterator[str]:
    """The properties of an owner that tell of an owned record, whatever is asked.

    Not those by which people are picked only for a stated purpose: they are read where named.
    """
    for name in known.shared_with_owner(kind):
        if not known.properties[name].needs_purpose:
            yield name


def parse(
    text: str, *, schema: Schema | None = None, position: int | None = None
) -> FigureDefinition:
    """The definition that ``text`` (YAML) writes down.

    ``schema`` is an archive's vocabulary; without it the core, which has no code of a region.
    ``position`` is where the ledger holds it. Raises ``DefinitionError`` with every problem.
    """
    reader = DefinitionReader(syntax.read(text), schema or vocabulary_schema.core())
    parts = reader.parts()
    return FigureDefinition(
        key=parts.key,
        title=parts.title,
        kind=parts.kind,
        view=parts.view,
        text=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        question=parts.question,
        note=parts.note,
        counts=parts.counts,
        reports=parts.reports,
        unit=parts.unit,
        rules=parts.rules,
        by=Breakdown(*parts.by) if parts.by else None,
        choose=parts.choose,
        draw=Draw(**parts.draw),
        as_of=parts.as_of,
        handling=parts.handling,
        position=position,
        undecided_ppm=parts.undecided_ppm,
        estimation=parts.estimation,
        monotone=parts.monotone,
        inventories=parts.inventories,
        measures=parts.measures,
        between=parts.between,
    )
