"""How many rows a table lacks because its readers may not see them: for the owner alone to know.

Invariant: nothing of it goes into the file, its codebook or the entry; whoever is handed the
table does not learn that there is more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive.access import OWNER, Viewer, live, newest, visible
from habeas.archive.access.labels import LEVELS
from habeas.archive.awaiting import something_waits
from habeas.exchange.bundling.choosing import viewer_of
from habeas.exchange.tidy.observations import KIND as OBSERVATION
from habeas.figures.evaluation.loading import all_records, live_claims

if TYPE_CHECKING:
    from habeas.exchange.exporting.writing import Exported


@dataclass(frozen=True, slots=True)
class LeftOut:
    """``rows`` of ``of`` were not written; ``level`` is the lowest that writes them all.

    ``waits``: some may be handled as public, and wait for an acceptance, a confirmation or somebody
    who agrees.
    """

    kind: str
    rows: int
    of: int
    level: str
    waits: bool = False


def left_out(done: Exported, level: str) -> Iterator[LeftOut]:
    """Of each table that was written for readers up to a level."""
    if level == "sealed":
        return
    higher = [name for name in LEVELS if LEVELS[name] > LEVELS[level]]
    for kind, rows in done.rows.items():
        whole = _count(kind, replace(OWNER, purpose=done.size), done.size)
        if kind == "observations":
            rows += done.undated
        if rows < whole:
            lowest = _lowest(kind, higher, whole, done.size)
            yield LeftOut(
                kind, whole - rows, whole, lowest, level == "public" and something_waits()
            )


def _lowest(kind: str, levels: Collection[str], whole: int, size: int) -> str:
    for level in levels:
        if _count(kind, viewer_of(level).with_purpose(size), size) == whole:
            return level
    return "sealed"


def _count(kind: str, viewer: Viewer, size: int) -> int:
    """How many rows a table would have; of a figure none are told apart."""
    if kind == "claims":
        return live_claims(viewer, size).count()
    if kind == "sources":
        return newest(viewer, m.Source, size).count()
    if kind == "citations":
        claims = live_claims(viewer, size).values("position")
        return visible(viewer, m.ClaimPassage).filter(claim__in=claims).count()
    if kind in ("records", "observations"):
        records = all_records(viewer, size)
        mentions = live(visible(viewer, m.Mention), size)
        if kind == "observations":
            mentions = mentions.filter(kind=OBSERVATION)
        rows = mentions.values_list("position", flat=True)
        return len({records.of(position) for position in rows})
    return 0


def as_json(found: Collection[LeftOut]) -> Mapping[str, int]:
    return {one.kind: one.rows for one in found}
