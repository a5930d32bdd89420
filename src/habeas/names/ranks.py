"""The rank that is written with the name of a place: 和田市, Hotan City; what is left without it.

Invariants: a pure function of the written text; something is always left.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from habeas.names import characters

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region
    from habeas.vocabulary.region_file import Path

FILE = "ranks.yaml"
_KEYS = (
    "words",
    "beside",
    "in_peoples_names",
    "first",
    "endings",
    "ending_said",
    "attached",
    "where",
)
_NEVER = re.compile("(?!)")


@dataclass(frozen=True)
class Ranks:
    """What a region says of ranks.

    ``of``: the endings of official names that a word stands for. ``beside``: what stands beside
    such a word. ``in_peoples_names``: those that people are called by as well. ``first``: those
    that may come first. ``ending``: ranks written to the name; ``said`` which official endings
    they stand for. ``attached``: ranks in another script, written to the name. ``where``: the
    region and the country, said before or after the place.
    """

    of: dict[str, tuple[str, ...]]
    beside: frozenset[str]
    in_peoples_names: frozenset[str]
    first: frozenset[str]
    ending: re.Pattern[str]
    said: dict[str, tuple[str, ...]]
    attached: re.Pattern[str]
    where: re.Pattern[str]

    @cached_property
    def official(self) -> tuple[str, ...]:
        """Every ending of official names that says a rank, the longest first."""
        found = {end for ends in (*self.of.values(), *self.said.values()) for end in ends}
        return tuple(sorted(found, key=lambda end: (-len(end), end)))

    def of_name(self, official: str) -> str:
        """The rank that an official name ends in; '' for none."""
        return next((end for end in self.official if official.endswith(end)), "")


@lru_cache(maxsize=32)
def check(region: Region) -> Ranks:
    """The ranks of a region. Errors: ``BadRegion`` by file and line."""
    found: dict[str, list[str]] = {key: [] for key in _KEYS}
    of: dict[str, tuple[str, ...]] = {}
    said: dict[str, tuple[str, ...]] = {}
    for file in region.files(FILE):
        file.mapping(optional=_KEYS)
        listed = file.at(("words",)) or []
        if not isinstance(listed, list):
            raise file.refuse(("words",), "words must be a list")
        for at in range(len(listed)):
            path: Path = ("words", at)
            file.mapping(path, needed=("said", "words"), optional=())
            ends = tuple(file.text_at((*path, "said")).split())
            for word in file.words((*path, "words")):
                of[word] = tuple(dict.fromkeys((*of.get(word, ()), *ends)))
        for key in ("beside", "in_peoples_names", "first"):
            found[key] += file.words((key,))
        for key in ("endings", "attached", "where"):
            found[key] += file.patterns((key,))
        for ending, ends_of in file.texts_by_key(("ending_said",)).items():
            said[ending] = tuple(ends_of.split())
    return Ranks(
        of,
        frozenset(found["beside"]),
        frozenset(found["in_peoples_names"]),
        frozenset(found["first"]),
        re.compile(f"(?<=..)(?:{'|'.join(found['endings'])})$") if found["endings"] else _NEVER,
        dict(sorted(said.items(), key=lambda pair: -len(pair[0]))),
        re.compile(f"(?i)(?:{'|'.join(found['attached'])})$") if found["attached"] else _NEVER,
        re.compile(f"(?i){'|'.join(found['where'])}") if found["where"] else _NEVER,
    )


@lru_cache(maxsize=65_536)
def ways(text: str, region: Region) -> tuple[str, ...]:
    """As written, then with one word of rank after the other taken off, where something is left.

    The region and the country before or after it are taken off too.
    """
    ranks = check(region)
    found = [text, ranks.where.sub("", text).strip(" ,")]
    words = found[-1].split()
    while len(words) > 1 and _is_rank(words[-1], ranks):
        words.pop()
        found.append(" ".join(words))
    while len(words) > 1 and words[0].lower() in ranks.first:
        words.pop(0)
        found.append(" ".join(words))
    found.append(ranks.ending.sub("", characters.simplified(found[-1])))
    if len(words) == 1 and (match := ranks.attached.search(words[0])):
        found.append(words[0][: match.start()])
    return tuple(dict.fromkeys(way for way in found if any(map(str.isalpha, way)))) or (text,)


def without_ranks(text: str, region: Region) -> str:
    """Without the words that are ranks and cannot be part of a person's name."""
    ranks = check(region)
    words = text.split()
    while (
        len(words) > 1
        and words[-1].lower() not in ranks.in_peoples_names
        and _is_rank(words[-1], ranks)
    ):
        words.pop()
    return ranks.ending.sub("", " ".join(words))


def _is_rank(word: str, ranks: Ranks) -> bool:
    return word.lower() in ranks.of or word.lower() in ranks.beside


def bare(text: str, region: Region) -> str:
    """Without the words for its rank."""
    return ways(text, region)[-1]


def rank_said(text: str, region: Region) -> tuple[str, ...]:
    """The rank that a text says its place has, by the endings of official names; () for none."""
    ranks = check(region)
    words = text.lower().split()
    for word in reversed(words[1:]):
        if word in ranks.of:
            return ranks.of[word]
    if words and words[0] in ranks.first and words[0] in ranks.of:
        return ranks.of[words[0]]
    ending = match[0] if (match := ranks.ending.search(text)) else ""
    return next((said for end, said in ranks.said.items() if ending.endswith(end)), ())
