"""Names: scripts, transliteration, comparison and keys, places.

``compare(left, right)`` says how alike two written names are, and why. ``keys(name)`` finds
candidates, ``take_apart(name)`` gives the parts, ``render(name, script)`` writes it in another
alphabet, ``resolve(spelling)`` gives every place of Xinjiang that a spelling may mean,
``is_placeholder(text)`` says that it stands where no name is known.

Plain Python; imports ``vocabulary`` and ``habeas.errors`` only. The libraries that read
(umsc, pypinyin) are loaded when first needed.
"""

from __future__ import annotations

from functools import lru_cache

from habeas.names.comparing import Comparer, Likeness
from habeas.names.gazetteer import Candidate, Gazetteer, resolve, xinjiang
from habeas.names.keying import keys
from habeas.names.parts import Parts, take_apart
from habeas.names.placeholders import is_placeholder
from habeas.names.rendering import Rendering, render
from habeas.names.uyghur import convert

__all__ = [
    "Candidate",
    "Comparer",
    "Gazetteer",
    "Likeness",
    "Parts",
    "Rendering",
    "compare",
    "convert",
    "is_placeholder",
    "keys",
    "render",
    "resolve",
    "take_apart",
]


@lru_cache(maxsize=1)
def _comparer() -> Comparer:
    return Comparer(places=xinjiang())


def compare(left: str, right: str) -> Likeness:
    """How alike two written names are, in [0, 1], and why; the same in both directions.

    Errors: ``habeas.names.errors.BadName`` for what is no name.
    """
    return _comparer().compare(left, right)
