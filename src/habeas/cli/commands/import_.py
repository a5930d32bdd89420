"""import: a folder of CSV files or a case table, whole or not at all, under one signature."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Annotated

import typer

from habeas.archive.errors import PersonNeeded
from habeas.archive.opening import Archive
from habeas.cli.acting import only_person
from habeas.cli.options import DryRunOption, PersonOption
from habeas.cli.session import PersonSession
from habeas.cli.speaking import shown
from habeas.exchange.case_tables import drafts_of
from habeas.exchange.importing import import_drafts, preview

_DECIDED = ("judgements", "assessments", "consents", "groupings")


def import_(
    session: PersonSession,
    directory: Annotated[
        Path,
        typer.Argument(
            metavar="PATH",
            exists=True,
            help="The folder: claims.csv and its fellows. Or the mapping of a case table, a YAML "
            "file.",
        ),
    ],
    as_: PersonOption = "",
    again: Annotated[
        bool, typer.Option("--again", help="Also if these very files were imported before.")
    ] = False,
    dry_run: DryRunOption = False,
) -> None:
    """Import a folder of CSV files or a case table, whole or not at all.

    Where anything in it is wrong, every fault is named and nothing is imported.
    docs/reference/import-format.md explains the files and their columns;
    docs/reference/case-tables.md explains the mapping of a case table.
    """
    archive = session.open()
    if dry_run:
        drafts = drafts_of(archive, directory)
        counts, notes = preview(archive, drafts, again=again, person=as_ or _who_would(archive))
        words = _words(counts)
        session.say(f"{shown(directory.resolve().name)} would be imported whole: {words}.")
        for note in notes:
            session.say(f"Note: {note}")
        session.say("Nothing was imported.")
        session.give({"list": None, **counts, "size": archive.size, "notes": list(notes)})
        return
    person = session.person(as_)
    with session.progress() as progress:
        drafts = drafts_of(archive, directory)
        made = import_drafts(archive, drafts, person, again=again, progress=progress)
    counts = {
        "exhibits": made.exhibits,
        "sources": made.sources,
        "mentions": made.mentions,
        "claims": made.claims,
        "definitions": made.definitions,
        "judgements": made.judgements,
        "assessments": made.assessments,
        "consents": made.consents,
        "groupings": made.groupings,
    }
    words = _words(counts)
    session.say(
        f"{shown(directory.resolve().name)} is imported as list {made.list_position}: {words}."
    )
    for note in made.notes:
        session.say(f"Note: {note}")
    session.say(f"`habeas retract {made.list_position}` would take the whole list back.")
    session.give(
        {"list": made.list_position, **counts, "size": made.size, "notes": list(made.notes)}
    )


def _who_would(archive: Archive) -> str:
    """Whose key would sign, where only one could; nobody is asked for a passphrase."""
    with contextlib.suppress(PersonNeeded):
        return only_person(archive)
    return ""


def _words(counts: dict[str, int]) -> str:
    """What came, or would come; of decisions only where there are any."""
    said = {what: count for what, count in counts.items() if count or what not in _DECIDED}
    return ", ".join(f"{what} {count:,}" for what, count in said.items())
