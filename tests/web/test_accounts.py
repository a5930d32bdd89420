"""A source's accounts by date: what a reader sees, and that a hidden account leaves no trace."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.web.conftest import Reader
from tests.web.making import SECRET, Shelf
from tests.web.test_on_a_list import entry

from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC, Viewer
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.display import accounts
from habeas.vocabulary import counts, values

ReadingAs = Callable[[Archive, Viewer], Reader]
OPEN = Marking(handling="public")


def tell(shelf: Shelf, said: str, answer: str) -> None:
    """The witness says on a date whether she was ill-treated."""
    with shelf.archive.writing() as batch:
        verbs.claim(
            batch,
            entry(shelf, "witness-person"),
            "ill_treated",
            values.code("answer", answer),
            [Attribution(entry(shelf, "speaker"), "experienced", said=said)],
            marking=OPEN,
        )


@pytest.fixture
def told(shelf: Shelf) -> Shelf:
    with shelf.archive.writing() as batch:
        shelf.put(
            "speaker", verbs.source(batch, "speaker", "person", name="A Speaker", marking=OPEN)
        )
        shelf.put("witness-person", verbs.mention(batch, "person", "One who spoke", marking=OPEN))
    tell(shelf, "2018", "no")
    tell(shelf, "2021-02", "yes")
    return shelf


def test_accounts_stand_side_by_side_folded_and_without_blame(
    told: Shelf, reading_as: ReadingAs
) -> None:
    reader = reading_as(told.archive, OWNER)
    path = f"/sources/{told.at['speaker']}/"
    assert f"{path}accounts/" in reader.page(path)
    page = reader.page(f"{path}accounts/")
    assert "<details" in page
    assert "Told differently" in page
    twin = reader.twin(f"{path}accounts/")
    assert [each["said"]["edtf"] for each in twin["accounts"]] == ["2018", "2021-02"]
    assert [each["state"] for each in twin["compared"][0]["told"]] == ["first", "changed"]


def test_a_hidden_account_leaves_no_trace(shelf: Shelf) -> None:
    ministry = shelf.at["ministry"]
    before, whole = accounts.accounts(PUBLIC, ministry), accounts.accounts(OWNER, ministry)
    assert before.compared
    with shelf.archive.writing() as batch:
        verbs.claim(
            batch,
            entry(shelf, "camp-1"),
            "description",
            values.text(SECRET),
            [Attribution(entry(shelf, "ministry"), "saw", said="2016", where=SECRET)],
            marking=Marking(handling="restricted"),
        )
    assert accounts.accounts(PUBLIC, ministry) == before
    assert len(accounts.accounts(OWNER, ministry).accounts) == len(whole.accounts) + 1


def test_queries_do_not_grow_with_accounts(told: Shelf) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            accounts.accounts(OWNER, told.at["speaker"])
        return len(asked)

    few = queries()
    for year in range(1990, 2010):
        tell(told, str(year), "yes")
    assert queries() == few


def test_officials_who_deny_stand_first_and_the_rest_is_counted(told: Shelf) -> None:
    with told.archive.writing() as batch:
        for number, stance in enumerate(["asserts"] * 7 + ["denies"]):
            verbs.claim(
                batch,
                entry(told, "witness-person"),
                "ill_treated",
                values.code("answer", "yes"),
                [Attribution(entry(told, "ministry"), said=f"20{10 + number}")],
                stance=stance,
                marking=OPEN,
            )
    row = accounts.accounts(OWNER, told.at["speaker"]).compared[0]
    assert [card.stance.code for card in row.official] == ["denies", *["asserts"] * 5]
    assert row.official_more == 2


def test_a_record_and_a_figure_lead_to_those_who_spoke_more_than_once(
    told: Shelf, reading_as: ReadingAs
) -> None:
    reader = reading_as(told.archive, OWNER)
    there = f"/sources/{told.at['speaker']}/accounts/"
    record = f"/records/{told.at['witness-person']}/"
    assert there in reader.page(record)
    (found,) = reader.twin(record)["several_accounts"]
    assert (found["occasions"], found["claims"], found["told"]) == (2, 2, there)
    tell(told, "2021-02", "yes")
    assert reader.twin(record)["several_accounts"][0]["occasions"] == 2
    assert reader.twin(f"/records/{told.at['person']}/")["several_accounts"] == []
    with told.archive.writing() as batch:
        verbs.claim(
            batch,
            entry(told, "region"),
            "people_held",
            values.count(counts.make(9, 9, approximate=False, unit="persons")),
            [Attribution(entry(told, "institute"), said="2020")],
            marking=OPEN,
        )
    for path in ("/figures/held/", "/figures/held/why/"):
        speakers = {one["source"]["code"]: one for one in reader.twin(path)["speakers"]}
        assert speakers["ministry"]["told"] is None
        assert speakers["institute"]["occasions"] == 2
        assert f"/sources/{told.at['institute']}/accounts/" in reader.page(path)


def test_the_place_of_an_account_follows_its_date_without_a_gap(
    told: Shelf, reading_as: ReadingAs
) -> None:
    with told.archive.writing() as batch:
        verbs.claim(
            batch,
            entry(told, "witness-person"),
            "role",
            values.code("role", "witness"),
            [Attribution(entry(told, "speaker"), said="2018-07-13", where="court")],
            marking=OPEN,
        )
    page = reading_as(told.archive, OWNER).page(f"/sources/{told.at['speaker']}/accounts/")
    bare = re.sub(r"<[^>]+>", "", page)
    assert re.search(r"13 July 2018,\s+court", bare)
    assert not re.search(r"13 July 2018\s+,", bare)
