"""rebuild: the derived tables, made again from the ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from habeas.cli.endings import FINDINGS, OK
from habeas.cli.options import ArchiveOption, JsonOption, PassphraseFileOption


def rebuild(
    check: Annotated[
        bool,
        typer.Option("--check", help="Change nothing; say which tables differ from the ledger."),
    ] = False,
    from_start: Annotated[
        bool,
        typer.Option(
            "--from-start", help="Drop all derived tables first, also when they are in order."
        ),
    ] = False,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> int:
    """Make the derived tables again from the ledger.

    Stopped half-way, the same command goes on where it was.
    """
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker, several

    if check and from_start:
        raise typer.BadParameter("--check changes nothing: leave --from-start out.")
    speaker = Speaker(json)
    opened(archive, passphrase_file, outdated=True)
    from habeas.archive.ledger import rebuilding

    with speaker.progress() as progress:

        def show(done: int, total: int) -> None:
            progress("Replaying", done, total)

        if check:
            differences = rebuilding.check(show)
        else:
            if from_start:
                rebuilding.restart()
            replayed = rebuilding.rebuild(show)
    if not check:
        speaker.say(
            f"{several(replayed, 'entry', 'entries')} replayed; the derived tables are in order."
        )
        speaker.give({"replayed": replayed})
        return OK
    for found in differences:
        speaker.say(
            f"{found.table}: {several(found.rows_found, 'row')} found, "
            f"{found.rows_expected:,} expected, or their contents differ"
        )
    if differences:
        speaker.say("`habeas rebuild --from-start` makes them again.")
    else:
        speaker.say("Every derived table is what the ledger gives.")
    speaker.give(
        {
            "same": not differences,
            "differences": [
                {"table": d.table, "rows_found": d.rows_found, "rows_expected": d.rows_expected}
                for d in differences
            ],
        }
    )
    return FINDINGS if differences else OK
