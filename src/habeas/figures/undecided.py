"""A count with pairs that nobody has decided: a range, and which pair moves it most.

The upper end takes every open pair as two records. The lower end takes every open pair as
one: it is the number of components of the counted records under their open pairs. Pairs
judged different are not weighed against each other (if a-b and b-c are open and a is not c,
both cannot be the same), because the exact minimum is a colouring problem (NP-hard); so the
lower end is a bound and is called one.

Only pairs of which both records are counted are weighed. The range does not bound what happens
when a counted record is joined to one that is not, or two that are not: rules over claims may
then count the whole or drop it.

A pair's weight is what the range loses when it alone is decided: 1 at its upper end where
the two are the same, and 1 at its lower end where they are different and no other way of
open pairs joins them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from habeas.archive.records import components
from habeas.figures.rows import OpenPair


class Weighed(NamedTuple):
    """An open pair between two counted records, with what deciding it takes off the range."""

    pair: OpenPair
    if_same: int
    if_different: int


def among(pairs: Iterable[OpenPair], counted: Collection[int]) -> list[OpenPair]:
    """The open pairs of which both records are counted."""
    return [pair for pair in pairs if pair.left in counted and pair.right in counted]


def fewest(counted: Collection[int], pairs: Iterable[OpenPair]) -> int:
    """The lower bound: how many records, were every open pair one."""
    return len(set(components(counted, [(pair.left, pair.right) for pair in pairs]).values()))


def weighed(pairs: Sequence[OpenPair]) -> list[Weighed]:
    """The pairs, heaviest first; equally heavy ones by probability, then by record."""
    bridges = _bridges(pairs)
    found = [Weighed(pair, 1, int((pair.left, pair.right) in bridges)) for pair in pairs]
    return sorted(
        found,
        key=lambda w: (-w.if_same - w.if_different, -(w.pair.ppm or 0), w.pair.left, w.pair.right),
    )


def _bridges(pairs: Sequence[OpenPair]) -> set[tuple[int, int]]:
    """The pairs without which their records would hang together no more (Tarjan 1974)."""
    near: dict[int, list[int]] = defaultdict(list)
    for pair in pairs:
        near[pair.left].append(pair.right)
        near[pair.right].append(pair.left)
    entered: dict[int, int] = {}
    lowest: dict[int, int] = {}
    found: set[tuple[int, int]] = set()
    for start in near:
        if start in entered:
            continue
        entered[start] = lowest[start] = len(entered)
        path = [(start, start, iter(near[start]))]
        while path:
            record, came_from, rest = path[-1]
            for other in rest:
                if other not in entered:
                    entered[other] = lowest[other] = len(entered)
                    path.append((other, record, iter(near[other])))
                    break
                if other != came_from:
                    lowest[record] = min(lowest[record], entered[other])
            else:
                path.pop()
                if path:
                    lowest[came_from] = min(lowest[came_from], lowest[record])
                    if lowest[record] > entered[came_from]:
                        found.add((min(record, came_from), max(record, came_from)))
    return found
