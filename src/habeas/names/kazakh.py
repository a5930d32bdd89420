"""Kazakh as written in China, in Arabic letters (spelling of 1982), to Kazakh Cyrillic.

Code and not data: the high hamza fronts every vowel of its word, and a word with ك, گ or ە is
front without it, which steps on letters cannot say.
"""

from __future__ import annotations

import re

_KAZAKH_ARABIC = {
    "ا": "а", "ب": "б", "ۆ": "в", "گ": "г", "ع": "ғ", "د": "д", "ە": "е", "ج": "ж", "ز": "з",
    "ي": "й", "ك": "к", "ق": "қ", "ل": "л", "م": "м", "ن": "н", "ڭ": "ң", "و": "о", "پ": "п",
    "ر": "р", "س": "с", "ت": "т", "ۋ": "у", "ۇ": "ұ", "ف": "ф", "ح": "х", "ھ": "һ", "چ": "ч",
    "ش": "ш", "ى": "ы", "ۅ": "ө", "ۉ": "ү",
}  # fmt: skip
_FRONT = str.maketrans("аоұы", "әөүі")


def from_arabic(text: str) -> tuple[str, ...]:
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
