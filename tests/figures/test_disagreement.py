"""What disagrees, what may, and what does not: no verdict on who is right."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.figures import making as make

from habeas.figures.evaluation.disagreement import Conflict, between
from habeas.figures.evaluation.rows import ClaimRow
from habeas.vocabulary import schema


def found(*claims: ClaimRow, kind: str = "country") -> list[Conflict]:
    return between(claims, schema.core(), dict.fromkeys((1, 2), kind))


def say(position: int, name: str, value: Any, **more: Any) -> ClaimRow:
    return make.claim(position, 1, name, value, **more)


def held(position: int, low: int | None, high: int | None, **more: Any) -> ClaimRow:
    more.setdefault("holds", "2018-08")
    return say(position, "people_held", make.count(low, high), **more)


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        (("2019-07", make.SUPPORT), ("2019-07", make.CONDEMN), "differ"),
        (("2019-07", make.SUPPORT), ("2019-10", make.CONDEMN), None),
        (("2019-07", make.SUPPORT), ("", make.CONDEMN), "may differ"),
        (("2019-07", make.SUPPORT), ("[2019-07,2019-10]", make.CONDEMN), "may differ"),
        (("2018", make.SUPPORT), ("2019", make.CONDEMN), None),  # a course of events
        (("2018", make.SUPPORT), ("2019~", make.CONDEMN), "may differ"),
        (("2018/2019", make.SUPPORT), ("2019/2020", make.CONDEMN), "may differ"),
        (("2019-07", make.SUPPORT), ("2019-07", make.SUPPORT), None),
        (("2019-07", make.SUPPORT), ("2019-07", make.missing("code")), None),
    ],
)
def test_exclusive_codes_at_one_time(left: Any, right: Any, words: str | None) -> None:
    conflicts = found(
        say(11, "un_position", left[1], holds=left[0]),
        say(12, "un_position", right[1], holds=right[0]),
    )
    assert [c.words for c in conflicts] == ([words] if words else [])


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        ((1_000_000, 1_000_000), (120_000, 120_000), "differ"),
        ((1_000_000, 3_000_000), (1_500_000, 1_500_000), None),
        ((1_000_000, None), (None, 1_800_000), None),
        ((None, 900_000), (1_000_000, None), "differ"),
    ],
)
def test_counts_whose_ranges_do_not_meet(left: Any, right: Any, words: str | None) -> None:
    conflicts = found(held(11, *left), held(12, *right), kind="place")
    assert [c.words for c in conflicts] == ([words] if words else [])


def test_counts_in_two_units_are_not_compared() -> None:
    other = say(12, "people_held", make.count(5, 5, "households"), holds="2018-08")
    assert not found(held(11, 1_000, 1_000), other, kind="place")


def test_a_letter_has_one_number_of_signatories_whenever_it_is_counted() -> None:
    conflicts = found(
        say(11, "signatories", make.count(22, 22, "states"), source=901),
        say(12, "signatories", make.count(23, 23, "states"), source=902),
        say(13, "signatories", make.count(22, 22, "states"), source=903),
        kind="document",
    )
    (conflict,) = conflicts
    assert conflict.words == "differ"
    assert conflict.claims == (11, 12, 13)
    assert [(p.left, p.right) for p in conflict.pairs] == [((11, 13), (12,))]


def test_an_assertion_and_its_denial() -> None:
    (conflict,) = found(
        held(11, 1_000_000, 1_000_000), held(12, 1_000_000, 1_000_000, stance="denies")
    )
    assert conflict.words == "differ"
    assert not found(held(11, 1_000, 1_000), held(12, 9_000, 9_000, stance="denies"))
    (open_case,) = found(held(11, 1_000, None), held(12, 9_000, 9_000, stance="denies"))
    assert open_case.words == "may differ"


def test_a_denial_in_general_may_differ_from_every_assertion() -> None:
    denial = say(12, "people_held", make.missing("count"), stance="denies", holds="2018-08")
    (conflict,) = found(held(11, 5, 5), denial, kind="place")
    assert conflict.words == "may differ"


def test_many_at_a_time_is_no_disagreement() -> None:
    assert not found(
        say(11, "name", {"type": "text", "text": "One", "language": "en", "script": "Latn"}),
        say(12, "other_name", {"type": "text", "text": "Two", "language": "en", "script": "Latn"}),
        say(
            13, "other_name", {"type": "text", "text": "Three", "language": "en", "script": "Latn"}
        ),
    )


def test_places_within_their_precision_agree() -> None:
    def at(position: int, lat: str, precision: str) -> ClaimRow:
        value = {"type": "place", "written": {"text": lat}, "lat": lat, "lon": "80.18",
                 "precision": precision, "rule": "place/1"}  # fmt: skip
        return say(position, "location", value)

    assert not found(at(11, "37.08", "county"), at(12, "37.5", "county"), kind="facility")
    (conflict,) = found(at(11, "37.08", "site"), at(12, "47.5", "site"), kind="facility")
    assert conflict.words == "differ"


@given(st.data(), st.randoms(use_true_random=False))
def test_order_does_not_matter_and_removal_adds_nothing(
    data: st.DataObject, shuffle: random.Random
) -> None:
    claims = [
        held(
            position,
            low := data.draw(st.integers(0, 4)),
            low + data.draw(st.integers(0, 3)),
            stance=data.draw(st.sampled_from(["asserts", "denies"])),
            holds=data.draw(st.sampled_from(["", "2018", "2018-08", "2019"])),
        )
        for position in range(11, 11 + data.draw(st.integers(2, 7)))
    ]
    before = found(*claims, kind="place")
    shuffle.shuffle(claims)
    assert found(*claims, kind="place") == before
    gone = claims.pop()
    linked = {frozenset((p.left, p.right)) for c in before for p in c.pairs}
    for conflict in found(*claims, kind="place"):
        assert gone.position not in conflict.claims
        for pair in conflict.pairs:
            assert any(
                set(pair.left) <= set(a) and set(pair.right) <= set(b)
                for one in linked
                for a in one
                for b in one
                if a != b or len(one) == 1
            )


def test_one_speakers_rounding_is_no_difference_and_anothers_number_is() -> None:
    exact, more = held(11, 380, 380), held(12, 381, None)
    assert found(exact, more, kind="facility") == []
    assert len(found(exact, held(12, 382, None), kind="facility")) == 1
    another = held(12, 381, None, source=901)
    assert [c.words for c in found(exact, another, kind="facility")] == ["differ"]
    both = [exact, more, held(13, 381, None, source=901)]
    assert [c.claims for c in found(*both, kind="facility")] == [(11, 12, 13)]
