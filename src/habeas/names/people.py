"""What a region says of people's names beside the names: titles, links, endings, suffixes.

Invariants: words are compared in small letters; an ending is matched at the end of a word and
leaves at least two characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region

FILE = "people.yaml"
_LISTS = ("titles", "titles_at_the_end", "links", "suffixes", "suffixes_written")
_ENDINGS = ("kin", "family", "patronymic")
_NEVER = re.compile("(?!)")


@dataclass(frozen=True)
class People:
    """``titles`` are set aside; ``links`` stand between a name and the father's.

    ``kin``: son or daughter of; ``family``: a surname made from a father's name; ``patronymic``:
    what only names a father, and never stands for the name of the person. ``ending_called``: what
    a reason calls an ending that was left off. ``suffixes`` by sound
    and as written are elements that are added to a given name.
    """

    titles: frozenset[str]
    links: frozenset[str]
    title_at_the_end: re.Pattern[str]
    kin: re.Pattern[str]
    family: re.Pattern[str]
    patronymic: re.Pattern[str]
    ending_called: str
    suffixes: tuple[str, ...]
    suffixes_written: tuple[str, ...]


@lru_cache(maxsize=32)
def check(region: Region) -> People:
    """What the files of a region say. Errors: ``BadRegion`` by file and line."""
    lists: dict[str, list[str]] = {key: [] for key in _LISTS}
    endings: dict[str, list[str]] = {key: [] for key in _ENDINGS}
    called = []
    for file in region.files(FILE):
        file.mapping(optional=(*_LISTS, "endings"))
        file.mapping(("endings",), optional=(*_ENDINGS, "called"))
        called.append(file.text_at(("endings", "called")))
        for key in _LISTS:
            lists[key] += file.words((key,))
        endings["kin"] += map(re.escape, file.words(("endings", "kin")))
        for key in ("family", "patronymic"):
            endings[key] += file.patterns(("endings", key))
    patronymic = _at_the_end(endings["patronymic"])
    return People(
        frozenset(lists["titles"]),
        frozenset(lists["links"]),
        _at_the_end(list(map(re.escape, lists["titles_at_the_end"]))),
        _at_the_end(endings["kin"], "(?<=..)"),
        _at_the_end(endings["family"], "(?<=..)"),
        patronymic,
        " or ".join(dict.fromkeys(filter(None, called))) or "ending of kin",
        tuple(dict.fromkeys(lists["suffixes"])),
        tuple(dict.fromkeys(lists["suffixes_written"])),
    )


def _at_the_end(patterns: list[str], after: str = "") -> re.Pattern[str]:
    return re.compile(f"{after}(?:{'|'.join(patterns)})$") if patterns else _NEVER
