"""What stands where a name is not known is told from names, as a whole, in every writing."""

from __future__ import annotations

import pytest
from tests.support import xinjiang

from habeas.names.errors import BadName


@pytest.mark.parametrize(
    "text",
    [
        "Unknown", "UNKNOWN", " unknown. ", "(unknown)", "Ｕｎｋｎｏｗｎ", "Unknown Unknown",
        "Unknown 12",
        "Unknown/不详", "unknown (不详)", "N/A", "n/a", "n. a.", "#N/A", "XXX", "xx",
        "ｘｘｘ", "NN", "N.N.",
        "Anonymous", "no name", "No  Name", "NoName", "name: unknown", "unidentified",
        "?", "??", "-", "---", "…", "×××", "无名氏", "無名氏", "不详", "不詳", "未知", "某某",
        "某某某", "姓名不详", "姓名 不详",
        "Неизвестно", "НЕИЗВЕСТНЫЙ", "неизвестная", "без имени", "Без имени.", "н/д",
        "نامعلوم", "مجهول", "غير معروف", "نامەلۇم", "ئىسمى نامەلۇم", "белгісіз", "Аты белгісіз",
        "bilinmiyor", "Bilinmiyor", "BİLİNMİYOR", "adı bilinmiyor", "белгисиз",
        "Un\u200bknown", "N/A.", "未知人員", "İsim yok",
    ],
)  # fmt: skip
def test_a_placeholder_is_told(text: str) -> None:
    assert xinjiang.is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "\u200b\u202e", "Na", "Na Li", "Nan", "Null", "Nil",
        "Unknown Tursun", "Memet (unknown)",
        "Anon Tursun", "Memet", "张某某", "王某", "某红", "无忌", "Xu", "Xax",
        "Noman", "Mechulov", "Ng",
        "A. N.", "Малик Неизвестных", "x" * 400,
    ],
)  # fmt: skip
def test_a_name_is_none(text: str) -> None:
    assert not xinjiang.is_placeholder(text)


def test_no_listed_name_of_a_person_or_place_is_one() -> None:
    people = {form for name in xinjiang.TABLE.names for form in (name.name, *name.latin, *name.han)}
    places = {form.text for unit in xinjiang.PLACES.units for form in unit.forms}
    assert not {text for text in people | places if xinjiang.is_placeholder(text)}


def test_one_may_be_compared_all_the_same() -> None:
    try:
        assert xinjiang.compare("Unknown", "Unknown").similarity == 1.0
    except BadName:  # pragma: no cover
        pytest.fail("only the linkage leaves them out")
