"""add_person, add_key, end_key, request_key, recover_key: the keys that sign decisions.

The rules are ``custody.trust.rules``'s, and the write path asks them: who may bring in a person,
and who may be given another key. Who signs is the person of the batch; with none it is the
installation alone, which may bring in the first two people and report a key lost.
"""

from __future__ import annotations

from habeas.archive import models as m
from habeas.archive.errors import EntryRefused, PersonNeeded, TrustRefused
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref, entry_id_at
from habeas.custody.log.notes import Signer


def add_person(batch: Batch, signer: Signer) -> Ref:
    """Grant a person's key. Who the person is stays outside the ledger."""
    return _grant(batch, signer.name.rpartition("/")[2], signer.verifier.vkey)


def add_key(batch: Batch, signer: Signer) -> Ref:
    """Grant a further key to the person who signs the batch."""
    holder = signer.name.rpartition("/")[2]
    if batch.pseudonym != holder:
        raise PersonNeeded(
            f"A further key of {holder} is signed by {holder}.",
            next_step="Sign with one of their own active keys; where none is left, two "
            "others recover: `habeas people request`.",
        )
    return _grant(batch, holder, signer.verifier.vkey)


def _grant(batch: Batch, holder: str, verifier: str, request: str = "") -> Ref:
    return batch.append(
        "key",
        {
            "holder": holder,
            "role": "person",
            "verifier": verifier,
            "state": "granted",
            "request": request,
        },
        decision=bool(batch.pseudonym),
    )


def end_key(batch: Batch, holder: str, how: str) -> Ref:
    """Retire a person's keys, or record that they were lost; past signatures stay good.

    A retirement is signed; a loss may be reported by the installation alone. Gives the last of
    the entries, one for each key that was in force.
    """
    if how not in ("retired", "lost"):
        raise EntryRefused(f"A key is not {how}.", next_step="Say retired or lost.")
    batch.flush()
    keys = m.Key.objects.filter(holder=holder, role="person", ended_at__isnull=True)
    verifiers = list(keys.order_by("position").values_list("verifier", flat=True))
    if not verifiers:
        raise EntryRefused(f"{holder} has no active key.", next_step="See `habeas people`.")
    ended = [
        batch.append(
            "key",
            {"holder": holder, "role": "person", "verifier": verifier, "state": how},
            decision=how == "retired" or bool(batch.pseudonym),
        )
        for verifier in verifiers
    ]
    return ended[-1]


def request_key(batch: Batch, signer: Signer, reason: str) -> Ref:
    """Ask that a person whose keys have ended be given this new one; a third person grants it."""
    if not reason.strip():
        raise EntryRefused("A request needs a reason.", next_step="Say in a sentence why.")
    holder = signer.name.rpartition("/")[2]
    if batch.trust.in_force(holder):
        raise TrustRefused(
            f"{holder} has an active key.",
            next_step=f"If it is lost, report that first: habeas people retire {holder} --lost.",
        )
    fields = {"holder": holder, "verifier": signer.verifier.vkey, "reason": reason}
    return batch.append("key-request", fields)


def recover_key(batch: Batch, request: int) -> Ref:
    """Grant what another person asked for: a new key for a third person, who has none left."""
    batch.flush()
    asked = m.KeyRequest.objects.filter(position=request).first()
    if asked is None or asked.ended_at is not None:
        raise TrustRefused(
            f"Entry {request} is not a request for a key that waits.",
            next_step="`habeas people` lists those that do.",
        )
    return _grant(batch, asked.holder, asked.verifier, entry_id_at(request))
