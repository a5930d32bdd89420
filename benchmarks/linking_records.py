"""Synthetic records of people for the linkage benchmark, in mixed scripts, and who is who.

Invariants: nobody in it exists: given names of the table drawn at random, with a made-up
father, year, county and number. The same number and seed give the same records, and records
are made one at a time. A record is one source's: an Uyghur list (Arabic letters), a Chinese
table (Han), a press report (Latin), a Cyrillic petition, a Latin list of exiles; each leaves out
what such sources leave out and some of them misspell.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from habeas.linking import LinkRecord
from habeas.names import gazetteer, table, uyghur
from habeas.vocabulary.region import bundled

XINJIANG = bundled("xinjiang")

#: Share of each source; how often it gives year, place, father's name; how often it misspells.
_SOURCES = (
    ("uyghur", 0.25, 0.7, 0.85, 0.85, 0.03),
    ("chinese", 0.30, 0.9, 0.9, 0.7, 0.02),
    ("press", 0.20, 0.5, 0.6, 0.7, 0.06),
    ("cyrillic", 0.10, 0.7, 0.7, 0.9, 0.04),
    ("exiles", 0.15, 0.6, 0.8, 0.85, 0.06),
)
#: How letters are confused in free spelling, one change a name.
_SLIPS = (
    ("a", "e"), ("e", "a"), ("u", "o"), ("o", "u"), ("i", "e"), ("h", ""), ("k", "q"),
    ("gh", "g"), ("j", "zh"), ("ə", "ä"), ("ە", "ا"), ("ۇ", "و"), ("ى", "ې"), ("а", "я"),
)  # fmt: skip
_PLACE_FORMS = ("official", "uly", "uey", "sasm", "press")
_MOST_RECORDS = 5


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody made up."""

    given: int
    father: int
    born: int
    county: int
    number: str


class Population:
    """Names with their spellings by source, and how common they are (Zipf)."""

    def __init__(self, seed: int) -> None:
        given = [name for name in table.of(XINJIANG).names if name.language == "ug"]
        chooser = random.Random(seed)
        chooser.shuffle(given)
        self.names = given
        self.forms = [self._spellings(name) for name in given]
        weights = [1 / (rank + 20) for rank in range(1, len(given) + 1)]
        self.cumulated = list(accumulate(weights))
        self.counties = [
            [form.text for form in unit.forms if form.kind in _PLACE_FORMS]
            for unit in gazetteer.of(XINJIANG).units
            if unit.level == "county"
        ]

    def name(self, chooser: random.Random) -> int:
        return bisect(self.cumulated, chooser.random() * self.cumulated[-1])

    def _spellings(self, name: table.GivenName) -> dict[str, tuple[str, ...]]:
        common = uyghur.to_common(name.name, "uly")
        uey, uly, uky = (uyghur.from_common(common, to) for to in ("uey", "uly", "uky"))
        latin = name.latin or (uly,)
        return {
            "uyghur": (uey,),
            "chinese": name.han or (uly,),
            "press": (*latin, uyghur.from_common(common, "sasm")),
            "cyrillic": (uky, *name.cyrillic),
            "exiles": (uly, *latin),
        }


def records(number: int, seed: int = 2017) -> Iterator[tuple[LinkRecord, int]]:
    """``number`` records with the number of the person that each is of."""
    people = Population(seed)
    chooser = random.Random(seed)
    made = person = 0
    waiting: list[tuple[float, LinkRecord, int]] = []
    while made < number:
        person += 1
        somebody = Person(
            people.name(chooser), people.name(chooser), int(chooser.triangular(1935, 2004, 1985)),
            chooser.randrange(len(people.counties)), f"65{chooser.randrange(10**14):014d}",
        )  # fmt: skip
        times = min(_MOST_RECORDS, 1 + int(chooser.expovariate(1.6)))
        for _ in range(times):
            made += 1
            if made > number:
                break
            waiting.append((chooser.random(), _record(people, somebody, chooser, made), person))
        if len(waiting) > 5_000:
            waiting.sort(key=lambda one: one[0])
            for _, record, who in waiting[:4_000]:
                yield record, who
            del waiting[:4_000]
    for _, record, who in sorted(waiting, key=lambda one: one[0]):
        yield record, who


def _record(people: Population, who: Person, chooser: random.Random, number: int) -> LinkRecord:
    source, _, year, place, father, slips = chooser.choices(
        _SOURCES, weights=[one[1] for one in _SOURCES]
    )[0]
    given = _spelt(people.forms[who.given][source], chooser, slips)
    parent = _spelt(people.forms[who.father][source], chooser, slips)
    born = None
    if chooser.random() < year:
        born = who.born + (chooser.choice((-1, 1)) if chooser.random() < 0.1 else 0)
    with_father = chooser.random() < father
    whole = f"{given}{'·' if source == 'chinese' else ' '}{parent}" if with_father else given
    spellings = people.counties[who.county]
    known = chooser.random() < place
    return LinkRecord(
        f"r{number:07d}",
        "person",
        (whole,),
        birth_from=born,
        birth_to=born,
        gender=people.names[who.given].sex if chooser.random() < 0.8 else "",
        places=(chooser.choice(spellings),) if known else (),
        identifiers=(who.number,) if source == "chinese" and chooser.random() < 0.3 else (),
        dataset=source,
    )


def _spelt(forms: tuple[str, ...], chooser: random.Random, slips: float) -> str:
    """One of the spellings, the first ones more often; sometimes with a slip."""
    form = forms[min(int(chooser.expovariate(1.0)), len(forms) - 1)]
    if chooser.random() >= slips or len(form) < 4:
        return form
    if chooser.random() < 0.7:
        fitting = [(old, new) for old, new in _SLIPS if old in form[1:]]
        if fitting:
            old, new = chooser.choice(fitting)
            return form[0] + form[1:].replace(old, new, 1)
    at = chooser.randrange(1, len(form) - 1)
    return form[:at] + (form[at + 1 :] if chooser.random() < 0.5 else form[at] + form[at:])
