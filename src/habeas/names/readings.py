"""A word of a name, read in every way that its letters allow in a region.

Invariants: a reading is the word in the common alphabet (see ``uyghur``) with how sure its
letters are: 3 an orthography with one letter a sound, 2 a free Latin or Cyrillic spelling,
1 syllables of Han. No reading is dropped because another is likelier; ``cost`` says how
unlikely it is. How letters sound is the region's file ``letters.yaml``; only what no table can
say is code here: syllables of Han and of its romanisations.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from habeas.names import chinese, conditions, steps
from habeas.vocabulary import texts
from habeas.vocabulary.errors import shown

if TYPE_CHECKING:
    from habeas.names.conditions import Conditions
    from habeas.names.steps import Steps
    from habeas.vocabulary.region import Region
    from habeas.vocabulary.region_file import Path, RegionFile

EXACT, FREE, SYLLABIC = 3, 2, 1
_SURENESS = {"exact": EXACT, "free": FREE, "": FREE}
FILE = "letters.yaml"


@dataclass(frozen=True, slots=True)
class WordReading:
    """One way to read a word. ``how`` names it for the reasons."""

    how: str
    sounds: str
    sureness: int
    cost: float = 0.0
    syllables: tuple[str, ...] = ()


Heard = tuple[str, tuple[str, ...]]  # sounds, syllables

#: Readings that are code, by the name that a region calls them.
_READERS: Mapping[str, Callable[[str], tuple[Heard, ...]]] = {
    "han": lambda word: (_heard(chinese.pinyin(word)),),
    "pinyin": lambda word: tuple(
        _heard(split, of_han=False) for split in (chinese.syllables(word),) if split
    ),
    "wade-giles": lambda word: tuple(map(_heard, chinese.from_wade_giles(word))),
}


def _heard(read: tuple[str, ...], *, of_han: bool = True) -> Heard:
    return chinese.turkic_sounds(read, of_han=of_han), read


@dataclass(frozen=True, slots=True)
class _Way:
    """One reading of the region's file."""

    name: str
    script: str
    sureness: int
    cost: float
    cost_beside: float
    when: Conditions
    alone: bool
    unless_same: bool
    steps: Steps | None
    reader: str


_KEYS = (
    "sureness", "cost", "cost_beside", "when", "alone", "unless_same", "steps", "reader",
)  # fmt: skip


@lru_cache(maxsize=32)
def check(region: Region) -> Mapping[str, tuple[_Way, ...]]:
    """The ways to read of every script. Errors: ``BadRegion`` by file and line."""
    found: dict[str, list[_Way]] = {}
    for file in region.files(FILE):
        file.mapping(optional=("tables", "readings"))
        for name in file.mapping(("tables",)):
            steps.read(file, ("tables", name))
        listed = file.at(("readings",))
        if not isinstance(listed, list):
            raise file.refuse(("readings",), "readings must be a list")
        for at in range(len(listed)):
            way = _way(file, ("readings", at))
            found.setdefault(way.script, []).append(way)
    return {script: tuple(ways) for script, ways in found.items()}


def _way(file: RegionFile, path: Path) -> _Way:
    file.mapping(path, needed=("name", "script"), optional=_KEYS)
    reader = file.text_at((*path, "reader"))
    sureness = file.text_at((*path, "sureness"))
    if sureness not in _SURENESS:
        raise file.refuse((*path, "sureness"), "sureness is exact or free")
    if reader and reader not in _READERS:
        raise file.refuse(
            (*path, "reader"), f"no reader named {shown(reader)}; readers: {', '.join(_READERS)}"
        )
    if bool(reader) == bool(file.at((*path, "steps"))):
        raise file.refuse(path, "a reading has either steps or a reader")
    return _Way(
        name=file.text_at((*path, "name")),
        script=file.text_at((*path, "script")),
        sureness=SYLLABIC if reader else _SURENESS[sureness],
        cost=conditions.number(file, (*path, "cost")),
        cost_beside=conditions.number(file, (*path, "cost_beside")),
        when=conditions.read(file, (*path, "when")),
        alone=_said(file, (*path, "alone")),
        unless_same=_said(file, (*path, "unless_same")),
        steps=None if reader else steps.read(file, (*path, "steps")),
        reader=reader,
    )


def _said(file: RegionFile, path: Path) -> bool:
    text = file.text_at(path)
    if text not in ("", "yes", "no"):
        raise file.refuse(path, "it is yes or no")
    return text == "yes"


@lru_cache(maxsize=65_536)
def readings(word: str, region: Region) -> tuple[WordReading, ...]:
    """Every reading of one cleaned word, likeliest first; () for a script without rules."""
    low = unicodedata.normalize("NFC", word.lower())
    found: list[WordReading] = []
    for way in check(region).get(texts.detect_script(word) or "", ()):
        if not conditions.hold(way.when, low):
            continue
        cost = way.cost_beside if found and way.cost_beside else way.cost
        if way.steps is None:
            heard = _READERS[way.reader](low)
        else:
            heard = tuple((_only_sounds(spoken), ()) for spoken in way.steps.ways(low))
        same = {reading.sounds for reading in found} if way.unless_same else frozenset()
        found += [
            WordReading(way.name, sounds, way.sureness, cost, syllables)
            for sounds, syllables in heard
            if sounds not in same
        ]
        if way.alone and found:
            break
    return tuple(found)


def _only_sounds(text: str) -> str:
    """Letters of the common alphabet alone, doubled ones once."""
    bare = "".join(x for x in text if x in _ALPHABET)
    return re.sub(r"(.)\1", r"\1", bare)


_ALPHABET = frozenset("aebptcçxdrzjsşfñlmhouöüvéiyqkgnğ")
