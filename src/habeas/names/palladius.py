"""Chinese in Cyrillic letters, as Russian writes it, back to pinyin.

The system of Palladius (P. I. Kafarov, 1888), whose syllables are made here from those of pinyin
by its rules. Press writes е for э and leaves ъ out, so that one spelling may be several
syllables: all are given.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache, lru_cache

from habeas.names.chinese import SYLLABLES

_INITIALS = {
    "zh": "чж", "ch": "ч", "sh": "ш", "b": "б", "p": "п", "m": "м", "f": "ф", "d": "д", "t": "т",
    "n": "н", "l": "л", "g": "г", "k": "к", "h": "х", "j": "цз", "q": "ц", "x": "с", "r": "ж",
    "z": "цз", "c": "ц", "s": "с",
}  # fmt: skip
_FINALS = {
    "a": "а", "o": "о", "e": "э", "ai": "ай", "ei": "эй", "ao": "ао", "ou": "оу", "an": "ань",
    "en": "энь", "ang": "ан", "eng": "эн", "ong": "ун", "er": "эр", "i": "и", "ia": "я", "ie": "е",
    "iao": "яо", "iu": "ю", "ian": "янь", "in": "инь", "iang": "ян", "ing": "ин", "iong": "юн",
    "u": "у", "ua": "уа", "uo": "о", "uai": "уай", "ui": "уй", "uan": "уань", "un": "унь",
    "uang": "уан", "v": "юй", "ve": "юэ", "ue": "юэ",
}  # fmt: skip
#: After j, q, x the u of pinyin is ü.
_SOFT = {"u": "юй", "ue": "юэ", "uan": "юань", "un": "юнь"}
_WHOLE = {
    "yi": "и", "ya": "я", "ye": "е", "yao": "яо", "you": "ю", "yan": "янь", "yin": "инь",
    "yang": "ян", "ying": "ин", "yong": "юн", "yu": "юй", "yue": "юэ", "yuan": "юань",
    "yun": "юнь", "yo": "ё", "wu": "у", "wa": "ва", "wo": "во", "wai": "вай", "wei": "вэй",
    "wan": "вань", "wen": "вэнь", "wang": "ван", "weng": "вэн", "zi": "цзы", "ci": "цы",
    "si": "сы", "hui": "хуэй",
}  # fmt: skip
_LONGEST = 6
_MOST_WAYS = 24


def written(syllable: str) -> str:
    """A syllable of pinyin in Cyrillic."""
    if syllable in _WHOLE:
        return _WHOLE[syllable]
    initial = next((i for i in _INITIALS if syllable.startswith(i)), "")
    final = syllable[len(initial) :]
    if initial in ("j", "q", "x") and final in _SOFT:
        return _INITIALS[initial] + _SOFT[final]
    return _INITIALS.get(initial, "") + _FINALS.get(final, final)


@cache
def _by_spelling() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for syllable in sorted(SYLLABLES):
        found[_plain(written(syllable))].append(syllable)
    return {spelling: tuple(syllables) for spelling, syllables in found.items()}


def _plain(text: str) -> str:
    return text.replace("э", "е").replace("ё", "е").replace("ъ", "")


@lru_cache(maxsize=4_096)
def syllables(word: str) -> tuple[tuple[str, ...], ...]:
    """The ways to read a word as syllables of pinyin, the longest ones first; () for none."""

    plain = _plain(word.lower().replace("-", ""))

    @cache
    def ways(start: int) -> tuple[tuple[str, ...], ...]:
        if start == len(plain):
            return ((),)
        found: list[tuple[str, ...]] = []
        for end in range(min(start + _LONGEST, len(plain)), start, -1):
            for syllable in _by_spelling().get(plain[start:end], ()):
                found += [(syllable, *more) for more in ways(end)]
        return tuple(dict.fromkeys(found))[:_MOST_WAYS]

    return ways(0) if plain else ()
