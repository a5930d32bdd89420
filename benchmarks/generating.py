"""Generated archives: synthetic people, places and sources, any number of claims.

Each person has about ten claims, from two hundred sources; one claim in four cites a
passage of its own. Everything is appended through the verbs, in batches of a thousand
claims. The same seed gives the same claims (ids and salts are random all the same).
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from habeas.archive import verbs
from habeas.archive.exhibits.intake import Received, record_with_layer, seal_all
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.vocabulary import values

SOURCES = 200
BATCH = 1_000
CLAIMS_A_PERSON = 10
DEFINITION = """\
key: bench-{county}
title: Generated people detained in county {county}
kind: counted
counts: person
unit: persons
rules:
  - {{rule: has-claim, property: detained_in, points-to: "#{place}"}}
"""


@dataclass(slots=True)
class Cast:
    """What the generated claims refer to."""

    sources: list[Ref]
    places: list[Ref]
    exhibit: Ref
    layer: Ref
    text: str


def cast(
    archive: Archive, places: int = 1_000, *, sources: int = SOURCES, facilities: bool = False
) -> Cast:
    """One exhibit with a long text, the sources and the places, or facilities in place of these."""
    text = "\n".join(f"Line {number} of a generated note about nobody." for number in range(2_000))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "note.txt")
        path.write_text(text, encoding="utf-8")
        sealed = seal_all(archive, [Received(path)], [])[0]
    with archive.writing() as batch:
        exhibit, layer = record_with_layer(batch, sealed)
        speakers = [
            verbs.source(batch, f"generated-{n}", "publication", name=f"Generated source {n}")
            for n in range(sources)
        ]
        kind, name = ("facility", "facility") if facilities else ("place", "county")
        held_in = [verbs.mention(batch, kind, f"Generated {name} {n}") for n in range(places)]
    if layer is None:
        raise RuntimeError("the generated note was not read")
    return Cast(speakers, held_in, exhibit, layer, text)


@dataclass(frozen=True, slots=True)
class Draft:
    """One claim before it is appended; ``begins`` a person of its own number."""

    begins: int | None
    property: str
    value: values.Value
    attribution: list[Attribution]
    cited: int | None


def drafts(
    known: Cast, count: int, *, seed: int = 1, passages_a_claim: float = 0.25
) -> Iterator[list[Draft]]:
    """The claims to append, a batch at a time."""
    chance = random.Random(seed)
    for start in range(0, count, BATCH):
        stop = min(start + BATCH, count)
        yield [_draft(known, chance, index, passages_a_claim) for index in range(start, stop)]


def append(archive: Archive, known: Cast, batch_of_drafts: list[Draft]) -> None:
    """Append one batch, in one transaction."""
    with archive.writing(sequence=False) as batch:
        for draft in batch_of_drafts:
            if draft.begins is not None:
                person = verbs.mention(batch, "person", f"Generated person {draft.begins}")
            passages = []
            if draft.cited is not None:
                stop = draft.cited + 60
                passages = [
                    verbs.cite(batch, known.exhibit, known.layer, known.text, draft.cited, stop)
                ]
            verbs.claim(
                batch, person, draft.property, draft.value, draft.attribution, passages=passages
            )


def _draft(known: Cast, chance: random.Random, index: int, passages_a_claim: float) -> Draft:
    cited = None
    if chance.random() < passages_a_claim:
        cited = chance.randrange(len(known.text) - 200)
    name, value = _value(chance, known, index)
    said = f"20{chance.randrange(17, 23)}-{chance.randrange(1, 13):02}"
    attribution = [Attribution(chance.choice(known.sources), "document", said=said)]
    if chance.random() < 0.3:
        attribution.append(Attribution(chance.choice(known.sources)))
    person, rest = divmod(index, CLAIMS_A_PERSON)
    return Draft(person if rest == 0 else None, name, value, attribution, cited)


def _value(chance: random.Random, known: Cast, index: int) -> tuple[str, values.Value]:
    match index % CLAIMS_A_PERSON:
        case 0 | 1:
            return "name", values.text(f"Generated Name {index}")
        case 2 | 3:
            return "detained_in", values.reference(chance.choice(known.places).entry_id)
        case 4 | 5:
            return "detained", values.date(f"2017-{chance.randrange(1, 13):02}")
        case 6:
            return "birth_date", values.date(f"19{chance.randrange(40, 99)}")
        case _:
            return "occupation", values.text(f"Generated occupation {index % 97}")
