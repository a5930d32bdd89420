"""The exercise: a made-up table whose counts are those of the article, marked wherever it is."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path

import pytest
from django.test import Client

from habeas.archive.access import OWNER
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.making import init_archive
from habeas.archive.opening import Archive
from habeas.archive.synthetic import SENTENCE
from habeas.archive.verbs.referring import Marking
from habeas.cli.made_up import its_person, load_exercise
from habeas.cli.speaking import Speaker
from habeas.custody.keys.key_names import origins_in
from habeas.demo.exercise import ROWS, table
from habeas.exchange.bundling.choosing import choose
from habeas.exchange.bundling.writing import Recipient, write
from habeas.exchange.exporting.writing import ExportRequest, export
from habeas.exchange.folder import read_folder
from habeas.figures.definition import recorded
from habeas.figures.evaluation.evaluating import evaluate
from habeas.web.site.gate import Gate, open_gate
from habeas.web.site.viewing import SHOWN, ShownPage

#: What the public article gives for the list that it describes.
OF_THE_ARTICLE = {
    "on-the-list": 311,
    "listed-for-birth-control": 149,
    "listed-as-untrustworthy": 116,
    "only-untrustworthy": 88,
    "listed-for-a-crime": 24,
    "listed-for-terrorism": 6,
    "said-to-be-held": 0,
}


@pytest.fixture
def exercise(tmp_path: Path) -> Archive:
    archive = init_archive(tmp_path / "exercise", passphrase=None, synthetic=True)
    load_exercise(archive, Speaker())
    return archive


def test_the_table_is_the_same_everywhere_and_has_nobody_in_it() -> None:
    assert hashlib.sha256(table()).hexdigest() == (
        "204438acc92d2c1a619a9c224eb3193470584139026a4bcf8d92756d3a66e1c4"
    )
    rows = list(csv.DictReader(io.StringIO(table().decode())))
    assert [row["No."] for row in rows] == [str(n) for n in range(1, ROWS + 1)]
    assert {row["Relatives abroad"] for row in rows} == {"yes"}
    assert all(origins_in(" ".join(row.values()).encode()) == {True} for row in rows)


def test_its_figures_are_the_articles_and_everything_says_synthetic(
    exercise: Archive, tmp_path: Path
) -> None:
    assert exercise.origin.endswith("/synthetic")
    found = {
        definition.key: evaluate(exercise, definition, OWNER)
        for definition in recorded.in_force(OWNER)
        if definition.key in {*OF_THE_ARTICLE, "let-go-or-due", "industrial-park"}
    }
    assert {key: found[key].number for key in OF_THE_ARTICLE} == OF_THE_ARTICLE
    assert (found["let-go-or-due"].number or 0) > ROWS / 2  # the article: most
    assert 0 < (found["industrial-park"].number or 0) < ROWS / 2  # the article: some
    weak = {point.name for point in found["on-the-list"].weak}
    assert "on-a-list" in weak

    gate = Gate(hosts=("127.0.0.1:8417",))
    open_gate(gate)
    try:
        shown = {SHOWN: ShownPage(exercise, OWNER)}
        client = Client(HTTP_HOST="127.0.0.1:8417", **shown)
        client.get(f"/?token={gate.token}")
        for path in ("/", "/figures/", "/figures/only-untrustworthy/why/", "/about/", "/nowhere"):
            page = client.get(path)
            assert "SYNTHETIC</strong>" in page.content.decode(), path
            assert page["X-Habeas-Origin"] == "SYNTHETIC"
        for path in ("/overview.json", "/figures/only-untrustworthy.json"):
            assert client.get(path).json()["synthetic"] == SENTENCE
    finally:
        open_gate(None)

    to = tmp_path / "claims.csv"
    export(
        exercise,
        ExportRequest(OWNER, ("claims",), to, purpose="To test what is exported"),
        its_person(exercise),
    )
    rows = list(csv.reader(io.StringIO(to.read_text("utf-8"))))
    assert rows[0][0] == "synthetic"
    assert {row[0] for row in rows[1:]} == {"SYNTHETIC"}
    about = json.loads((tmp_path / "claims.csv.codebook.json").read_text("utf-8"))
    assert about["synthetic"] == SENTENCE


def test_each_text_of_a_bundle_that_people_read_says_so(exercise: Archive, tmp_path: Path) -> None:
    chosen = choose(exercise, "team", figure="listed-for-terrorism", purpose=0)
    write(exercise, chosen, "team", tmp_path / "bundle", handover=Recipient("A tester", "A test"))
    for name in ("report/report.html", "certification/draft.txt", "why/why.txt"):
        assert SENTENCE in (tmp_path / "bundle/data" / name).read_text("utf-8"), name
    assert (tmp_path / "bundle/data/why/why.txt").read_text("utf-8").startswith(SENTENCE)


def test_neither_kind_of_archive_seals_what_the_other_made(
    archive: Archive, tmp_path: Path
) -> None:
    made_up = tmp_path / "cases.csv"
    made_up.write_bytes(table())
    added = add_files(archive, [Received(made_up)])
    ((_, error),) = added.refused
    assert (error.code, added.exhibits) == ("origin.mixed", [])
    real = tmp_path / "note.md"
    real.write_text(f"{archive.origin}/entry/v1\n")
    assert not add_files(archive, [Received(real, marking=Marking())]).refused
    other = init_archive(tmp_path / "other", passphrase=None, synthetic=True)
    ((_, error),) = add_files(other, [Received(real)]).refused
    assert error.code == "origin.mixed"
    assert not add_files(other, [Received(made_up)]).refused


def test_the_folder_beside_the_table_holds_no_fault() -> None:
    from habeas.demo.exercise import FOLDER, exercise_path

    assert read_folder(exercise_path() / FOLDER).faults.found == []
