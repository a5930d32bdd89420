"""Recognising: language and script found, no line lost in silence, boxes where words stand."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import typst
from PIL import Image, ImageDraw
from rapidfuzz.distance import Levenshtein
from tests.reading.pages import DROPPED_UYGHUR, LANGUAGES, harsh, page
from tests.support import presence

from habeas.reading.readers import ocr, ocr_digits, ocr_layout, ocr_lines, tesseract
from habeas.reading.readers.tesseract import Line, RecognisedWord
from habeas.reading.sandbox.opening import Sandbox


@pytest.fixture(autouse=True)
def _no_page_before() -> Iterator[None]:
    """Each test stands alone: what the page before was is forgotten."""
    ocr._last_model.clear()
    yield
    ocr._last_model.clear()


@pytest.fixture
def models() -> frozenset[str]:
    found = tesseract.models()
    if not set(ocr.MODELS) <= found:
        presence.missing("Tesseract's models", "install the packages of scripts/system-packages")
    return found


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("code", ["kk", "zh", "tr"])
@pytest.mark.usefixtures("models")
def test_the_language_of_a_page_is_found(code: str) -> None:
    language = LANGUAGES[code]
    found = ocr.recognise(page([(code, "")] * 3))
    assert found.settings["ocr_model"] == language.model
    assert (found.language, found.script) == ocr.MODELS[language.model]
    assert squeezed(found.text) == squeezed(language.text) * 3
    assert found.missing == ""


@pytest.mark.parametrize(("code", "text"), [("en", "seen here"), ("ru", "не видели")])
@pytest.mark.usefixtures("models")
def test_the_page_before_does_not_decide_how_a_few_words_are_read(code: str, text: str) -> None:
    """Of few letters a model of another script is sure too: "зееп һеге", 87 of 100."""
    image = page([(code, text)])
    for before in ("kaz", "ara", "eng"):
        ocr._last_model[:] = [before]
        assert ocr.recognise(image).text == text


@pytest.mark.usefixtures("models")
def test_each_word_has_its_box_and_confidence() -> None:
    image = page([("en", "first line"), ("en", "second")])
    found = ocr.recognise(image, models=["eng"])
    words = {found.text[box.start : box.stop]: box for box in found.boxes}
    assert list(words) == ["first", "line", "second"]
    assert words["first"].right < words["line"].left
    assert words["first"].bottom < words["second"].top
    assert all(0 <= box.confidence <= 100 for box in found.boxes)
    ink = image.point(lambda value: 255 if value < 128 else 0).getbbox()
    assert ink is not None
    assert abs(words["first"].left / 10_000 * image.width - ink[0]) < 6
    assert abs(words["first"].top / 10_000 * image.height - ink[1]) < 6


@pytest.mark.usefixtures("models")
def test_lines_that_the_model_drops_from_a_clean_page_are_found() -> None:
    image = page([("ug", DROPPED_UYGHUR)] * 3, ppi=150, size=14, width_mm=140)
    found = ocr.recognise(image, models=["uig"])
    standing = len(ocr_layout.layout_of(image).lines)
    assert len([line for line in found.text.splitlines() if line]) == standing
    meant = squeezed(DROPPED_UYGHUR) * 3
    assert Levenshtein.distance(squeezed(found.text), meant) < 0.04 * len(meant)
    assert any("by one pass only" in words or "left out" in words for words in found.warnings)


@pytest.mark.usefixtures("models")
def test_a_harsh_uyghur_page_keeps_its_lines_and_says_that_one_pass_found_none() -> None:
    image = harsh(page([("ug", "")] * 3, ppi=200, size=12))
    found = ocr.recognise(image)
    assert found.language == "ug"
    lines = [line for line in found.text.splitlines() if line]
    assert len(lines) == 3
    for line in lines:
        assert ocr_lines.alike(line, LANGUAGES["ug"].text), line


@pytest.mark.usefixtures("models")
def test_a_page_on_its_side_is_turned_and_its_boxes_are_of_the_page_as_given() -> None:
    upright = page([("en", "")] * 6)
    found = ocr.recognise(upright.rotate(90, expand=True))
    assert "twelve people" in found.text
    assert any("turned" in words for words in found.warnings)
    first = found.boxes[0]  # top left of the upright page is bottom left of this one
    assert first.left < 2_000
    assert first.bottom > 8_000


@pytest.mark.usefixtures("models")
def test_what_may_be_simplified_or_traditional_is_said() -> None:
    found = ocr.recognise(page([("zh", "")] * 3))
    assert any("Simplified and traditional" in words for words in found.warnings)


@pytest.mark.usefixtures("models")
def test_where_a_few_lines_leave_the_language_open_a_strip_of_the_page_is_asked(
    vectors: Path,
) -> None:
    """The layout takes these large letters for five lines, and no model is sure of a piece."""
    found = ocr.recognise(Image.open(vectors / "documents/ingest-file/hello_world_tiff.tif"))
    assert (found.language, found.text) == ("en", "HELLO WORLD")


@pytest.mark.usefixtures("models")
def test_a_script_that_no_model_knows_is_missing_and_not_called_read() -> None:
    drawn = typst.compile(
        '#set page(width: 150mm, height: auto)\n#set text(font: "Noto Sans", size: 12pt)\n'
        "Η υπογεγραμμένη από τη Λευκωσία ορκίζομαι και λέγω τα εξής: γνωρίζω πολύ καλά την "
        "Ελληνική γλώσσα, και η πιο πάνω μετάφραση έγινε από εμένα και είναι ακριβής.".encode(),
        format="png", ppi=200.0,
    )  # fmt: skip
    assert isinstance(drawn, bytes)
    found = ocr.recognise(Image.open(io.BytesIO(drawn)))
    assert "without a model here" in found.missing


@pytest.mark.usefixtures("models")
def test_a_blank_page_is_no_text_and_no_warning() -> None:
    assert ocr.recognise(Image.new("L", (800, 600), 255)) == ocr.Recognised(
        settings=ocr.recognise(Image.new("L", (800, 600), 255)).settings
    )


def test_without_tesseract_nothing_is_called_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract, "models", lambda: frozenset[str]())
    found = ocr.recognise(Image.new("L", (800, 600), 255))
    assert "not installed" in found.missing


def test_a_tesseract_that_fails_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "tesseract"
    program.write_text("#!/bin/sh\necho 'Tesseract couldn'\\''t load' >&2\nexit 3\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(tesseract, "program", lambda: os.fspath(program))
    monkeypatch.setattr(tesseract, "models", lambda: frozenset({"eng"}))
    monkeypatch.setattr(tesseract, "version", lambda: "")
    image = Image.new("L", (400, 100), 255)
    ImageDraw.Draw(image).rectangle((40, 40, 300, 55), fill=0)
    found = ocr.recognise(image)
    assert found.text == ""
    assert "ended with 3" in found.missing


# --- where ink stands -------------------------------------------------------------------


def bars(*boxes: tuple[int, int, int, int], size: tuple[int, int] = (800, 600)) -> Image.Image:
    """A page with dashed bars, which look like lines of words."""
    image = Image.new("L", size, 255)
    draw = ImageDraw.Draw(image)
    for left, top, right, bottom in boxes:
        for at in range(left, right - 10, 18):
            draw.rectangle((at, top, at + 8, bottom - 1), fill=0)
    return image


def test_lines_are_counted_in_columns() -> None:
    column = [(60, 100 + 40 * n, 360, 120 + 40 * n) for n in range(8)]
    beside = [(460, 110 + 40 * n, 760, 130 + 40 * n) for n in range(7)]
    assert len(ocr_layout.layout_of(bars(*column)).lines) == 8
    assert len(ocr_layout.layout_of(bars(*column, *beside)).lines) == 15


def test_ink_that_no_line_covers_is_a_line_left_out() -> None:
    lines = [(60, 100 + 40 * n, 700, 120 + 40 * n) for n in range(5)]
    layout = ocr_layout.layout_of(bars(*lines))
    assert ocr_layout.left_out(layout, lines) == []
    [band] = ocr_layout.left_out(layout, [box for box in lines if box[1] != 180])
    assert band.top <= 180 < 200 <= band.bottom
    assert band.left <= 60


def test_the_lean_of_lines_is_measured() -> None:
    lines = bars(*[(100, 100 + 40 * n, 700, 116 + 40 * n) for n in range(9)])
    for degrees in (-2.0, 0.0, 1.5):
        leaning = lines.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)
        layout = ocr_layout.layout_of(leaning)
        assert abs(layout.skew - degrees) <= 0.25
        assert len(layout.lines) == 9


# --- two passes into one ----------------------------------------------------------------


def line(text: str, top: int, confidence: float, left: int = 0) -> Line:
    return Line([RecognisedWord(text, confidence, left, top, left + 100, top + 20)])


def test_the_surer_reading_of_each_line_is_kept_and_disagreement_counted() -> None:
    one = [line("the gate", 0, 90), line("wqs opqned", 40, 50), line("at night", 80, 90)]
    other = [line("the gate", 0, 88), line("was opened", 40, 95)]
    merged = ocr_lines.merge(one, other)
    assert [kept.text for kept in merged.lines] == ["the gate", "was opened", "at night"]
    assert (merged.only_one, merged.differing) == (1, 1)


def test_a_line_that_one_pass_alone_found_goes_where_it_stands() -> None:
    one = [line("first", 0, 90), line("third", 80, 90), line("aside", 40, 90, left=500)]
    merged = ocr_lines.merge(one, [line("second", 40, 80)])
    assert [kept.text for kept in merged.lines] == ["first", "second", "third", "aside"]


def test_words_in_han_stand_without_spaces_and_offsets_hold() -> None:
    words = [
        RecognisedWord("人人", 90, 0, 0, 9, 9),
        RecognisedWord("生而", 90, 9, 0, 18, 9),
        RecognisedWord("equal", 90, 18, 0, 40, 9),
    ]
    text, placed = ocr_lines.text_of([Line(words), Line([RecognisedWord("x", 90, 0, 20, 9, 29)])])
    assert text == "人人生而 equal\nx"
    assert [text[start:stop] for start, stop, _edges, _sure in placed] == [
        "人人", "生而", "equal", "x",
    ]  # fmt: skip


def test_a_tesseract_that_hangs_is_ended_and_meanwhile_says_that_work_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "tesseract"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(tesseract, "program", lambda: os.fspath(program))
    monkeypatch.setattr(tesseract, "_TIMEOUT_SECONDS", 1.5)
    monkeypatch.setattr(tesseract, "models", lambda: frozenset({"eng"}))
    monkeypatch.setattr(tesseract, "version", lambda: "")
    calls: list[int] = []
    found = ocr.recognise(
        bars((40, 40, 300, 60)), models=["eng"], passes=1, progress=lambda: calls.append(1)
    )
    assert "took more than" in found.missing
    assert calls


@pytest.mark.usefixtures("models")
def test_digits_that_a_model_cannot_read_are_doubted(cases: Path) -> None:
    with Image.open(cases / "ocr" / "ug-arab.png") as image:
        found = ocr.recognise(image)
    assert found.settings["ocr_model"] == "uig"
    assert any("Digits in 1 line" in words for words in found.warnings)
    assert any("Digits in 1 line" in words for words in found.doubts)


@pytest.mark.usefixtures("models")
def test_a_doubt_on_words_is_a_warning_of_the_file(cases: Path) -> None:
    """Whoever sees the file, not the page, sees it: the report, ``--json``, the list of files."""
    data = (cases / "ocr" / "ug-arab.png").read_bytes()
    with Sandbox() as warm:
        (document,) = warm.read(io.BytesIO(data), "ug-arab.png")
    assert any(words.startswith("Page 1: Digits in 1 line") for words in document.warnings)


def test_digits_are_read_again_by_another_model() -> None:
    assert all(ocr_digits.second_model(first) != first for first in ("uig", "ara", "fas"))


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        ("ئۇ 2018-يىلى 12-ئايدا تۇتۇلدى", False), ("ئۇ ٢٠١٨-يىلى تۇتۇلدى", True),
        ("جەمئىي ٤٠ كىشى بار ئىدى", True), ("تېلېفون 0991-2345678", True),
        ("مەركەزدە ئون ئىككى ئادەم بار", False),
    ],
)  # fmt: skip
def test_only_digits_of_two_readings_are_doubted(text: str, doubted: bool) -> None:
    found = ocr.recognise(page([("ug", text), ("ug", "")]), models=["uig"])
    assert any("Digits in" in words for words in found.warnings) is doubted, found


@pytest.mark.parametrize(
    ("text", "impossible"),
    [
        ("3018-يىلى", True), ("1¥7-كۈنى", True), ("2018-يىلى", False), ("12/05/2018", False),
        ("1,300 %", False), ("رقم 45", False), ("9999", True), ("12345", False),
    ],
)  # fmt: skip
def test_what_no_date_looks_like(text: str, impossible: bool) -> None:
    assert ocr_digits.is_impossible(text) is impossible


def test_a_year_that_is_none_is_doubted_in_any_script() -> None:
    for text in ("3018年6月", "в 9218 году: 9218 год", "In 2918 he was held", "7018 жыл"):
        assert ocr_digits.has_impossible_year(text), text
    for text in ("2018年6月", "3018 yuan", "2018 год", "in 1999", "20183年"):
        assert not ocr_digits.has_impossible_year(text), text
