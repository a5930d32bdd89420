"""A claim on a cell, a rectangle, a time and a whole file, from a figure down to its place."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.cli.running import Ended
from tests.reading.test_sheets import xlsx
from tests.support import films
from tests.web.conftest import Reader, reading_as

from habeas.archive.access import OWNER
from habeas.archive.opening import open_archive
from habeas.reading import pieces_out

__all__ = ["reading_as"]  # a fixture

Habeas = Callable[..., Ended]
FIGURE = """\
key: sites
title: Sites named
question: How many sites are named?
kind: counted
handling: public
counts: facility
unit: facilities
view: number
rules:
  - {rule: has-claim, property: name}
"""
SOURCES = "id,kind,code,handling\ns,publication,news,public\n"
PLACES = {
    "sheet": "cell A2, sheet 1",
    "photo": "page 1, 10-42.5 % across, 5-20 % down",
    "sound": "0:00.250-0:00.750",
    "film": "0:00.500-0:01, 25-75 % across, 0-50 % down",
    "whole": "the whole file",
}


@pytest.fixture
def exhibits(archive_here: Path, habeas: Habeas) -> dict[str, int]:
    """A table of two people, a picture, a second of silence and two of a film, read."""
    films.require()
    folder = archive_here.parent / "files"
    folder.mkdir()
    (folder / "people.csv").write_text("name,year\nBaran,1975\n", encoding="utf-8")
    Image.new("RGB", (120, 80), "white").save(folder / "photo.png")
    with wave.open(str(folder / "talk.wav"), "wb") as talk:
        talk.setnchannels(1)
        talk.setsampwidth(2)
        talk.setframerate(8_000)
        talk.writeframes(bytes(16_000))
    (folder / "film.mp4").write_bytes(films.film())
    given = habeas("add", folder, "--handling", "public", "--json").json
    found = {Path(each["file"]).stem: int(each["exhibit"]) for each in given["sealed"]}
    return {
        "sheet": found["people"], "photo": found["photo"], "sound": found["talk"],
        "film": found["film"], "whole": found["photo"],
    }  # fmt: skip


def drafts(folder: Path, exhibits: dict[str, int], places: dict[str, str]) -> Path:
    folder.mkdir()
    mentions = "id,kind,caption,handling\n"
    claims = "id,subject,property,value,source,exhibit,place,handling\n"
    for name, place in places.items():
        mentions += f"m-{name},facility,Site {name},public\n"
        claims += f'c-{name},m-{name},name,Site {name},s,#{exhibits[name]},"{place}",public\n'
    (folder / "sources.csv").write_text(SOURCES, "utf-8")
    (folder / "mentions.csv").write_text(mentions, "utf-8")
    (folder / "claims.csv").write_text(claims, "utf-8")
    (folder / "definitions").mkdir()
    (folder / "definitions" / "sites.yaml").write_text(FIGURE, "utf-8")
    return folder


def passages_below(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The steps of a why tree that are passages."""
    if step["kind"] == "passage":
        yield step
    for child in step["children"]:
        yield from passages_below(child)


def followed(reader: Reader, figure: str) -> dict[str, dict[str, Any]]:
    """From a figure's page by its why to the pages of its places: what is asked for on each."""
    assert f'href="/figures/{figure}/why/"' in reader.page(f"/figures/{figure}/")
    found = {}
    for step in passages_below(reader.twin(f"/figures/{figure}/why/")["tree"]):
        there = reader.get(step["url"])["Location"].partition("#")[0]
        shown = reader.twin(there)
        asked = shown["cited_places"]["asked"]
        assert step["title"].startswith(asked["place"]["words"])
        assert asked["place"]["words"] in reader.page(there)
        found[asked["place"]["words"]] = shown
    return found


def test_from_a_figure_over_its_pages_to_each_place(
    exhibits: dict[str, int], archive_here: Path, habeas: Habeas,
    reading_as: Callable[..., Reader],
) -> None:  # fmt: skip
    assert habeas("import", drafts(archive_here.parent / "drafts", exhibits, PLACES)).code == 0
    reader = reading_as(open_archive(archive_here), OWNER)
    shown = followed(reader, "sites")
    assert shown.keys() == set(PLACES.values())
    (cell,) = (
        cell
        for row in shown[PLACES["sheet"]]["text"]["table"]["rows"]
        for cell in row["cells"]
        if any(piece["found"] for piece in cell["pieces"])
    )
    assert "".join(piece["text"] for piece in cell["pieces"]) == "Baran"
    picture = shown[PLACES["photo"]]["text"]["picture"]
    assert [each["left"] for each in picture["rectangles"] if each["current"]] == [100_000]
    assert Image.open(io.BytesIO(reader.get(picture["url"]).content)).size[0] > 0
    for name, start, stop in (("sound", 250, 750), ("film", 500, 1_000)):
        recording = shown[PLACES[name]]["recording"]
        cited = recording["cited"]
        assert (recording["at"], cited["from_ms"], cited["to_ms"]) == (start, start, stop)
        pieces_out.check(reader.get(recording["source"]).content)
    assert cited["across"] == 500_000
    assert shown[PLACES["whole"]]["exhibit"]["position"] == exhibits["whole"]


def test_a_retracted_source_is_refused_with_the_reason_whatever_it_cites(
    exhibits: dict[str, int], archive_here: Path, habeas: Habeas
) -> None:
    assert habeas("import", drafts(archive_here.parent / "drafts", exhibits, PLACES)).code == 0
    number = habeas(
        "export", "sources", "--level", "team", "--purpose", "To find the number of the source",
        "--to", archive_here.parent / "s.jsonl",
    )  # fmt: skip
    assert number.code == 0, number.said
    (source,) = (
        json.loads(line)["source"]
        for line in (archive_here.parent / "s.jsonl").read_text("utf-8").splitlines()
    )
    reason = "It was invented in an office"
    assert habeas("retract", str(source), "--reason", reason, "--yes").code == 0
    folder = drafts(archive_here.parent / "again", exhibits, PLACES)
    claims = (folder / "claims.csv").read_text("utf-8").replace(",s,#", f",#{source},#")
    (folder / "claims.csv").write_text(claims, "utf-8")
    (folder / "sources.csv").unlink()
    refused = habeas("import", folder)
    assert refused.code != 0
    assert f"claims.csv, lines 2 to 6, source: The source at entry {source}" in refused.said
    assert f"Why: {reason}" in " ".join(refused.said.split())


def test_from_a_figure_to_each_place(
    exhibits: dict[str, int], archive_here: Path, habeas: Habeas
) -> None:
    ended = habeas("import", drafts(archive_here.parent / "drafts", exhibits, PLACES), "--json")
    assert ended.code == 0, ended.said
    sample = ("--rows", "all", "--checked-by", "r-1", "--against", "the files")
    reason = ("--reason", "Each place was looked at")
    assert habeas("accept", str(ended.json["list"]), *sample, *reason, "--yes").code == 0
    told = habeas("why", "sites")
    assert told.code == 0, told.said
    why = told.out
    for place in PLACES.values():
        assert place in why
    assert "cell A2, sheet 1: “Baran”" in why
    assert "name: ⟦Baran⟧ · year: 1975" in why
    assert "not checked by this program: look at the place" in why
    checked = habeas("verify")
    assert checked.code == 0
    assert "5 places against their bounds" in checked.out
    assert "shows" not in checked.out
    bundle = archive_here.parent / "bundle"
    made = habeas("bundle", "make", "--figure", "sites", "--level", "public", "--to", bundle)
    assert made.code == 0, made.said
    tree = (bundle / "data" / "why" / "why.txt").read_text("utf-8")
    assert all(place in " ".join(tree.split()) for place in PLACES.values())
    alone = subprocess.run(
        [sys.executable, "-I", bundle / "verify.py"], capture_output=True, text=True, check=True
    ).stdout
    for said in (alone, habeas("bundle", "verify", bundle).out):
        assert "HOLDS            Places that are not words are inside their files" in said
        assert "5 places" in said
        assert "shows what a claim says: look at the place" in " ".join(said.split())


def test_what_a_file_does_not_have_is_refused_by_row(
    exhibits: dict[str, int], archive_here: Path, habeas: Habeas
) -> None:
    wrong = {
        "sheet": "cell C2", "photo": "page 2", "sound": "0:00-0:02",
        "film": "0:01-0:02, 0-101 across, 0-5 down", "whole": "the half file",
    }  # fmt: skip
    ended = habeas("import", drafts(archive_here.parent / "drafts", exhibits, wrong))
    assert ended.code != 0
    for bounds in (
        "columns A, B",
        "page 1 only",
        "0:00 to 0:01",
        "from 0 % to 100 %",
        "‘the half file’",
    ):
        assert bounds in ended.said
    for line in (2, 3, 4, 5, 6):
        assert f"claims.csv, line {line}, place" in ended.said


def test_a_file_of_the_import_is_cited_where_the_archive_has_read_its_bytes(
    exhibits: dict[str, int], archive_here: Path, habeas: Habeas
) -> None:
    folder = drafts(archive_here.parent / "drafts", exhibits, {"sheet": "cell A2"})
    kept = archive_here.parent / "files" / "people.csv"
    (folder / "people.csv").write_bytes(kept.read_bytes())
    (folder / "exhibits.csv").write_text("id,file,handling\nx,people.csv,public\n", "utf-8")
    claims = (folder / "claims.csv").read_text("utf-8").replace(f"#{exhibits['sheet']}", "x")
    (folder / "claims.csv").write_text(claims.replace("cell A2", "cell D2"), "utf-8")
    assert "columns A, B" in habeas("import", folder).said
    (folder / "claims.csv").write_text(claims, "utf-8")
    (folder / "exhibits.csv").write_text("id,file,handling\nx,people.csv,team\n", "utf-8")
    assert "sealed by this import and not read yet" in habeas("import", folder).said
    (folder / "exhibits.csv").write_text("id,file,handling\nx,people.csv,public\n", "utf-8")
    ended = habeas("import", folder)
    assert ended.code == 0, ended.said
    assert "cell A2, sheet 1: “Baran”" in habeas("why", "sites").out


def test_a_place_is_cited_once_from_the_command_line(
    exhibits: dict[str, int], habeas: Habeas
) -> None:
    at = ("cite", str(exhibits["sheet"]), "--at", "cell B2")
    given = habeas(*at, "--json").json
    assert (given["quote"], given["form"], given["new"]) == ("1975", "cell", True)
    assert given["place"] == {"sheet": 1, "row": 2, "column": 2}
    assert (again := habeas(*at, "1975", "--json").json)["new"] is False
    assert again["passage"] == given["passage"]
    assert "holds other words: 1975" in habeas(*at, "1976").err
    words = habeas("cite", str(exhibits["sheet"]), "1975", "--json").json
    assert words["new"]  # the words there are another passage than the cell
    photo = ("cite", str(exhibits["photo"]), "A stamp", "--at")
    assert f"#{given['passage']}" not in habeas(*photo, "10-20 across, 0-5 down").out
    assert "page 1 only" in habeas(*photo, "page 2").err
    assert "[passage.outside]" in habeas(*photo, "page 2").err
    assert "[vocabulary.bad-location]" in habeas(*photo, "somewhere").err
    assert habeas(*photo, "page 1", "--page", "1").code == 2
    assert habeas("cite", str(exhibits["photo"])).code == 2


def test_a_sheet_is_cited_by_its_name(
    archive_here: Path, exhibits: dict[str, int], habeas: Habeas
) -> None:
    """On the command line and in an import; a wrong one is refused with the sheets there are."""
    book = archive_here.parent / "book.xlsx"
    book.write_bytes(xlsx('<row r="2"><c r="B2"><v>311</v></c></row>'))
    number = habeas("add", book, "--json").json["sealed"][0]["exhibit"]
    given = habeas("cite", str(number), "--at", "cell B2, sheet cells", "--json").json
    assert (given["quote"], given["place"]) == ("311", {"sheet": 1, "row": 2, "column": 2})
    wrong = habeas("cite", str(number), "--at", "cell B2, sheet People")
    assert "No sheet is named ‘People’" in wrong.err
    assert "Its sheets: 1 ‘Cells’" in wrong.err
    for sheet, code in (("Cells", 0), ("People", 1)):
        folder = archive_here.parent / f"in-{sheet}"
        folder.mkdir()
        (folder / "sources.csv").write_text("id,kind,code\ns,publication,n\n", "utf-8")
        (folder / "mentions.csv").write_text("id,kind,caption\nf,facility,A site\n", "utf-8")
        (folder / "claims.csv").write_text(
            "id,subject,property,value,source,exhibit,place\n"
            f'c,f,name,A site,s,#{number},"cell B2, sheet {sheet}"\n',
            "utf-8",
        )
        ended = habeas("import", folder, "--dry-run")
        assert (ended.code != 0) == bool(code), ended.said
        if code:
            assert "claims.csv, line 2, place: No sheet is named ‘People’" in ended.err
