"""What the vocabulary refuses, and why.

HabeasError
└── VocabularyError       vocabulary.refused
    ├── BadDate           vocabulary.bad-date
    ├── BadCount          vocabulary.bad-count
    ├── BadPlace          vocabulary.bad-place
    ├── BadLocation       vocabulary.bad-location
    ├── BadText           vocabulary.bad-text
    ├── BadValue          vocabulary.bad-value
    ├── UnknownCode       vocabulary.unknown-code
    ├── BadSchema         vocabulary.bad-schema
    ├── BadRegion         vocabulary.bad-region
    └── UnknownRegion     vocabulary.unknown-region

Each message quotes what was written (shortened, with anything invisible escaped) and each
``next_step`` says what would be valid.
"""

from __future__ import annotations

from typing import ClassVar

from habeas.errors import HabeasError

SHOWN_CHARACTERS = 60


class VocabularyError(HabeasError):
    """Something written cannot be read as what it should be."""

    code: ClassVar[str] = "vocabulary.refused"


class BadDate(VocabularyError):
    """Not a date or time in EDTF."""

    code: ClassVar[str] = "vocabulary.bad-date"


class BadCount(VocabularyError):
    """Not a count of something."""

    code: ClassVar[str] = "vocabulary.bad-count"


class BadPlace(VocabularyError):
    """Not a point on the earth with a precision."""

    code: ClassVar[str] = "vocabulary.bad-place"


class BadLocation(VocabularyError):
    """Not a place in a file that can be cited."""

    code: ClassVar[str] = "vocabulary.bad-location"


class BadOutline(VocabularyError):
    """Not a ring of points around a place on the earth."""

    code: ClassVar[str] = "vocabulary.bad-outline"


class BadAmount(VocabularyError):
    """Not an amount of money in a currency."""

    code: ClassVar[str] = "vocabulary.bad-amount"


class BadText(VocabularyError):
    """Not a text, a language or a script that can be kept."""

    code: ClassVar[str] = "vocabulary.bad-text"


class BadValue(VocabularyError):
    """Not a value of the type that it claims to be."""

    code: ClassVar[str] = "vocabulary.bad-value"


class UnknownCode(VocabularyError):
    """A code that its list does not have."""

    code: ClassVar[str] = "vocabulary.unknown-code"


class BadSchema(VocabularyError):
    """The vocabulary's own files are not in order."""

    code: ClassVar[str] = "vocabulary.bad-schema"


class BadRegion(VocabularyError):
    """The files of a region are not in order, or regions do not go together."""

    code: ClassVar[str] = "vocabulary.bad-region"


class UnknownRegion(VocabularyError):
    """A region that does not come with the program."""

    code: ClassVar[str] = "vocabulary.unknown-region"


def an(word: str, *, capital: bool = False) -> str:
    """A word under its article, as it begins in writing: an observation, a person."""
    article = ("An" if capital else "an") if word[:1] in "aeio" else ("A" if capital else "a")
    return f"{article} {word}"


def shown(text: object) -> str:
    """What was written, quoted, short enough for a message and with nothing invisible in it."""
    if not isinstance(text, str):
        return f"a {type(text).__name__}"
    short = text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
    safe = "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in short)
    more = f" ({len(text)} characters)" if len(text) > SHOWN_CHARACTERS else ""
    return f"‘{safe}’{more}"
