"""What is read of word processor files, and how each piece of it is cited."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.reading.drafting import BOMB, OUTSIDE, Read, read, relations, zipped

from habeas.reading.documents import State
from habeas.reading.limits import Limits
from habeas.reading.readers import word

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
ODT = "application/vnd.oasis.opendocument.text"
OFFICE = (
    " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{path}:1.0"'
        for name, path in (
            ("office", "office"),
            ("text", "text"),
            ("table", "table"),
            ("style", "style"),
            ("draw", "drawing"),
            ("manifest", "manifest"),
        )
    )
    + ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def document(body: str) -> str:
    return f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'


def docx(body: str, head: str = "", **more: str | bytes) -> bytes:
    """A docx of this body; ``more`` are parts under word/, by name without .xml."""
    arrows = [(f"r{name}", name.rstrip("0123456789"), f"{name}.xml") for name in more]
    members: dict[str, str | bytes] = {
        "_rels/.rels": relations(("r1", "officeDocument", "word/document.xml")),
        "word/document.xml": head + document(body),
        "word/_rels/document.xml.rels": relations(*arrows),
    }
    members |= {f"word/{name}.xml": content for name, content in more.items()}
    return zipped(members)


def p(text: str, style: str = "") -> str:
    style = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{style}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def read_docx(body: str, **more: str | bytes) -> Read:
    return read(word, docx(body, **more), word.DOCX)


def read_odt(body: str, *, styles: str = "", more: dict[str, str | bytes] | None = None) -> Read:
    content = (
        f"<office:document-content {OFFICE}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
        "</office:document-content>"
    )
    return read(word, zipped({"mimetype": ODT, "content.xml": content} | (more or {})), ODT)


# --- docx -------------------------------------------------------------------------------


def test_a_paragraph_is_cited_by_its_number_with_empty_ones_counted() -> None:
    done = read_docx(p("first") + "<w:p/>" + p("ئۈچىنچى"))
    assert done.text == "first\nئۈچىنچى\n"
    assert done.of("paragraph") == [("first", {"paragraph": 1}), ("ئۈچىنچى", {"paragraph": 3})]
    again = read_docx(p("first") + "<w:p/>" + p("ئۈچىنچى"))
    assert again.parts == done.parts


def test_headings_are_known_by_their_style_and_its_base() -> None:
    styles = (
        f'<w:styles xmlns:w="{W}"><w:style w:styleId="H2"><w:name w:val="heading 2"/></w:style>'
        '<w:style w:styleId="Own"><w:basedOn w:val="H2"/></w:style></w:styles>'
    )
    done = read_docx(p("What was seen", "Own") + p("At night."), styles=styles)
    assert done.of("heading") == [("What was seen", {"paragraph": 1})]


def test_a_cell_is_cited_by_table_row_and_column_and_a_wide_one_counts_its_columns() -> None:
    def cell(text: str, span: int = 1) -> str:
        wide = f'<w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>'
        return f"<w:tc>{wide}{p(text)}</w:tc>"

    rows = f"<w:tr>{cell('a', 2)}{cell('b')}</w:tr><w:tr>{cell('c')}{cell('d')}{cell('e')}</w:tr>"
    done = read_docx(p("before") + f"<w:tbl>{rows}</w:tbl>" + p("after"))
    assert [(text, place["row"], place["column"]) for text, place in done.of("cell")] == [
        ("a", 1, 1), ("b", 1, 3), ("c", 2, 1), ("d", 2, 2), ("e", 2, 3),
    ]  # fmt: skip
    assert done.of("table") == [("a\nb\nc\nd\ne", {"table": 1})]
    assert done.part("after").locator == {"paragraph": 7}


def test_a_table_in_a_table_is_paragraphs_of_the_outer_cell() -> None:
    nested = f"<w:tbl><w:tr><w:tc>{p('inner')}</w:tc></w:tr></w:tbl>"
    done = read_docx(f"<w:tbl><w:tr><w:tc>{p('outer')}{nested}</w:tc></w:tr></w:tbl>")
    assert done.of("cell") == [("outer\ninner", {"table": 1, "row": 1, "column": 1})]


def test_deleted_and_hidden_text_stands_apart_and_says_who_and_when() -> None:
    done = read_docx(
        "<w:p><w:r><w:t>They were </w:t></w:r>"
        '<w:del w:author="Editor" w:date="2019-01-02T03:04:05Z"><w:r><w:delText>not </w:delText>'
        '</w:r></w:del><w:ins w:author="Editor"><w:r><w:t>well </w:t></w:r></w:ins>'
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r><w:r><w:t>fed.</w:t></w:r></w:p>"
    )
    shown = done.part("They were well fed.")
    assert shown.warnings == ("Inserted by Editor as a tracked change.",)
    deleted = done.part("not ")
    assert (deleted.kind, deleted.hidden, deleted.locator) == ("deleted", True, {"paragraph": 1})
    assert deleted.warnings == ("Deleted by Editor on 2019-01-02T03:04:05Z as a tracked change.",)
    assert done.part("secret").hidden


def test_notes_comments_headers_and_text_boxes_are_read() -> None:
    def holder(tag: str, inside: str) -> str:
        return f'<w:{tag} xmlns:w="{W}">{inside}</w:{tag}>'

    box = f"<w:pict><w:txbxContent>{p('boxed')}</w:txbxContent></w:pict>"
    done = read_docx(
        f"<w:p><w:r><w:t>around</w:t>{box}</w:r></w:p>",
        footnotes=holder("footnotes", f'<w:footnote w:id="2">{p("noted")}</w:footnote>'),
        comments=holder(
            "comments", f'<w:comment w:id="0" w:author="Reader">{p("really?")}</w:comment>'
        ),
        header1=holder("hdr", p("Ministry")),
    )
    assert done.part("boxed").locator == {"paragraph": 2}
    assert done.part("noted").locator == {"footnote": "2", "paragraph": 1}
    assert done.part("really?").locator == {"comment": "0", "by": "Reader", "paragraph": 1}
    assert done.part("Ministry").locator == {"header": 1, "paragraph": 1}


def test_a_choice_is_read_once_and_a_field_by_its_result() -> None:
    done = read_docx(
        '<w:p xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:r>'
        "<mc:AlternateContent><mc:Choice><w:t>once</w:t></mc:Choice><mc:Fallback><w:t>twice</w:t>"
        "</mc:Fallback></mc:AlternateContent></w:r>"
        "<w:r><w:instrText> PAGEREF _1 </w:instrText></w:r><w:r><w:tab/><w:t>7</w:t></w:r></w:p>"
    )
    assert done.text == "once\t7\n"


def test_pictures_inside_are_files_inside_and_macros_are_said() -> None:
    data = zipped(
        {
            "_rels/.rels": relations(("r1", "officeDocument", "word/document.xml")),
            "word/document.xml": document(p("x")),
            "word/_rels/document.xml.rels": relations(
                ("r2", "hyperlink", "https://example.org/a"),
                ("r3", "attachedTemplate", "http://198.51.100.7/t.dotm"),
                outside=("r2", "r3"),
            ),
            "word/media/image1.png": b"\x89PNG",
            "word/vbaProject.bin": b"\0",
        }
    )
    done = read(word, data, word.DOCX)
    assert done.inner == {"word/media/image1.png": b"\x89PNG", "word/vbaProject.bin": b"\0"}
    assert done.draft.metadata["links"] == "https://example.org/a"
    assert any("macros" in words for words in done.draft.warnings)
    assert any("198.51.100.7" in words for words in done.draft.warnings)


@pytest.mark.parametrize("head", [BOMB, OUTSIDE])
def test_entities_are_refused_before_they_expand(head: str) -> None:
    done = read(word, docx(p("&b;"), head), word.DOCX)
    assert done.draft.state is State.REFUSED
    assert "document type" in done.draft.reason
    assert "root:" not in done.text


def test_a_body_that_breaks_off_is_read_to_the_break() -> None:
    whole = f'<w:document xmlns:w="{W}"><w:body>{p("kept")}{p("lost")}'
    data = zipped(
        {
            "_rels/.rels": relations(("r1", "officeDocument", "word/document.xml")),
            "word/document.xml": whole[: whole.index("lost")],
        }
    )
    done = read(word, data, word.DOCX)
    assert done.text.startswith("kept\n")
    assert done.draft.missing[0].startswith("the rest of word/document.xml")


def test_a_body_of_any_length_ends_at_the_cap_on_text() -> None:
    limits = Limits(text_code_points=1000)
    for body in (p("word ") * 5000, p("word " * 5000)):
        done = read(word, docx(body), word.DOCX, limits=limits)
        assert done.limit == "text_code_points"
        assert 990 <= len(done.text) <= 1001


def test_a_body_of_nothing_but_markup_ends_at_the_cap_on_bytes() -> None:
    done = read(
        word, docx("<w:p/>" * 200_000), word.DOCX, limits=Limits(exhibit_unpacked_bytes=10**5)
    )
    assert done.limit == "exhibit_unpacked_bytes"


def test_one_giant_tag_is_refused() -> None:
    done = read(word, docx(f'<w:p a="{"x" * 17 * 2**20}"/>'), word.DOCX)
    assert done.draft.state is State.REFUSED


@pytest.mark.parametrize("data", [b"PK\x03\x04 not a zip", zipped({"other.xml": "<a/>"})])
def test_a_package_without_a_document_has_failed(data: bytes) -> None:
    assert read(word, data, word.DOCX).draft.state is State.FAILED


# --- odt --------------------------------------------------------------------------------


def test_odt_paragraphs_headings_tables_notes_and_comments() -> None:
    done = read_odt(
        '<text:h text:outline-level="1">Title</text:h>'
        "<text:p>One<text:s text:c='3'/>two\n   three<text:note><text:note-citation>1"
        "</text:note-citation><text:note-body><text:p>below</text:p></text:note-body></text:note>"
        "<office:annotation><dc:creator>Reader</dc:creator><text:p>why?</text:p>"
        "</office:annotation></text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
        "<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>"
    )
    assert done.part("Title").kind == "heading"
    assert done.part("One   two three").locator == {"paragraph": 2}
    assert done.part("below").locator == {"note": 1, "paragraph": 1}
    assert done.part("why?").locator == {"comment": 1, "by": "Reader", "paragraph": 1}
    assert [place["column"] for _text, place in done.of("cell")] == [1, 2]


def test_odt_deleted_and_hidden_text_is_marked() -> None:
    hiding = (
        '<style:style style:name="T1"><style:text-properties text:display="none"/></style:style>'
    )
    done = read_odt(
        "<text:tracked-changes><text:changed-region><text:deletion><office:change-info>"
        "<dc:creator>Editor</dc:creator><dc:date>2019-01-02</dc:date></office:change-info>"
        "<text:p>gone</text:p></text:deletion></text:changed-region></text:tracked-changes>"
        '<text:p text:style-name="T1">unseen</text:p>'
        '<text:p>seen <text:span text:style-name="T1">not this</text:span></text:p>',
        styles=hiding,
    )
    gone = done.part("gone")
    assert gone.warnings == ("Deleted by Editor on 2019-01-02 as a tracked change.",)
    assert gone.hidden
    assert done.part("unseen").hidden
    assert not done.part("seen ").hidden
    assert done.part("not this").hidden


def test_an_encrypted_odt_says_so(vectors: Path) -> None:
    data = (vectors / "documents/ingest-file/encypted_by_libreoffice.odt").read_bytes()
    assert read(word, data, ODT).draft.state is State.ENCRYPTED


def test_entities_in_odt_are_refused() -> None:
    data = zipped({"mimetype": ODT, "content.xml": BOMB + "<a>&c;</a>"})
    assert read(word, data, ODT).draft.state is State.REFUSED


# --- old formats ------------------------------------------------------------------------


def test_rtf_and_doc_are_read_in_part_and_say_what_is_missing(vectors: Path) -> None:
    rtf = read(word, rb"{\rtf1\ansi First\par \u1578?\u1575?\par}", "application/rtf")
    assert "First" in rtf.text
    assert "تا" in rtf.text
    doc = read(word, (vectors / "documents/ingest-file/doc.doc").read_bytes(), "application/msword")
    assert "This is a sample Microsoft Word Document." in doc.text
    assert doc.draft.metadata["links"].startswith("http://tika.apache.org/")
    assert all(done.draft.missing for done in (rtf, doc))


@pytest.mark.parametrize("data", [b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600])
def test_a_broken_doc_has_failed(data: bytes) -> None:
    assert read(word, data, "application/msword").draft.state is State.FAILED


def test_the_documents_of_others_are_read(vectors: Path) -> None:
    folder = vectors / "documents" / "ingest-file"
    hello = read(word, (folder / "hello world word.docx").read_bytes(), word.DOCX)
    assert hello.of("paragraph") == [("Hello world, Word!", {"paragraph": 1})]
    plan = read(word, (folder / "Plan.odt").read_bytes(), ODT)
    assert plan.text.startswith("We should paint graffiti")
    assert len(plan.inner) == 1


def test_a_part_of_elements_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("habeas.reading.readers.markup._MOST_ELEMENTS", 1_000)
    done = read_docx(p("kept") + "<w:p/>" * 2_000)
    assert done.text == "kept\n"
    assert done.limit == "elements"
