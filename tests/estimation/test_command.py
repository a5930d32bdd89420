"""``habeas estimate``: a table in a file, an answer on the terminal, as JSON and as a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.running import run
from tests.estimation.tables import entry

ANSWERED = ("--closed-population", "yes", "--everyone-could-be-listed", "yes")
ROWS = ["1,1,1,5", "1,1,0,20", "1,0,1,15", "0,1,1,9", "1,0,0,40", "0,1,0,30", "0,0,1,20"]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["A,B,C,count", *ROWS]) + "\n", encoding="utf-8")
    return path


def test_it_asks_before_it_answers(table: Path) -> None:
    ended = run("estimate", str(table))
    assert ended.code == 3
    assert "estimation.unanswered" in ended.err
    assert "--closed-population yes, no or unknown" in ended.err


def test_a_number_with_what_it_rests_on(table: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    ended = run("estimate", str(table), *ANSWERED, "--resamples", "20", "--report", str(page))
    assert ended.code == 0, ended.said
    assert ended.out.startswith("At least 139 (person) were documented; about 19")
    for words in ("It assumes:", "You answered:", "Monte Carlo errors", "Seed 20170401"):
        assert words in ended.out
    assert "<svg" in page.read_text(encoding="utf-8")


def test_json_is_one_document(table: Path) -> None:
    found = run("estimate", str(table), *ANSWERED, "--resamples", "20", "--json").json
    assert found["kind"] == "estimated"
    assert found["floor"] == 139
    assert found["methods"][0]["monte_carlo_error"]["high"] < 0.005 * 250


def test_the_answer_under_other_priors_stands_beside_it(table: Path) -> None:
    asked = ("estimate", str(table), *ANSWERED, "--resamples", "20", "--priors", "--json")
    points = run(*asked).json["priors"]
    assert [point["change"] for point in points][:2] == ["as set", "half the classes"]
    assert len(points) == 5
    assert all(point["median"] > 139 for point in points if point["median"] is not None)


def test_strata_are_added_draw_by_draw_and_one_refusal_stops_the_total(tmp_path: Path) -> None:
    path = tmp_path / "strata.csv"
    north = [f"{row},north" for row in ROWS]
    tiny = ["1,1,0,2,tiny", "1,0,0,3,tiny", "0,1,0,4,tiny"]
    path.write_text("\n".join(["A,B,C,count,stratum", *north, *tiny]) + "\n", encoding="utf-8")
    ended = run("estimate", str(path), *ANSWERED, "--resamples", "20", "--json")
    assert ended.code == 3
    assert ended.json["strata"]["tiny"]["refusal"]["code"] == "estimation.empty-list"
    assert ended.json["strata"]["north"]["refused"] is False
    assert ended.json["total"]["missing"] == ["tiny"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A,B,C\n1,1,0\n", "estimation.bad-table"),
        ("A,B,count\n1,1,5\n1,0,5\n0,1,5\n", "estimation.too-few-lists"),
        ("A,B,C,count\n1,1,0,5\n1,0,0,5\n0,0,1,9\n", "estimation.disconnected"),
        ("\udcff", "estimation.bad-table"),
    ],
)
def test_bad_tables_end_with_their_code(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    ended = run("estimate", str(path), *ANSWERED, "--json")
    assert ended.code == 3
    assert ended.json["error"]["code"] == code


def test_a_report_needs_its_directory(table: Path, tmp_path: Path) -> None:
    ended = run("estimate", str(table), *ANSWERED, "--report", str(tmp_path / "no" / "r.html"))
    assert ended.code == 3
    assert "does not exist" in ended.err


def test_the_shared_kosovo_table_as_a_file(vectors: Path, tmp_path: Path) -> None:
    said = entry(vectors, "kosovo")
    path = tmp_path / "kosovo.csv"
    rows = [",".join([*cell, str(count)]) for cell, count in said["cells"].items()]
    path.write_text("\n".join([",".join([*said["lists"], "count"]), *rows]), encoding="utf-8")
    found = run("estimate", str(path), *ANSWERED, "--resamples", "20", "--json").json
    by_bic = next(each for each in found["methods"] if each["key"] == "log-linear-bic")
    assert f"{by_bic['estimate']:.1f}" == "10356.5"
    assert [round(end) for end in by_bic["interval_95"]] == [8994, 12110]
