"""Records of their own that somebody owns: never more open than the owner, and gone with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.archive.making import PUBLIC, add_reviewer, newspaper

from habeas.archive import joined, openness, records, verbs
from habeas.archive import models as m
from habeas.archive.access import OWNER, team_member, visible
from habeas.archive.access import PUBLIC as ANYONE
from habeas.archive.erasing.carrying_out import carry_out
from habeas.archive.erasing.decisions import approve_erasure, request_erasure
from habeas.archive.erasing.planning import plan
from habeas.archive.errors import EntryRefused
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive, open_archive
from habeas.archive.store.facts import facts
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.archive.verify.verifying import verify
from habeas.custody.log.notes import Signer
from habeas.display import records as record_pages
from habeas.display.asking import Gone, NotThere, Query
from habeas.exchange.tidy.claims import claims as tidy_claims
from habeas.exchange.tidy.reading import TidyReader
from habeas.exchange.tidy.records import records as tidy_records
from habeas.vocabulary import values

RESTRICTED = Marking(handling="restricted")
WORDS = "Accused of a beard"


@dataclass(frozen=True, slots=True)
class World:
    """Somebody who agreed to be public, with a detention of which something is claimed."""

    signer: Signer
    person: Ref
    camp: Ref
    detention: Ref
    reason: Ref
    paper: Ref


def build(archive: Archive, marking: Marking = PUBLIC) -> World:
    signer = add_reviewer(archive)
    with archive.writing(signer) as batch:
        paper = newspaper(batch)
        person = verbs.mention(batch, "person", "Aygul Test", marking=marking)
        camp = verbs.mention(batch, "facility", "Example camp", marking=PUBLIC)
        detention = verbs.mention(batch, "detention", "2017, camp", of=person, marking=PUBLIC)
        verbs.consent(batch, person, basis="public-statement", audience="public")
        reason = say(batch, detention, "detention_reason", values.text(WORDS), paper)
        say(batch, camp, "name", values.text("Example camp"), paper)
        say(batch, detention, "detained_in", values.reference(camp.entry_id), paper)
    return World(signer, person, camp, detention, reason, paper)


def say(batch, subject: Ref, name: str, value: values.Value, source: Ref) -> Ref:  # type: ignore[no-untyped-def]
    return verbs.claim(batch, subject, name, value, [Attribution(source)], marking=PUBLIC)


def seen(viewer: object) -> set[int]:
    """Mentions and claims that a viewer sees."""
    rows = [visible(viewer, model) for model in (m.Mention, m.Claim)]  # type: ignore[arg-type,var-annotated]
    return {position for found in rows for position in found.values_list("position", flat=True)}


def test_what_has_an_owner_is_public_only_while_the_owner_agrees(archive: Archive) -> None:
    world = build(archive)
    assert {world.detention.position, world.reason.position} < seen(ANYONE)
    handled = openness.of(OWNER, {"record": [world.detention.position]})
    assert handled["record", world.detention.position].consent == "public"
    with archive.writing(world.signer) as batch:
        verbs.withdraw(batch, world.person)
    assert seen(ANYONE) == {world.camp.position, world.camp.position + 4}
    handled = openness.of(OWNER, {"record": [world.detention.position]})
    assert handled["record", world.detention.position].consent == "withdrawn"
    with pytest.raises(NotThere):
        record_pages.record(ANYONE, world.detention.position, Query())
    assert rebuilding.check() == []


def test_who_withdraws_is_the_person_and_never_their_detention(archive: Archive) -> None:
    """It was recorded, said "nothing of this person is public any more", and changed nothing."""
    world = build(archive)
    owner = f"person whose detention it is: {world.person.position}"
    for detention in (world.detention, world.detention.position):
        with (
            archive.writing(world.signer) as batch,
            pytest.raises(EntryRefused, match="only a person") as refused,
        ):
            verbs.withdraw(batch, detention)
        assert owner in refused.value.next_step
    with (
        archive.writing(world.signer) as batch,
        pytest.raises(EntryRefused, match="is a facility: only a person"),
    ):
        verbs.consent(batch, world.camp, basis="given", audience="public")
    with pytest.raises(EntryRefused, match="only a person") as refused:
        plan(archive, "consent", [world.detention.position])
    assert owner in refused.value.next_step


def test_what_has_an_owner_is_never_more_open_than_the_owner(archive: Archive) -> None:
    world = build(archive, RESTRICTED)
    team = team_member("a colleague", {"main": "team"})
    near = team_member("a reviewer", {"main": "restricted"})
    mine = {world.person.position, world.detention.position, world.reason.position}
    for viewer in (ANYONE, team):
        assert not mine & seen(viewer)
        reader = TidyReader(viewer, archive.size)
        told = [*tidy_claims(reader), *tidy_records(reader)]
        assert WORDS not in str(told)
        assert "2017, camp" not in str(told)
        shown = record_pages.record(viewer, world.camp.position, Query())
        assert shown.mentioned == ()
    assert mine <= seen(near)
    own = record_pages.record(near, world.person.position, Query())
    assert [link.position for part in own.owned for link in part.records] == [
        world.detention.position
    ]
    its = record_pages.record(near, world.detention.position, Query())
    assert its.owner is not None
    assert its.owner.position == world.person.position


def test_what_closes_the_owner_closes_what_it_owns(archive: Archive) -> None:
    """The list of the owner is taken back by an entry that only some may see."""
    signer = add_reviewer(archive)
    with archive.writing(signer) as batch:
        paper = newspaper(batch)
        listed = verbs.begin_list(batch, "A list", "0" * 64, marking=PUBLIC)
        camp = verbs.mention(batch, "facility", "Example camp", list=listed, marking=PUBLIC)
        view = verbs.mention(batch, "observation", "A picture", of=camp, marking=PUBLIC)
        said = say(batch, view, "criteria", values.text("Version 2"), paper)
        sample = [{"rows": "all", "checked_by": "a test", "against": "itself"}]
        verbs.accept(batch, listed, sample, "A test.")
    assert {view.position, said.position} < seen(ANYONE)
    with archive.writing(signer) as batch:
        verbs.retract(batch, listed, "list", "Wrong list.", marking=RESTRICTED)
    assert not {camp.position, view.position, said.position} & seen(ANYONE)
    row = m.Mention.objects.get(position=view.position)
    assert (row.ended_by, row.ended_at) == ("retracted", archive.size - 1)
    assert rebuilding.check() == []


def test_erasing_the_owner_takes_all_that_it_owns(archive: Archive, tmp_path: Path) -> None:
    world, other = build(archive), add_reviewer(archive)
    what = plan(archive, "consent", [world.person.position])
    assert {world.detention.position, world.reason.position} < set(what.erased)
    assert world.camp.position not in what.erased
    with archive.writing(world.signer) as batch:
        request = request_erasure(batch, what, "withdrawn", "As asked.").position
    with archive.writing(other) as batch:
        approve_erasure(batch, request)
    carry_out(archive, request, world.signer, tmp_path / "after", only_own_keys=True)
    again = open_archive(archive.directory)
    assert seen(OWNER) == {world.camp.position, world.camp.position + 4}
    assert not m.NameKey.objects.filter(mention=world.detention.position).exists()
    told = str([fact.fields for fact in facts(0, again.size)])
    assert "2017, camp" not in told
    assert WORDS not in told
    with pytest.raises(Gone):
        record_pages.record(OWNER, world.detention.position, Query())
    reader = TidyReader(OWNER, again.size)
    assert WORDS not in str([*tidy_claims(reader), *tidy_records(reader)])
    assert verify(again).faults == []
    assert rebuilding.check() == []


def test_an_owner_stays_while_something_is_said_of_what_it_owns(archive: Archive) -> None:
    """Its own last claim goes; a claim about its detention speaks of it too."""
    world = build(archive)
    with archive.writing(world.signer) as batch:
        named = say(batch, world.person, "name", values.text("Aygul"), world.paper)
        lone = verbs.mention(batch, "person", "Somebody", marking=PUBLIC)
        held = verbs.mention(batch, "detention", "2018", of=lone, marking=PUBLIC)
        sole = say(batch, held, "held_from", values.date("2018"), world.paper)
    assert plan(archive, "claim", [named.position]).erased == (named.position,)
    gone = plan(archive, "claim", [sole.position]).erased
    assert gone == (lone.position, held.position, sole.position)


def test_two_are_the_same_only_while_their_owners_are_one(archive: Archive) -> None:
    world = build(archive)
    with archive.writing(world.signer) as batch:
        again = verbs.mention(batch, "person", "Aigul Test", marking=PUBLIC)
        held = verbs.mention(batch, "detention", "In 2017", of=again, marking=PUBLIC)
        with pytest.raises(EntryRefused, match="of two records"):
            verbs.judge(batch, world.detention, held, "same", "One stay.")
        verbs.judge(batch, world.detention, held, "different", "Not yet known.")
        one = verbs.judge(batch, world.person, again, "same", "One woman.", marking=RESTRICTED)
        verbs.judge(batch, world.detention, held, "same", "One stay.", marking=PUBLIC)

    def is_joined(as_of: int | None = None) -> bool:
        return records.members(held.position, as_of) == [world.detention.position, held.position]

    def sees_joined(viewer: object) -> bool:
        found = joined.find(viewer, held.position)  # type: ignore[arg-type]
        assert found is not None
        return len(found.mentions) == 2

    joined_at = archive.size
    team = team_member("a colleague", {"main": "team"})
    assert is_joined()
    assert sees_joined(OWNER)
    assert not sees_joined(team)  # who does not see that the two are one woman
    assert rebuilding.check() == []
    with archive.writing(world.signer) as batch:
        verbs.retract(batch, one, "judgement", "Two women after all.")
    assert not is_joined()
    assert not sees_joined(OWNER)
    assert is_joined(joined_at)
    assert not is_joined(archive.size)
    assert rebuilding.check() == []
    with archive.writing(world.signer) as batch:  # joined anew, theirs counts again
        verbs.judge(batch, world.person, again, "same", "One woman, by her own word.")
    assert is_joined()
    assert rebuilding.check() == []


def test_what_needs_an_owner_has_one_of_the_right_kind_and_nothing_else_has(
    archive: Archive,
) -> None:
    world = build(archive)
    with archive.writing(world.signer) as batch:
        for kind, of, words in (
            ("detention", None, "none is named"),
            ("detention", world.camp, "not of a facility"),
            ("observation", world.person, "not of a person"),
            ("detention", world.detention, "not of a detention"),
            ("person", world.person, "has no owner"),
        ):
            with pytest.raises(EntryRefused, match=words):
                verbs.mention(batch, kind, "Somebody", of=of)
