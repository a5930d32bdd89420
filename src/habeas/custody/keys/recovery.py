"""Recovery: who besides the holder of the passphrase can open the archive's keys.

    keys/recovery/recipients   public keys: custodians, and the one that shares stand for
    keys/recovery/copy         the keyring, sealed to each of them (an age file)
    keys/recovery/rehearsals   when recovery was last tried, and what came of it

A custodian keeps an age identity of their own. Shares (SLIP-39) are of the secret of an age
identity, which is split when it is made and kept nowhere; its public key stays here, so a
new copy is sealed after every change of the keys without anybody's share.

Invariants: nothing secret stands in clear in this folder; each recipient alone opens the
copy; the folder says of which version of ``keys/installation`` the copy is, so that a
stale one is seen without any passphrase. The labels of custodians stand in clear.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import pyrage

from habeas.custody.age_headers import check_header
from habeas.custody.errors import AgeRefused, RecoveryCopyLocked, RecoveryError, RecoveryMissing
from habeas.custody.keys import key_files

FOLDER: Final = "recovery"
_FORMAT, _COPY_FORMAT = "habeas-recovery-recipients/1", "habeas-recovery/1"
_LARGEST: Final = 1 << 20  # bytes; a copy is a few kilobytes


@dataclass(frozen=True, slots=True)
class Custodian:
    """Somebody whose age identity opens the copy. ``label`` is read by whoever has the disk."""

    label: str
    recipient: str
    since: str


@dataclass(frozen=True, slots=True)
class Shares:
    """``needed`` of ``made`` shares together are an identity that opens the copy."""

    needed: int
    made: int
    recipient: str
    since: str


@dataclass(frozen=True, slots=True)
class Recipients:
    """To whom the copy is sealed. ``copy_of`` is the SHA-256 of the key file that it holds."""

    custodians: tuple[Custodian, ...] = ()
    shares: Shares | None = None
    copy_of: str = ""

    @property
    def all(self) -> tuple[str, ...]:
        shares = (self.shares.recipient,) if self.shares else ()
        return tuple(dict.fromkeys([*(c.recipient for c in self.custodians), *shares]))


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One try of the recovery: by whom, and whether it gave this archive's keys."""

    on: str
    how: str
    worked: bool


def read_recipients(keys: Path) -> Recipients:
    """Who can open the recovery copy of the folder ``keys``; nobody where none was made."""
    path = keys / FOLDER / "recipients"
    if not path.exists():
        return Recipients()
    try:
        found = json.loads(key_files.read(path))
        if found["format"] != _FORMAT:
            raise ValueError
        return Recipients(
            tuple(Custodian(**each) for each in found["custodians"]),
            Shares(**found["shares"]) if found["shares"] else None,
            str(found["copy_of"]),
        )
    except (ValueError, KeyError, TypeError):
        raise RecoveryError(
            f"{path} cannot be read.",
            next_step="Restore it from a backup, or name the custodians again.",
        ) from None


def is_current(keys: Path, recipients: Recipients) -> bool:
    """Whether the copy holds the keys as they are now. Needs no passphrase."""
    installation = keys / "installation"
    return (
        (keys / FOLDER / "copy").is_file()
        and installation.is_file()
        and recipients.copy_of == digest_of(key_files.read(installation))
    )


def digest_of(installation: bytes) -> str:
    """What names one version of the key file."""
    return hashlib.sha256(installation).hexdigest()


def seal(content: Mapping[str, Any], recipients: Sequence[str]) -> bytes:
    """A copy of a keyring, sealed to each of the recipients."""
    data = json.dumps({"format": _COPY_FORMAT, "keys": dict(content)}).encode()
    keys = [pyrage.x25519.Recipient.from_str(each) for each in recipients]
    return pyrage.encrypt(data, keys)  # type: ignore[no-any-return]


def keep_copy(
    keys: Path, content: Mapping[str, Any], installation: bytes, recipients: Recipients
) -> None:
    """Seal the copy anew; without recipients, remove it."""
    folder = keys / FOLDER
    if not recipients.all:
        if folder.is_dir():
            key_files.shred(folder / "copy")
            _write(folder, replace(recipients, copy_of=""))
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    key_files.replace(folder / "copy", seal(content, recipients.all))
    _write(folder, replace(recipients, copy_of=digest_of(installation)))


def _write(folder: Path, recipients: Recipients) -> None:
    document = {"format": _FORMAT, **asdict(recipients)}
    key_files.replace(folder / "recipients", (json.dumps(document, indent=1) + "\n").encode())


def check_copy(path: Path) -> None:
    """Refuse a recovery copy that is not there, before anybody types a share."""
    if not path.is_file():
        raise RecoveryMissing(
            f"No recovery copy at {path}.",
            next_step="Name the file that was kept with the backup (its name ends in .keys) with "
            "--copy.",
        )


def open_copy(path: Path, identities: Sequence[str]) -> dict[str, Any]:
    """The keyring in a recovery copy; any one of the identities must open it."""
    check_copy(path)
    with path.open("rb") as stream:
        data = stream.read(_LARGEST + 1)
    try:
        check_header(data, path)
        own = [pyrage.x25519.Identity.from_str(each) for each in identities]
        content = json.loads(pyrage.decrypt(data, own))
    except pyrage.IdentityError:
        raise RecoveryCopyLocked(
            "This is not an age identity.",
            next_step="Name the file that begins with AGE-SECRET-KEY- (after comments).",
        ) from None
    except (AgeRefused, pyrage.DecryptError, OSError, ValueError):
        raise RecoveryCopyLocked(
            f"These keys do not open {path}, or the file was altered.",
            next_step="Check that key and copy are of the same archive, and that the copy is not "
            "older than the shares.",
        ) from None
    if not isinstance(content, dict) or content.get("format") != _COPY_FORMAT:
        raise RecoveryError(
            f"{path} is of a format that this program does not read.",
            next_step="Install a newer program.",
        )
    return dict(content["keys"])


def today() -> str:
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def remember_rehearsal(keys: Path, rehearsal: Rehearsal) -> None:
    """Keep when recovery was tried, for ``habeas doctor``."""
    folder = keys / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    lines = [*rehearsals(keys), rehearsal]
    text = "".join(json.dumps(asdict(each)) + "\n" for each in lines)
    key_files.replace(folder / "rehearsals", text.encode())


def rehearsals(keys: Path) -> list[Rehearsal]:
    """Every rehearsal, the oldest first; lines that cannot be read are left out."""
    path = keys / FOLDER / "rehearsals"
    found = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
        try:
            found.append(Rehearsal(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return found
