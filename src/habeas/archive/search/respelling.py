"""Letters and particles that people write in more than one way: Arabic and Russian, by rule.

Arabic writes the article and short particles onto the word (السجن, وبالسجن are of سجن), and hamza
or not over an alef is habit; so is ة or ه, ى or ي at a word's end, and in Russian е or ё. A word
asked for is looked for in these spellings too. Rules know no roots: وال in والدي is no article, and
what is added then finds strangers, which is why it is shown.

Invariants: only spellings of the word asked for, from its letters alone; a word of the Uyghur
alphabet is left alone, which writes its vowels and has no article; at most ``MOST`` of a word.
"""

from __future__ import annotations

import itertools
import re

MOST = 100
#: Arabic letters; ى only at the end, or the word is Uyghur.
_LETTERS = "\u0621-\u063a\u0641-\u0648\u064a\u0671"
_ARABIC = re.compile(f"[{_LETTERS}]{{1,23}}[{_LETTERS}\u0649]")
_MARKS = re.compile("[\u064b-\u0652\u0670\u0640]")
#: The article with what is written before it; what stands before a word with or without it.
_ARTICLES = ("وبال", "ولل", "وال", "فال", "بال", "كال", "ال", "لل")
_BEFORE = ("", "ال", "وال", "بال", "لل", "وبال", "فال", "كال", "ولل", "و", "ب", "ل")
_LEAST_STEM = 3
_ALEFS = "اأإآٱ"
_ENDS = {"ة": "ةه", "ه": "هة", "ى": "ىي", "ي": "يى"}
_SEATS = {"ؤ": "ؤو", "ئ": "ئي"}
_CYRILLIC = re.compile("[\u0400-\u052f]{2,24}")


def forms(word: str) -> list[str]:
    """Other spellings of one written word, the likelier first; empty where there are none."""
    plain = _MARKS.sub("", word)
    if _ARABIC.fullmatch(plain):
        found = _arabic(plain)
    elif _CYRILLIC.fullmatch(word) and re.search("[её]", word, re.I):
        found = _russian(word.lower())
    else:
        return []
    return [one for one in dict.fromkeys(found) if one not in (word, plain)][:MOST]


def _arabic(word: str) -> list[str]:
    stem = next(
        (
            word[len(article) :]
            for article in _ARTICLES
            if word.startswith(article) and len(word) - len(article) >= _LEAST_STEM
        ),
        word,
    )
    if len(stem) < _LEAST_STEM:
        return _habits(stem)
    return [before + one for before in _BEFORE for one in _habits(stem)]


def _habits(word: str) -> list[str]:
    """The word with and without hamza, and with either letter at its end."""
    choices = []
    for at, letter in enumerate(word):
        if letter in _ALEFS:
            choices.append(f"{letter}اأإآ" if at == 0 else f"{letter}ا")
        elif at == len(word) - 1 and letter in _ENDS:
            choices.append(_ENDS[letter])
        else:
            choices.append(_SEATS.get(letter, letter))
    # A word with many such letters would have hundreds of spellings: the likelier come first.
    ways = itertools.product(*(dict.fromkeys(some) for some in choices))
    return ["".join(way) for way in itertools.islice(ways, 12)]


def _russian(word: str) -> list[str]:
    """е for every ё; and ё for each е in turn, since a word has one."""
    plain = word.replace("ё", "е")
    places = [at for at, letter in enumerate(plain) if letter == "е"]
    return [plain, *(f"{plain[:at]}ё{plain[at + 1 :]}" for at in places)]
