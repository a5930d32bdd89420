"""Names on a map: those of the reader's language, of the archive's regions, and none invented."""

from __future__ import annotations

import pytest
from django.utils import translation

from habeas.archive.opening import Archive
from habeas.display.asking import NotThere
from habeas.display.figures import map_names
from habeas.names.units import Form
from habeas.vocabulary import region

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def named(code: str) -> dict[str, map_names.MapName]:
    return {name.text: name for name in map_names.names(code)}


def test_the_regions_of_the_archive_say_in_which_languages(archive: Archive) -> None:
    assert [each.code for each in map_names.languages()] == ["en", "ug", "kk", "zh", "ru"]
    assert {each.code: each.label for each in map_names.languages()}["ug"] == "ئۇيغۇرچە"


def test_a_map_is_named_in_the_language_that_is_asked_for(archive: Archive) -> None:
    assert {n.rank for n in map_names.names("en") if n.text == "Hotan"} == {1, 2}
    assert named("ug")["خوتەن"].script == "Arab"
    assert named("zh")["和田"].language == "zh"
    assert named("ru")["Хотан"].language == "ru"
    assert {name.script for name in map_names.names("ug")} == {"Arab"}
    for code in map_names.LANGUAGES:
        assert len(map_names.names(code)) == len(map_names.names("en"))


def test_a_province_without_a_point_stands_in_the_middle_and_a_heading_nowhere(
    archive: Archive,
) -> None:
    province = named("en")["Xinjiang"]
    inside = [name for name in map_names.names("en") if name.rank == 1]
    assert province.rank == 0
    assert min(n.lat for n in inside) < province.lat < max(n.lat for n in inside)
    assert min(n.lon for n in inside) < province.lon < max(n.lon for n in inside)
    assert "自治区直辖县级行政区划" not in named("zh")  # a heading of the code list, no place


def test_without_a_form_in_a_language_its_script_then_latin_letters_stand(archive: Archive) -> None:
    latin = Form("Place", "uly", "ug", "Latn", "editors")
    cyrillic = Form("Җай", "uky", "ug", "Cyrl", "rule")
    old = Form("Старое", "hist", "ru", "Cyrl", "editors")
    assert map_names.best([latin, cyrillic, old], "ru") == cyrillic
    assert map_names.best([latin], "ru") == latin
    assert map_names.best([old], "ru") is None


def test_the_language_of_the_pages_is_meant_where_none_is_asked(archive: Archive) -> None:
    assert map_names.language("") == "en"
    with translation.override("ug-cn"):
        assert map_names.language("") == "ug"
    with translation.override("fr"):
        assert map_names.language("") == "en"
    with pytest.raises(NotThere):
        map_names.language("xx")


def test_another_region_brings_its_own(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    belarus = region.bundled("belarus")
    monkeypatch.setattr(map_names.regions, "chosen", lambda: belarus)
    assert [each.code for each in map_names.languages()] == ["en", "be", "ru"]
    assert "Мінск" in named("be")
