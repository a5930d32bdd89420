"""Values that a crowd of records have: what they weigh, and who teaches without them.

Invariants: what one value weighs does not move with how many records have another. The weights
are learned on the rows without a crowded value (``told``); two records that share a crowded value
are on a step of their own, whose u is how often that value occurs. No crowd, no change.

Method: value-specific u as in I. P. Fellegi and A. B. Sunter, 1969 (their "method I"), and the
term-frequency adjustments of Splink. Leaving crowded rows out of what is learned is our own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from habeas.linking import levels
from habeas.linking.records import Lost

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from habeas.linking.engine import Engine
    from habeas.linking.levels import Comparison
    from habeas.linking.training import Weights

#: A value of at least so many rows is crowded where they are this share of the rows that teach.
_FEWEST_ROWS = 20
_NAMES, _YEARS, _PLACES = 0.05, 0.2, 0.5
#: A crowd taken away may show another one under it.
_ROUNDS = 3


@dataclass(slots=True)
class Crowds:
    """What is crowded. ``rows``: those that teach; ``of``: by comparison, how many rows have the
    value that a row of a crowd has, in the mean."""

    rows: int
    of: dict[str, float] = field(default_factory=dict)
    years: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    lost: list[Lost] = field(default_factory=list)
    found: bool = False

    def stepped(self, comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
        """The comparisons, with the step for what is crowded where something is."""
        return tuple(
            replace(each, steps=(levels.crowded(each), *each.steps)) if each.name in self.of
            else each
            for each in comparisons
        )  # fmt: skip

    def weigh(self, weights: Weights, comparisons: Sequence[Comparison]) -> bool:
        """m and u of the crowded steps that have none yet; whether there was one.

        As a crowd may have more rows than teach, the two are scaled together: only their ratio
        tells.
        """
        waiting = [
            (each.name, step)
            for each in comparisons
            if each.name in self.of
            and (step := levels.crowded(each).value) not in weights.m[each.name]
        ]
        for name, step in waiting:
            same = sum(weights.m[name][one] for one in levels.SAME_STEPS[name])
            times = self.of[name] / max(1, self.rows)
            weights.m[name][step] = min(0.999, same / max(1.0, times))
            weights.u[name][step] = min(0.999, times)
        return bool(waiting)


def find(
    engine: Engine,
    rows: int,
    pieces: Sequence[str],
    placesets: Mapping[str, int],
    *,
    person: bool,
) -> Crowds:
    """The crowds of table ``r``, which gets the column ``told``: 1 for a row that teaches.

    Tables: ``crowded`` (piece, n), where something is. Nothing is where hardly a row would
    be left: a set of one name is all that there is to learn from.
    """
    engine.make("told", "select rid from r")
    same = f"from alike where likeness >= {round(levels.SAME * 10_000)}"
    engine.make(
        "both_ways",
        f"select a, b {same} union select b as a, a as b {same}"
        " union select g as a, g as b from r where g > 0"
        " union select f as a, f as b from r where f > 0",
    )
    search = _Search(engine, rows)
    for _ in range(_ROUNDS):
        if not search.round():
            break
    made = search.crowds(pieces, placesets, person=person)
    if made.found:
        engine.make(
            "r_told",
            "select r.*, case when t.rid is null then 0 else 1 end as told from r"
            " left join told t on r.rid = t.rid",
        )
        engine.make("r", "select * from r_told")
        columns = " union all ".join(
            f"select {piece} as piece, {n} as n" for piece, n in sorted(search.pieces.items())
        )
        engine.make("crowded", columns or "select 0 as piece, 0 as n")
    engine.drop("told", "both_ways", "r_told", "still")
    return made


class _Search:
    """Rounds of looking for crowds among the rows that still teach."""

    def __init__(self, engine: Engine, rows: int) -> None:
        self._engine = engine
        self._all = self._rows = rows
        self.pieces: dict[int, int] = {}
        self._years: dict[tuple[int, int], int] = {}
        self._places: dict[int, int] = {}
        self._nameless = 0

    def round(self) -> bool:
        """Whether another crowd was found and taken away."""
        rows, nameless = self._engine.rows, 0
        join = "from r join told t on r.rid = t.rid"
        pieces = {
            int(piece): int(n)
            for piece, n in rows(
                "select w.a, sum(x.n) as n from both_ways w join (select piece, max(n) as n from"
                f" (select g as piece, count(*) as n {join} where g > 0 group by g union all"
                f" select f as piece, count(*) as n {join} where f > 0 group by f) y"
                f" group by piece) x on w.b = x.piece group by w.a having sum(x.n)"
                f" >= {self._least(_NAMES)}"
            )
        }
        years = {
            (int(first), int(last)): int(n)
            for first, last, n in rows(
                f"select y1, y2, count(*) {join} where y1 > 0 group by y1, y2"
                f" having count(*) >= {self._least(_YEARS)}"
            )
        }
        places = {
            int(place): int(n)
            for place, n in rows(
                f"select pset, count(*) {join} where pset > 0 group by pset"
                f" having count(*) >= {self._least(_PLACES)}"
            )
        }
        (bare,) = next(iter(rows(f"select count(*) {join} where g = 0 and f = 0")))
        if int(bare) >= self._least(_NAMES):
            nameless = int(bare)
        if not (pieces or years or places or nameless):
            return False
        tests = [
            *(f"{column} in ({_listed(pieces)})" for column in ("g", "f", "sf") if pieces),
            *(f"(y1 = {first} and y2 = {last})" for first, last in sorted(years)),
            *([f"pset in ({_listed(places)})"] if places else []),
            *(["(g = 0 and f = 0)"] if nameless else []),
        ]
        self._engine.make("still", f"select r.rid {join} where not ({' or '.join(tests)})")
        (left,) = next(iter(rows("select count(*) from still")))
        if int(left) < _FEWEST_ROWS:
            return False
        self._engine.make("told", "select rid from still")
        self._rows = int(left)
        self.pieces |= pieces
        self._years |= years
        self._places |= places
        self._nameless += nameless
        return True

    def _least(self, share: float) -> float:
        return max(_FEWEST_ROWS, share * self._rows)

    def crowds(
        self, pieces: Sequence[str], placesets: Mapping[str, int], *, person: bool
    ) -> Crowds:
        """What was found, and what is to be said of it."""
        made = Crowds(self._rows, found=self._rows < self._all)
        word = "name"
        for piece, n in sorted(self.pieces.items(), key=lambda one: (-one[1], one[0])):
            made.lost.append(_said(f"the {word} {pieces[piece]}", n))
        for (first, last), n in sorted(self._years.items()):
            years = str(first) if first == last else f"{first} to {last}"
            made.lost.append(_said(f"the year of birth {years}", n))
        written = {number: text.replace("\n", ", ") for text, number in placesets.items()}
        for place, n in sorted(self._places.items()):
            made.lost.append(_said(f"the place {written[place]}", n))
        if not made.found:
            return made
        for name, column in (("given", "g"), ("father", "f")):
            if self.pieces and (name == "given" or person):
                borne = self._engine.rows(
                    f"select {column}, count(*) from r"
                    f" where {column} in ({_listed(self.pieces)}) group by {column}"
                )
                _add(made, name, [(self.pieces[int(piece)], int(n)) for piece, n in borne])
        made.years = tuple(sorted(first for first, last in self._years if first == last))
        if made.years:
            _add(made, "birth", [(self._years[year, year],) * 2 for year in made.years])
        made.places = tuple(sorted(self._places))
        _add(made, "place", [(n, n) for n in self._places.values()])
        return made


def _add(made: Crowds, name: str, crowds: list[tuple[int, int]]) -> None:
    records = sum(n for _, n in crowds)
    if records:
        made.of[name] = sum(size * n for size, n in crowds) / records


def _said(what: str, records: int) -> Lost:
    return Lost(
        "crowd", what, records,
        f"{records:,} records have it or nearly, far more than have any other: the weights were"
        " learned without them, and that two of them have it says little.",
    )  # fmt: skip


def _listed(numbers: Mapping[int, int]) -> str:
    return ", ".join(map(str, sorted(numbers)))
