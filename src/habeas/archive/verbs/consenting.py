"""consent, withdraw, hold, lift: what people agreed to, and what must not be destroyed.

Each is a decision, signed by the person who acts. What makes things stricter, a withdrawal or a
hold, may be recorded by the installation alone: it must never wait for a person who is not there.
"""

from __future__ import annotations

from collections.abc import Sequence

from habeas.archive import models as m
from habeas.archive import rules
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.verbs.referring import TEAM, Marking, Thing, ref


def consent(
    batch: Batch,
    subject: Thing,
    *,
    basis: str,
    audience: str,
    scope: str = "",
    purposes: Sequence[str] = (),
    expires: str = "",
    at_risk: str = "",
    reason: str = "",
    marking: Marking = TEAM,
) -> Ref:
    """Record what a person agreed to, for themselves (a mention) or as a source.

    ``expires`` is a full ISO day, '' for none. Without a live consent for the public
    audience nothing that names the person is public.
    """
    rules.refuse(rules.consent(basis, audience, purposes, expires))
    return batch.append(
        "consent",
        {
            "subject": _subject(batch, subject).entry_id,
            "state": "given",
            "basis": basis,
            "audience": audience,
            "scope": scope,
            "purposes": list(purposes) or None,
            "expires": expires,
            "at_risk": at_risk,
            "reason": reason,
            **marking.fields(batch),
        },
        decision=True,
    )


def withdraw(batch: Batch, subject: Thing, reason: str = "", *, marking: Marking = TEAM) -> Ref:
    """Record that a person withdraws their consent: at once nothing of theirs is public.

    It ends what was agreed to on any mention of their record.
    """
    return batch.append(
        "consent",
        {
            "subject": _subject(batch, subject).entry_id,
            "state": "withdrawn",
            "reason": reason,
            **marking.fields(batch),
        },
        decision=bool(batch.pseudonym),
    )


def hold(
    batch: Batch, exhibit: Thing, *, authority: str, reason: str = "", marking: Marking = TEAM
) -> Ref:
    """Place a legal hold: the exhibit must not be erased while it lasts."""
    return batch.append(
        "hold",
        {
            "target": ref(batch, exhibit, m.Exhibit).entry_id,
            "state": "placed",
            "authority": authority,
            "reason": reason,
            **marking.fields(batch),
        },
        decision=bool(batch.pseudonym),
    )


def lift(
    batch: Batch, exhibit: Thing, *, authority: str, reason: str = "", marking: Marking = TEAM
) -> Ref:
    """Lift the legal holds on an exhibit."""
    return batch.append(
        "hold",
        {
            "target": ref(batch, exhibit, m.Exhibit).entry_id,
            "state": "lifted",
            "authority": authority,
            "reason": reason,
            **marking.fields(batch),
        },
        decision=True,
    )


def _subject(batch: Batch, thing: Thing) -> Ref:
    """The person or source; what is neither is refused, before anybody believes it was done."""
    if isinstance(thing, Ref) and batch.mention_kinds.get(thing.entry_id) == "person":
        return thing
    batch.flush()
    row = m.Mention.objects.filter(
        position=thing.position if isinstance(thing, Ref) else thing
    ).first()
    if row is None:
        return ref(batch, thing, m.Source)
    owner = "" if row.of is None else str(row.of)
    rules.refuse(rules.agreeing(row.kind, f"Entry {row.position}", owner))
    return ref(batch, thing, m.Mention)
