"""What the editors counted themselves: right by their own note, and followed to each place."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.running import Ended, run
from tests.support import films
from tests.web.conftest import Reader, reading_as

from habeas.archive.access import OWNER
from habeas.archive.opening import open_archive
from habeas.demo import corpus_path, tally_path
from habeas.errors import HabeasError

__all__ = ["reading_as"]  # a fixture
ENTRIES = {"no": 0, "one": 1, "two": 2, "three": 3, "four": 4}
PLACES = {
    "cell C194, sheet 1": "208", "page 1, 3-70 % across, 58-80 % down": "120",
    "0:01-0:20.750": "79", "the whole file": "192",
}  # fmt: skip
PURPOSE = ("--purpose", "To look at the demonstration")


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    films.require()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    ended = run("demo", "--no-serve")
    assert ended.code == 0, ended.said
    assert "left out" not in ended.said, ended.said[:600]
    monkeypatch.chdir(tmp_path / "demo-archive")
    return tmp_path / "demo-archive"


def test_the_tally_is_that_of_the_note() -> None:
    note = (corpus_path() / "exhibits" / "positions-table.md").read_text(encoding="utf-8")
    rows = re.findall(r"^- Row (\d+)\. (.+): (\w+) entr(?:y|ies)(.*)\.$", note, re.M)
    counted = [
        [
            number,
            state,
            str(ENTRIES[count] * ("support" in side)),
            str(ENTRIES[count] * ("condemn" in side)),
        ]
        for number, state, count, side in rows
    ]
    with (tally_path() / "files" / "tally.csv").open(encoding="utf-8", newline="") as file:
        header, *listed, total = csv.reader(file)
    assert len(header) == 4
    assert listed == counted
    assert total == ["", "all rows", "208", "120"]
    assert len(counted) == 192
    assert sum(row[2:] == ["0", "0"] for row in counted) == 79
    assert sum(int(row[2]) for row in counted) == 208
    assert sum(int(row[3]) for row in counted) == 120


def test_each_number_is_followed_to_its_place(
    demo: Path, reading_as: Callable[..., Reader]
) -> None:
    told = run("why", "positions-tally", *PURPOSE)
    assert told.code == 0, told.said
    why = told.out
    for place, number in PLACES.items():
        assert place in why
        assert f"Records: {number} records" in " ".join(why.replace("│", " ").split())
    made = run("bundle", "make", "--figure", "positions-tally", "--level", "public",
               "--to", demo.parent / "bundle")  # fmt: skip
    assert made.code == 0, made.said
    alone = subprocess.run(
        [sys.executable, "-I", demo.parent / "bundle" / "verify.py"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "HOLDS            Places that are not words are inside their files" in alone
    assert run("verify").code == 0
    reader = reading_as(open_archive(demo), OWNER)
    assert "/figures/positions-tally/" in reader.page("/figures/")
    assert "/figures/positions-tally/" in reader.page("/")
    accounts = reader.twin("/figures/positions-tally/")["accounts"]
    cited = [each["place"]["words"] for account in accounts for each in account["passages"]]
    assert sorted(cited) == sorted(PLACES)
    page = reader.page("/figures/positions-tally/")
    assert all(place in page for place in PLACES)
    found = set()
    for claim in reader.twin("/figures/positions-tally/why/")["tree"]["children"][-1]["children"]:
        (passage,) = reader.twin(claim["url"])["passages"]
        shown = reader.twin(reader.get(passage["url"])["Location"].partition("#")[0])
        assert shown["cited_places"]["asked"]["place"] == passage["place"]
        found.add(passage["place"]["words"])
    assert found == PLACES.keys()


def test_where_the_files_cannot_be_read_the_tally_is_left_out_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> Ended:
        raise HabeasError("No sandbox here.", next_step="Install one.")

    monkeypatch.setattr("habeas.cli.commands.demo.read_what_waits", refused)
    monkeypatch.chdir(tmp_path)
    ended = run("demo", "--no-serve")
    assert ended.code == 0, ended.said
    assert "so it is left out: No sandbox here." in " ".join(ended.said.split())
    assert run("why", "positions-tally", *PURPOSE, "--archive", "demo-archive").code != 0
