"""What runs of linking, reviews and their policy become."""

from __future__ import annotations

from habeas.archive import models as m
from habeas.archive.projection.ending import end
from habeas.archive.projection.projector import Projector
from habeas.archive.store.facts import Fact, stored_json


def linkage(p: Projector, fact: Fact) -> None:
    f = fact.fields
    kind = f["mention_kind"]
    end(m.Linkage.objects.filter(kind=kind), fact.position, "superseded")
    p.add(
        m.Linkage,
        fact,
        p.own_label(f),
        kind=kind,
        size=f["size"],
        weights=f["model"],
        threshold_ppm=f["threshold_ppm"],
        seed=f["seed"],
        versions=stored_json(f["versions"]),
    )


def candidates(p: Projector, fact: Fact) -> None:
    """The pairs of mentions that are there: an erased one is in no pair."""
    f = fact.fields
    run = p.position_of(m.Linkage, f["linkage"])
    known = p.found(m.Mention, [i for left, right, _ in f["pairs"] for i in (left, right)])
    for left, right, ppm in f["pairs"]:
        if left in known and right in known:
            (one, its), (other, others) = sorted((known[left], known[right]))
            p.row(
                m.Candidate, linkage=run, left=one, right=other, ppm=ppm, label=p.join(its, others)
            )


def review(p: Projector, fact: Fact) -> None:
    f = fact.fields
    left, right = sorted((p.find(m.Mention, f["left"]), p.find(m.Mention, f["right"])))
    p.add(
        m.Review,
        fact,
        p.join(p.own_label(f), left[1], right[1]),
        left=left[0],
        right=right[0],
        verdict=f["verdict"],
        reason=f.get("reason", ""),
        person=f.get("person", ""),
        seen=stored_json(f.get("seen", [])),
    )


def review_policy(p: Projector, fact: Fact) -> None:
    f = fact.fields
    end(m.ReviewPolicy.objects.all(), fact.position, "superseded")
    p.add(
        m.ReviewPolicy,
        fact,
        p.own_label(f),
        reviewers=f["reviewers"],
        blind=f["blind"] == "yes",
    )
