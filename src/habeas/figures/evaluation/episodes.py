"""Rules on owned records: what one detention of a person must meet, and what may be a detention.

A person satisfies ``has-record`` where **one** detention meets every condition. A claim of none yet
(*loose*: about the person, and in no grouping) may be of any of them, or of one by itself.

Invariants: whoever groups the loose claims of a record, in whatever way, what was answered "yes" or
"no" before is still so answered; only "not known" is decided. Of counted detentions, those counted
and those not known are together never fewer than there are, however the loose claims are grouped,
and the fewest never more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from habeas.archive.review.pairs import OpenPair
from habeas.figures.definition.rules import HAS_CLAIM, NO_CLAIM, Rule
from habeas.figures.evaluation.answers import NO, UNKNOWN, YES, asker
from habeas.figures.evaluation.placing import says_that_there_was_one
from habeas.figures.evaluation.results import FigureMember
from habeas.figures.evaluation.rows import ClaimRow, Facts, Origins
from habeas.vocabulary import schema as vocabulary
from habeas.vocabulary.answers import Answer

Found = tuple[Answer, tuple[int, ...]]  # what a rule answers, and the claims that decided


@dataclass(slots=True)
class Met:
    """The claims that certainly, and those that possibly, meet one condition."""

    sure: list[ClaimRow] = field(default_factory=list)
    maybe: list[ClaimRow] = field(default_factory=list)

    @property
    def all(self) -> list[ClaimRow]:
        return [*self.sure, *self.maybe]

    def add(self, answer: Answer, claim: ClaimRow) -> None:
        if answer is YES:
            self.sure.append(claim)
        elif answer is UNKNOWN:
            self.maybe.append(claim)


def meets(
    rule: Rule, sure: Sequence[ClaimRow], maybe: Sequence[ClaimRow], origins: Origins
) -> Answer:
    """What a rule on claims answers of a record of which some certainly or possibly meet it."""
    if rule.name == NO_CLAIM:
        return NO if sure else UNKNOWN if maybe else YES
    if rule.origins_at_least == 1:
        return YES if sure else UNKNOWN if maybe else NO
    if len(origins.of_all(c.source for c in sure)) >= rule.origins_at_least:
        return YES
    possible = origins.of_all(c.source for c in (*sure, *maybe))
    return UNKNOWN if len(possible) >= rule.origins_at_least else NO


# --- has-record: owners by one of theirs ---------------------------------------------------------


def has_record(
    rule: Rule, facts: Facts, by_property: Mapping[str, Sequence[ClaimRow]]
) -> dict[int, Found]:
    """What the rule answers of each owner; of one that is not in it, no."""
    if not rule.having:
        return _has_any(rule, facts, by_property)
    met: dict[int, list[Met]] = defaultdict(lambda: [Met() for _ in rule.having])
    loose: dict[int, list[Met]] = defaultdict(lambda: [Met() for _ in rule.having])
    alone: dict[int, list[list[Answer]]] = defaultdict(list)
    rows: dict[int, list[ClaimRow]] = defaultdict(list)
    shared = frozenset(vocabulary.core().shared_with_owner(rule.kind))
    asked = [(each, asker(each, facts)) for each in rule.having]
    for name in dict.fromkeys(name for each in rule.having for name in each.properties):
        for claim in by_property.get(name, ()):
            episode = facts.episodes.of.get(claim.position)
            answers = [ask(claim) for _, ask in asked]
            if episode is not None and facts.episodes.kinds.get(episode) == rule.kind:
                for condition, answer in zip(met[episode], answers, strict=True):
                    condition.add(answer, claim)
            elif episode is None and name in shared:
                for condition, answer in zip(loose[claim.record], answers, strict=True):
                    condition.add(answer, claim)
                alone[claim.record].append(answers)
                rows[claim.record].append(claim)
    episodes: dict[int, list[int]] = defaultdict(list)
    for episode in met:
        if episode in facts.episodes.owner:
            episodes[facts.episodes.owner[episode]].append(episode)
    return {
        record: _one_meets_all(
            rule,
            [met[episode] for episode in sorted(episodes.get(record, ()))],
            loose.get(record) or [Met() for _ in rule.having],
            list(zip(rows.get(record, ()), alone.get(record, ()), strict=True)),
            facts.origins,
        )
        for record in {*episodes, *loose}
    }


def _one_meets_all(
    rule: Rule,
    episodes: Sequence[Sequence[Met]],
    loose: Sequence[Met],
    alone: Sequence[tuple[ClaimRow, Sequence[Answer]]],
    origins: Origins,
) -> Found:
    """Whether one episode, or one loose claim by itself, certainly or possibly meets all."""
    deciding: set[int] = set()
    possible: set[int] = set()
    for conditions in episodes:
        whole = [
            meets(each, met.sure, met.maybe, origins)
            for each, met in zip(rule.having, conditions, strict=True)
        ]
        if all(answer is YES for answer in whole):
            deciding.update(claim.position for met in conditions for claim in met.sure)
        elif _may_meet(rule, [conditions, loose], origins):
            possible.update(claim.position for met in (*conditions, *loose) for claim in met.all)
    for claim, answers in alone:
        sure = [[claim] if answer is YES else [] for answer in answers]
        if all(
            meets(each, own, (), origins) is YES
            for each, own in zip(rule.having, sure, strict=True)
        ):
            deciding.add(claim.position)
    if deciding:
        return YES, tuple(sorted(deciding))
    if _may_meet(rule, [loose], origins):
        possible.update(claim.position for met in loose for claim in met.all)
    return (UNKNOWN, tuple(sorted(possible))) if possible else (NO, ())


def _may_meet(rule: Rule, together: Sequence[Sequence[Met]], origins: Origins) -> bool:
    """Whether all conditions could be met by what is said in these, were it of one episode."""
    return all(
        meets(each, (), [claim for part in together for claim in part[number].all], origins)
        is not NO
        for number, each in enumerate(rule.having)
    )


def _has_any(
    rule: Rule, facts: Facts, by_property: Mapping[str, Sequence[ClaimRow]]
) -> dict[int, Found]:
    """Whether an owner has any: one that is recorded, or a claim which says that there was one."""
    deciding: dict[int, set[int]] = defaultdict(set)
    for episode, owner in facts.episodes.owner.items():
        if facts.episodes.kinds.get(episode) == rule.kind:
            deciding[owner].update(())
    for name in vocabulary.core().shared_with_owner(rule.kind):
        for claim in by_property.get(name, ()):
            if says_that_there_was_one(claim):
                deciding[claim.record].add(claim.position)
    return {record: (YES, tuple(sorted(claims))) for record, claims in deciding.items()}


# --- counted detentions --------------------------------------------------------------------------


class Loose:
    """What the claims of no episode yet leave open of the episodes of their owner."""

    def __init__(self, facts: Facts, rules: Sequence[Rule]) -> None:
        episodes = facts.episodes
        asked = [(rule, asker(rule, facts)) for rule in rules if rule.name == HAS_CLAIM]
        #: Whatever meets a rule together has a part that meets one: only these carry a doubt.
        self._bears = {
            row.position
            for row in facts.claims
            if row.position in episodes.loose
            and any(row.property in rule.properties and ask(row) is not NO for rule, ask in asked)
        }
        self._owner = episodes.owner
        self._loose = episodes.loose
        self._of: dict[int, list[int]] = defaultdict(list)
        for record, owner in episodes.owner.items():
            self._of[owner].append(record)

    def answers(self, rule: Rule, met: Mapping[int, Met], origins: Origins) -> dict[int, Found]:
        """What a rule on claims answers of each episode, where other claims may be of it.

        ``met``: by record what meets the rule; an owner's are claims of no episode that say of
        none that there was one, such as denials.
        """
        found: dict[int, Found] = {}
        concerned = {self._owner.get(record, record) for record in met}
        silent = YES if rule.name == NO_CLAIM else NO
        for owner in concerned:
            for record in self._of.get(owner, ()):
                own = met.get(record, _NOTHING)
                answer = meets(rule, own.sure, own.maybe, origins)
                open_ = [] if rule.name != NO_CLAIM and answer is YES else list(own.maybe)
                bears = record not in self._loose or record in self._bears
                others = self._others(rule, record, owner, met)
                if rule.name != NO_CLAIM and not bears:
                    others = []
                joined = meets(rule, (), [*own.all, *others], origins)
                if others and answer is silent and joined is not silent:
                    answer, open_ = UNKNOWN, [*own.maybe, *others]
                found[record] = (
                    answer,
                    tuple(sorted({claim.position for claim in (*own.sure, *open_)})),
                )
        return found

    def _others(
        self, rule: Rule, record: int, owner: int, met: Mapping[int, Met]
    ) -> list[ClaimRow]:
        """The claims that may be of the same episode as what is known of this one.

        A recorded episode that lacks what ``has-claim`` asks for is dropped: the claim that may
        bring it is a possible episode, and carries the doubt.
        """
        found = met[owner].all if owner in met else []
        for other in self._of[owner]:
            if other == record or other not in met:
                continue
            if record in self._loose or (other in self._loose and rule.name == NO_CLAIM):
                found = [*found, *met[other].all]
        return found

    def named(self, wanted: frozenset[int], record: int) -> Answer:
        """Whether an episode is one of those that are named."""
        if record in wanted:
            return YES
        if record in self._loose and wanted.intersection(self._of[self._owner[record]]):
            return UNKNOWN
        return NO


_NOTHING = Met()


def fewest_ties(members: Iterable[FigureMember]) -> list[OpenPair]:
    """By which possible episodes may be another of their owner's: each tied to one other.

    Of an owner's two recorded episodes none is tied to the other by them.
    """
    return [
        OpenPair(min(first.position, each.position), max(first.position, each.position))
        for of_one in _by_owner(members)
        for first in [next((one for one in of_one if not one.ungrouped), of_one[0])]
        for each in of_one
        if each.ungrouped and each is not first
    ]


def every_tie(members: Iterable[FigureMember]) -> list[OpenPair]:
    """Every way in which possible episodes may be another of their owner's."""
    return [
        OpenPair(min(one.position, each.position), max(one.position, each.position))
        for of_one in _by_owner(members)
        for each in of_one
        if each.ungrouped
        for one in of_one
        if one is not each
    ]


def _by_owner(members: Iterable[FigureMember]) -> list[list[FigureMember]]:
    """The members of each owner of whom one is a possible episode."""
    found: dict[int, list[FigureMember]] = defaultdict(list)
    for member in members:
        if member.of is not None:
            found[member.of].append(member)
    return [each for each in found.values() if any(member.ungrouped for member in each)]
