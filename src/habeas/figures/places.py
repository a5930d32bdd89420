"""Whether a record lies in a place, from claims that say where things lie.

Yes where a chain of assertions leads from the record up to the place. No only where the
chain leads the other way, from the place up to the record: what contains a place does not
lie in it. Everything else is not known: that a camp is said to lie in one town of a province
does not say that it lies outside of another place there, because the town may lie in that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from habeas.vocabulary.answers import Answer, any_of

LOCATING = ("located_in", "part_of", "place")

#: For a record, the places in which it is directly said to lie, and the claims that say so.
Above = Mapping[int, Mapping[int, tuple[int, ...]]]


def lies_in(record: int, places: Iterable[int], above: Above) -> Answer:
    """Whether a record lies in any of some places."""
    own = _chain(record, above)

    def lies_in_one(place: int) -> Answer:
        if place in own:
            return Answer.YES
        return Answer.NO if record in _chain(place, above) else Answer.UNKNOWN

    return any_of(lies_in_one(place) for place in places)


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


def leading_claims(record: int, places: Iterable[int], above: Above) -> set[int]:
    """The claims of every way that leads from a record up to one of the places."""
    wanted = frozenset(places)
    return {
        claim
        for place in _chain(record, above)
        for higher, claims in above.get(place, {}).items()
        if wanted & _chain(higher, above)
        for claim in claims
    }
