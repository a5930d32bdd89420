"""A source's page: its whole output by state, its origins, what reviewers found, its retraction."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from tests.web.conftest import Reader
from tests.web.making import PUBLIC as OPEN
from tests.web.making import Shelf
from tests.web.test_on_a_list import entry
from tests.web.test_pages import address

from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC, Viewer
from habeas.archive.blast_radius import blast_radius
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.display import output
from habeas.display.asking import NotThere, Query
from habeas.vocabulary import values

ReadingAs = Callable[[Archive, Viewer], Reader]
PAPER = "/sources/{paper}/"


def numbers(twin: dict[str, list[dict[str, object]]]) -> dict[object, object]:
    return {one["state"]: one["number"] for one in twin["states"]}


def test_every_claim_is_in_one_state_and_each_state_is_a_page(shelf: Shelf, owner: Reader) -> None:
    path = address(shelf, PAPER)
    twin = owner.twin(path)
    found = numbers(twin)
    assert sum(found.values()) == twin["claims_in_all"] == len(twin["claims"])  # type: ignore[arg-type]
    assert found["corrected"] == found["retracted"] == 1
    assert found["reviewed"] == 1
    for state, number in found.items():
        some = owner.twin(f"{path}?state={state}")
        assert len(some["claims"]) == number
        assert [one["state"] for one in some["states"] if one["chosen"]] == [state]
        for card in some["claims"]:
            ended = (card["ended"] or {}).get("by", "")
            assert (ended == "retracted") == (state == "retracted")
            assert ("review" in card) == (not ended)
    reviewed = owner.twin(f"{path}?state=reviewed")["claims"][0]["review"]
    assert reviewed == {"reviewed": True, "grades": ["3 Possibly true"]}
    page = owner.page(path)
    assert re.search(r"reviewed\s*:\s*3 Possibly true", page)
    assert "not reviewed" in page
    assert owner.get(f"{path}?state=loud").status_code == 404


def test_what_is_hidden_is_in_no_state(shelf: Shelf, reading_as: ReadingAs) -> None:
    public = reading_as(shelf.archive, PUBLIC)
    before = public.twin(address(shelf, PAPER))
    with shelf.archive.writing(shelf.reviewer) as batch:
        sealed = Marking(compartment=entry(shelf, "case"), handling="sealed")
        by = [Attribution(entry(shelf, "paper"))]
        held = entry(shelf, "region")
        verbs.claim(batch, held, "other_name", values.text("Hidden"), by, marking=sealed)
        unseen = entry(shelf, "range")
        verbs.assess(batch, unseen, "claim", "credibility", "5", "no", marking=sealed)
        paper = entry(shelf, "paper")
        verbs.assess(batch, paper, "source", "reliability", "E", "no", marking=sealed)
        verbs.lineage(batch, paper, entry(shelf, "secret"), marking=sealed)
    assert public.twin(address(shelf, PAPER)) == before
    whole = reading_as(shelf.archive, OWNER).twin(address(shelf, PAPER))
    assert whole["claims_in_all"] > before["claims_in_all"]
    assert len(whole["origins"]["origins"]) == 2


def test_questions_do_not_grow_and_parts_hold_all(shelf: Shelf, owner: Reader) -> None:
    path = address(shelf, PAPER)
    before = owner.queries(path), owner.queries(f"{path}?state=unreviewed")
    with shelf.archive.writing() as batch:
        by = [Attribution(entry(shelf, "paper"))]
        about = entry(shelf, "region")
        for number in range(120):
            verbs.claim(batch, about, "other_name", values.text(f"N {number}"), by, marking=OPEN)
    assert (owner.queries(path), owner.queries(f"{path}?state=unreviewed")) == before
    seen, following = [], f"{path}?state=unreviewed"
    while following:
        twin = owner.twin(following.partition("#")[0])
        seen += [card["position"] for card in twin["claims"]]
        following = twin["pages"]["next"]
    assert seen == sorted(set(seen))
    assert len(seen) == numbers(owner.twin(path))["unreviewed"]


def test_counting_stops_and_says_so(
    shelf: Shelf, owner: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "COUNTED", 3)
    twin = owner.twin(address(shelf, PAPER))
    assert (twin["claims_in_all"], twin["claims_more"]) == (3, True)
    assert re.search(r"Of its first 3\s+claims", owner.page(address(shelf, PAPER)))
    with pytest.raises(NotThere):
        output.output(OWNER, shelf.at["paper"], Query({"state": "x"}))


def test_all_of_it_is_retracted_by_the_command_that_the_page_gives(
    shelf: Shelf, owner: Reader, reading_as: ReadingAs
) -> None:
    path = address(shelf, PAPER)
    command = owner.twin(path)["retracting"]
    assert command == f"habeas retract {shelf.at['paper']} --dry-run"
    assert command in owner.page(path)
    radius = blast_radius(OWNER, shelf.at["paper"])
    assert radius is not None
    standing = [card for card in owner.twin(path)["claims"] if card["ended"] is None]
    assert {card["position"] for card in standing} <= set(radius.claims)
    with shelf.archive.writing(shelf.reviewer) as batch:
        verbs.retract(batch, entry(shelf, "paper"), "source", "withdrawn", marking=OPEN)
    twin = owner.twin(path)
    assert twin["retracting"] == ""
    found = numbers(twin)
    assert found["reviewed"] == found["unreviewed"] == 0
    ministry = address(shelf, "/sources/{ministry}/")
    assert reading_as(shelf.archive, PUBLIC).twin(ministry)["retracting"] == ""


def test_origins_are_counted_through_lineage(shelf: Shelf, owner: Reader) -> None:
    paper = owner.twin(address(shelf, PAPER))["origins"]
    assert [one["code"] for one in paper["origins"]] == ["institute"]
    assert [one["code"] for one in paper["with_it"]] == ["institute"]
    ministry = owner.twin(address(shelf, "/sources/{ministry}/"))["origins"]
    assert [one["code"] for one in ministry["origins"]] == ["ministry"]
    assert ministry["with_it_in_all"] == 0
    with shelf.archive.writing() as batch:
        verbs.lineage(batch, entry(shelf, "paper"), entry(shelf, "ministry"), marking=OPEN)
    both = owner.twin(address(shelf, PAPER))["origins"]
    assert [one["code"] for one in both["origins"]] == ["institute", "ministry"]
    assert both["with_it_in_all"] == 0, "of two origins, it is the same as neither"


def test_reliability_and_credibility_are_two_answers(shelf: Shelf, owner: Reader) -> None:
    with shelf.archive.writing(shelf.reviewer) as batch:
        source = entry(shelf, "institute")
        verbs.assess(batch, source, "source", "reliability", "C", "some doubts", marking=OPEN)
    twin = owner.twin(address(shelf, "/claims/{number}/"))
    assert [one["scheme"] for one in twin["assessments"]] == ["credibility"]
    assert [one["grade"] for one in twin["reliability"]] == ["C"]
    page = owner.page(address(shelf, "/claims/{number}/"))
    assert page.index("How credible this claim is") < page.index("How reliable its source is")
    assert "C Fairly reliable" in page
    source_page = owner.page(address(shelf, "/sources/{institute}/"))
    assert "How reliable it is" in source_page
    assert "How credible this claim is" not in source_page


def test_interests_stand_beside_the_name_wherever_it_is_the_ground(
    shelf: Shelf, owner: Reader
) -> None:
    for path in (
        "/records/{region}/", "/claims/{number}/", "/claims/{denial}/", "/figures/held/",
        "/figures/held/why/", "/sources/{institute}/", "/sources/", "/differences/",
    ):  # fmt: skip
        assert "a foundation" in owner.page(address(shelf, path)), path
    figure = owner.twin("/figures/held/")
    assert any(one["source"]["interests"] for one in figure["speakers"])
    camps = owner.twin("/figures/camps/")
    assert [one["source"]["code"] for one in camps["speakers"]] == ["paper"]
    assert {place["speaker"]["code"] for place in camps["drawing"]["places"]} == {"paper"}
