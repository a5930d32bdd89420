"""Other spellings of a word: of listed places and given names, and of letters written two ways.

Invariants: of names only what is listed in the gazetteer and the table is added, for a word or
phrase that is itself a listed spelling; of other words what ``respelling`` and the rules of the
region give; what is added is given back so that it can be shown; nothing of the archive's own
content is used, so an expansion tells nobody anything about it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from habeas.archive import folding
from habeas.archive.search import respelling
from habeas.names import gazetteer, table, writing

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region

_MOST = 60  # spellings added to one word


@dataclass(frozen=True, slots=True)
class AddedSpellings:
    """The spellings added to one word or phrase of a query."""

    to: str
    spellings: tuple[str, ...]


def added(text: str, region: Region) -> AddedSpellings | None:
    """What is added to a word or phrase as it is written; None where nothing is."""
    key = _key(text)
    found: dict[str, str] = {}
    for group in _groups(region).get(key, ()):
        for form in group:
            found.setdefault(_key(form), form)
    there = [key, _sounded(text)]
    kept = []
    for written in sorted(found, key=lambda form: form.count(" ")):
        sounded = _sounded(found[written])
        # What holds a spelling that is searched already finds nothing more.
        if not any(_holds(written, known) or _holds(sounded, known) for known in there):
            there += [written, sounded]
            kept.append(found[written])
    kept = kept[:_MOST]
    if len(key.split()) == 1:
        known = {*there, *map(_key, kept)}
        word = text.strip()
        more = (*respelling.forms(word), *writing.spellings(word, region))
        kept += [form for form in dict.fromkeys(more) if _key(form) not in known]
    return AddedSpellings(text, tuple(kept)) if kept else None


def _holds(words: str, part: str) -> bool:
    return f" {part} " in f" {words} "


def _sounded(text: str) -> str:
    return " ".join(map(folding.latin, folding.words(text)))


def _key(text: str) -> str:
    return " ".join(folding.words(text))


@lru_cache(maxsize=8)
def _groups(region: Region) -> dict[str, list[tuple[str, ...]]]:
    """By folded spelling, and by its Latin form: the groups of spellings that it is in."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for group in _listed(region):
        keys = {_key(form) for form in group}
        keys |= {_sounded(form) for form in group}
        for key in keys - {""}:
            found.setdefault(key, []).append(group)
    return found


def _listed(region: Region) -> Iterable[tuple[str, ...]]:
    for unit in gazetteer.of(region).units:
        if len(unit.forms) > 1:
            yield tuple(form.text for form in unit.forms)
    for name in table.of(region).names:
        yield name.forms
