"""Conditions asked of one claim, rules asked of one record: yes, no or not known.

A condition is ``(name, {operator: value, …})``. Each function is the sentence of its row in the
table "Conditions" of the reference.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from benchmarks.counting_second import dates
from benchmarks.counting_second.answers import Answer, all_of, any_of, opposite
from benchmarks.counting_second.ledger import Ledger, Row

Operators = dict[str, Any]

#: The operator that is meant where only a value is given.
BOLD = {
    **dict.fromkeys(("stance", "code", "text", "unit", "points-to", "source"), "is"),
    **dict.fromkeys(("source-kind", "interest", "basis", "repeats"), "is"),
    **dict.fromkeys(("subject", "subject-kind"), "is"),
    **dict.fromkeys(("date", "holds", "said"), "within"),
    **dict.fromkeys(("number", "credibility"), "at-least"),
    "value": "known",
    "passage": "cited",
}


def operators_of(name: str, given: Any) -> Operators:
    return given if isinstance(given, dict) else {BOLD[name]: given}


def listed(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value]


def folded(text: str) -> str:
    """Without regard to case, spaces and the compatibility forms of letters."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", plain).split())


def reach(value: Row) -> tuple[int | None, int | None]:
    """The bounds of a count, halved and doubled where it is approximate; None where it is open."""
    low, high = value.get("low"), value.get("high")
    if value.get("approximate"):
        low = None if low is None else low // 2
        high = None if high is None else high * 2
    return low, high


def asked(ledger: Ledger, name: str, operators: Operators, claim: Row) -> Answer:
    """One condition, with all its operators, of one claim."""
    return all_of(_one(ledger, name, operator, v, claim) for operator, v in operators.items())


def _one(ledger: Ledger, name: str, operator: str, wanted: Any, claim: Row) -> Answer:
    if operator == "is-not":
        return opposite(_one(ledger, name, "is", wanted, claim))
    value, speaker = claim["value"], ledger.source[claim["attribution"][0]["source"]]
    match name:
        case "stance":
            return claim["stance"] in listed(wanted)
        case "value":
            return ("state" not in value) is (wanted == "yes")
        case "code" | "text" | "unit" | "number" | "points-to":
            return _of_value(ledger, name, operator, wanted, claim)
        case "date":
            if operator != "stated" and "state" in value:
                return _of_missing(value)
            return _of_date(value.get("edtf", ""), operator, wanted)
        case "holds":
            return _of_date(claim["holds"], operator, wanted)
        case "said":
            return _of_date(claim["attribution"][0]["said"], operator, wanted)
        case "source":
            return speaker["code"] in listed(wanted)
        case "source-kind":
            return speaker["kind"] in listed(wanted)
        case "interest":
            return bool(set(speaker["interests"]) & set(listed(wanted)))
        case "basis":
            stated = claim["attribution"][0]["basis"]
            if stated == "not-stated" and "not-stated" not in listed(wanted):
                return None
            return stated in listed(wanted)
        case "credibility":
            grade = ledger.credibility(claim["position"])
            return None if grade is None else grade <= int(wanted)
        case "passage":
            return bool(claim["passages"]) is (wanted == "yes")
        case "repeats":
            return bool(ledger.repeats.get(speaker["position"])) is (wanted == "yes")
        case "subject":
            return ledger.record_of[claim["subject"]] in _records(ledger, wanted)
        case "subject-kind":
            return ledger.mention[claim["subject"]]["kind"] in listed(wanted)
    raise ValueError(name)


def _of_missing(value: Row) -> Answer:
    """Unknown or withheld: it may be so. Not applicable: it is not."""
    return False if value["state"] == "not-applicable" else None


def _of_value(ledger: Ledger, name: str, operator: str, wanted: Any, claim: Row) -> Answer:
    value = claim["value"]
    if "state" in value:
        return _of_missing(value)
    match name:
        case "code":
            return value.get("code") in listed(wanted)
        case "text":
            return folded(value["text"]) in {folded(each) for each in listed(wanted)}
        case "unit":
            return value["unit"] in listed(wanted)
        case "points-to":
            return ledger.record_of[claim["ref"]] in _records(ledger, wanted)
    low, high = reach(value)
    bound = int(wanted)
    if operator == "at-least":
        if low is not None and low >= bound:
            return True
        return False if high is not None and high < bound else None
    if high is not None and high <= bound:
        return True
    return False if low is not None and low > bound else None


def _of_date(edtf: str, operator: str, wanted: Any) -> Answer:
    if operator == "stated":
        return bool(edtf) is (wanted == "yes")
    if not edtf:
        return None
    return getattr(dates, operator)(edtf, wanted)  # within, overlaps


def _records(ledger: Ledger, wanted: Any) -> set[int]:
    return set().union(*(ledger.named(name) for name in listed(wanted)))


# --- rules ----------------------------------------------------------------------------------


def meets(ledger: Ledger, rule: Row, claim: Row) -> Answer:
    """Does one claim meet every condition of ``has-claim`` or ``no-claim``?"""
    conditions = {n: operators_of(n, given) for n, given in rule.items() if n in BOLD}
    if claim["property"] not in listed(rule["property"]):
        return False
    if "stance" not in conditions and claim["stance"] != "asserts":
        return False
    answers = [asked(ledger, name, given, claim) for name, given in conditions.items()]
    if "value" not in conditions and claim["stance"] == "asserts" and "state" in claim["value"]:
        answers.append(_of_missing(claim["value"]))
    return all_of(answers)


def has_claim(ledger: Ledger, rule: Row, record: int) -> Answer:
    return among(ledger, rule, ledger.claims_about[record])


def among(ledger: Ledger, rule: Row, claims: list[Row]) -> Answer:
    """Is there one claim, or claims from enough origins, among these that meets every condition?"""
    answers = [(meets(ledger, rule, claim), claim) for claim in claims]
    wanted = rule.get("origins-at-least")
    if wanted is None:
        return any_of(answer for answer, _ in answers)
    certain, possible = set(), set()
    for answer, claim in answers:
        origins = ledger.origins(claim["attribution"][0]["source"])
        if answer is not False:
            possible |= origins
        if answer:
            certain |= origins
    if len(certain) >= int(wanted):
        return True
    return None if len(possible) >= int(wanted) else False


def says_a_value(claim: Row) -> bool:
    return claim["stance"] == "asserts" and "state" not in claim["value"]


def has_record(ledger: Ledger, rule: Row, record: int) -> Answer:
    """Does one record of the kind that it owns meet every condition?

    An ungrouped claim may be of any of them or of one by itself, so what would need several such
    claims to be of one is not known.
    """
    wanted = rule.get("claims", [])
    loose = ledger.ungrouped(rule["kind"], record)
    owned = [
        each
        for each in ledger.owned_by[record]
        if ledger.kind_of(each) == rule["kind"] and ledger.stands(each)
    ]
    if not wanted:
        return bool(owned) or any(says_a_value(claim) for claim in loose)
    alone = [all_of(among(ledger, each, [claim]) for each in wanted) for claim in loose]
    together = [[], *(ledger.claims_about[each] for each in owned)]
    answers = list(alone)
    for claims in together:
        certain = all_of(among(ledger, each, claims) for each in wanted)
        perhaps = all_of(among(ledger, each, [*claims, *loose]) for each in wanted)
        answers.append(True if certain else None if perhaps is not False else False)
    return any_of(answers)


def in_place(ledger: Ledger, rule: Row, record: int) -> Answer:
    return any_of(_in_one(ledger, place, record) for place in _records(ledger, rule["place"]))


def _in_one(ledger: Ledger, place: int, record: int) -> Answer:
    """Certain where live assertions lead up to the place; outside is only what contains it."""
    inside = place == record or place in ledger.places_above(record)
    if inside:
        return True
    return False if record in ledger.places_above(place) else None


def kept_of_owned(ledger: Ledger, rule: Row, one: Owned, rules: list[Row]) -> Answer:
    """Does a rule keep a detention, recorded or possible, whose claims might not be all of it?

    Ungrouped claims of its person may be of it. So one of which no claim is to meet something is
    not known where such a claim does; one that lacks what is asked for is not known where others
    might bring it.
    """
    match rule["rule"]:
        case "live":
            return one.recorded is None or ledger.stands(one.recorded)
        case "has-claim":
            answer = among(ledger, rule, one.claims)
            if answer is False and _brought(ledger, rule, one, rules):
                return None
            return answer
        case "no-claim":
            if among(ledger, rule, one.claims):
                return False
            others = [claim for each in one.others for claim in each]
            every = among(ledger, rule, [*one.claims, *others])
            return True if every is False else None
        case "record":
            named = _records(ledger, rule.get("is", rule.get("is-not")))
            answer = (
                one.recorded in named
                if one.recorded is not None
                else (None if named & set(ledger.owned_by[one.person]) else False)
            )
            return answer if "is" in rule else opposite(answer)
        case "in-place":
            return None
    raise ValueError(rule["rule"])


@dataclass(frozen=True)
class Owned:
    """A detention, recorded or one claim by itself; ``others``: of its person, each by itself.

    A recorded one is never another recorded one, so its others are ungrouped claims.
    """

    person: int
    claims: list[Row]
    others: list[list[Row]]
    recorded: int | None = None


def _brought(ledger: Ledger, rule: Row, one: Owned, rules: list[Row]) -> bool:
    """Whether other claims of the person might bring what it lacks.

    To a recorded one, claims that give no value might, which are no detention without it. A claim
    by itself is left open where it has a part of what is asked; the recorded one that it would
    complete need not be left open as well.
    """
    others = [claim for each in one.others for claim in each]
    if one.recorded is not None:
        return among(ledger, rule, [c for c in others if not says_a_value(c)]) is not False
    wanted = [each for each in rules if each["rule"] == "has-claim"]
    has_a_part = any(meets(ledger, each, c) is not False for each in wanted for c in one.claims)
    return has_a_part and among(ledger, rule, others) is not False


def kept(ledger: Ledger, rule: Row, record: int) -> Answer:
    """Does a rule of a counted figure keep the record?"""
    match rule["rule"]:
        case "live":
            return ledger.stands(record)
        case "has-claim":
            return has_claim(ledger, rule, record)
        case "no-claim":
            return opposite(has_claim(ledger, rule, record))
        case "has-record":
            return has_record(ledger, rule, record)
        case "in-place":
            return in_place(ledger, rule, record)
        case "record" if "is" in rule:
            return record in _records(ledger, rule["is"])
        case "record":
            return record not in _records(ledger, rule["is-not"])
    raise ValueError(rule["rule"])
