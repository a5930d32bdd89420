"""custody: what happened to an exhibit, who did it, and who answers for it.

After ISO/IEC 27037 (who, when, where, why, what changed, on whose authority) and the events
and agents of PREMIS 3. An event is a statement, added and never changed; its id is the
entry's. What the archive sees by itself (it was sealed, read, time-stamped) is no statement
and is not entered a second time: ``archive.exhibits.custody_chain`` merges both.

Who may see an event. *Recorded*: whoever records what was done with an exhibit marks it by
``referring.marking_never_public``, so that who had it is never public with it. *Shown*: to whoever
may read the event's own marking, the exhibit and what was derived from it, all three
(``projection.things.custody``). Tests pin both; ``docs/methods/custody.md`` argues them.
"""

from __future__ import annotations

import re

from habeas.archive import models as m
from habeas.archive import rules
from habeas.archive.errors import EntryRefused
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.verbs.referring import TEAM, Marking, Thing, ref
from habeas.vocabulary import schema

AS_SEALED, DAMAGED = "as-sealed", "damaged"
OUTCOMES = (AS_SEALED, DAMAGED)  # of a check
_SHA256 = re.compile("[0-9a-f]{64}")


def custody(
    batch: Batch,
    exhibit: Thing,
    event: str,
    *,
    agent: str = "",
    happened_at: str = "",
    where: str = "",
    reason: str = "",
    authority: str = "",
    responsible: str = "",
    changed: str = "",
    before_sha256: str = "",
    after_sha256: str = "",
    derived: Thing | None = None,
    outcome: str = "",
    signed: bool = False,
    marking: Marking = TEAM,
) -> Ref:
    """Record who held, moved, copied or opened an exhibit, when, why, by whose authority.

    ``happened_at`` is EDTF, with the zone as stated. ``derived`` is the exhibit that was made
    of this one; ``outcome`` is that of a check. ``signed`` makes the acting person sign it.
    """
    known = schema.core().codes["custody-event"]
    rules.refuse(rules.code("event", event, known, "custody event"))
    rules.refuse(rules.date("happened_at", happened_at))
    for digest in (before_sha256, after_sha256):
        if digest and not _SHA256.fullmatch(digest):
            raise EntryRefused(
                "A SHA-256 has 64 small hex digits.", next_step="Give what `sha256sum` prints."
            )
    if outcome and outcome not in OUTCOMES:
        raise EntryRefused(
            f"A check does not end as {outcome!r}.", next_step=f"Use one of: {', '.join(OUTCOMES)}."
        )
    about = ref(batch, exhibit, m.Exhibit)
    made = None if derived is None else ref(batch, derived, m.Exhibit)
    if made is not None and made.position == about.position:
        raise EntryRefused(
            f"Exhibit {about.position} is not derived from itself.",
            next_step="Name the exhibit that was made of it.",
        )
    return batch.append(
        "custody",
        {
            "exhibit": about.entry_id,
            "event": event,
            "agent": agent,
            "happened_at": happened_at,
            "place": where,
            "reason": reason,
            "authority": authority,
            "responsible": responsible,
            "changed": changed,
            "before_sha256": before_sha256,
            "after_sha256": after_sha256,
            "derived": None if made is None else made.entry_id,
            "outcome": outcome,
            **marking.fields(batch),
        },
        decision=signed,
    )
