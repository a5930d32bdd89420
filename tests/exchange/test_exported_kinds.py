"""What came after the first tables, in each file: cited places, detentions, outlines, amounts."""

from __future__ import annotations

import csv
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.archive.making import PUBLIC, add_reviewer, newspaper, says
from tests.archive.test_locations import cited, fill, ref_of
from tests.figures.test_episodes import say, somebody

from habeas.archive import verbs
from habeas.archive.access import OWNER
from habeas.archive.access import PUBLIC as ANYONE
from habeas.archive.opening import Archive
from habeas.archive.verbs.referring import Marking
from habeas.exchange.exporting import writing
from habeas.exchange.exporting.writing import ExportRequest
from habeas.exchange.tidy.citations import Citation
from habeas.exchange.tidy.claims import Claim
from habeas.exchange.tidy.reading import TidyReader
from habeas.vocabulary import schema, values

one_database = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
RING = "37.1,79.9 37.1,79.95 37.15,79.95"
TEAM = Marking(handling="team")


@dataclass
class World:
    archive: Archive
    at: dict[str, int]


@pytest.fixture
def world(archive: Archive, tmp_path: Path) -> World:
    signer = add_reviewer(archive)
    files = fill(archive, tmp_path)
    at = {
        "cell": cited(archive, files.sheet, "cell C4"),
        "row": cited(archive, files.sheet, "row 4"),
        "rectangle": cited(archive, files.pages, "page 3, 10-20.5 across, 0-50 down", "a stamp"),
        "time": cited(archive, files.film, "0:01-0:05, stream 1, 0-50 across, 0-50 down"),
        "whole": cited(archive, files.film, "whole file"),
    }
    with archive.writing(signer) as batch:
        paper = newspaper(batch)
        camp = verbs.mention(batch, "facility", "Example camp", marking=PUBLIC)
        person = somebody(batch)
        stay = verbs.mention(batch, "detention", "A stay", of=person, marking=PUBLIC)
        view = verbs.mention(batch, "observation", "A picture", of=camp, marking=PUBLIC)
        passages = tuple(ref_of(position) for position in at.values())
        at["claim"] = says(batch, camp, paper, passages=passages).position
        known = schema.core().properties
        for name, of, text in (
            ("outline", view, RING), ("cost", camp, "1250000.50-2000000 CNY"),
            ("held_from", stay, "2017-03"), ("detained", person, "2017"),
        ):  # fmt: skip
            ref = say(batch, of, name, values.parse(text, known[name]), paper)
            at[name] = ref.position
            if name == "detained":
                grouping = verbs.group(batch, stay, [ref], "The same spring.", marking=PUBLIC)
        at |= {"stay": stay.position, "view": view.position, "camp": camp.position}
        at |= {"person": person.position, "grouping": grouping.position}
    return World(archive, at)


def files(world: World, folder: Path) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Format → table → its rows as texts, numbers and None; made for the public."""
    folder.mkdir()
    for format_ in writing.FORMATS:
        asked = ExportRequest(ANYONE, writing.ALL, folder / f"x.{format_}")
        writing.export(world.archive, asked)
    base = sqlite3.connect(folder / "x.sqlite")
    base.row_factory = sqlite3.Row
    found: dict[str, dict[str, list[dict[str, Any]]]] = {name: {} for name in writing.FORMATS}
    for table in writing.ALL:
        lines = (folder / f"x-{table}.jsonl").read_text("utf-8").splitlines()
        found["jsonl"][table] = [json.loads(line) for line in lines]
        found["parquet"][table] = pyarrow.parquet.read_table(
            folder / f"x-{table}.parquet"
        ).to_pylist()
        found["sqlite"][table] = [dict(row) for row in base.execute(f"SELECT * FROM {table}")]
        with (folder / f"x-{table}.csv").open(encoding="utf-8", newline="") as file:
            found["csv"][table] = list(csv.DictReader(file))
    base.close()
    return found


def only(rows: list[dict[str, Any]], **wanted: object) -> dict[str, str]:
    """The one row with these cells, each cell as text."""
    told = [{name: "" if v is None else str(v) for name, v in row.items()} for row in rows]
    (row,) = (r for r in told if all(r[name] == str(v) for name, v in wanted.items()))
    return row


@one_database
def test_each_form_of_place_is_a_row_in_each_format(world: World, tmp_path: Path) -> None:
    expected: dict[str, dict[str, object]] = {
        "cell": {"place": "cell C4, sheet 1", "sheet": 1, "sheet_row": 4, "sheet_column": 3,
                 "quote": "1975", "start": 16, "stop": 20},
        "row": {"sheet": 1, "sheet_row": 4, "sheet_column": "", "start": 10},
        "rectangle": {"page": 3, "left": 100_000, "top": 0, "right": 205_000, "bottom": 500_000,
                      "quote": "a stamp", "start": "", "from_ms": ""},
        "time": {"from_ms": 1000, "to_ms": 5000, "stream": 1, "right": 500_000, "page": ""},
        "whole": {"place": "the whole file", "page": "", "from_ms": "", "sheet": ""},
    }  # fmt: skip
    for format_, tables in files(world, tmp_path / "out").items():
        assert len(tables["citations"]) == len(expected), format_
        for form, cells in expected.items():
            row = only(tables["citations"], form=form)
            assert row["claim"] == str(world.at["claim"])
            assert row["passage"] == str(world.at[form])
            assert len(row["exhibit_sha256"]) == 64
            assert {name: row[name] for name in cells} == {n: str(v) for n, v in cells.items()}


@one_database
def test_each_new_kind_is_in_each_format(world: World, tmp_path: Path) -> None:
    at = world.at
    for format_, tables in files(world, tmp_path / "out").items():
        for kind, owner in (("detention", "person"), ("observation", "camp")):
            assert only(tables["records"], kind=kind)["owner"] == str(at[owner]), format_
        outline = only(tables["claims"], claim=at["outline"])
        assert (outline["value"], outline["value_type"]) == (RING, "outline")
        assert (outline["owner"], outline["detention"]) == (str(at["camp"]), "")
        cost = only(tables["claims"], claim=at["cost"])
        assert (cost["value"], cost["value_type"]) == ("1250000.5-2000000 CNY", "amount")
        assert float(cost["amount_lower"]) == 1250000.5
        assert float(cost["amount_upper"]) == 2000000
        assert cost["amount_currency"] == "CNY"
        own, grouped = (only(tables["claims"], claim=at[n]) for n in ("held_from", "detained"))
        assert (own["owner"], own["detention"]) == (str(at["person"]), str(at["stay"]))
        assert (grouped["owner"], grouped["detention"]) == ("", str(at["stay"]))
        assert grouped["record"] == str(at["person"])


def test_each_new_kind_is_on_the_page_of_the_vocabulary(repository: Path) -> None:
    page = (repository / "docs" / "reference" / "vocabulary.md").read_text("utf-8")
    for line in ("| `outline` |", "| `amount` |"):  # types of values
        assert f"\n{line}" in page
    known = schema.core()
    for kind in ("detention", "observation"):
        assert f"| `{kind}` |" in page
        (section,) = (s for s in page.split("\n### ") if s.startswith(f"{kind.capitalize()}\n"))
        for each in known.of_kind(kind):
            if set(each.kinds) < set(known.kinds):  # of no other kind is it left to "Any record"
                assert f"| `{each.name}` |" in section


def rows(world: World, kind: str, viewer: Any) -> list[Any]:
    made = writing._rows(world.archive, TidyReader(viewer, world.archive.size), kind, "")
    return [writing.KINDS[kind](*row) for piece in made for row in piece]


@one_database
def test_a_grouping_tells_only_those_who_see_it_and_while_it_stands(world: World) -> None:
    def detention(viewer: Any) -> tuple[int | None, str]:
        (row,) = (r for r in rows(world, "claims", viewer) if r.claim == world.at["detained"])
        assert isinstance(row, Claim)
        return row.detention, row.handling

    assert detention(ANYONE) == (world.at["stay"], "public")
    with world.archive.writing(add_reviewer(world.archive)) as batch:
        verbs.retract(batch, ref_of(world.at["grouping"]), "grouping", "Not the same spring.")
        verbs.group(batch, ref_of(world.at["stay"]), [ref_of(world.at["detained"])], "Yes.",
                    marking=TEAM)  # fmt: skip
    assert detention(ANYONE) == (None, "public")
    assert detention(OWNER) == (world.at["stay"], "team")


@one_database
def test_places_of_claims_that_are_not_to_be_seen_are_not_written(world: World) -> None:
    with world.archive.writing() as batch:
        camp = verbs.mention(batch, "facility", "Hidden camp", marking=TEAM)
        hidden = says(
            batch, camp, newspaper(batch, "other"), passages=(ref_of(world.at["cell"]),),
            marking=TEAM,
        )  # fmt: skip
    told = {row.claim: row.handling for row in rows(world, "citations", OWNER)}
    assert told[hidden.position] == "team"
    assert {row.claim for row in rows(world, "citations", ANYONE)} == {world.at["claim"]}
    with world.archive.writing(add_reviewer(world.archive)) as batch:
        verbs.retract(batch, ref_of(world.at["claim"]), "claim", "Wrong.")
    assert rows(world, "citations", ANYONE) == []


@one_database
def test_the_queries_of_a_table_do_not_grow_with_its_rows(world: World) -> None:
    def queries(kind: str) -> int:
        reader = TidyReader(OWNER, world.archive.size)
        with CaptureQueriesContext(
            connection,
        ) as told:
            list(writing._rows(world.archive, reader, kind, ""))
        return len(told)

    before = {kind: queries(kind) for kind in ("claims", "citations")}
    with world.archive.writing() as batch:
        paper = newspaper(batch, "third")
        for number in range(30):
            camp = verbs.mention(batch, "facility", f"Camp {number}", marking=PUBLIC)
            says(batch, camp, paper, passages=(ref_of(world.at["row"]),))
    assert {kind: queries(kind) for kind in before} == before
    assert {type(row) for row in rows(world, "citations", OWNER)} == {Citation}
