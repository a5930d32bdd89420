"""Places of a region by all their spellings: ``Gazetteer.resolve`` and what two spellings mean.

Invariants: a spelling that two places share resolves to both, with what tells them apart; a
spelling that is only near says so and is never given alone as sure. Every form has a source.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from habeas.names import characters, cleaning, comparing, gazetteer_files, ranks, table
from habeas.names.errors import BadGazetteer, BadName
from habeas.names.table import Index, checked_index
from habeas.names.units import Form, Unit
from habeas.vocabulary import places, texts
from habeas.vocabulary.errors import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from habeas.vocabulary.region import Region

#: A near spelling is offered from this likeness on, and as long as it is this near the best.
_NEAR, _BEHIND = 0.8, 0.04
_MOST_NEAR = 5
#: Numbers of units whose code is not one; counties have six digits, so these lie above them.
_NO_CODE = 1_000_000
#: Kinds of form that sound as another form of the unit does: not compared again.
_SAME_SOUNDS = frozenset(("other", "uey", "uky", "uyy", "kk-latin", "ky-latin"))


@dataclass(frozen=True, slots=True)
class PossiblePlace:
    """A place that a spelling may mean. ``sure``: the spelling is listed for it.

    ``apart`` says what would tell it from the other candidates.
    """

    unit: Unit
    form: Form
    sure: bool
    similarity: float
    apart: str
    reasons: tuple[str, ...]


class PlaceComparison(NamedTuple):
    """What a gazetteer says of two spellings: ``sure`` where each has one meaning only."""

    same: bool
    sure: bool
    why: str


class Gazetteer:
    """Units and the index of their spellings, whose ranks are written as in a region."""

    def __init__(
        self, name: str, units: Iterable[Unit], sources: dict[str, str], region: Region
    ) -> None:
        self.name = name
        self.region = region
        self.units = tuple(units)
        self.sources = sources
        self._by_id = {unit.id: unit for unit in self.units}
        self._numbers = {
            unit.id: int(unit.id) if unit.id.isdecimal() else _NO_CODE + at
            for at, unit in enumerate(self.units, 1)
        }
        self._forms = tuple((unit, form) for unit in self.units for form in unit.forms)
        self._index: Index | None = None

    @property
    def index(self) -> Index:
        """The places of each spelling's forms among all, in order; made when first needed."""
        if self._index is None:
            found: dict[str, list[int]] = {}
            for at, (_, form) in enumerate(self._forms):
                for key in {_key(form.text), _key(ranks.bare(form.text, self.region))}:
                    found.setdefault(key, []).append(at)
            self._index = found
        return self._index

    @index.setter
    def index(self, index: Index) -> None:
        self._index = index

    def checked(self, index: Any) -> Index:
        """What ``index`` gave in an earlier process. Errors: ``ValueError`` where it did not."""
        return checked_index(index, len(self._forms))

    def unit(self, code: str) -> Unit:
        """The unit that has or had this code. Errors: ``BadGazetteer``."""
        if code in self._by_id:
            return self._by_id[code]
        for unit in self.units:
            if any(entry.code == code for entry in unit.codes):
                return unit
        raise BadGazetteer(
            f"The gazetteer {self.name} has no code {shown(code)}.",
            next_step="Give the id of a unit, or use resolve() with a name.",
        )

    def number(self, unit: Unit) -> int:
        """A number of the unit: of its code, where that is one."""
        return self._numbers[unit.id]

    def wide_number(self, unit: Unit) -> int:
        """A number of what the unit lies in, the unit itself where nothing is above it but a
        country; 0 for a province."""
        if unit.level == "province":
            return 0
        if unit.id.isdecimal():  # of GB/T 2260: the first four digits are the prefecture's
            return int(unit.id[:4])
        return self._numbers.get(unit.parent, self._numbers[unit.id])

    def resolve(self, spelling: str) -> tuple[PossiblePlace, ...]:
        """Every place that the spelling may mean. Errors: ``BadName`` for what is no name.

        Listed spellings first and alone; else those that sound near, none of them ``sure``.
        """
        text = cleaning.clean(spelling).text
        listed = self._by_spelling(text)
        if not listed:
            return self._near(ranks.bare(text, self.region))
        units = [unit for unit, _ in listed.values()]
        return tuple(
            PossiblePlace(unit, form, True, 1.0, self._apart(unit, units), (_listed(form),))
            for unit, form in listed.values()
        )

    def listed(self, spelling: str) -> tuple[Unit, ...]:
        """The units that the spelling is listed for, without seeking near ones: a look-up.

        Errors: ``BadName`` for what is no name.
        """
        return tuple(unit for unit, _ in self._by_spelling(cleaning.clean(spelling).text).values())

    def places_of(self, left: str, right: str) -> PlaceComparison | None:
        """Whether two spellings are listed for one place, or for places that lie apart.

        None where the gazetteer cannot say: a spelling is not listed, whoever names one of the
        places may mean the other, or one of them has no form in the script in which the other
        is written, so that nobody knows how it would be. The same in both directions. Errors:
        ``BadName`` for what is no name.
        """
        left, right = sorted(cleaning.clean(spelling).text for spelling in (left, right))
        mine, theirs = self.listed(left), self.listed(right)
        if not mine or not theirs:
            return None
        if both := [unit for unit in mine if unit in theirs]:
            alone = len(mine) == len(theirs) == 1
            # another place may bear what is only an alternative name of this one
            other = any(self._is_alternative(text, both[0]) for text in (left, right))
            return PlaceComparison(True, alone and not other, f"both are listed for {_named(both)}")
        said = [ranks.rank_said(text, self.region) for text in (left, right)]
        told_apart = all(said) and said[0] != said[1]
        if not told_apart and any(self._may_mean(one, other) for one in mine for other in theirs):
            return None
        written = _written_in(mine, right) and _written_in(theirs, left)
        if not told_apart and not written:
            return None
        return PlaceComparison(False, True, f"listed for {_named(mine)} and for {_named(theirs)}")

    def without_ranks(self, left: str, right: str) -> tuple[str, str] | None:
        """Both without words that can only be ranks; None where there are none, or two that
        differ."""
        left, right = cleaning.clean(left).text, cleaning.clean(right).text
        bare = (
            ranks.without_ranks(left, self.region),
            ranks.without_ranks(right, self.region),
        )
        said = [ranks.rank_said(text, self.region) for text in (left, right)]
        if bare == (left, right) or (all(said) and said[0] != said[1]):
            return None
        return bare

    def _is_alternative(self, text: str, unit: Unit) -> bool:
        key = _key(text)
        kinds = {form.kind for form in unit.forms if _key(form.text) == key}
        return kinds == {"alt"}

    def _may_mean(self, one: Unit, other: Unit) -> bool:
        """A place is often called by what it lies in, or by the city beside it: 和田市, 和田县.

        Such a city and county share their names; a single spelling in common is rather a slip
        of somebody's romanisation (Kakoliko for 若羌 and 叶城).
        """
        within = one.id in self._above(other) or other.id in self._above(one)
        return within or len(_spellings(one, self.region) & _spellings(other, self.region)) > 1

    def _above(self, unit: Unit) -> tuple[str, ...]:
        """What the unit lies in, the nearest first."""
        found: list[str] = []
        above: Unit | None = unit
        while above and above.parent and above.parent not in found:
            found.append(above.parent)
            above = self._by_id.get(above.parent)
        return tuple(found)

    def _by_spelling(self, text: str) -> dict[str, tuple[Unit, Form]]:
        listed: dict[str, tuple[Unit, Form]] = {}
        whole, *shorter = map(_key, ranks.ways(text, self.region))
        first = next((key for key in shorter if key in self.index), "")
        for key in (whole, first):
            for unit, form in (self._forms[at] for at in self.index.get(key, ())):
                listed.setdefault(unit.id, (unit, form))
        for keep in (_of_rank(text, self.region), _written(text, self.region), _no_township):
            listed = {k: v for k, v in listed.items() if keep(*v)} or listed
        return listed

    def _near(self, text: str) -> tuple[PossiblePlace, ...]:
        found: dict[str, tuple[float, Unit, Form, tuple[str, ...]]] = {}
        compare = _places(self.region).compare
        for unit in self.units:
            if unit.level == "township":
                continue
            for form in unit.forms:
                if form.kind in _SAME_SOUNDS:
                    continue
                try:
                    like = compare(text, ranks.bare(form.text, self.region))
                except BadName:
                    continue
                if like.similarity >= _NEAR and like.similarity > found.get(unit.id, (0.0,))[0]:
                    found[unit.id] = (like.similarity, unit, form, like.reasons)
        best = max((one[0] for one in found.values()), default=0.0)
        near = sorted(
            (one for one in found.values() if one[0] >= best - _BEHIND),
            key=lambda one: (-one[0], one[1].id),
        )[:_MOST_NEAR]
        units = [one[1] for one in near]
        return tuple(
            PossiblePlace(unit, form, False, likeness, self._apart(unit, units), reasons)
            for likeness, unit, form, reasons in near
        )

    def _apart(self, unit: Unit, units: list[Unit]) -> str:
        """What a reader would look for in the source: rank, Uyghur name, prefecture, point."""
        if len(units) < 2:
            return ""
        said = [f"{unit.level} {unit.name} ({unit.id})"]
        local = next((form.text for form in unit.forms if form.kind == "uly"), "")
        if local:
            said.append(f"in Uyghur {local}")
        if unit.parent in self._by_id:
            said.append(f"in {self._by_id[unit.parent].name}")
        elif unit.codes[0].note:
            said.append(unit.codes[0].note)
        if unit.codes[0].valid:
            said.append(f"under this code {unit.codes[0].valid}")
        if unit.point:
            said.append(places.describe(unit.point))
        return "; ".join(said)


def _written_in(units: Iterable[Unit], text: str) -> bool:
    """Whether each of the places has a form in the script of the text."""
    script = texts.detect_script(text)
    return all(any(form.script == script for form in unit.forms) for unit in units)


def _named(units: Iterable[Unit]) -> str:
    return " or ".join(unit.name for unit in units)


@lru_cache(maxsize=4096)
def _spellings(unit: Unit, region: Region) -> frozenset[str]:
    return frozenset(_key(ranks.bare(form.text, region)) for form in unit.forms)


def _listed(form: Form) -> str:
    return f"{form.text} is listed ({form.kind}, source {form.source})"


@lru_cache(maxsize=32)
def _places(region: Region) -> comparing.Comparer:
    return comparing.Comparer(region, table.NameTable([]))


@lru_cache(maxsize=65_536)
def _key(text: str) -> str:
    plain = characters.simplified(cleaning.clean(text).text)
    return re.sub("[ ·-]", "", table.folded(plain))


def _of_rank(text: str, region: Region) -> Callable[[Unit, Form], bool]:
    """Keeps the units that have or had the rank that the text names, if it names one."""
    ends, known = ranks.rank_said(text, region), ranks.check(region)

    def of_rank(unit: Unit, _: Form) -> bool:
        return any(known.of_name(code.name) in ends for code in unit.codes)

    return of_rank if ends else lambda *_: True


def _no_township(unit: Unit, _: Form) -> bool:
    return unit.level != "township"


def _written(text: str, region: Region) -> Callable[[Unit, Form], bool]:
    """With its word of rank written, a listed form of just that writing is meant."""
    if ranks.bare(text, region) == text:
        return lambda *_: True
    return lambda _, form: _key(form.text) == _key(text)


def parse(text: str, region: Region) -> Gazetteer:
    """A gazetteer from a file of JSON. Errors: ``BadGazetteer`` naming what is wrong."""
    found = gazetteer_files.read_json(text)
    return Gazetteer(found.name, found.units, found.sources, region)


@lru_cache(maxsize=32)
def of(region: Region) -> Gazetteer:
    """The gazetteer of a region, of all its files. Errors: ``BadGazetteer``, ``BadRegion``."""
    found = [
        gazetteer_files.read(file) for name in gazetteer_files.FILES for file in region.files(name)
    ]
    units = [unit for one in found for unit in one.units]
    ids = Counter(unit.id for unit in units)
    if twice := [one for one, times in ids.items() if times > 1]:
        raise BadGazetteer(
            f"The unit {twice[0]} is in two gazetteers of {region.title}.",
            next_step="An id must be of one place in all regions of an archive.",
        )
    sources = {key: value for one in found for key, value in one.sources.items()}
    return Gazetteer(region.title, units, sources, region)
