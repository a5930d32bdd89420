"""accounts: what one source says on different dates, side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from habeas.archive.access import OWNER
from habeas.cli.session import Session
from habeas.display import accounts_in_words
from habeas.display.accounts import accounts as told_by
from habeas.display.accounts import source_named
from habeas.display.marks import marked


def accounts(
    session: Session,
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="The number of a source, or its code.")
    ],
    unfold: Annotated[
        bool, typer.Option("--unfold", help="Also write out what may hurt to read.")
    ] = False,
) -> None:
    """Show what one source says on different dates, side by side, with what officials say.

    What differs comes first. It is no score: a difference says nothing about honesty.
    """
    session.open()
    shown = marked(OWNER, told_by(OWNER, source_named(OWNER, source)))
    for line in accounts_in_words.lines(shown, unfold=unfold):
        session.say(line)
    session.say()
    if not unfold and any(row.folded for row in shown.compared):
        session.note("Folded is what may hurt to read; --unfold writes it out.")
    session.give(accounts_in_words.as_data(shown))
