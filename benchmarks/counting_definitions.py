"""Figure definitions at random: every rule, condition, group, choice and kind of record.

A definition is made as plain texts and written as the YAML that people write.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import yaml

from benchmarks.counting_archives import BASES, CODES, KINDS, PROPERTIES, REFERS, TEXTS
from benchmarks.counting_dates import WINDOWS

_DATES = ("birth_date", "detained", "released", "opened", "date", "held_from", "held_until")
_COUNTS = ("people_held", "capacity", "deaths", "facility_count", "age_then")
_TEXTS = ("occupation", "purpose", "detention_reason")
_ASKED = ("stance", "value", "holds", "holds", "said", "source", "source-kind", "interest")
_ASKED += ("basis", "credibility", "passage", "repeats")
_NUMBERS = ("0", "1", "3", "10", "20", "50", "51", "60", "100", "120", "200", "500")


@dataclass(slots=True)
class Writer:
    """Writes definitions about an archive with these mentions, as (position, kind)."""

    chance: random.Random
    mentions: list[tuple[int, str]]

    def write(self, key: str) -> str:
        definition = self._counted() if self.chance.random() < 0.65 else self._reported()
        definition = {"key": key, "title": "Made at random", **definition}
        return yaml.safe_dump(definition, sort_keys=False, allow_unicode=True, width=1_000)

    # --- kinds ------------------------------------------------------------------------------

    def _counted(self) -> dict[str, Any]:
        pick = self.chance
        kind = pick.choice((*KINDS, "person", "detention"))
        found: dict[str, Any] = {"kind": "counted", "counts": kind}
        if pick.random() < 0.3:
            found["undecided-from"] = pick.choice(("0.2", "0.5", "0.9"))
        if pick.random() < 0.4:
            found["by"] = self._by(kind)
        if kind in ("facility", "organisation") and pick.random() < 0.5:
            found["inventories"] = self._inventories()
        rules = [self._rule(kind) for _ in range(pick.choice((0, 1, 1, 2, 3)))]
        if rules or pick.random() < 0.5:
            found["rules"] = rules or [{"rule": "live"}]
        return found

    def _inventories(self) -> list[dict[str, Any]]:
        """Two or three, none of which shares a source with another."""
        codes = self.chance.sample(("s-0", "s-1", "s-2"), 3)
        parts = self.chance.choice(((1, 1), (1, 2), (1, 1, 1)))
        return [
            {
                "name": f"List {n}",
                "sources": [codes.pop() for _ in range(part)],
                "includes": "Camps",
            }
            for n, part in enumerate(parts)
        ]

    def _by(self, kind: str) -> Any:
        own = PROPERTIES[kind] + (" held_from held_until" if kind == "person" else "")
        property_ = self.chance.choice(own.split())
        if property_ in _DATES:
            step = self.chance.choice(("month", "year", "year", "decade"))
            return {"property": property_, "step": step}
        return property_

    def _reported(self) -> dict[str, Any]:
        pick = self.chance
        properties = [each for kind in KINDS for each in PROPERTIES[kind].split()]
        if pick.random() < 0.6:
            properties = list(_COUNTS)
        reports = pick.sample(sorted(set(properties)), pick.choice((1, 1, 2, 3)))
        found: dict[str, Any] = {"kind": "reported", "reports": reports, "unit": "things"}
        if pick.random() < 0.6:
            found["choose"] = pick.choice(("latest", "earliest", "highest", "lowest"))
        found["rules"] = [self._rule_of_points(reports) for _ in range(pick.choice((0, 1, 2)))]
        return found if found["rules"] else {k: v for k, v in found.items() if k != "rules"}

    # --- rules ------------------------------------------------------------------------------

    def _rule(self, kind: str) -> dict[str, Any]:
        pick = self.chance
        names = ("has-claim",) * 5 + ("no-claim", "no-claim", "record")
        names += ("has-record",) * 3 if kind == "person" else ()
        name = pick.choice(names if kind == "detention" else (*names, "in-place"))
        if name == "in-place":
            return self._in_place()
        if name == "has-record":
            number = pick.choice((0, 1, 2, 2))
            asked = [self._of_claims("has-claim", "detention") for _ in range(number)]
            claims = [{k: v for k, v in each.items() if k != "rule"} for each in asked]
            return {"rule": name, "kind": "detention", **({"claims": claims} if claims else {})}
        if name == "record":
            return {"rule": name, pick.choice(("is", "is-not")): self._records((kind,))}
        return self._of_claims(name, kind)

    def _of_claims(self, name: str, kind: str) -> dict[str, Any]:
        pick = self.chance
        own = PROPERTIES[kind].split()
        properties = pick.sample(own, pick.choice((1, 1, 1, 2)) if len(own) > 1 else 1)
        rule: dict[str, Any] = {"rule": name, "property": properties}
        if len(properties) == 1:
            rule["property"] = properties[0]
        for _ in range(pick.choice((0, 1, 1, 2))):
            condition, operators = self._condition(properties)
            first = next(iter(operators.values()))
            plain = len(operators) == 1 and next(iter(operators)) in ("is", "within", "known")
            rule[condition] = first if plain and pick.random() < 0.5 else operators
        if name == "has-claim" and pick.random() < 0.2:
            rule["origins-at-least"] = pick.choice(("1", "2", "3"))
        return rule

    def _rule_of_points(self, reports: list[str]) -> dict[str, Any]:
        pick = self.chance
        which = pick.random()
        if which < 0.15:
            return self._in_place()
        if which < 0.3:
            return {"rule": "subject", pick.choice(("is", "is-not")): self._records(KINDS)}
        if which < 0.4:
            return {"rule": "subject-kind", "is": pick.choice(KINDS)}
        condition, operators = self._condition(reports)
        return {"rule": condition, **operators}

    def _in_place(self) -> dict[str, Any]:
        return {"rule": "in-place", "place": self._records(("place", "country", "facility"))}

    def _records(self, kinds: tuple[str, ...]) -> Any:
        fit = [position for position, kind in self.mentions if kind in kinds]
        chosen = self.chance.choices(fit or [self.mentions[0][0]], k=self.chance.choice((1, 1, 2)))
        names = sorted({f"#{position}" for position in chosen})
        return names[0] if len(names) == 1 else names

    # --- conditions -------------------------------------------------------------------------

    def _condition(self, properties: list[str]) -> tuple[str, dict[str, Any]]:
        pick = self.chance
        of_value = self._of_value(properties) if pick.random() < 0.5 else None
        if of_value is not None:
            return of_value
        is_ = pick.choice(("is", "is", "is-not"))
        match pick.choice(_ASKED):
            case "stance":
                return "stance", {is_: self._some("asserts", "denies", "does-not-know", "retracts")}
            case "value":
                return "value", {"known": pick.choice(("yes", "no"))}
            case "source":
                return "source", {is_: self._some("s-0", "s-1", "s-2")}
            case "source-kind":
                return "source-kind", {is_: self._some("organisation", "government")}
            case "interest":
                return "interest", {is_: self._some("funding", "party")}
            case "basis":
                return "basis", {is_: self._some(*BASES)}
            case "credibility":
                return "credibility", {"at-least": pick.choice(("1", "2", "3", "5"))}
            case "passage":
                return "passage", {"cited": pick.choice(("yes", "no"))}
            case "repeats":
                return "repeats", {"is": pick.choice(("yes", "no"))}
            case name:
                return name, self._when()

    def _of_value(self, properties: list[str]) -> tuple[str, dict[str, Any]] | None:
        pick = self.chance
        is_ = pick.choice(("is", "is", "is-not"))
        if all(each in CODES for each in properties):
            return "code", {is_: self._some(*(code for p in properties for code in CODES[p]))}
        if all(each in _DATES for each in properties):
            return "date", self._when()
        if all(each in _TEXTS for each in properties):
            return "text", {is_: self._some(*(text.strip() for text in TEXTS))}
        if all(each in REFERS for each in properties):
            return "points-to", {is_: self._records(("facility", "place", "country"))}
        if all(each in _COUNTS for each in properties):
            if pick.random() < 0.3:
                return "unit", {is_: self._some("persons", "deaths", "facilities")}
            low, high = sorted(pick.choices(_NUMBERS, k=2), key=int)
            operators = {"at-least": low, "at-most": high}
            if pick.random() < 0.6:
                operators.pop(pick.choice(("at-least", "at-most")))
            return "number", operators
        return None

    def _when(self) -> dict[str, Any]:
        operator = self.chance.choice(("within", "within", "overlaps", "stated"))
        if operator == "stated":
            return {operator: self.chance.choice(("yes", "no"))}
        return {operator: self.chance.choice(WINDOWS)}

    def _some(self, *of: str) -> Any:
        chosen = self.chance.sample(sorted(set(of)), self.chance.choice((1, 1, 2)))
        return chosen[0] if len(chosen) == 1 else chosen
