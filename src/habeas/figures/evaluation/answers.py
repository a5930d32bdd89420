"""Asking one condition of one claim: yes, no, or not known.

Answers combine by Kleene's three-valued logic (``habeas.vocabulary.answers``). What is
missing answers "not known" and never "no".
"""

from __future__ import annotations

import json
from collections.abc import Callable

from habeas.figures.definition.rules import Rule, Test
from habeas.figures.evaluation.rows import ClaimRow, Facts, attribution_of, value_of
from habeas.figures.places import lies_in
from habeas.vocabulary import edtf, texts
from habeas.vocabulary.answers import Answer, any_of
from habeas.vocabulary.counts import reach

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
Ask = Callable[[ClaimRow], Answer]


def asker(rule: Rule, facts: Facts) -> Ask:
    """The conditions of a rule as one question about a claim of its properties.

    A rule that names properties (``has-claim``, ``no-claim``) asks for a value: who asserts
    that it is unknown or withheld gives none, unless the rule asks about that itself.
    """
    questions = [question(test, facts) for test in rule.tests]
    properties = frozenset(rule.properties)
    if properties and not any(test.condition == "value" for test in rule.tests):
        questions.append(_gives_a_value)

    def ask(claim: ClaimRow) -> Answer:
        if properties and claim.property not in properties:
            return NO
        found = YES
        for asked in questions:  # ``answers.all_of``, without a generator for each of a million
            answer = asked(claim)
            if answer is NO:
                return NO
            if answer is UNKNOWN:
                found = UNKNOWN
        return found

    return ask


def place_answer(rule: Rule, record: int, facts: Facts) -> Answer:
    """Whether a record lies in one of the rule's places."""
    return any_of(lies_in(record, facts.named[name], facts.above) for name in rule.records)


def named_records(rule_or_test: Rule | Test, facts: Facts) -> frozenset[int]:
    names = rule_or_test.records if isinstance(rule_or_test, Rule) else rule_or_test.operands
    return frozenset().union(*(facts.named[name] for name in names))


def question(test: Test, facts: Facts) -> Ask:
    """One test as a question about a claim."""
    ask = _QUESTIONS[test.condition](test, facts)
    if test.operator == "is-not":
        return lambda claim: ~ask(claim)
    return ask


def _known(found: bool) -> Answer:
    return YES if found else NO


def _state(claim: ClaimRow) -> str:
    """``''`` when a value is given, else unknown, not-applicable or withheld.

    What is not given has no key to compare it by (``values.columns``).
    """
    return "" if claim.value_key else value_of(claim.value).state


def _missing(claim: ClaimRow) -> Answer | None:
    """The answer that a missing value gives to a question about the value."""
    state = _state(claim)
    if not state:
        return None
    return NO if state == "not-applicable" else UNKNOWN


def _gives_a_value(claim: ClaimRow) -> Answer:
    """No where the value does not apply, not known where it is unknown or withheld.

    Only assertions give values: what a denial denies, or what somebody does not know, may
    be unsaid.
    """
    if claim.value_key or claim.stance != "asserts":
        return YES
    missing = _missing(claim)
    return YES if missing is None else missing


def _stance(test: Test, facts: Facts) -> Ask:
    return lambda claim: _known(claim.stance in test.operands)


def _code(test: Test, facts: Facts) -> Ask:
    return _value_key(frozenset(test.operands))


def _text(test: Test, facts: Facts) -> Ask:
    return _value_key(frozenset(texts.fold(text) for text in test.operands))


def _value_key(wanted: frozenset[str]) -> Ask:
    def ask(claim: ClaimRow) -> Answer:
        if claim.value_key:
            return _known(claim.value_key in wanted)
        missing = _missing(claim)
        return NO if missing is None else missing

    return ask


def _number(test: Test, facts: Facts) -> Ask:
    bound = int(test.operands[0])

    def ask(claim: ClaimRow) -> Answer:
        missing = _missing(claim)
        if missing is not None:
            return missing
        count = value_of(claim.value).count
        low, high = (None, None) if count is None else reach(count)
        if test.operator == "at-least":
            inside, outside = low is not None and low >= bound, high is not None and high < bound
        else:
            inside, outside = high is not None and high <= bound, low is not None and low > bound
        return YES if inside else NO if outside else UNKNOWN

    return ask


def _unit(test: Test, facts: Facts) -> Ask:
    def ask(claim: ClaimRow) -> Answer:
        missing = _missing(claim)
        return _known(value_of(claim.value).unit in test.operands) if missing is None else missing

    return ask


def _when(test: Test, stated: Callable[[ClaimRow], str]) -> Ask:
    """Questions about a time, asked once for each distinct text."""
    if test.operator == "stated":
        return lambda claim: _known(bool(stated(claim)) is test.flag)
    asked = edtf.parse(test.operands[0])
    compare = edtf.within if test.operator == "within" else edtf.overlaps
    known: dict[str, Answer] = {"": UNKNOWN}

    def ask(claim: ClaimRow) -> Answer:
        text = stated(claim)
        answer = known.get(text)
        if answer is None:
            answer = known[text] = compare(edtf.parse(text), asked)
        return answer

    return ask


def _date(test: Test, facts: Facts) -> Ask:
    ask = _when(test, lambda claim: claim.value_key)
    if test.operator == "stated":
        return ask
    return lambda claim: NO if _missing(claim) is NO else ask(claim)


def _holds(test: Test, facts: Facts) -> Ask:
    return _when(test, lambda claim: claim.holds)


def _said(test: Test, facts: Facts) -> Ask:
    return _when(test, said)


def said(claim: ClaimRow) -> str:
    """When the speaker said it (EDTF), '' when not stated."""
    steps = attribution_of(claim)
    return str(steps[0].get("said", "")) if steps else ""


def basis(claim: ClaimRow) -> str:
    """How the speaker knows (a code of the list ``basis``), '' when not stated."""
    steps = attribution_of(claim)
    code = str(steps[0].get("basis", "")) if steps else ""
    return "" if code == "not-stated" else code


def _points_to(test: Test, facts: Facts) -> Ask:
    wanted = named_records(test, facts)

    def ask(claim: ClaimRow) -> Answer:
        if claim.ref_record in wanted:
            return YES
        missing = _missing(claim)
        return NO if missing is None else missing

    return ask


def _value(test: Test, facts: Facts) -> Ask:
    return lambda claim: _known((not _state(claim)) is test.flag)


def _source(test: Test, facts: Facts) -> Ask:
    sources = facts.sources
    return lambda claim: _known(
        claim.source in sources and sources[claim.source].code in test.operands
    )


def _source_kind(test: Test, facts: Facts) -> Ask:
    sources = facts.sources
    return lambda claim: _known(
        claim.source in sources and sources[claim.source].kind in test.operands
    )


def _interest(test: Test, facts: Facts) -> Ask:
    with_it = {
        position
        for position, source in facts.sources.items()
        if any(i.get("kind") in test.operands for i in json.loads(source.interests or "[]"))
    }
    return lambda claim: _known(claim.source in with_it)


def _basis(test: Test, facts: Facts) -> Ask:
    def ask(claim: ClaimRow) -> Answer:
        code = basis(claim)
        if not code and "not-stated" not in test.operands:
            return UNKNOWN
        return _known((code or "not-stated") in test.operands)

    return ask


def _credibility(test: Test, facts: Facts) -> Ask:
    bound = int(test.operands[0])

    def ask(claim: ClaimRow) -> Answer:
        grade = facts.grades.get(claim.position, "")
        if grade not in ("1", "2", "3", "4", "5"):
            return UNKNOWN
        return _known(int(grade) <= bound)

    return ask


def _passage(test: Test, facts: Facts) -> Ask:
    return lambda claim: _known((claim.position in facts.cited) is test.flag)


def _repeats(test: Test, facts: Facts) -> Ask:
    return lambda claim: _known(facts.origins.repeats(claim.source) is test.flag)


def _subject(test: Test, facts: Facts) -> Ask:
    wanted = named_records(test, facts)
    return lambda claim: _known(claim.record in wanted)


def _subject_kind(test: Test, facts: Facts) -> Ask:
    return lambda claim: _known(facts.kinds.get(claim.record) in test.operands)


_QUESTIONS: dict[str, Callable[[Test, Facts], Ask]] = {
    "stance": _stance,
    "code": _code,
    "text": _text,
    "number": _number,
    "unit": _unit,
    "date": _date,
    "points-to": _points_to,
    "value": _value,
    "holds": _holds,
    "said": _said,
    "source": _source,
    "source-kind": _source_kind,
    "interest": _interest,
    "basis": _basis,
    "credibility": _credibility,
    "passage": _passage,
    "repeats": _repeats,
    "subject": _subject,
    "subject-kind": _subject_kind,
}
