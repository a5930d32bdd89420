"""Which hashes are near a given one, without comparing it with all.

Multi-index hashing (Norouzi, Punjani and Fleet, "Fast search in Hamming space with multi-index
hashing", 2012): of two hashes that differ in at most 31 bits, some part of sixteen differs in at
most one. So each part is looked up as it is and with each of its bits turned, and only what is
found there is compared whole. Exact: nothing within the distance is missed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from habeas.reading.pdq import BITS, SAME_AT_MOST, distance

_PARTS: Final = 16
_WIDTH: Final = BITS // _PARTS
_MASK: Final = (1 << _WIDTH) - 1
_TURNED: Final = (0, *(1 << bit for bit in range(_WIDTH)))


class HashIndex:
    """Hashes by a number of the caller's. Those that are equal are held once."""

    def __init__(self, hashes: Iterable[tuple[int, int]] = ()) -> None:
        self._numbers: dict[int, list[int]] = defaultdict(list)  # by hash
        self._parts: list[dict[int, list[int]]] = [defaultdict(list) for _ in range(_PARTS)]
        for number, bits in hashes:
            self.add(number, bits)

    def add(self, number: int, bits: int) -> None:
        if bits not in self._numbers:
            for place, part in enumerate(_split(bits)):
                self._parts[place][part].append(bits)
        self._numbers[bits].append(number)

    def near(self, bits: int, at_most: int = SAME_AT_MOST) -> Iterator[tuple[int, int]]:
        """The numbers of the hashes within a distance of at most 31, each with its distance."""
        if at_most > SAME_AT_MOST:
            raise ValueError("the parts are only long enough for 31 bits")
        seen: set[int] = set()
        for place, part in enumerate(_split(bits)):
            for turned in _TURNED:
                seen.update(self._parts[place].get(part ^ turned, ()))
        for other in sorted(seen):
            apart = distance(bits, other)
            if apart <= at_most:
                yield from ((number, apart) for number in self._numbers[other])


def _split(bits: int) -> Iterator[int]:
    return ((bits >> place * _WIDTH) & _MASK for place in range(_PARTS))
