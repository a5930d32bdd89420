"""The keys under which a name is found: its words, and how it may sound in any script.

Invariants: a pure function of the written name and the region; every name that has a letter or
digit has a key; two spellings that ``names.keys`` brings together have a key in common. Raise
``schema.PROJECTION_MEANING`` when the keys of a name change: the archive keeps them in a table.
"""

from __future__ import annotations

import contextlib
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region

LONGEST = 300  # characters of a name that are read: what is longer is a sentence
MOST_WORDS = 12
PROPERTIES = frozenset({"name", "other_name"})


@lru_cache(maxsize=16_384)
def keys(name: str, region: Region) -> frozenset[str]:
    """The keys of a written name in a region."""
    from habeas import names  # as in ``words``: what only reads projects no name
    from habeas.names.errors import BadName

    if len(name) > LONGEST:
        return frozenset()
    found = {f"w:{word[:50]}" for word in words(name)[:MOST_WORDS]}
    with contextlib.suppress(BadName):  # a code, a number, a title alone: found by its words
        found |= {key[:60] for key in names.keys(name, region)}
    return frozenset(found)


def words(name: str) -> list[str]:
    """The words of a name by their sound in Latin letters; Chinese in a row is one."""
    from habeas.archive import folding

    found: list[str] = []
    run = ""
    for word in folding.words(name):
        if folding.is_han(word):
            run += word
            continue
        if run:
            found.append(run)
            run = ""
        found.append(folding.latin(word))
    return [*found, run] if run else found
