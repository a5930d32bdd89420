"""Checks a located YAML document against the figure vocabulary, key by key.

Invariants: nothing is guessed or repaired; every problem is collected before anything is
raised; whatever passes can be evaluated without a further check of the definition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from habeas.figures import rules as r
from habeas.figures.syntax import Problems, Written
from habeas.figures.wording import rule_words
from habeas.vocabulary import edtf
from habeas.vocabulary.errors import VocabularyError
from habeas.vocabulary.schema import Schema

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_LONGEST_NUMBER = 15  # digits: every number stays exact in JSON

_COMMON = ("key", "title", "question", "note", "kind", "view", "unit", "rules", "draw", "as-of")
_KEYS = {
    "counted": (*_COMMON, "counts", "by"),
    "reported": (*_COMMON, "reports", "choose"),
    "estimated": (*_COMMON, "counts", "method", "lists"),
}


@dataclass(slots=True)
class Parts:
    """The checked parts of a definition, before it is one."""

    key: str = ""
    title: str = ""
    kind: str = ""
    view: str = ""
    question: str = ""
    note: str = ""
    counts: str = ""
    reports: tuple[str, ...] = ()
    unit: str = ""
    rules: tuple[r.Rule, ...] = ()
    by: tuple[str, str] | None = None
    choose: str = "all"
    draw: dict[str, Any] = field(default_factory=dict)
    as_of: int | None = None


class Reader:
    """Reads one definition; ``parts`` gives the parts or raises every problem at once."""

    def __init__(self, document: Written, schema: Schema) -> None:
        self._keys = document.keys or {}
        self._line = document.line
        self._schema = schema
        self._problems = Problems()

    def parts(self) -> Parts:
        kind = self._choice("kind", r.KINDS_OF_FIGURE, required=True)
        allowed = _KEYS.get(kind, tuple({k for keys in _KEYS.values() for k in keys}))
        for key, node in self._keys.items():
            if key not in allowed:
                of_kind = f"in a {kind} figure: " if kind else ""
                self._bad(node, key, "No such key.", of_kind + ", ".join(sorted(allowed)) + ".")
        parts = Parts(kind=kind)
        parts.key = self._text("key", required=True)
        if parts.key and not (_KEY.match(parts.key) and len(parts.key) <= 80):
            self._bad(self._keys["key"], "key", f"{parts.key!r} is not a key.",
                      "small letters a-z, digits and single hyphens, at most 80.")  # fmt: skip
        parts.title = self._text("title", required=True)
        parts.question = self._text("question")
        parts.note = self._text("note")
        parts.unit = self._text("unit")
        parts.as_of = self._number("as-of")
        parts.view = self._choice("view", r.VIEWS) or r.DEFAULT_VIEW.get(kind, "number")
        if kind == "counted":
            parts.counts = self._choice("counts", self._schema.kinds, required=True)
            parts.by = self._by(parts.counts)
        elif kind == "reported":
            parts.reports = self._properties("reports", self._keys, "", required=True)
            parts.choose = self._choice("choose", r.CHOICES) or "all"
            if not parts.unit and parts.reports:
                parts.unit = self._schema.properties[parts.reports[0]].unit or ""
        elif kind == "estimated":
            parts.counts = self._choice("counts", self._schema.kinds)
        if kind in ("counted", "reported"):
            parts.rules = tuple(self._rules(parts))
            parts.draw = self._draw(parts)
        self._problems.raise_if_any()
        return parts

    # --- single values --------------------------------------------------------------------

    def _bad(self, node: Written | None, key: str, reason: str, valid: str) -> None:
        self._problems.add(node.line if node else self._line, key, reason, valid)

    def _scalar(self, node: Written, key: str, valid: str) -> str:
        if node.text is None:
            self._bad(node, key, f"It is {node.shape}.", valid)
            return ""
        if not node.text:
            self._bad(node, key, "It is empty.", valid)
        return node.text

    def _text(self, key: str, *, required: bool = False) -> str:
        node = self._keys.get(key)
        if node is None:
            if required:
                self._bad(None, key, "It is missing.", f"`{key}: …` with a text.")
            return ""
        return self._scalar(node, key, "one text.")

    def _choice(self, key: str, valid: Iterable[str], *, required: bool = False) -> str:
        text = self._text(key, required=required)
        if text and text not in valid:
            self._bad(self._keys[key], key, f"{text!r} is not one of them.", _list(valid))
            return ""
        return text

    def _number(self, key: str) -> int | None:
        node = self._keys.get(key)
        return None if node is None else self._whole(node, key)

    def _whole(self, node: Written, key: str) -> int | None:
        text = self._scalar(node, key, "a whole number.")
        if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER:
            return int(text)
        if text:
            self._bad(node, key, f"{text!r} is not a whole number.", "a number such as 1000000.")
        return None

    def _texts(self, node: Written, key: str, valid: str) -> tuple[str, ...]:
        if node.items is None:
            text = self._scalar(node, key, valid)
            return (text,) if text else ()
        if not node.items:
            self._bad(node, key, "The list is empty.", valid)
        return tuple(text for item in node.items if (text := self._scalar(item, key, valid)))

    def _edtf(self, node: Written, key: str) -> str:
        text = self._scalar(node, key, "one EDTF date such as 2019-07.")
        if text:
            try:
                return edtf.parse(text).text
            except VocabularyError as error:
                self._bad(node, key, error.message, "an EDTF date such as 2019-07 or 2017/2018.")
        return ""

    # --- properties -----------------------------------------------------------------------

    def _properties(
        self, key: str, keys: dict[str, Written], kind: str, *, required: bool
    ) -> tuple[str, ...]:
        node = keys.get(key)
        if node is None:
            if required:
                self._bad(None, key, "It is missing.", "the name of a property.")
            return ()
        names = self._texts(node, key, "the name of a property.")
        return tuple(name for name in names if self._is_property(node, key, name, kind))

    def _is_property(self, node: Written, key: str, name: str, kind: str, need: str = "") -> bool:
        properties = self._schema.properties
        fitting = [
            n
            for n, p in properties.items()
            if (not kind or kind in p.kinds) and (not need or p.type == need)
        ]
        if name in fitting:
            return True
        if name not in properties:
            reason = f"There is no property {name!r}."
        elif need and properties[name].type != need:
            reason = f"{name} is a {properties[name].type}, not a {need}."
        else:
            reason = f"A {kind} has no property {name!r}."
        self._bad(node, key, reason, _list(fitting))
        return False

    def _by(self, kind: str) -> tuple[str, str] | None:
        node = self._keys.get("by")
        if node is None:
            return None
        keys = {"property": node} if node.text else (node.keys or {})
        self._only(node, "by", keys, ("property", "step"))
        names = self._properties("property", keys, kind, required=True)
        step = ""
        if "step" in keys:
            step = self._scalar(keys["step"], "by.step", _list(r.STEPS))
            if step and step not in r.STEPS:
                self._bad(keys["step"], "by.step", f"{step!r} is no step.", _list(r.STEPS))
        if len(names) != 1:
            if len(names) > 1:
                self._bad(node, "by.property", "There are several.", "one property.")
            return None
        value_type = self._schema.properties[names[0]].type
        if step and value_type != "date":
            self._bad(keys["step"], "by.step", f"{names[0]} is not a date.", "no step.")
        return names[0], step or ("year" if value_type == "date" else "")

    def _only(
        self, node: Written, key: str, keys: dict[str, Written], valid: Iterable[str]
    ) -> None:
        for name, inner in keys.items():
            if name not in valid:
                self._bad(inner, f"{key}.{name}", "No such key.", _list(valid))
        if not keys:
            self._bad(node, key, f"It is {node.shape}.", f"keys: {_list(valid)}")

    def _draw(self, parts: Parts) -> dict[str, Any]:
        wanted = r.DRAWINGS.get(parts.view, ())
        node = self._keys.get("draw")
        if node is None:
            needed = [name for name in wanted if name not in ("along", "columns")]
            if needed:
                self._bad(None, "draw", f"A {parts.view} needs it.", f"draw: {{{needed[0]}: …}}.")
            return {}
        keys = node.keys or {}
        self._only(node, "draw", keys, wanted)
        found: dict[str, Any] = {}
        kind = parts.counts
        for name, need in (("cell", "code"), ("point", "place"), ("date", "date")):
            if name in keys and name in wanted:
                text = self._scalar(keys[name], f"draw.{name}", "a property.")
                if text and self._is_property(keys[name], f"draw.{name}", text, kind, need):
                    found[name] = text
            elif name in wanted:
                self._bad(node, f"draw.{name}", "It is missing.", f"a property of type {need}.")
        if "columns" in keys and "columns" in wanted:
            columns = keys["columns"]
            items = columns.items or ((columns,) if columns.text else ())
            found["columns"] = tuple(self._edtf(item, "draw.columns") for item in items)
            if not items:
                self._bad(columns, "draw.columns", "It is empty.", "a list of EDTF dates.")
        if "along" in keys and "along" in wanted:
            found["along"] = self._scalar(keys["along"], "draw.along", "holds or said.")
            if found["along"] not in ("holds", "said"):
                self._bad(keys["along"], "draw.along", "No such axis.", "holds or said.")
        return found

    # --- rules ----------------------------------------------------------------------------

    def _rules(self, parts: Parts) -> Iterable[r.Rule]:
        node = self._keys.get("rules")
        if node is None:
            return
        if node.items is None:
            self._bad(node, "rules", f"It is {node.shape}.", "a list: `- rule: …` lines.")
            return
        for number, item in enumerate(node.items, 1):
            rule = self._rule(item, f"rules[{number}]", parts)
            if rule is not None:
                yield rule

    def _rule(self, node: Written, where: str, parts: Parts) -> r.Rule | None:
        keys = dict(node.keys or {})
        name_node = keys.pop("rule", None)
        names = _rule_names(parts.kind)
        if name_node is None:
            self._bad(node, where, "It names no rule.", f"`rule:` and one of {_list(names)}")
            return None
        name = self._scalar(name_node, f"{where}.rule", _list(names))
        if name not in names:
            if name:
                self._bad(name_node, f"{where}.rule", f"No rule {name!r}.", _list(names))
            return None
        where = f"{where} {name}"
        before = len(self._problems.found)
        read: dict[str, Callable[..., r.Rule]] = {
            r.HAS_CLAIM: self._claim_rule,
            r.NO_CLAIM: self._claim_rule,
            r.IN_PLACE: self._place_rule,
            r.RECORD: self._record_rule,
            r.LIVE: self._live_rule,
        }
        rule = read.get(name, self._condition_rule)(name, node, keys, where, parts)
        return rule if len(self._problems.found) == before else None

    def _live_rule(
        self, name: str, node: Written, keys: dict[str, Written], where: str, parts: Parts
    ) -> r.Rule:
        for key, inner in keys.items():
            self._bad(inner, f"{where}.{key}", "No such parameter.", "none.")
        return self._made(r.Rule(name, "", node.line))

    def _claim_rule(
        self, name: str, node: Written, keys: dict[str, Written], where: str, parts: Parts
    ) -> r.Rule:
        conditions = [c for c in r.CONDITIONS.values() if not c.in_reported_only]
        valid = ["property", *(c.name for c in conditions)]
        if name == r.HAS_CLAIM:
            valid.append("origins-at-least")
        for key, inner in keys.items():
            if key not in valid:
                self._bad(inner, f"{where}.{key}", "No such parameter.", _list(valid))
        if "property" not in keys:
            self._bad(node, f"{where}.property", "It is missing.", "the name of a property.")
        properties = self._properties("property", keys, parts.counts, required=False)
        tests = [
            test
            for condition in conditions
            if condition.name in keys
            for test in self._tests(keys[condition.name], condition, where, properties)
        ]
        if "stance" not in keys:
            tests.insert(0, r.Test("stance", "is", ("asserts",)))
        origins = 1
        if "origins-at-least" in keys:
            origins = self._whole(keys["origins-at-least"], f"{where}.origins-at-least") or 1
        rule = r.Rule(
            name, "", node.line, properties, tuple(tests), origins_at_least=origins
        )
        return self._made(rule)

    def _condition_rule(
        self, name: str, node: Written, keys: dict[str, Written], where: str, parts: Parts
    ) -> r.Rule:
        condition = r.CONDITIONS[name]
        if not keys:
            self._bad(node, where, "It says nothing.", _operators(condition))
        mapping = Written(node.line, keys=keys)
        tests = self._tests(mapping, condition, where, parts.reports) if keys else ()
        return self._made(r.Rule(name, "", node.line, tests=tuple(tests)))

    def _place_rule(
        self, name: str, node: Written, keys: dict[str, Written], where: str, parts: Parts
    ) -> r.Rule:
        self._only(node, where, keys, ("place",))
        records = self._texts(keys["place"], f"{where}.place", "a place's caption, or #position.") if "place" in keys else ()  # noqa: E501
        self._check_records(node, where, records)
        return self._made(r.Rule(name, "", node.line, records=records))

    def _record_rule(
        self, name: str, node: Written, keys: dict[str, Written], where: str, parts: Parts
    ) -> r.Rule:
        self._only(node, where, keys, ("is", "is-not"))
        if len(keys) > 1:
            self._bad(node, where, "Both is and is-not.", "one of them a rule.")
        operator = next(iter(keys), "is")
        records = (
            self._texts(keys[operator], f"{where}.{operator}", r.Operand.RECORDS.value)
            if keys
            else ()
        )
        self._check_records(node, where, records)
        return self._made(r.Rule(name, "", node.line, records=records, operator=operator))

    def _made(self, rule: r.Rule) -> r.Rule:
        return r.Rule(
            rule.name,
            rule_words(rule, self._schema),
            rule.line,
            rule.properties,
            rule.tests,
            rule.records,
            rule.operator,
            rule.origins_at_least,
        )

    def _tests(
        self, node: Written, condition: r.Condition, where: str, properties: tuple[str, ...]
    ) -> Iterable[r.Test]:
        keys = node.keys if node.keys is not None else {condition.shorthand: node}
        if condition.needs:
            for name in properties:
                if self._schema.properties[name].type != condition.needs:
                    self._bad(node, f"{where}.{condition.name}",
                              f"{name} is a {self._schema.properties[name].type}.",
                              f"a property of type {condition.needs}.")  # fmt: skip
                    return
        for operator, inner in keys.items():
            if operator not in condition.operators:
                self._bad(inner, f"{where}.{operator}", "No such parameter.", _operators(condition))
                continue
            operand, _ = condition.operators[operator]
            at = f"{where}.{condition.name}" if node.keys is None else f"{where}.{operator}"
            operands = self._operands(inner, at, operand, condition, properties)
            if operands:
                yield r.Test(condition.name, operator, operands)

    def _operands(
        self,
        node: Written,
        where: str,
        operand: r.Operand,
        condition: r.Condition,
        properties: tuple[str, ...],
    ) -> tuple[str, ...]:
        if operand is r.Operand.DATE:
            text = self._edtf(node, where)
            return (text,) if text else ()
        if operand is r.Operand.NUMBER:
            number = self._whole(node, where)
            return () if number is None else (str(number),)
        found = self._texts(node, where, operand.value + ".")
        valid = self._valid_texts(operand, condition, properties)
        for text in found:
            if valid and text not in valid:
                self._bad(node, where, f"{text!r} is not one of them.", _list(valid))
        if operand is r.Operand.RECORDS:
            self._check_records(node, where, found)
        if operand in (r.Operand.FLAG, r.Operand.GRADE) and len(found) > 1:
            self._bad(node, where, "There are several.", "one.")
        return found

    def _valid_texts(
        self, operand: r.Operand, condition: r.Condition, properties: tuple[str, ...]
    ) -> list[str]:
        codes = self._schema.codes
        if operand is r.Operand.FLAG:
            return ["yes", "no"]
        if operand is r.Operand.GRADE:
            return ["1", "2", "3", "4", "5"]
        if operand is r.Operand.KINDS:
            return list(self._schema.kinds)
        if operand is r.Operand.STANCES:
            return list(codes["stance"])
        if operand is r.Operand.CODES and condition.name == "code":
            return [
                code
                for name in properties
                for code in codes.get(self._schema.properties[name].codes or "", ())
            ]
        lists = {"source-kind": "source-kind", "interest": "interest-kind", "basis": "basis"}
        return list(codes[lists[condition.name]]) if condition.name in lists else []

    def _check_records(self, node: Written, where: str, records: tuple[str, ...]) -> None:
        for text in records:
            digits = text[1:]
            if text.startswith("#") and not (digits.isascii() and digits.isdigit()):
                self._bad(node, where, f"{text!r} is no position.", "#123, quoted.")


def _rule_names(kind: str) -> list[str]:
    if kind == "reported":
        return [*r.CONDITIONS, r.IN_PLACE, r.LIVE]
    return [r.HAS_CLAIM, r.NO_CLAIM, r.IN_PLACE, r.RECORD, r.LIVE]


def _operators(condition: r.Condition) -> str:
    return "; ".join(f"{name}: {operand}" for name, (operand, _) in condition.operators.items())


def _list(names: Iterable[str]) -> str:
    found = list(names)
    shown = ", ".join(found[:40])
    return f"{shown}{', …' if len(found) > 40 else ''}."
