"""The same name under other spellings is near, another name is not, and the reasons say why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import xinjiang

from habeas import names
from habeas.names import table

#: From this likeness on, a pair is worth a reviewer's time.
WORTH_A_LOOK = 0.85


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("مەمەت", "Memet"),
        ("Memet", "买买提"),
        ("Maimaiti", "Мәмәт"),
        ("买买提·阿不都拉", "مەمەت ئابدۇللا"),
        ("Rebiya Kadeer", "热比娅·卡德尔"),
        ("Шохрат Закир", "雪克来提·扎克尔"),
        ("Гульнара Имирова", "Gülnar Imir"),
        ("Сайрагүл Сауытбай", "Sayragul Sauytbay"),
        ("Chen Quanguo", "陈全国"),
        ("Ch'en Ch'üan-kuo", "陳全國"),
        ("Jinping Xi", "习近平"),
        ("Мухтар Тлеубердиев", "Mukhtar Tileuberdi"),
        ("Haji Memet Tursun", "买买提·吐尔逊"),
        ("Turdi Axun", "吐尔地阿洪"),
        ("Tuerdiahong", "Turdi Axun"),
    ],
)
def test_one_name_under_two_spellings(left: str, right: str) -> None:
    found = xinjiang.compare(left, right)
    assert found.similarity >= WORTH_A_LOOK, found
    assert found.reasons


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Emet", "Ehmet"),
        ("ئەمەت", "ئەھمەت"),
        ("Tursun", "Turghun"),
        ("Rebiya Kadeer", "Ruqiye Kadeer"),
        ("吐尔逊", "Turdi"),
        ("陈全国", "Zhang Chunxian"),
        ("Tursun", "Tursungül"),
        ("Turdi Axun", "Tursunaxun"),
        ("Adil", "Adile"),
    ],
)
def test_two_names_that_are_near(left: str, right: str) -> None:
    assert xinjiang.compare(left, right).similarity < WORTH_A_LOOK


@pytest.mark.parametrize(
    ("left", "right"),
    [("Bachu", "Maralbexi"), ("مارالبېشى", "巴楚县"), ("Hetian", "Khotan"), ("Yining", "Ghulja")],
)
def test_two_listed_spellings_of_one_place_are_near_however_they_sound(
    left: str, right: str
) -> None:
    found = xinjiang.compare(left, right)
    assert found.similarity >= 0.93
    assert "listed for" in " ".join(found.reasons)
    assert xinjiang.compare(right, left) == found


@pytest.mark.parametrize(
    ("left", "right"),
    [("Kargilik", "Qarkilik"), ("Pishan", "Pichan"), ("Yumin", "Emin"), ("精河", "青河")],
)
def test_two_places_that_sound_alike_are_kept_apart(left: str, right: str) -> None:
    """Not so by sound alone, and what the sound says stays among the reasons."""
    found = xinjiang.compare(left, right)
    assert found.similarity <= 0.62 < xinjiang.Comparer().compare(left, right).similarity
    assert len(found.reasons) == 2


@pytest.mark.parametrize(
    ("left", "right"),
    [("和田市", "和田县"), ("喀什市", "喀什地区"), ("Yining Xian", "伊宁市")],
)
def test_places_of_one_name_that_both_say_their_rank_are_apart(left: str, right: str) -> None:
    assert xinjiang.compare(left, right).similarity <= 0.62


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Дорбильджин уезд", "Dörbiljin nahiyisi"),
        ("Цзяши уезд", "Jiashi"),
        ("额敏县", "Эминь уезд"),
        ("Akesudiqu", "Aksu Prefecture"),
        ("沙雅", "Shayaxian"),
        ("喀拉喀什镇", "Karakax"),  # a town in the county that is called after it
        ("بايىنغولىن ئاپتونوم ئوبلاستى", "Bayinguoleng"),
    ],
)
def test_words_of_rank_do_not_part_two_spellings(left: str, right: str) -> None:
    assert xinjiang.compare(left, right).similarity >= WORTH_A_LOOK


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Maralbashy", "Qarkilik"),  # one is not listed
        ("Emin", "Imin"),  # both are people's names
    ],
)
def test_where_the_gazetteer_cannot_say_it_says_nothing(left: str, right: str) -> None:
    assert xinjiang.compare(left, right) == xinjiang.Comparer().compare(left, right)


@pytest.mark.parametrize(
    ("left", "right"), [("Esenbek", "Эсенбек"), ("Нұрбек", "努尔别克"), ("Jumabek", "Жұмабек")]
)
def test_a_suffix_is_one_in_every_alphabet(left: str, right: str) -> None:
    assert xinjiang.Comparer(table.NameTable([])).compare(left, right).similarity >= WORTH_A_LOOK


def test_emet_and_ehmet_are_two_names_and_one_han_form_may_be_both() -> None:
    apart = xinjiang.compare("Emet", "Ehmet")
    assert any("two names" in reason for reason in apart.reasons)
    for name in ("Emet", "Ehmet"):
        unsure = xinjiang.compare("艾买提", name)
        assert (
            WORTH_A_LOOK
            <= unsure.similarity
            < xinjiang.compare("Tursun", "吐尔逊").similarity + 0.01
        )
    assert {one.name for one in xinjiang.TABLE.find("艾买提")} == {"Emet", "Ehmet"}


def test_what_was_set_aside_is_said() -> None:
    reasons = " ".join(xinjiang.compare("Haji Memet", "Memet\u200b").reasons)
    assert "title Haji" in reasons
    assert "U+200B" in reasons


def test_a_missing_fathers_name_costs() -> None:
    whole = xinjiang.compare("Memet Tursun", "مەمەت تۇرسۇن").similarity
    assert xinjiang.compare("Memet", "مەمەت تۇرسۇن").similarity < whole


def test_a_suffix_on_one_side_is_a_difference() -> None:
    assert (
        xinjiang.compare("Tursun", "吐尔逊江").similarity
        < xinjiang.compare("Tursunjan", "吐尔逊江").similarity
    )


def test_names_that_the_table_does_not_have_are_compared_by_sound() -> None:
    bare = xinjiang.Comparer(table.NameTable([]))
    assert bare.compare("吐尔逊", "Tursun").similarity > 0.85
    assert bare.compare("Qurbanniyaz", "库尔班尼亚孜").similarity > 0.85


FORMS = [form for name in xinjiang.TABLE.names[::7] for form in name.forms]


@given(st.sampled_from(FORMS), st.sampled_from(FORMS))
def test_the_same_in_both_directions(left: str, right: str) -> None:
    one, other = xinjiang.compare(left, right), xinjiang.compare(right, left)
    assert one.similarity == other.similarity
    assert 0 <= one.similarity <= 1
    assert set(one.reasons) == set(other.reasons)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_compared_or_refused(left: str, right: str) -> None:
    try:
        one = xinjiang.compare(left, right)
    except names.errors.BadName:
        return
    assert one.similarity == xinjiang.compare(right, left).similarity


@given(st.sampled_from(FORMS))
def test_a_name_is_like_itself(form: str) -> None:
    assert xinjiang.compare(form, form).similarity == 1
