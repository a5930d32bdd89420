"""Names: scripts, transliteration, comparison and keys, places, as a region has them.

``compare(left, right, region)`` says how alike two written names are, and why. ``keys(name,
region)`` finds candidates, ``take_apart(name, region)`` gives the parts, ``render(name, script,
region)`` writes it in another alphabet, ``resolve(spelling, region)`` gives every place that a
spelling may mean, ``is_placeholder(text, region)`` says that it stands where no name is known.
A region comes from ``habeas.vocabulary.region``: ``bundled("xinjiang")``, or several joined.

Plain Python; imports ``vocabulary`` and ``habeas.errors`` only. The libraries that read
(umsc, pypinyin) are loaded when first needed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from habeas.names import gazetteer, languages, people, placeholders, ranks, readings, table, writing
from habeas.names.comparing import Comparer, Likeness
from habeas.names.gazetteer import Gazetteer, PossiblePlace
from habeas.names.keying import keys
from habeas.names.parts import NameParts, take_apart
from habeas.names.placeholders import is_placeholder
from habeas.names.rendering import Rendering, render
from habeas.names.uyghur import convert

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region

__all__ = [
    "Comparer",
    "Gazetteer",
    "Likeness",
    "NameParts",
    "PossiblePlace",
    "Rendering",
    "check",
    "compare",
    "convert",
    "is_placeholder",
    "keys",
    "render",
    "resolve",
    "take_apart",
]


@lru_cache(maxsize=32)
def _comparer(region: Region) -> Comparer:
    return Comparer(region, places=gazetteer.of(region))


def compare(left: str, right: str, region: Region) -> Likeness:
    """How alike two written names are, in [0, 1], and why; the same in both directions.

    Errors: ``habeas.names.errors.BadName`` for what is no name.
    """
    return _comparer(region).compare(left, right)


def resolve(spelling: str, region: Region) -> tuple[PossiblePlace, ...]:
    """``Gazetteer.resolve`` in the gazetteer of a region."""
    return gazetteer.of(region).resolve(spelling)


def check(region: Region) -> None:
    """Read every file of a region that names stand on. Errors: those of the file that is wrong."""
    for part in (languages, people, ranks, placeholders, readings, writing):
        part.check(region)
    table.of(region)
    gazetteer.of(region)
