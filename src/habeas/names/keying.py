"""Keys that spellings of one name have in common, so that like names can be found fast.

Invariants: a key is a pure function of the written name; keys are coarse on purpose: two names
with a key in common are worth comparing, and nothing more. A name may share no key with a
spelling that is far off; docs/methods/names.md has how often, measured.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from habeas.names import chinese_names, table
from habeas.names.parts import NamePart, take_apart
from habeas.names.readings import readings

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region

#: Classes of consonants that spellings mix; what is not here (h, x, y, v, ğ, r, vowels) is
#: left out, because some spelling leaves it out.
_CLASSES = {
    "b": "p", "p": "p", "f": "p", "t": "t", "d": "t", "k": "k", "q": "k", "g": "k", "c": "s",
    "ç": "s", "j": "s", "s": "s", "ş": "s", "z": "s", "m": "m", "n": "n", "ñ": "n", "l": "l",
}  # fmt: skip
_LONGEST = 6
_MOST_JOINED = 3


def keys(name: str, region: Region) -> frozenset[str]:
    """Keys of each part and of the parts together. Errors: ``BadName``."""
    side = take_apart(name, region)
    parts = side.parts
    found: set[str] = set()
    for part in (*parts, *side.joined):
        found |= _keys_of(part, region)
    if any("-" in part.text or "'" in part.text for part in parts):  # Wade-Giles, as a whole
        for way in chinese_names.ways(side, wade_too=True):
            found |= {f"s:{skeleton}" for skeleton in _skeletons("".join(way), region)}
    if 1 < len(parts) <= _MOST_JOINED:
        texts = [part.text for part in parts]
        for order in (texts, [texts[-1], *texts[:-1]]):
            found |= {f"s:{skeleton}" for skeleton in _skeletons("".join(order), region)}
    # Signs that have no sound, as a hard sign alone: found again as they are written.
    return frozenset(found or {f"s:{part.text}" for part in parts})


@lru_cache(maxsize=65_536)
def _keys_of(part: NamePart, region: Region) -> frozenset[str]:
    listed = table.of(region)
    names = listed.find(part.text) or listed.find(part.bare)
    found = {f"n:{name.name}" for name in names}
    for name in names:
        found |= {f"s:{skeleton}" for skeleton in _skeletons(name.name, region)}
    for text in {part.text, part.bare}:
        found |= {f"s:{skeleton}" for skeleton in _skeletons(text, region)}
    return frozenset(found)


@lru_cache(maxsize=65_536)
def _skeletons(word: str, region: Region) -> frozenset[str]:
    """The classes of consonants of each reading; the first vowel too where they are few."""
    found = set()
    for reading in readings(word, region):
        sounds = reading.sounds.lower()
        classes = "".join(_CLASSES.get(sound, "") for sound in sounds)
        classes = re.sub(r"(.)\1", r"\1", classes)[:_LONGEST]
        found.add(classes or sounds[:1])
    return frozenset(found - {""})
