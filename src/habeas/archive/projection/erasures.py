"""What requests, approvals and erasures become. None of them looks up what they name: it may
be gone when the ledger is replayed."""

from __future__ import annotations

import json

from habeas.archive import models as m
from habeas.archive.projection.erased_by_right import wrong
from habeas.archive.projection.erased_entries import ErasureRecord, positions_of
from habeas.archive.projection.projector import Projector
from habeas.archive.projection.taking_back import take_back
from habeas.archive.projection.trusted_people import so_far
from habeas.archive.store.facts import Fact, Fields, stored_json
from habeas.custody.log.entries import parse_entry
from habeas.custody.trust.persons import said


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
    """Only one behind which two people stand has an effect; ``verify`` names any other."""
    f = fact.fields
    try:
        record, approval = ErasureRecord.read(f), _approval(f)
    except (KeyError, TypeError, ValueError, AttributeError):
        return
    if approval is None or not _by_right(fact, record, approval):
        return
    p.add(
        m.Erasure,
        fact,
        p.join(p.own_label(f), p.label_of(m.ErasureRequest, f["request"])),
        request=approval.request,
        approval=approval.position,
        count=len(record.things),
        person=f["person"],
    )
    for thing in record.things.values():
        p.row(
            m.Erased,
            position=thing.position,
            label=p.labels.intern(thing.needs),
            kind=thing.kind,
            erased_at=fact.position,
        )


def _approval(f: Fields) -> m.ErasureApproval | None:
    """The approval that counts and is of the request that the erasure names."""
    ids = [str(f["request"]), str(f["approval"])]
    entries = m.LedgerEntry.objects.filter(entry_id__in=ids)
    at = dict(entries.values_list("entry_id", "position"))
    if not at.keys() >= set(ids):
        return None
    rows = m.ErasureApproval.objects.filter(position=at[ids[1]], request=at[ids[0]])
    return rows.filter(key__isnull=False).first()


def _by_right(fact: Fact, record: ErasureRecord, approval: m.ErasureApproval) -> bool:
    parsed = parse_entry(fact.note)
    trust = so_far(parsed.origin)
    signing = said(parsed, fact.position, fact.fields, fact.closing).signed_by
    if signing(trust.in_force(fact.fields.get("person", ""))) is None:
        return False
    asked = m.ErasureRequest.objects.filter(position=approval.request).first()
    if asked is None or asked.key is None or approval.key is None:
        return False
    signed_for = frozenset(positions_of(json.loads(asked.positions)))
    again = m.Erasure.objects.filter(request=asked.position).exists()
    return not wrong(trust, record, signed_for, (asked.key, approval.key), again=again)


def block(p: Projector, fact: Fact) -> None:
    f = fact.fields
    exhibit, label = p.find(m.Exhibit, f["exhibit"])
    if f["state"] == "lifted":
        blocks = m.Block.objects.filter(exhibit=exhibit, ended_at__isnull=True)
        take_back(p, blocks, fact.position, "lifted", p.join(p.own_label(f), label))
        return
    p.add(
        m.Block,
        fact,
        p.join(p.own_label(f), label),
        exhibit=exhibit,
        reason=f.get("reason", ""),
        person=f.get("person", ""),
    )
