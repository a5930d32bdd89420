"""Kazakh, Kyrgyz, Russian and Uyghur names in Cyrillic, and Kazakh in Arabic letters, as sounds.

One table of sounds in the common alphabet (see ``uyghur``), since one list mixes them: a
Kazakh office writes an Uyghur name with Russian letters. Romanisation for reading follows
BGN/PCGN: Russian 1947, Kazakh 1979, Kyrgyz 1979.
"""

from __future__ import annotations

import re

from habeas.names.errors import UnknownConversion

_SOUNDS = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ж": "j", "з": "z", "и": "i",
    "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "x", "ц": "ts", "ч": "ç", "ш": "ş",
    "щ": "ş", "ъ": "", "ы": "i", "ь": "", "э": "e", "ә": "e", "ғ": "ğ", "қ": "q", "ң": "ñ",
    "ө": "ö", "ұ": "u", "ү": "ü", "і": "i", "һ": "h", "җ": "c", "ў": "v", "ҳ": "h",
}  # fmt: skip
_AFTER_VOWEL = {"е": "yé", "ё": "yo", "ю": "yu", "я": "ya"}
_AFTER_CONSONANT = {"е": "é", "ё": "o", "ю": "ü", "я": "ya"}
_VOWELS = frozenset("аеёиоуыэюяәөұүіьъ")

_ROMAN_RU = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z",
    "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "shch", "ъ": "”", "ы": "y", "ь": "’", "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip
_ROMAN_KK = _ROMAN_RU | {
    "ә": "ä", "ғ": "gh", "қ": "q", "ң": "ng", "ө": "ö", "ұ": "u", "ү": "ü", "һ": "h", "і": "i",
    "и": "ī", "у": "ū",
}  # fmt: skip
_ROMAN_KY = _ROMAN_RU | {"ж": "j", "ң": "ng", "ө": "ö", "ү": "ü"}
_ROMAN = {"ru": _ROMAN_RU, "kk": _ROMAN_KK, "ky": _ROMAN_KY}

#: ICAO Doc 9303 part 3 (2015), Cyrillic: what a machine-readable Russian passport prints.
_PASSPORT = _ROMAN_RU | {
    "й": "i", "щ": "shch", "ъ": "ie", "ь": "", "ю": "iu", "я": "ia", "ц": "ts",
}  # fmt: skip

#: Kazakh as written in China (Arabic letters, spelling of 1982).
_KAZAKH_ARABIC = {
    "ا": "а", "ب": "б", "ۆ": "в", "گ": "г", "ع": "ғ", "د": "д", "ە": "е", "ج": "ж", "ز": "з",
    "ي": "й", "ك": "к", "ق": "қ", "ل": "л", "م": "м", "ن": "н", "ڭ": "ң", "و": "о", "پ": "п",
    "ر": "р", "س": "с", "ت": "т", "ۋ": "у", "ۇ": "ұ", "ف": "ф", "ح": "х", "ھ": "һ", "چ": "ч",
    "ش": "ш", "ى": "ы", "ۅ": "ө", "ۉ": "ү",
}  # fmt: skip
_FRONT = str.maketrans("аоұы", "әөүі")


def sounds(text: str) -> str:
    """The text in the common alphabet, whichever of the languages it is in."""
    found, before = [], ""
    text = text.lower().replace("дж", "җ")
    for letter in text:
        after_consonant = before in _SOUNDS and before not in _VOWELS
        of_iotated = _AFTER_CONSONANT if after_consonant else _AFTER_VOWEL
        found.append(of_iotated.get(letter) or _SOUNDS.get(letter, letter))
        before = letter
    return "".join(found)


def kazakh_from_arabic(text: str) -> tuple[str, ...]:
    """Kazakh in Arabic letters to Kazakh Cyrillic, the likelier way first.

    The high hamza fronts a word's vowels; a word with ك, گ or ە is front without it, but names
    are often made of two words (Нұр and бек), and then it may not be: that is the second way.
    The spelling does not tell у from w, nor и from й after a consonant; those come out as у and
    й.
    """
    bare = re.sub("[\u0674\u0621]", "", text)
    back = "".join(_KAZAKH_ARABIC.get(letter, letter) for letter in bare)
    front = " ".join(
        word.translate(_FRONT) if _is_front(written) else word
        for word, written in zip(back.split(" "), text.split(" "), strict=True)
    )
    return tuple(dict.fromkeys((front, back)))


def _is_front(word: str) -> bool:
    return bool(set(word) & set("\u0674\u0621كگە"))


#: At the beginning and after a vowel, й, ъ or ь.
_YE = re.compile("(?:(?<=[аеёиоуыэюяйъь])|^)[её]")


def romanise(text: str, language: str, *, passport: bool = False) -> str:
    """Cyrillic to Latin: BGN/PCGN for ``ru``, ``kk``, ``ky``; ICAO 9303 for a Russian passport."""
    if language not in _ROMAN or (passport and language != "ru"):
        raise UnknownConversion(
            f"There is no romanisation of {language or 'this language'} here.",
            next_step=f"Languages: {', '.join(_ROMAN)}; passports: ru.",
        )
    table = _PASSPORT if passport else _ROMAN[language]
    written = []
    for word in text.split(" "):
        low = word.lower()
        if not passport and language == "ru":
            low = _YE.sub(lambda match: {"е": "ye", "ё": "yë"}[match[0]], low).replace("ё", "ë")
        low = "".join(table.get(letter, letter) for letter in low)
        written.append(low[:1].upper() + low[1:] if word[:1].isupper() else low)
    return " ".join(written)
