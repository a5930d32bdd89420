"""Are two written names the same name? How alike, and why.

Invariants: the same answer in both directions; every likeness says which reading of each
side met and what was set aside; equal spelling does not make two people one. A form that the
table gives to several names, and two names that the table keeps apart, say so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import permutations, product
from math import prod
from operator import itemgetter
from typing import TYPE_CHECKING

from habeas.names import alignment, chinese_names, people, table
from habeas.names.errors import BadName
from habeas.names.parts import NamePart, NameParts, take_apart
from habeas.names.readings import FREE, WordReading, readings

if TYPE_CHECKING:
    from habeas.names.gazetteer import Gazetteer, PlaceComparison
    from habeas.vocabulary.region import Region

#: Likeness of two forms by what the table says of them.
IN_TABLE, IN_TABLE_UNSURE, RELATED, KEPT_APART = 0.98, 0.93, 0.9, 0.62
_SUFFIX_ON_ONE_SIDE = 0.72
_TURNED, _NO_FATHER, _EXTRA, _EXTRA_KIN = 0.9, 0.82, 0.94, 0.98
#: A given name that is met by a father's name only; an initial that fits, and how nearly.
_OTHER_ROLE, _INITIAL, _FITS = 0.6, 0.85, 0.75
#: A Chinese name that does not meet syllable by syllable is hardly the same.
_NOT_AS_CHINESE = 0.85
_MOST_PARTS = 6


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two names are, in [0, 1], and why."""

    similarity: float
    reasons: tuple[str, ...]


class Comparer:
    """Compares in a region with a table of names, by default the region's, and with a
    gazetteer where one is given: ``names.compare`` has both."""

    def __init__(
        self,
        region: Region,
        names: table.NameTable | None = None,
        places: Gazetteer | None = None,
    ) -> None:
        self._region = region
        self._people = people.check(region)
        self._table = names if names is not None else table.of(region)
        self._places = places

    def compare(self, left: str, right: str) -> Likeness:
        """How alike two names are. Errors: ``BadName`` for what is no name."""
        first, second = take_apart(left, self._region), take_apart(right, self._region)
        ordered = (second, first) if right < left else (first, second)
        similarity, reasons = self._whole(*ordered)
        if self._places and similarity < 1.0:
            similarity, reasons = self._as_places(left, right, ordered, (similarity, reasons))
        for name, side in sorted(((left, first), (right, second)), key=itemgetter(0)):
            if side.changes or side.dropped:
                reasons += [f"{name}: {said}" for said in (*side.changes, *_said(side.dropped))]
        return Likeness(round(min(1.0, max(0.0, similarity)), 4), tuple(dict.fromkeys(reasons)))

    def _as_places(
        self,
        left: str,
        right: str,
        sides: tuple[NameParts, NameParts],
        so_far: tuple[float, list[str]],
    ) -> tuple[float, list[str]]:
        """What a gazetteer says, where they are not plainly people's names."""
        people = sum(map(self._known, sides))
        if self._places is None or people == 2:
            return so_far
        if said := self._places.places_of(left, right):
            return so_far if said.same and people else _by_place(said, *so_far)
        bare = self._places.without_ranks(left, right)
        try:
            apart = [take_apart(name, self._region) for name in sorted(bare or ())]
            heard = self._whole(*apart) if bare else so_far
        except BadName:  # what is left is a title alone
            return so_far
        if heard[0] <= so_far[0]:
            return so_far
        return heard[0], [*heard[1], "without the words for its rank"]

    # --- whole names ----------------------------------------------------------------------

    def _whole(self, left: NameParts, right: NameParts) -> tuple[float, list[str]]:
        if table.folded(_text(left)) == table.folded(_text(right)):
            return 1.0, ["written the same"]
        found = [self._by_parts(left, right)]
        if len(left.parts) != len(right.parts):
            found.append(self._run_together(left, right))
        if bool(left.joined) != bool(right.joined):
            found.append(self._with_title(left, right))
        best = max(found, key=itemgetter(0))
        if self._known(left) or self._known(right):
            return best
        said = chinese_names.compare(left, right, self._region)
        if said is None:
            return best
        if said[0] < chinese_names.SAME:
            return min(best[0], said[0]), [*best[1], said[1]]
        return max(best[0], said[0]), [said[1]]

    def _by_parts(self, left: NameParts, right: NameParts) -> tuple[float, list[str]]:
        if len(left.parts) == len(right.parts) == 1:
            similarity, reason = self._part(*_ordered(left.parts[0], right.parts[0]))
            return similarity, [reason]
        short, long = sorted((left.parts, right.parts), key=len)
        roles = _roles(short, long)
        short, long = short[:_MOST_PARTS], long[:_MOST_PARTS]
        grid = [[self._part(*_ordered(a, b)) for b in long] for a in short]
        if roles is not None:
            mine, theirs = roles
            for row, column in product(range(len(short)), range(len(long))):
                initial = short[row].is_initial or long[column].is_initial
                if mine[row] != theirs[column] and not initial:
                    similarity, why = grid[row][column]
                    grid[row][column] = similarity * _OTHER_ROLE, f"{why}, one given, one of kin"
        best: tuple[float, tuple[int, ...]] = (-1.0, ())
        for chosen in permutations(range(len(long)), len(short)):
            scores = [grid[row][column][0] for row, column in enumerate(chosen)]
            total = 0.65 * min(scores) + 0.35 * sum(scores) / len(scores)
            turned = list(chosen) != sorted(chosen) or (len(short) == 1 and chosen[0] > 0)
            if turned and roles is None:
                total *= _TURNED
            best = max(best, (total, tuple(-column for column in chosen)))
        total, negated = best
        chosen = tuple(-column for column in negated)
        reasons = [grid[row][column][1] for row, column in enumerate(chosen)]
        if list(chosen) != sorted(chosen):
            reasons.append("parts in another order")
        left_over = [long[at] for at in range(len(long)) if at not in chosen]
        if left_over:
            further = [_EXTRA_KIN if part.is_patronymic else _EXTRA for part in left_over]
            further[0] = _NO_FATHER if len(short) == 1 else further[0]
            total *= prod(further)
            reasons.append(f"nothing met {' and '.join(part.text for part in left_over)}")
        if max(len(left.parts), len(right.parts)) > _MOST_PARTS:
            total *= _EXTRA
            reasons.append(f"only the first {_MOST_PARTS} words were compared")
        return total, reasons

    def _run_together(self, left: NameParts, right: NameParts) -> tuple[float, list[str]]:
        """One side writes as one word what the other writes as several."""
        if any(len({part.script for part in side.parts}) > 1 for side in (left, right)):
            return 0.0, ["words of several alphabets"]
        script = (left.parts[0].script, right.parts[0].script)
        joined = [
            NamePart("".join(p.text for p in side.parts), "".join(p.bare for p in side.parts), s)
            for side, s in zip((left, right), script, strict=True)
        ]
        similarity, reason = self._part(*_ordered(*joined))
        chinese_alone = any(side.chinese and not self._known(side) for side in (left, right))
        factor = _NOT_AS_CHINESE if chinese_alone else 0.97
        return similarity * factor, [reason, "one side is written together"]

    def _with_title(self, left: NameParts, right: NameParts) -> tuple[float, list[str]]:
        """One side may write to the name what the other writes as a title of its own."""
        similarity, reasons = self._by_parts(
            *(replace(side, parts=side.joined) if side.joined else side for side in (left, right))
        )
        return similarity * 0.97, [*reasons, "a title is part of the name"]

    def _known(self, side: NameParts) -> bool:
        return bool(self._table.find(side.parts[0].text))

    # --- one part -------------------------------------------------------------------------

    def _part(self, left: NamePart, right: NamePart) -> tuple[float, str]:
        if table.folded(left.text) == table.folded(right.text):
            return 1.0, f"{left.text} = {right.text}, written the same"
        if left.is_initial or right.is_initial:
            return _as_initial(left, right, self._region)
        by_table = self._by_table(left, right)
        by_sound = _by_sound(left.text, right.text, self._region)
        if left.of_kin or right.of_kin:
            similarity, why = _by_sound(left.bare, right.bare, self._region)
            bare = (similarity * 0.97, f"{why}, without the {self._people.ending_called}")
            # Two equal endings would make two names nearer than they are.
            by_sound = bare if left.of_kin and right.of_kin else max(bare, by_sound)
        if by_table is None:
            return max(by_sound, self._through_table(left, right))
        similarity, why, bound = by_table
        if bound == "least":
            return max(similarity, by_sound[0]), why
        return (by_sound[0], by_sound[1]) if by_sound[0] < similarity else (similarity, why)

    def _by_table(self, left: NamePart, right: NamePart) -> tuple[float, str, str] | None:
        mine = self._table.find(left.text) or self._table.find(left.bare)
        theirs = self._table.find(right.text) or self._table.find(right.bare)
        if not mine or not theirs:
            return None
        both = [name for name in mine if name in theirs]
        if both:
            names = " or ".join(name.name for name in both)
            sure = len(mine) == 1 or len(theirs) == 1
            return (
                IN_TABLE if sure and len(mine) == len(theirs) == 1 else IN_TABLE_UNSURE,
                f"{left.text} ~ {right.text}: both are forms of {names} in the table",
                "least",
            )
        said = f"{left.text} ≠ {right.text}: the table has {_named(mine)} and {_named(theirs)}"
        if _across_languages(mine, theirs):
            return None
        if any(a.name in b.related or b.name in a.related for a in mine for b in theirs):
            return RELATED, f"{said}, which are related", "most"
        return KEPT_APART, f"{said}, two names", "most"

    def _through_table(self, left: NamePart, right: NamePart) -> tuple[float, str]:
        """One side is in the table: compare the other with that name's standard spelling."""
        best = (0.0, "")
        for known, unknown in ((left, right), (right, left)):
            for name in self._table.find(known.text):
                similarity, why = _by_sound(name.name, unknown.text, self._region)
                said = f"{known.text} is {name.name} in the table; {why}"
                best = max(best, (similarity * 0.97, said))
        return best


def _as_initial(left: NamePart, right: NamePart, region: Region) -> tuple[float, str]:
    """A first letter: it fits very many names, or it does not fit."""
    first = [
        {reading.sounds[:1].lower() for reading in readings(p.text, region)} for p in (left, right)
    ]
    for one, other in product(*first):
        if one and other and alignment.nearness(one, other, FREE) > _FITS:
            return _INITIAL, f"{left.text} and {right.text}: an initial that fits"
    return 0.0, f"{left.text} and {right.text}: another initial"


Roles = tuple[tuple[bool, ...], tuple[bool, ...]]


def _roles(short: tuple[NamePart, ...], long: tuple[NamePart, ...]) -> Roles | None:
    """Which parts are of kin (the father or the family) on both sides; None if it is not clear.

    Endings tell: Болат Мұратұлы, Муратов Болат; and capitals: TOHTI Ilham. Beside such a name, one
    of several parts without either has the given name first: 波拉提·木拉提.
    """
    kin = [_of_kin(side) for side in (short, long)]
    if len(short) < 2 or not any(map(any, kin)) or any(map(all, kin)):
        return None
    mine, theirs = (told if any(told) else (False, *[True] * (len(told) - 1)) for told in kin)
    return mine, theirs


def _of_kin(side: tuple[NamePart, ...]) -> tuple[bool, ...]:
    told = tuple(part.of_kin for part in side)
    capitals = tuple(len(part.text) > 2 and part.text.isupper() for part in side)
    return capitals if not any(told) and sum(capitals) == 1 else told


def _by_place(
    said: PlaceComparison, similarity: float, reasons: list[str]
) -> tuple[float, list[str]]:
    """The likeness, bounded by what a gazetteer says of the two spellings."""
    if not said.same:
        return min(similarity, KEPT_APART), [*reasons, said.why]
    return max(similarity, IN_TABLE if said.sure else IN_TABLE_UNSURE), [said.why]


@lru_cache(maxsize=131_072)
def _by_sound(left: str, right: str, region: Region) -> tuple[float, str]:
    """The nearest of all readings of both words, and which."""
    best, met = 0.0, None
    for one, one_ends in _spoken(left, region):
        for other, other_ends in _spoken(right, region):
            cost = one.cost + other.cost
            if 1.0 - cost <= best:
                continue
            if one.syllables and one.syllables == other.syllables:
                similarity = 0.99
            else:
                sureness = min(one.sureness, other.sureness)
                similarity = alignment.nearness(one.sounds, other.sounds, sureness)
            similarity -= cost
            # a suffix such as -jan on one side only is a difference, however small it sounds
            one_sided = one_ends != other_ends and one_ends is not None and other_ends is not None
            if one_sided and similarity > _SUFFIX_ON_ONE_SIDE:
                similarity = _SUFFIX_ON_ONE_SIDE
            if similarity > best:
                best, met = similarity, (one, other)
    if met is None:
        return best, f"{left} and {right}: no reading in common"
    one, other = met
    return best, (
        f"{left} as {one.how} [{one.sounds.lower()}] ~ {right} as {other.how}"
        f" [{other.sounds.lower()}]"
    )


@lru_cache(maxsize=65_536)
def _spoken(word: str, region: Region) -> tuple[tuple[WordReading, bool | None], ...]:
    """Every reading of a word, with whether it ends in a suffix."""
    said = people.check(region)
    return tuple(
        (reading, _has_suffix(word, reading.sounds, said)) for reading in readings(word, region)
    )


def _ordered(left: NamePart, right: NamePart) -> tuple[NamePart, NamePart]:
    return (
        (left, right) if (left.text, left.script) <= (right.text, right.script) else (right, left)
    )


def _text(side: NameParts) -> str:
    if len(side.parts) == 1:
        return side.parts[0].text
    return " ".join(part.text for part in side.parts)


def _said(dropped: tuple[str, ...]) -> list[str]:
    return [f"set aside {what}" for what in dropped]


def _named(names: tuple[table.GivenName, ...]) -> str:
    return " or ".join(name.name for name in names)


def _across_languages(
    mine: tuple[table.GivenName, ...], theirs: tuple[table.GivenName, ...]
) -> bool:
    """Kazakh and Uyghur rows of one name are apart in the table and one in life."""
    return not {name.language for name in mine} & {name.language for name in theirs}


def _has_suffix(written: str, sounds: str, said: people.People) -> bool | None:
    """None where what stands before the ending is too short to be a name of its own."""
    for ending in said.suffixes_written:
        if written.endswith(ending):
            return True if len(written) > len(ending) + 1 else None
    low = sounds.lower().replace("é", "e")  # бек is read with é, bek with e
    for ending in said.suffixes:
        if low.endswith(ending):
            return True if len(low) > len(ending) + 2 else None
    return False
