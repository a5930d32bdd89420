"""Which claims may meet a condition, as a question to the database: never fewer than may.

Invariant: a claim that is left out answers a certain "no" to the rule (``answers``), so nobody's
fate rests on it. What cannot be put to the database with that certainty is not put to it. The rule
decides on what is left; nothing is counted here.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q

from habeas.figures.definition import rules as r
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.definition.rules import Rule, Test
from habeas.figures.evaluation.answers import named_records
from habeas.figures.evaluation.loading import Records
from habeas.figures.evaluation.rows import Facts
from habeas.vocabulary import texts


def may_meet(definition: FigureDefinition, facts: Facts, records: Records) -> Q | None:
    """The claims that may meet the definition's first rule; None where that narrows nothing.

    Only where that rule is the one that asks about claims: what another rule finds of a record
    that the first one drops is among the grounds all the same.
    """
    rules = [rule for rule in definition.rules if rule.name != r.LIVE]
    if not rules or rules[0].name != r.HAS_CLAIM:
        return None
    if any(rule.name != r.RECORD for rule in rules[1:]):
        return None
    return _of_rule(rules[0], facts, records)


def _of_rule(rule: Rule, facts: Facts, records: Records) -> Q | None:
    narrower = [
        _ASKED[test.condition, test.operator](test, facts, records)
        for test in rule.tests
        if (test.condition, test.operator) in _ASKED
    ]
    if not any(test.condition in _NARROWING for test in rule.tests):
        return None
    found = Q(property__in=rule.properties)
    for each in narrower:
        found &= each
    return found


def _stance(test: Test, facts: Facts, records: Records) -> Q:
    return Q(stance__in=test.operands)


def _points_to(test: Test, facts: Facts, records: Records) -> Q:
    wanted = {p for record in named_records(test, facts) for p in records.members(record)}
    return Q(ref__in=sorted(wanted)) | Q(ref__isnull=True)


def _code(test: Test, facts: Facts, records: Records) -> Q:
    return Q(value_key__in=test.operands) | Q(value_key="")


def _text(test: Test, facts: Facts, records: Records) -> Q:
    return Q(value_key__in=sorted({texts.fold(text) for text in test.operands})) | Q(value_key="")


def _source(test: Test, facts: Facts, records: Records) -> Q:
    speaking = [p for p, source in facts.sources.items() if source.code in test.operands]
    return Q(source__in=speaking)


_ASKED: dict[tuple[str, str], Callable[[Test, Facts, Records], Q]] = {
    ("stance", "is"): _stance,
    ("points-to", "is"): _points_to,
    ("code", "is"): _code,
    ("text", "is"): _text,
    ("source", "is"): _source,
}
#: Those by which most claims of a property are left out.
_NARROWING = frozenset({"points-to", "code", "text", "source"})
