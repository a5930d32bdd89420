"""erase carry-out, resume: what two people signed for is destroyed, step by step.

Invariants: whoever confirms types how many entries go; nothing begins before a new backup has a
place and somebody who can restore it; an interrupted erasure is finished before anything else.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from habeas.cli.options import (
    ArchiveOption,
    DryRunOption,
    JsonOption,
    PassphraseFileOption,
    PersonOption,
    PersonPassphraseFileOption,
)

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.cli.speaking import Speaker

_STEPS = {
    "recorded": "Recording the erasure; everything derived is made anew without it",
    "logged": "Writing it to the signed log",
    "objects": "Removing sealed bytes",
    "derived": "Removing cached pictures, making the search index anew",
    "rewrapped": "Wrapping the keys of what stays under a new epoch",
    "cleaned": "Writing the database file anew",
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
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    person_passphrase_file: PersonPassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Erase what a request lists, once another person has approved it.

    Nobody else may have the archive open. Ends with a new backup, restored and verified; only
    then the old keys are destroyed. Interrupted, `habeas erase resume` goes on.
    """
    from habeas.cli.opening import acting_person, opened, placed
    from habeas.cli.speaking import Speaker

    speaker = Speaker(json)
    if backup is None and not dry_run:
        raise typer.BadParameter("Say where the new backup goes: --backup FILE.")
    archive_ = opened(archive, passphrase_file)
    from habeas.archive.erasing import carrying_out
    from habeas.cli.erasure_plan import as_json, describe, foreseen, limits

    if not dry_run:
        carrying_out.refuse_others(archive_)
    what = carrying_out.check(archive_, request)
    changes = foreseen(archive_, what)
    describe(speaker, what, changes)
    if dry_run or backup is None:
        speaker.give({"erasure": None, "request": request, **as_json(what, changes)})
        return
    person = acting_person(archive_, as_, person_passphrase_file)
    limits(speaker)
    _confirm(speaker, len(what.erased), confirm)
    with speaker.progress() as progress:
        entry = carrying_out.carry_out(
            archive_,
            request,
            person,
            placed(backup),
            recipients=to or (),
            only_own_keys=only_own_keys,
            progress=progress,
            began=lambda step: speaker.note(f"{_STEPS[step]} …"),
        )
    _ended(speaker, archive_, entry, {**as_json(what, changes), "backup": str(placed(backup))})


def resume(
    backup: BackupOption = None,
    to: ToOption = None,
    only_own_keys: OnlyOwnKeysOption = False,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Finish an erasure that was interrupted; --backup puts the new backup elsewhere."""
    from habeas.cli.opening import opened, placed
    from habeas.cli.speaking import Speaker

    speaker = Speaker(json)
    archive_ = opened(archive, passphrase_file, erasing=True)
    from habeas.archive.erasing import carrying_out

    if backup is not None:
        carrying_out.redirect(archive_, placed(backup), to or (), only_own_keys=only_own_keys)
    with speaker.progress() as progress:
        entry = carrying_out.resume(
            archive_, progress, began=lambda step: speaker.note(f"{_STEPS[step]} …")
        )
    if entry is None:
        speaker.say("No erasure is under way. Nothing was erased by an interrupted one.")
        speaker.give({"erasure": None})
        return
    _ended(speaker, archive_, entry, {})


def _confirm(speaker: Speaker, count: int, given: int | None) -> None:
    from habeas.cli.errors import ConfirmationNeeded, Declined
    from habeas.cli.speaking import asked

    if given is None and (speaker.json or not sys.stdin.isatty()):
        raise ConfirmationNeeded(
            "Nobody can be asked here whether this is meant.",
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
    from habeas.archive.erasing.cleaning import remains

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
