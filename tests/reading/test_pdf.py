"""PDF: text, the place of each word as the page is shown, notes, attachments, pictures."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from itertools import pairwise

import pytest
import typst
from PIL import Image

from habeas.reading import errors
from habeas.reading.documents import Box, Document, Part, State
from habeas.reading.sandbox.opening import Sandbox

Read = Callable[..., list[Document]]


def pdf_of(markup: str) -> bytes:
    made = typst.compile(markup.encode())
    assert isinstance(made, bytes)
    return made


def raw_pdf(page: str, content: str, *others: str) -> bytes:
    """A PDF written by hand: ``page`` are further entries of its page."""
    names = "/Names<</EmbeddedFiles<</Names[(note.txt) 6 0 R]>>>>" if others else ""
    objects = [
        f"<</Type/Catalog/Pages 2 0 R{names}>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>{page}>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *others,
    ]
    body = "".join(f"{number} 0 obj{each} endobj\n" for number, each in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}trailer<</Root 1 0 R>>".encode("latin-1")


def words(document: Document, part: Part) -> dict[str, Box]:
    return {document.text[box.start : box.stop]: box for box in part.boxes}


def test_pages_have_their_text_and_words_their_place(read_bytes: Read) -> None:
    (document,) = read_bytes(
        pdf_of("#set page(width: 200pt, height: 100pt, margin: 10pt)\n"
               "Held in May. #linebreak() Released #pagebreak() 喀什看守所")
    )  # fmt: skip
    assert (document.state, document.pages) == (State.READ, 2)
    assert document.text == "Held in May.\nReleased\n喀什看守所\n"
    first, second = document.parts
    assert (first.kind, dict(first.locator)) == ("page", {"page": 1})
    found = words(document, first)
    assert list(found) == ["Held", "in", "May.", "Released"]
    assert found["Held"].left == pytest.approx(500, abs=60)
    assert found["Held"].right < found["in"].left < found["May."].left
    assert found["Held"].bottom <= found["Released"].top + 100
    assert [document.text[box.start : box.stop] for box in second.boxes] == list("喀什看守所")


def test_a_page_of_thousands_of_characters_has_all_their_places(read_bytes: Read) -> None:
    markup = '#set text(font: "Noto Sans CJK SC", size: 5pt)\n' + "喀什看守所" * 600
    (document,) = read_bytes(pdf_of(markup))
    (page,) = document.parts
    assert len(page.boxes) == 3_000
    assert len({(box.left, box.top) for box in page.boxes}) == 3_000


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("Held in May", "Held|in|May"),
        ("Held  in   May  ", "Held|in|May"),  # wide gaps
        ("Held in May \nReleased\n\nin June", "Held|in|May|Released|in|June"),
        ("  Held in\u00a0May", "Held|in|May"),
        ("见过 Held in 喀什 May", "见|过|Held|in|喀|什|May"),
        ("Көрдім, рас", "Көрдім,|рас"),
    ],
)
def test_each_word_has_the_box_of_its_own_characters(
    read_bytes: Read, lines: str, expected: str
) -> None:
    """However the gaps between words and lines are filled."""
    quoted = (json.dumps(line, ensure_ascii=False) for line in lines.split("\n"))
    markup = "\n".join(f"#raw({line}, block: true)" for line in quoted)
    (document,) = read_bytes(pdf_of(f'#set text(font: "Noto Sans CJK SC")\n{markup}'))
    (page,) = document.parts
    assert [document.text[box.start : box.stop] for box in page.boxes] == expected.split("|")
    assert all(box.left < box.right for box in page.boxes)
    for one, after in pairwise(page.boxes):
        if "\n" not in document.text[one.stop : after.start]:
            assert one.right <= after.left + 5


@pytest.mark.parametrize(
    ("turn", "corner"), [(0, "left bottom"), (90, "left top"), (180, "right top"),
                         (270, "right bottom")],
)  # fmt: skip
def test_places_are_on_the_page_as_it_is_turned(read_bytes: Read, turn: int, corner: str) -> None:
    """The word stands in the lower left corner of the page before it is turned."""
    data = raw_pdf(f"/MediaBox[0 0 200 400]/Rotate {turn}", "BT /F 10 Tf 5 5 Td (Held) Tj ET")
    (document,) = read_bytes(data)
    (box,) = document.parts[0].boxes
    across = "left" if box.right < 5_000 else "right"
    along = "top" if box.bottom < 5_000 else "bottom"
    assert f"{across} {along}" == corner
    assert box.left < box.right
    assert box.top < box.bottom


def test_a_cropped_page_counts_from_the_crop(read_bytes: Read) -> None:
    data = raw_pdf(
        "/MediaBox[0 0 400 400]/CropBox[100 100 300 300]",
        "BT /F 10 Tf 110 110 Td (Held) Tj 0 -100 Td (beyond) Tj ET",
    )
    (document,) = read_bytes(data)
    box = words(document, document.parts[0])["Held"]
    assert (box.left, box.bottom) == (pytest.approx(500, abs=60), pytest.approx(9_600, abs=150))


def test_words_that_run_up_the_page_have_a_box(read_bytes: Read) -> None:
    data = raw_pdf("/MediaBox[0 0 200 200]", "BT /F 10 Tf 0 1 -1 0 100 50 Tm (Released) Tj ET")
    (document,) = read_bytes(data)
    (box,) = document.parts[0].boxes
    assert box.bottom - box.top > 3 * (box.right - box.left) > 0


def test_notes_fields_and_attachments_are_read(read_bytes: Read) -> None:
    data = raw_pdf(
        "/MediaBox[0 0 200 200]/Annots[<</Type/Annot/Subtype/Text/Rect[1 1 9 9]/Contents(Ask her)>>"
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Camp 3)/Rect[1 1 9 9]>>]",
        "BT /F 10 Tf 5 5 Td (Held) Tj ET",
        "<</Type/Filespec/F(note.txt)/UF(note.txt)/EF<</F 7 0 R>>>>",
        "<</Length 12>>stream\nHeld in May.\nendstream",
    )
    inner, document = read_bytes(data)
    assert (inner.inner_path, inner.text) == ("note.txt", "Held in May.")
    assert [(part.kind, document.text[part.start : part.stop]) for part in document.parts] == [
        ("page", "Held"), ("note", "Ask her"), ("field", "Camp 3"),
    ]  # fmt: skip


def test_a_page_without_text_is_said_when_it_is_not_recognised(read_bytes: Read) -> None:
    (document,) = read_bytes(raw_pdf("/MediaBox[0 0 200 200]", "10 10 50 50 re f"))
    assert document.state is State.IN_PART
    assert document.missing == ("Page 1: no text layer, not recognised.",)
    (blank,) = read_bytes(raw_pdf("/MediaBox[0 0 200 200]", ""))
    assert blank.state is State.EMPTY


def test_a_long_document_is_read_in_order(read_bytes: Read) -> None:
    """Pages that are read side by side come in their order, each with its own places."""
    (document,) = read_bytes(pdf_of("#for n in range(1, 151) [Page #n stands here. #pagebreak()]"))
    pages = [part for part in document.parts if part.kind == "page"]
    assert [part.locator["page"] for part in pages] == list(range(1, 152))
    for number, part in enumerate(pages[:-1], start=1):
        assert document.text[part.start : part.stop].startswith(f"Page {number} stands")
        assert document.text[part.boxes[1].start : part.boxes[1].stop] == str(number)


# --- pictures ---------------------------------------------------------------------------


def test_a_page_is_shown_as_bare_pixels(sandbox: Sandbox) -> None:
    data = pdf_of("#set page(width: 200pt, height: 100pt)\nHeld in May.")
    shown = sandbox.picture(io.BytesIO(data), "a.pdf", page=1, width_px=400)
    image = Image.open(io.BytesIO(shown.png))
    assert image.size == (shown.width_px, shown.height_px) == (400, 200)
    assert image.info == {}
    assert len(image.convert("L").getcolors() or ()) > 10  # ink and paper


def test_a_page_that_is_not_there_has_no_picture(sandbox: Sandbox) -> None:
    with pytest.raises(errors.NoPicture, match="no page 2"):
        sandbox.picture(io.BytesIO(pdf_of("Held")), "a.pdf", page=2)
    with pytest.raises(errors.NoPicture, match="no such file"):
        sandbox.picture(io.BytesIO(pdf_of("Held")), "a.pdf", "inside.png")


def test_a_line_whose_order_cannot_be_told_is_read_with_a_remark(read_bytes: Read) -> None:
    markup = "#set text(font: ({}), dir: rtl, lang: {})\n{}\n"
    fonts = '"Noto Naskh Arabic", "Noto Sans Arabic"'
    uyghur = markup.format(fonts, '"ug"', "قەشقەر شەھىرى 2017-يىلى")
    (document,) = read_bytes(pdf_of(uyghur))
    assert document.state == State.READ
    assert "قەشقەر شەھىرى 2017-يىلى" in document.text
    assert not document.warnings
    (other,) = read_bytes(pdf_of(markup.format(fonts, '"ug"', "قەشقەر Camp 3 شەھىرى")))
    assert any("right to left" in words for words in other.warnings)
