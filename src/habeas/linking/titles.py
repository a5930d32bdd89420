"""Names of facilities and organisations: the kind of place, its number, and the proper name.

Invariants: 墨玉县第二看守所 and "Qaraqash County Detention Centre No. 2" have one kind, one number
and one proper name; another number or another kind is another facility, however alike the rest.
The words for kinds are the region's, ``sites.yaml``; what it does not have stays in the proper
name. Numbers are read here: in Han, as English ordinals, in the digits of any script.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from habeas.names import characters, gazetteer, keys, placeholders, ranks
from habeas.names.errors import BadName

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region

_HAN_DIGITS = "零一二三四五六七八九"
_ZEROS = str.maketrans("〇○", "零零")
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
#: A number; in Han only after 第 or before what is numbered: 五家渠 is a place.
_NUMBER = re.compile(
    r"(?:第|\bno\.?\s*|\bnr\.?\s*|\bnumber\s*|№\s*|#)?(?<!\d)(\d{1,5})(?!\d)(?:号|st\b|nd\b|rd\b|th\b)?|"
    r"第([零一二三四五六七八九十百]{1,5})号?|"
    r"([零一二三四五六七八九十百]{1,5})(?:号|(?=$|\s|看|监|所|教|培|职|中|小|医|公|拘|团|师|连|营|大?队))|"
    rf"\b({'|'.join(_ORDINALS)})\b"
)


@dataclass(frozen=True, slots=True)
class Title:
    """A name taken apart. ``kinds`` and ``numbers`` may be empty; ``proper`` too.

    ``ranked``: the proper name with the word for the rank of its place, such as 和田市.
    """

    proper: str
    ranked: str
    kinds: frozenset[str]
    numbers: frozenset[int]


FILE = "sites.yaml"
_NEVER = re.compile("(?!)")


@lru_cache(maxsize=32)
def check(region: Region) -> tuple[tuple[tuple[str, re.Pattern[str]], ...], re.Pattern[str]]:
    """Kinds by their patterns, and words for ranks. Errors: ``BadRegion`` by file and line."""
    kinds: dict[str, list[str]] = {}
    of_ranks: list[str] = []
    for file in region.files(FILE):
        file.mapping(optional=("kinds", "ranks"))
        for kind in file.mapping(("kinds",)):
            kinds.setdefault(kind, []).extend(file.patterns(("kinds", kind)))
        of_ranks += file.patterns(("ranks",))
    return (
        tuple((kind, re.compile("|".join(patterns))) for kind, patterns in kinds.items()),
        re.compile("|".join(of_ranks)) if of_ranks else _NEVER,
    )


@lru_cache(maxsize=65_536)
def take_apart(name: str, region: Region) -> Title:
    """The parts of a name of a facility or organisation."""
    text = characters.simplified(unicodedata.normalize("NFKC", name).casefold())
    text = text.translate(_ZEROS)
    text = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    numbers = frozenset(
        _number(next(filter(None, found))) for found in _NUMBER.findall(text) if any(found)
    )
    text = _NUMBER.sub(" ", text)
    kinds = set()
    by_kind, of_ranks = check(region)
    for kind, pattern in by_kind:
        if pattern.search(text):
            kinds.add(kind)
            text = pattern.sub(" ", text)
    return Title(_words(of_ranks.sub(" ", text)), _words(text), frozenset(kinds), numbers)


def is_named(name: str, region: Region) -> bool:
    """Whether a name says more than the kind of what has no known name: Unknown prison."""
    title = take_apart(name, region)
    return bool(title.numbers) or not placeholders.is_placeholder(title.proper, region)


def _words(text: str) -> str:
    return " ".join(word for word in re.split(r"[\s,.()（）/&·-]+", text) if word)


def _number(written: str) -> int:
    if written in _ORDINALS:
        return _ORDINALS[written]
    if written.isdecimal():  # in the digits of any script
        return int(written)
    if not set(written) & set("十百"):  # 五一 is said digit by digit
        return int("".join(str(_HAN_DIGITS.find(letter)) for letter in written))
    total = digit = 0
    for letter in written:
        if letter in "十百":
            total += (digit or 1) * (10 if letter == "十" else 100)
            digit = 0
        else:
            digit = _HAN_DIGITS.find(letter)
    return total + digit


@lru_cache(maxsize=65_536)
def units(name: str, region: Region) -> frozenset[str]:
    """Places that the whole name is listed for."""
    try:
        return frozenset(unit.id for unit in gazetteer.of(region).listed(name))
    except BadName:
        return frozenset()


def of_other_ranks(left: Title, right: Title, region: Region) -> bool:
    """Whether both say the rank of their places, and no place has both: 和田市, 和田地区.

    A county that became a city is one place: 库车县, 库车市.
    """
    said = ranks.rank_said(left.ranked, region), ranks.rank_said(right.ranked, region)
    if not all(said) or said[0] == said[1]:
        return False
    mine, theirs = units(left.ranked, region), units(right.ranked, region)
    return bool(mine and theirs) and not mine & theirs


def places_of(left: str, right: str, region: Region) -> gazetteer.PlaceComparison | None:
    """What the gazetteer says of two whole proper names."""
    try:
        return gazetteer.of(region).places_of(left, right)
    except BadName:
        return None


def title_keys(name: str, region: Region) -> frozenset[str]:
    """Keys that two names of one facility have in common: its place, its words by sound."""
    title = take_apart(name, region)
    found = {f"u:{unit}" for unit in units(title.proper, region)}
    words = title.proper.split()
    found |= {f"w:{word}" for word in words}
    for word in (words if len(words) > 1 else []) + [title.proper]:
        found |= {f"h:{word[at : at + 2]}" for at in range(len(word) - 1) if word[at] >= "\u3400"}
        try:
            found |= {key for key in keys(word, region) if key.startswith("s:") and len(key) > 3}
        except BadName:
            continue
    return frozenset(found)
