"""Opening the archive that a command acts on, and the key of the person who acts.

Invariants: a passphrase comes from a terminal or from a file that the caller names, never
from an argument or the environment; a key that has none is never asked about.
"""

from __future__ import annotations

import getpass
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from habeas.cli.errors import FilesUnusable, PassphrasesDiffer, PassphraseUnreadable
from habeas.cli.speaking import Speaker, plain

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.custody.keys.keyring import Keyring
    from habeas.custody.log.notes import Signer

LARGEST_PASSPHRASE = 4096  # bytes


def located(archive: Path | None) -> Path:
    """The directory of the archive named, or of the one around the current directory."""
    from habeas.archive.opening import find_archive

    try:
        return find_archive(Path.cwd()) if archive is None else archive.absolute()
    except FileNotFoundError:
        raise FilesUnusable(
            "The current directory is not there any more.", next_step="Go into another one."
        ) from None


def placed(path: Path) -> Path:
    """A path as it will be told: whole, without ``..``, and not following a last link."""
    return path.absolute().parent.resolve() / path.name if path.name else path.resolve()


def opened(
    archive: Path | None,
    passphrase_file: Path | None = None,
    *,
    outdated: bool = False,
    damaged: bool = False,
    erasing: bool = False,
) -> Archive:
    """The archive, open. Asks for the passphrase where the keys have one."""
    directory = located(archive)
    from habeas.archive.opening import open_archive
    from habeas.archive.store.settings_file import ArchiveSettings
    from habeas.custody.keys.key_files import is_protected

    ArchiveSettings.read(directory)  # refuses what is no archive before anything is asked
    passphrase = None
    if is_protected(directory / "keys"):
        passphrase = _passphrase(
            passphrase_file, "Passphrase of the archive: ", "--passphrase-file"
        )
    return open_archive(directory, passphrase, outdated=outdated, damaged=damaged, erasing=erasing)


def acting_person(
    archive: Archive, pseudonym: str, passphrase_file: Path | None, *, or_unsigned: bool = False
) -> Signer:
    """The key of the person who takes the decision; ``''`` means the only one there is.

    ``or_unsigned``: whether the command has ``--unsigned``, which a refusal then names.
    """
    from habeas.archive.projection.trusted_people import granted
    from habeas.custody.keys.key_files import is_protected
    from habeas.custody.keys.person_keys import open_person, person_path

    if not pseudonym:
        pseudonym = only_person(archive, or_unsigned=or_unsigned)
    keys = archive.directory / "keys"
    verifiers = granted(pseudonym)
    path = person_path(keys, pseudonym, verifiers)
    passphrase = None
    if path.is_file() and is_protected(path):
        asked = f"Passphrase of {pseudonym}: "
        passphrase = _passphrase(passphrase_file, asked, "--person-passphrase-file")
    return open_person(keys, pseudonym, passphrase, verifiers)


def somebody(
    archive: Archive, pseudonym: str, passphrase_file: Path | None, *, alone: bool | None = None
) -> Signer | None:
    """Who signs what need not be signed: with ``alone``, or where nobody has a key, nobody.

    ``alone`` is ``--unsigned``; None where the command has no such option.
    """
    from habeas.archive import models as m
    from habeas.archive.access import OWNER, live, visible

    if alone or not (pseudonym or live(visible(OWNER, m.Key).filter(role="person")).exists()):
        return None
    return acting_person(archive, pseudonym, passphrase_file, or_unsigned=alone is not None)


def only_person(archive: Archive, *, or_unsigned: bool = False) -> str:
    from habeas.archive import models as m
    from habeas.archive.access import OWNER, live, visible
    from habeas.archive.errors import PersonNeeded

    granted = live(visible(OWNER, m.Key).filter(role="person"))
    in_force = set(granted.values_list("holder", flat=True))
    here = [name for name in archive.keyring.people() if name in in_force]
    if or_unsigned and len(here) != 1:
        keys = f"{len(here)} persons' keys are" if here else "no person's key is"
        people = "".join(f"--as {name} or " for name in here)
        raise PersonNeeded(
            f"Nothing says who signs this, and {keys} here.",
            next_step=f"Give {people}--unsigned: the installation alone then records it.",
        )
    if not here:
        raise PersonNeeded(
            "This is a decision, which a person signs, and no person's key is here.",
            next_step="Make one with `habeas people add`.",
        )
    if len(here) > 1:
        raise PersonNeeded(
            f"This is a decision, which a person signs, and {len(here)} persons' keys are here.",
            next_step=f"Say who acts: --as {' or --as '.join(here)}.",
        )
    return here[0]


def new_passphrase(file: Path | None, whose: str, option: str) -> str:
    """A passphrase for new keys: from a file, or typed twice."""
    from habeas.custody.keys.passphrases import check_new

    first = _from_file(file, option) if file else _asked(f"New passphrase of {whose}: ", option)
    check_new(first)
    if file is not None:
        return first
    if first != _asked("The same again: ", option):
        raise PassphrasesDiffer(
            "The two are not the same.", next_step="Nothing was made. Try again."
        )
    return first


def passphrase_of(key: Path, file: Path | None, whose: str, option: str) -> str | None:
    """The passphrase of a key file; None where it has none."""
    from habeas.custody.keys.key_files import is_protected

    return _passphrase(file, f"Passphrase of {whose}: ", option) if is_protected(key) else None


def opened_keyring(directory: Path, file: Path | None) -> Keyring:
    """The keyring of an archive's directory; its database stays shut."""
    from habeas.custody.keys.keyring import Keyring

    keys = directory / "keys"
    passphrase = passphrase_of(keys / "installation", file, "the archive", "--passphrase-file")
    return Keyring.open(keys, passphrase)


def asked_passphrase(question: str) -> str:
    """A passphrase that can only be typed."""
    return _asked(question, "--identity")


def _passphrase(file: Path | None, question: str, option: str) -> str:
    return _from_file(file, option) if file is not None else _asked(question, option)


def _asked(question: str, option: str) -> str:
    from habeas.custody.errors import PassphraseNeeded

    if not sys.stdin.isatty():
        raise PassphraseNeeded(
            "A passphrase is needed, and there is no terminal to ask for it.",
            next_step=f"Name a file that holds it: {option} FILE.",
        )
    return getpass.getpass(plain(question))


def _from_file(file: Path, option: str) -> str:
    try:
        with file.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            data = stream.read(LARGEST_PASSPHRASE + 1)
        passphrase = data.decode("utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else "not UTF-8"
        raise PassphraseUnreadable(
            f"The passphrase file {file} cannot be read: {reason}.",
            next_step=f"Check the path given to {option}.",
        ) from None
    if not passphrase or len(data) > LARGEST_PASSPHRASE:
        wrong = "is longer than any passphrase" if passphrase else "begins with an empty line"
        raise PassphraseUnreadable(
            f"The passphrase file {file} {wrong}.",
            next_step="Put the passphrase on its first line.",
        )
    if stat.S_ISREG(mode) and mode & 0o077:
        Speaker().note(f"habeas: {file} can be read by others on this machine; chmod 600 {file}")
    return passphrase
