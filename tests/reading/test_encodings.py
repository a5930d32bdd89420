"""Short lists without a label: names, places and headings are what a leak holds."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks.encodings import ENCODINGS, HANS, make, measure, ours

from habeas.reading.documents import Document, State
from habeas.reading.encodings import labels, wide
from habeas.reading.encodings.decoding import decode, decode_labelled

Read = Callable[..., list[Document]]


def test_lists_of_three_lines_and_more_are_hardly_ever_wrong_in_silence() -> None:
    found = measure(ours, seed=11, number=12)
    long = {key: tally for key, tally in found.items() if key[1] >= 3}
    assert {key: tally["silent"] for key, tally in long.items() if tally["silent"]} == {}
    assert sum(tally["wrong"] for tally in long.values()) <= len(long) * 12 // 50
    assert {encoding for encoding, *_ in found} == set(ENCODINGS)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gbk.csv", ["买买提·吐尔逊", "在押"]), ("roster-gbk.csv", ["买买提", "阿依古丽"]),
        ("tsv.xls", ["姓名", "买买提"]), ("html-gbk-nometa.html", ["阿不都", "古丽"]),
        ("gbk.xml", ["买买提", "墨玉"]),
    ],
)  # fmt: skip
def test_short_chinese_without_a_label_is_chinese(
    cases: Path, read_bytes: Read, name: str, words: list[str]
) -> None:
    data = (cases / "encodings" / name).read_bytes()
    (document,) = read_bytes(data, name)
    assert document.state is State.READ
    if name == "gbk.xml":
        words = [data.decode("gbk").partition("<n>")[2].partition("<")[0]]
    assert all(word in document.text for word in words), document.text


def test_names_of_one_zip_in_two_encodings(cases: Path, read_bytes: Read) -> None:
    data = (cases / "encodings" / "mixed.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        raw = [entry.orig_filename.encode("cp437") for entry in archive.infolist()]
    *inner, _ = read_bytes(data, "mixed.zip")
    assert [name[:1] for name in raw] == [b"\xba", b"\xe5"]  # GBK, UTF-8
    assert {one.inner_path for one in inner} == {raw[0].decode("gbk"), raw[1].decode()}


def test_one_foreign_row_is_shown_and_the_rest_stays_utf8(cases: Path, read_bytes: Read) -> None:
    data = (cases / "encodings" / "mixed-utf8-gbk.csv").read_bytes()
    (document,) = read_bytes(data, "mixed.csv")
    assert document.state is State.IN_PART
    assert "姓名" in document.text
    assert "\\xb0\\xa2" in document.text
    assert any("line 3" in warning for warning in document.warnings)


@pytest.mark.parametrize("foreign", ["cp1251", "koi8-r", "gbk", "cp1256"])
def test_a_row_of_another_encoding_never_turns_the_whole(foreign: str) -> None:
    row = {"gbk": "阿依古丽,皮山县", "cp1256": "محمد علي"}.get(foreign, "Иванов,Алматы")
    rows = ["姓名,地点", "买买提,墨玉县", "吐尔洪,和田市"]
    data = b"\n".join([*(one.encode() for one in rows), row.encode(foreign)])
    decoded = decode(data)
    assert (decoded.encoding, decoded.lossy) == ("utf-8", True)
    assert decoded.text.startswith("\n".join(rows))


def test_a_few_utf8_rows_in_an_old_list_are_said() -> None:
    rows = ["阿依古丽,皮山县", "买买提,墨玉县", "吐尔洪,和田市", "古丽,喀什市"]
    data = b"\n".join([*(one.encode("gbk") for one in rows), "帕提古丽,于田县".encode()])
    decoded = decode(data)
    assert "utf-8" in f"{decoded.encoding} {decoded.doubts}".lower()
    assert decoded.doubts


def test_one_broken_byte_does_not_turn_chinese_into_something_else() -> None:
    text = "姓名,村\n" + "买买提,墨玉县\n阿依古丽,皮山县\n" * 6
    data = text.encode("gbk")
    decoded = decode(data[:41] + data[42:])
    assert decoded.encoding == "gb18030"
    assert decoded.lossy
    assert decoded.text.startswith("姓名,村\n买买提")


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("latin1", "cp1252"), ("ISO-8859-1", "cp1252"), ("us-ascii", "cp1252"),
        ("iso-8859-9", "cp1254"), ("gb2312", "gb18030"), ("GBK", "gb18030"), ("x-gbk", "gb18030"),
        ("cp936", "gb18030"), ("ks_c_5601-1987", "cp949"), ("shift_jis", "cp932"),
        ("x-sjis", "cp932"), ("big5", "big5hkscs"), ("windows-1251", "cp1251"), ("866", "cp866"),
        ("utf8", "utf-8"), ("unicode", "utf-16-le"), ("macintosh", "mac-roman"),
        (" \"koi8-r\" ", "koi8-r"), ("hz-gb-2312", "hz"), ("nonsense", None), ("base64", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_label_means_what_the_web_takes_it_for(label: str, codec: str | None) -> None:
    assert labels.codec(label) == codec


def test_a_label_that_fits_is_obeyed_and_one_that_does_not_is_said() -> None:
    assert decode_labelled("“ten” – €5".encode("cp1252"), "iso-8859-1").text == "“ten” – €5"
    wrong = decode_labelled("Кашгарская область".encode("cp1251"), "utf-8")
    assert (wrong.text, wrong.encoding) == ("Кашгарская область", "cp1251")
    assert "does not fit" in wrong.doubts[0]
    both = decode_labelled("Кашгар".encode(), "windows-1251")
    assert any("utf-8" in doubt for doubt in both.doubts)
    damaged = decode_labelled("墨玉县".encode("gbk") * 30 + b"\xff", "gb2312")
    assert (damaged.encoding, damaged.lossy) == ("gb18030", True)


def test_a_mark_goes_before_a_label() -> None:
    assert decode_labelled("Хотан".encode("utf-8-sig"), "windows-1251").text == "Хотан"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["买买提,墨玉\n", "Хотан", "قەشقەر", "Tursun,5\n", "一,二,三\n"])
def test_wide_characters_without_a_mark(encoding: str, text: str) -> None:
    assert wide.encoding_of(text.encode(encoding)) == encoding


@pytest.mark.parametrize(
    "data", [b"\x00\x01\x02", b"\x00\x01\x02\x03", b"\x01\x00\x00\x00", bytes(range(64)), bytes(9)]
)
def test_a_few_numbers_of_a_program_are_no_text(data: bytes) -> None:
    assert wide.encoding_of(data) == ""


def test_what_fits_two_encodings_is_a_doubt() -> None:
    for text, encoding in (("小学\n", "gbk"), ("女", "gbk"), ("غزة", "cp1256"), ("哈密", "gbk")):
        decoded = decode(text.encode(encoding))
        assert decoded.text == text or decoded.doubts
    assert decode("Müller, Lübeck\n".encode()).doubts == ()
    assert decode("Да".encode()).doubts == ()


def test_a_doubt_is_no_habit() -> None:
    """Ordinary lists of ten lines are read without one."""
    found = measure(lambda data: (None, ours(data)[1]), seed=3, number=10)
    for (encoding, first, _), tally in found.items():
        if first >= 6 and "16" not in encoding:
            assert tally["doubted"] <= 1, (encoding, first)


def test_the_label_of_a_mails_part_reaches_its_file(read_bytes: Read) -> None:
    page = "<html><body><p>“Хотан”</p></body></html>".encode("cp1251")
    head = b"From: a@example.org\nTo: b@example.org\nSubject: x\nMIME-Version: 1.0\n"
    part = b"Content-Type: text/html; charset=windows-1251\nContent-Transfer-Encoding: 8bit\n\n"
    *inner, _ = read_bytes(head + part + page, "a.eml")
    assert "“Хотан”" in inner[0].text
    assert inner[0].settings["encoding"] == "cp1251"


def test_lists_are_made_the_same_from_one_seed() -> None:
    one, other = random.Random(4), random.Random(4)  # noqa: S311 - repeatable
    assert make(one, HANS, 5) == make(other, HANS, 5)


@pytest.mark.parametrize(
    "text",
    ["список\n", "хан\nраб\n", "том", "список\nМамат Турсун\nХотан\n", "хан; тел; фон\n"],
)
def test_russian_words_that_fit_utf8_by_chance_are_russian(text: str) -> None:
    """Each of р to я begins a character of three bytes, for which two small letters follow."""
    assert decode(text.encode("cp866")).text == text


@pytest.mark.parametrize(
    "text", ["天", "大夫", "ᠠᠨᠢ", "न", "喀什", "Ꙡ", "堭 买买提", "…", "⚠", "A list ⬭ of men"]
)
def test_signs_that_are_utf8_stay(text: str) -> None:
    assert decode(text.encode()).text == text
