"""Which signs belong to a number on a printed line: hyphens, points, per cent (UAX 9, W2 to W6).

Unicode lets a number run from left to right together with the separators in it, but which those
are depends on the strong letter before it: after an Arabic letter a hyphen parts two numbers, after
a Hebrew one, or where a paragraph or cell begins, it joins them. What was done for the eye is told
from what stands to the right of a number.

Invariant: only kinds of signs that stand at digits change, to that of a digit.
"""

from __future__ import annotations

import unicodedata
from functools import cache


@cache
def _class(sign: str) -> str:
    return unicodedata.bidirectional(sign)


def bind(signs: list[str], kinds: list[str], cell: range) -> bool:
    """Mark as digits, in place, the signs of a cell that run with the digits beside them.

    ``signs`` and their ``kinds`` stand from left to right; "D" is a digit's. False where a hyphen
    after an Arabic letter parts two numbers: in a narrow cell of its own it would join them.
    """
    certain = True
    before = ""  # the class of the last strong letter on the right
    for at in reversed(cell):
        one = _class(signs[at])
        if one in ("L", "R", "AL"):
            before = one
        elif one in ("ES", "CS") and cell.start < at < cell.stop - 1:
            left, right = _digit(signs[at - 1], before), _digit(signs[at + 1], before)
            if left and left == right and (one == "CS" or left == "EN"):
                kinds[at] = "D"
            elif left and right and one == "ES":
                certain = False
    _bind_terminators(signs, kinds, cell)
    return certain


def _digit(sign: str, before: str) -> str:
    one = _class(sign)
    if one not in ("EN", "AN"):
        return ""
    return "AN" if before == "AL" else one


def _bind_terminators(signs: list[str], kinds: list[str], cell: range) -> None:
    """``5%`` and ``$5``: not after an Arabic letter."""
    before = ""
    for at in reversed(cell):
        one = _class(signs[at])
        before = one if one in ("L", "R", "AL") else before
        if one != "ET" or before == "AL":
            continue
        near = [place for place in (at - 1, at + 1) if cell.start <= place < cell.stop]
        if any(_class(signs[place]) == "EN" for place in near):
            kinds[at] = "D"
