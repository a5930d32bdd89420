"""A claim on a cell, a rectangle, a time and a whole file, from a figure down to its place."""

from __future__ import annotations

import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from tests.cli.running import Ended
from tests.support import films

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
    "whole": "the whole file",
}


@pytest.fixture
def exhibits(archive_here: Path, habeas: Habeas) -> dict[str, int]:
    """A table of two people, a picture and a second of silence, read."""
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
    given = habeas("add", folder, "--handling", "public", "--json").json
    found = {Path(each["file"]).stem: int(each["exhibit"]) for each in given["sealed"]}
    return {
        "sheet": found["people"], "photo": found["photo"], "sound": found["talk"],
        "whole": found["photo"],
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


def test_from_a_figure_to_each_place(
    exhibits: dict[str, int], archive_here: Path, habeas: Habeas
) -> None:
    ended = habeas("import", drafts(archive_here.parent / "drafts", exhibits, PLACES))
    assert ended.code == 0, ended.said
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
    assert "4 places against their bounds" in checked.out
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
        assert "4 places" in said
        assert "shows what a claim says: look at the place" in " ".join(said.split())


def test_what_a_file_does_not_have_is_refused_by_row(
    exhibits: dict[str, int], archive_here: Path, habeas: Habeas
) -> None:
    wrong = {
        "sheet": "cell C2", "photo": "page 2", "sound": "0:00-0:02", "whole": "the half file",
    }  # fmt: skip
    ended = habeas("import", drafts(archive_here.parent / "drafts", exhibits, wrong))
    assert ended.code != 0
    for bounds in ("columns A, B", "page 1 only", "0:00 to 0:01", "‘the half file’"):
        assert bounds in ended.said
    for line in (2, 3, 4, 5):
        assert f"claims.csv, line {line}, place" in ended.said


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
