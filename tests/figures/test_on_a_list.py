"""A row of a list is no detention under any rule, and a count that rests on rows says so."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.figures import making as make

from habeas.figures.definition import rules as r
from habeas.figures.definition.definitions import parse
from habeas.figures.evaluation.evaluating import compute
from habeas.figures.evaluation.results import Evaluation
from habeas.figures.evaluation.rows import ClaimRow
from habeas.vocabulary import region, schema

LIST, OTHER, CAMP, COUNTY = 700, 900, 800, 810
XINJIANG = schema.of(region.bundled("xinjiang"))
NAMED = {f"#{at}": frozenset({at}) for at in (LIST, COUNTY)}
OF_DETENTION = sorted(schema.core().shared_with_owner("detention"))


def ref(at: int) -> dict[str, str]:
    return {"type": "ref", "mention": f"{at:032x}"}


def row(person: int, *reasons: str, source: int = OTHER) -> list[ClaimRow]:
    """What a row of a list says: the entry, its reasons, a decision."""
    at = itertools.count(person * 100)
    return [
        make.claim(next(at), person, "listed_in", ref(LIST), ref=LIST, source=source),
        *(
            make.claim(next(at), person, "listed_for", make.code("case-reason", why), source=source)
            for why in reasons
        ),
        make.claim(
            next(at),
            person,
            "listed_decision",
            make.code("case-decision", "to-stay"),
            source=source,
        ),
    ]


def evaluated(rules: str, claims: list[ClaimRow], people: int = 3) -> Evaluation:
    definition = parse(
        f"key: f\ntitle: F\nkind: counted\ncounts: person\nunit: persons\nrules:\n{rules}",
        schema=XINJIANG,
    )
    facts = make.facts(claims, records=range(1, people + 1), kind="person", named=NAMED)
    return compute(definition, facts, XINJIANG, as_of=10_000, viewer="owner", scope="Everything.")


@pytest.fixture
def rows() -> list[ClaimRow]:
    return [claim for person in (1, 2, 3) for claim in row(person, "untrustworthy")]


@pytest.mark.parametrize("name", OF_DETENTION)
def test_no_row_has_a_claim_of_a_detention(name: str, rows: list[ClaimRow]) -> None:
    has = evaluated(f"  - {{rule: has-claim, property: {name}}}\n", rows)
    assert (has.number, len(has.undecided)) == (0, 0)
    assert evaluated(f"  - {{rule: no-claim, property: {name}}}\n", rows).number == 3


def test_no_row_reads_as_a_possible_detention(rows: list[ClaimRow]) -> None:
    has = evaluated("  - {rule: has-record, kind: detention}\n", rows)
    assert (has.number, len(has.undecided)) == (0, 0)


def test_no_row_is_in_the_place_that_its_list_is_about(rows: list[ClaimRow]) -> None:
    about = [
        make.claim(50_001, LIST, "about", ref(CAMP), ref=CAMP),
        make.claim(50_002, CAMP, "located_in", ref(COUNTY), ref=COUNTY),
    ]
    result = evaluated(f'  - {{rule: in-place, place: "#{COUNTY}"}}\n', rows + about)
    assert result.number == 0
    assert not result.grounds & {claim.position for claim in rows}


def test_what_counts_rows_says_that_it_does(rows: list[ClaimRow]) -> None:
    listed = f'  - {{rule: has-claim, property: listed_in, points-to: "#{LIST}"}}\n'
    result = evaluated(listed, rows)
    weak = {point.name: point for point in result.weak}
    assert result.number == 3
    assert (weak["on-a-list"].part, weak["on-a-list"].whole) == (3, 3)
    assert "does not say what was done to anyone" in weak["on-a-list"].words
    held = make.claim(60_000, 1, "detained", make.date("2017"))
    both = evaluated(listed + "  - {rule: has-claim, property: detained}\n", [*rows, held])
    assert both.number == 1
    assert "on-a-list" not in {point.name for point in both.weak}


def test_every_rule_that_counts_was_asked() -> None:
    """A new rule of counted figures must be asked here too."""
    asked = {r.HAS_CLAIM, r.NO_CLAIM, r.HAS_RECORD, r.IN_PLACE}
    assert set(r.RULE_MEANINGS) == {*asked, r.RECORD, r.LIVE}


REASONS = ("untrustworthy", "birth-control", "crime", "not-in-code-list")
ONLY = """\
  - {rule: has-claim, property: listed_for, code: untrustworthy, source: source-900}
  - {rule: no-claim, property: listed_for, code: {is-not: untrustworthy}, source: source-900}
"""


@given(
    people=st.lists(
        st.tuples(
            st.sets(st.sampled_from(REASONS)),
            st.sampled_from(["", "withheld", "denied", "elsewhere"]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_the_only_reason_given_is_counted_by_two_rules(
    people: list[tuple[set[str], str]],
) -> None:
    """The only reason of the list: another list's reasons and denials are no further reason; one
    that is withheld may be another, and is not known."""
    claims: list[ClaimRow] = []
    counted, open_ = 0, 0
    for number, (reasons, more) in enumerate(people, 1):
        claims += row(number, *sorted(reasons))
        at = 90_000 + number
        further = make.code("case-reason", "crime")
        if more == "withheld":
            value = make.missing("code", "withheld")
            claims.append(make.claim(at, number, "listed_for", value))
        elif more == "denied":
            claims.append(make.claim(at, number, "listed_for", further, stance="denies"))
        elif more == "elsewhere":
            claims.append(make.claim(at, number, "listed_for", further, source=901))
        if reasons == {"untrustworthy"}:
            counted += more != "withheld"
            open_ += more == "withheld"
        elif not reasons:
            open_ += more == "withheld"
    result = evaluated(ONLY, claims, len(people))
    assert (result.number, len(result.undecided)) == (counted, open_)
    assert len(result.members) + len(result.undecided) + sum(
        len(step.dropped) for step in result.steps
    ) == len(people)
