"""figure list, show, estimate, add, check: numbers with their recipe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from habeas.cli.endings import FINDINGS, OK, REFUSED
from habeas.cli.options import (
    ArchiveOption,
    AsOfOption,
    JsonOption,
    PassphraseFileOption,
    PersonOption,
    PersonPassphraseFileOption,
)
from habeas.cli.purposes import PurposeOption, reading_for

if TYPE_CHECKING:
    from habeas.figures.definition.definitions import FigureDefinition

FileArgument = Annotated[
    Path,
    typer.Argument(metavar="FILE.yaml", exists=True, dir_okay=False, help="A figure's definition."),
]


def list_(
    as_of: AsOfOption = None,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """List the figures in force, each with its kind and value."""
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker, several, shown

    speaker = Speaker(json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive.access import OWNER
    from habeas.cli.marking import Marks, common_level, of_level
    from habeas.figures.definition import recorded
    from habeas.figures.errors import FigureError
    from habeas.figures.evaluation.evaluating import evaluate

    found: list[dict[str, Any]] = []
    for definition in recorded.in_force(OWNER, as_of):
        item = {"key": definition.key, "kind": definition.kind, "title": definition.title}
        try:
            evaluation = evaluate(archive_, definition, OWNER, as_of)
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
        speaker.note(f"habeas: The definition at entry {position} {words}.")
    if not found:
        speaker.say("No figure is defined yet. `habeas figure add FILE.yaml` records a definition.")
    alike = common_level(speaker, [f["handling"] for f in found])
    speaker.table(
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
    speaker.give(
        {
            "figures": found,
            "unreadable": [position for position, _ in unreadable],
            "as_of": archive_.size if as_of is None else as_of,
        }
    )


def show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The figure's key.")],
    as_of: AsOfOption = None,
    purpose: PurposeOption = "",
    as_: PersonOption = "",
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    person_passphrase_file: PersonPassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Show a figure, its rules and its weak points."""
    from habeas.cli import evaluated
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker

    speaker = Speaker(json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive.access import OWNER
    from habeas.figures.definition import recorded
    from habeas.figures.evaluation.evaluating import evaluate

    definition = recorded.named(OWNER, key, as_of)
    who = (as_, person_passphrase_file)
    viewer = reading_for(archive_, speaker, purpose, "figure", key, who)
    evaluation = evaluate(archive_, definition, viewer, as_of)
    evaluated.tell(speaker, evaluation, viewer, as_of)
    speaker.give(evaluated.as_json(evaluation, viewer))


def estimate(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The key of an estimated figure.")],
    as_of: AsOfOption = None,
    purpose: PurposeOption = "",
    as_: PersonOption = "",
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    person_passphrase_file: PersonPassphraseFileOption = None,
    json: JsonOption = False,
) -> int:
    """Compute an estimated figure.

    Takes seconds to minutes. The result is kept, by what it was computed from, and pages show
    it from then on.
    """
    from habeas.cli import evaluated
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker

    speaker = Speaker(json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive.access import OWNER
    from habeas.figures.definition import recorded
    from habeas.figures.errors import NotEstimated
    from habeas.figures.evaluation import estimates
    from habeas.figures.evaluation.evaluating import evaluate
    from habeas.figures.evaluation.results import EstimatedFigure

    definition = recorded.named(OWNER, key, as_of)
    if definition.kind != "estimated":
        raise NotEstimated(
            f"{key} is {definition.kind}, not estimated.",
            next_step=f"See `habeas figure show {key}`.",
        )
    who = (as_, person_passphrase_file)
    viewer = reading_for(archive_, speaker, purpose, "figure", key, who)
    asked = evaluate(archive_, definition, viewer, as_of)
    assert isinstance(asked, EstimatedFigure)  # noqa: S101  (its definition says so)
    with speaker.progress() as progress:
        found = estimates.compute(archive_, asked, progress)
    evaluation = evaluate(archive_, definition, viewer, as_of)
    evaluated.tell(speaker, evaluation, viewer, as_of)
    speaker.give(evaluated.as_json(evaluation, viewer))
    return REFUSED if found is None or found.apart.refusal else OK


def add(
    file: FileArgument,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Record a definition in the ledger.

    An earlier one of the same key is superseded; figures as of an earlier size still use it.
    """
    from habeas.cli import evaluated
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker

    speaker = Speaker(json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import verbs
    from habeas.archive.access import OWNER
    from habeas.archive.errors import EntryRefused
    from habeas.archive.verbs.referring import Marking
    from habeas.figures.definition import recorded
    from habeas.figures.errors import UnknownFigure

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
    evaluation = evaluated.tried(archive_, definition)  # refused before it is recorded
    with archive_.writing() as batch:
        position = verbs.define(
            batch,
            key=definition.key,
            title=definition.title,
            kind=definition.kind,
            text=definition.text,
            marking=Marking(handling=definition.handling),
        ).position
    replaced = f", in place of entry {before.position}" if before is not None else ""
    speaker.say(f"{definition.key} is entry {position}{replaced}.")
    value = evaluated.value_untold(definition) or evaluation.headline
    speaker.say(f"{evaluation.kind}: {value}")
    speaker.give(
        {
            "key": definition.key,
            "entry": position,
            "superseded": None if before is None else before.position,
            "value": value,
        }
    )


def check(
    file: FileArgument,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> int:
    """Check a definition without recording it.

    In an archive it also says what the figure would answer.
    """
    from habeas.archive.access import OWNER
    from habeas.archive.errors import ArchiveNotFound
    from habeas.cli import evaluated, faults
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker, several
    from habeas.figures.errors import DefinitionError

    speaker = Speaker(json)
    try:
        definition = _read(file)
    except DefinitionError as error:
        found = faults.of(error)
        for line in faults.told(found):
            speaker.say(line)
        speaker.say(f"{several(len(found), 'problem')}.")
        speaker.give({"key": None, "problems": found})
        return FINDINGS
    evaluation = None
    try:
        evaluation = evaluated.tried(opened(archive, passphrase_file), definition)
    except ArchiveNotFound:
        if archive is not None:
            raise
    speaker.say(f"{definition.key} is a definition of a {definition.kind} figure.")
    if evaluation is not None and (untold := evaluated.value_untold(definition)):
        speaker.say(f"{evaluation.kind}: {untold}")
        evaluation = None
    if evaluation is not None:
        evaluated.tell(speaker, evaluation, OWNER)
    speaker.give(
        {
            "key": definition.key,
            "problems": [],
            "answer": None if evaluation is None else evaluated.as_json(evaluation, OWNER),
        }
    )
    return OK


def _read(file: Path) -> FigureDefinition:
    from habeas.archive import regions
    from habeas.figures.definition.definitions import parse
    from habeas.figures.errors import DefinitionError, Problem

    try:
        return parse(file.read_bytes().decode("utf-8"), schema=regions.vocabulary())
    except UnicodeDecodeError:
        problem = Problem(1, "", "The text is not UTF-8.", "Save the file as UTF-8.")
        refused = DefinitionError((problem,))
    except DefinitionError as error:
        refused = error
    refused.add_note(str(file))
    raise refused
