"""The places of records, by the gazetteer of ``names``; as written where it has none.

Invariants: a spelling that may mean several places meets all of them; a township meets its
county. Only so many unlisted spellings are sought by sound, the most frequent ones; what was
not sought is reported and still meets its own spelling.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from habeas.linking.records import Lost
from habeas.names import cleaning, gazetteer, table
from habeas.names.errors import BadName
from habeas.vocabulary.errors import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from habeas.names.units import Unit
    from habeas.vocabulary.region import Region

#: Unlisted spellings that are sought by sound: each takes about a third of a second.
_SOUGHT = 40
_TEXT_FROM = 10_000_000


@dataclass(slots=True)
class PlaceUnits:
    """(placeset, unit, prefecture or 0) and how each unit is called."""

    members: list[tuple[int, int, int]] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    lost: list[Lost] = field(default_factory=list)


def read_places(
    placesets: Mapping[str, int],
    weights: Mapping[int, int],
    region: Region,
    progress: Callable[[int, int], None],
) -> PlaceUnits:
    """Units of every set of spellings. ``weights``: how many rows have each set."""
    found = PlaceUnits()
    units: dict[str, tuple[tuple[int, int], ...]] = {}
    borne: dict[str, int] = {}
    for placeset, number in placesets.items():
        for written in placeset.split("\n"):
            borne[written] = borne.get(written, 0) + weights.get(number, 0)
    listed = gazetteer.of(region)
    unlisted = []
    for written in sorted(borne):
        try:
            known = listed.listed(written)
        except BadName as error:
            found.lost.append(Lost("place", shown(written), borne[written], error.message))
            continue
        if known:
            units[written] = tuple(_unit(each, found, listed) for each in known)
        else:
            unlisted.append(written)
    unlisted.sort(key=lambda written: (-borne[written], written))
    texts: dict[str, int] = {}
    for at, written in enumerate(unlisted):
        key = table.folded(cleaning.clean(written).text).replace(" ", "")
        own = texts.setdefault(key, _TEXT_FROM + len(texts) + 1)
        found.names.setdefault(own, written)
        near = listed.resolve(written) if at < _SOUGHT else ()
        progress(min(at, _SOUGHT), min(len(unlisted), _SOUGHT))
        units[written] = ((own, 0), *(_unit(each.unit, found, listed) for each in near))
    if len(unlisted) > _SOUGHT:
        rest = unlisted[_SOUGHT:]
        found.lost.append(
            Lost(
                "place",
                f"{len(rest)} spellings of places",
                sum(borne[written] for written in rest),
                "They are not in the gazetteer and too many to be sought by sound:"
                " they meet only the same spelling.",
            )
        )
    for placeset, number in placesets.items():
        members = {unit for written in placeset.split("\n") for unit in units.get(written, ())}
        found.members += [(number, unit, wide) for unit, wide in sorted(members)]
    return found


def _unit(unit: Unit, found: PlaceUnits, listed: gazetteer.Gazetteer) -> tuple[int, int]:
    """A unit and what it lies in, below the province; a township counts as its county."""
    if unit.level == "township":
        unit = listed.unit(unit.parent)
    number = listed.number(unit)
    found.names[number] = unit.name
    return number, listed.wide_number(unit)
