"""Several inventories of sites side by side: which sites they share, and how many there are in all.

An inventory is what some sources name. A site is on it if one of them says anything of it but a
denial; which of their entries are one site is a matter of judgements on mentions, never of names.

The number in all is a range over what nobody has decided. The upper end joins no open pair. The
lower end joins open pairs as far as judgements that two sites are different allow: the fewest
groups of records such that each hangs together by open pairs and holds no two that are different.
That is a colouring problem (NP-hard), so it is exact where a set of records that hang together by
open pairs has at most ``EXACT`` of them or no two that are different; else it is a bound, the
largest set of sites found that are all different from each other, and is said to be one.

Invariants: no exact minimum is above what is given as exact, none below the bound; the work grows
with the records, the open pairs and the judgements among them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from habeas.archive.components import components
from habeas.archive.review.pairs import OpenPair
from habeas.figures.definition.list_reading import ListOf

EXACT = 10  # records that hang together, up to which every division of them is tried
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FewestSites:
    """The lower end: how many sites at least, and whether so few are possible at all."""

    number: int
    exact: bool


@dataclass(frozen=True, slots=True)
class SharedSites:
    """How many sites two inventories share: at least and at most, over what is undecided."""

    left: int
    right: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Inventory:
    """One inventory: how many sites are on it at least and at most, and who makes it."""

    name: str
    includes: str
    sources: tuple[int, ...]
    fewest: FewestSites
    number: int
    alone: int  # as decided, on no other


@dataclass(frozen=True, slots=True)
class Inventories:
    """The inventories, what each two share, and on which each site is (by number from 0).

    ``grounds``: by site the claims that put it on them. ``apart``: the judgements "different"
    between sites that hang together by open pairs.
    """

    lists: tuple[Inventory, ...]
    shared: tuple[SharedSites, ...]
    on: Mapping[int, tuple[int, ...]]
    grounds: Mapping[int, tuple[int, ...]]
    fewest: FewestSites
    apart: tuple[int, ...]


def side_by_side(
    lists: Sequence[ListOf],
    listed: Mapping[str, Mapping[int, int]],
    sources: Mapping[str, Sequence[int]],
    counted: Collection[int],
    pairs: Sequence[OpenPair],
    apart: Mapping[Pair, int],
) -> Inventories:
    """The inventories over the ``counted`` sites.

    ``listed``: by inventory, each site with the claim that puts it there; ``sources``: by code.
    """
    wanted = set(counted)
    on: dict[int, tuple[int, ...]] = {}
    grounds: dict[int, tuple[int, ...]] = {}
    for number, each in enumerate(lists):
        for record, claim in sorted(listed.get(each.name, {}).items()):
            if record in wanted:
                on[record] = (*on.get(record, ()), number)
                grounds[record] = (*grounds.get(record, ()), claim)
    whole = components(on, [(pair.left, pair.right) for pair in pairs])
    on_list: dict[int, set[int]] = defaultdict(set)
    for record, numbers in on.items():
        for number in numbers:
            on_list[number].add(record)
    made = tuple(
        Inventory(
            each.name,
            each.includes,
            tuple(sorted({p for code in each.sources for p in sources.get(code, ())})),
            fewest_sites(on_list[number], pairs, apart),
            len(on_list[number]),
            sum(len(on[record]) == 1 for record in on_list[number]),
        )
        for number, each in enumerate(lists)
    )
    shared = tuple(
        _shared(left, right, on_list[left], on_list[right], whole)
        for left, right in combinations(range(len(lists)), 2)
    )
    together = {
        at
        for (left, right), at in apart.items()
        if left in whole and right in whole and whole[left] == whole[right]
    }
    return Inventories(
        made, shared, on, grounds, fewest_sites(on, pairs, apart), tuple(sorted(together))
    )


def _shared(
    left: int, right: int, one: Collection[int], other: Collection[int], whole: Mapping[int, int]
) -> SharedSites:
    """A shared site takes a record of each, and a set that hangs together may be one site."""
    of_one: dict[int, int] = defaultdict(int)
    of_other: dict[int, int] = defaultdict(int)
    for record in one:
        of_one[whole[record]] += 1
    for record in other:
        of_other[whole[record]] += 1
    both = set(one) & set(other)
    least = len({whole[record] for record in both})
    most = sum(min(number, of_other.get(place, 0)) for place, number in of_one.items())
    return SharedSites(left, right, least, most)


def fewest_sites(
    counted: Collection[int], pairs: Iterable[OpenPair], apart: Mapping[Pair, int]
) -> FewestSites:
    """The lower end for some records, which may hang together through others."""
    near: dict[int, set[int]] = defaultdict(set)
    for pair in pairs:
        near[pair.left].add(pair.right)
        near[pair.right].add(pair.left)
    whole = components(counted, [(left, right) for left in near for right in near[left]])
    members: dict[int, list[int]] = defaultdict(list)
    for record in {*counted, *near}:
        members[whole.get(record, record)].append(record)
    differ: dict[int, set[int]] = defaultdict(set)
    for left, right in apart:
        if whole.get(left, left) == whole.get(right, right):
            differ[left].add(right)
            differ[right].add(left)
    wanted, number, exact = set(counted), 0, True
    for records in members.values():
        here = [record for record in records if record in wanted]
        if len(here) < 2 or not any(differ.get(record) for record in records):
            number += bool(here)
        elif len(records) <= EXACT:
            number += _fewest_groups(sorted(records), wanted, near, differ)
        else:
            number += _all_different(here, differ)
            exact = False
    return FewestSites(number, exact)


def _fewest_groups(
    records: Sequence[int],
    counted: Collection[int],
    near: Mapping[int, set[int]],
    differ: Mapping[int, set[int]],
) -> int:
    """The fewest groups with a counted record among all divisions into groups that may be one."""
    n = len(records)
    place = {record: 1 << i for i, record in enumerate(records)}
    joins = [sum(place[other] for other in near.get(r, ()) if other in place) for r in records]
    bars = [sum(place[other] for other in differ.get(r, ()) if other in place) for r in records]
    counts = sum(place[record] for record in records if record in counted)
    possible = [_may_be_one(mask, joins, bars) for mask in range(1 << n)]
    best = [0] * (1 << n)
    for mask in range(1, 1 << n):
        lowest = mask & -mask
        rest, found = mask ^ lowest, n
        part = rest
        while True:
            group = part | lowest
            if possible[group]:
                found = min(found, best[mask ^ group] + bool(group & counts))
            if not part:
                break
            part = (part - 1) & rest
        best[mask] = found
    return best[-1]


def _may_be_one(mask: int, joins: Sequence[int], bars: Sequence[int]) -> bool:
    """Whether these hang together by open pairs, and no two of them are different."""
    reached, new = 0, mask & -mask
    while new:
        reached |= new
        step = 0
        for i, others in enumerate(joins):
            if new >> i & 1:
                if bars[i] & mask:
                    return False
                step |= others & mask
        new = step & ~reached
    return reached == mask


def _all_different(records: Iterable[int], differ: Mapping[int, set[int]]) -> int:
    """How many that are all different from each other are found, those with most others first."""
    chosen: set[int] = set()
    for record in sorted(records, key=lambda r: (-len(differ.get(r, ())), r)):
        if chosen <= differ.get(record, set()):
            chosen.add(record)
    return len(chosen)
