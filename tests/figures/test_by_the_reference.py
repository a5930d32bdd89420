"""Figures against a second reading of docs/reference/figure-definitions.md, written apart.

Answers are numbers here (yes 1, not known ½, no 0; and is the least, or the greatest), dates a
table made by hand, and a choice is made by going through every world that the points allow.
Nothing of ``habeas.figures`` is used but what is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.figures import making as make

from habeas.figures.definition.definitions import parse
from habeas.figures.evaluation.evaluating import compute
from habeas.figures.evaluation.results import Evaluation
from habeas.figures.evaluation.rows import ClaimRow, Facts
from habeas.vocabulary import schema

YES, OPEN, NO = 1.0, 0.5, 0.0

#: Whether a time lies within July 2019, and within 2019. Read by a person.
WITHIN = {
    "": (OPEN, OPEN),
    "2019-07": (YES, YES),
    "2019-07-12": (YES, YES),
    "2019-07-12~": (OPEN, YES),
    "2019-07?": (OPEN, OPEN),
    "2019": (OPEN, YES),
    "2019?": (OPEN, OPEN),
    "2019-0X": (OPEN, YES),
    "2019-1X": (NO, YES),
    "20X8-07": (NO, NO),
    "20X9-07": (OPEN, OPEN),
    "[2019-07,2019-10]": (OPEN, YES),
    "2019-06/2019-07": (NO, YES),
    "2019-07/..": (NO, NO),
    "2018/": (NO, NO),
    "2020": (NO, NO),
}
WINDOWS = ("2019-07", "2019")
CODES = ("support", "condemn")
STATES = ("unknown", "withheld", "not-applicable")
STANCES = ("asserts", "denies", "does-not-know", "retracts")
ORIGIN = {901: 901, 902: 901, 903: 903}  # 902 repeats 901


@dataclass(frozen=True)
class Said:
    """One claim, as the reference speaks of it: a code, or why there is none."""

    record: int
    code: str
    stance: str
    holds: str
    source: int

    def row(self, position: int) -> ClaimRow:
        missing = self.code in STATES
        value = make.missing("code", self.code) if missing else make.code("un-position", self.code)
        more: dict[str, Any] = {"holds": self.holds, "source": self.source}
        return make.claim(position, self.record, "un_position", value, stance=self.stance, **more)


Condition = Callable[[Said], float]


def value_given(said: Said) -> float:
    return {"unknown": OPEN, "withheld": OPEN, "not-applicable": NO}.get(said.code, YES)


def code_is(codes: Sequence[str]) -> Condition:
    def ask(said: Said) -> float:
        return value_given(said) if said.code in STATES else float(said.code in codes)

    return ask


@dataclass(frozen=True)
class Asked:
    """A rule, as it is written and as it is meant."""

    text: str
    conditions: tuple[Condition, ...]
    keeps: bool
    origins: int = 1

    def answer(self, claims: Sequence[Said]) -> float:
        answers = [min(ask(said) for ask in self.conditions) for said in claims]
        if not self.keeps:
            return 1 - max(answers, default=NO)
        if self.origins == 1:
            return max(answers, default=NO)
        surely, maybe = (
            {ORIGIN[s.source] for s, a in zip(claims, answers, strict=True) if a >= least}
            for least in (YES, OPEN)
        )
        return YES if len(surely) >= self.origins else OPEN if len(maybe) >= self.origins else NO


@st.composite
def rules(draw: st.DrawFn) -> Asked:
    words, conditions = ["property: un_position"], []
    stance = draw(st.sampled_from([None, None, "asserts", "denies", "does-not-know"]))
    conditions.append(lambda said: float(said.stance == (stance or "asserts")))
    if stance:
        words.append(f"stance: {stance}")
    known = draw(st.sampled_from([None, None, "yes", "no"]))
    if known:
        words.append(f"value: {known}")
        conditions.append(lambda said: float((said.code not in STATES) is (known == "yes")))
    else:
        conditions.append(lambda said: value_given(said) if said.stance == "asserts" else YES)
    if draw(st.booleans()):
        operator, code = draw(st.sampled_from(["is", "is-not"])), draw(st.sampled_from(CODES))
        words.append(f"code: {{{operator}: {code}}}")
        ask = code_is([code])
        conditions.append(ask if operator == "is" else lambda said: 1 - ask(said))
    window = draw(st.sampled_from([None, 0, 1]))
    if window is not None:
        words.append(f"holds: {{within: {WINDOWS[window]}}}")
        conditions.append(lambda said: WITHIN[said.holds][window])
    if draw(st.integers(0, 3)) == 0:
        words.append("source: {is-not: source-901}")
        conditions.append(lambda said: float(said.source != 901))
    keeps = draw(st.booleans())
    origins = draw(st.sampled_from([1, 1, 2])) if keeps else 1
    if origins > 1:
        words.append(f"origins-at-least: {origins}")
    rule = "has-claim" if keeps else "no-claim"
    text = f"  - {{rule: {rule}, {', '.join(words)}}}\n"
    return Asked(text, tuple(conditions), keeps, origins)


SAID = st.builds(
    Said,
    st.integers(1, 4),
    st.sampled_from(CODES + STATES),
    st.sampled_from(("asserts", *STANCES)),
    st.sampled_from(list(WITHIN)),
    st.sampled_from(list(ORIGIN)),
)


def evaluated(text: str, facts: Facts) -> Evaluation:
    return compute(parse(text), facts, schema.core(), as_of=1_000, viewer="owner", scope="All.")


def group(claims: Sequence[Said]) -> str:
    """Under which heading a record stands when it is counted by position."""
    values = {s.code for s in claims if s.stance == "asserts"} - {"unknown", "withheld"}
    if len(values) > 1:
        return "more than one value"
    if values:
        return {"support": "supports", "condemn": "condemns"}.get(*values, "does not apply")
    spoke = any(s.stance in ("asserts", "does-not-know") for s in claims)
    return "not known" if spoke else "not stated"


@settings(max_examples=300)
@given(st.lists(SAID, max_size=10), st.lists(rules(), max_size=3))
def test_counted_figures_are_what_the_reference_says(
    claims: list[Said], asked: list[Asked]
) -> None:
    written = "".join(rule.text for rule in asked) or "  - {rule: live}\n"
    text = f"key: f\ntitle: F\nkind: counted\ncounts: country\nby: un_position\nrules:\n{written}"
    rows = [said.row(position) for position, said in enumerate(claims, 100)]
    result = evaluated(text, make.facts(rows, records=range(1, 6), repeats=[(902, 901)]))
    counted: list[int] = []
    open_ones: list[int] = []
    groups: dict[str, list[int]] = {}
    for record in range(1, 6):
        about = [said for said in claims if said.record == record]
        answers = [rule.answer(about) for rule in asked]
        if all(answer == YES for answer in answers):
            counted.append(record)
            groups.setdefault(group(about), []).append(record)
        elif NO not in answers:
            open_ones.append(record)
    assert [member.position for member in result.members] == counted
    assert [member.position for member in result.undecided] == open_ones
    assert {g.label.lower(): list(g.members) for g in result.groups} == groups


FAR = 10**9


@st.composite
def numbers(draw: st.DrawFn) -> tuple[dict[str, Any], str, tuple[float, float] | None]:
    """A count, its unit, and the least and greatest number that it may be."""
    unit = draw(st.sampled_from(["persons", "facilities"]))
    if draw(st.integers(0, 5)) == 0:
        return make.missing("count", draw(st.sampled_from(STATES))), "", None
    low, about = draw(st.integers(0, 40)), draw(st.booleans())
    high = draw(st.sampled_from([low, low, low + 7, None]))
    value = make.count(low, high, unit, about=about)
    least = low // 2 if about else low
    most = FAR if high is None else high * 2 if about else high
    return value, unit, (least, most)


@settings(max_examples=200)
@given(
    st.lists(st.tuples(numbers(), st.sampled_from(("asserts", *STANCES))), max_size=5),
    st.sampled_from(["highest", "lowest"]),
)
def test_a_choice_keeps_what_is_it_in_some_world(
    points: list[tuple[tuple[dict[str, Any], str, tuple[float, float] | None], str]], choice: str
) -> None:
    text = f"key: f\ntitle: F\nkind: reported\nreports: people_held\nchoose: {choice}\n"
    rows = [
        make.claim(at, 1, "people_held", value, stance=stance)
        for at, ((value, _, _), stance) in enumerate(points)
    ]
    result = evaluated(text, make.facts(rows, kind="place"))
    stated = {
        at: (unit, bounds)
        for at, ((_, unit, bounds), stance) in enumerate(points)
        if stance == "asserts" and bounds is not None
    }
    best = max if choice == "highest" else min
    kept = set()
    for world in product(*(bounds for _, bounds in stated.values())):
        of = dict(zip(stated, world, strict=True))
        for at, (unit, _) in stated.items():
            if of[at] == best(of[other] for other, (u, _) in stated.items() if u == unit):
                kept.add(at)
    unknown = {
        at
        for at, ((value, _, bounds), stance) in enumerate(points)
        if stance == "asserts" and bounds is None and value["state"] != "not-applicable"
    }
    assert {point.claim for point in result.points} == kept
    assert set(result.steps[-1].not_known) == unknown
