"""figure list, show, estimate: numbers with their recipe."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from habeas.archive.access import OWNER
from habeas.cli import evaluated
from habeas.cli.endings import OK, REFUSED
from habeas.cli.marking import Marks, common_level, of_level
from habeas.cli.options import AsOfOption, PersonOption
from habeas.cli.purposes import PurposeOption
from habeas.cli.session import PersonSession, Session
from habeas.cli.speaking import several, shown
from habeas.figures.definition import recorded
from habeas.figures.errors import (
    FigureError,
    NotEstimated,
)
from habeas.figures.evaluation import estimates
from habeas.figures.evaluation.evaluating import evaluate
from habeas.figures.evaluation.loading import Ground
from habeas.figures.evaluation.results import EstimatedFigure


def list_(
    session: Session,
    as_of: AsOfOption = None,
) -> None:
    """List the current figures, each with its kind and value."""
    archive = session.open()
    definitions = recorded.in_force(OWNER, as_of)
    size = archive.size
    ground = Ground(OWNER, size if as_of is None else as_of, together=definitions)
    found: list[dict[str, Any]] = []
    for definition in definitions:
        item = {"key": definition.key, "kind": definition.kind, "title": definition.title}
        try:
            evaluation = evaluate(archive, definition, OWNER, as_of, ground=ground, size=size)
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
            "as_of": size if as_of is None else as_of,
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
