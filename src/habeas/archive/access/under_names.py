"""Claims about people that cite a picture as it is seen, and so show it under their names.

A portrait is under somebody's name by any claim about them that cites it, not only by one that says
whom it shows; so is one on a page of a document or in a film, where a rectangle of that is cited.
Words that were read in a picture are words: a scan is cited by them. Invariant: what is asked here
depends on what is recorded, never on handling.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Q

from habeas.archive.access.alike import DEPICTS
from habeas.archive.models import Claim, ClaimPassage, Mention, Passage
from habeas.archive.store.pieces import in_pieces

_RECTANGLE = '"left"'  # in the numbers of a place
_LOOKED_AT = Q(form__in=("rectangle", "whole")) | Q(form="time", place__contains=_RECTANGLE)


class LookedAt(NamedTuple):
    """A file that is looked at: an exhibit, or one in it; ``part``: a rectangle of a page of it, or
    of its film."""

    exhibit: int
    inner_path: str
    part: bool


def looked_at(exhibit: int, inner_path: str, form: str, place: str) -> LookedAt | None:
    """The file of which a place is something that is seen; None of words, cells and sounds."""
    part = form == "rectangle" or (form == "time" and _RECTANGLE in place)
    return LookedAt(exhibit, inner_path, part) if part or form == "whole" else None


def people(mentions: Collection[int]) -> set[int]:
    """The records of the people that these mentions are, or are a part of, such as a detention."""
    found: set[int] = set()
    owners: set[int] = set()
    for part in in_pieces(sorted(mentions)):
        rows = Mention.objects.filter(position__in=part)
        for kind, record, owner in rows.values_list("kind", "canonical", "of"):
            if kind == "person":
                found.add(record)
            elif owner is not None:
                owners.add(owner)
    return found | people(owners) if owners else found


def seen_in(claim: int) -> set[LookedAt]:
    """The files of which a claim cites what is seen."""
    cited = ClaimPassage.objects.filter(claim=claim).values("passage")
    rows = Passage.objects.filter(position__in=cited)
    places = (looked_at(*row) for row in rows.values_list("exhibit", "inner_path", "form", "place"))
    return {file for file in places if file is not None}


def whom(claim: int) -> set[int]:
    """The records of the people that a claim is about."""
    rows = Claim.objects.filter(position=claim).exclude(property=DEPICTS)
    return people({each for row in rows.values_list("subject", "ref") for each in row if each})


def claims_on(exhibits: Collection[int]) -> set[int]:
    """The claims about people that cite what is seen in these exhibits."""
    about: dict[int, set[int]] = defaultdict(set)
    for part in in_pieces(sorted(exhibits)):
        places = Passage.objects.filter(_LOOKED_AT, exhibit__in=part).values("position")
        citing = ClaimPassage.objects.filter(passage__in=places).values("claim")
        rows = Claim.objects.filter(position__in=citing).exclude(property=DEPICTS)
        for claim, subject, ref in rows.values_list("position", "subject", "ref"):
            about[claim] = {each for each in (subject, ref) if each}
    return {claim for claim, mentions in about.items() if people(mentions)}
