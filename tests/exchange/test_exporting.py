"""`habeas export`: what a row says, whose rights it obeys, and that nothing leaves unrecorded."""

from __future__ import annotations

import csv
import datetime
import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from tests.cli.running import Ended, run
from tests.exchange.tidy_world import FORMULA, SECRET, World, build
from tests.support.archives import Filling

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC
from habeas.archive.erasing.planning import plan
from habeas.archive.errors import PurposeNeeded
from habeas.archive.ledger import rebuilding
from habeas.exchange.exporting import writing
from habeas.exchange.exporting.writing import ExportRequest
from habeas.exchange.tidy import reading
from habeas.exchange.tidy.claims import Claim
from habeas.exchange.tidy.columns import columns_of
from habeas.exchange.tidy.hits import Found

PURPOSE = ("--purpose", "Counting for the yearly report")


@pytest.fixture
def world(filled: Filling, tmp_path: Path) -> World:
    (tmp_path / "out").mkdir()
    world: World = filled(build)[1]
    return world


one_database = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def export(world: World, *asked: str, to: Path) -> Ended:
    return run("export", *asked, "--to", to, "--archive", world.archive.directory, "--json")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_row_says_what_one_source_says(world: World, tmp_path: Path) -> None:
    to = tmp_path / "out" / "claims.jsonl"
    ended = export(world, "claims", "--level", "sealed", *PURPOSE, to=to)
    assert ended.code == 0, ended.said
    rows = {row["claim"]: row for row in lines(to)}
    held = rows[world.at["held"]]
    said = {
        "record": world.at["town"], "record_kind": "place", "record_caption": "Example town",
        "value": "~1000-3000 persons", "value_state": None, "count_lower": 1000,
        "count_upper": 3000, "count_unit": "persons", "count_approximate": True,
        "value_as_written": "one to three thousand", "value_language": "en",
        "holds": "2018~/..", "holds_earliest": "2018-01-01", "holds_latest": None,
        "said": "2019-05-03", "said_earliest": "2019-05-03", "source_code": "news",
        "passages": str(world.at["passage"]), "through": None, "handling": "public",
        "consent": "not-needed",
    }  # fmt: skip
    assert held | said == held
    denied = rows[world.at["denied"]]
    assert denied["record"] == world.at["town"]  # joined by a judgement
    assert denied["mention"] == world.at["same"]
    assert (denied["stance"], denied["value"], denied["value_state"]) == (
        *("denies", None, "unknown"),
    )
    assert denied["through"] == "news"
    located = rows[world.at["located"]]
    assert (located["latitude"], located["longitude"]) == (44.1, 80.2)
    assert located["place_precision"] == "county"
    within = rows[world.at["within"]]
    assert (within["value"], within["value_record"]) == ("Secret place", world.at["secret"])
    named = rows[world.at["named"]]
    assert named["source_name"] == SECRET
    assert (named["source_handling"], named["handling"]) == ("sealed", "sealed")
    assert named["consent"] == "not-agreed"


@one_database
def test_every_format_holds_the_same_rows(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for format_ in ("jsonl", "parquet", "sqlite", "csv"):
        asked = ("all", "--level", "sealed", *PURPOSE)
        assert export(world, *asked, to=out / f"x.{format_}").code == 0
    base = sqlite3.connect(out / "x.sqlite")
    base.row_factory = sqlite3.Row
    for kind in ("claims", "records", "sources"):
        exact = lines(out / f"x-{kind}.jsonl")
        columns = columns_of(writing.KINDS[kind])
        assert [list(row) for row in exact] == [[each.name for each in columns]] * len(exact)
        arrow = pyarrow.parquet.read_table(out / f"x-{kind}.parquet")
        assert [_told(row) for row in arrow.to_pylist()] == exact
        assert arrow.schema.field(0).metadata[b"meaning"].decode() == columns[0].meaning
        found = base.execute(f"SELECT * FROM {kind} ORDER BY 1")
        booleans = {each.name for each in columns if each.type == "boolean"}
        assert [
            {
                name: bool(value) if name in booleans and value is not None else value
                for name, value in dict(row).items()
            }
            for row in found
        ] == exact
        with (out / f"x-{kind}.csv").open(encoding="utf-8", newline="") as file:
            read = list(csv.DictReader(file))
        assert [{n: _cell(v) for n, v in row.items()} for row in exact] == read
    meanings = base.execute("SELECT count(*) FROM codebook WHERE \"table\" = 'claims'").fetchone()
    assert meanings[0] == len(columns_of(Claim))
    base.close()


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime.date) else value
        for name, value in row.items()
    }


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in "=+-@" and text else text


@one_database
def test_no_cell_is_a_formula_and_that_is_said(world: World, tmp_path: Path) -> None:
    to = tmp_path / "out" / "s.csv"
    ended = export(world, "sources", to=to)
    assert f'"\'{FORMULA.replace(chr(34), chr(34) * 2)}"' in to.read_text(encoding="utf-8")
    assert ended.json["formulas_neutralised"] == 1
    book = json.loads((tmp_path / "out" / "s.csv.codebook.json").read_bytes())
    assert "apostrophe" in book["formulas"]


def test_what_the_viewer_may_not_see_is_in_no_file(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for level, purpose in (("public", ()), ("team", PURPOSE)):
        for format_ in ("csv", "jsonl", "sqlite"):
            to = out / f"{level}.{format_}"
            assert export(world, "all", "--level", level, *purpose, to=to).code == 0
    for path in out.iterdir():
        data = path.read_bytes()
        assert SECRET.encode() not in data, path
        assert b"Secret place" not in data, path
        if path.name.startswith("public"):
            assert b"Aygul" not in data, path
    claims = {row["claim"] for row in lines(out / "public-claims.jsonl")}
    assert world.at["within"] not in claims  # it refers to what the viewer may not see
    assert world.at["located"] in claims


@one_database
def test_the_owner_is_told_how_many_rows_are_left_out(world: World, tmp_path: Path) -> None:
    to = tmp_path / "out" / "claims.csv"
    where = ("--to", to, "--archive", world.archive.directory)
    whole = export(world, "all", "--level", "sealed", *PURPOSE, to=tmp_path / "out" / "all.csv")
    assert whole.json["left_out"] == {}
    every = whole.json["rows"]
    for kind in ("claims", "records", "sources"):
        given = export(world, kind, "--force", to=to).json
        assert given["rows"][kind] + given["left_out"][kind] == every[kind]
    said = run("export", "claims", "--force", *where).out
    rows = export(world, "claims", "--force", to=to).json["rows"]["claims"]
    hidden = every["claims"] - rows
    assert f"claims: {rows} of {every['claims']} rows: {hidden} are handled above public." in said
    above = run("export", "claims", "--force", "--level", "team", *PURPOSE, *where).out
    assert "are handled above team. " in above
    assert "`--level sealed --purpose …` writes them." in said
    beside = (tmp_path / "out" / "claims.csv.codebook.json").read_text(encoding="utf-8")
    assert "left_out" not in beside  # whoever is handed the file does not learn it


def test_above_public_it_is_recorded_before_the_file_is_there(world: World, tmp_path: Path) -> None:
    to = tmp_path / "out" / "claims.csv"
    size = world.archive.size
    assert export(world, "claims", to=to).json["entry"] is None
    assert world.archive.size == size
    to = tmp_path / "out" / "team.csv"
    refused = export(world, "claims", "--level", "team", to=to)
    assert refused.json["error"]["code"] == "purpose.needed"
    assert not to.exists()
    ended = export(world, "claims", "--level", "team", *PURPOSE, to=to)
    (row,) = m.Export.objects.all()
    assert row.digest == hashlib.sha256(to.read_bytes()).hexdigest() == ended.json["digest"]
    assert (row.purpose, row.level, row.kinds, row.format, row.size) == (
        *(PURPOSE[1], "team", "claims", "csv", size),
    )
    assert row.viewer == "a reader up to team"
    assert row.person == world.person.name.rpartition("/")[2]
    assert row.rows == ended.json["rows"]["claims"]
    assert (to.stat().st_mode & 0o777) == 0o600
    assert run("verify", "--archive", world.archive.directory, "--json").json["sound"] is True
    assert rebuilding.check() == []


@one_database
def test_it_is_handed_over_only_after_the_entry_is_in(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = tmp_path / "out" / "claims.csv"
    seen: list[bool] = []

    def log(*args: Any, **more: Any) -> Any:
        seen.append(to.exists())
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(verbs, "log_export", log)
    ended = export(world, "claims", "--level", "team", *PURPOSE, to=to)
    assert ended.json["error"]["code"] == "archive.disk-full"
    assert seen == [False]
    assert list((tmp_path / "out").iterdir()) == []


@one_database
def test_nothing_half_written_is_left(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **more: Any) -> Iterator[Any]:
        yield next(iter(whole(*args, **more)))
        raise KeyboardInterrupt

    whole = writing.claims
    monkeypatch.setattr(writing, "claims", broken)
    size = world.archive.size
    for format_ in writing.FORMATS:
        to = tmp_path / "out" / f"claims.{format_}"
        assert export(world, "claims", "--level", "team", *PURPOSE, to=to).code == 130
        assert list((tmp_path / "out").iterdir()) == []
    assert world.archive.size == size


@one_database
def test_a_file_that_is_there_is_replaced_only_when_asked(world: World, tmp_path: Path) -> None:
    to = tmp_path / "out" / "claims.csv"
    to.write_text("mine")
    assert export(world, "claims", to=to).json["error"]["code"] == "export.refused"
    assert to.read_text() == "mine"
    assert export(world, "claims", "--force", to=to).code == 0
    assert to.read_text(encoding="utf-8").startswith("claim,record,")


REFUSED = (
    (("claims",), "x.xls", "export.refused"),
    (("claims",), "none/x.csv", "export.refused"),
    (("claims",), "archive/x.csv", "export.refused"),
    (("claims", "--level", "secret"), "x.csv", "entry.refused"),
    (("figure", "none"), "x.csv", "figure.unknown-figure"),
    (("figure",), "x.csv", "cli.usage"),
    (("people",), "x.csv", "cli.usage"),
    (("claims", "--purpose", "x"), "x.csv", "entry.refused"),
    (("claims", "--level", "team", "--purpose", "x"), "x.csv", "entry.refused"),
)


@one_database
def test_what_cannot_be_written_is_refused_first(world: World, tmp_path: Path) -> None:
    size = world.archive.size
    for asked, to, code in REFUSED:
        ended = export(world, *asked, to=tmp_path / to)
        assert ended.json["error"]["code"] == code, ended.said
        assert not (tmp_path / to).exists()
    assert world.archive.size == size


def test_what_marks_people_is_shown_for_a_purpose_only(world: World) -> None:
    def faith(viewer: Any) -> tuple[Any, Any]:
        found = reading.TidyReader(viewer, world.archive.size)
        rows = [Claim(*row) for piece in writing.claims(found) for row in piece]
        (row,) = (row for row in rows if row.claim == world.at["faith"])
        return row.value, row.value_state

    assert faith(OWNER) == (None, "needs-purpose")
    assert faith(replace(OWNER, purpose=1)) == ("X", None)


@one_database
def test_pieces_give_the_same_rows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def every(kind: str) -> list[Any]:
        found = reading.TidyReader(OWNER, world.archive.size)
        return [row for piece in writing._rows(world.archive, found, kind, "") for row in piece]

    whole = {kind: every(kind) for kind in writing.ALL}
    assert len(whole["records"]) == 4  # two mentions are one
    town = whole["records"][0]
    assert town[:9] == (*(world.at["town"], "place", "Example town", "en", None, 2, 3, 2, 1),)
    monkeypatch.setattr(reading, "PIECE", 1)
    assert {kind: every(kind) for kind in writing.ALL} == whole


def test_a_figure_keeps_what_is_counted_apart(world: World, tmp_path: Path) -> None:
    to = tmp_path / "out" / "f.jsonl"
    assert export(world, "figure", "with-a-count", to=to).code == 0
    total, member = lines(to)
    assert (total["part"], total["counted_lower"], total["counted_upper"]) == ("total", 1, 1)
    assert (total["reported_lower"], total["estimated"]) == (None, None)
    assert (member["part"], member["record"]) == ("member", world.at["town"])
    assert str(world.at["held"]) in member["claims"].split("; ")


@one_database
def test_the_library_way_obeys_the_same_rule(world: World, tmp_path: Path) -> None:
    asked = ExportRequest(OWNER, ("claims",), tmp_path / "out" / "x.csv")
    with pytest.raises(PurposeNeeded):
        writing.export(world.archive, asked)
    assert writing.export(world.archive, replace(asked, viewer=PUBLIC)).entry is None


def test_columns_are_as_the_reference_pins_them(repository: Path) -> None:
    """A change here is a change of format: see ``columns.VERSION``."""
    text = (repository / "docs" / "reference" / "tidy-data.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*?) \| (.*?) \|$", text, re.M)
    kinds = (*writing.KINDS.values(), Found)
    assert told == [
        (each.name, each.type, each.meaning + (f" ({each.unit})" if each.unit else ""), each.null)
        for kind in kinds
        for each in columns_of(kind)
    ]


@one_database
def test_what_is_to_be_erased_tells_of_the_tables_that_may_hold_it(
    world: World, tmp_path: Path
) -> None:
    to = tmp_path / "out" / "team.csv"
    entry = export(world, "claims", "--level", "team", *PURPOSE, to=to).json["entry"]
    with world.archive.writing() as batch:
        later = verbs.mention(batch, "person", "Later Test")
    told = plan(world.archive, "consent", [world.at["person"]]).exports
    assert told == ((entry, "claims", "team"),)
    assert plan(world.archive, "consent", [later.position]).exports == ()
