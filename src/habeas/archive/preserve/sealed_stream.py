"""One age file that holds many files: a tar stream, sealed while it is written.

Nothing plain touches the disk in either direction, and memory does not grow with what
passes through. The stock tools ``age --decrypt`` and ``tar`` read it too, which is why it
is tar and not a format of our own.

Invariants: a member has exactly the length announced before it; only plain files with
relative names pass; a stream that was cut short or altered is refused (age authenticates
every 64 KiB and the end), and what was received before that is for the receiver to drop.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import pyrage

from habeas.archive.errors import BackupDamaged, BackupError, BackupLocked
from habeas.custody import durable
from habeas.custody.age_headers import LONGEST, check_header
from habeas.custody.errors import AgeRefused

_BLOCK: Final = 512
_BUFFER: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class StreamMember:
    """A file to be written: its content comes in pieces, ``size`` bytes in all."""

    name: str
    size: int
    pieces: Iterable[bytes]

    @classmethod
    def of(cls, name: str, data: bytes) -> StreamMember:
        return cls(name, len(data), (data,))


class Receiver(Protocol):
    """Takes what a stream holds, in its order."""

    def begin(self, name: str, size: int) -> None: ...

    def data(self, piece: bytes) -> None: ...

    def end(self) -> None: ...


def write(
    members: Iterable[StreamMember], recipients: Sequence[str], descriptor: int
) -> tuple[str, int]:
    """Seal the members into an open file, in order; SHA-256 and size of what was written."""
    reader, writer = _Pulled(_tar(members)), _Hashed(descriptor)
    keys = [pyrage.x25519.Recipient.from_str(each) for each in recipients]
    buffered = io.BufferedWriter(writer, _BUFFER)
    try:
        pyrage.encrypt_io(reader, _Kept(buffered), keys)
        buffered.flush()
    except BaseException:
        _raise_first(reader, writer)
        raise
    _raise_first(reader, writer)  # the library may swallow a failed write
    return writer.digest.hexdigest(), writer.size


def read(
    path: Path, identities: Sequence[str], receiver: Receiver, progress: Callable[[int, int], None]
) -> str:
    """Hand every member of a sealed file to the receiver; the file's SHA-256."""
    parser = _Parsed(receiver)
    with path.open("rb") as stream:
        total = path.stat().st_size
        try:
            check_header(stream.read(LONGEST), path)
        except AgeRefused:
            raise _damaged(path, "it is not a backup, or it was altered") from None
        stream.seek(0)
        source = _Source(stream, lambda done: progress(done, total))
        try:
            pyrage.decrypt_io(
                source, parser, [pyrage.x25519.Identity.from_str(each) for each in identities]
            )
        except pyrage.DecryptError as error:
            _raise_first(source, parser)
            if "matching" in str(error):
                raise BackupLocked(
                    f"None of these keys opens {path}.",
                    next_step="Check that backup and keys are of the same archive. Where its "
                    "epoch was ended by an erasure, no key opens it: this is intended.",
                ) from None
            raise _damaged(path, "it is not a backup, or it was altered") from None
        except Exception:
            _raise_first(source, parser)
            raise _damaged(path, "it was cut short or altered") from None
    _raise_first(source, parser)
    if not parser.ended:
        raise _damaged(path, "it ends too early")
    return source.digest.hexdigest()


def _tar(members: Iterable[StreamMember]) -> Iterator[bytes]:
    for member in members:
        info = tarfile.TarInfo(member.name)
        info.size, info.mode = member.size, 0o600
        yield info.tobuf(tarfile.GNU_FORMAT, "ascii", "strict")
        written = 0
        for piece in member.pieces:
            written += len(piece)
            if piece:
                yield piece
        if written != member.size:
            raise BackupError(
                f"{member.name} changed its length while it was read.",
                next_step="Run `habeas verify`, then make the backup again.",
            )
        if rest := -written % _BLOCK:
            yield bytes(rest)
    yield bytes(2 * _BLOCK)


class _Failing:
    """Keeps the first failure inside a callback, since the library may replace it."""

    def __init__(self) -> None:
        self.failure: BaseException | None = None


class _Pulled(_Failing):
    """What the encryption reads."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._current = memoryview(b"")

    def read(self, size: int = -1) -> bytes:
        if not self._current:
            try:
                self._current = memoryview(next(self._pieces, b""))
            except BaseException as error:
                self.failure = self.failure or error
                raise
        piece, self._current = self._current[:size], self._current[size:]
        return bytes(piece)


class _Source(_Failing):
    """What the decryption reads: hashed on its way."""

    def __init__(self, stream: io.BufferedReader, progress: Callable[[int], None]) -> None:
        super().__init__()
        self._stream = stream
        self._progress = progress
        self._next = 0
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._stream.read(size)
            if (at := self._stream.tell()) >= self._next:
                self._progress(at)
                self._next = at + _BUFFER
        except BaseException as error:
            self.failure = self.failure or error
            raise
        self.digest.update(data)
        return data


class _Hashed(_Failing, io.RawIOBase):
    """Where the sealed bytes go: hashed, and written whole."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self.digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self.failure is not None:
            raise self.failure
        try:
            durable.write_all(self._descriptor, data)
        except BaseException as error:
            self.failure = error
            raise
        self.digest.update(data)
        self.size += len(data)
        return len(data)


class _Kept:
    """The few methods that the encryption calls; it must not close the file."""

    def __init__(self, stream: io.BufferedWriter[Any]) -> None:
        self.write = stream.write
        self.flush = stream.flush


class _Parsed(_Failing):
    """Takes plain bytes as they come and hands out the members of the tar stream in them."""

    def __init__(self, receiver: Receiver) -> None:
        super().__init__()
        self._receiver = receiver
        self._header = b""
        self._left = self._padding = self._zeros = 0

    @property
    def ended(self) -> bool:
        """Whether the end of the tar stream was seen."""
        return self._zeros >= 2

    def write(self, data: bytes) -> int:
        if self.failure is not None:
            raise self.failure
        try:
            self._take(memoryview(data))
        except BaseException as error:
            self.failure = error
            raise
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""

    def _take(self, view: memoryview) -> None:
        while view:
            if self._left:
                piece, view = view[: self._left], view[self._left :]
                self._receiver.data(bytes(piece))
                self._left -= len(piece)
                if not self._left:
                    self._receiver.end()
            elif self._padding:
                skipped = min(self._padding, len(view))
                self._padding -= skipped
                view = view[skipped:]
            else:
                wanted = _BLOCK - len(self._header)
                self._header += bytes(view[:wanted])
                view = view[wanted:]
                if len(self._header) == _BLOCK:
                    self._begin(self._header)
                    self._header = b""

    def _begin(self, header: bytes) -> None:
        if not any(header):
            self._zeros += 1
            return
        try:
            if self._zeros:
                raise tarfile.HeaderError
            info = tarfile.TarInfo.frombuf(header, "ascii", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError):
            raise BackupDamaged(
                "The backup contains something that is not a file.", next_step=_ANOTHER
            ) from None
        if not info.isreg() or info.name.startswith("/") or ".." in info.name.split("/"):
            raise BackupDamaged(
                "The backup contains something that is not a file.", next_step=_ANOTHER
            )
        self._left, self._padding = info.size, -info.size % _BLOCK
        self._receiver.begin(info.name, info.size)
        if not info.size:
            self._receiver.end()


_ANOTHER: Final = "Use another backup. Nothing was kept."


def _raise_first(*parts: _Failing) -> None:
    for part in parts:
        if part.failure is not None:
            raise part.failure


def _damaged(path: Path, why: str) -> BackupDamaged:
    return BackupDamaged(f"{path} cannot be restored: {why}.", next_step=_ANOTHER)
