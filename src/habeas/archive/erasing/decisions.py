"""request_erasure, approve_erasure, erase: two people before anything is destroyed.

A request lists every position that goes, so that both who sign it sign the same. Approval is an
entry by another person over that request, with a key as old as the archive's policy asks.
Carrying it out (``carrying_out``) is refused where the archive has changed so that something
else would go.

The reason stays for ever, in an entry that nobody can erase: it must name nobody.
"""

from __future__ import annotations

from django.db.models import QuerySet

from habeas.archive import models as m
from habeas.archive import rules
from habeas.archive.erasing.planning import ErasurePlan
from habeas.archive.erasing.retold import names_in
from habeas.archive.errors import EntryRefused, ErasureRefused, PersonNeeded
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref, entry_id_at
from habeas.archive.projection.erased_entries import runs
from habeas.archive.verbs.referring import TEAM, Marking, compartment_by_key

BASES = {
    "withdrawn": "consent was withdrawn",
    "ordered": "a court or an authority ordered it",
    "endangering": "it endangers someone",
    "mistaken": "it should never have been sealed",
}


def request_erasure(batch: Batch, what: ErasurePlan, basis: str, reason: str) -> Ref:
    """Ask that exactly what the plan says be erased; signed by the acting person."""
    rules.refuse(rules.code("basis", basis, BASES))
    if not reason.strip():
        raise EntryRefused(
            "A request needs a reason.",
            next_step="Give the reason in a few words that name no one.",
        )
    refuse_held(what)
    refuse_naming(what, reason)
    fields = {
        "target_kind": what.target_kind,
        "targets": list(what.targets),
        "kept": list(what.kept) or None,
        "positions": runs(what.erased),
        "trims": runs(what.trimmed) or None,
        "basis": basis,
        "reason": reason,
    }
    return batch.append(
        "erasure-request", {**fields, **marking_of_strictest(batch, what).fields(batch)}
    )


def approve_erasure(batch: Batch, request: int) -> Ref:
    """Say yes to a request that another person signed."""
    batch.flush()
    asked = request_at(request)
    if carried := m.Erasure.objects.filter(request=request).first():
        raise ErasureRefused(
            f"Request {request} was carried out at entry {carried.position}.",
            next_step="Nothing needs approval.",
        )
    if not batch.pseudonym:
        raise PersonNeeded(
            "An approval is a decision and must be signed by a person.",
            next_step="Use `--as` to choose whose key signs.",
        )
    if batch.pseudonym == asked.person:
        raise ErasureRefused(
            f"{asked.person} made request {request} and cannot approve it too.",
            next_step="Another person approves it, under their own key (--as).",
        )
    return batch.append(
        "erasure-approval", {"request": entry_id_at(asked.position), **TEAM.fields(batch)}
    )


def erase(batch: Batch, request: int, approval: int, what: ErasurePlan) -> Ref:
    """The entry that says what was erased. Only ``archive.erasing`` appends it."""
    return batch.append(
        "erasure",
        {
            "request": entry_id_at(request),
            "approval": entry_id_at(approval),
            **what.record.fields(),
            "trims": runs(what.trimmed) or None,
            **marking_of_strictest(batch, what).fields(batch),
        },
    )


def request_at(position: int) -> m.ErasureRequest:
    """The request at a position, as it was signed."""
    found = m.ErasureRequest.objects.filter(position=position).first()
    if found is None:
        raise ErasureRefused(
            f"Entry {position} is not a request to erase.",
            next_step="List the requests: `habeas erase list`.",
        )
    return found


def approval_of(asked: m.ErasureRequest) -> m.ErasureApproval | None:
    """The first approval of a request by another person whose key is in force.

    Which approvals count was judged as they were entered (``custody.trust.rules``).
    """
    approved = m.ErasureApproval.objects.filter(request=asked.position, key__isnull=False)
    return approved.filter(key__in=_in_force()).order_by("position").first()


def refuse_held(what: ErasurePlan) -> None:
    """A legal hold on anything in the plan ends the matter."""
    if what.held:
        named = "; ".join(
            f"exhibit {one.exhibit} is held by {one.authority} (entry {one.position})"
            for one in what.held
        )
        raise ErasureRefused(
            f"A legal hold forbids it: {named}.",
            next_step="Nothing was erased. When the hold is lifted: `habeas hold lift`.",
        )


def refuse_naming(what: ErasurePlan, reason: str) -> None:
    """The reason stays for ever: it must not hold a name that goes."""
    if names_in(what.erased, reason):
        raise EntryRefused(
            "The reason holds a name that goes, and the reason can never be erased.",
            next_step="Give the reason in a few words that name no one.",
        )


def in_force(key: int | None) -> bool:
    """Whether the key granted at a position may still sign."""
    return key is not None and _in_force().filter(position=key).exists()


def marking_of_strictest(batch: Batch, what: ErasurePlan) -> Marking:
    """As strict as the strictest thing that goes; in its compartment where they share one."""
    only = compartment_by_key(batch, what.compartments[0]) if len(what.compartments) == 1 else None
    return Marking(only, what.handling)


def _in_force() -> QuerySet[m.Key, int]:
    keys = m.Key.objects.filter(role="person", ended_at__isnull=True)
    return keys.values_list("position", flat=True)
