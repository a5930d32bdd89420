"""Opening the archive that a command acts on, or its keys alone.

``session`` gives it to commands; asking for passphrases is in ``passphrases``.
"""

from __future__ import annotations

from pathlib import Path

from habeas.archive.opening import Archive, find_archive, open_archive
from habeas.archive.store.settings_file import ArchiveSettings
from habeas.cli.errors import FilesUnusable
from habeas.cli.passphrases import passphrase_of
from habeas.custody.keys.keyring import Keyring


def located(archive: Path | None) -> Path:
    """The directory of the archive named, or of the one around the current directory."""
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

    ArchiveSettings.read(directory)  # refuses what is no archive before anything is asked
    passphrase = passphrase_of(
        directory / "keys", passphrase_file, "the archive", "--passphrase-file"
    )
    return open_archive(directory, passphrase, outdated=outdated, damaged=damaged, erasing=erasing)


def opened_keyring(directory: Path, file: Path | None) -> Keyring:
    """The keyring of an archive's directory; its database stays shut."""
    keys = directory / "keys"
    passphrase = passphrase_of(keys / "installation", file, "the archive", "--passphrase-file")
    return Keyring.open(keys, passphrase)
