"""Estimates of figures: computed on demand, kept by the digest of what they depend on.

An estimate takes seconds to minutes, so a page never computes one: it shows what was kept,
or says that nobody has asked yet. What is kept is a function of the capture table (counts,
no persons), the answers, the seed and the program's version, and lies under ``cache/``; it
may be dropped at any time and computed again to the same numbers.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import habeas
from habeas.archive.store import forgetting
from habeas.custody import durable
from habeas.estimation.errors import EstimationError
from habeas.estimation.tables import CaptureTable
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.definition.wording import grouped

if TYPE_CHECKING:
    from pathlib import Path

    from habeas.archive.opening import Archive
    from habeas.figures.evaluation.results import EstimatedFigure

FORMAT = "habeas/kept-estimate/1"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Told:
    """What an estimate says. ``document`` is all of it; ``refusal`` why there is no number."""

    estimate: float | None
    low: float | None
    high: float | None
    refusal: str
    document: dict[str, Any]

    @property
    def words(self) -> str:
        if self.estimate is None or self.low is None:
            return f"no estimate: {self.refusal}"
        top = "no upper end" if self.high is None else grouped(round(self.high))
        return f"about {grouped(round(self.estimate))} (95 %: {grouped(round(self.low))} to {top})"


@dataclass(frozen=True, slots=True)
class Estimates:
    """The estimate with open pairs apart, and with each taken as one person (or None)."""

    apart: Told
    joined: Told | None = None


def kept(archive: Archive, evaluation: EstimatedFigure) -> Estimates | None:
    """The estimate that was computed before; None when nobody has."""
    tables = _tables(evaluation)
    found = [_read(archive, evaluation.definition, table) for table in tables]
    told = [each for each in found if each is not None]
    if not told or len(told) < len(tables):
        return None
    return Estimates(*told)


def compute(
    archive: Archive,
    evaluation: EstimatedFigure,
    progress: Progress = lambda what, done, total: None,
) -> Estimates | None:
    """The estimate, computed where it is not kept. None where there is no table.

    Raises ``ExtraMissing`` where the packages for it are not installed.
    """
    from habeas.estimation import estimate
    from habeas.estimation.drawing import specifications

    definition = evaluation.definition
    asked = definition.estimation
    for table in _tables(evaluation):
        if _read(archive, definition, table) is not None:
            continue
        try:
            found = estimate(
                table,
                closed_population=asked.closed_population,
                everyone_could_be_listed=asked.everyone_could_be_listed,
                seed=asked.seed,
                progress=progress,
            )
            document = found.to_json() | {"drawings": specifications(found)}
        except EstimationError as error:
            document = {"refusal": {"code": error.code, "reason": error.message}}
        _keep(archive, definition, table, document)
    return kept(archive, evaluation)


def _tables(evaluation: EstimatedFigure) -> list[CaptureTable]:
    found = evaluation.capture
    if found.table is None:
        return []
    return [found.table] if found.joined is None else [found.table, found.joined]


def _file(archive: Archive, definition: FigureDefinition, table: CaptureTable) -> Path:
    asked = definition.estimation
    depends = [
        FORMAT,
        habeas.__version__,
        table.digest,
        list(table.lists),
        table.unit,
        asked.closed_population,
        asked.everyone_could_be_listed,
        asked.seed,
    ]
    name = hashlib.sha256(json.dumps(depends).encode()).hexdigest()
    return archive.directory / "cache" / "estimates" / f"{name}.json"


def _read(archive: Archive, definition: FigureDefinition, table: CaptureTable) -> Told | None:
    try:
        document = json.loads(_file(archive, definition, table).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return _told(definition, document)


def _told(definition: FigureDefinition, document: dict[str, Any]) -> Told:
    refused = document.get("refusal")
    if refused is None:
        chosen = {each["key"]: each for each in document["methods"]}.get(
            definition.estimation.method
        )
        if chosen is None:
            reason = "the method of the definition does not apply to so many lists."
            return Told(None, None, None, reason, document)
        if chosen["estimate"] is not None:
            low, high = chosen["interval_95"] or (None, None)
            return Told(chosen["estimate"], low, high, "", document)
        refused = chosen["refusal"]
    return Told(None, None, None, refused["reason"], document)


def _keep(
    archive: Archive, definition: FigureDefinition, table: CaptureTable, document: dict[str, Any]
) -> None:
    target = _file(archive, definition, table)
    durable.make_folder(target.parent / "tmp")  # what lies there may be another's, half written
    data = json.dumps(document, sort_keys=True, ensure_ascii=False).encode()
    durable.write_file(target.parent, target, data)


def _forget() -> None:
    """What is fitted is of lists of people; the room that fits is imported where one asks it to."""
    fitting = sys.modules.get("habeas.estimation.searching")
    if fitting is not None:
        fitting.forget()


forgetting.with_archive(_forget)
