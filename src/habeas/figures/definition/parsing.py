"""Checks a located YAML document against the figure vocabulary, key by key.

Invariants: nothing is guessed or repaired; every problem is collected before anything is
raised; whatever passes can be evaluated without a further check of the definition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from habeas.figures.definition import rules as r
from habeas.figures.definition.fields import Fields, listed
from habeas.figures.definition.list_reading import NO_ESTIMATION, Estimation, ListOf, ListReader
from habeas.figures.definition.rule_reading import RuleReader
from habeas.figures.definition.syntax import Problems, YamlNode
from habeas.figures.definition.wording import counting_unit
from habeas.vocabulary import edtf
from habeas.vocabulary.schema import Schema

_PROBABILITY = re.compile(r"0\.[0-9]{1,6}\Z")
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")

_COMMON = ("key", "title", "question", "note", "kind", "view", "unit", "rules", "draw", "as-of",
           "handling")  # fmt: skip
#: What a view draws, and the type that the property must have.
_DRAWN = (("cell", "code"), ("count", "count"), ("point", "place"), ("date", "date"))
_MAY_BE_LEFT_OUT = ("along", "columns", "count")
_KEYS = {
    "counted": (*_COMMON, "counts", "by", "undecided-from", "monotone", "inventories"),
    "measured": (
        *(key for key in _COMMON if key not in ("view", "draw")),
        "measures",
        "between",
    ),
    "reported": (*_COMMON, "reports", "choose"),
    "estimated": (
        *(key for key in _COMMON if key not in ("view", "draw")),
        "counts",
        "lists",
        "exclusive",
        "undecided-from",
        "method",
        "closed-population",
        "everyone-could-be-listed",
        "seed",
    ),
}


@dataclass(slots=True)
class DefinitionParts:
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
    handling: str = "team"
    undecided_ppm: int | None = None
    estimation: Estimation = NO_ESTIMATION
    monotone: bool = False
    inventories: tuple[ListOf, ...] = ()
    measures: str = ""
    between: tuple[str, ...] = ()


class DefinitionReader(Fields):
    """Reads one definition; ``parts`` gives the parts or raises every problem at once."""

    def __init__(self, document: YamlNode, schema: Schema) -> None:
        super().__init__(schema, Problems(), document.line)
        self._keys = document.keys or {}

    def parts(self) -> DefinitionParts:
        kind = self._choice("kind", r.KINDS_OF_FIGURE, required=True)
        allowed = _KEYS.get(kind, tuple({k for keys in _KEYS.values() for k in keys}))
        for key, node in self._keys.items():
            if key not in allowed:
                of_kind = f"in a {kind} figure: " if kind else ""
                self._bad(node, key, "No such key.", of_kind + ", ".join(sorted(allowed)) + ".")
        parts = DefinitionParts(kind=kind)
        parts.key = self._text("key", required=True)
        if parts.key and not (_KEY.match(parts.key) and len(parts.key) <= 80):
            self._bad(self._keys["key"], "key", f"{parts.key!r} is not a key.",
                      "small letters a-z, digits and single hyphens, at most 80.")  # fmt: skip
        parts.title = self._text("title", required=True)
        parts.question = self._text("question")
        parts.note = self._text("note")
        parts.unit = self._text("unit")
        parts.as_of = self._number("as-of")
        parts.handling = self._choice("handling", self._schema.codes["handling"]) or "team"
        parts.view = self._choice("view", r.VIEWS) or r.DEFAULT_VIEW.get(kind, "number")
        if kind == "counted":
            parts.counts = self._choice("counts", self._schema.kinds, required=True)
            parts.by = self._by(parts.counts)
            lists = ListReader(self._schema, self._problems, self._line)
            parts.inventories = lists.inventories(self._keys.get("inventories"))
        elif kind == "measured":
            parts.counts = "facility"
            parts.measures = self._choice("measures", r.MEASURES, required=True)
            parts.between = self._between(parts.measures)
        elif kind == "reported":
            parts.reports = self._properties("reports", self._keys, "", required=True)
            parts.choose = self._choice("choose", r.CHOICES) or "all"
            if not parts.unit and parts.reports:
                parts.unit = self._schema.properties[parts.reports[0]].unit
        elif kind == "estimated":
            parts.counts = self._choice("counts", self._schema.kinds, required=True)
            reader = ListReader(self._schema, self._problems, self._line)
            parts.estimation = reader.estimation(self._keys, self._choice, self._number("seed"))
        if not parts.unit and parts.counts and not parts.measures:
            parts.unit = counting_unit(parts.counts, self._schema)
        parts.undecided_ppm = self._probability("undecided-from")
        if kind:
            parts.rules = self._rules(parts)
        parts.monotone = self._monotone(parts.rules)
        if kind in ("counted", "reported"):
            parts.draw = self._draw(parts)
        self._problems.raise_if_any()
        return parts

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
            self._bad(self._keys[key], key, f"{text!r} is not one of them.", listed(valid))
            return ""
        return text

    def _number(self, key: str) -> int | None:
        node = self._keys.get(key)
        return None if node is None else self._whole(node, key)

    def _probability(self, key: str) -> int | None:
        """A probability written as a decimal, in parts per million."""
        node = self._keys.get(key)
        if node is None:
            return None
        text = self._scalar(node, key, "a probability such as 0.5.")
        if _PROBABILITY.match(text):
            return int(text[2:].ljust(6, "0"))
        self._bad(node, key, f"{text!r} is not a probability.", "0.01 to 0.999999, such as 0.5.")
        return None

    def _monotone(self, rules: tuple[r.Rule, ...]) -> bool:
        """The mark; refused where what a source says can hold the number down."""
        if self._choice("monotone", ("yes", "no")) != "yes":
            return False
        node = self._keys["monotone"]
        for number, rule in enumerate(rules, 1):
            reason = ""
            if rule.name == r.NO_CLAIM or (rule.name == r.RECORD and rule.operator == "is-not"):
                reason = f"rule {number} drops records, so a source can hold the number down."
            elif rule.origins_at_least > 1 or any(t.condition == "repeats" for t in rule.tests):
                reason = f"rule {number} rests on who repeats whom, which ends with a source."
            if reason:
                self._bad(node, "monotone", f"It cannot be marked: {reason}", "no mark.")
        return True

    def _between(self, measures: str) -> tuple[str, ...]:
        """The two times that a change is measured between; none: the first and the last."""
        node = self._keys.get("between")
        if node is None:
            return ()
        if measures == "area":
            self._bad(node, "between", "An area is of one time.", "measures: area-change.")
        times = tuple(self._edtf(item, "between") for item in node.items or ())
        if len(times) != 2:
            self._bad(node, "between", "These are not two times.", "between: [2016, 2018].")
        elif all(times) and edtf.before(*map(edtf.parse, times)) is not edtf.Answer.YES:
            self._bad(node, "between", "The first is not before the second.", "[2016, 2018].")
        return times

    def _by(self, kind: str) -> tuple[str, str] | None:
        node = self._keys.get("by")
        if node is None:
            return None
        keys = {"property": node} if node.text else (node.keys or {})
        self._only(node, "by", keys, ("property", "step"))
        owned = [each.name for each in self._schema.kinds.values() if kind in each.of]
        names = self._properties("property", keys, (kind, *owned), required=True)
        step = ""
        if "step" in keys:
            step = self._scalar(keys["step"], "by.step", listed(r.STEPS))
            if step and step not in r.STEPS:
                self._bad(keys["step"], "by.step", f"{step!r} is not a step.", listed(r.STEPS))
        if len(names) != 1:
            if len(names) > 1:
                self._bad(node, "by.property", "There are several.", "one property.")
            return None
        value_type = self._schema.properties[names[0]].type
        if step and value_type != "date":
            self._bad(keys["step"], "by.step", f"{names[0]} is not a date.", "no step.")
        return names[0], step or ("year" if value_type == "date" else "")

    def _draw(self, parts: DefinitionParts) -> dict[str, Any]:
        wanted = r.DRAWINGS.get(parts.view, ())
        node = self._keys.get("draw")
        if node is None:
            needed = [name for name in wanted if name not in _MAY_BE_LEFT_OUT]
            if needed:
                self._bad(None, "draw", f"A {parts.view} needs it.", f"draw: {{{needed[0]}: …}}.")
            return {}
        keys = node.keys or {}
        self._only(node, "draw", keys, wanted)
        found: dict[str, Any] = {}
        kind = parts.counts
        for name, need in _DRAWN:
            if name in keys and name in wanted:
                text = self._scalar(keys[name], f"draw.{name}", "a property.")
                if text and self._is_property(keys[name], f"draw.{name}", text, kind, need):
                    found[name] = text
            elif name in wanted and name not in _MAY_BE_LEFT_OUT:
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

    def _rules(self, parts: DefinitionParts) -> tuple[r.Rule, ...]:
        node = self._keys.get("rules")
        if node is None:
            return ()
        reader = RuleReader(self._schema, self._problems, node.line)
        reader.kind, reader.counts, reader.reports = parts.kind, parts.counts, parts.reports
        return tuple(reader.rules(node))
