"""An importer is one module: what it yields is checked and recorded as a folder of CSV is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.archive.making import add_reviewer
from tests.exchange.json_case import read_json

from habeas.archive import models as m
from habeas.archive.opening import Archive
from habeas.exchange.errors import ImportedAlready, ImportRefused
from habeas.exchange.importing import import_drafts, preview

CASE: dict[str, list[dict[str, Any]]] = {
    "exhibits": [{"id": "x-1", "file": "note.txt"}],
    "sources": [{"id": "s-1", "kind": "publication", "code": "example-news"}],
    "mentions": [{"id": "m-1", "kind": "place", "caption": "Example town"}],
    "claims": [
        {
            "id": "c-1",
            "subject": "m-1",
            "property": "name",
            "value": "Example",
            "source": "s-1",
            "exhibit": "x-1",
            "quote": "Example town",
        }
    ],
}


def written(folder: Path, case: object) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "note.txt").write_text("Twelve rooms in Example town.", encoding="utf-8")
    path = folder / "case.json"
    path.write_text(json.dumps(case), encoding="utf-8")
    return path


def faults(archive: Archive, path: Path) -> list[str]:
    size = archive.size
    with pytest.raises(ImportRefused) as caught:
        import_drafts(archive, read_json(path), a_person(archive))
    assert archive.size == size
    return [str(fault) for fault in caught.value.faults]


def a_person(archive: Archive) -> Any:
    people = archive.keyring.people()
    return archive.keyring.person(people[0]) if people else add_reviewer(archive)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_drafts_of_another_format_are_recorded(archive: Archive, tmp_path: Path) -> None:
    person = add_reviewer(archive)
    path = written(tmp_path / "case", CASE)
    assert preview(archive, read_json(path))[0]["claims"] == 1
    made = import_drafts(archive, read_json(path), person)
    (claim,) = m.Claim.objects.all()
    assert (claim.row, claim.list) == ("c-1", made.list_position)
    assert m.Passage.objects.get().quote == "Example town"
    with pytest.raises(ImportedAlready, match=r"case\.json was imported"):
        import_drafts(archive, read_json(path), person)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_its_faults_are_told_at_its_own_places(archive: Archive, tmp_path: Path) -> None:
    add_reviewer(archive)
    claim = CASE["claims"][0]
    wrong = [
        claim | {"source": "s-2", "quote": "Thirteen"},
        claim | {"id": "c-2", "property": ""},
        claim | {"id": "c-3", "value": "Exam\u0000ple", "colour": "red", "stance": "shouts"},
    ]
    found = faults(archive, written(tmp_path / "case", CASE | {"claims": wrong}))
    told = "\n".join(found)
    assert "case.json at /claims/0, column source: 's-2' is not known." in told
    assert "case.json at /claims/0, column quote: The text of 'x-1' does not hold" in told
    assert "case.json at /claims/1, column property: This cell is empty." in told
    assert "case.json at /claims/2, column value: It holds the character U+0000" in told
    assert "case.json at /claims/2, column colour: No such column." in told
    assert "case.json at /claims/2, column stance: " in told
    assert len(found) == 6


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_name_of_a_row_that_was_refused_is_not_told_again(
    archive: Archive, tmp_path: Path
) -> None:
    add_reviewer(archive)
    lost = CASE | {"exhibits": [{"id": "x-1", "file": "gone.txt"}]}
    first, second = faults(archive, written(tmp_path / "case", lost))
    assert first.startswith("case.json at /exhibits/0, column file: No file named 'gone.txt'.")
    assert second.startswith("case.json, column quote: 1 name was not looked up, because of what")


@pytest.mark.parametrize("cell", [5, None, ["Example"], {"a": 1}, True])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_cell_that_is_not_a_text_is_a_fault(
    archive: Archive, tmp_path: Path, cell: object
) -> None:
    add_reviewer(archive)
    claim = CASE["claims"][0] | {"value": cell, "note": cell}
    found = faults(archive, written(tmp_path / "case", CASE | {"claims": [claim]}))
    assert [fault.split(": ")[0] for fault in found] == [
        "case.json at /claims/0, column value",
        "case.json at /claims/0, column note",
    ]
    assert all("It is not a text." in fault for fault in found)


WRONG: list[tuple[object, str]] = [
    ([], "case.json: This file is not an object."),
    ("claims", "case.json: This file is not an object."),
    (CASE | {"sources": {"id": "s-1"}}, "case.json at /sources: This is not a list of rows."),
    (CASE | {"sources": ["s-1"]}, "case.json at /sources/0: This row is not an object."),
]


@pytest.mark.parametrize(("case", "expected"), WRONG)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_not_a_file_of_the_format_is_a_fault(
    archive: Archive, tmp_path: Path, case: object, expected: str
) -> None:
    add_reviewer(archive)
    found = faults(archive, written(tmp_path / "case", case))
    assert sum(expected in fault for fault in found) == 1
    assert not any("is not known" in fault for fault in found)


@pytest.mark.parametrize("data", [b"{", b"\xff", b"[" * 200_000])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_file_that_is_not_json_is_a_fault(archive: Archive, tmp_path: Path, data: bytes) -> None:
    add_reviewer(archive)
    path = tmp_path / "case.json"
    path.write_bytes(data)
    assert faults(archive, path)[0].startswith("case.json: This file is not valid JSON: ")
