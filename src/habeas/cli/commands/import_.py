"""import: a folder of CSV files, whole or not at all, under one person's signature."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from habeas.cli.options import (
    ArchiveOption,
    DryRunOption,
    JsonOption,
    PassphraseFileOption,
    PersonOption,
    PersonPassphraseFileOption,
)


def import_(
    directory: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            exists=True,
            file_okay=False,
            help="The folder: claims.csv and its fellows.",
        ),
    ],
    as_: PersonOption = "",
    again: Annotated[
        bool, typer.Option("--again", help="Also if these very files were imported before.")
    ] = False,
    dry_run: DryRunOption = False,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    person_passphrase_file: PersonPassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Import a folder of CSV files, whole or not at all.

    Where anything in it is wrong, every fault is named and nothing is imported.
    docs/reference/import-format.md tells the files and their columns.
    """
    from habeas.cli.opening import acting_person, opened
    from habeas.cli.speaking import Speaker, shown

    speaker = Speaker(json)
    archive_ = opened(archive, passphrase_file)
    from habeas.exchange.importing import import_folder, preview

    if dry_run:
        counts, notes = preview(archive_, directory, again=again)
        words = ", ".join(f"{what} {count:,}" for what, count in counts.items())
        speaker.say(f"{shown(directory.resolve().name)} would be imported whole: {words}.")
        for note in notes:
            speaker.say(f"Note: {note}")
        speaker.say("Nothing was imported.")
        speaker.give({"list": None, **counts, "size": archive_.size, "notes": list(notes)})
        return
    person = acting_person(archive_, as_, person_passphrase_file)
    with speaker.progress() as progress:
        made = import_folder(archive_, directory, person, again=again, progress=progress)
    counts = {
        "exhibits": made.exhibits,
        "sources": made.sources,
        "mentions": made.mentions,
        "claims": made.claims,
        "definitions": made.definitions,
    }
    words = ", ".join(f"{what} {count:,}" for what, count in counts.items())
    speaker.say(
        f"{shown(directory.resolve().name)} is imported as list {made.list_position}: {words}."
    )
    for note in made.notes:
        speaker.say(f"Note: {note}")
    speaker.say(f"`habeas retract {made.list_position}` would take the whole list back.")
    speaker.give(
        {"list": made.list_position, **counts, "size": made.size, "notes": list(made.notes)}
    )
