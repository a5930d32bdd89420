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
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn

from habeas.custody.errors import StorageFailed, StorageFull

SYNC_TOGETHER = 8  # from this many files on, syncfs
_AHEAD = 1_000  # after this many files, begin to write back
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
_libc = ctypes.CDLL(None, use_errno=True)


class PendingFiles:
    """Files written but not yet visible: ``publish`` shows all of them, ``discard`` none.

    Their temporary names begin with the batch's token, so that what another process wrote for
    it is known as the batch's. A file costs its names' characters in memory and no more.
    """

    def __init__(self, root: Path, *, token: str = "", first: int = 0) -> None:
        """``token`` and ``first`` are given by a batch of another process, which this one is
        part of: see ``lend``."""
        self.root = root
        self.temporary = root / "tmp"
        self.token = token or secrets.token_hex(16)
        self._next = first
        self._start = f"{self.temporary}/{self.token}-"
        self._shown = f"{root}/"
        self._waiting = bytearray()  # of each its number, and its final name below the root
        self._count = 0
        self._lent = False
        self._folders: set[str] = set()  # final folders known to exist
        # Open from before the first write: the kernel tells a descriptor of the errors since.
        self._disk = -1
        self._ahead: _WriteBack | None = None

    def __len__(self) -> int:
        return self._count

    def new_path(self) -> str:
        """An unused temporary name."""
        self._open_disk()
        self._next += 1
        return f"{self._start}{self._next:x}"

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
        """Take over a file already written under a name that ``new_path`` gave."""
        self._keep(temporary.removeprefix(self._start), os.fspath(final))
        if self._count % _AHEAD == 0 and (self._ahead is None or self._ahead.succeeded):
            self._ahead = _WriteBack(self._open_disk())

    def drop_last(self) -> None:
        """Remove the file added last."""
        temporary, _ = self._last()
        self._forget_last()
        remove_quietly(temporary)

    # --- files that another process writes ---------------------------------------------------

    def lend(self, count: int) -> int:
        """Let another process write so many files of this batch; the number of the first.

        It must have ended, or given back, before ``publish`` or ``discard`` is called.
        """
        self._open_disk()
        first, self._next = self._next, self._next + count
        self._lent = True
        return first

    def give_back(self) -> None:
        """In the other process: what it wrote is the lender's from now on."""
        try:
            if self._ahead is not None:
                self._ahead.finish()
        except OSError as error:
            reraise_plainly(error, self.root)
            raise
        self._forget_all()
        self.discard()

    @property
    def number(self) -> int:
        """The number of the newest temporary name."""
        return self._next

    def take(self, number: int, final: str) -> None:
        """Take over the file that the other process wrote under this number."""
        self._keep(f"{number:x}", final)

    def end_lending(self) -> None:
        """The other process has given back, and all that it told of was taken."""
        self._lent = False

    # --- the end -----------------------------------------------------------------------------

    def publish(self) -> None:
        """Data durable, then the renames, then the names durable."""
        if not self._count:
            return
        together = self._count >= SYNC_TOGETHER
        try:
            if self._ahead is not None:
                self._ahead.finish()
            if together:
                sync_file_system(self._open_disk())
            else:
                for temporary, _ in self._each():
                    sync_path(temporary)
            touched = self._make_folders()
            while self._count:
                os.rename(*self._last())
                self._forget_last()
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
        if self._lent:  # also what the other process did not live to tell of
            self._lent = False
            remove_all(_beginning(self.temporary, f"{self.token}-"))
        for temporary, _ in self._each():
            remove_quietly(temporary)
        self._forget_all()
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
        touched = {os.path.dirname(final) for _, final in self._each()}
        for folder in sorted(touched - self._folders):
            above = folder
            while not os.path.isdir(above):
                above = os.path.dirname(above)
                touched.add(above)
            make_private(Path(folder))
            self._folders.add(folder)
        return touched

    def _keep(self, number: str, final: str) -> None:
        self._waiting += os.fsencode(f"{number}\0{final.removeprefix(self._shown)}\0")
        self._count += 1

    def _last(self) -> tuple[str, str]:
        """The temporary and the final name of the file added last."""
        split = self._waiting.rfind(b"\0", 0, -1)
        start = self._waiting.rfind(b"\0", 0, split) + 1
        return self._names(start, split, len(self._waiting) - 1)

    def _forget_last(self) -> None:
        del self._waiting[self._waiting.rfind(b"\0", 0, self._waiting.rfind(b"\0", 0, -1)) + 1 :]
        self._count -= 1

    def _forget_all(self) -> None:
        self._waiting.clear()
        self._count = 0

    def _each(self) -> Iterator[tuple[str, str]]:
        """The temporary and the final name of each file, one at a time."""
        at = 0
        while at < len(self._waiting):
            split = self._waiting.index(b"\0", at)
            end = self._waiting.index(b"\0", split + 1)
            yield self._names(at, split, end)
            at = end + 1

    def _names(self, start: int, split: int, end: int) -> tuple[str, str]:
        number = self._waiting[start:split].decode()
        final = os.fsdecode(bytes(self._waiting[split + 1 : end]))
        return self._start + number, os.path.join(self._shown, final)


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


def make_private(folder: Path) -> None:
    """A folder and those above it that are not there, each for its owner only.

    ``parents=True`` gives those above whatever the umask leaves.
    """
    if not folder.is_dir():
        make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def make_folder(folder: Path) -> None:
    """A folder, for its owner only, whose name is durable; one that is there is left as it is."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_path(folder.parent)


def prepare_folder(root: Path) -> int:
    """Make ``root`` and its ``tmp``; remove what a crash left there and say how many."""
    make_private(root / "tmp")
    leftovers = [entry.path for entry in os.scandir(root / "tmp") if not entry.is_dir()]
    remove_all(leftovers)
    return len(leftovers)


def _beginning(folder: Path, start: str) -> list[str]:
    """The files in a folder whose names begin so."""
    try:
        with os.scandir(folder) as found:
            return [entry.path for entry in found if entry.name.startswith(start)]
    except OSError:
        return []


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
