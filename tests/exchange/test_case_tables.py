"""A sheet of cases as claims: each row on a list, each cell cited, nothing guessed."""

from __future__ import annotations

import cProfile
import csv
import json
from pathlib import Path
from typing import Any

import pytest
from tests.archive.making import add_reviewer
from tests.reading.test_sheets import xlsx

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.opening import Archive
from habeas.archive.pipeline.flow import read_what_waits
from habeas.exchange import case_tables
from habeas.exchange.errors import ImportedAlready, ImportRefused
from habeas.exchange.importing import import_drafts, preview
from habeas.reading.documents import State

TABLE = """\
No.,Reason,Decision,Seen
1,untrustworthy,agree to release,05/06/2018
2,untrustworthy; birth control,release; industrial park,06/06/2018
3,Veil,stay,
4,collects stamps,stay,07/06/2018
"""
MAPPING = """\
table: "#{exhibit}"
list: {{caption: A list}}
source: {{code: the-list, kind: document}}
subject: {{caption: "Row {{No.}}"}}
leave-out: [Seen, No.]
columns:
  Reason:
    property: listed_for
    split: ";"
    read: {{veil: dress, untrustworthy: untrustworthy, birth control: birth-control}}
  Decision:
    property: listed_decision
    split: ";"
    read:
      agree to release: to-be-released
      release: released
      stay: to-stay
      industrial park: industrial-park
"""

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def read(archive: Archive, folder: Path, name: str = "cases.csv", data: str | bytes = TABLE) -> int:
    """The position of an exhibit that holds a table and was read."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    ((_, ref),) = add_files(archive, [Received(path, filename=name)]).exhibits
    read_what_waits(archive, workers=1)
    return ref.position


def mapped(folder: Path, exhibit: int, text: str = MAPPING) -> Path:
    path = folder / "cases.yaml"
    path.write_text(text.format(exhibit=exhibit), encoding="utf-8")
    return path


def faults(archive: Archive, mapping: Path) -> list[str]:
    size = archive.size
    with pytest.raises(ImportRefused) as caught:
        preview(archive, case_tables.read_case_table(archive, mapping))
    assert archive.size == size
    return [str(fault) for fault in caught.value.faults]


def test_each_row_is_on_the_list_and_each_cell_is_a_claim_at_its_place(
    archive: Archive, tmp_path: Path
) -> None:
    person = add_reviewer(archive)
    mapping = mapped(tmp_path, read(archive, tmp_path))
    drafts = case_tables.read_case_table(archive, mapping)
    counts, notes = preview(archive, drafts)
    assert (counts["mentions"], counts["claims"]) == (5, 4 + 5 + 5)
    assert "no row says by itself that anyone was held" in notes[0]
    made = import_drafts(archive, case_tables.read_case_table(archive, mapping), person)
    assert set(m.Mention.objects.filter(kind="person").values_list("caption", flat=True)) == {
        *("Row 1", "Row 2", "Row 3", "Row 4")
    }
    claims = {claim.row: claim for claim in m.Claim.objects.filter(list=made.list_position)}
    assert sorted(claims) == sorted(
        [
            *(f"r{n}-listed" for n in (2, 3, 4, 5)),
            *("r2-B-1", "r2-C-1", "r3-B-1", "r3-B-2", "r3-C-1", "r3-C-2"),
            *("r4-B-1", "r4-C-1", "r5-B-1", "r5-C-1"),
        ]
    )
    assert {claim.property for claim in claims.values()} == {
        *("listed_in", "listed_for", "listed_decision")
    }
    assert cited(claims["r3-B-2"]) == (
        "cell",
        {"sheet": 1, "row": 3, "column": 2},
        "untrustworthy; birth control",
    )
    assert cited(claims["r3-listed"])[:2] == ("row", {"sheet": 1, "row": 3})
    assert value(claims["r4-B-1"])["code"] == "dress"
    assert value(claims["r4-B-1"])["written"]["text"] == "Veil"


def value(claim: m.Claim) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(claim.value)
    return found


def cited(claim: m.Claim) -> tuple[str, dict[str, int], str]:
    at = m.ClaimPassage.objects.get(claim=claim.position).passage
    passage = m.Passage.objects.get(position=at)
    return passage.form, json.loads(passage.place), passage.quote


def test_what_is_in_no_code_is_kept_as_written_and_told(archive: Archive, tmp_path: Path) -> None:
    person = add_reviewer(archive)
    mapping = mapped(tmp_path, read(archive, tmp_path))
    made = import_drafts(archive, case_tables.read_case_table(archive, mapping), person)
    (claim,) = m.Claim.objects.filter(row="r5-B-1")
    assert value(claim)["code"] == "not-in-code-list"
    assert value(claim)["written"]["text"] == "collects stamps"
    assert "4 rows give 14 claims; no row says by itself that anyone was held." in made.notes
    assert any("in 1 cell, what is written" in note for note in made.notes)
    assert any("‘collects stamps’ (row 5)" in note for note in made.notes)


def test_a_column_that_is_neither_read_nor_left_out_is_refused(
    archive: Archive, tmp_path: Path
) -> None:
    exhibit = read(archive, tmp_path)
    text = MAPPING.replace("[Seen, No.]", "[No.]").replace("  Reason:", "  Why:")
    found = faults(archive, mapped(tmp_path, exhibit, text))
    assert any("No column is headed ‘Why’." in fault for fault in found)
    assert any("The column ‘Seen’ is neither read nor left out." in fault for fault in found)
    assert any("The column ‘Reason’ is neither read nor left out." in fault for fault in found)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('table: "#{exhibit}"', 'table: "{exhibit}"', "is not an entry"),
        ("list: {{caption: A list}}", "list: {{}}", "This key is missing"),
        ("source:", "sauce:", "No such key"),
        ("leave-out: [Seen, No.]", "rows: 4-2", "is not a range of rows"),
        ("leave-out: [Seen, No.]", "sheet: 9", "has no sheet 9"),
        ("leave-out: [Seen, No.]", "merged: perhaps", "'perhaps' is not known"),
        ("listed_decision", "detained_inn", "is not a property of a person"),
        ("listed_decision", "detained_in", "refers to a record, which a cell cannot name"),
        ("veil: dress", "veil: veiled", "is not a code of case-reason"),
        ('"Row {{No.}}"', '"{{Name}}"', "No column is headed ‘Name’"),
        ("columns:", "columns: [\n", "It is not YAML"),
    ],
)
def test_a_mapping_that_is_wrong_is_refused_with_what_would_be_valid(
    archive: Archive, tmp_path: Path, old: str, new: str, told: str
) -> None:
    exhibit = read(archive, tmp_path)
    assert old in MAPPING
    found = faults(archive, mapped(tmp_path, exhibit, MAPPING.replace(old, new)))
    assert any(told in fault for fault in found), found


def test_a_date_in_figures_needs_the_order_that_is_stated(archive: Archive, tmp_path: Path) -> None:
    exhibit = read(archive, tmp_path)
    dated = MAPPING.replace("leave-out: [Seen, No.]", "leave-out: [No.]")
    as_it_is = mapped(tmp_path, exhibit, dated + "  Seen: released\n")
    assert len([fault for fault in faults(archive, as_it_is) if "05/06/2018" in fault]) == 1
    stated = dated + "  Seen: {{property: released, order: day-month-year}}\n"
    drafts = case_tables.read_case_table(archive, mapped(tmp_path, exhibit, stated))
    preview(archive, drafts)
    dates = {r["value"]: r["as_written"] for r in drafts.rows(case_tables.d.CLAIMS)
             if r["property"] == "released"}  # fmt: skip
    assert dates["2018-06-05"] == "05/06/2018"


def test_an_error_or_a_formula_in_a_cell_is_refused_by_its_row(
    archive: Archive, tmp_path: Path
) -> None:
    table = 'No.,Note\n1,fine\n2,#N/A\n3,"=HYPERLINK(""http://x"")"\n'
    exhibit = read(archive, tmp_path, data=table)
    text = MAPPING.partition("leave-out")[0] + ("leave-out: [No.]\ncolumns: {{Note: occupation}}\n")
    found = faults(archive, mapped(tmp_path, exhibit, text))
    assert any("line 3" in fault and "#N/A" in fault for fault in found)
    assert any("line 4" in fault and "formula" in fault for fault in found)
    assert len(found) == 2


@pytest.mark.parametrize("left", ["#N/A", "#DIV/0!", "NULL", "n/a", '"=B2&""x"""'])
def test_what_a_program_left_is_no_reason_that_the_list_gives(
    archive: Archive, tmp_path: Path, left: str
) -> None:
    exhibit = read(archive, tmp_path, data=TABLE.replace("collects stamps", left))
    (fault,) = faults(archive, mapped(tmp_path, exhibit))
    assert "‘Reason’" in fault
    assert "line 5" in fault
    assert "under `skip`" in fault
    told = next(csv.reader([left]))[0]
    text = MAPPING.replace("read: {{", f'read: {{{{{json.dumps(told)}: "?unknown", ', 1)
    preview(archive, case_tables.read_case_table(archive, mapped(tmp_path, exhibit, text)))


def test_what_a_program_writes_is_taken_where_the_mapping_says_that_somebody_wrote_it(
    archive: Archive, tmp_path: Path
) -> None:
    exhibit = read(archive, tmp_path, data="No.,Note\n1,None\n")
    text = MAPPING.partition("leave-out")[0] + (
        "leave-out: [No.]\ncolumns: {{Note: {{property: occupation, read: {{None: None}}}}}}\n"
    )
    drafts = case_tables.read_case_table(archive, mapped(tmp_path, exhibit, text))
    preview(archive, drafts)
    (claim,) = (row for row in drafts.rows(case_tables.d.CLAIMS) if row["value"] == "None")
    assert claim["as_written"] == "None"


@pytest.mark.parametrize("order", ["day-month-year", "month-day-year", "year-month-day"])
def test_a_day_that_begins_with_its_year_needs_no_order(
    archive: Archive, tmp_path: Path, order: str
) -> None:
    table = "No.,Seen\n1,1980-01-02\n2,1980-01-02 00:00:00\n3,1980-01\n4,1980\n5,1980~\n"
    exhibit = read(archive, tmp_path, data=table)
    text = MAPPING.partition("leave-out")[0] + (
        f"leave-out: [No.]\ncolumns: {{{{Seen: {{{{property: released, order: {order}}}}}}}}}\n"
    )
    drafts = case_tables.read_case_table(archive, mapped(tmp_path, exhibit, text))
    _, notes = preview(archive, drafts)
    values = [r["value"] for r in drafts.rows(case_tables.d.CLAIMS) if r["property"] == "released"]
    assert values == ["1980-01-02", "1980-01-02", "1980-01", "1980", "1980~"]
    # The list says of a detention that it ended, so it is not said that no row speaks of one.
    assert (
        "5 rows give 10 claims; what ‘Seen’ says of a detention is the list's own claim." in notes
    )


def test_a_year_that_stands_first_is_no_day_of_another_order(
    archive: Archive, tmp_path: Path
) -> None:
    exhibit = read(archive, tmp_path, data="No.,Seen\n1,1980/01/02\n")
    text = MAPPING.partition("leave-out")[0] + (
        "leave-out: [No.]\ncolumns: {{Seen: {{property: released, order: day-month-year}}}}\n"
    )
    (fault,) = faults(archive, mapped(tmp_path, exhibit, text))
    assert "is not a date in the order day-month-year" in fault


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("claims.csv", "Import the folder that it is in."),
        ("cases.xlsx", "Seal it with `habeas add`"),
        ("portrait.png", "Seal it with `habeas add`"),
    ],
)
def test_a_file_that_is_no_mapping_is_told_where_it_belongs(
    archive: Archive, tmp_path: Path, name: str, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x89PNG\r\n")
    (fault,) = faults(archive, path)
    assert fault.startswith(f"{name}: This is not a mapping in YAML.")
    assert told in fault


def test_a_table_that_was_not_read_is_refused(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(TABLE)
    ((_, ref),) = add_files(archive, [Received(path, filename="cases.csv")]).exhibits
    (fault,) = faults(archive, mapped(tmp_path, ref.position))
    assert "was not read yet" in fault
    (fault,) = faults(archive, mapped(tmp_path, 999_999))
    assert "#999999 is not an exhibit" in fault


def workbook(rows: str, after: str = "") -> bytes:
    """A workbook with headings in row 1 of its sheet."""
    heads = "".join(
        f'<c r="{letter}1" t="inlineStr"><is><t>{text}</t></is></c>'
        for letter, text in (("A", "No."), ("B", "Reason"))
    )
    return xlsx(f'<row r="1">{heads}</row>{rows}', after=after)


def in_cell(at: str, text: str) -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


REASONS = MAPPING.partition("leave-out")[0] + (
    "leave-out: [No.]\ncolumns: {{Reason: {{property: listed_for, split: ;}}}}\n"
)


def test_a_merged_cell_is_refused_by_row_unless_it_is_meant_for_each(
    archive: Archive, tmp_path: Path
) -> None:
    rows = "".join(
        f'<row r="{n}">{in_cell(f"A{n}", str(n))}{in_cell("B3", "crime") if n == 3 else ""}</row>'
        for n in (2, 3, 4, 5)
    )
    merged = '<mergeCells count="1"><mergeCell ref="B3:B4"/></mergeCells>'
    exhibit = read(archive, tmp_path, "cases.xlsx", workbook(rows, merged))
    found = faults(archive, mapped(tmp_path, exhibit, REASONS))
    assert [fault.partition(": ")[0] for fault in found] == [
        "cases.xlsx, sheet 1, line 3",
        "cases.xlsx, sheet 1, line 4",
    ]
    assert "merged (B3:B4)" in found[0]
    each = mapped(tmp_path, exhibit, REASONS + "merged: every-row\n")
    drafts = case_tables.read_case_table(archive, each)
    preview(archive, drafts)
    coded = {
        row["subject"]: (row["value"], row["place"])
        for row in drafts.rows(case_tables.d.CLAIMS)
        if row["property"] == "listed_for"
    }
    assert coded == {
        "r3": ("crime", "cell B3, sheet 1"),
        "r4": ("crime", "cell B3, sheet 1"),
    }


def test_a_formula_without_its_result_is_refused_by_row(archive: Archive, tmp_path: Path) -> None:
    rows = (
        f'<row r="2">{in_cell("A2", "1")}<c r="B2" t="str"><f>A9</f><v>crime</v></c></row>'
        f'<row r="3">{in_cell("A3", "2")}<c r="B3"><f>A9&amp;"x"</f></c></row>'
    )
    exhibit = read(archive, tmp_path, "cases.xlsx", workbook(rows))
    (fault,) = faults(archive, mapped(tmp_path, exhibit, REASONS))
    assert fault.startswith("cases.xlsx, sheet 1, line 3: B: a formula, of which the file keeps")


def test_rows_after_the_end_of_a_reading_are_refused(archive: Archive, tmp_path: Path) -> None:
    """Of a table that is too long the row in which its reading ended may be a piece of one."""
    exhibit = read(archive, tmp_path)
    m.Reading.objects.filter(exhibit=exhibit).update(
        state=State.IN_PART, missing='["The rest: cells: more than 1,000,000 cells"]'
    )
    (fault,) = faults(archive, mapped(tmp_path, exhibit))
    assert "more than 1,000,000 cells" in fault
    assert "such as 2-4" in fault
    for rows in ("2-5", "700-900"):
        asked = MAPPING.replace("leave-out:", f"rows: {rows}\nleave-out:")
        (fault,) = faults(archive, mapped(tmp_path, exhibit, asked))
        assert "are certain up to 4" in fault
        assert "as smaller files" in fault
    asked = MAPPING.replace("leave-out:", "rows: 2-4\nleave-out:")
    drafts = case_tables.read_case_table(archive, mapped(tmp_path, exhibit, asked))
    assert len(drafts.rows(case_tables.d.MENTIONS)) == 4


def test_a_case_table_is_checked_in_a_few_steps_a_cell(archive: Archive, tmp_path: Path) -> None:
    """Not in as many as the sheet has rows, or a recording could have streams."""
    steps = []
    for rows in (200, 400):
        data = "".join(f"{at},untrustworthy,stay,\n" for at in range(rows))
        name = f"cases-{rows}.csv"
        exhibit = read(archive, tmp_path, name, "No.,Reason,Decision,Seen\n" + data)
        mapping = mapped(tmp_path, exhibit)
        counting = cProfile.Profile()
        with counting:
            preview(archive, case_tables.read_case_table(archive, mapping))
        steps.append(sum(each.callcount for each in counting.getstats()))
    assert (steps[1] - steps[0]) / (200 * 3) < 1_000  # for each claim


def test_rows_of_a_sheet_that_was_read_in_part_must_be_named(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exhibit = read(archive, tmp_path)
    m.Reading.objects.filter(exhibit=exhibit).update(
        state=State.IN_PART, missing='["cells past the cap"]'
    )
    (fault,) = faults(archive, mapped(tmp_path, exhibit))
    assert "was read in part (cells past the cap)" in fault
    assert "such as 2-5" in fault
    named = MAPPING.replace("leave-out:", "rows: 2-5\nleave-out:")
    drafts = case_tables.read_case_table(archive, mapped(tmp_path, exhibit, named))
    assert len(drafts.rows(case_tables.d.MENTIONS)) == 5
    monkeypatch.setattr(case_tables, "MOST_CLAIMS", 6)
    found = faults(archive, mapped(tmp_path, exhibit, named))
    assert any("more than 6 claims" in fault and "2-3 first" in fault for fault in found)


ONE = MAPPING.partition("leave-out")[0] + (
    "leave-out: [No.]\ncolumns: {{Reason: {{property: listed_for, split: ;}}}}\n"
)


def test_a_column_without_a_heading_is_not_lost(archive: Archive, tmp_path: Path) -> None:
    table = "No.,Reason\n1,crime\n2,crime,released in May\n"
    exhibit = read(archive, tmp_path, data=table)
    (fault,) = faults(archive, mapped(tmp_path, exhibit, ONE))
    assert "Column C has no heading" in fault
    assert "row 3 has something in it" in fault
    left = mapped(tmp_path, exhibit, ONE.replace("[No.]", "[No., C]"))
    assert preview(archive, case_tables.read_case_table(archive, left))[0]["mentions"] == 3


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("<row r='2'>{a2}{b2}{b2}</row>", "two cells at B2"),
        ("<row r='3'>{b2}</row><row r='2'>{b2}</row>", "row 2 after row 3"),
        ("<row r='2'>{b2}</row><row r='2'>{b2}</row>", "row 2 after row 2"),
    ],
)
def test_a_file_whose_cells_have_no_certain_place_is_refused_by_row(
    archive: Archive, tmp_path: Path, rows: str, words: str
) -> None:
    """A program that opens it shows one of them, and each another one."""
    made = rows.format(a2=in_cell("A2", "1"), b2=in_cell("B2", "crime"))
    exhibit = read(archive, tmp_path, "cases.xlsx", workbook(made))
    (fault,) = faults(archive, mapped(tmp_path, exhibit, ONE))
    assert words in fault
    assert "line 2" in fault


def test_a_value_that_is_merged_with_the_headings_is_refused(
    archive: Archive, tmp_path: Path
) -> None:
    rows = f'<row r="2">{in_cell("A2", "1")}</row>'
    merged = '<mergeCells count="1"><mergeCell ref="B1:B2"/></mergeCells>'
    exhibit = read(archive, tmp_path, "cases.xlsx", workbook(rows, merged))
    (fault,) = faults(archive, mapped(tmp_path, exhibit, ONE + "merged: every-row\n"))
    assert "B2 is merged with the headings" in fault


def test_the_rows_of_a_table_are_not_taken_in_twice(archive: Archive, tmp_path: Path) -> None:
    """Nor by another mapping, which would be another file; parts of it follow each other."""
    signer = add_reviewer(archive)
    exhibit = read(archive, tmp_path)
    part = MAPPING.replace("leave-out:", "rows: 2-3\nleave-out:")
    drafts = case_tables.read_case_table(archive, mapped(tmp_path, exhibit, part))
    came = import_drafts(archive, drafts, signer).list_position
    size = archive.size
    again = mapped(tmp_path, exhibit, MAPPING + "# the same, said anew\n")
    with pytest.raises(ImportedAlready, match=f"2 of these rows .* are in list {came}"):
        import_drafts(archive, case_tables.read_case_table(archive, again), signer)
    assert archive.size == size
    rest = MAPPING.replace("leave-out:", "rows: 4-5\nleave-out:")
    drafts = case_tables.read_case_table(archive, mapped(tmp_path, exhibit, rest))
    import_drafts(archive, drafts, signer)
    with archive.writing(signer) as batch:
        verbs.retract(batch, came, "list", "Mapped wrongly")
    drafts = case_tables.read_case_table(archive, mapped(tmp_path, exhibit, part))
    import_drafts(archive, drafts, signer)


def test_rows_of_one_caption_are_told(archive: Archive, tmp_path: Path) -> None:
    exhibit = read(archive, tmp_path, data="No.,Reason\n7,crime\n8,crime\n7,crime\n")
    notes = preview(archive, case_tables.read_case_table(archive, mapped(tmp_path, exhibit, ONE)))[
        1
    ]
    assert any("called alike" in note and "(rows 2, 4)" in note for note in notes)


def test_one_wording_is_read_in_one_way(archive: Archive, tmp_path: Path) -> None:
    exhibit = read(archive, tmp_path)
    text = MAPPING.replace("veil: dress", "veil: dress, VEIL: crime")
    (fault,) = faults(archive, mapped(tmp_path, exhibit, text))
    assert "are one wording" in fault
