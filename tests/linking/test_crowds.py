"""What one value weighs does not move with how many records have another."""

from __future__ import annotations

from functools import lru_cache

import pytest
from tests.linking.crowds import crowd, doubled, mean_of
from tests.linking.people import people, person
from tests.support.xinjiang import link

from habeas.linking import LinkageRun, LinkingSettings, LinkRecord

#: How many records a crowd has, and the year that all of them give.
SIZES = [(40, 1980), (150, None), (300, 1980), (3_000, 1980)]


@lru_cache(maxsize=4)
def undisturbed(*, fathers: bool) -> float:
    records, true = doubled(fathers=fathers)
    return mean_of(link(records), true)


def beside(crowded: list[LinkRecord], *, fathers: bool = False) -> tuple[float, LinkageRun]:
    """The mean probability of the true pairs beside a crowd, and the run."""
    records, true = doubled(fathers=fathers)
    found = link([*records, *crowded])
    return mean_of(found, true), found


def likely(found: LinkageRun) -> int:
    """Candidates of two records of the crowd."""
    return sum(
        each.left[0] == each.right[0] == "c" and each.probability > 0.5 for each in found.candidates
    )


def test_the_undisturbed_doubles_are_likely() -> None:
    assert 0.8 < undisturbed(fathers=False) < 0.9


@pytest.mark.parametrize(("size", "years"), SIZES)
def test_a_crowd_of_records_without_a_name_moves_nothing(size: int, years: int | None) -> None:
    mean, found = beside(crowd(size, "Unknown", years=(years,)))
    assert abs(mean - undisturbed(fathers=False)) < 0.05
    assert likely(found) == 0
    (said,) = (lost for lost in found.lost if lost.kind == "name")
    assert said.what == "‘Unknown’"
    assert said.records == size
    assert len(said.ids) == min(size, 1_000)


@pytest.mark.parametrize(("size", "years"), SIZES)
def test_a_crowd_of_one_real_name_moves_nothing(size: int, years: int | None) -> None:
    mean, found = beside(crowd(size, "Muhammad", years=(years,)))
    assert abs(mean - undisturbed(fathers=False)) < 0.05
    assert likely(found) == 0
    said = next(lost for lost in found.lost if lost.kind == "crowd")
    assert "Muhammad" in said.what
    assert said.records >= size


@pytest.mark.parametrize(
    "crowded",
    [
        crowd(500, "Muhammad"),
        crowd(300, "Muhammad", "Abdulla"),
        crowd(300, "Unknown", "无名氏"),
        crowd(300, "XXX", "Muhammad"),
        crowd(500, "Unknown Unknown", years=(1980,)),
        [each._replace(dataset="one list") for each in crowd(500, "Muhammad", years=(1980,))],
    ],
    ids=["a name", "two names", "two placeholders", "one of each", "twice unknown", "one list"],
)
def test_other_crowds_move_nothing_either(crowded: list[LinkRecord]) -> None:
    mean, found = beside(crowded)
    assert abs(mean - undisturbed(fathers=False)) < 0.05
    assert found.lost


def test_a_crowd_moves_nothing_where_fathers_are_named() -> None:
    mean, found = beside(crowd(150, "Muhammad Tursun", years=(1980,)), fathers=True)
    assert abs(mean - undisturbed(fathers=True)) < 0.05
    assert {"the name Muhammad", "the name Tursun"} <= {lost.what for lost in found.lost}


def test_a_crowded_year_of_birth_moves_nothing_and_is_said() -> None:
    others = people(500, seed=9)[0]
    crowded = [
        person(f"c{at}", each.names[0], birth_from=1980, birth_to=1980)
        for at, each in enumerate(others)
    ]
    mean, found = beside(crowded)
    assert abs(mean - undisturbed(fathers=False)) < 0.05
    assert "the year of birth 1980" in {lost.what for lost in found.lost}
    alike = [c for c in found.candidates if "year of birth, which very many have" in str(c.reasons)]
    assert alike


def test_a_crowded_place_moves_nothing_and_is_said() -> None:
    others = people(500, seed=9)[0]
    crowded = [
        person(f"c{at}", each.names[0], birth_from=each.birth_from, birth_to=each.birth_to,
               places=("Hotan",))
        for at, each in enumerate(others)
    ]  # fmt: skip
    mean, found = beside(crowded)
    assert abs(mean - undisturbed(fathers=False)) < 0.05
    assert "the place Hotan" in {lost.what for lost in found.lost}


def test_a_place_that_all_of_a_list_have_makes_nobody_likelier() -> None:
    others = people(400, seed=9)[0]
    crowded = [
        person(f"c{at}", each.names[0], birth_from=each.birth_from, birth_to=each.birth_to,
               places=("Hotan",))
        for at, each in enumerate(others)
    ]  # fmt: skip
    found = beside(crowded)[1]
    (step,) = (
        each for each in found.models["person"].levels
        if (each.comparison, each.level) == ("place", 3)
    )  # fmt: skip
    assert 0 < step.m < step.u
    inside = [each for each in found.candidates if each.left[0] == each.right[0] == "c"]
    assert inside
    said = "a place in common, which very many have"
    assert all(said in str(each.reasons) for each in inside)


@pytest.mark.parametrize(
    "same",
    [
        {"places": ("Unknown",)},
        {"places": ("不详", "N/A")},
        {"identifiers": ("N/A",)},
        {"identifiers": ("000000000000000000",)},
    ],
    ids=str,
)
def test_what_stands_for_nothing_is_nothing_in_common(same: dict[str, tuple[str, ...]]) -> None:
    two = [
        person("one", "Kerem", birth_from=1960, birth_to=1960, **same),
        person("two", "Patigul", birth_from=1990, birth_to=1990, **same),
        person("three", "Kerem", birth_from=1961, birth_to=1961, **same),
    ]
    bare = [each._replace(places=(), identifiers=()) for each in two]
    settings = LinkingSettings(threshold=1e-6)
    assert link(two, settings=settings).candidates == link(bare, settings=settings).candidates


def test_the_doubles_in_a_crowd_are_less_likely_than_others_and_not_lost() -> None:
    same = person("c-one", "Muhammad", birth_from=1961, birth_to=1961)
    _, found = beside(
        [*crowd(200, "Muhammad", years=(1980, 1985)), same, same._replace(id="c-two")]
    )
    said = {(each.left, each.right): each for each in found.candidates}
    assert 0.01 < said["c-one", "c-two"].probability < undisturbed(fathers=False)
    assert (
        "given name Muhammad on both sides, which very many have" in said["c-one", "c-two"].reasons
    )


def test_a_set_of_one_name_is_weighed_as_before_and_said() -> None:
    found = link(crowd(400, "Muhammad"), settings=LinkingSettings(threshold=0.01))
    assert likely(found) == 0
    assert not [lost for lost in found.lost if lost.kind == "crowd"]


def test_no_crowd_changes_nothing() -> None:
    found = link(people(600)[0])
    assert not [lost for lost in found.lost if lost.kind == "crowd"]
    steps = {(level.comparison, level.level) for level in found.models["person"].levels}
    assert ("given", 8) not in steps


def test_a_crowd_is_the_same_on_one_thread_and_for_records_that_come_later() -> None:
    records = [*doubled()[0], *crowd(150, "Muhammad", years=(1980,))]
    whole = link(records)
    assert link(records, settings=LinkingSettings(threads=1)).candidates == whole.candidates
    later = link(records[-60:], known=records[:-60], settings=LinkingSettings(models=whole.models))
    fresh = {record.id for record in records[-60:]}
    told = {frozenset((c.left, c.right)): c.probability for c in whole.candidates}
    assert {c.left for c in later.candidates} <= fresh
    for each in later.candidates:
        assert told[frozenset((each.left, each.right))] == each.probability


@pytest.mark.parametrize("name", ["Unknown", "不详", "Unknown prison", "未知看守所", "N/A"])
def test_a_facility_without_a_known_name_is_compared_without_one(name: str) -> None:
    records = [LinkRecord(f"f{at}", "facility", (name,), places=("墨玉县",)) for at in range(3)] + [
        LinkRecord("g", "facility", ("墨玉县看守所",), places=("墨玉县",))
    ]
    found = link(records)
    assert not [each for each in found.candidates if each.probability > 0.5]
    (said,) = found.lost
    assert (said.kind, said.records) == ("name", 3)


def test_a_placeholder_for_a_part_or_beside_a_name_leaves_the_rest() -> None:
    born = {"birth_from": 1980, "birth_to": 1980}
    records = [
        person("a", "Kerem", father_name="Unknown", **born),
        person("b", "Unknown", "Kerem", father_name="不详", **born),
        person("c", given_name="Kerem", father_name="N/A", **born),
    ]
    found = link(records)
    assert {(c.left, c.right) for c in found.candidates} == {("a", "b"), ("a", "c"), ("b", "c")}
    for each in found.candidates:
        assert any("not known of both: father's" in reason for reason in each.reasons)
    assert sorted(lost.records for lost in found.lost) == [1, 1, 2]


@pytest.mark.parametrize(
    "said",
    [
        [{"names": ("Kerem",), "father_name": father} for father in ("Ehmet", "Qasim")],
        [
            {"names": (f"Kerem {father}",), "given_name": "Kerem", "father_name": father}
            for father in ("Ehmet", "Qasim")
        ],
        [
            {"names": ("Kerem Tohti", "克热木"), "father_name": father}
            for father in ("Ehmet", "Qasim")
        ],
        [{"names": ("Kerem",), "father_name": "Ehmet"}, {"names": ("Kerem", "Kerem Qasim")}],
    ],
    ids=["one word", "parts and whole", "another second name", "stated on one side"],
)
def test_a_stated_father_speaks_beside_whole_names(said: list[dict[str, object]]) -> None:
    born = {"kind": "person", "birth_from": 1980, "birth_to": 1980}
    ids = ("a", "b", "c")
    records = [
        LinkRecord(id, **born, **each)  # type: ignore[arg-type]
        for id, each in zip(ids, [*said, said[0]], strict=True)
    ]
    found = {
        (c.left, c.right): c
        for c in link(records, settings=LinkingSettings(threshold=1e-6)).candidates
    }
    assert found["a", "c"].probability > found["a", "b"].probability
    assert "father's or family name Ehmet on both sides" in str(found["a", "c"].reasons)
