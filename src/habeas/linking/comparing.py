"""On which step of each comparison every pair of rows is, and how often by chance.

Invariants: names are looked up, never compared here; a pair's steps are packed in one number,
its pattern, and patterns are counted over all pairs, kept or not. Pairs with nothing in common
in names, identifiers or fields that block are counted and not kept.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from habeas.linking import levels
from habeas.linking.engine import by_column
from habeas.linking.levels import (
    NAME_COMMON,
    NAME_CROWDED,
    NAME_NEAR,
    NAME_OTHER,
    NAME_PERHAPS,
    NAME_RARE,
    NAME_SOME,
    NAME_TURNED,
    PLACE_CROWDED,
    UNKNOWN,
    YEAR_CROWDED,
    packed_sql,
)

if TYPE_CHECKING:
    from habeas.linking.blocking import Blocking
    from habeas.linking.crowding import Crowds
    from habeas.linking.engine import Engine
    from habeas.linking.levels import Comparison
    from habeas.linking.settings import ExtraField, LinkingSettings

#: Pairs compared at a time, about, so that memory is bounded.
CHUNK = 4_000_000
_SHIFTS = 16
_RANDOM_PAIRS = 1_000_000


class Comparing:
    """Makes the tables ``pairs`` (l, r, pattern) and ``patterns`` (mask, pattern, told, n).

    ``told``: 1 for pairs of two rows that teach (``crowding``).
    """

    def __init__(
        self,
        engine: Engine,
        settings: LinkingSettings,
        comparisons: tuple[Comparison, ...],
        rows: int,
        crowds: Crowds,
    ) -> None:
        self._crowds = crowds
        self._told = " where told = 1" if crowds.found else ""
        self._engine = engine
        self._settings = settings
        self._comparisons = comparisons
        self._rows = rows
        self._person = any(each.name == "father" for each in comparisons)
        self._stated = self._person and self._one("select coalesce(max(sf), 0) from r") > 0

    # --- names ----------------------------------------------------------------------------

    def name_steps(self) -> None:
        """Table ``steps_of`` (a, b, step): alike pieces, how common the name is."""
        engine = self._engine
        told, crowded = ("told", self._crowds.rows / self._rows) if self._told else ("1", 1.0)
        # as common as among the rows that teach, or as among all where they have it seldom
        engine.make(
            "borne",
            f"select piece, greatest(sum(told), cast(floor(count(*) * {crowded:.12f}) as bigint))"
            f" as n from (select g as piece, {told} as told from r where g > 0"
            f" union all select f as piece, {told} as told from r where f > 0) x group by piece",
        )
        engine.make(
            "both_ways",
            "select a, b, likeness from alike union all select b as a, a as b, likeness from alike"
            " union all select piece as a, piece as b, 10000 as likeness from borne",
        )
        same, near = round(levels.SAME * 10_000), round(levels.NEAR * 10_000)
        engine.make(
            "commonness",
            "select w.a as piece, sum(n.n) as n from both_ways w join borne n on w.b = n.piece"
            f" where w.likeness >= {near} group by w.a",
        )
        # the pair's own two rows do not make a name common, and few rows cannot make it rare
        common, rare = (
            share * (self._crowds.rows + levels.ROWS_TO_KNOW) + 1.5
            for share in (levels.COMMON, levels.RARE)
        )
        most = "case when x.n > y.n then x.n else y.n end"
        crowd = joins = ""
        if self._told:
            either = "c.piece is not null or d.piece is not null"
            crowd = f" when w.likeness >= {same} and ({either}) then {NAME_CROWDED}"
            joins = " left join crowded c on w.a = c.piece left join crowded d on w.b = d.piece"
        engine.make(
            "steps_of",
            f"select cast(w.a as int) as a, cast(w.b as int) as b, case{crowd}"
            f" when w.likeness >= {same} then case when {most} >= {common} then {NAME_COMMON}"
            f" when {most} >= {rare} then {NAME_SOME} else {NAME_RARE} end"
            f" when w.likeness >= {near} then {NAME_NEAR}"
            f" else {NAME_PERHAPS} end as step"
            " from both_ways w join commonness x on w.a = x.piece"
            f" join commonness y on w.b = y.piece{joins} where w.a <= w.b",
        )
        engine.drop("both_ways", "commonness")

    # --- pairs ----------------------------------------------------------------------------

    def compare(self, blocking: Blocking, kept_masks: int) -> None:
        """All pairs of the blocks, chunk by chunk."""
        engine = self._engine
        kept, counted = [], []
        wanted = (
            f"given >= {NAME_PERHAPS} or father >= {NAME_PERHAPS} or identifier = 1"
            f" or {blocking.any_of(kept_masks)}"
        )
        for at, chunk in enumerate(blocking.chunks(CHUNK)):
            engine.make("blocked", chunk)
            self._steps("blocked", "stepped", wanted)
            engine.make(
                f"counts_{at}",
                "select mask, pattern, told, count(*) as n from stepped"
                " group by mask, pattern, told",
            )
            engine.make(f"pairs_{at}", "select l, r, pattern from stepped where kept = 1")
            kept.append(f"pairs_{at}")
            counted.append(f"counts_{at}")
        engine.drop("blocked", "stepped")
        engine.make("pairs", " union all ".join(f"select * from {table}" for table in kept))
        engine.make(
            "patterns",
            "select mask, pattern, told, sum(n) as n from ("
            + " union all ".join(f"select * from {table}" for table in counted)
            + ") x group by mask, pattern, told",
        )
        engine.drop(*kept, *counted)

    def by_chance(self) -> dict[str, Counter[int]]:
        """How many of about a million pairs of rows taken at random are on each step."""
        engine, rows, source = self._engine, self._crowds.rows, "r"
        if self._told:
            source = "telling"
            numbered = "select rid as row, row_number() over (order by rid) as rid"
            engine.make(source, f"{numbered} from r{self._told}")
        shifts = [
            1 + (self._settings.seed * 7_919 + at * 104_729 + 31) % max(1, rows - 1)
            for at in range(_SHIFTS)
        ]
        each = max(1, rows * _SHIFTS // _RANDOM_PAIRS)
        chosen = " union all ".join(
            f"select rid as l, (rid - 1 + {shift}) % {rows} + 1 as r, 0 as mask from {source}"
            f" where (rid + {at}) % {each} = 0"
            for at, shift in enumerate(sorted(set(shifts)))
        )
        engine.make("blocked", f"select l, r, mask from ({chosen}) x where l <> r")
        if self._told:
            engine.make(
                "told_apart",
                "select x.row as l, y.row as r, mask from blocked b"
                " join telling x on b.l = x.rid join telling y on b.r = y.rid",
            )
            engine.make("blocked", "select * from told_apart")
            engine.drop("telling", "told_apart")
        self._steps("blocked", "stepped", "1 = 0")
        found: dict[str, Counter[int]] = {c.name: Counter() for c in self._comparisons}
        for pattern, n in engine.rows("select pattern, count(*) from stepped group by pattern"):
            for counts, step in zip(
                found.values(), levels.unpacked(int(pattern), self._comparisons), strict=True
            ):
                counts[step] += int(n)
        engine.drop("blocked", "stepped")
        return found

    def exactly(self) -> dict[str, dict[int, float]]:
        """The share of all pairs of rows on steps too rare to sample: names, equal values."""
        engine, found = self._engine, {}
        rows = f"(select * from r{self._told}) t"
        for name, column in (("given", "g"), ("father", "f")):
            if name == "father" and not self._person:
                continue
            engine.make("borne_here", f"select {column} as piece, count(*) as n from {rows}"
                        f" where {column} > 0 group by {column}")  # fmt: skip
            total = self._one("select coalesce(sum(n), 0) from borne_here")
            shares = engine.rows(
                "select s.step, sum(case when s.a = s.b then x.n * (x.n - 1) / 2"
                " else x.n * y.n end) from steps_of s join borne_here x on s.a = x.piece"
                " join borne_here y on s.b = y.piece group by s.step"
            )
            pairs = total * (total - 1) / 2
            found[name] = {int(step): float(n) / pairs for step, n in shares if pairs}
            engine.drop("borne_here")
        equal = {}
        for field in self._settings.fields:
            column = f"field_{field.name}"
            equal[column] = f"select {column} as v from {rows} where {column} > 0"
        for name, values in equal.items():
            step = max(s.value for c in self._comparisons if c.name == name for s in c.steps)
            total = self._one(f"select count(*) from ({values}) x")
            same = self._one(
                "select coalesce(sum(n * (n - 1) / 2), 0) from"
                f" (select v, count(*) as n from ({values}) x group by v) y"
            )
            if total > 1:
                found[name] = {step: same / (total * (total - 1) / 2)}
        return found

    def _one(self, select: str) -> float:
        return float(next(iter(self._engine.rows(select)))[0])

    # --- steps ----------------------------------------------------------------------------

    def _steps(self, source: str, target: str, kept: str) -> None:
        """Table ``target`` (l, r, mask, pattern, kept) of the pairs in ``source``."""
        engine, fields = self._engine, self._settings.fields
        carried = [
            "g",
            "f",
            "sf",
            "kin",
            "y1",
            "y2",
            "gender",
            "pset",
            "idset",
            *(f"field_{x.name}" for x in fields),
        ]
        both = ", ".join(f"x.{c} as l_{c}, y.{c} as r_{c}" for c in carried)
        one_source = "" if self._settings.within_datasets else " or x.ds = y.ds"
        # a column, and a condition of the next query only: a planner that sees the condition
        # here may join the rows with each other before it looks at the pairs
        engine.make(
            "wide",
            f"select p.l, p.r, p.mask, {both},"
            f" {'x.told * y.told' if self._told else '1'} as told,"
            f" case when x.rec = y.rec{one_source} then 1 else 0 end as not_compared"
            f" from {source} p join r x on p.l = x.rid join r y on p.r = y.rid",
        )
        self._sets("places_met", "pset", "units", "unit", prefecture=True)
        self._sets("ids_met", "idset", "ids", "code", prefecture=False)
        for field in fields:
            if field.how != "exact":
                self._field(field)
        names = [each.name for each in self._comparisons]
        select = ", ".join(f"{sql} as {name}" for name, sql in self._expressions().items())
        if "father" not in names:
            select += f", {UNKNOWN} as father"
        engine.make(
            target,
            f"select l, r, mask, told, {packed_sql(names)} as pattern,"
            f" case when {kept} then 1 else 0 end as kept"
            f" from (select w.l, w.r, w.mask, w.told, {select} from wide w{self._joins()}"
            " where w.not_compared = 0) z",
        )
        engine.drop("wide", "places_met", "ids_met", *(f"met_{field.name}" for field in fields))

    def _joins(self) -> str:
        wanted = [_piece_join("sg", "g", "g")]
        if self._person:
            wanted.append(_piece_join("sf", "f", "f"))
            # the names in the other order, where no ending tells which is which: one of the two
            # is looked up only where it may matter
            wanted.append(
                _piece_join("t1", "g", "f", "w.l_f > 0 and w.r_f > 0 and w.l_kin + w.r_kin = 0")
            )
            wanted.append(_piece_join("t2", "f", "g", f"t1.step >= {NAME_NEAR}"))
        if self._stated:
            wanted.append(_piece_join("ss", "sf", "sf", "w.l_sf > 0 and w.r_sf > 0"))
        wanted.append(_set_join("pm", "places_met", "pset"))
        wanted.append(_set_join("im", "ids_met", "idset"))
        wanted += [
            _set_join(f"m_{field.name}", f"met_{field.name}", f"field_{field.name}")
            for field in self._settings.fields
            if field.how != "exact"
        ]
        return "".join(wanted)

    def _expressions(self) -> dict[str, str]:
        found = {}
        turned = f"t2.step >= {NAME_NEAR} and (sg.step is null or sf.step is null)"
        for name, alias, column in (("given", "sg", "g"), ("father", "sf", "f")):
            if name == "father" and not self._person:
                continue
            # fathers whom both records name are compared, whatever their whole names say
            stated = ""
            if name == "father" and self._stated:
                stated = (
                    " when w.l_sf > 0 and w.r_sf > 0 then"
                    f" case when ss.step is null then {NAME_OTHER} else ss.step end"
                )
            turn = f" when {turned} then {NAME_TURNED if name == 'given' else UNKNOWN}"
            found[name] = (
                f"case{stated} when w.l_{column} = 0 or w.r_{column} = 0 then {UNKNOWN}"
                f"{turn if self._person else ''}"
                f" when {alias}.step is null then {NAME_OTHER} else {alias}.step end"
            )
        if self._person:
            apart = "case when w.l_y1 > w.r_y2 then w.l_y1 - w.r_y2 else w.r_y1 - w.l_y2 end"
            crowded = ", ".join(map(str, self._crowds.years))
            found["birth"] = (
                f"case when w.l_y1 = 0 or w.r_y1 = 0 then {UNKNOWN}"
                + (
                    f" when w.l_y1 = w.l_y2 and w.r_y1 = w.r_y2 and w.l_y1 = w.r_y1"
                    f" and w.l_y1 in ({crowded}) then {YEAR_CROWDED}"
                    if crowded
                    else ""
                )
                + " when w.l_y1 = w.l_y2 and w.r_y1 = w.r_y2 and w.l_y1 = w.r_y1 then 3"
                f" when {apart} <= 1 then 2 when {apart} <= 5 then 1 else 0 end"
            )
        crowded = ", ".join(map(str, self._crowds.places))
        found["place"] = (
            f"case when w.l_pset = 0 or w.r_pset = 0 then {UNKNOWN}"
            + (
                f" when (w.l_pset in ({crowded}) or w.r_pset in ({crowded}))"
                f" and (w.l_pset = w.r_pset or pm.step = 2) then {PLACE_CROWDED}"
                if crowded
                else ""
            )
            + " when w.l_pset = w.r_pset then 2 when pm.step is null then 0 else pm.step end"
        )
        if self._person:
            found["gender"] = (
                f"case when w.l_gender = 0 or w.r_gender = 0 then {UNKNOWN}"
                " when w.l_gender = w.r_gender then 1 else 0 end"
            )
        found["identifier"] = (
            f"case when w.l_idset = 0 or w.r_idset = 0 then {UNKNOWN}"
            " when w.l_idset = w.r_idset then 1 when im.step is null then 0 else 1 end"
        )
        for field in self._settings.fields:
            name = f"field_{field.name}"
            other = "0" if field.how == "exact" else f"coalesce(m_{field.name}.step, 0)"
            same = 1 if field.how == "exact" else 3
            found[name] = (
                f"case when w.l_{name} = 0 or w.r_{name} = 0 then {UNKNOWN}"
                f" when w.l_{name} = w.r_{name} then {same} else {other} end"
            )
        return found

    def _sets(
        self, table: str, column: str, members: str, member: str, *, prefecture: bool
    ) -> None:
        """For the pairs of sets that occur: 2 for a member in common, 1 for a prefecture."""
        engine = self._engine
        engine.make("sets_met", _distinct(column))
        near = " union all ".join(
            f"select s.a, s.b, {step} as step from sets_met s join {members} x on s.a = x.{column}"
            f" join {members} y on s.b = y.{column} and x.{key} = y.{key} where x.{key} > 0"
            for step, key in ((2, member), (1, "wide_unit"))
            if key == member or prefecture
        )
        engine.make(table, f"select a, b, max(step) as step from ({near}) x group by a, b")
        engine.drop("sets_met")

    def _field(self, field: ExtraField) -> None:
        from habeas.linking.fuzzy import steps_of_texts

        engine, column = self._engine, f"field_{field.name}"
        engine.make("sets_met", _distinct(column))
        pairs = engine.rows(
            f"select s.a, s.b, x.text, y.text from sets_met s join values_{field.name} x"
            f" on s.a = x.code join values_{field.name} y on s.b = y.code order by s.a, s.b"
        )
        engine.drop(f"met_{field.name}")
        engine.put(f"met_{field.name}", by_column(("a", "b", "step"), []))
        for rows in steps_of_texts(field.how, pairs):
            engine.put(f"met_{field.name}", by_column(("a", "b", "step"), rows))
        engine.drop("sets_met")


def _distinct(column: str) -> str:
    low, high = f"w.l_{column}", f"w.r_{column}"
    return (
        f"select distinct case when {low} < {high} then {low} else {high} end as a,"
        f" case when {low} < {high} then {high} else {low} end as b from wide w"
        f" where {low} > 0 and {high} > 0 and {low} <> {high}"
    )


def _ordered(left: str, right: str, alias: str, when: str = "") -> str:
    """A pair's key, the lower number first; where ``when`` is not so, none, which is not sought."""
    low = f"case when {left} < {right} then {left} else {right} end"
    return (
        f" on {alias}.a = {f'case when {when} then {low} end' if when else low}"
        f" and {alias}.b = case when {left} < {right} then {right} else {left} end"
    )


def _piece_join(alias: str, left: str, right: str, when: str = "") -> str:
    return f" left join steps_of {alias}{_ordered(f'w.l_{left}', f'w.r_{right}', alias, when)}"


def _set_join(alias: str, table: str, column: str) -> str:
    return f" left join {table} {alias}{_ordered(f'w.l_{column}', f'w.r_{column}', alias)}"
