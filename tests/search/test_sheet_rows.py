"""A hit in a sheet is one row, each cell beside what heads its column."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from habeas.archive.access import OWNER
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.exhibits.places import of_layer
from habeas.archive.models import Layer
from habeas.archive.opening import Archive
from habeas.archive.pipeline.flow import read_what_waits
from habeas.archive.readings import locator_in, parts_of
from habeas.archive.search import refresh, searching
from habeas.archive.search.searching import Hit
from habeas.archive.search.sheet_rows import MOST_CELLS

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
WIDE = [f"Heading {n}" for n in range(60)]


def write(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture
def sheets(archive: Archive, tmp_path: Path, cases: Path) -> Archive:
    """The team's sheets, a wide one, one in Arabic, one inside of a zip; read and indexed."""
    wide = [[f"w{row}x{column}" for column in range(60)] for row in range(9)]
    long = [["far1", *["x" * 30_000] * 2, "far2"]]
    plain = write(tmp_path / "plain.csv", [["Tursun", "Hotan", "1975"], ["Omer", "Aksu", "1980"]])
    with zipfile.ZipFile(tmp_path / "box.zip", "w") as box:
        box.write(plain, "inner/plain.csv")
    files = [
        *sorted((cases / "team-sheet").iterdir()),
        cases / "fake-office" / "xml2003.xls",
        write(tmp_path / "wide.csv", [WIDE, *wide]),
        write(tmp_path / "long.csv", long),
        write(tmp_path / "story.csv", [["Name", "Story"], ["Ayshe", "one\ntwo\tthree"]]),
        write(tmp_path / "arabic.csv", [["الاسم", "السنة"], ["محمد", "2017"], ["علي", "2018"]]),
        tmp_path / "box.zip",
    ]
    add_files(archive, [Received(path) for path in files])
    read_what_waits(archive, workers=2)
    refresh(archive)
    return archive


def hits(archive: Archive, query: str, **more: object) -> list[Hit]:
    return searching.search(archive, OWNER.with_purpose(0), query, exact=True, **more).hits  # type: ignore[arg-type]


def told(hit: Hit) -> dict[str, str]:
    assert hit.row is not None
    return {cell.heading or cell.letters: cell.text for cell in hit.row.cells}


def test_hits_are_rows_with_their_headings(sheets: Archive) -> None:
    found = hits(sheets, '"Tursun Qadir" name:victims')
    assert len(found) == 2  # one in each of the two files, and not the 17 rows around
    for hit in found:
        assert told(hit)["Name (as given)"] == "Tursun Qadir-Example"
        assert told(hit)["中文名"] == "吐尔逊·卡德尔"
        assert hit.row is not None
        assert (hit.row.number, hit.row.heading_row) == (3, 1)
        assert hit.locator["row"] == 3
        marked = [cell.heading for cell in hit.row.cells if cell.ranges]
        assert marked == ["Name (as given)"]
    assert sorted(hit.row.sheet for hit in found if hit.row) == ["", "Victims"]
    (inside,) = hits(sheets, "Omer name:box")
    assert told(inside) == {"A": "Omer", "B": "Aksu", "C": "1980"}
    assert inside.row is not None
    assert inside.row.heading_row is None  # said, rather than Tursun taken for a heading
    (story,) = hits(sheets, "three")
    assert told(story) == {"Name": "Ayshe", "Story": "one\ntwo\tthree"}
    (arabic,) = hits(sheets, "محمد")
    assert told(arabic) == {"الاسم": "محمد", "السنة": "2017"}
    assert arabic.row is not None
    assert arabic.row.right_to_left
    (fake,) = hits(sheets, "买买提 name:xml2003")
    assert told(fake)["A"] == "买买提"


def test_a_word_is_met_within_its_row(sheets: Archive) -> None:
    assert len(hits(sheets, "Tursun Hotan name:plain")) == 1  # both cells of one row
    assert hits(sheets, "Tursun Aksu name:plain") == []  # of two rows
    assert hits(sheets, '"1975 Omer"') == []  # a phrase ends with its row
    assert len(hits(sheets, '"Tursun Hotan"')) == 1  # and goes on into the next cell
    assert len(hits(sheets, '"1975 Tursun"~5')) == 1
    assert hits(sheets, '"1975 Omer"~5') == []
    assert hits(sheets, "Tursun NOT Hotan name:plain") == []
    anywhere = hits(sheets, "file:(Tursun Aksu) name:plain")
    assert {hit.row.number for hit in anywhere if hit.row} == {1, 2}

    # However wide or long, a row is one hit, and says what it leaves out.
    (wide,) = hits(sheets, "w3x0 w3x50")
    assert wide.row is not None
    assert len(wide.row.cells) == MOST_CELLS
    assert wide.row.left_out == 60 - MOST_CELLS
    assert told(wide)["Heading 50"] == "w3x50"
    (far,) = hits(sheets, "far2")
    assert far.row is not None
    assert far.row.number == 1
    assert all(len(cell.text) <= 200 for cell in far.row.cells)
    for layer in Layer.objects.all():
        parts = parts_of(sheets, layer.position)
        places = of_layer(sheets, layer)
        for start in range(0, layer.length, max(1, layer.length // 200)):
            stop = min(layer.length, start + 40)
            assert places.locator(start, stop) == locator_in(parts, start, stop)
