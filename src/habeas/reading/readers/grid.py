"""Cells into a draft: sheet, row and cell, whatever the file's own format.

A row is one line, its cells parted by tabs; a cell is cited by sheet, row and column, both
from 1 as the spreadsheet counts them, so empty rows and columns keep their numbers. Line
breaks inside a cell stay. A cell that shows nothing but holds something is still a part.
"""

from __future__ import annotations

from contextlib import ExitStack

from habeas.reading.readers.interface import DraftReading
from habeas.reading.tables import column_name

_MOST_MERGED = 50
LONGEST_FORMULA = 500  # code points that are kept of a formula without a result
NO_RESULT = "A formula, of which the file keeps no result."
FORMULAS = "Cells hold formulas; the results that the file keeps are shown, and none is computed."
RIGHT_TO_LEFT = "The sheet runs from right to left; its columns keep their letters."


class Grid:
    """One sheet while it is read; '' where the file has no names for sheets.

    Rows come in order; cells of a row from left to right.
    """

    def __init__(
        self, draft: DraftReading, sheet: str, *, hidden: bool = False, why_hidden: str = ""
    ) -> None:
        self._draft = draft
        self._where: dict[str, str | int] = {"sheet": sheet} if sheet else {}
        self._hidden = hidden
        self._why = why_hidden
        self._part = ExitStack()
        self._hidden_columns: set[int] = set()
        self._hidden_ranges: list[tuple[int, int]] = []
        self._hidden_rows = 0
        self._merged: list[str] = []
        self._merged_count = 0

    def __enter__(self) -> Grid:
        self._warnings = self._part.enter_context(
            self._draft.open("sheet", self._where, hidden=self._hidden)
        )
        if self._why:
            self._warnings.append(self._why)
        return self

    def __exit__(self, *raised: object) -> None:
        if self._hidden_rows:
            self._warnings.append(f"{self._hidden_rows} of its rows with content are hidden.")
        if self._hidden_ranges:
            names = ", ".join(
                column_name(low) if low == high else f"{column_name(low)} to {column_name(high)}"
                for low, high in self._hidden_ranges[:20]
            )
            self._warnings.append(f"Hidden columns: {names}.")
        if self._merged:
            more = self._merged_count - len(self._merged)
            listed = ", ".join(self._merged) + (f" and {more} more" if more else "")
            self._warnings.append(
                f"Merged cells: {listed}. The value is in the first row and column and was "
                "shown for all of them."
            )
        self._part.close()

    def warn(self, words: str) -> None:
        if words not in self._warnings:
            self._warnings.append(words)

    def hide_columns(self, low: int, high: int) -> None:
        """Columns ``low`` to ``high``, from 1, are hidden."""
        if 1 <= low <= high:
            self._hidden_ranges.append((low, high))
            self._hidden_columns.update(range(low, min(high, low + 20_000) + 1))

    def merge(self, first: tuple[int, int], last: tuple[int, int]) -> None:
        """Cells from ``first`` to ``last`` (row, column, from 1) show one value together."""
        if 1 <= first[0] <= last[0] and 1 <= first[1] <= last[1] and first != last:
            self._merged_count += 1
            if len(self._merged) < _MOST_MERGED:
                self._merged.append(
                    ":".join(f"{column_name(at[1])}{at[0]}" for at in (first, last))
                )

    def row(
        self,
        number: int,
        cells: list[tuple[int, str, str]],
        *,
        hidden: bool = False,
        notes: dict[int, str] | None = None,
    ) -> None:
        """One row: (column, as shown, as stored) of each cell that holds something."""
        if not cells:
            return
        self._hidden_rows += hidden
        hidden = hidden or self._hidden
        where = {**self._where, "row": number}
        last = len(cells) - 1
        with self._draft.open("row", where, hidden=hidden):
            for at, (column, text, stored) in enumerate(cells):
                note = notes.get(column) if notes else None
                self._draft.add(
                    "cell",
                    text,
                    {**where, "column": column},
                    stored=stored if stored != text else "",
                    hidden=hidden or column in self._hidden_columns,
                    warnings=(note,) if note else (),
                    end="\n" if at == last else "\t",
                )


def row_and_column(reference: str) -> tuple[int, int]:
    """Row and column, from 1, of a reference like ``AB12``; (0, 0) where it is none."""
    column = at = 0
    for at, letter in enumerate(reference):  # noqa: B007
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    digits = reference[at:]
    if not (column and digits.isascii() and digits.isdecimal() and len(digits) <= 7):
        return 0, 0
    return int(digits), column
