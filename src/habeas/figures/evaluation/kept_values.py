"""The value of a figure without its members: what an overview shows, kept beside a large archive.

To count a hundred thousand records takes a second or more, and an overview shows many counts. What
a count of a large archive gave is kept under ``cache/figures/<ledger size>/``, by the digest of all
that it depends on (``evaluating``). Invariants: no record and no claim is in it, nor any text of
one; a value of another ledger size is never given, and goes when a newer one is kept; whatever lies
there may be dropped at any time and counted again to the same value.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import habeas
from habeas.custody import durable
from habeas.figures.evaluation.results import CountedFigure, Evaluation
from habeas.vocabulary import stances

if TYPE_CHECKING:
    from pathlib import Path

    from habeas.archive.opening import Archive

FORMAT = "habeas/kept-value/1"
#: A count of fewer is made again as fast as it is read.
KEPT_FROM = 5_000


@dataclass(frozen=True, slots=True)
class StepNumbers:
    """A rule in words, and how many it was given, kept, dropped and could not decide."""

    rule: str
    words: str
    entered: int
    kept: int
    dropped: int
    not_known: int


@dataclass(frozen=True, slots=True)
class FigureValue:
    """What a figure answers, and on how much it rests; ``number`` of a counted one only."""

    headline: str
    number: int | None
    fewest: int | None
    not_known: int
    open_pairs: int
    accounts: int
    denials: int
    scope: str
    handling: str
    definition: int | None
    digest: str
    as_of: int
    records: int
    claims: int
    steps: tuple[StepNumbers, ...]


def value_of(evaluation: Evaluation) -> FigureValue:
    """The value of a figure; raises ``NoLineage`` where it does not follow from its grounds."""
    lineage = evaluation.require_lineage()
    counted = evaluation if isinstance(evaluation, CountedFigure) else None
    return FigureValue(
        headline=evaluation.headline,
        number=None if counted is None else counted.number,
        fewest=None if counted is None else counted.fewest,
        not_known=evaluation.not_known,
        open_pairs=len(evaluation.open_pairs),
        accounts=len(evaluation.points),
        denials=sum(point.stance == stances.DENIES for point in evaluation.points),
        scope=evaluation.scope,
        handling=evaluation.handling,
        definition=lineage.definition,
        digest=lineage.digest,
        as_of=lineage.as_of,
        records=len(lineage.records),
        claims=len(lineage.claims),
        steps=tuple(
            StepNumbers(
                step.rule,
                step.words,
                step.entered,
                step.kept,
                len(step.dropped),
                len(step.not_known),
            )
            for step in evaluation.steps
        ),
    )


def kept(archive: Archive, size: int, depends_on: tuple[Any, ...]) -> FigureValue | None:
    """The value that was counted at this ledger size; None where none was."""
    try:
        found = json.loads(_file(archive, size, depends_on).read_bytes())
        steps = tuple(StepNumbers(**step) for step in found.pop("steps"))
        return FigureValue(**found, steps=steps)
    except (OSError, ValueError, TypeError, KeyError):
        return None  # not there, or not whole: it is counted again


def keep(archive: Archive, size: int, depends_on: tuple[Any, ...], evaluation: Evaluation) -> None:
    """Keep the value of a large count as of now; where that cannot be written, it is not kept."""
    if evaluation.kind != "counted" or evaluation.steps[0].entered < KEPT_FROM:
        return
    data = json.dumps(asdict(value_of(evaluation)), sort_keys=True, ensure_ascii=False).encode()
    target = _file(archive, size, depends_on)
    with contextlib.suppress(OSError):
        durable.make_folder(target.parent / "tmp")
        durable.write_file(target.parent, target, data)
        for other in target.parent.parent.iterdir():
            if other.name != target.parent.name:
                shutil.rmtree(other, ignore_errors=True)


def _file(archive: Archive, size: int, depends_on: tuple[Any, ...]) -> Path:
    text = json.dumps([FORMAT, habeas.__version__, *depends_on], default=str)
    name = hashlib.sha256(text.encode()).hexdigest()
    return archive.directory / "cache" / "figures" / str(size) / f"{name}.json"
