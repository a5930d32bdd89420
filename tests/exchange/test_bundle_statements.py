"""A bundle that holds what persons signed elsewhere, checked by both verifiers."""

from __future__ import annotations

import json
from pathlib import Path

from tests.archive.signing import record, signed
from tests.exchange.bundles import World, by_archive_code, by_standalone
from tests.exchange.test_bundle_people import PERSONS, checked, people, the_reviewer

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.ledger.appending import Batch
from habeas.exchange.bundling.choosing import Chosen
from habeas.exchange.bundling.writing import write


def submitted(world: World) -> tuple[int, list[int]]:
    """A retraction signed alone, and a judgement in a batch: where they are in the ledger."""
    archive, reviewer = world.archive, the_reviewer(world)

    def alone(batch: Batch) -> None:
        verbs.retract(batch, world.claim, "claim", "It was another town.")

    def several(batch: Batch) -> None:
        one, two = (verbs.mention(batch, "place", name) for name in ("One", "Two"))
        verbs.judge(batch, one, two, "different", "They are far apart.")

    at = archive.size
    for act in (alone, several):
        record(archive, signed(archive, reviewer, act), act)
    return at, list(range(at + 1, archive.size))


def test_a_decision_signed_elsewhere_is_checked_by_both(world: World, tmp_path: Path) -> None:
    at, _ = submitted(world)
    for verdict in checked(world, tmp_path / "b", {at}):
        assert (verdict.result, verdict.failing) == ("holds", frozenset())
        found = people(verdict)
        assert found is not None
        assert found["status"] == "holds"
    index = json.loads((tmp_path / "b/data/bundle.json").read_text())
    assert index["format"] == "habeas-bundle/4"


def test_of_a_batch_it_is_said_that_it_is_signed_as_a_whole(world: World, tmp_path: Path) -> None:
    _, batch = submitted(world)
    judgement = m.Judgement.objects.latest("position").position
    assert judgement in batch
    for verdict in checked(world, tmp_path / "b", {judgement}):
        assert verdict.failing <= {"checkpoint"}, "no partner has seen so far"
        found = people(verdict)
        assert found is not None
        assert (found["status"], found["said"]) == (
            "not checked here",
            ["1 are of batches that are signed as a whole"],
        )


def test_a_bundle_with_an_altered_statement_fails(world: World, tmp_path: Path) -> None:
    at, _ = submitted(world)
    to = tmp_path / "b"
    write(world.archive, Chosen("x", {at}), "team", to, rules=PERSONS)
    (note,) = (to / "data/entries").glob(f"*{at}.note")
    note.write_bytes(note.read_bytes().replace(b'"not_after":1', b'"not_after":2'))
    for verdict in (by_standalone(to), by_archive_code(to)):
        assert {"bag", "entries"} <= verdict.failing
