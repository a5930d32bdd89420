"""Whether a label that fits every byte is believed: ``iso-8859-1`` fits any bytes at all.

Servers and mail programs put a label of the West on text that nobody labelled. Under a wrong one
letters come in long runs that no word of the West has, or beside signs that no text has.

A label of one Cyrillic code page on text in another fits as well, and so does ``iso-8859-1`` on
Turkish, which differs from it in six letters.

Invariant: a label is left only for an encoding that the bytes speak for clearly, and that is said;
where they speak less clearly the label stands, and the likelier encoding is a doubt.
"""

from __future__ import annotations

import re

from habeas.reading.encodings import old_encodings
from habeas.reading.encodings.old_encodings import SAMPLE_BYTES

WEST = frozenset(
    {"cp1252", "cp1254", "cp1250", "cp1257", "cp1258", "cp850", "mac-roman"}
    | {f"iso-8859-{part}" for part in (1, 2, 3, 4, 9, 10, 13, 14, 15, 16)}
)
_MODELLED = WEST | {"cp1251", "koi8-u", "koi8-r", "cp866", "cp1256", "gb18030", "big5hkscs"}
_RUN = re.compile("[^\x00-\x7f]{3,}")
_PRINTED = frozenset("\u00a0’‘‚“”„–—…«»‹›€§°£©®™·•¿¡½²³№")
_SISTERS = {"gb18030": "big5hkscs", "big5hkscs": "gb18030"}
_CYRILLIC = frozenset({"cp1251", "koi8-r", "koi8-u", "cp866", "iso-8859-5", "mac-cyrillic"})
_TAKEN_FOR_TURKISH = frozenset({"cp1252", "iso-8859-1", "iso-8859-15"})
_TURKISH, _ICELANDIC = re.compile("[ÐÝÞðýþ]"), re.compile("[áíóúæÁÍÓÚÆ]")
_AS_TURKISH = str.maketrans("ÐÝÞðýþ", "ĞİŞğış")
_RUSSIAN_WORD = re.compile("[а-яё]{3,}")
_NO_WORD = re.compile(
    "^[ьъы]|[^аеёиоуыэюя]{5}|[аеёиоуыэюя]{4}|^[^аеёиоуыэюя]+$|[аеёиоуыэюяй][ьъ]|[ьъ][ьъ]"
    "|[^аеёиоуыэюяәіұүө]й|[гхжшчщ][юя]"
)
_LESS, _MUCH_LESS, _MANY_NO_WORDS = 0.08, 0.15, 0.3
_FEWEST_TURKISH = 4
_FEWEST = 6  # bytes beyond ASCII from which on a label is left
_PLAUSIBLE, _SURE = 0.6, 0.85


def likelier(data: bytes, labelled: str, text: str) -> tuple[str, bool]:
    """An encoding likelier than the labelled one, '' for none, and whether the label is left."""
    if labelled in _CYRILLIC and not data.isascii():
        found = _other_cyrillic(data[:SAMPLE_BYTES], labelled, text[:20_000])
        if found[0]:
            return found
    if other := _another_alphabet(data[:SAMPLE_BYTES], labelled, text[:20_000]):
        return other, False
    if labelled in _SISTERS and (sister := _sister(data[:SAMPLE_BYTES], labelled, text[:20_000])):
        return sister, False
    if labelled in _TAKEN_FOR_TURKISH and (letters := _turkish_letters(text[:20_000])):
        return "cp1254", letters >= _FEWEST_TURKISH and bool(re.search("[çöüÇÖÜ]", text))
    if labelled not in _MODELLED or data.isascii() or is_plausible(text[:20_000], labelled):
        return "", False
    chosen = old_encodings.choose(data)
    if chosen is None or chosen.lossy or chosen.encoding == labelled:
        return "", False
    if labelled in WEST and chosen.encoding in WEST:
        return "", False
    other = data[:SAMPLE_BYTES].decode(chosen.encoding, "ignore")
    fit = old_encodings.fit(other[:20_000], chosen.encoding)
    if fit < _PLAUSIBLE and chosen.doubts:
        return "", False
    wide = len(data[:SAMPLE_BYTES].translate(None, bytes(range(128))))
    sure = fit >= _SURE and not chosen.doubts and wide >= _FEWEST
    return chosen.encoding, sure and labelled in WEST


def _other_cyrillic(data: bytes, labelled: str, text: str) -> tuple[str, bool]:
    """Another code page that gives clearly more Russian, and whether it is clear enough."""
    others = {}
    for one in ("cp1251", "koi8-u", "cp866", "iso-8859-5"):
        reading = old_encodings.strict(data, one, final=False)
        if reading is not None and one != labelled.replace("koi8-r", "koi8-u"):
            others[one] = reading[:20_000]
    if not others:
        return "", False
    shares = {one: old_encodings.cyrillic(reading) for one, reading in others.items()}
    best, ours = max(shares, key=lambda one: shares[one]), old_encodings.cyrillic(text)
    if shares[best] < _SURE:
        return "", False
    wide = len(data.translate(None, bytes(range(128))))
    if shares[best] - ours >= _LESS:
        return best, shares[best] - ours >= _MUCH_LESS and wide >= _FEWEST
    if _no_words(text) >= _MANY_NO_WORDS:  # all in capitals, or none: the share says nothing
        words = {one: _no_words(others[one]) for one, share in shares.items() if share >= _SURE}
        best = min(words, key=lambda one: words[one])
        return (best, False) if words[best] < _no_words(text) / 2 else ("", False)
    return "", False


def _turkish_letters(text: str) -> int:
    """How many letters of what may be Turkish are Icelandic ones; 0 where it is no Turkish."""
    letters = len(_TURKISH.findall(text))
    if not letters or _ICELANDIC.search(text):
        return 0
    return letters if is_plausible(text.translate(_AS_TURKISH), "cp1254") else 0


def _another_alphabet(data: bytes, labelled: str, text: str) -> str:
    """Chinese or Arabic that bytes give where their label gives a poorer text; '' for none."""
    if labelled not in _CYRILLIC | {"cp1256"} or data.isascii():
        return ""
    ours = (
        old_encodings.cyrillic(text) if labelled in _CYRILLIC else old_encodings.fit(text, labelled)
    )
    for one in ("gb18030", "big5hkscs", "cp1256"):
        reading = old_encodings.strict(data, one, final=False)
        share = old_encodings.fit(reading[:20_000], one) if reading and one != labelled else 0.0
        if share >= _SURE and share - ours >= _LESS:
            return one
    return ""


def _sister(data: bytes, labelled: str, text: str) -> str:
    """The other encoding of Chinese, where it gives commoner characters; '' where it does not."""
    other = _SISTERS[labelled]
    reading = old_encodings.strict(data, other, final=False)
    if reading is None:
        return ""
    gain = old_encodings.fit(reading[:20_000], other) - old_encodings.fit(text, labelled)
    return other if gain >= _LESS else ""


def _no_words(text: str) -> float:
    """The share of words that nobody could say."""
    words = _RUSSIAN_WORD.findall(text.lower())
    return sum(bool(_NO_WORD.search(word)) for word in words) / len(words) if words else 0.0


def is_plausible(text: str, encoding: str) -> bool:
    """Whether the text is what texts in that encoding look like."""
    if encoding not in WEST:
        return old_encodings.fit(text, encoding) >= _PLAUSIBLE
    wide = sum(sign > "\x7f" for sign in text)
    odd = sum(sign > "\x7f" and not (sign.isalpha() or sign in _PRINTED) for sign in text)
    in_runs = sum(len(run) for run in _RUN.findall(text) if len(set(run)) > 1)
    return 2 * in_runs <= wide and 2 * odd <= wide and old_encodings.latin(text) >= 0.2
