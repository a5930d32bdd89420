"""Counted figures: one fate a record, not known apart, no row order, no stray influence."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.figures import making as make

from habeas.figures.definition.definitions import FigureDefinition, parse
from habeas.figures.errors import NoLineage
from habeas.figures.evaluation.counting import count
from habeas.figures.evaluation.evaluating import compute
from habeas.figures.evaluation.results import Evaluation
from habeas.figures.evaluation.rows import ClaimRow, Facts
from habeas.vocabulary import edtf, schema
from habeas.vocabulary.answers import Answer

YES = Answer.YES
PERIODS = {
    "month": {f"{y}-{m:02d}": f"{y}-{m:02d}" for y in range(2014, 2032) for m in range(1, 13)},
    "year": {str(year): str(year) for year in range(2010, 2040)},
    "decade": {"201X": "2010/2019", "202X": "2020/2029", "203X": "2030/2039"},
}

JULY = """\
key: july
title: Support in July 2019
kind: counted
counts: country
unit: states
rules:
  - {rule: has-claim, property: un_position, code: support, holds: {within: 2019-07}}
"""


def evaluated(definition: FigureDefinition, facts: Facts) -> Evaluation:
    return compute(
        definition, facts, schema.core(), as_of=10_000, viewer="owner", scope="Everything."
    )


def figure(rules: str, **keys: str) -> FigureDefinition:
    more = "".join(f"{key}: {value}\n" for key, value in keys.items())
    return parse(f"key: f\ntitle: F\nkind: counted\ncounts: country\n{more}rules:\n{rules}")


def test_it_counts_records_not_claims() -> None:
    claims = [make.claim(n, 1, "un_position", make.SUPPORT, holds="2019-07") for n in (11, 12, 13)]
    result = evaluated(parse(JULY), make.facts(claims))
    assert result.number == 1
    assert result.members[0].claims == (11, 12, 13)
    assert result.headline == "1 state"


def test_a_date_that_may_lie_elsewhere_is_not_known_and_never_counted() -> None:
    claims = [
        make.claim(11, 1, "un_position", make.SUPPORT, holds="2019-07"),
        make.claim(12, 2, "un_position", make.SUPPORT, holds="[2019-07,2019-10]"),
        make.claim(13, 3, "un_position", make.SUPPORT),
        make.claim(14, 4, "un_position", make.SUPPORT, holds="2020-10"),
        make.claim(15, 5, "un_position", make.CONDEMN, holds="2019-07"),
    ]
    result = evaluated(parse(JULY), make.facts(claims, records=range(1, 7)))
    assert (result.number, result.not_known) == (1, 2)
    assert result.headline == "at least 1 state (2 more not known)"
    assert result.steps[-1].dropped == (4, 5, 6)
    assert result.steps[-1].not_known == (2, 3)
    assert [member.position for member in result.undecided] == [2, 3]


def test_what_a_later_rule_certainly_drops_is_not_counted_as_not_known() -> None:
    rules = (
        "  - {rule: has-claim, property: un_position, code: support, holds: {within: 2019-07}}\n"
        "  - {rule: no-claim, property: un_position, code: condemn}\n"
    )
    claims = [
        make.claim(11, 1, "un_position", make.SUPPORT),
        make.claim(12, 1, "un_position", make.CONDEMN, holds="2020"),
    ]
    result = evaluated(figure(rules), make.facts(claims))
    assert (result.number, result.not_known) == (0, 0)
    assert [len(step.dropped) for step in result.steps] == [0, 0, 1]


def test_a_denial_is_not_support_and_not_condemnation() -> None:
    claims = [make.claim(11, 1, "un_position", make.SUPPORT, holds="2019-07", stance="denies")]
    assert evaluated(parse(JULY), make.facts(claims)).number == 0


def test_independent_origins_are_counted_after_lineage() -> None:
    rules = "  - {rule: has-claim, property: un_position, code: support, origins-at-least: 2}\n"
    claims = [
        make.claim(11, 1, "un_position", make.SUPPORT, source=901),
        make.claim(12, 1, "un_position", make.SUPPORT, source=902),
    ]
    assert evaluated(figure(rules), make.facts(claims)).number == 1
    repeated = evaluated(figure(rules), make.facts(claims, repeats=[(902, 901)]))
    assert repeated.number == 0
    maybe = [claims[0], make.claim(12, 1, "un_position", make.missing("code"), source=902)]
    assert evaluated(figure(rules), make.facts(maybe)).not_known == 1


def test_a_breakdown_puts_each_record_in_one_group() -> None:
    claims = [
        make.claim(11, 1, "un_position", make.SUPPORT),
        make.claim(12, 2, "un_position", make.CONDEMN),
        make.claim(13, 3, "un_position", make.SUPPORT),
        make.claim(14, 3, "un_position", make.CONDEMN),
        make.claim(15, 4, "un_position", make.missing("code")),
    ]
    definition = figure("  - {rule: live}\n", by="un_position")
    result = evaluated(definition, make.facts(claims, records=range(1, 6)))
    assert {g.label.lower(): g.members for g in result.groups} == {
        "condemns": (2,),
        "supports": (1,),
        "more than one value": (3,),
        "not known": (4,),
        "not stated": (5,),
    }
    assert sum(group.number for group in result.groups) == result.number


def test_dates_are_grouped_by_the_period_that_holds_them_whole() -> None:
    definition = parse(
        "key: e\ntitle: E\nkind: counted\ncounts: event\nby: {property: date, step: year}\n"
    )
    claims = [
        make.claim(11, 1, "date", make.date("2018-08-13")),
        make.claim(12, 2, "date", make.date("2018")),
        make.claim(13, 3, "date", make.date("2018/2019")),
    ]
    result = evaluated(definition, make.facts(claims, kind="event"))
    assert [(g.label, g.members) for g in result.groups] == [("2018", (1, 2)), ("not known", (3,))]


@pytest.mark.parametrize("step", ["month", "year", "decade"])
@pytest.mark.parametrize(
    "text",
    ["2021", "2021?", "2021~", "2021-06-15", "2021-06-15~", "2021-01-02?", "2021-06%", "202X",
     "2025~", "[2021-03,2021-04]", "2021-03/2021-04", "2021/..", "2021-0X", "2021/"],
)  # fmt: skip
def test_groups_by_period_and_the_rule_within_mean_the_same(step: str, text: str) -> None:
    definition = parse(
        f"key: e\ntitle: E\nkind: counted\ncounts: event\nby: {{property: date, step: {step}}}\n"
    )
    facts = make.facts([make.claim(11, 1, "date", make.date(text))], kind="event")
    (group,) = evaluated(definition, facts).groups
    date = edtf.parse(text)
    certain = [
        label
        for label, window in PERIODS[step].items()
        if edtf.within(date, edtf.parse(window)) is YES
    ]
    assert certain == ([] if group.label == "not known" else [group.label])


def test_who_says_that_they_do_not_know_is_not_silent() -> None:
    unsaid = {"stance": "does-not-know"}
    claims = [
        make.claim(11, 1, "un_position", make.missing("code"), **unsaid),
        make.claim(12, 2, "un_position", make.SUPPORT, **unsaid),
        make.claim(13, 3, "un_position", make.SUPPORT),
        make.claim(14, 3, "un_position", make.missing("code"), **unsaid),
        make.claim(15, 4, "un_position", make.SUPPORT, stance="denies"),
    ]
    result = evaluated(figure("  - {rule: live}\n", by="un_position"), make.facts(claims))
    assert [(g.label.lower(), g.members) for g in result.groups] == [
        ("supports", (3,)),
        ("not known", (1, 2)),
        ("not stated", (4,)),
    ]
    assert result.grounds == {11, 12, 13, 14}


def test_who_does_not_know_contradicts_nobody() -> None:
    claims = [
        make.claim(11, 1, "un_position", make.SUPPORT),
        make.claim(12, 1, "un_position", make.missing("code")),
        make.claim(13, 2, "un_position", make.missing("code", "not-applicable")),
        make.claim(14, 3, "un_position", make.missing("code", "not-applicable")),
        make.claim(15, 3, "un_position", make.SUPPORT),
    ]
    result = evaluated(figure("  - {rule: live}\n", by="un_position"), make.facts(claims))
    assert [(g.label.lower(), g.members) for g in result.groups] == [
        ("supports", (1,)),
        ("does not apply", (2,)),
        ("more than one value", (3,)),
    ]


def test_a_date_that_straddles_two_periods_settles_nothing() -> None:
    definition = parse(
        "key: e\ntitle: E\nkind: counted\ncounts: event\nby: {property: date, step: year}\n"
    )
    claims = [
        make.claim(11, 1, "date", make.date("2018-08-13")),
        make.claim(12, 1, "date", make.date("2018/2019")),
    ]
    result = evaluated(definition, make.facts(claims, kind="event"))
    assert [(g.label, g.members) for g in result.groups] == [("not known", (1,))]


#: What is claimed → the fate under has-claim and under no-claim: counted, not known, dropped.
GIVEN = [
    ({"value": make.SUPPORT}, "counted", "dropped"),
    ({"value": make.missing("code")}, "not known", "not known"),
    ({"value": make.missing("code", "withheld")}, "not known", "not known"),
    ({"value": make.missing("code", "not-applicable")}, "dropped", "counted"),
    ({"value": make.missing("code"), "stance": "does-not-know"}, "dropped", "counted"),
    ({"value": make.missing("code"), "stance": "denies"}, "dropped", "counted"),
]


def fate(rules: str, claims: list[ClaimRow]) -> str:
    result = evaluated(figure(rules), make.facts(claims, records=[1]))
    return "counted" if result.number else "not known" if result.not_known else "dropped"


@pytest.mark.parametrize(("said", "has", "no"), GIVEN)
@pytest.mark.parametrize("more", ["", ", holds: {within: 2019}", ", source: source-900"])
def test_no_value_is_no_claim_of_one(said: dict[str, Any], has: str, no: str, more: str) -> None:
    claims = [make.claim(11, 1, "un_position", holds="2019-07", **said)]
    assert fate(f"  - {{rule: has-claim, property: un_position{more}}}\n", claims) == has
    assert fate(f"  - {{rule: no-claim, property: un_position{more}}}\n", claims) == no


def test_that_no_value_is_given_can_be_asked_for() -> None:
    claims = [make.claim(11, 1, "un_position", make.missing("code"))]
    asked = "  - {rule: has-claim, property: un_position, value: {known: no}}\n"
    assert fate(asked, claims) == "counted"
    denied = [make.claim(11, 1, "un_position", make.missing("code"), stance="denies")]
    asked = "  - {rule: has-claim, property: un_position, stance: denies}\n"
    assert fate(asked, denied) == "counted"


def test_not_applicable_is_certainly_none_of_the_codes() -> None:
    claims = [make.claim(11, 1, "un_position", make.missing("code", "not-applicable"))]
    asked = "  - {rule: has-claim, property: un_position, code: {is-not: support}}\n"
    assert fate(asked, claims) == "dropped"  # it is no claim of another value either


@pytest.mark.parametrize("operator", ["is", "is-not"])
def test_a_basis_that_is_not_stated_is_not_known_either_way(operator: str) -> None:
    rules = f"  - {{rule: has-claim, property: un_position, basis: {{{operator}: saw}}}}\n"
    result = evaluated(figure(rules), make.facts([make.claim(11, 1, "un_position", make.SUPPORT)]))
    assert (result.number, result.not_known) == (0, 1)


def test_the_unit_of_a_number_that_is_not_known_is_not_known() -> None:
    definition = parse(
        "key: p\ntitle: P\nkind: reported\nreports: people_held\n"
        "rules:\n  - {rule: unit, is: persons}\n"
    )
    claims = [
        make.claim(11, 1, "people_held", make.missing("count")),
        make.claim(12, 1, "people_held", make.count(5, 5)),
    ]
    result = evaluated(definition, make.facts(claims, kind="place"))
    assert [point.claim for point in result.points] == [12]
    assert result.not_known == 1


#: Who is said to lie where. 1 is asked of, 5 is the place asked for.
PLACED = [
    ([], "not known"),
    ([(1, 5)], "counted"),
    ([(1, 2), (2, 3), (3, 5)], "counted"),
    ([(5, 2), (2, 1)], "dropped"),  # it contains the place
    ([(1, 2), (5, 2)], "not known"),  # it lies in something larger
    ([(1, 2), (2, 3), (5, 3)], "not known"),  # side by side: 2 may lie in 5
    ([(1, 2), (2, 3), (5, 4), (4, 3)], "not known"),
    ([(1, 2), (2, 3), (5, 3), (1, 6)], "not known"),  # and of 6 nobody says anything
    ([(1, 2), (5, 3)], "not known"),
    ([(1, 2), (1, 5)], "counted"),
]


@pytest.mark.parametrize(("placed", "fate"), PLACED)
def test_a_place_is_outside_only_where_somebody_says_so(
    placed: list[tuple[int, int]], fate: str
) -> None:
    above: dict[int, dict[int, tuple[int, ...]]] = {}
    for position, (low, high) in enumerate(placed, 100):
        above.setdefault(low, {})[high] = (position,)
    facts = make.facts([], records=[1], above=above, named={"There": frozenset({5})})
    result = count(figure("  - {rule: in-place, place: There}\n"), facts)
    found = "counted" if result.members else "not known" if result.undecided else "dropped"
    assert found == fate


def test_a_result_without_its_grounds_cannot_be_shown() -> None:
    from dataclasses import replace

    claims = [make.claim(11, 1, "un_position", make.SUPPORT, holds="2019-07")]
    result = evaluated(parse(JULY), make.facts(claims))
    assert result.require_lineage().claims == (11,)
    for broken in (
        replace(result, number=2),
        replace(result, steps=()),
        replace(result, members=()),
        replace(result, grounds=frozenset()),
        replace(result, not_known=4),
    ):
        with pytest.raises(NoLineage):
            broken.require_lineage()


def test_weak_points_are_shares_after_lineage() -> None:
    claims = [
        make.claim(11, 1, "un_position", make.SUPPORT, holds="2019-07", source=901),
        make.claim(12, 1, "un_position", make.SUPPORT, holds="2019-07", source=902),
        make.claim(13, 2, "un_position", make.SUPPORT, holds="2019-07", source=902),
        make.claim(14, 3, "un_position", make.SUPPORT, source=903),
    ]
    definition = figure("  - {rule: has-claim, property: un_position, code: support}\n")
    facts = make.facts(
        claims, repeats=[(902, 901)], cited=frozenset({11, 13}), through={14: (902,)}
    )
    weak = {w.name: (w.part, w.whole) for w in evaluated(definition, facts).weak}
    assert weak == {
        "one-origin": (3, 3),
        "largest-origin": (2, 3),
        "undated": (1, 3),
        "vague-dates": (1, 3),
        "without-passage": (1, 3),
        "second-hand": (1, 3),
    }


def test_one_origin_each_does_not_read_like_one_origin_for_all() -> None:
    claims = [make.claim(n, n, "un_position", make.SUPPORT, source=900 + n) for n in (1, 2, 3)]
    rules = "  - {rule: has-claim, property: un_position}\n"
    words = {w.name: w.words for w in evaluated(figure(rules), make.facts(claims)).weak}
    assert (
        words["one-origin"] == "3 of 3 rest on one independent origin each, 3 different ones in all"
    )
    assert words["largest-origin"] == "1 of 3 rest on source-901 alone, the most for any one origin"
    same = [make.claim(n, n, "un_position", make.SUPPORT, source=901) for n in (1, 2, 3)]
    words = {w.name: w.words for w in evaluated(figure(rules), make.facts(same)).weak}
    assert words["one-origin"] == "3 of 3 rest on one independent origin"
    assert words["largest-origin"] == "3 of 3 rest on source-901 alone"


def test_a_text_is_the_same_whatever_its_case_and_spaces() -> None:
    claims = [make.claim(11, 1, "name", {"type": "text", "text": "Example  ONE"})]
    for text, number in (("example one", 1), ("example", 0), ("exámple one", 0)):
        rules = f"  - {{rule: has-claim, property: name, text: {text}}}\n"
        assert evaluated(figure(rules), make.facts(claims)).number == number


def test_a_record_is_as_weak_as_the_weakest_of_its_facts() -> None:
    rules = (
        "  - {rule: has-claim, property: un_position, code: support}\n"
        "  - {rule: has-claim, property: name}\n"
    )
    name = {"type": "text", "text": "One"}
    claims = [
        make.claim(11, 1, "un_position", make.SUPPORT, source=901),
        make.claim(12, 1, "un_position", make.SUPPORT, source=902),
        make.claim(13, 1, "name", name, source=903),
    ]
    weak = {w.name: w.part for w in evaluated(figure(rules), make.facts(claims)).weak}
    assert weak["one-origin"] == 1


# --- properties ---------------------------------------------------------------------------

HOLDS = st.sampled_from(
    ["", "2019-07", "2019-07-12", "2019", "[2019-07,2019-10]", "2019-07/2020-10", "2020-10"]
)
VALUES = st.sampled_from([make.SUPPORT, make.CONDEMN, make.missing("code")])
RULES = st.lists(
    st.sampled_from(
        [
            "  - {rule: has-claim, property: un_position, code: support}\n",
            "  - {rule: has-claim, property: un_position, holds: {within: 2019-07}}\n",
            "  - {rule: has-claim, property: un_position, holds: {overlaps: 2019}}\n",
            "  - {rule: no-claim, property: un_position, code: condemn}\n",
            "  - {rule: no-claim, property: un_position, stance: denies}\n",
            "  - {rule: has-claim, property: un_position, origins-at-least: 2}\n",
            "  - {rule: has-claim, property: un_position, source: source-901}\n",
        ]
    ),
    max_size=4,
)


@st.composite
def rows(draw: st.DrawFn) -> list[ClaimRow]:
    return [
        make.claim(
            position,
            draw(st.integers(1, 5)),
            "un_position",
            draw(VALUES),
            holds=draw(HOLDS),
            stance=draw(st.sampled_from(["asserts", "asserts", "denies"])),
            source=draw(st.integers(901, 903)),
        )
        for position in range(100, 100 + draw(st.integers(0, 12)))
    ]


@given(rows(), RULES)
def test_every_record_has_one_fate_and_the_waterfall_adds_up(
    claims: list[ClaimRow], rules: list[str]
) -> None:
    facts = make.facts(claims, records=range(1, 7))
    result = evaluated(figure("".join(rules) or "  - {rule: live}\n"), facts)
    fates = [m.position for m in result.members]
    entered = 6
    for step in result.steps:
        assert step.entered == entered
        fates += [*step.dropped, *step.not_known]
        entered = step.kept
    assert entered == result.number == len(result.members)
    assert sorted(fates) == list(range(1, 7))
    result.require_lineage()


@given(rows(), RULES, st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(
    claims: list[ClaimRow], rules: list[str], shuffle: random.Random
) -> None:
    definition = figure("".join(rules) or "  - {rule: live}\n", by="un_position")
    records = list(range(1, 7))
    one = evaluated(definition, make.facts(claims, records=records))
    shuffle.shuffle(claims)
    shuffle.shuffle(records)
    assert evaluated(definition, make.facts(claims, records=records)) == one


@given(rows(), RULES, st.data())
def test_taking_away_a_claim_it_does_not_stand_on_changes_nothing(
    claims: list[ClaimRow], rules: list[str], data: st.DataObject
) -> None:
    definition = figure("".join(rules) or "  - {rule: live}\n")
    result = evaluated(definition, make.facts(claims, records=range(1, 7)))
    idle = [row for row in claims if row.position not in result.grounds]
    if not idle:
        return
    gone = data.draw(st.sampled_from(idle))
    fewer = [row for row in claims if row is not gone]
    other = evaluated(definition, make.facts(fewer, records=range(1, 7)))
    assert (other.number, other.not_known, other.members, other.undecided) == (
        result.number, result.not_known, result.members, result.undecided,
    )  # fmt: skip
    assert other.grounds == result.grounds


def test_records_of_retracted_lists_are_the_first_step() -> None:
    facts = Facts(records=(1, 2), withdrawn=(3,))
    counted = count(parse("key: c\ntitle: C\nkind: counted\ncounts: country\n"), facts)
    assert [(s.rule, s.entered, s.dropped) for s in counted.steps] == [("live", 3, (3,))]
    assert len(counted.members) == 2
