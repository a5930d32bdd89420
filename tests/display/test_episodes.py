"""A person's detentions in time: vague, overlapping, ungrouped; what is last known; a death."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from tests.archive.making import PUBLIC, add_reviewer, newspaper
from tests.cli.running import run
from tests.figures.test_episodes import say, somebody

import habeas
from habeas.archive import verbs
from habeas.archive.access import OWNER, Viewer
from habeas.archive.access import PUBLIC as ANYONE
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.custody.log.notes import Signer
from habeas.display import episodes, last_known, records
from habeas.display.asking import Query
from habeas.display.references import Target, TextPart
from habeas.display.spans import Days
from habeas.display.stays_plain import as_json, lines_of
from habeas.vocabulary import values

TEAM = Marking(handling="team")


@dataclass(frozen=True, slots=True)
class World:
    archive: Archive
    signer: Signer
    paper: Ref
    other: Ref
    camp: Ref
    person: Ref

    def shown(self, viewer: Viewer = OWNER, of: Ref | None = None) -> episodes.Detentions:
        found = records.record(viewer, (of or self.person).position, Query()).detentions
        assert found is not None
        return found

    def detention(self, batch: Batch, caption: str, **dates: str) -> Ref:
        made = verbs.mention(batch, "detention", caption, of=self.person, marking=PUBLIC)
        for name, when in dates.items():
            say(batch, made, name, values.date(when), self.paper)
        return made


@pytest.fixture
def world(archive: Archive) -> World:
    signer = add_reviewer(archive)
    with archive.writing(signer) as batch:
        paper = newspaper(batch)
        other = verbs.source(batch, "other", "publication", name="Another", marking=PUBLIC)
        camp = verbs.mention(batch, "facility", "Example camp", marking=PUBLIC)
        person = somebody(batch)
    return World(archive, signer, paper, other, camp, person)


def captions(found: episodes.Detentions) -> list[str]:
    return [episode.record.caption.text for episode in found.episodes]


def test_a_bar_is_certain_only_between_what_the_dates_allow(world: World) -> None:
    with world.archive.writing(world.signer) as batch:
        world.detention(batch, "Vague", held_from="2016", held_until="2018-05-03")
        world.detention(batch, "Open", held_from="2019-03")
        world.detention(batch, "Undated")
    found = world.shown()
    assert captions(found) == ["Vague", "Open", "Undated"]
    vague, open_, undated = found.episodes
    assert (vague.began.earliest, vague.began.latest) == ("2016-01-01", "2016-12-31")
    assert (vague.ended.earliest, vague.ended.latest) == ("2018-05-03", "2018-05-03")
    assert vague.bar is not None
    assert vague.bar.start < vague.bar.sure_start < vague.bar.sure_end == vague.bar.end
    assert open_.ended == Days()
    assert open_.bar is not None
    assert 0 < open_.bar.end - open_.bar.sure_end <= 125  # fades, over an eighth at most
    assert "no end stated" in open_.dates
    assert (undated.bar, undated.dates) == (None, "no date stated")


def test_how_long_it_was_so_is_no_end_of_it(world: World) -> None:
    with world.archive.writing(world.signer) as batch:
        made = world.detention(batch, "One", detained="2017-11-02")
        where = values.reference(world.camp.entry_id)
        say(batch, made, "detained_in", where, world.paper, holds="2017-11/2019-11")
    (one,) = world.shown().episodes
    assert one.ended == Days("2019-11-01", "")
    assert one.dates == "from 2 November 2017; held as late as November 2019, no end stated"
    assert one.bar is not None
    assert one.bar.certain


def test_a_bar_of_which_no_day_is_certain_says_so(world: World) -> None:
    with world.archive.writing(world.signer) as batch:
        world.detention(batch, "One", held_from="2017")
        world.detention(batch, "Two", held_from="2018", held_until="2018")
    assert [one.bar is not None and one.bar.certain for one in world.shown().episodes] == [
        False,
        False,
    ]


def test_accounts_that_differ_make_a_bound_vaguer(world: World) -> None:
    with world.archive.writing(world.signer) as batch:
        made = world.detention(batch, "One", held_from="2016-01-01", held_until="2018")
        say(batch, made, "held_from", values.date("2017-06-01"), world.other)
        say(batch, made, "held_from", values.date("2001"), world.other, stance="denies")
    (one,) = world.shown().episodes
    assert (one.began.earliest, one.began.latest) == ("2016-01-01", "2017-06-01")


def test_overlaps_are_marked_and_a_transfer_is_none(world: World) -> None:
    with world.archive.writing(world.signer) as batch:
        first = world.detention(batch, "First", held_from="2017-01-01", held_until="2017-06-01")
        second = world.detention(batch, "Second", held_from="2017-05-01", held_until="2018-01-01")
        world.detention(batch, "Third", held_from="2017-06", held_until="2017-12-01")
        world.detention(batch, "Far", held_from="2020", held_until="2021")
        moved = values.reference(second.entry_id)
        link = say(batch, first, "continued_in", moved, world.paper)
    shown = {one.record.caption.text: one for one in world.shown().episodes}
    assert [link.caption.text for link in shown["First"].continued_in] == ["Second"]
    told = {
        name: {(each.other.caption.text, each.certain) for each in one.overlaps}
        for name, one in shown.items()
    }
    assert told == {
        "First": set(),
        "Second": {("Third", True)},
        "Third": {("Second", True)},
        "Far": set(),
    }
    with world.archive.writing(world.signer) as batch:
        verbs.retract(batch, link, "claim", "Never said.")
    shown = {one.record.caption.text: one for one in world.shown().episodes}
    assert shown["First"].continued_in == ()
    assert ("Second", True) in {(o.other.caption.text, o.certain) for o in shown["First"].overlaps}


def test_an_ungrouped_claim_is_a_possible_detention_until_it_is_grouped(world: World) -> None:
    with world.archive.writing(world.signer) as batch:
        when = say(batch, world.person, "detained", values.date("2017"), world.paper)
        where = say(
            batch, world.person, "detained_in", values.reference(world.camp.entry_id), world.paper
        )
        episode = world.detention(batch, "One")
    found = world.shown()
    assert [one.claim.position for one in found.ungrouped] == [when.position, where.position]
    assert [one.bar is not None for one in found.ungrouped] == [True, False]
    with world.archive.writing(world.signer) as batch:
        verbs.group(batch, episode, [when, where], "One sentence.", marking=TEAM)
    found = world.shown()
    (one,) = found.episodes
    assert (found.ungrouped, one.grouped, one.dates[:9]) == ((), 2, "from 2017")
    assert [said.property.name for said in one.said] == ["detained_in", "detained"]
    own = records.record(OWNER, episode.position, Query())
    assert [group.reason for group in own.grouped] == ["One sentence."]
    assert len(own.grouped[0].claims) == 2
    public = world.shown(ANYONE)  # the grouping is the team's: its claims stand alone again
    assert [one.grouped for one in public.episodes] == [0]
    assert len(public.ungrouped) == 2
    assert records.record(ANYONE, episode.position, Query()).grouped == ()


def test_last_known_is_dated_and_says_how_old_it_is_and_who_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(last_known, "today", lambda: "2026-05-01")
    with world.archive.writing(world.signer) as batch:
        where = values.reference(world.camp.entry_id)
        say(batch, world.person, "detained_in", where, world.paper, holds="2017-06/2018-05")
        say(batch, world.person, "detained_in", where, world.other, holds="2018-05")
        say(batch, world.person, "detained", values.date("2016"), world.paper)
        say(batch, world.person, "spoke_publicly", values.code("answer", "yes"), world.paper)
    found = world.shown()
    (last,) = found.last_known
    assert (last.said, last.as_of.edtf) == ("Held in Example camp", "2018-05")
    assert (last.ago, last.speakers, len(last.accounts)) == ("7 years ago", 2, 2)
    assert [one.said for one in found.undated] == ["Spoke in public"]
    with world.archive.writing(world.signer) as batch:
        say(batch, world.person, "released", values.date("2018"), world.other)
    assert [one.said for one in world.shown().last_known] == ["Released", "Held in Example camp"]


def tell(
    batch: Batch, subject: Ref, name: str, value: values.Value, source: Ref, basis: str, said: str
) -> Ref:
    """A claim with how its speaker knows and when they said it."""
    told = [Attribution(source, basis=basis, said=said)]
    return verbs.claim(batch, subject, name, value, told, marking=PUBLIC)


def test_when_someone_was_last_held_is_as_their_speaker_dates_the_detention(world: World) -> None:
    """Told in 2019 of a stay that ended in 2017: nobody was held in 2019."""
    where = values.reference(world.camp.entry_id)
    with world.archive.writing(world.signer) as batch:
        made = verbs.mention(batch, "detention", "One", of=world.person, marking=PUBLIC)
        for name, value in (
            ("detained", values.date("2017-05/2017-09")),
            ("detained_in", where),
        ):
            tell(batch, made, name, value, world.paper, "experienced", "2019-03-03")
    (last,) = world.shown().last_known
    assert (last.said, last.as_of.edtf, last.speakers) == ("Held in Example camp", "2017-09", 1)
    with world.archive.writing(world.signer) as batch:
        tell(batch, made, "detained_in", where, world.other, "heard", "2018-01")
    (last,) = world.shown().last_known
    assert (last.as_of.edtf, last.speakers) == ("2018-01", 1), "no one's dates are lent to another"


def test_an_own_account_without_dates_does_not_say_when_someone_was_last_held(
    world: World,
) -> None:
    where = values.reference(world.camp.entry_id)
    with world.archive.writing(world.signer) as batch:
        tell(batch, world.person, "detained_in", where, world.paper, "experienced", "2019-03-03")
    assert world.shown().last_known == ()
    with world.archive.writing(world.signer) as batch:
        tell(batch, world.person, "detained_in", where, world.other, "heard", "2018-05")
    (last,) = world.shown().last_known
    assert last.as_of.edtf == "2018-05"


def test_rival_causes_of_a_death_stand_each_under_its_speaker(world: World) -> None:
    with world.archive.writing(world.signer) as batch:
        event = verbs.mention(batch, "event", "A death", marking=PUBLIC)
        for subject in (world.person, event):
            say(batch, subject, "cause_of_death", values.text("heart attack"), world.other)
            say(batch, subject, "cause_of_death", values.text("beaten"), world.paper)
    for subject in (world.person, event):
        told = [
            (one.source.name.text if one.source else "", [s.property.name for s in one.said])
            for one in world.shown(of=subject).death
        ]
        assert told == [("Another", ["cause_of_death"]), ("Example-News", ["cause_of_death"])]
    assert records.record(OWNER, world.camp.position, Query()).detentions is None


def test_what_a_viewer_may_not_see_takes_no_part(world: World) -> None:
    with world.archive.writing(world.signer) as batch:
        verbs.mention(batch, "detention", "Hidden", of=world.person, marking=TEAM)
        seen = world.detention(batch, "Seen", held_from="2017")
        late = values.date("2019")
        say(batch, seen, "held_until", late, world.paper, marking=TEAM)
    assert captions(world.shown()) == ["Seen", "Hidden"]
    public = world.shown(ANYONE)
    assert captions(public) == ["Seen"]
    assert public.episodes[0].ended == Days()
    assert [one.as_of.edtf for one in public.last_known] == []


def test_queries_do_not_grow_with_the_detentions(world: World) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            world.shown()
        return len(found)

    with world.archive.writing(world.signer) as batch:
        world.detention(batch, "One", held_from="2017")
    before = queries()
    with world.archive.writing(world.signer) as batch:
        for number in range(30):
            world.detention(batch, f"More {number}", held_from="2018", held_until="2019")
    assert queries() == before


def test_what_is_not_read_for_its_number_is_counted_and_led_to(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.archive.writing(world.signer) as batch:
        stay = world.detention(batch, "One")
        for number in range(4):
            say(batch, stay, "detention_reason", values.text(f"Reason {number}"), world.paper)
            say(batch, world.person, "charge", values.text(f"Charge {number}"), world.paper)
        say(batch, stay, "held_from", values.date("2017"), world.other)
    assert (world.shown().unread, world.shown().episodes[0].unread) == (0, 0)
    monkeypatch.setattr(episodes, "MOST_CLAIMS", 3)
    found = world.shown()
    (one,) = found.episodes
    assert (found.unread, one.unread) == (1, 2)
    assert one.began.earliest == "2017-01-01"  # what has a date is read first
    assert len(found.ungrouped) == 3
    assert found.all_claims == Target("record", world.person.position, section="said")
    assert "further claims about the person" in "\n".join(line for _, line in lines_of(found))


def test_detentions_come_in_parts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.archive.writing(world.signer) as batch:
        for year in range(2014, 2019):
            world.detention(batch, f"In {year}", held_from=str(year))
    monkeypatch.setattr(episodes, "MOST", 2)
    seen: list[str] = []
    asked = Query()
    while True:
        found = records.record(OWNER, world.person.position, asked).detentions
        assert found is not None
        assert found.more == 5 - len(found.episodes)
        seen += captions(found)
        following = found.pages.next
        if following is None:
            break
        assert isinstance(following, TextPart)
        asked = Query({following.cursor: str(following.after)})
    assert seen == [f"In {year}" for year in range(2014, 2019)]


def test_the_same_values_as_lines_and_as_plain_data(world: World) -> None:
    with world.archive.writing(world.signer) as batch:
        first = world.detention(batch, "First", held_from="2017-01-01", held_until="2017-06-01")
        second = world.detention(batch, "Second", held_from="2017-05-01", held_until="2018-01-01")
        where = values.reference(world.camp.entry_id)
        held = say(batch, second, "detained_in", where, world.paper, holds="2017-12")
        denied = say(batch, second, "detained_in", where, world.other, stance="denies")
        loose = say(batch, world.person, "charge", values.text("None given"), world.paper)
        that_day = values.date("2017-01-01")
        put = say(batch, world.person, "detained", that_day, world.paper)
        verbs.group(batch, first, [put], "The only one that year.")
    found = world.shown()
    lines = ["  " * indent + line for indent, line in lines_of(found)]
    at = second.position
    assert f"  First ({first.position}): from 1 January 2017 until 1 June 2017" in lines
    assert f"    at the same time as Second ({at})" in lines
    assert f"    Detained in: denies: Example camp (claim {denied.position}, Another)" in lines
    assert "    1 of these was said of the person and put here by a judgement" in lines
    assert "In no detention in particular, each a possible one: 1" in lines
    plain = as_json(found)
    assert [each["record"] for each in plain["detentions"]] == [first.position, at]
    assert plain["detentions"][0]["overlaps"] == [{"record": at, "certain": True}]
    said = {each["claim"]: each for each in plain["detentions"][1]["said"]}
    assert (said[held.position]["record"], said[held.position]["holds"]) == (
        world.camp.position,
        "2017-12",
    )
    assert said[denied.position]["stance"] == "denies"
    assert [each["claim"] for each in plain["possible"]] == [loose.position]
    assert plain["last_known"][0]["as_of"] == "2018-01-01"
    assert json.loads(json.dumps(plain)) == plain


def test_the_terminal_and_a_program_have_them_too(world: World) -> None:
    with world.archive.writing(world.signer) as batch:
        world.detention(batch, "One", held_from="2017", held_until="2018-05")
    where = ("--archive", world.archive.directory)
    told = run("detentions", world.person.position, *where)
    assert told.code == 0, told.said
    assert "Last known: Held until then, May 2018 (" in told.out
    given = run("detentions", world.person.position, *where, "--json").json
    assert given["person"] == world.person.position
    expected = as_json(world.shown())
    assert {name: given[name] for name in expected} == expected
    refused = run("detentions", world.camp.position, *where)
    assert "A facility is the record with the number" in refused.said
    assert refused.code == 3
    with world.archive.writing(world.signer) as batch:
        other = somebody(batch, "Nobody Test")
    assert "Nothing is claimed" in run("detentions", other.position, *where).out


def test_the_terminal_folds_what_a_page_folds(world: World) -> None:
    """Told unasked, it hurts whoever only looks for a date; a program is told what folds."""
    with world.archive.writing(world.signer) as batch:
        stay = world.detention(batch, "One", held_from="2017", held_until="2018-05")
        cold = values.text("No heating, forty to a cell")
        claim = say(batch, stay, "detention_conditions", cold, world.paper)
    where = ("detentions", world.person.position, "--archive", world.archive.directory)
    told = run(*where)
    assert f": folded (claim {claim.position}, " in told.out
    assert "No heating" not in told.said
    assert "--unfold writes it out" in told.said
    opened = run(*where, "--unfold")
    assert f": No heating, forty to a cell (claim {claim.position}, " in opened.out
    assert "folded" not in opened.said
    (given,) = run(*where, "--json").json["detentions"]
    folds = {each["property"]: each["folded"] for each in given["said"]}
    assert folds["detention_conditions"] is True
    assert not any(folds[name] for name in folds if name != "detention_conditions")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_program_reads_them_as_somebody(world: World) -> None:
    with world.archive.writing(world.signer) as batch:
        stay = world.detention(batch, "One", held_from="2017")
        say(batch, stay, "held_until", values.date("2018"), world.paper, marking=TEAM)
    expected = as_json(world.shown())
    connections.close_all()
    with habeas.open(world.archive.directory) as archive:
        mine = archive.detentions(world.person.position)
        anyones = archive.seen_by(habeas.PUBLIC).detentions(world.person.position)
        with pytest.raises(habeas.HabeasError, match="not a person's record"):
            archive.detentions(world.camp.position)
    assert mine.to_dict() == expected
    assert "held_until" not in str(anyones.to_dict())
    assert (mine.handling, anyones.handling) == ("team", "public")
    assert "Held until then" in str(mine)
    with pytest.warns(habeas.HandlingWarning):
        assert "One" in mine._repr_html_()
