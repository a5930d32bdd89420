"""regions list, add, check: the parts of the world whose names, places and codes are known here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from habeas.archive import regions, verbs
from habeas.cli.options import DryRunOption, PersonOption
from habeas.cli.session import PersonSession, Session
from habeas.cli.speaking import Speaker, shown
from habeas.names import gazetteer, placeholders, readings, table, writing
from habeas.vocabulary import schema
from habeas.vocabulary.region import (
    Folder,
    Region,
    bundled_folder,
    bundled_names,
    joined,
    read_folder,
)

_NAMES = typer.Argument(
    metavar="REGION…", help="A region that comes with habeas, or the folder of your own."
)


def list_(session: Session) -> None:
    """List the regions of the archive, and the others that there are."""
    session.open()
    chosen, entry = regions.chosen(), regions.entry()
    session.table(
        [(shown(f.name), shown(f.title), f"digest {f.digest[:16]}") for f in chosen.folders]
    )
    if entry is None:
        session.say("No entry says so: an archive without one has these.")
    else:
        session.say(f"Chosen at entry {entry[0]}.")
    for folder in chosen.folders:
        if folder.name in bundled_names() and bundled_folder(folder.name) != folder:
            session.say(
                f"habeas comes with another version of {shown(folder.name)}: "
                f"`habeas regions add {shown(folder.name)}` records it."
            )
    others = [name for name in bundled_names() if name not in chosen.names]
    if others:
        session.say(f"There are also: {', '.join(others)}.")
    session.give(
        {
            "regions": [_told(folder) for folder in chosen.folders],
            "entry": None if entry is None else entry[0],
            "others": others,
        }
    )


def add(
    session: PersonSession,
    names: Annotated[list[str], _NAMES],
    instead: Annotated[
        bool, typer.Option("--instead", help="Have only these, in place of the current regions.")
    ] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why.", show_default=False)] = "",
    dry_run: DryRunOption = False,
    as_: PersonOption = "",
) -> None:
    """Give the archive further regions, or a newer version of one that it has.

    The search index is built anew afterwards.
    """
    archive = session.open()
    before = regions.chosen()
    given = read(names)
    kept = [] if instead else list(before.folders)
    by_name = {folder.name: folder for folder in joined(given).folders}
    wanted = [by_name.pop(folder.name, folder) for folder in kept]
    after = joined([*wanted, *(folder for folder in given if folder.name in by_name)])
    regions.check(after)
    content: dict[str, Any] = {"regions": [_told(folder) for folder in after.folders]}
    if after is before and regions.entry() is not None:
        session.say(f"The archive has {shown(after.title)} already.")
        session.give(content | {"entry": None, "recorded": False})
        return
    _tell(session, before, after)
    if dry_run:
        session.say("Nothing was recorded.")
        session.give(content | {"entry": None, "recorded": False})
        return
    person = session.somebody(as_, alone=False)
    with archive.writing(person) as batch:
        made = verbs.choose_regions(batch, after.folders, reason=reason).position
    session.say(f"Recorded, as entry {made}.")
    session.say("Build the search index again: habeas search --refresh")
    session.give(content | {"entry": made, "recorded": True})


def check(
    speaker: Speaker,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of a region.")],
) -> None:
    """Check the folder of a region, and show what it holds. Needs no archive."""
    found = read_folder(folder)
    region = joined([found])
    regions.check(region)
    core = {name: len(one.codes) for name, one in schema.core().lists.items()}
    lists = schema.of(region).lists
    held = {
        "places": len(gazetteer.of(region).units),
        "given_names": len(table.of(region).names),
        "placeholders": len(placeholders.check(region)),
        "readings": sum(map(len, readings.check(region).values())),
        "writings": len(writing.check(region)),
        "codes": sum(len(one.codes) - core.get(k, 0) for k, one in lists.items()),
    }
    speaker.say(f"{shown(found.name)}, {shown(found.title)}, is in order.")
    speaker.table([(what.replace("_", " "), f"{number:,}") for what, number in held.items()])
    speaker.say(f"Clock zones: {', '.join(region.zones) or 'none stated'}.")
    if missing := [what for what in ("places", "readings") if not held[what]]:
        speaker.say(f"It has no {' and no '.join(missing)}: nothing of these will be recognised.")
    speaker.say(f"Digest: {found.digest}")
    speaker.give({"name": found.name, "title": found.title, "digest": found.digest, **held})


def read(names: Sequence[str]) -> list[Folder]:
    """The regions of these names and folders, in order."""
    found = []
    for name in names:
        own = name not in bundled_names() and Path(name).is_dir()
        found.append(read_folder(Path(name)) if own else bundled_folder(name))
    return found


def _told(folder: Folder) -> dict[str, str]:
    return {"name": folder.name, "title": folder.title, "digest": folder.digest}


def _tell(speaker: Speaker, before: Region, after: Region) -> None:
    """What changes, in words."""
    speaker.say(f"Regions now: {shown(before.title)}. Then: {shown(after.title)}.")
    now, then = schema.of(before), schema.of(after)
    for name, listed in then.lists.items():
        old = now.codes.get(name, {})
        if new := [code for code in listed.codes if code not in old]:
            speaker.say(f"New codes of {name}: {', '.join(new)}.")
    for name, codes in now.codes.items():
        if gone := [code for code in codes if code not in then.codes.get(name, {})]:
            speaker.say(
                f"Codes of {name} that can no longer be claimed: {', '.join(gone)}. "
                "What was claimed with them stays, without their labels."
            )
