"""The keyring of one archive: the folder ``keys/``.

    keys/installation     entry seed, checkpoint seed, epoch keys (age scrypt, or plain);
                          what came before and comes next: see ``succession``
    keys/verifiers        the public keys in force, readable without a passphrase
    keys/people/<p>.key   one acting person's seed, under that person's own passphrase
    keys/people/<p>.pub   and the public key; a further key of theirs is <p>.<key id>.key
    keys/recovery/        a sealed copy for custodians and shares: see ``recovery``

Epoch keys wrap the identities of objects, and the identity that opens the backups of an
epoch follows from its key. There are numbered epochs so that destroying an old epoch (after
an erasure) makes every wrap and every backup under it worthless.

Invariants: files are made with mode 0600; a person's file and a new archive's are never
overwritten, and ``installation`` is only ever replaced whole, under a lock, after the
recovery copy was sealed anew; an epoch key that may wrap anything is never dropped; nothing
secret appears in ``repr``, in an error or in a file name; a person is known by a random
pseudonym; an unprotected file says so in its first line.
"""

from __future__ import annotations

import contextlib
import copy
import fcntl
import os
import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import EllipsisType
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from habeas.custody.errors import EpochInUse, KeyringError
from habeas.custody.keys import age_keys, key_files, person_keys, recovery, succession
from habeas.custody.keys.key_chain import KeyChain
from habeas.custody.keys.key_files import damaged
from habeas.custody.keys.key_names import entry_key_name, new_origin
from habeas.custody.keys.passphrases import check_new
from habeas.custody.keys.person_keys import change_person_passphrase as change_person_passphrase
from habeas.custody.keys.person_keys import open_person as open_person
from habeas.custody.keys.succession import Succession
from habeas.custody.log.notes import Signer, Verifier, check_name

FORMAT: Final = "habeas-keys/1"
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

    def __init__(
        self, directory: Path, content: Mapping[str, Any], passphrase: str | None = None
    ) -> None:
        self.directory = directory
        self._passphrase = passphrase  # kept, because every change is written under it again
        self._stamp = (0, 0)
        self._ended: dict[int, ChaCha20Poly1305] = {}  # that this process knew before
        self._adopt(content)

    def _adopt(self, content: Mapping[str, Any]) -> None:
        try:
            self.origin: str = content["origin"]
            self.entry = Signer.from_seed(
                entry_key_name(self.origin), bytes.fromhex(content["entry"])
            )
            self.checkpoint = Signer.from_seed(self.origin, bytes.fromhex(content["checkpoint"]))
            names = entry_key_name(self.origin), self.origin
            self._succession = Succession.read(content, *names)
            self._epochs = {
                int(epoch["number"]): bytes.fromhex(epoch["key"]) for epoch in content["epochs"]
            }
            self._wraps = {number: ChaCha20Poly1305(key) for number, key in self._epochs.items()}
            self.current_epoch = int(content["current_epoch"])
            self._epochs[self.current_epoch]
        except (KeyError, TypeError, ValueError, AttributeError):
            raise damaged(self.directory / "installation") from None
        self._content = dict(content)

    @classmethod
    def create(
        cls, directory: Path, passphrase: str | None, *, origin: str | None = None
    ) -> Keyring:
        """New keys for a new archive; ``None`` leaves them unprotected, loudly."""
        origin = origin or new_origin()
        check_name(origin)
        content = {
            "format": FORMAT,
            "origin": origin,
            "entry": secrets.token_hex(32),
            "checkpoint": secrets.token_hex(32),
            "epochs": [{"number": 1, "key": secrets.token_hex(32)}],
            "current_epoch": 1,
        }
        return cls.put(directory, content, passphrase)

    @classmethod
    def put(cls, directory: Path, content: Mapping[str, Any], passphrase: str | None) -> Keyring:
        """Keys that are known already, into a folder that has none: a new or restored archive."""
        keyring = cls(directory, content, passphrase)
        directory.mkdir(mode=0o700, exist_ok=True)
        (directory / "people").mkdir(mode=0o700, exist_ok=True)
        installation = key_files.protect_anew(content, passphrase)
        key_files.write_new(directory / "installation", installation)
        key_files.write_new(directory / "verifiers", succession.shown(keyring.chain.current))
        keyring._stamp = _stamp(directory)
        return keyring

    @classmethod
    def put_back(
        cls, directory: Path, content: Mapping[str, Any], passphrase: str | None
    ) -> Keyring:
        """Recovered keys, in place of lost or forgotten ones; refused where they are others."""
        keyring = cls(directory, content, passphrase)
        directory.mkdir(mode=0o700, exist_ok=True)
        shown = directory / "verifiers"
        if not shown.exists():
            key_files.write_new(shown, succession.shown(keyring.chain.current))
        elif shown.read_bytes() not in succession.showable(keyring.chain):
            raise KeyringError(
                f"The recovered keys are not those in {directory / 'verifiers'}.",
                next_step="Give the recovery copy of this archive. Nothing was changed.",
            )
        key_files.replace(directory / "installation", key_files.protect_anew(content, passphrase))
        keyring._stamp = _stamp(directory)
        keyring.seal_copy()
        return keyring

    @classmethod
    def open(cls, directory: Path, passphrase: str | None = None) -> Keyring:
        """Open the keys; an unprotected keyring needs no passphrase."""
        path = directory / "installation"
        if not key_files.is_protected(path):
            passphrase = None
        stamp = _stamp(directory)
        content = key_files.unprotect(path, key_files.read(path), passphrase)
        if content.get("format") != FORMAT:
            raise KeyringError(
                f"{path} is of a format that this program does not read.",
                next_step="Install a newer program.",
            )
        keyring = cls(directory, content, passphrase)
        keyring._stamp = stamp
        return keyring

    @property
    def protected(self) -> bool:
        """Whether the keys are under a passphrase."""
        return self._passphrase is not None

    @property
    def public(self) -> PublicKeys:
        return public_keys(self.directory)

    # --- the keys that sign -----------------------------------------------------------------

    @property
    def chain(self) -> KeyChain:
        """Which keys signed what, up to the ones that sign now; staged ones are not among them."""
        return self._succession.chain(self.entry.verifier, self.checkpoint.verifier)

    @property
    def next(self) -> tuple[Signer, Signer] | None:
        """The entry and checkpoint keys that are about to take over."""
        return self._succession.next

    def signer(self, verifier: Verifier) -> Signer | None:
        """The private key of a public one, where it is here: now in force, or staged."""
        held = (self.entry, self.checkpoint, *(self.next or ()))
        return next((signer for signer in held if signer.verifier == verifier), None)

    @property
    def staged_from(self) -> int:
        """The size of the ledger when they were made: nothing before can name them."""
        return self._succession.staged_from

    def stage(self, size: int) -> None:
        """Keep new entry and checkpoint keys as ``next``, unless there are some already."""
        with self._changing() as content:
            succession.stage(content, size)

    def promote(self, size: int) -> None:
        """Sign with the staged keys from now on; the former were handed over at ``size``.

        Their private keys are destroyed here and in the recovery copy; what a copy made before
        holds is out of reach. Interrupted, it is done again by the next call.
        """
        with self._changing() as content:
            if "next" in content:
                succession.promote(content, self.chain.current, size)
        self.show()

    def show(self) -> None:
        """Let ``verifiers`` show the public keys that are in force."""
        path = self.directory / "verifiers"
        if key_files.read(path) != succession.shown(self.chain.current):
            key_files.replace(path, succession.shown(self.chain.current))

    # --- epochs ---------------------------------------------------------------------------

    @property
    def epochs(self) -> tuple[int, ...]:
        """The numbers of the epochs whose keys are here, the oldest first."""
        return tuple(sorted(self._epochs))

    def refresh(self) -> None:
        """Take up what another process changed: before wrapping under what may be an old epoch."""
        if self._stamp != (0, 0) and _stamp(self.directory) != self._stamp:  # recovered: not here
            newer = Keyring.open(self.directory, self._passphrase)
            self._adopt(newer._content)
            self._passphrase, self._stamp = newer._passphrase, newer._stamp

    def rotate_epoch(self) -> int:
        """Begin a new epoch, whose number is returned; from now on objects are wrapped in it.

        What is wrapped in older epochs stays readable until they are destroyed.
        """
        with self._changing() as content:
            number = max(self.epochs) + 1
            content["epochs"].append({"number": number, "key": secrets.token_hex(32)})
            content["current_epoch"] = number
        return number

    def destroy_epoch(self, number: int, *, still_used: Collection[int]) -> None:
        """Drop an epoch's key, here and in the recovery copy; absent is as good.

        ``still_used`` are the epochs that any object's key is wrapped in. Call it while
        nobody else can append: see ``habeas.archive.keys.rotating``.
        """
        with self._changing() as content:
            if number == self.current_epoch or number in still_used:
                why = "the current one" if number == self.current_epoch else "still in use"
                raise EpochInUse(
                    f"Epoch {number} is {why}: destroying it would lose the objects wrapped in it.",
                    next_step="Run `habeas keys rotate --rewrap` first.",
                )
            content["epochs"] = [one for one in content["epochs"] if int(one["number"]) != number]

    def change_passphrase(self, passphrase: str | None) -> None:
        """Write the keys under another passphrase; ``None`` leaves them unprotected."""
        check_new(passphrase)
        with self._changing(passphrase):
            pass

    def seal_copy(self, recipients: recovery.Recipients | None = None) -> None:
        """Seal the recovery copy anew, to these recipients from now on."""
        with self._locked():
            path = self.directory / "installation"
            key_files.finish_replacing(path)
            recipients = recipients or recovery.read_recipients(self.directory)
            installation = key_files.read(path)
            recovery.keep_copy(self.directory, self._content, installation, recipients)

    def sealed_for(self, recipients: Collection[str], epochs: Collection[int]) -> bytes:
        """A copy with these epochs only, sealed to age recipients: to be kept beside a backup."""
        chosen = [one for one in self._content["epochs"] if int(one["number"]) in epochs]
        return recovery.seal(self._content | {"epochs": chosen}, sorted(recipients))

    def copy_to(self, directory: Path, passphrase: str | None) -> Keyring:
        """The same keys in another folder, under a passphrase of its own."""
        return Keyring.put(directory, self._content, passphrase)

    def backup_identity(self, epoch: int) -> str:
        """The age identity that opens the backups of an epoch; it ends with the epoch."""
        if epoch not in self._epochs:
            raise _no_epoch(epoch, "backups made in it stay shut")
        return age_keys.derived(self._epochs[epoch], f"habeas backup {self.origin} {epoch}")

    @contextlib.contextmanager
    def _changing(self, passphrase: str | EllipsisType | None = ...) -> Iterator[dict[str, Any]]:
        """The keyring's content, to be changed; written when the block ends, or not at all."""
        with self._locked():
            content = copy.deepcopy(self._content)
            yield content
            new = self._passphrase if passphrase is ... else passphrase
            Keyring(self.directory, content, new)  # refuses what could not be opened again
            installation = key_files.protect(content, new)
            recipients = recovery.read_recipients(self.directory)
            recovery.keep_copy(self.directory, content, installation, recipients)
            key_files.replace(self.directory / "installation", installation)
            self._adopt(content)
            self._passphrase, self._stamp = new, _stamp(self.directory)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time changes the keys, and it changes the newest ones."""
        lock = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.refresh()
            yield
        finally:
            os.close(lock)

    # --- the keys of objects --------------------------------------------------------------

    def wrap(self, identity: str, address: str) -> tuple[int, bytes]:
        """Encrypt an object's identity for that object only: epoch and wrapped bytes."""
        nonce = os.urandom(_NONCE_BYTES)
        key = self._wraps[self.current_epoch]
        return self.current_epoch, nonce + key.encrypt(nonce, identity.encode(), address.encode())

    def unwrap(self, epoch: int, wrapped: bytes, address: str) -> str:
        """The identity of the object at ``address``."""
        if epoch not in self._wraps:
            # Whoever reads as of one moment may still meet an epoch that was ended since then.
            self._ended = self._ended | self._wraps
            self.refresh()
        if (key := self._wraps.get(epoch) or self._ended.get(epoch)) is None:
            raise _no_epoch(epoch, f"object {address} stays shut")
        try:
            return key.decrypt(
                wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], address.encode()
            ).decode()
        except (InvalidTag, ValueError):
            raise KeyringError(
                f"The wrapped key of object {address} was altered or belongs to another object.",
                next_step="Restore the database from a backup.",
            ) from None

    # --- people ---------------------------------------------------------------------------

    def add_person(self, passphrase: str | None, pseudonym: str = "") -> Signer:
        """A new acting person: a random pseudonym and a key under their own passphrase.

        With a ``pseudonym`` it is a further key of that person, in files of its own.
        """
        return person_keys.add(self.directory, self.origin, passphrase, pseudonym)

    def person(self, pseudonym: str, passphrase: str | None = None) -> Signer:
        """The key of an acting person."""
        return open_person(self.directory, pseudonym, passphrase)

    def people(self) -> list[str]:
        """The pseudonyms whose keys are kept here."""
        return person_keys.pseudonyms(self.directory)

    def __repr__(self) -> str:
        return f"Keyring({self.origin!r}, epochs={sorted(self._epochs)})"

    def __reduce__(self) -> Any:
        raise TypeError("a keyring is not pickled")


def public_keys(directory: Path) -> PublicKeys:
    """The public keys of an archive, without any passphrase."""
    path = directory / "verifiers"
    lines = key_files.read(path).decode().splitlines()
    if len(lines) != 2:
        raise damaged(path)
    entry, checkpoint = (Verifier.parse(line) for line in lines)
    people = {
        file.stem: Verifier.parse(file.read_text().strip())
        for file in sorted((directory / "people").glob("p-*.pub"))
    }
    return PublicKeys(checkpoint.name, entry, checkpoint, people)


def _stamp(directory: Path) -> tuple[int, int]:
    """What changes when another version of the key file is put in place."""
    try:
        status = (directory / "installation").stat()
    except FileNotFoundError:
        return (0, 0)
    return status.st_ino, status.st_mtime_ns


def _no_epoch(epoch: int, effect: str) -> KeyringError:
    return KeyringError(
        f"The keys of epoch {epoch} are not in this keyring; {effect}.",
        next_step="If the epoch was destroyed after an erasure, this is intended.",
    )
