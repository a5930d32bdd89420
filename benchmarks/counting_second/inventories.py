"""Inventories side by side, as ``docs/methods/inventories.md`` says: who is on which, and how many.

The fewest are found by trying every division of the records that hang together by open pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from benchmarks.counting_second.asking import listed
from benchmarks.counting_second.found import Found
from benchmarks.counting_second.ledger import Ledger, UnknownSourceError

Pairs = set[tuple[int, int]]
NONE_PROPOSED = 2.0  # a probability that no pair has: only those that a reviewer could not tell


def on_each(ledger: Ledger, definition: Any) -> dict[str, dict[int, int]]:
    """By inventory the records on it, each with the earliest claim that puts it there."""
    found: dict[str, dict[int, int]] = {}
    for each in definition["inventories"]:
        codes = set(listed(each["sources"]))
        if codes - {source["code"] for source in ledger.source.values()}:
            raise UnknownSourceError(each["name"])
        on: dict[int, int] = {}
        for claim in sorted(ledger.live_claims, key=lambda claim: claim["position"]):
            speaker = ledger.source[claim["attribution"][0]["source"]]
            if speaker["code"] in codes and claim["stance"] != "denies":
                on.setdefault(ledger.record_of[claim["subject"]], claim["position"])
        found[each["name"]] = on
    return found


def keep_those_on_one(found: Found, lists: dict[str, dict[int, int]]) -> None:
    on_any = set().union(*lists.values())
    dropped = [member for member in found.members if member not in on_any]
    found.steps.append(("inventories", dropped, []))
    found.members = [member for member in found.members if member in on_any]


def lay_side_by_side(
    ledger: Ledger, found: Found, lists: dict[str, dict[int, int]], pairs: Pairs
) -> None:
    members = set(found.members)
    apart = {
        (ledger.record_of[row["left"]], ledger.record_of[row["right"]])
        for row in ledger.live_judgements
        if row["verdict"] == "different"
    }
    for member in members:
        firsts = {on[member] for on in lists.values() if member in on}
        found.decided[member] = sorted({*found.decided[member], *firsts})
    found.fewest = fewest(members, pairs, apart)
    on = {name: members & set(records) for name, records in lists.items()}
    for name, records in on.items():
        others = set().union(*(on[other] for other in on if other != name))
        least = fewest(records, pairs, apart)
        found.lists.append((name, len(records), least, len(records - others)))
    together = list(hang_together(members, pairs))
    for (left, one), (right, other) in combinations(enumerate(on.values()), 2):
        least = sum(bool(each & one & other) for each in together)
        most = sum(min(len(each & one), len(each & other)) for each in together)
        found.shared.append((left, right, least, most))


def hang_together(records: Iterable[int], pairs: Pairs) -> Iterator[set[int]]:
    """The sets of records that hang together by open pairs, also through records not counted."""
    left = {*records, *(record for pair in pairs for record in pair)}
    while left:
        found, new = set(), {min(left)}
        while new:
            found |= new
            new = {r for pair in pairs for r in pair if found & set(pair)} - found
        yield found
        left -= found


def fewest(wanted: set[int], pairs: Pairs, apart: Pairs) -> int:
    """Groups that each hang together and hold no two that are different: the fewest of them."""
    return sum(
        min(
            sum(bool(group & wanted) for group in groups)
            for groups in _divisions(sorted(together), apart)
            if all(len(list(hang_together(group, _among(pairs, group)))) == 1 for group in groups)
        )
        for together in hang_together(wanted, pairs)
    )


def _among(pairs: Pairs, group: set[int]) -> Pairs:
    return {pair for pair in pairs if group >= set(pair)}


def _divisions(records: list[int], apart: Pairs) -> Iterator[list[set[int]]]:
    """Every division of records into groups in which no two are different."""
    if not records:
        yield []
        return
    *others, last = records
    for groups in _divisions(others, apart):
        yield [*groups, {last}]
        for number, group in enumerate(groups):
            if not any((one, last) in apart or (last, one) in apart for one in group):
                yield [*groups[:number], group | {last}, *groups[number + 1 :]]
