"""From entries to rows: the one function of ledger and content that fills the projections.

``project`` is used as entries are appended and again in a rebuild, so both give the same rows.
Entries are taken in ledger order. Most kinds only add a row, which is buffered; a few change what
earlier entries made (a retraction, a judgement, a consent): before one of these the buffers are
written.
"""

from __future__ import annotations

from collections.abc import Sequence

from habeas.archive.errors import EntryRefused
from habeas.archive.projection.by_kind import PROJECT, TURNING
from habeas.archive.projection.ending import ENDABLE, TAKEN_BACK
from habeas.archive.projection.erased_entries import end_again
from habeas.archive.projection.projector import Projector
from habeas.archive.projection.taking_back import make_as_strict
from habeas.archive.projection.trusted_people import so_far
from habeas.archive.store.facts import Fact
from habeas.custody.log.entries import parse_entry
from habeas.custody.log.statements import is_recorded_in
from habeas.custody.trust.persons import said
from habeas.custody.trust.rules import GOVERNED, Ruling, TrustState


def project(p: Projector, facts: Sequence[Fact]) -> None:
    """Project the facts, which follow each other in the ledger."""
    p.learn(facts)
    for fact in facts:
        kind = fact.fields.get("kind")
        if fact.erased_by is not None:
            _end_as_before(p, fact)
        if kind is None or not _is_signed(p, fact):
            continue
        if kind in TURNING or (kind in ("claim", "source") and "previous" in fact.fields):
            p.flush()
        handler = PROJECT.get(kind)
        if handler is None:
            raise EntryRefused(
                f"This program does not know entries of kind {kind!r} (entry {fact.position}).",
                next_step="Use the newer program that wrote this archive.",
            )
        if kind in GOVERNED:
            p.verdict = _judged(p, fact)
            if not (p.verdict.counts or _kept_anyway(kind, p.verdict)):
                continue  # no effect, now or in any replay; ``verify`` names it
        handler(p, fact)


def _is_signed(p: Projector, fact: Fact) -> bool:
    """Whether an entry of format 2 is by the person it names, under a key in force.

    In format 1 the installation may write most kinds alone; ``verify`` names a false signature.
    """
    if not is_recorded_in(fact.note):
        return True
    signed = fact.closing or parse_entry(fact.note)
    return p.speakers.holder(signed, fact.fields, _trust(p, signed.origin).keys) != ""


def _trust(p: Projector, origin: str) -> TrustState:
    if p.trust is None:
        p.trust = so_far(origin)
    return p.trust


def _kept_anyway(kind: str, verdict: Ruling) -> bool:
    """A request or approval that does not count has a row: an erasure may name it."""
    match kind:
        case "erasure-request":
            return verdict.readable
        case "erasure-approval":
            return verdict.request is not None
    return False


def _judged(p: Projector, fact: Fact) -> Ruling:
    if fact.verdict is not None:
        return fact.verdict
    parsed = parse_entry(fact.note)
    return _trust(p, parsed.origin).take(said(parsed, fact.position, fact.fields, fact.closing))


def _end_as_before(p: Projector, fact: Fact) -> None:
    """What an erased entry had ended stays ended: it must not come back to life."""
    ended = () if p.erasures is None else p.erasures.ended_by(fact)
    thing = None if p.erasures is None else p.erasures.thing(fact.entry_id)
    if ended:
        p.flush()
        p.agreements.changed(end_again(fact.position, ended))
    for one in ended:
        if thing is not None and (one.kind, one.how) in TAKEN_BACK:
            label = p.labels.intern(thing.needs)
            make_as_strict(p, ENDABLE[one.kind], one.positions, label)
