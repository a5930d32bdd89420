"""The groups of spellings that an archive keeps are those that its region gives."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from habeas.archive.search import expanding
from habeas.names import gazetteer, table, uyghur
from habeas.vocabulary import region

BELARUS, XINJIANG = region.bundled("belarus"), region.bundled("xinjiang")
ASKED = ["Hrodna", "Гродна", "camp"]
NAMES = '"names": {"uey": {}, "uky": {}, "uyy": {}}'


@pytest.fixture(autouse=True)
def _another_process() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    expanding._recalled.clear()
    gazetteer.of.cache_clear()
    table.of.cache_clear()


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
    forget()

    def never(_: region.Region) -> expanding.Groups:
        raise AssertionError("made anew")

    monkeypatch.setattr(expanding, "_made", never)
    expanding.recall(tmp_path, BELARUS)
    assert added() == made


@pytest.mark.parametrize(
    "instead",
    [
        *("", "{", "[]", "null", '{"groups": []}', '{"groups": [["a"]], "keys": {"a": [7]}}'),
        *('"names": {}', '"names": {"uey": {}, "uky": {}, "uyy": {"a": [-1]}}'),
        *(f'{NAMES}, "places": {odd}' for odd in ("[]", '{"a": [1000000]}', '{"a": ["1"]}')),
        f'{NAMES}, "places": {{"a": 1}}',
    ],
)
def test_what_cannot_be_read_is_made_anew(tmp_path: Path, instead: str) -> None:
    expanding.recall(tmp_path, BELARUS)
    made = added()
    whole = kept(tmp_path).read_bytes()
    if instead.startswith('"'):
        instead = f'{{"groups": [], "keys": {{}}, {instead}}}'
    kept(tmp_path).write_text(instead)
    forget()
    expanding.recall(tmp_path, BELARUS)
    assert added() == made
    assert kept(tmp_path).read_bytes() == whole


def test_another_region_or_program_has_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expanding.recall(tmp_path, BELARUS)
    monkeypatch.setattr(expanding, "_VERSION", expanding._VERSION + 1)
    forget()
    expanding.recall(tmp_path, BELARUS)
    assert len(list((tmp_path / "cache" / "spellings").iterdir())) == 2


def test_where_nothing_can_be_written_they_are_made(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    expanding.recall(tmp_path, BELARUS)
    assert added()[0] is not None


def test_places_and_names_are_found_by_what_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["Hrodna", "Гродна", "Мінск", "nowhere"]
    places = [gazetteer.of(BELARUS).listed(each) for each in asked]
    names = [table.of(XINJIANG).find(each) for each in ("Memet", "مەمەت", "Мәмәт", "none")]
    assert any(places)
    assert any(names)
    for each in (BELARUS, XINJIANG):
        expanding.recall(tmp_path, each)
    forget()

    def never(_: str) -> str:
        raise AssertionError("made anew")

    key = gazetteer._key
    for each in (BELARUS, XINJIANG):
        expanding.recall(tmp_path, each)
    monkeypatch.setattr(uyghur, "convert", never)
    monkeypatch.setattr(gazetteer, "_key", lambda text: key(text) if text in asked else never(text))
    assert [gazetteer.of(BELARUS).listed(each) for each in asked] == places
    assert [table.of(XINJIANG).find(e) for e in ("Memet", "مەمەت", "Мәмәт", "none")] == names


def test_nothing_but_the_regions_words_is_kept(tmp_path: Path) -> None:
    expanding.recall(tmp_path, BELARUS)
    groups = json.loads(kept(tmp_path).read_bytes())["groups"]
    assert {tuple(group) for group in groups} == set(expanding._listed(BELARUS))
