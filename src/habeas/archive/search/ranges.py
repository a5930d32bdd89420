"""Ranges of a text: the code points [start, stop) in which something was found."""

from __future__ import annotations

from collections.abc import Iterable

Range = tuple[int, int]


def merged(found: Iterable[Range]) -> list[Range]:
    """Ranges that touch or overlap as one."""
    result: list[Range] = []
    for start, stop in sorted(found):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(stop, result[-1][1]))
        else:
            result.append((start, stop))
    return result
