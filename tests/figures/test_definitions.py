"""A definition is wholly valid or refused with everything that is wrong, by line and key."""

from __future__ import annotations

import contextlib
import hashlib
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.figures.definition import rules
from habeas.figures.definition.definitions import parse
from habeas.figures.definition.wording import counted_words
from habeas.figures.errors import DefinitionError

GOOD = """\
key: supported-july-2019
title: States that supported the letter
kind: counted
counts: country
unit: states
rules:
  - rule: has-claim
    property: un_position
    code: support
    holds: {within: 2019-07}
"""


def problems(text: str) -> list[tuple[int, str]]:
    with pytest.raises(DefinitionError) as caught:
        parse(text)
    return [(problem.line, problem.key) for problem in caught.value.problems]


def test_a_definition_says_what_it_counts_and_is_pinned_by_its_digest() -> None:
    definition = parse(GOOD, position=7)
    assert (definition.key, definition.kind, definition.counts) == (
        "supported-july-2019", "counted", "country",
    )  # fmt: skip
    assert definition.digest == hashlib.sha256(GOOD.encode()).hexdigest()
    assert definition.properties == ("un_position",)
    assert [(t.condition, t.operator, t.operands) for t in definition.rules[0].tests] == [
        ("stance", "is", ("asserts",)),
        ("code", "is", ("support",)),
        ("holds", "within", ("2019-07",)),
    ]
    assert "July 2019" in definition.rules[0].words
    assert definition == parse(GOOD, position=7)


def test_yes_and_no_are_texts_not_booleans() -> None:
    definition = parse(
        "key: a\ntitle: A\nkind: counted\ncounts: person\nrules:\n"
        "  - {rule: has-claim, property: spoke_publicly, code: yes}\n"
    )
    assert definition.rules[0].tests[1].operands == ("yes",)


def test_everything_wrong_is_listed_at_once_with_line_and_key() -> None:
    text = GOOD.replace("counts: country", "counts: continent").replace("unit: states", "units: s")
    assert problems(text) == [(4, "counts"), (5, "units")]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (("kind: counted", "kind: guessed"), "kind"),
        (("key: supported-july-2019", "key: Supported!"), "key"),
        (("title: States that supported the letter\n", ""), "title"),
        (("rule: has-claim", "rule: had-claim"), "rules[1].rule"),
        (("property: un_position", "property: un_stance"), "property"),
        (("code: support", "code: applaud"), "rules[1] has-claim.code"),
        (("within: 2019-07", "within: 2019-13"), "rules[1] has-claim.within"),
        (("within: 2019-07", "during: 2019-07"), "rules[1] has-claim.during"),
        (("    code: support", "    number: 3"), "rules[1] has-claim.number"),
        (("unit: states", "choose: latest"), "choose"),
        (("unit: states", "view: map"), "draw"),
        (("unit: states", "as-of: soon"), "as-of"),
        (("unit: states", "by: detained"), "property"),
    ],
)
def test_a_wrong_word_is_named(change: tuple[str, str], where: str) -> None:
    assert where in [key for _, key in problems(GOOD.replace(*change))]


def test_a_matrix_may_name_a_count_and_only_a_count() -> None:
    drawn = (
        "key: m\ntitle: M\nkind: counted\ncounts: country\nview: matrix\n"
        "draw:\n  cell: un_position\n"
    )
    assert parse(drawn).drawn_properties == ("un_position",)
    counted = parse(f"{drawn}  count: un_position_count\n")
    assert counted.properties == ("un_position", "un_position_count")
    assert problems(f"{drawn}  count: name\n") == [(8, "draw.count")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just words",
        "- a\n- b\n",
        "key: [",
        "a: &x 1\nb: *x\n",
        "key: !!python/object/apply:os.system [id]\n",
        "key: a\nkey: b\n",
        "key: a\n---\nkey: b\n",
        "key: " + "[" * 50 + "]" * 50,
        "[" * 60_000,
        "note: " + "x" * 70_000,
        "key: \x07",
        "? [a]\n: b\n",
    ],
)
def test_what_is_not_a_plain_definition_is_refused(text: str) -> None:
    assert problems(text)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(DefinitionError):
        parse(text)


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 12))
def test_a_damaged_definition_is_read_or_refused(start: int, length: int) -> None:
    with contextlib.suppress(DefinitionError):
        parse(GOOD[:start] + GOOD[start + length :])


def test_a_record_is_named_by_caption_or_position() -> None:
    text = "key: a\ntitle: A\nkind: counted\ncounts: facility\nrules:\n"
    rule = parse(text + '  - {rule: in-place, place: ["Hotan", "#12"]}\n').rules[0]
    assert rule.records == ("Hotan", "#12")
    assert problems(text + '  - {rule: in-place, place: "#twelve"}\n')


def test_a_reported_figure_has_conditions_as_rules() -> None:
    definition = parse(
        "key: held\ntitle: Held\nkind: reported\nreports: people_held\nrules:\n"
        "  - {rule: stance, is: [asserts, denies]}\n  - {rule: number, at-least: 1000}\n"
    )
    assert [rule.name for rule in definition.rules] == ["stance", "number"]
    assert definition.unit == "persons"
    assert definition.view == "plot"


ESTIMATED = """\
key: e
title: E
kind: estimated
counts: person
closed-population: no
everyone-could-be-listed: unknown
lists:
  - {name: Registry, sources: [registry, registry-2], includes: Whoever was registered}
  - {name: Letters, sources: letters, includes: Whoever wrote}
exclusive: [[Registry, Letters]]
"""


def test_an_estimated_figure_names_its_lists_and_answers_two_questions() -> None:
    asked = parse(ESTIMATED).estimation
    assert [each.name for each in asked.lists] == ["Registry", "Letters"]
    assert asked.lists[0].sources == ("registry", "registry-2")
    assert asked.exclusive == (("Registry", "Letters"),)
    assert (asked.closed_population, asked.everyone_could_be_listed) == ("no", "unknown")
    assert asked.method == "latent-class"


@pytest.mark.parametrize(
    ("line", "instead", "reason"),
    [
        ("closed-population: no\n", "", "It is missing."),
        ("everyone-could-be-listed: unknown", "everyone-could-be-listed: perhaps", "'perhaps'"),
        ("sources: letters", "sources: registry", "makes another list"),
        ("name: Letters", "name: Registry", "is there twice"),
        (", includes: Whoever wrote", "", "It is missing."),
        ("[[Registry, Letters]]", "[[Registry, Rumours]]", "is none of the lists"),
        ("[[Registry, Letters]]", "[[Registry]]", "fewer than two"),
        ("title: E", "title: E\nview: map", "No such key."),
        ("counts: person\n", "", "It is missing."),
    ],
)
def test_what_an_estimate_lacks_is_named(line: str, instead: str, reason: str) -> None:
    assert line in ESTIMATED
    with pytest.raises(DefinitionError) as caught:
        parse(ESTIMATED.replace(line, instead))
    assert reason in str(caught.value)


# --- the reference ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reference(repository: Path) -> str:
    return (repository / "docs/reference/figure-definitions.md").read_text()


def test_the_reference_names_every_rule_condition_operator_view_and_choice(reference: str) -> None:
    for name in (*rules.RULE_MEANINGS, *rules.VIEWS, *rules.KINDS_OF_FIGURE, *rules.CHOICES):
        assert f"`{name}`" in reference or f"**{name}**" in reference, name
    lines = reference[reference.index("## Conditions") :].splitlines()
    for condition in rules.CONDITIONS.values():
        row = next(line for line in lines if line.startswith(f"| `{condition.name}` |"))
        for operator in condition.operators:
            assert f"`{operator}`" in row, (condition.name, operator)
        assert f"**`{condition.shorthand}`**" in row


def test_every_example_of_the_reference_is_a_definition(reference: str) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", reference, re.S)
    assert len(examples) >= 8
    for example in examples:
        parse(example)


def test_several_dates_are_a_set_and_not_a_list() -> None:
    text = GOOD[: GOOD.index("rules:")] + "rules:\n  - {rule: has-claim, property: un_position, "
    (problem,) = problems(text + "holds: {within: [2019-07, 2019-10]}}\n")
    assert problem[1].endswith(".within")
    parse(text + 'holds: {within: "{2019-07,2019-10}"}}\n')


@pytest.mark.parametrize(
    ("kind", "number", "words"),
    [
        ("person", 2, "2 persons"),
        ("detention", 2, "2 detentions"),
        ("detention", 1, "1 detention"),
        ("facility", 1, "1 facility"),
        ("country", 3, "3 countries"),
    ],
)
def test_a_count_says_of_what_where_no_unit_is_named(kind: str, number: int, words: str) -> None:
    rules = "  - {rule: has-claim, property: name}\n"
    text = f"key: k\ntitle: T\nkind: counted\ncounts: {kind}\nrules:\n{rules}"
    assert counted_words(number, 0, parse(text).unit) == words
