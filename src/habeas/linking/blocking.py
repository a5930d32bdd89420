"""Which records are compared: those that share a key, and no key that too many share.

Invariants: a block of more records than the cap, or more pairs than may be compared, is never
expanded: it is divided by father's name, year of birth and place, and what is still too big is
reported. The caps follow from the sizes of the blocks alone, so equal input gives equal pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from habeas.linking.engine import Engine
    from habeas.linking.settings import LinkingSettings

#: What a key is made of, in words.
WORDS = {
    "g": "the name", "gf": "given and father's name", "gy": "the name and the year of birth",
    "gp": "the name and a place", "gfy": "given and father's name and the year of birth",
    "gfp": "given and father's name and a place", "gyp": "the name, the year of birth and a place",
    "gfyp": "both names, the year of birth and a place",
    "fyp": "the father's name, the year of birth and a place",
    "yp": "the year of birth, the gender and a place", "id": "an identifier",
}  # fmt: skip
#: A block that is too big is divided so; each rule with its share of the pairs.
_DIVIDED = (
    ("g", None, 0.25), ("gf", "g", 0.3), ("gy", "g", 0.1), ("gp", "g", 0.1),
    ("gfy", "gf", 0.2), ("gfp", "gf", 0.2), ("gyp", "gy", 0.2), ("gfyp", "gfy", 0.2),
    ("fyp", None, 0.1), ("yp", None, 0.05),
)  # fmt: skip
#: Pairs are counted by so many ranges of rows, in so many rows of blocks, to part them evenly.
_SLOTS, _ROWS_COUNTED = 1_024, 500_000
_ABOVE = frozenset(above for _, above, _ in _DIVIDED if above)


@dataclass(frozen=True, slots=True)
class MeetingRule:
    """One way to meet. ``bit`` marks its pairs; ``pairs``: how many it expands to."""

    name: str
    bit: int
    pairs: int
    cap: int


@dataclass(frozen=True, slots=True)
class TooBig:
    """Blocks of a rule that were neither compared nor divided further."""

    rule: str
    blocks: int
    records: int
    largest: int
    example: tuple[int, int, int]


class Blocking:
    """Builds the table ``blocks`` and says what was left out."""

    def __init__(self, engine: Engine, settings: LinkingSettings, kind: str, rows: int) -> None:
        self._engine = engine
        self._settings = settings
        self._rows = rows
        self._most = settings.pairs_for(rows)
        self.rules: list[MeetingRule] = []
        self.too_big: list[TooBig] = []
        person = kind == "person"
        self._plan = [
            step for step in _DIVIDED if person or not ({"f", "y"} & set(step[0]))
        ]  # fmt: skip
        self._spent = 0

    def build(self) -> None:
        """Table ``blocks`` (rule, a, y, p, rid, new) of every block that is compared."""
        engine = self._engine
        self._rule("id", "select r.rid, r.new, i.code as a, 0 as y, 0 as p from r"
                   " join ids i on r.idset = i.idset", 1.0)  # fmt: skip
        for field in self._settings.fields:
            if field.block:
                column = f"field_{field.name}"
                self._rule(column, f"select rid, new, {column} as a, 0 as y, 0 as p from r"
                           f" where {column} > 0", 0.2)  # fmt: skip
        for name, above, share in self._plan:
            self._rule(name, self._select(name, above), share, above)
        self._count_uncompared()
        union = " union all ".join(
            f"select {rule.bit} as rule, a, y, p, rid, new from b_{rule.name}"
            for rule in self.rules
        )
        engine.make("blocks", union)
        engine.drop(*(f"{prefix}_{rule.name}" for rule in self.rules for prefix in "bkow"))

    def _count_uncompared(self) -> None:
        """Records of blocks too big that lack whatever would divide them, each said once."""
        engine = self._engine
        engine.make("said_0", " union ".join(f"select rid from b_{r.name}" for r in self.rules))
        undivided = [rule for rule in reversed(self.rules) if rule.name in _ABOVE]
        for at, rule in enumerate(undivided):
            engine.make(
                "left_out",
                f"select o.rid, o.a, o.y, o.p, k.n from o_{rule.name} o join k_{rule.name} k"
                " on o.a = k.a and o.y = k.y and o.p = k.p"
                f" left join said_{at} s on o.rid = s.rid where s.rid is null",
            )
            found = next(iter(engine.rows(
                "select count(distinct rid), max(n), count(distinct a) from left_out"
            )))  # fmt: skip
            if found[0]:
                example = next(iter(engine.rows(
                    "select a, y, p from left_out order by n desc, a, y, p limit 1"
                )))  # fmt: skip
                self.too_big.append(
                    TooBig(rule.name, int(found[2]), int(found[0]), int(found[1]),
                           (int(example[0]), int(example[1]), int(example[2])))
                )  # fmt: skip
            engine.make(
                f"said_{at + 1}", f"select rid from said_{at} union select rid from left_out"
            )
        engine.drop("left_out", *(f"said_{at}" for at in range(len(undivided) + 1)))

    def _select(self, name: str, above: str | None) -> str:
        """The keys of a rule: from the rows, or from the blocks above that were too big."""
        if name == "g":
            return (
                "select r.rid, r.new, h.hub as a, 0 as y, 0 as p from r"
                " join hubs h on r.g = h.piece"
            )
        if name == "fyp":
            return (
                "select r.rid, r.new, h.hub as a, b.bucket as y, u.unit as p from r"
                " join hubs h on r.f = h.piece join buckets b on r.y1 = b.y1 and r.y2 = b.y2"
                " join units u on r.pset = u.pset"
            )
        if name == "yp":
            return (
                "select r.rid, r.new, r.gender as a, r.y1 as y, u.unit as p from r"
                " join units u on r.pset = u.pset where r.y1 > 0 and r.y1 = r.y2"
            )
        added = next(letter for letter in name if letter not in (above or ""))
        if added == "f":
            # unordered, so that names in the other order meet too
            return (
                "select distinct w.rid, w.new, case when w.a < h.hub then w.a else h.hub end"
                " * 4294967296 + case when w.a < h.hub then h.hub else w.a end as a,"
                f" 0 as y, 0 as p from o_{above} w join r on r.rid = w.rid"
                " join hubs h on r.f = h.piece"
            )
        if added == "y":
            return (
                f"select w.rid, w.new, w.a, b.bucket as y, w.p from o_{above} w"
                " join r on r.rid = w.rid join buckets b on r.y1 = b.y1 and r.y2 = b.y2"
            )
        return (
            f"select w.rid, w.new, w.a, w.y, u.unit as p from o_{above} w"
            " join r on r.rid = w.rid join units u on r.pset = u.pset"
        )

    def _rule(self, name: str, select: str, share: float, above: str | None = None) -> None:
        engine, settings = self._engine, self._settings
        engine.make(f"w_{name}", select)
        engine.make(
            f"k_{name}",
            "select a, y, p, count(*) as n, sum(new) as fresh"
            f" from w_{name} group by a, y, p having count(*) > 1 and sum(new) > 0",
        )
        sizes = sorted(engine.rows(
            "select n, sum(fresh * (n - fresh) + fresh * (fresh - 1) / 2), count(*)"
            f" from k_{name} group by n"
        ))  # fmt: skip
        cap, pairs = 1, 0
        allowed = min(self._most - self._spent, int(self._most * share))
        for n, more, _ in sizes:
            if n > settings.largest_block or pairs + int(more) > allowed:
                break
            cap, pairs = int(n), pairs + int(more)
        self._spent += pairs
        self.rules.append(MeetingRule(name, 1 << len(self.rules), pairs, cap))
        keep = (
            f"select w.*, k.n from w_{name} w join k_{name} k"
            " on w.a = k.a and w.y = k.y and w.p = k.p"
        )
        engine.make(f"b_{name}", f"select a, y, p, rid, new from ({keep}) x where n <= {cap}")
        if name in _ABOVE:
            engine.make(f"o_{name}", f"select rid, new, a, y, p from ({keep}) x where n > {cap}")
        left = [(int(n), int(count)) for n, _, count in sizes if n > cap]
        if left and name not in _ABOVE:
            example = next(iter(engine.rows(
                f"select a, y, p from k_{name} order by n desc, a, y, p limit 1"
            )))  # fmt: skip
            self.too_big.append(
                TooBig(
                    name,
                    sum(count for _, count in left),
                    sum(n * count for n, count in left),
                    max(n for n, _ in left),
                    (int(example[0]), int(example[1]), int(example[2])),
                )
            )

    def any_of(self, mask: int) -> str:
        """SQL: whether a pair of ``mask`` met by one of these rules (bits do not overlap)."""
        tests = [
            f"floor(mask / {rule.bit}) % 2 = 1" for rule in self.rules if rule.bit & mask
        ]  # fmt: skip
        return f"({' or '.join(tests)})" if tests else "1 = 0"

    def chunks(self, largest: int) -> Iterator[str]:
        """Queries that together give each pair (l, r, mask) once, about ``largest`` at a time.

        By ranges of the lower row, so that a database finds its rows close together.
        """
        parts = max(1, -(-sum(rule.pairs for rule in self.rules) // largest))
        ends = self._ends(parts) if parts > 1 else []
        for after, end in zip([0, *ends], [*ends, self._rows], strict=True):
            yield (
                "select l.rid as l, r.rid as r, bit_or(l.rule) as mask from blocks l join blocks r"
                " on l.rule = r.rule and l.a = r.a and l.y = r.y and l.p = r.p"
                f" and l.rid < r.rid where l.new + r.new > 0 and l.rid > {after}"
                f" and l.rid <= {end} group by l.rid, r.rid"
            )

    def _ends(self, parts: int) -> list[int]:
        """Rows at which all parts but the last end, such that each has about as many pairs.

        Counted in a share of the blocks: a row is the lower one as often as its blocks have
        later rows, a known one never, as new rows come before known ones.
        """
        engine, width = self._engine, -(-self._rows // _SLOTS)
        ((in_blocks,),) = engine.rows("select count(*) from blocks")
        every = 1 + int(in_blocks) // _ROWS_COUNTED
        counted = [
            (int(slot), int(pairs))
            for slot, pairs in engine.rows(
                f"select floor((rid - 1) / {width}.0) as slot, sum(new * later) as pairs from"
                " (select rid, new, row_number() over"
                " (partition by rule, a, y, p order by rid desc) - 1 as later"
                f" from blocks where (a + y + p) % {every} = 0) x group by 1 order by slot"
            )
        ]
        total = sum(pairs for _, pairs in counted)
        ends: list[int] = []
        so_far = 0
        for slot, pairs in counted:
            so_far += pairs
            if len(ends) + 1 < parts and so_far * parts >= (len(ends) + 1) * total > 0:
                ends.append(min((slot + 1) * width, self._rows))
        return ends
