"""Pairs, reviewers and decisions: who is asked, what decides, what follows and what is undone."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from tests.archive.making import add_reviewer, place_mention

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC, visible
from habeas.archive.errors import EntryRefused
from habeas.archive.joined import find
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.review.pairs import contradictions, judged, open_pairs
from habeas.archive.review.reviewing import (
    ReviewRules,
    agreement,
    cohen_kappa,
    decision,
    policy,
    queue,
    review,
)
from habeas.archive.verbs.linking import ProposedPair
from habeas.custody.log.notes import Signer


def record_of(mention: int) -> int:
    found = find(OWNER, mention)
    assert found is not None
    return found.position


@dataclass
class World:
    """Five towns of which a run says that some may be one."""

    archive: Archive
    towns: list[Ref]
    first: Signer
    second: Signer
    third: Signer

    def pairs(self, threshold_ppm: int | None = 0) -> list[tuple[int, int]]:
        found = open_pairs(
            OWNER, record_of, self.archive.size, threshold_ppm=threshold_ppm, kind="place"
        )
        names = {town.position: number for number, town in enumerate(self.towns)}
        return [(names[pair.left], names[pair.right]) for pair in found]

    def asked(self, person: Signer) -> list[tuple[int, int]]:
        names = {town.position: number for number, town in enumerate(self.towns)}
        waiting = queue(self.archive, person.name.rpartition("/")[2])
        return [(names[pair.left], names[pair.right]) for pair in waiting]

    def say(self, person: Signer, left: int, right: int, verdict: str) -> str:
        one, other = self.towns[left].position, self.towns[right].position
        return review(self.archive, person, one, other, verdict, "because").waits_for


PROPOSED = {(0, 1): 990_000, (1, 2): 900_000, (0, 2): 400_000, (3, 4): 600_000}


def propose(archive: Archive, towns: list[Ref], pairs: dict[tuple[int, int], int]) -> Ref:
    with archive.writing() as batch:
        return verbs.linkage(
            batch,
            "place",
            [
                ProposedPair(towns[a].entry_id, towns[b].entry_id, ppm)
                for (a, b), ppm in pairs.items()
            ],
            size=archive.size,
            model="0" * 64,
            threshold_ppm=10_000,
            seed=1,
            versions={"splink": "5"},
        )


@pytest.fixture
def world(archive: Archive) -> World:
    with archive.writing() as batch:
        towns = [place_mention(batch, f"Town {number}") for number in range(5)]
    propose(archive, towns, PROPOSED)
    return World(archive, towns, *(add_reviewer(archive) for _ in range(3)))


def two_reviewers(world: World, *, blind: bool = True) -> None:
    with world.archive.writing(world.first) as batch:
        verbs.review_policy(batch, reviewers=2, blind=blind)


def test_a_pair_is_open_until_it_is_decided_or_follows(world: World) -> None:
    assert world.pairs() == [(0, 1), (0, 2), (1, 2), (3, 4)]
    assert world.pairs(500_000) == [(0, 1), (1, 2), (3, 4)]
    world.say(world.first, 0, 1, "same")
    assert world.pairs() == [(0, 2), (3, 4)]  # 1 and 2 are asked as 0 and 2: 0 is 1
    world.say(world.first, 1, 2, "different")
    assert world.pairs() == [(3, 4)]  # that 0 is not 2 follows
    world.say(world.first, 3, 4, "cannot-tell")
    assert world.pairs() == [(3, 4)]
    assert world.pairs(None) == [(3, 4)]
    assert world.asked(world.first) == world.asked(world.second) == []


def test_one_reviewer_is_asked_the_likeliest_first(world: World) -> None:
    assert world.asked(world.first) == [(0, 1), (1, 2), (3, 4), (0, 2)]


def test_two_reviewers_decide_together_and_a_third_where_they_differ(world: World) -> None:
    two_reviewers(world)
    assert policy() == ReviewRules(2, blind=True)
    assert world.say(world.first, 0, 1, "same") == "second"
    assert record_of(world.towns[1].position) == world.towns[1].position
    assert world.asked(world.second)[0] == (0, 1)
    assert (0, 1) not in world.asked(world.first)
    assert world.say(world.second, 0, 1, "same") == ""
    assert record_of(world.towns[1].position) == world.towns[0].position
    assert world.say(world.first, 3, 4, "same") == "second"
    assert world.say(world.second, 3, 4, "different") == "third"
    with pytest.raises(EntryRefused, match="answered this pair before"):
        world.say(world.first, 3, 4, "different")
    assert world.say(world.third, 3, 4, "different") == ""
    assert (3, 4) not in world.pairs()
    found = agreement()
    assert (found.pairs, found.agreed) == (2, 1)


def test_a_slip_is_mended_while_nobody_else_has_answered(world: World) -> None:
    two_reviewers(world)
    assert world.say(world.first, 0, 1, "same") == "second"
    assert world.say(world.first, 0, 1, "different") == "second"
    with pytest.raises(EntryRefused, match="answered this pair before"):
        world.say(world.first, 0, 1, "different")
    assert m.Review.objects.count() == 2  # the slip stays on record
    assert world.say(world.second, 0, 1, "different") == ""
    assert m.Judgement.objects.get().verdict == "different"
    assert (agreement().pairs, agreement().agreed) == (1, 1)


def test_a_person_who_answers_in_two_windows_at_once_answers_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_reviewers(world)
    begin = Archive.writing

    def overtaken(*arguments: object, **options: object) -> object:
        monkeypatch.undo()  # the other window commits just before this one gets the head
        assert world.say(world.first, 0, 1, "same") == "second"
        return begin(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Archive, "writing", overtaken)
    with pytest.raises(EntryRefused, match="answered this pair before"):
        world.say(world.first, 0, 1, "same")
    assert m.Review.objects.count() == 1


def test_nobody_is_made_to_sign_what_others_decided(world: World) -> None:
    two_reviewers(world)
    world.say(world.first, 0, 1, "same")
    world.say(world.second, 0, 1, "same")
    with pytest.raises(EntryRefused, match="decided at entry"):
        world.say(world.third, 0, 1, "different")
    assert m.Judgement.objects.count() == 1


def test_three_answers_that_all_differ_leave_the_pair_open(world: World) -> None:
    two_reviewers(world)
    for person, verdict in (
        (world.first, "same"),
        (world.second, "different"),
        (world.third, "cannot-tell"),
    ):
        waits_for = world.say(person, 3, 4, verdict)
    assert waits_for == "nobody"
    assert (3, 4) in world.pairs()
    assert (3, 4) not in world.asked(add_reviewer(world.archive))


def test_what_is_undone_restores_both_records_and_is_asked_again(world: World) -> None:
    left, right = world.towns[0].position, world.towns[1].position
    made = review(world.archive, world.first, left, right, "same", "one square").judgement
    assert made is not None
    assert record_of(right) == left
    with world.archive.writing(world.second) as batch:
        verbs.retract(batch, made, "judgement", "two squares")
    assert record_of(right) == right
    assert (0, 1) in world.asked(world.first)
    assert world.say(world.first, 0, 1, "different") == ""


def test_judgements_that_contradict_each_other_are_named(world: World) -> None:
    world.say(world.first, 0, 1, "same")
    world.say(world.first, 1, 2, "same")
    with world.archive.writing(world.second) as batch:
        verbs.judge(batch, world.towns[0], world.towns[2], "different", "two maps")
    found = contradictions(judged(OWNER, world.archive.size), record_of)
    assert [each.verdict for each in found] == ["different"]


def test_a_later_run_takes_the_place_of_the_one_before_and_as_of_knows_both(world: World) -> None:
    before = world.archive.size
    propose(world.archive, world.towns, {(2, 3): 700_000})
    assert world.pairs() == [(2, 3)]
    found = open_pairs(OWNER, lambda mention: mention, before, threshold_ppm=0, kind="place")
    assert len(found) == len(PROPOSED)


def test_a_blind_order_does_not_follow_the_probabilities(world: World) -> None:
    seen = world.asked(world.first)
    two_reviewers(world)
    blind = world.asked(world.first)
    assert sorted(blind) == sorted(seen)
    again = {pair: 990_000 - ppm for pair, ppm in PROPOSED.items()}
    propose(world.archive, world.towns, again)
    assert world.asked(world.first) == blind


def test_nobody_outside_sees_which_pairs_were_proposed(world: World) -> None:
    assert not visible(PUBLIC, m.Review).exists()
    assert not visible(PUBLIC, m.Linkage).exists()
    assert open_pairs(PUBLIC, record_of, world.archive.size, threshold_ppm=0) == ()


def test_a_rebuild_gives_the_same_pairs_and_reviews(world: World) -> None:
    two_reviewers(world)
    world.say(world.first, 0, 1, "same")
    world.say(world.second, 0, 1, "same")
    assert rebuilding.check() == []


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (["same"], ("", "second")),
        (["same", "same"], ("same", "")),
        (["same", "different"], ("", "third")),
        (["same", "different", "different"], ("different", "")),
        (["same", "different", "cannot-tell"], ("", "nobody")),
    ],
)
def test_what_answers_decide(answers: list[str], expected: tuple[str, str]) -> None:
    assert decision(ReviewRules(2, blind=True), answers) == expected


def test_kappa_is_cohens() -> None:
    # The worked example usual in textbooks: 20 + 15 agree of 50, kappa 0.4.
    answers = (
        [("same", "same")] * 20
        + [("same", "different")] * 5
        + [("different", "same")] * 10
        + [("different", "different")] * 15
    )
    assert cohen_kappa(answers) == pytest.approx(0.4)
    assert cohen_kappa([("same", "same")] * 3) is None
    assert cohen_kappa([]) is None
