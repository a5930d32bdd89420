"""Counted figures: each record has one fate, so the steps of the waterfall add up.

A record is *dropped* by the first rule that certainly fails for it; if none does but some
rule cannot decide, it is *not known* under the first of these; else it is *counted*.
Invariants: entered = dropped + not known + went on, for every step; the order in which
rows come never changes the result; a claim to which no rule answers "yes" or "not known"
(so, one that is not among ``grounds``) can be removed without changing a fate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from habeas.archive import regions
from habeas.figures.definition import rules as r
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.evaluation.answers import NO, UNKNOWN, YES, asker, named_records, place_answer
from habeas.figures.evaluation.episodes import Found, Loose, Met, has_record, meets
from habeas.figures.evaluation.results import BreakdownGroup, FigureMember, WaterfallStep
from habeas.figures.evaluation.rows import ClaimRow, Facts, value_of
from habeas.figures.evaluation.times import period
from habeas.figures.places import leading_claims, placing_claims
from habeas.vocabulary.answers import Answer

LIVE_WORDS = "not retracted, not superseded"


@dataclass(frozen=True, slots=True)
class Counted:
    """The outcome: those counted, those not known, and how every record fared."""

    members: tuple[FigureMember, ...]
    undecided: tuple[FigureMember, ...]
    steps: tuple[WaterfallStep, ...]
    grounds: frozenset[int]


@dataclass(slots=True)
class _Asked:
    """One rule asked of every record: answers, and the claims that decided."""

    answers: Callable[[int], Answer]
    deciding: dict[int, list[int]] = field(default_factory=dict)


def count(definition: FigureDefinition, facts: Facts) -> Counted:
    """Count the records of the definition's kind that satisfy its rules."""
    rules = [rule for rule in definition.rules if rule.name != r.LIVE]
    by_property: dict[str, list[ClaimRow]] = defaultdict(list)
    wanted = set(facts.records)
    loose = Loose(facts, rules) if definition.counts_episodes else None
    concerned = wanted.union(facts.episodes.owner.values()) if loose else wanted
    for claim in facts.claims:
        if claim.record in concerned:
            by_property[claim.property].append(claim)
    asked = [_ask(rule, facts, by_property, loose) for rule in rules]
    fates: list[tuple[list[int], list[int]]] = [([], []) for _ in rules]
    kept: list[int] = []
    for record in sorted(wanted):
        number, answer = _fate(record, asked)
        if number is None:
            kept.append(record)
        else:
            fates[number][0 if answer is NO else 1].append(record)
    counted = [_member(record, asked, facts) for record in kept]
    undecided = [_member(record, asked, facts) for _, unknown in fates for record in unknown]
    grounds = {claim for part in asked for claims in part.deciding.values() for claim in claims}
    grounds |= {claim for m in (*counted, *undecided) if m.ungrouped for claim in m.claims}
    return Counted(
        tuple(counted),
        tuple(sorted(undecided, key=lambda member: member.position)),
        tuple(_steps(rules, facts, fates)),
        frozenset(grounds),
    )


def _fate(record: int, asked: Sequence[_Asked]) -> tuple[int | None, Answer]:
    """The step at which a record falls, None for a record that is counted."""
    undecided: int | None = None
    for number, rule in enumerate(asked):
        answer = rule.answers(record)
        if answer is NO:
            return number, NO
        if answer is UNKNOWN and undecided is None:
            undecided = number
    return undecided, UNKNOWN


def _member(record: int, asked: Sequence[_Asked], facts: Facts) -> FigureMember:
    found = [deciding for part in asked if (deciding := part.deciding.get(record))]
    claims = tuple(found[0]) if len(found) == 1 else None  # in order, and none twice
    if claims is None:
        claims = tuple(sorted({claim for each in found for claim in each}))
    ungrouped = record in facts.episodes.loose
    if ungrouped and not claims:
        claims = (record,)
    return FigureMember(record, claims, facts.episodes.owner.get(record), ungrouped)


def _steps(
    rules: Sequence[r.Rule], facts: Facts, fates: Sequence[tuple[list[int], list[int]]]
) -> Iterable[WaterfallStep]:
    withdrawn = tuple(sorted(facts.withdrawn))
    entered = len(facts.records) + len(withdrawn)
    yield WaterfallStep(r.LIVE, LIVE_WORDS, entered, withdrawn, ())
    entered -= len(withdrawn)
    for rule, (dropped, unknown) in zip(rules, fates, strict=True):
        yield WaterfallStep(rule.name, rule.words, entered, tuple(dropped), tuple(unknown))
        entered -= len(dropped) + len(unknown)


def _ask(
    rule: r.Rule,
    facts: Facts,
    by_property: dict[str, list[ClaimRow]],
    loose: Loose | None,
) -> _Asked:
    if rule.name == r.RECORD:
        wanted = named_records(rule, facts)
        keep = rule.operator == "is"
        if loose is not None:
            named = partial(loose.named, wanted)
            return _Asked(lambda record: named(record) if keep else ~named(record))
        return _Asked(lambda record: YES if (record in wanted) is keep else NO)
    if rule.name == r.IN_PLACE:
        places = {place for name in rule.records for place in facts.named[name]}

        def lies_there(record: int) -> Answer:
            return place_answer(rule, record, facts)

        def placing(record: int) -> set[int]:
            if lies_there(record) is YES:
                return leading_claims(record, places, facts.above)
            return placing_claims({record, *places}, facts.above)

        return _Asked(lies_there, {record: sorted(placing(record)) for record in facts.records})
    if rule.name == r.HAS_RECORD:
        return _as_found(has_record(rule, facts, by_property), NO)
    silent = YES if rule.name == r.NO_CLAIM else NO
    certain: dict[int, list[ClaimRow]] = defaultdict(list)
    possible: dict[int, list[ClaimRow]] = defaultdict(list)
    ask = asker(rule, facts)
    for name in dict.fromkeys(rule.properties):
        for claim in by_property.get(name, ()):
            answer = ask(claim)
            if answer is YES:
                certain[claim.record].append(claim)
            elif answer is UNKNOWN:
                possible[claim.record].append(claim)
    if loose is not None:
        met = {
            record: Met(certain.get(record, []), possible.get(record, []))
            for record in {*certain, *possible}
        }
        return _as_found(loose.answers(rule, met, facts.origins), silent)

    answers: dict[int, Answer] = {}
    deciding: dict[int, list[int]] = {}
    for record in {*certain, *possible}:
        sure, maybe = certain.get(record, ()), possible.get(record, ())
        answer = answers[record] = meets(rule, sure, maybe, facts.origins)
        # What certainly meets has-claim decides it; what may meet it, only where that is open.
        open_ = () if rule.name != r.NO_CLAIM and answer is YES else maybe
        deciding[record] = sorted([claim.position for claim in (*sure, *open_)])
    return _Asked(lambda record: answers.get(record, silent), deciding)


def _as_found(found: Mapping[int, Found], silent: Answer) -> _Asked:
    answers = {record: answer for record, (answer, _) in found.items()}
    deciding = {record: list(claims) for record, (_, claims) in found.items() if claims}
    return _Asked(lambda record: answers.get(record, silent), deciding)


# --- breakdown ----------------------------------------------------------------------------

NOT_STATED = "not stated"
SEVERAL = "more than one value"
NOT_KNOWN = "not known"
NOT_APPLICABLE = "does not apply"


class MembersByGroup:
    """The members in each group, and what the groups are called."""

    def __init__(self) -> None:
        self.members: dict[_Place, list[int]] = defaultdict(list)
        self.labels: dict[_Place, str] = {}


def breakdown(
    definition: FigureDefinition,
    facts: Facts,
    members: Iterable[FigureMember],
    groups: MembersByGroup,
) -> frozenset[int]:
    """Put each member in its group by the ``by`` property; the claims that decided.

    A record stands in exactly one group: under its value when all live assertions of one
    agree, else under "more than one value", "not known" or "not stated". Who does not know
    the value contradicts nobody and is not silent; a date that straddles two periods, or may
    lie in another, may contradict.
    """
    if definition.by is None:
        return frozenset()
    values_of: dict[int, dict[_Place, str]] = defaultdict(dict)
    grounds: dict[int, list[int]] = defaultdict(list)
    for claim in facts.claims:
        if claim.property == definition.by.property and claim.stance in _SPEAKING:
            place, label = _group_of(claim, definition.by.step, facts)
            values_of[claim.record].setdefault(place, label)
            grounds[claim.record].append(claim.position)
    used: set[int] = set()
    for member in members:
        place, label = _one_group(values_of.get(member.position, {}))
        used.update(grounds.get(member.position, ()))
        groups.members[place].append(member.position)
        groups.labels[place] = label
    return frozenset(used)


def grouped(groups: MembersByGroup) -> tuple[BreakdownGroup, ...]:
    """The number by value, in order of the values."""
    return tuple(
        BreakdownGroup(groups.labels[place], tuple(sorted(groups.members[place])))
        for place in sorted(groups.members)
    )


#: Who says something of a value: a denial does not say what it is.
_SPEAKING = frozenset({"asserts", "does-not-know"})

#: Where a group stands: values first, in order of their key, then what is no one value.
_Place = tuple[int, str]
_VALUE, _DOES_NOT_APPLY, _SEVERAL, _STRADDLES, _UNKNOWN, _SILENT = range(6)


def _one_group(found: dict[_Place, str]) -> tuple[_Place, str]:
    """The one group of a record, from the groups of its claims."""
    stated = {place: label for place, label in found.items() if place[0] <= _DOES_NOT_APPLY}
    if len(stated) > 1:
        return (_SEVERAL, ""), SEVERAL
    if stated and (_STRADDLES, "") not in found:
        return next(iter(stated.items()))
    return ((_UNKNOWN, ""), NOT_KNOWN) if found else ((_SILENT, ""), NOT_STATED)


def _group_of(claim: ClaimRow, step: str, facts: Facts) -> tuple[_Place, str]:
    if claim.stance == "does-not-know":
        return (_UNKNOWN, ""), NOT_KNOWN
    value = value_of(claim.value)
    if value.state == "not-applicable":
        return (_DOES_NOT_APPLY, ""), NOT_APPLICABLE
    if value.state:
        return (_UNKNOWN, ""), NOT_KNOWN
    if step:
        found = period(claim.value_key, step)
        return ((_VALUE, found), found) if found else ((_STRADDLES, ""), NOT_KNOWN)
    if claim.ref_record is not None:
        return (_VALUE, f"{claim.ref_record:020d}"), facts.captions.get(claim.ref_record, "")
    return (_VALUE, claim.value_key), regions.words_of(value)
