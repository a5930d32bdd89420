"""The plain rows that figures are computed from: no database, no viewer, no time.

Invariants: a ``Facts`` holds only what one viewer may see as of one ledger size, so
nothing computed from it can leak anything else; all its claims are live; ``record`` is
the earliest visible mention of the subject's record. Claims are named tuples rather than
dataclasses because a figure may read a million of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from habeas.archive.review.pairs import OpenPair
from habeas.figures.places import Above
from habeas.vocabulary import values
from habeas.vocabulary.values import Value


class ClaimRow(NamedTuple):
    """One live claim. Days are proleptic ordinals, None open or unknown."""

    position: int
    subject: int
    property: str
    stance: str
    value: str  # canonical JSON
    value_type: str
    value_key: str
    number_low: int | None
    number_high: int | None
    value_from: int | None
    value_to: int | None
    ref: int | None
    holds: str
    holds_from: int | None
    holds_to: int | None
    attribution: str  # canonical JSON
    source: int
    list: int | None
    record: int
    ref_record: int | None


class SourceRow(NamedTuple):
    """One version of a source. ``first`` is the earliest of it: what it is counted as.

    ``described`` is the newest, whose code, kind and interests stand here: what was found out about
    a speaker later holds of what they said before.
    """

    position: int
    code: str
    name: str
    kind: str
    interests: str  # canonical JSON
    first: int
    described: int = 0

    @property
    def title(self) -> str:
        return self.name or self.code


@lru_cache(maxsize=65_536)
def value_of(text: str) -> Value:
    """The value that a claim's JSON holds."""
    return values.from_json(json.loads(text))


def attribution_of(claim: ClaimRow) -> list[dict[str, Any]]:
    """Who says it, then through whom: each step with ``basis``, ``how``, ``said``, ``where``."""
    steps: list[dict[str, Any]] = json.loads(claim.attribution)
    return steps


class Origins:
    """Which sources are independent: lineage followed to those that repeat nobody.

    ``repeats`` are pairs (source, the source that it repeats). Sources that repeat each
    other in a ring are one origin, named by the earliest of them.
    """

    def __init__(
        self, repeats: Iterable[tuple[int, int]] = (), first: Mapping[int, int] | None = None
    ) -> None:
        self._first = dict(first or {})
        self._up: dict[int, set[int]] = {}
        for source, repeated in repeats:
            left, right = self.first(source), self.first(repeated)
            if left != right:
                self._up.setdefault(left, set()).add(right)
        self._known: dict[int, frozenset[int]] = {}

    def first(self, source: int) -> int:
        """The earliest version of a source."""
        return self._first.get(source, source)

    def repeats(self, source: int) -> bool:
        return self.first(source) in self._up

    def repeated_by(self, source: int) -> frozenset[int]:
        """The sources that one repeats directly, each by its earliest version."""
        return frozenset(self._up.get(self.first(source), ()))

    def of(self, source: int) -> frozenset[int]:
        """The origins behind a source; itself when it repeats nobody."""
        start = self.first(source)
        known = self._known.get(start)
        if known is None:
            reached = self._reached(start)
            ends = set()
            for node in reached:
                ring = self._reached(node)
                if all(node in self._reached(other) for other in ring):
                    ends.add(min(ring))
            known = self._known[start] = frozenset(ends)
        return known

    def behind(self, source: int) -> frozenset[int]:
        """The source and all that it repeats, itself or through others."""
        return frozenset(self._reached(self.first(source)))

    def of_all(self, sources: Iterable[int]) -> frozenset[int]:
        """The distinct origins behind several sources."""
        found: set[int] = set()
        for source in sources:
            found |= self.of(source)
        return frozenset(found)

    def _reached(self, start: int) -> set[int]:
        seen = {start}
        waiting = [start]
        while waiting:
            for above in self._up.get(waiting.pop(), ()):
                if above not in seen:
                    seen.add(above)
                    waiting.append(above)
        return seen


@dataclass(frozen=True, slots=True)
class Episodes:
    """Which claims speak of which owned record, where a definition tells these apart (``placing``).

    ``owner``: of each owned record, and of each ``loose`` claim that reads as one, the record of
    its owner. ``of``: claim → the owned record that it is about or is grouped in; ``groupings``:
    by which entry. ``about``: claim → the record on which it may disagree with another, where it
    is read of a different one.
    """

    owner: Mapping[int, int] = field(default_factory=dict)
    of: Mapping[int, int] = field(default_factory=dict)
    about: Mapping[int, int] = field(default_factory=dict)
    groupings: Mapping[int, int] = field(default_factory=dict)
    loose: frozenset[int] = frozenset()
    kinds: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a definition may ask about, for one viewer as of one ledger size.

    ``records`` are those of the counted kind; ``withdrawn`` those known only from
    retracted lists. ``named`` gives the records behind each name in the definition,
    ``above`` the places in which a record is said to lie, and the claims that say so.
    ``speakers``: who says any of the claims, where a rule asks that.
    ``listed`` gives for each list of an estimate its records, each with the earliest claim
    that puts it there; ``open_pairs`` the pairs, of the counted kind, that are not decided;
    ``compared`` the ledger size whose records the newest run compared, 0 where there was none,
    None where that is not asked.
    """

    records: tuple[int, ...] = ()
    withdrawn: tuple[int, ...] = ()
    claims: tuple[ClaimRow, ...] = ()
    sources: Mapping[int, SourceRow] = field(default_factory=dict)
    origins: Origins = field(default_factory=Origins)
    speakers: frozenset[int] = frozenset()
    cited: frozenset[int] = frozenset()  # claims that cite a passage
    through: Mapping[int, tuple[int, ...]] = field(default_factory=dict)  # claim → by whom it came
    grades: Mapping[int, str] = field(default_factory=dict)  # claim → latest credibility
    captions: Mapping[int, str] = field(default_factory=dict)
    kinds: Mapping[int, str] = field(default_factory=dict)
    named: Mapping[str, frozenset[int]] = field(default_factory=dict)
    above: Above = field(default_factory=dict)
    listed: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    open_pairs: tuple[OpenPair, ...] = ()
    apart: Mapping[tuple[int, int], int] = field(default_factory=dict)  # of inventories only
    compared: int | None = None
    episodes: Episodes = field(default_factory=Episodes)
