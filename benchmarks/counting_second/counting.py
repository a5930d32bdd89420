"""A figure counted a second time: fates, number, range, groups, points and the choice."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import yaml

from benchmarks.counting_second import dates, inventories
from benchmarks.counting_second.answers import Answer
from benchmarks.counting_second.asking import (
    Owned,
    asked,
    folded,
    in_place,
    kept,
    kept_of_owned,
    listed,
    reach,
)
from benchmarks.counting_second.found import Found
from benchmarks.counting_second.ledger import Ledger, Row
from benchmarks.counting_second.weighing import weigh

_FIRST, _LAST = 1_900, 2_050  # years of which periods are tried


def read(text: str) -> Row:
    """A definition: every value is the text that was written."""
    found: Row = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - builds texts and nothing else
    return found


def count(ledger: Ledger, definition: Row) -> Found:
    rules = [rule for rule in definition.get("rules", []) if rule["rule"] != "live"]
    rules.insert(0, {"rule": "live"})
    _look_up(ledger, rules)
    if definition["kind"] == "reported":
        return _reported(ledger, definition, rules)
    found = Found()
    kind = definition["counts"]
    records = ledger.records_of_kind(kind)
    possible = (
        {c["position"]: c for c in ledger.possible(kind)} if kind in ledger.rows.owned else {}
    )

    owned = {} if kind not in ledger.rows.owned else _owned(ledger, kind, records, possible)

    def ask(rule: Row, thing: int) -> Answer:
        if thing in owned:
            return kept_of_owned(ledger, rule, owned[thing], rules)
        return kept(ledger, rule, thing)

    found.members = _through(found, rules, [*records, *sorted(possible)], ask)
    found.ungrouped = {
        m: ledger.record_of[possible[m]["subject"]] for m in found.members if m in possible
    }
    lists: dict[str, dict[int, int]] = {}
    if "inventories" in definition:
        lists = inventories.on_each(ledger, definition)
        inventories.keep_those_on_one(found, lists)
    weigh(ledger, found, rules)
    pairs: set[tuple[int, int]] = set()
    if lists or "undecided-from" in definition:
        probability = float(definition.get("undecided-from", inventories.NONE_PROPOSED))
        pairs = ledger.open_pairs(definition["counts"], probability)
        found.fewest = _fewest(found.members, pairs)
    if lists:
        inventories.lay_side_by_side(ledger, found, lists, pairs)
    ties = _ties(ledger, found)
    if ties:
        found.fewest = _fewest(found.members, pairs | ties)
    if "by" in definition:
        for record in found.members:
            label = group_of(ledger, definition["by"], record, possible.get(record))
            found.groups.setdefault(label, []).append(record)
    return found


def _owned(
    ledger: Ledger, kind: str, records: list[int], possible: dict[int, Row]
) -> dict[int, Owned]:
    """Each detention with what else may be of it."""
    found = {}
    for record in records:
        person = ledger.owner_of(record)
        assert person is not None  # noqa: S101 - a kind that has an owner
        loose = [[claim] for claim in ledger.ungrouped(kind, person)]
        found[record] = Owned(person, ledger.claims_about[record], loose, record)
    for at, claim in possible.items():
        person = ledger.record_of[claim["subject"]]
        others = [[c] for c in ledger.ungrouped(kind, person) if c is not claim]
        recorded = [
            ledger.claims_about[each]
            for each in ledger.owned_by[person]
            if ledger.kind_of(each) == kind and ledger.stands(each)
        ]
        found[at] = Owned(person, [claim], [*others, *recorded])
    return found


def _ties(ledger: Ledger, found: Found) -> set[tuple[int, int]]:
    """Each possible one with another of its person's that is counted: they may be one.

    With one of them only, because two recorded ones are never one for that.
    """
    ties = set()
    for member, person in found.ungrouped.items():
        recorded = [m for m in found.members if m not in found.ungrouped]
        theirs = [m for m in recorded if ledger.owner_of(m) == person]
        theirs += [m for m, whose in found.ungrouped.items() if whose == person and m != member]
        ties.update((member, other) for other in theirs[:1])
    return ties


def _look_up(ledger: Ledger, rules: list[Row]) -> None:
    """Named records are looked for first, whether the rule is ever asked or not."""
    for rule in [*rules, *({"rule": "", **each} for r in rules for each in r.get("claims", []))]:
        given = {**rule, rule["rule"]: rule} if rule["rule"] in ("subject", "points-to") else rule
        if rule["rule"] == "record":
            given = {"record": rule}
        for name in ("place", "record", "subject", "points-to"):
            names = given.get(name, [])
            if isinstance(names, dict):
                names = names.get("is", names.get("is-not", []))
            for each in listed(names):
                ledger.named(each)


def _through(found: Found, rules: list[Row], all_: list[int], ask: Any) -> list[int]:
    """Each thing's one fate: dropped by the first certain no, else not known, else it goes on."""
    dropped: dict[int, list[int]] = defaultdict(list)
    unknown: dict[int, list[int]] = defaultdict(list)
    members = []
    for thing in all_:
        answers: list[Answer] = [ask(rule, thing) for rule in rules]
        if False in answers:
            dropped[answers.index(False)].append(thing)
        elif None in answers:
            unknown[answers.index(None)].append(thing)
        else:
            members.append(thing)
    for number, rule in enumerate(rules):
        found.steps.append((rule["rule"], dropped[number], unknown[number]))
    return members


def _fewest(members: list[int], pairs: set[tuple[int, int]]) -> int:
    """How many there are if every open pair is one, those that join through others included."""
    one = {record: record for pair in pairs for record in pair} | {m: m for m in members}
    changed = True
    while changed:
        changed = False
        for left, right in pairs:
            lower = min(one[left], one[right])
            if one[left] != one[right]:
                one[left] = one[right] = lower
                changed = True
    return len({one[member] for member in members})


# --- groups ---------------------------------------------------------------------------------

NOT_KNOWN, NOT_STATED = "not known", "not stated"
SEVERAL, DOES_NOT_APPLY = "more than one value", "does not apply"


def group_of(ledger: Ledger, by: Any, record: int, alone: Row | None = None) -> str:
    """The one group in which a record stands. Ordinary groups are named ``= value``."""
    property_, step = (by, None) if isinstance(by, str) else (by["property"], by.get("step"))
    about = [alone] if alone is not None else ledger.claims_about[record]
    claims = [c for c in about if c["property"] == property_]
    values: set[str | None] = set()  # None: it may be more than one
    speaks = False
    for claim in claims:
        state = claim["value"].get("state", "")
        if claim["stance"] == "does-not-know":
            speaks = True
        if claim["stance"] != "asserts":
            continue
        speaks = True
        if state in ("unknown", "withheld"):
            continue
        if state:
            values.add(DOES_NOT_APPLY)
        else:
            values.add(_period(claim["value"]["edtf"], step) if step else _same(ledger, claim))
    certain = values - {None}
    if len(certain) > 1:
        return SEVERAL
    if None in values:
        return NOT_KNOWN
    if certain:
        return str(certain.pop())
    return NOT_KNOWN if speaks else NOT_STATED


def _same(ledger: Ledger, claim: Row) -> str:
    value = claim["value"]
    if claim["ref"] is not None:
        return f"= {ledger.record_of[claim['ref']]}"
    if value["type"] == "text":
        return f"= {folded(value['text'])}"
    if value["type"] == "count":
        parts = (value.get("low"), value.get("high"), value["unit"], value.get("approximate"))
        return f"= {parts}"
    if value["type"] == "place":
        return f"= {value['lat']},{value['lon']} {value['precision']}"
    return f"= {value.get('code') or value.get('edtf') or value.get('identifier')}"


def _period(edtf: str, step: str) -> str | None:
    """The month, year or decade for which ``within`` answers yes."""
    if step == "decade":
        asked_ = {f"{year}s": f"{year}/{year + 9}" for year in range(_FIRST, _LAST, 10)}
    else:
        years = [str(year) for year in range(_FIRST, _LAST)]
        if step == "month":
            years = [y for y in years if dates.overlaps(edtf, y) is not False]
            years = [f"{year}-{month:02d}" for year in years for month in range(1, 13)]
        asked_ = {year: year for year in years}
    return next((f"= {name}" for name, days in asked_.items() if dates.within(edtf, days)), None)


# --- reported -------------------------------------------------------------------------------


def _reported(ledger: Ledger, definition: Row, rules: list[Row]) -> Found:
    found = Found()
    wanted = listed(definition["reports"])
    claims = {c["position"]: c for c in ledger.live_claims if c["property"] in wanted}

    def ask(rule: Row, position: int) -> Answer:
        claim = claims[position]
        record = ledger.record_of[claim["subject"]]
        name = rule["rule"]
        if name == "live":
            return ledger.stands(record)
        if name == "in-place":
            return in_place(ledger, rule, record)
        operators = {operator: v for operator, v in rule.items() if operator != "rule"}
        return asked(ledger, name, operators, claim)

    points = _through(found, rules, sorted(claims), ask)
    choice = definition.get("choose", "all")
    if choice != "all":
        points = _chosen(found, choice, [claims[position] for position in points])
    found.members = points
    weigh(ledger, found, [])
    return found


def _chosen(found: Found, choice: str, points: list[Row]) -> list[int]:
    """A point is dropped only where another certainly beats it."""
    dropped, unknown, candidates = [], [], []
    for point in points:
        fit = _fits_choice(choice, point)
        (candidates if fit else dropped if fit is False else unknown).append(point)
    kept_ = []
    for point in candidates:
        beaten = any(_beats(choice, other, point) for other in candidates)
        (dropped if beaten else kept_).append(point)
    positions = [sorted(p["position"] for p in each) for each in (dropped, unknown, kept_)]
    found.steps.append(("choose", positions[0], positions[1]))
    return positions[2]


def _fits_choice(choice: str, point: Row) -> Answer:
    """Whether it has what the choice looks at; None where it might be it, for all we know."""
    if choice in ("latest", "earliest"):
        return True if point["attribution"][0]["said"] else None
    value = point["value"]
    if point["stance"] != "asserts" or value.get("state") == "not-applicable":
        return False
    return True if value["type"] == "count" and "state" not in value else None


def _beats(choice: str, one: Row, other: Row) -> bool:
    """Is the one certainly more to the point than the other?"""
    if choice in ("latest", "earliest"):
        first, last = (other, one) if choice == "latest" else (one, other)
        return dates.surely_before(first["attribution"][0]["said"], last["attribution"][0]["said"])
    if one["value"]["unit"] != other["value"]["unit"]:
        return False
    less, more = (other, one) if choice == "highest" else (one, other)
    top, bottom = reach(less["value"])[1], reach(more["value"])[0]
    return top is not None and bottom is not None and top < bottom
