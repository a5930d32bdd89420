"""A folder of CSV files, read and checked into a plan of what to write.

The format is documented in ``docs/reference/import-format.md``. Ids are the importer's own
and belong to one import; what the archive holds already is named by ledger position, as
``#123``. Checking is complete before anything is sealed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from habeas.archive import models as m
from habeas.archive import regions, rules
from habeas.archive.access import OWNER, visible
from habeas.archive.rules import Problem
from habeas.exchange.errors import InputFault
from habeas.exchange.tables import CsvRow, Faults, TableShape, read_table
from habeas.vocabulary import schema
from habeas.vocabulary.region import Region
from habeas.vocabulary.schema import Schema

_PLACE = ("compartment", "handling")
_POSITION = re.compile("#(0|[1-9][0-9]{0,17})")  # in one spelling, and in reach of a database
EXHIBITS = TableShape(
    "exhibits.csv",
    ("id", "file"),
    ("title", "media_type", "received_from", "received_on", "note", *_PLACE),
)
SOURCES = TableShape(
    "sources.csv", ("id", "kind", "code"), ("name", "about", "url", "interests", "repeats", *_PLACE)
)
MENTIONS = TableShape(
    "mentions.csv", ("id", "kind", "caption"), ("language", "script", "same_as", "reason", *_PLACE)
)
CLAIMS = TableShape(
    "claims.csv",
    ("id", "subject", "property", "value", "source"),
    (
        *("as_written", "language", "stance", "holds", "basis", "how", "said", "where", "through"),
        *("exhibit", "quote", "occurrence", "passages", "note", *_PLACE),
    ),
)
JUDGEMENTS = TableShape("judgements.csv", ("left", "right", "verdict", "reason"), _PLACE)
ASSESSMENTS = TableShape("assessments.csv", ("target", "scheme", "grade"), ("reason", *_PLACE))
CONSENTS = TableShape(
    "consents.csv",
    ("subject", "basis", "audience"),
    ("scope", "purposes", "expires", "at_risk", "reason", *_PLACE),
)
#: Where an import's own names stand, by what they name.
_TABLES = {
    "exhibit": EXHIBITS.file,
    "source": SOURCES.file,
    "mention": MENTIONS.file,
    "claim": CLAIMS.file,
}
SHAPES = (EXHIBITS, SOURCES, MENTIONS, CLAIMS, JUDGEMENTS, ASSESSMENTS, CONSENTS)


@dataclass(frozen=True, slots=True)
class Known:
    """A thing of the archive or of this import; ``position`` is None for one of this import."""

    what: str  # exhibit, source, mention, claim, passage
    kind: str = ""  # of a mention
    position: int | None = None


@dataclass
class ImportFolder:
    """The rows of all files, the names they may use, and the faults found so far."""

    directory: Path
    tables: dict[str, list[CsvRow]]
    definitions: list[Path]
    faults: Faults
    own: dict[str, Known] = field(default_factory=dict)
    compartments: frozenset[str] = frozenset()
    _existing: dict[str, Known | None] = field(default_factory=dict)

    @cached_property
    def region(self) -> Region:
        """The regions of the archive that it is imported into."""
        return regions.chosen()

    @cached_property
    def vocabulary(self) -> Schema:
        """The vocabulary of the archive that it is imported into."""
        return schema.of(self.region)

    def rows(self, shape: TableShape) -> list[CsvRow]:
        return self.tables[shape.file]

    def note(self, row: CsvRow, problems: Iterable[Problem]) -> None:
        """Note each problem at its row; a rule's fields are columns of the table."""
        for problem in problems:
            self.faults.add(row.fault(problem.field, *problem.words))

    def find(self, row: CsvRow, column: str, name: str, *whats: str) -> Known | None:
        """What a name refers to; a fault and None when it is not one of ``whats``."""
        if not name:
            return None  # noted as an empty cell
        found = self._at(name) if name.startswith("#") else self.own.get(name)
        wanted = " or ".join(whats)
        if found is None:
            tables = [_TABLES[what] for what in whats if what in _TABLES]
            if name.startswith("#") or not self.faults.follows(row, column, name, tables):
                self.faults.add(
                    row.fault(
                        column,
                        f"{name!r} is not known.",
                        f"Name {_a(wanted)} by its id in this import, "
                        "or in the archive as #number.",
                    )
                )
            return None
        if found.what not in whats:
            self.faults.add(
                row.fault(column, f"{name!r} is {_a(found.what)}.", f"Here goes {_a(wanted)}.")
            )
            return None
        return found

    def _at(self, name: str) -> Known | None:
        if name not in self._existing:
            self._existing[name] = _existing(name)
        return self._existing[name]


def _a(what: str) -> str:
    return f"an {what}" if what[0] in "aeiou" else f"a {what}"


def read_folder(directory: Path) -> ImportFolder:
    """Read every file of the folder and learn its ids."""
    faults = Faults()
    tables = {shape.file: read_table(directory, shape, faults) for shape in SHAPES}
    definitions = sorted((directory / "definitions").glob("*.yaml"))
    folder = ImportFolder(directory, tables, definitions, faults)
    folder.compartments = frozenset(visible(OWNER, m.Compartment).values_list("key", flat=True))
    if not any((directory / shape.file).exists() for shape in SHAPES) and not definitions:
        names = ", ".join(shape.file for shape in SHAPES)
        faults.add(
            InputFault(
                str(directory),
                0,
                "",
                "The folder holds nothing to import.",
                f"Known files: {names}, definitions/*.yaml.",
            )
        )
    _refuse_unused(folder)
    for shape, what in (
        (EXHIBITS, "exhibit"),
        (SOURCES, "source"),
        (MENTIONS, "mention"),
        (CLAIMS, "claim"),
    ):
        for row in folder.rows(shape):
            _learn(folder, row, what)
    for shape in SHAPES:
        for row in folder.rows(shape):
            _check_place(folder, row)
    return folder


def _refuse_unused(folder: ImportFolder) -> None:
    """A table under a misspelt name would be left out without a word."""
    used = {shape.file for shape in SHAPES} | {row["file"] for row in folder.rows(EXHIBITS)}
    for path in sorted(folder.directory.glob("*.[cC][sS][vV]")):
        if path.name not in used:
            names = ", ".join(shape.file for shape in SHAPES)
            reason = "This file is no table that is imported, and no exhibit of exhibits.csv."
            folder.faults.add(InputFault(path.name, 0, "", reason, f"Tables: {names}."))


def digest_of(directory: Path) -> str:
    """Names and contents of the folder's own files: equal for an import made twice."""
    digest = hashlib.sha256()
    paths = [directory / shape.file for shape in SHAPES] + sorted(
        (directory / "definitions").glob("*.yaml")
    )
    for path in paths:
        if path.is_file():
            inner = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(directory)}\n{inner}\n".encode())
    return digest.hexdigest()


def _learn(folder: ImportFolder, row: CsvRow, what: str) -> None:
    name = row["id"]
    if not name:
        return
    if name.startswith("#") or any(c.isspace() for c in name):
        folder.faults.add(
            row.fault(
                "id", f"{name!r} is not an id.", "Use letters, digits and dashes; no spaces, no #."
            )
        )
    elif name in folder.own:
        folder.faults.add(
            row.fault(
                "id", f"{name!r} is there twice.", "Each id names one thing in the whole import."
            )
        )
    else:
        folder.own[name] = Known(what, row["kind"] if what == "mention" else "")


def _check_place(folder: ImportFolder, row: CsvRow) -> None:
    if row["compartment"] and row["compartment"] not in folder.compartments:
        keys = ", ".join(sorted(folder.compartments))
        folder.faults.add(
            row.fault(
                "compartment",
                f"There is no compartment {row['compartment']!r}.",
                f"Use one of: {keys}.",
            )
        )
    if row["handling"]:
        folder.note(row, rules.handling(row["handling"]))


_MODELS: dict[str, type[m.Projection]] = {
    "exhibit": m.Exhibit,
    "source": m.Source,
    "mention": m.Mention,
    "claim": m.Claim,
    "passage": m.Passage,
}


def _existing(name: str) -> Known | None:
    if not _POSITION.fullmatch(name):
        return None
    position = int(name[1:])
    for what, model in _MODELS.items():
        row = visible(OWNER, model).filter(position=position).first()
        if row is not None:
            if getattr(row, "ended_at", None) is not None:
                return None
            return Known(what, row.kind if isinstance(row, m.Mention) else "", position)
    return None
