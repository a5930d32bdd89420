"""keys protect, rotate, refresh, custodians: under what the keys are, and for whom sealed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from habeas.archive.keys import rotating
from habeas.cli.options import YesOption
from habeas.cli.passphrases import new_passphrase
from habeas.cli.session import DirectorySession, PersonSession, Session
from habeas.cli.speaking import Speaker, several, shown
from habeas.custody.errors import RecipientRefused
from habeas.custody.keys import age_keys, recovery
from habeas.custody.keys.person_keys import change_person_passphrase, open_person, person_path

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
    session: PersonSession,
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
) -> None:
    """Set or change a passphrase.

    Of the archive's keys, or with --as of a person's own key.
    """
    directory = session.directory
    if person:
        keys = directory / "keys"
        former = session.passphrase_of(person_path(keys, person), person)
        open_person(keys, person, former)  # refused before a new one is thought up
        new = new_passphrase(new_passphrase_file, person, "--new-passphrase-file")
        change_person_passphrase(keys, person, former, new)
        session.say(f"The key of {person} is under the new passphrase.")
    else:
        keyring = session.keyring()
        new = new_passphrase(new_passphrase_file, "the archive", "--new-passphrase-file")
        keyring.change_passphrase(new)
        session.say("The archive's keys are under the new passphrase.")
    session.say("A copy of keys/ made before still opens as it did then: destroy such copies.")
    session.give({"protected": person or "archive"})


def rotate(
    session: Session,
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
) -> None:
    """Begin a new epoch of the keys that open objects and backups.

    The keys that sign entries and checkpoints stay the same: those are handed over with
    `habeas keys hand-over`. An interrupted --rewrap goes on where it stopped.
    """
    if end_old:
        rewrap = True
        session.answerable(yes=yes)
    archive = session.open()
    keyring = archive.keyring
    if end_old:
        session.confirm(
            "End every older epoch? Backups made in them, and copies of the database, will not "
            "open again, for anyone who has no older copy of the keys.",
            "Nothing was changed.",
            yes=yes,
        )
    unfinished = rewrap and rotating.epochs_in_use() - {keyring.current_epoch}
    epoch = keyring.current_epoch if unfinished else keyring.rotate_epoch()
    count, ended = 0, []
    if rewrap:
        with session.progress() as progress:
            count = rotating.rewrap(archive, progress)
    if end_old:
        ended = rotating.destroy_unused(archive)
    session.say(f"Epoch {epoch} is the current one.")
    if rewrap:
        session.say(f"The keys of {several(count, 'object')} were wrapped in it again.")
    if ended:
        session.say(f"Ended: {', '.join(f'epoch {one}' for one in ended)}.")
    _say_copy(session, keyring.directory)
    session.say("Make a backup now: those made before are of older epochs.")
    session.give({"epoch": epoch, "rewrapped": count, "ended": ended})


def refresh(session: Session) -> None:
    """Seal the recovery copy again, as the keys are now."""
    keyring = session.keyring()
    keyring.seal_copy()
    _say_copy(session, keyring.directory)
    session.give({"copy": str(keyring.directory / "recovery" / "copy")})


def add_custodian(
    session: Session,
    label: Annotated[
        str,
        typer.Argument(
            metavar="LABEL", help="What they are called here: a stranger with the disk reads it."
        ),
    ],
    recipient: Annotated[
        str, typer.Argument(metavar="RECIPIENT", help="Their age recipient: age1….")
    ],
) -> None:
    """Let someone recover the archive's keys alone, with an age identity of theirs."""
    recipient = age_keys.check_recipient(recipient)
    directory = session.directory
    known = recovery.read_recipients(directory / "keys")
    for one in known.custodians:
        if label == one.label or recipient == one.recipient:
            raise RecipientRefused(
                f"{shown(one.label)} is a custodian already.",
                next_step="Remove them first, or choose another label.",
            )
    keyring = session.keyring()
    new = recovery.Custodian(label, recipient, recovery.today())
    keyring.seal_copy(replace(known, custodians=(*known.custodians, new)))
    session.say(f"{shown(label)} can now recover the keys, with the identity of {recipient}.")
    _say_copy(session, keyring.directory)
    session.say("Next: have them try it with `habeas keys rehearse --identity FILE`.")
    session.give({"label": label, "recipient": recipient})


def list_custodians(session: DirectorySession) -> None:
    """List who can recover the keys. Asks for no passphrase."""
    known = recovery.read_recipients(session.directory / "keys")
    session.table([(shown(c.label), f"since {c.since}", c.recipient) for c in known.custodians])
    if not known.custodians:
        session.say("No custodians. Name one with `habeas keys custodians add`.")
    if known.shares:
        session.say(
            f"Also {known.shares.needed} of {known.shares.made} shares, since {known.shares.since}."
        )
    session.give(
        {
            "custodians": [
                {"label": c.label, "recipient": c.recipient, "since": c.since}
                for c in known.custodians
            ],
            "shares": known.shares and {"needed": known.shares.needed, "made": known.shares.made},
        }
    )


def remove_custodian(
    session: Session,
    label: Annotated[str, typer.Argument(metavar="LABEL", help="As `list` shows it.")],
) -> None:
    """Stop sealing the recovery copy for someone."""
    directory = session.directory
    known = recovery.read_recipients(directory / "keys")
    left = tuple(one for one in known.custodians if one.label != label)
    if len(left) == len(known.custodians):
        raise RecipientRefused(
            f"No custodian named {shown(label)}.",
            next_step="List them with `habeas keys custodians list`.",
        )
    keyring = session.keyring()
    keyring.seal_copy(replace(known, custodians=left))
    session.say(f"{shown(label)} cannot open recovery copies made from now on.")
    session.say(
        "A copy made before still opens for them: with it they sign as the archive, and open the "
        "objects and backups of the epochs in it. `habeas keys rotate --rewrap` keeps them out of "
        "what is sealed and backed up from then on."
    )
    session.give({"removed": label})


def _say_copy(speaker: Speaker, keys: Path) -> None:
    if recovery.read_recipients(keys).all:
        speaker.say("The recovery copy was sealed again. Copies kept elsewhere are the older ones:")
        speaker.say(f"replace them with {keys / recovery.FOLDER / 'copy'}.")
    else:
        speaker.say("No recovery copy exists: only you can recover these keys.")
