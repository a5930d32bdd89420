"""add: files and folders, sealed as exhibits.

Folders are walked in order of name. Links inside a folder are not followed: a received
folder must not choose what is sealed from the rest of the disk.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from habeas.cli.endings import FINDINGS, OK
from habeas.cli.options import ArchiveOption, JsonOption, PassphraseFileOption

if TYPE_CHECKING:
    from habeas.archive.verbs.referring import Place
    from habeas.cli.speaking import Speaker

LISTED = 40  # exhibits named one by one on the screen


def add(
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
        typer.Option(metavar="KEY", help="The compartment that they lie in.", show_default="main"),
    ] = "",
    handling: Annotated[
        str, typer.Option(metavar="LEVEL", help="public, team, restricted or sealed.")
    ] = "team",
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> int:
    """Seal files as exhibits.

    A file that cannot be read is named, and the others are sealed. Stopped half-way, the same
    command goes on: bytes that the archive holds already are not sealed twice.
    """
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker

    speaker = Speaker(as_json=json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive.files import Received, add_files
    from habeas.vocabulary import edtf

    if on:
        edtf.parse(on)
    place = _place(compartment, handling)
    found = list(_walk(paths, archive_.directory))
    refused = [(path, reason) for path, _, reason in found if reason]
    files = [
        Received(path, filename=name, received_from=from_, received_on=on, note=note, place=place)
        for path, name, reason in found
        if not reason
    ]
    done = 0
    with speaker.progress() as progress:

        def count(path: Path) -> None:
            nonlocal done
            done += 1
            progress("Sealing", done, len(files))

        added = add_files(archive_, files, count)
    refused += [(path, error.message) for path, error in added.refused]
    result = {
        "sealed": [{"exhibit": ref.position, "file": str(path)} for path, ref in added.exhibits],
        "held_already": [{"exhibit": number, "file": str(path)} for path, number in added.known],
        "received_again": added.again,
        "refused": [{"file": str(path), "reason": reason} for path, reason in refused],
        "size": archive_.size,
    }
    _tell(speaker, result)
    return FINDINGS if refused else OK


def _place(compartment: str, handling: str) -> Place:
    """Where the files will lie; refused before anything is sealed."""
    from habeas.archive import models as m
    from habeas.archive.access import OWNER, visible
    from habeas.archive.errors import EntryRefused, UnknownReference
    from habeas.archive.labels import LEVELS
    from habeas.archive.ledger import Ref, entry_id_at
    from habeas.archive.verbs.referring import Place

    if handling not in LEVELS:
        raise EntryRefused(
            f"There is no handling level {handling!r}.",
            next_step=f"Use one of: {', '.join(LEVELS)}.",
        )
    if not compartment:
        return Place(handling=handling)
    keys = dict(visible(OWNER, m.Compartment).values_list("key", "position"))
    if compartment not in keys:
        raise UnknownReference(
            f"There is no compartment {compartment!r}.",
            next_step=f"Use one of: {', '.join(sorted(keys))}.",
        )
    return Place(Ref(entry_id_at(keys[compartment]), keys[compartment]), handling)


def _walk(paths: list[Path], archive: Path) -> Iterator[tuple[Path, str, str]]:
    """Each file with the name to record, or with the reason why it is refused."""
    for path in paths:
        if not path.is_dir():
            yield path, _text(path.name), ""
            continue
        yield from _folder(path, _text(Path(os.path.abspath(path)).name), archive)


def _folder(folder: Path, name: str, archive: Path) -> Iterator[tuple[Path, str, str]]:
    """The files below a folder that is recorded under ``name``."""
    if folder.resolve() == archive.resolve():
        yield folder, "", "It is the archive itself."
        return
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield folder, "", f"The folder cannot be read: {os.strerror(error.errno or 0)}."
        return
    for entry in entries:
        path, recorded = Path(entry.path), f"{name}/{_text(entry.name)}"
        if entry.is_symlink():
            yield path, "", "It is a link, and links inside folders are not followed."
        elif entry.is_dir(follow_symlinks=False):
            yield from _folder(path, recorded, archive)
        else:
            yield path, recorded, ""


def _text(name: str) -> str:
    """A file's name as text: bytes that are no UTF-8 are written as \\xNN."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _tell(speaker: Speaker, result: dict[str, Any]) -> None:
    from habeas.cli.speaking import several

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
        speaker.note("  → Mend what can be mended and run the same command again.")
    speaker.give(result)
