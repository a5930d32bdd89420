"""A label that fits the bytes is not believed where what comes out is no text."""

from __future__ import annotations

import random

import pytest
from benchmarks import encodings as lists

from habeas.reading.encodings.decoding import decode_labelled

WORDS = {"russian": lists.RUSSIAN, "hans": lists.HANS, "hant": lists.HANT, "arabic": lists.ARABIC}
CYRILLIC = ("windows-1251", "koi8-r", "ibm866", "iso-8859-5")
WRONG = [
    *(("russian", e, label) for e in CYRILLIC for label in CYRILLIC),
    ("hans", "gbk", "gb2312"), ("hans", "gbk", "big5"), ("hans", "gbk", "windows-1251"),
    ("hans", "gbk", "windows-1256"), ("hant", "big5", "big5"), ("hant", "big5", "gb2312"),
    ("hant", "big5", "windows-1251"), ("arabic", "cp1256", "windows-1256"),
    ("arabic", "cp1256", "windows-1251"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "encoding", "label"), WRONG)
def test_lists_under_a_wrong_label_are_right_or_doubted(
    words: str, encoding: str, label: str
) -> None:
    chance = random.Random(20)  # noqa: S311
    right = encoding == label or (encoding, label) in {
        ("gbk", "gb2312"),
        ("cp1256", "windows-1256"),
    }
    silent = number = 0
    while number < 60:
        text = lists.make(chance, WORDS[words], chance.choice((2, 3, 4, 8)))
        data = text.encode(encoding, "ignore")
        if data.decode(encoding) != text or data.isascii():
            continue
        number += 1
        decoded = decode_labelled(data, label)
        silent += decoded.text != text and not decoded.doubts
        assert not (right and (decoded.doubts or decoded.text != text)), text
    assert silent <= 1


TURKISH = "Abdülşükür Şahin, Işık Güneş, Çağrı Yılmaz"


def test_turkish_under_a_western_label() -> None:
    decoded = decode_labelled(TURKISH.encode("cp1254"), "iso-8859-1")
    assert (decoded.text, bool(decoded.doubts)) == (TURKISH, True)
    assert decode_labelled("Işık".encode("cp1254"), "latin1").doubts
    for name in ("Jón Þór Sigurðsson og Guðrún", "Señor Muñoz, Île de Ré"):
        western = decode_labelled(name.encode("cp1252"), "iso-8859-1")
        assert (western.text, western.doubts) == (name, ())


@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_cyrillic_in_one_case_is_doubted(case: type[str]) -> None:
    text = case("Список задержанных Алматы")
    for encoding, label in (("cp1251", "koi8-r"), ("koi8-r", "windows-1251")):
        decoded = decode_labelled(text.encode(encoding), label)
        assert decoded.text == text or decoded.doubts


@pytest.mark.parametrize("label", ["utf-16", "utf-16le", "utf-16be", "unicode"])
def test_single_bytes_are_in_no_encoding_of_two(label: str) -> None:
    for text in ("<p>买买提·吐尔逊</p>", "<p>held</p>", "<p>hel</p>"):
        assert decode_labelled(text.encode(), label).text == text
    assert decode_labelled("买买提,1".encode("utf-16-le"), "utf-16le").text == "买买提,1"


@pytest.mark.parametrize("label", ["gbk", "big5", "euc-kr", "windows-1251", "shift_jis"])
def test_utf8_under_another_label_is_read_or_doubted(label: str) -> None:
    text = "买买提·吐尔逊\n墨玉县看守所"
    decoded = decode_labelled(text.encode(), label)
    assert decoded.doubts


@pytest.mark.parametrize("codec", ["hz", "iso2022_jp", "iso2022_kr"])
@pytest.mark.parametrize("labelled", [True, False])
def test_letters_written_in_ascii_are_letters(codec: str, labelled: bool) -> None:
    text = {"hz": "名单 of 买买提", "iso2022_jp": "収容所", "iso2022_kr": "수용소"}[codec]
    label = {"hz": "hz-gb-2312", "iso2022_jp": "iso-2022-jp", "iso2022_kr": "iso-2022-kr"}[codec]
    decoded = decode_labelled(text.encode(codec), label if labelled else "")
    assert (decoded.text, bool(decoded.doubts)) == (text, not labelled)
