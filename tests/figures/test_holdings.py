"""The counts that every archive has: how many, of what this viewer sees, which, and why."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.figures.world import World, build

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC, Viewer, live, visible
from habeas.archive.opening import Archive
from habeas.figures.errors import UnknownFigure
from habeas.figures.evaluation.holdings import holding, holdings, keys, members
from habeas.figures.evaluation.loading import Ground
from habeas.figures.why.held import why_held


@pytest.fixture
def world(archive: Archive, tmp_path: Path) -> World:
    return build(archive, tmp_path)


def numbers(world: World, viewer: Viewer = OWNER, as_of: int | None = None) -> dict[str, int]:
    ground = Ground(viewer, world.archive.size if as_of is None else as_of)
    return {each.key: each.number for each in holdings(ground)}


def test_what_is_counted_is_what_there_is(world: World) -> None:
    found = numbers(world)
    assert found["claims"] == live(visible(OWNER, m.Claim)).count() > 0
    assert found["claims"] == found["claims-reviewed"] + found["claims-not-reviewed"]
    assert found["exhibits"] == 1
    countries = visible(OWNER, m.Mention).filter(kind="country").count()
    assert found["records-country"] == countries > 1
    assert numbers(world, as_of=1)["claims"] == 0


def test_two_that_are_one_count_once_and_what_was_taken_back_does_not(world: World) -> None:
    before = numbers(world)
    world.judge("merge", "Camp A", "Camp B")
    claim = live(visible(OWNER, m.Claim)).order_by("position").first()
    assert claim is not None
    with world.archive.writing(world.reviewer) as batch:
        verbs.retract(batch, claim.position, "claim", "A test takes it back.")
    after = numbers(world)
    assert after["records-facility"] == before["records-facility"] - 1
    assert after["claims"] == before["claims"] - 1
    (step,) = holding(Ground(OWNER, world.archive.size), "claims").steps
    assert (step.entered, step.dropped) == (before["claims"], 1)


def test_an_assessed_claim_is_reviewed(world: World) -> None:
    claim = live(visible(OWNER, m.Claim)).order_by("position").first()
    assert claim is not None
    before = numbers(world)
    with world.archive.writing(world.reviewer) as batch:
        verbs.assess(batch, claim.position, "claim", "credibility", "2", "A test.")
    after = numbers(world)
    assert after["claims-reviewed"] == before["claims-reviewed"] + 1
    assert claim.position in members(
        Ground(OWNER, world.archive.size), "claims-reviewed", None, 100
    )


def test_a_viewer_is_told_of_what_they_see_and_nothing_more(world: World) -> None:
    seen = numbers(world, PUBLIC)
    assert seen["claims"] == live(visible(PUBLIC, m.Claim)).count() < numbers(world)["claims"]
    assert {each.handling for each in holdings(Ground(PUBLIC, world.archive.size))} == {"public"}
    (all_claims,) = [e for e in holdings(Ground(OWNER, world.archive.size)) if e.key == "claims"]
    assert all_claims.handling == "restricted"  # one claim of this archive is


def test_its_members_come_in_parts_and_its_why_leads_to_proofs(world: World) -> None:
    ground = Ground(OWNER, world.archive.size)
    for key in keys(ground.vocabulary):
        found, got, after = holding(ground, key), [], None
        while some := members(ground, key, after, 3):
            got += some
            after = some[-1]
        assert len(got) == len(set(got)) == found.number
        assert found.steps[-1].kept == found.number
        tree = why_held(world.archive, ground, found, got[:2])
        (shown,) = [child for child in tree.children if child.kind == "members"]
        assert len(shown.children) == min(2, found.number)
        assert shown.more == found.number - len(shown.children)


def test_another_key_is_refused_with_those_that_there_are(world: World) -> None:
    with pytest.raises(UnknownFigure) as refused:
        holding(Ground(OWNER, world.archive.size), "claims-believed")
    assert "claims-reviewed" in refused.value.next_step
