"""The rows of a long text letter by letter, many letters at a time.

Nearly every letter folds and sounds the same wherever it stands. Two tables say what each
becomes, as at most four bytes of UTF-8, and numpy looks a whole stretch of text up at once:
no word is cut out, compared or remembered, so new words cost no more than known ones.

Invariants: the words are those of ``forms.rows``. What does not depend on the letter alone
(marks, joiners, a word of two alphabets, a word that has no sound of its own) is odd: a
passage with such a place is given to ``forms``, as is everything where numpy is missing,
which the archive does not need otherwise.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any

from habeas.archive import folding
from habeas.archive.search import forms

if TYPE_CHECKING:
    from habeas.archive.search.forms import Rows

_STRETCH = 32_768  # code points looked up together: what fits a processor's cache
_ODD = 0xFFFFFFFF  # four bytes that no UTF-8 has
_LAST = 0xFFFF  # stands for itself and what lies above, and is odd
_HAN = range(0x4E00, 0xA000)
#: Where letters and signs may be that become the same everywhere.
_SPANS = (
    *(range(0x9, 0x250), range(0x400, 0x530), range(0x600, 0x700), range(0x1E00, 0x1F00)),
    *(range(0x2000, 0x2070), range(0x20A0, 0x20C0), range(0x2100, 0x2800)),
    *(range(0x3000, 0x3040), range(0xFB50, 0xFE00), range(0xFE70, 0xFF00), range(0xFF01, 0xFF5F)),
)
#: Kinds of letters. A digit is of the first alphabet, so that it parts no word of two.
_NONE, _LATIN, _ARABIC, _CYRILLIC, _HAN_KIND = range(5)


class Lettered:
    """One text, of which the rows of passages are asked in order."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._first = self._last = 0  # the stretch that is looked up
        self._written: Any = None
        self._sounded: Any = None
        self._kind: Any = None

    def rows(self, start: int, stop: int) -> Rows:
        """The folded words of [start, stop) and their Latin forms, as ``forms.rows``."""
        passage = self.text[start:stop]
        if passage.isascii() or _tables() is None:
            return forms.rows(passage)
        first, last = max(0, start - 1), min(len(self.text), stop + 1)
        if first < self._first or last > self._last:
            self._look_up(first, max(last, first + _STRETCH))
        at, end = start - self._first, stop - self._first
        if self._inside_a_word(at) or self._inside_a_word(end):
            return forms.rows(passage)
        written, sounded = _told(self._written[at:end]), _told(self._sounded[at:end])
        if written is None or sounded is None:
            return forms.rows(passage)
        if folding.cut(written) is not written or folding.cut(sounded) is not sounded:
            return forms.rows(passage)  # the sound of a word that is cut is that of what is left
        return written, "" if sounded == written else sounded

    def _inside_a_word(self, at: int) -> bool:
        kind = self._kind
        return 0 < at < len(kind) and kind[at - 1] != _NONE and kind[at] != _NONE

    def _look_up(self, first: int, last: int) -> None:
        np, becomes, sounds, kinds = _tables()
        letters = self.text[first:last].encode("utf-32-le", "surrogatepass")
        codes = np.minimum(np.frombuffer(letters, "<u4"), _LAST)
        written, sounded, kind = becomes[codes], sounds[codes], kinds[codes]
        apart = (kind == _NONE) | (kind == _HAN_KIND)
        before, after = kind[:-1], kind[1:]
        of_two = (before != after) & ~apart[:-1] & ~apart[1:]
        sounded[1:][of_two] = _ODD
        sounded[_silent(np, sounded == 0, apart)] = _ODD
        follows = (before == _HAN_KIND) & ~apart[1:]
        for row in (written, sounded):
            letter = row[1:][follows]
            row[1:][follows] = np.where(letter < 1 << 24, (letter << 8) | 0x20, _ODD)
        self._first, self._last = first, first + len(codes)
        self._written, self._sounded, self._kind = written, sounded, kind


def _silent(np: Any, dropped: Any, apart: Any) -> Any:
    """Letters without a sound that may be a whole word, which is then written as it is."""
    opens, closes = np.ones_like(apart), np.ones_like(apart)
    opens[1:] = apart[:-1]
    closes[:-1] = apart[1:] | dropped[1:]
    return dropped & opens & closes


def _told(row: Any) -> str | None:
    """The words of a row; None where a place is odd."""
    told = row.tobytes().translate(None, b"\0")
    return None if b"\xff" in told else told.decode()


@cache
def _tables() -> Any:
    """numpy, what each code point becomes and how that sounds, and its kind; None without."""
    try:
        import numpy as np
    except ImportError:
        return None
    becomes = np.full(_LAST + 1, _ODD, "<u4")
    sounds = becomes.copy()
    kinds = np.zeros(_LAST + 1, "u1")
    for number in _HAN:
        becomes[number] = sounds[number] = _packed(f" {chr(number)}")
        kinds[number] = _HAN_KIND
    for span in _SPANS:
        for number in span:
            found = _alone(chr(number))
            if found is not None:
                becomes[number], sounds[number], kinds[number] = found
    return np, becomes, sounds, kinds


def _alone(sign: str) -> tuple[int, int, int] | None:
    """What a code point becomes wherever it stands, its sound and kind; None where that varies."""
    if unicodedata.category(sign).startswith("M"):
        return None
    word = folding.folded(sign)
    if word.isspace():
        return _packed(" "), _packed(" "), _NONE
    for kind, (letters, table) in zip(
        (_LATIN, _ARABIC, _CYRILLIC), folding.alphabets(), strict=True
    ):
        if letters.fullmatch(word):
            return _packed(word), _packed(word.translate(table)), kind
    return None


def _packed(text: str) -> int:
    told = text.encode()
    return int.from_bytes(told, "little") if len(told) <= 4 else _ODD
