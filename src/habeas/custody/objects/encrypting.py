"""One file, stream or text, encrypted into a file that waits to be shown.

Each object is an age v1 file under a fresh X25519 identity of its own. The bytes are read as
they are and never parsed, in constant memory whatever the size.

Invariants: a file that cannot be read, or that changes while it is read, is named and leaves
nothing behind; an identity is nowhere but in what is returned.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import pyrage

from habeas.custody import durable
from habeas.custody.errors import SourceChanged, SourceError, SourceNotRegular

SMALL_BYTES: Final = 1 << 20  # below this a file is sealed in one piece
_CHUNK: Final = 1 << 20

Progress = Callable[[int], None]  # called with the number of plain bytes read since last time


class Reads(Protocol):
    """An open binary stream."""

    def read(self, size: int = ..., /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed object. ``identity`` opens it and is kept out of ``repr``."""

    plain_sha256: str
    address: str
    size_bytes: int
    identity: str = field(repr=False)


class AlreadySealed(NamedTuple):
    """A file that was not sealed, because its bytes are among those that need not be."""

    plain_sha256: str
    size_bytes: int


class SealingJob(NamedTuple):
    """A file to be sealed, unless its bytes have one of these SHA-256 digests."""

    path: Path
    unless: Collection[str] = ()


Outcome = Sealed | AlreadySealed | SourceError


def encrypt_file(
    pending: durable.PendingFiles,
    path: str,
    progress: Progress | None = None,
    unless: Collection[str] = (),
) -> Sealed | AlreadySealed:
    """Encrypt a file by path, unless the SHA-256 of its bytes is one of those given."""
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
            plain = _read_small(descriptor, path, before.st_size)
            digest = hashlib.sha256(plain).hexdigest()
            if digest in unless:
                return AlreadySealed(digest, len(plain))
            sealed = encrypt_bytes(pending, plain, progress, digest)
        else:
            if unless and (digest := _hash(descriptor, path, before.st_size)) in unless:
                return AlreadySealed(digest, before.st_size)
            with io.FileIO(descriptor, closefd=False) as stream:
                sealed = encrypt_stream(pending, stream, path, progress, before.st_size)
        after = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if (
        sealed.size_bytes != before.st_size
        or after.st_size != before.st_size
        or after.st_mtime_ns != before.st_mtime_ns
    ):
        pending.drop_last()
        raise SourceChanged(
            f"{path} changed while it was read.",
            path=path,
            next_step="Wait until nothing writes to it, then seal it again.",
        )
    return sealed


def encrypt_bytes(
    pending: durable.PendingFiles,
    plain: bytes,
    progress: Progress | None = None,
    digest: str | None = None,
) -> Sealed:
    """Encrypt bytes that are in memory; ``digest`` is their SHA-256 where it is known."""
    identity = pyrage.x25519.Identity.generate()
    ciphertext: bytes = pyrage.encrypt(plain, [identity.to_public()])
    address = hashlib.sha256(ciphertext).hexdigest()
    pending.add(_final(pending, address), ciphertext)
    if progress:
        progress(len(plain))
    digest = digest or hashlib.sha256(plain).hexdigest()
    return Sealed(digest, address, len(plain), str(identity))


def encrypt_stream(
    pending: durable.PendingFiles,
    stream: Reads,
    name: str,
    progress: Progress | None = None,
    limit: int | None = None,
) -> Sealed:
    """Encrypt what a stream gives; past ``limit`` bytes it is cut, and has changed."""
    identity = pyrage.x25519.Identity.generate()
    temporary = pending.new_path()
    descriptor = durable.create(temporary, 0o444)
    reader = HashingReader(stream, progress, limit)
    writer = HashingWriter(lambda data: durable.write_all(descriptor, data))
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
        pending.adopt(temporary, _final(pending, address))
    except BaseException:
        durable.remove_quietly(temporary)
        raise
    finally:
        os.close(descriptor)
    return Sealed(reader.digest.hexdigest(), address, reader.size_bytes, str(identity))


class HashingReader:
    """Hashes what the encryption reads, in large pieces, and keeps the first failure.

    Past ``limit`` bytes it stops: a file that grows as fast as it is read must end too.
    """

    def __init__(
        self, stream: Reads, progress: Progress | None = None, limit: int | None = None
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


class HashingWriter:
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


def object_path(address: str) -> str:
    """Where below ``objects/`` the object of an address lies."""
    return f"{address[:2]}/{address}"


def _final(pending: durable.PendingFiles, address: str) -> str:
    return f"{pending.root}/{object_path(address)}"


def _read_small(descriptor: int, path: str, expected: int) -> bytes:
    try:
        plain = os.read(descriptor, expected + 1)
        while len(plain) < expected and (more := os.read(descriptor, expected - len(plain))):
            plain += more
    except OSError as error:
        raise _unreadable(path, error) from error
    return plain


def _hash(descriptor: int, path: str, expected: int) -> str:
    """The digest of a large file, which is at its beginning again afterwards."""
    digest, size_bytes = hashlib.sha256(), 0
    try:
        while size_bytes <= expected and (piece := os.read(descriptor, _CHUNK)):
            digest.update(piece)  # no further: one that grows as fast must end too
            size_bytes += len(piece)
        os.lseek(descriptor, 0, os.SEEK_SET)
    except OSError as error:
        raise _unreadable(path, error) from error
    return digest.hexdigest()


def _check_regular(status: os.stat_result, path: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise SourceNotRegular(
            f"{path} is not a regular file.",
            path=path,
            next_step="Only regular files are sealed; copy the content into one.",
        )


def _unreadable(path: str, error: OSError) -> SourceError:
    return SourceError(
        f"{path} cannot be read: {os.strerror(error.errno or 0)}.",
        path=path,
        next_step="Check that it exists and that you may read it, then seal it again.",
    )
