"""The keyring of one archive: the folder ``keys/``.

    keys/installation     entry seed, checkpoint seed, epoch keys (age scrypt, or plain)
    keys/verifiers        the public keys of the archive, readable without a passphrase
    keys/people/<p>.key   one acting person's seed, under that person's own passphrase
    keys/people/<p>.pub   and the public key

Epoch keys wrap the identities of objects. There are numbered epochs so that destroying an
old epoch (after an erasure) makes every wrap under it worthless.

Invariants: files are made with mode 0600 under a new name and never overwritten; nothing
secret appears in ``repr``, in an error or in a file name; a person is known by a random
pseudonym; an unprotected file says so in its first line.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from habeas.custody import durable
from habeas.custody.errors import (
    KeyringError,
    KeysExist,
    KeysMissing,
    PassphraseNeeded,
    WrongPassphrase,
)
from habeas.custody.notes import Signer, Verifier, check_name

UNPROTECTED: Final = (
    b"UNPROTECTED KEYS: whoever reads this file can open and sign as this archive\n"
)
_AGE: Final = b"age-encryption.org/v1\n"
_PSEUDONYM = re.compile("p-[0-9a-f]{16}")
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """What anyone may know of an archive's keys."""

    origin: str
    entry: Verifier
    checkpoint: Verifier
    people: Mapping[str, Verifier]

    @property
    def all(self) -> tuple[Verifier, ...]:
        return (self.entry, self.checkpoint, *self.people.values())


class Keyring:
    """The opened keys of an archive."""

    def __init__(self, directory: Path, content: Mapping[str, Any], *, protected: bool) -> None:
        self.directory = directory
        self.protected = protected
        try:
            self.origin: str = content["origin"]
            self.entry = Signer.from_seed(
                entry_key_name(self.origin), bytes.fromhex(content["entry"])
            )
            self.checkpoint = Signer.from_seed(self.origin, bytes.fromhex(content["checkpoint"]))
            self._epochs = {
                int(epoch["number"]): ChaCha20Poly1305(bytes.fromhex(epoch["key"]))
                for epoch in content["epochs"]
            }
            self.current_epoch = int(content["current_epoch"])
            self._epochs[self.current_epoch]
        except (KeyError, TypeError, ValueError, AttributeError):
            raise _damaged(directory / "installation") from None

    @classmethod
    def create(
        cls, directory: Path, passphrase: str | None, *, origin: str | None = None
    ) -> Keyring:
        """New keys for a new archive; ``None`` leaves them unprotected, loudly."""
        origin = origin or new_origin()
        check_name(origin)
        content = {
            "format": "habeas-keys/1",
            "origin": origin,
            "entry": secrets.token_hex(32),
            "checkpoint": secrets.token_hex(32),
            "epochs": [{"number": 1, "key": secrets.token_hex(32)}],
            "current_epoch": 1,
        }
        keyring = cls(directory, content, protected=passphrase is not None)
        directory.mkdir(mode=0o700, exist_ok=True)
        (directory / "people").mkdir(mode=0o700, exist_ok=True)
        _write_new(directory / "installation", _protect(content, passphrase))
        lines = [keyring.entry.verifier.vkey, keyring.checkpoint.verifier.vkey]
        _write_new(directory / "verifiers", ("\n".join(lines) + "\n").encode())
        return keyring

    @classmethod
    def open(cls, directory: Path, passphrase: str | None = None) -> Keyring:
        """Open the keys; an unprotected keyring needs no passphrase."""
        path = directory / "installation"
        content, protected = _unprotect(path, _read(path), passphrase)
        if content.get("format") != "habeas-keys/1":
            raise KeyringError(
                f"{path} is of a format that this program does not read.",
                next_step="Install a newer program.",
            )
        return cls(directory, content, protected=protected)

    @property
    def public(self) -> PublicKeys:
        return public_keys(self.directory)

    def wrap(self, identity: str, address: str) -> tuple[int, bytes]:
        """Encrypt an object's identity for that object only: epoch and wrapped bytes."""
        nonce = os.urandom(_NONCE_BYTES)
        key = self._epochs[self.current_epoch]
        return self.current_epoch, nonce + key.encrypt(nonce, identity.encode(), address.encode())

    def unwrap(self, epoch: int, wrapped: bytes, address: str) -> str:
        """The identity of the object at ``address``."""
        if (key := self._epochs.get(epoch)) is None:
            raise KeyringError(
                f"The keys of epoch {epoch} are not in this keyring; object {address} stays shut.",
                next_step="If the epoch was destroyed after an erasure, this is intended.",
            )
        try:
            return key.decrypt(
                wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], address.encode()
            ).decode()
        except (InvalidTag, ValueError):
            raise KeyringError(
                f"The wrapped key of object {address} was altered or belongs to another object.",
                next_step="Restore the database from a backup.",
            ) from None

    def add_person(self, passphrase: str | None) -> Signer:
        """A new acting person: a random pseudonym and a key under their own passphrase."""
        pseudonym = "p-" + secrets.token_hex(8)
        content = {
            "format": "habeas-person-key/1",
            "origin": self.origin,
            "pseudonym": pseudonym,
            "seed": secrets.token_hex(32),
        }
        signer = _person_signer(content)
        folder = self.directory / "people"
        folder.mkdir(mode=0o700, exist_ok=True)
        _write_new(folder / f"{pseudonym}.key", _protect(content, passphrase))
        _write_new(folder / f"{pseudonym}.pub", (signer.verifier.vkey + "\n").encode())
        return signer

    def person(self, pseudonym: str, passphrase: str | None = None) -> Signer:
        """The key of an acting person."""
        return open_person(self.directory, pseudonym, passphrase)

    def people(self) -> list[str]:
        """The pseudonyms whose keys are kept here."""
        return sorted(path.stem for path in (self.directory / "people").glob("p-*.key"))

    def __repr__(self) -> str:
        return f"Keyring({self.origin!r}, epochs={sorted(self._epochs)})"

    def __reduce__(self) -> Any:
        raise TypeError("a keyring is not pickled")


def new_origin() -> str:
    """A name for an archive that says nothing about it."""
    return "habeas/" + secrets.token_hex(16)


def entry_key_name(origin: str) -> str:
    """The name under which the installation signs entries."""
    return f"{origin}/entry"


def person_key_name(origin: str, pseudonym: str) -> str:
    """The name under which a person signs decisions."""
    return f"{origin}/{pseudonym}"


def is_protected(path: Path) -> bool:
    """Whether a key file needs a passphrase; ``path`` is a key file or the folder ``keys``."""
    return _read(path / "installation" if path.is_dir() else path).startswith(_AGE)


def public_keys(directory: Path) -> PublicKeys:
    """The public keys of an archive, without any passphrase."""
    path = directory / "verifiers"
    lines = _read(path).decode().splitlines()
    if len(lines) != 2:
        raise _damaged(path)
    entry, checkpoint = (Verifier.parse(line) for line in lines)
    people = {
        file.stem: Verifier.parse(file.read_text().strip())
        for file in sorted((directory / "people").glob("p-*.pub"))
    }
    return PublicKeys(checkpoint.name, entry, checkpoint, people)


def open_person(directory: Path, pseudonym: str, passphrase: str | None = None) -> Signer:
    """The key of an acting person; the installation's keys stay shut."""
    if not _PSEUDONYM.fullmatch(pseudonym):
        raise KeysMissing(
            f"{pseudonym!r} is not a pseudonym: those read p- and 16 hex digits.",
            next_step="List them with `habeas people`.",
        )
    path = directory / "people" / f"{pseudonym}.key"
    content, _ = _unprotect(path, _read(path), passphrase)
    if content.get("format") != "habeas-person-key/1" or content.get("pseudonym") != pseudonym:
        raise _damaged(path)
    try:
        return _person_signer(content)
    except (KeyError, TypeError, ValueError):
        raise _damaged(path) from None


def write_key_file(path: Path, content: Mapping[str, Any], passphrase: str | None) -> None:
    """A new key file of another kind, as the archive's own are written."""
    _write_new(path, _protect(content, passphrase))


def read_key_file(path: Path, passphrase: str | None, format_: str) -> dict[str, Any]:
    """What ``write_key_file`` wrote; refused where it is of another format."""
    content, _ = _unprotect(path, _read(path), passphrase)
    if content.get("format") != format_:
        raise _damaged(path)
    return content


def _person_signer(content: Mapping[str, Any]) -> Signer:
    name = person_key_name(content["origin"], content["pseudonym"])
    return Signer.from_seed(name, bytes.fromhex(content["seed"]))


def _protect(content: Mapping[str, Any], passphrase: str | None) -> bytes:
    data = json.dumps(content, indent=1).encode() + b"\n"
    if passphrase is None:
        return UNPROTECTED + data
    if not passphrase:
        raise PassphraseNeeded(
            "The passphrase is empty.",
            next_step="Choose one, or ask for unprotected keys by name.",
        )
    return pyrage.passphrase.encrypt(data, passphrase)  # type: ignore[no-any-return]


def _unprotect(path: Path, data: bytes, passphrase: str | None) -> tuple[dict[str, Any], bool]:
    protected = data.startswith(_AGE)
    if protected:
        if not passphrase:
            raise PassphraseNeeded(
                f"{path} is protected by a passphrase.", next_step="Give the passphrase."
            )
        try:
            data = pyrage.passphrase.decrypt(data, passphrase)
        except pyrage.DecryptError:
            raise WrongPassphrase(
                f"The passphrase does not open {path} (or the file was altered).",
                next_step="Try again. A lost passphrase cannot be recovered.",
            ) from None
    elif data.startswith(UNPROTECTED):
        data = data[len(UNPROTECTED) :]
    else:
        raise _damaged(path)
    try:
        content = json.loads(data)
    except ValueError:
        raise _damaged(path) from None
    if not isinstance(content, dict):
        raise _damaged(path)
    return content, protected


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise KeysMissing(
            f"There is no key file {path}.",
            next_step="Check that this is the archive's own folder, or restore its keys.",
        ) from None


def _write_new(path: Path, data: bytes) -> None:
    """Durable, mode 0600 from its first moment, and never over an existing file."""
    temporary = f"{path}.{secrets.token_hex(8)}.new"
    descriptor = durable.create(temporary, 0o600)
    try:
        durable.write_all(descriptor, data)
        os.fsync(descriptor)
        os.link(temporary, path)
    except FileExistsError:
        raise KeysExist(
            f"{path} is there already; keys are never overwritten.",
            next_step="Use the archive as it is, or choose an empty folder.",
        ) from None
    finally:
        os.close(descriptor)
        durable.remove_quietly(temporary)
    durable.sync_path(path.parent)


def _damaged(path: Path) -> KeyringError:
    return KeyringError(
        f"{path} is not a key file that this program wrote, or it was altered.",
        next_step="Restore it from a backup.",
    )
