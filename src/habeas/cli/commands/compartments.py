"""compartments add, list: the cases that things lie in."""

from __future__ import annotations

from typing import Annotated

import typer

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, visible
from habeas.cli.session import Session
from habeas.cli.speaking import shown


def add(
    session: Session,
    key: Annotated[str, typer.Argument(metavar="KEY", help="A short name; it stays.")],
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What it holds, in a line.")],
) -> None:
    """Make a compartment."""
    archive = session.open()
    with archive.writing() as batch:
        position = verbs.compartment(batch, key, title).position
    session.say(f"The compartment {shown(key)} is entry {position}.")
    session.give({"key": key, "title": title, "entry": position})


def list_(session: Session) -> None:
    """List the compartments."""
    session.open()
    found = list(visible(OWNER, m.Compartment).order_by("position"))
    session.table([(shown(c.key), f"entry {c.position}", shown(c.title)) for c in found])
    session.give(
        {"compartments": [{"key": c.key, "title": c.title, "entry": c.position} for c in found]}
    )
