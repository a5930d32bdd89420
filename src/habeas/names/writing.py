"""How a region writes a name in another alphabet: the targets of its ``writing.yaml``.

Invariants: steps are given a word in small letters, and the first letter is made a capital where
it was one. Two regions may not have two targets of one name that differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from habeas.names import conditions, steps
from habeas.vocabulary import texts
from habeas.vocabulary.errors import shown

if TYPE_CHECKING:
    from habeas.names.conditions import Conditions
    from habeas.names.steps import Steps
    from habeas.vocabulary.region import Region
    from habeas.vocabulary.region_file import Path, RegionFile

FILE = "writing.yaml"
#: Spellings of one word that is searched.
MOST = 24
#: Targets that are code (``rendering``).
BY = ("uyghur", "pinyin", "kazakh-arabic")


@dataclass(frozen=True)
class WayOfWriting:
    """One way of writing. ``script``: read from this one; ``by``: what is code.

    ``to``: the script that it gives. ``searched``: a word that is searched, and that ``when``
    holds of, is sought in this writing too.
    """

    name: str
    title: str
    script: str
    to: str
    when: Conditions
    by: str
    steps: Steps | None
    searched: bool

    def write(self, text: str) -> tuple[str, ...]:
        """Every way to write the text, the likeliest first; only where there are steps."""
        found = [""]
        for word in text.split(" "):
            ways = self.steps.ways(word.lower()) if self.steps else (word,)
            capital = word[:1].isupper()
            made = [way[:1].upper() + way[1:] if capital else way for way in ways]
            found = [f"{before} {way}" for before in found for way in made][:16]
        return tuple(way[1:] for way in found)


@lru_cache(maxsize=32)
def check(region: Region) -> Mapping[str, WayOfWriting]:
    """The targets by their names. Errors: ``BadRegion`` by file and line."""
    found: dict[str, WayOfWriting] = {}
    seen: dict[str, object] = {}
    for file in region.files(FILE):
        file.mapping(optional=("tables", "targets"))
        for name in file.mapping(("targets",)):
            path: Path = ("targets", name)
            if seen.setdefault(name, file.at(path)) != file.at(path):
                raise file.refuse(path, f"{shown(name)} is another writing in another region")
            found[name] = _target(file, path, name)
    return found


def _target(file: RegionFile, path: Path, name: str) -> WayOfWriting:
    file.mapping(
        path, needed=("title",), optional=("from", "to", "when", "by", "steps", "searched")
    )
    by = file.text_at((*path, "by"))
    if by and by not in BY:
        raise file.refuse(
            (*path, "by"), f"nothing is named {shown(by)}; use one of: {', '.join(BY)}"
        )
    if bool(by) == bool(file.at((*path, "steps"))):
        raise file.refuse(path, "a target has either steps or by")
    if not by and not file.text_at((*path, "from")):
        raise file.refuse(path, "from is missing: the script that it is written from")
    return WayOfWriting(
        name,
        file.text_at((*path, "title")),
        file.text_at((*path, "from")),
        file.text_at((*path, "to")) or "Latn",
        conditions.read(file, (*path, "when")),
        by,
        None if by else steps.read(file, (*path, "steps")),
        file.text_at((*path, "searched")) == "yes",
    )


def spellings(word: str, region: Region) -> tuple[str, ...]:
    """The ways in which a region writes a word that is searched, and writes those again, in small
    letters; not the word itself, and at most ``MOST``."""
    low = word.lower()
    first = _written(low, region)
    # what is written in Latin has lost too much to be read back
    read_back = [one for one in first if texts.detect_script(one) != "Latn"]
    further = [way for one in read_back for way in _written(one, region)]
    return tuple(dict.fromkeys(way for way in (*first, *further) if way != low))[:MOST]


def _written(word: str, region: Region) -> list[str]:
    script = texts.detect_script(word)
    return [
        way
        for target in check(region).values()
        if target.searched and target.script == script and conditions.hold(target.when, word)
        for way in target.write(word)
    ]
