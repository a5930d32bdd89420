"""What a run may be told. Which region the records are of is given beside it.

Invariants: a result is a function of records, settings and program version; ``threads``,
``memory`` and ``spill`` change how fast it comes, never what it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from habeas.linking.errors import BadSetting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from habeas.linking.records import Model

HOW = ("exact", "text", "number")
_FEWEST_PAIRS, _PAIRS_A_RECORD = 5_000_000, 20
ENGINES = ("duckdb", "spark")


@dataclass(frozen=True, slots=True)
class ExtraField:
    """A further field of ``LinkRecord.fields``.

    ``how``: ``exact`` (equal or not), ``text`` (equal, nearly equal by Jaro–Winkler and edit
    distance, or not), ``number`` (digits that may have a slip: equal, one or two slips, or not).
    ``block``: records with an equal value are compared.
    """

    name: str
    how: str = "exact"
    block: bool = False

    def __post_init__(self) -> None:
        if self.how not in HOW or not self.name.isidentifier():
            raise BadSetting(
                f"The field {self.name!r} cannot be compared as {self.how!r}.",
                next_step=f"Name it with letters and compare it as one of: {', '.join(HOW)}.",
            )


@dataclass(frozen=True, slots=True)
class LinkingSettings:
    """How to link.

    ``threshold``: candidates below this probability are left out. ``largest_block``: a key that
    more records share is not expanded but divided, or reported. ``most_pairs``: pairs compared at
    most; None: 20 for each record, and at least five million. ``names``: ``turkic`` compares by
    ``habeas.names``, ``plain`` by Jaro–Winkler for records in one alphabet. ``models``:
    by kind of record, the weights of an earlier run, instead of learning them.
    """

    threshold: float = 0.01
    fields: tuple[ExtraField, ...] = ()
    names: str = "turkic"
    largest_block: int = 1_000
    most_pairs: int | None = None
    within_datasets: bool = True
    seed: int = 2017
    models: Mapping[str, Model] = field(default_factory=dict)
    most_candidates: int = 2_000_000
    threads: int = 2
    memory: str = "1GB"
    spill: Path | None = None
    engine: str = "duckdb"

    def __post_init__(self) -> None:
        wrong = ""
        if not 0 < self.threshold < 1:
            wrong = f"A threshold of {self.threshold} is not a probability between 0 and 1."
        elif self.names not in ("turkic", "plain"):
            wrong = f"Names cannot be compared as {self.names!r}."
        elif self.engine not in ENGINES:
            wrong = f"No engine named {self.engine!r}."
        elif self.largest_block < 2 or (self.most_pairs or 1) < 1 or self.threads < 1:
            wrong = "A block of fewer than two records, or no pairs or threads, compares nothing."
        elif len({each.name for each in self.fields}) < len(self.fields):
            wrong = "A field is named twice."
        if wrong:
            raise BadSetting(wrong, next_step="See docs/reference/linking.md.")

    def pairs_for(self, rows: int) -> int:
        """How many pairs of so many rows may be compared."""
        return self.most_pairs or max(_FEWEST_PAIRS, _PAIRS_A_RECORD * rows)
