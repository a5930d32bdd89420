"""Why two records are a candidate, in words that a reviewer can check against the sources.

Invariants: everything that was compared is said: what met, what differed, what was not known;
no reason is a number alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

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
    from collections.abc import Mapping, Sequence

    from habeas.linking.levels import Comparison
    from habeas.linking.places import Places
    from habeas.linking.reading import Read

_KNOWN_AS = {
    "given": "given name", "father": "father's or family name", "birth": "year of birth",
    "place": "place", "gender": "gender", "identifier": "identifier",
}  # fmt: skip


class Side(NamedTuple):
    """One row of a pair, as the tables have it."""

    g: int
    f: int
    y1: int
    y2: int
    pset: int


class Wording:
    """Writes the reasons of one kind of record."""

    def __init__(self, read: Read, places: Places, comparisons: tuple[Comparison, ...]) -> None:
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
        self._same: dict[str, str] = {}
        self._plans: dict[int, list[tuple[Comparison, int, str]]] = {}

    def reasons(
        self, pattern: int, left: Side, right: Side, why: Mapping[str, str], ids: Sequence[str]
    ) -> tuple[str, ...]:
        """The reasons of one pair; ``why``: what the comparison of the names said."""
        said = []
        for each, step, static in self._plan(pattern):
            if static:
                said.append(static)
            elif each.name in ("given", "father"):
                said.append(self._name(each, step, left, right, why.get(each.name, "")))
            elif each.name == "birth":
                said.append(f"{each.step(step).means}: {_years(left)} and {_years(right)}")
            else:
                said.append(self._place(each, step, left, right))
        for record in ids:
            if record in self._changed:
                said += self._changed[record]
        # most pairs of a run give the same few sentences: keep each once
        keep = self._same.setdefault
        return tuple([keep(reason, reason) for reason in said])

    def _plan(self, pattern: int) -> list[tuple[Comparison, int, str]]:
        """What a pattern says: comparison and step, and the sentence where every pair has it."""
        if pattern in self._plans:
            return self._plans[pattern]
        plan, unknown = [], []
        for each, step in zip(self._comparisons, unpacked(pattern, self._comparisons), strict=True):
            if step == UNKNOWN:
                unknown.append(self._known_as(each))
            else:
                own_words = each.name in ("given", "father", "birth", "place")
                plan.append((each, step, "" if own_words else each.step(step).means))
        if unknown:
            plan.append((self._comparisons[0], UNKNOWN, f"not known of both: {', '.join(unknown)}"))
        self._plans[pattern] = plan
        return plan

    def _known_as(self, comparison: Comparison) -> str:
        if comparison.name == "given" and not self._person:
            return "name"
        plain = comparison.name.removeprefix("field_").replace("_", " ")
        return _KNOWN_AS.get(comparison.name, plain)

    def _name(self, each: Comparison, step: int, left: Side, right: Side, why: str) -> str:
        known_as = self._known_as(each)
        pair = (left.g, right.g) if each.name == "given" else (left.f, right.f)
        one, other = (self._pieces[piece] for piece in pair)
        if step == NAME_TURNED:
            return f"names in the other order: {one} and {self._pieces[right.f]}"
        if step == NAME_OTHER:
            return f"another {known_as}: {one} and {other}"
        borne = {NAME_COMMON: ", a common one", NAME_RARE: ", a rare one"}.get(step, "")
        if one == other:
            return f"{known_as} {one} on both sides{borne}"
        return f"{each.step(step).means}: {one} and {other}{f' ({why})' if why else ''}"

    def _place(self, each: Comparison, step: int, left: Side, right: Side) -> str:
        if step == 2:
            common = self._units.get(left.pset, set()) & self._units.get(right.pset, set())
            met = ", ".join(sorted(self._unit_names.get(unit, str(unit)) for unit in common))
            return f"a place in common: {met}" if met else "a place in common"
        written = (self._placesets[side.pset].replace("\n", ", ") for side in (left, right))
        return f"{each.step(step).means}: {' and '.join(written)}"


def _years(side: Side) -> str:
    if side.y1 == side.y2:
        return str(side.y1)
    first = "" if side.y1 == EARLIEST else str(side.y1)
    return f"{first}–{'' if side.y2 == LATEST else side.y2}"
