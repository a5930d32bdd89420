"""The groups of spellings that an archive keeps are those that its region gives."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from habeas.archive.search import expanding
from habeas.vocabulary import region

BELARUS = region.bundled("belarus")
ASKED = ["Hrodna", "Гродна", "camp"]


@pytest.fixture(autouse=True)
def _another_process() -> Iterator[None]:
    expanding._recalled.clear()
    yield
    expanding._recalled.clear()


def added() -> list[expanding.AddedSpellings | None]:
    return [expanding.added(word, BELARUS) for word in ASKED]


def kept(directory: Path) -> Path:
    (path,) = (directory / "cache" / "spellings").iterdir()
    return path


def test_what_is_kept_adds_what_the_region_adds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = added()
    assert made[0] is not None
    expanding.recall(tmp_path, BELARUS)
    assert stat.S_IMODE(kept(tmp_path).stat().st_mode) == 0o600
    expanding._recalled.clear()

    def never(_: region.Region) -> expanding.Groups:
        raise AssertionError("made anew")

    monkeypatch.setattr(expanding, "_made", never)
    expanding.recall(tmp_path, BELARUS)
    assert added() == made


@pytest.mark.parametrize(
    "instead",
    ["", "{", "[]", "null", '{"groups": []}', '{"groups": [["a"]], "keys": {"a": [7]}}'],
)
def test_what_cannot_be_read_is_made_anew(tmp_path: Path, instead: str) -> None:
    expanding.recall(tmp_path, BELARUS)
    made = added()
    whole = kept(tmp_path).read_bytes()
    kept(tmp_path).write_text(instead)
    expanding._recalled.clear()
    expanding.recall(tmp_path, BELARUS)
    assert added() == made
    assert kept(tmp_path).read_bytes() == whole


def test_another_region_or_program_has_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expanding.recall(tmp_path, BELARUS)
    monkeypatch.setattr(expanding, "_VERSION", expanding._VERSION + 1)
    expanding._recalled.clear()
    expanding.recall(tmp_path, BELARUS)
    assert len(list((tmp_path / "cache" / "spellings").iterdir())) == 2


def test_where_nothing_can_be_written_they_are_made(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    expanding.recall(tmp_path, BELARUS)
    assert added()[0] is not None


def test_nothing_but_the_regions_words_is_kept(tmp_path: Path) -> None:
    expanding.recall(tmp_path, BELARUS)
    groups = json.loads(kept(tmp_path).read_bytes())["groups"]
    assert {tuple(group) for group in groups} == set(expanding._listed(BELARUS))
