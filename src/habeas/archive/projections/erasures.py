"""What requests, approvals and erasures become. None of them looks up what they name: it may
be gone when the ledger is replayed."""

from __future__ import annotations

from habeas.archive import models as m
from habeas.archive.erased import Record
from habeas.archive.projecting import Fact, Projector, stored_json
from habeas.archive.taking_back import make_as_strict


def request(p: Projector, fact: Fact) -> None:
    f = fact.fields
    p.add(
        m.ErasureRequest,
        fact,
        p.own_label(f),
        target_kind=f["target_kind"],
        targets=stored_json(f["targets"]),
        kept=stored_json(f.get("kept", [])),
        positions=stored_json(f["positions"]),
        trims=stored_json(f.get("trims", [])),
        basis=f["basis"],
        reason=f["reason"],
        person=f.get("person", ""),
        key=_signed_with(p),
    )


def approval(p: Projector, fact: Fact) -> None:
    f = fact.fields
    asked, label = p.find(m.ErasureRequest, f["request"])
    p.add(
        m.ErasureApproval,
        fact,
        p.join(p.own_label(f), label),
        request=asked,
        person=f.get("person", ""),
        key=_signed_with(p),
    )


def _signed_with(p: Projector) -> int | None:
    """The grant of the key that counts; None where the entry does not."""
    verdict = p.verdict
    return verdict.key.position if verdict.counts and verdict.key is not None else None


def erasure(p: Projector, fact: Fact) -> None:
    f = fact.fields
    asked, label = p.find(m.ErasureRequest, f["request"])
    record = Record.read(f)
    p.add(
        m.Erasure,
        fact,
        p.join(p.own_label(f), label),
        request=asked,
        approval=p.position_of(m.ErasureApproval, f["approval"]),
        count=len(record.things),
        person=f.get("person", ""),
    )
    for thing in record.things.values():
        p.row(
            m.Erased,
            position=thing.position,
            label=p.labels.intern(thing.needs),
            kind=thing.kind,
            erased_at=fact.position,
        )


def block(p: Projector, fact: Fact) -> None:
    f = fact.fields
    exhibit, label = p.find(m.Exhibit, f["exhibit"])
    if f["state"] == "lifted":
        blocks = m.Block.objects.filter(exhibit=exhibit, ended_at__isnull=True)
        positions = list(blocks.values_list("position", flat=True))
        blocks.update(ended_at=fact.position, ended_by="lifted")
        make_as_strict(p, m.Block, positions, p.join(p.own_label(f), label))
        return
    p.add(
        m.Block,
        fact,
        p.join(p.own_label(f), label),
        exhibit=exhibit,
        reason=f.get("reason", ""),
        person=f.get("person", ""),
    )
