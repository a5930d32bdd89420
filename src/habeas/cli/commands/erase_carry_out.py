"""erase carry-out, resume: what two people signed for is destroyed, step by step.

Invariants: whoever confirms types how many entries go; nothing begins before a new backup has a
place and somebody who can restore it; an interrupted erasure is finished before anything else.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from habeas.archive.erasing import carrying_out
from habeas.archive.erasing.cleaning import remains
from habeas.archive.opening import Archive
from habeas.cli.erasure_plan import as_json, describe, foreseen, limits
from habeas.cli.errors import ConfirmationNeeded, Declined
from habeas.cli.opening import placed
from habeas.cli.options import DryRunOption, PersonOption
from habeas.cli.session import PersonSession, Session
from habeas.cli.speaking import Speaker, asked

_STEPS = {
    "recorded": "Recording the erasure; everything derived is made again without it",
    "logged": "Writing it to the signed log",
    "objects": "Removing sealed bytes",
    "derived": "Removing cached pictures, building the search index again",
    "rewrapped": "Wrapping the keys of what stays under a new epoch",
    "cleaned": "Writing the database file again",
    "backed-up": "Making a new backup, restoring and verifying it",
    "destroyed": "Destroying the old keys",
}

BackupOption = Annotated[
    Path | None,
    typer.Option(
        "--backup",
        metavar="FILE",
        help="Where the new backup goes; older ones no longer open with this archive's keys.",
        show_default=False,
    ),
]
ToOption = Annotated[
    list[str] | None,
    typer.Option(
        "--to",
        metavar="RECIPIENT",
        help="An age recipient who can restore the new backup, besides custodians and shares.",
        show_default=False,
    ),
]
OnlyOwnKeysOption = Annotated[
    bool,
    typer.Option(
        "--only-own-keys", help="Although only the holder of this archive's keys/ could restore it."
    ),
]


def carry_out(
    session: PersonSession,
    request: Annotated[
        int, typer.Argument(metavar="REQUEST", min=0, help="Its entry, as `erase list` shows it.")
    ],
    backup: BackupOption = None,
    to: ToOption = None,
    only_own_keys: OnlyOwnKeysOption = False,
    confirm: Annotated[
        int | None,
        typer.Option(
            "--confirm",
            metavar="N",
            min=0,
            help="Instead of typing it: how many entries will be erased.",
            show_default=False,
        ),
    ] = None,
    dry_run: DryRunOption = False,
    as_: PersonOption = "",
) -> None:
    """Erase what a request lists, once another person has approved it.

    Nobody else may have the archive open. Ends with a new backup, restored and verified; only
    then the old keys are destroyed. Interrupted, `habeas erase resume` goes on.
    """
    if backup is None and not dry_run:
        raise typer.BadParameter("Say where the new backup goes: --backup FILE.")
    archive = session.open()
    if not dry_run:
        carrying_out.refuse_others(archive)
    what = carrying_out.check(archive, request)
    changes = foreseen(archive, what)
    describe(session, what, changes)
    if dry_run or backup is None:
        session.give({"erasure": None, "request": request, **as_json(what, changes)})
        return
    person = session.person(as_)
    limits(session)
    _confirm(session, len(what.erased), confirm)
    with session.progress() as progress:
        entry = carrying_out.carry_out(
            archive,
            request,
            person,
            placed(backup),
            recipients=to or (),
            only_own_keys=only_own_keys,
            progress=progress,
            began=lambda step: session.note(f"{_STEPS[step]} …"),
        )
    _ended(session, archive, entry, {**as_json(what, changes), "backup": str(placed(backup))})


def resume(
    session: Session,
    backup: BackupOption = None,
    to: ToOption = None,
    only_own_keys: OnlyOwnKeysOption = False,
) -> None:
    """Finish an erasure that was interrupted; --backup puts the new backup elsewhere."""
    archive = session.open(erasing=True)
    if backup is not None:
        carrying_out.redirect(archive, placed(backup), to or (), only_own_keys=only_own_keys)
    with session.progress() as progress:
        entry = carrying_out.resume(
            archive, progress, began=lambda step: session.note(f"{_STEPS[step]} …")
        )
    if entry is None:
        session.say("No erasure is under way. Nothing was erased by an interrupted one.")
        session.give({"erasure": None})
        return
    _ended(session, archive, entry, {})


def _confirm(speaker: Speaker, count: int, given: int | None) -> None:
    if given is None and (speaker.json or not sys.stdin.isatty()):
        raise ConfirmationNeeded(
            "No one can be asked here whether this is meant.",
            next_step=f"Nothing was erased. Where it is meant, add --confirm {count}.",
        )
    if given is None:
        question = f"This cannot be undone. To go on, type: erase {count}"
        if asked(question, default="").split() != ["erase", str(count)]:
            raise Declined("Nothing was erased.")
    elif given != count:
        raise ConfirmationNeeded(
            f"{count} entries would be erased, not {given}.",
            next_step="Nothing was erased. Look at the plan again.",
        )


def _ended(speaker: Speaker, archive: Archive, entry: int, told: dict[str, object]) -> None:
    speaker.say(
        f"Erased, as entry {entry}. The new backup was restored and verified.", style="bold"
    )
    speaker.say("The old keys are destroyed: this archive's keys open no older backup any more.")
    speaker.say(
        "Custodians and holders of shares still can, with an older .keys file or recovery copy: "
        "destroy each of those, wherever it is, to end the older backups.",
        style="red",
    )
    left = remains()
    if left:
        speaker.say("The database server may still hold it:")
        for one in left:
            speaker.say(f"  {one.what}: {one.words}.")
    speaker.say("`habeas verify` checks the whole archive.")
    speaker.give(
        {
            "erasure": entry,
            "epochs": list(archive.keyring.epochs),
            "server_holds": [{"what": one.what, "words": one.words} for one in left],
            **told,
        }
    )
