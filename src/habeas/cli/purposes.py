"""What for: asked of a person where a command reaches above public, signed and recorded first."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from habeas.archive import purposes
from habeas.archive.access import OWNER, Viewer
from habeas.archive.opening import Archive
from habeas.archive.verbs.searching import checked_purpose
from habeas.cli.opening import acting_person
from habeas.cli.speaking import Speaker

PurposeOption = Annotated[
    str,
    typer.Option(
        "--purpose",
        metavar="TEXT",
        help="What for; recorded and signed before anything is shown.",
        show_default=False,
    ),
]


def reading_for(
    archive: Archive,
    speaker: Speaker,
    purpose: str,
    act: str,
    asked: str,
    who: tuple[str, Path | None],
    *,
    level: str = "",
) -> Viewer:
    """The owner, reading for the purpose that was just recorded; without one for none."""
    if not purpose:
        return OWNER

    checked_purpose(purpose)  # before a passphrase is asked
    person = acting_person(archive, *who)
    made = purposes.state(archive, person, purpose, act, asked, level=level)
    speaker.note(f"Recorded with its purpose at entry {made.position}.")
    return OWNER.with_purpose(made.position)
