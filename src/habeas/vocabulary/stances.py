"""What a speaker does with a value, in words: the one table, for pages, figures, whys and bundles.

Whoever words a stance takes it from here (``tests/project/test_stance_words.py``); pages translate
what they take. Each form is whole, because a translator cannot build one from another. Not here:
the codes and their meanings, the code list ``stance``, to which claims commit by digest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


def gettext_noop(words: str) -> str:
    """Mark words for translation. This room has no Django; the name is what is looked for."""
    return words


@dataclass(frozen=True, slots=True)
class Stance:
    """The forms of one stance; '' where none is needed.

    ``verb`` with a value after it, ``alone`` without one; ``by`` before a speaker's name;
    ``passive`` of a value whose speaker is named elsewhere; ``noun`` and ``nouns`` of such claims,
    one and several; ``drawn`` says which of a plot's marks it has.
    """

    verb: str
    alone: str
    by: str
    passive: str
    noun: str
    nouns: str
    drawn: str = ""


ASSERTS: Final = "asserts"
DENIES: Final = "denies"
DOES_NOT_KNOW: Final = "does-not-know"
RETRACTS: Final = "retracts"

WORDS: Final = {
    ASSERTS: Stance(
        verb=gettext_noop("asserts"),
        alone="asserts it",
        by=gettext_noop("Said by"),
        passive="asserted",
        noun="an assertion",
        nouns="assertions",
    ),
    DENIES: Stance(
        verb=gettext_noop("denies"),
        alone="denies it",
        by=gettext_noop("Denied by"),
        passive="denied",
        noun="a denial",
        nouns="denials",
        drawn=gettext_noop("A cross marks a number that is denied."),
    ),
    DOES_NOT_KNOW: Stance(
        verb=gettext_noop("does not know"),
        alone="does not know",
        by=gettext_noop("Not known to"),
        passive="not known",
        noun="a statement of not knowing",
        nouns="statements of not knowing",
    ),
    RETRACTS: Stance(
        verb=gettext_noop("takes back"),
        alone="takes it back",
        by=gettext_noop("Taken back by"),
        passive="taken back",
        noun="a retraction by its speaker",
        nouns="retractions by their speakers",
    ),
}


def words(code: str) -> Stance:
    """The words of a stance; the code itself where a later program wrote it."""
    return WORDS.get(code) or Stance(code, code, f"{code}:", code, code, code)


def mark(code: str, form: str) -> str:
    """A form of a stance as the head of a value, with its colon: to assert needs no mark."""
    return "" if code == ASSERTS else f"{form}: "


def listed() -> str:
    """All stances, as verbs in a sentence."""
    *others, last = (each.verb for each in WORDS.values())
    return f"{', '.join(others)} or {last}"
