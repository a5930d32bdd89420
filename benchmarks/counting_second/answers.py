"""Yes, no and not known, as True, False and None (Kleene 1952, section 64)."""

from __future__ import annotations

from collections.abc import Iterable

Answer = bool | None


def all_of(answers: Iterable[Answer]) -> Answer:
    found = list(answers)
    if False in found:
        return False
    return None if None in found else True


def any_of(answers: Iterable[Answer]) -> Answer:
    found = list(answers)
    if True in found:
        return True
    return None if None in found else False


def opposite(answer: Answer) -> Answer:
    return None if answer is None else not answer


def agreed(answers: Iterable[Answer]) -> Answer:
    """The answer that all of them give, else not known."""
    found = set(answers)
    return found.pop() if len(found) == 1 else None
