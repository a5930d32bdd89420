"""The words of which definitions are made: conditions on a claim, and rules.

A *condition* is a question about one claim with three answers: yes, no, not known. A
*rule* is asked of each record (counted) or of each claim (reported), in the order written.
In a counted figure conditions are parameters of ``has-claim`` and ``no-claim``; in a
reported figure each condition is a rule by itself. The tables below are the whole
vocabulary: the parser, the words on the page and the reference are made from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from habeas.vocabulary import stances


class Operand(StrEnum):
    """What may be written after an operator, in the words of the reference."""

    CODES = "a code or a list of codes"
    STANCES = "a stance or a list of stances"
    TEXTS = "a text or a list of texts"
    RECORDS = "a record or a list of records: its caption, or #position"
    KINDS = "a kind or a list of kinds"
    DATE = "an EDTF date"
    NUMBER = "a whole number"
    GRADE = "a grade from 1 (confirmed) to 5 (improbable)"
    FLAG = "yes or no"


@dataclass(frozen=True, slots=True)
class Condition:
    """A question about one claim. ``shorthand`` is the operator of a bare value."""

    name: str
    meaning: str
    operators: dict[
        str, tuple[Operand, str]
    ]  # operator → operand, words: with {}, or for a flag yes|no
    shorthand: str
    needs: str = ""  # the value type that the property must have, '' any
    in_reported_only: bool = False


def _is(operand: Operand, words: str, words_not: str) -> dict[str, tuple[Operand, str]]:
    return {"is": (operand, words), "is-not": (operand, words_not)}


def _when(verb: str, stated: str) -> dict[str, tuple[Operand, str]]:
    return {
        "within": (Operand.DATE, f"{verb} within {{}}"),
        "overlaps": (Operand.DATE, f"{verb} at some time in {{}}"),
        "stated": (Operand.FLAG, f"{stated} is stated|{stated} is not stated"),
    }


CONDITIONS: dict[str, Condition] = {
    c.name: c
    for c in (
        Condition(
            "stance",
            f"Whether the speaker {stances.listed()} the value.",
            _is(Operand.STANCES, "the speaker {}", "the speaker does not say “{}”"),
            "is",
        ),
        Condition(
            "code",
            "The value is one of these codes of the property's code list.",
            _is(Operand.CODES, "the value is {}", "the value is not {}"),
            "is",
            needs="code",
        ),
        Condition(
            "text",
            "The value is one of these texts, whatever the case and the spaces.",
            _is(Operand.TEXTS, "the value is “{}”", "the value is not “{}”"),
            "is",
            needs="text",
        ),
        Condition(
            "number",
            "The count lies on this side of a bound; a range across the bound is not known.",
            {
                "at-least": (Operand.NUMBER, "at least {}"),
                "at-most": (Operand.NUMBER, "at most {}"),
            },
            "at-least",
            needs="count",
        ),
        Condition(
            "unit",
            "The counting unit of the count.",
            _is(Operand.TEXTS, "counted in {}", "not counted in {}"),
            "is",
            needs="count",
        ),
        Condition(
            "date",
            "The date that is the value lies inside, or shares a day with, this date.",
            _when("the date is", "the date"),
            "within",
            needs="date",
        ),
        Condition(
            "points-to",
            "The value refers to one of these records.",
            _is(Operand.RECORDS, "the value is {}", "the value is not {}"),
            "is",
            needs="ref",
        ),
        Condition(
            "value",
            "Whether a value is given at all, rather than “unknown” or “withheld”.",
            {"known": (Operand.FLAG, "a value is given|no value is given")},
            "known",
        ),
        Condition(
            "holds",
            "When the value held. A claim that gives no time counts as not known.",
            _when("held", "when it held"),
            "within",
        ),
        Condition(
            "said",
            "When the speaker said it.",
            _when("said", "when it was said"),
            "within",
        ),
        Condition(
            "source",
            "Who says it, by the source's code; those through whom it came do not count.",
            _is(Operand.TEXTS, "said by {}", "not said by {}"),
            "is",
        ),
        Condition(
            "source-kind",
            "The kind of the source that says it.",
            _is(Operand.CODES, "said by a source of kind {}", "not said by a source of kind {}"),
            "is",
        ),
        Condition(
            "interest",
            "The speaker has a recorded interest of one of these kinds.",
            _is(
                Operand.CODES,
                "the speaker has a recorded interest: {}",
                "the speaker has no recorded interest: {}",
            ),
            "is",
        ),
        Condition(
            "basis",
            "How the speaker knows, by the code recorded.",
            _is(Operand.CODES, "known by {}", "not known by {}"),
            "is",
        ),
        Condition(
            "credibility",
            "The latest credibility grade of the claim (1 is best); no grade is not known.",
            {"at-least": (Operand.GRADE, "credibility {} or better")},
            "at-least",
        ),
        Condition(
            "passage",
            "Whether the claim cites an exact passage of an exhibit.",
            {"cited": (Operand.FLAG, "a passage is cited|no passage is cited")},
            "cited",
        ),
        Condition(
            "repeats",
            "Whether the speaker is recorded as repeating another source.",
            {"is": (Operand.FLAG, "the speaker repeats another source|the speaker repeats no one")},
            "is",
        ),
        Condition(
            "subject",
            "The record that the claim is about.",
            _is(Operand.RECORDS, "about {}", "not about {}"),
            "is",
            in_reported_only=True,
        ),
        Condition(
            "subject-kind",
            "The kind of the record that the claim is about.",
            _is(Operand.KINDS, "about a {}", "not about a {}"),
            "is",
            in_reported_only=True,
        ),
    )
}

HAS_CLAIM = "has-claim"
NO_CLAIM = "no-claim"
HAS_RECORD = "has-record"
IN_PLACE = "in-place"
RECORD = "record"
LIVE = "live"

RULE_MEANINGS: dict[str, str] = {
    HAS_CLAIM: "Keeps a record about which a claim says this (all conditions of one claim).",
    NO_CLAIM: "Drops a record about which a claim says this.",
    HAS_RECORD: "Keeps a record that owns one record of a kind of which claims say all of this.",
    IN_PLACE: "Keeps what is in a place, following located_in, place and part_of.",
    RECORD: "Keeps (is) or drops (is-not) records by name.",
    LIVE: "Written or not, always first: retracted and superseded claims do not speak.",
}

VIEWS = ("number", "series", "plot", "matrix", "map", "timeline")
KINDS_OF_FIGURE = ("counted", "measured", "reported", "estimated")
MEASURES = ("area", "area-change")
CHOICES = ("all", "latest", "earliest", "highest", "lowest")
STEPS = ("month", "year", "decade")
DEFAULT_VIEW = {"reported": "plot"}
DRAWINGS: dict[str, tuple[str, ...]] = {
    "number": (),
    "series": (),
    "plot": ("along",),
    "matrix": ("cell", "columns", "count"),
    "map": ("point",),
    "timeline": ("date",),
}


@dataclass(frozen=True, slots=True)
class Test:
    """One condition applied with one operator to its operands."""

    condition: str
    operator: str
    operands: tuple[str, ...]

    @property
    def flag(self) -> bool:
        return self.operands == ("yes",)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a recipe. ``words`` is how pages say it.

    ``having``: what claims must say of one owned record of a ``kind`` (has-record), each as a
    has-claim of its own.
    """

    name: str
    words: str
    line: int
    properties: tuple[str, ...] = ()
    tests: tuple[Test, ...] = ()
    records: tuple[str, ...] = ()  # in-place and record: the names as written
    operator: str = ""  # record: is | is-not
    origins_at_least: int = 1
    kind: str = ""  # has-record: of which kind
    having: tuple[Rule, ...] = ()
