"""Labels that fit every byte, rare Chinese characters, Japanese, and two encodings in one file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from habeas.reading.documents import Document, State
from habeas.reading.encodings.decoding import decode, decode_labelled

Read = Callable[..., list[Document]]

HAN = "买买提\n乌鲁木齐市\n买买提·吐尔逊\n"


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1252", "latin1", "iso-8859-15"])
@pytest.mark.parametrize(
    ("text", "encoding"),
    [(HAN, "gb18030"), ("Список задержанных\nМамедов Тохти", "cp1251"),
     ("Список задержанных", "koi8-r"), ("قائمة المعتقلين", "cp1256")],
)  # fmt: skip
def test_a_label_of_the_west_is_left_for_what_is_clearly_another(
    label: str, text: str, encoding: str
) -> None:
    decoded = decode_labelled(text.encode(encoding), label)
    assert (decoded.text, decoded.encoding) == (text, encoding)
    assert decoded.doubts[0] == (
        f"Labelled {label}, under which its letters make no words; read as {encoding}."
    )


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("妈妈", "gb18030"), ("買買提名單", "big5hkscs"), ("名簿 山田太郎 ホテル", "cp932")],
)
def test_on_few_bytes_a_label_stands_with_a_doubt(text: str, encoding: str) -> None:
    decoded = decode_labelled(text.encode(encoding), "iso-8859-1")
    said = f"Read as cp1252, as it is labelled. Could also be {encoding}."
    assert decoded.text == text or decoded.doubts == (said,)


@pytest.mark.parametrize(
    "text",
    ["Liste der Häftlinge in Ürümqi, Erkin Tursün", "Ürümqi", "Élève – “Ürümqi” € naïve",
     "50 °C, 30 §, £5 – naïve café", "El niño está en la prisión, ¿cómo están?"],
)  # fmt: skip
def test_what_is_of_the_west_is_read_by_its_label_without_a_word(text: str) -> None:
    decoded = decode_labelled(text.encode("cp1252"), "iso-8859-1")
    assert (decoded.text, decoded.doubts) == (text, ())


def test_a_page_that_a_server_labelled_wrongly(read_bytes: Read) -> None:
    page = f'<meta charset="iso-8859-1"><p>{HAN}</p>'.encode("gb18030")
    (document,) = read_bytes(page, "page.html")
    assert "买买提" in document.text
    assert "iso-8859-1" in document.warnings[0]


@pytest.mark.parametrize("text", ["㐂李", "喀什𠀀", "𠮷田,喀什", "㐂"])
def test_chinese_of_four_bytes_is_chinese(text: str) -> None:
    decoded = decode(text.encode("gb18030"))
    assert decoded.text == text
    assert decoded.doubts


@pytest.mark.parametrize(
    "text", ["名簿", "収容所", "山田太郎", "カシュガル", "名簿\n山田太郎\nウルムチ\n"]
)
def test_japanese_is_read_or_named_as_a_candidate(text: str) -> None:
    decoded = decode(text.encode("cp932"))
    assert decoded.text == text or "cp932" in " ".join(decoded.doubts)
    assert decoded.doubts


@pytest.mark.parametrize("own", [1, 2, 3, 6])
@pytest.mark.parametrize("foreign", [1, 2, 3, 4])
@pytest.mark.parametrize("encoding", ["gbk", "cp1251"])
def test_lines_of_utf8_stand_beside_lines_of_another(own: int, foreign: int, encoding: str) -> None:
    other = "吐尔逊,和田地区\n" if encoding == "gbk" else "Ахмедов,Хотан\n"
    decoded = decode("买买提,喀什\n".encode() * own + other.encode(encoding) * foreign)
    assert decoded.encoding == "utf-8"
    assert decoded.text.count("买买提,喀什") == own
    assert decoded.lossy
    assert f"line{'s' if foreign > 1 else ''} {own + 1}" in decoded.doubts[0]


def test_a_mixture_is_read_in_part(read_bytes: Read) -> None:
    data = "买买提,喀什\n".encode() * 3 + "吐尔逊,和田\n".encode("gbk") * 4
    (document,) = read_bytes(data, "list.csv")
    assert document.state is State.IN_PART
    assert "could be gb18030" in " ".join(document.warnings)
