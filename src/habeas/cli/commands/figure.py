"""figure list, show, estimate, add, check: numbers with their recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from habeas.archive import regions, verbs
from habeas.archive.access import OWNER
from habeas.archive.errors import ArchiveNotFound, EntryRefused
from habeas.archive.verbs.referring import Marking
from habeas.cli import evaluated, faults
from habeas.cli.endings import FINDINGS, OK, REFUSED
from habeas.cli.marking import Marks, common_level, of_level
from habeas.cli.options import AsOfOption, PersonOption
from habeas.cli.purposes import PurposeOption
from habeas.cli.session import PersonSession, Session
from habeas.cli.speaking import several, shown
from habeas.figures.definition import recorded
from habeas.figures.definition.definitions import FigureDefinition, parse
from habeas.figures.errors import (
    DefinitionError,
    DefinitionProblem,
    FigureError,
    NotEstimated,
    UnknownFigure,
)
from habeas.figures.evaluation import estimates
from habeas.figures.evaluation.evaluating import evaluate
from habeas.figures.evaluation.loading import Ground
from habeas.figures.evaluation.results import EstimatedFigure

FileArgument = Annotated[
    Path,
    typer.Argument(metavar="FILE.yaml", exists=True, dir_okay=False, help="A figure's definition."),
]


def list_(
    session: Session,
    as_of: AsOfOption = None,
) -> None:
    """List the figures in force, each with its kind and value."""
    archive = session.open()
    definitions = recorded.in_force(OWNER, as_of)
    ground = Ground(OWNER, archive.size if as_of is None else as_of, together=definitions)
    found: list[dict[str, Any]] = []
    for definition in definitions:
        item = {"key": definition.key, "kind": definition.kind, "title": definition.title}
        try:
            evaluation = evaluate(archive, definition, OWNER, as_of, ground=ground)
            evaluation.require_lineage()
            item["value"] = evaluation.headline
            item["handling"] = evaluation.handling
        except FigureError as error:
            item["value"] = ""
            item["refused"] = error.message
            marks = Marks(OWNER, {"definition": [definition.position or 0]})
            item |= marks.told("definition", definition.position)
        found.append(item)
    unreadable = recorded.unreadable(OWNER, as_of)
    for position, problem in unreadable:
        words = f"cannot be read: {several(len(problem.problems), 'problem')}"
        session.note(f"habeas: The definition at entry {position} {words}.")
    if not found:
        session.say("No figure is defined yet. `habeas figure add FILE.yaml` records a definition.")
    alike = common_level(session, [f["handling"] for f in found])
    session.table(
        [
            (
                f["key"],
                f["kind"],
                shown(f["value"] or f"refused: {f['refused']}"),
                shown(f["title"]) + ("" if alike else of_level(f["handling"])),
            )
            for f in found
        ]
    )
    session.give(
        {
            "figures": found,
            "unreadable": [position for position, _ in unreadable],
            "as_of": archive.size if as_of is None else as_of,
        }
    )


def show(
    session: PersonSession,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The figure's key.")],
    as_of: AsOfOption = None,
    purpose: PurposeOption = "",
    as_: PersonOption = "",
) -> None:
    """Show a figure, its rules and its weak points."""
    archive = session.open()
    definition = recorded.named(OWNER, key, as_of)
    viewer = session.viewer(as_, purpose, "figure", key)
    evaluation = evaluate(archive, definition, viewer, as_of)
    evaluated.tell(session, evaluation, viewer, as_of)
    session.give(evaluated.as_json(evaluation, viewer))


def estimate(
    session: PersonSession,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The key of an estimated figure.")],
    as_of: AsOfOption = None,
    purpose: PurposeOption = "",
    as_: PersonOption = "",
) -> int:
    """Compute an estimated figure.

    Takes seconds to minutes. The result is kept, by what it was computed from, and pages show
    it from then on.
    """
    archive = session.open()
    definition = recorded.named(OWNER, key, as_of)
    if definition.kind != "estimated":
        raise NotEstimated(
            f"{key} is {definition.kind}, not estimated.",
            next_step=f"See `habeas figure show {key}`.",
        )
    viewer = session.viewer(as_, purpose, "figure", key)
    asked = evaluate(archive, definition, viewer, as_of)
    assert isinstance(asked, EstimatedFigure)  # noqa: S101  (its definition says so)
    with session.progress() as progress:
        found = estimates.compute(archive, asked, progress)
    evaluation = evaluate(archive, definition, viewer, as_of)
    evaluated.tell(session, evaluation, viewer, as_of)
    session.give(evaluated.as_json(evaluation, viewer))
    return REFUSED if found is None or found.apart.refusal else OK


def add(
    session: Session,
    file: FileArgument,
) -> None:
    """Record a definition in the ledger.

    An earlier one of the same key is superseded; figures as of an earlier size still use it.
    """
    archive = session.open()
    definition = _read(file)
    try:
        before = recorded.named(OWNER, definition.key)
    except UnknownFigure:
        before = None
    if before is not None and before.digest == definition.digest:
        raise EntryRefused(
            f"{definition.key} is recorded with this very text, as entry {before.position}.",
            next_step="Nothing was recorded.",
        )
    evaluation = evaluated.tried(archive, definition)  # refused before it is recorded
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
    value = evaluated.value_untold(definition) or evaluation.headline
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
    try:
        definition = _read(file)
    except DefinitionError as error:
        found = faults.of(error)
        for line in faults.told(found):
            session.say(line)
        session.say(f"{several(len(found), 'problem')}.")
        session.give({"key": None, "problems": found})
        return FINDINGS
    evaluation = None
    try:
        evaluation = evaluated.tried(session.open(), definition)
    except ArchiveNotFound:
        if session.named:
            raise
    session.say(f"{definition.key} is a definition of a {definition.kind} figure.")
    if evaluation is not None and (untold := evaluated.value_untold(definition)):
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


def _read(file: Path) -> FigureDefinition:
    try:
        return parse(file.read_bytes().decode("utf-8"), schema=regions.vocabulary())
    except UnicodeDecodeError:
        problem = DefinitionProblem(1, "", "The text is not UTF-8.", "Save the file as UTF-8.")
        refused = DefinitionError((problem,))
    except DefinitionError as error:
        refused = error
    refused.add_note(str(file))
    raise refused
