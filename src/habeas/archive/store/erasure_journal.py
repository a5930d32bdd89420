"""Where an erasure is: a small file that outlives a kill and holds no content.

``erasing.json`` is written before the first thing is destroyed and removed when the last is.
While it is there nothing opens the archive but what goes on with the erasure.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from habeas.archive.errors import ErasureUnfinished
from habeas.custody import durable

NAME = "erasing.json"


@dataclass(frozen=True, slots=True)
class Journal:
    """``done`` are the steps that ended, in order; numbers are ledger positions and epochs."""

    request: int
    backup_to: str
    recipients: tuple[str, ...] = ()
    only_own_keys: bool = False
    epoch_before: int = 0
    objects: tuple[str, ...] = ()  # addresses: hashes of ciphertext, public in the log
    done: tuple[str, ...] = ()

    def after(self, step: str) -> Journal:
        return replace(self, done=(*self.done, step))


def read(directory: Path) -> Journal | None:
    """The erasure that is under way; None where there is none."""
    try:
        content = json.loads((directory / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    lists = {name: tuple(content[name]) for name in ("recipients", "objects", "done")}
    return Journal(**{**content, **lists})


def write(directory: Path, journal: Journal) -> None:
    """Durable when this returns."""
    durable.prepare_folder(directory)  # a kill may have left half a journal in tmp/
    data = json.dumps(asdict(journal), indent=1).encode() + b"\n"
    durable.write_file(directory, directory / NAME, data, 0o600)
    (directory / "tmp").rmdir()


def remove(directory: Path) -> None:
    """The erasure has ended."""
    (directory / NAME).unlink(missing_ok=True)
    durable.sync_path(directory)


def refuse_unfinished(directory: Path) -> None:
    """Nothing but the erasure itself goes on while one is under way."""
    if (directory / NAME).exists():
        raise ErasureUnfinished(
            "An erasure of this archive was begun and not finished.",
            next_step="Finish it: `habeas erase resume`.",
        )
