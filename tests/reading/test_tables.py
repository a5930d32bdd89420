"""A sheet as rows and columns: nothing of the parts is lost, and no heading is made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from habeas.reading.columns import Columns, columns_of
from habeas.reading.documents import Part
from habeas.reading.limits import Limits
from habeas.reading.readers.grid import Grid
from habeas.reading.readers.interface import DraftReading
from habeas.reading.tables import Tables

CELLS = some.dictionaries(some.integers(1, 9), some.sampled_from(["", "a", "喀什\nx", "1"]))
ROWS = some.dictionaries(some.integers(1, 99), CELLS, max_size=6)


def drafted(sheets: list[tuple[str, dict[int, dict[int, str]]]]) -> tuple[str, list[list[object]]]:
    """The text of sheets, and their parts as a map holds them."""
    draft = DraftReading(Limits())
    for name, rows in sheets:
        with Grid(draft, name) as grid:
            for number in sorted(rows):
                cells = [(n, text, text + "!") for n, text in sorted(rows[number].items())]
                grid.row(number, cells, hidden=number % 7 == 0, notes={3: "a note"})
            draft.add("paragraph", "a comment", {"sheet": name, "row": 1, "column": 1})
    text, rows_, _boxes = draft.taken()
    return text, [[*row[:8], list(row[8]), []] for row in rows_]


def tables_of(rows: list[list[object]]) -> tuple[Tables, list[list[object]]]:
    tables = Tables()
    return tables, [row for row in rows if not tables.take(row)]


@given(some.lists(some.tuples(some.sampled_from(["", "Names", "名单"]), ROWS), max_size=3))
def test_rows_and_cells_come_back_as_the_parts_they_were(
    sheets: list[tuple[str, dict[int, dict[int, str]]]],
) -> None:
    text, rows = drafted(sheets)
    tables, others = tables_of(rows)
    assert all(row[0] in ("sheet", "paragraph") for row in others)
    wanted = [
        Part(*row[:8], tuple(row[8]))  # type: ignore[arg-type]
        for row in rows
        if row[0] in ("row", "cell") and row[1] < row[2]  # type: ignore[operator]
    ]
    assert [part for part in tables.parts(0, len(text)) if part.start < part.stop] == wanted
    assert [sheet.name for sheet in tables.sheets] == [name for name, _ in sheets]
    for part in wanted:
        found = tables.at(part.start)
        assert found is not None
        assert tables.row(found[1]).number == part.locator["row"]
        assert found[0].first <= found[1] < found[0].last


def test_rows_of_a_table_in_running_text_are_no_sheet() -> None:
    part = ["row", 0, 3, {"table": 1, "row": 1}, "", False, "", "", [], []]
    assert tables_of([part])[1] == [part]


def columns(*rows: str) -> Columns:
    table = {n: dict(enumerate(row.split("|"), 1)) for n, row in enumerate(rows, 1)}
    filled = {n: {c: text for c, text in row.items() if text} for n, row in table.items()}
    text, parts = drafted([("", filled)])
    return columns_of(tables_of(parts)[0].sheets[0], text)


@pytest.mark.parametrize(
    "rows",
    [
        ("No|Name|Born", "1|Ahmet|1975", "2|Omer|1980"),
        ("List of the detained", "", "姓名|性别|出生日期", "买买提|男|1980-01-02"),
        ("الاسم|مكان الميلاد", "买买提|喀什", "古丽|和田"),
        ("County|2016|2017|2018", "Kashgar|12|40|90", "Hotan|3|22|41"),
        ("Name", "Ahmet", "Omer"),
    ],
)
def test_a_row_that_heads_is_found(rows: tuple[str, ...]) -> None:
    found = columns(*rows)
    assert found.heading_row is not None
    head = next(row for row in rows if "|" in row or len(rows) == 3)
    assert list(found.headings.values()) == head.split("|")


@pytest.mark.parametrize(
    "rows",
    [
        ("Ahmet Qasim|Kashgar|1975", "Omer Qadir|Hotan|1980"),
        ("Ahmet|Kashgar|unknown", "Omer|Hotan|1980", "Ali|Aksu|1981"),
        ("Ahmet|Kashgar|abt 45", "Omer|Hotan|1980", "Ali|Aksu|1981"),
        ("Ahmet|Kashgar", "Omer|Kashgar", "Ali|Aksu"),
        ("买买提|喀什", "古丽|和田"),
        ("Ahmet|held|no", "Omer|released|yes", "Ali|held|no"),
        ("Name|Born",),
        ("1|2|3", "4|5|6"),
        ("Camp A|name", "|p2", "|p3"),
        ("Адам|Йил|Җай", "Әхмәт|1975|Қәшқәр", "Өмәр|1980|Хотән"),  # may be; not enough says so
        ("Smith|London|teacher", "买买提|喀什|1980", "古丽|和田|1981"),
    ],
)
def test_a_row_that_may_be_somebody_stays_a_row(rows: tuple[str, ...]) -> None:
    assert columns(*rows).heading_row is None


def test_numbers_and_the_direction_are_told_by_the_values() -> None:
    found = columns("الاسم|السنة", "محمد|٢٠١٧", "علي|2018")
    assert (found.numbers, found.right_to_left) == (frozenset({2}), True)
    assert not columns("الاسم|مكان", "买买提|喀什", "古丽|和田").right_to_left
    assert columns("a|b", "12/03/1980|x").numbers == frozenset()
