"""A large case: people held, the facilities where, sources, and figures about them.

Ten claims a person, appended through the verbs (``generating``); each source says, or passes on,
about one claim in a hundred, so that with a million claims one source stands behind ten thousand.
Of every tenth person a detention is recorded, with a time and a place of its own, in which two of
their claims are grouped. Facilities lie in counties, counties in provinces, and each county's
number of people held is reported by some sources.
"""

from __future__ import annotations

import random
import sys
import time
from dataclasses import dataclass

from benchmarks.generating import CLAIMS_A_PERSON, append, cast, drafts
from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.store.pieces import in_pieces
from habeas.archive.verbs.claiming import Attribution
from habeas.vocabulary import values
from habeas.vocabulary.counts import Count

SOURCES = 130
FACILITIES = 1_000
COUNTIES = 100
PROVINCES = 10
REPORTS = 3  # of how many people a county holds
RECORDED_EVERY = 10  # so many people for one with a recorded detention
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
    "one-detention": (
        "counted",
        "counts: person\nunit: persons\n",
        (
            (
                "has-record, kind: detention, claims: [{property: detained_in}, "
                "{property: detained, date: {within: 2017-06}}]"
            ),
        ),
    ),
    "detentions": (
        "counted",
        "counts: detention\nunit: detentions\n",
        ("has-claim, property: detained, date: {within: 2017-06}",),
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
    record_detentions(archive, known.places, known.sources)
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


def record_detentions(archive: Archive, facilities: list[Ref], sources: list[Ref]) -> None:
    """A detention of every tenth person, two of whose claims are grouped in it."""
    chance = random.Random(4)
    signer = archive.keyring.add_person(None)
    with archive.writing() as batch:
        verbs.add_person(batch, signer)
    mentions = m.Mention.objects.filter(kind="person").order_by("position")
    people = list(mentions.values_list("position", flat=True))[::RECORDED_EVERY]
    for some in in_pieces(people):
        told = m.Claim.objects.filter(
            subject__in=some, property__in=("detained", "detained_in"), ended_at=None
        )
        first: dict[int, dict[str, int]] = {}
        for subject, name, position in told.order_by("-position").values_list(
            "subject", "property", "position"
        ):
            first.setdefault(subject, {})[name] = position
        with archive.writing(signer, sequence=False) as batch:
            for person in some:
                caption = f"Generated detention of {person}"
                detention = verbs.mention(batch, "detention", caption, of=person)
                facility = values.reference(chance.choice(facilities).entry_id)
                month = values.date(f"2017-{chance.randrange(1, 13):02}")
                for name, value in (("detained_in", facility), ("detained", month)):
                    speaker = Attribution(chance.choice(sources), "document")
                    verbs.claim(batch, detention, name, value, [speaker])
                verbs.group(batch, detention, list(first[person].values()), "generated")


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
