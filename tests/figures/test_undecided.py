"""Counts with open pairs: bounds, weights, and how judgements close the range."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.archive.making import PUBLIC, add_reviewer, newspaper, place_mention, says

from habeas.archive import verbs
from habeas.archive.access import OWNER
from habeas.archive.access import PUBLIC as ANYBODY
from habeas.archive.opening import Archive
from habeas.archive.review.pairs import OpenPair
from habeas.archive.review.reviewing import review
from habeas.archive.verbs.linking import ProposedPair
from habeas.figures.changes import dependents
from habeas.figures.definition.definitions import parse
from habeas.figures.errors import DefinitionError
from habeas.figures.evaluation import undecided
from habeas.figures.evaluation.evaluating import evaluate
from habeas.figures.why import asking

TEXT = """\
key: towns
title: Towns
kind: counted
counts: place
unit: places
undecided-from: 0.5
"""


PAIRS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda p: p[0] < p[1]),
    max_size=7,
    unique=True,
)


COUNTED = st.sets(st.integers(0, 6))


def counted_if(counted: set[int], same: list[OpenPair]) -> int:
    """How many counted records there are when these pairs are one each."""
    everybody = set(range(7))
    parts = [{record} for record in everybody]
    for pair in same:
        met = [part for part in parts if pair.left in part or pair.right in part]
        parts = [part for part in parts if part not in met] + [set().union(*met)]
    return sum(bool(part & counted) for part in parts)


@given(PAIRS, COUNTED)
def test_the_bounds_hold_for_every_way_to_decide(
    edges: list[tuple[int, int]], counted: set[int]
) -> None:
    pairs = [OpenPair(left, right, 1) for left, right in edges]
    weighed = undecided.between(pairs, counted)
    reached = {
        counted_if(counted, [p for p, one in zip(pairs, ways, strict=True) if one])
        for ways in product((False, True), repeat=len(pairs))
    }
    assert max(reached) == len(counted)
    assert min(reached) == undecided.fewest(counted, weighed) == undecided.fewest(counted, pairs)
    assert bool(weighed) is (min(reached) < len(counted))


@given(PAIRS, COUNTED, COUNTED)
def test_a_group_holds_at_least_those_whom_no_open_pair_takes_away(
    edges: list[tuple[int, int]], counted: set[int], named: set[int]
) -> None:
    pairs = [OpenPair(left, right, 1) for left, right in edges]
    group = counted & named
    least = undecided.fewest_in(group, counted, pairs)
    for ways in product((False, True), repeat=len(pairs)):
        same = [p for p, one in zip(pairs, ways, strict=True) if one]
        left = {r for r in group if all(counted_if({r, o}, same) == 2 for o in counted - group)}
        assert least <= counted_if(left, same)
    assert undecided.fewest_in(counted, counted, pairs) == undecided.fewest(counted, pairs)


@given(PAIRS, COUNTED)
def test_a_weight_is_what_deciding_the_pair_alone_takes_off(
    edges: list[tuple[int, int]], counted: set[int]
) -> None:
    pairs = undecided.between([OpenPair(left, right, 1) for left, right in edges], counted)
    before = undecided.fewest(counted, pairs)
    for each in undecided.weighed(pairs, counted):
        others = [pair for pair in pairs if pair != each.pair]
        assert each.if_different == undecided.fewest(counted, others) - before
        assert each.if_same == len(counted) - counted_if(counted, [each.pair])


def test_a_count_is_a_range_until_its_pairs_are_judged(archive: Archive) -> None:
    with archive.writing() as batch:
        towns = [place_mention(batch, f"Town {number}") for number in range(4)]
        verbs.linkage(
            batch,
            "place",
            [
                ProposedPair(towns[0].entry_id, towns[1].entry_id, 900_000),
                ProposedPair(towns[2].entry_id, towns[3].entry_id, 800_000),
                ProposedPair(towns[0].entry_id, towns[3].entry_id, 400_000),
            ],
            size=archive.size,
            model="0" * 64,
            threshold_ppm=10_000,
            seed=1,
            versions={},
        )
        verbs.define(batch, key="towns", title="Towns", kind="counted", text=TEXT)
    definition = parse(TEXT)

    def headline() -> str:
        found = evaluate(archive, definition, OWNER)
        found.require_lineage()
        return found.headline

    assert headline() == "2 to 4 places (2 pairs not decided)"
    tree = asking.as_text(asking.tree(archive, OWNER, definition))
    assert "Town 0" in tree.partition("Pairs not decided yet: 2")[2]
    assert "0.9" not in tree  # who judges may have to be blind to it
    person = add_reviewer(archive)
    before = dependents.snapshot(archive, OWNER)
    made = review(archive, person, towns[0].position, towns[1].position, "same", "one square")
    assert headline() == "2 to 3 places (1 pair not decided)"
    changes = dependents.difference(before, dependents.snapshot(archive, OWNER))
    assert [(change.key, change.value_changed) for change in changes] == [("towns", True)]
    review(archive, person, towns[2].position, towns[3].position, "cannot-tell", "two maps")
    assert headline() == "2 to 3 places (1 pair not decided)"
    assert made.judgement is not None
    with archive.writing(person) as batch:
        verbs.retract(batch, made.judgement, "judgement", "two squares")
    assert headline() == "2 to 4 places (2 pairs not decided)"


def test_pairs_with_records_that_are_not_counted_are_a_weak_point(archive: Archive) -> None:
    with archive.writing() as batch:
        towns = [place_mention(batch, f"Town {number}") for number in range(3)]
        source = newspaper(batch)
        says(batch, towns[0], source)
        pair = ProposedPair(towns[0].entry_id, towns[1].entry_id, 900_000)
        other = ProposedPair(towns[1].entry_id, towns[2].entry_id, 900_000)
        run = {"size": archive.size, "model": "0" * 64, "threshold_ppm": 1, "seed": 1}
        verbs.linkage(batch, "place", [pair, other], versions={}, **run)
    named = parse(TEXT + "rules:\n  - {rule: has-claim, property: name}\n")
    found = evaluate(archive, named, OWNER)
    assert found.headline == "1 place"
    with archive.writing() as batch:  # what joins two that are counted is not a dead end
        says(batch, towns[2], source)
    joined = evaluate(archive, named, OWNER)
    assert joined.headline == "1 to 2 places (2 pairs not decided)"
    assert [(w.part, w.whole) for w in joined.weak if w.name == "pairs-beyond"] == [(2, 2)]
    tree = asking.as_text(asking.tree(archive, OWNER, named))
    assert "Town 1" in tree
    assert "lower end +1 if different" in tree
    assert "upper end" not in tree
    assert [(w.part, w.whole) for w in found.weak if w.name == "pairs-beyond"] == [(2, 2)]


def test_what_nobody_could_tell_of_another_kind_is_no_weak_point(archive: Archive) -> None:
    with archive.writing() as batch:
        place_mention(batch, "Town")
        one, other = (verbs.mention(batch, "person", name, marking=PUBLIC) for name in ("A", "B"))
    person = add_reviewer(archive)
    review(archive, person, one.position, other.position, "cannot-tell", "two letters")
    found = evaluate(archive, parse(TEXT), OWNER)
    assert (found.headline, found.fewest) == ("1 place", 1)
    assert not [w for w in found.weak if w.name == "pairs-beyond"]


def test_what_no_run_has_compared_is_a_weak_point(archive: Archive) -> None:
    def late() -> list[tuple[int, int]]:
        texts = (TEXT, TEXT.replace("undecided-from: 0.5\n", ""))  # it need not ask for pairs
        assert texts[0] != texts[1]
        asked, silent = (evaluate(archive, parse(text), OWNER) for text in texts)
        found = [(w.part, w.whole) for w in asked.weak if w.name == "not-compared"]
        assert found == [(w.part, w.whole) for w in silent.weak if w.name == "not-compared"]
        hidden = evaluate(archive, parse(TEXT), ANYBODY)
        assert not [w for w in hidden.weak if w.name == "not-compared"]
        return found

    with archive.writing() as batch:
        towns = [place_mention(batch, f"Town {number}") for number in range(2)]
    assert late() == [(2, 2)]
    run = {"size": archive.size, "model": "0" * 64, "threshold_ppm": 1, "seed": 1}
    with archive.writing() as batch:
        pair = ProposedPair(towns[0].entry_id, towns[1].entry_id, 900_000)
        verbs.linkage(batch, "place", [pair], versions={}, **run)
    assert late() == []
    with archive.writing() as batch:
        place_mention(batch, "Town 2")
    assert late() == [(1, 3)]


@pytest.mark.parametrize("written", ["1", "0", "1.5", "half", "0.1234567", "-0.5"])
def test_what_is_no_probability_is_refused(written: str) -> None:
    with pytest.raises(DefinitionError, match="not a probability"):
        parse(TEXT.replace("0.5", written))
