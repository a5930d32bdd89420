"""Rules and answers in words: one place, so pages, terminal and JSON say the same."""

from __future__ import annotations

from habeas.figures.definition import rules as r
from habeas.vocabulary import edtf, stances
from habeas.vocabulary.schema import Schema, core


def rule_words(rule: r.Rule, schema: Schema) -> str:
    """What a rule asks for, in English."""
    records = any_of([f"“{record}”" for record in rule.records])
    if rule.name == r.LIVE:
        return "not retracted, not superseded"
    if rule.name == r.IN_PLACE:
        return f"is in {records}"
    if rule.name == r.RECORD:
        return f"is {records}" if rule.operator == "is" else f"is not {records}"
    if rule.name == r.HAS_RECORD:
        label = schema.kinds[rule.kind].label.lower()
        if not rule.having:
            return f"has a {label}"
        return f"one {label} has {'; and '.join(each.words for each in rule.having)}"
    asked = "; ".join(test_words(test, rule.properties, schema) for test in rule.tests)
    if rule.name in r.CONDITIONS:
        return asked
    about = any_of([property_words(name, schema) for name in rule.properties])
    words = f"{'no' if rule.name == r.NO_CLAIM else 'a'} claim on {about}: {asked}"
    if rule.origins_at_least > 1:
        words += f"; from at least {rule.origins_at_least} independent origins"
    return words


def test_words(test: r.Test, properties: tuple[str, ...], schema: Schema) -> str:
    """One condition in English."""
    operand, words = r.CONDITIONS[test.condition].operators[test.operator]
    if operand is r.Operand.FLAG:
        return words.split("|")[0 if test.flag else 1]
    if operand is r.Operand.DATE:
        shown = [f"{edtf.describe(edtf.parse(text))} ({text})" for text in test.operands]
    elif operand is r.Operand.STANCES:
        shown = [stances.words(text).alone for text in test.operands]
    elif operand is r.Operand.NUMBER:
        shown = [grouped(int(text)) for text in test.operands]
    elif operand is r.Operand.CODES:
        shown = [_label(text, test.condition, properties, schema) for text in test.operands]
    elif test.condition in ("points-to", "subject"):
        shown = [f"“{text}”" for text in test.operands]
    else:
        shown = list(test.operands)
    return words.format(any_of(shown))


def property_words(name: str, schema: Schema) -> str:
    """What a property is called on a page."""
    known = schema.properties.get(name)
    return known.label if known else name.replace("_", " ")


def _label(code: str, condition: str, properties: tuple[str, ...], schema: Schema) -> str:
    lists = {"source-kind": "source-kind", "interest": "interest-kind", "basis": "basis"}
    names = [lists[condition]] if condition in lists else []
    names += [schema.properties[name].codes for name in properties]
    for name in names:
        if code in schema.codes.get(name, {}):
            return f"“{schema.codes[name][code].label}”"
    return f"“{code}”"


def any_of(texts: list[str]) -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} or {texts[-1]}"


def grouped(number: int) -> str:
    """A whole number with a comma every three digits."""
    return f"{number:,}"


def counted_words(number: int, not_known: int, unit: str) -> str:
    """``27``, or ``at least 27 (14 more not known)``."""
    what = f" {_one(unit) if number == 1 else unit}" if unit else ""
    if not not_known:
        return f"{grouped(number)}{what}"
    return f"at least {grouped(number)}{what} ({grouped(not_known)} more not known)"


def open_words(pairs: int, ungrouped: int) -> str:
    """What makes a count a range: ``2 pairs not decided; 3 claims not grouped``."""
    found = []
    if pairs:
        found.append(f"{grouped(pairs)} {'pair' if pairs == 1 else 'pairs'} not decided")
    if ungrouped:
        found.append(f"{grouped(ungrouped)} {'claim' if ungrouped == 1 else 'claims'} not grouped")
    return "; ".join(found)


def range_words(low: int, high: int, doubts: str, not_known: int, unit: str) -> str:
    """``25 to 27 persons (2 pairs not decided)``, with what is not known beside it."""
    what = f" {unit}" if unit else ""
    number = grouped(high) if low == high else f"{grouped(low)} to {grouped(high)}"
    if not_known:
        return f"at least {number}{what} ({doubts}; {grouped(not_known)} more not known)"
    return f"{number}{what} ({doubts})"


def counting_unit(kind: str, schema: Schema) -> str:
    """In what records of a kind are counted, where a definition names no unit."""
    unit = f"{kind}s"
    return unit if unit in schema.codes["unit"] else schema.kinds[kind].plural.lower()


def _one(unit: str) -> str:
    """A counting unit in the singular, where the vocabulary gives it."""
    known = core().codes["unit"].get(unit)
    if known and known.one:
        return known.one
    kinds = core().kinds.values()
    return next((each.label.lower() for each in kinds if each.plural.lower() == unit), unit)


def between_words(least: int, most: int) -> str:
    """A range of whole numbers: "3" or "2 to 3"."""
    return grouped(most) if least == most else f"{grouped(least)} to {grouped(most)}"
