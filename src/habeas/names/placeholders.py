"""What stands where a name is not known: Unknown, 无名氏, N/A, "?"; it is no name.

Invariants: a text is a placeholder as a whole or not at all; a name that has such a word in it
stays a name. The words are data of a region, ``placeholders.tsv``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from habeas.names import characters, cleaning

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region

FILE = "placeholders.tsv"
_BETWEEN = re.compile(r"[\s/,;:|()（）\[\]·]+")
#: Letters that stand for any name when they are all there is.
_REPEATED = frozenset("x某")
_ARABIC_LIKE = str.maketrans("ىیكۀة", "ييکهه")


def is_placeholder(text: str, region: Region) -> bool:
    """Whether a text only says that a name is not known, in the names' languages; as a whole.

    A text without anything to be seen is none, nor is one too long for a name.
    """
    return len(text) <= cleaning.LONGEST_NAME and _is_placeholder(text, region)


def is_filler(identifier: str) -> bool:
    """Whether an identifier is one digit or letter again and again (000000, 9999): it is none."""
    told = [sign for sign in identifier if sign.isalnum()]
    return len(told) > 2 and len(set(told)) == 1


@lru_cache(maxsize=65_536)
def _is_placeholder(text: str, region: Region) -> bool:
    folded = _folded(text)
    if not folded:
        return False
    letters = _letters(folded)
    if not letters:
        return not any(map(str.isalnum, folded))
    if _listed(folded, letters, region):
        return True
    words = [word for word in _BETWEEN.split(folded) if _letters(word)]
    return len(words) > 1 and all(_listed(word, _letters(word), region) for word in words)


@lru_cache(maxsize=32)
def words(region: Region) -> frozenset[str]:
    """Every word that a placeholder has: a text with none of them can be told at once."""
    return frozenset(
        word for text in check(region) for word in _BETWEEN.split(_folded(text)) if word
    )


def may_stand_in(word: str, region: Region) -> bool:
    """Whether a word is one of ``words``, or one letter again and again."""
    folded = _folded(word)
    return folded in words(region) or (len(folded) > 1 and set(folded) <= _REPEATED)


def _listed(folded: str, letters: str, region: Region) -> bool:
    plain, marked = _keys(region)
    if len(letters) > 1 and len(set(letters)) == 1 and letters[0] in _REPEATED:
        return True
    return letters in plain or _marked(folded) in marked


@lru_cache(maxsize=32)
def check(region: Region) -> tuple[str, ...]:
    """The placeholders of the region as written. Errors: ``BadRegion`` by file and line."""
    found = []
    for file in region.files(FILE):
        for number, cells in file.rows():
            if len(cells) != 2 or not all(cells) or not _folded(cells[1]):
                raise file.bad(number, "a line has a language, a tab and what is written")
            found.append(cells[1])
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=32)
def _keys(region: Region) -> tuple[frozenset[str], frozenset[str]]:
    """Those of letters alone, by their letters; those with marks, as they are."""
    plain, marked = set(), set()
    for text in check(region):
        folded = _folded(text)
        if re.search(r"[./\\#]", folded):
            marked.add(_marked(folded))
        else:
            plain.add(_letters(folded))
    return frozenset(plain), frozenset(marked)


def _folded(text: str) -> str:
    """Without case, width, invisible characters, and the letters of other keyboards."""
    plain = characters.simplified(unicodedata.normalize("NFKC", text)).casefold()
    seen = (x for x in plain.translate(_ARABIC_LIKE) if unicodedata.category(x)[0] not in "CM")
    return " ".join("".join(x if not x.isspace() else " " for x in seen).split())


def _marked(folded: str) -> str:
    return folded.replace(" ", "").rstrip(".")


def _letters(folded: str) -> str:
    return "".join(filter(str.isalpha, folded))
