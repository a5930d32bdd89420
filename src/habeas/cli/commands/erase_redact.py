"""erase redact, unblock: what may be shown in place of an exhibit that somebody withdrew from."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from habeas.archive.exhibits.blocking import redacted
from habeas.archive.verbs.blocking import unblock as unblock_
from habeas.cli.options import PersonOption, YesOption
from habeas.cli.session import PersonSession

_RANGE = re.compile(r"([0-9]{1,12})-([0-9]{1,12})")
ExhibitArgument = Annotated[
    int, typer.Argument(metavar="POSITION", min=0, help="The entry of the exhibit.")
]


def redact(
    session: PersonSession,
    exhibit: ExhibitArgument,
    range_: Annotated[
        list[str] | None,
        typer.Option(
            "--range",
            metavar="START-STOP",
            help="Characters of its text to leave out, the stop not included.",
            show_default=False,
        ),
    ] = None,
    phrases: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Leave out every line of this file wherever it appears in the text.",
            show_default=False,
        ),
    ] = None,
    as_: PersonOption = "",
) -> None:
    """Make a new exhibit: the text of this one with places left out. Signed.

    Of text only: pictures, sound and the original file are not redacted. Read the result before
    it is shown: what identifies somebody need not be their name.
    """
    ranges = [_range(text) for text in range_ or ()]
    lines = [] if phrases is None else _lines(phrases)
    archive = session.open()
    person = session.person(as_)
    made = redacted(archive, exhibit, person, ranges, lines).position
    session.say(f"Exhibit {made} is the text of exhibit {exhibit} with places left out. Read it.")
    session.say(
        f"To destroy the original and keep this: habeas erase request exhibit {exhibit} "
        f"--keep {made} --reason TEXT"
    )
    session.give({"exhibit": exhibit, "redacted": made})


def unblock(
    session: PersonSession,
    exhibit: ExhibitArgument,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="The reason, naming no one.")],
    as_: PersonOption = "",
    yes: YesOption = False,
) -> None:
    """Show an exhibit again that a withdrawal blocked. Signed."""
    session.answerable(yes=yes)
    archive = session.open()
    person = session.person(as_)
    session.confirm(f"Show exhibit {exhibit} again?", "It stays blocked.", yes=yes)
    with archive.writing(person) as batch:
        made = unblock_(batch, exhibit, reason).position
    session.say(f"Exhibit {exhibit} is shown again (entry {made}).")
    session.give({"exhibit": exhibit, "entry": made})


def _range(text: str) -> tuple[int, int]:
    found = _RANGE.fullmatch(text)
    if found is None:
        raise typer.BadParameter(f"{text!r} is not a range; write it as 120-160.")
    return int(found[1]), int(found[2])


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{file} is not UTF-8 text.") from None
