"""A facility's page: pictures in time, grades beside each other, sizes, lists, numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from tests.archive.making import add_reviewer
from tests.support import sites

from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC, Viewer
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.models import Claim, LedgerEntry, List, Mention
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.display import facilities, records
from habeas.display.asking import Query
from habeas.exchange.importing import import_folder
from habeas.vocabulary import values
from habeas.web.explore.frame import contents

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
CAMP = "Example training centre"
SAMPLE = [{"rows": "all", "checked_by": "A reviewer", "against": "nothing: it is made up"}]


@pytest.fixture
def site(archive: Archive, tmp_path: Path) -> Callable[[Viewer], facilities.FacilityShown]:
    """``site(viewer)``: the camp as that viewer may see it."""
    add_reviewer(archive)
    folder = sites.write(tmp_path / "sites")
    import_folder(archive, folder, person := archive.keyring.person(archive.keyring.people()[0]))
    with archive.writing(person) as batch:
        verbs.accept(batch, List.objects.get().position, SAMPLE, "Looked at.")
        verbs.define(batch, key="listed", title="Sites by who lists them", kind="counted",
                     text=sites.INVENTORIES, marking=Marking(handling="public"))  # fmt: skip

    def seen(viewer: Viewer) -> facilities.FacilityShown:
        found = records.record(viewer, position(CAMP), Query({})).facility
        assert found is not None
        return found

    return seen


def position(caption: str) -> int:
    return int(Mention.objects.get(caption=caption).position)


def ref(at: int) -> Ref:
    return Ref(LedgerEntry.objects.get(position=at).entry_id, at)


def said(of: Any) -> dict[str, list[str]]:
    return {each.property.name: [card.value.leads.text for card in each.accounts] for each in of}


Site = Callable[[Viewer], facilities.FacilityShown]


def test_place_and_former_use_stand_first_with_how_near_the_point_is(site: Site) -> None:
    shown = site(OWNER)
    facts = said(shown.facts)
    assert facts["converted_from"] == ["a secondary school", "a farm"]
    assert facts["location"][0] == "37.101° N, 79.901° E (to the site)"
    assert shown.precision == (
        "located to the site",
        "located only to the county: it may be anywhere in it",
    )
    assert "area_growth" not in facts


def test_pictures_are_in_order_of_time_and_as_vague_as_their_dates(site: Site) -> None:
    found = site(OWNER).pictures
    assert found is not None
    assert [each.dates for each in found.observations] == [
        "1 May 2016", "1 July 2018", "1 July 2018", "2020",
    ]  # fmt: skip
    first, *_, vague = found.observations
    assert first.bar is not None
    assert first.bar.certain
    assert vague.bar is not None
    assert not vague.bar.certain
    assert vague.bar.end - vague.bar.start > 150  # a year of five
    assert first.by is not None
    assert first.by.source is not None
    assert vague.by is None  # two speak of it
    assert said(first.said)["features"] == ["Outer wall", "Watchtower"]
    stances = [card.stance.code for each in first.said for card in each.accounts]
    assert stances.count("denies") == 1


def test_grades_of_one_day_stand_beside_each_other_and_none_is_preferred(site: Site) -> None:
    found = site(OWNER).pictures
    assert found is not None
    assert found.grades is not None
    grades = found.grades
    assert [a.name.text for a in grades.assessors if a] == ["Institute North", "Institute South"]
    told = [
        (
            day.when.edtf if day.when else "",
            [[g.claim.value.leads.text for g in by if g.claim.value.leads] for by in day.grades],
            day.state,
        )
        for day in grades.days
    ]
    assert told == [
        ("2016-05-01", [["Tier 1"], []], ""),
        ("2018-07-01", [["Tier 3"], ["Tier 2"]], "differ"),
        ("2020", [["Cannot be graded"], ["Tier 4"]], ""),  # not seen enough is no other grade
    ]
    own = {
        day.when.edtf: [[len(g.criteria) for g in by] for by in day.grades]
        for day in grades.days
        if day.when
    }
    assert own["2020"] == [[0], [1]]  # criteria are those of who grades, not another's
    assert "tier-0" not in [tier.code for tier in grades.tiers]
    assert all(tier.meaning.startswith("Criteria 1: ") for tier in grades.tiers)


def test_grades_by_other_criteria_are_not_compared(site: Site, archive: Archive) -> None:
    site(OWNER)
    old = Claim.objects.get(subject=position("Picture of July 2018 (South)"), property="criteria")

    with archive.writing(archive.keyring.person(archive.keyring.people()[0])) as batch:
        verbs.correct(
            batch, ref(old.position), subject=ref(old.subject), property="criteria",
            value=values.text("Another scheme", "en"), marking=Marking(handling="public"),
            attribution=[Attribution(ref(old.source))],
        )  # fmt: skip
    found = site(OWNER).pictures
    assert found is not None
    assert found.grades is not None
    assert [day.state for day in found.grades.days] == ["", "other-criteria", ""]


def test_measured_and_reported_growth_are_apart(site: Site) -> None:
    shown = site(OWNER)
    assert shown.areas is not None
    assert [change.percent for change in shown.areas.changes] == [300, 330]
    assert all(change.low_95 is not None for change in shown.areas.changes)
    assert len(shown.areas.outlines) == 3
    (reported,) = shown.growth_reported
    assert reported.value.leads is not None
    assert reported.value.leads.text == "269 percent"


def test_the_growth_leads_to_the_figures_of_its_own_kind(site: Site, archive: Archive) -> None:
    site(OWNER)
    person = archive.keyring.person(archive.keyring.people()[0])
    with archive.writing(person) as batch:
        for key, rest in (
            ("grown", "kind: reported\nreports: area_growth\n"),
            ("held", "kind: reported\nreports: people_held\n"),
            ("traced", "kind: measured\nmeasures: area-change\n"),
            ("outlines", "kind: measured\nmeasures: area\n"),
        ):
            verbs.define(
                batch, key=key, title=key.title(), kind=rest.split()[1],
                text=f"key: {key}\ntitle: {key.title()}\n{rest}",
                marking=Marking(handling="team" if key == "traced" else "public"),
            )  # fmt: skip
    shown = site(OWNER)
    assert shown.areas is not None
    assert [each.url.of for each in shown.growth_figures] == ["grown"]
    assert [each.url.of for each in shown.areas.figures] == ["traced"]
    public = site(PUBLIC)
    assert public.areas is None or public.areas.figures == ()  # a definition of the team's


def test_who_lists_it_is_said_by_the_claim_that_does(site: Site) -> None:
    listed = site(OWNER).inventories
    assert [each.name for each in listed] == ["List North", "List South"]
    assert all(each.figure.title == "Sites by who lists them" for each in listed)


def test_people_held_there_are_numbers_over_what_one_may_see(site: Site) -> None:
    assert site(OWNER).held == facilities.HeldThere(2, 1, 2, 2, more=False)
    assert site(PUBLIC).held == facilities.HeldThere(1, 1, 1, 1, more=False)
    names = {field.name for field in dataclasses.fields(facilities.HeldThere)}
    assert names == {"people", "detentions", "statements", "speakers", "more"}


def test_what_one_may_not_see_leaves_no_column(site: Site, archive: Archive) -> None:
    found = site(PUBLIC).pictures
    assert found is not None
    assert found.grades is not None
    assert all(not g.analysts for day in found.grades.days for by in day.grades for g in by)
    assert "analyst" not in said(found.observations[0].said)


def test_another_kind_of_record_and_a_bare_facility_have_nothing_of_it(site: Site) -> None:
    site(OWNER)
    assert records.record(OWNER, position("Example county"), Query({})).facility is None
    bare = records.record(OWNER, position("Another centre"), Query({})).facility
    assert bare is not None
    assert (bare.pictures, bare.areas, bare.held, bare.growth_reported) == (None, None, None, ())


def test_it_asks_as_often_for_many_pictures(
    site: Site, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            site(OWNER)
        return len(caught)

    site(OWNER)
    before = asked()
    camp, source = position(CAMP), Claim.objects.filter(property="tier").first()
    assert source is not None

    public = Marking(handling="public")
    by = [Attribution(ref(source.source))]
    with archive.writing(archive.keyring.person(archive.keyring.people()[0])) as batch:
        for n in range(30):
            view = verbs.mention(batch, "observation", f"Picture {n}", of=ref(camp), marking=public)
            day = values.date(f"2019-01-{n + 1:02}")
            verbs.claim(batch, view, "observed", day, by, marking=public)
            verbs.claim(batch, view, "tier", values.code("facility-tier", "tier-2"), by,
                        marking=public)  # fmt: skip
    assert asked() <= before + 1
    assert before <= 58
    monkeypatch.setattr(facilities, "MOST", 5)
    few = site(OWNER).pictures
    assert few is not None
    assert (len(few.observations), few.more) == (5, 29)


def test_the_twin_holds_the_same(site: Site) -> None:
    data = contents.content(site(OWNER), RequestFactory().get("/records/1/"))
    assert data["pictures"]["grades"]["days"][1]["state"] == "differ"
    assert data["areas"]["changes"][0]["percent"] == 300
    assert data["growth_reported"][0]["value"]["leads"]["text"] == "269 percent"
