"""add: files and folders, sealed as exhibits, then read in the sandbox and made searchable."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from habeas.archive import models as m
from habeas.archive.access import OWNER, visible
from habeas.archive.access.labels import LEVELS
from habeas.archive.errors import EntryRefused, UnknownReference
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.ledger.committed_entries import Ref, entry_id_at
from habeas.archive.opening import Archive
from habeas.archive.verbs.referring import Marking
from habeas.cli.commands.reading import read_and_tell
from habeas.cli.endings import FINDINGS, OK, ending_of
from habeas.cli.options import WorkersOption
from habeas.cli.session import Session
from habeas.cli.speaking import Speaker, several
from habeas.cli.walking import as_text, walk
from habeas.errors import HabeasError
from habeas.vocabulary import edtf

LISTED = 40  # exhibits named one by one on the screen


def add(
    session: Session,
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Files, and folders with all in them."),
    ],
    from_: Annotated[
        str,
        typer.Option(
            "--from", metavar="WHO", help="Who the files were received from.", show_default=False
        ),
    ] = "",
    on: Annotated[
        str,
        typer.Option(
            "--on",
            metavar="DATE",
            help="When they were received: 2019-11-24, 2019-11, 2019~.",
            show_default=False,
        ),
    ] = "",
    note: Annotated[
        str,
        typer.Option(metavar="TEXT", help="What else to record of them.", show_default=False),
    ] = "",
    compartment: Annotated[
        str,
        typer.Option(metavar="KEY", help="The compartment that they go into.", show_default="main"),
    ] = "",
    handling: Annotated[
        str, typer.Option(metavar="LEVEL", help="public, team, restricted or sealed.")
    ] = "team",
    no_read: Annotated[
        bool, typer.Option("--no-read", help="Seal only; `habeas reading work` reads later.")
    ] = False,
    workers: WorkersOption = 0,
) -> int:
    """Seal files as exhibits, then read what waits to be read.

    A file that cannot be sealed is named, and the others go on. Stopped at any point, the same
    command goes on from there: bytes that the archive holds already are not sealed twice, and
    what was read is not read again.
    """
    archive = session.open()
    if on:
        edtf.parse(on)
    marking = _marking(compartment, handling)
    found = list(walk(paths, archive.directory))
    refused = [(each.path, each.refused) for each in found if each.refused]
    files = [
        Received(
            each.path,
            filename=each.name,
            received_from=from_,
            received_on=on,
            note=note,
            marking=marking,
        )
        for each in found
        if not each.refused
    ]
    done = 0
    with session.progress() as progress:

        def count(path: Path) -> None:
            nonlocal done
            done += 1
            progress("Sealing", done, len(files))

        added = add_files(archive, files, count)
    refused += [(path, error.message) for path, error in added.refused]
    result: dict[str, Any] = {
        "sealed": [
            {"exhibit": ref.position, "file": as_text(str(path))} for path, ref in added.exhibits
        ],
        "held_already": [
            {"exhibit": number, "file": as_text(str(path))} for path, number in added.known
        ],
        "received_again": added.again,
        "refused": [
            {"file": as_text(str(path)), "reason": as_text(reason)} for path, reason in refused
        ],
        "size": archive.size,
    }
    _tell(session, result)
    ending = FINDINGS if refused else OK
    if not no_read:
        ending = max(ending, _read(session, archive, workers, result))
    session.give(result)
    return ending


def _read(speaker: Speaker, archive: Archive, workers: int, result: dict[str, Any]) -> int:
    """Read what waits; an error is said, and what was sealed stays sealed."""
    try:
        result["read"] = read_and_tell(speaker, archive, workers)
    except HabeasError as error:
        if not speaker.json:
            raise
        result["read"] = {"error": {"code": error.code, "message": error.message}}
        return ending_of(error)
    finally:
        result["size"] = archive.size
    return OK


def _marking(compartment: str, handling: str) -> Marking:
    """Where the files will lie; refused before anything is sealed."""
    if handling not in LEVELS:
        raise EntryRefused(
            f"No handling level named {handling!r}.",
            next_step=f"Use one of: {', '.join(LEVELS)}.",
        )
    if not compartment:
        return Marking(handling=handling)
    keys = dict(visible(OWNER, m.Compartment).values_list("key", "position"))
    if compartment not in keys:
        raise UnknownReference(
            f"No compartment named {compartment!r}.",
            next_step=f"Use one of: {', '.join(sorted(keys))}.",
        )
    return Marking(Ref(entry_id_at(keys[compartment]), keys[compartment]), handling)


def _tell(speaker: Speaker, result: dict[str, Any]) -> None:
    sealed, held, refused = result["sealed"], result["held_already"], result["refused"]
    if len(sealed) + len(held) <= LISTED:
        rows = [(f"exhibit {item['exhibit']}", item["file"], "") for item in sealed]
        rows += [(f"exhibit {item['exhibit']}", item["file"], "held already") for item in held]
        speaker.table(rows)
    words = f"{several(len(sealed), 'file')} sealed"
    if held:
        words += f", {len(held):,} held already"
    if result["received_again"]:
        words += f" ({result['received_again']:,} recorded as received again)"
    speaker.say(f"{words}.")
    if refused and not speaker.json:
        for item in refused:
            named = item["reason"].startswith(item["file"])
            speaker.note(item["reason"] if named else f"{item['file']}: {item['reason']}")
        speaker.note(f"habeas: {several(len(refused), 'file')} refused. [add.refused]")
        speaker.note("  → Fix what you can and run the same command again.")
