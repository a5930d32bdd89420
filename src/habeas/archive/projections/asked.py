"""What a batch search becomes: a row that says who asked, and what for."""

from __future__ import annotations

from habeas.archive import models as m
from habeas.archive.projecting import Fact, Projector


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
