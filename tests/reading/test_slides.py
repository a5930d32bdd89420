"""What is read of presentations, and how each piece of it is cited."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.reading.drafting import BOMB, read, relations, zipped

from habeas.reading.documents import State
from habeas.reading.readers import slides

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ODP = "application/vnd.oasis.opendocument.presentation"
SPACES = f'xmlns:a="{A}" xmlns:p="{P}" xmlns:r="{R}"'


def shape(text: str, kind: str = "body") -> str:
    return (
        f'<p:sp><p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr><p:txBody>'
        f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def slide(inside: str, show: str = "1") -> str:
    return f'<p:sld {SPACES} show="{show}"><p:cSld><p:spTree>{inside}</p:spTree></p:cSld></p:sld>'


def pptx(more: dict[str, str] | None = None) -> bytes:
    """A show of slide2 before slide1."""
    members = {
        "_rels/.rels": relations(("r1", "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f'<p:presentation {SPACES}><p:sldIdLst><p:sldId r:id="r2"/>'
        '<p:sldId r:id="r1"/></p:sldIdLst></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relations(
            ("r1", "slide", "slides/slide1.xml"), ("r2", "slide", "slides/slide2.xml")
        ),
        "ppt/slides/slide1.xml": slide(shape("shown last")),
        "ppt/slides/slide2.xml": slide(shape("The title", "title") + shape("shown first")),
    }
    return zipped(members | (more or {}))


def test_slides_are_numbered_in_the_order_of_the_show() -> None:
    done = read(slides, pptx(), slides.PPTX)
    assert done.of("slide") == [
        ("The title\nshown first", {"slide": 1}),
        ("shown last", {"slide": 2}),
    ]
    assert done.of("heading") == [("The title", {"slide": 1, "paragraph": 1})]
    assert done.part("shown first").locator == {"slide": 1, "paragraph": 2}


def test_notes_comments_tables_and_descriptions_are_read() -> None:
    table = (
        "<a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>a</a:t></a:r></a:p></a:txBody></a:tc>"
        "<a:tc><a:txBody><a:p><a:r><a:t>b</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl>"
    )
    picture = '<p:pic><p:nvPicPr><p:cNvPr id="1" descr="a gate"/></p:nvPicPr></p:pic>'
    data = zipped(
        {
            "_rels/.rels": relations(("r1", "officeDocument", "ppt/presentation.xml")),
            "ppt/presentation.xml": f"<p:presentation {SPACES}>"
            '<p:sldId r:id="r1"/></p:presentation>',
            "ppt/_rels/presentation.xml.rels": relations(
                ("r1", "slide", "slides/slide1.xml"), ("r2", "commentAuthors", "authors.xml")
            ),
            "ppt/authors.xml": f'<p:cmAuthorLst {SPACES}><p:cmAuthor id="0" name="Reader"/>'
            "</p:cmAuthorLst>",
            "ppt/slides/slide1.xml": slide(shape("x") + table + picture),
            "ppt/slides/_rels/slide1.xml.rels": relations(
                ("r1", "notesSlide", "../notes1.xml"), ("r2", "comments", "../comment1.xml")
            ),
            "ppt/notes1.xml": f"<p:notes {SPACES}>{shape('say this')}</p:notes>",
            "ppt/comment1.xml": f'<p:cmLst {SPACES}><p:cm authorId="0" dt="2019-05-01">'
            "<p:text>no</p:text></p:cm></p:cmLst>",
            "ppt/media/image1.png": b"\x89PNG",
        }
    )
    done = read(slides, data, slides.PPTX)
    assert done.of("cell") == [
        ("a", {"slide": 1, "table": 1, "row": 1, "column": 1}),
        ("b", {"slide": 1, "table": 1, "row": 1, "column": 2}),
    ]
    assert done.part("a gate").hidden
    assert done.part("say this").locator == {"slide": 1, "notes": 1, "paragraph": 1}
    assert done.part("no").locator == {
        "slide": 1, "comment": 1, "by": "Reader", "written": "2019-05-01",
    }  # fmt: skip
    assert list(done.inner) == ["ppt/media/image1.png"]


def test_a_hidden_slide_is_read_and_said() -> None:
    hidden = {"ppt/slides/slide1.xml": slide(shape("kept back"), "0")}
    done = read(slides, pptx(hidden), slides.PPTX)
    assert done.part("kept back").hidden
    whole = next(part for part in done.parts if part.locator == {"slide": 2})
    assert whole.warnings == ("This slide is hidden in the show.",)
    assert not done.part("shown first").hidden


def test_a_slide_that_is_not_there_is_missing_and_its_number_stays() -> None:
    only_last = relations(("r1", "slide", "slides/slide1.xml"))
    done = read(slides, pptx({"ppt/_rels/presentation.xml.rels": only_last}), slides.PPTX)
    assert done.part("shown last").locator == {"slide": 2, "paragraph": 1}
    assert done.draft.missing[0].startswith("slide 1,")


def odp(body: str, styles: str = "") -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{path}:1.0"'
        for name, path in (
            ("office", "office"), ("text", "text"), ("draw", "drawing"), ("style", "style"),
            ("presentation", "presentation"),
        )
    )  # fmt: skip
    return zipped(
        {
            "mimetype": ODP,
            "content.xml": f"<office:document-content {spaces}><office:automatic-styles>{styles}"
            f"</office:automatic-styles><office:body><office:presentation>{body}"
            "</office:presentation></office:body></office:document-content>",
        }
    )


def test_odp_slides_notes_and_hidden_ones() -> None:
    hiding = (
        '<style:style style:name="dp2"><style:drawing-page-properties '
        'presentation:visibility="hidden"/></style:style>'
    )
    done = read(
        slides,
        odp(
            "<draw:page><draw:frame><draw:text-box><text:p>one</text:p></draw:text-box></draw:frame>"
            "<presentation:notes><text:p>said</text:p></presentation:notes></draw:page>"
            '<draw:page draw:style-name="dp2"><text:p>two</text:p></draw:page>',
            hiding,
        ),
        ODP,
    )
    assert done.part("one").locator == {"slide": 1, "paragraph": 1}
    assert done.part("said").locator == {"slide": 1, "notes": 1, "paragraph": 1}
    assert done.part("two").locator == {"slide": 2, "paragraph": 1}
    assert done.part("two").hidden
    assert [text for text, _place in done.of("slide")] == ["one\nsaid", "two"]


@pytest.mark.parametrize("media_type", [slides.PPTX, ODP])
def test_entities_are_refused(media_type: str) -> None:
    bomb = dict.fromkeys(("ppt/presentation.xml", "content.xml"), BOMB + "<a>&c;</a>")
    done = read(slides, zipped(bomb), media_type)
    assert done.draft.state is State.REFUSED


def test_an_old_ppt_is_read_in_part(vectors: Path) -> None:
    data = (vectors / "documents/ingest-file/slides.ppt").read_bytes()
    done = read(slides, data, "application/vnd.ms-powerpoint")
    assert "Now" in done.text
    assert done.draft.missing
