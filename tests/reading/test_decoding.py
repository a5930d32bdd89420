"""Text in the encodings that leaks come in, with no word of which it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.reading.documents import Document, State
from habeas.reading.encodings.decoding import decode
from habeas.reading.limits import Limits
from habeas.reading.readers.interface import DraftReading
from habeas.reading.readers.text import add_paragraphs

CHINESE = "喀什地区公安局看守所人员名单。被拘留者姓名、性别和年龄如下，请各单位按照要求上报。"
TAIWAN = "這是一份關於新疆維吾爾自治區教育轉化中心的報告，說明他們為什麼被拘留以及何時釋放。"
RUSSIAN = "Список задержанных по району. Отец был арестован в мае и отправлен в лагерь."
ARABIC = "تم احتجاز والدي في شهر مايو ولم نعرف أي شيء عنه حتى الآن، وقد أخذوه من البيت."
UYGHUR = "دادام بەشىنچى ئايدا تۇتقۇن قىلىندى، ھازىرغىچە ھېچقانداق خەۋەر يوق."
GERMAN = "Größe der Stadt Lübeck, Straße in München: äußerst schöne Grüße von früher."
SPANISH = "El niño está en la prisión de España, ¿cómo están después de tantos años?"
TURKISH = "Babam mayıs ayında gözaltına alındı, şimdiye kadar hiçbir haber yok."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "utf-8"), (CHINESE, "gb18030"), (CHINESE, "utf-16-le"), (CHINESE, "utf-16-be"),
        (CHINESE, "utf-32-le"), (TAIWAN, "big5hkscs"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r"),
        (RUSSIAN, "cp866"), (RUSSIAN, "utf-16-le"), (RUSSIAN, "utf-32-be"), (ARABIC, "cp1256"),
        (GERMAN, "cp1252"), (GERMAN, "cp850"), (GERMAN, "mac-roman"), (SPANISH, "cp1252"),
        (SPANISH, "mac-roman"), (ARABIC, "utf-16-be"), (UYGHUR, "utf-16-le"), (UYGHUR, "utf-8"),
        (TURKISH, "utf-16-le"),
    ],
)  # fmt: skip
def test_the_text_comes_out_as_it_was(text: str, encoding: str) -> None:
    for sample in (text, f"{text}\r\n" * 40):
        decoded = decode(sample.encode(encoding))
        assert (decoded.encoding, decoded.text, decoded.lossy) == (encoding, sample, False)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_is_no_text(encoding: str) -> None:
    assert decode(TURKISH.encode(encoding)).text == TURKISH


def test_western_code_pages_are_said_to_be_a_guess() -> None:
    decoded = decode(TURKISH.encode("cp1254"))
    assert decoded.text == TURKISH or decoded.doubts


def test_letters_of_another_script_inside_words_speak_against_an_encoding() -> None:
    """Few letters, each inside a Latin word: no code page of Cyrillic."""
    rows = "".join(f"{n},Kiel,{n * 7}\r\n{n},Lübeck,{n * 3}\r\n" for n in range(9))
    assert decode(rows.encode("mac-roman")).text == rows


def test_a_wide_text_without_a_mark_is_a_doubt() -> None:
    assert decode(RUSSIAN.encode("utf-16-le")).doubts


def test_what_fits_no_encoding_is_never_dropped_in_silence(
    read_bytes: Callable[..., list[Document]],
) -> None:
    (document,) = read_bytes("Отец был арестован ".encode() * 20 + b"\xff\xfe in May", "note.txt")
    assert document.state is State.IN_PART
    assert "\\xff\\xfe in May" in document.text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"])))
def test_utf8_is_always_itself(text: str) -> None:
    decoded = decode(text.encode())
    assert decoded.text == text.removeprefix("\ufeff")


@given(st.text(alphabet="ab \n\r\té喀"))
def test_paragraphs_cover_the_text_and_count_its_lines(text: str) -> None:
    draft = DraftReading(Limits())
    add_paragraphs(draft, text)
    whole, rows, _ = draft.taken()
    assert whole == text
    for number, row in enumerate(rows, start=1):
        kind, start, stop, locator = row[:4]
        assert (kind, locator["paragraph"]) == ("paragraph", number)
        before = text[:start].replace("\r\n", "\n").replace("\r", "\n")
        assert locator["line"] == before.count("\n") + 1
        assert text[start:stop].strip("\r\n") == text[start:stop]
