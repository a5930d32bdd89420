"""Three answers: yes, no, and "the sources do not say".

Invariants: YES and NO are given only when they hold under every reading that the stated
value allows; everything else is UNKNOWN. Combining follows Kleene's strong three-valued
logic (Kleene, 1952, Introduction to Metamathematics, section 64).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Answer(Enum):
    """``YES`` and ``NO`` are certain; ``UNKNOWN`` is neither and must never be shown as either."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    def __invert__(self) -> Answer:
        return _OPPOSITE[self]


_OPPOSITE = {Answer.YES: Answer.NO, Answer.NO: Answer.YES, Answer.UNKNOWN: Answer.UNKNOWN}


def all_of(answers: Iterable[Answer]) -> Answer:
    """No if any is no, else unknown if any is unknown, else yes."""
    result = Answer.YES
    for answer in answers:
        if answer is Answer.NO:
            return Answer.NO
        if answer is Answer.UNKNOWN:
            result = Answer.UNKNOWN
    return result


def any_of(answers: Iterable[Answer]) -> Answer:
    """Yes if any is yes, else unknown if any is unknown, else no."""
    result = Answer.NO
    for answer in answers:
        if answer is Answer.YES:
            return Answer.YES
        if answer is Answer.UNKNOWN:
            result = Answer.UNKNOWN
    return result


def agreed(answers: Iterable[Answer]) -> Answer:
    """The answer that all give; unknown where they differ. For "one of these is true"."""
    found = set(answers)
    return found.pop() if len(found) == 1 else Answer.UNKNOWN
