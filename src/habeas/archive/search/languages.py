"""In which language and script a piece of text is, told by its letters.

Invariant: what the letters do not tell is ``UNKNOWN``, never a guess.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from habeas.vocabulary import texts
from habeas.vocabulary.texts import late_pattern

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region

UNKNOWN = "und"  # a language that was not determined

_LETTERS = {
    "Latn": "A-Za-z\u00c0-\u024f",
    "Hani": "\u3400-\u4dbf\u4e00-\u9fff",
    "Arab": "\u0620-\u064a\u066e-\u06d5\ufb50-\ufdff\ufe70-\ufefc",
    "Cyrl": "\u0400-\u04ff",
}
_SCRIPTS = [(script, late_pattern(f"[{letters}]+")) for script, letters in _LETTERS.items()]
_ANY = late_pattern("|".join(f"(?P<{script}>[{letters}])" for script, letters in _LETTERS.items()))
_OF_OTHERS = {
    script: late_pattern(f"[{''.join(_LETTERS[other] for other in _LETTERS if other != script)}]")
    for script in _LETTERS
}
_LATIN = late_pattern("[A-Za-z]")
_ENGLISH = late_pattern(r"\b(?:the|of|and|to|in|was|that)\b", re.I)
_TURKISH = late_pattern(r"[ğşıİĞŞ]|\b(?:ve|bir|için|olarak)\b")
_UYGHUR_ARABIC = late_pattern("[ەېۆۈڭۋ]")
_KAZAKH_CYRILLIC = late_pattern("[іұ]")
_TURKIC_CYRILLIC = late_pattern("[әғқһ]")
_KYRGYZ = late_pattern("[ңөү]")
_KANA = late_pattern("[\u3040-\u30ff]")


def tell(sample: str, region: Region | None = None) -> tuple[str, str]:
    """Language and script by the letters alone; ``und`` where they do not tell. What a region
    says comes first."""
    if sample.isascii():
        script = "Latn" if _LATIN.search(sample) else ""
        return ("en" if len(_ENGLISH.findall(sample)) > 1 else UNKNOWN), script
    first = _ANY.search(sample)
    if first is None:
        return UNKNOWN, texts.detect_script(sample) or ""
    script = first.lastgroup or ""
    if _OF_OTHERS[script].search(sample, first.end()):
        script = _most_written(sample)
    return _of_region(sample, script, region) or _LANGUAGE_OF[script](sample), script


def _of_region(sample: str, script: str, region: Region | None) -> str:
    if region is None:
        return ""
    from habeas.names import languages  # what only shows a row loads no tables of languages

    return languages.told(sample, script, region)


def _most_written(sample: str) -> str:
    counted = {script: len("".join(found.findall(sample))) for script, found in _SCRIPTS}
    # A Chinese character says as much as several letters.
    counted["Hani"] *= 3
    return max(counted, key=counted.__getitem__)


def _arabic(sample: str) -> str:
    if "\u0674" in sample:
        return "kk"
    return "ug" if _UYGHUR_ARABIC.search(sample) else "ar"


def _cyrillic(sample: str) -> str:
    low = sample.lower()
    if _KAZAKH_CYRILLIC.search(low):
        return "kk"
    if "җ" in low:
        return "ug"
    if _TURKIC_CYRILLIC.search(low):
        return "kk" if "ы" in low else "ug"
    return "ky" if _KYRGYZ.search(low) else "ru"


def _latin(sample: str) -> str:
    if _TURKISH.search(sample):
        return "tr"
    return "en" if len(_ENGLISH.findall(sample)) > 1 else UNKNOWN


_LANGUAGE_OF = {
    "Latn": _latin,
    "Hani": lambda sample: "ja" if _KANA.search(sample) else "zh",
    "Arab": _arabic,
    "Cyrl": _cyrillic,
}
