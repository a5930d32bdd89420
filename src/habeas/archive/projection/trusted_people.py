"""Trust as the projections have it: the same rules as ``custody.trust.rules``, read from rows.

Invariant: ``so_far`` gives what ``TrustState.take`` would have after every entry projected.
"""

from __future__ import annotations

from collections.abc import Iterable

from habeas.archive import models as m
from habeas.custody.log.notes import Verifier
from habeas.custody.trust.ages import AttestedSize
from habeas.custody.trust.persons import DecisionRequest, HeldKey, TrustRules
from habeas.custody.trust.rules import TrustState


def so_far(origin: str) -> TrustState:
    """Who may sign, what is asked for, and the policy in force, after the last projected entry."""
    trust = TrustState(origin)
    rows = list(m.Key.objects.filter(role="person").order_by("position"))
    times = dict(
        m.LedgerEntry.objects.filter(
            position__in=[at for row in rows for at in (row.position, row.ended_at) if at]
        ).values_list("position", "time")
    )
    for row in rows:
        trust.keys.append(
            HeldKey(
                row.position,
                times[row.position],
                row.holder,
                Verifier.parse(row.verifier),
                row.by,
                row.ended_at or 0,
                times.get(row.ended_at or 0, 0),
            )
        )
    policy = policy_row()
    if policy is not None:
        trust.policy = TrustRules(policy.approver_age_seconds, policy.change_wait_seconds)
    for asked in _requests():
        trust.requests[asked.entry_id] = asked
    return trust


def granted(holder: str) -> set[str]:
    """The verifiers of the keys with which a person may sign now."""
    keys = m.Key.objects.filter(holder=holder, role="person", ended_at__isnull=True)
    return set(keys.values_list("verifier", flat=True))


#: What helps where people have keys and their files are not on this machine, as after a restore.
PUT_BACK = (
    "Each person puts their own file p-….key back into keys/people. Whose file is gone: "
    "`habeas people retire p-… --lost --unsigned`, then two others give a new key "
    "(docs/how-to/protect-keys.md)."
)


def without_a_key() -> str:
    """What to do where a person should sign and no person's key is on this machine."""
    granted_here = m.Key.objects.filter(role="person", ended_at__isnull=True)
    return PUT_BACK if granted_here.exists() else "Make one with `habeas people add`."


def attested_words() -> list[AttestedSize]:
    """What partners and authorities said of the log, as entered."""
    words = [
        AttestedSize(row.position, row.size, row.signed_at, row.partner)
        for row in m.Cosignature.objects.order_by("position")
    ]
    words += [
        AttestedSize(row.position, row.size, row.stamped_at, row.authority or "an authority")
        for row in m.Timestamp.objects.filter(stamped_at__isnull=False).order_by("position")
        if row.stamped_at is not None
    ]
    return words


def policy_row() -> m.TrustPolicy | None:
    """The policy in force; None in an archive that has recorded none."""
    return m.TrustPolicy.objects.filter(ended_at__isnull=True).order_by("-position").first()


def _requests() -> Iterable[DecisionRequest]:
    waiting: list[tuple[str, int, str, int, str, str, TrustRules | None]] = []
    for kind, model in (
        ("key-request", m.KeyRequest),
        ("trust-policy-request", m.TrustPolicyRequest),
    ):
        for row in model.objects.filter(ended_at__isnull=True):
            policy = None
            if isinstance(row, m.TrustPolicyRequest):
                policy = TrustRules(row.approver_age_seconds, row.change_wait_seconds)
            holder, verifier = getattr(row, "holder", ""), getattr(row, "verifier", "")
            waiting.append((kind, row.position, row.person, row.key, holder, verifier, policy))
    erasures = m.ErasureRequest.objects.filter(key__isnull=False)
    waiting += [
        ("erasure-request", position, person, key, "", "", None)
        for position, person, key in erasures.values_list("position", "person", "key")
        if key is not None
    ]
    entries = {
        position: (entry_id, time)
        for position, entry_id, time in m.LedgerEntry.objects.filter(
            position__in=[position for _, position, *_ in waiting]
        ).values_list("position", "entry_id", "time")
    }
    for kind, position, person, key, holder, verifier, policy in waiting:
        entry_id, time = entries[position]
        yield DecisionRequest(kind, entry_id, position, time, person, key, holder, verifier, policy)
