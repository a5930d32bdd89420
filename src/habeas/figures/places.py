"""Whether a record lies in a place, from claims that say where things lie.

Places are taken to form a tree: of two places with a common place above them, neither of
which contains the other, nothing lies in both. Where the recorded tree does not reach far
enough to say so, the answer is "not known".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from habeas.vocabulary.answers import Answer

LOCATING = ("located_in", "part_of", "place")


def lies_in(record: int, places: Iterable[int], above: Mapping[int, frozenset[int]]) -> Answer:
    """``above`` gives, for a record, the places in which it is directly said to lie."""
    own = _chain(record, above)
    answers = [_in_one(record, place, own, above) for place in places]
    if Answer.YES in answers:
        return Answer.YES
    return Answer.UNKNOWN if Answer.UNKNOWN in answers else Answer.NO


def _in_one(
    record: int, place: int, own: frozenset[int], above: Mapping[int, frozenset[int]]
) -> Answer:
    if place in own:
        return Answer.YES
    chain = _chain(place, above)
    if record in chain:  # it contains the place
        return Answer.NO
    nearest = above.get(record, frozenset())
    if not nearest or nearest & chain:
        return Answer.UNKNOWN
    return Answer.NO if own & chain else Answer.UNKNOWN


def _chain(record: int, above: Mapping[int, frozenset[int]]) -> frozenset[int]:
    """The record and every place above it."""
    seen = {record}
    waiting = [record]
    while waiting:
        for place in above.get(waiting.pop(), ()):
            if place not in seen:
                seen.add(place)
                waiting.append(place)
    return frozenset(seen)
