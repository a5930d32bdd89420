"""Text with its language (BCP 47), its script (ISO 15924) and its direction.

Invariants: the text itself is never changed, only its label and its comparison key are made;
a script that is not stated is found from the letters, never from the language.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from habeas.vocabulary.errors import BadText, shown

LONGEST_TEXT = 100_000
_MOST_MARKS = 30

#: First words of Unicode character names, by ISO 15924 code. Enough for the languages that
#: detention is documented in; any other script must be stated.
_SCRIPT_OF_NAME = {
    "LATIN": "Latn", "CYRILLIC": "Cyrl", "ARABIC": "Arab", "CJK": "Hani", "KANGXI": "Hani",
    "IDEOGRAPHIC": "Hani", "BOPOMOFO": "Bopo", "HIRAGANA": "Hira", "KATAKANA": "Kana",
    "HANGUL": "Hang", "TIBETAN": "Tibt", "MONGOLIAN": "Mong", "DEVANAGARI": "Deva",
    "HEBREW": "Hebr", "GREEK": "Grek", "ARMENIAN": "Armn", "GEORGIAN": "Geor", "THAI": "Thai",
    "LAO": "Laoo", "KHMER": "Khmr", "MYANMAR": "Mymr", "BENGALI": "Beng", "GURMUKHI": "Guru",
    "GUJARATI": "Gujr", "TAMIL": "Taml", "TELUGU": "Telu", "KANNADA": "Knda",
    "MALAYALAM": "Mlym", "SINHALA": "Sinh", "ETHIOPIC": "Ethi", "SYRIAC": "Syrc",
    "THAANA": "Thaa", "NKO": "Nkoo", "ADLAM": "Adlm", "YI": "Yiii", "ROHINGYA": "Rohg",
    "HANIFI": "Rohg", "TIFINAGH": "Tfng", "JAVANESE": "Java", "UYGHUR": "Ougr",
}  # fmt: skip
_RIGHT_TO_LEFT = frozenset({"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_SCRIPT = re.compile(r"[A-Za-z]{4}")
_LANGUAGE_VALID = "Write a BCP 47 tag such as ug, zh-Hans, kk-Cyrl or en; nothing if not known."
_SCRIPT_VALID = "Write an ISO 15924 code such as Latn, Arab, Cyrl or Hani; nothing to find it."


class _LatePattern:
    """Compiles at its first use; from then on its methods are those of the compiled one."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._given = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self._given), name)
        self.__dict__[name] = found
        return found


def late_pattern(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """A regular expression that is compiled when it is first used.

    Many ranges of letters take a millisecond or two each, and a short command uses few of them.
    """
    return cast("re.Pattern[str]", _LatePattern(pattern, flags))


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it is written. ``language`` and ``script`` are '' where not known."""

    text: str
    language: str = ""
    script: str = ""

    @property
    def direction(self) -> str:
        return direction_of(self.script)


def make(text: str, language: str = "", script: str = "") -> Text:
    """A text, checked, with its script found where it is not stated."""
    if not isinstance(text, str):
        raise BadText(f"{shown(text)} is not a text.", next_step="Give a text.")
    if len(text) > LONGEST_TEXT:
        raise BadText(
            f"{shown(text)} is too long for a value.",
            next_step=f"Seal it as an exhibit and quote it; at most {LONGEST_TEXT} characters.",
        )
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadText(
            f"{shown(text)} has half characters (surrogates).",
            next_step="Read the file with its right encoding, usually UTF-8.",
        )
    language = language_tag(language)
    if not script and "-" in language:
        script = next((p for p in language.split("-")[1:2] if _SCRIPT.fullmatch(p)), "")
        script = {"Hans": "Hani", "Hant": "Hani"}.get(script, script)
    return Text(text, language, script_code(script) or detect_script(text) or "")


def language_tag(language: str) -> str:
    """A BCP 47 tag in its usual case (``zh-Hans-CN``); '' stays ''."""
    if not language:
        return ""
    if not isinstance(language, str) or len(language) > 35 or not _LANGUAGE.fullmatch(language):
        raise BadText(f"{shown(language)} is not a language.", next_step=_LANGUAGE_VALID)
    first, *rest = language.split("-")
    cased = [first.lower()]
    for part in rest:
        by_length = {4: part.title(), 2: part.upper()}
        cased.append(by_length.get(len(part), part.lower()) if part.isalpha() else part.lower())
    return "-".join(cased)


def script_code(script: str) -> str:
    """An ISO 15924 code in its usual case; '' stays ''."""
    if not script:
        return ""
    if not isinstance(script, str) or not _SCRIPT.fullmatch(script):
        raise BadText(f"{shown(script)} is not a script.", next_step=_SCRIPT_VALID)
    return script.title()


def detect_script(text: str) -> str | None:
    """The script that most letters of the text are in; None where it has none that is known.

    Japanese (kana beside Han) is ``Jpan``; Korean with Han is ``Kore``. Han alone is
    ``Hani``: simplified and traditional are not guessed.
    """
    if text.isascii():  # as most names on a page: asked without a look at each letter
        return "Latn" if any(map(str.isalpha, text)) else None
    counted = Counter(script for letter in text if (script := _script_of(letter)))
    if not counted:
        return None
    if counted["Hira"] or counted["Kana"]:
        kana_and_han = counted.pop("Hira", 0) + counted.pop("Kana", 0) + counted.pop("Hani", 0)
        counted["Jpan"] = kana_and_han
    elif counted["Hang"] and counted["Hani"]:
        counted["Kore"] = counted.pop("Hang") + counted.pop("Hani")
    return counted.most_common(1)[0][0]


@lru_cache(maxsize=16_384)
def _script_of(letter: str) -> str:
    if not letter.isalpha():
        return ""
    name = unicodedata.name(letter, "")
    words = name.replace("-", " ").split(" ")
    if words[0] in ("OLD", "HALFWIDTH", "FULLWIDTH", "MODIFIER"):
        words = words[1:]
    return _SCRIPT_OF_NAME.get(words[0] if words else "", "")


def direction_of(script: str) -> str:
    """``rtl`` or ``ltr``."""
    return "rtl" if script in _RIGHT_TO_LEFT else "ltr"


def fold(text: str) -> str:
    """The key by which two texts are the same: NFKC, case folded, spaces joined.

    Nothing is transliterated and no letter is dropped, so different spellings stay different.
    """
    return " ".join(unicodedata.normalize("NFKC", bounded_marks(text)).casefold().split())


def bounded_marks(text: str) -> str:
    """The text with a joiner (U+034F) after every 30 marks in a row.

    Normalising sorts marks that follow each other, which takes the square of their number.
    This is the Stream-Safe Text Process of Unicode (UAX 15, section 13); no language comes near.
    """
    if len(text) <= _MOST_MARKS or text.isascii():
        return text
    return _too_many_marks().sub("\\g<0>\u034f", text)


@lru_cache(maxsize=1)
def _too_many_marks() -> re.Pattern[str]:
    spans: list[list[int]] = []
    for number in range(0x300, 0x20000):
        if unicodedata.combining(chr(number)):
            if spans and spans[-1][1] == number - 1:
                spans[-1][1] = number
            else:
                spans.append([number, number])
    marks = "".join(f"{chr(first)}-{chr(last)}" for first, last in spans)
    return re.compile(f"[{marks}]{{{_MOST_MARKS}}}(?=[{marks}])")
