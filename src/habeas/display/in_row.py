"""One row of a sheet, each cell beside its heading, what was found or cited marked."""

from __future__ import annotations

from dataclasses import dataclass

from habeas.archive.search.sheet_rows import FoundRow
from habeas.display import words


@dataclass(frozen=True, slots=True)
class RowPiece:
    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class InCell:
    """``found``: something in it is marked."""

    column: int
    letters: str
    heading: words.TextWords
    text: words.TextWords
    pieces: tuple[RowPiece, ...]
    found: bool
    cut_before: bool
    cut_after: bool


@dataclass(frozen=True, slots=True)
class InRow:
    """``heading_row`` is the number of the sheet's row of headings, None where none is."""

    sheet: str
    number: int
    heading_row: int | None
    is_heading: bool
    direction: str
    left_out: int
    cells: tuple[InCell, ...]


def in_row(row: FoundRow) -> InRow:
    """What pages and their twins hold of it."""
    return InRow(
        sheet=row.sheet,
        number=row.number,
        heading_row=row.heading_row,
        is_heading=row.heading_row == row.number,
        direction="rtl" if row.right_to_left else "ltr",
        left_out=row.left_out,
        cells=tuple(
            InCell(
                column=cell.column,
                letters=cell.letters,
                heading=words.text(cell.heading),
                text=words.text(cell.text, cell.language, cell.script),
                pieces=tuple(RowPiece(text, marked) for text, marked in cell.segments),
                found=bool(cell.ranges),
                cut_before=cell.cut_before,
                cut_after=cell.cut_after,
            )
            for cell in row.cells
        ),
    )
