"""figure add, check: a definition, recorded or only looked over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from habeas.archive import regions, verbs
from habeas.archive.access import OWNER
from habeas.archive.errors import ArchiveNotFound, EntryRefused
from habeas.archive.opening import Archive
from habeas.archive.verbs.referring import Marking
from habeas.cli import evaluated, faults
from habeas.cli.endings import FINDINGS, OK
from habeas.cli.session import Session
from habeas.cli.speaking import several
from habeas.figures.changes.dependents import UNSAID
from habeas.figures.definition import recorded
from habeas.figures.definition.definitions import FigureDefinition, parse
from habeas.figures.definition.naming import require_known_sources, require_openly_named
from habeas.figures.errors import DefinitionError, DefinitionProblem, UnknownFigure
from habeas.figures.evaluation.evaluating import evaluate
from habeas.figures.evaluation.results import Evaluation
from habeas.vocabulary.errors import an
from habeas.vocabulary.schema import Schema

FileArgument = Annotated[
    Path,
    typer.Argument(metavar="FILE.yaml", exists=True, dir_okay=False, help="A figure's definition."),
]


def add(
    session: Session,
    file: FileArgument,
) -> None:
    """Record a definition in the ledger.

    An earlier one of the same key is superseded; figures as of an earlier size still use it.
    """
    archive = session.open()
    definition = _read(file, regions.vocabulary())
    try:
        before = recorded.named(OWNER, definition.key)
    except UnknownFigure:
        before = None
    if before is not None and before.digest == definition.digest:
        raise EntryRefused(
            f"{definition.key} is recorded with this very text, as entry {before.position}.",
            next_step="Nothing was recorded.",
        )
    evaluation = _tried(archive, definition)  # refused before it is recorded
    with archive.writing() as batch:
        position = verbs.define(
            batch,
            key=definition.key,
            title=definition.title,
            kind=definition.kind,
            text=definition.text,
            marking=Marking(handling=definition.handling),
        ).position
    replaced = f", in place of entry {before.position}" if before is not None else ""
    session.say(f"{definition.key} is entry {position}{replaced}.")
    value = _value_untold(definition) or evaluation.headline
    session.say(f"{evaluation.kind}: {value}")
    session.give(
        {
            "key": definition.key,
            "entry": position,
            "superseded": None if before is None else before.position,
            "value": value,
        }
    )


def check(
    session: Session,
    file: FileArgument,
) -> int:
    """Check a definition without recording it.

    In an archive it also says what the figure would answer.
    """
    archive = None
    try:
        archive = session.open()
    except ArchiveNotFound:
        if session.named:
            raise
    try:
        definition = _read(file, regions.vocabulary() if archive else regions.of_none())
    except DefinitionError as error:
        found = faults.of(error)
        for line in faults.told(found):
            session.say(line)
        session.say(f"{several(len(found), 'problem')}.")
        session.give({"key": None, "problems": found})
        return FINDINGS
    evaluation = None if archive is None else _tried(archive, definition)
    session.say(f"{definition.key} is a definition of {an(definition.kind)} figure.")
    if evaluation is not None and (untold := _value_untold(definition)):
        session.say(f"{evaluation.kind}: {untold}")
        evaluation = None
    if evaluation is not None:
        evaluated.tell(session, evaluation, OWNER)
    session.give(
        {
            "key": definition.key,
            "problems": [],
            "answer": None if evaluation is None else evaluated.as_json(evaluation, OWNER),
        }
    )
    return OK


def _read(file: Path, known: Schema) -> FigureDefinition:
    try:
        return parse(file.read_bytes().decode("utf-8"), schema=known)
    except UnicodeDecodeError:
        problem = DefinitionProblem(1, "", "The text is not UTF-8.", "Save the file as UTF-8.")
        refused = DefinitionError((problem,))
    except DefinitionError as error:
        refused = error
    refused.add_note(str(file))
    raise refused


def _tried(archive: Archive, definition: FigureDefinition) -> Evaluation:
    """The figure as it would be, were it recorded now; raises ``NamesStricter`` too."""
    require_known_sources(definition)
    require_openly_named(definition)
    return evaluate(archive, definition, OWNER, shown=False)


def _value_untold(definition: FigureDefinition) -> str:
    """What is said in place of a value that needs a purpose; '' where it needs none."""
    return UNSAID if definition.picks_by else ""
