"""What hashes of pictures become: of exhibits, and of pictures that are known elsewhere."""

from __future__ import annotations

from habeas.archive import models as m
from habeas.archive.projection.projector import Projector
from habeas.archive.store.facts import Fact


def picture_hash(p: Projector, fact: Fact) -> None:
    f = fact.fields
    exhibit, label = p.find(m.Exhibit, f["exhibit"])
    p.add(
        m.PictureHash,
        fact,
        p.join(p.own_label(f), label),
        exhibit=exhibit,
        pdq=f.get("pdq", ""),
        quality=f.get("quality", 0),
        cause=f.get("cause", ""),
    )
    if concerned := p.gates.depicting_claims(exhibit):
        p.flush()
        p.gates.changed_with(concerned)


def picture_reference(p: Projector, fact: Fact) -> None:
    f = fact.fields
    came, label = p.find(m.List, f["list"])
    p.add(
        m.PictureReference,
        fact,
        p.join(p.own_label(f), label),
        list=came,
        name=f.get("name", ""),
        placeholder=f["known_as"] == "placeholder",
        pdq=f["pdq"],
        quality=f["quality"],
        plain_sha256=f["plain_sha256"],
    )
    if concerned := p.gates.known_elsewhere(f["pdq"], f["quality"], f["plain_sha256"]):
        p.flush()
        p.gates.changed_with(concerned)
