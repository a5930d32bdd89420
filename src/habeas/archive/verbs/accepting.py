"""accept, gate_policy: what lists and pictures must have before they are public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from habeas.archive import models as m
from habeas.archive import rules
from habeas.archive.access import gates
from habeas.archive.access.gates import GateRules
from habeas.archive.errors import EntryRefused
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.same_pictures import stops
from habeas.archive.verbs.referring import TEAM, Marking, Thing, ref, refuse_ended


def accept(
    batch: Batch,
    list: Thing,
    sample: Sequence[Mapping[str, str]],
    reason: str,
    *,
    despite: str = "",
    marking: Marking = TEAM,
) -> Ref:
    """Say that the rows of a list may count in public. Signed by the person.

    ``sample``: what of it was checked, each part with ``rows``, ``checked_by`` and ``against``.
    """
    accepted = ref(batch, list, m.List)
    refuse_ended(batch, accepted, m.List)
    standing = m.Acceptance.objects.filter(list=accepted.position, ended_at__isnull=True)
    before = standing.values_list("position", flat=True).first()
    rules.refuse(rules.acceptance(sample, reason, accepted=before))
    came = m.Claim.objects.filter(list=accepted.position, ended_at__isnull=True)
    claims = came.values_list("position", flat=True)
    waiting, conflicts = stops(tuple(claims))
    rules.refuse(rules.compared(waiting, [each.words for each in conflicts], despite))
    batch.closed_lists = None
    return batch.append(
        "acceptance",
        {
            "list": accepted.entry_id,
            "sample": [{name: each[name].strip() for name in sorted(each)} for each in sample],
            "reason": reason,
            "despite": despite,
            **marking.fields(batch),
        },
    )


def gate_policy(batch: Batch, policy: GateRules, reason: str) -> Ref:
    """From here on, what is asked of lists and pictures that come in. Signed by the person.

    What came in before keeps what was asked of it then: a laxer policy opens nothing.
    """
    if not reason.strip():
        raise EntryRefused("A policy needs a reason.", next_step="Say in a sentence why.")
    batch.flush()
    if m.GatePolicy.objects.exists() and gates.policy_at() == policy:
        raise EntryRefused(
            "This is already the current policy.", next_step="Nothing needs to change."
        )
    return batch.append("gate-policy", {**policy.fields(), "reason": reason})
