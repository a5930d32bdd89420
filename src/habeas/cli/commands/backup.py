"""backup: everything that cannot be computed again, in one encrypted file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from habeas.archive.preserve import backing_up, restoring
from habeas.cli.endings import FINDINGS, OK
from habeas.cli.opening import placed
from habeas.cli.session import Session
from habeas.cli.speaking import bytes_words, several


def backup(
    session: Session,
    target: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where to write it; never overwritten.")
    ],
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to",
            metavar="RECIPIENT",
            help="An age recipient who can restore it as well, besides custodians and shares.",
            show_default=False,
        ),
    ] = None,
    only_own_keys: Annotated[
        bool,
        typer.Option(
            "--only-own-keys",
            help="Write it even if only the holder of this archive's keys/ could restore it.",
        ),
    ] = False,
    check: Annotated[
        bool,
        typer.Option("--check", help="Restore it into cache/, verify it, and remove that again."),
    ] = False,
) -> int:
    """Write a backup, also while others use the archive.

    One encrypted file, and beside it FILE.keys, without which it cannot be restored where
    this disk is lost. Each backup is whole: there are no increments. Accounts, sessions and
    jobs are not in it, nor anybody's secret key.
    """
    archive = session.open(outdated=True)
    with session.progress() as progress:
        made = backing_up.backup(
            archive, placed(target), to or (), progress, only_own_keys=only_own_keys
        )
        if check:
            restoring.check_backup(archive, made.path, progress)
    session.say(
        f"{made.path}: {several(made.entries, 'entry', 'entries')}, "
        f"{several(made.objects, 'object')}, {bytes_words(made.size_bytes)}."
    )
    session.say(f"SHA-256 {made.sha256}")
    if made.keys_path is not None:
        session.say(f"{made.keys_path}: the keys, sealed to whoever may recover them.")
        session.say("Keep copies of both, in another place than this disk.")
    else:
        session.say("Only a copy of this archive's keys/, with its passphrase, restores it.")
    if check:
        session.say("It was restored and verified.")
    for address in made.damaged:
        session.say(
            f"Object {address} is missing or altered here and so in the backup.", style="red"
        )
    session.give(
        {
            "backup": str(made.path),
            "sha256": made.sha256,
            "size_bytes": made.size_bytes,
            "entries": made.entries,
            "objects": made.objects,
            "epoch": made.epoch,
            "keys": made.keys_path and str(made.keys_path),
            "checked": check,
            "damaged": list(made.damaged),
        }
    )
    return FINDINGS if made.damaged else OK
