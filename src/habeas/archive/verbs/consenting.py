"""consent, withdraw, hold, lift: what people agreed to, and what must not be destroyed.

Each is a decision, signed by the person who acts. What makes things stricter, a withdrawal or a
hold, may be recorded by the installation alone: it must never wait for a person who is not there.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from habeas.archive import models as m
from habeas.archive.access.labels import LEVELS
from habeas.archive.errors import EntryRefused, UnknownReference
from habeas.archive.ledger.appending import Batch, Ref
from habeas.archive.verbs.referring import TEAM, Marking, Thing, ref
from habeas.vocabulary import schema


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
    codes = schema.core().codes["consent-basis"]
    if basis not in codes:
        raise EntryRefused(
            f"There is no basis of consent {basis!r}.", next_step=f"Use one of: {', '.join(codes)}."
        )
    if audience not in LEVELS:
        raise EntryRefused(
            f"There is no audience {audience!r}.", next_step=f"Use one of: {', '.join(LEVELS)}."
        )
    if expires and not is_day(expires):
        raise EntryRefused(
            f"{expires!r} is not a day on which consent can end.",
            next_step="Write it as 2027-01-31.",
        )
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
        decision=batch.person is not None,
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
        decision=batch.person is not None,
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
    if isinstance(thing, Ref):
        return thing
    try:
        return ref(batch, thing, m.Mention)
    except UnknownReference:
        return ref(batch, thing, m.Source)


def is_day(text: str) -> bool:
    """Whether the text is a day written as 2027-01-31: days are compared as text."""
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
