"""Blast radius of figures: what stood on a thing is exactly what changes when it goes."""

from __future__ import annotations

from typing import Any

import pytest
from tests.figures import world as w
from tests.figures.world import World, build
from tests.support.archives import Filling

from habeas.archive.access import OWNER, PUBLIC
from habeas.archive.opening import Archive
from habeas.figures.changes import dependents
from habeas.figures.changes.dependents import difference, snapshot, standing_on
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.errors import NothingThere
from habeas.figures.evaluation import conflicts, evaluating, parts


@pytest.fixture
def world(filled: Filling) -> World:
    evaluating.remembered.clear()
    world: World = filled(build)[1]
    return world


@pytest.mark.parametrize(
    ("name", "kind", "keys"),
    [
        ("r", "claim", ["positions", "supported"]),
        ("s", "claim", ["positions", "supported"]),
        ("e", "claim", ["positions"]),
        ("22", "claim", ["totals"]),
        ("denial", "claim", ["held"]),
        ("Camp A at", "claim", ["facilities"]),
        ("part", "claim", ["facilities"]),
        ("Camp B in", "claim", ["facilities"]),
        ("echo", "source", ["positions", "supported", "totals"]),
        ("ministry", "source", ["held"]),
        ("news", "source", ["facilities", "held", "positions", "supported", "totals"]),
    ],
)
def test_retracting_changes_exactly_the_figures_that_stood_on_it(
    world: World, name: str, kind: str, keys: list[str]
) -> None:
    stood = standing_on(world.archive, OWNER, world.at[name])
    before = snapshot(world.archive, OWNER)
    size = world.archive.size
    world.retract(name, kind)
    changes = difference(before, snapshot(world.archive, OWNER))
    assert sorted(stood) == [change.key for change in changes] == keys
    assert difference(before, snapshot(world.archive, OWNER, as_of=size)) == []


@pytest.mark.parametrize("name", ["r", "s", "e", "22", "denial", "part", "echo", "news", "exhibit"])
def test_a_large_archive_is_not_counted_whole_to_find_them(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stood = standing_on(world.archive, OWNER, world.at[name])
    evaluating.remembered.clear()
    monkeypatch.setattr(parts, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(parts, "_SUBJECTS", 3)
    asked = []
    evaluate = dependents.evaluate

    def counted(archive: Archive, definition: FigureDefinition, *args: Any, **more: Any) -> Any:
        asked.append(definition)
        return evaluate(archive, definition, *args, **more)

    monkeypatch.setattr(dependents, "evaluate", counted)
    assert standing_on(world.archive, OWNER, world.at[name]) == stood
    by_place = any(rule.name == "in-place" for definition in asked for rule in definition.rules)
    assert by_place or all(definition.kind != "counted" for definition in asked)


def test_a_change_names_the_old_and_the_new_value(world: World) -> None:
    before = snapshot(world.archive, OWNER)
    world.retract("b", "claim")
    changes = {change.key: change for change in difference(before, snapshot(world.archive, OWNER))}
    assert changes["supported"].before == "at least 3 states (1 more not known)"
    assert changes["supported"].after == "at least 2 states (1 more not known)"
    assert changes["supported"].value_changed
    before = snapshot(world.archive, OWNER)
    world.retract("r-echo", "claim")
    changes = {change.key: change for change in difference(before, snapshot(world.archive, OWNER))}
    assert not changes["supported"].value_changed  # another claim still says so


def test_a_judgement_is_stood_on_where_undoing_it_would_change_the_value(world: World) -> None:
    world.judge("merge", "Ruritania", "Borduria")
    world.judge("idle", "region", "county", "different")
    assert sorted(standing_on(world.archive, OWNER, world.at["merge"])) == [
        "positions",
        "supported",
    ]
    assert standing_on(world.archive, OWNER, world.at["idle"]) == []
    before = snapshot(world.archive, OWNER)
    world.retract("merge", "judgement")
    changes = difference(before, snapshot(world.archive, OWNER))
    assert [change.key for change in changes] == ["positions", "supported"]


def test_an_exhibit_carries_the_figures_that_cite_it(world: World) -> None:
    assert sorted(standing_on(world.archive, OWNER, world.at["exhibit"])) == [
        "positions", "supported", "totals",
    ]  # fmt: skip


def test_the_public_learns_nothing_of_what_it_may_not_see(world: World) -> None:
    with pytest.raises(NothingThere):
        standing_on(world.archive, PUBLIC, world.at["f"])
    before = snapshot(world.archive, PUBLIC)
    world.retract("f", "claim")
    assert difference(before, snapshot(world.archive, PUBLIC)) == []


# --- conflicts ----------------------------------------------------------------------------


def test_conflicts_of_a_record_and_of_the_archive_by_the_page(world: World) -> None:
    (letter,) = conflicts.of_subject(OWNER, world.at["letter"])
    assert letter.claims == (world.at["22"], world.at["23"])
    page = conflicts.all(OWNER, limit=1)
    assert page.next is not None
    rest = conflicts.all(OWNER, after=page.next)
    assert rest.next is None
    assert [c.property for c in (*page.conflicts, *rest.conflicts)] == [
        "people_held",
        "signatories",
    ]
    assert page.captions == {world.at["region"]: "Example region"}
    assert set(page.claims) == {world.at["million"], world.at["denial"]}
    assert conflicts.of_subject(OWNER, world.at["Ruritania"]) == []


def test_a_merge_can_make_a_conflict_and_its_undoing_unmakes_it(world: World) -> None:
    world.judge("merge", "Ruritania", "Elbonia")
    joined = world.archive.size
    (found,) = conflicts.of_subject(OWNER, world.at["Elbonia"])
    assert found.words == "differ"
    assert found in conflicts.all(OWNER).conflicts
    world.retract("merge", "judgement")
    assert conflicts.of_subject(OWNER, world.at["Elbonia"]) == []
    assert conflicts.of_subject(OWNER, world.at["Elbonia"], as_of=joined) == [found]
    assert found in conflicts.all(OWNER, as_of=joined).conflicts


def test_a_conflict_with_what_a_viewer_may_not_see_is_none_for_them(world: World) -> None:
    with world.archive.writing() as batch:
        from habeas.archive import models as m
        from habeas.archive.verbs.referring import ref

        subject = ref(batch, world.at["Ruritania"], m.Mention)
        source = ref(batch, world.at["ministry"], m.Source)
        w.say(
            batch,
            subject,
            "un_position",
            w.make.CONDEMN,
            source,
            holds="2019-07",
            marking=w.RESTRICTED,
        )
    assert len(conflicts.of_subject(OWNER, world.at["Ruritania"])) == 1
    assert conflicts.of_subject(PUBLIC, world.at["Ruritania"]) == []
    assert all(c.record != world.at["Ruritania"] for c in conflicts.all(PUBLIC).conflicts)
