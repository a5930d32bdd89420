"""detentions: a person's detentions in time, and what is last known of them."""

from __future__ import annotations

from typing import Annotated

import typer

from habeas.archive.access import OWNER
from habeas.archive.errors import UnknownReference
from habeas.archive.joined import find
from habeas.cli.session import Session
from habeas.cli.speaking import shown
from habeas.display import episodes
from habeas.display.stays_plain import as_json, folds, lines_of


def detentions(
    session: Session,
    person: Annotated[int, typer.Argument(metavar="PERSON", min=0, help="A person's record.")],
    unfold: Annotated[
        bool, typer.Option("--unfold", help="Also write out what may hurt to read.")
    ] = False,
) -> None:
    """Show a person's detentions in time, and what is last known.

    Each value with its speaker and claim, which `habeas why` follows. Dates stay as vague as they
    were stated; a claim that no one grouped is listed as a possible detention.
    """
    session.open()
    record = find(OWNER, person)
    if record is None or record.first.kind != "person":
        what = "There is no record" if record is None else f"A {record.first.kind} is the record"
        raise UnknownReference(
            f"{what} with the number {person}.",
            next_step="Give the number of a person; their page and `habeas search` show it.",
        )
    members = [mention.position for mention in record.mentions]
    found = episodes.detentions(OWNER, members, record.first.kind)
    caption = shown(record.first.caption)
    session.say(f"{caption} ({record.position})")
    if found is None:
        session.say("Nothing is claimed of a detention, or of what became of them.")
    for indent, line in () if found is None else lines_of(found, unfold=unfold):
        session.say("  " * indent + shown(line))
    if found is not None and not unfold and folds(found):
        session.note("Folded is what may hurt to read; --unfold writes it out.")
    plain = as_json(found or episodes.NOTHING)
    session.give({"person": record.position, "caption": record.first.caption, **plain})
