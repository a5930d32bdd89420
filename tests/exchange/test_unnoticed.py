"""What an import brings that nobody may notice is said, and a remark on a consent opens nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.archive.making import acting, add_reviewer, newspaper, says

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC, visible
from habeas.archive.opening import Archive
from habeas.archive.verbs.referring import Marking
from habeas.custody.errors import BundleError
from habeas.exchange.bundling.choosing import choose
from habeas.exchange.folder import read_folder
from habeas.exchange.importing import import_folder, preview

OPEN = Marking(handling="public")


def folder_of(path: Path, **tables: str) -> Path:
    path.mkdir()
    for name, text in tables.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_repeated_code_or_name_is_said(archive: Archive, tmp_path: Path) -> None:
    sources = "id,kind,code,name\ns-1,witness,w-2,\ns-2,publication,news,The News\n"
    people = "id,kind,caption\nm-1,person,Example Person\nm-2,facility,Example camp\n"
    first = folder_of(tmp_path / "first", sources=sources, mentions=people)
    person = add_reviewer(archive)
    assert import_folder(archive, first, person).notes == ()
    again = folder_of(
        tmp_path / "again",
        sources="id,kind,code,name\ns-1,witness,w-2,\ns-9,publication,other,The News\n",
        mentions="id,kind,caption\nm-1,person,Example Person\nm-2,facility,Example camp\n",
    )
    _, notes = preview(archive, read_folder(again))
    assert [note.partition(":")[0] for note in notes] == [
        "1 source has a code that another source has too",
        "1 source has a name that another source has too",
        "1 person has another's name",
    ]
    assert import_folder(archive, again, person).notes == notes


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_consent_with_a_remark_is_said_and_opens_nothing(
    archive: Archive, tmp_path: Path
) -> None:
    tables = {
        "sources": "id,kind,code,handling\ns-1,publication,news,public\n",
        "mentions": "id,kind,caption,handling\nm-1,person,Example Person,public\n",
        "claims": "id,subject,property,value,source,handling\nc-1,m-1,gender,female,s-1,public\n",
    }
    consent = "subject,basis,audience,purposes,scope\nm-1,given,public,publication,{}\n"
    remark = folder_of(tmp_path / "remark", **tables, consents=consent.format("yes but no name"))
    made = import_folder(archive, remark, add_reviewer(archive))
    assert "opens nothing" in made.notes[0]
    assert not visible(PUBLIC, m.Mention).exists()
    record = visible(OWNER, m.Mention).get(caption="Example Person").position
    with pytest.raises(BundleError, match="agreed to be public with a remark"):
        choose(archive, "public", record=record)


@pytest.mark.parametrize("words", [{"scope": "no name"}, {"at_risk": "a brother"}, {"reason": "?"}])
def test_any_remark_holds_back(archive: Archive, words: dict[str, str]) -> None:
    with archive.writing(acting(archive)) as batch:
        person = verbs.mention(batch, "person", "Test Person", marking=OPEN)
        verbs.consent(batch, person, basis="given", audience="public", marking=OPEN, **words)
    assert not visible(PUBLIC, m.Mention).exists()


def test_what_was_said_in_public_rests_on_that(archive: Archive) -> None:
    with archive.writing(acting(archive)) as batch:
        person = verbs.mention(batch, "person", "Test Person", marking=OPEN)
        verbs.consent(
            batch, person, basis="public-statement", audience="public", marking=OPEN,
            reason="Spoke in court under this name.",
        )  # fmt: skip
    assert visible(PUBLIC, m.Mention).exists()


DEFINITION = """\
key: people
title: People
kind: counted
handling: public
counts: person
unit: persons
rules:
  - {rule: has-claim, property: name}
"""


def test_a_public_bundle_is_refused_while_a_remark_holds_somebody_back(archive: Archive) -> None:
    with archive.writing(acting(archive)) as batch:
        source = newspaper(batch)
        two = [verbs.mention(batch, "person", f"Test Person {n}", marking=OPEN) for n in range(2)]
        for person in two:
            says(batch, person, source)
        verbs.consent(batch, two[0], basis="given", audience="public", marking=OPEN)
        verbs.consent(
            batch, two[1], basis="given", audience="public", scope="no name", marking=OPEN
        )
        verbs.define(
            batch, key="people", title="People", kind="counted", text=DEFINITION, marking=OPEN
        )
    with pytest.raises(BundleError, match=f"with a remark.*: {two[1].position}"):
        choose(archive, "public", figure="people")
    with archive.writing(acting(archive)) as batch:
        verbs.consent(batch, two[1], basis="given", audience="team", marking=OPEN)
        verbs.withdraw(batch, two[1], marking=OPEN)
    assert choose(archive, "public", figure="people").positions


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_point_without_a_precision_is_said_and_recorded_so(
    archive: Archive, tmp_path: Path
) -> None:
    folder = folder_of(
        tmp_path / "points",
        sources="id,kind,code\ns,publication,news\n",
        mentions="id,kind,caption\nf,facility,A site\n",
        claims="id,subject,property,value,source\n"
        'c-1,f,location,"37.08,80.18",s\nc-2,f,location,"37.08,80.18 settlement",s\n',
    )
    _, (note,) = preview(archive, read_folder(folder))
    assert note.startswith("1 point has no precision: c-1.")
    assert "settlement" in note
    assert import_folder(archive, folder, add_reviewer(archive)).notes == (note,)
    told = m.Claim.objects.order_by("row").values_list("value", flat=True)
    assert [json.loads(value)["precision"] for value in told] == ["not-stated", "settlement"]
