"""Reading the rules of a definition: each line of the recipe, with its parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from habeas.figures.definition import rules as r
from habeas.figures.definition.fields import Fields, listed
from habeas.figures.definition.syntax import YamlNode
from habeas.figures.definition.wording import rule_words


class RuleReader(Fields):
    """Reads the rules of one definition. ``counts`` or ``reports`` say what they are asked of."""

    kind = ""
    counts = ""
    reports: tuple[str, ...] = ()

    def rules(self, node: YamlNode) -> Iterable[r.Rule]:
        """The rules in order; what cannot be read is a problem."""
        if node.items is None:
            self._bad(node, "rules", f"It is {node.shape}.", "a list: `- rule: …` lines.")
            return
        for number, item in enumerate(node.items, 1):
            rule = self._rule(item, f"rules[{number}]")
            if rule is not None:
                yield rule

    def _rule(self, node: YamlNode, where: str) -> r.Rule | None:
        keys = dict(node.keys or {})
        name_node = keys.pop("rule", None)
        names = _rule_names(self.kind)
        if name_node is None:
            self._bad(node, where, "It names no rule.", f"`rule:` and one of {listed(names)}")
            return None
        name = self._scalar(name_node, f"{where}.rule", listed(names))
        if name not in names:
            if name:
                self._bad(name_node, f"{where}.rule", f"No rule {name!r}.", listed(names))
            return None
        where = f"{where} {name}"
        before = len(self._problems.found)
        read: dict[str, Callable[..., r.Rule]] = {
            r.HAS_CLAIM: self._claim_rule,
            r.NO_CLAIM: self._claim_rule,
            r.HAS_RECORD: self._owned_rule,
            r.IN_PLACE: self._place_rule,
            r.RECORD: self._record_rule,
            r.LIVE: self._live_rule,
        }
        rule = read.get(name, self._condition_rule)(name, node, keys, where)
        return rule if len(self._problems.found) == before else None

    def _live_rule(
        self, name: str, node: YamlNode, keys: dict[str, YamlNode], where: str
    ) -> r.Rule:
        for key, inner in keys.items():
            self._bad(inner, f"{where}.{key}", "No such parameter.", "none.")
        return self._made(r.Rule(name, "", node.line))

    def _claim_rule(
        self,
        name: str,
        node: YamlNode,
        keys: dict[str, YamlNode],
        where: str,
        kind: str = "",
    ) -> r.Rule:
        conditions = [c for c in r.CONDITIONS.values() if not c.in_reported_only]
        valid = ["property", *(c.name for c in conditions)]
        if name == r.HAS_CLAIM:
            valid.append("origins-at-least")
        for key, inner in keys.items():
            if key not in valid:
                self._bad(inner, f"{where}.{key}", "No such parameter.", listed(valid))
        if "property" not in keys:
            self._bad(node, f"{where}.property", "It is missing.", "the name of a property.")
        properties = self._properties("property", keys, kind or self.counts, required=False)
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
        rule = r.Rule(name, "", node.line, properties, tuple(tests), origins_at_least=origins)
        return self._made(rule)

    def _owned_rule(
        self, name: str, node: YamlNode, keys: dict[str, YamlNode], where: str
    ) -> r.Rule:
        self._only(node, where, keys, ("kind", "claims"))
        kinds = [k.name for k in self._schema.kinds.values() if self.counts in k.of]
        kind = self._scalar(keys["kind"], f"{where}.kind", listed(kinds)) if "kind" in keys else ""
        if kind not in kinds:
            owner = self.counts or "record"
            reason = f"A {owner} owns no {kind}." if kind else "It is missing."
            valid = listed(kinds) if kinds else "has-claim: such a record owns no other."
            self._bad(keys.get("kind", node), f"{where}.kind", reason, valid)
            return r.Rule(name, "", node.line)
        claims = keys.get("claims")
        if claims is not None and not claims.items:
            reason = "The list is empty." if claims.items is not None else f"It is {claims.shape}."
            self._bad(claims, f"{where}.claims", reason, "a list: `- {property: …, …}` lines.")
        having = [
            self._claim_rule(r.HAS_CLAIM, item, item.keys or {}, f"{where}.claims[{number}]", kind)
            for number, item in enumerate((claims.items if claims else None) or (), 1)
        ]
        return self._made(r.Rule(name, "", node.line, kind=kind, having=tuple(having)))

    def _condition_rule(
        self, name: str, node: YamlNode, keys: dict[str, YamlNode], where: str
    ) -> r.Rule:
        condition = r.CONDITIONS[name]
        if not keys:
            self._bad(node, where, "It says nothing.", _operators(condition))
        mapping = YamlNode(node.line, keys=keys)
        tests = self._tests(mapping, condition, where, self.reports) if keys else ()
        return self._made(r.Rule(name, "", node.line, tests=tuple(tests)))

    def _place_rule(
        self, name: str, node: YamlNode, keys: dict[str, YamlNode], where: str
    ) -> r.Rule:
        self._only(node, where, keys, ("place",))
        records = (
            self._texts(keys["place"], f"{where}.place", "a place's caption, or #position.")
            if "place" in keys
            else ()
        )
        self._check_records(node, where, records)
        return self._made(r.Rule(name, "", node.line, records=records))

    def _record_rule(
        self, name: str, node: YamlNode, keys: dict[str, YamlNode], where: str
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
        return replace(rule, words=rule_words(rule, self._schema))

    def _tests(
        self, node: YamlNode, condition: r.Condition, where: str, properties: tuple[str, ...]
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
        node: YamlNode,
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
                self._bad(node, where, f"{text!r} is not one of them.", listed(valid))
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
                for code in codes.get(self._schema.properties[name].codes, ())
            ]
        lists = {"source-kind": "source-kind", "interest": "interest-kind", "basis": "basis"}
        return list(codes[lists[condition.name]]) if condition.name in lists else []

    def _check_records(self, node: YamlNode, where: str, records: tuple[str, ...]) -> None:
        for text in records:
            digits = text[1:]
            if text.startswith("#") and not (digits.isascii() and digits.isdigit()):
                self._bad(node, where, f"{text!r} is not a position.", "#123, quoted.")


def _rule_names(kind: str) -> list[str]:
    if kind == "reported":
        return [*r.CONDITIONS, r.IN_PLACE, r.LIVE]
    return [r.HAS_CLAIM, r.NO_CLAIM, r.HAS_RECORD, r.IN_PLACE, r.RECORD, r.LIVE]


def _operators(condition: r.Condition) -> str:
    return "; ".join(f"{name}: {operand}" for name, (operand, _) in condition.operators.items())
