"""A small set of people with doubles, and crowds of records that have one value in common.

Nobody in it exists: names of the table drawn at random, and a year of birth; nothing else.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.linking.people import person
from tests.support import xinjiang
from tests.support.xinjiang import link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from habeas.linking import LinkageRun, LinkingSettings, LinkRecord

PEOPLE, DOUBLES = 250, 60
YEARS = tuple(range(1940, 2000))


def doubled(
    seed: int = 7, *, fathers: bool = False
) -> tuple[list[LinkRecord], set[tuple[str, str]]]:
    """250 people, 60 of them twice with another spelling where there is one; and those pairs.

    Without ``fathers``, one name each: enough to be likely, not enough to be certain.
    """
    chooser = random.Random(seed)  # noqa: S311
    names = [name for name in xinjiang.TABLE.names if name.language == "ug" and name.latin]
    records, true = [], set()
    for number in range(PEOPLE):
        given, father = chooser.choice(names), chooser.choice(names)
        year = chooser.choice(YEARS)
        born = {"birth_from": year, "birth_to": year}
        whole, again = given.name, chooser.choice(given.latin)
        if fathers:
            whole, again = f"{whole} {father.name}", f"{again} {chooser.choice(father.latin)}"
        records.append(person(f"p{number:03}", whole, **born))
        if number < DOUBLES:
            records.append(person(f"p{number:03}b", again, **born))
            true.add((f"p{number:03}", f"p{number:03}b"))
    chooser.shuffle(records)
    return records, true


def crowd(
    size: int, *names: str, years: tuple[int | None, ...] = YEARS, seed: int = 11
) -> list[LinkRecord]:
    """Records of these names in turn, each with one of these years of birth."""
    chooser = random.Random(seed)  # noqa: S311
    found = []
    for number in range(size):
        year = chooser.choice(years)
        some = (names[number % len(names)],)
        found.append(person(f"c{number:05}", *some, birth_from=year, birth_to=year))
    return found


def mean_of(found: LinkageRun, true: Iterable[tuple[str, str]]) -> float:
    """The mean probability of these pairs; one that is no candidate has none."""
    said = {(each.left, each.right): each.probability for each in found.candidates}
    pairs = list(true)
    return sum(said.get(pair, 0.0) for pair in pairs) / len(pairs)


def linked(
    crowded: list[LinkRecord], settings: LinkingSettings | None = None, seed: int = 7
) -> float:
    """The mean probability of the true pairs beside a crowd."""
    records, true = doubled(seed)
    return mean_of(link([*records, *crowded], settings=settings), true)
