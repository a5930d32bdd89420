"""Further fields that may be written with slips: the step of each pair of distinct values.

Invariants: a pair of values is looked at once; equal values never come here.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from rapidfuzz.distance import OSA, JaroWinkler

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_AT_A_TIME = 50_000
#: Jaro–Winkler of texts that are nearly equal, and alike.
_TEXT_NEAR, _TEXT_ALIKE = 0.92, 0.82
#: Slips (optimal string alignment) in a number that is nearly equal, and alike.
_SLIPS_NEAR, _SLIPS_ALIKE = 1, 2


def steps_of_texts(
    how: str, pairs: Iterable[tuple[Any, ...]]
) -> Iterator[list[tuple[int, int, int]]]:
    """(a, b, step) of the pairs (a, b, text, text) that are alike, some thousands at a time."""
    step = _step_of_text if how == "text" else _step_of_number
    running = iter(pairs)
    while some := list(islice(running, _AT_A_TIME)):
        yield [(a, b, found) for a, b, left, right in some if (found := step(left, right))]


def _step_of_text(left: str, right: str) -> int:
    left, right = left.casefold(), right.casefold()
    like: float = JaroWinkler.similarity(left, right)
    if like < _TEXT_NEAR and " " in left + right:
        one, other = (" ".join(sorted(text.split())) for text in (left, right))
        like = max(like, JaroWinkler.similarity(one, other))
    return 2 if like >= _TEXT_NEAR else 1 if like >= _TEXT_ALIKE else 0


def _step_of_number(left: str, right: str) -> int:
    slips: int = OSA.distance(left, right)
    return 2 if slips <= _SLIPS_NEAR else 1 if slips <= _SLIPS_ALIKE else 0
