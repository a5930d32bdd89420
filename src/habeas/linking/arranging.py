"""A person's name as written, turned into given name and father's or family name.

Invariants: what may be read in two ways is kept in both, and what was changed in a name is said.
A word is looked at once and remembered by how it is written, as most names of a large run are
made of words that other names had before.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as arrow
from pyarrow import compute

from habeas.names import chinese, cleaning, parts, people, placeholders, table
from habeas.names.errors import BadName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habeas.vocabulary.region import Region

#: Given name, father's or family name; "" for none.
Pair = tuple[str, str]
Numbers = np.ndarray[Any, np.dtype[Any]]
#: A word as it is compared, whether it may be a word of a Chinese name (``_chinese``), and
#: whether its ending says that it names the father or the family.
_Word = tuple[str, int, bool]
_NO_WORD: _Word = ("", 0, False)
#: Spellings remembered.
REMEMBERED = 65_536
_LETTERS = re.compile(r"[^\W\d_]+")


def arrange(name: str, region: Region) -> tuple[list[Pair], list[tuple[str, ...]]]:
    """A whole name, and what was changed in it, step by step. Errors: ``BadName``."""
    taken = parts.take_apart(name, region)
    changed = [changes(taken)]
    whole = taken.parts[0].text
    if taken.chinese:
        return [(whole, "")], changed
    if len(taken.parts) == 1 and (halves := _run_together(whole, region)):
        changed.append((f"read as {halves[0]} and {halves[1]}",))
        return [halves, (whole, "")], changed
    return list(_arranged([_as_word(part) for part in taken.parts])), changed


def arrange_plain(name: str, region: Region) -> tuple[Pair, ...]:
    """What ``arrange`` gives of several words, each nothing but one part of a name; else ()."""
    if len(name) > cleaning.LONGEST_NAME:  # refused, and too long to be remembered
        return ()
    words = [_read_word(word, region) for word in name.replace("·", " ").split(" ")]
    return _arranged(words) if len(words) > 1 and _NO_WORD not in words else ()


def arrange_pairs(names: Sequence[str], region: Region) -> tuple[Numbers, Numbers, list[str]]:
    """The names for which ``arrange_plain`` gives two words in one way, all at once.

    Which names these are; by their given and father's names, two columns of numbers; and the
    words that the numbers are of, counted from 0.
    """
    # half a character becomes a "?", which is no letter: such a name is none of these
    written = arrow.array([name.encode(errors="replace") for name in names], arrow.string())
    split = compute.split_pattern(compute.replace_substring(written, "·", " "), " ")
    words = split.flatten().dictionary_encode()
    read = [_read_word(word, region) for word in words.dictionary.to_pylist()]
    plain = np.array([text != "" for text, _, _ in read], dtype=bool)
    of_chinese = np.array([may_be for _, may_be, _ in read], dtype=np.int64)
    of_kin = np.array([is_kin for _, _, is_kin in read], dtype=bool)
    starts, word = split.offsets.to_numpy(), words.indices.to_numpy()
    two = np.flatnonzero(np.diff(starts) == 2)
    given, father = word[starts[two]], word[starts[two] + 1]
    one, other = of_chinese[given], of_chinese[father]
    told = plain[given] & plain[father] & ~_chinese_name(one, other)
    told &= ~of_kin[given] | of_kin[father]
    return two[told], np.column_stack((given, father))[told], [text for text, _, _ in read]


def plain_word(word: str, region: Region) -> str:
    """The word as it is compared, if it is nothing but letters of one part of a name; else ''."""
    return "" if len(word) > cleaning.LONGEST_NAME else _read_word(word, region)[0]


def changes(taken: parts.NameParts) -> tuple[str, ...]:
    """What was changed in a name, in words."""
    return (*taken.changes, *(f"set aside {what}" for what in taken.dropped))


def _arranged(words: list[_Word]) -> tuple[Pair, ...]:
    """Given name and father's or family name; what may be read in two ways is kept in both.

    An ending tells which is which: Оспанов Кайрат is Кайрат first. A name of three other words has
    its given name in one word or two. A Chinese name in Latin letters is kept whole too: in Han
    characters it comes as one word, which may be no Chinese name at all (许库尔 is Shükür), so that
    word is one piece of evidence and not two.
    """
    names = [text for text, _, is_kin in words if not is_kin]
    if len(names) == 1 and 1 < len(words) <= 3:
        return tuple((names[0], text) for text, _, is_kin in words if is_kin)
    if len(words) == 2:
        (first, one, _), (second, other, _) = words
        if _chinese_name(one, other):
            return (first, second), (f"{first} {second}", "")
        return ((first, second),)
    texts = [text for text, _, _ in words]
    if len(texts) == 1:
        return ((texts[0], ""),)
    return (texts[0], texts[1]), (" ".join(texts[:2]), texts[2])


def _as_word(part: parts.NamePart) -> _Word:
    return part.text, _chinese(part.text), part.of_kin


@lru_cache(maxsize=4 * REMEMBERED)
def _read_word(word: str, region: Region) -> _Word:
    """A word that is nothing but letters of one part of a name; else ``_NO_WORD``."""
    if not _LETTERS.fullmatch(word) or word.lower() in people.check(region).links:
        return _NO_WORD
    if placeholders.may_stand_in(word, region):  # the whole name tells
        return _NO_WORD
    try:
        taken = parts.take_apart(word, region)
    except BadName:
        return _NO_WORD
    if taken.changes or taken.dropped or len(taken.parts) != 1:
        return _NO_WORD
    return _as_word(taken.parts[0])


def _chinese(word: str) -> int:
    """0 for no word of a Chinese name in Latin letters, 2 for a surname, 1 for another word."""
    read = chinese.syllables(word) if word.isascii() else ()
    return 0 if not 0 < len(read) <= 2 else 2 if read in chinese.surnames() else 1


def _chinese_name(one: Any, other: Any) -> Any:
    """Whether two words (``_chinese`` of each, or arrays of these) may be a Chinese name."""
    return (one > 0) & (other > 0) & (one + other > 2)


@lru_cache(maxsize=REMEMBERED)
def _known(word: str, region: Region) -> bool:
    return bool(table.of(region).find(word))


@lru_cache(maxsize=REMEMBERED)
def _run_together(word: str, region: Region) -> Pair | None:
    """Two names of the table written as one word, where there is only one way to part them."""
    least = 2 if any("\u3400" <= x <= "\u9fff" for x in word) else 4
    if len(word) < 2 * least or _known(word, region):
        return None
    ways = [
        (word[:at], word[at:])
        for at in range(least, len(word) - least + 1)
        if _known(word[:at], region) and _known(word[at:], region)
    ]
    return ways[0] if len(ways) == 1 else None
