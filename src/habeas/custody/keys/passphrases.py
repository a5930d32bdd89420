"""What a new passphrase must be. One that opens existing keys is only ever tried.

Keys lie on a disk that can be taken, and whoever has it guesses as fast as scrypt lets them:
about a million guesses a day and processor. What people make up from fewer than ten
characters that are not a pattern is found in days.
"""

from __future__ import annotations

import itertools
import unicodedata

from habeas.custody.errors import PassphraseWeak

FEWEST = 10  # characters that the ones before do not give away
_ROWS = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "poiuytrewq",
    "lkjhgfdsa",
    "йцукенгшщзхъ",
    "фывапролджэ",
)
ADVICE = (
    "Take six words that a die picks from a long list, or a sentence that only you would write: "
    "at least 10 characters without a pattern."
)


def check_new(passphrase: str | None) -> None:
    """Refuse a passphrase that can be guessed; None is for keys that are to be unprotected."""
    if passphrase is not None and passphrase and _unforeseen(passphrase) < FEWEST:
        raise PassphraseWeak("The passphrase is too short, or a pattern.", next_step=ADVICE)


def _unforeseen(passphrase: str) -> int:
    """How many characters neither repeat the beginning nor go on as the two before did.

    Digits and marks at the end count as one, since that is where people put them. A Han
    character or Hangul syllable counts as two: there are thousands to choose from.
    """
    text = unicodedata.normalize("NFC", passphrase).casefold().strip()
    for period in range(1, len(text) // 2 + 1):
        if text == (text[:period] * (len(text) // period + 1))[: len(text)]:
            text = text[:period]
            break
    words = text.rstrip("".join({sign for sign in text if not sign.isalpha()}))
    text = text[: len(words) + 1] if words else text
    steps = list(itertools.starmap(_step, itertools.pairwise(text)))
    counted = sum(
        _weight(sign) for at, sign in enumerate(text) if at < 2 or steps[at - 1] != steps[at - 2]
    )
    return min(counted, 2 * sum(map(_weight, set(text))))


def _step(sign: str, following: str) -> int | str:
    """From one character to the next, in the alphabet or along a row of the keyboard."""
    if any(sign + following in row for row in _ROWS):
        return "along"
    return ord(following) - ord(sign)


def _weight(sign: str) -> int:
    code = ord(sign)
    return 1 + (0x3400 <= code <= 0x9FFF or 0xAC00 <= code <= 0xD7A3 or code >= 0x20000)
