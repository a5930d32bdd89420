"""A site's grades from a folder of tables to why and export, as somebody at a terminal does it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.cli.running import run
from tests.support import sites

from habeas.archive.models import Mention
from habeas.archive.opening import Archive

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

STRICT = """\
key: strict
title: Sites graded tier 3 or stricter in 2018
kind: counted
counts: facility
unit: facilities
rules:
  - rule: has-record
    kind: observation
    claims:
      - {property: tier, code: [tier-3, tier-4]}
      - {property: observed, date: {within: 2018}}
"""


def test_a_grade_is_imported_counted_followed_down_and_exported(
    archive: Archive, tmp_path: Path
) -> None:
    at = ("--archive", archive.directory)
    for asked in (
        ("people", "add", "--unprotected", *at),
        ("import", sites.write(tmp_path / "sites"), *at),
    ):
        ended = run(*asked)
        assert ended.code == 0, ended.said
    (tmp_path / "strict.yaml").write_text(STRICT, encoding="utf-8")
    counted = run("figure", "add", tmp_path / "strict.yaml", *at)
    assert "counted: 1 facility" in counted.out
    told = run("why", "strict", *at).out
    assert "Picture of July 2018 (North), Tier: Tier 3" in told
    assert "Institute South" not in told.partition("Counted: 1")[2]

    judged = run("link", "judge", *map(str, _two_readings()), "same",
                 "--reason", "One scene, read twice", *at)  # fmt: skip
    assert judged.code == 0, judged.said
    told = run("why", "strict", *at).out
    assert "Picture of July 2018 (North), Tier: 2 claims may differ" in told

    to = tmp_path / "claims.csv"
    sent = run("export", "claims", "--level", "team", "--purpose", "To compare grades",
               "--to", to, *at)  # fmt: skip
    assert sent.code == 0, sent.said
    table = csv.DictReader(to.read_text(encoding="utf-8").splitlines())
    rows = [row for row in table if row["property"] == "tier"]
    told_of = {(row["source_code"], row["value"], row["value_code_list"]) for row in rows}
    assert {("north", "tier-3", "facility-tier"), ("south", "tier-2", "facility-tier")} <= told_of


def _two_readings() -> tuple[int, int]:
    first, second = (
        Mention.objects.get(caption=f"Picture of July 2018 ({name})").position
        for name in ("North", "South")
    )
    return first, second


def test_a_tier_that_is_not_in_the_criteria_is_refused_with_those_that_are(
    archive: Archive, tmp_path: Path
) -> None:
    folder = sites.write(tmp_path / "sites")
    claims = folder / "claims.csv"
    text = claims.read_text(encoding="utf-8")
    claims.write_text(text.replace("tier,tier-3", "tier,tier-9"), encoding="utf-8")
    at = ("--archive", archive.directory)
    assert run("people", "add", "--unprotected", *at).code == 0
    ended = run("import", folder, *at)
    assert ended.code != 0
    assert "‘tier-9’ is not a code of facility-tier" in ended.said
    assert "tier-0, tier-1, tier-2, tier-3, tier-4, undecided" in ended.said
    assert not Mention.objects.exists()
