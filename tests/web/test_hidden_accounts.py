"""What a witness said out of a reader's sight leaves no trace on what that reader is shown.

Each way of being hidden is recorded beside accounts that everybody may read; page, data, number of
queries and refusals must stay as they were, byte by byte. The owner sees it, so nothing is vacuous.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.web.conftest import Reader
from tests.web.making import SECRET, Shelf
from tests.web.test_on_a_list import entry
from tests.web.test_pages import _main, address

from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC, Viewer, team_member
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.display import accounts
from habeas.display.asking import NotThere
from habeas.vocabulary import values
from habeas.vocabulary.values import Value

ReadingAs = Callable[[Archive, Viewer], Reader]
OPEN = Marking(handling="public")

#: Who reads: nobody known, one of the team without any case, one who is let into every case but
#: not to what is sealed.
READERS: dict[str, Callable[[], Viewer]] = {
    "public": lambda: PUBLIC,
    "outsider": lambda: team_member("an outsider", {}),
    "reader": lambda: team_member("a reader", {"main": "team", "case": "team"}),
}
PAGES = (
    "/sources/{speaker}/accounts/", "/sources/{speaker}/", "/sources/{ministry}/accounts/",
    "/sources/{ministry}/", "/sources/", "/records/{witness}/", "/records/person/",
    "/claims/{first}/", "/claims/{official}/", "/differences/",
)  # fmt: skip


def say(
    shelf: Shelf,
    batch: Batch,
    value: Value,
    by: str,
    said: str,
    *,
    about: str = "witness",
    of: str = "ill_treated",
    where: str = "",
    through: tuple[str, ...] = (),
    marking: Marking = OPEN,
) -> Ref:
    steps = [Attribution(entry(shelf, by), "experienced", said=said, where=where)]
    steps += [Attribution(entry(shelf, each)) for each in through]
    return verbs.claim(batch, entry(shelf, about), of, value, steps, marking=marking)


YES, NO = values.code("answer", "yes"), values.code("answer", "no")


@pytest.fixture
def told(shelf: Shelf) -> Shelf:
    """A witness who spoke in 2018 and in 2021, and a ministry that denies it."""
    with shelf.archive.writing(shelf.reviewer) as batch:
        speaker = verbs.source(batch, "w-9", "witness", about="Spoke twice.", marking=OPEN)
        shelf.put("speaker", speaker)
        verbs.consent(batch, speaker, basis="public-statement", audience="public", marking=OPEN)
        witness = shelf.put(
            "witness", verbs.mention(batch, "person", "One who spoke", marking=OPEN)
        )
        verbs.consent(batch, witness, basis="public-statement", audience="public", marking=OPEN)
    with shelf.archive.writing() as batch:
        shelf.put("first", say(shelf, batch, NO, "speaker", "2018"))
        shelf.put("second", say(shelf, batch, YES, "speaker", "2021-02", where="in court"))
        shelf.put("official", say(shelf, batch, NO, "ministry", "2019"))
        text = values.text("A school like any other.")
        say(shelf, batch, text, "speaker", "2018", about="camp-2", of="purpose")
        say(shelf, batch, text, "ministry", "2018-08-13", about="camp-2", of="purpose")
    return shelf


def _sealed(shelf: Shelf) -> Marking:
    return Marking(compartment=entry(shelf, "case"), handling="sealed")


def _restricted(shelf: Shelf) -> Marking:
    return Marking(compartment=entry(shelf, "case"), handling="restricted")


def _account(shelf: Shelf, batch: Batch, marking: Marking) -> None:
    """One more account: between the two, before both, without a date, on things not spoken of."""
    for said, where in (("2019-05", ""), ("2016", SECRET), ("", SECRET), ("2021-02", "in court")):
        for value in (YES, NO):
            say(shelf, batch, value, "speaker", said, where=where, marking=marking)
    secret = values.text(SECRET)
    say(shelf, batch, secret, "speaker", "2020", about="camp-2", of="purpose", marking=marking)
    say(shelf, batch, secret, "speaker", "2020", of="health", marking=marking)
    say(shelf, batch, YES, "speaker", "2018", of="saw_violence", marking=marking)
    say(shelf, batch, YES, "speaker", "2018", about="person", marking=marking)


def in_a_sealed_case(shelf: Shelf, batch: Batch) -> None:
    _account(shelf, batch, _sealed(shelf))


def in_a_restricted_case(shelf: Shelf, batch: Batch) -> None:
    _account(shelf, batch, _restricted(shelf))


def through_someone_sealed(shelf: Shelf, batch: Batch) -> None:
    """Handled as public, by one who is not: an interviewer whose name is sealed."""
    for said in ("2019-05", "2016"):
        say(shelf, batch, YES, "speaker", said, through=("secret",))


def of_a_sealed_person(shelf: Shelf, batch: Batch) -> None:
    """What the witness says of somebody whose mention is sealed, and that both are one person."""
    say(shelf, batch, YES, "speaker", "2019-05", about="secret-person")
    verbs.judge(
        batch, entry(shelf, "witness"), entry(shelf, "secret-person"), "same", SECRET,
        marking=_sealed(shelf),
    )  # fmt: skip


def under_a_sealed_name(shelf: Shelf, batch: Batch) -> None:
    """The witness's name, an account of theirs by it, and a sealed version of the source."""
    sealed = _sealed(shelf)
    name = values.text(SECRET)
    say(shelf, batch, name, "speaker", "2017", of="name", marking=sealed)
    number = values.identifier(SECRET)
    say(shelf, batch, number, "speaker", "2017", of="identity_number")
    named = verbs.source(
        batch, "w-9", "witness", about=SECRET, previous=entry(shelf, "speaker"), marking=sealed
    )
    shelf.put("speaker-named", named)
    batch.flush()
    say(shelf, batch, YES, "speaker-named", "2019-05")


def by_officials(shelf: Shelf, batch: Batch) -> None:
    """What a government says of the same: sealed words of an open one, and a sealed government."""
    for said in ("2016", "2019-05", ""):
        say(shelf, batch, YES, "ministry", said, where=SECRET, marking=_sealed(shelf))
    secret = values.text(SECRET)
    say(
        shelf, batch, secret, "ministry", "2016", about="camp-2", of="purpose",
        marking=_restricted(shelf),
    )  # fmt: skip
    bureau = verbs.source(batch, SECRET, "government", name=SECRET, marking=_sealed(shelf))
    shelf.put("bureau", bureau)
    batch.flush()
    say(shelf, batch, NO, "bureau", "2019")
    say(shelf, batch, secret, "bureau", "2019", about="camp-2", of="purpose")


WAYS = (
    in_a_sealed_case,
    in_a_restricted_case,
    through_someone_sealed,
    of_a_sealed_person,
    under_a_sealed_name,
    by_officials,
)


def _shown(shelf: Shelf, reader: Reader) -> dict[str, tuple[str, Any, int]]:
    """Of each page its words, its data without how long the ledger is, and how much was asked."""
    found: dict[str, tuple[str, Any, int]] = {}
    for path in PAGES:
        where = address(shelf, path)
        with CaptureQueriesContext(connection) as asked:
            page = reader.page(where)
        queries = len(asked)
        main = page[page.index("<main") : page.index("</main>")]
        proof = main.find('id="proof"')
        twin = reader.twin(where)
        twin.pop("proof", None)
        found[path] = (main[: None if proof < 0 else proof], twin, queries)
    return found


@pytest.mark.parametrize("persona", READERS)
def test_what_was_said_out_of_sight_changes_nothing(
    told: Shelf, reading_as: ReadingAs, persona: str
) -> None:
    reader = reading_as(told.archive, READERS[persona]())
    before = _shown(told, reader)
    assert not [path for path, (_page, _twin, queries) in before.items() if not queries]
    for way in WAYS:
        seen_by_owner = accounts.accounts(OWNER, told.at["speaker"])
        with told.archive.writing(told.reviewer) as batch:
            way(told, batch)
        assert accounts.accounts(OWNER, told.at["speaker"]) != seen_by_owner, way.__name__
    after = _shown(told, reader)
    for path, found in before.items():
        assert SECRET not in json.dumps(after[path]), path
        assert after[path] == found, path


@pytest.mark.parametrize("persona", READERS)
def test_the_accounts_of_a_hidden_source_are_answered_like_those_of_none(
    told: Shelf, reading_as: ReadingAs, persona: str
) -> None:
    reader = reading_as(told.archive, READERS[persona]())
    hidden, nowhere = told.at["secret"], 999_999
    pages = [reader.get(f"/sources/{each}/accounts/") for each in (hidden, nowhere)]
    assert [page.status_code for page in pages] == [404, 404]
    assert _main(pages[0]) == _main(pages[1])
    twins = [reader.get(f"/sources/{each}/accounts.json") for each in (hidden, nowhere)]
    assert [twin.status_code for twin in twins] == [404, 404]
    assert twins[0].json() == twins[1].json()
    counted = [_queries(READERS[persona](), position) for position in (hidden, nowhere)]
    assert counted[0] == counted[1]


def _queries(viewer: Viewer, position: int) -> int:
    with CaptureQueriesContext(connection) as asked, pytest.raises(NotThere):
        accounts.accounts(viewer, position)
    return len(asked)


@pytest.mark.parametrize("persona", READERS)
def test_hidden_words_take_no_place_where_not_all_is_shown(
    told: Shelf, monkeypatch: pytest.MonkeyPatch, persona: str
) -> None:
    """Limits are counted over what the reader may see."""
    viewer, speaker = READERS[persona](), told.at["speaker"]
    claims = accounts.accounts(viewer, speaker)
    compared = sum(len(each.claims) for row in claims.compared for each in row.told)
    monkeypatch.setattr(accounts, "CLAIMS", compared)
    monkeypatch.setattr(accounts, "OFFICIAL", sum(len(row.official) for row in claims.compared))
    before = accounts.accounts(viewer, speaker)
    assert before == claims
    assert not before.more
    with told.archive.writing(told.reviewer) as batch:
        for way in WAYS:
            way(told, batch)
            batch.flush()
    assert accounts.accounts(viewer, speaker) == before
    assert accounts.accounts(OWNER, speaker).more
