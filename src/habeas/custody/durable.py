"""Files that appear at their name whole and durable, or not at all.

A new file is written under a temporary name; ``publish`` makes the data of all of them
durable, then renames them, then makes the names durable. Few files are synced one by one,
many with one ``syncfs`` before the renames and one after (30 times faster for thousands,
with the same guarantee on one file system). While thousands are written, the disk is set
to work already, so that the last wait is short.

Invariants: no name that others read ever shows a partial file; a write that fails leaves
no file behind; a full disk is ``StorageFull``, never a half-kept batch; a failed write-back
is an error of the batch whose bytes it may have been, whoever else was told of it first.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import secrets
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from habeas.custody.errors import StorageFailed, StorageFull

SYNC_TOGETHER = 8  # from this many files on, syncfs
_AHEAD = 1_000  # after this many files, begin to write back
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
_libc = ctypes.CDLL(None, use_errno=True)


class PendingFiles:
    """Files written but not yet visible: ``publish`` shows all of them, ``discard`` none."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.temporary = root / "tmp"
        self._waiting: list[tuple[str, str]] = []  # temporary name, final name
        self._folders: set[str] = set()  # final folders known to exist
        # Open from before the first write: the kernel tells a descriptor of the errors since.
        self._disk = -1
        self._ahead: _WriteBack | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def new_path(self) -> str:
        """An unused temporary name."""
        self._open_disk()
        return f"{self.temporary}/{secrets.token_hex(16)}"

    def add(self, final: str | Path, data: bytes, mode: int = 0o444) -> None:
        """Write ``data``, to be shown at ``final``."""
        temporary = self.new_path()
        descriptor = create(temporary, mode)
        try:
            write_all(descriptor, data)
        except BaseException:
            remove_quietly(temporary)
            raise
        finally:
            os.close(descriptor)
        self.adopt(temporary, final)

    def adopt(self, temporary: str, final: str | Path) -> None:
        """Take over a file already written under a temporary name."""
        self._waiting.append((temporary, os.fspath(final)))
        if len(self._waiting) % _AHEAD == 0 and (self._ahead is None or self._ahead.succeeded):
            self._ahead = _WriteBack(self._open_disk())

    def drop_last(self) -> None:
        """Remove the file added last."""
        temporary, _ = self._waiting.pop()
        remove_quietly(temporary)

    def publish(self) -> None:
        """Data durable, then the renames, then the names durable."""
        if not self._waiting:
            return
        together = len(self._waiting) >= SYNC_TOGETHER
        try:
            if self._ahead is not None:
                self._ahead.finish()
            if together:
                sync_file_system(self._open_disk())
            else:
                for temporary, _ in self._waiting:
                    sync_path(temporary)
            touched = self._make_folders()
            while self._waiting:
                os.rename(*self._waiting[-1])
                self._waiting.pop()
            if together:
                sync_file_system(self._open_disk())
            else:
                for folder in sorted(touched):
                    sync_path(folder)
        except OSError as error:
            reraise_plainly(error, self.root)
            raise
        finally:
            self.discard()

    def discard(self) -> None:
        """Forget and remove what is not visible yet."""
        for temporary, _ in self._waiting:
            remove_quietly(temporary)
        self._waiting.clear()
        if self._ahead is not None:
            self._ahead.join()
            self._ahead = None
        if self._disk >= 0:
            os.close(self._disk)
            self._disk = -1

    def _open_disk(self) -> int:
        if self._disk < 0:
            self._disk = os.open(self.root, os.O_RDONLY | os.O_CLOEXEC)
        return self._disk

    def _make_folders(self) -> set[str]:
        """Make the final folders; returns those whose names must become durable."""
        touched = {os.path.dirname(final) for _, final in self._waiting}
        for folder in sorted(touched - self._folders):
            above = folder
            while not os.path.isdir(above):
                above = os.path.dirname(above)
                touched.add(above)
            os.makedirs(folder, mode=0o700, exist_ok=True)
            self._folders.add(folder)
        return touched


class _WriteBack(threading.Thread):
    """Has the disk written in the meantime; its error is the batch's."""

    def __init__(self, disk: int) -> None:
        super().__init__(daemon=True)
        self._disk = disk
        self._error: OSError | None = None
        self.start()

    def run(self) -> None:
        try:
            sync_file_system(self._disk)
        except OSError as error:
            self._error = error

    @property
    def succeeded(self) -> bool:
        return not self.is_alive() and self._error is None

    def finish(self) -> None:
        self.join()
        if self._error is not None:
            raise self._error


def write_file(root: Path, final: str | Path, data: bytes, mode: int = 0o444) -> None:
    """One file, whole and durable when this returns; replaces what was there."""
    pending = PendingFiles(root)
    try:
        pending.add(final, data, mode)
        pending.publish()
    finally:
        pending.discard()


def create(path: str, mode: int) -> int:
    """A descriptor of a new file with exactly ``mode``, which never existed before."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    except OSError as error:
        reraise_plainly(error, os.path.dirname(path))
        raise
    os.fchmod(descriptor, mode)  # the umask can only have taken rights away; give them back
    return descriptor


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    """Write every byte; a full disk is ``StorageFull``."""
    view = memoryview(data)
    try:
        while view:
            written = os.write(descriptor, view)
            if not written:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            view = view[written:]
    except OSError as error:
        reraise_plainly(error, "the archive")
        raise


def sync_path(path: str | Path) -> None:
    """Make one file, or the names in one folder, durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        sync_open(descriptor, path)
    finally:
        os.close(descriptor)


def sync_open(descriptor: int, path: str | Path) -> None:
    """Make an open file durable; an error names its path, which the system's does not."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error


def sync_file_system(place: str | Path | int) -> None:
    """Make everything written to the file system of a path, or of a descriptor, durable."""
    if not isinstance(place, int):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            return sync_file_system(descriptor)
        finally:
            os.close(descriptor)
    if not hasattr(_libc, "syncfs"):
        os.sync()
    elif _libc.syncfs(place):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return None


def make_folder(folder: Path) -> None:
    """A folder, for its owner only, whose name is durable; one that is there is left as it is."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_path(folder.parent)


def prepare_folder(root: Path) -> int:
    """Make ``root`` and its ``tmp``; remove what a crash left there and say how many."""
    os.makedirs(root / "tmp", mode=0o700, exist_ok=True)
    leftovers = [entry.path for entry in os.scandir(root / "tmp") if not entry.is_dir()]
    remove_all(leftovers)
    return len(leftovers)


def remove_all(paths: Iterable[str | Path]) -> None:
    """Remove files, some of which may be gone."""
    for path in paths:
        remove_quietly(path)


def remove_quietly(path: str | Path) -> None:
    """Remove a file if it can be removed: for cleaning up after another error."""
    with contextlib.suppress(OSError):
        os.unlink(path)


def reraise_plainly(error: OSError, where: str | Path) -> None:
    """Turn "no space" and "quota" into ``StorageFull``, a disk's own error into
    ``StorageFailed``; return for anything else."""
    if error.errno in _NO_SPACE:
        _raise_full(error, where)
    if error.errno == errno.EIO:
        raise StorageFailed(
            f"Nothing was kept in {where}: the disk reports an input/output error.",
            next_step="Look at the disk before anything else. What was acknowledged before is "
            "there; `habeas verify` says so.",
        ) from error


def _raise_full(error: OSError, where: str | Path) -> NoReturn:
    why = "its quota is used up" if error.errno == errno.EDQUOT else "its disk is full"
    raise StorageFull(
        f"Nothing was kept in {where}: {why}.",
        next_step="Free some space, then run the same command again.",
    ) from error
