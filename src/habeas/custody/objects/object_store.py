"""The object store: ``objects/<aa>/<address>``, where the address is the SHA-256 of the
ciphertext, so that fixity is checked and copies are made without any key.

Each object is an age v1 file under a fresh X25519 identity of its own: ``encrypting`` makes
one, ``sealing`` many together, ``beside`` in a second process.

Invariants: nothing is visible at its address before it is durable; objects are never
changed (mode 0444); what is handed out was checked against its address.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import pyrage

from habeas.custody import durable
from habeas.custody.errors import ObjectError, ObjectLocked, ObjectMissing
from habeas.custody.objects.encrypting import (
    SMALL_BYTES,
    HashingReader,
    HashingWriter,
    Sealed,
    object_path,
)
from habeas.custody.objects.sealing import SealingBatch, open_lock

__all__ = ["SMALL_BYTES", "ObjectStore", "Sealed", "SealingBatch"]

_PIECE: Final = 1 << 17  # read at once when checking; small enough to stay in the cache
ADDRESS = re.compile("[0-9a-f]{64}")


class ObjectStore:
    """The objects of one archive."""

    def __init__(self, directory: Path, *, clean: bool = True) -> None:
        """Open the store. ``clean`` removes what a crash left, unless somebody is sealing."""
        self.directory = Path(directory)
        durable.make_folder(self.directory)
        self.leftovers = self._clean() if clean else 0

    def _clean(self) -> int:
        """Remove temporary files that no batch of any process owns; how many they were."""
        lock = open_lock(self.directory)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return durable.prepare_folder(self.directory)
        except BlockingIOError:
            return 0
        finally:
            os.close(lock)

    def batch(self) -> SealingBatch:
        """Seal files together: all of them become visible when the ``with`` block ends."""
        return SealingBatch(self.directory)

    def path(self, address: str) -> Path:
        """Where the object of this address lies, if it does."""
        if not ADDRESS.fullmatch(address):
            raise ObjectMissing(
                "An object's address has 64 hex digits.",
                address=address,
                next_step="Copy the address again.",
            )
        return self.directory / object_path(address)

    def exists(self, address: str) -> bool:
        return self.path(address).is_file()

    def addresses(self) -> Iterator[str]:
        """The addresses of all stored objects, in order."""
        for folder in sorted(self.directory.glob("[0-9a-f][0-9a-f]")):
            yield from sorted(name for name in os.listdir(folder) if ADDRESS.fullmatch(name))

    def check(self, address: str) -> int:
        """Hash the stored bytes again; their number, or ``ObjectError``. Needs no key."""
        try:
            descriptor = os.open(self.path(address), os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise _not_read(address, error) from error
        digest, size_bytes = hashlib.sha256(), 0
        try:
            while piece := os.read(descriptor, _PIECE):
                digest.update(piece)
                size_bytes += len(piece)
        except OSError as error:
            raise _not_read(address, error) from error
        finally:
            os.close(descriptor)
        if digest.hexdigest() != address:
            raise _damaged(address)
        return size_bytes

    def remove(self, address: str) -> None:
        """Remove an object that nothing refers to; absent is as good."""
        self.path(address).unlink(missing_ok=True)

    def open(self, address: str, identity: str, *, plain_sha256: str | None = None) -> bytes:
        """The plain bytes, held in memory; for large objects use ``copy_plain``."""
        with self._stored(address) as stored:
            ciphertext = stored.read()
        if hashlib.sha256(ciphertext).hexdigest() != address:
            raise _damaged(address)
        try:
            plain: bytes = pyrage.decrypt(ciphertext, [_identity(identity, address)])
        except (pyrage.DecryptError, OSError) as error:
            raise _unopened(address, error) from None
        if plain_sha256 is not None and hashlib.sha256(plain).hexdigest() != plain_sha256:
            raise _differs(address)
        return plain

    def copy_plain(
        self, address: str, identity: str, out: IO[bytes], *, plain_sha256: str | None = None
    ) -> int:
        """Write the plain bytes to ``out`` in constant memory; their number.

        The stored bytes are checked first, and again as they are read: nothing is written
        from an object that is damaged to begin with.
        """
        self.check(address)
        with self._stored(address) as stored:
            reader = HashingReader(stored)
            writer = HashingWriter(out.write)
            try:
                pyrage.decrypt_io(reader, writer, [_identity(identity, address)])
            except (pyrage.DecryptError, OSError) as error:
                reader.raise_failure()  # of the disk, not of what was read
                writer.raise_failure()
                raise _unopened(address, error) from None
            reader.raise_failure()
            writer.raise_failure()
            reader.finish()
        if reader.digest.hexdigest() != address:
            raise _damaged(address)
        if plain_sha256 is not None and writer.digest.hexdigest() != plain_sha256:
            raise _differs(address)
        return writer.size_bytes

    def _stored(self, address: str) -> io.BufferedReader:
        try:
            return self.path(address).open("rb")
        except OSError as error:
            raise _not_read(address, error) from error


def _identity(identity: str, address: str) -> Any:
    try:
        return pyrage.x25519.Identity.from_str(identity)
    except pyrage.IdentityError:
        raise _locked(address) from None


def _not_read(address: str, error: OSError) -> ObjectError:
    if isinstance(error, FileNotFoundError):
        return ObjectMissing(
            f"Object {address} is not in the store.",
            address=address,
            next_step="Restore it from a mirror or a backup.",
        )
    return ObjectError(
        f"Object {address} cannot be read: {os.strerror(error.errno or 0)}.",
        address=address,
        next_step="Check the disk, then restore the object from a mirror or a backup.",
    )


def _damaged(address: str) -> ObjectError:
    return ObjectError(
        f"Object {address} is not what its address says: its bytes were altered.",
        address=address,
        next_step="Restore it from a mirror or a backup.",
    )


def _differs(address: str) -> ObjectError:
    return ObjectError(
        f"Object {address} does not hold the file that the entry commits to.",
        address=address,
        next_step="The database was altered; restore it from a backup.",
    )


def _unopened(address: str, error: Exception) -> ObjectError:
    """Why age did not open it: it says nothing else where no key given is the object's."""
    if "No matching keys" in str(error):
        return _locked(address)
    return ObjectError(
        f"Object {address} is not a whole age file: it was altered, cut or added to.",
        address=address,
        next_step="Restore it, and the database, from a backup.",
    )


def _locked(address: str) -> ObjectLocked:
    return ObjectLocked(
        f"The key given does not open object {address}.",
        address=address,
        next_step="Check that object and key are of the same archive.",
    )
