"""add_person, end_key: the pseudonymous keys that sign decisions."""

from __future__ import annotations

from habeas.archive import models as m
from habeas.archive.errors import EntryRefused
from habeas.archive.ledger import Batch, Ref
from habeas.custody.notes import Signer


def add_person(batch: Batch, signer: Signer) -> Ref:
    """Grant a person's key. Who the person is stays outside the ledger."""
    return batch.append(
        "key",
        {
            "holder": signer.name.rpartition("/")[2],
            "role": "person",
            "verifier": signer.verifier.vkey,
            "state": "granted",
        },
    )


def end_key(batch: Batch, holder: str, how: str) -> Ref:
    """Retire a person's key, or record that it was lost; its past signatures stay good."""
    if how not in ("retired", "lost"):
        raise EntryRefused(f"A key is not {how}.", next_step="Say retired or lost.")
    batch.flush()
    key = m.Key.objects.filter(holder=holder, role="person", ended_at__isnull=True).first()
    if key is None:
        raise EntryRefused(f"No key of {holder} is in force.", next_step="See `habeas people`.")
    return batch.append(
        "key", {"holder": holder, "role": "person", "verifier": key.verifier, "state": how}
    )
