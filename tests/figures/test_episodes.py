"""Figures by detention: one of them meets a rule whole; ungrouped claims make a count a range."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from benchmarks import counting
from tests.archive.making import PUBLIC, add_reviewer, newspaper
from tests.figures.test_parts import in_parts

from habeas.archive import verbs
from habeas.archive.access import OWNER, team_member
from habeas.archive.access import PUBLIC as ANYONE
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.custody.log.notes import Signer
from habeas.figures.changes.between import between
from habeas.figures.changes.comparison import FigureComparison
from habeas.figures.changes.dependents import standing_on
from habeas.figures.definition.definitions import FigureDefinition, parse
from habeas.figures.errors import DefinitionError, UnknownRecord
from habeas.figures.evaluation.evaluating import evaluate_afresh
from habeas.figures.evaluation.results import CountedFigure
from habeas.figures.why.asking import tree
from habeas.figures.why.nodes import Node
from habeas.vocabulary import values

HELD_HERE = "{property: detained_in, points-to: School No. 4}"
IN_2017 = "{property: detained, date: {overlaps: 2017}}"
BY_ONE = f"{{rule: has-record, kind: detention, claims: [{HELD_HERE}, {IN_2017}]}}"
HERE = f"{{rule: has-record, kind: detention, claims: [{HELD_HERE}]}}"
CLAIM_HERE = "{rule: has-claim, property: detained_in, points-to: School No. 4}"
CLAIM_2017 = "{rule: has-claim, property: detained, date: {overlaps: 2017}}"


def figure(counts: str, *rules: str, more: str = "") -> FigureDefinition:
    return parse(
        f"{{key: k, title: One, kind: counted, counts: {counts}, handling: public{more}, "
        f"rules: [{', '.join(rules)}]}}"
    )


@dataclass(slots=True)
class World:
    """A school, a prison, a newspaper, and whoever is added."""

    archive: Archive
    signer: Signer
    paper: Ref
    other: Ref
    school: Ref
    prison: Ref
    said: dict[str, Ref] = field(default_factory=dict)

    def count(self, definition: FigureDefinition, viewer: object = OWNER) -> CountedFigure:
        found = evaluate_afresh(definition, viewer, self.archive.size)  # type: ignore[arg-type]
        with pytest.MonkeyPatch.context() as patch:
            in_parts(patch)
            assert evaluate_afresh(definition, viewer, self.archive.size) == found  # type: ignore[arg-type]
        found.require_lineage()
        assert isinstance(found, CountedFigure)
        return found


@pytest.fixture
def world(archive: Archive) -> World:
    signer = add_reviewer(archive)
    with archive.writing(signer) as batch:
        paper = newspaper(batch)
        other = verbs.source(batch, "other", "publication", name="Another", marking=PUBLIC)
        school = verbs.mention(batch, "facility", "School No. 4", marking=PUBLIC)
        prison = verbs.mention(batch, "facility", "Prison", marking=PUBLIC)
    return World(archive, signer, paper, other, school, prison)


def somebody(batch: Batch, caption: str = "Aygul Test") -> Ref:
    person = verbs.mention(batch, "person", caption, marking=PUBLIC)
    verbs.consent(batch, person, basis="public-statement", audience="public")
    return person


def say(
    batch: Batch, subject: Ref, name: str, value: values.Value, source: Ref, **more: object
) -> Ref:
    given = {"marking": PUBLIC, **more}
    return verbs.claim(batch, subject, name, value, [Attribution(source)], **given)  # type: ignore[arg-type]


def held(batch: Batch, world: World, subject: Ref, where: Ref, when: str) -> tuple[Ref, Ref]:
    place = values.reference(where.entry_id)
    return (
        say(batch, subject, "detained_in", place, world.paper),
        say(batch, subject, "detained", values.date(when), world.paper),
    )


def headline(found: CountedFigure) -> tuple[int | None, int, int]:
    """The fewest there are, the most of those counted, and how many are not known."""
    return found.fewest, found.number, found.not_known


def test_the_conditions_are_met_by_one_detention(world: World) -> None:
    """Two people were each held in the school and in 2017; one of them at once."""
    with world.archive.writing(world.signer) as batch:
        one, two = somebody(batch, "One"), somebody(batch, "Two")
        for person, stays in (
            (one, [(world.school, "2017"), (world.prison, "2019")]),
            (two, [(world.school, "2019"), (world.prison, "2017")]),
        ):
            for where, when in stays:
                stay = verbs.mention(batch, "detention", "A stay", of=person, marking=PUBLIC)
                held(batch, world, stay, where, when)
    assert world.count(figure("person", CLAIM_HERE, CLAIM_2017)).number == 2
    found = world.count(figure("person", BY_ONE))
    assert [member.position for member in found.members] == [one.position]
    assert len(found.members[0].claims) == 2
    assert world.count(figure("detention", CLAIM_HERE, CLAIM_2017)).number == 1
    assert world.count(figure("detention")).headline == "4 detentions"
    assert world.count(figure("person", "{rule: has-record, kind: detention}")).number == 2


def test_ungrouped_claims_make_a_count_of_detentions_a_range(world: World) -> None:
    """Four claims of one person, of no detention yet: one to four; grouped by two, two."""
    with world.archive.writing(world.signer) as batch:
        person = somebody(batch)
        here, in_2017 = held(batch, world, person, world.school, "2017")
        there, in_2019 = held(batch, world, person, world.prison, "2019")
    bare = figure("detention", more=", unit: detentions, by: detained_in")
    found = world.count(bare)
    assert headline(found) == (1, 4, 0)
    assert found.headline == "1 to 4 detentions (4 claims not grouped)"
    assert {g.label: g.number for g in found.groups} == {
        "School No. 4": 1, "Prison": 1, "not stated": 2,
    }  # fmt: skip
    assert [w.part for w in found.weak if w.name == "not-grouped"] == [4]
    both = figure("detention", CLAIM_HERE, CLAIM_2017)
    assert headline(world.count(both)) == (None, 0, 2)
    assert headline(world.count(figure("person", BY_ONE))) == (None, 0, 1)
    with world.archive.writing(world.signer) as batch:
        stay = verbs.mention(batch, "detention", "The school", of=person, marking=PUBLIC)
        verbs.group(batch, stay, [here, in_2017], "One telling", marking=PUBLIC)
    found = world.count(bare)
    assert headline(found) == (1, 3, 0)
    assert headline(world.count(both)) == (None, 1, 0)
    assert world.count(figure("person", BY_ONE)).number == 1
    with world.archive.writing(world.signer) as batch:
        stay = verbs.mention(batch, "detention", "The prison", of=person, marking=PUBLIC)
        verbs.group(batch, stay, [there, in_2019], "One telling", marking=PUBLIC)
    found = world.count(bare)
    assert headline(found) == (None, 2, 0)
    assert found.headline == "2 detentions"
    assert {g.label: g.number for g in found.groups} == {"School No. 4": 1, "Prison": 1}


def test_a_claim_about_a_detention_is_one_about_its_person(world: World) -> None:
    """Conditions, origins, groups, lists; never a name, which is the detention's own."""
    with world.archive.writing(world.signer) as batch:
        person = somebody(batch)
        stay = verbs.mention(batch, "detention", "A stay", of=person, marking=PUBLIC)
        place = values.reference(world.school.entry_id)
        say(batch, person, "detained_in", place, world.paper)
        say(batch, stay, "detained_in", place, world.other)
        say(batch, stay, "held_from", values.date("2017-04"), world.other)
        say(batch, stay, "name", values.text("The winter"), world.other)
    two = "{rule: has-claim, property: detained_in, origins-at-least: 2}"
    assert world.count(figure("person", two)).number == 1
    by_year = world.count(figure("person", more=", by: {property: held_from, step: year}"))
    assert {g.label: g.number for g in by_year.groups} == {"2017": 1}
    assert world.count(figure("person", "{rule: has-claim, property: name}")).number == 0


def test_a_count_whose_recipe_owns_nothing_is_refused() -> None:
    with pytest.raises(DefinitionError) as refused:
        figure("facility", HERE)
    assert "A facility owns no detention" in str(refused.value)
    with pytest.raises(DefinitionError):
        figure("person", "{rule: has-record, kind: detention, claims: []}")
    with pytest.raises(DefinitionError):
        figure("person", "{rule: has-record, kind: detention, claims: [{property: occupation}]}")


def test_a_detention_of_a_retracted_list_stands_by_a_claim_that_no_rule_reads(
    world: World,
) -> None:
    """A name from elsewhere keeps it: it is not known where an ungrouped claim may be of it."""
    with world.archive.writing(world.signer) as batch:
        person = somebody(batch)
        wrong = verbs.begin_list(batch, "wrong file", "0" * 64)
        stay = verbs.mention(batch, "detention", "A stay", of=person, list=wrong, marking=PUBLIC)
        say(batch, stay, "name", values.text("The winter"), world.paper)
        say(batch, person, "detained_in", values.missing("ref", "unknown"), world.other)
    with world.archive.writing(world.signer) as batch:
        verbs.retract(batch, wrong, "list", "It was the wrong file.")
    for counts, rules, wanted in (
        ("detention", [CLAIM_HERE], (None, 0, 1)),
        ("person", ["{rule: has-record, kind: detention}"], (None, 1, 0)),
        ("person", [HERE], (None, 0, 1)),
    ):
        asked = figure(counts, *rules)
        assert headline(world.count(asked)) == wanted
        part = counting.Compared("one")
        counting.compare(part, world.archive, [asked.text], "a retracted list")
        assert (part.answers, part.apart) == (1, [])


def test_a_person_of_a_retracted_list_is_named_while_a_detention_is_told_of(world: World) -> None:
    with world.archive.writing(world.signer) as batch:
        wrong = verbs.begin_list(batch, "wrong file", "0" * 64)
        person = verbs.mention(batch, "person", "Aygul Test", list=wrong, marking=PUBLIC)
        stay = verbs.mention(batch, "detention", "A stay", of=person, marking=PUBLIC)
        held(batch, world, stay, world.school, "2017")
        verbs.mention(batch, "person", "Listed only", list=wrong, marking=PUBLIC)
    with world.archive.writing(world.signer) as batch:
        verbs.retract(batch, wrong, "list", "It was the wrong file.")
    found = world.count(figure("person", f"{{rule: record, is: '#{person.position}'}}"))
    assert [member.position for member in found.members] == [person.position]
    with pytest.raises(UnknownRecord):
        world.count(figure("person", "{rule: record, is: Listed only}"))
    inner = "{rule: has-record, kind: detention, claims: [{property: detained_in, points-to: No}]}"
    part = counting.Compared("refused")
    texts = [figure("person", inner).text, figure("person", "{rule: record, is: Listed only}").text]
    counting.compare(part, world.archive, texts, "a retracted list")
    assert (part.refused, part.apart) == (2, [])


def test_two_stays_are_two_values_of_one_person_and_no_conflict(world: World) -> None:
    """Held from two days: of two detentions no conflict, of one it is."""
    with world.archive.writing(world.signer) as batch:
        person = somebody(batch)
        for caption, when in (("First", "2017"), ("Second", "2019")):
            stay = verbs.mention(batch, "detention", caption, of=person, marking=PUBLIC)
            say(batch, stay, "held_from", values.date(when), world.paper)
    asked = figure("person", more=", by: {property: held_from, step: year}")
    found = world.count(asked)
    assert found.conflicts == ()
    assert [g.label for g in found.groups] == ["more than one value"]
    with world.archive.writing(world.signer) as batch:
        say(batch, stay, "held_from", values.date("2021"), world.other)
    (conflict,) = world.count(asked).conflicts
    assert conflict.record == stay.position


def test_a_figure_is_as_strict_as_the_grouping_that_it_stands_on(world: World) -> None:
    """Who may not see the grouping is given the wider answer; its level is the grouping's."""
    with world.archive.writing(world.signer) as batch:
        person = somebody(batch)
        claims = held(batch, world, person, world.school, "2017")
        stay = verbs.mention(batch, "detention", "The school", of=person, marking=PUBLIC)
        grouping = verbs.group(
            batch, stay, claims, "One telling", marking=Marking(handling="restricted")
        )
    asked = figure("person", BY_ONE)
    assert headline(world.count(asked)) == (None, 1, 0)
    assert world.count(asked).handling == "restricted"
    assert headline(world.count(asked, ANYONE)) == (None, 0, 1)
    colleague = team_member("a colleague", {"main": "restricted"})
    assert headline(world.count(asked, colleague)) == (None, 1, 0)
    with world.archive.writing(world.signer) as batch:
        for key, definition in (("k", asked), ("l", figure("person", CLAIM_HERE))):
            text = definition.text.replace("key: k", f"key: {key}")
            verbs.define(batch, key=key, title=key, kind="counted", text=text, marking=PUBLIC)
    assert standing_on(world.archive, OWNER, grouping.position) == ["k"]


def _kinds(node: Node) -> Iterator[tuple[str, str]]:
    yield node.kind, node.title
    for child in node.children:
        yield from _kinds(child)


def test_the_why_of_a_count_by_detention_passes_through_the_grouping(world: World) -> None:
    with world.archive.writing(world.signer) as batch:
        person = somebody(batch)
        claims = held(batch, world, person, world.school, "2017")
        stay = verbs.mention(batch, "detention", "The school", of=person, marking=PUBLIC)
        verbs.group(batch, stay, claims, "One telling", marking=PUBLIC)
    whole = tree(world.archive, OWNER, world.count(figure("detention", CLAIM_HERE)), proof=False)
    assert ("grouping", "grouped under: The school") in set(_kinds(whole))
    members = next(node for node in whole.children if node.kind == "members")
    assert [(f.label, f.value) for f in members.children[0].facts] == [("of", "Aygul Test")]


def _between_groupings(world: World, *rules: str) -> FigureComparison:
    """A count of detentions before and after its person's ungrouped claims were grouped."""
    asked = figure("detention", *rules)
    with world.archive.writing(world.signer) as batch:
        person = somebody(batch)
        claims = held(batch, world, person, world.school, "2017")
        verbs.define(batch, key="k", title="One", kind="counted", text=asked.text, marking=PUBLIC)
    size = world.archive.size
    with world.archive.writing(world.signer) as batch:
        stay = verbs.mention(batch, "detention", "The school", of=person, marking=PUBLIC)
        verbs.group(batch, stay, claims, "One telling", marking=PUBLIC)
    return between(world.archive, OWNER, "k", size, world.archive.size).comparison


def test_of_a_claim_that_was_grouped_it_is_said_of_which_detention_it_is_part(world: World) -> None:
    found = _between_groupings(world, "{rule: has-claim, property: [detained, detained_in]}")
    (stay,) = found.came
    assert [each.after.state for each in found.left] == ["joined", "joined"]
    assert {each.after.record for each in found.left} == {stay.record}


def test_what_was_not_known_and_is_counted_as_part_of_another_is_said_to_be(world: World) -> None:
    """Two claims that alone left it open are, grouped, one detention that is counted."""
    found = _between_groupings(world, CLAIM_HERE, CLAIM_2017)
    (stay,) = found.came
    assert (found.left, len(found.unsettled)) == ((), 2)
    for each in found.unsettled:
        assert (each.before.state, each.after.state) == ("not-known", "joined")
        assert each.after.record == stay.record


# --- properties ----------------------------------------------------------------------------------

PERSONS = [
    figure("person", CLAIM_HERE, CLAIM_2017),
    figure("person", HERE),
    figure(
        "person",
        "{rule: no-claim, property: detained_in, points-to: Prison}",
        more=", by: detained_in",
    ),
    figure("person", "{rule: has-record, kind: detention}", more=", by: detained_in"),
    figure("person", "{rule: has-claim, property: detained_in, origins-at-least: 2}"),
]


def _grouped(
    world: World, claims: Sequence[Ref], stays: Sequence[Ref], how: Sequence[int]
) -> list[Ref]:
    """Each claim in the stay of its number, those beyond the last in none."""
    found = []
    with world.archive.writing(world.signer) as batch:
        for number, stay in enumerate(stays):
            mine = [claim for claim, which in zip(claims, how, strict=True) if which == number]
            if mine:
                found.append(verbs.group(batch, stay, mine, "As drawn", marking=PUBLIC))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_regrouping_never_changes_a_count_of_persons(world: World, seed: int) -> None:
    """Nor does it leave the range of a count by one detention, or of detentions.

    ``has-record`` with several conditions asks which claims are of one detention: its answer is
    decided by a grouping where it was not known, and never contradicted.
    """
    chance = random.Random(seed)  # noqa: S311  (drawn for a test)
    with world.archive.writing(world.signer) as batch:
        claims, stays = [], []
        for number in range(2):
            person = somebody(batch, f"Person {number}")
            mine: list[Ref] = []
            for _ in range(chance.randint(1, 2)):
                where = values.reference(chance.choice([world.school, world.prison]).entry_id)
                source = chance.choice([world.paper, world.other])
                mine.append(say(batch, person, "detained_in", where, source))
                when = values.date(chance.choice(["2017", "2017/2018", "2019"]))
                mine.append(say(batch, person, "detained", when, source))
            claims.append(mine)
            stays.append(
                [
                    verbs.mention(batch, "detention", f"Stay {n}", of=person, marking=PUBLIC)
                    for n in range(len(mine))
                ]
            )
            if chance.random() < 0.5:
                say(batch, stays[-1][0], "detained", values.date("2017"), world.paper)
    base = [world.count(definition) for definition in PERSONS]
    one = world.count(figure("person", BY_ONE))
    # Every stay that holds anything: what a count of detentions must be a bound of.
    ranges = [world.count(figure("detention", *CLAIMED, *rules)) for rules in RULES]
    for _ in range(3):
        groupings: list[Ref] = []
        for mine, own in zip(claims, stays, strict=True):
            how = [chance.randint(0, 2) for _ in mine]
            groupings += _grouped(world, mine, own[:2], how)
        assert [_answer(world.count(d)) for d in PERSONS] == [_answer(found) for found in base]
        now = world.count(figure("person", BY_ONE))
        assert {m.position for m in one.members} <= {m.position for m in now.members}
        assert now.number + now.not_known <= one.number + one.not_known
        for rules, wide in zip(RULES, ranges, strict=True):
            narrow = world.count(figure("detention", *CLAIMED, *rules))
            assert _least(wide) <= _least(narrow)
            assert narrow.number + narrow.not_known <= wide.number + wide.not_known
        with world.archive.writing(world.signer) as batch:
            for grouping in groupings:
                verbs.retract(batch, grouping, "grouping", "Drawn again")


CLAIMED = ("{rule: has-claim, property: [detained, detained_in]}",)
RULES = (
    (),
    (CLAIM_HERE,),
    (CLAIM_HERE, CLAIM_2017),
    ("{rule: no-claim, property: detained_in, points-to: Prison}", CLAIM_2017),
    ("{rule: has-claim, property: detained_in, origins-at-least: 2}",),
)


def _answer(found: CountedFigure) -> object:
    steps = [(s.rule, s.entered, s.dropped, s.not_known) for s in found.steps]
    return steps, found.members, found.groups, found.grounds


def _least(found: CountedFigure) -> int:
    return found.number if found.fewest is None else found.fewest


# --- purposes -----------------------------------------------------------------------------


def test_counting_detentions_picks_no_one_by_their_contacts(world: World) -> None:
    plain = figure("detention")
    assert plain.picks_by == ()
    assert figure("person", "{rule: has-record, kind: detention}").picks_by == ()
    named = figure("detention", "{rule: has-claim, property: outside_contact}")
    assert named.picks_by == ("outside_contact",)
    before = world.count(plain).headline
    with world.archive.writing() as batch:
        person = verbs.mention(batch, "person", "Somebody", marking=PUBLIC)
        told = values.text("one call", language="en")
        verbs.claim(batch, person, "outside_contact", told, [Attribution(world.paper)])
    assert world.count(plain).headline == before
    assert evaluate_afresh(named, OWNER, world.archive.size).members
