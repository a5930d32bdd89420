"""Steps of a region that turn a written word into another: letters, replacements, patterns.

Invariants: a pure function of the word; steps go in order. What no such step can say (a library
for Uyghur, vowel harmony of Kazakh) is code here, called by its name (``BY``), and may give
several ways.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from habeas.names import kazakh, uyghur
from habeas.vocabulary.errors import shown

if TYPE_CHECKING:
    from habeas.vocabulary.region_file import Path, RegionFile

Step = Callable[[str], tuple[str, ...]]

#: Steps that are code, by the name that a region calls them.
BY: Mapping[str, Step] = {
    "uyghur-uey": lambda word: (uyghur.to_common(word, "uey"),),
    "uyghur-uly": lambda word: (uyghur.to_common(word, "uly"),),
    "uyghur-uyy": lambda word: (uyghur.to_common(word, "uyy"),),
    "kazakh-arabic": kazakh.from_arabic,
}
_KINDS = ("letters", "replace", "patterns", "use", "by")
_MOST_WAYS = 16


class Steps:
    """Steps in order, made from a region's file once."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self._steps = steps

    def ways(self, word: str) -> tuple[str, ...]:
        """Every way in which the word comes out, the likeliest first."""
        found: tuple[str, ...] = (word,)
        for step in self._steps:
            found = tuple(dict.fromkeys(way for one in found for way in step(one)))[:_MOST_WAYS]
        return found


def read(file: RegionFile, path: Path) -> Steps:
    """The steps at a path of a file. Errors: ``BadRegion``."""
    return Steps(_read(file, path, ()))


def _read(file: RegionFile, path: Path, within: tuple[str, ...]) -> tuple[Step, ...]:
    listed = file.at(path)
    if not isinstance(listed, list) or not listed:
        raise file.refuse(path, "steps must be a list with something in it")
    found: list[Step] = []
    for at, step in enumerate(listed):
        here = (*path, at)
        if not isinstance(step, dict) or len(step) != 1 or next(iter(step)) not in _KINDS:
            raise file.refuse(here, f"a step is one of {', '.join(_KINDS)}")
        kind = next(iter(step))
        here = (*here, kind)
        match kind:
            case "letters":
                found.append(_letters(file, here))
            case "replace":
                found.append(_replacing(_pairs(file, here)))
            case "patterns":
                found.append(_patterns(file, here))
            case "use":
                name = file.text_at(here)
                if name in within:
                    raise file.refuse(here, f"the table {shown(name)} uses itself")
                found += _read(file, ("tables", name), (*within, name))
            case _:
                name = file.text_at(here)
                if name not in BY:
                    raise file.refuse(here, f"no step named {shown(name)}; steps: {', '.join(BY)}")
                found.append(BY[name])
    return tuple(found)


def _letters(file: RegionFile, path: Path) -> Step:
    given = file.texts_by_key(path)
    for letter in given:
        if len(letter) != 1:
            raise file.refuse((*path, letter), f"{shown(letter)} is not one letter; use replace")
    table = str.maketrans(given)
    return lambda word: (word.translate(table),)


def _pairs(file: RegionFile, path: Path) -> tuple[tuple[str, str], ...]:
    listed = file.at(path)
    if not isinstance(listed, list):
        raise file.refuse(path, "it must be a list of pairs")
    found = []
    for at, pair in enumerate(listed):
        if not (
            isinstance(pair, list) and len(pair) == 2 and all(isinstance(x, str) for x in pair)
        ):
            raise file.refuse((*path, at), "it must be a pair: what is replaced, and by what")
        if not pair[0]:
            raise file.refuse((*path, at), "what is replaced is empty")
        found.append((pair[0], pair[1]))
    return tuple(found)


def _replacing(pairs: tuple[tuple[str, str], ...]) -> Step:
    def replaced(word: str) -> tuple[str, ...]:
        for old, new in pairs:
            word = word.replace(old, new)
        return (word,)

    return replaced


def _patterns(file: RegionFile, path: Path) -> Step:
    compiled = []
    for at, (pattern, by) in enumerate(_pairs(file, path)):
        pattern = file.pattern((*path, at), pattern)
        try:
            found = re.compile(pattern)
            found.sub(by, "")
        except (re.error, IndexError) as error:
            raise file.refuse((*path, at), f"{shown(by)} cannot be put there ({error})") from error
        compiled.append((found, by))

    def changed(word: str) -> tuple[str, ...]:
        for pattern, by in compiled:
            word = pattern.sub(by, word)
        return (word,)

    return changed
