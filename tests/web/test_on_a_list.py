"""A page of a record that is on a list: what an entry means, on whose word, and no detention."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.figures.world import say
from tests.web.conftest import Reader
from tests.web.making import SECRET, Shelf

from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC, Viewer
from habeas.archive.ledger.committed_entries import Ref, entry_id_at
from habeas.archive.opening import Archive
from habeas.archive.verbs.referring import Marking
from habeas.vocabulary import values

ReadingAs = Callable[[Archive, Viewer], Reader]
OPEN = Marking(handling="public")


def entry(shelf: Shelf, name: str) -> Ref:
    return Ref(entry_id_at(shelf.at[name]), shelf.at[name])


@pytest.fixture
def listed(shelf: Shelf) -> Shelf:
    """Camp 1 is on two lists: of one two speakers say what it means, of the other nobody."""
    with shelf.archive.writing() as batch:
        ministry, paper = (entry(shelf, name) for name in ("ministry", "paper"))
        about = None
        for name in ("asked", "silent"):
            made = verbs.mention(batch, "document", f"List that is {name}", marking=OPEN)
            shelf.put(name, made)
            about = about or made
            value = values.to_json(values.reference(made.entry_id))
            say(batch, entry(shelf, "camp-1"), "listed_in", value, paper)
        assert about is not None
        held = values.to_json(values.text("Held without trial."))
        say(batch, about, "inclusion_means", held, paper)
        say(batch, about, "inclusion_means", held, ministry, stance="denies")
        sealed = Marking(handling="sealed")
        secret = values.to_json(values.text(f"{SECRET} meaning."))
        say(batch, about, "inclusion_means", secret, paper, marking=sealed)
    return shelf


def test_it_says_what_an_entry_means_and_who_denies_it(
    listed: Shelf, reading_as: ReadingAs
) -> None:
    reader = reading_as(listed.archive, OWNER)
    path = f"/records/{listed.at['camp-1']}/"
    page = reader.page(path)
    assert "To be on a list is not to be detained." in page
    assert "No one has recorded what an entry in it means." in page
    lists = reader.twin(path)["lists"]
    assert [one["document"]["caption"]["text"] for one in lists] == [
        "List that is asked",
        "List that is silent",
    ]
    assert [[card["stance"]["code"] for card in one["means"]] for one in lists] == [
        ["asserts", "denies", "asserts"],
        [],
    ]


def test_the_public_is_shown_no_meaning_that_is_sealed(
    listed: Shelf, reading_as: ReadingAs
) -> None:
    reader = reading_as(listed.archive, PUBLIC)
    lists = reader.twin(f"/records/{listed.at['camp-1']}/")["lists"]
    assert [len(one["means"]) for one in lists] == [2, 0]
    assert SECRET not in reader.page(f"/records/{listed.at['camp-1']}/")


def test_a_record_on_no_list_says_nothing_of_lists(shelf: Shelf, reading_as: ReadingAs) -> None:
    reader = reading_as(shelf.archive, OWNER)
    assert 'id="lists"' not in reader.page(f"/records/{shelf.at['camp-1']}/")
