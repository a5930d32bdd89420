"""Checks every row of a folder, without writing anything.

Gives a ``ImportPlan``: the checked rows with their values parsed and their passages found. Every
fault is noted with its place, what is wrong and what would be valid.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from habeas.archive import models as m
from habeas.archive import rules
from habeas.archive.access import OWNER, visible
from habeas.archive.access.labels import LEVELS
from habeas.archive.exhibits.intake import Received, layer_text
from habeas.archive.opening import Archive
from habeas.errors import HabeasError
from habeas.exchange import folder as f
from habeas.exchange import leftovers
from habeas.exchange.errors import InputFault
from habeas.exchange.folder import ImportFolder
from habeas.exchange.tables import NO_FILE, CsvRow, lies_inside
from habeas.exchange.values_in import read_value
from habeas.figures.definition import definitions, naming
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.errors import DefinitionError
from habeas.reading.encodings import plain_text
from habeas.vocabulary import schema, values

SEVERAL = " ¶ "  # between the quotes of one claim


@dataclass(frozen=True, slots=True)
class Quote:
    """A place in an exhibit's text, in code points, with what stands there."""

    exhibit: str
    start: int
    stop: int
    text: str


@dataclass(frozen=True, slots=True)
class PlannedClaim:
    """A checked row of claims.csv. ``ref`` names the mention where the value is one.

    ``quotes`` become passages; ``passages`` name those that the archive has.
    """

    row: CsvRow
    value: values.Value | None
    ref: str
    through: tuple[str, ...]
    quotes: tuple[Quote, ...]
    passages: tuple[str, ...]


@dataclass(slots=True)
class ImportPlan:
    """What an import will write, in order."""

    folder: ImportFolder
    claims: list[PlannedClaim] = field(default_factory=list)
    definitions: list[tuple[FigureDefinition, str]] = field(default_factory=list)
    exhibits: dict[str, Received] = field(default_factory=dict)

    @property
    def faults(self) -> list[InputFault]:
        return self.folder.faults.found


def check(archive: Archive, folder: ImportFolder) -> ImportPlan:
    """Check all rows; the plan holds good only when it has no faults."""
    plan = ImportPlan(folder)
    readings = _Readings(archive, folder)
    for row in folder.rows(f.EXHIBITS):
        _exhibit(plan, readings, row)
    for row in folder.rows(f.SOURCES):
        _source(folder, row)
    for row in folder.rows(f.MENTIONS):
        _mention(folder, row)
    for row in folder.rows(f.CLAIMS):
        plan.claims.append(_claim(folder, readings, row))
    for row in folder.rows(f.JUDGEMENTS):
        _judgement(folder, row)
    for row in folder.rows(f.ASSESSMENTS):
        _assessment(folder, row)
    for row in folder.rows(f.CONSENTS):
        _consent(folder, row)
    for path in folder.definitions:
        _definition(plan, path)
    for shape in f.SHAPES:
        for row in folder.rows(shape):
            for column in row.cells:
                if doubted := leftovers.doubt(row, column):
                    folder.faults.add(row.fault(column, *doubted))
    folder.faults.add_followed()
    folder.faults.found.sort(
        key=lambda fault: (_FILE_ORDER.get(fault.file, 99), fault.file, fault.line)
    )
    return plan


_FILE_ORDER = {shape.file: order for order, shape in enumerate(f.SHAPES)}


class _Readings:
    """The text of each exhibit that rows quote: a file of the folder, or a logged layer."""

    def __init__(self, archive: Archive, folder: ImportFolder) -> None:
        self._archive = archive
        self._folder = folder
        self._read: dict[str, str | None] = {}
        self.files: dict[str, Path] = {}

    def of(self, name: str) -> str | None:
        if name not in self._read:
            self._read[name] = self._text(name)
        return self._read[name]

    def _text(self, name: str) -> str | None:
        if not name.startswith("#"):
            path = self.files.get(name)
            try:
                return None if path is None else plain_text.read(path.read_bytes()).text
            except HabeasError:
                return None
        layers = visible(OWNER, m.Layer).filter(exhibit=int(name[1:])).order_by("-position")
        newest = layers.first()
        return None if newest is None else layer_text(self._archive, newest)


def _exhibit(plan: ImportPlan, readings: _Readings, row: CsvRow) -> None:
    faults, directory = plan.folder.faults, plan.folder.directory
    path = directory / row["file"]
    try:
        inside, there = lies_inside(path, directory), path.is_file()
    except (OSError, ValueError, RuntimeError):  # too long, a NUL, links in a circle
        inside, there = True, False
    if not (inside and there):
        faults.lost.add((row.file, row["id"]))
    if not inside:
        faults.add(
            row.fault(
                "file", f"{row['file']!r} lies outside the folder.", "Put the file inside it."
            )
        )
        return
    if not there:
        name = row["file"] if len(row["file"]) <= 200 else row["file"][:200] + "…"
        faults.add(row.fault("file", f"There is no file {name!r}.", "Paths start at the folder."))
        return
    plan.folder.note(row, rules.date("received_on", row["received_on"]))
    readings.files[row["id"]] = path
    plan.exhibits[row["id"]] = Received(
        path,
        filename=path.name,
        media_type=row["media_type"],
        title=row["title"],
        received_from=row["received_from"],
        received_on=row["received_on"],
        note=row["note"],
    )


def _source(folder: ImportFolder, row: CsvRow) -> None:
    interests = [kind for kind, _ in interests_of(row["interests"])]
    folder.note(row, rules.source(row["kind"], row["code"], row["name"], interests))
    for name in row["repeats"].split():
        if folder.find(row, "repeats", name, "source"):
            folder.note(row, rules.lineage(itself=name == row["id"]))


def interests_of(cell: str) -> list[tuple[str, str]]:
    """``funding: text; affiliation: text`` as pairs."""
    parts = [part for part in re.split(r";\s*", cell) if part.strip()]
    return [
        (kind.strip(), text.strip()) for kind, _, text in (part.partition(":") for part in parts)
    ]


def _mention(folder: ImportFolder, row: CsvRow) -> None:
    kind = row["kind"]
    folder.note(row, rules.mention(kind, row["caption"], row["language"], row["script"]))
    if row["same_as"]:
        itself = row["same_as"] == row["id"]
        other = None if itself else folder.find(row, "same_as", row["same_as"], "mention")
        kinds = (kind, other.kind if other else None)
        folder.note(row, rules.pair("same", kinds, itself=itself, field="same_as"))
        if itself:
            return
        if not row["reason"]:
            folder.faults.add(
                row.fault("reason", "This cell is empty.", "Say why the two are the same.")
            )


def _claim(folder: ImportFolder, readings: _Readings, row: CsvRow) -> PlannedClaim:
    known = schema.core()
    subject = folder.find(row, "subject", row["subject"], "mention")
    prop = known.properties.get(row["property"])
    value, ref = None, ""
    kind = subject.kind if subject else None
    folder.note(row, rules.claimed(known, kind, row["property"]))
    if prop is not None:
        value, ref = read_value(folder, row, prop)
    stance, basis = row["stance"] or "asserts", row["basis"] or "not-stated"
    folder.note(row, rules.statement(known, stance, basis, row["holds"], row["said"]))
    folder.find(row, "source", row["source"], "source")
    through = tuple(row["through"].split())
    for name in through:
        folder.find(row, "through", name, "source")
    passages = tuple(dict.fromkeys(row["passages"].split()))
    for name in passages:
        folder.find(row, "passages", name, "passage")
    return PlannedClaim(row, value, ref, through, _quotes(folder, readings, row), passages)


def _quotes(folder: ImportFolder, readings: _Readings, row: CsvRow) -> tuple[Quote, ...]:
    if not row["exhibit"] and not row["quote"]:
        return ()
    for column, other in (("exhibit", "quote"), ("quote", "exhibit")):
        if not row[column]:
            folder.faults.add(
                row.fault(
                    column, "This cell is empty.", f"A passage needs both {column} and {other}."
                )
            )
            return ()
    name = row["exhibit"]
    if folder.find(row, "exhibit", name, "exhibit") is None:
        return ()
    text = readings.of(name)
    if text is None and folder.faults.of_no_use(row, "quote", name, f.EXHIBITS.file):
        return ()
    if text is None:
        folder.faults.add(
            row.fault(
                "exhibit",
                f"{name!r} has no text to quote from.",
                "Quote plain UTF-8 text, or leave both cells empty.",
            )
        )
        return ()
    found = (
        _quote(folder, row, name, text, quote.strip()) for quote in row["quote"].split(SEVERAL)
    )
    return tuple(quote for quote in found if quote is not None)


def _quote(folder: ImportFolder, row: CsvRow, exhibit: str, text: str, quote: str) -> Quote | None:
    places = [match.start() for match in re.finditer(re.escape(quote), text)] if quote else []
    occurrence = row["occurrence"]
    if not places:
        folder.faults.add(
            row.fault(
                "quote",
                f"The text of {exhibit!r} does not hold this quote.",
                "Copy it exactly from the exhibit.",
            )
        )
        return None
    if not occurrence and len(places) > 1:
        folder.faults.add(
            row.fault(
                "quote",
                f"The quote stands {len(places)} times in {exhibit!r}.",
                "Say which in `occurrence`, from 1.",
            )
        )
        return None
    if occurrence and occurrence not in map(str, range(1, len(places) + 1)):
        folder.faults.add(
            row.fault(
                "occurrence",
                f"{occurrence!r} is not one of its places.",
                f"Use 1 to {len(places)}.",
            )
        )
        return None
    start = places[int(occurrence or "1") - 1]
    folder.note(row, rules.passage(start, start + len(quote), len(text)))
    return Quote(exhibit, start, start + len(quote), quote)


def _judgement(folder: ImportFolder, row: CsvRow) -> None:
    folder.note(row, rules.verdict(row["verdict"]))
    left = folder.find(row, "left", row["left"], "mention")
    right = folder.find(row, "right", row["right"], "mention")
    kinds = (left.kind if left else None, right.kind if right else None)
    folder.note(row, rules.pair(row["verdict"], kinds, itself=row["left"] == row["right"]))


def _assessment(folder: ImportFolder, row: CsvRow) -> None:
    folder.find(row, "target", row["target"], "claim", "source")
    folder.note(row, rules.assessment(row["scheme"], row["grade"]))


def _consent(folder: ImportFolder, row: CsvRow) -> None:
    folder.find(row, "subject", row["subject"], "mention", "source")
    purposes = row["purposes"].split()
    folder.note(row, rules.consent(row["basis"], row["audience"], purposes, row["expires"]))


def _definition(plan: ImportPlan, path: Path) -> None:
    name = f"definitions/{path.name}"
    if not (path.is_file() and lies_inside(path, plan.folder.directory)):
        plan.folder.faults.add(InputFault(name, 0, "", NO_FILE, "Put the file itself there."))
        return
    try:
        text = path.read_text(encoding="utf-8")
        definition = definitions.parse(text, schema=plan.folder.vocabulary)
        plan.definitions.append((definition, text))
        if names := naming.too_open(definition, _opened(plan.folder, definition.handling)):
            reason = naming.refusal(definition.handling, names)
            plan.folder.faults.add(InputFault(name, 0, "handling", reason, naming.ADVICE))
    except DefinitionError as error:
        for wrong in error.problems:
            plan.folder.faults.add(
                InputFault(name, wrong.line, wrong.key, wrong.reason, wrong.valid)
            )
    except UnicodeDecodeError:
        plan.folder.faults.add(
            InputFault(name, 0, "", "The text is not UTF-8.", "Save the file as UTF-8.")
        )


def _opened(folder: ImportFolder, level: str) -> Callable[[str, str], bool | None]:
    """Of what the folder brings: whether a reader of a level would see it, None for all else."""
    found: dict[tuple[str, str], bool] = {}
    for shape, what, column in ((f.MENTIONS, "mention", "caption"), (f.SOURCES, "source", "code")):
        for row in folder.rows(shape):
            handling = row["handling"] or "team"
            asked = row["kind"] in ("person", "witness")  # who must agree before anything is public
            inside = handling == "public" or row["compartment"] in ("", "main")
            may_read = LEVELS.get(handling, LEVELS["sealed"]) <= LEVELS[level]
            open_ = may_read and inside and not (level == "public" and asked)
            key = (what, row[column])
            found[key] = found.get(key, False) or open_
    return lambda what, name: found.get((what, name))
