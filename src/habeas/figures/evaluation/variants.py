"""A count asked otherwise: without one source, with two origins, without vague dates.

A variant changes what is asked, never the archive. It leaves claims out of the facts, or asks
``has-claim`` for more independent origins; the rules and their order stay. Invariant: the number is
counted by the same functions over the same records; so what differs is only who passes the rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from habeas.figures.definition import rules as r
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.definition.wording import rule_words
from habeas.figures.errors import NotCounted, UnknownSource
from habeas.figures.evaluation.gathering import above_of
from habeas.figures.evaluation.rows import ClaimRow, Facts, Origins, SourceRow
from habeas.figures.evaluation.times import is_vague
from habeas.vocabulary.schema import Schema


@dataclass(frozen=True, slots=True)
class Variant:
    """How a count is asked otherwise. ``without``: the code of a source."""

    without: str = ""
    origins: int = 1
    sharp: bool = False

    @property
    def changes(self) -> bool:
        """Whether anything is asked otherwise at all."""
        return bool(self.without) or self.origins > 1 or self.sharp


@dataclass(slots=True)
class ClaimsLeftOut:
    """The claims that a variant leaves out of the count, by the record that they are about."""

    claims: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    def about(self, record: int) -> tuple[int, ...]:
        return tuple(sorted(self.claims.get(record, ())))


def altered(definition: FigureDefinition, variant: Variant, schema: Schema) -> FigureDefinition:
    """The definition with what the variant asks of its rules; raises ``NotCounted``."""
    if definition.kind != "counted":
        raise NotCounted(
            f"{definition.key} is {definition.kind}; only a count can be counted otherwise.",
            next_step="Compare two ledger sizes of it: `habeas figure diff`.",
        )
    if definition.inventories:
        raise NotCounted(
            f"{definition.key} lays inventories side by side; they are not counted otherwise.",
            next_step="Compare two ledger sizes of it: `habeas figure diff`.",
        )
    if variant.origins < 2:
        return definition
    rules = [_with_origins(rule, variant.origins, schema) for rule in definition.rules]
    return replace(definition, rules=tuple(rules))


def _with_origins(rule: r.Rule, origins: int, schema: Schema) -> r.Rule:
    if rule.name != r.HAS_CLAIM or rule.origins_at_least >= origins:
        return rule
    asked = replace(rule, origins_at_least=origins)
    return replace(asked, words=rule_words(asked, schema))


def leaving_out(
    definition: FigureDefinition,
    variant: Variant,
    facts: Facts,
    left_out: ClaimsLeftOut,
    ending: frozenset[int] = frozenset(),
) -> Facts:
    """The facts without the claims that a variant leaves out; ``left_out`` notes them.

    ``ending``: the claims that a retraction of the source left out would end.
    """
    drop = _dropped(variant, facts, ending)
    if drop is None:
        return facts
    kept: list[ClaimRow] = []
    for row in facts.claims:
        if drop(row):
            left_out.claims[row.record].add(row.position)
        else:
            kept.append(row)
    facts = replace(facts, claims=tuple(kept))
    if loose := facts.episodes.loose:  # a claim that reads as a record goes with the claim
        left = {row.record for row in kept}
        records = tuple(one for one in facts.records if one not in loose or one in left)
        facts = replace(facts, records=records)
    if any(rule.name == r.IN_PLACE for rule in definition.rules):
        facts = replace(facts, above=above_of(kept))
    return facts


def source_named(code: str, sources: dict[int, SourceRow]) -> SourceRow:
    """The source of a code, among those of one viewer; raises ``UnknownSource``."""
    for row in sources.values():
        if row.code == code:
            return row
    known = ", ".join(sorted({row.code for row in sources.values()})[:20])
    raise UnknownSource(
        f"No source has the code {code!r}.",
        next_step=f"There are: {known}." if known else "No source is recorded yet.",
    )


def _dropped(
    variant: Variant, facts: Facts, ending: frozenset[int]
) -> Callable[[ClaimRow], bool] | None:
    asked: list[Callable[[ClaimRow], bool]] = []
    if variant.without:
        speaking = _standing_on(variant.without, facts)
        asked.append(lambda row: row.source in speaking or row.position in ending)
    if variant.sharp:
        asked.append(_is_vague)
    return (lambda row: any(drop(row) for drop in asked)) if asked else None


def _standing_on(code: str, facts: Facts) -> frozenset[int]:
    """The versions of the source, and of those that say nothing but what it says.

    Whoever repeats it and another source too has another origin, and stays.
    """
    whose = {row.first for row in facts.sources.values() if row.code == code}
    origins = facts.origins
    return frozenset(
        position
        for position, row in facts.sources.items()
        if row.first in whose or not _stands_without(whose, position, origins)
    )


def _stands_without(whose: set[int], source: int, origins: Origins) -> bool:
    """Whether a source goes back to an origin by a way that leads through none of these."""
    waiting, seen = [origins.first(source)], set[int]()
    while waiting:
        at = waiting.pop()
        if at in whose or at in seen:
            continue
        if whose.isdisjoint(origins.behind(at)):
            return True
        seen.add(at)
        waiting.extend(origins.repeated_by(at))
    return False


def _is_vague(row: ClaimRow) -> bool:
    """Whether the time that a claim states is vague; one that states none is not."""
    if row.value_type == "date":
        return bool(row.value_key) and is_vague(row.value_key, row.value_from, row.value_to)
    return bool(row.holds) and is_vague(row.holds, row.holds_from, row.holds_to)
