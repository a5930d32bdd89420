"""Letters made comparable: a text as folded words, with the place of each in the original.

Invariants: one word of the folded text is one token and one position; a Han character (and
kana) is a word by itself, so any substring of Chinese is a phrase; folding a text whole and
folding it piece by piece give the same words; nothing is transliterated in ``folded``, so
拘留 and 居留, й and и, ئى and ى stay apart. ``latin`` is the other field: how a word sounds in
Uyghur Latin letters without accents, so that قەشقەر, Қәшқәр and qeshqer are one word.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from habeas.names import convert
from habeas.vocabulary.texts import bounded_marks, late_pattern

VERSION = "2"  # raise when a text gives other words: the index is then built anew

LONGEST_WORD = 256  # letters of a word that are searched; the text keeps the whole, for quoting

HAN = (
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_IS_HAN = late_pattern(f"[{HAN}]")
_HAN_RUN = late_pattern(f"[{HAN}]+")
#: Taken out of words: Arabic vowel marks and recitation marks, tatweel, and what is invisible
#: (joiners, direction marks, soft hyphen). U+0653 to U+0655 (madda, hamza) are kept.
_UNSEEN = late_pattern(
    "[\u00ad\u0610-\u061a\u061c\u0640\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4"
    "\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08e1\u08e3-\u08ff\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]+"
)
_ARABIC = late_pattern("[\u0600-\u06ff]")
#: Other keyboards' letters for Uyghur ones of the same shape (as in names.cleaning); digits.
_ARABIC_LIKE = str.maketrans("کیہه٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "كىەە01234567890123456789")
_ARABIC_OTHER = late_pattern("[کیہه٠-٩۰-۹]")
_ASCII = "".join(chr(n) if chr(n).isalnum() else " " for n in range(128))
#: What may stand between two characters without parting a word: apostrophes inside a word.
_APOSTROPHES = late_pattern("(?<=\\w)['’‘ʼʻ`´ʹ′＇ʾʿ](?=\\w)")


#: Where marks are: not in Bopomofo to Yi, nor in Hangul, surrogates, private use and Han.
_WITH_MARKS = (*range(0x300, 0x3100), *range(0xA490, 0xAC00), *range(0xFB00, 0x10000))


def _classes() -> tuple[str, str]:
    """Character classes: marks, which belong to words; and what continues a cluster."""
    marks: list[list[int]] = []
    categories = map(unicodedata.category, map(chr, _WITH_MARKS))
    for number, category in zip(_WITH_MARKS, categories, strict=True):
        if category[0] == "M":
            if marks and marks[-1][1] == number - 1:
                marks[-1][1] = number
            else:
                marks.append([number, number])
    written = "".join(f"{chr(first)}-{chr(last)}" for first, last in marks)
    return written, f"{written}\u1160-\u11ff\uff9e\uff9f"


MARKS, _CONTINUING = _classes()
_NO_WORD = late_pattern(f"[^\\w{MARKS}{HAN}]+")
_HAN_ALONE = late_pattern(f"[{HAN} ]*")
_WORD = late_pattern(f"[{HAN}]|(?:(?![{HAN}_])[\\w{MARKS}])+")
_CLUSTER = late_pattern(f"[\\s\\S][{_CONTINUING}]*")


def folded(text: str) -> str:
    """The words of the text, folded, parted by spaces: what the index is fed."""
    if text.isascii():
        return cut(text.lower().translate(_ASCII))
    parted = _NO_WORD.sub(" ", _fold(text).replace("_", " "))
    if _IS_HAN.search(parted) is None:
        return cut(parted)
    if _HAN_ALONE.fullmatch(parted):
        return " ".join(parted)
    return cut(_HAN_RUN.sub(_spaced, parted))


def cut(row: str) -> str:
    """The words of a row, none longer than ``LONGEST_WORD``; the row itself where none is."""
    at, end = 0, len(row)
    while end - at > LONGEST_WORD:
        space = row.rfind(" ", at, at + LONGEST_WORD + 1)
        if space < 0:
            return " ".join([word[:LONGEST_WORD] for word in row.split()])
        at = space + 1
    return row


def words(text: str) -> list[str]:
    """The folded words in order."""
    return folded(text).split()


def _fold(text: str) -> str:
    """Folded letters, not yet parted into words."""
    text = bounded_marks(text)
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    text = text.casefold().replace("i\u0307", "i").replace("ı", "i")
    text = text.replace("ى\u0654", "ئ")  # which Unicode composes from ي only
    text = _UNSEEN.sub("", text)
    return text.translate(_ARABIC_LIKE) if _ARABIC_OTHER.search(text) else text


def _spaced(run: re.Match[str]) -> str:
    return f" {' '.join(run[0])} "


@dataclass(frozen=True, slots=True)
class Token:
    """One folded word and where it stands: the code points [start, stop) of the original."""

    word: str
    start: int
    stop: int


def tokens(text: str) -> list[Token]:
    """The same words as ``words(text)``, each with its place in the text."""
    if text.isascii():
        low = text.lower().translate(_ASCII)
        return [_token(m[0], m.start(), m.end()) for m in re.finditer(r"\S+", low)]
    pieces: list[str] = []
    starts: list[int] = []  # of the cluster that each folded character comes from
    stops: list[int] = []
    for cluster in _CLUSTER.finditer(text):
        piece = _fold_cluster(cluster[0])
        pieces.append(piece)
        for _ in piece:
            starts.append(cluster.start())
            stops.append(cluster.end())
    whole = "".join(pieces)
    return [_token(m[0], starts[m.start()], stops[m.end() - 1]) for m in _WORD.finditer(whole)]


def _token(word: str, start: int, stop: int) -> Token:
    return Token(word[:LONGEST_WORD], start, stop)


@lru_cache(maxsize=65_536)
def _fold_cluster(cluster: str) -> str:
    return _fold(cluster)


def is_han(word: str) -> bool:
    """Whether the folded word is a character that stands by itself."""
    return len(word) == 1 and _IS_HAN.match(word) is not None


# --- the Latin field -----------------------------------------------------------------------

#: Letters of other Latin alphabets (the Uyghur New Script among them) that have no accent to
#: lose, and Cyrillic ones that Uyghur does not have, which the converter leaves alone.
_LATIN_LEFT = str.maketrans(
    {
        "ə": "e", "ɵ": "o", "ƣ": "gh", "ⱪ": "q", "ⱨ": "h", "ⱬ": "zh", "đ": "d", "ł": "l",
        "ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ħ": "h", "ŋ": "ng",
        "ъ": "", "ь": "", "щ": "shch", "ы": "i", "э": "e", "і": "i", "ұ": "u", "ў": "w",
        "ҳ": "h", "ѓ": "g", "ё": "yo",
    }
)  # fmt: skip
_SOUNDS_OTHERWISE = late_pattern(f"[^\\x00-\\x7f{HAN}]")
#: Alphabets in which a word's Latin form is that of its letters, one after the other.
_ALPHABETS = ("a-z\u00df-\u024f\u1e00-\u1eff", "\u0620-\u06ff", "\u0400-\u052f")


@lru_cache(maxsize=65_536)
def latin(word: str) -> str:
    """A folded word in Latin letters without accents; itself where it has no such form."""
    return _latin(word)[:LONGEST_WORD]


def _latin(word: str) -> str:
    if word.isascii():
        return word
    for letters, table in alphabets():
        if letters.fullmatch(word):
            return word.translate(table) or word
    return "".join(_sounded(word)) or word


def latin_field(text: str) -> str:
    """What the Latin field holds for a folded text; '' where it would say the same again."""
    if text.isascii() or _SOUNDS_OTHERWISE.search(text) is None:
        return ""
    told = text.split()
    sounded = list(map(latin, told))
    return "" if sounded == told else " ".join(sounded)


@cache
def alphabets() -> list[tuple[re.Pattern[str], dict[int, str]]]:
    """Latin, Arabic, Cyrillic: a word of its letters and digits only, and how each one sounds.

    The converter looks at neighbours only to write or leave out an apostrophe, which the Latin
    form has none of. A word of two alphabets, or with a mark, is left to the converter.
    """
    found = []
    for span in _ALPHABETS:
        letter = re.compile(f"[0-9{span}]")
        own = [
            sign
            for sign in map(chr, range(0x30, 0x2000))
            if letter.match(sign) and sign.isalnum() and words(sign) == [sign]
        ]
        table = {ord(sign): "".join(_sounded(sign)) for sign in own}
        found.append((re.compile(f"[{''.join(own)}]+"), table))
    return found


def _sounded(word: str) -> list[str]:
    """The parts of the Latin form: more than one where Uyghur Latin writes an apostrophe."""
    if word.isascii() or is_han(word):
        return [word]
    if _ARABIC.search(word):
        word = convert(word, "uey", "uly")
    elif any("\u0400" <= letter <= "\u04ff" for letter in word):
        word = convert(word, "uky", "uly")
    return [part for part in (_plain(part) for part in word.split("'")) if part]


def _plain(text: str) -> str:
    low = text.casefold().translate(_LATIN_LEFT)
    if low.isascii() and low.isalnum():
        return low
    low = unicodedata.normalize("NFD", low)
    bare = "".join(letter for letter in low if letter.isalnum())
    return unicodedata.normalize("NFKC", bare).casefold()


def spellings(text: str) -> list[list[str]]:
    """The sequences of Latin words under which a written word or phrase may stand.

    More than one where an apostrophe is or may be written in a word: mes'ul, mesul.
    """
    plain = [latin(word) for word in words(text)]
    joined = [latin(word) for word in words(_APOSTROPHES.sub("", text))]
    parted = [part[:LONGEST_WORD] for word in words(text) for part in (_sounded(word) or [word])]
    found: list[list[str]] = []
    for sequence in (plain, joined, parted):
        if sequence and sequence not in found:
            found.append(sequence)
    return found
