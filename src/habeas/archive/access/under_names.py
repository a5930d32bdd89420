"""Claims about people that cite a picture as it is seen, and so show it under their names.

A portrait is under somebody's name by any claim about them that cites it, not only by one that says
whom it shows. Words that were read in a picture are words: a scan is cited by them. Invariant: what
is asked here depends on what is recorded, never on handling.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Final

from habeas.archive.access.alike import DEPICTS
from habeas.archive.models import Claim, ClaimPassage, Mention, Passage
from habeas.archive.store.pieces import in_pieces

#: The forms of places that are looked at.
SEEN: Final = ("rectangle", "whole")


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


def seen_in(claim: int) -> set[tuple[int, str]]:
    """The files of which a claim cites what is seen: exhibits, and the path of a file in one."""
    cited = ClaimPassage.objects.filter(claim=claim).values("passage")
    places = Passage.objects.filter(position__in=cited, form__in=SEEN)
    return set(places.values_list("exhibit", "inner_path"))


def whom(claim: int) -> set[int]:
    """The records of the people that a claim is about."""
    rows = Claim.objects.filter(position=claim).exclude(property=DEPICTS)
    return people({each for row in rows.values_list("subject", "ref") for each in row if each})


def claims_on(exhibits: Collection[int]) -> set[int]:
    """The claims about people that cite what is seen in these exhibits."""
    about: dict[int, set[int]] = defaultdict(set)
    for part in in_pieces(sorted(exhibits)):
        places = Passage.objects.filter(exhibit__in=part, form__in=SEEN).values("position")
        citing = ClaimPassage.objects.filter(passage__in=places).values("claim")
        rows = Claim.objects.filter(position__in=citing).exclude(property=DEPICTS)
        for claim, subject, ref in rows.values_list("position", "subject", "ref"):
            about[claim] = {each for each in (subject, ref) if each}
    return {claim for claim, mentions in about.items() if people(mentions)}
