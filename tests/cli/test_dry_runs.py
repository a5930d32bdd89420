"""``--dry-run``: what would come of it, without a terminal, a person or a trace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.running import Ended

from habeas.archive.models import Mention

Habeas = Callable[..., Ended]

TABLES = {
    "exhibits.csv": "id,file\nx,note.txt\n",
    "sources.csv": "id,kind,code\np,publication,paper\n",
    "mentions.csv": "id,kind,caption\nt,place,Town\n",
    "claims.csv": "id,subject,property,value,source,exhibit,quote\n1,t,name,Town,p,x,the gate\n",
    "definitions/towns.yaml": "key: towns\ntitle: Towns\nkind: counted\ncounts: place\nrules: []\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "in"
    (place / "definitions").mkdir(parents=True)
    (place / "note.txt").write_text("Another saw the gate.", encoding="utf-8")
    for name, text in TABLES.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


def size(habeas: Habeas) -> int:
    return int(habeas("verify", "--json").json["size"])


def test_an_import_is_checked_whole_and_nothing_is_recorded(
    habeas: Habeas, archive_here: Path, folder: Path
) -> None:
    before, objects = size(habeas), sorted((archive_here / "objects").rglob("*"))
    tried = habeas("import", folder, "--dry-run", "--json")
    assert tried.code == 0, tried.said
    assert tried.json["list"] is None
    assert (size(habeas), sorted((archive_here / "objects").rglob("*"))) == (before, objects)
    made = habeas("import", folder, "--json").json
    counts = {name: tried.json[name] for name in ("exhibits", "sources", "mentions", "claims")}
    assert counts == {name: made[name] for name in counts}
    assert habeas("import", folder, "--dry-run").code != 0  # these very files are imported
    (folder / "claims.csv").write_text("id,subject\n1,nobody\n", encoding="utf-8")
    wrong = habeas("import", folder, "--dry-run", "--again")
    assert (wrong.code != 0, "claims.csv" in wrong.err) == (True, True)


def test_a_retraction_is_previewed_without_a_terminal_or_a_reason(
    habeas: Habeas, archive_here: Path, folder: Path
) -> None:
    claims = habeas("import", folder, "--json").json
    before = size(habeas)
    list_ = str(claims["list"])
    tried = habeas("retract", list_, "--dry-run", "--json")
    assert tried.code == 0, tried.said
    assert (tried.json["retracted"], tried.json["target"]) == (None, claims["list"])
    assert len(tried.json["claims"]) == claims["claims"]
    assert [figure["key"] for figure in tried.json["figures"]] == ["towns"]
    assert size(habeas) == before
    assert "--reason" in habeas("retract", list_, "--yes").err
    done = habeas("retract", list_, "--reason", "x", "--yes", "--json")
    assert done.json["figures"] == tried.json["figures"]
    assert habeas("rebuild", "--check").code == 0


def test_an_acceptance_says_what_the_public_would_see(
    habeas: Habeas, archive_here: Path, folder: Path, tmp_path: Path
) -> None:
    for path, words in (("mentions.csv", ",handling\nt,place,Town,public\n"),):
        (folder / path).write_text(TABLES[path].partition("\n")[0] + words, encoding="utf-8")
    figure = folder / "definitions/towns.yaml"
    figure.write_text(TABLES["definitions/towns.yaml"] + "handling: public\n", encoding="utf-8")
    list_ = str(habeas("import", folder, "--json").json["list"])
    waits = habeas("accept", "--json").json["lists"]
    assert [(each["list"], each["acceptance"], each["binds"]) for each in waits] == [
        (int(list_), None, True)
    ]
    assert "waits; not public" in habeas("accept").out
    assert "not a list" in habeas("accept", "0").err
    before = size(habeas)
    said = ("--rows", "1-2", "--checked-by", "r-1", "--against", "the note")
    tried = habeas("accept", list_, *said, "--dry-run", "--json")
    assert tried.code == 0, tried.said
    (figure,) = tried.json["figures"]
    assert (figure["key"], figure["after"]) == ("towns", "1 place")
    assert size(habeas) == before
    assert "No sample" in habeas("accept", list_, "--dry-run").err
    sample = tmp_path / "sample.csv"
    sample.write_text("rows,checked_by\n1,r-1\n", encoding="utf-8")
    assert "against" in habeas("accept", list_, "--sample", sample, "--dry-run").err
    sample.write_text("rows,checked_by,against\n1-2,r-1,the note\n", encoding="utf-8")
    done = habeas("accept", list_, "--sample", sample, "--reason", "Read", "--yes", "--json")
    assert done.json["figures"] == tried.json["figures"]
    assert done.json["sample"] == tried.json["sample"]
    assert "accepted at" in habeas("accept").out
    assert "Nothing waits" in habeas("accept").out
    back = habeas("retract", str(done.json["acceptance"]), "--reason", "Not all", "--yes")
    assert "the rows of its list are closed, 1 claim" in back.out
    assert "waits; not public" in habeas("accept").out
    assert habeas("rebuild", "--check").code == 0


def test_the_policy_of_the_gate_is_shown_and_set(habeas: Habeas, archive_here: Path) -> None:
    shown = habeas("policy", "gate", "--json").json
    assert shown == {"entry": 0, "acceptance": "binding", "depiction_by": "another"}
    assert "someone other than who claimed it" in habeas("policy", "gate").out
    assert "--reason" in habeas("policy", "gate", "--anyone", "--yes").err
    made = habeas("policy", "gate", "--anyone", "--reason", "We are two", "--yes", "--json")
    assert made.json["depiction_by"] == "anyone"
    assert habeas("policy", "gate", "--json").json == made.json
    again = habeas("policy", "gate", "--anyone", "--reason", "We are two", "--yes")
    assert "already the current" in again.err


def test_whoever_approves_or_carries_out_may_look_first(
    habeas: Habeas, archive_here: Path, tmp_path: Path
) -> None:
    (tmp_path / "one.txt").write_text("Some words to be erased here.", encoding="utf-8")
    exhibit = habeas("add", tmp_path / "one.txt", "--json").json["sealed"][0]["exhibit"]
    asked = habeas("erase", "request", "exhibit", str(exhibit), "--reason", "x", "--yes", "--json")
    request, before = str(asked.json["requested"]), size(habeas)
    looked = habeas("erase", "approve", request, "--dry-run", "--json")
    assert looked.code == 0, looked.said
    assert (looked.json["approved"], looked.json["erased"]) == (None, asked.json["erased"])
    assert size(habeas) == before
    early = habeas("erase", "carry-out", request, "--dry-run")
    assert "no approval" in early.err


def test_a_hold_a_consent_and_a_key_are_looked_at_first(
    habeas: Habeas, archive_here: Path, tmp_path: Path
) -> None:
    (tmp_path / "one.txt").write_text("Some words.", encoding="utf-8")
    exhibit = str(habeas("add", tmp_path / "one.txt", "--json").json["sealed"][0]["exhibit"])
    assert habeas("hold", "set", exhibit, "--authority", "A court").code == 0
    person = habeas("people", "list", "--json").json["people"][0]["pseudonym"]
    before = size(habeas)
    for arguments in (
        ("hold", "lift", exhibit, "--authority", "The same"),
        ("people", "retire", person),
    ):
        tried = habeas(*arguments, "--dry-run", "--json")
        assert tried.code == 0, tried.said
        assert tried.json["entry"] is None
    assert habeas("consent", "withdraw", "1", "--dry-run").code != 0  # no person is there
    assert size(habeas) == before
    assert "A court" in habeas("hold").out


def test_a_bundle_is_foretold_and_nothing_is_written(
    habeas: Habeas, archive_here: Path, folder: Path, tmp_path: Path
) -> None:
    made = habeas("import", folder, "--json").json
    assert made["claims"] == 1
    (mention,) = Mention.objects.values_list("position", flat=True)
    before, there = size(habeas), tmp_path / "bundle"
    # Above public too: numbers are told, and nothing leaves.
    asked = ("bundle", "make", "--to", there, "--record", mention, "--level", "team")
    tried = habeas(*asked, "--dry-run", "--json")
    assert tried.code == 0, tried.said
    assert not there.exists()
    assert size(habeas) == before
    said = habeas(*asked, "--dry-run").out
    assert "Given whole: note.txt" in said
    assert "Nothing was written or recorded." in said
    assert habeas(*asked).code != 0  # without a purpose
    person = habeas("people", "add", "--unprotected", "--json").json["pseudonym"]
    purpose = ("--purpose", "For a court's expert.", "--as", person)
    done = habeas(*asked, *purpose, "--json").json
    same = ("about", "level", "entries", "files", "given_whole", "withheld")
    assert {name: tried.json[name] for name in same} == {name: done[name] for name in same}
