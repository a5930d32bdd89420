"""The files of a gazetteer: JSON with the history of codes, or a table with a place a line.

Invariants: nothing is left out silently; a fault is told by the file, and by the line of a table.
docs/reference/names.md has both formats.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from habeas.names.errors import BadGazetteer
from habeas.names.units import LEVELS, Form, Unit, UnitCode
from habeas.vocabulary import places, texts
from habeas.vocabulary.errors import VocabularyError

if TYPE_CHECKING:
    from habeas.vocabulary.region_file import RegionFile

JSON, TABLE = FILES = ("gazetteer.json", "gazetteer.tsv")
FORMAT = "habeas-gazetteer/1"
_FIRST = ("id", "level", "parent", "point", "source")
_MOST_FORMS = 60


@dataclass(frozen=True)
class Parsed:
    """What a file says."""

    name: str
    units: tuple[Unit, ...]
    sources: dict[str, str]


def read(file: RegionFile) -> Parsed:
    """The places of a file. Errors: ``BadGazetteer``, ``BadRegion``."""
    if file.file == TABLE:
        return _table(file)
    try:
        return read_json(file.text)
    except BadGazetteer as error:
        raise file.bad(0, error.message) from error


def _table(file: RegionFile) -> Parsed:
    """A place a line; the first line names the columns, of which each form has one.

    A column of forms is called by kind, language and script: ``official/be/Cyrl``. The first one
    has the official name. Several forms of one column are parted by a vertical bar.
    """
    rows = file.rows()
    number, head = next(rows, (0, []))
    if tuple(head[: len(_FIRST)]) != _FIRST or len(head) <= len(_FIRST):
        raise file.bad(
            number, f"the first line must name the columns {', '.join(_FIRST)} and those of forms"
        )
    columns = [_column(file, number, name) for name in head[len(_FIRST) :]]
    units: dict[str, Unit] = {}
    for number, cells in rows:
        if len(cells) != len(head):
            raise file.bad(number, f"it has {len(cells)} columns, and the first line {len(head)}")
        unit = _line(file, number, cells, columns)
        if unit.id in units:
            raise file.bad(number, f"the place {unit.id} is there twice")
        if unit.parent and unit.parent not in units:
            raise file.bad(number, f"it is in {unit.parent}, which is not on an earlier line")
        units[unit.id] = unit
    return Parsed(file.region, tuple(units.values()), {})


def _column(file: RegionFile, number: int, name: str) -> tuple[str, str, str]:
    kind, language, script = (*name.split("/"), "", "")[:3]
    try:
        texts.make("a", language, script)
    except VocabularyError as error:
        raise file.bad(number, f"{name}: {error.message}") from error
    if not kind or not script or name.count("/") != 2:
        raise file.bad(number, f"a column of forms is kind/language/Script, not {name}")
    return kind, language, script


def _line(
    file: RegionFile, number: int, cells: list[str], columns: list[tuple[str, str, str]]
) -> Unit:
    id, level, parent, point, source = cells[: len(_FIRST)]
    if not id or level not in LEVELS or not source:
        raise file.bad(number, f"a place needs an id, a source and a level ({', '.join(LEVELS)})")
    forms = []
    for cell, (kind, language, script) in zip(cells[len(_FIRST) :], columns, strict=True):
        for text in filter(None, map(str.strip, cell.split("|"))):
            found = texts.detect_script(text)
            if found != script:
                raise file.bad(number, f"{text} is not written in {script}")
            forms.append(Form(text, kind, language, script, source))
    if not cells[len(_FIRST)] or len(forms) > _MOST_FORMS:
        raise file.bad(number, f"a place has an official name, and at most {_MOST_FORMS} forms")
    try:
        where = places.parse(point) if point else None
    except VocabularyError as error:
        raise file.bad(number, error.message) from error
    code = UnitCode(id, forms[0].text, "", "", source)
    return Unit(id, level, parent, (code,), tuple(forms), where, source if where else "", True)


def read_json(text: str) -> Parsed:
    """Places from a file of JSON. Errors: ``BadGazetteer`` naming what is wrong."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadGazetteer(f"It is not JSON: {error}.", next_step=f"See {FORMAT}.") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise BadGazetteer(
            "The file is not a gazetteer.",
            next_step=f'It must be an object with "format": "{FORMAT}".',
        )
    try:
        units = [_unit(entry, data["sources"]) for entry in data["units"]]
        units += [_township(code, name) for code, name in data.get("townships", [])]
        name, sources = str(data["name"]), dict(data["sources"])
    except (KeyError, TypeError, ValueError, IndexError, VocabularyError) as error:
        raise BadGazetteer(
            f"The gazetteer is not in order: {_said(error)}.",
            next_step="docs/reference/names.md has the format.",
        ) from None
    ids = [unit.id for unit in units]
    if len(set(ids)) != len(ids):
        twice = next(one for one in ids if ids.count(one) > 1)
        raise BadGazetteer(f"The unit {twice} is there twice.", next_step="Join its forms.")
    return Parsed(name, tuple(units), sources)


def _said(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


def _unit(entry: dict[str, Any], sources: dict[str, str]) -> Unit:
    forms = tuple(Form(*form) for form in entry["forms"])
    codes = tuple(UnitCode(**code) for code in entry["codes"])
    used = {form.source for form in forms} | {code.source for code in codes}
    if not used <= set(sources):
        raise ValueError(f"{entry['id']} names the source {min(used - set(sources))}, not listed")
    if entry["level"] not in LEVELS or not codes:
        raise ValueError(f"{entry['id']} has no level or no code")
    given = entry["point"]
    point = places.make(given["lat"], given["lon"], given["precision"]) if given else None
    return Unit(
        entry["id"], entry["level"], entry["parent"], codes, forms, point,
        f"{given['source']}: {given['note']}" if given else "", bool(entry["related"]),
    )  # fmt: skip


def _township(code: str, name: str) -> Unit:
    made = UnitCode(code, name, "", "", "division")
    form = Form(name, "official", "zh", "Hani", "division")
    return Unit(code, "township", code[:6], (made,), (form,), None, "", False)
