"""What stands where a name is not known: Unknown, 无名氏, N/A, "?"; it is no name.

Invariants: a text is a placeholder as a whole or not at all; a name that has such a word in it
stays a name. The words are data of a region, ``placeholders.tsv``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib import resources

from habeas.names import characters, cleaning

_BETWEEN = re.compile(r"[\s/,;:|()（）\[\]·]+")
#: Letters that stand for any name when they are all there is.
_REPEATED = frozenset("x某")
_ARABIC_LIKE = str.maketrans("ىیكۀة", "ييکهه")


def is_placeholder(text: str) -> bool:
    """Whether a text only says that a name is not known, in the names' languages; as a whole.

    A text without anything to be seen is none, nor is one too long for a name.
    """
    return len(text) <= cleaning.LONGEST_NAME and _is_placeholder(text)


@lru_cache(maxsize=65_536)
def _is_placeholder(text: str) -> bool:
    folded = _folded(text)
    if not folded:
        return False
    letters = _letters(folded)
    if not letters:
        return not any(map(str.isalnum, folded))
    if _listed(folded, letters):
        return True
    words = [word for word in _BETWEEN.split(folded) if _letters(word)]
    return len(words) > 1 and all(_listed(word, _letters(word)) for word in words)


@lru_cache(maxsize=1)
def words() -> frozenset[str]:
    """Every word that a placeholder has: a text with none of them can be told at once."""
    return frozenset(word for text in _texts() for word in _BETWEEN.split(_folded(text)) if word)


def may_stand_in(word: str) -> bool:
    """Whether a word is one of ``words``, or one letter again and again."""
    folded = _folded(word)
    return folded in words() or (len(folded) > 1 and set(folded) <= _REPEATED)


def _listed(folded: str, letters: str) -> bool:
    plain, marked = _keys()
    if len(letters) > 1 and len(set(letters)) == 1 and letters[0] in _REPEATED:
        return True
    return letters in plain or _marked(folded) in marked


@lru_cache(maxsize=1)
def _texts() -> tuple[str, ...]:
    path = resources.files("habeas.regions") / "xinjiang" / "placeholders.tsv"
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(line.split("\t")[1] for line in lines if line and not line.startswith("#"))


@lru_cache(maxsize=1)
def _keys() -> tuple[frozenset[str], frozenset[str]]:
    """Those of letters alone, by their letters; those with marks, as they are."""
    plain, marked = set(), set()
    for text in _texts():
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
