"""first_policy, request_policy, approve_policy: how long trust takes, and who changes that."""

from __future__ import annotations

from habeas.archive import models as m
from habeas.archive.errors import EntryRefused, TrustRefused
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref, entry_id_at
from habeas.custody.trust.persons import TrustRules


def first_policy(batch: Batch, policy: TrustRules) -> Ref:
    """Record the archive's first policy: its rules bind from here on.

    It only adds rules, so one person signs it; the installation alone may while nobody has a key.
    """
    if batch.trust.policy is not None:
        raise TrustRefused(
            "This archive has a policy.",
            next_step="Ask for another: `habeas policy propose`; a second person approves it.",
        )
    return batch.append("trust-policy", policy.fields(), decision=bool(batch.pseudonym))


def request_policy(batch: Batch, policy: TrustRules, reason: str) -> Ref:
    """Ask for another policy; it waits, and another person approves it."""
    if not reason.strip():
        raise EntryRefused("A request needs a reason.", next_step="Say in a sentence why.")
    if batch.trust.policy is None:
        raise TrustRefused(
            "This archive has no policy yet.", next_step="Record one: `habeas policy adopt`."
        )
    if batch.trust.policy == policy:
        raise TrustRefused(
            "This is already the current policy.", next_step="Nothing needs to change."
        )
    return batch.append("trust-policy-request", {**policy.fields(), "reason": reason})


def approve_policy(batch: Batch, request: int) -> Ref:
    """Approve the policy that another person asked for."""
    batch.flush()
    asked = m.TrustPolicyRequest.objects.filter(position=request).first()
    if asked is None or asked.ended_at is not None:
        raise TrustRefused(
            f"Entry {request} is not a request for a policy that waits.",
            next_step="`habeas policy` lists those that do.",
        )
    policy = TrustRules(asked.approver_age_seconds, asked.change_wait_seconds)
    fields = {**policy.fields(), "request": entry_id_at(request)}
    return batch.append("trust-policy", fields, decision=True)
