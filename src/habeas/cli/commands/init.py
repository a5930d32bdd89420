"""init: a new archive in a new or empty directory."""

from __future__ import annotations

import urllib.parse
from pathlib import Path
from typing import Annotated

import typer

from habeas.archive.errors import ArchiveExists
from habeas.archive.making import init_archive
from habeas.cli.commands import regions
from habeas.cli.options import ApproverHoursOption, ChangeHoursOption, PassphraseFileOption
from habeas.cli.passphrases import new_passphrase
from habeas.cli.speaking import Speaker
from habeas.custody.trust.persons import HOUR, TrustRules


def init(
    speaker: Speaker,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty directory.")],
    unprotected: Annotated[
        bool,
        typer.Option(
            "--unprotected",
            help="Keep the keys without a passphrase: whoever reads the directory can open it.",
        ),
    ] = False,
    database: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="A PostgreSQL database to use instead of SQLite: postgresql://user@host/name.",
            show_default=False,
        ),
    ] = "",
    title: Annotated[
        str, typer.Option(help="What the archive is called.", show_default=False)
    ] = "",
    made_by: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            help="Who makes it, as the overview tells whoever may see the title.",
            show_default=False,
        ),
    ] = "",
    region: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="The regions, in order, with commas between: names, or folders of your own. "
            "Without it: xinjiang.",
            show_default=False,
        ),
    ] = "",
    approver_hours: ApproverHoursOption = 72,
    change_hours: ChangeHoursOption = 72,
    passphrase_file: PassphraseFileOption = None,
) -> None:
    """Make an archive. Asks for a passphrase."""
    directory = directory.absolute()
    folders = regions.read([name.strip() for name in region.split(",")]) if region else []
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise ArchiveExists(
            f"{directory} is there and not empty.", next_step="Choose a new or an empty directory."
        )
    if urllib.parse.urlsplit(database).password:
        speaker.note(
            "habeas: The password in the address goes into the archive's habeas.toml and was "
            "visible to others on this machine. A ~/.pgpass file avoids both."
        )
    passphrase = None
    if not unprotected:
        passphrase = new_passphrase(passphrase_file, "the archive", "--passphrase-file")
    archive = init_archive(
        directory,
        passphrase=passphrase,
        database_url=database or None,
        title=title,
        made_by=made_by,
        policy=TrustRules(approver_hours * HOUR, change_hours * HOUR),
        regions=folders,
    )
    speaker.say(f"The archive is in {directory}.")
    if unprotected:
        speaker.say(
            "Its keys are unprotected: whoever reads the directory can open it and sign as it."
        )
    else:
        speaker.say(
            "Its keys are under your passphrase. Without it, no one can open the "
            "archive, including you."
        )
    speaker.say("Next: `habeas people add` in it makes the key with which you sign decisions.")
    speaker.give(
        {
            "archive": str(directory),
            "database": "postgresql" if database else "sqlite",
            "protected": not unprotected,
            "size": archive.size,
        }
    )
