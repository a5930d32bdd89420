"""Letters and particles that people write in more than one way: Arabic and Russian, by rule.

Arabic writes the article and short particles onto the word (السجن, وبالسجن are of سجن), and hamza
or not over an alef, a waw or a ya is habit (مؤمن, مومن; مسؤول, مسئول); so is ة or ه, ى or ي at a
word's end, and in Russian е or ё. A Persian keyboard has ک and ی for ك and ي. A word asked for is
looked for in these spellings too, whichever of them it is written in. Rules know no roots: وال in
والدي is no article, and what is added then finds strangers, which is why it is shown.

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
_WAW, _YA, _ON_WAW, _ON_YA = "ويؤئ"
_MOST_HABITS = 8  # spellings of a word before articles: with those no more than ``MOST``
_FROM_PERSIAN, _TO_PERSIAN = str.maketrans("کی", "كي"), str.maketrans("كيى", "کیی")
_PERSIAN = re.compile(f"[{_LETTERS}\u067e\u0686\u0698\u06a9\u06af\u06cc]{{2,24}}")
_CYRILLIC = re.compile("[\u0400-\u052f]{2,24}")


def forms(word: str) -> list[str]:
    """Other spellings of one written word, the likelier first; empty where there are none."""
    plain = _MARKS.sub("", word)
    arabic = plain.translate(_FROM_PERSIAN)
    if _ARABIC.fullmatch(arabic):
        found = [arabic, plain.translate(_TO_PERSIAN), *_arabic(arabic)]
    elif _PERSIAN.fullmatch(plain) and arabic != plain:
        found = [arabic]
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
    habits = _habits(stem)
    if len(stem) < _LEAST_STEM:
        return habits
    return [*habits, *(before + one for one in habits for before in _BEFORE)]


def _habits(word: str) -> list[str]:
    """The word with and without hamza, and with either letter at its end: fewest changes first."""
    others = {at: more for at in range(len(word)) if (more := _instead(word, at))}
    ways = (
        "".join(changed.get(at, letter) for at, letter in enumerate(word))
        for count in range(len(others) + 1)
        for places in itertools.combinations(others, count)
        for letters in itertools.product(*(others[at] for at in places))
        for changed in (dict(zip(places, letters, strict=True)),)
    )
    return list(itertools.islice(ways, _MOST_HABITS))


def _instead(word: str, at: int) -> str:
    """The letters that others write in this one's place."""
    letter, after = word[at], word[at + 1 : at + 2]
    if letter in _ALEFS:
        more = "اأإآ" if at == 0 else "ا"
    elif not after and letter in _ENDS:
        more = _ENDS[letter]
    elif letter in (_ON_WAW, _ON_YA):  # before a waw, Egypt writes the other seat
        more = (_WAW if letter == _ON_WAW else _YA) + (_ON_YA + _ON_WAW) * (after == _WAW)
    elif letter == _WAW and at and not (after == "ا" and at == len(word) - 2):  # no plural's end
        more = _ON_WAW
    elif letter == _YA and at and after:
        more = _ON_YA
    else:
        more = ""
    return more.replace(letter, "")


def _russian(word: str) -> list[str]:
    """е for every ё; and ё for each е in turn, since a word has one."""
    plain = word.replace("ё", "е")
    places = [at for at, letter in enumerate(plain) if letter == "е"]
    return [plain, *(f"{plain[:at]}ё{plain[at + 1 :]}" for at in places)]
