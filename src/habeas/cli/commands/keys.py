"""keys protect, rotate, refresh, custodians: under what the keys are, and for whom sealed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from habeas.cli.options import (
    ArchiveOption,
    JsonOption,
    PassphraseFileOption,
    PersonPassphraseFileOption,
    YesOption,
)

if TYPE_CHECKING:
    from habeas.cli.speaking import Speaker

NewPassphraseFileOption = Annotated[
    Path | None,
    typer.Option(
        "--new-passphrase-file",
        metavar="FILE",
        help="Read the new passphrase from the first line of a file instead of asking.",
        show_default=False,
    ),
]


def protect(
    person: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="PSEUDONYM",
            help="Change the passphrase of this person's key, not of the archive's.",
            show_default=False,
        ),
    ] = "",
    new_passphrase_file: NewPassphraseFileOption = None,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    person_passphrase_file: PersonPassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Set or change a passphrase.

    Of the archive's keys, or with --as of a person's own key.
    """
    from habeas.cli.opening import located, new_passphrase, opened_keyring, passphrase_of
    from habeas.cli.speaking import Speaker
    from habeas.custody.keys.person_keys import change_person_passphrase, open_person, person_path

    speaker = Speaker(json)
    directory = located(archive)
    if person:
        keys = directory / "keys"
        former = passphrase_of(
            person_path(keys, person), person_passphrase_file, person, "--person-passphrase-file"
        )
        open_person(keys, person, former)  # refused before a new one is thought up
        new = new_passphrase(new_passphrase_file, person, "--new-passphrase-file")
        change_person_passphrase(keys, person, former, new)
        speaker.say(f"The key of {person} is under the new passphrase.")
    else:
        keyring = opened_keyring(directory, passphrase_file)
        new = new_passphrase(new_passphrase_file, "the archive", "--new-passphrase-file")
        keyring.change_passphrase(new)
        speaker.say("The archive's keys are under the new passphrase.")
    speaker.say("A copy of keys/ made before still opens as it did then: destroy such copies.")
    speaker.give({"protected": person or "archive"})


def rotate(
    rewrap: Annotated[
        bool,
        typer.Option("--rewrap", help="Also wrap the keys of all objects in the new epoch."),
    ] = False,
    end_old: Annotated[
        bool,
        typer.Option(
            "--end-old",
            help="After --rewrap, end the old epochs: no backup made in them will open again.",
        ),
    ] = False,
    yes: YesOption = False,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Begin a new epoch of the keys that open objects and backups.

    The keys that sign entries and checkpoints stay the same: those are handed over with
    `habeas keys hand-over`. An interrupted --rewrap goes on where it stopped.
    """
    from habeas.cli.confirming import answerable, confirm
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker, several

    speaker = Speaker(json)
    if end_old:
        rewrap = True
        answerable(speaker, yes=yes)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive.keys import rotating

    keyring = archive_.keyring
    if end_old:
        confirm(
            "End every older epoch? Backups made in them, and copies of the database, will not "
            "open again, for anybody who has no older copy of the keys.",
            "Nothing was changed.",
            yes=yes,
        )
    unfinished = rewrap and rotating.epochs_in_use() - {keyring.current_epoch}
    epoch = keyring.current_epoch if unfinished else keyring.rotate_epoch()
    count, ended = 0, []
    if rewrap:
        with speaker.progress() as progress:
            count = rotating.rewrap(archive_, progress)
    if end_old:
        ended = rotating.destroy_unused(archive_)
    speaker.say(f"Epoch {epoch} is the current one.")
    if rewrap:
        speaker.say(f"The keys of {several(count, 'object')} were wrapped in it anew.")
    if ended:
        speaker.say(f"Ended: {', '.join(f'epoch {one}' for one in ended)}.")
    _say_copy(speaker, keyring.directory)
    speaker.say("Make a backup now: those made before are of older epochs.")
    speaker.give({"epoch": epoch, "rewrapped": count, "ended": ended})


def refresh(
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Seal the recovery copy anew, as the keys are now."""
    from habeas.cli.opening import located, opened_keyring
    from habeas.cli.speaking import Speaker

    speaker = Speaker(json)
    keyring = opened_keyring(located(archive), passphrase_file)
    keyring.seal_copy()
    _say_copy(speaker, keyring.directory)
    speaker.give({"copy": str(keyring.directory / "recovery" / "copy")})


def add_custodian(
    label: Annotated[
        str,
        typer.Argument(
            metavar="LABEL", help="What they are called here: a stranger with the disk reads it."
        ),
    ],
    recipient: Annotated[
        str, typer.Argument(metavar="RECIPIENT", help="Their age recipient: age1….")
    ],
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Let somebody recover the archive's keys alone, with an age identity of theirs."""
    from habeas.cli.opening import located, opened_keyring
    from habeas.cli.speaking import Speaker, shown
    from habeas.custody.errors import RecipientRefused
    from habeas.custody.keys import age_keys, recovery

    speaker = Speaker(json)
    recipient = age_keys.check_recipient(recipient)
    directory = located(archive)
    known = recovery.read_recipients(directory / "keys")
    for one in known.custodians:
        if label == one.label or recipient == one.recipient:
            raise RecipientRefused(
                f"{shown(one.label)} is a custodian already.",
                next_step="Remove them first, or choose another label.",
            )
    keyring = opened_keyring(directory, passphrase_file)
    new = recovery.Custodian(label, recipient, recovery.today())
    keyring.seal_copy(replace(known, custodians=(*known.custodians, new)))
    speaker.say(f"{shown(label)} can now recover the keys, with the identity of {recipient}.")
    _say_copy(speaker, keyring.directory)
    speaker.say("Next: have them try it with `habeas keys rehearse --identity FILE`.")
    speaker.give({"label": label, "recipient": recipient})


def list_custodians(archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """List who can recover the keys. Asks for no passphrase."""
    from habeas.cli.opening import located
    from habeas.cli.speaking import Speaker, shown
    from habeas.custody.keys import recovery

    speaker = Speaker(json)
    known = recovery.read_recipients(located(archive) / "keys")
    speaker.table([(shown(c.label), f"since {c.since}", c.recipient) for c in known.custodians])
    if not known.custodians:
        speaker.say("There is no custodian. Name one with `habeas keys custodians add`.")
    if known.shares:
        speaker.say(
            f"Also {known.shares.needed} of {known.shares.made} shares, since {known.shares.since}."
        )
    speaker.give(
        {
            "custodians": [
                {"label": c.label, "recipient": c.recipient, "since": c.since}
                for c in known.custodians
            ],
            "shares": known.shares and {"needed": known.shares.needed, "made": known.shares.made},
        }
    )


def remove_custodian(
    label: Annotated[str, typer.Argument(metavar="LABEL", help="As `list` shows it.")],
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Seal the recovery copy for somebody no longer."""
    from habeas.cli.opening import located, opened_keyring
    from habeas.cli.speaking import Speaker, shown
    from habeas.custody.errors import RecipientRefused
    from habeas.custody.keys import recovery

    speaker = Speaker(json)
    directory = located(archive)
    known = recovery.read_recipients(directory / "keys")
    left = tuple(one for one in known.custodians if one.label != label)
    if len(left) == len(known.custodians):
        raise RecipientRefused(
            f"There is no custodian {shown(label)}.",
            next_step="List them with `habeas keys custodians list`.",
        )
    keyring = opened_keyring(directory, passphrase_file)
    keyring.seal_copy(replace(known, custodians=left))
    speaker.say(f"{shown(label)} cannot open recovery copies made from now on.")
    speaker.say(
        "A copy made before still opens for them: with it they sign as the archive, and open the "
        "objects and backups of the epochs in it. `habeas keys rotate --rewrap` keeps them out of "
        "what is sealed and backed up from then on."
    )
    speaker.give({"removed": label})


def _say_copy(speaker: Speaker, keys: Path) -> None:
    from habeas.custody.keys import recovery

    if recovery.read_recipients(keys).all:
        speaker.say("The recovery copy was sealed anew. Copies kept elsewhere are the older ones:")
        speaker.say(f"replace them with {keys / recovery.FOLDER / 'copy'}.")
    else:
        speaker.say("There is no recovery copy: nobody but you can recover these keys.")
