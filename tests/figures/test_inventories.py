"""Inventories side by side: what they share, and how many sites there are in all as a range."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path

import pytest
from benchmarks import counting
from hypothesis import given
from hypothesis import strategies as st
from tests.archive.making import add_reviewer

from habeas.archive import verbs
from habeas.archive.access import OWNER
from habeas.archive.opening import Archive
from habeas.archive.review.pairs import OpenPair
from habeas.archive.verbs.referring import Marking
from habeas.display.asking import Query
from habeas.display.figures import figure as pages
from habeas.exchange.importing import import_folder
from habeas.figures.definition import recorded
from habeas.figures.definition.definitions import parse
from habeas.figures.definition.list_reading import ListOf
from habeas.figures.errors import DefinitionError, NotCounted
from habeas.figures.evaluation.evaluating import evaluate, evaluate_variant
from habeas.figures.evaluation.inventories import fewest_sites, side_by_side
from habeas.figures.evaluation.results import CountedFigure
from habeas.figures.evaluation.variants import Variant
from habeas.figures.why.asking import as_text, tree

SITES = range(7)
PAIRS = list(combinations(SITES, 2))


def possible_numbers(
    counted: set[int], pairs: set[tuple[int, int]], apart: set[tuple[int, int]]
) -> set[int]:
    """How many sites there can be: each open pair decided both ways, without a contradiction."""
    found = set()
    for decided in product((False, True), repeat=len(pairs)):
        site = {record: record for record in SITES}
        for (left, right), same in zip(sorted(pairs), decided, strict=True):
            if same:
                old, new = site[right], site[left]
                site = {r: new if s == old else s for r, s in site.items()}
        if all(site[left] != site[right] for left, right in apart):
            found.add(len({site[record] for record in counted}))
    return found


@given(
    st.sets(st.sampled_from(list(SITES)), min_size=1),
    st.sets(st.sampled_from(PAIRS), max_size=8),
    st.sets(st.sampled_from(PAIRS), max_size=5),
)
def test_the_range_is_that_of_all_ways_to_decide(
    counted: set[int], pairs: set[tuple[int, int]], apart: set[tuple[int, int]]
) -> None:
    pairs -= apart  # what is judged different is not open
    numbers = possible_numbers(counted, pairs, apart)
    found = fewest_sites(
        counted, [OpenPair(*pair) for pair in sorted(pairs)], dict.fromkeys(apart, 1)
    )
    assert found.exact
    assert found.number == min(numbers)
    assert len(counted) == max(numbers)


def test_a_large_set_with_differences_has_a_bound_and_says_so() -> None:
    chain = [OpenPair(n, n + 1) for n in range(29)]
    free = fewest_sites(range(30), chain, {})
    assert (free.number, free.exact) == (1, True)
    found = fewest_sites(range(30), chain, {(0, 29): 1, (0, 15): 1, (15, 29): 1})
    assert (found.number, found.exact) == (3, False)


@given(
    st.lists(st.tuples(st.sampled_from(list(SITES)), st.sampled_from("ab")), max_size=10),
    st.sets(st.sampled_from(PAIRS), max_size=6),
)
def test_what_two_share_holds_every_way_to_decide(
    entries: list[tuple[int, str]], pairs: set[tuple[int, int]]
) -> None:
    listed = {name: {r: 100 + r for r, on in entries if on == name} for name in "ab"}
    lists = [ListOf(name, (name,), "") for name in "ab"]
    open_ones = [OpenPair(*pair) for pair in sorted(pairs)]
    found = side_by_side(lists, listed, {"a": [1], "b": [2]}, SITES, open_ones, {})
    (shared,) = found.shared
    for decided in product((False, True), repeat=len(pairs)):
        site = {record: record for record in SITES}
        for (left, right), same in zip(sorted(pairs), decided, strict=True):
            if same:
                old, new = site[right], site[left]
                site = {r: new if s == old else s for r, s in site.items()}
        both = {site[r] for r in listed["a"]} & {site[r] for r in listed["b"]}
        assert shared.least <= len(both) <= shared.most


SIDE = """\
key: side
title: Side by side
kind: counted
counts: facility
unit: sites
inventories:
  - {name: First, sources: one, includes: "Camps seen from above"}
  - {name: Second, sources: two, includes: "Camps in notices"}
"""
SOURCES = "id,kind,code,handling\na,publication,one,public\nb,publication,two,public\n"
MENTIONS = """\
id,kind,caption,handling
north,facility,North camp,public
north-2,facility,Northern camp,public
east,facility,East camp,public
lake,facility,Lake camp,public
lake-2,facility,Camp by the lake,public
none,facility,On no inventory,public
"""
CLAIMS = """\
id,subject,property,value,stance,source,handling
c1,north,note,Seen,,a,public
c2,north-2,note,In a notice,,b,public
c3,east,note,Seen,,a,public
c4,lake,note,Seen,,a,public
c5,lake-2,note,In a notice,,b,public
c6,none,capacity,>=10 persons,denies,a,public
"""
JUDGED = """\
left,right,verdict,reason,handling
north,north-2,same,One gate,public
lake,lake-2,cannot-tell,No coordinates,public
east,lake-2,cannot-tell,No coordinates,public
east,lake,different,Two valleys,public
"""


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_count_of_inventories_has_a_range_a_grid_and_a_why(
    archive: Archive, tmp_path: Path
) -> None:
    add_reviewer(archive)
    for name, text in {
        "sources": SOURCES, "mentions": MENTIONS, "claims": CLAIMS, "judgements": JUDGED,
    }.items():  # fmt: skip
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    import_folder(archive, tmp_path, archive.keyring.person(archive.keyring.people()[0]))
    with archive.writing() as batch:
        verbs.define(batch, key="side", title="Side", kind="counted", text=SIDE,
                     marking=Marking(handling="public"))  # fmt: skip
    found = evaluate(archive, recorded.named(OWNER, "side"), OWNER)
    assert isinstance(found, CountedFigure)
    assert (found.fewest, found.number) == (3, 4)  # two camps by the lake cannot both be one
    assert found.headline == "3 to 4 sites (2 pairs not decided)"
    assert [found.captions.get(r, "") for r in found.steps[-1].dropped] in (
        [""],
        ["On no inventory"],
    )
    shown = pages.figure(archive, OWNER, "side", Query({})).inventories
    assert shown is not None
    assert [(each.name, each.words, each.alone) for each in shown.lists] == [
        ("First", "3", 2),
        ("Second", "2", 1),
    ]
    assert shown.lists[0].shared[1].words == "1 to 2"
    assert [sum(claim is not None for claim in row.on) for row in shown.rows] == [2, 1, 1, 1]
    told = as_text(tree(archive, OWNER, found))
    assert "First and Second: 1 to 2" in told
    assert "judged different among them" in told
    with pytest.raises(NotCounted):
        evaluate_variant(recorded.named(OWNER, "side"), OWNER, archive.size, Variant(without="one"))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_judgement_that_contradicts_a_join_keeps_no_site_apart_from_others(
    archive: Archive, tmp_path: Path
) -> None:
    """North camp is one with Northern camp by one judgement, and different by another."""
    add_reviewer(archive)
    judged = (
        f"{JUDGED}north,north-2,different,Two gates,public\nnorth,east,cannot-tell,Near by,public\n"
    )
    for name, text in {
        "sources": SOURCES, "mentions": MENTIONS, "claims": CLAIMS, "judgements": judged,
    }.items():  # fmt: skip
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    import_folder(archive, tmp_path, archive.keyring.person(archive.keyring.people()[0]))
    found = evaluate(archive, parse(SIDE), OWNER)
    assert isinstance(found, CountedFigure)
    assert (found.fewest, found.number) == (2, 4)  # north and east; the two by the lake
    part = counting.Compared("one")
    counting.compare(part, archive, [SIDE], "contradicted")
    assert (part.answers, part.apart) == (1, [])


def test_one_inventory_is_not_laid_beside_another() -> None:
    alone = SIDE.replace('  - {name: Second, sources: two, includes: "Camps in notices"}\n', "")
    with pytest.raises(DefinitionError) as refused:
        parse(alone)
    assert "It names 1 of them." in str(refused.value)
