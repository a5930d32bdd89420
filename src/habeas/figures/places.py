"""Whether a record lies in a place, from claims that say where things lie.

Places are taken to form a tree: of two places with a common place above them, neither of
which contains the other, nothing lies in both. Where the recorded tree does not reach far
enough to say so, the answer is "not known".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from habeas.vocabulary.answers import Answer

LOCATING = ("located_in", "part_of", "place")

#: For a record, the places in which it is directly said to lie, and the claims that say so.
Above = Mapping[int, Mapping[int, tuple[int, ...]]]


def lies_in(record: int, places: Iterable[int], above: Above) -> Answer:
    """Whether a record lies in any of some places."""
    own = _chain(record, above)
    answers = [_in_one(record, place, own, above) for place in places]
    if Answer.YES in answers:
        return Answer.YES
    return Answer.UNKNOWN if Answer.UNKNOWN in answers else Answer.NO


def _in_one(record: int, place: int, own: frozenset[int], above: Above) -> Answer:
    if place in own:
        return Answer.YES
    chain = _chain(place, above)
    if record in chain:  # it contains the place
        return Answer.NO
    nearest = above.get(record, {}).keys()
    if not nearest or nearest & chain:
        return Answer.UNKNOWN
    return Answer.NO if own & chain else Answer.UNKNOWN


def _chain(record: int, above: Above) -> frozenset[int]:
    """The record and every place above it."""
    seen = {record}
    waiting = [record]
    while waiting:
        for place in above.get(waiting.pop(), ()):
            if place not in seen:
                seen.add(place)
                waiting.append(place)
    return frozenset(seen)


def placing_claims(records: Iterable[int], above: Above) -> set[int]:
    """Every claim by which the records, and the places above them, are put in their places."""
    found: set[int] = set()
    on_the_way = frozenset().union(*(_chain(record, above) for record in records))
    for place in on_the_way:
        for claims in above.get(place, {}).values():
            found.update(claims)
    return found
