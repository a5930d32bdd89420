"""The definitions that the ledger holds, for one viewer as of one ledger size."""

from __future__ import annotations

from functools import lru_cache

from habeas.archive import models as m
from habeas.archive import regions
from habeas.archive.access import Viewer, newest, visible
from habeas.figures.definition.definitions import FigureDefinition, parse
from habeas.figures.errors import DefinitionError, NothingThere, UnknownFigure
from habeas.vocabulary import schema
from habeas.vocabulary.region import Region


@lru_cache(maxsize=1_024)
def _read(text: str, position: int, region: Region) -> FigureDefinition:
    return parse(text, schema=schema.of(region), position=position)


def in_force(viewer: Viewer, as_of: int | None = None) -> list[FigureDefinition]:
    """The definitions in force, in the order in which they were recorded.

    One that this version cannot read is left out; ``unreadable`` lists it.
    """
    found: list[FigureDefinition] = []
    region = regions.chosen()
    for position, text in _rows(viewer, as_of):
        try:
            found.append(_read(text, position, region))
        except DefinitionError:
            continue
    return found


def unreadable(viewer: Viewer, as_of: int | None = None) -> list[tuple[int, DefinitionError]]:
    """The definitions in force that this version cannot read: position and what is wrong."""
    found: list[tuple[int, DefinitionError]] = []
    region = regions.chosen()
    for position, text in _rows(viewer, as_of):
        try:
            _read(text, position, region)
        except DefinitionError as error:
            found.append((position, error))
    return found


def named(viewer: Viewer, key: str, as_of: int | None = None) -> FigureDefinition:
    """The definition in force under a key; raises ``UnknownFigure``."""
    rows = newest(viewer, m.Definition, as_of).filter(key=key).order_by("-position")
    row = rows.values_list("position", "text").first()
    if row is None:
        keys = newest(viewer, m.Definition, as_of).order_by("key")
        known = ", ".join(keys.values_list("key", flat=True)[:20])
        raise UnknownFigure(
            f"No figure named {key!r}.",
            next_step=f"There are: {known}."
            if known
            else "Record one with `habeas figure add FILE.yaml`.",
        )
    return _read(row[1], row[0], regions.chosen())


def at(viewer: Viewer, position: int) -> FigureDefinition:
    """The definition recorded at a position, in force or not; raises ``NothingThere``."""
    text = (
        visible(viewer, m.Definition)
        .filter(position=position)
        .values_list("text", flat=True)
        .first()
    )
    if text is None:
        raise NothingThere(
            f"No definition at entry {position}.", next_step="List them: `habeas figure`."
        )
    return _read(text, position, regions.chosen())


def _rows(viewer: Viewer, as_of: int | None) -> list[tuple[int, str]]:
    rows = newest(viewer, m.Definition, as_of).order_by("position")
    return list(rows.values_list("position", "text"))
