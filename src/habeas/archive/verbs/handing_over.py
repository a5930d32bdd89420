"""hand_over_keys: new keys of the archive in place of those that signed until now.

Four entries in one transaction, all under the former entry key: the new checkpoint key granted
and the former ended, the former entry key ended and the new granted. Where anybody has a key in
force, it is a decision, which one of them signs.
"""

from __future__ import annotations

from habeas.archive import models as m
from habeas.archive.errors import EntryRefused, PersonNeeded
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.custody.keys.handovers import ENDED, GRANTED, STEPS
from habeas.custody.keys.key_chain import KeyPair
from habeas.custody.log.notes import Verifier


def hand_over_keys(batch: Batch, former: KeyPair, new: KeyPair, state: str) -> Ref:
    """Hand over from one pair to the next; ``state`` says how the former ended.

    The last of the four entries, after which the new keys sign.
    """
    if state not in ENDED:
        raise EntryRefused(f"Keys are not {state}.", next_step="Say retired or stolen.")
    batch.flush()
    signed = m.Key.objects.filter(role="person", ended_at__isnull=True).exists()
    if signed and not batch.pseudonym:
        raise PersonNeeded(
            "Handing the archive's keys over is a decision and must be signed by a person.",
            next_step="Use `--as` to choose whose key signs.",
        )
    known = set(m.Key.objects.values_list("verifier", flat=True))
    if known & {new.entry.vkey, new.checkpoint.vkey}:
        raise EntryRefused(
            "These keys were granted already.",
            next_step="Run the command again: it finishes what was begun.",
        )
    ref = Ref("", -1)
    for role, granted in STEPS:
        verifier: Verifier = getattr(new if granted else former, role)
        ref = batch.append(
            "key",
            {
                "holder": role,
                "role": role,
                "verifier": verifier.vkey,
                "state": GRANTED if granted else state,
            },
            decision=signed,
        )
    return ref
