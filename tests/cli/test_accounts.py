"""`habeas accounts`: what is printed, folded and refused; and the library beside it."""

from __future__ import annotations

import pytest
from django.db import connections
from tests.cli.running import run
from tests.web.making import PUBLIC as OPEN
from tests.web.making import Shelf
from tests.web.test_hidden_accounts import NO, YES, say

import habeas
from habeas.archive import verbs
from habeas.archive.opening import Archive
from habeas.vocabulary import values

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def told(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> Archive:
    shelf = Shelf(archive, archive.keyring.add_person(None))
    with archive.writing() as batch:
        for code, kind in (("w-9", "witness"), ("ministry", "government")):
            made = verbs.source(
                batch, code, kind, interests=[{"kind": "party", "text": "spoke in court"}],
                marking=OPEN,
            )  # fmt: skip
            shelf.put(code, made)
        person = verbs.mention(batch, "person", "One who spoke", marking=OPEN)
        shelf.put("witness", person)
        batch.flush()
        say(shelf, batch, NO, "w-9", "2018")
        say(shelf, batch, YES, "w-9", "2021-02", where="in court\x1b[31m")
        say(shelf, batch, values.text("Teacher"), "w-9", "2018", of="occupation")
        say(shelf, batch, NO, "ministry", "2019")
    monkeypatch.chdir(archive.directory)
    return archive


def test_accounts_are_printed_side_by_side_and_folded(told: Archive) -> None:
    said = run("accounts", "w-9")
    assert said.code == 0, said.said
    lines = said.out.splitlines()
    assert "Accounts: 2018; February 2021, in court\ufffd[31m" in lines
    assert "Party to the matter: spoke in court" in lines[0]
    first = next(line for line in lines if "Says ill-treated" in line)
    assert first.endswith("told differently")
    assert "Teacher" in said.out
    assert "    Yes" not in said.out
    assert said.out.count("folded  #") == 3
    assert "score" not in said.out
    unfolded = run("accounts", "w-9", "--unfold")
    assert "folded" not in unfolded.out
    assert "    Yes  #" in unfolded.out
    assert "    ministry" in unfolded.out


def test_its_json_is_the_values_of_the_page(told: Archive) -> None:
    found = run("accounts", "w-9", "--json").json
    assert [each["said"]["edtf"] for each in found["accounts"]] == ["2018", "2021-02"]
    assert [row["folded"] for row in found["compared"]] == [True, False]
    printed = run("accounts", "w-9").out.splitlines()[:-1]
    number = found["source"]["position"]
    assert run("accounts", f"#{number}", "--json").json == found
    assert "url" not in found["source"]
    connections.close_all()
    with habeas.open(told.directory) as archive:
        shown = archive.accounts("w-9")
        assert shown.to_dict() == found
        assert archive.accounts(number).to_dict() == found
        assert str(shown).replace("\x1b", "\ufffd").splitlines() == printed
        assert "    Yes  #" in shown.text(unfold=True)
        with pytest.raises(habeas.HabeasError, match="No source"):
            archive.accounts("nobody")


@pytest.mark.parametrize("asked", ["nobody", "#999999", "1", "9" * 30])
def test_what_is_no_source_is_refused(told: Archive, asked: str) -> None:
    said = run("accounts", asked)
    assert said.code == 3
    assert "No source has the number or code" in said.err
