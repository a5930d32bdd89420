"""keys shares, rehearse, recover: what custodians and holders of shares do, and when."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from habeas.archive.preserve import recovering
from habeas.cli.commands.keys import NewPassphraseFileOption
from habeas.cli.endings import FINDINGS, OK
from habeas.cli.options import YesOption
from habeas.cli.passphrases import new_passphrase
from habeas.cli.recovering import opened_copy, show_shares
from habeas.cli.session import DirectorySession, Session
from habeas.custody.errors import RecoveryMissing
from habeas.custody.keys import age_keys, recovery
from habeas.custody.keys import shares as sharing
from habeas.errors import HabeasError

IdentityOption = Annotated[
    Path | None,
    typer.Option(
        "--identity",
        metavar="FILE",
        help="A custodian's age identity file. Without it, shares are asked for.",
        show_default=False,
    ),
]
CopyOption = Annotated[
    Path | None,
    typer.Option(
        "--copy",
        metavar="FILE",
        help="A recovery copy kept elsewhere, such as BACKUP.keys. Default: the archive's own.",
        show_default=False,
    ),
]


def shares(
    session: Session,
    needed: Annotated[int, typer.Argument(metavar="M", help="How many are needed.")],
    made: Annotated[int, typer.Argument(metavar="N", help="How many are made.")],
) -> None:
    """Make N shares on paper of which any M recover the keys (SLIP-39).

    Each is shown once, on the terminal, and kept nowhere. Shares made before are of no use
    for recovery copies made from now on.
    """
    identity, words = sharing.split(needed, made)
    keyring = session.keyring()
    show_shares(words, needed)
    known = recovery.read_recipients(keyring.directory)
    new = recovery.Shares(needed, made, age_keys.recipient_of(identity), recovery.today())
    keyring.seal_copy(replace(known, shares=new))
    session.say(f"Any {needed} of these {made} shares now recover the keys.")
    if known.shares:
        session.say("Shares made before open only recovery copies made before: destroy both.")
    session.say("Next: try it with `habeas keys rehearse`, then give each person their share.")
    session.give({"needed": needed, "made": made})


def rehearse(
    session: DirectorySession,
    identity: IdentityOption = None,
    copy: CopyOption = None,
) -> int:
    """Prove that recovery works, changing nothing.

    Opens a recovery copy with shares or an identity and compares what is in it with the
    archive. Needs no passphrase. `habeas doctor` says when it was last done.
    """
    directory = session.directory
    keys = directory / "keys"
    known = recovery.read_recipients(keys)
    path = copy or _own_copy(keys)
    try:
        opened = opened_copy(path, identity, known)
        problems = recovering.rehearse(directory, opened.content)
    except HabeasError:
        how = "an identity" if identity else "shares"
        recovery.remember_rehearsal(keys, recovery.Rehearsal(recovery.today(), how, False))
        raise
    worked = not problems
    recovery.remember_rehearsal(keys, recovery.Rehearsal(recovery.today(), opened.how, worked))
    if worked:
        session.say(f"Recovery works: {opened.how} gave back the keys of this archive.")
        session.say("They sign as it and open an object of every epoch. Nothing was changed.")
    else:
        session.say(f"{opened.how} opened {path}, and recovery would not be complete:")
        for problem in problems:
            session.say(f"- {problem}")
    session.give({"worked": worked, "by": opened.how, "problems": problems})
    return OK if worked else FINDINGS


def recover(
    session: DirectorySession,
    identity: IdentityOption = None,
    copy: CopyOption = None,
    new_passphrase_file: NewPassphraseFileOption = None,
    yes: YesOption = False,
) -> int:
    """Give an archive its keys back, under a new passphrase.

    For keys that are lost, or whose passphrase is forgotten.
    """
    directory = session.directory
    keys = directory / "keys"
    path = copy or _own_copy(keys)
    if (keys / "installation").exists():
        session.answerable(yes=yes)
        session.confirm(
            f"Replace {keys / 'installation'} by the recovered keys?",
            "Nothing was changed.",
            yes=yes,
        )
    opened = opened_copy(path, identity, recovery.read_recipients(keys))
    new = new_passphrase(new_passphrase_file, "the archive", "--new-passphrase-file")
    problems = recovering.put_back(directory, opened.content, new)
    session.say("The archive has its keys again, under the new passphrase.")
    for problem in problems:
        session.say(f"But they are older than the archive. {problem}", style="red")
    session.say("Next: `habeas verify`, then `habeas doctor`.")
    session.give({"recovered": True, "by": opened.how, "problems": problems})
    return FINDINGS if problems else OK


def _own_copy(keys: Path) -> Path:
    path = keys / recovery.FOLDER / "copy"
    if not path.is_file():
        raise RecoveryMissing(
            "This archive holds no recovery copy.",
            next_step="Name one that was kept elsewhere with --copy; beside a backup it ends in "
            ".keys.",
        )
    return path
