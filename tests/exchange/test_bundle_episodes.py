"""A bundle of a detention, and of words that nobody may be given any more."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.archive.making import PUBLIC, acting, place_mention, says
from tests.archive.test_groupings import build
from tests.archive.test_transcripts import LINES, told
from tests.exchange.bundles import by_archive_code, by_standalone

from habeas.archive import verbs
from habeas.archive.opening import Archive
from habeas.archive.verbs.blocking import block
from habeas.exchange.bundling.choosing import choose
from habeas.exchange.bundling.writing import write

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


def test_a_bundle_of_a_detention_holds_what_was_grouped_in_it(archive: Archive) -> None:
    world = build(archive)
    chosen = choose(archive, "public", record=world.detention.position)
    wanted = {world.taken, world.kind, world.grouping, world.detention, world.person, world.paper}
    assert {each.position for each in wanted} <= chosen.positions
    assert world.third.position not in chosen.positions
    assert world.name.position not in chosen.positions
    told_of = str(chosen.why)
    assert str(world.taken.position) in told_of
    assert str(world.grouping.position) in told_of


def test_lines_of_a_blocked_recording_are_proven_and_not_handed_over(
    archive: Archive, tmp_path: Path
) -> None:
    at = told(archive, tmp_path)
    with archive.writing() as batch:
        line = verbs.cite(batch, at.words, at.layer, LINES, 0, 12, marking=PUBLIC)
        place = place_mention(batch)
        says(batch, place, at.source, passages=(line,))
    with archive.writing(acting(archive)) as batch:
        block(batch, at.recording.position, "Somebody who speaks in it asked")
    chosen = choose(archive, "public", record=place.position)
    assert at.words.position in chosen.positions
    assert chosen.exhibits == set()
    write(archive, chosen, "public", tmp_path / "bundle")
    assert list((tmp_path / "bundle/data").rglob("texts/*")) == []
    for verified in (by_standalone, by_archive_code):
        assert not verified(tmp_path / "bundle").failing
