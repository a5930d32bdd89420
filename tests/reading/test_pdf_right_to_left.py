"""Right-to-left lines of PDFs are read in the order in which people read them."""

from __future__ import annotations

import html
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser

from habeas.reading.documents import Document, State
from habeas.reading.readers import pdf_bidi

Read = Callable[..., list[Document]]

LINES = (
    "اعتقل والدي في 15 مايو 2018 ولم نعرف عنه شيئا", "تم نقله إلى المعسكر رقم 3 (مدينة كاشغر)",
    'قال: "لم أره منذ عام"، ثم سكت.', "القائمة رقم 1/2017، الصفحة 12-15",
    "لا إله إلا الله، الإسلام", "بلغ عدد المحتجزين 1,300 شخص (نحو 12.5%)",
    "دادام 2017-يىلى 5-ئاينىڭ 3-كۈنى تۇتۇلدى.", "٢٠١٨/٠٥/١٢", "مرحبا!",
    "تېلېفون: 0991-2345678، ئادرېس: قاغىلىق ناھىيەسى", "המחנה נסגר (בשנת 2019) לפי העדים",
    "دستگیری در تاریخ ۱۲ مرداد ۱۳۹۷ ثبت شد", "تقرير Human Rights Watch عن السجن",
    "المحتجز رقم 45 في Camp A",
)  # fmt: skip
LEFT_TO_RIGHT = ("The name محمد علي appears on page 12.", "He wrote محمد, then left in 2018.")

ALONE = "2018-يىلى 3-ئايدا قەشقەر شەھىرىدە 1,250 ئادەم تۇتۇلدى (لاگېر 3)."
COLUMNS = (
    "الأول في العمود الأول كلمة كلمة كلمة", "سطر ثان", "سطر ثالث",
    "الثاني في العمود الثاني", "سطر", "نهاية",
)  # fmt: skip

WANTED = {
    "plain.pdf": "القسم الرئيسي في السجن الكبير",
    "hyphen.pdf": "القسم الرئيسي - السجن",
    "latin-digit.pdf": "القسم الرئيسي عدد 5161",
    "arab-digits.pdf": "القسم ٥١٦١ الرئيسي",
    "mixed-latin.pdf": "السجن Camp الكبير",
    "uy-plain.pdf": "مەمەت تۇرسۇن تۇتۇلدى",
    "uy-digit.pdf": "مەمەت تۇرسۇن 2017 يىلى تۇتۇلدى",
    "rtl.pdf": "مەمەت تۇرسۇن 2017-يىلى 6-ئاينىڭ 5-كۈنى تۇتۇلدى. تېلېفون 0991-2345678",
}


@pytest.mark.parametrize("name", WANTED)
def test_the_cases_are_in_reading_order(cases: Path, read_bytes: Read, name: str) -> None:
    (document,) = read_bytes((cases / "pdf-rtl" / name).read_bytes(), name)
    assert WANTED[name] in document.text.splitlines()


@pytest.fixture(scope="module")
def printed(chromium: Browser) -> bytes:
    """The lines as a browser prints them, which writes words from left to right."""
    page = chromium.new_page()
    rows = [f'<p dir="rtl">{html.escape(line)}</p>' for line in LINES]
    rows += [f"<p>{html.escape(line)}</p>" for line in LEFT_TO_RIGHT]
    page.set_content(f"<html><body>{''.join(rows)}</body></html>")
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        page.pdf(path=file.name)
        page.close()
        return Path(file.name).read_bytes()


def test_what_a_browser_prints_is_read_as_it_was_written(printed: bytes, read_bytes: Read) -> None:
    (document,) = read_bytes(printed, "printed.pdf")
    assert document.state is State.READ
    assert document.text.splitlines() == [*LINES, *LEFT_TO_RIGHT]


@pytest.mark.parametrize("font", ["DejaVu Sans", "Noto Sans", "Noto Sans Arabic"])
def test_a_line_alone_on_its_page_is_one_line(
    chromium: Browser, read_bytes: Read, tmp_path: Path, font: str
) -> None:
    """PDFium takes such a page for columns and ends a line wherever letters run the other way."""
    page = chromium.new_page()
    page.set_content(f'<body><p dir="rtl" style="font-family: {font}, DejaVu Sans">{ALONE}</p>')
    page.pdf(path=tmp_path / "alone.pdf")
    page.close()
    (document,) = read_bytes((tmp_path / "alone.pdf").read_bytes(), "alone.pdf")
    assert document.text.splitlines() == [ALONE]
    words = [document.text[box.start : box.stop] for box in document.parts[0].boxes]
    assert words == ALONE.split()


def test_columns_are_read_line_by_line(chromium: Browser, read_bytes: Read, tmp_path: Path) -> None:
    """PDFium has the end of one line and the beginning of the next in one."""
    first, second = COLUMNS[:3], COLUMNS[3:]
    page = chromium.new_page()
    rows = "<br>".join(first + second)
    page.set_content(f'<body><div dir="rtl" style="columns: 2">{rows}</div>')
    page.pdf(path=tmp_path / "columns.pdf")
    page.close()
    (document,) = read_bytes((tmp_path / "columns.pdf").read_bytes(), "columns.pdf")
    assert document.text.splitlines() == [*first, *second]


def test_the_boxes_are_those_of_the_words(printed: bytes, read_bytes: Read) -> None:
    """The first word of a right-to-left line stands at the right, each next one further left."""
    (document,) = read_bytes(printed, "printed.pdf")
    page = document.parts[0]
    line = document.text.index(LINES[0]), document.text.index(LINES[0]) + len(LINES[0])
    boxes = [box for box in page.boxes if line[0] <= box.start < line[1]]
    words = [document.text[box.start : box.stop] for box in boxes]
    assert words == LINES[0].split()
    lefts = [box.left for box in boxes]
    assert lefts == sorted(lefts, reverse=True)
    assert all(one.right > one.left and one.bottom > one.top for one in boxes)


def shown(text: str) -> tuple[str, list[float], list[float]]:
    """One sign a unit wide, from left to right as given: what stands on paper."""
    return text, [float(at) for at in range(len(text))], [at + 0.9 for at in range(len(text))]


@pytest.mark.parametrize(
    ("on_paper", "read", "certain"),
    [
        ("יאמ 12 דלונ", "נולד 12 מאי", True),
        ("3 ןגס", "סגן 3", True),
        ("12:30 העש", "שעה 12:30", True),
        ("(ןגס)", "(סגן)", True),
        ("name ןגס here", "name סגן here", True),
        ("Camp No. 3 ןגס", "Camp No. 3 סגן", False),  # or the other way round
        ("ןגס A 3 דלונ", "נולד A 3 סגן", False),
    ],
)
def test_what_stands_on_paper_is_turned_back(on_paper: str, read: str, certain: bool) -> None:
    order = pdf_bidi.reading_order(*shown(on_paper))
    assert order is not None
    assert (order.text, order.is_certain) == (read, certain)


@given(st.text(alphabet="אבגمحABC12.,()- \u064e", max_size=40))
def test_no_character_is_lost_or_doubled(line: str) -> None:
    order = pdf_bidi.reading_order(*shown(line))
    if order is None:
        return
    given = [at for at in order.taken if at >= 0]
    marks = [at for at in range(len(line)) if line[at] == "\u064e"]
    letters = [at for at in range(len(line)) if not line[at].isspace() and at not in marks]
    assert sorted(set(given) | set(marks)) == sorted({*letters, *marks})
    assert len(given) == len(set(given))
    assert len(order.text) == len(order.taken)


def test_turned_lines_are_left_as_they_are() -> None:
    text, lefts, _ = shown("سجن")
    assert pdf_bidi.reading_order(text, lefts, lefts) is None


def test_the_work_grows_with_the_line_and_not_faster() -> None:
    """Counted in calls of the classification: twice the line, twice the calls."""
    counted = []
    for size in (500, 1_000, 2_000):
        line = "1 ש " * size
        kinds = [" " if sign == " " else pdf_bidi._kind(sign) for sign in line]
        steps = sum(1 for _ in pdf_bidi._from_right(kinds))
        counted.append(steps)
    assert counted == [len("1 ש ") * size for size in (500, 1_000, 2_000)]


CELL = "<td>{}</td><td>{}</td><td>{}</td>"
ROWS = (("ئەركىن تۇرسۇن", "6532-11", "قەشقەر"), ("مەمەت", "6533-12", "خوتەن"))
TABLE = '<table dir="rtl" style="{}">' + "".join(f"<tr>{CELL.format(*row)}</tr>" for row in ROWS)


@pytest.mark.parametrize(
    ("page", "line", "certain"),
    [
        (TABLE.format("border-spacing: 20px"), " ".join(ROWS[0]), True),
        ('<p dir="rtl">6532-11</p><p dir="rtl">ئەركىن</p>', "6532-11", True),
        ('<p dir="rtl">(6532-11) ئەركىن</p>', "(6532-11) ئەركىن", True),
        ('<p dir="rtl">ئەركىن 6532-11</p>', "ئەركىن 6532-11", False),  # or a narrow cell
        ('<p dir="rtl">השם 6532-11 כאן 5% +90 50-60</p>', "השם 6532-11 כאן 5% +90 50-60", True),
        (
            '<p dir="rtl">تېلېفون: +90 555-123-4567 Email: a.b@example.org</p><p>b</p>',
            "تېلېفون: +90 555-123-4567 Email: a.b@example.org",
            False,
        ),
        (
            '<p dir="rtl">تېلېفون: +90 555-123-4567 Email: a.b@example.org قەشقەر</p>',
            "تېلېفون: +90 555-123-4567 Email: a.b@example.org قەشقەر",
            False,
        ),
        (
            "<p>The list names ئەركىن 1975 from Kashgar.</p>",
            "The list names ئەركىن 1975 from Kashgar.",
            False,
        ),
        ("<p>In 2017, ئەركىن was here</p>", "In 2017, ئەركىن was here", False),
    ],
)
def test_a_number_with_separators_keeps_its_order(
    chromium: Browser, read_bytes: Read, tmp_path: Path, page: str, line: str, certain: bool
) -> None:
    printing = chromium.new_page()
    printing.set_content(f"<body>{page}")
    printing.pdf(path=tmp_path / "printed.pdf")
    printing.close()
    (document,) = read_bytes((tmp_path / "printed.pdf").read_bytes(), "printed.pdf")
    assert line in document.text.splitlines()
    assert (not document.warnings) == certain


def test_a_number_that_pdfium_cuts_into_digits_is_one_word(
    chromium: Browser, read_bytes: Read, tmp_path: Path
) -> None:
    page = chromium.new_page()
    page.set_content(f"<body>{TABLE.format('width: 100%')}")
    page.pdf(path=tmp_path / "wide.pdf")
    page.close()
    (document,) = read_bytes((tmp_path / "wide.pdf").read_bytes(), "wide.pdf")
    assert "6532-11" in document.text.splitlines()


TURNED = ("مەمەت تۇرسۇن خوتەن 1981", "وصل 12 معتقلا إلى السجن رقم 5", "قال (نعم) ثم سكت.")


@pytest.mark.parametrize("degrees", [90, 270])
def test_lines_that_run_up_or_down_are_in_reading_order(
    chromium: Browser, read_bytes: Read, degrees: int
) -> None:
    """As on a page in landscape that was turned: letters of a word then share their left edge."""
    page = chromium.new_page()
    rows = "".join(f'<p dir="rtl">{line}</p>' for line in TURNED)
    page.set_content(f'<div style="rotate:{degrees}deg;width:300px;margin:150px 50px">{rows}</div>')
    (document,) = read_bytes(page.pdf())
    page.close()
    assert document.text.splitlines() == list(TURNED)
    assert not document.warnings


@pytest.mark.parametrize("degrees", [45, 180])
def test_lines_aslant_or_upside_down_are_doubted(
    chromium: Browser, read_bytes: Read, degrees: int
) -> None:
    page = chromium.new_page()
    page.set_content(f'<p dir="rtl" style="rotate:{degrees}deg;margin:150px">{TURNED[0]}</p>')
    (document,) = read_bytes(page.pdf())
    page.close()
    assert document.warnings
