"""Claims about people that cite a picture as it is seen, and so show it under their names.

A portrait is under somebody's name by any claim about them that cites it, not only by one that says
whom it shows; so is one on a page of a document or in a film, where a rectangle of that is cited.
Words that were read in a picture are words: a scan is cited by them. Invariant: what is asked here
depends on what is recorded, never on handling.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Q

from habeas.archive.access.alike import DEPICTS
from habeas.archive.access.joins import open_records
from habeas.archive.models import Claim, ClaimPassage, Mention, Passage
from habeas.archive.store.pieces import in_pieces

NOT_APPLICABLE = "not-applicable"
_RECTANGLE = '"left"'  # in the numbers of a place
_LOOKED_AT = Q(form__in=("rectangle", "whole")) | Q(form="time", place__contains=_RECTANGLE)


class LookedAt(NamedTuple):
    """A file that is looked at: an exhibit, or one in it; ``place``: the numbers of a rectangle of
    a page of it, or of its film, as JSON; '' for the whole."""

    exhibit: int
    inner_path: str
    place: str

    @property
    def part(self) -> bool:
        """Whether a rectangle is looked at, of whatever the file is."""
        return bool(self.place)


def looked_at(exhibit: int, inner_path: str, form: str, place: str) -> LookedAt | None:
    """The file of which a place is something that is seen; None of words, cells and sounds."""
    part = form == "rectangle" or (form == "time" and _RECTANGLE in place)
    shown = place if part else ""
    return LookedAt(exhibit, inner_path, shown) if part or form == "whole" else None


def people(mentions: Collection[int]) -> set[int]:
    """The records of the people that these mentions are, or are a part of, such as a detention."""
    persons: set[int] = set()
    owners: set[int] = set()
    for part in in_pieces(sorted(mentions)):
        rows = Mention.objects.filter(position__in=part)
        for mention, kind, owner in rows.values_list("position", "kind", "of"):
            if kind == "person":
                persons.add(mention)
            elif owner is not None:
                owners.add(owner)
    found = set(open_records(persons).values())
    return found | people(owners) if owners else found


def seen_in(claim: int) -> set[LookedAt]:
    """The files of which a claim cites what is seen."""
    cited = ClaimPassage.objects.filter(claim=claim).values("passage")
    rows = Passage.objects.filter(position__in=cited)
    places = (looked_at(*row) for row in rows.values_list("exhibit", "inner_path", "form", "place"))
    return {file for file in places if file is not None}


def looking_there(file: LookedAt, claims: Collection[int], whole: Collection[int]) -> set[int]:
    """Those of the claims that cite what is seen where a rectangle is; of ``whole`` also those that
    cite the whole of its file."""
    citing: dict[int, set[int]] = defaultdict(set)
    rows = ClaimPassage.objects.filter(claim__in=claims)
    for claim, passage in rows.values_list("claim", "passage"):
        citing[passage].add(claim)
    places = Passage.objects.filter(
        position__in=citing, exhibit=file.exhibit, inner_path=file.inner_path
    )
    there = json.loads(file.place)
    return {
        claim
        for passage, form, place in places.values_list("position", "form", "place")
        for claim in citing[passage]
        if (form == "whole" and claim in whole)
        or (form in ("rectangle", "time") and _is_there(there, json.loads(place)))
    }


def shows_no_one(value: str) -> bool:
    """Whether the value of a claim of what is seen is that nobody is: whom, does not apply."""
    return bool(json.loads(value).get("state") == NOT_APPLICABLE)


def showing_no_one(claims: Collection[int]) -> set[int]:
    """Those of claims of what is seen that assert that nobody is."""
    found: set[int] = set()
    for part in in_pieces(sorted(claims)):
        rows = Claim.objects.filter(position__in=part, stance="asserts", ref__isnull=True)
        values = rows.values_list("position", "value")
        found.update(position for position, value in values if shows_no_one(value))
    return found


def _is_there(place: dict[str, int], other: dict[str, int]) -> bool:
    """Whether nearly all of a place, three quarters, is in another: nobody draws the same
    rectangle twice."""
    if any(place.get(name, 1) != other.get(name, 1) for name in ("page", "stream")):
        return False
    if "from_ms" in place or "from_ms" in other:
        if not ("from_ms" in place and "from_ms" in other):
            return False
        lasts = place["to_ms"] - place["from_ms"]
        both = _common(place, other, "from_ms", "to_ms")
        if both < 0 or 4 * both < 3 * lasts:
            return False
    if "left" not in other:  # all of the film at that time
        return True
    across = _common(place, other, "left", "right")
    down = _common(place, other, "top", "bottom")
    area = (place["right"] - place["left"]) * (place["bottom"] - place["top"])
    return across > 0 and down > 0 and 4 * across * down >= 3 * area


def _common(place: dict[str, int], other: dict[str, int], first: str, last: str) -> int:
    """How much two ranges share; less than nothing where they lie apart."""
    return min(place[last], other[last]) - max(place[first], other[first])


def whom(claim: int) -> set[int]:
    """The records of the people that a claim is about."""
    rows = Claim.objects.filter(position=claim).exclude(property=DEPICTS)
    return people({each for row in rows.values_list("subject", "ref") for each in row if each})


def claims_on(exhibits: Collection[int], inner_path: str | None = None) -> set[int]:
    """The claims about people that cite what is seen in these exhibits, or in one file in them."""
    about: dict[int, set[int]] = defaultdict(set)
    for part in in_pieces(sorted(exhibits)):
        places = Passage.objects.filter(_LOOKED_AT, exhibit__in=part)
        if inner_path is not None:
            places = places.filter(inner_path=inner_path)
        citing = ClaimPassage.objects.filter(passage__in=places.values("position")).values("claim")
        rows = Claim.objects.filter(position__in=citing).exclude(property=DEPICTS)
        for claim, subject, ref in rows.values_list("position", "subject", "ref"):
            about[claim] = {each for each in (subject, ref) if each}
    return {claim for claim, mentions in about.items() if people(mentions)}
