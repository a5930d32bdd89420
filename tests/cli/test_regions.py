"""habeas init --region, habeas regions: chosen at the start, added, previewed, checked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.running import run


@pytest.fixture
def ruritania(tmp_path: Path) -> Path:
    folder = tmp_path / "ruritania"
    (folder / "codes").mkdir(parents=True)
    (folder / "region.yaml").write_text('title: Ruritania\nzones: ["+01:00"]\n')
    (folder / "codes" / "ethnicity.yaml").write_text(
        "title: Ethnic group\nmeaning: Groups.\ncodes:\n"
        "  ruritanian:\n    label: Ruritanian\n    meaning: Ruritanian.\n"
    )
    return folder


def test_regions_are_chosen_at_the_start_and_added_later(tmp_path: Path, ruritania: Path) -> None:
    archive = tmp_path / "case"
    made = run("init", archive, "--unprotected", "--region", f"belarus,{ruritania}")
    assert made.code == 0, made
    told = json.loads(run("regions", "list", "--archive", archive, "--json").out)
    assert [one["name"] for one in told["regions"]] == ["belarus", "ruritania"]
    assert told["others"] == ["xinjiang"]
    foreseen = run("regions", "add", "xinjiang", "--archive", archive, "--dry-run")
    assert "New codes of ethnicity: uyghur" in foreseen.out
    assert foreseen.out.endswith("Nothing was recorded.\n")
    added = run("regions", "add", "xinjiang", "--archive", archive, "--json")
    assert json.loads(added.out)["recorded"] is True
    again = run("regions", "add", "xinjiang", "--archive", archive)
    assert "has Belarus and Ruritania and Xinjiang already" in again.out
    fewer = run("regions", "add", "belarus", "--instead", "--archive", archive)
    assert "can no longer be claimed: ruritanian, uyghur" in fewer.out
    assert run("verify", "--archive", archive).code == 0
    assert run("rebuild", "--check", "--archive", archive).code == 0


def test_an_unknown_region_makes_no_archive(tmp_path: Path) -> None:
    archive = tmp_path / "case"
    refused = run("init", archive, "--unprotected", "--region", "atlantis")
    assert refused.code != 0
    assert "No region named ‘atlantis’" in refused.err
    assert "Regions: belarus, xinjiang" in refused.err
    assert not archive.exists()


def test_a_code_with_two_meanings_makes_no_archive(tmp_path: Path, ruritania: Path) -> None:
    codes = ruritania / "codes" / "ethnicity.yaml"
    codes.write_text(codes.read_text().replace("ruritanian:", "polish:"))
    archive = tmp_path / "case"
    refused = run("init", archive, "--unprotected", "--region", f"belarus,{ruritania}")
    assert "The code ‘polish’ of the list ethnicity has two meanings" in refused.err
    assert not archive.exists()


def test_a_folder_is_checked_without_an_archive(ruritania: Path) -> None:
    sound = run("regions", "check", ruritania)
    assert (sound.code, sound.err) == (0, "")
    assert "ruritania, Ruritania, is in order." in sound.out
    assert "It has no places and no readings" in sound.out
    (ruritania / "people.yaml").write_text("titles:\n  - mr\nsirs: []\n")
    wrong = run("regions", "check", ruritania)
    assert "people.yaml, line 3: no key named ‘sirs’" in wrong.err
