"""Groupings: claims about a person that are of one detention; taken back and erased."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.archive.making import PUBLIC, add_reviewer, newspaper

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, team_member
from habeas.archive.access import PUBLIC as ANYONE
from habeas.archive.blast_radius import blast_radius
from habeas.archive.erasing.carrying_out import carry_out
from habeas.archive.erasing.decisions import approve_erasure, request_erasure
from habeas.archive.erasing.planning import plan
from habeas.archive.errors import AlreadyEnded, EntryRefused
from habeas.archive.groupings import episodes_of
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive, open_archive
from habeas.archive.store.facts import facts
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.archive.verify.verifying import verify
from habeas.custody.log.notes import Signer
from habeas.vocabulary import values

RESTRICTED = Marking(handling="restricted")
REASON = "Both tell of the winter in the school"


@dataclass(frozen=True, slots=True)
class World:
    """Two claims about somebody, grouped in a detention of theirs, and a third that is not."""

    signer: Signer
    person: Ref
    detention: Ref
    taken: Ref
    kind: Ref
    third: Ref
    name: Ref
    grouping: Ref
    paper: Ref


def say(
    batch: Batch, subject: Ref, name: str, value: values.Value, source: Ref, **more: object
) -> Ref:
    given = {"marking": PUBLIC, **more}
    return verbs.claim(batch, subject, name, value, [Attribution(source)], **given)  # type: ignore[arg-type]


def build(archive: Archive) -> World:
    signer = add_reviewer(archive)
    with archive.writing(signer) as batch:
        paper = newspaper(batch)
        person = verbs.mention(batch, "person", "Aygul Test", marking=PUBLIC)
        verbs.consent(batch, person, basis="public-statement", audience="public")
        name = say(batch, person, "name", values.text("Aygul"), paper)
        taken = say(batch, person, "detained", values.date("2017"), paper)
        kind = say(batch, person, "detention_type", values.code("detention-type", "camp"), paper)
        third = say(batch, person, "detained", values.date("2018"), paper)
        detention = verbs.mention(batch, "detention", "The winter", of=person, marking=PUBLIC)
        grouping = verbs.group(batch, detention, [taken, kind], REASON, marking=PUBLIC)
    return World(signer, person, detention, taken, kind, third, name, grouping, paper)


def grouped(viewer: object, as_of: int | None = None) -> dict[int, int]:
    """Claim → episode."""
    found = episodes_of(viewer, None, as_of)  # type: ignore[arg-type]
    return {claim: episode for claim, (episode, _) in found.items()}


def test_a_grouping_changes_no_claim_and_is_taken_back(archive: Archive) -> None:
    world = build(archive)
    at = world.detention.position
    assert grouped(ANYONE) == {world.taken.position: at, world.kind.position: at}
    assert m.Claim.objects.get(position=world.taken.position).subject == world.person.position
    radius = blast_radius(OWNER, world.grouping.position)
    assert radius is not None
    assert radius.claims == (world.taken.position, world.kind.position)
    before = archive.size
    with archive.writing(world.signer) as batch:
        verbs.retract(batch, world.grouping, "grouping", "Two winters.")
    assert grouped(OWNER) == {}
    assert grouped(OWNER, before) == {world.taken.position: at, world.kind.position: at}
    assert m.Claim.objects.filter(ended_at__isnull=False).count() == 0
    assert rebuilding.check() == []


def test_a_correction_stands_in_the_grouping(archive: Archive) -> None:
    world = build(archive)
    with archive.writing(world.signer) as batch:
        now = verbs.correct(
            batch, world.taken, subject=world.person, property="detained",
            value=values.date("2017-11"), attribution=[Attribution(world.paper)], marking=PUBLIC,
        )  # fmt: skip
    assert grouped(OWNER)[now.position] == world.detention.position
    assert rebuilding.check() == []


def test_a_grouping_is_as_strict_as_its_parts(archive: Archive) -> None:
    world = build(archive)
    with archive.writing(world.signer) as batch:
        more = say(batch, world.person, "charge", values.text("None"), world.paper,
                   marking=RESTRICTED)  # fmt: skip
        verbs.group(batch, world.detention, [more], "Told in the same breath.", marking=PUBLIC)
    team = team_member("a colleague", {"main": "team"})
    assert more.position not in grouped(team)
    assert more.position in grouped(OWNER)
    assert world.taken.position in grouped(ANYONE)
    with archive.writing(world.signer) as batch:
        verbs.withdraw(batch, world.person)
    assert grouped(ANYONE) == {}
    with archive.writing(world.signer) as batch:  # what takes a claim back unseen closes both
        verbs.retract(batch, world.taken, "claim", "It names her.", marking=RESTRICTED)
    assert world.kind.position not in grouped(team)
    assert rebuilding.check() == []


def test_what_does_not_go_together_is_refused(archive: Archive) -> None:
    world = build(archive)
    with archive.writing(world.signer) as batch:
        other = verbs.mention(batch, "person", "Somebody else", marking=PUBLIC)
        apart = say(batch, other, "detained", values.date("2017"), world.paper)
        own = say(batch, world.detention, "held_from", values.date("2017"), world.paper)
        for episode, claims, why, words in (
            (world.detention, [world.taken], "x", f"grouping at entry {world.grouping.position}"),
            (world.detention, [apart], "x", "is not about the person whose detention"),
            (world.detention, [own], "x", "is not about the person whose detention"),
            (world.detention, [world.name], "x", "name says nothing of a detention"),
            (world.detention, [], "x", "No claim is named"),
            (world.detention, [world.third], " ", "needs a reason"),
            (world.person, [world.third], "x", "not part of another record"),
        ):
            with pytest.raises(EntryRefused, match=words):
                verbs.group(batch, episode, claims, why)
        verbs.retract(batch, world.third, "claim", "Wrong year.")
        with pytest.raises(AlreadyEnded):
            verbs.group(batch, world.detention, [world.third], "x")
        # A grouping that was taken back stands in nobody's way.
        verbs.retract(batch, world.grouping, "grouping", "Two winters.")
        verbs.group(batch, world.detention, [world.taken], "This alone.")


def test_an_erased_claim_leaves_its_grouping_and_the_last_one_takes_it(
    archive: Archive, tmp_path: Path
) -> None:
    world, other = build(archive), add_reviewer(archive)
    one = plan(archive, "claim", [world.kind.position])
    assert one.erased == (world.kind.position,)
    assert one.closed.shells[world.grouping.position] == (world.kind.position,)
    both = plan(archive, "claim", [world.kind.position, world.taken.position])
    assert {world.grouping.position, world.detention.position} < set(both.erased)
    assert world.person.position not in both.erased
    with archive.writing(world.signer) as batch:
        request = request_erasure(batch, one, "withdrawn", "As asked.").position
    with archive.writing(other) as batch:
        approve_erasure(batch, request)
    carry_out(archive, request, world.signer, tmp_path / "after", only_own_keys=True)
    again = open_archive(archive.directory)
    assert grouped(OWNER)[world.taken.position] == world.detention.position
    assert verify(again).faults == []
    assert rebuilding.check() == []


def test_erasing_a_person_takes_the_grouping_and_its_reason(
    archive: Archive, tmp_path: Path
) -> None:
    world, other = build(archive), add_reviewer(archive)
    what = plan(archive, "consent", [world.person.position])
    with archive.writing(world.signer) as batch:
        request = request_erasure(batch, what, "withdrawn", "As asked.").position
    with archive.writing(other) as batch:
        approve_erasure(batch, request)
    carry_out(archive, request, world.signer, tmp_path / "after", only_own_keys=True)
    again = open_archive(archive.directory)
    assert not m.Grouping.objects.exists()
    assert not m.GroupedClaim.objects.exists()
    assert REASON not in str([fact.fields for fact in facts(0, again.size)])
    assert rebuilding.check() == []
