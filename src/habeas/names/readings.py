"""A word of a name, read in every way that its letters allow.

Invariants: a reading is the word in the common alphabet (see ``uyghur``) with how sure its
letters are: 3 an orthography with one letter a sound, 2 a free Latin or Cyrillic spelling,
1 syllables of Han. No reading is dropped because another is likelier; ``cost`` says how
unlikely it is.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

from habeas.names import chinese, cyrillic, uyghur
from habeas.vocabulary import texts

EXACT, FREE, SYLLABIC = 3, 2, 1


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a word. ``how`` names it for the reasons."""

    how: str
    sounds: str
    sureness: int
    cost: float = 0.0
    syllables: tuple[str, ...] = ()


_LATIN_LETTERS = str.maketrans(
    {
        "ä": "e", "ə": "e", "á": "a", "à": "a", "â": "a", "ā": "a", "ă": "a", "ë": "é", "è": "é",
        "ê": "é", "ē": "é", "ı": "i", "í": "i", "ī": "i", "î": "i", "ï": "i", "ó": "o", "ō": "o",
        "ɵ": "ö", "ø": "ö", "ú": "u", "ū": "u", "û": "u", "ñ": "ñ", "ƣ": "ğ", "ġ": "ğ", "ǧ": "ğ",
        "ⱨ": "h", "ḥ": "h", "ⱪ": "q", "ķ": "q", "ḳ": "q", "ⱬ": "j", "ž": "j", "š": "ş", "č": "ç",
        "ẍ": "x", "ṣ": "s", "ṭ": "t", "ḍ": "d", "ẓ": "z", "ý": "y", "ł": "l", "ŋ": "ñ", "ħ": "h",
        "ô": "o", "ḫ": "x",
    }
)  # fmt: skip
#: Letters of Kyrgyz in China, for the vowels that Uyghur writes ۆ and ۈ.
_KYRGYZ_ARABIC = str.maketrans("ۅۉ", "ۆۈ")
_CLUSTERS = (
    ("tsch", "ç"), ("dsch", "c"), ("sch", "ş"), ("tch", "ç"), ("dzh", "c"), ("sh", "ş"),
    ("ch", "ç"), ("kh", "x"), ("gh", "ğ"), ("zh", "j"), ("dj", "c"), ("ph", "f"), ("th", "t"),
    ("oo", "u"), ("ou", "u"), ("ee", "i"), ("ck", "k"), ("iy", "y"),
)  # fmt: skip
_PRESS = str.maketrans({"c": "c", "j": "c", "w": "v"})
_SASM = (("q", "ç"), ("x", "ş"), ("zh", "j"))
#: One sound, but for n and g before the element -gül.
_NG = re.compile("(?<=^ko)ng|(?<=^kö)ng|ng(?![uü]l[ie]?$)")


@lru_cache(maxsize=65_536)
def readings(word: str) -> tuple[Reading, ...]:
    """Every reading of one cleaned word, likeliest first; () for a script without rules."""
    script = texts.detect_script(word)
    if script == "Hani":
        read = chinese.pinyin(word)
        return (Reading("Han by pinyin", chinese.turkic_sounds(read), SYLLABIC, 0.0, read),)
    if script == "Arab":
        return _arabic(word)
    if script == "Cyrl":
        return _cyrillic(word)
    if script == "Latn":
        return _latin(word)
    return ()


def _arabic(word: str) -> tuple[Reading, ...]:
    found = []
    if not set(word) & set("عحٴءةصضطظثذ"):
        uey = word.translate(_KYRGYZ_ARABIC)
        sounds = _only_sounds(uyghur.to_common(uey, "uey"))
        hamza_left_out = word[0] in "اەوۇۆۈېى"  # or it is Kazakh, where ە is another vowel
        found.append(
            Reading("Uyghur Arabic without hamza", sounds, FREE, 0.05)
            if hamza_left_out
            else Reading("Uyghur Arabic", sounds, EXACT)
        )
    if set(word) & set("عحٴء") or not set(word) & set("ئېۆۈخغ"):
        for written in cyrillic.kazakh_from_arabic(word):
            sounds = _only_sounds(cyrillic.sounds(written))
            found.append(Reading("Kazakh Arabic", sounds, FREE, 0.03))
    return tuple(found)


def _cyrillic(word: str) -> tuple[Reading, ...]:
    low = word.lower()
    sounds = _only_sounds(cyrillic.sounds(low))
    if set(low) & set("җәғқһөүңұі"):
        return (Reading("Turkic Cyrillic", sounds, EXACT),)
    return (Reading("Russian Cyrillic", sounds, FREE),)


def _latin(word: str) -> tuple[Reading, ...]:
    low = unicodedata.normalize("NFC", word.lower())
    found: list[Reading] = []
    if set(low) & set("ⱪⱨⱬƣəɵø"):
        return (Reading("Yengi Yeziq", _only_sounds(uyghur.to_common(low, "uyy")), EXACT),)
    press = low.translate(_LATIN_LETTERS)
    for cluster, sound in _CLUSTERS:
        press = press.replace(cluster, sound)
    press = _NG.sub("ñ", press)
    press = re.sub(r"(?<![aeéiouöü])y(?![aeéiouöü])", "i", press.translate(_PRESS))
    certain = bool(set(low) & set("ëöü")) and not set(low) & set("äıçş")
    as_press = Reading("Latin as in the press", _only_sounds(press), FREE)
    if certain:
        uly = _only_sounds(uyghur.to_common(low, "uly"))
        found.append(Reading("ULY", uly, EXACT))
        if uly != as_press.sounds:
            found.append(replace(as_press, cost=0.03))
    else:
        found.append(as_press)
    if set(low) & set("qx"):
        sasm = low.translate(_LATIN_LETTERS)
        for letters, sound in _SASM:
            sasm = sasm.replace(letters, sound)
        sasm = _NG.sub("ñ", sasm).translate(_PRESS)
        found.append(Reading("SASM/GNC", _only_sounds(sasm), FREE, 0.04))
    if len(low) > 3:
        found += [
            Reading("Wade–Giles", chinese.turkic_sounds(wade), SYLLABIC, 0.02, wade)
            for wade in (chinese.from_wade_giles(low) if "-" in low else ())
        ]
        if split := chinese.syllables(low):
            sounds = chinese.turkic_sounds(split, of_han=False)
            found.append(Reading("pinyin", sounds, SYLLABIC, 0.02, split))
    return tuple(found)


def _only_sounds(text: str) -> str:
    """Letters of the common alphabet alone, doubled ones once."""
    bare = "".join(x for x in text if x in _ALPHABET)
    return re.sub(r"(.)\1", r"\1", bare)


_ALPHABET = frozenset("aebptcçxdrzjsşfñlmhouöüvéiyqkgnğ")
