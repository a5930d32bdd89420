"""A source's accounts by date: what a reader sees, and that a hidden account leaves no trace."""

from __future__ import annotations

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
from habeas.vocabulary import values

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
