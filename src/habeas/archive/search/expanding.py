"""Other spellings of a word: of listed places and given names, and of letters written two ways.

Invariants: of names only what is listed in the gazetteer and the table is added, for a word or
phrase that is itself a listed spelling; of other words what ``respelling`` and the rules of the
region give; what is added is given back so that it can be shown; nothing of the archive's own
content is used, so an expansion tells nobody anything about it.

Which spellings belong together, and by which key a place or a name is looked up, is a function of a
region and of this program, and takes longer to make than a search: it is kept under the archive's
``cache/`` by what it depends on, and made anew where it is not there or cannot be read. Nothing of
evidence is in it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import unidata_version

import habeas
from habeas.archive import folding
from habeas.archive.search import respelling
from habeas.custody import durable
from habeas.names import gazetteer, table, writing

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region

_MOST = 60  # spellings added to one word
_VERSION = 2  # raise when a region gives other groups or keys, or their file another shape

#: By folded spelling, and by its Latin form: the groups of spellings that it is in.
Groups = Mapping[str, Sequence[tuple[str, ...]]]


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


_recalled: dict[str, Groups] = {}  # by the digest of the region


def recall(directory: Path, region: Region) -> None:
    """Take from what the archive in ``directory`` keeps the groups of a region, and the keys of its
    places and names; or keep them."""
    if region.digest in _recalled:
        return
    path = _file(directory, region)
    places, names = gazetteer.of(region), table.of(region)
    try:
        document = json.loads(path.read_bytes())
        groups = _read(document)
        kept = names.checked(document["names"]), places.checked(document["places"])
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        groups = _made(region)
        _keep(path, groups, {"names": names.indexes, "places": places.index})
    else:
        names.indexes, places.index = kept
    _recalled[region.digest] = groups


def _groups(region: Region) -> Groups:
    found = _recalled.get(region.digest)
    return _made(region) if found is None else found


@lru_cache(maxsize=8)
def _made(region: Region) -> Groups:
    found: dict[str, list[tuple[str, ...]]] = {}
    for group in _listed(region):
        keys = {_key(form) for form in group}
        keys |= {_sounded(form) for form in group}
        for key in keys - {""}:
            found.setdefault(key, []).append(group)
    return found


def _file(directory: Path, region: Region) -> Path:
    depends = [_VERSION, habeas.__version__, folding.VERSION, unidata_version, region.digest]
    name = hashlib.sha256(json.dumps(depends).encode()).hexdigest()
    return directory / "cache" / "spellings" / f"{name}.json"


def _read(document: dict[str, Any]) -> Groups:
    groups = [tuple(map(str, group)) for group in document["groups"]]
    return {key: [groups[at] for at in places] for key, places in document["keys"].items()}


def _keep(path: Path, groups: Groups, further: dict[str, Any]) -> None:
    """Where there is room and it may be written; else it is made again."""
    each = list(dict.fromkeys(group for of_key in groups.values() for group in of_key))
    places = {group: at for at, group in enumerate(each)}
    keys = {key: [places[group] for group in of_key] for key, of_key in groups.items()}
    with contextlib.suppress(OSError):
        durable.make_private(path.parent)
        new = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.new")
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"groups": each, "keys": keys, **further}, file)
        new.replace(path)


def _listed(region: Region) -> Iterable[tuple[str, ...]]:
    for unit in gazetteer.of(region).units:
        if len(unit.forms) > 1:
            yield tuple(form.text for form in unit.forms)
    for name in table.of(region).names:
        yield name.forms
