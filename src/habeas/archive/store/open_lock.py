"""Who has the archive open: one lock file, shared by every open process, alone for an erasure.

``archive.lock`` is locked shared (flock) from opening until the process opens another archive
or ends. An erasure takes it alone: whoever still reads could hold or write again what is being
destroyed, so they are named and must end first; nobody opens the archive meanwhile.

The lock is the operating system's and goes with the process, however that ends. Processes on
another machine that share the directory over a network may not see it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from habeas.archive.errors import ArchiveBusy, ErasureRefused
from habeas.archive.store import forgetting

LOCK_NAME = "archive.lock"
_held = -1  # the descriptor of the archive that this process has open


def enter(directory: Path) -> None:
    """Be counted as having this archive open; leaves the one that was open before."""
    global _held
    leave()
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    lock = os.open(directory / LOCK_NAME, flags, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise ArchiveBusy(
            "Something is being erased from this archive; no one can open it until that ends.",
            next_step="Wait until it has ended.",
        ) from None
    _held = lock


def leave() -> None:
    """No longer have an archive open, nor anything of it in memory."""
    global _held
    if _held >= 0:
        forgetting.everything()
        os.close(_held)
        _held = -1


@contextlib.contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Be the only process that has this archive open, which it has; refused otherwise."""
    if _held < 0:
        enter(directory)
    try:
        fcntl.flock(_held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(_held, fcntl.LOCK_SH)
        named = ", ".join(holders(directory)) or "another process"
        raise ErasureRefused(
            f"The archive is open elsewhere: {named}.",
            next_step="End it (Ctrl-C in its window), then run the same command again. Nothing "
            "was erased.",
        ) from None
    try:
        yield
    finally:
        if _held >= 0:
            fcntl.flock(_held, fcntl.LOCK_SH)


def holders(directory: Path) -> list[str]:
    """The other processes of this machine that have the archive open, as far as can be seen."""
    found: list[str] = []
    with contextlib.suppress(OSError, ValueError, IndexError):
        number = os.stat(directory / LOCK_NAME).st_ino
        for line in Path("/proc/locks").read_text().splitlines():
            parts = line.split()
            if parts[1] != "FLOCK" or int(parts[5].rpartition(":")[2]) != number:
                continue
            pid = int(parts[4])
            if pid != os.getpid():
                found.append(f"process {pid}{_name(pid)}")
    return found


def _name(pid: int) -> str:
    """The program and its verb: no path and no further argument, which may name somebody."""
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        names = [os.path.basename(word) for word in words[:3] if word and not word.startswith("-")]
        if "habeas" in names:
            names = names[names.index("habeas") :]
        if names:
            return f" ({' '.join(names[:2])})"
    return ""
