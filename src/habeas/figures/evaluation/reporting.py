"""Reported figures: what others said, one point a claim, never made into one number.

Every claim of the reported properties goes through the rules and has one fate, like a
record of a counted figure. ``choose`` is a last, named step; it drops only what another
point certainly beats, so ties and open cases stay: a date or a number is as wide as its
qualifiers make it, and numbers of different units are not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from habeas.archive import regions
from habeas.figures.definition import rules as r
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.evaluation.answers import NO, UNKNOWN, asker, basis, place_answer, said
from habeas.figures.evaluation.counting import LIVE_WORDS
from habeas.figures.evaluation.results import ReportedPoint, WaterfallStep
from habeas.figures.evaluation.rows import ClaimRow, Facts, attribution_of, value_of
from habeas.figures.places import placing_claims
from habeas.vocabulary import counts, edtf, stances
from habeas.vocabulary.answers import Answer

_STATED = stances.words(stances.ASSERTS).passive
_CHOICE_WORDS = {
    "latest": "only what was said last",
    "earliest": "only what was said first",
    "highest": f"only the highest {_STATED} number of each unit",
    "lowest": f"only the lowest {_STATED} number of each unit",
}


@dataclass(frozen=True, slots=True)
class Reported:
    """The points, how every claim fared, and the claims that decided."""

    points: tuple[ReportedPoint, ...]
    steps: tuple[WaterfallStep, ...]
    grounds: frozenset[int]


def report(definition: FigureDefinition, facts: Facts) -> Reported:
    """The points of a reported figure."""
    wanted = set(definition.reports)
    claims = sorted(claim for claim in facts.claims if claim.property in wanted)
    rules = [rule for rule in definition.rules if rule.name != r.LIVE]
    asks = [_ask(rule, facts) for rule in rules]
    fates: list[tuple[list[int], list[int]]] = [([], []) for _ in rules]
    kept: list[ClaimRow] = []
    for claim in claims:
        undecided: int | None = None
        for number, ask in enumerate(asks):
            answer = ask(claim)
            if answer is NO:
                fates[number][0].append(claim.position)
                break
            if answer is UNKNOWN and undecided is None:
                undecided = number
        else:
            if undecided is None:
                kept.append(claim)
            else:
                fates[undecided][1].append(claim.position)
    entered = len(claims)
    steps = [WaterfallStep(r.LIVE, LIVE_WORDS, entered, (), ())]
    for rule, (dropped, unknown) in zip(rules, fates, strict=True):
        steps.append(WaterfallStep(rule.name, rule.words, entered, tuple(dropped), tuple(unknown)))
        entered = steps[-1].kept
    if definition.choose != "all":
        step, kept = _choose(definition.choose, kept)
        steps.append(step)
    points = sorted((point(claim, facts) for claim in kept), key=_in_time)
    grounds = {p.claim for p in points} | {p for step in steps for p in step.not_known}
    for rule in rules:
        if rule.name == r.IN_PLACE:
            places = {place for name in rule.records for place in facts.named[name]}
            grounds |= placing_claims({claim.record for claim in claims} | places, facts.above)
    return Reported(tuple(points), tuple(steps), frozenset(grounds))


def _ask(rule: r.Rule, facts: Facts) -> Callable[[ClaimRow], Answer]:
    if rule.name == r.IN_PLACE:
        known: dict[int, Answer] = {}

        def in_place(claim: ClaimRow) -> Answer:
            if claim.record not in known:
                known[claim.record] = place_answer(rule, claim.record, facts)
            return known[claim.record]

        return in_place
    return asker(rule, facts)


def _choose(choice: str, claims: Sequence[ClaimRow]) -> tuple[WaterfallStep, list[ClaimRow]]:
    by_time = choice in ("latest", "earliest")
    upwards = choice in ("latest", "highest")
    spans: dict[int, _Span] = {}
    dropped: list[int] = []
    unknown: list[int] = []
    for claim in claims:
        if not by_time and not _may_have_number(claim):
            dropped.append(claim.position)
            continue
        span = _said_span(claim) if by_time else _number_span(claim)
        if span is None:
            unknown.append(claim.position)
        else:
            spans[claim.position] = span
    best: dict[str, float] = {}
    for span in spans.values():
        best[span.unit] = (
            max(best.get(span.unit, -inf), span.low)
            if upwards
            else min(best.get(span.unit, inf), span.high)
        )
    kept: list[ClaimRow] = []
    for claim in claims:
        span = spans.get(claim.position)
        if span is None:
            continue
        bound = best[span.unit]
        if (span.high < bound) if upwards else (span.low > bound):
            dropped.append(claim.position)
        else:
            kept.append(claim)
    words = f"{_CHOICE_WORDS[choice]} (a choice of the definition)"
    step = WaterfallStep("choose", words, len(claims), tuple(sorted(dropped)), tuple(unknown))
    return step, kept


class _Span(NamedTuple):
    """Between which bounds a time (in days) or a number of a unit lies; infinite where open."""

    unit: str
    low: float
    high: float


def _may_have_number(claim: ClaimRow) -> bool:
    """Whether a claim may be the highest or lowest: it asserts, and of what can be counted."""
    return claim.stance == "asserts" and value_of(claim.value).state != "not-applicable"


def _said_span(claim: ClaimRow) -> _Span | None:
    text = said(claim)
    return _Span("", *edtf.hull(edtf.parse(text))) if text else None


def _number_span(claim: ClaimRow) -> _Span | None:
    count = value_of(claim.value).count
    if count is None:
        return None
    low, high = counts.reach(count)
    return _Span(count.unit, -inf if low is None else low, inf if high is None else high)


def point(claim: ClaimRow, facts: Facts) -> ReportedPoint:
    """What one claim reports, in words and numbers."""
    value = value_of(claim.value)
    count = value.count
    steps = attribution_of(claim)
    source = facts.sources.get(claim.source)
    return ReportedPoint(
        claim=claim.position,
        record=claim.record,
        about=facts.captions.get(claim.record, ""),
        property=claim.property,
        stance=claim.stance,
        words=regions.words_of(value),
        low=claim.number_low,
        high=claim.number_high,
        unit=count.unit if count else "",
        approximate=bool(count and count.approximate),
        holds=claim.holds,
        holds_from=claim.holds_from,
        holds_to=claim.holds_to,
        said=said(claim),
        source=claim.source,
        source_title=source.title if source else "",
        basis=basis(claim),
        method=str(steps[0].get("how", "")) if steps else "",
        through=tuple(
            facts.sources[passed_by].title
            for passed_by in facts.through.get(claim.position, ())
            if passed_by in facts.sources
        ),
    )


def _in_time(p: ReportedPoint) -> tuple[bool, int, int]:
    start = p.holds_from if p.holds_from is not None else p.holds_to
    return start is None, start or 0, p.claim
