"""why: from a figure, record, claim, source or exhibit down to sealed bytes and the proof."""

from __future__ import annotations

from typing import Annotated

import typer

from habeas.cli.options import (
    ArchiveOption,
    AsOfOption,
    JsonOption,
    PassphraseFileOption,
    PersonOption,
    PersonPassphraseFileOption,
)
from habeas.cli.purposes import PurposeOption, reading_for


def why(
    target: Annotated[
        str,
        typer.Argument(
            metavar="KEY|POSITION",
            help="A figure's key, or the number of a claim, record, source or exhibit.",
        ),
    ],
    limit: Annotated[
        int, typer.Option(metavar="N", min=1, help="How many members of it to follow down.")
    ] = 10,
    as_of: AsOfOption = None,
    purpose: PurposeOption = "",
    as_: PersonOption = "",
    ascii_: Annotated[bool, typer.Option("--ascii", help="Draw the tree in ASCII.")] = False,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    person_passphrase_file: PersonPassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Say how something is known, down to sealed bytes.

    A figure's rules and members; a claim's speakers and passages; the bytes and the proof.
    """
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker, speaks_unicode, width

    speaker = Speaker(json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive.access import OWNER
    from habeas.figures.definition import recorded
    from habeas.figures.definition.definitions import FigureDefinition
    from habeas.figures.why.asking import as_json, as_text, tree

    number = target.removeprefix("#")
    wanted: FigureDefinition | int
    if number.isascii() and number.isdigit():
        wanted = int(number)
    else:
        wanted = recorded.named(OWNER, target, as_of)
    who = (as_, person_passphrase_file)
    viewer = reading_for(archive_, speaker, purpose, "figure", target, who)
    found = tree(archive_, viewer, wanted, as_of=as_of, limit=limit)
    if speaker.json:
        speaker.give(as_json(found))
    else:
        text = as_text(found, width=width(), ascii=ascii_ or not speaks_unicode())
        speaker.say_lines(text.rstrip("\n"))
