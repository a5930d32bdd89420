"""A place of a gazetteer: its codes, its spellings with their sources, its point.

Invariants: the present code is the unit's id; every form and every code names its source.
"""

from __future__ import annotations

from dataclasses import dataclass

from habeas.vocabulary import places

LEVELS = ("province", "prefecture", "county", "township")


@dataclass(frozen=True, slots=True)
class Form:
    """One spelling. ``kind``: official, pinyin, uly, sasm, press, hist and so on; see docs."""

    text: str
    kind: str
    language: str
    script: str
    source: str


@dataclass(frozen=True, slots=True)
class UnitCode:
    """An official code, with the name and the time (EDTF; '' not known) that it held for."""

    code: str
    name: str
    valid: str
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class Unit:
    """One place: the present code is its id. ``point`` is None where none is known."""

    id: str
    level: str
    parent: str
    codes: tuple[UnitCode, ...]
    forms: tuple[Form, ...]
    point: places.Point | None
    point_source: str
    related: bool

    @property
    def name(self) -> str:
        """The official name of today."""
        return self.codes[0].name
