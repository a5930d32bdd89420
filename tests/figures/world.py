"""A small synthetic archive with everything that figures are made of. Nobody in it is real.

Five states and their positions, two facilities in one county, a region, a letter whose
totals differ, a denial, one restricted claim, one source that repeats another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.figures import making as make

from habeas.archive import verbs
from habeas.archive.exhibits.intake import Received, record_with_layer, seal_all
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.custody.log.notes import Signer
from habeas.vocabulary import values

PUBLIC = Marking(handling="public")
RESTRICTED = Marking(handling="restricted")
NOTE = "Ruritania and Borduria signed in July 2019. 例子 قايتا said 22 states; a colleague said 23."

SUPPORTED = """\
key: supported
title: States in support in July 2019
question: How many states certainly stood behind the letter?
kind: counted
counts: country
unit: states
rules:
  - {rule: has-claim, property: un_position, code: support, holds: {within: 2019-07}}
"""
MATRIX = """\
key: positions
title: Positions of states
kind: counted
counts: country
unit: states
view: matrix
draw: {cell: un_position, columns: [2019-07, 2020-10]}
rules:
  - {rule: has-claim, property: un_position}
"""
FACILITIES = """\
key: facilities
title: Facilities in the example region
kind: counted
counts: facility
view: map
draw: {point: location}
rules:
  - {rule: in-place, place: Example region}
  - {rule: has-claim, property: location, value: {known: yes}}
"""
TOTALS = """\
key: totals
title: Signatories as reported
kind: reported
reports: signatories
"""
HELD = """\
key: held
title: People held, as reported
kind: reported
reports: people_held
rules:
  - {rule: subject, is: Example region}
"""
DEFINITIONS = {
    "supported": SUPPORTED,
    "positions": MATRIX,
    "facilities": FACILITIES,
    "totals": TOTALS,
    "held": HELD,
}


@dataclass(slots=True)
class World:
    """The archive, its reviewer, and the position of everything in it by name."""

    archive: Archive
    reviewer: Signer
    at: dict[str, int] = field(default_factory=dict)

    def retract(self, name: str, kind: str) -> None:
        with self.archive.writing(self.reviewer) as batch:
            verbs.retract(batch, self.at[name], kind, "A test takes it back.")

    def judge(
        self, name: str, left: str, right: str, verdict: str = "same", marking: Marking = PUBLIC
    ) -> None:
        with self.archive.writing(self.reviewer) as batch:
            judged = verbs.judge(
                batch, self.at[left], self.at[right], verdict, "A test.", marking=marking
            )
            self.at[name] = judged.position


def say(
    batch: Batch,
    subject: Ref,
    name: str,
    value: dict[str, Any],
    *speakers: Ref,
    marking: Marking = PUBLIC,
    **more: Any,
) -> Ref:
    """One claim by the first speaker, through the others."""
    first = Attribution(
        speakers[0],
        basis=more.pop("basis", "press-report"),
        how=more.pop("how", ""),
        said=more.pop("said", ""),
    )
    chain = [first, *(Attribution(speaker) for speaker in speakers[1:])]
    return verbs.claim(
        batch, subject, name, values.from_json(value), chain, marking=marking, **more
    )


def build(archive: Archive, folder: Path) -> World:
    """Fill a fresh archive."""
    reviewer = archive.keyring.add_person(None)
    path = folder / "note.txt"
    path.write_text(NOTE, encoding="utf-8")
    with archive.writing() as batch:
        verbs.add_person(batch, reviewer)
    sealed = seal_all(archive, [Received(path, title="A research note", marking=PUBLIC)], [])[0]
    with archive.writing() as batch:
        exhibit, layer = record_with_layer(batch, sealed)
        assert layer is not None
        refs = _fill(batch, exhibit, layer)
    return World(archive, reviewer, {name: ref.position for name, ref in refs.items()})


def _fill(batch: Batch, exhibit: Ref, layer: Ref) -> dict[str, Ref]:
    at = {"exhibit": exhibit}
    passage = verbs.cite(batch, exhibit, layer, NOTE, 0, 42, marking=PUBLIC)
    totals = verbs.cite(batch, exhibit, layer, NOTE, 44, 66, marking=PUBLIC)
    news = verbs.source(batch, "news", "publication", name="Example News", marking=PUBLIC)
    echo = verbs.source(batch, "echo", "publication", name="Echo Daily", marking=PUBLIC)
    ministry = verbs.source(
        batch, "ministry", "government", name="Ministry of Examples",
        interests=[{"kind": "party", "text": "the state concerned"}], marking=PUBLIC,
    )  # fmt: skip
    verbs.lineage(batch, echo, news, marking=PUBLIC)
    at |= {"passage": passage, "news": news, "echo": echo, "ministry": ministry}
    for name in ("Ruritania", "Borduria", "Syldavia", "Elbonia", "Freedonia"):
        at[name] = verbs.mention(batch, "country", name, marking=PUBLIC)
    position = "un_position"
    july = {"holds": "2019-07", "passages": [passage]}
    at["r"] = say(batch, at["Ruritania"], position, make.SUPPORT, news, **july)
    at["r-echo"] = say(batch, at["Ruritania"], position, make.SUPPORT, echo, news, **july)
    at["b"] = say(batch, at["Borduria"], position, make.SUPPORT, echo, **july)
    at["s"] = say(batch, at["Syldavia"], position, make.SUPPORT, news)
    at["e"] = say(batch, at["Elbonia"], position, make.CONDEMN, news, **july)
    at["f"] = say(
        batch, at["Freedonia"], position, make.SUPPORT, news, marking=RESTRICTED, holds="2019-07"
    )
    at["region"] = verbs.mention(batch, "place", "Example region", marking=PUBLIC)
    at["county"] = verbs.mention(batch, "place", "Example county", marking=PUBLIC)
    at["part"] = say(batch, at["county"], "part_of", _ref(at["region"]), news)
    for name in ("Camp A", "Camp B"):
        at[name] = verbs.mention(batch, "facility", name, marking=PUBLIC)
        at[f"{name} in"] = say(batch, at[name], "located_in", _ref(at["county"]), news)
        at[f"{name} at"] = say(batch, at[name], "location", point("37.08", "80.18"), news)
    letter = at["letter"] = verbs.mention(batch, "document", "Joint letter", marking=PUBLIC)
    at["22"] = say(
        batch, letter, "signatories", make.count(22, 22, "states"), news, passages=[totals]
    )
    at["23"] = say(batch, letter, "signatories", make.count(23, 23, "states"), echo)
    held = make.count(1_000_000, 1_000_000)
    at["million"] = say(
        batch, at["region"], "people_held", held, news, holds="2018-08", how="many reports"
    )
    at["denial"] = say(
        batch, at["region"], "people_held", held, ministry,
        holds="2018-08", stance="denies", said="2018-08-13",
    )  # fmt: skip
    for key, text in DEFINITIONS.items():
        kind = "reported" if "kind: reported" in text else "counted"
        at[f"figure {key}"] = verbs.define(
            batch, key=key, title=key.title(), kind=kind, text=text, marking=PUBLIC
        )
    return at


def _ref(mention: Ref) -> dict[str, Any]:
    return {"type": "ref", "mention": mention.entry_id}


def point(lat: str, lon: str, precision: str = "county") -> dict[str, Any]:
    return {
        "type": "place",
        "written": {"text": f"{lat},{lon}"},
        "lat": lat,
        "lon": lon,
        "precision": precision,
        "rule": "place/1",
    }
