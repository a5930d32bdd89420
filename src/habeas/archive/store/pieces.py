"""Long lists, a piece at a time: a database takes only so many values in one question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

LENGTH: Final = 500
T = TypeVar("T")


def in_pieces(items: Sequence[T], length: int = LENGTH) -> Iterator[Sequence[T]]:
    """The items in order, so many at a time; nothing for none."""
    for start in range(0, len(items), length):
        yield items[start : start + length]
