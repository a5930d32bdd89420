"""What pages made of an exhibit to show it: pictures of pages, stills, pieces of a recording.

They lie in the clear below ``cache/pictures/``, a folder an exhibit, and may be dropped at any
time: what is asked for again is made again, for whoever may still see it. So they go at once when
the exhibit is blocked, and with all of ``cache/`` when anything is erased.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


def folder_of(archive: Archive, address: str) -> Path:
    """Where the copies of the exhibit with this address lie."""
    return archive.directory / "cache" / "pictures" / address


def drop(archive: Archive, addresses: Iterable[str]) -> None:
    """Remove the copies of these exhibits, where there are any."""
    for address in addresses:
        folder = folder_of(archive, address)
        if address and folder.exists():
            shutil.rmtree(folder)
