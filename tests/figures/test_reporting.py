"""Reported figures: points as said, never one number, denials under their own stance."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.figures import making as make

from habeas.figures.definition.definitions import FigureDefinition, parse
from habeas.figures.evaluation.drawing import plot_points
from habeas.figures.evaluation.evaluating import compute
from habeas.figures.evaluation.results import Evaluation, ReportedFigure
from habeas.figures.evaluation.rows import ClaimRow, Facts
from habeas.vocabulary import schema


def figure(rules: str = "", **keys: str) -> FigureDefinition:
    more = "".join(f"{key}: {value}\n" for key, value in keys.items())
    tail = f"rules:\n{rules}" if rules else ""
    return parse(f"key: f\ntitle: F\nkind: reported\nreports: people_held\n{more}{tail}")


def evaluated(definition: FigureDefinition, facts: Facts) -> Evaluation:
    return compute(definition, facts, schema.core(), as_of=10_000, viewer="owner", scope="All.")


CLAIMS = [
    make.claim(11, 1, "people_held", make.count(1_000_000, 3_000_000), said="2018-05", source=901),
    make.claim(12, 1, "people_held", make.count(None, 1_800_000), said="2020", source=902),
    make.claim(13, 1, "people_held", make.count(1_000_000, 1_000_000), stance="denies",
               said="2018-08-13", source=903),
    make.claim(14, 2, "people_held", make.count(120_000, 120_000, about=True), holds="2018-01"),
    make.claim(15, 2, "people_held", make.missing("count"), stance="does-not-know", source=904),
]  # fmt: skip


def facts(claims: list[ClaimRow] = CLAIMS, **more: object) -> Facts:
    return make.facts(claims, kind="place", **more)  # type: ignore[arg-type]


def test_each_claim_is_a_point_and_there_is_no_number() -> None:
    result = evaluated(figure(), facts())
    assert isinstance(result, ReportedFigure)
    assert result.headline == "5 reports, 1 of them a denial"
    assert [p.claim for p in result.points] == [14, 11, 12, 13, 15]
    point = {p.claim: p for p in result.points}
    assert (point[11].low, point[11].high, point[11].unit) == (1_000_000, 3_000_000, "persons")
    assert (point[12].low, point[12].high) == (None, 1_800_000)
    assert point[14].approximate
    assert point[13].stance == "denies"
    assert (point[15].low, point[15].high) == (None, None)


def test_rules_keep_drop_or_set_aside() -> None:
    rules = "  - {rule: stance, is: asserts}\n  - {rule: holds, overlaps: 2018}\n"
    result = evaluated(figure(rules), facts())
    assert [p.claim for p in result.points] == [14]
    assert result.not_known == 2
    assert [(s.entered, len(s.dropped), len(s.not_known)) for s in result.steps] == [
        (5, 0, 0), (5, 2, 0), (3, 0, 2),
    ]  # fmt: skip
    result.require_lineage()


def test_a_bound_inside_a_range_is_not_known() -> None:
    result = evaluated(figure("  - {rule: number, at-least: 1500000}\n"), facts(CLAIMS[:3]))
    assert [p.claim for p in result.points] == []
    assert result.steps[-1].dropped == (13,)
    assert result.steps[-1].not_known == (11, 12)


def test_a_choice_is_a_named_step_and_ties_stay() -> None:
    result = evaluated(figure(choose="highest"), facts())
    assert result.steps[-1].rule == "choose"
    assert [p.claim for p in result.points] == [11, 12]  # up to 3,000,000; up to 1,800,000
    assert 13 in result.steps[-1].dropped
    latest = evaluated(figure(choose="latest"), facts())
    assert [p.claim for p in latest.points] == [12]
    assert latest.headline.endswith("(source-902)")
    assert latest.not_known == 2


def chosen(choice: str, *saying: str, values: Sequence[dict[str, Any]] = ()) -> list[int]:
    """Which of the points, numbered from 0, a choice leaves."""
    rows = [make.claim(n, 1, "people_held", make.count(1, 1), said=s) for n, s in enumerate(saying)]
    rows += [make.claim(n, 1, "people_held", value) for n, value in enumerate(values)]
    return sorted(p.claim for p in evaluated(figure(choose=choice), facts(rows)).points)


def test_a_choice_by_time_drops_only_what_was_certainly_said_before() -> None:
    assert chosen("latest", "2016", "2017?") == [0, 1]
    assert chosen("earliest", "2016~", "2015") == [0, 1]
    assert chosen("latest", "2016", "2040~") == [1]
    assert chosen("latest", "2018-06-03", "2018-06-10~", "2018") == [0, 1, 2]
    assert chosen("latest", "[2015,2019]", "2018") == [0, 1]
    assert chosen("latest", "2016", "2017") == [1]


def test_a_choice_by_number_drops_only_what_is_certainly_beaten_in_its_own_unit() -> None:
    about = make.count(100, 100, about=True)
    assert chosen("highest", values=[about, make.count(120, 120)]) == [0, 1]
    assert chosen("lowest", values=[about, make.count(60, 60)]) == [0, 1]
    assert chosen("highest", values=[about, make.count(201, 201)]) == [1]
    few, many = make.count(10, 10), make.count(500, 500, "facilities")
    assert chosen("highest", values=[few, many, make.count(9, 9)]) == [0, 1]
    assert chosen("lowest", values=[few, many, make.count(11, 11)]) == [0, 1]
    assert chosen("highest", values=[make.count(5, None), make.count(None, 7)]) == [0, 1]


def test_a_choice_by_number_sets_aside_what_has_none_and_drops_what_cannot_have_one() -> None:
    rows = [
        make.claim(1, 1, "people_held", make.count(5, 5)),
        make.claim(2, 1, "people_held", make.count(9, 9), stance="denies"),
        make.claim(3, 1, "people_held", make.missing("count", "withheld")),
        make.claim(4, 1, "people_held", make.missing("count", "not-applicable")),
        make.claim(5, 1, "people_held", make.missing("count"), stance="does-not-know"),
    ]
    step = evaluated(figure(choose="highest"), facts(rows)).steps[-1]
    assert (step.dropped, step.not_known) == ((2, 4, 5), (3,))


def test_conditions_on_the_speaker() -> None:
    sources = [
        make.source(901, "a", "government", interest="party"),
        make.source(902, "b", "publication"),
        make.source(903, "c", "government"),
    ]
    found = facts(CLAIMS[:3], sources=sources, repeats=[(902, 901)])
    asked = {
        "  - {rule: source-kind, is: government}\n": [11, 13],
        "  - {rule: source, is-not: [a, c]}\n": [12],
        "  - {rule: interest, is-not: party}\n": [12, 13],
        "  - {rule: repeats, is: no}\n": [11, 13],
        "  - {rule: said, within: 2018}\n": [11, 13],
        "  - {rule: subject-kind, is: place}\n": [11, 12, 13],
    }
    for rules, points in asked.items():
        assert [p.claim for p in evaluated(figure(rules), found).points] == points, rules


def test_no_grade_is_not_known_rather_than_bad() -> None:
    graded = facts(CLAIMS[:3], grades={11: "1", 12: "4"})
    result = evaluated(figure("  - {rule: credibility, at-least: 2}\n"), graded)
    assert [p.claim for p in result.points] == [11]
    assert result.steps[-1].dropped == (12,)
    assert result.steps[-1].not_known == (13,)


def test_points_stand_on_their_axis_with_those_of_no_time_last() -> None:
    plotted = plot_points(evaluated(figure(view="plot", draw="{along: said}"), facts()))
    assert [p.point.claim for p in plotted] == [11, 13, 12, 14, 15]
    assert plotted[-1].first is None


@st.composite
def claims(draw: st.DrawFn) -> list[ClaimRow]:
    found = []
    for position in range(100, 100 + draw(st.integers(0, 10))):
        low = draw(st.none() | st.integers(0, 50))
        high = draw(st.none() | st.integers(low or 0, 60))
        value = make.missing("count") if low is high is None else make.count(low, high)
        found.append(
            make.claim(
                position,
                draw(st.integers(1, 3)),
                "people_held",
                value,
                stance=draw(st.sampled_from(["asserts", "denies", "does-not-know"])),
                said=draw(st.sampled_from(["", "2018", "2018-05", "2019/2020"])),
                holds=draw(st.sampled_from(["", "2018", "2019-03", "2018/.."])),
            )
        )
    return found


CHOICE = st.sampled_from(["all", "latest", "earliest", "highest", "lowest"])
RULES = st.sampled_from(
    [
        "",
        "  - {rule: stance, is: asserts}\n",
        "  - {rule: number, at-least: 20}\n  - {rule: value, known: yes}\n",
        "  - {rule: holds, within: 2018}\n",
    ]
)


@given(claims(), CHOICE, RULES, st.randoms(use_true_random=False))
def test_it_adds_up_whatever_the_order_and_leaning_on_its_grounds_alone(
    rows: list[ClaimRow], choice: str, rules: str, shuffle: random.Random
) -> None:
    definition = figure(rules, choose=choice)
    result = evaluated(definition, facts(rows))
    result.require_lineage()
    fates = [p.claim for p in result.points]
    for step in result.steps:
        fates += [*step.dropped, *step.not_known]
    assert sorted(fates) == sorted(row.position for row in rows)
    shuffled = list(rows)
    shuffle.shuffle(shuffled)
    assert evaluated(definition, facts(shuffled)) == result
    standing = [row for row in rows if row.position in result.grounds]
    fewer = evaluated(definition, facts(standing))
    assert fewer.points == result.points
    assert fewer.grounds == result.grounds
