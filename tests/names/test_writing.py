"""Conversion between alphabets, the parts of names, keys, and the table of names."""

from __future__ import annotations

import pytest
from tests.support import xinjiang

from habeas import names
from habeas.names import characters, chinese, kazakh, palladius, table, uyghur
from habeas.names.errors import BadTable, UnknownConversion


@pytest.mark.parametrize(
    ("uey", "uly", "uky", "uyy", "sasm"),
    [
        ("مەمەت", "Memet", "Мәмәт", "Məmət", "Mamat"),
        ("قاراقاش", "Qaraqash", "Қарақаш", "Ⱪaraⱪax", "Karakax"),
        ("مارالبېشى", "Maralbëshi", "Маралбеши", "Maralbexi", "Maralbexi"),
        ("چاقىلىق", "Chaqiliq", "Чақилиқ", "Qaⱪiliⱪ", "Qakilik"),
        ("گۈلنىسا", "Gülnisa", "Гүлниса", "Gülnisa", "Gülnisa"),
        ("شۆھرەت", "Shöhret", "Шөһрәт", "Xɵⱨrət", "Xöhrat"),
    ],
)
def test_one_word_in_five_uyghur_spellings(
    uey: str, uly: str, uky: str, uyy: str, sasm: str
) -> None:
    assert names.convert(uey, "uey", "uly") == uly
    assert names.convert(uly, "uly", "uey") == uey
    assert names.convert(uey, "uey", "uky") == uky
    assert names.convert(uky, "uky", "uey") == uey
    assert names.convert(uey, "uey", "sasm") == sasm
    assert names.convert(names.convert(uey, "uey", "uyy"), "uyy", "uey") == uey
    assert names.convert(uey, "uey", "uyy").replace("ø", "ɵ") == uyy


def test_the_alphabets_go_there_and_back() -> None:
    for name in xinjiang.TABLE.names:
        if name.language == "ug":
            for other in ("uey", "uky", "uyy"):
                there = uyghur.convert(name.name, "uly", other)
                back = uyghur.convert(there, other, "uly")
                assert table.folded(back) == table.folded(name.name), (there, back)


@pytest.mark.parametrize(
    ("wade", "syllables"),
    [
        ("Ch'üan-kuo", "quan guo"),
        ("Tse-tung", "ze dong"),
        ("Hsiao-p'ing", "xiao ping"),
        ("Shih-ts'ai", "shi cai"),
        ("Chieh-shih", "jie shi"),
        ("Chih-chung", "zhi zhong"),
        ("Ho-t'ien", "he tian"),
        ("Mo-yü", "mo yu"),
    ],
)
def test_wade_giles(wade: str, syllables: str) -> None:
    assert chinese.from_wade_giles(wade) == (tuple(syllables.split()),)


def test_kazakh_in_arabic_letters() -> None:
    assert kazakh.from_arabic("قايرات") == ("қайрат",)
    assert kazakh.from_arabic("نۇرلان") == ("нұрлан",)
    assert kazakh.from_arabic("ەركىن") == ("еркін", "еркын")
    assert kazakh.from_arabic("نۇربەك") == ("нүрбек", "нұрбек")  # Нұр and бек


@pytest.mark.parametrize(
    ("name", "script", "text"),
    [
        ("买买提·吐尔逊", "uly", "Memet Tursun"),
        ("买买提·吐尔逊", "uey", "مەمەت تۇرسۇن"),
        ("买买提·吐尔逊", "pinyin", "Maimaiti Tuerxun"),
        ("Қайрат Әбдірахманов", "kk-latin", "Qayrat Äbdirakhmanov"),
        ("Уали", "kk-latin", "Ūalī"),
        ("Ұали", "kk-latin", "Ualī"),
        ("Алиев", "ru-latin", "Aliyev"),
        ("Ёлкин", "ru-latin", "Yëlkin"),
        ("Игорь", "ru-latin", "Igor’"),
        ("Игорь", "ru-passport", "Igor"),
        ("Хаджиев Юсуп", "ru-passport", "Khadzhiev Iusup"),
        ("Жумагүл", "ky-latin", "Jumagül"),
    ],
)
def test_rendering(name: str, script: str, text: str) -> None:
    assert xinjiang.render(name, script).text == text


@pytest.mark.parametrize(
    ("name", "script"),
    [("麦克风", "uly"), ("Memet", "pinyin"), ("Қайрат", "ru-passport"), ("Memet", "klingon")],
)
def test_what_no_rule_writes_is_refused(name: str, script: str) -> None:
    with pytest.raises(UnknownConversion):
        xinjiang.render(name, script)


def test_parts() -> None:
    parts = xinjiang.take_apart("买买提·阿不都拉")
    assert (parts.given, parts.father) == ("买买提", "阿不都拉")
    assert xinjiang.take_apart("陈全国").given == "全国"
    assert xinjiang.take_apart("Kadeer, Rebiya").given == "Rebiya"
    assert xinjiang.take_apart("Tursun Memet oghli").dropped == ("link oghli",)
    assert xinjiang.take_apart("Мәмәтова").parts[0].bare == "Мәмәт"


@pytest.mark.parametrize(
    ("left", "right"),
    [("买买提·阿不都拉", "Memet"), ("Тохти Илхам", "伊力哈木·土赫提"), ("Chen Quanguo", "陈全国"),
     ("Zunun", "祖农"), ("吾甫尔", "Ghopur")],
)  # fmt: skip
def test_spellings_of_one_name_share_a_key(left: str, right: str) -> None:
    assert xinjiang.keys(left) & xinjiang.keys(right)


def test_the_table_is_large_and_every_row_has_its_source() -> None:
    rows = xinjiang.TABLE.names
    assert len(rows) >= 400
    assert len({row.key for row in rows}) == len(rows)
    for row in rows:
        assert row.source in ("editors", "public"), row
        assert row.han, row
        assert row.sex in ("m", "f"), row
    known = {row.name for row in rows}
    assert {name for row in rows for name in row.related} <= known


def test_a_broken_table_is_refused_with_its_line() -> None:
    with pytest.raises(BadTable, match="Line 2"):
        table.parse("# names\nMemet\tug")


def test_townships_are_there_by_code() -> None:
    assert sum(unit.level == "township" for unit in xinjiang.PLACES.units) > 1000


def test_wade_giles_without_its_apostrophes_is_read_both_ways() -> None:
    both = chinese.from_wade_giles("Hsiao-ping", marked=False)
    assert set(both) == {("xiao", "bing"), ("xiao", "ping")}
    assert chinese.from_wade_giles("Turghun", marked=False) == ()


def test_palladius_is_that_of_every_syllable() -> None:
    for syllable in chinese.SYLLABLES:
        spelt = palladius.written(syllable)
        assert all("а" <= letter <= "я" or letter == "ё" for letter in spelt), syllable
        assert (syllable,) in palladius.syllables(spelt), syllable
    assert ("ze", "dong") in palladius.syllables("Цзэдун")
    assert ("ze", "dong") in palladius.syllables("Цзедун")
    assert palladius.syllables("Турсун") == ()


def test_each_traditional_character_has_a_simplified_one() -> None:
    pairs = characters._PAIRS
    assert len(set(pairs[::2])) == len(pairs) / 2
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        assert characters.is_simplified(new), new
        assert not characters.is_simplified(old), old
        assert characters.simplified(new) == new


def test_n_and_g_before_gul_are_two_sounds() -> None:
    """Few write the apostrophe of Reyhan'gül; ng is one sound everywhere else."""
    assert uyghur.convert("Reyhangül", "uly", "uey") == "رەيھانگۈل"
    assert uyghur.convert("رەيھانگۈل", "uey", "uly") == "Reyhan'gül"
    assert uyghur.convert("Mongghul", "uly", "uey") == "موڭغۇل"
    by_rule = xinjiang.Comparer(table.NameTable([])).compare
    assert uyghur.convert("köngül", "uly", "uey") == "كۆڭۈل"
    for spelling in ("Reyhangül", "Reyhangul", "Reyhan'gül", "Рәйһангүл"):
        assert by_rule(spelling, "رەيھانگۈل").similarity > 0.95, spelling


def test_a_word_that_parts_in_very_many_ways_ends() -> None:
    """Without remembering what was tried, the first would take for ever."""
    assert palladius.syllables("ан" * 31 + "щ") == ()
    assert len(palladius.syllables("ана" * 20)) <= 24
    assert chinese.from_wade_giles("-".join(["ta"] * 20), marked=False) == ()


def test_the_pinyin_of_a_name_is_not_kept_for_another_alone() -> None:
    """艾沙 is Eysa and its pinyin is Aisha, as others write Ayshe: both must be found."""
    names_ = xinjiang.TABLE
    for name in names_.names:
        for han in name.han:
            found = names_.find("".join(chinese.pinyin(han)))
            here = [
                other
                for other in found
                if other.language == name.language and other.name not in name.related
            ]
            assert not here or name in here, (name.name, han, [other.name for other in here])
