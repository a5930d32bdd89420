"""Several figures asked at once are what each is by itself, in fewer queries than one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.figures.world import World, build

from habeas.archive.access import OWNER, PUBLIC, Viewer, team_member
from habeas.archive.opening import Archive
from habeas.archive.verbs.referring import Marking
from habeas.figures.definition import recorded
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.errors import FigureError
from habeas.figures.evaluation import loading
from habeas.figures.evaluation.evaluating import evaluate, remembered
from habeas.figures.evaluation.loading import Ground
from habeas.figures.evaluation.results import Evaluation


@pytest.fixture
def world(archive: Archive, tmp_path: Path) -> World:
    return build(archive, tmp_path)


def asked(
    world: World, viewer: Viewer, definitions: list[FigureDefinition], ground: Ground | None
) -> list[Evaluation | str]:
    """What each is, or why it is refused; nothing is remembered."""
    found: list[Evaluation | str] = []
    for definition in definitions:
        remembered.clear()
        try:
            found.append(evaluate(world.archive, definition, viewer, ground=ground))
        except FigureError as error:
            found.append(error.message)
    return found


@pytest.mark.parametrize("most", [loading.MOST_TOGETHER, 3])
def test_figures_together_are_what_each_is_alone(
    world: World, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Also where their claims are too many to be held together."""
    monkeypatch.setattr(loading, "MOST_TOGETHER", most)
    world.judge("merge", "Camp A", "Camp B", marking=Marking(handling="sealed"))
    for viewer, *strictest in (
        (OWNER, "restricted", "sealed"),
        (PUBLIC,),
        (team_member("one", {"main": "team"}),),
        (team_member("another", {"main": "restricted"}), "restricted"),
        (team_member("a third", {"main": "sealed"}), "restricted", "sealed"),
    ):
        definitions = recorded.in_force(viewer)
        assert len(definitions) > 3
        alone = asked(world, viewer, definitions, None)
        ground = Ground(viewer, world.archive.size, together=definitions)
        found = asked(world, viewer, definitions, ground)
        assert found == alone
        marks = {each.handling for each in found if not isinstance(each, str)}
        assert marks == {"public", *strictest}
        assert (ground._shared is None) == (most == 3)


def test_one_that_was_not_announced_is_read_by_itself(world: World) -> None:
    definitions = recorded.in_force(OWNER)
    ground = Ground(OWNER, world.archive.size, together=definitions[:2])
    assert asked(world, OWNER, definitions, ground) == asked(world, OWNER, definitions, None)


def test_each_further_figure_spares_four_queries(world: World) -> None:
    definitions = recorded.in_force(OWNER)

    def queries(*, together: bool) -> int:
        with CaptureQueriesContext(connection) as caught:
            announced = definitions if together else []
            ground = Ground(OWNER, world.archive.size, together=announced)
            asked(world, OWNER, definitions, ground)
        return len(caught)

    further = len(definitions) - 1
    assert queries(together=True) <= queries(together=False) - 4 * further
