"""Whose the one archive of this process is, where somebody keeps it open: the library's handle.

Django has one connection a process, so a second archive would answer in the first one's name. A
command opens one archive and ends; a handle stays. While it does, opening another is refused,
whichever way it is tried. Invariant: only the thread that holds the archive opens and closes it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

from habeas.archive.errors import AnotherOpen
from habeas.archive.store import open_lock


@dataclass(frozen=True, slots=True)
class _Holder:
    directory: Path
    thread: int


_lock = threading.Lock()
_holder: _Holder | None = None


def hold(directory: Path) -> None:
    """Keep this process's archive for the calling thread; refused where one is kept."""
    global _holder
    with _lock:
        _refuse()
        _holder = _Holder(directory, threading.get_ident())


def refuse_another() -> None:
    """Refuse to open an archive beside one that another thread's handle keeps open."""
    if _holder is not None and _holder.thread != threading.get_ident():
        _refuse()


def _refuse() -> None:
    if _holder is not None:
        raise AnotherOpen(
            f"The archive {_holder.directory} is open in this process, which has one at a time.",
            next_step="Close it first: archive.close(), or leave its `with` block.",
        )


def let_go() -> None:
    """Close the archive of the thread that holds it, which another may then open."""
    global _holder
    try:
        connections["default"].close()
        open_lock.leave()
    finally:
        with _lock:
            _holder = None
