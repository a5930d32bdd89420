"""Records in mixed scripts become candidates: found, explained, the same every time."""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache

import pytest
from tests.linking.people import people, person
from tests.support import xinjiang
from tests.support.xinjiang import link

from habeas import linking
from habeas.linking import LinkageRun, LinkingSettings, LinkRecord, evaluate, labels_of


@lru_cache(maxsize=1)
def linked() -> LinkageRun:
    return link(people(3_000)[0])


def test_most_of_what_can_be_found_is_found_and_the_probabilities_hold() -> None:
    found = evaluate(linked(), labels_of(people(3_000)[1]), threshold=0.5, complete=True)
    assert found.pair_precision is not None
    assert found.pair_recall is not None
    assert found.pair_precision > 0.85
    assert found.pair_recall > 0.75
    said = sum(each.probability for each in linked().candidates)
    true = len(labels_of(people(3_000)[1])) - len(found.lost)
    assert 0.8 < said / true < 1.25


def test_one_person_in_five_scripts_is_one_group_of_candidates() -> None:
    spellings = (
        "مەمەت تۇرسۇن",
        "Memet Tursun",
        "买买提·吐尔逊",
        "Maimaiti Tuerxun",
        "Мәмәт Турсун",
    )
    places = ("مارالبېشى", "Maralbexi", "巴楚县", "Bachu", "Маралбеши")
    records = [
        person(f"r{at}", spelling, birth_from=1975, birth_to=1975, places=(places[at],))
        for at, spelling in enumerate(spellings)
    ]
    others = [
        person(f"o{at}", name, birth_from=1950 + at, birth_to=1950 + at, places=("خوتەن",))
        for at, name in enumerate(("Aygül Niyaz", "ئابلىكىم قادىر", "Rahile Dawut", "玉山·吾守尔"))
    ]
    found = link([*records, *others]).candidates
    pairs = {(each.left, each.right) for each in found if each.probability > 0.5}
    assert pairs == {(f"r{a}", f"r{b}") for a in range(5) for b in range(a + 1, 5)}


def test_every_candidate_says_what_met_and_what_differed() -> None:
    left = person(
        "a", "Memet Tursun", gender="m", birth_from=1970, birth_to=1970, places=("Bachu",)
    )
    right = person("b", "买买提·阿不都拉", birth_from=1971, birth_to=1971, places=("Maralbexi",))
    (only,) = link([left, right], settings=LinkingSettings(threshold=0.0001)).candidates
    said = " | ".join(only.reasons)
    assert "both are forms of Memet in the table" in said
    assert "another father's or family name: Tursun and 阿不都拉" in said
    assert "1970 and 1971" in said
    assert "a place in common: 巴楚县" in said
    assert "not known of both: gender, identifier" in said


def test_the_result_does_not_depend_on_threads_or_memory() -> None:
    again = link(people(3_000)[0], settings=LinkingSettings(threads=1, memory="400MB"))
    assert again.candidates == linked().candidates
    assert again.models == linked().models
    assert again.lost == linked().lost


def test_names_are_compared_once_however_many_bear_them() -> None:
    some = people(600)[0]
    copies = [each._replace(id=f"copy-{each.id}") for each in some]
    assert link([*some, *copies]).counts["name_pairs"] == link(some).counts["name_pairs"]


def test_new_records_meet_known_ones_and_known_ones_do_not_meet_again() -> None:
    records = people(1_200)[0]
    known, new = records[:1_000], records[1_000:]
    whole = link(records)
    found = link(new, known=known, settings=LinkingSettings(models=whole.models))
    fresh = {record.id for record in new}
    assert all(each.left in fresh for each in found.candidates)
    expected = {
        (frozenset((each.left, each.right)), each.probability)
        for each in whole.candidates
        if fresh & {each.left, each.right}
    }
    assert {(frozenset((c.left, c.right)), c.probability) for c in found.candidates} == expected
    assert found.models == whole.models


def test_records_of_one_data_set_can_be_left_apart() -> None:
    records = people(600)[0]
    of = {record.id: record.dataset for record in records}
    found = link(records, settings=LinkingSettings(within_datasets=False)).candidates
    assert found
    assert all(of[each.left] != of[each.right] for each in found)


def test_facilities_and_organisations_go_the_same_way() -> None:
    def place(id: str, kind: str, name: str, *where: str) -> LinkRecord:
        return LinkRecord(id, kind, (name,), places=where)

    found = link([
        place("f1", "facility", "墨玉县第二看守所", "墨玉县"),
        place("f2", "facility", "墨玉第二看守所", "Qaraqash"),
        place("f4", "facility", "Qaraqash County Detention Center No. 2", "Karakax"),
        place("f5", "facility", "墨玉县第二职业技能教育培训中心", "墨玉县"),
        place("f3", "facility", "墨玉县第三看守所", "墨玉县"),
        place("o1", "organisation", "Hotan Prefecture Textile Group", "Hotan"),
        place("o2", "organisation", "Hotan Textile Group", "和田市"),
        place("o3", "organisation", "墨玉第二看守所", "墨玉县"),
    ]).candidates  # fmt: skip
    likely = {(each.left, each.right) for each in found if each.probability > 0.3}
    assert ("f1", "f2") in likely
    assert ("f1", "f4") in likely
    assert ("f2", "f4") in likely
    assert not {("f1", "f3"), ("f1", "f5"), ("f4", "f5")} & likely
    assert ("o1", "o2") in likely
    assert not any(each.left[0] != each.right[0] for each in found)


def test_a_name_with_its_parts_turned_or_run_together_is_found() -> None:
    born = {"birth_from": 1982, "birth_to": 1982, "places": ("Hotan",)}
    records = [
        person("plain", "Ilham Tohti", **born),
        person("turned", "Tohti, Ilham", **born),
        person("western", "Tohti Ilham", **born),
        person("together", "伊力哈木托合提", **born),
    ]
    found = {(c.left, c.right): c for c in link(records).candidates if c.probability > 0.4}
    assert ("plain", "western") in found
    assert "names in the other order: Ilham and Ilham" in found["plain", "western"].reasons
    assert ("plain", "turned") in found
    assert ("plain", "together") in found


def test_the_public_names_are_these() -> None:
    assert set(linking.__all__) == {
        "CandidatePair", "Changed", "ExtraField", "LabelledPair", "Level", "LinkRecord",
        "LinkageQuality", "LinkageRun", "LinkingSettings", "Lost", "Model", "evaluate",
        "labels_of", "link",
    }  # fmt: skip


def test_the_room_is_light_until_it_links() -> None:
    program = (
        "import sys, habeas.linking\n"
        "heavy = {'splink', 'duckdb', 'pyarrow', 'numpy', 'rapidfuzz', 'umsc'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("package", ["splink", "duckdb", "pyarrow", "rapidfuzz", "numpy"])
def test_a_missing_package_says_what_to_install(package: str) -> None:
    program = (
        "import sys\n"
        f"sys.modules[{package!r}] = None\n"
        "from habeas.linking.errors import ExtraMissing\n"
        "try:\n"
        "    from habeas.linking import link, LinkRecord\n"
        "    from habeas.vocabulary.region import bundled\n"
        "    link([LinkRecord('a', 'person', ('Memet',))], bundled('xinjiang'))\n"
        "except ExtraMissing as error:\n    assert 'habeas[linking]' in str(error)\n"
        "else:\n    raise SystemExit('linked')"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_facilities_of_two_places_that_sound_alike_are_no_candidates() -> None:
    """By sound Kargilik and Qarkilik are .94, and by their letters .75."""
    by_sound = xinjiang.score("facility", ("Kargalik Prison", "Kargilik Prison"))
    apart = xinjiang.score("facility", ("Qarkilik Prison", "Kargilik Prison"))
    assert by_sound[0] > 0.9
    assert apart[0] <= 0.6
    assert "listed for 叶城县 and for 若羌县" in apart[1]


@pytest.mark.parametrize(
    ("left", "right", "one"),
    [
        ("和田市看守所", "和田县看守所", False),
        ("Aksu Prefecture", "Aksu City", False),
        ("和田市看守所", "Hotan City detention centre", True),
        ("Hotan detention centre", "和田县看守所", True),  # it may mean either
        ("库车县看守所", "库车市看守所", True),  # the county became a city in 2019
    ],
)
def test_the_rank_of_a_place_tells_it_from_its_namesake(left: str, right: str, one: bool) -> None:
    similarity, why = xinjiang.score("facility", (left, right))
    assert (similarity > 0.9) is one
    assert ("a place of another rank" in why) is not one


def test_an_ending_tells_the_given_name_whatever_the_order() -> None:
    born = {"birth_from": 1982, "birth_to": 1982, "places": ("Ghulja",)}
    records = [
        person("surname first", "ОСПАНОВ КАЙРАТ", **born),
        person("with his father", "Оспанов Кайрат Серикович", **born),
        person("in Arabic letters", "قايرات وسپانوۆ", **born),
        person("father of that name", "Кайратов Оспан", **born),
    ]
    found = link(records).candidates
    likely = {frozenset((each.left, each.right)) for each in found if each.probability > 0.3}
    assert frozenset(("surname first", "with his father")) in likely
    assert frozenset(("surname first", "in Arabic letters")) in likely
    assert not any("father of that name" in pair for pair in likely)


@pytest.mark.parametrize(
    ("left", "right", "one"),
    [
        ("103团看守所", "104团看守所", False),
        ("第十四师224团", "14师224团", True),
        ("第一百零三监狱", "103监狱", True),
        ("第一百零三监狱", "第一百零四监狱", False),
        ("五一监狱", "六一监狱", False),
        ("Xinjiang Third Prison", "新疆第三监狱", True),
        ("新疆第三監獄", "新疆第三监狱", True),
        ("看\u200b守所", "看守所", True),
        ("٣٤ prison", "34 prison", True),
        ("٣ تۈرمە", "٤ تۈرمە", False),
        ("第二〇一监狱", "第一〇二监狱", False),
        ("第二〇一监狱", "201监狱", True),
        ("第二〇一监狱", "第二零一监狱", True),
        ("五家渠市看守所", "Wujiaqu detention centre", True),  # a place, no number five
    ],
)
def test_the_number_of_a_facility_is_read_in_every_writing(
    left: str, right: str, one: bool
) -> None:
    similarity, _ = xinjiang.score("facility", (left, right))
    assert (similarity > 0.9) is one
    assert similarity <= 0.6 or one


def test_an_initial_says_nothing_and_a_chinese_character_does() -> None:
    assert xinjiang.score("person", ("M", "Memet"))[0] == 0.0
    assert xinjiang.score("person", ("李", "Li"))[0] > 0.9
