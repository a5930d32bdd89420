"""Weak points: on what the members of a counted figure, or the points of a reported one, rest."""

from __future__ import annotations

from collections import Counter, defaultdict

from benchmarks.counting_second import dates
from benchmarks.counting_second.asking import among, listed, meets, says_a_value
from benchmarks.counting_second.found import Found
from benchmarks.counting_second.ledger import Ledger, Row

_OF_A_LIST = {"listed_in", "listed_for", "listed_decision"}


def weigh(ledger: Ledger, found: Found, rules: list[Row]) -> None:
    """Fill in the claims that decided each member, and how many members have each weakness."""
    by_position = {claim["position"]: claim for claim in ledger.live_claims}
    alone: Counter[frozenset[int]] = Counter()
    weak: Counter[str] = Counter()
    for member in found.members:
        if member in found.ungrouped:
            weak["not-grouped"] += 1
            claims = [by_position[member]]
        else:
            claims = _deciding(ledger, rules, member) if rules else [by_position[member]]
        if rules:
            found.decided[member] = sorted(claim["position"] for claim in claims)
        if not claims:
            weak["no-claim"] += 1
            continue
        sole = _sole_origins(ledger, claims)
        weak["one-origin"] += bool(sole and rules)  # each point has one speaker
        alone.update(sole)
        weak["undated"] += not any(_date_of(claim) for claim in claims)
        weak["vague-dates"] += all(is_vague(_date_of(claim)) for claim in claims)
        weak["without-passage"] += not any(claim["passages"] for claim in claims)
        if rules and all(c["property"] in _OF_A_LIST for c in claims):
            weak["on-a-list"] += 1
        weak["second-hand"] += all(len(c["attribution"]) > 1 for c in claims)
    weak["largest-origin"] = max(alone.values(), default=0)
    found.weak = dict(weak)


def _deciding(ledger: Ledger, rules: list[Row], member: int) -> list[Row]:
    """The claims that decided a member: those that meet has-claim, and the ways up to a place."""
    found = {}
    for rule in rules:
        if rule["rule"] == "has-claim":
            claims = [c for c in ledger.claims_about[member] if meets(ledger, rule, c)]
        elif rule["rule"] == "has-record":
            claims = _of_one(ledger, rule, member)
        elif rule["rule"] == "in-place":
            places = set().union(*(ledger.named(name) for name in listed(rule["place"])))
            on_the_way = _from(ledger, member)
            claims = [
                claim
                for claim in ledger.placing_claims
                if ledger.record_of[claim["subject"]] in on_the_way
                and places
                & (
                    {ledger.record_of[claim["ref"]]}
                    | ledger.places_above(ledger.record_of[claim["ref"]])
                )
            ]
        else:
            continue
        found.update({claim["position"]: claim for claim in claims})
    return list(found.values())


def _of_one(ledger: Ledger, rule: Row, owner: int) -> list[Row]:
    """Of each owned record, or claim alone, that meets all of it: the claims that do."""
    wanted = rule.get("claims", [])
    alone = [[claim] for claim in ledger.ungrouped(rule["kind"], owner)]
    of_owned = [
        ledger.claims_about[each]
        for each in ledger.owned_by[owner]
        if ledger.kind_of(each) == rule["kind"]
    ]
    found = []
    if not wanted:  # what tells of one: a value of a property that a person may have as well
        shared = ledger.rows.owned[rule["kind"]][1]
        every = [claim for claims in [*of_owned, *alone] for claim in claims]
        return [c for c in every if c["property"] in shared and says_a_value(c)]
    for claims in [*of_owned, *alone]:
        if all(among(ledger, each, claims) for each in wanted):
            found += [c for c in claims if any(meets(ledger, each, c) for each in wanted)]
    return found


def _from(ledger: Ledger, place: int) -> set[int]:
    return {place} | ledger.places_above(place)


def _sole_origins(ledger: Ledger, claims: list[Row]) -> set[frozenset[int]]:
    """Origins on which, for some property, the claims rest alone."""
    of_property: dict[str, set[frozenset[int]]] = defaultdict(set)
    for claim in claims:
        of_property[claim["property"]] |= ledger.origins(claim["attribution"][0]["source"])
    return {next(iter(origins)) for origins in of_property.values() if len(origins) == 1}


def _date_of(claim: Row) -> str:
    """When it held; of a property that is a date, the date itself. Empty: undated."""
    if claim["value"]["type"] == "date":
        return str(claim["value"].get("edtf", ""))
    return str(claim["holds"])


def is_vague(edtf: str) -> bool:
    """Undated, open, longer than a year, approximate, uncertain, or one of several."""
    if not edtf or set(edtf) & set("?~%["):
        return True
    parts = [part for parts in dates.statement(edtf) for part in parts]
    first, last = min(p.begin_a for p in parts), max(p.end_b for p in parts)
    return last - first >= 366
