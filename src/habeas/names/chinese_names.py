"""Two Chinese names, surname and given name: the same, or other syllables or characters.

A Chinese name has two or three syllables, and another syllable is another name: Zhu Hong is not
Zhou Hong, however near they sound to somebody who spells a Turkic name in Han.

Invariants: the same in both directions; nothing is said of a name that need not be Chinese.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice, product
from typing import TYPE_CHECKING

from habeas.names import characters, chinese, palladius, table
from habeas.names.parts import NamePart, NameParts

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region

SAME, OTHER = 0.97, 0.6
#: The same sounds in characters of which one may be a traditional form that is not known here.
PERHAPS_SAME = 0.86
_MOST_WAYS = 64

Said = tuple[float, str]
Way = tuple[str, ...]


def compare(left: NameParts, right: NameParts, region: Region) -> Said | None:
    """How alike the two are as Chinese names; None where one of them need not be one."""
    told = [bool(side.chinese) or len(side.parts) > 1 for side in (left, right)]
    if not any(told) or any(map(_is_another_word, (left, right))):
        return None
    if left.chinese and right.chinese:
        return _by_characters(left.parts[0].text, right.parts[0].text, region)
    marks = any(_has_marks(side) for side in (left, right))
    of_latin = all(side.parts[0].script == "Latn" for side in (left, right))
    read = [ways(side, marks or not of_latin) for side in (left, right)]
    if not all(map(_is_name, read)):
        return None
    if common := sorted(read[0] & read[1]):
        return SAME, f"Chinese name, pinyin {' '.join(common[0])} on both sides"
    if not all(told):
        return None  # one is written as one word, which may be of any language
    shown = " and ".join(" ".join(min(each)) for each in sorted(read, key=min))
    return OTHER, f"Chinese names of other syllables, {shown}"


def _by_characters(left: str, right: str, region: Region) -> Said | None:
    one, other = characters.simplified(left), characters.simplified(right)
    if one == other:
        return SAME, "the same characters, traditional and simplified"
    if len(one) != len(other) or chinese.pinyin(one) != chinese.pinyin(other):
        if all(letter in _transcribing(region) for name in (one, other) for letter in name[1:]):
            return None  # 夏热普, 夏热甫: these need not be Chinese
        return OTHER, "Chinese names of other characters"
    differ = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    if not all(chinese.pinyin(letter) for pair in differ for letter in pair):
        return OTHER, "other characters, of sounds that are not known here"
    if all(characters.is_simplified(letter) for pair in differ for letter in pair):
        return OTHER, "other characters of the same sound"
    return PERHAPS_SAME, "other characters, which may be traditional forms"


@lru_cache(maxsize=32)
def _transcribing(region: Region) -> frozenset[str]:
    """Characters that write the names of the table."""
    return frozenset(
        letter for name in table.of(region).names for han in name.han for letter in han
    )


def _is_another_word(side: NameParts) -> bool:
    """Whether it is one word that cannot be a name in pinyin written together."""
    if side.chinese or len(side.parts) > 1:
        return False
    return (
        side.parts[0].script != "Latn" or not 2 <= len(chinese.syllables(side.parts[0].text)) <= 3
    )


def _has_marks(side: NameParts) -> bool:
    return any("-" in part.text or "'" in part.text for part in side.parts)


@lru_cache(maxsize=16_384)
def ways(side: NameParts, wade_too: bool) -> frozenset[Way]:
    """The name as rows of pinyin syllables, as written and with the last part first."""
    marked = any("'" in part.text for part in side.parts)
    read = [_of_part(part, wade_too, marked) for part in side.parts]
    rows = islice(product(*read), _MOST_WAYS)
    found = set()
    for row in rows:
        found.add(tuple(syllable for part in row for syllable in part))
        if len(row) > 1:
            turned = (row[-1], *row[:-1])
            found.add(tuple(syllable for part in turned for syllable in part))
    return frozenset(found)


def _of_part(part: NamePart, wade_too: bool, marked: bool) -> tuple[Way, ...]:
    if part.script == "Hani":
        return (chinese.pinyin(part.text),)
    if part.script == "Cyrl":
        return palladius.syllables(part.text)
    if part.script != "Latn":
        return ()
    spelt = chinese.syllables(part.text)
    found = {spelt} if spelt else set()
    if wade_too or not spelt:
        found |= set(chinese.from_wade_giles(part.text, marked=marked))
    return tuple(sorted(found))


def _is_name(ways: frozenset[Way]) -> bool:
    """Whether some way is a surname and a given name of one or two syllables."""
    return any(
        way[:length] in chinese.surnames() and 0 < len(way) - length <= 2
        for way in ways
        for length in (1, 2)
    )
