"""compartments add, list: the cases that things lie in."""

from __future__ import annotations

from typing import Annotated

import typer

from habeas.cli.options import ArchiveOption, JsonOption, PassphraseFileOption


def add(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A short name; it stays.")],
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What it holds, in a line.")],
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Make a compartment."""
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker, shown

    speaker = Speaker(json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import verbs

    with archive_.writing() as batch:
        position = verbs.compartment(batch, key, title).position
    speaker.say(f"The compartment {shown(key)} is entry {position}.")
    speaker.give({"key": key, "title": title, "entry": position})


def list_(
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """List the compartments."""
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker, shown

    speaker = Speaker(json)
    opened(archive, passphrase_file)
    from habeas.archive import models as m
    from habeas.archive.access import OWNER, visible

    found = list(visible(OWNER, m.Compartment).order_by("position"))
    speaker.table([(shown(c.key), f"entry {c.position}", shown(c.title)) for c in found])
    speaker.give(
        {"compartments": [{"key": c.key, "title": c.title, "entry": c.position} for c in found]}
    )
