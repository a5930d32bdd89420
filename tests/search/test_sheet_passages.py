"""Of a sheet each row is a passage; what is marked of it ends with words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from habeas.archive.search.passages import LONGEST_ROW, pieces
from habeas.archive.search.sheet_rows import whole_words
from habeas.reading.documents import Part


@given(some.lists(some.integers(0, 4_000), min_size=1, max_size=12))
def test_each_row_of_a_sheet_is_one_passage(lengths: list[int]) -> None:
    parts, text = [], ""
    for number, length in enumerate(lengths, 1):
        start = len(text)
        text += "word " * (length // 5) + "x\n"
        parts.append(Part("row", start, len(text) - 1, {"row": number}))
    parts.insert(0, Part("sheet", 0, len(text) - 1))
    found = [(piece.start, piece.stop) for piece in pieces(text, parts)]
    assert found == [(part.start, part.stop) for part in parts[1:]]


def test_a_row_too_long_is_parted_between_cells() -> None:
    text = "\t".join(["cell " * 600] * 20)
    size = len("cell " * 600) + 1
    cells = [Part("cell", at, at + size - 1, {"column": 1}) for at in range(0, len(text), size)]
    parts = [Part("sheet", 0, len(text)), Part("row", 0, len(text), {"row": 1}), *cells]
    found = list(pieces(text, parts))
    assert len(found) > 1
    assert all(piece.stop - piece.start <= LONGEST_ROW for piece in found)
    assert {piece.start for piece in found} <= {cell.start for cell in cells}


def test_no_mark_parts_letters_that_are_written_together() -> None:
    text = "في السجن هناك"
    assert whole_words(text, (5, 8), (0, len(text))) == (3, 8)
    assert whole_words("to detain", (3, 6), (0, 9)) == (3, 6)
