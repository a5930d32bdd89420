"""A large case: people held, the facilities where, sources, and figures about them.

Ten claims a person, appended through the verbs (``generating``); each source says, or passes on,
about one claim in a hundred, so that with a million claims one source stands behind ten thousand.
Facilities lie in counties, counties in provinces, and each county's number of people held is
reported by some sources.
"""

from __future__ import annotations

import random
import sys
import time
from dataclasses import dataclass

from benchmarks.generating import CLAIMS_A_PERSON, append, cast, drafts
from habeas.archive import verbs
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.vocabulary import values
from habeas.vocabulary.counts import Count

SOURCES = 130
FACILITIES = 1_000
COUNTIES = 100
PROVINCES = 10
REPORTS = 3  # of how many people a county holds
LARGE = "all-detained"  # the figure over all people

DEFINITIONS = {
    LARGE: ("counted", "counts: person\nunit: persons\n", ("has-claim, property: detained",)),
    "with-facility": (
        "counted",
        "counts: person\nunit: persons\n",
        ("has-claim, property: [detained, detained_in]", "has-claim, property: detained_in"),
    ),
    "in-june": (
        "counted",
        "counts: person\nunit: persons\n",
        ("has-claim, property: detained, date: {within: 2017-06}",),
    ),
    "two-origins": (
        "counted",
        "counts: person\nunit: persons\n",
        ("has-claim, property: detained, origins-at-least: 2",),
    ),
    **{
        f"held-in-{n}": (
            "counted",
            "counts: person\nunit: persons\n",
            (f"has-claim, property: detained_in, points-to: Generated facility {n}",),
        )
        for n in range(3)
    },
    "facilities-in-a-province": (
        "counted",
        "counts: facility\nunit: facilities\n",
        ("in-place, place: Generated province 0",),
    ),
    "people-held": ("reported", "reports: people_held\n", ("subject, is: Generated county 0",)),
}


@dataclass(frozen=True, slots=True)
class Case:
    """Ledger positions of what is asked about."""

    source: int
    facility: int
    figures: tuple[str, ...]


def fill(archive: Archive, claims: int) -> Case:
    """A case of so many claims about a tenth as many people."""
    known = cast(archive, FACILITIES, sources=SOURCES, facilities=True)
    started, done = time.monotonic(), 0
    for batch in drafts(known, claims):
        append(archive, known, batch)
        done += len(batch)
        if done % 100_000 == 0:
            rate = done / (time.monotonic() - started)
            print(f"  {done:,} of {claims:,} claims, {rate:,.0f}/s", file=sys.stderr)
    with archive.writing() as batch:
        _where(batch, known.places, known.sources)
        for key, (kind, head, rules) in DEFINITIONS.items():
            lines = "".join(f"  - {{rule: {rule}}}\n" for rule in rules)
            text = f"key: {key}\ntitle: {key}\nkind: {kind}\n{head}rules:\n{lines}"
            verbs.define(batch, key=key, title=key, kind=kind, text=text)
    return Case(known.sources[0].position, known.places[0].position, tuple(DEFINITIONS))


def people(claims: int) -> int:
    """About how many people a case of so many claims is."""
    return claims // CLAIMS_A_PERSON


def _where(batch: Batch, facilities: list[Ref], sources: list[Ref]) -> None:
    chance = random.Random(2)
    provinces = [verbs.mention(batch, "place", f"Generated province {n}") for n in range(PROVINCES)]
    counties = [verbs.mention(batch, "place", f"Generated county {n}") for n in range(COUNTIES)]

    def says(subject: Ref, name: str, value: values.Value) -> None:
        verbs.claim(batch, subject, name, value, [Attribution(chance.choice(sources))])

    for number, county in enumerate(counties):
        says(county, "part_of", values.reference(provinces[number % PROVINCES].entry_id))
        for _ in range(REPORTS):
            held = chance.randrange(100, 10_000)
            says(
                county,
                "people_held",
                values.count(Count(held, held, approximate=False, unit="persons")),
            )
    for number, facility in enumerate(facilities):
        says(facility, "located_in", values.reference(counties[number % COUNTIES].entry_id))
