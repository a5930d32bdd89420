"""why: from a figure, record, claim, source or exhibit down to sealed bytes and the proof."""

from __future__ import annotations

from typing import Annotated

import typer

from habeas.archive.access import OWNER
from habeas.cli.options import AsOfOption, PersonOption
from habeas.cli.purposes import PurposeOption
from habeas.cli.session import PersonSession
from habeas.cli.speaking import speaks_unicode, width
from habeas.figures.definition import recorded
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.errors import UnknownFigure
from habeas.figures.evaluation import holdings as counted
from habeas.figures.evaluation.loading import Ground
from habeas.figures.why.asking import as_json, as_text, tree
from habeas.figures.why.held import why_held
from habeas.figures.why.nodes import Node


def why(
    session: PersonSession,
    target: Annotated[
        str,
        typer.Argument(
            metavar="KEY|POSITION",
            help="A figure's key, or the entry of a claim, record, source, exhibit or acceptance.",
        ),
    ],
    limit: Annotated[
        int, typer.Option(metavar="N", min=1, help="How many members of it to follow down.")
    ] = 10,
    as_of: AsOfOption = None,
    purpose: PurposeOption = "",
    as_: PersonOption = "",
    ascii_: Annotated[bool, typer.Option("--ascii", help="Draw the tree in ASCII.")] = False,
) -> None:
    """Show how something is known, down to sealed bytes.

    A figure's rules and members; a claim's speakers and passages; the bytes and the proof.
    """
    archive = session.open()
    number = target.removeprefix("#")
    wanted: FigureDefinition | int
    if number.isascii() and number.isdigit():
        wanted = int(number)
    else:
        try:
            wanted = recorded.named(OWNER, target, as_of)
        except UnknownFigure:
            ground = Ground(OWNER, archive.size if as_of is None else as_of)
            if target not in counted.keys(ground.vocabulary):
                raise
            held = counted.holding(ground, target)
            some = counted.members(ground, target, None, limit)
            _give(session, why_held(archive, ground, held, some), ascii_=ascii_)
            return
    viewer = session.viewer(as_, purpose, "figure", target)
    _give(session, tree(archive, viewer, wanted, as_of=as_of, limit=limit), ascii_=ascii_)


def _give(session: PersonSession, found: Node, *, ascii_: bool) -> None:
    if session.json:
        session.give(as_json(found))
    else:
        text = as_text(found, width=width(), ascii=ascii_ or not speaks_unicode())
        session.say_lines(text.rstrip("\n"))
