"""A region: the data of one part of the world that names, places and times need.

A region is a folder of plain files (docs/how-to/your-own-region.md) or their text, as the
ledger logs it. Several are joined in order into one, which is what ``names`` and ``linking``
are given. Which regions an archive has is an entry, and no module here remembers it: what is
kept in memory is kept by content.

Invariants: the text of a region holds all its files whole, its digest is the SHA-256 of that
text, and ``read`` gives the same region back from it. Two regions are equal only as one object,
and the same files in the same order always are one object.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from habeas.vocabulary.errors import BadRegion, UnknownRegion, shown
from habeas.vocabulary.region_file import RegionFile

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

SETTINGS = "region.yaml"
#: Every file that a region may have, beside ``codes/*.yaml``, and what it holds.
FILES = {
    SETTINGS: "title, clock zones, sources",
    "gazetteer.json": "places by all their spellings",
    "gazetteer.tsv": "places by all their spellings, a place a line",
    "given_names.tsv": "written forms that belong to one given name",
    "placeholders.tsv": "what is written where no name is known",
    "people.yaml": "titles, endings and suffixes of people's names",
    "ranks.yaml": "words for the rank of a place",
    "sites.yaml": "words for kinds of facilities and organisations",
    "letters.yaml": "how letters sound",
    "writing.yaml": "how a name is written in another alphabet",
}
#: Beside a region and no part of it.
_BESIDE = ("README.md", "LICENSE")
_NAME = re.compile("[a-z][a-z0-9-]{0,31}")
_CODES = re.compile(r"codes/[a-z][a-z-]{0,40}\.yaml")
_ZONE = re.compile(r"[+-](?:0\d|1[0-4]):[0-5]\d")
_FILE_MARK = "# === file: "
LARGEST_FILE = 4_000_000


@dataclass(frozen=True)
class Folder:
    """One region as its name and text."""

    name: str
    text: str

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def files(self) -> Mapping[str, RegionFile]:
        """The files by their names."""
        found = {}
        for part in self.text.split(_FILE_MARK)[1:]:
            name, _, body = part.partition("\n")
            found[name] = RegionFile(self.name, name, body)
        return found

    def file(self, name: str) -> RegionFile:
        """The file of this name, an empty one where there is none."""
        return self.files.get(name) or RegionFile(self.name, name, "")

    @property
    def settings(self) -> RegionFile:
        return self.files[SETTINGS]

    @property
    def title(self) -> str:
        """What the region is called."""
        return self.settings.text_at(("title",))


class Region:
    """One region or several, joined in order. Made by ``joined``, ``bundled`` and ``read``."""

    def __init__(self, folders: tuple[Folder, ...]) -> None:
        self.folders = folders

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the regions, in order."""
        return tuple(folder.name for folder in self.folders)

    @property
    def title(self) -> str:
        """What the regions are called."""
        return " and ".join(folder.title for folder in self.folders)

    @cached_property
    def digest(self) -> str:
        """Tells two regions, or two orders of them, apart."""
        lines = "".join(f"{folder.name} {folder.digest}\n" for folder in self.folders)
        return hashlib.sha256(lines.encode()).hexdigest()

    @cached_property
    def zones(self) -> tuple[str, ...]:
        """The clock zones in use, for a time whose zone nobody states."""
        return tuple(
            dict.fromkeys(z for one in self.folders for z in one.settings.strings(("zones",)))
        )

    def files(self, name: str) -> tuple[RegionFile, ...]:
        """The files of this name, of each region that has one, in order."""
        return tuple(folder.files[name] for folder in self.folders if name in folder.files)

    def code_lists(self) -> tuple[RegionFile, ...]:
        """The files of code lists, region by region."""
        return tuple(
            folder.files[name]
            for folder in self.folders
            for name in sorted(folder.files)
            if name.startswith("codes/")
        )

    def __repr__(self) -> str:
        return f"<Region {'+'.join(self.names)}>"


@lru_cache(maxsize=32)
def _joined(folders: tuple[Folder, ...]) -> Region:
    return Region(folders)


def joined(folders: Iterable[Folder]) -> Region:
    """The regions as one, in order. Errors: ``BadRegion`` for none, or for one that is twice."""
    folders = tuple(folders)
    if not folders:
        raise BadRegion("No region was named.", next_step="Name at least one.")
    names = [folder.name for folder in folders]
    if twice := [name for name in names if names.count(name) > 1]:
        raise BadRegion(f"The region {twice[0]} is named twice.", next_step="Name it once.")
    return _joined(folders)


def bundled_names() -> tuple[str, ...]:
    """The regions that come with habeas."""
    found = resources.files("habeas.regions").iterdir()
    return tuple(sorted(one.name for one in found if (one / SETTINGS).is_file()))


def bundled_folder(name: str) -> Folder:
    """A region that comes with habeas, as its text. Errors: ``UnknownRegion``."""
    if _NAME.fullmatch(name) is None or name not in bundled_names():
        raise UnknownRegion(
            f"No region named {shown(name)}.",
            next_step=f"Regions: {', '.join(bundled_names())}; or give the folder of your own.",
        )
    return _bundled(name)


@lru_cache(maxsize=32)
def _bundled(name: str) -> Folder:
    return _of_files(name, resources.files("habeas.regions") / name)


def bundled(*names: str) -> Region:
    """Regions that come with habeas, joined in this order. Errors: ``UnknownRegion``."""
    return joined(map(bundled_folder, names))


def read_folder(path: Path) -> Folder:
    """A region from a folder, named like it. Errors: ``BadRegion`` by file and line."""
    name = path.resolve().name.lower()
    if _NAME.fullmatch(name) is None:
        raise BadRegion(
            f"{shown(name)} cannot be the name of a region.",
            next_step="Name its folder in small letters, digits and hyphens, a letter first.",
        )
    if not path.is_dir():
        raise BadRegion(f"{path} is not a folder.", next_step="Give the folder of a region.")
    return _of_files(name, path)


def read(name: str, text: str) -> Folder:
    """A region from its text, as ``Folder.text`` gives it and the ledger logs it."""
    if _NAME.fullmatch(name) is None:
        raise BadRegion(f"{shown(name)} cannot be the name of a region.")
    return _checked(Folder(name, text))


def _of_files(name: str, folder: Path | Traversable) -> Folder:
    found: dict[str, str] = {}
    for entry in folder.iterdir():
        if entry.name.startswith((".", "_")) or entry.name in _BESIDE:
            continue
        linked = isinstance(entry, Path) and entry.is_symlink()
        if entry.name == "codes" and entry.is_dir() and not linked:
            found |= {f"codes/{e.name}": _text(name, e, "codes/") for e in entry.iterdir()}
        else:
            found[entry.name] = _text(name, entry)
    parts = [f"{_FILE_MARK}{file}\n{found[file]}" for file in sorted(found)]
    return _checked(Folder(name, "".join(parts)))


def _text(name: str, entry: Path | Traversable, folder: str = "") -> str:
    file = RegionFile(name, f"{folder}{entry.name}", "")
    _known(file)
    if not entry.is_file() or (isinstance(entry, Path) and entry.is_symlink()):
        raise file.bad(0, "it is not a file")  # what a link leads to would be in the ledger
    try:
        content = entry.read_bytes()
        if len(content) > LARGEST_FILE:
            raise file.bad(0, f"it is larger than {LARGEST_FILE:,} bytes")
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise file.bad(line, "it is not UTF-8") from error
    except OSError as error:
        raise file.bad(0, f"it cannot be read ({error.strerror})") from error
    if _FILE_MARK in text:
        line = text[: text.index(_FILE_MARK)].count("\n") + 1
        raise file.bad(line, f"no line may have {shown(_FILE_MARK.strip())}")
    return text if text.endswith("\n") or not text else text + "\n"


def _known(file: RegionFile) -> None:
    if file.file not in FILES and _CODES.fullmatch(file.file) is None:
        raise file.bad(0, f"a region has no such file; files: {', '.join(FILES)}, codes/*.yaml")


def _checked(folder: Folder) -> Folder:
    """The folder, whose names of files and settings are in order."""
    for file in folder.files.values():
        _known(file)
    if SETTINGS not in folder.files:
        raise RegionFile(folder.name, SETTINGS, "").bad(0, "it is missing")
    settings = folder.settings
    settings.mapping(needed=("title",), optional=("zones", "country", "sources", "languages"))
    settings.text_at(("title",))
    settings.texts_by_key(("sources",))
    for at, zone in enumerate(settings.strings(("zones",))):
        if _ZONE.fullmatch(zone) is None:
            raise settings.refuse(("zones", at), f"{shown(zone)} is not a zone such as +03:00")
    return folder
