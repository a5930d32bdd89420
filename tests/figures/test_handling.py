"""A figure is as strict as what it stands on, a merge among it, whoever may see that merge."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.figures import world as w
from tests.figures.world import World, build
from tests.support.archives import Filling

from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC, Viewer, team_member
from habeas.archive.verbs.referring import Marking
from habeas.figures.definition import recorded
from habeas.figures.evaluation.evaluating import evaluate, evaluate_afresh

SEALED = Marking(handling="sealed")


def cleared(level: str) -> Viewer:
    return team_member("a colleague", {"main": level})


def level(world: World, key: str, viewer: Viewer, as_of: int | None = None) -> str:
    return evaluate(world.archive, recorded.named(viewer, key), viewer, as_of).handling


def inside(world: World, key: str, as_of: int | None = None) -> str:
    """To those who may see the merge, who are told the same."""
    (found,) = {level(world, key, each, as_of) for each in (OWNER, cleared("sealed"))}
    return found


@pytest.fixture
def world(filled: Filling) -> World:
    world: World = filled(build)[1]
    return world


def test_a_sealed_merge_of_public_mentions_seals_the_figures_on_it(world: World) -> None:
    with world.archive.writing() as batch:
        more = {
            "another letter": verbs.mention(batch, "document", "A letter", marking=w.PUBLIC),
            "another region": verbs.mention(batch, "place", "The region", marking=w.PUBLIC),
        }
    world.at |= {name: ref.position for name, ref in more.items()}
    world.retract("f", "claim")  # the only claim above public
    for key, left, right in (
        ("facilities", "Camp A", "Camp B"),  # its members
        ("facilities", "region", "another region"),  # what its deciding claims name
        ("totals", "letter", "another letter"),  # what its points are about
        ("held", "another region", "region"),
        ("supported", "Syldavia", "Borduria"),  # undecided, and decided
    ):
        before = world.archive.size
        assert inside(world, key) == "public"
        world.judge("merge", left, right, marking=SEALED)
        assert inside(world, key) == "sealed", key
        assert inside(world, key, before) == "public"
        for other in (cleared("team"), PUBLIC):  # nothing is joined for them
            assert level(world, key, other) == "public"
        world.retract("merge", "judgement")
        assert inside(world, key) == "public"


def test_later_mentions_count_and_what_it_does_not_stand_on_does_not(world: World) -> None:
    with world.archive.writing() as batch:
        later = verbs.mention(batch, "facility", "Camp A again", marking=w.RESTRICTED)
    world.at["later"] = later.position
    world.judge("merge", "Camp A", "later")
    assert inside(world, "facilities") == "restricted"
    assert level(world, "facilities", cleared("team")) == "public"
    world.judge("merge", "Ruritania", "Borduria", marking=SEALED)
    assert inside(world, "facilities") == "restricted"  # does not stand on that one
    assert inside(world, "supported") == "sealed"


def test_what_joins_is_asked_of_once(world: World) -> None:
    def queries() -> int:
        definition = recorded.named(OWNER, "facilities")
        with CaptureQueriesContext(connection) as captured:
            evaluate_afresh(definition, OWNER, world.archive.size)
        return len(captured)

    world.judge("merge", "Camp A", "Camp B")
    before = queries()
    with world.archive.writing() as batch:
        for number in range(12):
            again = verbs.mention(batch, "facility", f"Camp A, {number}", marking=w.PUBLIC)
            world.at[f"again {number}"] = again.position
    for number in range(12):
        world.judge(f"merge {number}", "Camp A", f"again {number}")
    assert queries() == before
