"""Bad records are mended with what was changed said, or refused; crowds end in bounded memory."""

from __future__ import annotations

import random

import pytest
from tests.linking.people import person
from tests.support.xinjiang import link

from habeas.linking import ExtraField, LinkingSettings, LinkRecord
from habeas.linking.errors import BadRecord, BadSetting


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "no letters"),
        ("\u200b\u202e", "no letters"),
        ("x" * 10_000, "too long"),
        ("Haji", "only a title"),
        ("阿訇", "only a title"),
        ("Mem\udce9t", "lost in decoding"),
    ],
)
def test_what_is_no_name_is_refused_with_the_reason_and_the_rest_goes_on(
    name: str, said: str
) -> None:
    found = link([person("bad", name), person("a", "Memet Tursun"), person("b", "Mehmet Tursun")])
    (lost,) = found.lost
    assert lost.kind == "name"
    assert lost.ids == ("bad",)
    assert said in lost.reason
    assert [(each.left, each.right) for each in found.candidates] == [("a", "b")]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Me\u200bmet Tursun", "U+200B"),
        ("\u202eMemet Tursun\u202c", "U+202E"),
        ("Меmеt Tursun", "look-alikes"),  # Cyrillic М, е, е
        ("Memet Tursun haji", "set aside title haji"),
        ("مـەمەت تۇرسۇن", "tatweel"),
    ],
)
def test_a_mended_name_says_what_was_changed(name: str, said: str) -> None:
    found = link([person("a", name), person("b", "Memet Tursun")])
    (candidate,) = found.candidates
    assert any(said in reason for reason in candidate.reasons)
    (change,) = found.changed
    assert change.id == "a"


@pytest.mark.parametrize(
    "record",
    [
        LinkRecord("", "person", ("Memet",)),
        LinkRecord("a", "animal", ("Memet",)),
        LinkRecord("a", "person", ("Memet",), birth_from=1980, birth_to=1970),
        LinkRecord("a", "person", ("Memet",), birth_from=-4),
        LinkRecord("a", "person", ("Memet",), fields=(("height", "170"),)),
    ],
)
def test_a_record_that_makes_no_sense_is_refused(record: LinkRecord) -> None:
    with pytest.raises(BadRecord) as refused:
        link([record])
    assert refused.value.next_step


def test_one_id_twice_is_refused() -> None:
    with pytest.raises(BadRecord, match="‘a’"):
        link([person("a", "Memet")], known=[person("a", "Tursun")])


@pytest.mark.parametrize(
    "wrong",
    [
        {"threshold": 0.0},
        {"threshold": 1.0},
        {"names": "loud"},
        {"engine": "oracle"},
        {"largest_block": 1},
        {"fields": (ExtraField("a"), ExtraField("a"))},
    ],
)
def test_settings_without_meaning_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadSetting):
        LinkingSettings(**wrong)  # type: ignore[arg-type]


def test_a_field_must_be_a_name_of_letters() -> None:
    with pytest.raises(BadSetting):
        ExtraField("a; drop table r")


def test_no_records_give_no_candidates() -> None:
    assert link([]).candidates == ()
    assert link([person("a", "Memet")]).candidates == ()


def test_a_crowd_of_one_name_is_reported_and_not_expanded() -> None:
    crowd = (person(f"r{at}", "Memet Tursun") for at in range(20_000))
    found = link(crowd, settings=LinkingSettings(memory="300MB"))
    assert found.candidates == ()
    assert found.counts["pairs"] == 0
    (lost,) = found.lost
    assert lost.kind == "field"
    assert lost.records == 20_000
    assert "cannot tell people apart" in lost.reason


def test_a_crowd_is_divided_by_what_divides_it() -> None:
    crowd = [
        person(f"r{at}", "Memet Tursun", birth_from=1900 + at % 100, birth_to=1900 + at % 100)
        for at in range(3_000)
    ]
    found = link(crowd, settings=LinkingSettings(threshold=0.000001))
    assert 0 < found.counts["pairs"] < 3_000 * 2_999 / 2 / 10
    assert not found.lost


def test_records_without_names_meet_by_identifier() -> None:
    records = [
        LinkRecord("a", "person", (), identifiers=("652122197501010012",)),
        person("b", "Memet Tursun", identifiers=("652122197501010012", "X 9")),
        LinkRecord("c", "person", (), identifiers=("X 8",)),
    ]
    (only,) = link(records).candidates
    assert (only.left, only.right) == ("a", "b")
    assert "an identifier in common" in only.reasons


def test_records_from_which_nothing_can_be_learned_are_weighed_by_judgement() -> None:
    """Names and numbers at random: a step runs to nothing in learning, and Splink refuses it."""
    names = ["Memet Tursun", "مەمەت تۇرسۇن", "买买提·吐尔逊", "Hajim", "阿", "-", "li wei", "王伟"]
    chance = random.Random(4)  # noqa: S311
    records = []
    for number in range(3_300):
        known = chance.random() < chance.choice([0.2, 0.9])
        letters = "".join(chance.choice("aeiubdgklmnrst") for _ in range(5))
        year = chance.choice([None, 1980, 1981, 1990])
        records.append(
            LinkRecord(
                f"r{number}",
                "person",
                (chance.choice(names) if known else f"{letters} Qadir",),
                birth_from=year,
                birth_to=year,
                gender=chance.choice(["m", "f", ""]),
                places=(chance.choice(["Kashgar", "喀什", "Hotan"]),) if number % 2 else (),
                identifiers=(str(chance.randrange(3_300)),) if number % 5 == 0 else (),
            )
        )
    found = link(records, settings=LinkingSettings(threads=1))
    assert found.counts["records"] == 3_300
    assert all(0 < each.probability < 1 for each in found.candidates)
