"""What a speaker does with a value, in words: once, for figures, whys and reports.

The codes are the code list ``stance``; pages have words of their own, which are translated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Stance:
    """``verb`` with a value after it, ``alone`` without one, ``before`` as the head of a value.

    ``marks`` heads a value in a figure, where to assert needs no word.
    """

    verb: str
    alone: str
    before: str
    marks: str = ""


WORDS: Final = {
    "asserts": Stance("asserts", "asserts it", ""),
    "denies": Stance("denies", "denies it", "denies: ", "denied: "),
    "does-not-know": Stance("does not know", "does not know", "does not know: ", "not known: "),
    "retracts": Stance("takes back", "takes it back", "takes back: "),
}


def words(code: str) -> Stance:
    """The words of a stance; a code that a later program knows stands for itself."""
    return WORDS.get(code) or Stance(code, code, f"{code}: ")
