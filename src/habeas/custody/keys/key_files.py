"""Key files: JSON under a passphrase (age scrypt), or plain with a first line that says so.

Invariants: mode 0600 from the first moment; a new file never goes over an existing one; a
file that is changed is replaced whole and durably, and the bytes of the former version are
overwritten before they are given up. What a disk keeps beneath that (flash cells that it
no longer shows, snapshots, copies) is out of this program's reach.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from habeas.custody import durable
from habeas.custody.errors import (
    KeyringError,
    KeysExist,
    KeysMissing,
    PassphraseNeeded,
    WrongPassphrase,
)
from habeas.custody.keys import passphrase_files
from habeas.custody.keys.passphrases import check_new

UNPROTECTED: Final = (
    b"UNPROTECTED KEYS: whoever reads this file can open and sign as this archive\n"
)
AGE: Final = b"age-encryption.org/v1\n"
FORMER: Final = ".former"  # what the name of a version that is being given up ends in


def is_protected(path: Path) -> bool:
    """Whether a key file needs a passphrase; ``path`` is a key file or the folder ``keys``."""
    return read(path / "installation" if path.is_dir() else path).startswith(AGE)


def write_key_file(path: Path, content: Mapping[str, Any], passphrase: str | None) -> None:
    """A new key file; ``None`` leaves it unprotected."""
    write_new(path, protect_anew(content, passphrase))


def read_key_file(path: Path, passphrase: str | None, format_: str) -> dict[str, Any]:
    """What ``write_key_file`` wrote; refused where it is of another format."""
    content = unprotect(path, read(path), passphrase)
    if content.get("format") != format_:
        raise damaged(path)
    return content


def protect_anew(content: Mapping[str, Any], passphrase: str | None) -> bytes:
    """The bytes of a key file under a passphrase that was chosen now; refused if it is weak."""
    check_new(passphrase)
    return protect(content, passphrase)


def protect(content: Mapping[str, Any], passphrase: str | None) -> bytes:
    """The bytes of a key file."""
    data = json.dumps(content, indent=1).encode() + b"\n"
    if passphrase is None:
        return UNPROTECTED + data
    if not passphrase:
        raise PassphraseNeeded(
            "The passphrase is empty.",
            next_step="Choose one, or ask for unprotected keys by name.",
        )
    return passphrase_files.encrypt(data, passphrase)


def unprotect(path: Path, data: bytes, passphrase: str | None) -> dict[str, Any]:
    """The content of a key file's bytes; ``path`` is named where it is refused."""
    if data.startswith(AGE):
        if not passphrase:
            raise PassphraseNeeded(
                f"{path} is protected by a passphrase.", next_step="Give the passphrase."
            )
        try:
            data = passphrase_files.decrypt(data, passphrase, path)
        except passphrase_files.NotOpened:
            raise WrongPassphrase(
                f"The passphrase does not open {path} (or the file was altered).",
                next_step="Try again. `habeas doctor` says who else could recover the archive.",
            ) from None
    elif data.startswith(UNPROTECTED):
        data = data[len(UNPROTECTED) :]
    else:
        raise damaged(path)
    try:
        content = json.loads(data)
    except ValueError:
        raise damaged(path) from None
    if not isinstance(content, dict):
        raise damaged(path)
    return content


def read(path: Path) -> bytes:
    """A key file's bytes."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise KeysMissing(
            f"No key file at {path}.",
            next_step="Check that this is the archive's own folder, or restore its keys.",
        ) from None


def write_new(path: Path, data: bytes) -> None:
    """Durable, mode 0600 from its first moment, and never over an existing file."""
    temporary = _written(path, data)
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise KeysExist(
            f"{path} is there already; keys are never overwritten.",
            next_step="Use the archive as it is, or choose an empty folder.",
        ) from None
    finally:
        durable.remove_quietly(temporary)
    durable.sync_path(path.parent)


def replace(path: Path, data: bytes) -> None:
    """Put a new version in place of a key file, or make it; then overwrite the former bytes.

    Whatever happens in between, the name shows one version or the other, whole.
    """
    finish_replacing(path)
    temporary = _written(path, data)
    former = f"{path}.{secrets.token_hex(8)}{FORMER}"
    try:
        with contextlib.suppress(FileNotFoundError):
            os.link(path, former)
        os.rename(temporary, path)
        durable.sync_path(path.parent)
    except BaseException:
        durable.remove_quietly(temporary)
        if _is_same(Path(former), path):
            durable.remove_quietly(former)
        raise
    finish_replacing(path)


def finish_replacing(path: Path) -> None:
    """Give up the former versions that ``replace`` left, also where it was interrupted."""
    for former in sorted(path.parent.glob(f"{path.name}.*{FORMER}")):
        durable.sync_path(path.parent)  # the name must be the new version's before bytes go
        if not _is_same(former, path):  # interrupted before the new version was in place
            _overwrite(former)
        former.unlink(missing_ok=True)
        durable.sync_path(path.parent)


def shred(path: Path) -> None:
    """Overwrite and remove a key file; absent is as good."""
    if path.is_file() and not path.is_symlink():
        _overwrite(path)
        path.unlink(missing_ok=True)
        durable.sync_path(path.parent)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except FileNotFoundError:
        return False


def _overwrite(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        durable.write_all(descriptor, os.urandom(os.fstat(descriptor).st_size))
        durable.sync_open(descriptor, path)
    finally:
        os.close(descriptor)


def _written(path: Path, data: bytes) -> str:
    temporary = f"{path}.{secrets.token_hex(8)}.new"
    descriptor = durable.create(temporary, 0o600)
    try:
        durable.write_all(descriptor, data)
        durable.sync_open(descriptor, temporary)
    except BaseException:
        durable.remove_quietly(temporary)
        raise
    finally:
        os.close(descriptor)
    return temporary


def damaged(path: Path) -> KeyringError:
    """What is said of a key file that is none."""
    return KeyringError(
        f"{path} is not a key file that this program wrote, or it was altered.",
        next_step="Restore it from a backup.",
    )
