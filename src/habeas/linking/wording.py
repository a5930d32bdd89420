"""Why two records are a candidate, in words that a reviewer can check against the sources.

Invariants: everything that was compared is said: what met, what differed, what was not known;
no reason is a number alone.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from habeas.linking.levels import (
    NAME_COMMON,
    NAME_CROWDED,
    NAME_OTHER,
    NAME_RARE,
    NAME_TURNED,
    UNKNOWN,
    unpacked,
)
from habeas.linking.reading import EARLIEST, LATEST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from habeas.linking.levels import Comparison
    from habeas.linking.places import PlaceUnits
    from habeas.linking.reading import ReadRecords

_KNOWN_AS = {
    "given": "given name", "father": "father's or family name", "birth": "year of birth",
    "place": "place", "gender": "gender", "identifier": "identifier",
}  # fmt: skip


#: What is known of one side of a pair: given and father's name, years of birth, places.
SIDE = ("g", "f", "y1", "y2", "pset")
#: Where that is in the two sides, one after the other.
_GIVEN, _FATHER, _TURNED = itemgetter(0, 5), itemgetter(1, 6), itemgetter(0, 6)
_YEARS, _PLACES, _NOTHING = itemgetter(2, 3, 7, 8), itemgetter(4, 9), itemgetter(slice(0))


class _Sentences(dict[tuple[int, ...], str]):
    """Sentences by what they are about, each worded once: a large run says few of them."""

    def __init__(self, word: Callable[..., str]) -> None:
        self._word = word

    def __missing__(self, about: tuple[int, ...]) -> str:
        sentence = self[about] = self._word(*about)
        return sentence


#: What of the two sides a sentence is about, and the sentences.
_Said = tuple["itemgetter[Any]", _Sentences]


class Wording:
    """Writes the reasons of one kind of record."""

    def __init__(
        self,
        read: ReadRecords,
        places: PlaceUnits,
        comparisons: tuple[Comparison, ...],
        whys: Mapping[tuple[int, int], str],
    ) -> None:
        """``whys``: what the comparison of two pieces said, the lower number first."""
        self._pieces = read.pieces.texts
        self._placesets = read.placesets.texts
        self._comparisons = comparisons
        self._units: dict[int, set[int]] = {}
        for placeset, unit, _ in places.members:
            self._units.setdefault(placeset, set()).add(unit)
        self._unit_names = places.names
        self._person = read.kind == "person"
        self._changed: dict[str, list[str]] = {}
        for change in read.changed:
            said = f"{change.name}: {'; '.join(change.changes)}"
            self._changed.setdefault(change.id, []).append(said)
        self._whys = whys
        self._plans: dict[int, list[_Said]] = {}
        self._said: dict[tuple[str, int], _Said] = {}

    def reasons(self, pattern: int, sides: tuple[int, ...], ids: Sequence[str]) -> tuple[str, ...]:
        """The reasons of a pair of rows (``SIDE`` of the left one, then of the right), and how
        the names of the two records were mended."""
        plan = self._plans.get(pattern) or self._plan(pattern)
        said = [told[about(sides)] for about, told in plan]
        if self._changed:
            for record in ids:
                said += self._changed.get(record, ())
        return tuple(said)

    def _plan(self, pattern: int) -> list[_Said]:
        """What is to be said of pairs with this pattern."""
        plan: list[_Said] = []
        unknown = []
        for each, step in zip(self._comparisons, unpacked(pattern, self._comparisons), strict=True):
            if step == UNKNOWN:
                unknown.append(self._known_as(each))
            else:
                if (each.name, step) not in self._said:
                    self._said[each.name, step] = self._say(each, step)
                plan.append(self._said[each.name, step])
        if unknown:
            not_known = f"not known of both: {', '.join(unknown)}"
            plan.append((_NOTHING, _Sentences(lambda: not_known)))
        self._plans[pattern] = plan
        return plan

    def _say(self, each: Comparison, step: int) -> _Said:
        """The sentences of one comparison on one step."""
        means = each.step(step).means
        if each.name in ("given", "father"):
            about = _TURNED if step == NAME_TURNED else _GIVEN if each.name == "given" else _FATHER
            return about, _Sentences(lambda one, other: self._name(each, step, one, other))
        if each.name == "birth":
            return _YEARS, _Sentences(
                lambda a, b, c, d: f"{means}: {_years(a, b)} and {_years(c, d)}"
            )
        if each.name == "place":
            return _PLACES, _Sentences(lambda one, other: self._place(each, step, one, other))
        return _NOTHING, _Sentences(lambda: means)

    def _known_as(self, comparison: Comparison) -> str:
        if comparison.name == "given" and not self._person:
            return "name"
        plain = comparison.name.removeprefix("field_").replace("_", " ")
        return _KNOWN_AS.get(comparison.name, plain)

    def _name(self, each: Comparison, step: int, left: int, right: int) -> str:
        known_as = self._known_as(each)
        one, other = self._pieces[left], self._pieces[right]
        if step == NAME_TURNED:
            return f"names in the other order: {one} and {other}"
        if step == NAME_OTHER:
            return f"another {known_as}: {one} and {other}"
        borne = {
            NAME_COMMON: ", a common one",
            NAME_RARE: ", a rare one",
            NAME_CROWDED: ", which very many have",
        }.get(step, "")
        if one == other:
            return f"{known_as} {one} on both sides{borne}"
        why = self._whys.get((min(left, right), max(left, right)), "")
        return f"{each.step(step).means}: {one} and {other}{f' ({why})' if why else ''}"

    def _place(self, each: Comparison, step: int, left: int, right: int) -> str:
        if step == 2:
            common = self._units.get(left, set()) & self._units.get(right, set())
            met = ", ".join(sorted(self._unit_names.get(unit, str(unit)) for unit in common))
            return f"a place in common: {met}" if met else "a place in common"
        written = (self._placesets[one].replace("\n", ", ") for one in (left, right))
        return f"{each.step(step).means}: {' and '.join(written)}"


def _years(first: int, last: int) -> str:
    if first == last:
        return str(first)
    known = "" if first == EARLIEST else str(first)
    return f"{known}–{'' if last == LATEST else last}"
