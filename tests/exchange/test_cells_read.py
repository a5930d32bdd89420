"""Cells of a case table, and the merged cells that a reading tells."""

from __future__ import annotations

import pytest

from habeas.exchange import cells_read
from habeas.exchange.mapping import ColumnMapping
from habeas.vocabulary import schema


def test_the_merged_cells_that_a_reading_tells_are_known() -> None:
    told = "Merged cells: B3:B5, D2:E2. The value is in the first row and column and was shown."
    merges = cells_read.merges_in(["A filter is set on this sheet.", told])
    assert merges.complete
    assert merges.touching(4, [2]) == "B3:B5"
    assert merges.touching(4, [3]) == ""
    assert merges.shown_at(5, 2) == (3, 2)
    assert merges.shown_at(2, 5) == (2, 4)
    assert not cells_read.merges_in(["Merged cells: A1:A2 and 7 more. The value is"]).complete


@pytest.mark.parametrize(
    ("order", "held", "read_as"),
    [
        ("month-day-year", "43226", "2018-05-06"),
        ("day-month-year", "43226", None),
        ("day-month-year", "43256", "2018-06-05"),
    ],
)
def test_a_date_that_a_cell_holds_is_the_one_that_is_read(
    order: str, held: str, read_as: str | None
) -> None:
    """5/6/2018 is what a sheet shows of 6 May in one country, and of 5 June in another."""
    column = ColumnMapping("Born", 1, "birth_date", order=order)
    known = schema.core()
    day = cells_read.day_held(held, date1904=False)
    (found,) = cells_read.read("5/6/2018", day, column, known.properties["birth_date"], known)
    if read_as is None:
        assert isinstance(found, cells_read.CellFault)
        assert "the cell holds is 2018-05-06" in found.reason
    else:
        assert isinstance(found, cells_read.ReadCell)
        assert found.value == read_as


@pytest.mark.parametrize(
    ("stored", "date1904", "day"),
    [
        ("1", False, "1900-01-01"),
        ("59", False, "1900-02-28"),
        ("60", False, ""),
        ("61", False, "1900-03-01"),
        ("41764", True, "2018-05-06"),
        ("2018-05-06T00:00:00", False, "2018-05-06"),
        ("nan", False, ""),
        ("1e400", False, ""),
        ("-3", False, ""),
        ("", False, ""),
    ],
)
def test_the_day_of_a_number(stored: str, date1904: bool, day: str) -> None:
    assert cells_read.day_held(stored, date1904=date1904) == day
