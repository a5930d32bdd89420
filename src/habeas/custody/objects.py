"""The object store: ``objects/<aa>/<address>``, where the address is the SHA-256 of the
ciphertext, so that fixity is checked and copies are made without any key.

Each object is an age v1 file under a fresh X25519 identity of its own. Sealing reads the
bytes as they are and never parses them, in constant memory whatever the size.

Invariants: nothing is visible at its address before it is durable; objects are never
changed (mode 0444); a file that cannot be read, or that changes while it is read, is
named and leaves nothing behind; what is handed out was checked against its address.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Protocol

import pyrage

from habeas.custody import durable
from habeas.custody.errors import (
    ObjectError,
    ObjectLocked,
    ObjectMissing,
    SourceChanged,
    SourceError,
    SourceNotRegular,
)

SMALL_BYTES: Final = 1 << 20  # below this a file is sealed in one piece
_CHUNK: Final = 1 << 20
_PIECE: Final = 1 << 17  # read at once when checking; small enough to stay in the cache
_ADDRESS = re.compile("[0-9a-f]{64}")

Progress = Callable[[int], None]  # called with the number of plain bytes read since last time


class _Reads(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed object. ``identity`` opens it and is kept out of ``repr``."""

    plain_sha256: str
    address: str
    size_bytes: int
    identity: str = field(repr=False)


class ObjectStore:
    """The objects of one archive."""

    def __init__(self, directory: Path, *, clean: bool = True) -> None:
        """Open the store. ``clean`` removes what a crash left, unless somebody is sealing."""
        self.directory = Path(directory)
        durable.make_folder(self.directory)
        self.leftovers = self._clean() if clean else 0

    def _clean(self) -> int:
        """Remove temporary files that no batch of any process owns; how many they were."""
        lock = _open_lock(self.directory)
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
        if not _ADDRESS.fullmatch(address):
            raise ObjectMissing(
                "An object's address has 64 hex digits.",
                address=address,
                next_step="Copy the address again.",
            )
        return self.directory / address[:2] / address

    def exists(self, address: str) -> bool:
        return self.path(address).is_file()

    def addresses(self) -> Iterator[str]:
        """The addresses of all stored objects, in order."""
        for folder in sorted(self.directory.glob("[0-9a-f][0-9a-f]")):
            yield from sorted(name for name in os.listdir(folder) if _ADDRESS.fullmatch(name))

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
        except pyrage.DecryptError:
            raise _locked(address) from None
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
            reader = _HashingReader(stored)
            writer = _HashingWriter(out.write)
            try:
                pyrage.decrypt_io(reader, writer, [_identity(identity, address)])
            except pyrage.DecryptError:
                reader.raise_failure()
                writer.raise_failure()
                raise _locked(address) from None
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


class SealingBatch:
    """Objects sealed together. Leaving the ``with`` block makes them durable and visible;
    an exception, or ``discard``, leaves nothing of them."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._pending = durable.PendingFiles(directory)
        self._prefix = f"{directory}/"
        (directory / "tmp").mkdir(mode=0o700, parents=True, exist_ok=True)
        # Shared with other batches; whoever would clean up wants it alone.
        self._lock = _open_lock(directory)
        fcntl.flock(self._lock, fcntl.LOCK_SH)

    def __enter__(self) -> SealingBatch:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._pending.publish()
        finally:
            self.discard()

    def seal(
        self, source: str | os.PathLike[str] | _Reads | bytes, progress: Progress | None = None
    ) -> Sealed:
        """Seal a file by path, an open binary stream, or bytes.

        ``SourceError`` names a file that cannot be sealed; the batch stays good and others
        can follow. ``StorageFull`` ends the batch.
        """
        if isinstance(source, bytes):
            return self._seal_bytes(source, progress)
        if isinstance(source, (str, os.PathLike)):
            return self._seal_path(os.fspath(source), progress)
        return self._seal_stream(source, "the stream", progress)

    def take_back(self) -> None:
        """Remove the object sealed last, as if it had not been."""
        self._pending.drop_last()

    def discard(self) -> None:
        """End the batch: remove what was sealed in it and is not visible yet."""
        self._pending.discard()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _seal_path(self, path: str, progress: Progress | None) -> Sealed:
        # Asked before it is opened, because opening a pipe or a device can do things; and
        # again after, because the name may have been given to something else in between
        # (O_NONBLOCK keeps a pipe from holding the program up).
        try:
            _check_regular(os.stat(path), path)
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        except OSError as error:
            raise _unreadable(path, error) from error
        try:
            before = os.fstat(descriptor)
            _check_regular(before, path)
            if before.st_size < SMALL_BYTES:
                sealed = self._seal_small(descriptor, path, before.st_size, progress)
            else:
                with io.FileIO(descriptor, closefd=False) as stream:
                    sealed = self._seal_stream(stream, path, progress, before.st_size)
            after = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        if (
            sealed.size_bytes != before.st_size
            or after.st_size != before.st_size
            or after.st_mtime_ns != before.st_mtime_ns
        ):
            self._pending.drop_last()
            raise SourceChanged(
                f"{path} changed while it was read.",
                path=path,
                next_step="Wait until nothing writes to it, then seal it again.",
            )
        return sealed

    def _seal_small(
        self, descriptor: int, path: str, expected: int, progress: Progress | None
    ) -> Sealed:
        try:
            plain = os.read(descriptor, expected + 1)
            while len(plain) < expected and (more := os.read(descriptor, expected - len(plain))):
                plain += more
        except OSError as error:
            raise _unreadable(path, error) from error
        return self._seal_bytes(plain, progress)

    def _seal_bytes(self, plain: bytes, progress: Progress | None) -> Sealed:
        identity = pyrage.x25519.Identity.generate()
        ciphertext: bytes = pyrage.encrypt(plain, [identity.to_public()])
        address = hashlib.sha256(ciphertext).hexdigest()
        self._pending.add(f"{self._prefix}{address[:2]}/{address}", ciphertext)
        if progress:
            progress(len(plain))
        return Sealed(hashlib.sha256(plain).hexdigest(), address, len(plain), str(identity))

    def _seal_stream(
        self, stream: _Reads, name: str, progress: Progress | None, limit: int | None = None
    ) -> Sealed:
        identity = pyrage.x25519.Identity.generate()
        temporary = self._pending.new_path()
        descriptor = durable.create(temporary, 0o444)
        reader = _HashingReader(stream, progress, limit)
        writer = _HashingWriter(lambda data: durable.write_all(descriptor, data))
        try:
            try:
                pyrage.encrypt_io(reader, writer, [identity.to_public()])
            except pyrage.EncryptError:
                writer.raise_failure()
                if isinstance(reader.failure, OSError):
                    raise _unreadable(name, reader.failure) from reader.failure
                reader.raise_failure()
                raise
            writer.raise_failure()  # the library may swallow a failed write
            if reader.failure:
                raise reader.failure
            address = writer.digest.hexdigest()
            self._pending.adopt(temporary, f"{self._prefix}{address[:2]}/{address}")
        except BaseException:
            durable.remove_quietly(temporary)
            raise
        finally:
            os.close(descriptor)
        return Sealed(reader.digest.hexdigest(), address, reader.size_bytes, str(identity))


class _HashingReader:
    """Hashes what the encryption reads, in large pieces, and keeps the first failure.

    Past ``limit`` bytes it stops: a file that grows as fast as it is read must end too.
    """

    def __init__(
        self, stream: _Reads, progress: Progress | None = None, limit: int | None = None
    ) -> None:
        self._stream = stream
        self._progress = progress
        self._limit = limit
        self._chunk = memoryview(b"")
        self.digest = hashlib.sha256()
        self.size_bytes = 0
        self.failure: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        if not self._chunk:
            if self._limit is not None and self.size_bytes > self._limit:
                return b""
            try:
                chunk = self._stream.read(_CHUNK)
                if self._progress and chunk:
                    self._progress(len(chunk))
            except BaseException as error:
                self.failure = error
                raise
            self.digest.update(chunk)
            self.size_bytes += len(chunk)
            self._chunk = memoryview(chunk)
        piece, self._chunk = self._chunk[:size], self._chunk[size:]
        return bytes(piece)

    def finish(self) -> None:
        """Read to the end what the library left unread."""
        self._chunk = memoryview(b"")
        while self.read(_CHUNK):
            self._chunk = memoryview(b"")

    def raise_failure(self) -> None:
        if self.failure:
            raise self.failure


class _HashingWriter:
    """Hashes and writes; keeps the first failure, since the library may swallow it."""

    def __init__(self, write: Callable[[bytes], Any]) -> None:
        self._write = write
        self.digest = hashlib.sha256()
        self.size_bytes = 0
        self.failure: BaseException | None = None

    def write(self, data: bytes) -> int:
        if self.failure is None:
            try:
                self._write(data)
                self.digest.update(data)
                self.size_bytes += len(data)
            except BaseException as error:
                self.failure = error
        if self.failure is not None:
            raise self.failure
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""

    def raise_failure(self) -> None:
        if self.failure:
            raise self.failure


def _open_lock(directory: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    return os.open(directory / "sealing.lock", flags, 0o600)


def _check_regular(status: os.stat_result, path: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise SourceNotRegular(
            f"{path} is not a regular file.",
            path=path,
            next_step="Only regular files are sealed; copy the content into one.",
        )


def _identity(identity: str, address: str) -> Any:
    try:
        return pyrage.x25519.Identity.from_str(identity)
    except pyrage.IdentityError:
        raise _locked(address) from None


def _unreadable(path: str, error: OSError) -> SourceError:
    return SourceError(
        f"{path} cannot be read: {os.strerror(error.errno or 0)}.",
        path=path,
        next_step="Check that it exists and that you may read it, then seal it again.",
    )


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


def _locked(address: str) -> ObjectLocked:
    return ObjectLocked(
        f"The key given does not open object {address}.",
        address=address,
        next_step="Check that object and key are of the same archive.",
    )
