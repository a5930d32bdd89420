"""When a rule of a region is for a word: by its letters, the first one, and its length.

Invariants: no condition is met by every word; of several one is enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from habeas.vocabulary.errors import shown

if TYPE_CHECKING:
    from habeas.vocabulary.region_file import Path, RegionFile


@dataclass(frozen=True, slots=True)
class WordCondition:
    """One condition on a word in small letters, all of whose parts must hold."""

    having: frozenset[str]
    lacking: frozenset[str]
    first: str
    not_first: str
    longer_than: int

    def holds(self, word: str, letters: set[str]) -> bool:
        return (
            (not self.having or not self.having.isdisjoint(letters))
            and self.lacking.isdisjoint(letters)
            and (not self.first or word[0] in self.first)
            and (not self.not_first or word[0] not in self.not_first)
            and len(word) > self.longer_than
        )


Conditions = tuple[WordCondition, ...]


def hold(conditions: Conditions, word: str) -> bool:
    """Whether one of them holds, or there is none."""
    if not conditions:
        return True
    letters = set(word)
    return any(one.holds(word, letters) for one in conditions)


def read(file: RegionFile, path: Path) -> Conditions:
    """The list of conditions at a path; () where there is none. Errors: ``BadRegion``."""
    listed = file.at(path)
    if listed is None:
        return ()
    if not isinstance(listed, list):
        raise file.refuse(path, "when must be a list of conditions")
    return tuple(_condition(file, (*path, at)) for at in range(len(listed)))


def _condition(file: RegionFile, path: Path) -> WordCondition:
    file.mapping(path, optional=("with", "without", "first", "not_first", "longer_than"))
    return WordCondition(
        frozenset(file.text_at((*path, "with"))),
        frozenset(file.text_at((*path, "without"))),
        file.text_at((*path, "first")),
        file.text_at((*path, "not_first")),
        int(number(file, (*path, "longer_than"))),
    )


def number(file: RegionFile, path: Path) -> float:
    """A number from 0 to 99; 0 where there is none."""
    text = file.text_at(path) or "0"
    if re.fullmatch(r"\d{1,2}(?:\.\d{1,4})?", text) is None:
        raise file.refuse(path, f"{shown(text)} is not a number such as 0.03")
    return float(text)
