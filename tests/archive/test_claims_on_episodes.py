"""A claim about a detention is one about its person: for origins, lists, retractions, consent."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from tests.archive.making import PUBLIC, add_reviewer
from tests.figures.test_episodes import say, somebody

from habeas.archive import verbs
from habeas.archive.access import OWNER, visible
from habeas.archive.access import PUBLIC as ANYONE
from habeas.archive.blast_radius import blast_radius
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.models import Claim
from habeas.archive.opening import Archive
from habeas.archive.review import proposing
from habeas.custody.log.notes import Signer
from habeas.figures.definition.definitions import parse
from habeas.figures.evaluation.evaluating import evaluate
from habeas.figures.evaluation.results import CountedFigure, EstimatedFigure
from habeas.vocabulary import schema, values

one_database = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

TWO_ORIGINS = """\
{key: k, title: Told by two, kind: counted, counts: person, rules: [
 {rule: has-claim, property: detention_reason, origins-at-least: 2}]}
"""
LISTS = """\
key: k
title: On lists
kind: estimated
counts: person
closed-population: unknown
everyone-could-be-listed: unknown
lists:
  - {name: Paper, sources: paper, includes: Those of whom it tells}
  - {name: Letters, sources: letters, includes: Those who wrote}
"""


@dataclass(frozen=True)
class World:
    archive: Archive
    signer: Signer
    paper: Ref
    letters: Ref
    person: Ref
    stay: Ref
    claim: Ref


@pytest.fixture
def world(archive: Archive) -> World:
    """Of the person the letters tell, of their detention the paper: each one claim."""
    signer = add_reviewer(archive)
    with archive.writing(signer) as batch:
        paper, letters = (
            verbs.source(batch, code, "publication", name=code, marking=PUBLIC)
            for code in ("paper", "letters")
        )
        person = somebody(batch)
        stay = verbs.mention(batch, "detention", "A stay", of=person, marking=PUBLIC)
        claim = say(batch, stay, "detention_reason", values.text("Prayer"), paper)
        say(batch, person, "detention_reason", values.text("Prayer"), letters)
    return World(archive, signer, paper, letters, person, stay, claim)


@one_database
def test_independent_origins_are_counted_over_both(world: World) -> None:
    found = evaluate(world.archive, parse(TWO_ORIGINS), OWNER)
    assert isinstance(found, CountedFigure)
    assert [member.record for member in found.members] == [world.person.position]
    with world.archive.writing() as batch:
        verbs.lineage(batch, world.letters, world.paper, marking=PUBLIC)
    again = evaluate(world.archive, parse(TWO_ORIGINS), OWNER)
    assert isinstance(again, CountedFigure)
    assert again.number == 0


@one_database
def test_who_is_told_of_only_by_a_detention_is_on_the_list(world: World) -> None:
    found = evaluate(world.archive, parse(LISTS), OWNER)
    assert isinstance(found, EstimatedFigure)
    assert {each.name: each.fewest for each in found.capture.lists} == {"Paper": 1, "Letters": 1}
    assert found.capture.table is not None
    assert found.capture.table.count_of(["Paper", "Letters"]) == 1


@one_database
@pytest.mark.parametrize("of", ["paper", "claim"])
def test_what_a_retraction_touches_names_the_person(world: World, of: str) -> None:
    target = world.paper if of == "paper" else world.claim
    for viewer in (OWNER, ANYONE):
        touched = blast_radius(viewer, target.position)
        assert touched is not None
        assert touched.claims == (world.claim.position,)
        assert touched.records == (world.person.position, world.stay.position)


@one_database
def test_a_withdrawn_consent_closes_what_is_said_of_a_detention(world: World) -> None:
    def seen() -> bool:
        return visible(ANYONE, Claim).filter(position=world.claim.position).exists()

    assert seen()
    with world.archive.writing(world.signer) as batch:
        verbs.withdraw(batch, world.person)
    assert not seen()


def test_linking_compares_nothing_that_a_detention_could_say() -> None:
    """Were a property of both ever compared, a detention's claims would have to be read too."""
    assert not set(proposing._READ) & set(schema.core().shared_with_owner("detention"))
