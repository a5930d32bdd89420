"""Received files and folders, walked in order of name; each file with the name to record.

Links inside a folder are not followed: a received folder must not choose what is sealed from
the rest of the disk. Pipes, sockets and devices are never opened. A folder may be as deep as
the system allows; nothing here calls itself.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
)


@dataclass(frozen=True, slots=True)
class WalkedFile:
    """A file and the name it is recorded by, its path from the folder named; or why not."""

    path: Path
    name: str
    refused: str = ""


def walk(paths: list[Path], archive: Path) -> Iterator[WalkedFile]:
    """What lies at and below the paths. The archive itself is never part of what it takes in."""
    for path in paths:
        if path.is_dir():
            yield from _folder(path, as_text(os.path.basename(os.path.abspath(path))), archive)
        else:
            yield WalkedFile(path, as_text(path.name), _not_a_file(path, follow=True))


def _folder(top: Path, name: str, archive: Path) -> Iterator[WalkedFile]:
    itself = _identity(archive)
    # What is still to be given, the next on top; a folder is opened when its turn comes.
    waiting: list[tuple[Path, str, bool]] = [(top, name, True)]
    while waiting:
        path, recorded, is_folder = waiting.pop()
        if not is_folder:
            refused = _not_a_file(path, follow=False)
            yield WalkedFile(path, recorded, refused)
            continue
        if _identity(path) == itself:
            yield WalkedFile(path, recorded, "It is the archive itself.")
            continue
        try:
            with os.scandir(path) as listing:
                entries = sorted(listing, key=lambda entry: entry.name, reverse=True)
        except OSError as error:
            reason = f"The folder cannot be read: {os.strerror(error.errno or 0)}."
            yield WalkedFile(path, recorded, reason)
            continue
        waiting += [
            (
                Path(entry.path),
                f"{recorded}/{as_text(entry.name)}",
                entry.is_dir(follow_symlinks=False),
            )
            for entry in entries
        ]


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _not_a_file(path: Path, *, follow: bool) -> str:
    """Why it is not opened; '' for a regular file and for what sealing will name."""
    try:
        mode = os.stat(path, follow_symlinks=follow).st_mode
    except OSError:
        return ""
    if stat.S_ISLNK(mode):
        return "It is a link, and links inside folders are not followed."
    for is_kind, words in _KINDS:
        if is_kind(mode):
            return f"It is {words}, not a regular file."
    return ""


def as_text(name: str) -> str:
    """A file's name as text: bytes that are no UTF-8 are written as \\xNN."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
