"""Every listed spelling finds its place, and a shared one finds all of its places."""

from __future__ import annotations

import json
from importlib import resources

import pytest
from tests.support import xinjiang

from habeas.names import gazetteer
from habeas.names.errors import BadGazetteer


def test_every_listed_form_finds_its_place() -> None:
    places = xinjiang.PLACES
    for unit in places.units:
        for form in unit.forms:
            assert unit.id in {one.unit.id for one in places.resolve(form.text) if one.sure}, form


def test_both_yutian_with_what_tells_them_apart() -> None:
    found = xinjiang.resolve("Yutian")
    assert {one.unit.name for one in found} == {"于田县", "玉田县"}
    assert len({one.apart for one in found}) == 2
    keriya = next(one for one in found if one.unit.id == "653226")
    assert "Këriye" in keriya.apart
    assert "和田地区" in keriya.apart
    assert {one.unit.id for one in xinjiang.resolve("于阗")} == {"653226", "653200"}


@pytest.mark.parametrize(
    ("spelling", "codes"),
    [
        ("Maralbexi", {"653130"}),
        ("Bachu", {"653130"}),
        ("مارالبېشى", {"653130"}),
        ("Hotan", {"653200", "653201", "653221"}),
        ("Hotan City", {"653201"}),
        ("Hotan County", {"653221"}),
        ("Kashgar Prefecture", {"653100"}),
        ("喀什市", {"653101"}),
        ("Yining", {"654002", "654021"}),
        ("库车县", {"652902"}),
        ("和阗", {"653200", "653201"}),
        ("Shule", {"653122"}),
        ("Kargilik", {"653126"}),
        ("He'an County", {"653229"}),
        ("和康县", {"653228"}),
    ],
)
def test_resolved(spelling: str, codes: set[str]) -> None:
    found = xinjiang.resolve(spelling)
    assert {one.unit.id for one in found} == codes
    assert all(one.sure for one in found)


def test_a_near_spelling_is_offered_and_not_sure() -> None:
    found = xinjiang.resolve("Maralbashy County")
    assert found[0].unit.id == "653130"
    assert not any(one.sure for one in found)
    assert xinjiang.resolve("Timbuktu") == ()


def test_units_by_code_of_any_time() -> None:
    places = xinjiang.PLACES
    assert places.unit("652923") is places.unit("652902")
    county = places.unit("652902")
    assert [(code.code, code.valid) for code in county.codes] == [
        ("652902", "2019/.."),
        ("652923", "../2019"),
    ]
    with pytest.raises(BadGazetteer, match="no code"):
        places.unit("999999")


def test_every_county_of_xinjiang_is_there_in_uyghur_with_a_source() -> None:
    places = xinjiang.PLACES
    counties = [u for u in places.units if u.level == "county" and u.id.startswith("65")]
    assert len(counties) == 114
    no_uyghur = {unit.id for unit in counties if "uey" not in {form.kind for form in unit.forms}}
    abolished, founded_lately = {"650108", "652303"}, {"653228", "653229", "653132", "659013"}
    assert no_uyghur == abolished | founded_lately
    for unit in counties:
        kinds = {form.kind for form in unit.forms}
        if unit.id not in no_uyghur:
            assert {"official", "uey", "uky"} <= kinds, unit.id
    assert set(places.sources) == {"division", "gb2260", "later", "geonames", "editors", "rule"}


def _file() -> dict[str, object]:
    path = resources.files("habeas.regions") / "xinjiang" / "gazetteer.json"
    made: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return made


def test_a_file_that_is_not_in_order_is_refused() -> None:
    with pytest.raises(BadGazetteer, match="not JSON"):
        gazetteer.parse("{", xinjiang.XINJIANG)
    with pytest.raises(BadGazetteer, match="not a gazetteer"):
        gazetteer.parse("{}", xinjiang.XINJIANG)
    whole = _file()
    units = whole["units"]
    assert isinstance(units, list)
    with pytest.raises(BadGazetteer, match="twice"):
        gazetteer.parse(json.dumps({**whole, "units": [*units, units[0]]}), xinjiang.XINJIANG)
    with pytest.raises(BadGazetteer, match="not listed"):
        gazetteer.parse(json.dumps({**whole, "sources": {}}), xinjiang.XINJIANG)
    moved = {**units[1], "point": {"lat": "143", "lon": "87", "precision": "settlement"}}
    with pytest.raises(BadGazetteer, match="not in order"):
        gazetteer.parse(json.dumps({**whole, "units": [moved]}), xinjiang.XINJIANG)


@pytest.mark.parametrize(
    ("spelling", "codes"),
    [
        ("Turpan City", {"650400", "650402"}),  # of today, and until 2015
        ("Kashgar district", {"653100", "653101"}),  # a rank that neither has: both
        ("Hotan nahiye", {"653221"}),
        ("Hotan sheher", {"653201"}),
        ("Хотән шәһири", {"653201"}),
        ("город Кульджа", {"654002"}),
        ("Кульджа уезд", {"654021"}),
        ("伊犁州", {"654000"}),
        ("博州", {"652700"}),
        ("Уч Турфан", {"652927"}),
        ("Yengi Sheher County", {"653122"}),
        ("Hotan City, Xinjiang", {"653201"}),
        ("新疆和田县", {"653221"}),
        ("Hsin\u2011chiang", {"650000"}),
    ],
)
def test_words_of_rank_in_every_language(spelling: str, codes: set[str]) -> None:
    found = xinjiang.resolve(spelling)
    assert {one.unit.id for one in found} == codes
    assert all(one.sure for one in found)


def test_a_surname_is_no_word_of_rank() -> None:
    assert not any(one.sure for one in xinjiang.resolve("Zhou Jing"))
    assert xinjiang.compare("Emin", "Emil").similarity < 0.9
    assert xinjiang.compare("Kamil", "Komul").similarity < 0.9


def test_no_place_is_held_apart_from_itself() -> None:
    """Any two forms of one place, in one script or two."""
    places = xinjiang.PLACES
    for unit in places.units:
        texts = sorted({form.text for form in unit.forms})
        for at, left in enumerate(texts):
            for right in texts[at + 1 :]:
                said = places.places_of(left, right)
                assert said is None or said.same, (left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("سايباغ", "萨依巴格"),  # townships of that name have no form but the Han one
        ("Saybagh", "萨依巴格乡"),
        ("Сайбағ", "萨依巴格"),
    ],
)
def test_a_place_without_a_form_in_the_script_is_not_held_apart(left: str, right: str) -> None:
    assert xinjiang.PLACES.places_of(left, right) is None
    assert xinjiang.PLACES.places_of(right, left) is None
    assert xinjiang.compare(left, right).similarity > 0.9


def test_whoever_is_held_apart_has_a_form_in_both_scripts() -> None:
    """Counties in every script and the townships, which are listed in Han alone."""
    places = xinjiang.PLACES
    towns = [unit for unit in places.units if unit.level == "township"][::23]
    counties = [unit for unit in places.units if unit.level == "county"][::5]
    for county in counties:
        for form in county.forms:
            for town in towns if form.script != "Hani" else ():
                said = places.places_of(form.text, town.name[:-1])
                assert said is None or said.same or town not in places.listed(town.name[:-1])


def test_an_alternative_name_is_not_sure_to_mean_its_place() -> None:
    places = xinjiang.PLACES
    found = places.places_of("قاراھوجا", "高昌区")
    assert found is not None
    assert found.same
    assert not found.sure
    sure = places.places_of("مارالبېشى", "巴楚县")
    assert sure is not None
    assert sure.sure
    assert xinjiang.compare("قاراھوجا", "高昌区").similarity <= 0.93


def test_places_of_two_scripts_with_forms_in_both_are_held_apart() -> None:
    assert xinjiang.compare("قارغىلىق", "若羌").similarity <= 0.62
