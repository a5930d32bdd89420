"""Small archives at random, made by the ordinary verbs, to hold two counts against each other.

Each has a few dozen claims and everything that a figure must get right about them: mentions joined
and parted, detentions and what is grouped into them, lists and sources retracted, corrections
retracted, denials, values not given, dates and counts of every kind, places in places, lineage in
rings, linkage, handling and consent. The same seed gives the same archive. Everybody in them is
invented.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.counting_dates import DATES
from habeas.archive import models as m
from habeas.archive import regions, verbs
from habeas.archive.access import OWNER, visible
from habeas.archive.errors import AlreadyEnded, EntryRefused
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref, entry_id_at
from habeas.archive.making import init_archive
from habeas.archive.opening import Archive, open_archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.linking import ProposedPair
from habeas.archive.verbs.referring import Marking
from habeas.custody.log.notes import Signer
from habeas.custody.trust.persons import TrustRules
from habeas.exchange.importing import import_folder
from habeas.vocabulary import values

COUNTS = ("0", "3", "10", "20", "100", "120", "500", "~100", "~3", "~50-60", "10-20", "90-130")
COUNTS += (">=50", "<=80", "~>=40", ">=500", "<=2")
TEXTS = ("teacher", "Teacher", "TEACHER ", "school teacher", "school  teacher", "ｔｅａｃｈｅｒ")
TEXTS += ("farmer", "مۇئەللىم")
MISSING = ("?unknown", "?withheld", "?not-applicable")
CODES = {
    "gender": ("female", "male"),
    "role": ("survivor", "relative", "witness"),
    "spoke_publicly": ("yes", "no"),
    "facility_type": ("camp", "prison"),
    "forced_labour": ("yes", "no", "in-part"),
    "un_position": ("support", "condemn", "self"),
    "detention_outcome": ("released", "died", "still-held"),
}
POINTS = ("37.08,80.18 county", "37.10,80.20 site", "39.47,75.99 settlement", "37.08,80.18 exact")
REFERS = {
    "detained_in": ("facility", "place"),
    "located_in": ("place", "country"),
    "part_of": ("place", "country"),
    "place": ("place", "facility", "country"),
    "citizenship": ("country",),
}
PROPERTIES = {
    "person": "occupation gender role spoke_publicly birth_date detained released detained_in "
    "citizenship age_then",
    "facility": "located_in people_held capacity facility_type opened deaths forced_labour purpose "
    "location",
    "place": "part_of people_held facility_count deaths",
    "country": "un_position",
    "event": "date place deaths",
    "detention": "held_from held_until detained released detained_in detention_reason "
    "detention_outcome",
}
KINDS = tuple(PROPERTIES)
_BY_THEMSELVES = tuple(kind for kind in KINDS if kind != "detention")
BASES = ("saw", "heard", "document", "not-stated")
STANCES = ("asserts",) * 8 + ("denies", "denies", "does-not-know", "retracts")
HANDLING = ("public",) * 5 + ("team",) * 4 + ("restricted",)


@contextmanager
def making() -> Iterator[Maker]:
    """A maker of archives in memory, where the machine has a place for that."""
    memory = Path("/dev/shm")  # noqa: S108
    where = memory if memory.is_dir() else None
    directory = Path(tempfile.mkdtemp(prefix="habeas-counting-", dir=where))
    try:
        yield Maker(directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


class Maker:
    """Copies of one archive that holds an exhibit with passages, each then filled at random."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._template = directory / "template"
        archive = init_archive(self._template, passphrase=None, policy=TrustRules(0, 0))
        person = archive.keyring.add_person(None)
        with archive.writing() as batch:
            verbs.add_person(batch, person)
        folder = directory / "import"
        folder.mkdir()
        (folder / "exhibits.csv").write_text("id,file,handling\ne,text.txt,public\n")
        (folder / "text.txt").write_text("One hundred were held. Nobody came back.\n")
        (folder / "sources.csv").write_text("id,kind,code,handling\ns,organisation,first,public\n")
        (folder / "mentions.csv").write_text("id,kind,caption,handling\nm,document,Text,public\n")
        (folder / "claims.csv").write_text(
            "id,subject,property,value,source,exhibit,quote,handling\n"
            "c,m,says,nobody,s,e,Nobody came back.,public\n"
        )
        import_folder(archive, folder, person)

    def make(self, seed: int) -> Archive:
        """The archive of a seed, open. The one before is gone."""
        from django.db import connections

        connections.close_all()
        copy = self.directory / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self._template, copy)
        archive = open_archive(copy)
        person = archive.keyring.person(archive.keyring.people()[0])
        _Filling(archive, person, random.Random(seed)).fill()
        return archive


@dataclass(slots=True)
class _Named:
    ref: Ref
    kind: str
    list: Ref | None


class _Filling:
    """Fills one archive. Whatever the verbs refuse is left out, as it would be by hand."""

    def __init__(self, archive: Archive, person: Signer, chance: random.Random) -> None:
        self.archive, self.person, self.chance = archive, person, chance
        self.sources: list[Ref] = []
        self.lists: list[Ref] = []
        self.mentions: list[_Named] = []
        self.claims: list[tuple[Ref, _Named]] = []
        self.judgements: list[Ref] = []
        self.groupings: list[Ref] = []
        self.owners: dict[int, int] = {}
        position = visible(OWNER, m.Passage).values_list("position", flat=True)[0]
        self.passage = Ref(entry_id_at(position), position)

    def fill(self) -> None:
        pick = self.chance
        with self.archive.writing(self.person, sequence=False) as batch:
            self._people_and_sources(batch)
            for _ in range(pick.randint(20, 60)):
                self._claim(batch)
            for act in (self._judge, self._group):
                for _ in range(pick.randint(0, 8)):
                    with contextlib.suppress(EntryRefused, AlreadyEnded):
                        act(batch)
        with self.archive.writing(self.person, sequence=False) as batch:
            acts = [self._retract_claim, self._correct, self._assess] * 2
            acts += [self._judge, self._claim, self._link, self._part, self._lineage]
            acts += [self._retract_list, self._retract_source]
            acts += [self._group, self._group, self._ungroup]
            for _ in range(pick.randint(4, 14)):
                act = pick.choice(acts)
                try:
                    act(batch)
                except (AlreadyEnded, EntryRefused):
                    continue

    def _place(self) -> Marking:
        return Marking(handling=self.chance.choice(HANDLING))

    def _people_and_sources(self, batch: Batch) -> None:
        pick = self.chance
        for number in range(pick.randint(3, 7)):
            self.sources.append(
                verbs.source(
                    batch,
                    f"s-{number}",
                    pick.choice(("organisation", "government", "publication")),
                    interests=pick.choice(
                        ((), ({"kind": "funding", "text": "x"},), ({"kind": "party", "text": "y"},))
                    ),
                    marking=self._place(),
                )
            )
        for _ in range(pick.randint(0, 5)):
            self._lineage(batch)
        for number in range(pick.randint(1, 3)):
            self.lists.append(verbs.begin_list(batch, f"list {number}", f"{number:064d}"))
        for number in range(pick.randint(8, 22)):
            kind = pick.choice((*_BY_THEMSELVES, "person", "place", "facility"))
            of_list = pick.choice([*self.lists, None])
            made = verbs.mention(
                batch, kind, f"{kind} {number}", list=of_list, marking=self._place()
            )
            self.mentions.append(_Named(made, kind, of_list))
            if kind == "person" and pick.random() < 0.6:
                verbs.consent(batch, made, basis="given", audience="public")
            while kind == "person" and pick.random() < 0.4:
                self._detention(batch, made, of_list)

    def _detention(self, batch: Batch, person: Ref, of_list: Ref | None) -> None:
        caption = f"detention {len(self.mentions)}"
        list_ = of_list if self.chance.random() < 0.7 else None
        made = verbs.mention(
            batch, "detention", caption, of=person, list=list_, marking=self._place()
        )
        self.mentions.append(_Named(made, "detention", list_))
        self.owners[made.position] = person.position

    def _group(self, batch: Batch) -> None:
        """Claims about a person into one of their detentions, or into somebody else's: refused."""
        stays = [each.ref for each in self.mentions if each.kind == "detention"]
        fit = [c for c, about in self.claims if stays and about.kind == "person"]
        if not fit:
            return
        stay = self.chance.choice(stays)
        own = [c for c, about in self.claims if about.ref.position == self.owners[stay.position]]
        some = self.chance.sample(own or fit, self.chance.randint(1, min(3, len(own or fit))))
        self.groupings.append(verbs.group(batch, stay, some, "as it seems", marking=self._place()))

    def _ungroup(self, batch: Batch) -> None:
        if self.groupings:
            verbs.retract(batch, self.chance.choice(self.groupings), "grouping", "not so")

    def _lineage(self, batch: Batch) -> None:
        one, other = self.chance.choices(self.sources, k=2)
        if one != other:
            verbs.lineage(batch, one, other, marking=Marking(handling="public"))

    # --- claims -----------------------------------------------------------------------------

    def _claim(self, batch: Batch) -> None:
        about = self.chance.choice(self.mentions)
        try:
            made = verbs.claim(batch, about.ref, **self._what(about))
        except AlreadyEnded:
            return
        self.claims.append((made, about))

    def _what(self, about: _Named) -> dict[str, Any]:
        """What ``claim`` and ``correct`` take, but for the subject."""
        pick = self.chance
        property_ = pick.choice(PROPERTIES[about.kind].split())
        chain = [self._step() for _ in range(pick.choice((1, 1, 1, 2)))]
        return {
            "property": property_,
            "value": self._value(property_),
            "attribution": chain,
            "stance": pick.choice(STANCES),
            "holds": pick.choice(DATES) if pick.random() < 0.6 else "",
            "passages": [self.passage] if pick.random() < 0.5 else [],
            "list": about.list if pick.random() < 0.7 else pick.choice([*self.lists, None]),
            "marking": self._place(),
        }

    def _step(self) -> Attribution:
        pick = self.chance
        said = pick.choice(DATES) if pick.random() < 0.7 else ""
        return Attribution(pick.choice(self.sources), pick.choice(BASES), said=said)

    def _value(self, name: str) -> values.Value:
        pick, known = self.chance, regions.vocabulary().properties[name]
        if pick.random() < 0.15:
            return values.parse(pick.choice(MISSING), known)
        if known.type == "ref":
            fit = [each for each in self.mentions if each.kind in REFERS[name]]
            return (
                values.reference(pick.choice(fit).ref.entry_id)
                if fit
                else values.missing("ref", "unknown")
            )
        cells = {"date": DATES, "count": COUNTS, "text": TEXTS, "place": POINTS}
        return values.parse(pick.choice(cells.get(known.type) or CODES[name]), known)

    # --- decisions --------------------------------------------------------------------------

    def _judge(self, batch: Batch) -> None:
        one, other = self.chance.choices(self.mentions, k=2)
        if one is other or one.kind != other.kind:
            return
        verdict = self.chance.choice(("same", "same", "same", "different", "cannot-tell"))
        self.judgements.append(verbs.judge(batch, one.ref, other.ref, verdict, "as it seems"))

    def _part(self, batch: Batch) -> None:
        if self.judgements:
            verbs.retract(batch, self.chance.choice(self.judgements), "judgement", "not so")

    def _retract_claim(self, batch: Batch) -> None:
        claim, _ = self.chance.choice(self.claims)
        verbs.retract(batch, claim, "claim", "not so", marking=self._place())

    def _retract_list(self, batch: Batch) -> None:
        verbs.retract(
            batch, self.chance.choice(self.lists), "list", "not so", marking=self._place()
        )

    def _retract_source(self, batch: Batch) -> None:
        if self.chance.random() < 0.5:
            verbs.retract(batch, self.chance.choice(self.sources), "source", "invents")

    def _correct(self, batch: Batch) -> None:
        claim, about = self.chance.choice(self.claims)
        what = self._what(about)
        self.claims.append((verbs.correct(batch, claim, subject=about.ref, **what), about))

    def _assess(self, batch: Batch) -> None:
        claim, _ = self.chance.choice(self.claims)
        grade = self.chance.choice("123456")
        verbs.assess(batch, claim, "claim", "credibility", grade, marking=self._place())

    def _link(self, batch: Batch) -> None:
        kind = self.chance.choice(("person", "facility"))
        fit = [each.ref for each in self.mentions if each.kind == kind]
        pairs = [
            ProposedPair(one.entry_id, other.entry_id, self.chance.randint(0, 10**6))
            for index, one in enumerate(fit)
            for other in fit[index + 1 :]
            if self.chance.random() < 0.3
        ]
        verbs.linkage(
            batch,
            kind,
            pairs,
            size=batch.size,
            model="0" * 64,
            threshold_ppm=0,
            seed=1,
            versions={"habeas": "test"},
        )
