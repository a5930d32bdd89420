"""A folder of well-known pictures: which file shows whom, by ``names.csv`` or by their names."""

from __future__ import annotations

from pathlib import Path

from habeas.archive.picturing import KnownPicture
from habeas.exchange.drafts import DraftKind, Drafts
from habeas.exchange.errors import ImportRefused, InputFault
from habeas.exchange.tables import lies_inside, read_table

NAMES = DraftKind("names", ("file", "name"))
NAMES_FILE = "names.csv"


def read_known(directory: Path, *, named: bool = True) -> list[KnownPicture]:
    """The pictures, or every fault. Without ``named`` (placeholders) a file needs no name."""
    drafts = Drafts(str(directory), directory.name, "", directory)
    read_table(directory, NAMES_FILE, NAMES, drafts)
    listed = {row["file"]: row["name"] for row in drafts.rows(NAMES)}
    if not listed and not drafts.faults.found:
        files = sorted(path for path in directory.iterdir() if path.is_file())
        listed = {
            path.name: path.stem.replace("_", " ") if named else ""
            for path in files
            if path.name != NAMES_FILE and not path.name.startswith(".")
        }
    for name in listed:
        path = directory / name
        if not (path.is_file() and lies_inside(path, directory)):
            fault = InputFault(NAMES_FILE, 0, "file", f"No file named {name!r} in the folder.")
            drafts.faults.add(fault)
    if drafts.faults.found:
        raise ImportRefused(drafts.faults.found)
    return [KnownPicture(directory / name, called) for name, called in listed.items()]
