"""How alike two pieces of names are, and why.

Invariants: a pure function of the two written pieces, the kind of record and the region.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from habeas import names
from habeas.linking import titles
from habeas.names import parts, table
from habeas.names.errors import BadName
from habeas.vocabulary import texts

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region

Pair = tuple[str, str]
Scored = tuple[float, str]

_ONE_PLACE, _TWO_PLACES = 0.98, 0.6
_OTHER_NUMBER, _OTHER_KIND, _OTHER_RANK, _ONE_SAYS = 0.6, 0.7, 0.7, 0.93


@lru_cache(maxsize=64)
def _comparer(kind: str, region: Region) -> names.Comparer:
    return names.Comparer(region, None if kind == "person" else table.NameTable([]))


def score(kind: str, pair: Pair, region: Region) -> Scored:
    """Likeness in [0, 1] and why, of two pieces of people's names or two whole names."""
    left, right = pair
    if kind != "person":
        return _of_titles(left, right, region)
    if left != right and (parts.is_initial(left, region) or parts.is_initial(right, region)):
        return 0.0, "an initial, which fits too many names to say anything"
    return _of_people(left, right, region)


def _of_people(left: str, right: str, region: Region, kind: str = "person") -> Scored:
    try:
        found = _comparer(kind, region).compare(left, right)
    except BadName:
        return (1.0, "written the same") if left == right else (0.0, "")
    return found.similarity, "; ".join(found.reasons)


def _of_titles(left: str, right: str, region: Region) -> Scored:
    """Proper names by place, by sound or by words; another number or kind is another."""
    one, other = titles.take_apart(left, region), titles.take_apart(right, region)
    if place := titles.places_of(one.proper, other.proper, region):
        similarity, why = _ONE_PLACE if place.same else _TWO_PLACES, place.why
    elif one.proper == other.proper:
        similarity, why = 1.0, "the same words"
    elif not one.proper or not other.proper:
        similarity, why = 0.5, "one has no proper name"
    else:
        similarity, why = _of_people(one.proper, other.proper, region, kind="title")
        if texts.detect_script(left) == texts.detect_script(right):
            by_words = _by_words(one.proper, other.proper)
            if by_words > similarity:
                similarity, why = by_words, "nearly the same words"
    if one.numbers != other.numbers:
        limit = _OTHER_NUMBER if one.numbers and other.numbers else _ONE_SAYS
        similarity, why = min(similarity * 0.95, limit), f"{why}; not the same number"
    if titles.of_other_ranks(one, other, region):
        similarity, why = min(similarity * 0.95, _OTHER_RANK), f"{why}; a place of another rank"
    if one.kinds != other.kinds:
        limit = _ONE_SAYS if not one.kinds or not other.kinds else _OTHER_KIND
        similarity, why = min(similarity * 0.95, limit), f"{why}; not the same kind of place"
    return round(similarity, 4), why


def _by_words(left: str, right: str) -> float:
    from rapidfuzz import fuzz

    return float(fuzz.token_sort_ratio(left, right)) / 100
