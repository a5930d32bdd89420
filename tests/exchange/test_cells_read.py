"""Cells of a case table, and the merged cells that a reading tells."""

from __future__ import annotations

from habeas.exchange import cells_read


def test_the_merged_cells_that_a_reading_tells_are_known() -> None:
    told = "Merged cells: B3:B5, D2:E2. The value is in the first row and column and was shown."
    merges = cells_read.merges_in(["A filter is set on this sheet.", told])
    assert merges.complete
    assert merges.touching(4, [2]) == "B3:B5"
    assert merges.touching(4, [3]) == ""
    assert merges.shown_at(5, 2) == (3, 2)
    assert merges.shown_at(2, 5) == (2, 4)
    assert not cells_read.merges_in(["Merged cells: A1:A2 and 7 more. The value is"]).complete
