"""Checks every draft of an import, whatever its format, without writing anything.

Gives an ``ImportPlan``: the checked rows with their values parsed and their passages found. Every
fault is noted with its place, what is wrong and what would be valid.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from habeas.archive import models as m
from habeas.archive import rules
from habeas.archive.access import OWNER, gates, visible
from habeas.archive.access.labels import LEVELS
from habeas.archive.errors import PassageOutside
from habeas.archive.exhibits.intake import Received
from habeas.archive.exhibits.locating import FoundPlace, LocatedFile
from habeas.archive.exhibits.same_bytes import exhibit_of
from habeas.archive.opening import Archive
from habeas.archive.readings import layer_text
from habeas.archive.verbs.referring import Marking, find_compartment
from habeas.errors import HabeasError
from habeas.exchange import depictions, leftovers, owners, shifted
from habeas.exchange import drafts as d
from habeas.exchange.drafts import DraftDefinition, DraftRow, Drafts
from habeas.exchange.errors import InputFault
from habeas.exchange.names_in import DraftNames, learn
from habeas.exchange.tables import lies_inside
from habeas.exchange.values_in import read_value
from habeas.figures.definition import definitions, naming
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.errors import DefinitionError
from habeas.reading.encodings import plain_text
from habeas.vocabulary import locations, schema, values
from habeas.vocabulary.locations import Location

SEVERAL = " ¶ "  # between the quotes of one claim


@dataclass(frozen=True, slots=True)
class Quote:
    """A place in an exhibit's text, in code points, with what stands there."""

    exhibit: str
    start: int
    stop: int
    text: str


@dataclass(frozen=True, slots=True)
class CitedPlace:
    """A place in an exhibit that is not words; ``found`` where the archive has the exhibit."""

    exhibit: str
    location: Location
    found: FoundPlace | None


@dataclass(frozen=True, slots=True)
class PlannedClaim:
    """A checked row of claims.csv. ``ref`` names the mention where the value is one.

    ``quotes`` and ``places`` become passages; ``passages`` name those that the archive has.
    """

    row: DraftRow
    value: values.Value | None
    ref: str
    through: tuple[str, ...]
    quotes: tuple[Quote, ...]
    places: tuple[CitedPlace, ...]
    passages: tuple[str, ...]


@dataclass(slots=True)
class ImportPlan:
    """What an import will write, in order."""

    names: DraftNames
    claims: list[PlannedClaim] = field(default_factory=list)
    definitions: list[tuple[FigureDefinition, str]] = field(default_factory=list)
    exhibits: dict[str, Received] = field(default_factory=dict)

    @property
    def drafts(self) -> Drafts:
        return self.names.drafts

    @property
    def faults(self) -> list[InputFault]:
        return self.drafts.faults.found


def check(archive: Archive, drafts: Drafts, person: str = "") -> ImportPlan:
    """Check all rows; the plan holds good only when it has no faults.

    ``person``: who imports, '' where it is not known yet.
    """
    names = learn(drafts)
    plan = ImportPlan(names)
    readings = _Readings(archive)
    for row in drafts.rows(d.EXHIBITS):
        _exhibit(plan, readings, row)
    for row in drafts.rows(d.SOURCES):
        _source(names, row)
    for row in drafts.rows(d.MENTIONS):
        _mention(names, row)
    for row in drafts.rows(d.CLAIMS):
        plan.claims.append(_claim(names, readings, row))
    for row in drafts.rows(d.JUDGEMENTS):
        _judgement(names, row)
    owners.check(names)
    shifted.check(names, ((claim.row, claim.value) for claim in plan.claims))
    for row in drafts.rows(d.ASSESSMENTS):
        _assessment(names, row, person)
    for row in drafts.rows(d.CONSENTS):
        _consent(names, row)
    for draft in drafts.definitions:
        _definition(plan, draft)
    for kind in d.KINDS:
        for row in drafts.rows(kind):
            for column in row.cells:
                if doubted := leftovers.doubt(row, column):
                    drafts.faults.add(row.fault(column, *doubted))
    drafts.faults.in_order()
    return plan


class _Readings:
    """The text of each exhibit that rows quote: a file beside the drafts, or a logged layer."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._read: dict[str, str | None] = {}
        self._located: dict[int, LocatedFile] = {}
        self.files: dict[str, Path] = {}
        self.rows: dict[str, DraftRow] = {}

    def of(self, name: str) -> str | None:
        if name not in self._read:
            self._read[name] = self._text(name)
        return self._read[name]

    def known(self, name: str) -> int | None:
        """The exhibit of the archive that is named, or that has the bytes of a file here."""
        if name.startswith("#"):
            return int(name[1:])
        if (path := self.files.get(name)) is None:
            return None
        try:
            return exhibit_of(path, exhibit_marking(self.rows[name]).label)
        except (HabeasError, KeyError):  # its compartment or level is a fault of its own row
            return None

    def written(self, name: str, text: str) -> Location:
        """The place that a row gives; of an exhibit of the archive a sheet may be named."""
        exhibit = self.known(name)
        return locations.parse(text) if exhibit is None else self._file(exhibit).written(text)

    def place(self, exhibit: int, location: Location) -> FoundPlace:
        """A place in an exhibit of the archive; refused with the bounds where it is not."""
        return self._file(exhibit).find(location)

    def _file(self, exhibit: int) -> LocatedFile:
        if exhibit not in self._located:
            self._located[exhibit] = LocatedFile(self._archive, OWNER, exhibit)
        return self._located[exhibit]

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


def exhibit_marking(row: DraftRow) -> Marking:
    """How a row of exhibits.csv marks its file; an unknown compartment is refused."""
    key = row["compartment"]
    return Marking(find_compartment(key) if key else None, row["handling"] or "team")


def _exhibit(plan: ImportPlan, readings: _Readings, row: DraftRow) -> None:
    faults, directory = plan.drafts.faults, plan.drafts.directory
    path = directory / row["file"]
    try:
        inside, there = lies_inside(path, directory), path.is_file()
    except (OSError, ValueError, RuntimeError):  # too long, a NUL, links in a circle
        inside, there = True, False
    if not (inside and there):
        faults.lost.add((d.EXHIBITS.name, row["id"]))
    if not inside:
        faults.add(
            row.fault(
                "file", f"{row['file']!r} lies outside the folder.", "Put the file inside it."
            )
        )
        return
    if not there:
        name = row["file"] if len(row["file"]) <= 200 else row["file"][:200] + "…"
        faults.add(row.fault("file", f"No file named {name!r}.", "Paths start at the folder."))
        return
    plan.names.note(row, rules.date("received_on", row["received_on"]))
    readings.files[row["id"]], readings.rows[row["id"]] = path, row
    plan.exhibits[row["id"]] = Received(
        path,
        filename=path.name,
        media_type=row["media_type"],
        title=row["title"],
        received_from=row["received_from"],
        received_on=row["received_on"],
        note=row["note"],
    )


def _source(names: DraftNames, row: DraftRow) -> None:
    interests = [kind for kind, _ in interests_of(row["interests"])]
    names.note(row, rules.source(row["kind"], row["code"], row["name"], interests))
    for name in row["repeats"].split():
        if names.find(row, "repeats", name, "source"):
            names.note(row, rules.lineage(itself=name == row["id"]))


def interests_of(cell: str) -> list[tuple[str, str]]:
    """``funding: text; affiliation: text`` as pairs."""
    parts = [part for part in re.split(r";\s*", cell) if part.strip()]
    return [
        (kind.strip(), text.strip()) for kind, _, text in (part.partition(":") for part in parts)
    ]


def _mention(names: DraftNames, row: DraftRow) -> None:
    kind = row["kind"]
    names.note(row, rules.mention(kind, row["caption"], row["language"], row["script"]))
    owner = names.find(row, "of", row["of"], "mention") if row["of"] else None
    names.note(row, rules.owned(kind, owner.kind if owner else None, bool(row["of"])))
    if row["same_as"]:
        itself = row["same_as"] == row["id"]
        other = None if itself else names.find(row, "same_as", row["same_as"], "mention")
        kinds = (kind, other.kind if other else None)
        names.note(row, rules.pair("same", kinds, itself=itself, field="same_as"))
        if itself:
            return
        if not row["reason"]:
            names.faults.add(
                row.fault("reason", "This cell is empty.", "Explain why they are the same.")
            )


def _claim(names: DraftNames, readings: _Readings, row: DraftRow) -> PlannedClaim:
    known = schema.core()
    subject = names.find(row, "subject", row["subject"], "mention")
    prop = known.properties.get(row["property"])
    value, ref = None, ""
    kind = subject.kind if subject else None
    names.note(row, rules.claimed(known, kind, row["property"]))
    if prop is not None:
        value, ref = read_value(names, row, prop)
    stance, basis = row["stance"] or "asserts", row["basis"] or "not-stated"
    names.note(row, rules.statement(known, stance, basis, row["holds"], row["said"]))
    names.find(row, "source", row["source"], "source")
    through = tuple(row["through"].split())
    for name in through:
        names.find(row, "through", name, "source")
    passages = tuple(dict.fromkeys(row["passages"].split()))
    for name in passages:
        if (passage := names.find(row, "passages", name, "passage")) is not None:
            names.refuse_retracted_words(row, "passages", passage.of)
    if row["quote"] or row["place"]:
        names.refuse_retracted_words(row, "exhibit", row["exhibit"])
    quotes = _quotes(names, readings, row)
    return PlannedClaim(row, value, ref, through, quotes, _places(names, readings, row), passages)


def _quotes(names: DraftNames, readings: _Readings, row: DraftRow) -> tuple[Quote, ...]:
    if not row["quote"] and (row["place"] or not row["exhibit"]):
        return ()
    for column, other in (("exhibit", "quote"), ("quote", "exhibit")):
        if not row[column]:
            names.faults.add(
                row.fault(
                    column, "This cell is empty.", f"A passage needs both {column} and {other}."
                )
            )
            return ()
    name = row["exhibit"]
    if names.find(row, "exhibit", name, "exhibit") is None:
        return ()
    text = readings.of(name)
    if text is None and names.faults.of_no_use(row, "quote", name, d.EXHIBITS.name):
        return ()
    if text is None:
        names.faults.add(
            row.fault(
                "exhibit",
                f"{name!r} has no text to quote from.",
                "Quote plain UTF-8 text, or leave both cells empty.",
            )
        )
        return ()
    found = (_quote(names, row, name, text, quote.strip()) for quote in row["quote"].split(SEVERAL))
    return tuple(quote for quote in found if quote is not None)


def _quote(names: DraftNames, row: DraftRow, exhibit: str, text: str, quote: str) -> Quote | None:
    places = [match.start() for match in re.finditer(re.escape(quote), text)] if quote else []
    occurrence = row["occurrence"]
    if not places:
        names.faults.add(
            row.fault(
                "quote",
                f"The text of {exhibit!r} does not hold this quote.",
                "Copy it exactly from the exhibit.",
            )
        )
        return None
    if not occurrence and len(places) > 1:
        names.faults.add(
            row.fault(
                "quote",
                f"The quote appears {len(places)} times in {exhibit!r}.",
                "Give its number in `occurrence`, from 1.",
            )
        )
        return None
    if occurrence and occurrence not in map(str, range(1, len(places) + 1)):
        names.faults.add(
            row.fault(
                "occurrence",
                f"{occurrence!r} is not one of its places.",
                f"Use 1 to {len(places)}.",
            )
        )
        return None
    start = places[int(occurrence or "1") - 1]
    names.note(row, rules.passage(start, start + len(quote), len(text)))
    return Quote(exhibit, start, start + len(quote), quote)


def _places(names: DraftNames, readings: _Readings, row: DraftRow) -> tuple[CitedPlace, ...]:
    """The places that are not words, each inside what the reading of its exhibit says."""
    if not row["place"]:
        return ()
    name = row["exhibit"]
    if not name:
        names.faults.add(
            row.fault("exhibit", "This cell is empty.", "A place needs the exhibit that it is in.")
        )
        return ()
    if names.find(row, "exhibit", name, "exhibit") is None:
        return ()
    found = []
    for written in row["place"].split(SEVERAL):
        try:
            found.append(_place(readings, name, readings.written(name, written)))
        except HabeasError as error:
            names.faults.add(row.fault("place", error.message, error.next_step))
    return tuple(found)


def _place(readings: _Readings, name: str, location: Location) -> CitedPlace:
    if (exhibit := readings.known(name)) is not None:
        return CitedPlace(name, location, readings.place(exhibit, location))
    if location.form != "whole":
        raise PassageOutside(
            f"{name!r} is sealed by this import and not read yet, so the place cannot be checked.",
            next_step="Add the file with `habeas add` first, and read it; the row then finds it.",
        )
    return CitedPlace(name, location, None)


def _judgement(names: DraftNames, row: DraftRow) -> None:
    names.note(row, rules.verdict(row["verdict"]))
    left = names.find(row, "left", row["left"], "mention")
    right = names.find(row, "right", row["right"], "mention")
    kinds = (left.kind if left else None, right.kind if right else None)
    names.note(row, rules.pair(row["verdict"], kinds, itself=row["left"] == row["right"]))


def _assessment(names: DraftNames, row: DraftRow, person: str) -> None:
    target = names.find(row, "target", row["target"], "claim", "source")
    names.note(row, rules.assessment(row["scheme"], row["grade"], row["reason"]))
    if target is None:
        return
    names.note(row, rules.graded(row["scheme"], target.what))
    if row["scheme"] == gates.DEPICTION:
        depictions.check(names, row, target, person)


def _consent(names: DraftNames, row: DraftRow) -> None:
    known = names.find(row, "subject", row["subject"], "mention", "source")
    if known is not None and known.what == "mention" and known.kind:
        owner = names.owner_of(row["subject"])
        names.note(row, rules.agreeing(known.kind, row["subject"], owner))
    purposes = row["purposes"].split()
    names.note(row, rules.consent(row["basis"], row["audience"], purposes, row["expires"]))


def _definition(plan: ImportPlan, draft: DraftDefinition) -> None:
    faults = plan.drafts.faults
    try:
        definition = definitions.parse(draft.text, schema=plan.names.vocabulary)
        plan.definitions.append((definition, draft.text))
        if too_open := naming.too_open(definition, _opened(plan.drafts, definition.handling)):
            reason = naming.refusal(definition.handling, too_open)
            faults.add(InputFault(draft.file, 0, "handling", reason, naming.ADVICE))
    except DefinitionError as error:
        for wrong in error.problems:
            faults.add(InputFault(draft.file, wrong.line, wrong.key, wrong.reason, wrong.valid))


def _opened(drafts: Drafts, level: str) -> Callable[[str, str], bool | None]:
    """Of what the import brings: whether a reader of a level would see it, None for all else."""
    found: dict[tuple[str, str], bool] = {}
    for rows, what, column in ((d.MENTIONS, "mention", "caption"), (d.SOURCES, "source", "code")):
        for row in drafts.rows(rows):
            handling = row["handling"] or "team"
            asked = row["kind"] in ("person", "witness")  # who must agree before anything is public
            inside = handling == "public" or row["compartment"] in ("", "main")
            may_read = LEVELS.get(handling, LEVELS["sealed"]) <= LEVELS[level]
            open_ = may_read and inside and not (level == "public" and asked)
            key = (what, row[column])
            found[key] = found.get(key, False) or open_
    return lambda what, name: found.get((what, name))
