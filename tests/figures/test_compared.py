"""A figure beside itself: counted otherwise, and at two sizes; who leaves, enters, and why."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.figures.world import PUBLIC as EVERYBODY
from tests.figures.world import SUPPORTED, World, build

from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC, Viewer
from habeas.archive.opening import Archive
from habeas.figures.changes.between import between, size_of
from habeas.figures.changes.comparison import FigureComparison
from habeas.figures.changes.otherwise import beside
from habeas.figures.definition.recorded import named
from habeas.figures.errors import AheadOfLedger, NoSuchDay, NotCounted, NoVariant, UnknownSource
from habeas.figures.evaluation.variants import Variant


@pytest.fixture
def world(archive: Archive, tmp_path: Path) -> World:
    return build(archive, tmp_path)


def otherwise(world: World, variant: Variant, key: str, viewer: Viewer = OWNER) -> FigureComparison:
    return beside(world.archive, viewer, named(viewer, key), variant)


def captions(found: FigureComparison) -> tuple[list[str], list[str]]:
    return [m.caption for m in found.left], [m.caption for m in found.came]


def test_without_a_source_whoever_rests_on_it_leaves_with_its_claims(world: World) -> None:
    found = otherwise(world, Variant(without="news"), "supported")
    assert found.left
    assert not found.came
    for moved in found.left:
        assert moved.after.state == "dropped"
        assert moved.after.rule == 2
        assert [cause.about for cause in moved.causes if cause.of_claim]
    before = {member.position for member in found.before.members}
    after = {member.position for member in found.after.members}
    assert {moved.record for moved in found.left} == before - after


def test_who_only_repeats_it_goes_with_it(world: World) -> None:
    """Echo Daily repeats Example News: left out with it, and no second origin."""
    without_echo = otherwise(world, Variant(without="echo"), "supported")
    without_news = otherwise(world, Variant(without="news"), "supported")
    gone = {cause.about for moved in without_news.left for cause in moved.causes}
    assert {c.about for moved in without_echo.left for c in moved.causes} <= gone
    two = otherwise(world, Variant(origins=2), "supported")
    assert len(two.after.members) == 0  # the echo is no origin of its own
    assert all("independent origins" in moved.causes[-1].words for moved in two.left)
    assert two.after.steps[1].words.endswith("from at least 2 independent origins")


def test_of_a_monotone_count_a_judgement_that_rests_on_the_source_is_named(world: World) -> None:
    text = SUPPORTED.replace("key: supported", "key: sure") + "monotone: yes\n"
    with world.archive.writing() as batch:
        verbs.define(batch, key="sure", title="Sure", kind="counted", text=text, marking=EVERYBODY)
    world.judge("alone", "Borduria", "Elbonia")  # of Borduria the echo alone says something
    world.judge("not alone", "Ruritania", "Freedonia")  # of Ruritania the news does too
    found = otherwise(world, Variant(without="echo"), "sure")
    assert [note.entry for note in found.notes] == [world.at["alone"]]
    assert "a judgement rests on this source" in found.notes[0].words
    assert otherwise(world, Variant(without="echo"), "supported").notes == ()


def test_a_variant_that_changes_nothing_moves_nobody(world: World) -> None:
    found = otherwise(world, Variant(sharp=True), "facilities")
    assert captions(found) == ([], [])
    assert found.before.headline == found.after.headline


def test_what_cannot_be_asked_is_refused_with_what_can(world: World) -> None:
    with pytest.raises(NoVariant):
        otherwise(world, Variant(), "supported")
    with pytest.raises(NotCounted, match="reported"):
        otherwise(world, Variant(sharp=True), "totals")
    with pytest.raises(UnknownSource) as refused:
        otherwise(world, Variant(without="nobody"), "supported")
    assert "news" in refused.value.next_step


def test_at_two_sizes_each_member_names_the_entries_that_moved_it(world: World) -> None:
    before = world.archive.size
    first = between(world.archive, OWNER, "supported", before, before)
    gone = first.comparison.before.members[0]
    with world.archive.writing(world.reviewer) as batch:
        for claim in gone.claims:
            verbs.retract(batch, claim, "claim", "A test takes it back.")
    found = between(world.archive, OWNER, "supported", world.archive.size, before)
    assert found.sizes == (before, world.archive.size)
    (left,) = found.explained(found.comparison.left)
    assert (left.record, found.comparison.came) == (gone.position, ())
    assert left.before.state == "counted"
    assert [cause.words for cause in left.causes] == ["a claim was retracted"] * len(gone.claims)
    assert all((cause.entry or 0) >= before for cause in left.causes)
    back = between(world.archive, OWNER, "supported", 1, before)
    (came,) = [m for m in back.explained(back.comparison.came) if m.record == gone.position]
    assert {"a claim was recorded", "a mention was recorded"} <= {c.words for c in came.causes}
    assert back.comparison.notes[0].words == "the figure was defined"


def test_two_that_became_one_are_named_with_their_judgement(world: World) -> None:
    before = world.archive.size
    members = between(world.archive, OWNER, "supported", before, before).comparison.before.members
    kept, joined = members[0].position, members[1].position
    with world.archive.writing(world.reviewer) as batch:
        judged = verbs.judge(batch, kept, joined, "same", "A test.")
    found = between(world.archive, OWNER, "supported", before, world.archive.size)
    (left,) = found.explained(found.comparison.left)
    assert (left.record, left.after.state, left.after.record) == (joined, "joined", kept)
    assert judged.position in {cause.entry for cause in left.causes}
    assert found.comparison.came == ()


def test_of_reports_each_account_that_came_is_named(world: World) -> None:
    found = between(world.archive, OWNER, "totals", 1, world.archive.size)
    moved = found.explained(found.comparison.came)
    assert len(moved) == len(found.comparison.after.points) > 1
    for each in moved:
        assert [cause.about for cause in each.causes] == list(each.claims)


def test_a_viewer_is_told_of_nothing_that_is_not_theirs_to_see(world: World) -> None:
    found = between(world.archive, PUBLIC, "supported", 1, world.archive.size)
    seen = {member.position for member in found.comparison.after.members}
    assert {moved.record for moved in found.comparison.came} == seen


def test_a_size_is_a_number_or_the_end_of_a_day(world: World) -> None:
    size = world.archive.size
    assert size_of(world.archive, str(size)) == size
    assert size_of(world.archive, "9999-12-30") == size
    for written in ("0", "-1", "2024-02-30", "June", "1970-01-01", ""):
        with pytest.raises(NoSuchDay):
            size_of(world.archive, written)
    with pytest.raises(AheadOfLedger):
        size_of(world.archive, str(size + 1))
