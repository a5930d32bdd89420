"""What is read of spreadsheets: values as shown and as stored, dates, hiding, places."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reading.drafting import BOMB, Read, read, relations, zipped

from habeas.reading.documents import Document, State
from habeas.reading.limits import Limits
from habeas.reading.readers import grid, number_formats, sheets, sheets_csv

X = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
XLS = "application/vnd.ms-excel"
FORMATS = ("General", "yyyy-mm-dd", "#,##0.00", "0%")


def xlsx(
    rows: str,
    *,
    cols: str = "",
    book: str = "",
    state: str = "visible",
    strings: str = "",
    after: str = "",
) -> bytes:
    """A workbook with one sheet Cells; cell style n has FORMATS[n]."""
    codes = "".join(
        f'<numFmt numFmtId="{200 + n}" formatCode="{code}"/>' for n, code in enumerate(FORMATS)
    )
    styles = "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(len(FORMATS)))
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f'<workbook xmlns="{X}" xmlns:r="{R}">{book}<sheets>'
            f'<sheet name="Cells" r:id="r1" state="{state}"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": relations(
                ("r1", "worksheet", "worksheets/sheet1.xml"),
                ("r2", "styles", "styles.xml"),
                ("r3", "sharedStrings", "sharedStrings.xml"),
            ),
            "xl/styles.xml": f'<styleSheet xmlns="{X}"><numFmts>{codes}</numFmts>'
            f"<cellXfs>{styles}</cellXfs></styleSheet>",
            "xl/sharedStrings.xml": f'<sst xmlns="{X}">{strings}</sst>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{X}">{cols}<sheetData>{rows}'
            f"</sheetData>{after}</worksheet>",
        }
    )


def read_xlsx(rows: str, limits: Limits | None = None, **more: str) -> Read:
    return read(sheets, xlsx(rows, **more), sheets.XLSX, limits=limits)


def test_a_cell_is_cited_by_sheet_row_and_column_as_the_program_counts() -> None:
    done = read_xlsx(
        '<row r="3"><c r="B3" t="s"><v>0</v></c><c r="AA3"><v>7</v></c></row>'
        '<row r="5"><c r="A5" t="inlineStr"><is><t>ياق</t></is></c></row>',
        strings="<si><r><t>Qe</t></r><r><t>shqer</t></r><rPh><t>x</t></rPh></si>",
    )
    assert done.text == "Qeshqer\t7\nياق\n"
    assert done.of("cell") == [
        ("Qeshqer", {"sheet": "Cells", "row": 3, "column": 2}),
        ("7", {"sheet": "Cells", "row": 3, "column": 27}),
        ("ياق", {"sheet": "Cells", "row": 5, "column": 1}),
    ]
    assert done.of("row")[0] == ("Qeshqer\t7", {"sheet": "Cells", "row": 3})


@pytest.mark.parametrize(
    ("book", "shown"),
    [("", "2019-05-01"), ('<workbookPr date1904="1"/>', "2023-05-02")],
)
def test_a_date_is_shown_by_the_date_system_and_kept_as_stored(book: str, shown: str) -> None:
    done = read_xlsx('<row r="1"><c r="A1" s="1"><v>43586</v></c></row>', book=book)
    assert (done.part(shown).stored, done.text) == ("43586", f"{shown}\n")


def test_numbers_are_shown_by_their_format_and_kept_as_stored() -> None:
    done = read_xlsx(
        '<row r="1"><c r="A1" s="2"><v>1234.5</v></c><c r="B1" s="3"><v>0.255</v></c>'
        '<c r="C1" t="b"><v>1</v></c><c r="D1"><f>A1*2</f><v>2469</v></c></row>'
    )
    cells = [part for part in done.parts if part.kind == "cell"]
    assert done.text == "1,234.50\t26%\tTRUE\t2469\n"
    assert [part.stored for part in cells] == ["1234.5", "0.255", "1", ""]


@pytest.mark.parametrize(
    ("stored", "shown"),
    [("654301198101011234", "654301198101011234"), ("6.5430119810101120E17", "654301198101011200"),
     ("1.5E+300", "1.5e+300"), ("123456.5", "123456.5")],
)  # fmt: skip
def test_an_identity_number_kept_as_a_number_is_shown_in_full(stored: str, shown: str) -> None:
    done = read_xlsx(f'<row r="1"><c r="A1"><v>{stored}</v></c></row>')
    assert done.text.strip() == shown


def test_how_a_name_is_pronounced_is_not_part_of_it() -> None:
    name = '<r><t>买买</t></r><r><t>提</t></r><rPh sb="0" eb="1"><t>mai</t></rPh>'
    done = read_xlsx(f'<row r="1"><c r="A1" t="inlineStr"><is>{name}</is></c></row>')
    assert done.text.strip() == "买买提"


def test_a_formula_without_a_result_holds_its_formula_and_shows_nothing() -> None:
    done = read_xlsx('<row r="1"><c r="A1"><f>B1+1</f></c><c r="B1"><v>2</v></c></row>')
    first = next(part for part in done.parts if part.kind == "cell")
    assert (done.text, first.stored) == ("\t2\n", "=B1+1")
    assert first.warnings == (grid.NO_RESULT,)
    assert grid.FORMULAS in next(part for part in done.parts if part.kind == "sheet").warnings


def test_a_sheet_that_runs_from_right_to_left_keeps_its_columns_and_says_so() -> None:
    view = '<sheetViews><sheetView rightToLeft="1" workbookViewId="0"/></sheetViews>'
    cells = '<c r="A1" t="inlineStr"><is><t>ئىسمى</t></is></c><c r="B1"><v>3</v></c>'
    done = read_xlsx(f'<row r="1">{cells}</row>', cols=view)
    assert done.text == "ئىسمى\t3\n"
    sheet = next(part for part in done.parts if part.kind == "sheet")
    assert sheet.warnings == (grid.RIGHT_TO_LEFT,)


def test_hidden_sheets_rows_and_columns_are_read_and_said() -> None:
    done = read_xlsx(
        '<row r="1" hidden="1"><c r="A1"><v>1</v></c></row>'
        '<row r="2"><c r="A2"><v>2</v></c><c r="C2"><v>3</v></c></row>',
        cols='<cols><col min="3" max="4" hidden="1"/></cols>',
    )
    assert [part.hidden for part in done.parts if part.kind == "cell"] == [True, False, True]
    sheet = next(part for part in done.parts if part.kind == "sheet")
    assert sheet.warnings == ("1 of its rows with content are hidden.", "Hidden columns: C to D.")
    very = read_xlsx('<row r="1"><c r="A1"><v>1</v></c></row>', state="veryHidden")
    assert all(part.hidden for part in very.parts)


def test_a_sheet_of_any_size_ends_at_the_cap_on_cells() -> None:
    rows = "".join(
        f'<row r="{n}">' + f'<c r="A{n}"><v>{n}</v></c>' * 20 + "</row>" for n in range(1, 2000)
    )
    done = read_xlsx(rows, limits=Limits(cells=1000))
    assert done.limit == "cells"
    assert sum(part.kind == "cell" for part in done.parts) == 1000


def test_a_cell_that_points_to_no_string_is_said() -> None:
    done = read_xlsx('<row r="1"><c r="A1" t="s"><v>9</v></c></row>')
    assert done.part("\ufffd").stored == "shared string 9"
    assert done.draft.warnings


def test_a_sheet_that_breaks_off_keeps_what_came() -> None:
    whole = xlsx('<row r="1"><c r="A1"><v>1</v></c></row><row r="2"></worksheet>')
    done = read(sheets, whole, sheets.XLSX)
    assert done.text == "1\n"
    assert done.draft.missing


@pytest.mark.parametrize(
    ("media_type", "part"), [(sheets.XLSX, "xl/workbook.xml"), (ODS, "content.xml")]
)
def test_entities_are_refused(media_type: str, part: str) -> None:
    done = read(sheets, zipped({part: BOMB + "<a>&c;</a>"}), media_type)
    assert done.draft.state is State.REFUSED


def ods(rows: str, columns: str = "") -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table", "style")
    )
    return zipped(
        {
            "mimetype": ODS,
            "content.xml": f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="Cells">{columns}{rows}</table:table></office:spreadsheet>'
            "</office:body></office:document-content>",
        }
    )


def test_ods_keeps_what_is_shown_and_what_is_stored() -> None:
    done = read(
        sheets,
        ods(
            '<table:table-row table:number-rows-repeated="1000000"><table:table-cell/>'
            '</table:table-row><table:table-row table:visibility="collapse">'
            '<table:table-cell table:number-columns-repeated="2"/>'
            '<table:table-cell office:date-value="2019-05-01"><text:p>1 May</text:p>'
            "</table:table-cell><table:table-cell table:number-columns-repeated='2'>"
            "<text:p>x</text:p><text:p>y</text:p></table:table-cell></table:table-row>"
        ),
        ODS,
    )
    row = {"sheet": "Cells", "row": 1_000_001}
    assert done.of("cell") == [
        ("1 May", row | {"column": 3}),
        ("x\ny", row | {"column": 4}),
        ("x\ny", row | {"column": 5}),
    ]
    assert done.part("1 May").stored == "2019-05-01"
    assert done.part("1 May").hidden


def test_a_cell_repeated_without_end_is_cut_and_said() -> None:
    done = read(
        sheets,
        ods(
            '<table:table-row table:number-rows-repeated="1048576"><table:table-cell>'
            "<text:p>x</text:p></table:table-cell></table:table-row>"
        ),
        ODS,
    )
    assert len(done.of("cell")) == 10_000
    assert done.draft.missing == ["repeats of one row past 10,000"]


@pytest.mark.parametrize(
    ("content", "separator"),
    [
        ("name,age\nAli,40\nRena,41\n", "comma"),
        ("name;age\nAli;40,5\nRena;41,5\n", "semicolon"),
        ("name\tage\nAli\t40\n", "tab"),
    ],
)
def test_csv_is_parted_by_what_parts_it_evenly(content: str, separator: str) -> None:
    done = read(sheets, content.encode(), "text/csv")
    assert done.draft.settings["separator"] == separator
    assert done.of("cell")[0] == ("name", {"row": 1, "column": 1})
    assert done.of("cell")[3][1] == {"row": 2, "column": 2}


def test_a_csv_cell_with_line_breaks_is_one_cell_of_one_row() -> None:
    done = read(sheets, '\ufeffa,"b\nc"\n\nd,e\n'.encode(), "text/csv")
    assert [(text, place["row"]) for text, place in done.of("cell")] == [
        ("a", 1), ("b\nc", 1), ("d", 3), ("e", 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ('n,p\n"Mehmet,Hotan\nGulnar,Aksu\n"Ali",Kashgar\nTursun,X\n',
         [["n", "p"], ['"Mehmet', "Hotan"], ["Gulnar", "Aksu"], ["Ali", "Kashgar"],
          ["Tursun", "X"]]),
        ('n;p\nA;"he said\nB;x\nC;"y"\n', [["n", "p"], ["A", '"he said'], ["B", "x"], ["C", "y"]]),
        ('n,p\r\n"Mehmet,Hotan\r\nAli,Aksu', [["n", "p"], ['"Mehmet', "Hotan"], ["Ali", "Aksu"]]),
    ],
)  # fmt: skip
def test_a_quotation_mark_that_is_not_closed_joins_no_rows(
    content: str, rows: list[list[str]]
) -> None:
    """Else the rows of other people stand in the cell of one."""
    done = read(sheets, content.encode(), "text/csv")
    assert [text.split("\t") for text, _ in done.of("row")] == rows
    assert "quotation mark" in "".join(done.draft.warnings)


@settings(max_examples=60)
@given(
    st.lists(
        st.lists(st.text('a",;\n é', max_size=6), min_size=2, max_size=2), min_size=1, max_size=8
    ),
    st.sampled_from(["\r\n", "\n"]),
)
def test_what_a_program_wrote_is_read_as_it_was(rows: list[list[str]], end: str) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator=end).writerows(rows)
    found = list(sheets_csv._Records(written.getvalue(), ","))
    assert found == rows


def test_the_workbooks_of_others_are_read_alike_in_each_format(vectors: Path) -> None:
    folder = vectors / "documents" / "ingest-file"
    old = read(sheets, (folder / "rom.xls").read_bytes(), XLS)
    new = read(sheets, (folder / "rom.ods").read_bytes(), ODS)
    assert [place for _text, place in old.of("cell")] == [place for _t, place in new.of("cell")]
    assert old.of("cell")[:9] == new.of("cell")[:9]
    file = read(sheets, (folder / "file.xlsx").read_bytes(), sheets.XLSX)
    assert file.of("cell")[5] == ("11.99", {"sheet": "Sheet1", "row": 2, "column": 3})


@pytest.mark.parametrize("name", ["password_protected.xls", "password_protected.xlsx"])
def test_a_workbook_behind_a_password_says_so(vectors: Path, name: str) -> None:
    data = (vectors / "documents/ingest-file" / name).read_bytes()
    assert read(sheets, data, XLS).draft.state is State.ENCRYPTED
    if name.endswith("x"):
        assert read(sheets, data, sheets.XLSX).draft.state is State.ENCRYPTED


def test_a_broken_xls_has_failed(vectors: Path) -> None:
    data = (vectors / "documents/ingest-file/rom.xls").read_bytes()
    for broken in (data[:3000], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 5000):
        assert read(sheets, broken, XLS).draft.state is State.FAILED


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (-5, "0.00;(0.00)", "(5.00)"),
        (43586.75, "d/m/yyyy h:mm AM/PM", "1/5/2019 6:00 PM"),
        (43586, 'yyyy"年"m"月"d"日"', "2019年5月1日"),
        (1.5, "[h]:mm", "36:00"),
        (60, "yyyy-mm-dd", "1900-02-29"),
        (61, "yyyy-mm-dd", "1900-03-01"),
        (43586.5006, "mm:ss.0", "00:51.8"),
        (12345678, "0.00E+00", "1.23E+07"),
        (1.25, "# ?/?", "1 1/4"),
        (1234567, '#,##0,"k"', "1,235k"),
        (-1234.5, '"$"#,##0.00', "-$1,234.50"),
        (138000, "000-0000", "013-8000"),
        (5, '[>3]"big";"small"', "big"),
        (650223198801010000, "0", "650223198801010000"),
        (2.5, "0", "3"),
        (1e300, "yyyy-mm-dd", None),
    ],
)
def test_a_number_is_shown_as_its_format_says(value: float, code: str, shown: str | None) -> None:
    assert number_formats.shown(value, code) == shown


def test_merged_cells_are_said(cases: Path, read_bytes: Callable[..., list[Document]]) -> None:
    (document,) = read_bytes((cases / "sheets" / "merged.xlsx").read_bytes(), "merged.xlsx")
    assert any("A1:A3" in words for words in document.parts[0].warnings)


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_line_that_names_the_separator_is_no_row(line: str) -> None:
    done = read(sheets, f"{line}\r\nid;name\r\n1;A, B\r\n".encode(), "text/csv")
    assert done.text == "id\tname\n1\tA, B\n"
    assert done.draft.settings["separator line"] == ";"


def test_the_case_with_a_separator_line(cases: Path) -> None:
    done = read(sheets, (cases / "sheets" / "sepline.csv").read_bytes(), "text/csv")
    assert done.text.startswith("id\tname\tdate\n")
