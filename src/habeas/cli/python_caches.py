"""Python's caches of the program keep the modes of the program, whatever the umask.

A command sets the umask 077 for what it writes of the archive. Python writes its caches
(``__pycache__``) in the same process: they would be for one account alone, and where root ran the
command the sandbox, which is nobody, would compile every reader again. They hold code only. The
umask is of the whole process and is left alone: another thread may be writing evidence.
"""

from __future__ import annotations

import contextlib
import os
import stat
from importlib.machinery import SourceFileLoader
from typing import Any

_write = SourceFileLoader.set_data


def keep_open() -> None:
    """From now on, in this process."""
    setattr(SourceFileLoader, "set_data", _set_data)  # noqa: B010 - a method of another's class


def _set_data(loader: SourceFileLoader, path: str, data: Any, *, _mode: int = 0o666) -> None:
    """``_mode`` is that of the source."""
    _write(loader, path, data, _mode=_mode)
    folder = os.path.dirname(path)
    if os.path.basename(folder) != "__pycache__":
        return  # where PYTHONPYCACHEPREFIX puts them, they are its owner's
    with contextlib.suppress(OSError):  # another account's, or none was written
        os.chmod(path, _mode & 0o644)
        of_sources = stat.S_IMODE(os.stat(os.path.dirname(folder)).st_mode)
        os.chmod(folder, stat.S_IMODE(os.stat(folder).st_mode) | of_sources & 0o055)
