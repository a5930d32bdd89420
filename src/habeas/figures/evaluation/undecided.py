"""A count with pairs that nobody has decided: a range, and which pair moves it most.

The upper end takes every open pair as two records. The lower end takes every open pair as
one: it is the number of components of the counted records under their open pairs. Pairs
judged different are not weighed against each other (if a-b and b-c are open and a is not c,
both cannot be the same), because the exact minimum is a colouring problem (NP-hard); so the
lower end is a bound and is called one.

Open pairs count by what they lead to: if a-b and b-c are open and only a and c are counted,
those two may be one all the same. No range bounds what a rule does with a record that is joined to
one that is not counted: it may drop a counted one, or count two that were not. That there are
such pairs is a weak point of the count.

A pair's weight is what the range loses when it alone is decided: 1 at its upper end where
both are counted and are the same, and 1 at its lower end where they are different and no
other way of open pairs joins the counted records on either side.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from habeas.archive.components import components
from habeas.archive.review.pairs import OpenPair


class Weighed(NamedTuple):
    """An open pair on a way between counted records; what deciding it takes off the range."""

    pair: OpenPair
    if_same: int
    if_different: int


def between(pairs: Iterable[OpenPair], counted: Collection[int]) -> list[OpenPair]:
    """The open pairs by which counted records may be one: dead ends are left out."""
    kept = list(pairs)
    while True:
        met = Counter(record for pair in kept for record in (pair.left, pair.right))
        ends = {record for record, times in met.items() if times == 1 and record not in counted}
        if not ends:
            break
        kept = [pair for pair in kept if pair.left not in ends and pair.right not in ends]
    whole = _together(counted, kept)
    several = Counter(whole[record] for record in counted)
    return [pair for pair in kept if several[whole[pair.left]] > 1]


def fewest(counted: Collection[int], pairs: Iterable[OpenPair]) -> int:
    """The lower bound: how many counted records, were every open pair one."""
    whole = _together(counted, pairs)
    return len({whole[record] for record in counted})


def fewest_in(group: Collection[int], counted: Collection[int], pairs: Iterable[OpenPair]) -> int:
    """The lower bound of a group of the counted records.

    Records of a group that may be one with a counted record outside of it may leave the group.
    """
    whole = _together(counted, pairs)
    inside = set(group)
    outside = {whole[record] for record in counted if record not in inside}
    return len({whole[record] for record in inside} - outside)


def weighed(pairs: Sequence[OpenPair], counted: Collection[int]) -> list[Weighed]:
    """The pairs, heaviest first; equally heavy ones by probability, then by record."""
    bridges = _bridges(pairs, counted)
    found = [
        Weighed(
            pair,
            int(pair.left in counted and pair.right in counted),
            int((pair.left, pair.right) in bridges),
        )
        for pair in pairs
    ]
    return sorted(
        found,
        key=lambda w: (-w.if_same - w.if_different, -(w.pair.ppm or 0), w.pair.left, w.pair.right),
    )


def _together(counted: Iterable[int], pairs: Iterable[OpenPair]) -> dict[int, int]:
    return components(counted, [(pair.left, pair.right) for pair in pairs])


def _bridges(pairs: Sequence[OpenPair], counted: Collection[int]) -> set[tuple[int, int]]:
    """The pairs without which counted records would hang together no more (Tarjan 1974)."""
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
        below = defaultdict(int, {start: int(start in counted)})  # counted, with what hangs on it
        cut: list[tuple[int, int]] = []
        path = [(start, start, iter(near[start]))]
        while path:
            record, came_from, rest = path[-1]
            for other in rest:
                if other not in entered:
                    entered[other] = lowest[other] = len(entered)
                    below[other] = int(other in counted)
                    path.append((other, record, iter(near[other])))
                    break
                if other != came_from:
                    lowest[record] = min(lowest[record], entered[other])
            else:
                path.pop()
                if path:
                    below[came_from] += below[record]
                    lowest[came_from] = min(lowest[came_from], lowest[record])
                    if lowest[record] > entered[came_from]:
                        cut.append((came_from, record))
        for above, record in cut:
            if 0 < below[record] < below[start]:
                found.add((min(record, above), max(record, above)))
    return found
