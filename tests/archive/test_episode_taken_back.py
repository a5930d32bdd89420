"""A detention goes with its person: what closes or erases the one closes the other, everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.archive.making import PUBLIC, add_reviewer
from tests.archive.test_owned import WORDS, World, build, say

from habeas.archive import verbs
from habeas.archive.access import OWNER, Viewer
from habeas.archive.access import PUBLIC as ANYONE
from habeas.archive.erasing.carrying_out import carry_out
from habeas.archive.erasing.decisions import approve_erasure, request_erasure
from habeas.archive.erasing.planning import plan
from habeas.archive.opening import Archive, open_archive
from habeas.archive.search import refresh
from habeas.archive.verbs.referring import Marking
from habeas.display import records as record_pages
from habeas.display.asking import Elsewhere, Gone, NotThere, Query
from habeas.display.search import search
from habeas.errors import HabeasError
from habeas.exchange.bundling.choosing import choose
from habeas.exchange.tidy.claims import claims as tidy_claims
from habeas.exchange.tidy.reading import TidyReader
from habeas.exchange.tidy.records import records as tidy_records
from habeas.figures.definition.definitions import parse
from habeas.figures.evaluation.evaluating import evaluate_afresh
from habeas.figures.evaluation.results import CountedFigure
from habeas.vocabulary import values

CAPTION = "2017, camp"
TOGETHER = "Told in one breath"
ABOUT = "tukhumsiz"
HELD = parse(
    "{key: held, title: Held, kind: counted, counts: person, handling: public, "
    "rules: [{rule: has-record, kind: detention, claims: [{property: detained_in}, "
    "{property: detention_reason}]}]}"
)
FORBIDDEN = (CAPTION, WORDS, TOGETHER, ABOUT)


def grouped(archive: Archive, marking: Marking = PUBLIC) -> World:
    """Somebody of whose detention something is recorded, and something grouped in it."""
    world = build(archive, marking)
    with archive.writing(world.signer) as batch:
        length = say(batch, world.person, "detention_length", values.text(ABOUT), world.paper)
        verbs.group(batch, world.detention, [length], TOGETHER, marking=PUBLIC)
    refresh(archive)
    return world


def told(archive: Archive, viewer: Viewer, world: World) -> dict[str, str]:
    """All that each door gives, by its name."""
    found = {}
    for name in ("person", "camp", "detention"):
        position = getattr(world, name).position
        try:
            found[f"page of the {name}"] = str(record_pages.record(viewer, position, Query()))
        except (NotThere, Gone, Elsewhere):
            found[f"page of the {name}"] = ""
    found["list"] = str(record_pages.records(viewer, "detention", Query()))
    counted = evaluate_afresh(HELD, viewer, archive.size)
    assert isinstance(counted, CountedFigure)
    found["figure"] = f"{counted.number} of {counted.members}"
    refresh(archive)
    for word in FORBIDDEN:
        shown = search(archive, viewer, Query({"q": word})).found
        found[f"search for {word}"] = "" if shown is None else str((shown.hits, shown.named))
    reader = TidyReader(viewer, archive.size)
    found["tables"] = str([*tidy_claims(reader), *tidy_records(reader)])
    return found


def bundled(archive: Archive, world: World) -> set[int]:
    """What a public bundle of the person or the camp would hold."""
    positions: set[int] = set()
    for record in (world.person, world.camp):
        try:
            positions |= choose(archive, "public", record=record.position).positions
        except HabeasError:
            continue
    return positions


def assert_nothing_of_it(archive: Archive, viewer: Viewer, world: World) -> None:
    doors = told(archive, viewer, world)
    for door, text in doors.items():
        for word in FORBIDDEN:
            assert word not in text, (door, word)
    assert doors["figure"].startswith("0 of ()")


def test_each_door_gives_it_while_the_person_agrees(archive: Archive) -> None:
    """Or the others here would hold of anything."""
    world = grouped(archive)
    doors = told(archive, ANYONE, world)
    assert CAPTION in doors["page of the person"]
    assert WORDS in doors["page of the person"]
    assert TOGETHER in doors["page of the detention"]
    assert CAPTION in doors["page of the camp"]
    assert CAPTION in doors["list"]
    assert doors["figure"].startswith("1 of")
    assert WORDS in doors["tables"]
    assert CAPTION in doors[f"search for {CAPTION}"]
    assert {world.detention.position, world.reason.position} < bundled(archive, world)


def test_a_withdrawal_closes_it_at_every_door(archive: Archive) -> None:
    world = grouped(archive)
    with archive.writing(world.signer) as batch:
        verbs.withdraw(batch, world.person)
    assert_nothing_of_it(archive, ANYONE, world)
    assert not {world.detention.position, world.reason.position} & bundled(archive, world)


def test_a_restricted_person_closes_it_at_every_door(archive: Archive) -> None:
    world = grouped(archive, Marking(handling="restricted"))
    assert_nothing_of_it(archive, ANYONE, world)
    assert not {world.detention.position, world.reason.position} & bundled(archive, world)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_erasure_takes_it_from_every_door(archive: Archive, tmp_path: Path) -> None:
    world, other = grouped(archive), add_reviewer(archive)
    what = plan(archive, "consent", [world.person.position])
    with archive.writing(world.signer) as batch:
        request = request_erasure(batch, what, "withdrawn", "As asked.").position
    with archive.writing(other) as batch:
        approve_erasure(batch, request)
    carry_out(archive, request, world.signer, tmp_path / "after", only_own_keys=True)
    assert_nothing_of_it(open_archive(archive.directory), OWNER, world)
