"""The one folder that the processes of a file may write to, and how it is emptied after them.

Invariants: the folder is a file system of its own (within walls), so nothing of the program's
lies in it and its use is counted by the kernel. ``emptied`` answers True only where nothing is
left for certain: every name was removed, and the file system counts no file and no block more
than when it was new. Whatever takes long or resists is not fought with: the answer is False,
and the sandbox is not used again.
"""

from __future__ import annotations

import contextlib
import os
import stat

_MOST_REMOVED = 2_000
_DEEPEST = 16


class Scratch:
    """``alone``: nobody but the file writes on its file system, so what that counts is certain."""

    def __init__(self, folder: str, *, alone: bool) -> None:
        self.folder = folder
        self._alone = alone
        self._new = self._counted()

    def emptied(self) -> bool:
        """Empty the folder. Its processes must be dead, or they could fill it again."""
        try:
            with contextlib.suppress(PermissionError):  # root's, whose mode nobody can change
                os.chmod(self.folder, stat.S_IMODE(os.stat(self.folder).st_mode) | 0o700)
            handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                _remove_all(handle, [_MOST_REMOVED], 0)
                self._as_of_no_time()
            finally:
                os.close(handle)
            return self._counted() == self._new
        except (OSError, _TooMuch):
            return False

    def files(self) -> int:
        """How many files are in use, also unlinked ones that are still open."""
        return self._counted()[0] - self._new[0]

    def _counted(self) -> tuple[int, int]:
        if not self._alone:
            return 0, 0
        counts = os.statvfs(self.folder)
        return counts.f_files - counts.f_ffree, counts.f_blocks - counts.f_bfree

    def _as_of_no_time(self) -> None:
        """The folder's own times would be a message to the next file."""
        try:
            os.utime(self.folder, ns=(0, 0))
        except PermissionError:  # root's
            os.utime(self.folder)


class _TooMuch(Exception):
    """More names, or deeper, than a reader ever leaves."""


def _remove_all(folder: int, left: list[int], depth: int) -> None:
    """By handles, so that no name leads elsewhere. Folders are opened up: they are ours."""
    if depth > _DEEPEST:
        raise _TooMuch
    with os.scandir(folder) as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in _few(entries, left)]
    for name, is_folder in found:
        if not is_folder:
            os.unlink(name, dir_fd=folder)
            continue
        os.chmod(name, 0o700, dir_fd=folder)
        inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
        try:
            _remove_all(inner, left, depth + 1)
        finally:
            os.close(inner)
        os.rmdir(name, dir_fd=folder)


def _few(entries: os._ScandirIterator[str], left: list[int]) -> list[os.DirEntry[str]]:
    taken: list[os.DirEntry[str]] = []
    for entry in entries:
        left[0] -= 1
        if left[0] < 0:
            raise _TooMuch
        taken.append(entry)
    return taken
