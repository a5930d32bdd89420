"""Why two records are a candidate, in words that a reviewer can check against the sources.

Invariants: everything that was compared is said: what met, what differed, what was not known;
no reason is a number alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from habeas.linking.levels import (
    NAME_COMMON,
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
    from habeas.linking.places import Places
    from habeas.linking.reading import Read

_KNOWN_AS = {
    "given": "given name", "father": "father's or family name", "birth": "year of birth",
    "place": "place", "gender": "gender", "identifier": "identifier",
}  # fmt: skip


#: One row of a pair: given and father's name, first and last year of birth, places.
Side = tuple[int, int, int, int, int]
_G, _F, _PLACES = itemgetter(0), itemgetter(1), itemgetter(4)
_NAMES, _YEARS = itemgetter(0, 1), itemgetter(2, 3)


@dataclass(slots=True)
class _Said:
    """A sentence: ``fixed``, or by what both rows have in the columns ``of``, worded once each.

    Most candidates of a large run say the same few sentences, which are kept once.
    """

    fixed: str = ""
    of: Callable[[Side], Any] = _G
    tell: Callable[[Side, Side], str] = lambda left, right: ""
    before: dict[tuple[Any, Any], str] = field(default_factory=dict)


class Wording:
    """Writes the reasons of one kind of record."""

    def __init__(
        self,
        read: Read,
        places: Places,
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
        self._sentences: dict[tuple[str, int], _Said] = {}

    def reasons(self, pattern: int, left: Side, right: Side, ids: Sequence[str]) -> tuple[str, ...]:
        """The reasons of one pair of rows, and how the names of the two records were mended."""
        said = []
        for each in self._plans.get(pattern) or self._plan(pattern):
            if each.fixed:
                said.append(each.fixed)
                continue
            met = each.of(left), each.of(right)
            reason = each.before.get(met)
            if reason is None:
                reason = each.before[met] = each.tell(left, right)
            said.append(reason)
        if self._changed:
            for record in ids:
                said += self._changed.get(record, ())
        return tuple(said)

    def _plan(self, pattern: int) -> list[_Said]:
        """What is to be said of pairs with this pattern."""
        plan, unknown = [], []
        for each, step in zip(self._comparisons, unpacked(pattern, self._comparisons), strict=True):
            if step == UNKNOWN:
                unknown.append(self._known_as(each))
            else:
                plan.append(self._said(each, step))
        if unknown:
            plan.append(_Said(f"not known of both: {', '.join(unknown)}"))
        self._plans[pattern] = plan
        return plan

    def _said(self, each: Comparison, step: int) -> _Said:
        """The sentence of one comparison on one step."""
        if (each.name, step) not in self._sentences:
            self._sentences[each.name, step] = self._sentence(each, step)
        return self._sentences[each.name, step]

    def _sentence(self, each: Comparison, step: int) -> _Said:
        if each.name in ("given", "father"):
            of = _NAMES if step == NAME_TURNED else _G if each.name == "given" else _F
            return _Said("", of, lambda left, right: self._name(each, step, left, right))
        if each.name == "birth":
            means = each.step(step).means
            return _Said(
                "", _YEARS, lambda left, right: f"{means}: {_years(left)} and {_years(right)}"
            )
        if each.name == "place":
            return _Said("", _PLACES, lambda left, right: self._place(each, step, left, right))
        return _Said(each.step(step).means)

    def _known_as(self, comparison: Comparison) -> str:
        if comparison.name == "given" and not self._person:
            return "name"
        plain = comparison.name.removeprefix("field_").replace("_", " ")
        return _KNOWN_AS.get(comparison.name, plain)

    def _name(self, each: Comparison, step: int, left: Side, right: Side) -> str:
        known_as = self._known_as(each)
        of = _G if each.name == "given" else _F
        pair = of(left), of(right)
        one, other = (self._pieces[piece] for piece in pair)
        if step == NAME_TURNED:
            return f"names in the other order: {one} and {self._pieces[_F(right)]}"
        if step == NAME_OTHER:
            return f"another {known_as}: {one} and {other}"
        borne = {NAME_COMMON: ", a common one", NAME_RARE: ", a rare one"}.get(step, "")
        if one == other:
            return f"{known_as} {one} on both sides{borne}"
        why = self._whys.get((min(pair), max(pair)), "")
        return f"{each.step(step).means}: {one} and {other}{f' ({why})' if why else ''}"

    def _place(self, each: Comparison, step: int, left: Side, right: Side) -> str:
        if step == 2:
            common = self._units.get(_PLACES(left), set()) & self._units.get(_PLACES(right), set())
            met = ", ".join(sorted(self._unit_names.get(unit, str(unit)) for unit in common))
            return f"a place in common: {met}" if met else "a place in common"
        written = (self._placesets[_PLACES(side)].replace("\n", ", ") for side in (left, right))
        return f"{each.step(step).means}: {' and '.join(written)}"


def _years(side: Side) -> str:
    first, last = _YEARS(side)
    if first == last:
        return str(first)
    known = "" if first == EARLIEST else str(first)
    return f"{known}–{'' if last == LATEST else last}"
