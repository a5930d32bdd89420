"""Office documents in other clothes: one XML file, or the fixed pages of OFD."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.reading.drafting import zipped

from habeas.reading.documents import Document, State

Read = Callable[..., list[Document]]

WORDML = "http://schemas.microsoft.com/office/word/2003/wordml"
SHEET = "urn:schemas-microsoft-com:office:spreadsheet"
OFD = "http://www.ofdspec.org/2016"
ODF = "urn:oasis:names:tc:opendocument:xmlns:"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("word2003.xml", "买买提吐尔逊"), ("xml2003.xls", "买买提\t2018-06-05"),
        ("doc.ofd", "拘留证\n墨玉县公安局"),
    ],
)  # fmt: skip
def test_the_cases_are_text(cases: Path, read_bytes: Read, name: str, text: str) -> None:
    (document,) = read_bytes((cases / "fake-office" / name).read_bytes(), name)
    assert (document.state, document.text.strip()) == (State.READ, text)


def test_word_2003_has_paragraphs_tables_and_says_what_it_leaves_out(read_bytes: Read) -> None:
    body = (
        "<w:p><w:r><w:t>Held in </w:t></w:r><w:r><w:t>May.</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>A</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:p><w:r><w:t>B</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
        "<w:p><w:r><w:pict><w:binData>AAAA</w:binData></w:pict></w:r></w:p>"
    )
    text = f'<?xml version="1.0"?><w:wordDocument xmlns:w="{WORDML}"><w:body>{body}'
    (document,) = read_bytes(f"{text}</w:body></w:wordDocument>".encode(), "letter.doc")
    assert document.text.split() == ["Held", "in", "May.", "A", "B"]
    assert [dict(part.locator) for part in document.parts if part.kind == "cell"] == [
        {"table": 1, "row": 1, "column": 1}, {"table": 1, "row": 1, "column": 2},
    ]  # fmt: skip
    assert document.missing == ("Pictures and objects inside.",)
    (cut,) = read_bytes(text.encode(), "letter.doc")
    assert cut.state is State.IN_PART


def test_excel_2003_keeps_rows_columns_merges_and_comments(read_bytes: Read) -> None:
    rows = (
        '<Row><Cell ss:MergeDown="1"><Data ss:Type="String">Camp A</Data></Cell>'
        '<Cell><Data ss:Type="String">name</Data><Comment><ss:Data>seen</ss:Data></Comment></Cell>'
        '</Row><Row ss:Index="5" ss:Hidden="1"><Cell ss:Index="3"><Data ss:Type="Boolean">1</Data>'
        "</Cell></Row>"
    )
    data = (
        f'<?xml version="1.0"?><Workbook xmlns="{SHEET}" xmlns:ss="{SHEET}">'
        f'<Worksheet ss:Name="S"><Table>{rows}</Table></Worksheet></Workbook>'
    ).encode()
    (document,) = read_bytes(data, "list.xls")
    cells = {
        (part.locator["row"], part.locator["column"]): document.text[part.start : part.stop]
        for part in document.parts
        if part.kind == "cell"
    }
    assert cells == {(1, 1): "Camp A", (1, 2): "name", (5, 3): "TRUE"}
    sheet = document.parts[0]
    assert any("A1:A2" in words for words in sheet.warnings)
    assert any("hidden" in words for words in sheet.warnings)
    assert "seen" in document.text


def test_flat_opendocument_is_read_as_the_zipped_one(read_bytes: Read) -> None:
    head = f'xmlns:office="{ODF}office:1.0" xmlns:text="{ODF}text:1.0" xmlns:table="{ODF}table:1.0"'
    kind = "application/vnd.oasis.opendocument"
    text = (
        f'<office:document {head} office:mimetype="{kind}.text"><office:body><office:text>'
        "<text:p>Held in <text:span>May.</text:span></text:p>"
        "</office:text></office:body></office:document>"
    )
    (document,) = read_bytes(text.encode(), "a.fodt")
    assert (document.state, document.text.strip()) == (State.READ, "Held in May.")
    sheets = (
        f'<office:document {head} office:mimetype="{kind}.spreadsheet"><office:body>'
        '<office:spreadsheet><table:table table:name="S"><table:table-row>'
        '<table:table-cell table:number-rows-spanned="2"><text:p>A</text:p></table:table-cell>'
        "<table:table-cell><text:p>B</text:p></table:table-cell></table:table-row></table:table>"
        "</office:spreadsheet></office:body></office:document>"
    )
    (document,) = read_bytes(sheets.encode(), "a.fods")
    assert document.text.strip() == "A\tB"
    assert any("A1:A2" in words for words in document.parts[0].warnings)


def ofd(*objects: str, template: str = "") -> bytes:
    under = '<ofd:TemplatePage ID="9" BaseLoc="Tpls/T.xml"/>' if template else ""
    lies_on = '<ofd:Template TemplateID="9"/>' if template else ""
    files = {
        "OFD.xml": f'<ofd:OFD xmlns:ofd="{OFD}"><ofd:DocBody><ofd:DocRoot>Doc_0/D.xml</ofd:DocRoot>'
        "</ofd:DocBody></ofd:OFD>",
        "Doc_0/D.xml": f'<ofd:Document xmlns:ofd="{OFD}"><ofd:CommonData>{under}</ofd:CommonData>'
        '<ofd:Pages><ofd:Page ID="1" BaseLoc="P/C.xml"/></ofd:Pages></ofd:Document>',
        "Doc_0/P/C.xml": f'<ofd:Page xmlns:ofd="{OFD}">{lies_on}<ofd:Layer>{"".join(objects)}'
        "</ofd:Layer></ofd:Page>",
    }
    if template:
        files["Doc_0/Tpls/T.xml"] = f'<ofd:Page xmlns:ofd="{OFD}">{template}</ofd:Page>'
    return zipped(files)


def words(text: str, left: float, top: float) -> str:
    return (
        f'<ofd:TextObject Boundary="{left} {top} {4 * len(text)} 5"><ofd:TextCode>{text}'
        "</ofd:TextCode></ofd:TextObject>"
    )


def test_ofd_lines_go_by_where_they_stand_and_templates_lie_under(read_bytes: Read) -> None:
    data = ofd(
        words("张三", 60, 20.4), words("墨玉县", 10, 40), words("姓名", 10, 20),
        template=words("拘留证", 10, 5),
    )  # fmt: skip
    (document,) = read_bytes(data, "a.ofd")
    assert document.text.strip().split("\n") == ["拘留证", "姓名 张三", "墨玉县"]
    assert [dict(part.locator) for part in document.parts] == [{"page": 1}]


def test_an_ofd_page_without_words_is_said(read_bytes: Read) -> None:
    *_, document = read_bytes(ofd(), "a.ofd")
    assert document.missing == ("Page 1 holds no text: what it shows is drawn or a picture.",)


@pytest.mark.parametrize("broken", [b"<wordDocument", b"<Workbook xmlns='" + SHEET.encode() + b"'"])
def test_what_is_cut_is_said(read_bytes: Read, broken: bytes) -> None:
    *_, document = read_bytes(b"<?xml version='1.0'?>" + broken, "a.xml")
    assert document.state in (State.IN_PART, State.READ, State.EMPTY)


@pytest.mark.parametrize("encoding", ["GBK", "gb2312", "Big5", "windows-1251", "UTF-16", "utf-8"])
def test_a_declared_encoding_is_read(read_bytes: Read, encoding: str) -> None:
    """The parser knows no encoding of two bytes: such a file failed, or was shown as its source."""
    name = {"Big5": "維吾爾", "windows-1251": "Айгуль"}.get(encoding, "买买提·吐尔逊")
    text = f'<?xml version="1.0" encoding="{encoding}"?><w:wordDocument xmlns:w="{WORDML}"><w:body>'
    text += f"<w:p><w:r><w:t>{name}</w:t></w:r></w:p></w:body></w:wordDocument>"
    written = "gbk" if encoding == "gb2312" else encoding
    (document,) = read_bytes(text.encode(written), "letter.doc")
    assert (document.state, document.text.strip()) == (State.READ, name)


def test_a_declaration_that_the_bytes_belie(read_bytes: Read) -> None:
    text = f'<?xml version="1.0" encoding="gb2312"?><w:wordDocument xmlns:w="{WORDML}"><w:body>'
    text += "<w:p><w:r><w:t>买买提·吐尔逊和田</w:t></w:r></w:p></w:body></w:wordDocument>"
    (document,) = read_bytes(text.encode(), "letter.doc")
    assert document.text.strip() == "买买提·吐尔逊和田"
