"""Cells of a table that a spreadsheet may open: none is taken for a formula.

What begins a formula, also in the wide letters that Chinese and Japanese programs read alike, is
preceded by an apostrophe. The text is changed by that, so whoever writes a table says so.
"""

from __future__ import annotations

from typing import Final

BEGINS_A_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet could take the cell for a formula."""
    return text.startswith(BEGINS_A_FORMULA)


def cell(text: str) -> str:
    """The text as a cell that stays a text."""
    return f"'{text}" if is_formula(text) else text
