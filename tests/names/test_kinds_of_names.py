"""Names by their kinds: Russian and Kazakh surnames, Chinese names, initials, suffixes.

By rule alone, without the table of names: what is asked here is what is done for a name that
nobody entered.
"""

from __future__ import annotations

import pytest
from tests.support import xinjiang

from habeas.names import table
from habeas.names.errors import BadName

by_rule = xinjiang.Comparer(table.NameTable([])).compare
WORTH_A_LOOK = 0.73  # docs/methods/names.md

NEAR = [
    # the surname first or last, the patronymic there or not, in five alphabets
    ("OSPANOV KAIRAT", "قايرات وسپانوۆ"),
    ("Назарбаев Нурсултан Абишевич", "努尔苏丹·纳扎尔巴耶夫"),
    ("Розиев Турсун Ахметович", "Tursun Roziyev"),
    ("توختىيېف يۈسۈپ", "TOKHTIEV IUSUP"),
    ("Абай Құнанбайұлы", "Kunanbayev Abai"),
    ("Қайрат Серікұлы", "海拉提·赛力克"),
    ("TOHTI Ilham", "ئىلھام توختى"),
    ("Yousef Tohti", "يۈسۈپ توختى"),  # not of kin, for all its ending
    ("توختى، ئىلھام", "Ilham Tohti"),
    # an initial that fits
    ("M. Tursun", "مەمەت تۇرسۇن"),
    ("Sh. Zakir", "شۆھرەت زاكىر"),
    ("TURSUN, M.", "Muxter Tursun"),
    ("Ахметов С.Б.", "Ахметов Серик Болатович"),
    # words that are written to each other
    ("KérimMijit", "كېرىم مىجىت"),
    ("Azat_Obulqasim", "АЗАТ ОБУЛКАСИМ"),
    ("ئۈمىت ياقۇپ ئوغلى", "Ümit Yaqupoghli"),
    ("wangjunzheng", "Ван Цзюньчжэн"),
    # suffixes and titles, however they are spelt
    ("努尔别克", "Nuerbieke"),
    ("داۋلەتحان", "Дәулетхан"),
    ("买买提阿吉", "Maimaitiaji"),
    ("努尔坚", "Нұржан"),
    ("Азизжон", "Azizjan"),
    ("Haji Niyaz", "哈吉尼亚孜"),
    ("Turdi Xan", "تۇردى خان"),
    ("Abdulla Beg", "ئابدۇللا بەگ"),
    # letters
    ("Жүнүс", "Jünüs"),
    ("Es'het", "ئەسھەت"),
    ("Mәmәt", "Memet"),
    ("هەسەن", "Hesen"),
    ("Ilham\r\nTohti", "Ilham Tohti"),
    ("Бүбүсара", "بۉبۉسارا"),
    # Chinese names in every writing
    ("Teng Hsiao-ping", "邓小平"),
    ("Tso Tsung-tang", "左宗棠"),
    ("Chao Lung", "趙龍"),
    ("Си Цзиньпин", "Jinping Xi"),
    ("Мао Цзедун", "毛泽东"),
    ("歐陽建華", "Jianhua Ouyang"),
    ("劉洋", "刘洋"),
]
APART = [
    # who is given one name is not who is the child of somebody of that name
    ("Касымов Абдулла", "Касымова Зульфия Абдуллаевна"),
    ("Қайрат Серікұлы", "Серік Қайратұлы"),
    ("叶尔兰·波拉提", "Болат Ерланұлы"),
    ("Сабитов Ахмет", "Ахметов Сабит"),
    ("Mukhtar Auezov", "Ауэзов Мурат Мухтарович"),
    # initials
    ("M. Tursun", "Ablet Tursun"),
    ("B. Tursun", "A. Tursun"),
    # letters of a second alphabet in the cell are read too
    ("Habib艾克拜尔", "Habib吐尔逊"),
    ("Memet(买买提)", "Memet(吐尔逊)"),
    # one syllable, one character, another person
    ("Zhu Hong", "Zhou Hong"),
    ("Ma Xiaoyan", "Ma Xiaoyang"),
    ("Wang Jun", "Wang Juan"),
    ("王伟", "王维"),
    ("康健", "康建"),
    ("张治中", "张自忠"),
    ("孙银龙", "孙金龙"),
    ("Ch'en Ch'ing", "陈静"),
    ("Zhou Jing", "Shi Jing"),
]
#: Kept under what the threshold for precision was on second.csv; a reviewer may see them.
LESS = [
    ("Hamid", "Hamide"),
    ("Samir", "Samire"),
    ("مۇنىر", "Munire"),
    ("Муратов Болат", "MARATOV BOLAT"),
    ("Şahide", "Sahide"),
    (
        "Memet Tursun Ablet Eli Qadir Osman Hesen",
        "Memet Tursun Ablet Eli Qadir Osman Zunun",
    ),
]


@pytest.mark.parametrize(("left", "right"), NEAR)
def test_one_name(left: str, right: str) -> None:
    assert by_rule(left, right).similarity >= WORTH_A_LOOK, by_rule(left, right)
    assert by_rule(left, right) == by_rule(right, left)
    assert xinjiang.compare(left, right).similarity >= WORTH_A_LOOK, xinjiang.compare(left, right)


@pytest.mark.parametrize(("left", "right"), APART)
def test_two_names(left: str, right: str) -> None:
    assert by_rule(left, right).similarity < WORTH_A_LOOK, by_rule(left, right)
    assert by_rule(left, right) == by_rule(right, left)
    assert xinjiang.compare(left, right).similarity < WORTH_A_LOOK, xinjiang.compare(left, right)


@pytest.mark.parametrize(("left", "right"), LESS)
def test_two_names_that_are_never_taken_for_one(left: str, right: str) -> None:
    assert by_rule(left, right).similarity < 0.95, by_rule(left, right)


def test_what_was_left_out_is_said() -> None:
    found = xinjiang.compare("Memet 1", "Memet 2")
    assert {"Memet 1: set aside 1, which has no letters"} <= set(found.reasons)
    long = "Memet Tursun Ablet Eli Qadir Osman Hesen"
    assert "only the first 6 words were compared" in xinjiang.compare(long, f"{long} Zunun").reasons


def test_a_chinese_surname_does_not_cut_a_name_of_the_table() -> None:
    for han in ("马木提", "叶尔肯", "贾帕尔", "司马义"):
        assert xinjiang.take_apart(han).given == han
    assert xinjiang.take_apart("马明").given == "明"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Memet(Мәмәт)", "Memet (Мәмәт)"),
        ("Ali/Мәмәт Тохти", "Ali Мәмәт Тохти"),
        ("مەمەت·هاشىم", "مەمەت هاشىم"),
        ("和田县\u200b", "和田县"),
    ],
)
def test_what_parts_the_words_makes_no_difference(left: str, right: str) -> None:
    assert xinjiang.compare(left, right).similarity == 1.0


@pytest.mark.parametrize(
    ("left", "right"),
    [("㐂", "㐃"), ("Ðþ", "ŧʒ"), ("王明㐂", "王明"), ("王㐂明", "王明"), ("ЂЂ", "ЋЋЋ")],
)
def test_letters_that_cannot_be_read_are_not_the_same(left: str, right: str) -> None:
    assert xinjiang.compare(left, right).similarity < WORTH_A_LOOK
    assert "s:" not in xinjiang.keys(left)


def test_a_title_before_a_word_of_rank_is_a_name_of_some_kind() -> None:
    for name in ("Haji county", "阿吉县", "Qari nahiyisi"):
        assert xinjiang.compare(name, "Memet").similarity < WORTH_A_LOOK


def test_words_of_rank_are_said_only_where_there_were_some() -> None:
    reasons = " ".join(xinjiang.compare("Foo  Bar ", "Fxo Bxr").reasons)
    assert "rank" not in reasons
    assert xinjiang.compare("和田县\u200b", "和田市").similarity <= 0.62


def test_typographic_marks_make_the_same_keys() -> None:
    assert xinjiang.keys("Ch’en Ch’ing") == xinjiang.keys("Ch'en Ch'ing")
    assert xinjiang.keys("Teng Hsiao\u2010ping") == xinjiang.keys("Teng Hsiao-ping")


def test_what_is_no_text_is_no_name() -> None:
    for wrong in ([], None, b"Memet", 7):
        with pytest.raises(BadName):
            xinjiang.compare(wrong, "Memet")  # type: ignore[arg-type]
