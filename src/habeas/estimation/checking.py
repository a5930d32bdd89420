"""What must hold before anything is fitted: enough lists, and people who are on several.

``check`` refuses what no method can answer and gives cautions for what makes every answer
weak. Each has a code, part of the interface, and a sentence in plain words.

Invariants: nothing here fits a model; a table that passes can still be refused by a method.
"""

from __future__ import annotations

from habeas.estimation import compiling, overlapping
from habeas.estimation.errors import (
    Caution,
    Disconnected,
    EmptyList,
    TooFewLists,
    TooFewPeople,
)
from habeas.estimation.overlapping import FEWEST_LISTS
from habeas.estimation.tables import CaptureTable

FEWEST_PERSONS = 20
FEWEST_ON_SEVERAL = 7  # Robson and Regier 1964: with fewer the bias may be of any size
THIN_PERSONS = 30  # on several lists: fewer is thin
THIN_SHARE = 0.1  # of the observed


def check(table: CaptureTable) -> list[Caution]:
    """Cautions about the table. Raises a ``Refused`` where no estimate is possible."""
    if len(table.lists) < FEWEST_LISTS:
        raise TooFewLists(
            f"The table has {len(table.lists)} lists; an estimate needs {FEWEST_LISTS}.",
            next_step="With two lists nothing can tell dependence from a larger population. "
            "Find a third list, or report the count as a floor.",
        )
    for name, total in table.list_totals.items():
        if not total:
            raise EmptyList(f"No one is on the list {name!r}.", next_step="Leave that list out.")
    _check_connected(table)
    pairs = overlapping.close_pairs(table)
    overlapping.refuse_copies(table, pairs)
    _check_people(table)
    compiled = compiling.compiled_lists(table)
    compiling.refuse_compiled(table, compiled)
    return [
        *_cautions(table),
        *overlapping.cautions(table, pairs),
        *compiling.caution_of_compiled(table, compiled),
    ]


def components(table: CaptureTable) -> list[set[int]]:
    """Groups of lists that are joined by shared people, directly or through others."""
    left = set(range(len(table.lists)))
    groups = []
    while left:
        group, todo = set[int](), [min(left)]
        while todo:
            j = todo.pop()
            if j not in group:
                group.add(j)
                todo += [k for k in left - group if table.shared(j, k)]
        groups.append(group)
        left -= group
    return groups


def _check_connected(table: CaptureTable) -> None:
    groups = components(table)
    for group in groups:
        if len(group) == 1:
            raise Disconnected(
                f"No one on the list {table.lists[min(group)]!r} is on any other list.",
                next_step="If the two exclude each other by construction, declare those "
                "combinations impossible; else leave the list out, or merge it with one of "
                "its kind.",
            )
    if not any(len(group) >= FEWEST_LISTS for group in groups):
        raise Disconnected(
            "No three lists are joined by people whom they share.",
            next_step="An estimate needs three lists that overlap. Report the count as a floor.",
        )


def _check_people(table: CaptureTable) -> None:
    observed, several = table.observed, table.on_several
    if observed < FEWEST_PERSONS or several < FEWEST_ON_SEVERAL:
        raise TooFewPeople(
            f"{observed:,} observed, {several:,} of them on more than one list, are too few: an "
            f"estimate needs {FEWEST_PERSONS} and {FEWEST_ON_SEVERAL}.",
            next_step="Any number would be the method's own, not the table's. Report the count "
            "as a floor.",
        )


def _cautions(table: CaptureTable) -> list[Caution]:
    found = []
    several, observed = table.on_several, table.observed
    if several < THIN_PERSONS or several < THIN_SHARE * observed:
        found.append(
            Caution(
                "thin-overlap",
                f"Only {several:,} of {observed:,} observed are on more than one list. "
                "All that an estimate can learn comes from them: a few wrong or missed "
                "matches move it much.",
            )
        )
    lists = table.lists
    apart = [
        f"{lists[a]} and {lists[b]}"
        for b in range(len(lists))
        for a in range(b)
        if not table.shared(a, b)
    ]
    if apart:
        more = f" and {len(apart) - 3} more" if len(apart) > 3 else ""
        found.append(
            Caution(
                "lists-apart",
                f"These pairs of lists have no one in common: {'; '.join(apart[:3])}{more}. If a "
                "pair cannot have anyone in common by construction, that must be declared.",
            )
        )
    if len(components(table)) > 1:
        found.append(
            Caution(
                "groups-apart",
                "The lists fall into groups with no one in common. The groups may cover different "
                "populations.",
            )
        )
    return found
