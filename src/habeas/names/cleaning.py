"""A name as it came, made fit for reading, with everything that was changed said.

Invariants: nothing is changed silently; what cannot be a name is refused with the reason.
Letters are only replaced where a look-alike of another script stands inside a word.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from habeas.names.errors import BadName
from habeas.vocabulary import texts
from habeas.vocabulary.errors import shown

LONGEST_NAME = 300
LONGEST_PART = 64

#: Cyrillic letters that look like Latin ones, both cases (Unicode TR 39, confusables).
_CYRILLIC_LIKE = dict(zip("аАеЕоОрРсСуУхХіІјЈѕЅВКМНТһ", "aAeEoOpPcCyYxXiIjJsSBKMHTh", strict=True))
_LATIN_LIKE = {
    latin: cyrillic for cyrillic, latin in _CYRILLIC_LIKE.items() if cyrillic not in "јЈѕЅһ"
}
#: Arabic letters that other keyboards give for Uyghur ones; the shape is the same.
_ARABIC_LIKE = {"ك": "ك", "ک": "ك", "ی": "ى", "ہ": "ە", "ه": "ە", "ۀ": "ە"}
#: Cyrillic ә and the turned ǝ inside of a Latin word are the ə of Yengi Yeziq.
_SCHWA = str.maketrans("әӘǝƎ", "əƏəƏ")
_APOSTROPHES = dict.fromkeys("‘’ʼʻ`´ʹ′＇ʾʿ", "'")
_HYPHENS = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d", "-")
_DOTS = dict.fromkeys("•‧∙⋅・･．﹒●°", "·")
#: Shapes of heh at the beginning and middle of a word are Uyghur ھ, those at its end are ە.
_HEHS = {"\ufeeb": "ھ", "\ufeec": "ھ", "\ufee9": "ە", "\ufeea": "ە"}
_SPACES = dict.fromkeys("\t\n\r\x0b\x0c\x85\u2028\u2029", " ")
_MARKS = {
    ord(mark): plain for mark, plain in (_APOSTROPHES | _HYPHENS | _DOTS | _HEHS | _SPACES).items()
}
#: What parts words besides spaces: each word is of one script, and its neighbour may be of another.
_BETWEEN = re.compile(r"([·.,،、/()\[\]_=]+)")
#: Invisible, and no format characters by their category.
_HIDDEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | {
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The name to read, and in words what was changed to get it."""

    text: str
    changes: tuple[str, ...]


def clean(name: str) -> Cleaned:
    """The name without invisible characters, look-alikes and stray marks. Errors: ``BadName``."""
    if not isinstance(name, str):
        raise BadName(
            f"{shown(name)} is not a name.", next_step="Give a text; decode bytes as UTF-8 first."
        )
    return _cleaned(name)


@lru_cache(maxsize=65_536)
def _cleaned(name: str) -> Cleaned:
    if len(name) > LONGEST_NAME:
        raise _too_long(name)
    if any("\ud800" <= letter <= "\udfff" or letter == "\ufffd" for letter in name):
        raise BadName(
            f"{shown(name)} has characters that were lost in decoding.",
            next_step="Read the file with its right encoding, usually UTF-8.",
        )
    changes: list[str] = []
    text = unicodedata.normalize("NFKC", name.translate(_MARKS)).translate(_MARKS)
    if len(text) > LONGEST_NAME:
        raise _too_long(name)
    hidden = {x for x in text if x in _HIDDEN or unicodedata.category(x) in ("Cf", "Cc")}
    kept = "".join(letter for letter in text if letter not in hidden) if hidden else text
    if set(name) & set(_HEHS):
        changes.append("read ھ and ە by the shape that each had in its word")
    if hidden:
        changes.append(f"removed invisible characters {_codes(hidden)}")
    words = []
    for word in kept.split():
        pieces = _BETWEEN.split(word)
        for at in range(0, len(pieces), 2):
            pieces[at], change = _one_script(pieces[at])
            if change:
                changes.append(change)
        words.append("".join(pieces))
    text = " ".join(words)
    if "\u0640" in text:
        text = text.replace("\u0640", "")
        changes.append("removed stretched lines (tatweel)")
    letters = sum(unicodedata.category(letter)[0] == "L" for letter in text)
    if letters == 0:
        raise BadName(
            f"{shown(name)} has no letters.", next_step="Leave the name out if it is not known."
        )
    if max(map(len, text.replace("·", " ").split())) > LONGEST_PART:
        raise BadName(
            f"{shown(name)} has a word too long for a name.",
            next_step=f"A word of a name has at most {LONGEST_PART} characters.",
        )
    return Cleaned(text, tuple(changes))


def _too_long(name: str) -> BadName:
    return BadName(
        f"{shown(name)} is too long for a name.",
        next_step=f"Give one person's or place's name, at most {LONGEST_NAME} characters.",
    )


def _codes(letters: set[str]) -> str:
    return ", ".join(sorted(f"U+{ord(letter):04X}" for letter in letters))


#: Of one letter; a name has few different ones.
_script_of = lru_cache(maxsize=4_096)(texts.detect_script)


def _one_script(word: str) -> tuple[str, str]:
    """A word in one script, where look-alikes of Latin and Cyrillic or of Arabic are mixed."""
    scripts = {script for x in word if (script := _script_of(x))}
    if "Arab" in scripts:
        mended = re.sub("^[هہ]", "ھ", word)  # ە never begins a word
        mended = "".join(_ARABIC_LIKE.get(letter, letter) for letter in mended)
        return mended, f"read {word} as {mended}" if mended != word else ""
    if "Latn" in scripts and (mended := word.translate(_SCHWA)) != word:
        return mended, f"read {word} as {mended}"
    if scripts != {"Latn", "Cyrl"}:
        return word, ""
    cyrillic = [x for x in word if _script_of(x) == "Cyrl"]
    latin = [x for x in word if _script_of(x) == "Latn"]
    if all(letter in _CYRILLIC_LIKE for letter in cyrillic):
        mended = "".join(_CYRILLIC_LIKE.get(letter, letter) for letter in word)
        return mended, f"read {word} as Latin {mended}: it has Cyrillic look-alikes"
    if all(letter in _LATIN_LIKE for letter in latin):
        mended = "".join(_LATIN_LIKE.get(letter, letter) for letter in word)
        return mended, f"read {word} as Cyrillic {mended}: it has Latin look-alikes"
    return word, f"{word} mixes Latin and Cyrillic letters"
