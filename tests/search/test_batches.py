"""A list of words: what for is recorded first, every word is answered, nothing else is kept."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from tests.archive.making import add_reviewer
from tests.search.making import PUBLIC, TEAM, Sealed, seal_texts
from tests.support.revealing import assert_nothing_shows

from habeas.archive import models as m
from habeas.archive.access import OWNER, Viewer
from habeas.archive.access import PUBLIC as THE_PUBLIC
from habeas.archive.errors import EntryRefused, PersonNeeded
from habeas.archive.opening import Archive
from habeas.archive.search import batches, refresh
from habeas.archive.search.errors import BatchRefused

Indexed = tuple[Archive, list[Sealed]]
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def listed(folder: Path, text: str) -> list[batches.ListedWord]:
    path = folder / "words.csv"
    path.write_text(text, encoding="utf-8")
    return batches.read_list(path)


def table(
    archive: Archive, viewer: Viewer, asked: list[batches.ListedWord]
) -> list[dict[str, str]]:
    target = io.StringIO()
    batches.write(archive, viewer, asked, target, exact=True)
    return list(csv.DictReader(io.StringIO(target.getvalue())))


def test_every_word_is_answered(indexed: Indexed, tmp_path: Path) -> None:
    archive, sealed = indexed
    asked = listed(tmp_path, "name,born\nKashgar,1980\nNobody Here,\n拘留,\n")
    assert [one.text for one in asked] == ["Kashgar", "Nobody Here", "拘留"]
    rows = table(archive, OWNER, asked)
    assert [(row["line"], row["word"], row["passages"], row["found"]) for row in rows] == [
        ("2", "Kashgar", "1", "Kashgar"),
        ("3", "Nobody Here", "0", ""),
        ("4", "拘留", "1", "拘留"),
    ]
    assert rows[2]["layer"] == str(sealed[1].layer)
    assert rows[0]["before"] == "A letter from "


def test_only_what_the_person_may_see_is_in_the_table(archive: Archive, tmp_path: Path) -> None:
    seal_texts(archive, tmp_path / "open", ["An open camp."], marking=PUBLIC)
    seal_texts(archive, tmp_path / "inner", ["An inner camp.", "Teamword."], marking=TEAM)
    refresh(archive)
    asked = listed(tmp_path, "camp\nTeamword\n")
    assert [row["passages"] for row in table(archive, OWNER, asked)] == ["2", "2", "1"]
    assert [row["passages"] for row in table(archive, THE_PUBLIC, asked)] == ["1", "0"]


def test_the_purpose_is_recorded_and_the_words_are_not(indexed: Indexed, tmp_path: Path) -> None:
    archive, _ = indexed
    person = add_reviewer(archive)
    asked = listed(tmp_path, "Unusualsurname\nKashgar\n")
    entry = batches.log(archive, person, asked, "For the families who asked us in May.")
    (row,) = m.BatchSearch.objects.all()
    assert row.position == entry.position
    assert (row.words, row.digest) == (2, batches.digest_of(asked))
    assert row.purpose == "For the families who asked us in May."
    assert row.person == person.name.rpartition("/")[2]
    assert_nothing_shows(archive)
    kept = b"".join(
        bytes(data) for data in m.ContentDisclosures.objects.values_list("disclosures", flat=True)
    )
    assert b"Unusualsurname" not in kept
    assert not any("unusualsurname" in str(row) for row in m.BatchSearch.objects.values())


def test_without_a_purpose_or_a_person_nothing_is_searched(
    indexed: Indexed, tmp_path: Path
) -> None:
    archive, _ = indexed
    person = add_reviewer(archive)
    asked = listed(tmp_path, "Kashgar\n")
    with pytest.raises(EntryRefused, match="purpose"):
        batches.log(archive, person, asked, " why ")
    with pytest.raises(PersonNeeded):
        batches.log(archive, None, asked, "For the families.")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("", "one word or name a line"),
        ("name\n", "one word or name a line"),
        ("Kashgar\n---\n", "Each line is one word"),
        ("word\n" * 10_002, "split the list"),
    ],
)
def test_a_list_that_cannot_be_searched_is_refused(
    tmp_path: Path, archive: Archive, text: str, remedy: str
) -> None:
    with pytest.raises(BatchRefused) as refused:
        listed(tmp_path, text)
    assert remedy in refused.value.next_step


def test_a_list_that_is_not_utf8_is_refused(tmp_path: Path, archive: Archive) -> None:
    path = tmp_path / "words.csv"
    path.write_bytes("喀什".encode("gb18030"))
    with pytest.raises(BatchRefused, match="cannot be read"):
        batches.read_list(path)


def test_a_spreadsheet_runs_nothing_of_the_table(archive: Archive, tmp_path: Path) -> None:
    seal_texts(archive, tmp_path / "texts", ["=cmd|' /C calc'!A1 camp"], names=["=evil.txt"])
    refresh(archive)
    (row,) = table(archive, OWNER, listed(tmp_path, "camp\n"))
    assert row["before"].startswith("'=")
    assert row["file"] == "'=evil.txt"
