"""A bundle that shows persons holds their grants, and both verifiers check who signed what."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.exchange.bundles import Verdict, World, by_archive_code, by_standalone
from tests.redteam.forging import forge, grant, key_in_the_name_of

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.custody.notes import Signer
from habeas.exchange.bundling.choosing import Chosen
from habeas.exchange.bundling.disclosing import Rules
from habeas.exchange.bundling.writing import write

PERSONS = Rules(shown=frozenset({"person"}))


def checked(world: World, to: Path, positions: set[int], rules: Rules = PERSONS) -> list[Verdict]:
    write(world.archive, Chosen("x", positions), "team", to, rules=rules)
    found = [by_standalone(to), by_archive_code(to)]
    assert found[0].report["checks"] == found[1].report["checks"]
    return found


def people(verdict: Verdict) -> dict[str, object] | None:
    return next((c for c in verdict.report["checks"] if c["check"] == "people"), None)


def decisions(world: World) -> set[int]:
    return {m.Judgement.objects.get().position}


def the_reviewer(world: World) -> Signer:
    return world.archive.keyring.person(world.archive.keyring.people()[0])


def test_a_decision_is_shown_with_the_grant_of_the_key_that_signed_it(
    world: World, tmp_path: Path
) -> None:
    for verdict in checked(world, tmp_path / "b", decisions(world)):
        assert (verdict.result, verdict.failing) == ("holds", frozenset())
        found = people(verdict)
        assert found is not None
        assert found["status"] == "holds"
        assert verdict.report["entries"] == 2  # the judgement, and the grant


def test_a_bundle_that_shows_no_person_says_nothing_of_them(world: World, tmp_path: Path) -> None:
    for verdict in checked(world, tmp_path / "b", decisions(world), Rules()):
        assert verdict.result == "holds"
        assert people(verdict) is None
        assert verdict.report["entries"] == 1


def _second_grant(world: World, stolen: Signer) -> set[int]:
    return {forge(world.archive, "key", grant(stolen)).position}


def _in_their_name(world: World, stolen: Signer) -> set[int]:
    claim = m.LedgerEntry.objects.get(position=world.claim).entry_id
    fields = {"target": claim, "target_kind": "claim", "reason": "x"}
    holder = stolen.name.rpartition("/")[2]
    return {forge(world.archive, "retraction", fields, stolen, person=holder).position}


def _one_key_for_two(world: World, stolen: Signer) -> set[int]:
    fields = grant(stolen) | {"holder": f"p-{'0' * 16}"}
    return {forge(world.archive, "key", fields).position}


def _recovered_by_one(world: World, stolen: Signer) -> set[int]:
    reviewer = the_reviewer(world)
    holder = reviewer.name.rpartition("/")[2]
    fields = {"holder": holder, "verifier": stolen.verifier.vkey, "reason": "x"}
    asked = forge(world.archive, "key-request", fields, reviewer, person=holder)
    more = grant(stolen, request=asked.entry_id)
    return {asked.position, forge(world.archive, "key", more).position}


@pytest.mark.parametrize(
    "attack", [_second_grant, _in_their_name, _one_key_for_two, _recovered_by_one]
)
def test_whoever_signs_for_others_is_named_by_both_verifiers(
    world: World, tmp_path: Path, attack: Callable[[World, Signer], set[int]]
) -> None:
    holder = the_reviewer(world).name.rpartition("/")[2]
    stolen = key_in_the_name_of(holder, world.archive)
    forged = attack(world, stolen)
    to = tmp_path / "b"
    write(world.archive, Chosen("x", decisions(world) | forged), "team", to, rules=PERSONS)
    for verdict in (by_standalone(to), by_archive_code(to)):
        assert verdict.failing == {"people"}
        found = people(verdict)
        assert found is not None
        assert len(found["faults"]) == len(forged)  # type: ignore[arg-type]


def test_further_and_recovered_keys_hold_in_both(world: World, tmp_path: Path) -> None:
    archive = world.archive
    first = the_reviewer(world)
    others = [archive.keyring.add_person(None) for _ in range(2)]
    for other in others:
        with archive.writing(first) as batch:
            verbs.add_person(batch, other)
    further = archive.keyring.add_person(None, others[0].name.rpartition("/")[2])
    with archive.writing(others[0]) as batch:
        verbs.add_key(batch, further)
    lost = first.name.rpartition("/")[2]
    new = archive.keyring.add_person(None, lost)
    with archive.writing(others[1]) as batch:
        verbs.end_key(batch, lost, "lost")
        asked = verbs.request_key(batch, new, "Forgotten.")
    with archive.writing(further) as batch:
        verbs.recover_key(batch, asked.position)
    with archive.writing(new) as batch:
        made = verbs.retract(batch, world.claim, "claim", "x")
    for verdict in checked(world, tmp_path / "b", {made.position} | decisions(world)):
        assert (verdict.result, verdict.failing) == ("holds", frozenset())
        assert verdict.report["entries"] == 9
