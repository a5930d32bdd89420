"""rebuild: the derived tables, made again from the ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from habeas.archive.ledger import rebuilding
from habeas.cli.endings import FINDINGS, OK
from habeas.cli.session import Session
from habeas.cli.speaking import several


def rebuild(
    session: Session,
    check: Annotated[
        bool,
        typer.Option("--check", help="Change nothing; show which tables differ from the ledger."),
    ] = False,
    from_start: Annotated[
        bool,
        typer.Option(
            "--from-start", help="Drop all derived tables first, also when they are in order."
        ),
    ] = False,
) -> int:
    """Make the derived tables again from the ledger.

    Stopped half-way, the same command goes on where it was.
    """
    if check and from_start:
        raise typer.BadParameter("--check changes nothing: leave --from-start out.")
    session.open(outdated=True)
    with session.progress() as progress:

        def show(done: int, total: int) -> None:
            progress("Replaying", done, total)

        if check:
            differences = rebuilding.check(show)
        else:
            if from_start:
                rebuilding.restart()
            replayed = rebuilding.rebuild(show)
    if not check:
        session.say(
            f"{several(replayed, 'entry', 'entries')} replayed; the derived tables are in order."
        )
        session.give({"replayed": replayed})
        return OK
    for found in differences:
        session.say(
            f"{found.table}: {several(found.rows_found, 'row')} found, "
            f"{found.rows_expected:,} expected, or their contents differ"
        )
    if differences:
        session.say("`habeas rebuild --from-start` makes them again.")
    else:
        session.say("Every derived table is what the ledger gives.")
    session.give(
        {
            "same": not differences,
            "differences": [
                {"table": d.table, "rows_found": d.rows_found, "rows_expected": d.rows_expected}
                for d in differences
            ],
        }
    )
    return FINDINGS if differences else OK
