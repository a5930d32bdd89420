"""What a batch search, a purpose and an export become: rows that say who asked, and what for."""

from __future__ import annotations

from habeas.archive import models as m
from habeas.archive.projection.projector import Projector
from habeas.archive.store.facts import Fact


def batch_search(p: Projector, fact: Fact) -> None:
    f = fact.fields
    p.add(
        m.BatchSearch,
        fact,
        p.own_label(f),
        purpose=f["purpose"],
        person=f.get("person", ""),
        words=f["words"],
        digest=f["digest"],
        size=f["size"],
    )


def purpose(p: Projector, fact: Fact) -> None:
    f = fact.fields
    p.add(
        m.StatedPurpose,
        fact,
        p.own_label(f),
        purpose=f["purpose"],
        person=f.get("person", ""),
        act=f["act"],
        level=f.get("level", ""),
        asked_sha256=f["asked_sha256"],
        size=f["size"],
    )


def export(p: Projector, fact: Fact) -> None:
    f = fact.fields
    p.add(
        m.Export,
        fact,
        p.own_label(f),
        purpose=f["purpose"],
        person=f.get("person", ""),
        viewer=f["viewer"],
        level=f.get("level", ""),
        kinds=" ".join(f["kinds"]),
        figure=f.get("figure", ""),
        format=f.get("format", ""),
        rows=f.get("rows"),
        digest=f["digest"],
        size=f["size"],
    )
