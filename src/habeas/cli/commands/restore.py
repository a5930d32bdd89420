"""restore: a backup into a new directory, verified before it counts as an archive."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from habeas.archive.preserve import restoring
from habeas.archive.preserve.backing_up import POLICY, keys_beside
from habeas.archive.projection.trusted_people import PUT_BACK
from habeas.cli.commands.keys import NewPassphraseFileOption
from habeas.cli.commands.keys_recover import IdentityOption
from habeas.cli.endings import FINDINGS, OK
from habeas.cli.errors import FilesUnusable
from habeas.cli.opening import placed
from habeas.cli.options import PassphraseFileOption
from habeas.cli.passphrases import new_passphrase, passphrase_of
from habeas.cli.recovering import opened_copy
from habeas.cli.speaking import Speaker, several
from habeas.custody.attestation.partners import check_cosigned, read_policy
from habeas.custody.errors import CustodyError, Forked, RolledBack
from habeas.custody.keys.keyring import Keyring
from habeas.custody.keys.recovery import Recipients, check_copy
from habeas.custody.log.tiles import TileLog


def restore(
    speaker: Speaker,
    source: Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")],
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="A new or empty directory for the archive.")
    ],
    identity: IdentityOption = None,
    copy: Annotated[
        Path | None,
        typer.Option(
            "--copy",
            metavar="FILE",
            help="The sealed keys. Default: the file beside the backup whose name ends in .keys.",
            show_default=False,
        ),
    ] = None,
    own_keys: Annotated[
        Path | None,
        typer.Option(
            "--own-keys",
            metavar="KEYS",
            help="Restore with the folder keys/ of the archive instead, and its passphrase.",
            show_default=False,
        ),
    ] = None,
    database: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="An empty PostgreSQL database to restore into, instead of SQLite.",
            show_default=False,
        ),
    ] = "",
    cosigned: Annotated[
        list[Path] | None,
        typer.Option(
            "--cosigned",
            metavar="FILE",
            help="A checkpoint that a partner cosigned: says whether the backup is older.",
            show_default=False,
        ),
    ] = None,
    unprotected: Annotated[
        bool, typer.Option("--unprotected", help="Keep the restored keys without a passphrase.")
    ] = False,
    new_passphrase_file: NewPassphraseFileOption = None,
    passphrase_file: PassphraseFileOption = None,
) -> int:
    """Restore a backup and verify it.

    The keys come from the sealed copy beside the backup, opened with shares or a custodian's
    identity. Asks for a new passphrase.
    """
    source, directory = placed(source), placed(directory)
    keyring = (
        _from_folder(own_keys, passphrase_file)
        if own_keys is not None
        else _from_copy(copy or keys_beside(source), identity, directory)
    )
    notes = [_read(path) for path in cosigned or ()]
    passphrase = None
    if not unprotected:
        passphrase = new_passphrase(
            new_passphrase_file, "the restored archive", "--new-passphrase-file"
        )
    with speaker.progress() as progress:
        made = restoring.restore(
            source,
            directory,
            keyring,
            passphrase=passphrase,
            database_url=database or None,
            progress=progress,
        )
    moment = datetime.datetime.fromtimestamp(made.made_at, datetime.UTC)
    speaker.say(
        f"{made.directory} is restored up to entry {made.entries - 1:,}, as of "
        f"{moment:%Y-%m-%d %H:%M} UTC by the clock of the machine that made the backup: "
        f"{several(made.entries, 'entry', 'entries')}, {several(made.objects, 'object')}."
    )
    for fault in made.faults:
        speaker.say(f"{fault.path or 'archive'}: {fault.message} [{fault.code}]", style="red")
    if made.sound:
        speaker.say("Everything in it was verified.")
    else:
        speaker.say("It was so in the archive when the backup was made.")
    behind = _behind(speaker, made.directory, keyring, notes)
    speaker.say(f"No person's own key is in a backup. {PUT_BACK}")
    speaker.give(
        {
            "archive": str(made.directory),
            "origin": made.origin,
            "entries": made.entries,
            "logged": made.logged,
            "objects": made.objects,
            "made_at": made.made_at,
            "sha256": made.sha256,
            "sound": made.sound,
            "behind": behind,
            "faults": [{"code": f.code, "path": f.path, "message": f.message} for f in made.faults],
        }
    )
    return OK if made.sound and not behind else FINDINGS


def _from_folder(keys: Path, passphrase_file: Path | None) -> Keyring:
    passphrase = passphrase_of(
        keys / "installation", passphrase_file, "the archive", "--passphrase-file"
    )
    return Keyring.open(keys, passphrase)


def _from_copy(copy: Path, identity: Path | None, directory: Path) -> Keyring:
    check_copy(copy)  # refused before shares are typed
    opened = opened_copy(copy, identity, Recipients())
    return Keyring(directory / "keys", opened.content)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FilesUnusable(
            f"{path} cannot be read: {error.strerror}.", next_step="Check the path."
        ) from error


def _behind(speaker: Speaker, directory: Path, keyring: Keyring, notes: list[bytes]) -> list[str]:
    """Whether partners cosigned a larger log than was restored, in their words."""
    if not notes:
        speaker.say(
            "Whether entries were added after the backup, your partners know: ask them with "
            "`habeas witness request --online` before anything is written."
        )
        return []
    policy = read_policy(directory / POLICY)
    found = []
    for note in notes:
        try:
            check_cosigned(note, TileLog(directory / "log"), keyring.chain, policy.keys)
        except (RolledBack, Forked) as error:
            found.append(error.message)
            speaker.say(f"{error.message} {error.next_step}", style="red")
        except CustodyError as error:
            speaker.note(f"habeas: {error}")
    if not found:
        speaker.say("It is not older than what the partners given cosigned.")
    return found
