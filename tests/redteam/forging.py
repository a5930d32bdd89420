"""What somebody does who holds every key of the installation and writes the tables herself.

No verb and no refusal of the write path stands in her way: entries are composed, signed by the
archive's own entry key, put into the database, projected, and written to the signed log. What she
does not have are other people's keys.
"""

from __future__ import annotations

import time as clock
from typing import Any

from habeas.archive import models as m
from habeas.archive.ledger.committed_entries import Ref, head
from habeas.archive.opening import Archive
from habeas.archive.projection.projecting import project
from habeas.archive.projection.projector import Projector
from habeas.archive.store.connecting import holding_the_head
from habeas.archive.store.facts import facts
from habeas.archive.store.rows import insert
from habeas.custody.log.notes import Signer


def forge(
    archive: Archive,
    kind: str,
    fields: dict[str, Any],
    *signers: Signer,
    person: str = "",
    at: int | None = None,
) -> Ref:
    """Append an entry that says ``person`` acts, signed by whatever keys are at hand."""
    size, last = head()
    when = max(int(clock.time()), last) if at is None else at
    said = {**fields, **({"person": person} if person else {}), "kind": kind}
    composed = archive.composer(size).compose(when, list(said.items()), cosigners=signers)
    with holding_the_head():
        row = (size, composed.entry_id, when, composed.leaf_hash, composed.note)
        insert(m.LedgerEntry, [row])
        insert(m.ContentDisclosures, [(size, composed.disclosures)])
        projector = Projector()
        project(projector, facts(size, size + 1))
        projector.flush()
        m.LocalState.objects.filter(name="projected").update(value=str(size + 1))
    archive.sequence()
    return Ref(composed.entry_id, size)


def key_in_the_name_of(holder: str, archive: Archive) -> Signer:
    """A key of her own, named as if it were somebody else's."""
    return Signer.generate(f"{archive.origin}/{holder}")


def grant(key: Signer, **more: Any) -> dict[str, Any]:
    """The fields of an entry that grants a person's key."""
    return {
        "holder": key.name.rpartition("/")[2],
        "role": "person",
        "verifier": key.verifier.vkey,
        "state": "granted",
        **more,
    }
