"""A bundle of a detention, and of words that nobody may be given any more."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.archive.making import PUBLIC, acting, place_mention, says
from tests.archive.test_groupings import build, say
from tests.archive.test_transcripts import LINES, told
from tests.exchange.bundles import by_archive_code, by_standalone

from habeas.archive import verbs
from habeas.archive.access import PUBLIC as PUBLIC_VIEWER
from habeas.archive.opening import Archive
from habeas.archive.verbs.blocking import block
from habeas.display import records as record_pages
from habeas.display.asking import Query
from habeas.exchange.bundling.choosing import choose
from habeas.exchange.bundling.writing import write
from habeas.figures.why.asking import tree
from habeas.figures.why.printing import as_text
from habeas.vocabulary import values

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


def test_a_bundle_of_a_detention_holds_what_was_grouped_in_it(archive: Archive) -> None:
    world = build(archive)
    chosen = choose(archive, "public", record=world.detention.position)
    wanted = {world.taken, world.kind, world.grouping, world.detention, world.person, world.paper}
    assert {each.position for each in wanted} <= chosen.positions
    assert world.third.position not in chosen.positions
    assert world.name.position not in chosen.positions
    assert chosen.why is not None
    told_of = as_text(chosen.why, width=300)
    assert told_of.count("grouped under") == 2
    assert "Detained: 2017" in told_of
    assert "Detained: 2018" not in told_of


def test_a_grouping_tells_of_no_other_person_once_they_are_two(archive: Archive) -> None:
    """A bundle of the one had the other by name, and so had each why."""
    world = build(archive)
    with archive.writing(world.signer) as batch:
        other = verbs.mention(batch, "person", "Aigul Test", marking=PUBLIC)
        verbs.consent(batch, other, basis="public-statement", audience="public")
        joined = verbs.judge(batch, world.person, other, "same", "One?", marking=PUBLIC)
        said = say(batch, other, "detained", values.date("2019"), world.paper)
        camp = verbs.mention(batch, "facility", "Example camp", marking=PUBLIC)
        there = say(batch, other, "detained_in", values.reference(camp.entry_id), world.paper)
        put = verbs.group(batch, world.detention, [said, there], "One stay.", marking=PUBLIC)

    def told(as_of: int | None = None) -> str:
        return as_text(tree(archive, PUBLIC_VIEWER, said.position, as_of=as_of), width=300)

    while_one = archive.size
    assert put.position in choose(archive, "public", record=other.position).positions
    assert "grouped under" in told()
    with archive.writing(world.signer) as batch:
        verbs.retract(batch, joined, "judgement", "Two women.", marking=PUBLIC)
    handed = choose(archive, "public", record=other.position).positions
    assert not {put.position, world.detention.position, world.person.position} & handed
    assert "grouped under" not in told()
    assert "grouped under" in told(while_one)
    page = record_pages.record(PUBLIC_VIEWER, world.detention.position, Query())
    assert [each.position for each in page.grouped] == [world.grouping.position]
    held = record_pages.record(PUBLIC_VIEWER, camp.position, Query())
    assert "'detentions': 1" not in str(held)
    assert "detentions=1" not in str(held)


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
